"""How a report's codes, numbers and days become words of one language. All sentences stand in locale/."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from string import Template
from typing import final

import attrs

from grassroots.errors import BadInput, Fact
from grassroots.locale import catalogue, label, say
from grassroots.pages.charts import Bar
from grassroots.usecases.reports import (
    ClaimLine,
    DeviationLine,
    FigureLine,
    GapLine,
    Point,
    Report,
    Series,
    StationNode,
)
from grassroots.usecases.reports.model import Number, Words
from grassroots.values.counts import ApproxCount, Rate
from grassroots.values.dates import PartialDate, Period

NAMED = 3
"""How many of the days, weeks or months that fell short are named."""


@final
@attrs.frozen
class Wording:
    """The words of one report in one language."""

    report: Report
    language: str

    def say(self, code: str, **facts: object) -> str:
        """A sentence of the catalogue."""
        return say(code, facts, self.language)

    def label(self, group: str, code: str) -> str:
        """The label of an enum value."""
        return label(group, code, self.language)

    def of(self, words: Words) -> str:
        """A text that the report has in both languages."""
        return words.of(self.language)

    def all_of(self, several: Iterable[Words]) -> list[str]:
        """Several such texts."""
        return [words.of(self.language) for words in several]

    def count(self, code: str, number: int) -> str:
        """A sentence with a count; one has a sentence of its own, as English needs it."""
        return self.say(f"{code}-one" if number == 1 else code, count=self.number(number))

    def number(self, value: Number) -> str:
        """A number with its thousands marked."""
        return self.say("report-nothing") if value is None else f"{value:,}"

    # -- days ---------------------------------------------------------------------------------------------
    def day(self, day: date) -> str:
        """A calendar day."""
        return self.say("report-day", year=day.year, name=self._month_name(day.month), day=day.day)

    def moment(self, moment: datetime) -> str:
        """A day and an hour on the wall."""
        return self.say("report-moment", day=self.day(moment.date()), time=f"{moment:%H:%M}")

    def period(self, period: Period) -> str:
        """A year, a month, or two days."""
        year, month = period.first.year, period.first.month
        if period == Period.year(year):
            return self.say("report-year", year=year)
        if period == Period.month(year, month):
            return self.say("report-month", year=year, name=self._month_name(month))
        if period.first == period.last:
            return self.day(period.first)
        return self.say("report-range", first=self.day(period.first), last=self.day(period.last))

    def _month_name(self, month: int) -> str:
        return self.label("report-month-name", str(month))

    # -- names --------------------------------------------------------------------------------------------
    def network(self) -> str:
        """What the network is called."""
        return self.of(self.report.network)

    def title(self) -> str:
        """The title of the page."""
        facts = {"network": self.network(), "period": self.period(self.report.period)}
        if self.report.place is None:
            return self.say("report-title", **facts)
        return self.say("report-title-place", place=self.station(self.report.place), **facts)

    def station(self, id: str | None) -> str:
        """A station's name; the whole network for None, and no station for an empty id."""
        if id is None:
            return self.say("report-whole")
        return self.report.word("station", id, self.language) if id else self.say("report-no-station")

    def role(self, id: str | None) -> str:
        """A role's name."""
        return self.say("report-nothing") if id is None else self.report.word("role", id, self.language)

    def scheme(self, id: str) -> str:
        """The name of a pairing scheme."""
        return self.report.word("scheme", id, self.language)

    def unit(self, unit: str, value: Number = None) -> str:
        """What is counted; the app's own word where the catalogue has none."""
        return self.label("figure-unit-one" if value == 1 else "figure-unit", unit)

    # -- lines --------------------------------------------------------------------------------------------
    def titled(self, series: Series) -> str:
        """The title of a chart with what is counted, unless the title says so itself."""
        title, unit = self.of(series.title), self.unit(series.unit)
        if unit.casefold() in title.casefold():
            return title
        return self.say("report-titled", title=title, unit=unit)

    def people(self, node: StationNode) -> str:
        """How many people hold a role at a station."""
        return self.count("report-people", node.people) if node.people else self.say("report-people-none")

    def big(self, line: FigureLine) -> tuple[str, str]:
        """A figure as a large number and the small words after it."""
        if line.hidden:
            return self.say("report-small", least=self.report.least), self.unit(line.unit)
        if line.denominator is not None and line.numerator is not None:
            percent = Rate(line.numerator, line.denominator).percent()
            of = self.say(
                "report-rate-of",
                numerator=self.number(line.numerator),
                denominator=self.number(line.denominator),
            )
            return (
                self.say("report-nothing") if percent is None else self.say("report-rate", percent=percent)
            ), of
        return self.number(line.value), self.unit(line.unit, line.value)

    def notes(self, line: FigureLine) -> list[str]:
        """What has to be said beside a figure."""
        found = []
        if line.standing:
            found.append(self.say("report-note-standing"))
        if line.missing:
            code = "report-note-missing-more" if len(line.missing) > NAMED else "report-note-missing"
            names = [self._bucket(name) for name in line.missing[:NAMED]]
            number = len(line.missing)
            facts = {"count": self.number(number), "unit": self.unit(line.unit, number), "names": names}
            found.append(self.say(code, **facts))
        if line.left_out:
            found.append(self.say("report-note-left-out", count=self.number(line.left_out)))
        return found

    def _bucket(self, name: str) -> str:
        when, _, station = name.partition(" ")
        try:
            known = PartialDate.parse(when)
        except ValueError:
            return self.label("deviation-code", name)
        one_year = self.report.period.first.year == self.report.period.last.year
        told = (
            self.say("report-day-short", name=self._month_name(known.earliest.month), day=known.earliest.day)
            if one_year and known.earliest == known.latest
            else self.period(Period(known.earliest, known.latest))
        )
        return f"{told} {self.station(station)}" if station else told

    def month_bar(self, series: Series, point: Point) -> Bar:
        """A month's bar; months of several years say which."""
        year, month = point.name.split("-")
        name = self.label("report-month-short", str(int(month)))
        if self.report.period.first.year != self.report.period.last.year:
            name = self.say("report-month", year=int(year), name=name)
        return self._bar(name, series, point)

    def station_bar(self, series: Series, point: Point) -> Bar:
        """A station's bar."""
        return self._bar(self.station(point.name), series, point)

    def _bar(self, name: str, series: Series, point: Point) -> Bar:
        printed = self.number(point.value)
        value = self.say("report-amount", number=printed, unit=self.unit(series.unit, point.value))
        records = self.count("report-records", point.records)
        told = self.say("report-bar", name=name, value=value, records=records)
        return Bar(name=name, amount=point.value, printed=printed, told=told)

    def have(self, gap: GapLine) -> str:
        """How many people a role has, and how many it should have."""
        facts = {"have": self.number(gap.have), "want": self.number(gap.want), "acting": gap.acting}
        return self.say("report-have-acting" if gap.acting else "report-have", **facts)

    def deviation(self, line: DeviationLine) -> str:
        """What is unlike the template, with the names of what it speaks of."""
        facts = {name: self._fact(name, value) for name, value in line.facts.items()}
        return self.say(f"report-deviation.{line.code}", **facts)

    def _fact(self, name: str, value: Fact) -> object:
        if name == "allowed" and isinstance(value, tuple):
            kinds = [self.label("station-kind", kind) for kind in value]
            return kinds or self.say("report-no-parent-allowed")
        if not isinstance(value, str):
            return value
        words = {
            "kind": lambda: self.label("station-kind", value),
            "parent": lambda: self.station(value),
            "role": lambda: self.role(value),
            "function": lambda: self.report.word("function", value, self.language),
        }
        return words.get(name, lambda: value)()

    def reason(self, code: str) -> str:
        """Why a row was held back: the sentence of its code; what stood in the cell is not kept.

        A sentence that says little without its dates has a shorter one for the page.
        """
        sentences = catalogue(self.language)
        sentence = sentences.get(f"report-reason.{code}") or sentences.get(code, code)
        unsaid: Mapping[str, str] = defaultdict(lambda: "…")
        return Template(sentence).safe_substitute(unsaid)

    def computed(self, claim: ClaimLine) -> list[str]:
        """What was counted and computed for each check, beside what it should be; the same lines once."""
        found: dict[str, int] = {}
        checks = zip(claim.computed, claim.expected, claim.titles, claim.rounded, strict=True)
        for value, expected, title, rounded in checks:
            shown = self.number(int(value)) if value.isdecimal() else value
            if rounded is not None:
                shown = self.say("claim-rounded", value=shown, rounded=self.number(rounded))
            beside = shown if expected == "=" else self._beside(shown, expected)
            told = self.say("claim-line", title=self.of(title), told=beside)
            found[told] = found.get(told, 0) + 1
        return [told if n == 1 else self.say("report-times", told=told, count=n) for told, n in found.items()]

    def _beside(self, computed: str, expected: str) -> str:
        return self.say("report-computed", computed=computed, expected=self._wanted(expected))

    def _wanted(self, expected: str) -> str:
        if expected == "all":
            return self.say("report-wanted-all")
        if expected.startswith("<="):
            return self.say("report-wanted-most", value=expected.removeprefix("<="))
        if expected.startswith("⊇ "):
            return self.say("report-wanted-among", value=expected.removeprefix("⊇ ").split(", "))
        try:
            count = ApproxCount.parse(expected)
        except BadInput:
            return expected.replace("..", "–")  # "12/12" and "1–15/15" say it in any language
        return self.say(f"report-wanted.{count.qualifier.value}", value=self.number(count.value))
