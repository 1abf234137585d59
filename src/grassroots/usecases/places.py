"""Places in shifts: who has them, who may, and who moves up when one falls free. Used by several rooms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from grassroots.contracts.storage import Between, Is, Ref
from grassroots.domain.availability import Leave, ToldStatus
from grassroots.domain.duty import Duty, DutyRefused, Shift, ShiftStatus, clashes
from grassroots.domain.member import Limit, Member
from grassroots.domain.pack import Packs
from grassroots.domain.role import Role
from grassroots.domain.rota import Standby, StandbyKind, StandbyStatus
from grassroots.domain.safeguarding import SafeguardingRefused
from grassroots.errors import Missing
from grassroots.usecases.safeguarding import guard_duty
from grassroots.values.dates import Period
from grassroots.values.ids import DutyId, MemberId
from grassroots.workspace.work import Work


def duty_rules(packs: Packs, rule: str, on: date) -> Mapping[str, Any]:
    """A rule of the pack table ``duty_policy``; empty where the packs of a network do not have it."""
    try:
        return packs.rule("duty_policy", rule, on).value
    except Missing:
        return {}


def hours(packs: Packs, column: str, on: date) -> timedelta | None:
    """A number of hours of the rule ``duty_policy.changes``; None where the packs say nothing."""
    found = duty_rules(packs, "changes", on).get(column)
    return None if found is None else timedelta(hours=int(found))


def least_people(work: Work, day: date) -> int:
    """How many people a shift needs on a day, as the rule packs have it (``duty_policy.shift``)."""
    try:
        return int(work.rules("duty_policy", "shift", day)["least_people_count"])
    except (Missing, KeyError):
        # A network whose packs say nothing about it: one person makes a shift.
        return 1


def assign_duty(
    work: Work,
    shift: Shift,
    member: MemberId,
    *,
    id: DutyId | None = None,
    despite: str | None = None,
    covers: MemberId | None = None,
) -> Duty:
    """Put a member on the roster of a shift, inside an act; who stands there already keeps their duty."""
    there = [duty for duty in work.find(Duty, Is("shift", shift.id)) if duty.binding]
    mine = [duty for duty in there if duty.member == member]
    if mine:
        return mine[0]
    guard_duty(work, shift, member)
    step = Duty.assign(
        shift,
        work.load(Member, member),
        id=id or DutyId(work.new_id()),
        demands=_demands(work, shift),
        others=duties_around(work, shift, member),
        zone=work.office.zone,
        covers=covers,
        despite=despite,
        on_leave=on_leave(work, member, shift.day),
        have=len(there),
    )
    return work.keep(step, Ref("shift", shift.id), Ref("member", member))


def on_leave(work: Work, member: MemberId, day: date) -> bool:
    """Whether a member told us that they are away on a day."""
    given = work.find(Leave, Is("member", member), Is("status", ToldStatus.GIVEN.value))
    return any(leave.covers(day) for leave in given)


def move_up(work: Work, shift: Shift) -> Duty | None:
    """A place fell free: the first who waits for it and may have it gets it. None if nobody does.

    Who waits and is refused (another duty by now, a leave) stays on the list and is passed over.
    """
    begins, _ = shift.window(work.office.zone)
    if shift.status is not ShiftStatus.OPEN or work.now >= begins:
        return None
    waiting = work.find(Standby, Is("shift", shift.id), Is("status", StandbyStatus.READY.value))
    for one in waiting:
        if one.kind is not StandbyKind.WAITING:
            continue
        try:
            duty = assign_duty(work, shift, one.member)
        except (DutyRefused, SafeguardingRefused):
            continue
        work.keep(one.call_up())
        return duty
    return None


def no_clash(work: Work, shift: Shift, member: MemberId) -> None:
    """Refuse if the member has another duty at the time of this shift."""
    for refusal in clashes(shift, member, duties_around(work, shift, member), work.office.zone):
        raise refusal


def duties_around(work: Work, shift: Shift, member: MemberId) -> list[tuple[Duty, Shift]]:
    """The binding duties of a member on the days that a shift may touch, with their shifts."""
    # A night shift of the day before reaches into this day, and this one into the next.
    first, last = shift.day - timedelta(days=1), shift.day + timedelta(days=1)
    around = work.find(Duty, Is("member", member), days_between(Period(first, last)))
    return [(duty, work.load(Shift, duty.shift)) for duty in around if duty.binding]


def days_between(period: Period) -> Between:
    """The condition that a record's key ``day`` lies in a period."""
    return Between("day", period.first.isoformat(), (period.last + timedelta(days=1)).isoformat())


def _demands(work: Work, shift: Shift) -> tuple[Limit, ...]:
    return work.load(Role, shift.role).demands if shift.role is not None else ()
