"""The numbers of a report: figures with their records, month by month and station by station."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any, final

import attrs

from grassroots.data import text
from grassroots.domain.figure import Definition, Mean, Measure, Value, plain
from grassroots.domain.smallcounts import given_away, large_groups, subset_told
from grassroots.errors import Denied, Missing
from grassroots.usecases.claims import ClaimResult
from grassroots.usecases.figures import Figure, Figures, definitions
from grassroots.usecases.reports.model import ClaimLine, FigureLine, Number, Point, Series, Words
from grassroots.values.counts import Rate
from grassroots.values.dates import Period
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading

OTHER = "other"
"""The group of figures that the data puts into none."""

_COMPOSED = (Measure.RATE, Measure.TOTAL)
_ADDS_UP = (Measure.RECORDS, Measure.SUM)


@cache
def plan() -> Mapping[str, Any]:
    """What a report shows by default: ``headline``, ``report`` (groups), ``by_month``, ``by_station``."""
    head: Mapping[str, Any] = tomllib.loads(text("figures"))["figures"]
    return head


@final
class Numbers:
    """Computes the figures of one report."""

    def __init__(
        self,
        reading: Reading,
        seat: Seat,
        period: Period,
        place: str | None,
        figures: Sequence[str] | None,
        *,
        published: bool = False,
    ) -> None:
        self._published = published
        self._least = reading.office.smallest_count(reading.today)
        self._kinds = reading.office.kinds
        self._figures = Figures(seat)
        self._known = definitions(reading.office.packs.active)
        self._period = period
        self._place = place
        self._groups = {id_: group for group, ids in plan()["report"].items() for id_ in ids}
        wanted = [id_ for id_ in self._groups if id_ in self._known] if figures is None else list(figures)
        if unknown := [id_ for id_ in wanted if id_ not in self._known]:
            raise Missing("figure-unknown", kind="figure", id=unknown[0])
        self._ids = [id_ for id_ in wanted if place is None or self._has_place(self._known[id_])]
        self.not_by_place = tuple(_title(self._known[id_]) for id_ in wanted if id_ not in self._ids)

    def lines(self) -> tuple[FigureLine, ...]:
        """One line a figure, in order."""
        headline = set(plan()["headline"])
        if headline.isdisjoint(self._ids):
            headline = set(self._ids[:6])
        return tuple(self._line(self._known[id_], id_ in headline) for id_ in self._ids)

    def claims(self, claims: Sequence[ClaimResult]) -> tuple[ClaimLine, ...]:
        """The claims as rows; in a published report without those that rest on a number not to be told."""
        return tuple(claim_line(claim) for claim in claims if not self._gives_away(claim))

    def by_month(self) -> tuple[Series, ...]:
        """The figures that the data lists under ``by_month``, for each month of the period."""
        months = [
            (f"{year:04}-{month:02}", _within(Period.month(year, month), self._period))
            for year, month in self._period.months()
        ]
        if len(months) < 2:
            return ()
        found = []
        for definition in self._listed("by_month"):
            points = []
            for name, month in months:
                figure = self._compute(definition, month)
                if figure is None or definition.id in self._hidden:
                    points.append(Point(name, None, 0))
                else:
                    points.append(Point(name, _number(figure.value), figure.records))
            found.append(_series(definition, self._told(definition, points)))
        return tuple(found)

    def by_station(self, standing: Collection[str]) -> tuple[Series, ...]:
        """The figures listed under ``by_station``: each place with what was recorded there itself."""
        found = []
        for definition in self._listed("by_station"):
            if definition.place is None or definition.measure not in _ADDS_UP:
                continue
            asked = attrs.evolve(definition, by=definition.place)
            figure = self._compute(asked, self._period)
            if figure is None or definition.id in self._hidden:
                continue
            records = figure.places
            names = [*standing, *sorted(set(figure.groups) - set(standing))]
            points = [Point(name, figure.groups.get(name, 0), records.get(name, 0)) for name in names]
            found.append(_series(definition, self._told(definition, points)))
        return tuple(found)

    def _line(self, definition: Definition, headline: bool) -> FigureLine:
        figure = self._computed[definition.id]
        if figure is None or definition.id in self._hidden:
            return FigureLine(
                id=definition.id,
                group=self._groups.get(definition.id, OTHER),
                title=_title(definition),
                unit=definition.unit,
                standing=not self._has_day(definition),
                headline=headline,
                hidden=True,
            )
        rate = figure.value if isinstance(figure.value, Rate) else None
        return FigureLine(
            id=definition.id,
            group=self._groups.get(definition.id, OTHER),
            title=_title(definition),
            unit=definition.unit,
            value=_number(figure.value),
            numerator=rate and rate.numerator,
            denominator=rate and rate.denominator,
            records=figure.records,
            standing=not self._has_day(definition),
            missing=figure.missing,
            left_out=0 if self._published and figure.left_out < self._least else figure.left_out,
            packs=figure.packs,
            headline=headline,
        )

    # -- small counts -------------------------------------------------------------------------------------
    def _compute(self, definition: Definition, period: Period) -> Figure | None:
        """A figure; None where it is too small for this viewer to be told."""
        try:
            return self._figures.compute(definition, period=period, place=self._place)
        except Denied as refusal:
            if not refusal.code.startswith("count-"):
                raise
            return None

    @cached_property
    def _computed(self) -> Mapping[str, Figure | None]:
        return {id_: self._compute(self._known[id_], self._period) for id_ in self._ids}

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The figures of a published report that are not told: too small, or told by what others leave over.

        A figure that is a part of another ("of these still unanswered") gives the rest of it; a total gives a
        part that is hidden; the same figure for the network gives what is outside this place.
        """
        if not self._published:
            return frozenset()
        told = {id_: figure for id_, figure in self._computed.items() if figure is not None}
        people = {id_: one for id_, one in told.items() if self._of_people(one.definition)}
        hidden = {id_ for id_, one in people.items() if self._small(one) or self._alone_outside(one)}
        cells = {id_: _cells(one) for id_, one in people.items()}
        hidden |= given_away({id_: cell for id_, cell in cells.items() if id_ not in hidden}, self._least)
        for id_, one in people.items():
            parts = {part.id for part in one.parts}
            if hidden & parts:
                hidden.add(id_)
        return frozenset(hidden)

    def _of_people(self, definition: Definition) -> bool:
        """Whether a figure counts people, or records that are each about somebody."""
        if definition.measure in _COMPOSED:
            return any(self._of_people(part) for part in self._parts(definition))
        if definition.kind is None:
            return False
        return definition.unit == "person" or self._kinds.named(definition.kind).about_people

    def _small(self, figure: Figure) -> bool:
        if isinstance(figure.value, Rate):
            part, whole = figure.value.numerator, figure.value.denominator
            return subset_told(part, whole, self._least) is None
        if isinstance(figure.value, int) and figure.definition.unit == "person":
            # "Two people stood forty shifts": many records, and still two people.
            return min(figure.value, figure.records) < self._least
        return figure.records < self._least

    def _alone_outside(self, figure: Figure) -> bool:
        """Whether the same figure for the whole network would tell a small number outside this place."""
        if self._place is None:
            return False
        try:
            whole = self._figures.compute(figure.definition, period=self._period)
        except Denied:
            return True
        return 0 < whole.records - figure.records < self._least

    def _gives_away(self, claim: ClaimResult) -> bool:
        if not self._published:
            return False
        figures = [figure for check in claim.checks for figure in check.figures]
        of_people = [one for one in figures if self._of_people(one.definition)]
        return any(one.id in self._hidden or self._small(one) for one in of_people)

    def _told(self, definition: Definition, points: list[Point]) -> list[Point]:
        """The points of a chart as they may be published: the small ones, and what would give them away,
        gone.
        """
        if not self._published or not self._of_people(definition):
            return points
        kept = large_groups({point.name: point.records for point in points}, self._least)
        return [point if point.name in kept else Point(point.name, None, 0) for point in points]

    def _listed(self, name: str) -> list[Definition]:
        return [self._known[id_] for id_ in plan()[name] if id_ in self._ids]

    def _parts(self, definition: Definition) -> list[Definition]:
        names = definition.parts or (str(definition.of), str(definition.over))
        return [self._known[name] for name in names if name in self._known]

    def _has_place(self, definition: Definition) -> bool:
        if definition.measure in _COMPOSED:
            return all(self._has_place(part) for part in self._parts(definition))
        return definition.place is not None

    def _has_day(self, definition: Definition) -> bool:
        if definition.measure in _COMPOSED:
            return any(self._has_day(part) for part in self._parts(definition))
        return definition.day is not None


def _cells(figure: Figure) -> tuple[frozenset[str], ...]:
    """The sets of records whose sizes a line tells: one, or two of a rate."""
    of = figure.parts if isinstance(figure.value, Rate) else (figure,)
    return tuple(frozenset(f"{one.kind}/{one.id}" for one in part.each(shown=False)) for part in of)


def claim_line(claim: ClaimResult) -> ClaimLine:
    """A claim as a row of the table."""
    return ClaimLine(
        id=claim.claim.id,
        published=Words(claim.claim.published_zh, claim.claim.published_en),
        computed=tuple("–" if one.computed is None else str(one.computed) for one in claim.checks),
        expected=tuple(one.expected for one in claim.checks),
        titles=tuple(Words(one.title_zh, one.title_en) for one in claim.checks),
        rounded=tuple(one.rounded for one in claim.checks),
        records=claim.records,
        holds=claim.holds,
    )


def _series(definition: Definition, points: list[Point]) -> Series:
    return Series(id=definition.id, title=_title(definition), unit=definition.unit, points=tuple(points))


def _title(definition: Definition) -> Words:
    return Words.given(definition.title_zh, definition.title_en, definition.id)


def _number(value: Value) -> Number:
    if isinstance(value, Rate):
        return None
    if isinstance(value, Mean):
        shown = plain(value)
        return None if shown is None else float(shown)
    return value


def _within(month: Period, period: Period) -> Period:
    first: date = max(month.first, period.first)
    return Period(first, min(month.last, period.last))
