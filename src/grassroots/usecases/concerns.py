"""Concerns at a desk: write down, see to it, answer, close; and what is open, overdue or unanswered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, final

from grassroots.contracts.storage import AnyOf, Between, Condition, Is
from grassroots.domain.checks import catalogue_code, in_catalogue
from grassroots.domain.concern import (
    Concern,
    ConcernNumberTaken,
    ConcernStatus,
    ReplyMedium,
    Satisfaction,
    due_day,
)
from grassroots.domain.duty import Shift
from grassroots.domain.member import Member
from grassroots.domain.organization import Organization
from grassroots.domain.station import Station
from grassroots.errors import Missing
from grassroots.usecases.safeguarding import guard_owner
from grassroots.usecases.workdays import working_days
from grassroots.values.dates import Period
from grassroots.values.ids import ConcernId, MemberId, OrganizationId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.kindspec import Record
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_NAMED: dict[str, type[Record]] = {
    "taken_by": Member,
    "raiser_member": Member,
    "shift": Shift,
    "compound": Organization,
}


@final
class Concerns(Room):
    """The room ``desk.concerns``."""

    @act
    def take(
        self, work: Work, /, *, station: StationId, text: str, taken_on: date | None = None, **fields: Any
    ) -> Concern:
        """Write down what a resident told; ``fields`` are those of :class:`Concern`.

        A number of a paper slip is used once per station and year: the second time is refused and names the
        first. A volunteer who names nobody wrote it down themselves (``taken_by``).
        """
        work.load(Station, station)
        if work.writer is not None:
            fields.setdefault("taken_by", work.writer)
        step = Concern.take(
            id=ConcernId(work.new_id()),
            station=station,
            taken_on=taken_on or work.today,
            text=text,
            **fields,
        )
        _sound(work, step.after)
        return work.keep(step)

    @act
    def correct(self, work: Work, /, id: ConcernId, *, reason: str | None = None, **fields: Any) -> Concern:
        """Set right what was written down; former values stay in the history."""
        step = work.load(Concern, id).correct(reason, **fields)
        _sound(work, step.after)
        return work.keep(step)

    @act
    def accept(
        self, work: Work, id: ConcernId, *, due: date | None = None, urgency: str | None = None
    ) -> Concern:
        """Promise to deal with it, until a day.

        Without ``due`` the term of the rule packs counts (table ``concern_due``): that of ``urgency`` if it
        is named ("urgent", "utilities", "difficult"), else that of the concern's kind; none if none stands.
        A term in working days needs the holidays of its year (table ``holiday_notice``): without them the
        act is refused (``working-days-unknown``), and whoever accepts names the day.
        """
        concern = work.load(Concern, id)
        return work.keep(concern.accept(due or concern.due or _due(work, concern, urgency)))

    @act
    def assign(self, work: Work, id: ConcernId, owner: MemberId, *, due: date | None = None) -> Concern:
        """Give it to somebody of the network, who is neither who raised it nor one of their family."""
        work.load(Member, owner)
        concern = work.load(Concern, id)
        guard_owner(work, owner, (concern.raiser_member,))
        return work.keep(concern.assign(owner, due))

    @act
    def refer(
        self, work: Work, id: ConcernId, unit: OrganizationId | None = None, *, due: date | None = None
    ) -> Concern:
        """Hand it to an outside body (None: one that the register does not know)."""
        if unit is not None:
            work.load(Organization, unit)
        return work.keep(work.load(Concern, id).refer(unit, due))

    @act
    def extend(self, work: Work, id: ConcernId, due: date, *, reason: str) -> Concern:
        """Move the due day, before it is over; ``reason`` is a short code."""
        return work.keep(work.load(Concern, id).extend(due, on=work.today, reason=reason))

    @act
    def resolve(self, work: Work, id: ConcernId, *, on: date | None = None) -> Concern:
        """Solved."""
        return work.keep(work.load(Concern, id).resolve(on or work.today))

    @act
    def explain(
        self, work: Work, id: ConcernId, *, on: date | None = None, reason: str | None = None
    ) -> Concern:
        """It cannot be solved; ``reason`` is a short code, the words go into the reply."""
        return work.keep(work.load(Concern, id).explain(on or work.today, reason))

    @act
    def decline(self, work: Work, id: ConcernId, *, reason: str, on: date | None = None) -> Concern:
        """Not a matter for the network; ``reason`` is a short code."""
        return work.keep(work.load(Concern, id).decline(on or work.today, reason))

    @act
    def merge(self, work: Work, id: ConcernId, into: ConcernId) -> Concern:
        """The same matter as another concern, which goes on."""
        return work.keep(work.load(Concern, id).merge(work.load(Concern, into)))

    @act
    def reply(
        self,
        work: Work,
        id: ConcernId,
        *,
        medium: ReplyMedium | str,
        text: str = "",
        on: date | None = None,
    ) -> Concern:
        """Tell the resident the outcome."""
        return work.keep(work.load(Concern, id).reply(on or work.today, medium, text))

    @act
    def rate(
        self, work: Work, id: ConcernId, rating: Satisfaction | str, *, on: date | None = None
    ) -> Concern:
        """What the resident says of it when asked."""
        return work.keep(work.load(Concern, id).rate(rating, on or work.today))

    @act
    def close(self, work: Work, id: ConcernId, *, on: date | None = None) -> Concern:
        """Nothing left to do; only what has been replied can be closed."""
        return work.keep(work.load(Concern, id).close(on or work.today))

    @act
    def reopen(self, work: Work, id: ConcernId, *, reason: str, on: date | None = None) -> Concern:
        """Take it up again; ``reason`` is a short code."""
        return work.keep(work.load(Concern, id).reopen(on or work.today, reason))

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: ConcernId) -> Concern:
        """One concern as it stands, merged ones too (``merged_into`` leads on)."""
        return reading.get(Concern, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        station: StationId | None = None,
        period: Period | None = None,
        status: ConcernStatus | None = None,
    ) -> list[Concern]:
        """The register, in order of entry: by station, day of hearing and status."""
        where: list[Condition] = [] if station is None else [Is("station", station)]
        if period is not None:
            last = period.last + timedelta(days=1)
            where.append(Between("taken_on", period.first.isoformat(), last.isoformat()))
        if status is not None:
            where.append(Is("status", status.value))
        return reading.list(Concern, *where)

    @look
    def open(self, reading: Reading, *, station: StationId | None = None) -> list[Concern]:
        """Without an outcome yet."""
        return reading.list(Concern, Is("open", True), *_at(station))

    @look
    def overdue(self, reading: Reading, *, station: StationId | None = None) -> list[Concern]:
        """Open, and the promised day is over."""
        found = reading.walk(Concern, Is("open", True), *_at(station))
        return [concern for concern in found if concern.overdue(reading.today)]

    @look
    def awaiting_reply(self, reading: Reading, *, station: StationId | None = None) -> list[Concern]:
        """With an outcome that the resident has not been told yet (件件有回音)."""
        decided = (ConcernStatus.RESOLVED, ConcernStatus.EXPLAINED, ConcernStatus.DECLINED)
        where = AnyOf("status", tuple(status.value for status in decided))
        return reading.list(Concern, where, *_at(station))

    @look
    def tabled_late(
        self,
        reading: Reading,
        period: Period,
        *,
        within_days: int | None = None,
        station: StationId | None = None,
    ) -> list[Concern]:
        """Heard in this period and not discussed at a meeting within so many days.

        By default as many as the rule packs say (``concern_practice.weekly-review``).
        """
        if within_days is None:
            rule = reading.office.packs.rule("concern_practice", "weekly-review", period.last)
            within_days = int(rule.value["review_within_days"])
        last = period.last + timedelta(days=1)
        where = Between("taken_on", period.first.isoformat(), last.isoformat())
        found = reading.walk(Concern, where, *_at(station))
        return [concern for concern in found if concern.tabled_late(within_days, reading.today)]


def _at(station: StationId | None) -> tuple[Condition, ...]:
    return () if station is None else (Is("station", station),)


def _sound(work: Work, concern: Concern) -> None:
    """What a concern names has to exist, and its number must be free."""
    for field, kind in _NAMED.items():
        if getattr(concern, field) is not None:
            work.load(kind, getattr(concern, field))
    in_catalogue(concern.category, work.office.packs.table("concern_category", work.today), "category")
    if concern.number is None:
        return
    for other in work.find(Concern, Is("station", concern.station), Is("number", concern.number)):
        # A register begins anew with every year.
        if other.id != concern.id and other.taken_on.year == concern.taken_on.year:
            raise ConcernNumberTaken(number=concern.number, id=other.id)


def _due(work: Work, concern: Concern, urgency: str | None) -> date | None:
    if urgency is not None:
        rule = work.rules("concern_due", catalogue_code(urgency), concern.taken_on)
        return _term(work, concern.taken_on, rule)
    if concern.kind is None:
        return None
    try:
        rule = work.rules("concern_due", concern.kind.value, concern.taken_on)
    except Missing:
        # The packs of this network promise no term for this kind.
        return None
    return _term(work, concern.taken_on, rule)


def _term(work: Work, taken_on: date, rule: Mapping[str, Any]) -> date:
    # Holidays are asked only where the term is one of working days: others hold in any year.
    if not rule.get("due_working_days"):
        return due_day(taken_on, rule)
    return due_day(taken_on, rule, working_days(work))
