"""What grassroots asks of a calendar: the lunar day of a solar day and back, and which days are worked.

Festivals of old people follow the lunar calendar (the Double Ninth is the ninth day of the ninth month),
and so do many birthdays. Programs that compute lunar dates disagree in some years, so there is one port
and one frozen table in the tests, and nothing else in grassroots computes a lunar date.

Which days are worked is announced year by year and follows from no rule: a year that nobody announced is not
known, and is never guessed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, timedelta
from enum import StrEnum
from typing import final

from attrs import frozen

from grassroots.errors import BadInput
from grassroots.values.dates import Period


@final
@frozen
class LunarDay:
    """A day of the Chinese lunar calendar; ``leap`` marks the inserted month that repeats ``month``."""

    year: int
    month: int
    day: int
    leap: bool = False

    def __attrs_post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.day <= 30):
            raise lunar_day_unknown(self.year, self.month, self.day, self.leap)

    def __str__(self) -> str:
        return f"{self.year}-{'+' if self.leap else ''}{self.month:02}-{self.day:02}"


class Calendar(ABC):
    """A calendar plugin. Days are dates in China (UTC+8), which is what a printed almanac shows."""

    @property
    @abstractmethod
    def known(self) -> Period:
        """The solar days this calendar can speak about; outside it raises BadInput and never guesses."""

    @abstractmethod
    def lunar_to_solar(self, year: int, month: int, day: int, leap: bool = False) -> date:
        """The solar day. BadInput when there is no such lunar day: a 30th in a month of 29 days, or a
        leap month that the year does not have.
        """

    @abstractmethod
    def solar_to_lunar(self, day: date) -> LunarDay:
        """The lunar day. BadInput outside :attr:`known`."""


class DayKind(StrEnum):
    """What a calendar day is for people who work by the week."""

    WORKING = "working"  # Monday to Friday
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a day off by announcement, also where it falls on a weekend
    MAKE_UP = "make-up"  # a Saturday or Sunday that is worked in exchange (调休)


class WorkingDays(ABC):
    """Which days are worked. Days are dates on the wall of the network."""

    @abstractmethod
    def kind_of(self, day: date) -> DayKind:
        """What a day is; BadInput ``working-days-unknown`` for a year that was not announced."""

    def works(self, day: date) -> bool:
        """Whether a day is worked."""
        return self.kind_of(day) in (DayKind.WORKING, DayKind.MAKE_UP)

    def after(self, day: date, count: int) -> date:
        """The day on which so many working days after ``day`` are over; ``day`` itself does not count."""
        left = count
        while left > 0:
            day += timedelta(days=1)
            left -= self.works(day)
        return day


def lunar_day_unknown(year: int, month: int, day: int, leap: bool) -> BadInput:
    """The refusal of a lunar day that does not exist or that the calendar does not know."""
    return BadInput("lunar-day-unknown", what=f"{year}-{'+' if leap else ''}{month:02}-{day:02}")


def solar_day_unknown(day: date, known: Period) -> BadInput:
    """The refusal of a solar day outside what the calendar knows."""
    return BadInput(
        "solar-day-unknown", what=day.isoformat(), first=known.first.isoformat(), last=known.last.isoformat()
    )
