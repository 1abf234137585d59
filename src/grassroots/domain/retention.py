"""Retention: when records are over, as rules of the packs (table ``keep``), and what then becomes of them.

A rule names kinds, the field from whose day it counts, and how long. *Erase* takes the whole record away;
*blank* keeps the record and every count, and empties what is sensitive in it. Nothing is done without a
plan that somebody has seen, and nothing at all to whom a hold protects.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.step import Event
from grassroots.errors import Refused
from grassroots.values.dates import PartialDate


class Fate(StrEnum):
    """What becomes of a record whose time is over."""

    ERASE = "erase"
    BLANK = "blank"


@final
@attrs.frozen(kw_only=True)
class RecordForgotten(Event):
    """A record was erased or emptied; ``rule`` is the retention rule, or why else ("asked")."""

    fate: Fate
    rule: str


class PlanMoved(Refused):
    """Since the plan was made something was written: it is not carried out, make it again."""

    code = "retention-plan-moved"


@final
@attrs.frozen(kw_only=True)
class KeepRule:
    """One rule, made ready. ``months`` is how long it is kept from the day in ``field``."""

    id: str
    kinds: tuple[str, ...]
    field: str
    months: int
    fate: Fate
    ground: str

    @classmethod
    def from_rule(cls, id_: str, value: Mapping[str, Any]) -> Self:
        """A rule of the packs."""
        months = value["kept_years"] * 12 if "kept_years" in value else value["kept_months"]
        return cls(
            id=id_,
            kinds=tuple(value["kinds"]),
            field=value["from_field"],
            months=months,
            fate=Fate(value["action"]),
            ground=value["ground"],
        )

    def over_on(self, record: Any) -> date | None:
        """The first day on which this record is over; None if it has no such day."""
        since = day_of(getattr(record, self.field, None))
        return None if since is None else later(since, self.months)


def day_of(value: Any) -> date | None:
    """The day of a field: of a moment its day, of a partial date its last possible one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, PartialDate):
        return value.latest
    return value if isinstance(value, date) else None


def later(day: date, months: int) -> date:
    """The day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@final
@attrs.frozen(kw_only=True)
class Due:
    """One record that is over, by which rule, and what becomes of it."""

    kind: str
    id: str
    rule: str
    fate: Fate
    over: date


@final
@attrs.frozen(kw_only=True)
class RetentionPlan:
    """What is over on a day. ``held`` is how many records a hold protects."""

    on: date
    due: tuple[Due, ...]
    held: int

    @property
    def fingerprint(self) -> str:
        """Names exactly these records: a plan is carried out as it was seen, or not at all."""
        told = "\n".join(f"{one.kind}/{one.id} {one.fate.value} {one.rule}" for one in self.due)
        return hashlib.sha256(f"{self.on.isoformat()}\n{told}".encode()).hexdigest()[:16]
