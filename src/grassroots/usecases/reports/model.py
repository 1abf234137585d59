"""What a report says, as plain data: codes, numbers and days; the words stand in pages/ and locale/.

No line holds a person's name, a phone, or what a resident said: the page may hang on a wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import final

import attrs

from grassroots.errors import Fact
from grassroots.values.dates import Period

Number = int | float | None


@final
@attrs.frozen
class Words:
    """One text in both languages; where only one was given, both are that one."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """The text in a language."""
        return self.zh if language == "zh" else self.en

    @classmethod
    def given(cls, zh: str | None, en: str | None, otherwise: str = "") -> Words:
        """Both languages from what is there; the other language where one is missing."""
        return cls(zh or en or otherwise, en or zh or otherwise)


@final
@attrs.frozen(kw_only=True)
class FigureLine:
    """One figure. A rate has ``numerator`` and ``denominator`` and no ``value``; a mean has one digit.

    ``records`` is how many records stand behind it. ``standing``: it is told as the records stand when the
    report is made, because nothing in it is bound to a day of the period. ``missing`` are the days, weeks or
    months that fell short; ``left_out`` the records that could not be counted. ``hidden``: the number is so
    small that it could single somebody out, and is not told.
    """

    id: str
    group: str
    title: Words
    unit: str
    value: Number = None
    numerator: int | None = None
    denominator: int | None = None
    records: int = 0
    standing: bool = False
    missing: tuple[str, ...] = ()
    left_out: int = 0
    packs: tuple[str, ...] = ()
    headline: bool = False
    hidden: bool = False


@final
@attrs.frozen
class Point:
    """One bar: ``name`` is a month ("2021-07") or a station's id ("" where the record names none)."""

    name: str
    value: Number
    records: int


@final
@attrs.frozen(kw_only=True)
class Series:
    """One figure, month by month or station by station; a station's bar counts its own records only."""

    id: str
    title: Words
    unit: str
    points: tuple[Point, ...]


@final
@attrs.frozen(kw_only=True)
class StationNode:
    """One place of the network. ``people`` hold a role there on the day, each counted once.

    ``appointments`` is how many appointments say so. ``theme`` is None where only a bare code is known.
    """

    id: str
    kind: str
    status: str
    parent: str | None
    theme: Words | None
    people: int
    appointments: int


@final
@attrs.frozen(kw_only=True)
class GapLine:
    """One finding of the day about a role: a vacancy, a term that ends; ``records`` are appointments."""

    code: str
    role: str | None
    station: str | None
    have: int
    want: int
    acting: int
    last: date | None
    records: int


@final
@attrs.frozen(kw_only=True)
class OverdueContact:
    """One pairing whose next contact was due before the day. ``late`` is in days."""

    pairing: str
    scheme: str
    station: str | None
    last: date | None
    due: date | None
    late: int


@final
@attrs.frozen(kw_only=True)
class UnansweredConcern:
    """One concern that nobody had been given an answer to on the day. ``days`` since it was heard."""

    id: str
    number: str | None
    station: str
    taken_on: date
    days: int


@final
@attrs.frozen(kw_only=True)
class DeviationLine:
    """One difference from the template; ``facts`` hold codes and whole numbers."""

    code: str
    station: str | None
    facts: Mapping[str, Fact]


@final
@attrs.frozen
class HeldBack:
    """Rows of sheets that could not be taken in, by the code of what is wrong with them."""

    code: str
    rows: int


@final
@attrs.frozen(kw_only=True)
class ClaimLine:
    """A published statement. ``computed`` and ``expected`` stand side by side, one pair a check.

    So do ``titles`` (what was counted) and ``rounded`` (a mean as the whole number that is compared).
    """

    id: str
    published: Words
    computed: tuple[str, ...]
    expected: tuple[str, ...]
    titles: tuple[Words, ...]
    rounded: tuple[int | None, ...]
    records: int
    holds: bool


@final
@attrs.frozen
class PackLine:
    """A rule pack in force on the day."""

    name: str
    version: str
    title: Words


@final
@attrs.frozen(kw_only=True)
class Report:
    """Everything that a report page shows.

    ``generated`` is aware, in the network's zone. ``on`` is the day of what is told for one day: the last of
    the period, or the day of making if that is earlier. ``head`` is the journal's position: all of it was
    read between two looks that found the same. ``labels`` are the words for codes, as "station/ID",
    "role/ID", "scheme/ID", "function/ID". ``not_by_place`` are figures left out because they cannot be asked
    of a place. ``held_back`` is None where a place is asked (a row that was not taken has no place).
    ``claims_current`` is False if the records have moved since the claims were computed. ``published``: it is
    for everybody's eyes, and small counts of people are hidden; ``least`` is the smallest that is told.
    """

    network: Words
    period: Period
    on: date
    place: str | None
    generated: datetime
    head: int
    packs: tuple[PackLine, ...]
    figures: tuple[FigureLine, ...]
    months: tuple[Series, ...]
    by_station: tuple[Series, ...]
    stations: tuple[StationNode, ...]
    gaps: tuple[GapLine, ...]
    overdue: tuple[OverdueContact, ...]
    unanswered: tuple[UnansweredConcern, ...]
    deviations: tuple[DeviationLine, ...]
    held_back: tuple[HeldBack, ...] | None
    claims: tuple[ClaimLine, ...]
    claims_current: bool
    labels: Mapping[str, Words]
    not_by_place: tuple[Words, ...] = ()
    published: bool = False
    least: int = 0

    def word(self, kind: str, id: str, language: str) -> str:
        """The word for a station, role, scheme or function; its code where none is known."""
        found = self.labels.get(f"{kind}/{id}")
        return id if found is None else found.of(language)
