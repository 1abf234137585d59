"""Reads public shift-scheduling instances (plain text, a section a table) from a folder as our problems.

The files are not part of this repository: they carry no licence. Days count from a Monday; a shift type has a
length and no time of day, so each slot begins at midnight of its day, and what may not follow is a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from grassroots.contracts.planning import (
    COVER,
    WISHES,
    DayOff,
    Limits,
    Need,
    Person,
    RotaProblem,
    Slot,
    Wish,
)

MONDAY = date(2026, 3, 2)
DAY = 24 * 60


def sections(path: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = defaultdict(list)
    name = ""
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith("SECTION_"):
            name = text.removeprefix("SECTION_")
        elif text and not text.startswith("#"):
            found[name].append([one.strip() for one in text.split(",")])
    return found


def read(path: Path) -> RotaProblem:
    """The instance as a problem with one level: cover and wishes added up."""
    table = sections(path)
    days = int(table["HORIZON"][0][0])
    length = {row[0]: int(row[1]) for row in table["SHIFTS"]}
    successions = {(row[0], later) for row in table["SHIFTS"] for later in row[2].split("|") if later}
    off = {row[0]: [int(day) for day in row[1:]] for row in table["DAYS_OFF"]}
    return RotaProblem(
        first=MONDAY,
        days=days,
        people=tuple(_person(row, off.get(row[0], [])) for row in table["STAFF"]),
        slots=tuple(_slots(table["COVER"], length)),
        successions=successions,
        wishes=tuple(
            Wish(row[0], f"{row[1]}-{row[2]}", on, int(row[3]))
            for name, on in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False))
            for row in table[name]
        ),
        levels=((COVER, WISHES),),
    )


def _person(row: list[str], off: list[int]) -> Person:
    name, kinds, most, least, running, least_running, least_off, weekends = row
    return Person(
        id=name,
        limits=Limits(
            most_of_kind=tuple(
                (kind, int(count)) for kind, count in (one.split("=") for one in kinds.split("|"))
            ),
            most_minutes=int(most),
            least_minutes=int(least),
            most_days_running=int(running),
            least_days_running=int(least_running),
            least_days_off_running=int(least_off),
            most_weekends=int(weekends),
        ),
        days_off=tuple(DayOff(day) for day in off),
    )


def _slots(rows: list[list[str]], length: dict[str, int]) -> Iterator[Slot]:
    for day, kind, wanted, under, over in rows:
        starts = int(day) * DAY
        yield Slot(
            id=f"{day}-{kind}",
            day=int(day),
            starts=starts,
            ends=starts + length[kind],
            kind=kind,
            needs=(Need(wanted=int(wanted), under=int(under), over=int(over)),),
        )
