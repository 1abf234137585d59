"""Working days at a desk: what a day is, when a term is over, on which days the festivals of a year fall."""

from __future__ import annotations

from datetime import date
from typing import final

import attrs

from grassroots.contracts.calendar import DayKind
from grassroots.domain.pack import Packs
from grassroots.domain.workdays import NoticedDays, festival_day
from grassroots.errors import BadInput
from grassroots.values.dates import Period
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
@attrs.frozen(kw_only=True)
class DayTold:
    """One day: what it is, and which holiday (a rule of the table ``holiday``) makes it so; with labels.

    ``kind`` is None for a day of a year that was not announced: nobody knows, and nobody guesses.
    """

    day: date
    kind: DayKind | None
    holiday: str | None = None
    label_zh: str | None = None
    label_en: str | None = None


@final
@attrs.frozen(kw_only=True)
class Festival:
    """A festival of the lunar calendar: its rule, the day on which it falls, its labels."""

    code: str
    day: date
    label_zh: str
    label_en: str


@final
class Workdays(Room):
    """The room ``desk.workdays``: it reads rule packs and the calendar, and no records."""

    @look
    def days(self, reading: Reading, period: Period) -> list[DayTold]:
        """Every day of a period; days of a year without a notice have no kind."""
        packs = reading.office.packs
        known, table = noticed_days(packs, reading.today), packs.table("holiday", reading.today)
        told = []
        for day in period.days():
            if known.years is not None and day.year not in known.years:
                told.append(DayTold(day=day, kind=None))
                continue
            code = known.because_of(day)
            rules = table[code].value if code is not None else {}
            told.append(
                DayTold(
                    day=day,
                    kind=known.kind_of(day),
                    holiday=code,
                    label_zh=rules.get("label_zh"),
                    label_en=rules.get("label_en"),
                )
            )
        return told

    @look
    def kind_of(self, reading: Reading, day: date) -> DayKind:
        """What a day is; BadInput ``working-days-unknown`` for a year without a notice."""
        return noticed_days(reading.office.packs, reading.today).kind_of(day)

    @look
    def after(self, reading: Reading, day: date, count: int) -> date:
        """The day on which so many working days after ``day`` are over; BadInput as :meth:`kind_of`."""
        if count < 0:
            raise BadInput("too-few", what=count, field="count", least=0)
        return noticed_days(reading.office.packs, reading.today).after(day, count)

    @look
    def known_years(self, reading: Reading) -> tuple[int, ...] | None:
        """The years whose notices the rule packs have; None if no pack speaks of holidays at all."""
        years = noticed_days(reading.office.packs, reading.today).years
        return None if years is None else tuple(sorted(years))

    @look
    def festivals(self, reading: Reading, year: int) -> list[Festival]:
        """The lunar festivals that fall into a solar year, by day; MissingExtra without ``calendar``."""
        calendar = reading.office.calendar()
        found = []
        for code, answer in reading.office.packs.table("lunar_festival", reading.today).items():
            # The last days of a lunar year fall into the next solar one.
            for lunar_year in (year - 1, year):
                day = festival_day(str(answer.value["lunar_day"]), lunar_year, calendar)
                if day.year == year:
                    labels = {name: str(answer.value[name]) for name in ("label_zh", "label_en")}
                    found.append(Festival(code=code, day=day, **labels))
        return sorted(found, key=lambda one: (one.day, one.code))


def working_days(work: Work) -> NoticedDays:
    """The working days as the packs in force today have them; the fact will say which packs answered."""
    return NoticedDays.from_rules(work.rule_table("holiday_notice"), work.rule_table("holiday"))


def noticed_days(packs: Packs, on: date) -> NoticedDays:
    """The same for a look, which writes no fact."""
    notices, holidays = packs.table("holiday_notice", on), packs.table("holiday", on)
    return NoticedDays.from_rules(
        {code: answer.value for code, answer in notices.items()},
        {code: answer.value for code, answer in holidays.items()},
    )
