"""Duty at a desk: the roster of shifts, who stands in them, who came, and what came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, final

from grassroots.contracts.storage import AnyOf, Condition, Is
from grassroots.domain.duty import EXPECTED, Duty, LogEntry, Shift
from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.domain.rosters import RosterGap, roster_gaps
from grassroots.domain.station import Station
from grassroots.usecases.places import (
    assign_duty,
    days_between,
    hours,
    least_people,
    move_up,
    no_clash,
)
from grassroots.values.dates import Period
from grassroots.values.ids import DutyId, MemberId, RoleId, ShiftId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_AWAITED = tuple(status.value for status in EXPECTED)


@final
class Duties(Room):
    """The room ``desk.duties``."""

    # -- the roster ---------------------------------------------------------------------------------------
    @act
    def post(
        self,
        work: Work,
        /,
        *,
        station: StationId,
        day: date,
        starts: time,
        ends: time,
        minimum: int | None = None,
        role: RoleId | None = None,
        **fields: Any,
    ) -> Shift:
        """Put a shift on the roster; a line that stands is not doubled.

        ``minimum`` is how many people it needs; by default what the rule packs say (``duty_policy.shift``).
        ``fields`` are further ones of :class:`Shift`: ``maximum``, ``needs``, ``outdoor``, ``minors``.
        """
        return _post(work, station, day, starts, ends, minimum, role, **fields)

    @act
    def post_days(
        self,
        work: Work,
        /,
        *,
        station: StationId,
        days: Iterable[date],
        starts: time,
        ends: time,
        minimum: int | None = None,
        role: RoleId | None = None,
        **fields: Any,
    ) -> list[Shift]:
        """The same shift on several days (a month's roster), all or none; ``fields`` as for :meth:`post`."""
        wanted = sorted(set(days))
        return [_post(work, station, day, starts, ends, minimum, role, **fields) for day in wanted]

    @act
    def assign(self, work: Work, shift: ShiftId, member: MemberId, *, despite: str | None = None) -> Duty:
        """Put a member on the roster of a shift; ``despite`` names who answers for an override."""
        return assign_duty(work, work.load(Shift, shift), member, despite=despite)

    @act
    def cover(
        self,
        work: Work,
        id: DutyId,
        by: MemberId,
        *,
        notice_at: datetime | None = None,
        reason: str | None = None,
        despite: str | None = None,
        sick: bool = False,
    ) -> Duty:
        """One member cannot come and another one does instead: excuse the first, assign the second."""
        duty = work.load(Duty, id)
        excused = _excuse(work, duty, notice_at, reason, sick=sick, moving_up=False)
        shift = work.load(Shift, excused.shift)
        return assign_duty(work, shift, by, despite=despite, covers=excused.member)

    @act
    def correct_shift(self, work: Work, /, id: ShiftId, *, reason: str | None = None, **fields: Any) -> Shift:
        """Set a shift or its log right. New times are checked against other duties of its people."""
        shift = work.keep(work.load(Shift, id).correct(reason, **fields))
        for duty in work.find(Duty, Is("shift", id)):
            if duty.binding:
                no_clash(work, shift, duty.member)
        return shift

    @act
    def call_off_shift(self, work: Work, id: ShiftId, *, reason: str) -> Shift:
        """It does not take place: whoever was to come is called off with it."""
        shift = work.keep(work.load(Shift, id).call_off(reason))
        for duty in work.find(Duty, Is("shift", id), AnyOf("status", _AWAITED)):
            work.keep(duty.call_off(reason))
        return shift

    @act
    def reopen_shift(self, work: Work, id: ShiftId, *, reason: str) -> Shift:
        """Called off or logged by mistake. Its people have to be assigned anew if they were called off."""
        return work.keep(work.load(Shift, id).reopen(reason))

    # -- who came -----------------------------------------------------------------------------------------
    @act
    def arrive(self, work: Work, id: DutyId, *, at: datetime | None = None) -> Duty:
        """Sign in, now or at a moment (aware)."""
        return work.keep(work.load(Duty, id).arrive(at or work.now))

    @act
    def leave(self, work: Work, id: DutyId, *, at: datetime | None = None) -> Duty:
        """Sign out, now or at a moment (aware)."""
        return work.keep(work.load(Duty, id).leave(at or work.now))

    @act
    def confirm(
        self, work: Work, id: DutyId, *, arrived: time | None = None, left: time | None = None
    ) -> Duty:
        """The paper sheet says that the member was there, with the times of day as far as it has them."""
        duty = work.load(Duty, id)
        shift, zone = work.load(Shift, duty.shift), work.office.zone
        came = shift.moment(arrived, zone) if arrived else None
        went = shift.moment(left, zone) if left else None
        return work.keep(duty.confirm(came, went))

    @act
    def accept(self, work: Work, id: DutyId) -> Duty:
        """The member said yes to a duty of the roster."""
        return work.keep(work.load(Duty, id).accept(work.now))

    @act
    def decline(self, work: Work, id: DutyId, *, reason: str | None = None) -> Duty:
        """The member said no: the place is open again, and the first who waits for it moves up."""
        declined = work.keep(work.load(Duty, id).decline(work.now, reason))
        move_up(work, work.load(Shift, declined.shift))
        return declined

    @act
    def excuse(
        self,
        work: Work,
        id: DutyId,
        *,
        notice_at: datetime | None = None,
        reason: str | None = None,
        sick: bool = False,
    ) -> Duty:
        """The member told us, now or at a moment (aware), that they cannot come.

        ``sick`` stays with the record and never reaches the journal; who is ill is no no-show. An absence
        told late (``duty_policy.changes.late_within_hours``) is a fact of its own, for the lead. The first
        who waits for the shift moves up.
        """
        return _excuse(work, work.load(Duty, id), notice_at, reason, sick=sick)

    @act
    def mark_no_show(self, work: Work, id: DutyId) -> Duty:
        """Neither came nor told; not before the shift has begun."""
        duty = work.load(Duty, id)
        begins, _ = work.load(Shift, duty.shift).window(work.office.zone)
        return work.keep(duty.mark_no_show(at=work.now, begins=begins))

    @act
    def call_off(self, work: Work, id: DutyId, *, reason: str) -> Duty:
        """Take one member off the roster of a shift; the first who waits for it moves up."""
        off = work.keep(work.load(Duty, id).call_off(reason))
        move_up(work, work.load(Shift, off.shift))
        return off

    @act
    def retract(self, work: Work, id: DutyId, *, reason: str) -> Duty:
        """What was written about coming or not coming was wrong: assigned again, if nothing clashes now."""
        duty = work.keep(work.load(Duty, id).retract(reason))
        no_clash(work, work.load(Shift, duty.shift), duty.member)
        return duty

    # -- what came in -------------------------------------------------------------------------------------
    @act
    def log(
        self,
        work: Work,
        shift: ShiftId,
        entries: Sequence[LogEntry | str],
        *,
        by: MemberId | None = None,
        on: date | None = None,
        weather: str | None = None,
    ) -> Shift:
        """Write down what came in, one entry per matter; ``by`` wrote it, on a day (today)."""
        by = by or work.writer
        given = [LogEntry(text=entry) if isinstance(entry, str) else entry for entry in entries]
        if by is not None:
            work.load(Member, by)
        return work.keep(work.load(Shift, shift).log(given, on=on or work.today, by=by, weather=weather))

    @act
    def report_nothing(
        self,
        work: Work,
        shift: ShiftId,
        *,
        by: MemberId | None = None,
        on: date | None = None,
        weather: str | None = None,
    ) -> Shift:
        """The nil return: somebody was there and nothing came in."""
        by = by or work.writer
        if by is not None:
            work.load(Member, by)
        return work.keep(work.load(Shift, shift).report_nothing(on=on or work.today, by=by, weather=weather))

    @act
    def hand_over(self, work: Work, shift: ShiftId, text: str) -> Shift:
        """What the next shift has to know."""
        return work.keep(work.load(Shift, shift).hand_over(text))

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: DutyId) -> Duty:
        """One duty."""
        return reading.get(Duty, id)

    @look
    def shift(self, reading: Reading, id: ShiftId) -> Shift:
        """One shift."""
        return reading.get(Shift, id)

    @look
    def roster(
        self, reading: Reading, period: Period, *, station: StationId | None = None
    ) -> list[tuple[Shift, list[Duty]]]:
        """The shifts of a period by day and time, each with its duties in the order of assignment."""
        shifts, duties = _of_period(reading, period, station)
        by_shift: dict[ShiftId, list[Duty]] = defaultdict(list)
        for duty in duties:
            by_shift[duty.shift].append(duty)
        ordered = sorted(shifts, key=lambda one: (one.day, one.starts, one.station, one.id))
        return [(shift, by_shift[shift.id]) for shift in ordered]

    @look
    def of_member(self, reading: Reading, member: MemberId, period: Period) -> list[Duty]:
        """The duties of one member in a period, by day."""
        found = reading.list(Duty, Is("member", member), days_between(period))
        return sorted(found, key=lambda duty: (duty.day, duty.id))

    @look
    def gaps(self, reading: Reading, period: Period, *, station: StationId) -> list[RosterGap]:
        """What the roster of a station lacks, as it stands today."""
        shifts, duties = _of_period(reading, period, station)
        return roster_gaps(period.days(), shifts, duties, reading.today)


def _post(
    work: Work,
    station: StationId,
    day: date,
    starts: time,
    ends: time,
    minimum: int | None,
    role: RoleId | None,
    **fields: Any,
) -> Shift:
    work.load(Station, station)
    if role is not None:
        work.load(Role, role)
    posted = Shift.post(
        id=ShiftId(work.new_id()),
        station=station,
        day=day,
        starts=starts,
        ends=ends,
        minimum=least_people(work, day) if minimum is None else minimum,
        role=role,
        **fields,
    )
    standing = work.find(Shift, Is("station", station), Is("day", day.isoformat()))
    same = [shift for shift in standing if shift.same_as(posted.after)]
    return same[0] if same else work.keep(posted)


def _excuse(
    work: Work,
    duty: Duty,
    notice_at: datetime | None,
    reason: str | None,
    *,
    sick: bool,
    moving_up: bool = True,
) -> Duty:
    shift = work.load(Shift, duty.shift)
    begins, _ = shift.window(work.office.zone)
    step = duty.excuse(
        notice_at or work.now,
        reason,
        sick=sick,
        begins=begins,
        late_within=hours(work.office.packs, "late_within_hours", work.today),
    )
    excused = work.keep(step)
    if moving_up and step.happened:
        move_up(work, shift)
    return excused


def _of_period(reading: Reading, period: Period, station: StationId | None) -> tuple[list[Shift], list[Duty]]:
    where: list[Condition] = [days_between(period)]
    if station is not None:
        where.append(Is("station", station))
    return reading.list(Shift, *where), reading.list(Duty, *where)
