"""Calendar values: days that are only partly known, ages, spans and periods. Whole days, no time zone.

Elders' papers often give a year, or a year and a month. Such a date is kept as it is known; what follows
from it (an age, years of standing) is a *range*, and a rule that the range leaves open must say "needs
check" rather than yes or no.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import final

import attrs

from grassroots.errors import BadInput

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _only_day(_owner: object, field: attrs.Attribute[date], value: date | None) -> None:
    # A datetime is a date to isinstance, and then fails to compare with one, far from here.
    if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
        raise TypeError(f"{field.name} is a calendar day, not {type(value).__name__}")


@final
@attrs.frozen(order=False)
class PartialDate:
    """A day of which perhaps only the year, or the year and month, is known.

    Hashable, and without an order: whether "1952" comes before "1952-07" nobody can say. Compare
    :attr:`earliest` and :attr:`latest`, and decide what to do between them. Raises BadInput
    ``no-such-date`` for 30 February and for a day without its month.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise BadInput("no-such-date", what=f"{self.year}-?-{self.day}")
        try:
            date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)
        except ValueError:
            known = [part for part in (self.year, self.month, self.day) if part is not None]
            raise BadInput("no-such-date", what="-".join(map(str, known))) from None

    @classmethod
    def parse(cls, iso: str) -> PartialDate:
        """Read "1952", "1952-07" or "1952-07-03"; anything else is BadInput ``date-unreadable``.

        What people write in cells is read by :func:`grassroots.values.messy.read_partial_date`.
        """
        found = _PARTIAL.fullmatch(iso)
        if found is None:
            raise BadInput("date-unreadable", what=iso)
        year, month, day = (None if part is None else int(part) for part in found.groups())
        return cls(year or 0, month, day)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A day that is wholly known."""
        return cls(day.year, day.month, day.day)

    @property
    def iso(self) -> str:
        """ISO 8601 text of what is known; :meth:`parse` reads it back."""
        text = f"{self.year:04d}"
        if self.month is not None:
            text += f"-{self.month:02d}"
        if self.day is not None:
            text += f"-{self.day:02d}"
        return text

    def __str__(self) -> str:
        return self.iso

    @property
    def exact(self) -> bool:
        """Whether the day itself is known."""
        return self.day is not None

    @property
    def earliest(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


@final
@attrs.frozen
class Ages:
    """Whole years, from the lowest to the highest that they can be; both are equal when it is certain."""

    low: int
    high: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"no range of ages: {self.low} to {self.high}")

    @property
    def exact(self) -> bool:
        """Whether there is only one possibility."""
        return self.low == self.high


def age_on(born: PartialDate, on: date) -> Ages:
    """Age in completed years (周岁) on a day: a range if the birth date is partly known.

    Somebody born on 29 February completes the year on 1 March of a common year, see
    :func:`anniversary`. Raises BadInput ``not-yet-born`` if ``on`` is certainly before the birth.
    """
    if on < born.earliest:
        raise BadInput("not-yet-born", born=born.iso, on=on.isoformat())
    return years_on(born, on)


def years_on(start: PartialDate, on: date) -> Ages:
    """Completed years from a start until a day (standing, service); none before the start."""
    return Ages(_completed(start.latest, on), _completed(start.earliest, on))


def _completed(start: date, on: date) -> int:
    years = on.year - start.year - ((on.month, on.day) < (start.month, start.day))
    return max(0, years)


def anniversary(day: date, years: int) -> date:
    """The day on which ``years`` years since ``day`` are completed.

    From 29 February to a common year this is 1 March: on 28 February the last year still lacks its last
    day, and a medal or a seat must not come a day too early. No source in this field settles it; the
    choice is ours, and :func:`age_on` follows the same one. Raises BadInput ``no-such-date`` outside the
    years 1 to 9999.
    """
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise BadInput("no-such-date", what=str(year))
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)


@final
@attrs.frozen
class Span:
    """Calendar days from the first to the last, both included; without a last day it is still open."""

    first: date = attrs.field(validator=_only_day)
    last: date | None = attrs.field(default=None, validator=_only_day)

    def __attrs_post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise BadInput("span-backwards", first=self.first.isoformat(), last=self.last.isoformat())

    @property
    def open(self) -> bool:
        """Whether no last day is known yet."""
        return self.last is None

    def covers(self, day: date) -> bool:
        """Whether the day lies within, ends included."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Span | Period) -> bool:
        """Whether the two share at least one day."""
        return (other.last is None or self.first <= other.last) and (
            self.last is None or other.first <= self.last
        )

    def until(self, day: date) -> Span:
        """The part up to and including ``day``; a span that ended before stays as it is.

        Raises BadInput ``span-backwards`` if ``day`` is before the first day.
        """
        if self.last is not None and self.last <= day:
            return self
        return Span(self.first, day)


@final
@attrs.frozen
class Period:
    """The days that a figure or a plan speaks of: closed, both ends included."""

    first: date = attrs.field(validator=_only_day)
    last: date = attrs.field(validator=_only_day)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("span-backwards", first=self.first.isoformat(), last=self.last.isoformat())

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls._known(PartialDate(year))

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month."""
        return cls._known(PartialDate(year, month))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "2021", "2021-07", "2021-07-01", or two of them joined by "..".

        "2021-03..2021" runs from 1 March to the end of the year. Raises BadInput ``period-unreadable``,
        ``no-such-date`` or ``span-backwards``.
        """
        first, dots, last = text.partition("..")
        if not _PARTIAL.fullmatch(first) or (dots and not _PARTIAL.fullmatch(last)):
            raise BadInput("period-unreadable", what=text)
        start = PartialDate.parse(first)
        return cls(start.earliest, (PartialDate.parse(last) if dots else start).latest)

    @classmethod
    def _known(cls, known: PartialDate) -> Period:
        return cls(known.earliest, known.latest)

    @property
    def iso(self) -> str:
        """The shortest text that :meth:`parse` reads back."""
        for known in (PartialDate(self.first.year), PartialDate(self.first.year, self.first.month)):
            if (known.earliest, known.latest) == (self.first, self.last):
                return known.iso
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    def __str__(self) -> str:
        return self.iso

    def contains(self, day: date) -> bool:
        """Whether the day lies within, ends included."""
        return self.first <= day <= self.last

    def days(self) -> list[date]:
        """Every day, in order."""
        return [date.fromordinal(n) for n in range(self.first.toordinal(), self.last.toordinal() + 1)]

    def months(self) -> list[tuple[int, int]]:
        """Every month that it touches, as (year, month), in order."""
        start = self.first.year * 12 + self.first.month - 1
        end = self.last.year * 12 + self.last.month - 1
        return [(n // 12, n % 12 + 1) for n in range(start, end + 1)]

    def weeks(self) -> list[date]:
        """Every ISO week that it touches, as the date of its Monday (which may lie before the first day)."""
        monday = self.first - timedelta(days=self.first.weekday())
        return [date.fromordinal(n) for n in range(monday.toordinal(), self.last.toordinal() + 1, 7)]
