"""The records that every contender stores: duties as a street's duty posts have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

from grassroots.domain.duty import Duty, DutyStatus
from grassroots.values.ids import DutyId, MemberId, ShiftId, StationId
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds

KINDS = Kinds(standard_kinds())
SPEC = KINDS.of(Duty)
ENDED = (DutyStatus.DONE, DutyStatus.DONE, DutyStatus.DONE, DutyStatus.EXCUSED)

COLUMNS = (
    "id", "shift", "station", "day", "member", "status", "arrived", "left_at", "notice_at", "reason",
    "covers", "despite", "month", "minutes",
)  # fmt: skip
"""The typed columns of the hand-written code and of the ORMs: the fields, and the two keys that derive."""

INDEXES = (
    ("shift",), ("station",), ("day",), ("month",), ("member",), ("status",), ("minutes",),
    ("station", "day"), ("member", "day"),
)  # fmt: skip
"""The indexes that the kind declares, for everybody."""


def _id(letter: str, number: int) -> str:
    # As long as real ids, and in the order of their making, as those are.
    return f"01J{letter}{number:022d}"


def native(count: int) -> Iterator[dict[str, Any]]:
    """Duties as plain values, the same every time: four shifts a day, thirty posts."""
    first = date(2021, 1, 1)
    for number in range(count):
        shift = number // 2
        day = first + timedelta(days=shift // 120)
        arrived = datetime(day.year, day.month, day.day, shift % 4 * 2, 30, tzinfo=UTC)
        status = ENDED[number % 4]
        done = status is DutyStatus.DONE
        yield {
            "id": _id("D", number),
            "shift": _id("F", shift),
            "station": _id("S", shift % 30),
            "day": day,
            "member": _id("M", number * 7919 % 997),
            "status": status,
            "arrived": arrived if done else None,
            "left": arrived + timedelta(hours=2) if done else None,
            "notice_at": None if done else arrived - timedelta(hours=20),
            "reason": None if done else "ill",
            "covers": None,
            "despite": None,
        }


def duties(count: int) -> list[Duty]:
    return [
        Duty(
            **{
                **one,
                "id": DutyId(one["id"]),
                "shift": ShiftId(one["shift"]),
                "station": StationId(one["station"]),
                "member": MemberId(one["member"]),
            }
        )
        for one in native(count)
    ]


def side_by_side(
    rounds: int, works: dict[str, Callable[[], object]], clock: Callable[[], float] = process_time
) -> dict[str, float]:
    """Medians of what each takes, in turn in every round."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            begun = clock()
            work()
            taken[name].append(clock() - begun)
    return {name: median(times) for name, times in taken.items()}


def wall(rounds: int, works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The same in time on the wall: for what waits for a disk."""
    return side_by_side(rounds, works, perf_counter)


def chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
