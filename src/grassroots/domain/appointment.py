"""An appointment is one person in one role, somewhere, from a day until a day.

Person, role and appointment are three things: heads of roles never add up to people. Terms. The *place* is a
station of the network or a body outside it (an adviser of a new organization), or neither (the network as a
whole). An *acting* holder keeps the work going but does not fill the post. The *route* is how somebody came
to it. Whether an appointment is planned, current or ended follows from its span and the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final, Self, final

import attrs

from grassroots.domain.fields import HEALTH, FieldGroup, guarded
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization, OrganizationStatus
from grassroots.domain.role import Role, RoleStatus
from grassroots.domain.station import Station, StationStatus
from grassroots.domain.step import Event, Step
from grassroots.errors import Refused
from grassroots.values.dates import Span
from grassroots.values.ids import AppointmentId, MemberId, OrganizationId, RoleId, StationId


class Route(StrEnum):
    """How somebody came to the role."""

    SELECTED = "selected"  # 选聘
    ELECTED = "elected"  # by those concerned
    RECOMMENDED = "recommended"  # by a branch or neighbours
    NOMINATED = "nominated"  # by themselves


class AppointmentState(StrEnum):
    """What an appointment is on a day; computed, never stored."""

    PLANNED = "planned"
    CURRENT = "current"
    ENDED = "ended"


class AppointmentEnd(StrEnum):
    """Why it ended. Never an illness: the journal keeps the reason for good."""

    EXPIRED = "expired"  # the term was over
    RESIGNED = "resigned"
    RECALLED = "recalled"
    MOVED = "moved"  # away, or to another role
    LEFT = "left"  # left the network
    DEATH = "death"
    ROLE_RETIRED = "role-retired"


class Withdrawal(StrEnum):
    """Why an appointment is taken back as if it had never been."""

    NOT_TAKEN_UP = "not-taken-up"  # before its first day
    WRONG_ENTRY = "wrong-entry"


@final
@attrs.frozen(kw_only=True)
class Appointed(Event):
    """Somebody was appointed. Who overrode a hindrance, if anybody, is in the record: it tells of health."""

    member: MemberId
    role: RoleId
    first: date
    last: date | None
    station: StationId | None = None
    body: OrganizationId | None = None
    acting: bool = False
    route: Route | None = None


@final
@attrs.frozen(kw_only=True)
class AppointmentExtended(Event):
    """A term was made longer."""

    former: date
    last: date


@final
@attrs.frozen(kw_only=True)
class AppointmentEnded(Event):
    """``on`` is the last day."""

    on: date
    reason: AppointmentEnd


@final
@attrs.frozen(kw_only=True)
class AppointmentWithdrawn(Event):
    """The record was erased: it was never taken up, or written down by mistake."""

    member: MemberId
    role: RoleId
    reason: Withdrawal


class AppointmentUnavailable(Refused):
    """Nobody is appointed who does not take part, is away, has left or has died."""

    code = "appointment-member-unavailable"


class AppointmentRoleRetired(Refused):
    """Nobody new is appointed to a retired role."""

    code = "appointment-role-retired"


class AppointmentPlaceClosed(Refused):
    """Nobody is appointed at a place that does not stand any more."""

    code = "appointment-place-closed"


class AppointmentHindered(Refused):
    """The role asks for what the person cannot do. May be overridden by name: it is their body and will."""

    code = "appointment-hindered"
    reveals = FieldGroup.HEALTH.value


class AppointmentTwice(Refused):
    """The same person holds the same role at the same place in the same time."""

    code = "appointment-twice"


class AppointmentOverQuota(Refused):
    """More people than the role's maximum for that unit."""

    code = "appointment-over-quota"


class AppointmentOver(Refused):
    """It has ended: somebody who goes on is appointed anew."""

    code = "appointment-over"


class AppointmentNotLonger(Refused):
    """The new last day is not after the one that stands, or there is none to extend."""

    code = "appointment-not-longer"


class AppointmentOutside(Refused):
    """A last day before the first day, or after the last."""

    code = "appointment-outside"


class AppointmentBegun(Refused):
    """It has begun: it can be ended, or withdrawn as a wrong entry."""

    code = "appointment-begun"


@guarded
@final
@attrs.frozen(kw_only=True)
class Appointment:
    """One person in one role. ``span`` holds its first and last day (None: for an indefinite time).

    ``family`` is the role's, ``extended`` the former last days, oldest first. ``despite`` names who decided
    that a hindrance does not stand in the way (a person's or body's short code).
    """

    id: AppointmentId
    member: MemberId
    role: RoleId
    family: str
    span: Span
    station: StationId | None = None
    body: OrganizationId | None = None
    acting: bool = False
    route: Route | None = None
    extended: tuple[date, ...] = ()
    end_reason: AppointmentEnd | None = None
    despite: str | None = attrs.field(default=None, metadata=HEALTH)

    @classmethod
    def appoint(
        cls,
        *,
        id: AppointmentId,
        member: Member,
        role: Role,
        span: Span,
        station: Station | None = None,
        body: Organization | None = None,
        acting: bool = False,
        route: Route | None = None,
        despite: str | None = None,
        others: Iterable[Appointment] = (),
    ) -> Step[Self]:
        """Appoint somebody. ``others`` are the appointments to this role, of anybody, that meet the span.

        Refuses: who is not available for all of the span, a retired role, a closed place, a body that the
        work does not fit (unless ``despite`` names who decided so), the same twice, and one too many.
        """
        _available(member, span)
        if role.status is RoleStatus.RETIRED:
            raise AppointmentRoleRetired(role=role.id)
        _place_stands(station, body, span)
        hindered = member.hindered(role.demands)
        if hindered and despite is None:
            raise AppointmentHindered(
                member=member.id, role=role.id, demands=tuple(limit.value for limit in hindered)
            )
        made = cls(
            id=id,
            member=member.id,
            role=role.id,
            family=role.family,
            span=span,
            station=None if station is None else station.id,
            body=None if body is None else body.id,
            acting=acting,
            route=route,
            # A name given without need would tell of a hindrance that is none.
            despite=despite if hindered else None,
        )
        made.check_room(role, station, others)
        return Step(made, (made._appointed(),))

    def _appointed(self) -> Appointed:
        return Appointed(
            member=self.member,
            role=self.role,
            first=self.span.first,
            last=self.span.last,
            station=self.station,
            body=self.body,
            acting=self.acting,
            route=self.route,
        )

    def check_room(self, role: Role, station: Station | None, others: Iterable[Appointment]) -> None:
        """Refuse if the person holds this already, or if there would be more people than a quota allows.

        ``others`` are appointments to the same role; ``station`` is the record of :attr:`station`.
        """
        rivals = [a for a in others if a.id != self.id and a.role == self.role]
        for rival in rivals:
            same = (rival.member, rival.place) == (self.member, self.place)
            if same and rival.span.overlaps(self.span):
                raise AppointmentTwice(member=self.member, role=self.role, appointment=rival.id)
        if self.acting:
            return
        for quota in role.quotas:
            here = station is not None and quota.speaks_of(station.kind, station.id)
            if quota.maximum is None or not (quota.whole or here):
                continue
            same_unit = rivals if quota.whole else [a for a in rivals if a.station == self.station]
            heads = most_heads((self, *same_unit), self.span)
            if heads > quota.maximum:
                raise AppointmentOverQuota(
                    role=role.id, unit=quota.unit, station=self.station, maximum=quota.maximum, heads=heads
                )

    # -- verbs --------------------------------------------------------------------------------------------
    def extend(
        self, until: date, role: Role, station: Station | None, others: Iterable[Appointment]
    ) -> Step[Self]:
        """Make the term longer; the former last day is kept. The same rules as for appointing hold again."""
        if self.end_reason is not None:
            raise AppointmentOver(id=self.id, last=_iso(self.span.last))
        last = self.span.last
        if last is not None and last == until and self.extended:
            return Step(self)
        if last is None or until <= last:
            raise AppointmentNotLonger(id=self.id, last=_iso(last), until=until.isoformat())
        after = attrs.evolve(self, span=Span(self.span.first, until), extended=(*self.extended, last))
        after.check_room(role, station, others)
        return Step(after, (AppointmentExtended(former=last, last=until),))

    def end(self, on: date, reason: AppointmentEnd) -> Step[Self]:
        """End it; ``on`` is the last day, within the span."""
        if self.end_reason is not None:
            if self.span.last == on and self.end_reason is reason:
                return Step(self)
            raise AppointmentOver(id=self.id, last=_iso(self.span.last))
        if not self.span.covers(on):
            raise AppointmentOutside(
                id=self.id, on=on.isoformat(), first=_iso(self.span.first), last=_iso(self.span.last)
            )
        after = attrs.evolve(self, span=self.span.until(on), end_reason=reason)
        return Step(after, (AppointmentEnded(on=on, reason=reason),))

    def withdraw(self, on: date, reason: Withdrawal) -> AppointmentWithdrawn:
        """Take it back as if it had never been: before its first day, or because it was a wrong entry."""
        if reason is Withdrawal.NOT_TAKEN_UP and self.span.first <= on:
            raise AppointmentBegun(id=self.id, first=_iso(self.span.first))
        return AppointmentWithdrawn(member=self.member, role=self.role, reason=reason)

    # -- computed -----------------------------------------------------------------------------------------
    @property
    def place(self) -> tuple[StationId | None, OrganizationId | None]:
        """Where: a station, a body, both, or neither."""
        return self.station, self.body

    def state_on(self, day: date) -> AppointmentState:
        """Planned, current or ended on a day."""
        if day < self.span.first:
            return AppointmentState.PLANNED
        return AppointmentState.CURRENT if self.span.covers(day) else AppointmentState.ENDED


def holders(appointments: Iterable[Appointment], on: date) -> frozenset[MemberId]:
    """The people who hold something of these on a day, acting ones left out; each counted once."""
    return frozenset(a.member for a in appointments if not a.acting and a.span.covers(on))


def most_heads(appointments: Iterable[Appointment], span: Span) -> int:
    """The greatest number of people at once on any day of a span, acting ones left out."""
    known = [a for a in appointments if not a.acting and a.span.overlaps(span)]
    # Heads only grow on a first day, so that no other day needs to be looked at.
    days = {max(a.span.first, span.first) for a in known}
    return max((len(holders(known, day)) for day in days), default=0)


_GONE: Final = (MemberStatus.LEFT, MemberStatus.DECEASED)


def _available(member: Member, span: Span) -> None:
    if member.status is MemberStatus.ACTIVE:
        return
    until = member.died if member.status is MemberStatus.DECEASED else member.left
    # What somebody held before they left or died may still be written down afterwards.
    if member.status in _GONE and until is not None and span.last is not None and span.last <= until:
        return
    raise AppointmentUnavailable(member=member.id, status=member.status.value)


def _place_stands(station: Station | None, body: Organization | None, span: Span) -> None:
    if station is not None and station.status is StationStatus.CLOSED:
        past = station.closed is not None and span.last is not None and span.last <= station.closed
        if not past:
            raise AppointmentPlaceClosed(place=station.id)
    if body is not None and body.status is OrganizationStatus.CLOSED and span.last is None:
        raise AppointmentPlaceClosed(place=body.id)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
