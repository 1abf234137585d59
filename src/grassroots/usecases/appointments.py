"""Appointments at a desk: appointing, extending, ending, who holds what, and where people are missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import final

from grassroots.contracts.storage import AnyOf, Between, Condition, Is
from grassroots.domain.appointment import (
    Appointment,
    AppointmentEnd,
    AppointmentState,
    Route,
    Withdrawal,
)
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.role import Role
from grassroots.domain.staffing import Gap, gaps
from grassroots.domain.station import Station
from grassroots.values.dates import Period, Span
from grassroots.values.ids import AppointmentId, MemberId, OrganizationId, RoleId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_AWAY = (MemberStatus.PAUSED, MemberStatus.LEFT, MemberStatus.DECEASED)


@final
class Appointments(Room):
    """The room ``desk.appointments``."""

    @act
    def appoint(
        self,
        work: Work,
        *,
        member: MemberId,
        role: RoleId,
        station: StationId | None = None,
        body: OrganizationId | None = None,
        first: date | None = None,
        last: date | None = None,
        acting: bool = False,
        route: Route | None = None,
        despite: str | None = None,
    ) -> Appointment:
        """Appoint somebody from ``first`` (today) to ``last`` (the end of the role's term, if it has one).

        ``despite`` names who decided that a hindrance does not stand in the way.
        """
        held = work.load(Role, role)
        begins = first or work.today
        return work.keep(
            Appointment.appoint(
                id=AppointmentId(work.new_id()),
                member=work.load(Member, member),
                role=held,
                span=held.term_from(begins) if last is None else Span(begins, last),
                station=None if station is None else work.load(Station, station),
                body=None if body is None else work.load(Organization, body),
                acting=acting,
                route=route,
                despite=despite,
                others=_of_role(work, role, begins),
            )
        )

    @act
    def extend(self, work: Work, id: AppointmentId, *, until: date) -> Appointment:
        """Make a term longer, to a new last day."""
        found = work.load(Appointment, id)
        station = None if found.station is None else work.load(Station, found.station)
        others = _of_role(work, found.role, found.span.first)
        return work.keep(found.extend(until, work.load(Role, found.role), station, others))

    @act
    def end(
        self,
        work: Work,
        id: AppointmentId,
        *,
        on: date | None = None,
        reason: AppointmentEnd = AppointmentEnd.EXPIRED,
    ) -> Appointment:
        """End it; ``on`` (today) is the last day."""
        return work.keep(work.load(Appointment, id).end(on or work.today, reason))

    @act
    def end_all(
        self, work: Work, member: MemberId, *, reason: AppointmentEnd, on: date | None = None
    ) -> list[Appointment]:
        """End everything that somebody holds, in one act: they died, left, or moved away."""
        day = on or work.today
        held = work.find(Appointment, Is("member", member), *_on(day))
        return [work.keep(one.end(day, reason)) for one in held if one.end_reason is None]

    @act
    def withdraw(self, work: Work, id: AppointmentId, *, reason: Withdrawal) -> Appointment:
        """Take it back as if it had never been; the trail says so. Gives back what was erased."""
        found = work.load(Appointment, id)
        work.drop(found, found.withdraw(work.today, reason))
        return found

    @look
    def get(self, reading: Reading, id: AppointmentId) -> Appointment:
        """The appointment with this id."""
        return reading.get(Appointment, id)

    @look
    def current(
        self,
        reading: Reading,
        *,
        on: date | None = None,
        member: MemberId | None = None,
        role: RoleId | None = None,
        family: str | None = None,
        station: StationId | None = None,
        body: OrganizationId | None = None,
    ) -> list[Appointment]:
        """Who holds what on a day (today), in order of entry; acting holders included."""
        asked = {"member": member, "role": role, "family": family, "station": station, "body": body}
        where = [Is(key, value) for key, value in asked.items() if value is not None]
        return reading.list(Appointment, *where, *_on(on or reading.today))

    @look
    def of_member(self, reading: Reading, member: MemberId) -> list[Appointment]:
        """Everything that somebody held, holds or will hold."""
        return reading.list(Appointment, Is("member", member))

    @look
    def beginning(self, reading: Reading, period: Period, *, role: RoleId | None = None) -> list[Appointment]:
        """The appointments whose first day lies in a period."""
        where: list[Condition] = [] if role is None else [Is("role", role)]
        begins = Between("first", period.first.isoformat(), _next(period.last))
        return reading.list(Appointment, *where, begins)

    @look
    def gaps(
        self,
        reading: Reading,
        *,
        on: date | None = None,
        ending_within_days: int = 60,
        most_roles: int | None = None,
    ) -> list[Gap]:
        """Where people are missing on a day (today), or soon will be."""
        day = on or reading.today
        standing = reading.list(Appointment, Between("last", day.isoformat()))
        current = [a for a in standing if a.state_on(day) is AppointmentState.CURRENT]
        return gaps(
            day,
            reading.list(Role),
            reading.list(Station),
            standing,
            ending_within_days=ending_within_days,
            most_roles=most_roles,
            away=_away(reading, [a.member for a in current]),
        )


def _of_role(work: Work, role: RoleId, first: date) -> list[Appointment]:
    """The appointments to a role that are not over before a day: all that could be in the way."""
    return work.find(Appointment, Is("role", role), Between("last", first.isoformat()))


def _on(day: date) -> tuple[Condition, ...]:
    return Between("first", None, _next(day)), Between("last", day.isoformat())


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat() if day < date.max else "9999-12-32"


def _away(reading: Reading, holders: Sequence[MemberId]) -> frozenset[MemberId]:
    away = reading.walk(Member, AnyOf("status", tuple(status.value for status in _AWAY)))
    return frozenset(member.id for member in away) & frozenset(holders)
