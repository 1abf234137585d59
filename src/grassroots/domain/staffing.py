"""Staffing: where people are missing on a day, and where they soon will be. Findings, never refusals.

Everything follows from roles with their quotas, the stations that stand, and appointments; nothing of it is
stored. Each finding names the appointments behind it, so that the number can be checked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import final

import attrs

from grassroots.domain.appointment import Appointment, AppointmentState
from grassroots.domain.role import WHOLE_NETWORK, Quota, Role, RoleStatus
from grassroots.domain.station import Station
from grassroots.values.ids import AppointmentId, MemberId, RoleId, StationId


class GapCode(StrEnum):
    """What is the matter."""

    VACANT = "vacant"  # somebody is asked for and nobody is there, or only an acting holder
    SHORT = "short"  # fewer people than the minimum
    BELOW_TARGET = "below-target"  # enough to work with, not as many as aimed at
    OVER = "over"  # more people than the maximum
    SINGLE_HOLDER = "single-holder"  # one person holds what several should: one illness away from vacant
    TOO_MANY_ROLES = "too-many-roles"  # one person holds more roles than is good for them
    ENDING = "ending"  # a term ends soon, and the same person does not follow on
    HOLDER_AWAY = "holder-away"  # who holds it does not take part at present (paused, left, deceased)
    PLACE_CLOSED = "place-closed"  # held at a station that does not stand


@final
@attrs.frozen(kw_only=True)
class Gap:
    """One finding. ``have`` and ``want`` are whole people (or roles, for too many roles).

    ``acting`` counts the acting holders, who fill no post. ``last`` is the last day of a term that ends.
    ``appointments`` are the records behind it, in the order of their ids.
    """

    code: GapCode
    role: RoleId | None = None
    unit: str = WHOLE_NETWORK
    station: StationId | None = None
    member: MemberId | None = None
    have: int = 0
    want: int = 0
    acting: int = 0
    last: date | None = None
    appointments: tuple[AppointmentId, ...] = ()


def gaps(
    on: date,
    roles: Iterable[Role],
    stations: Iterable[Station],
    appointments: Iterable[Appointment],
    *,
    ending_within_days: int = 60,
    most_roles: int | None = None,
    away: Collection[MemberId] = (),
) -> list[Gap]:
    """All findings of a day: by role in their order, then by person, then by term.

    ``most_roles`` is how many roles one person may hold (None: no limit); ``away`` are people who do not
    take part on that day: they hold what they hold, but are not counted as being there.
    """
    known = sorted(appointments, key=lambda a: a.id)
    current = [a for a in known if a.state_on(on) is AppointmentState.CURRENT]
    present = [a for a in current if a.member not in away]
    standing = sorted((s for s in stations if s.stands_on(on)), key=lambda s: s.id)
    by_role: dict[RoleId, list[Appointment]] = defaultdict(list)
    for appointment in present:
        by_role[appointment.role].append(appointment)
    found: list[Gap] = []
    for role in roles:
        if role.status is RoleStatus.CURRENT:
            for quota in role.quotas:
                found.extend(_of_quota(role, quota, standing, by_role[role.id]))
    found.extend(_too_many(present, most_roles))
    found.extend(_ending(known, current, on, ending_within_days))
    found.extend(_away(current, away))
    found.extend(_closed(current, {station.id for station in standing}))
    return found


def _of_quota(
    role: Role, quota: Quota, standing: Sequence[Station], present: Sequence[Appointment]
) -> Iterator[Gap]:
    if quota.whole:
        yield from _of_unit(role, quota, None, present)
        return
    for station in standing:
        if quota.speaks_of(station.kind, station.id):
            here = [a for a in present if a.station == station.id]
            yield from _of_unit(role, quota, station.id, here)


def _of_unit(
    role: Role, quota: Quota, station: StationId | None, present: Sequence[Appointment]
) -> Iterator[Gap]:
    heads = len({a.member for a in present if not a.acting})
    acting = len({a.member for a in present if a.acting})
    aim = max(quota.minimum, quota.target or 0)

    def gap(code: GapCode, want: int) -> Gap:
        return Gap(
            code=code,
            role=role.id,
            unit=quota.unit,
            station=station,
            have=heads,
            want=want,
            acting=acting,
            appointments=tuple(a.id for a in present),
        )

    if heads == 0 and aim > 0:
        yield gap(GapCode.VACANT, aim)
    elif heads < quota.minimum:
        yield gap(GapCode.SHORT, quota.minimum)
    elif heads < aim:
        yield gap(GapCode.BELOW_TARGET, aim)
    if quota.maximum is not None and heads > quota.maximum:
        yield gap(GapCode.OVER, quota.maximum)
    # Where one person is all that is asked for (a secretary), a single holder is no finding.
    if heads == 1 and aim > 1:
        yield gap(GapCode.SINGLE_HOLDER, aim)


def _too_many(present: Sequence[Appointment], most: int | None) -> Iterator[Gap]:
    if most is None:
        return
    held: dict[MemberId, list[Appointment]] = defaultdict(list)
    for appointment in present:
        held[appointment.member].append(appointment)
    for member in sorted(held):
        roles = {a.role for a in held[member]}
        if len(roles) > most:
            yield Gap(
                code=GapCode.TOO_MANY_ROLES,
                member=member,
                have=len(roles),
                want=most,
                appointments=tuple(a.id for a in held[member]),
            )


def _ending(
    known: Sequence[Appointment], current: Sequence[Appointment], on: date, within_days: int
) -> Iterator[Gap]:
    limit = on + timedelta(days=within_days)
    ending = [a for a in current if a.span.last is not None and a.span.last <= limit]
    for appointment in sorted(ending, key=lambda a: (a.span.last or date.max, a.id)):
        last = appointment.span.last
        if last is None or any(_follows(later, appointment, last) for later in known):
            continue
        yield Gap(
            code=GapCode.ENDING,
            role=appointment.role,
            station=appointment.station,
            member=appointment.member,
            last=last,
            appointments=(appointment.id,),
        )


def _follows(later: Appointment, earlier: Appointment, last: date) -> bool:
    same = (later.member, later.role, later.place) == (earlier.member, earlier.role, earlier.place)
    return same and later.span.first == last + timedelta(days=1)


def _away(current: Sequence[Appointment], away: Collection[MemberId]) -> Iterator[Gap]:
    for appointment in current:
        if appointment.member in away:
            yield Gap(
                code=GapCode.HOLDER_AWAY,
                role=appointment.role,
                station=appointment.station,
                member=appointment.member,
                appointments=(appointment.id,),
            )


def _closed(current: Sequence[Appointment], standing: Collection[StationId]) -> Iterator[Gap]:
    for appointment in current:
        if appointment.station is not None and appointment.station not in standing:
            yield Gap(
                code=GapCode.PLACE_CLOSED,
                role=appointment.role,
                station=appointment.station,
                member=appointment.member,
                appointments=(appointment.id,),
            )
