"""Review meetings at a desk: agenda from what is open, decisions carried out in the same batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, final

from grassroots.contracts.storage import Between, Condition, Is, Ref
from grassroots.domain.concern import Concern
from grassroots.domain.meeting import AgendaItem, ReviewMeeting, carry_out, weeks_without
from grassroots.domain.member import Member
from grassroots.domain.organization import Organization
from grassroots.domain.station import Station
from grassroots.values.dates import Period
from grassroots.values.ids import ConcernId, MeetingId, MemberId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Meetings(Room):
    """The room ``desk.meetings``."""

    @act
    def plan(self, work: Work, *, station: StationId, day: date) -> ReviewMeeting:
        """Call a meeting."""
        work.load(Station, station)
        return work.keep(ReviewMeeting.plan(id=MeetingId(work.new_id()), station=station, day=day))

    @act
    def move(self, work: Work, id: MeetingId, day: date) -> ReviewMeeting:
        """To another day, before it is held."""
        return work.keep(work.load(ReviewMeeting, id).move(day))

    @act
    def draw_agenda(self, work: Work, id: MeetingId) -> ReviewMeeting:
        """Put on the table every open concern of the station that was heard until the day of the meeting."""
        meeting = work.load(ReviewMeeting, id)
        heard = Between("taken_on", None, (meeting.day + timedelta(days=1)).isoformat())
        found = work.find(Concern, Is("station", meeting.station), Is("open", True), heard)
        return work.keep(meeting.put_on_agenda(concern.id for concern in found))

    @act
    def put_on_agenda(self, work: Work, id: MeetingId, concerns: Iterable[ConcernId]) -> ReviewMeeting:
        """Put these concerns on the table as well."""
        wanted = [work.load(Concern, concern).id for concern in concerns]
        return work.keep(work.load(ReviewMeeting, id).put_on_agenda(wanted))

    @act
    def hold(
        self,
        work: Work,
        id: MeetingId,
        *,
        attendees: Iterable[MemberId],
        decisions: Iterable[AgendaItem] = (),
        minutes: str | None = None,
    ) -> ReviewMeeting:
        """Write down what was decided; each concern on the agenda is tabled and changed in the same batch."""
        meeting = work.load(ReviewMeeting, id)
        came = [work.load(Member, member).id for member in attendees]
        step = meeting.hold(today=work.today, attendees=came, decisions=decisions, minutes=minutes)
        held = work.keep(step)
        for item in held.agenda if step.happened else ():
            _carry_out(work, item, held)
        return held

    @act
    def call_off(self, work: Work, id: MeetingId, *, reason: str) -> ReviewMeeting:
        """It does not take place; its agenda waits for the next one."""
        return work.keep(work.load(ReviewMeeting, id).call_off(reason))

    @act
    def correct(
        self, work: Work, /, id: MeetingId, *, reason: str | None = None, **fields: Any
    ) -> ReviewMeeting:
        """Set minutes or attendance right; former values stay in the history."""
        return work.keep(work.load(ReviewMeeting, id).correct(reason, **fields))

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: MeetingId) -> ReviewMeeting:
        """One meeting."""
        return reading.get(ReviewMeeting, id)

    @look
    def all(
        self, reading: Reading, *, station: StationId | None = None, period: Period | None = None
    ) -> list[ReviewMeeting]:
        """Meetings by day, of one station or of all."""
        found = reading.list(ReviewMeeting, *_where(station, period))
        return sorted(found, key=lambda meeting: (meeting.day, meeting.id))

    @look
    def weeks_without(self, reading: Reading, period: Period, *, station: StationId) -> list[date]:
        """The Mondays of the weeks of a period in which this station held no meeting."""
        weeks = period.weeks()
        whole = Period(weeks[0], weeks[-1] + timedelta(days=6))
        return weeks_without(period, reading.walk(ReviewMeeting, *_where(station, whole)))


def _carry_out(work: Work, item: AgendaItem, held: ReviewMeeting) -> None:
    if item.owner is not None:
        work.load(Member, item.owner)
    if item.unit is not None:
        work.load(Organization, item.unit)
    into = work.load(Concern, item.into) if item.into is not None else None
    work.keep(carry_out(work.load(Concern, item.concern), item, held, into), Ref("meeting", held.id))


def _where(station: StationId | None, period: Period | None) -> list[Condition]:
    where: list[Condition] = [] if station is None else [Is("station", station)]
    if period is not None:
        last = period.last + timedelta(days=1)
        where.append(Between("day", period.first.isoformat(), last.isoformat()))
    return where
