"""Which days are worked: weekends, holidays and make-up days, read from the notices in the rule packs.

A *notice* (table ``holiday_notice``) says that a year was announced; its *holidays* (table ``holiday``) are
the days off and, with them, the Saturdays and Sundays that are worked in exchange. A year without a notice
is not known: "statutory days only" would be a guess that is wrong on a dozen days of every year. A network
none of whose packs speaks of holidays works by the week alone, which is what it said.

*Festivals* (table ``lunar_festival``) fall on a day of the lunar calendar and are no days off by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Self, final

import attrs

from grassroots.contracts.calendar import Calendar, DayKind, WorkingDays
from grassroots.errors import BadInput

_LUNAR = re.compile(r"(\d{2})-(\d{2}|last)")


@final
@attrs.frozen(kw_only=True)
class Holiday:
    """One holiday: its first and last day off, and the days that are worked in exchange."""

    code: str
    first: date
    last: date
    make_up: tuple[date, ...] = ()

    @classmethod
    def from_rules(cls, code: str, rules: Mapping[str, Any]) -> Self:
        """Read a rule of the pack table ``holiday``."""
        first, last = rules["first_day"], rules["last_day"]
        if last < first:
            raise BadInput("span-backwards", first=first.isoformat(), last=last.isoformat())
        return cls(code=code, first=first, last=last, make_up=tuple(rules.get("working_days", ())))

    def covers(self, day: date) -> bool:
        """Whether a day is off by this holiday."""
        return self.first <= day <= self.last


@final
class NoticedDays(WorkingDays):
    """The working days of the years that were announced.

    ``years`` None: no pack speaks of holidays, and the days are those of the week. Where a holiday and a
    make-up day name the same date, the one that was announced later in the packs counts.
    """

    def __init__(self, years: Iterable[int] | None, holidays: Iterable[Holiday]) -> None:
        self.years = None if years is None else frozenset(years)
        self.holidays = tuple(holidays)
        self._days: dict[date, tuple[DayKind, str]] = {}
        for holiday in self.holidays:
            for number in range((holiday.last - holiday.first).days + 1):
                self._days[holiday.first + timedelta(days=number)] = (DayKind.HOLIDAY, holiday.code)
            for day in holiday.make_up:
                self._days[day] = (DayKind.MAKE_UP, holiday.code)

    @classmethod
    def from_rules(
        cls, notices: Mapping[str, Mapping[str, Any]], holidays: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """Read the pack tables ``holiday_notice`` and ``holiday``."""
        years = {int(rules["covers_year"]) for rules in notices.values()}
        told = [Holiday.from_rules(code, rules) for code, rules in holidays.items()]
        return cls(years if notices or holidays else None, told)

    def kind_of(self, day: date) -> DayKind:
        """What a day is; BadInput ``working-days-unknown`` for a year without a notice."""
        if self.years is not None and day.year not in self.years:
            known = tuple(str(year) for year in sorted(self.years))
            raise BadInput("working-days-unknown", year=day.year, what=day.isoformat(), known=known)
        if day in self._days:
            return self._days[day][0]
        return DayKind.WORKING if day.weekday() < 5 else DayKind.WEEKEND

    def because_of(self, day: date) -> str | None:
        """The code of the holiday that makes the day a holiday or a make-up day; None otherwise."""
        found = self._days.get(day)
        return None if found is None else found[1]


def festival_day(lunar_day: str, year: int, calendar: Calendar) -> date:
    """The solar day of a festival of the lunar year ``year``: "09-09" or, for the last day, "12-last".

    A leap month repeats its month and has no festival of its own: the first one counts (the Double Ninth of
    2014 is 2 October). BadInput ``festival-unreadable``, or what the calendar raises for a day it lacks.
    """
    found = _LUNAR.fullmatch(lunar_day)
    if found is None or not 1 <= int(found[1]) <= 12:
        raise BadInput("festival-unreadable", what=lunar_day)
    month = int(found[1])
    if found[2] != "last":
        return calendar.lunar_to_solar(year, month, int(found[2]))
    try:
        return calendar.lunar_to_solar(year, month, 30)
    except BadInput:
        return calendar.lunar_to_solar(year, month, 29)
