"""The rows of the two forms of availability: what stands, in words and times that are read back the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from grassroots.contracts.storage import Between, Condition, Is
from grassroots.domain.availability import Availability, Leave, ToldStatus
from grassroots.domain.member import Member
from grassroots.domain.recurrence import Weekday
from grassroots.domain.station import Station
from grassroots.locale import say
from grassroots.usecases.availability_words import hours_by_weekday, span_in_words, week_in_words
from grassroots.usecases.registers.names import Names
from grassroots.values.dates import Period, Span
from grassroots.values.ids import MemberId

Told = dict[str, Any]
Stations = frozenset[str] | None
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_words(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    """A row for each word that stands; days away with the first of each member."""
    for told, one in _rows(names, period, stations):
        yield {**told, "when": None if one is None else week_in_words(one.windows, names.language)}


def in_a_grid(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    """The same with a column for each weekday."""
    for told, one in _rows(names, period, stations):
        if one is None:
            yield told
            continue
        hours = hours_by_weekday(one.windows, names.language)
        # Somebody who cannot come at all says so on Monday: seven empty cells would say nothing.
        never = {} if hours else {"mon": say("availability-not-this-day", language=names.language)}
        named = {key: hours.get(weekday) for key, weekday in zip(_WEEK, Weekday, strict=True)}
        yield {**told, **named, **never}


def _rows(
    names: Names, period: Period | None, stations: Stations
) -> Iterator[tuple[Told, Availability | None]]:
    where: list[Condition] = [Is("status", ToldStatus.GIVEN.value)]
    if period is not None:
        after = (period.last + timedelta(days=1)).isoformat()
        where += [Between("first", None, after), Between("last", period.first.isoformat())]
    given: dict[MemberId, list[Availability | None]] = defaultdict(list)
    away: dict[MemberId, list[Span]] = defaultdict(list)
    for one in names.reading.walk(Availability, *where):
        given[one.member].append(one)
    for leave in names.reading.walk(Leave, *where):
        away[leave.member].append(leave.span)
    for member in sorted({*given, *away}):
        person = names.record(Member, member)
        if stations is not None and (person is None or person.station not in stations):
            continue
        for number, word in enumerate(given.get(member) or [None]):
            spans = sorted(away.get(member, ()), key=lambda span: span.first) if number == 0 else []
            yield _told(names, member, word, spans), word


def _told(names: Names, member: MemberId, one: Availability | None, away: list[Span]) -> Told:
    told: Told = {
        "name": names.member(member),
        "phone": names.phone(member),
        "away": "、".join(span_in_words(span, names.language) for span in away) or None,
    }
    if one is None:
        return told
    return {
        **told,
        "most_per_week": one.most_per_week,
        "most_per_month": one.most_per_month,
        "willing": tuple(code.value for code in one.willing),
        "stations": "、".join(filter(None, (names.named(Station, id_) for id_ in one.stations))) or None,
        "first": one.span.first.isoformat(),
        "last": one.span.last and one.span.last.isoformat(),
    }
