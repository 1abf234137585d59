"""Recurrence: the rule by which an activity comes back, and the days that the rule gives within a period.

A rule gives *dates*. What is only expected ("two a month", "once in July") gives no dates: it stands as a
target and is held against what took place (:mod:`grassroots.domain.activity.targets`). Days are calendar
days in the network's zone; weekdays are named, so that nobody has to ask whether a week starts at 0 or 1.

Each rule has a required field that no other rule has: that is how a stored rule is told from another.
"""

from __future__ import annotations

import calendar as almanac
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.dates import Period


class Weekday(StrEnum):
    """A day of the week; their order is that of ISO 8601, from Monday."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> Weekday:
        """The weekday of a day."""
        return tuple(cls)[day.weekday()]


class Lunar(Protocol):
    """What a rule needs of a calendar (contracts.calendar.Calendar has it)."""

    def lunar_to_solar(self, year: int, month: int, day: int, leap: bool = False) -> date:
        """The solar day; BadInput when there is no such lunar day."""
        ...


@final
@attrs.frozen
class Weekly:
    """On these weekdays, every week or every ``every`` weeks counted from the week of ``since``."""

    weekdays: tuple[Weekday, ...]
    every: int = 1
    since: date | None = None

    def __attrs_post_init__(self) -> None:
        if not self.weekdays or len(set(self.weekdays)) != len(self.weekdays):
            raise BadInput("recurrence-unreadable", what="weekdays")
        if self.every < 1:
            raise BadInput("recurrence-unreadable", what="every")
        if self.every > 1 and self.since is None:
            # Otherwise nobody can say which of the weeks are meant.
            raise BadInput("recurrence-needs-first-week", every=self.every)


@final
@attrs.frozen
class Monthly:
    """On these days of the month; -1 is the last day.

    A day that a month lacks falls on its last day: who meets "on the 31st" means the month's end, and no
    month may silently go without.
    """

    month_days: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        if not self.month_days or any(day != -1 and not 1 <= day <= 31 for day in self.month_days):
            raise BadInput("recurrence-unreadable", what="month_days")


@final
@attrs.frozen
class MonthlyWeekday:
    """On the first ... fifth (1 to 5) or last (-1) such weekday of the month; not every month has a fifth."""

    weekday: Weekday
    nth: tuple[int, ...] = (1,)

    def __attrs_post_init__(self) -> None:
        if not self.nth or any(nth != -1 and not 1 <= nth <= 5 for nth in self.nth):
            raise BadInput("recurrence-unreadable", what="nth")


@final
@attrs.frozen
class Yearly:
    """Once a year: on a day of a month, or (without ``day``) some time in that month, which gives no date.

    29 February falls on the 28th in a common year: an annual meeting stays in its month. (A *right* that
    is reached after so many years is another matter, see :func:`grassroots.values.dates.anniversary`.)
    """

    month: int
    day: int | None = None

    def __attrs_post_init__(self) -> None:
        # 2024 is a leap year: 29 February is a day of a year.
        if not 1 <= self.month <= 12 or (
            self.day is not None and not 1 <= self.day <= almanac.monthrange(2024, self.month)[1]
        ):
            raise BadInput("recurrence-unreadable", what="month")


@final
@attrs.frozen
class LunarYearly:
    """Once in each lunar year, as the Double Ninth: 9, 9. Of a month that comes twice, the first counts.

    The 30th of a month that has 29 days in some year falls on the 29th (除夕 is the month's last day).
    """

    lunar_month: int
    lunar_day: int

    def __attrs_post_init__(self) -> None:
        if not (1 <= self.lunar_month <= 12 and 1 <= self.lunar_day <= 30):
            raise BadInput("recurrence-unreadable", what="lunar_month")


@final
@attrs.frozen
class Dates:
    """On exactly these days: a course of six sessions."""

    dates: tuple[date, ...]

    def __attrs_post_init__(self) -> None:
        if not self.dates:
            raise BadInput("recurrence-unreadable", what="dates")


Recurrence = Weekly | Monthly | MonthlyWeekday | Yearly | LunarYearly | Dates


def days(rule: Recurrence, period: Period, calendar: Lunar | None = None) -> list[date]:
    """The days that the rule gives within the period, in order, each once.

    ``calendar`` is only asked by :class:`LunarYearly`. Raises BadInput ``calendar-needed`` without it, and
    whatever the calendar raises for a year that it does not know: a festival is never guessed.
    """
    match rule:
        case Weekly():
            found = _weekly(rule, period)
        case Monthly():
            found = (
                _in_month(year, month, day) for year, month in period.months() for day in rule.month_days
            )
        case MonthlyWeekday():
            found = (day for year, month in period.months() for day in _nth(rule, year, month))
        case Yearly():
            found = _yearly(rule, period)
        case LunarYearly():
            if calendar is None:
                raise BadInput("calendar-needed")
            found = _lunar(rule, period, calendar)
        case Dates():
            found = iter(rule.dates)
    return sorted({day for day in found if period.contains(day)})


def _weekly(rule: Weekly, period: Period) -> Iterator[date]:
    order = list(Weekday)
    for monday in period.weeks():
        if rule.since is not None:
            first = rule.since - timedelta(days=rule.since.weekday())
            if (monday - first).days // 7 % rule.every:
                continue
        for weekday in rule.weekdays:
            ordinal = monday.toordinal() + order.index(weekday)
            if ordinal <= date.max.toordinal():
                day = date.fromordinal(ordinal)
                if rule.since is None or rule.since <= day:
                    yield day


def _in_month(year: int, month: int, day: int) -> date:
    last = almanac.monthrange(year, month)[1]
    return date(year, month, last if day == -1 else min(day, last))


def _nth(rule: MonthlyWeekday, year: int, month: int) -> Iterator[date]:
    last = almanac.monthrange(year, month)[1]
    all_of_them = [day for n in range(1, last + 1) if Weekday.of(day := date(year, month, n)) is rule.weekday]
    for nth in rule.nth:
        if nth == -1:
            yield all_of_them[-1]
        elif nth <= len(all_of_them):
            yield all_of_them[nth - 1]


def _yearly(rule: Yearly, period: Period) -> Iterator[date]:
    if rule.day is None:
        return
    for year in range(period.first.year, period.last.year + 1):
        yield _in_month(year, rule.month, rule.day)


def _lunar(rule: LunarYearly, period: Period, calendar: Lunar) -> Iterator[date]:
    # The eleventh and twelfth lunar months may fall into the next solar year; the others never do.
    first = period.first.year - (1 if rule.lunar_month >= 11 else 0)
    for year in range(first, period.last.year + 1):
        try:
            yield calendar.lunar_to_solar(year, rule.lunar_month, rule.lunar_day)
        except BadInput:
            if rule.lunar_day != 30:
                raise
            yield calendar.lunar_to_solar(year, rule.lunar_month, 29)
