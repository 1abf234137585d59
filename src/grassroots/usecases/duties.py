"""Duty at a desk: the roster of shifts, who stands in them, who came, and what came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, final

from grassroots.contracts.storage import Between, Condition, Is, Ref
from grassroots.domain.duty import Duty, DutyStatus, LogEntry, Shift, clashes
from grassroots.domain.member import Limit, Member
from grassroots.domain.role import Role
from grassroots.domain.rosters import RosterGap, roster_gaps
from grassroots.domain.station import Station
from grassroots.errors import Missing
from grassroots.values.dates import Period
from grassroots.values.ids import DutyId, MemberId, RoleId, ShiftId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Duties(Room):
    """The room ``desk.duties``."""

    # -- the roster ---------------------------------------------------------------------------------------
    @act
    def post(
        self,
        work: Work,
        *,
        station: StationId,
        day: date,
        starts: time,
        ends: time,
        minimum: int | None = None,
        role: RoleId | None = None,
    ) -> Shift:
        """Put a shift on the roster; a line that stands is not doubled.

        ``minimum`` is how many people it needs; by default what the rule packs say (``duty_policy.shift``).
        """
        return _post(work, station, day, starts, ends, minimum, role)

    @act
    def post_days(
        self,
        work: Work,
        *,
        station: StationId,
        days: Iterable[date],
        starts: time,
        ends: time,
        minimum: int | None = None,
        role: RoleId | None = None,
    ) -> list[Shift]:
        """The same shift on several days (a month's roster), all or none."""
        return [_post(work, station, day, starts, ends, minimum, role) for day in sorted(set(days))]

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
    ) -> Duty:
        """One member cannot come and another one does instead: excuse the first, assign the second."""
        excused = work.keep(work.load(Duty, id).excuse(notice_at or work.now, reason))
        shift = work.load(Shift, excused.shift)
        return assign_duty(work, shift, by, despite=despite, covers=excused.member)

    @act
    def correct_shift(self, work: Work, /, id: ShiftId, *, reason: str | None = None, **fields: Any) -> Shift:
        """Set a shift or its log right. New times are checked against other duties of its people."""
        shift = work.keep(work.load(Shift, id).correct(reason, **fields))
        for duty in work.find(Duty, Is("shift", id)):
            if duty.binding:
                _no_clash(work, shift, duty.member)
        return shift

    @act
    def call_off_shift(self, work: Work, id: ShiftId, *, reason: str) -> Shift:
        """It does not take place: whoever was to come is called off with it."""
        shift = work.keep(work.load(Shift, id).call_off(reason))
        for duty in work.find(Duty, Is("shift", id), Is("status", DutyStatus.ASSIGNED.value)):
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
    def excuse(
        self, work: Work, id: DutyId, *, notice_at: datetime | None = None, reason: str | None = None
    ) -> Duty:
        """The member told us, now or at a moment (aware), that they cannot come."""
        return work.keep(work.load(Duty, id).excuse(notice_at or work.now, reason))

    @act
    def mark_no_show(self, work: Work, id: DutyId) -> Duty:
        """Neither came nor told; not before the shift has begun."""
        duty = work.load(Duty, id)
        begins, _ = work.load(Shift, duty.shift).window(work.office.zone)
        return work.keep(duty.mark_no_show(at=work.now, begins=begins))

    @act
    def call_off(self, work: Work, id: DutyId, *, reason: str) -> Duty:
        """Take one member off the roster of a shift."""
        return work.keep(work.load(Duty, id).call_off(reason))

    @act
    def retract(self, work: Work, id: DutyId, *, reason: str) -> Duty:
        """What was written about coming or not coming was wrong: assigned again, if nothing clashes now."""
        duty = work.keep(work.load(Duty, id).retract(reason))
        _no_clash(work, work.load(Shift, duty.shift), duty.member)
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
        found = reading.list(Duty, Is("member", member), _days(period))
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
    )
    standing = work.find(Shift, Is("station", station), Is("day", day.isoformat()))
    same = [shift for shift in standing if shift.same_as(posted.after)]
    return same[0] if same else work.keep(posted)


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
    mine = work.find(Duty, Is("shift", shift.id), Is("member", member))
    standing = [duty for duty in mine if duty.binding]
    if standing:
        return standing[0]
    step = Duty.assign(
        shift,
        work.load(Member, member),
        id=id or DutyId(work.new_id()),
        demands=_demands(work, shift),
        others=_others(work, shift, member),
        zone=work.office.zone,
        covers=covers,
        despite=despite,
    )
    return work.keep(step, Ref("shift", shift.id), Ref("member", member))


def _demands(work: Work, shift: Shift) -> tuple[Limit, ...]:
    return work.load(Role, shift.role).demands if shift.role is not None else ()


def _others(work: Work, shift: Shift, member: MemberId) -> list[tuple[Duty, Shift]]:
    # A night shift of the day before reaches into this day, and this one into the next.
    first, last = shift.day - timedelta(days=1), shift.day + timedelta(days=1)
    around = work.find(Duty, Is("member", member), _days(Period(first, last)))
    return [(duty, work.load(Shift, duty.shift)) for duty in around if duty.binding]


def _no_clash(work: Work, shift: Shift, member: MemberId) -> None:
    for refusal in clashes(shift, member, _others(work, shift, member), work.office.zone):
        raise refusal


def _days(period: Period) -> Between:
    return Between("day", period.first.isoformat(), (period.last + timedelta(days=1)).isoformat())


def _of_period(reading: Reading, period: Period, station: StationId | None) -> tuple[list[Shift], list[Duty]]:
    where: list[Condition] = [_days(period)]
    if station is not None:
        where.append(Is("station", station))
    return reading.list(Shift, *where), reading.list(Duty, *where)
