"""Activities at a desk: the series, what is planned and held of it, and who came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, final

import attrs

from grassroots.contracts.storage import AnyOf, Between, Condition, Includes, Is
from grassroots.domain.activity import (
    Activity,
    ActivityStatus,
    Attendance,
    AttendanceStatus,
    Evidence,
    Occurrence,
    OccurrenceStatus,
    Shortfall,
    shortfalls,
)
from grassroots.domain.member import Member
from grassroots.domain.recurrence import LunarYearly, days
from grassroots.errors import BadInput
from grassroots.values.dates import Period
from grassroots.values.ids import ActivityId, AttendanceId, MemberId, OccurrenceId, StationId
from grassroots.values.names import name_key
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.office import Office
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_COMING = (AttendanceStatus.SIGNED_UP.value, AttendanceStatus.ATTENDED.value)


@final
class Activities(Room):
    """The room ``desk.activities``: activities, their occurrences, and attendances."""

    # -- the series ---------------------------------------------------------------------------------------
    @act
    def start(self, work: Work, /, *, kind: str, title: str, **fields: Any) -> Activity:
        """Offer an activity; ``fields`` are those of :class:`Activity`, ``kind`` a code of the rule packs."""
        return work.keep(Activity.start(id=ActivityId(work.new_id()), kind=kind, title=title, **fields))

    @act
    def correct(self, work: Work, /, id: ActivityId, *, reason: str | None = None, **fields: Any) -> Activity:
        """Change fields; what is planned already keeps what it was planned with."""
        return work.keep(work.load(Activity, id).correct(reason, **fields))

    @act
    def end(self, work: Work, id: ActivityId, *, on: date | None = None) -> Activity:
        """It is over, as it was meant to be."""
        return work.keep(work.load(Activity, id).end(on or work.today))

    @act
    def call_off(
        self, work: Work, id: ActivityId, *, on: date | None = None, reason: str | None = None
    ) -> Activity:
        """Stop it before its time; what is still planned from that day on is called off with it."""
        day = on or work.today
        activity = work.keep(work.load(Activity, id).call_off(day, reason))
        planned = Is("status", OccurrenceStatus.PLANNED.value)
        for one in work.find(Occurrence, Is("activity", id), planned, Between("day", day.isoformat())):
            work.keep(one.call_off(reason))
        return activity

    @act
    def run_again(self, work: Work, id: ActivityId, *, on: date | None = None) -> Activity:
        """Offer it again; what was called off stays so until it is reinstated."""
        return work.keep(work.load(Activity, id).run_again(on or work.today))

    # -- occurrences --------------------------------------------------------------------------------------
    @act
    def plan(self, work: Work, id: ActivityId, period: Period) -> list[Occurrence]:
        """Plan what the recurrence gives within the period; what stands already (moved, called off) stays.

        Planning the same period again adds nothing. Raises BadInput ``activity-without-recurrence``.
        """
        activity = work.load(Activity, id)
        return [_planned(work, activity, day) for day in _days(work.office, activity, period)]

    @act
    def plan_one(
        self, work: Work, /, id: ActivityId, day: date, *, number: int = 1, **fields: Any
    ) -> Occurrence:
        """Plan one occurrence; ``number`` tells the second one of a day from the first."""
        _speakers_known(work, fields)
        return _planned(work, work.load(Activity, id), day, number, **fields)

    @act
    def record(self, work: Work, /, id: ActivityId, day: date, *, number: int = 1, **told: Any) -> Occurrence:
        """Write down, from paper, one that took place: planned (if it was not) and held in one act."""
        _speakers_known(work, told)
        occurrence = _planned(work, work.load(Activity, id), day, number)
        return work.keep(occurrence.hold(work.today, **told))

    @act
    def hold(self, work: Work, /, id: OccurrenceId, **told: Any) -> Occurrence:
        """It took place: head counts, materials, true minutes, topic, speakers, venue."""
        _speakers_known(work, told)
        return work.keep(work.load(Occurrence, id).hold(work.today, **told))

    @act
    def move(self, work: Work, id: OccurrenceId, to: date, *, starts: time | None = None) -> Occurrence:
        """Move it to another day or hour, with everybody who signed up."""
        occurrence = work.keep(work.load(Occurrence, id).move(to, starts))
        for attendance in work.find(Attendance, Is("occurrence", id)):
            work.keep(attendance.moved(to))
        return occurrence

    @act
    def call_off_one(self, work: Work, id: OccurrenceId, *, reason: str | None = None) -> Occurrence:
        """It will not take place, or did not; the sign-ups stay, so that people can be told."""
        return work.keep(work.load(Occurrence, id).call_off(reason))

    @act
    def reinstate(self, work: Work, id: OccurrenceId) -> Occurrence:
        """Plan it again: it was called off, or recorded as held, in error."""
        return work.keep(work.load(Occurrence, id).reinstate())

    @act
    def correct_one(
        self, work: Work, /, id: OccurrenceId, *, reason: str | None = None, **fields: Any
    ) -> Occurrence:
        """Set fields of an occurrence right; the former values stay in the history."""
        _speakers_known(work, fields)
        return work.keep(work.load(Occurrence, id).correct(reason, **fields))

    # -- attendances --------------------------------------------------------------------------------------
    @act
    def sign_up(
        self, work: Work, id: OccurrenceId, member: MemberId, *, despite: str | None = None
    ) -> Attendance:
        """Somebody wants to come; ``despite`` names who lets them in although it is full."""
        occurrence = work.load(Occurrence, id)
        capacity = work.load(Activity, occurrence.activity).capacity
        standing = _standing(work, occurrence, member)
        step = Attendance.sign_up(
            occurrence,
            work.load(Member, member),
            id=standing.id,
            before=standing.before,
            taken=0 if capacity is None else _taken(work, id),
            capacity=capacity,
            despite=despite,
        )
        return work.keep(step)

    @act
    def withdraw(self, work: Work, id: OccurrenceId, member: MemberId) -> Attendance:
        """Somebody says that they will not come."""
        return work.keep(work.load(Attendance, attendance_id(work, id, member)).withdraw())

    @act
    def attend(
        self,
        work: Work,
        id: OccurrenceId,
        member: MemberId,
        *,
        evidence: Evidence,
        arrived: time | None = None,
        left: time | None = None,
    ) -> Attendance:
        """Somebody came, signed up or not; times are the wall clock in the network's zone."""
        return _attended(work, work.load(Occurrence, id), member, evidence, arrived, left)

    @act
    def attend_all(
        self, work: Work, id: OccurrenceId, members: Sequence[MemberId], *, evidence: Evidence
    ) -> list[Attendance]:
        """A whole signed sheet in one act: all of these came. One who cannot have come refuses the sheet."""
        occurrence = work.load(Occurrence, id)
        return [_attended(work, occurrence, member, evidence) for member in dict.fromkeys(members)]

    @act
    def mark_absent(self, work: Work, id: OccurrenceId, member: MemberId) -> Attendance:
        """Somebody signed up and did not come; also puts right an attendance recorded in error."""
        attendance = work.load(Attendance, attendance_id(work, id, member))
        return work.keep(attendance.mark_absent(work.today))

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: ActivityId) -> Activity:
        """One activity."""
        return reading.get(Activity, id)

    @look
    def one(self, reading: Reading, id: OccurrenceId) -> Occurrence:
        """One occurrence."""
        return reading.get(Occurrence, id)

    @look
    def named(self, reading: Reading, title: str) -> list[Activity]:
        """The activities with exactly this title, in either language (blanks, width and case aside)."""
        return reading.list(Activity, Includes("titles", name_key(title)))

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: ActivityStatus | None = ActivityStatus.RUNNING,
        kind: str | None = None,
        station: StationId | None = None,
    ) -> list[Activity]:
        """The activities by status (None: all), kind and station, in order of entry."""
        asked = {"status": status and status.value, "kind": kind, "station": station}
        return reading.list(Activity, *_where(asked))

    @look
    def occurrences(
        self,
        reading: Reading,
        period: Period,
        *,
        activity: ActivityId | None = None,
        kind: str | None = None,
        station: StationId | None = None,
        status: OccurrenceStatus | None = None,
    ) -> list[Occurrence]:
        """What is or was planned for days of the period, by day and hour."""
        asked = {
            "activity": activity,
            "kind": kind,
            "station": station,
            "status": status and status.value,
        }
        found = reading.walk(Occurrence, *_where(asked), _within("day", period))
        return sorted(found, key=lambda one: (one.day, one.starts or time.min, one.id))

    @look
    def attendances(self, reading: Reading, id: OccurrenceId) -> list[Attendance]:
        """Everybody who signed up for or came to one occurrence."""
        return reading.list(Attendance, Is("occurrence", id))

    @look
    def of_member(self, reading: Reading, member: MemberId, period: Period) -> list[Attendance]:
        """What one person signed up for or came to on days of the period, by day."""
        found = reading.walk(Attendance, Is("member", member), _within("day", period))
        return sorted(found, key=lambda attendance: (attendance.day, attendance.id))

    @look
    def shortfalls(self, reading: Reading, id: ActivityId, period: Period) -> list[Shortfall]:
        """The months of the period that fell short of the activity's target."""
        held = reading.walk(Occurrence, Is("activity", id), _within("day", period))
        return shortfalls(reading.get(Activity, id), held, period)


# -- helpers ----------------------------------------------------------------------------------------------
@attrs.frozen
class _Standing:
    id: AttendanceId
    before: Attendance | None


def occurrence_id(work: Work, activity: ActivityId, planned: date, number: int = 1) -> OccurrenceId:
    """The id that one occurrence of a series always has, planned first or written down afterwards."""
    words = ("occurrence", activity, planned.isoformat(), str(number))
    return OccurrenceId(work.office.derived_id(*words, at=planned))


def _planned(work: Work, activity: Activity, planned: date, number: int = 1, **fields: Any) -> Occurrence:
    # The id is that of the day in the series, so that nothing is planned twice.
    id_ = occurrence_id(work, activity.id, planned, number)
    standing = work.peek(Occurrence, id_)
    if standing is not None:
        return standing
    return work.keep(Occurrence.plan(activity, id=id_, planned=planned, number=number, **fields))


def _days(office: Office, activity: Activity, period: Period) -> list[date]:
    rule = activity.recurrence
    if rule is None:
        raise BadInput("activity-without-recurrence", id=activity.id)
    # The calendar is a plugin with a library of its own: asked for only where a lunar day is needed.
    return days(rule, period, office.calendar() if isinstance(rule, LunarYearly) else None)


def attendance_id(work: Work, occurrence: OccurrenceId, member: MemberId) -> AttendanceId:
    """The id that one person's attendance of one occurrence always has."""
    return AttendanceId(work.office.derived_id("attendance", occurrence, member))


def _standing(work: Work, occurrence: Occurrence, member: MemberId) -> _Standing:
    id_ = attendance_id(work, occurrence.id, member)
    return _Standing(id_, work.peek(Attendance, id_))


def _taken(work: Work, id: OccurrenceId) -> int:
    return len(work.find(Attendance, Is("occurrence", id), AnyOf("status", _COMING)))


def _attended(
    work: Work,
    occurrence: Occurrence,
    member: MemberId,
    evidence: Evidence,
    arrived: time | None = None,
    left: time | None = None,
) -> Attendance:
    standing = _standing(work, occurrence, member)
    step = Attendance.attend(
        occurrence,
        work.load(Member, member),
        id=standing.id,
        today=work.today,
        evidence=evidence,
        before=standing.before,
        arrived=arrived,
        left=left,
    )
    return work.keep(step)


def _speakers_known(work: Work, fields: dict[str, Any]) -> None:
    speakers: Iterable[MemberId] = fields.get("speakers", ())
    for speaker in speakers:
        work.load(Member, speaker)


def _where(asked: dict[str, str | None]) -> list[Condition]:
    return [Is(key, value) for key, value in asked.items() if value is not None]


def _within(key: str, period: Period) -> Between:
    # Between leaves its upper end out; "~" sorts after every digit, so that the last day is in.
    return Between(key, period.first.isoformat(), period.last.isoformat() + "~")
