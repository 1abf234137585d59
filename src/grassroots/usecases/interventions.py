"""Interventions at a desk: what a patrol saw and did, line by line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, final

from grassroots.contracts.storage import Between, Condition, Includes, Is
from grassroots.domain.checks import catalogue_code, in_catalogue, short_code
from grassroots.domain.intervention import Intervention, InterventionWithdrawn, Outcome
from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.values.dates import Period
from grassroots.values.ids import InterventionId, MemberId, RoleId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Interventions(Room):
    """The room ``desk.interventions``."""

    @act
    def record(
        self,
        work: Work,
        /,
        *,
        kind: str,
        station: StationId,
        outcome: Outcome | str,
        day: date | None = None,
        **fields: Any,
    ) -> Intervention:
        """Write down one line of a patrol sheet; ``fields`` are those of :class:`Intervention`.

        ``incidents`` is 1 unless given, and 0 where nothing was found. ``kind`` is a code of the rule packs'
        table ``intervention_kind``. A volunteer who names nobody writes for themselves.
        """
        if work.writer is not None:
            fields.setdefault("by", (work.writer,))
        step = Intervention.record(
            id=InterventionId(work.new_id()),
            kind=kind,
            station=station,
            day=day or work.today,
            outcome=outcome,
            **fields,
        )
        _sound(work, step.after)
        return work.keep(step)

    @act
    def correct(
        self, work: Work, /, id: InterventionId, *, reason: str | None = None, **fields: Any
    ) -> Intervention:
        """Set fields right; former values stay in the history."""
        step = work.load(Intervention, id).correct(reason, **fields)
        _sound(work, step.after)
        return work.keep(step)

    @act
    def withdraw(self, work: Work, id: InterventionId, *, reason: str) -> None:
        """It never was (typed twice): erase it; the trail keeps that it was there, and why it went."""
        withdrawn = InterventionWithdrawn(reason=short_code(reason, "reason"))
        work.drop(work.load(Intervention, id), withdrawn)

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: InterventionId) -> Intervention:
        """One line."""
        return reading.get(Intervention, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        station: StationId | None = None,
        period: Period | None = None,
        kind: str | None = None,
        role: RoleId | None = None,
        by: MemberId | None = None,
    ) -> list[Intervention]:
        """Lines by day. ``role`` lists all that a role had a hand in; a *count* by role uses one capacity."""
        where: list[Condition] = [] if station is None else [Is("station", station)]
        if period is not None:
            last = period.last + timedelta(days=1)
            where.append(Between("day", period.first.isoformat(), last.isoformat()))
        if kind is not None:
            where.append(Is("kind", catalogue_code(kind)))
        if role is not None:
            where.append(Includes("roles", role))
        if by is not None:
            where.append(Includes("by", by))
        return sorted(reading.list(Intervention, *where), key=lambda one: (one.day, one.id))


def _sound(work: Work, one: Intervention) -> None:
    """What a line names has to exist."""
    in_catalogue(one.kind, work.office.packs.table("intervention_kind", one.day), "kind")
    work.load(Station, one.station)
    for member in one.by:
        work.load(Member, member)
    for role in one.roles:
        work.load(Role, role)
