"""Landing the sheet of the street: the patrol record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from itertools import count

from grassroots.contracts.storage import Includes
from grassroots.domain.checks import in_catalogue
from grassroots.domain.form import header_key
from grassroots.domain.intake import SheetRow
from grassroots.domain.intervention import CORRECTABLE, Intervention, Outcome
from grassroots.usecases.intake.again import beside
from grassroots.usecases.intake.cells import happened, told
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.spans import read_spans
from grassroots.values.ids import InterventionId, RoleId, StationId
from grassroots.values.messy import is_blank

_SHEET = "sheet"
"""The reason that goes with what a sheet set right."""


def land_patrol(landing: Landing) -> None:
    """A row of a patrol sheet: what was seen, what came of it, by whom, and under which role it counts."""
    row, work = landing.row, landing.work
    day, at, place = row.need("day", happened(landing, "day")), _begun(row), told(row, "place")
    by = landing.members("by")
    kind, outcome = _finding(landing, day)
    station = landing.station("station")
    role, also = landing.role("role", needed=False), _roles(landing, "also_under")
    incidents = row.whole("incidents")
    row.check()
    if day is None or station is None or kind is None or outcome is None:
        return
    in_catalogue(kind, work.office.packs.table("intervention_kind", day), "kind")
    words = (station, day.isoformat(), at.isoformat() if at else "", place or "", kind, *by)
    id_ = _line(landing, words, day)
    found = work.peek(Intervention, id_)
    if found is not None and incidents is None and outcome is not Outcome.NOTHING_FOUND:
        incidents = found.incidents or None
    step = Intervention.record(
        id=id_,
        kind=kind,
        station=StationId(station),
        day=day,
        outcome=outcome,
        incidents=incidents,
        at=at,
        place=place,
        by=by,
        role=RoleId(role) if role else None,
        also_under=also,
        note=told(row, "remark"),
    )
    if found is None:
        landing.keep(step)
        return
    said = {name: getattr(step.after, name) for name in CORRECTABLE}
    landing.keep(found.correct(_SHEET, **{name: one for name, one in said.items() if one not in (None, ())}))


def _line(landing: Landing, words: tuple[str, ...], day: date) -> InterventionId:
    """The record of this line. Two lines of one sheet that say the same are two cases, however typed.

    A line that comes again keeps its record; one that another file brings with the same words is the same.
    """
    for one in landing.before:
        kind, _, id_ = one.partition("/")
        if kind == "intervention":
            return InterventionId(id_)
    for nth in count():
        id_ = landing.id("intervention", *words, str(nth), at=day)
        if not _of_another_line(landing, id_):
            return InterventionId(id_)
    raise AssertionError("unreachable: numbers do not end")  # pragma: no cover


def _of_another_line(landing: Landing, id_: str) -> bool:
    lines = landing.work.find(SheetRow, Includes("made", f"intervention/{id_}"))
    return any(beside(landing, one) for one in lines)


def _begun(row: Row) -> time | None:
    """The time of a patrol: when it began, if the cell says from when to when."""
    words = row.raw("at")
    if isinstance(words, str) and re.search("[0-9点时分半][-~—–～至到]", words):
        spans = read_spans(row, "at")
        return spans[0][0] if spans else None
    return row.time("at")


def _finding(landing: Landing, day: date | None) -> tuple[str | None, Outcome | None]:
    """The kind that was found and what came of it; "nothing found" may stand in either column."""
    row = landing.row
    words = row.need("kind", row.text("kind"))
    came = None if is_blank(row.raw("outcome")) else row.choice("outcome")
    if words is None:
        return None, None
    labels = _labels(landing, day or landing.work.today)
    kinds = _kinds(row, words, labels)
    nothing = Outcome.NOTHING_FOUND.value in kinds
    kinds = kinds - {Outcome.NOTHING_FOUND.value}
    if nothing and came not in (None, Outcome.NOTHING_FOUND.value):
        row.problem("finding-unclear", "kind", words=words)
    elif len(kinds) > 1:
        row.problem("finding-several", "kind", words=words, kinds=tuple(sorted(kinds)))
    elif not kinds and not nothing:
        known = tuple(one[0] for one in labels.values())
        row.problem("choice-unknown", "kind", what=words, known=known)
    if nothing:
        came = came or Outcome.NOTHING_FOUND.value
    else:
        row.need("outcome", came, "kind")
    kind = next(iter(kinds)) if kinds else "other"
    return kind, Outcome(came) if came else None


def _labels(landing: Landing, day: date) -> Mapping[str, tuple[str, ...]]:
    """What the kinds of the rule packs are called, by code."""
    table = landing.work.office.packs.table("intervention_kind", day)
    return {
        code: tuple(str(one.value[name]) for name in ("label_zh", "label_en") if name in one.value)
        for code, one in table.items()
    }


def _kinds(row: Row, words: str, labels: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The kinds that a cell means: the one that it names, or else those whose words stand in it."""
    asked = header_key(words)
    for code, names in labels.items():
        if asked in {header_key(name) for name in (code, *names)}:
            return {code}
    column = row.layout.column("kind")
    if exact := column.choice(words):
        return {exact}
    known = [*column.choices.items(), *labels.items()]
    return {
        code for code, names in known for name in map(header_key, names) if len(name) > 1 and name in asked
    }


def _roles(landing: Landing, key: str) -> tuple[RoleId, ...]:
    found = []
    for word in landing.row.names_like(key):
        role = landing.book.role(landing.work, word)
        if role is None:
            landing.row.problem("role-unknown", key, name=word)
        else:
            found.append(RoleId(role))
    return tuple(dict.fromkeys(found))


LANDERS: Mapping[str, Lander] = {"patrols": land_patrol}
"""Which form is landed by which function."""
