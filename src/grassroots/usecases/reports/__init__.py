"""Reports at a desk: one page of a period, computed as of one moment, each number with its records.

What stands in it (which figures, which of them month by month) is data: the head of data/figures.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, final

from grassroots.errors import Conflict
from grassroots.usecases.claims import ClaimResult
from grassroots.usecases.reports.day import TheDay
from grassroots.usecases.reports.model import (
    ClaimLine,
    DeviationLine,
    FigureLine,
    GapLine,
    HeldBack,
    OverdueContact,
    PackLine,
    Point,
    Report,
    Series,
    StationNode,
    UnansweredConcern,
    Words,
)
from grassroots.usecases.reports.numbers import Numbers
from grassroots.values.dates import Period
from grassroots.values.ids import StationId
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading

__all__ = [
    "ClaimLine", "DeviationLine", "FigureLine", "GapLine", "HeldBack", "OverdueContact", "PackLine", "Point",
    "Report", "Reports", "Series", "StationNode", "UnansweredConcern", "Words",
]  # fmt: skip

TRIES = 3
"""How often a report is begun anew when something is written while it reads."""

T = TypeVar("T")


@final
class Reports(Room):
    """The room ``desk.reports``."""

    @look
    def yearly(
        self,
        reading: Reading,
        period: Period,
        *,
        place: StationId | None = None,
        claims: Sequence[ClaimResult] = (),
        figures: Sequence[str] | None = None,
        published: bool = False,
    ) -> Report:
        """The report of a period, for the network or for a station with all below it.

        ``published`` hides small counts of people, and what would give them away: for walls and the press.

        ``figures`` are the ids of figures, in order (None: those of data/figures.toml). Claims are shown as
        they were computed. Missing for a station or figure that does not exist; Conflict if records are
        written all the time while it reads.
        """
        return _settled(reading, lambda: self._draft(reading, period, place, claims, figures, published))

    def _draft(
        self,
        reading: Reading,
        period: Period,
        place: StationId | None,
        claims: Sequence[ClaimResult],
        figures: Sequence[str] | None,
        published: bool,
    ) -> Report:
        head = reading.head()
        day = TheDay(reading, self._seat, period, place)
        numbers = Numbers(reading, self._seat, period, place, figures, published=published)
        asked = [figure for claim in claims for check in claim.checks for figure in check.figures]
        return Report(
            network=day.network(),
            period=period,
            on=day.on,
            place=place,
            generated=reading.now.astimezone(reading.office.zone),
            head=head,
            packs=day.packs(),
            figures=numbers.lines(),
            months=numbers.by_month(),
            by_station=numbers.by_station(day.standing),
            stations=day.nodes(),
            gaps=day.gaps(),
            # Lists of single matters are for the office: on a wall they point at somebody.
            overdue=() if published else day.overdue(),
            unanswered=() if published else day.unanswered(),
            deviations=day.deviations(),
            held_back=day.held_back(),
            claims=numbers.claims(claims),
            claims_current=all(figure.head == head for figure in asked),
            labels=day.labels(),
            not_by_place=numbers.not_by_place,
            published=published,
            least=reading.office.smallest_count(reading.today),
        )


def _settled(reading: Reading, draft: Callable[[], T]) -> T:
    """The draft during which the journal's head stood still; Conflict after three that it moved under."""
    for _ in range(TRIES):
        head = reading.head()
        try:
            drafted = draft()
        except Conflict:
            continue  # a figure was asked for its records after something had been written
        if reading.head() == head:
            return drafted
    raise Conflict
