"""Feeds at a desk: addresses given and taken back, and the timetables that calendar programs read there.

What is called off stays in a timetable, marked as such: a calendar that simply does not hear of it any more
keeps showing it. The *sequence* of an event is how many facts there are about it, and so grows with every
change, also after a network has moved to another storage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import final

import attrs

from grassroots.contracts.storage import Is, Ref
from grassroots.domain.activity import (
    Activity,
    Attendance,
    AttendanceStatus,
    Occurrence,
    OccurrenceStatus,
)
from grassroots.domain.duty import Duty, DutyStatus, Shift, ShiftStatus
from grassroots.domain.feed import TOKEN_BYTES, Feed, FeedStatus, digest_of, new_token
from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.errors import Missing
from grassroots.usecases.places import days_between
from grassroots.values.dates import Period
from grassroots.values.ids import DutyId, FeedId, MemberId, OccurrenceId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

DAYS_BACK, DAYS_AHEAD = 60, 200
"""How far a feed reaches: what was called off lately has to be heard of, a year ahead nobody has planned."""


class EventStatus(StrEnum):
    """What a calendar shows of an event."""

    TENTATIVE = "tentative"  # planned, and not agreed to yet
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


_OF_DUTY = {
    DutyStatus.ASSIGNED: EventStatus.TENTATIVE,
    DutyStatus.ACCEPTED: EventStatus.CONFIRMED,
    DutyStatus.ARRIVED: EventStatus.CONFIRMED,
    DutyStatus.DONE: EventStatus.CONFIRMED,
}


@final
@attrs.frozen(kw_only=True)
class TimetableEvent:
    """One event. ``starts`` and ``ends`` are aware; ``all_day`` says that the hours are not known.

    ``uid`` is stable. ``instead_of`` is the original beginning of one occurrence of a series that was moved,
    changed or called off (RECURRENCE-ID), ``also`` are the other beginnings of a series (RDATE).
    """

    uid: str
    sequence: int
    status: EventStatus
    starts: datetime
    ends: datetime
    all_day: bool = False
    title_zh: str
    title_en: str
    place_zh: str | None = None
    place_en: str | None = None
    changed_at: datetime
    instead_of: datetime | None = None
    also: tuple[datetime, ...] = ()


@final
@attrs.frozen(kw_only=True)
class Timetable:
    """What one feed shows. ``zone`` is the IANA name of the network's walls."""

    name_zh: str
    name_en: str
    zone: str
    made_at: datetime
    events: tuple[TimetableEvent, ...] = ()


@final
@attrs.frozen
class GivenFeed:
    """A feed and its token, which is told this once and never again."""

    feed: Feed
    token: str


@final
class Feeds(Room):
    """The room ``desk.feeds``."""

    def give(self, *, member: MemberId | None = None, station: StationId | None = None) -> GivenFeed:
        """Give out an address for a member's or a station's timetable. The token is told this once."""
        token = new_token(self._seat.office.entropy(TOKEN_BYTES))
        return GivenFeed(self._give(token, member, station), token)

    @act
    def _give(self, work: Work, token: str, member: MemberId | None, station: StationId | None) -> Feed:
        if member is not None:
            work.load(Member, member)
        if station is not None:
            work.load(Station, station)
        return work.keep(Feed.give(id=FeedId(work.new_id()), token=token, member=member, station=station))

    @act
    def revoke(self, work: Work, id: FeedId) -> Feed:
        """Take an address back: it answers no more."""
        return work.keep(work.load(Feed, id).revoke())

    @look
    def all(
        self, reading: Reading, *, member: MemberId | None = None, station: StationId | None = None
    ) -> list[Feed]:
        """The addresses that were given out, in order."""
        asked = {"member": member, "station": station}
        return reading.list(Feed, *(Is(key, value) for key, value in asked.items() if value is not None))

    # -- timetables ---------------------------------------------------------------------------------------
    @look
    def by_token(self, reading: Reading, token: str) -> Timetable:
        """What the address with this token shows; Missing ``feed-unknown`` for a wrong or revoked one.

        For the desk of the job that answers such addresses ("system:feeds"): who asks has no seat.
        """
        for feed in reading.list(Feed, Is("digest", digest_of(token))):
            if feed.status is FeedStatus.GIVEN:
                if feed.member is not None:
                    return _of_member(reading, feed.member)
                return _of_station(reading, StationId(str(feed.station)))
        raise Missing("feed-unknown", kind="feed", id="…")

    @look
    def of_member(self, reading: Reading, member: MemberId) -> Timetable:
        """The duties and activities of a member, from two months back to half a year ahead."""
        return _of_member(reading, member)

    @look
    def of_station(self, reading: Reading, station: StationId) -> Timetable:
        """The shifts and activities of a station, with who stands there."""
        return _of_station(reading, station)

    @look
    def of_duty(self, reading: Reading, duty: DutyId) -> Timetable:
        """One duty, for the file that goes with a notice: sent again it changes or cancels the same event."""
        found = reading.get(Duty, duty)
        shift = reading.get(Shift, found.shift)
        return _table(reading, reading.get(Member, found.member).name, _duties(reading, [(found, shift)]))


# -- reading ----------------------------------------------------------------------------------------------
def _of_member(reading: Reading, member: MemberId) -> Timetable:
    person, span = reading.get(Member, member), _span(reading)
    duties = list(reading.walk(Duty, Is("member", member), days_between(span)))
    shifts = reading.get_all(Shift, [duty.shift for duty in duties])
    pairs = [(duty, shifts[duty.shift]) for duty in duties if duty.shift in shifts]
    there = list(reading.walk(Attendance, Is("member", member), days_between(span)))
    mine = {one.occurrence: one for one in there}
    occurrences = reading.get_all(Occurrence, list(mine))
    events = [
        *_duties(reading, pairs),
        *_attended(reading, occurrences.values(), mine),
    ]
    return _table(reading, person.name, events)


def _of_station(reading: Reading, station: StationId) -> Timetable:
    place, span = reading.get(Station, station), _span(reading)
    shifts = list(reading.walk(Shift, Is("station", station), days_between(span)))
    duties: dict[str, list[Duty]] = defaultdict(list)
    for duty in reading.walk(Duty, Is("station", station), days_between(span)):
        if duty.binding:
            duties[duty.shift].append(duty)
    people = reading.get_all(Member, [duty.member for held in duties.values() for duty in held])
    names = {member.id: member.name for member in people.values()}
    events = [
        *(
            _shift(reading, shift, [names.get(duty.member, "") for duty in duties[shift.id]])
            for shift in shifts
        ),
        *_series(reading, station, span),
    ]
    return _table(reading, place.name, events, place.name_en)


def _span(reading: Reading) -> Period:
    today = reading.today
    return Period(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD))


def _table(
    reading: Reading, name: str, events: Iterable[TimetableEvent], name_en: str | None = None
) -> Timetable:
    return Timetable(
        name_zh=name,
        name_en=name_en or name,
        zone=reading.office.zone.key,
        made_at=reading.now,
        events=tuple(sorted(events, key=lambda one: (one.starts, one.uid, one.instead_of is not None))),
    )


# -- duties -----------------------------------------------------------------------------------------------
def _duties(reading: Reading, pairs: Sequence[tuple[Duty, Shift]]) -> Iterator[TimetableEvent]:
    for duty, shift in pairs:
        status = _OF_DUTY.get(duty.status, EventStatus.CANCELLED)
        if shift.status is ShiftStatus.CALLED_OFF:
            status = EventStatus.CANCELLED
        yield _stretch(
            reading, shift, f"duty-{duty.id}", status, (Ref("duty", duty.id), Ref("shift", shift.id))
        )


def _shift(reading: Reading, shift: Shift, names: Sequence[str]) -> TimetableEvent:
    off = shift.status is ShiftStatus.CALLED_OFF
    status = EventStatus.CANCELLED if off else EventStatus.CONFIRMED
    told = _stretch(reading, shift, f"shift-{shift.id}", status, (Ref("shift", shift.id),))
    known = [name for name in names if name]
    if not known:
        return told
    return attrs.evolve(
        told,
        title_zh=f"{told.title_zh}：{'、'.join(known)}",
        title_en=f"{told.title_en}: {', '.join(known)}",
    )


def _stretch(
    reading: Reading, shift: Shift, name: str, status: EventStatus, about: Sequence[Ref]
) -> TimetableEvent:
    zone = reading.office.zone
    begins, ends = shift.window(zone)
    place = reading.peek(Station, shift.station)
    role = reading.peek(Role, shift.role) if shift.role is not None else None
    sequence, changed = _changes(reading, about)
    return TimetableEvent(
        uid=_uid(reading, name),
        sequence=sequence,
        status=status,
        starts=begins.astimezone(zone),
        ends=ends.astimezone(zone),
        title_zh=f"值班（{role.label_zh}）" if role is not None else "值班",
        title_en=f"Duty ({role.label_en})" if role is not None else "Duty",
        place_zh=place.name if place is not None else None,
        place_en=(place.name_en or place.name) if place is not None else None,
        changed_at=changed,
    )


def _changes(reading: Reading, about: Sequence[Ref]) -> tuple[int, datetime]:
    """How many facts there are about these records beyond the first of each, and when the last was told."""
    count, last = 0, reading.now
    latest: datetime | None = None
    for ref in about:
        told = reading.trail(ref, limit=1000)
        count += max(0, len(told) - 1)
        if told:
            at = max(one.at for one in told)
            latest = at if latest is None else max(latest, at)
    return count, latest or last


def _uid(reading: Reading, name: str) -> str:
    # The network's own salt makes the name that of this network and of no other one.
    home = reading.office.derived_id("calendar")[:12].lower()
    return f"{name.lower()}@{home}.grassroots"


# -- activities -------------------------------------------------------------------------------------------
def _attended(
    reading: Reading, occurrences: Iterable[Occurrence], mine: dict[OccurrenceId, Attendance]
) -> Iterator[TimetableEvent]:
    for one in occurrences:
        attendance = mine[one.id]
        coming = attendance.status in (AttendanceStatus.SIGNED_UP, AttendanceStatus.ATTENDED)
        off = one.status is OccurrenceStatus.CALLED_OFF or not coming
        about = (Ref("occurrence", one.id), Ref("attendance", attendance.id))
        yield _occurrence(reading, one, f"attendance-{attendance.id}", off=off, about=about)


def _series(reading: Reading, station: StationId, span: Period) -> Iterator[TimetableEvent]:
    near = list(reading.walk(Occurrence, Is("station", station), days_between(span)))
    for activity in dict.fromkeys(one.activity for one in near):
        series = reading.get(Activity, activity)
        every = sorted(
            reading.walk(Occurrence, Is("activity", activity)),
            key=lambda one: (one.planned, one.number, one.id),
        )
        yield from _of_series(reading, series, every)


def _of_series(reading: Reading, series: Activity, every: Sequence[Occurrence]) -> Iterator[TimetableEvent]:
    # One event for the series (its planned beginnings), and one for each occurrence that is unlike the plan.
    first = [one for one in every if one.number == 1]
    beginnings = sorted({_planned(reading, series, one) for one in first})
    if beginnings:
        sequence, changed = _changes(reading, (Ref("activity", series.id),))
        length = timedelta(minutes=series.minutes or 60)
        yield TimetableEvent(
            uid=_uid(reading, f"activity-{series.id}"),
            # The list of beginnings grows with the series: each new one is a change of the event.
            sequence=sequence + len(beginnings),
            status=EventStatus.CONFIRMED,
            starts=beginnings[0],
            ends=beginnings[0] + length,
            all_day=series.starts is None,
            title_zh=series.title,
            title_en=series.title_en or series.title,
            changed_at=changed,
            also=tuple(beginnings[1:]),
        )
    for one in every:
        off = one.status is OccurrenceStatus.CALLED_OFF
        planned = _planned(reading, series, one)
        if one.number == 1 and not off and _starts(reading, one) == planned and one.topic is None:
            continue
        about = (Ref("occurrence", one.id),)
        if one.number > 1:
            # A second one on the same day is no exception of the first: an event of its own.
            yield _occurrence(reading, one, f"occurrence-{one.id}", off=off, about=about)
            continue
        told = _occurrence(reading, one, f"activity-{series.id}", off=off, about=about)
        yield attrs.evolve(told, instead_of=planned)


def _occurrence(
    reading: Reading, one: Occurrence, name: str, *, off: bool, about: Sequence[Ref]
) -> TimetableEvent:
    starts = _starts(reading, one)
    sequence, changed = _changes(reading, about)
    place = reading.peek(Station, one.station) if one.station is not None else None
    series = reading.peek(Activity, one.activity)
    return TimetableEvent(
        uid=_uid(reading, name),
        sequence=sequence,
        status=EventStatus.CANCELLED if off else EventStatus.CONFIRMED,
        starts=starts,
        ends=starts + timedelta(minutes=one.minutes or 60),
        all_day=one.starts is None,
        title_zh=one.title if one.topic is None else f"{one.title}（{one.topic}）",
        title_en=(series.title_en if series is not None and series.title_en else one.title),
        place_zh=place.name if place is not None else None,
        place_en=(place.name_en or place.name) if place is not None else None,
        changed_at=changed,
    )


def _starts(reading: Reading, one: Occurrence) -> datetime:
    return _moment(reading, one.day, one.starts)


def _planned(reading: Reading, series: Activity, one: Occurrence) -> datetime:
    return _moment(reading, one.planned, series.starts)


def _moment(reading: Reading, day: date, at: time | None) -> datetime:
    return datetime.combine(day, at or time(), tzinfo=reading.office.zone)
