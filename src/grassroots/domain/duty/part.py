"""The duty: one member's part in a shift, from the roster to the sheet that says who came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import is_code, short_code
from grassroots.domain.duty.shift import Shift, ShiftNotOpen, ShiftStatus
from grassroots.domain.fields import HEALTH, FieldGroup, guarded
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import DutyId, MemberId, ShiftId, StationId


class DutyStatus(StrEnum):
    """Where one member's part in a shift stands."""

    ASSIGNED = "assigned"  # on the roster; has not said yes yet
    ACCEPTED = "accepted"  # on the roster, and said yes
    ARRIVED = "arrived"  # signed in
    DONE = "done"  # signed out, or confirmed from the sheet
    EXCUSED = "excused"  # told us; somebody else may cover
    DECLINED = "declined"  # was asked, and said no before ever having said yes
    HANDED_ON = "handed-on"  # swapped or given away: somebody else stands there for good
    NO_SHOW = "no-show"  # neither came nor told
    CALLED_OFF = "called-off"  # the shift does not take place, or the duty was taken off the roster


TRANSITIONS: Table[DutyStatus] = {
    DutyStatus.ASSIGNED: {
        "accept": DutyStatus.ACCEPTED,
        "decline": DutyStatus.DECLINED,
        "arrive": DutyStatus.ARRIVED,
        "confirm": DutyStatus.DONE,
        "excuse": DutyStatus.EXCUSED,
        "mark_no_show": DutyStatus.NO_SHOW,
        "call_off": DutyStatus.CALLED_OFF,
        "hand_on": DutyStatus.HANDED_ON,
    },
    DutyStatus.ACCEPTED: {
        "arrive": DutyStatus.ARRIVED,
        "confirm": DutyStatus.DONE,
        "excuse": DutyStatus.EXCUSED,
        "mark_no_show": DutyStatus.NO_SHOW,
        "call_off": DutyStatus.CALLED_OFF,
        "hand_on": DutyStatus.HANDED_ON,
    },
    DutyStatus.ARRIVED: {
        "leave": DutyStatus.DONE,
        "confirm": DutyStatus.DONE,
        "retract": DutyStatus.ASSIGNED,
    },
    DutyStatus.DONE: {"retract": DutyStatus.ASSIGNED},
    # Told us afterwards, from the hospital: excused after all. How late the notice was stays readable.
    DutyStatus.NO_SHOW: {"excuse": DutyStatus.EXCUSED, "retract": DutyStatus.ASSIGNED},
    DutyStatus.EXCUSED: {"retract": DutyStatus.ASSIGNED},
    DutyStatus.DECLINED: {"retract": DutyStatus.ASSIGNED},
    DutyStatus.HANDED_ON: {},
    DutyStatus.CALLED_OFF: {},
}

EXPECTED = frozenset({DutyStatus.ASSIGNED, DutyStatus.ACCEPTED})
"""The states in which somebody is awaited, whether they have said yes or not."""

BINDING = EXPECTED | {DutyStatus.ARRIVED, DutyStatus.DONE}
"""The states in which a duty takes up its member's time."""

OFF_ROSTER = frozenset({DutyStatus.CALLED_OFF, DutyStatus.DECLINED, DutyStatus.HANDED_ON})
"""The states in which a duty stands on the roster no more: who comes all the same has another one."""


@final
@attrs.frozen(kw_only=True)
class DutyAssigned(Event):
    """A member is on the roster. That somebody overrode a refusal stands in the record alone.

    It may tell of a limit of the member's body, and events stay for good.
    """

    shift: ShiftId
    member: MemberId
    covers: MemberId | None = None


@final
@attrs.frozen(kw_only=True)
class DutyAccepted(Event):
    """The member said yes."""


@final
@attrs.frozen(kw_only=True)
class DutyDeclined(Event):
    """The member said no: the place is open again. Why stands in the record, if anybody asked."""


@final
@attrs.frozen(kw_only=True)
class DutyHandedOn(Event):
    """Another member stands there from now on; nothing was missed."""

    to: MemberId


@final
@attrs.frozen(kw_only=True)
class DutyCancelledLate(Event):
    """An absence was told so shortly before the shift that its lead has to know at once.

    ``minutes_before`` the beginning; below 0: after it. Notices to the lead follow this fact.
    """

    shift: ShiftId
    station: StationId
    minutes_before: int


@final
@attrs.frozen(kw_only=True)
class DutyArrived(Event):
    """Signed in."""

    at: datetime


@final
@attrs.frozen(kw_only=True)
class DutyDone(Event):
    """Signed out, or confirmed from the paper sheet (times as far as the sheet has them)."""

    arrived: datetime | None
    left: datetime | None


@final
@attrs.frozen(kw_only=True)
class DutyExcused(Event):
    """Absent with notice."""

    notice_at: datetime
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class DutyMissed(Event):
    """A no-show."""


@final
@attrs.frozen(kw_only=True)
class DutyCalledOff(Event):
    """Taken off the roster."""

    reason: str


@final
@attrs.frozen(kw_only=True)
class DutyRetracted(Event):
    """What was written about coming or not coming was wrong: back to assigned."""

    was: DutyStatus
    reason: str


class DutyRefused(Refused):
    """A member should not have this duty; whoever answers for it all the same gives a name (``despite``)."""

    code = "duty-refused"


class DutyOverlaps(DutyRefused):
    """The member has another duty at that time; the facts name it."""

    code = "duty-overlaps"


class DutyHindered(DutyRefused):
    """The work demands what the member's body cannot do (志愿服务条例 art. 15)."""

    code = "duty-hindered"
    reveals = FieldGroup.HEALTH.value


class DutyOnLeave(DutyRefused):
    """The member told us that they are away on that day."""

    code = "duty-on-leave"


class ShiftFull(DutyRefused):
    """The shift has as many people as it can take: there is a waiting list."""

    code = "shift-full"


class DutyMemberAway(DutyRefused):
    """The member does not take part now (paused, left, deceased, merged)."""

    code = "duty-member-away"


class ShiftNotBegun(Refused):
    """Nobody is a no-show before the shift has begun."""

    code = "shift-not-begun"


@guarded
@final
@attrs.frozen(kw_only=True)
class Duty:
    """One member's part in a shift; ``station`` and ``day`` are those of the shift.

    ``arrived`` and ``left`` are moments (aware); both may be unknown when a paper sheet has only a name.
    ``answered_at`` is when the member said yes or no. ``covers`` is the member in whose place this one
    stands. ``reason`` is a short code; an illness is no reason but ``sick``, which never reaches the journal.
    ``despite`` names who answers for it that a refusal was overridden.
    """

    id: DutyId
    shift: ShiftId
    station: StationId
    day: date
    member: MemberId
    status: DutyStatus = DutyStatus.ASSIGNED
    arrived: datetime | None = None
    left: datetime | None = None
    notice_at: datetime | None = None
    reason: str | None = attrs.field(default=None, validator=is_code)
    covers: MemberId | None = None
    despite: str | None = attrs.field(default=None, metadata=HEALTH)
    answered_at: datetime | None = None
    sick: bool = attrs.field(default=False, metadata=HEALTH)

    def __attrs_post_init__(self) -> None:
        for moment in (self.arrived, self.left, self.notice_at, self.answered_at):
            if moment is not None and moment.tzinfo is None:
                raise BadInput("moment-without-zone", what=moment.isoformat())
        if self.arrived is not None and self.left is not None and self.left < self.arrived:
            raise BadInput("duty-left-before-arrived", id=self.id, what=self.left.isoformat())
        if self.covers == self.member:
            raise BadInput("duty-covers-itself", member=self.member)

    @classmethod
    def assign(
        cls,
        shift: Shift,
        member: Member,
        *,
        id: DutyId,
        demands: tuple[Limit, ...] = (),
        others: Iterable[tuple[Duty, Shift]] = (),
        zone: tzinfo,
        covers: MemberId | None = None,
        despite: str | None = None,
        on_leave: bool = False,
        have: int = 0,
    ) -> Step[Self]:
        """Put a member on the roster of a shift.

        ``demands`` are those of the shift's role, ``others`` the member's duties of the days around,
        ``on_leave`` whether they told us that they are away on that day, ``have`` how many people the shift
        has. ``despite`` names who answers for it that a refusal is overridden (another duty at that time,
        work that does not fit the body, a member who is away, a shift that is full).
        """
        if shift.status is ShiftStatus.CALLED_OFF:
            raise ShiftNotOpen(id=shift.id, reason=shift.reason)
        if member.status in (MemberStatus.DECEASED, MemberStatus.MERGED):
            # Nobody may override this one: a dead person has no duty, and a signpost is not a person.
            raise DutyMemberAway(member=member.id, status=member.status.value, override=None)
        obstacles = _in_the_way(shift, member, demands, others, zone, on_leave=on_leave, have=have)
        in_the_way = next(iter(obstacles), None)
        if in_the_way is not None and despite is None:
            raise in_the_way
        duty = cls(
            id=id,
            shift=shift.id,
            station=shift.station,
            day=shift.day,
            member=member.id,
            covers=covers,
            # A name given without need would tell of a hindrance that is none.
            despite=despite if in_the_way is not None else None,
        )
        return Step(duty, (DutyAssigned(shift=shift.id, member=member.id, covers=covers),))

    def accept(self, at: datetime) -> Step[Self]:
        """Say yes."""
        return self._turn("accept", DutyAccepted(), answered_at=at)

    def decline(self, at: datetime, reason: str | None = None) -> Step[Self]:
        """Say no, before ever having said yes."""
        return self._turn("decline", DutyDeclined(), answered_at=at, reason=reason)

    def hand_on(self, to: MemberId) -> Step[Self]:
        """Give it to another member, who stands there for good (their own duty is assigned beside)."""
        return self._turn("hand_on", DutyHandedOn(to=to))

    def arrive(self, at: datetime) -> Step[Self]:
        """Sign in."""
        return self._turn("arrive", DutyArrived(at=at), arrived=at)

    def leave(self, at: datetime) -> Step[Self]:
        """Sign out."""
        return self._turn("leave", DutyDone(arrived=self.arrived, left=at), left=at)

    def confirm(self, arrived: datetime | None = None, left: datetime | None = None) -> Step[Self]:
        """The paper sheet says that the member was there; the times as far as it has them."""
        arrived = arrived or self.arrived
        return self._turn("confirm", DutyDone(arrived=arrived, left=left), arrived=arrived, left=left)

    def excuse(
        self,
        notice_at: datetime,
        reason: str | None = None,
        *,
        sick: bool = False,
        begins: datetime | None = None,
        late_within: timedelta | None = None,
    ) -> Step[Self]:
        """The member told us that they cannot come, at that moment (before or after the shift began).

        Who is ``sick`` is no no-show, whenever they told. With the beginning of the shift and the time
        within which an absence is late, a late one is told as a fact of its own, for the lead.
        """
        told = DutyExcused(notice_at=notice_at, reason=reason)
        awaited = self.status in EXPECTED
        step = self._turn("excuse", told, notice_at=notice_at, reason=reason, sick=sick)
        if not awaited or not step.happened or begins is None or late_within is None:
            return step
        before = begins - notice_at
        if before >= late_within:
            return step
        minutes = before // timedelta(minutes=1)
        late = DutyCancelledLate(shift=self.shift, station=self.station, minutes_before=minutes)
        return Step(step.after, (*step.happened, late))

    def mark_no_show(self, *, at: datetime, begins: datetime) -> Step[Self]:
        """Neither came nor told. ``begins`` is the beginning of the shift, ``at`` now."""
        if self.status in EXPECTED and at < begins:
            raise ShiftNotBegun(id=self.id, begins=begins.isoformat())
        return self._turn("mark_no_show", DutyMissed())

    def call_off(self, reason: str) -> Step[Self]:
        """Take the duty off the roster."""
        return self._turn("call_off", DutyCalledOff(reason=reason), reason=reason)

    def retract(self, reason: str) -> Step[Self]:
        """What was written about coming or not coming was wrong: assigned again."""
        told = DutyRetracted(was=self.status, reason=short_code(reason, "reason"))
        blank = dict.fromkeys(("arrived", "left", "notice_at", "reason", "answered_at"))
        return self._turn("retract", told, **blank, sick=False)

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="duty", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, **fields), (event,))

    @property
    def minutes(self) -> int | None:
        """Whole minutes between signing in and out; None if either is unknown."""
        if self.arrived is None or self.left is None:
            return None
        return int((self.left - self.arrived).total_seconds()) // 60

    @property
    def binding(self) -> bool:
        """Whether it takes up its member's time."""
        return self.status in BINDING


def _in_the_way(
    shift: Shift,
    member: Member,
    demands: tuple[Limit, ...],
    others: Iterable[tuple[Duty, Shift]],
    zone: tzinfo,
    *,
    on_leave: bool,
    have: int,
) -> Iterable[DutyRefused]:
    if member.status is not MemberStatus.ACTIVE:
        yield DutyMemberAway(member=member.id, status=member.status.value, override="despite")
    if on_leave:
        yield DutyOnLeave(member=member.id, day=shift.day.isoformat(), override="despite")
    if shift.maximum is not None and have >= shift.maximum:
        yield ShiftFull(shift=shift.id, have=have, most=shift.maximum, override="despite")
    hindered = member.hindered(demands)
    if hindered:
        # The limits are health data: the refusal says that the work does not fit, not why.
        yield DutyHindered(member=member.id, role=shift.role, override="despite")
    yield from clashes(shift, member.id, others, zone)


def clashes(
    shift: Shift, member: MemberId, others: Iterable[tuple[Duty, Shift]], zone: tzinfo
) -> Iterable[DutyOverlaps]:
    """A refusal for each duty of the member that is at the same time as this shift."""
    for duty, other in others:
        if duty.binding and duty.member == member and other.id != shift.id and shift.clashes(other, zone):
            yield DutyOverlaps(
                member=member,
                duty=duty.id,
                day=other.day.isoformat(),
                starts=other.starts.isoformat("minutes"),
                ends=other.ends.isoformat("minutes"),
                override="despite",
            )
