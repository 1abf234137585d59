"""What the desk promises about activities: planned once, moved with everybody, counted as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.activity import (
    ActivityStatus,
    AttendanceStatus,
    Evidence,
    HeadCount,
    NotForThisOccurrence,
    OccurrenceFull,
    OccurrenceStatus,
    PersonGone,
)
from grassroots.domain.recurrence import LunarYearly, Weekday, Weekly
from grassroots.errors import BadInput, Missing
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, StationId
from grassroots.workspace.reading import Reading

NOW = datetime(2021, 10, 20, 2, tzinfo=UTC)
OCTOBER = Period.month(2021, 10)


def trail(desk: Desk) -> Reading:
    return Reading(desk.seat)


@pytest.fixture
def desk() -> Iterator[Desk]:
    network = grassroots.open("memory://", clock=lambda: NOW)
    yield network.desk("steward:office")
    network.close()


def people(desk: Desk, number: int) -> list[MemberId]:
    return [desk.members.register(name=f"成员{'甲乙丙丁'[n]}").id for n in range(number)]


def test_a_weekly_class_is_planned_once_however_often_it_is_planned(desk: Desk) -> None:
    lesson = desk.activities.start(
        kind="class", title="书法课", recurrence=Weekly((Weekday.TUESDAY,)), starts=time(9, 30), minutes=90
    )
    first = desk.activities.plan(lesson.id, OCTOBER)
    assert [one.day.day for one in first] == [5, 12, 19, 26]
    desk.activities.move(first[0].id, date(2021, 10, 7))
    desk.activities.call_off_one(first[1].id, reason="rain")
    desk.activities.plan(lesson.id, OCTOBER)
    found = desk.activities.occurrences(OCTOBER, activity=lesson.id)
    assert [(one.day.day, one.status) for one in found] == [
        (7, OccurrenceStatus.PLANNED),
        (12, OccurrenceStatus.CALLED_OFF),
        (19, OccurrenceStatus.PLANNED),
        (26, OccurrenceStatus.PLANNED),
    ]


def test_the_double_ninth_salon_is_planned_for_its_lunar_day(desk: Desk) -> None:
    salon = desk.activities.start(kind="festival-salon", title="重阳", recurrence=LunarYearly(9, 9))
    assert [one.day for one in desk.activities.plan(salon.id, Period.year(2021))] == [date(2021, 10, 14)]


def test_a_single_event_has_no_days_of_its_own(desk: Desk) -> None:
    once = desk.activities.start(kind="ceremony", title="纪念章颁发")
    with pytest.raises(BadInput):
        desk.activities.plan(once.id, OCTOBER)


def test_moving_an_occurrence_moves_everybody_who_signed_up_in_one_act(desk: Desk) -> None:
    talks = desk.activities.start(kind="outreach-talk", title="宣讲")
    talk = desk.activities.plan_one(talks.id, date(2021, 10, 22))
    for member in people(desk, 3):
        desk.activities.sign_up(talk.id, member)
    before = trail(desk).head()
    desk.activities.move(talk.id, date(2021, 10, 29))
    assert {one.day for one in desk.activities.attendances(talk.id)} == {date(2021, 10, 29)}
    assert trail(desk).head() == before + 4  # four facts: one moved, three moved with it


def test_calling_off_keeps_who_had_signed_up_and_lets_nobody_else_in(desk: Desk) -> None:
    talks = desk.activities.start(kind="outreach-talk", title="宣讲")
    talk = desk.activities.plan_one(talks.id, date(2021, 10, 22))
    one, other = people(desk, 2)
    desk.activities.sign_up(talk.id, one)
    desk.activities.call_off_one(talk.id)
    with pytest.raises(NotForThisOccurrence):
        desk.activities.sign_up(talk.id, other)
    assert [line.status for line in desk.activities.attendances(talk.id)] == [AttendanceStatus.SIGNED_UP]


def test_calling_off_an_activity_calls_off_what_is_still_planned(desk: Desk) -> None:
    lesson = desk.activities.start(kind="class", title="书法课", recurrence=Weekly((Weekday.TUESDAY,)))
    past, *_ = desk.activities.plan(lesson.id, OCTOBER)
    desk.activities.hold(past.id)
    assert desk.activities.call_off(lesson.id).status is ActivityStatus.CALLED_OFF
    held, *rest = desk.activities.occurrences(OCTOBER)
    assert held.status is OccurrenceStatus.HELD
    assert [one.status for one in rest if one.day >= date(2021, 10, 20)] == [OccurrenceStatus.CALLED_OFF]


def test_a_talk_is_written_down_from_paper_in_one_act_and_a_second_time_changes_nothing(
    desk: Desk,
) -> None:
    (speaker,) = people(desk, 1)
    talks = desk.activities.start(kind="outreach-talk", title="宣讲", station=StationId("s1"))
    told: dict[str, Any] = {
        "speakers": (speaker,),
        "minutes": 60,
        "headcounts": (HeadCount("students", 31, minors=True),),
    }
    first = desk.activities.record(talks.id, date(2021, 10, 9), **told)
    assert (first.status, first.people, first.minors, first.station) == (OccurrenceStatus.HELD, 31, 31, "s1")
    before = trail(desk).head()
    assert desk.activities.record(talks.id, date(2021, 10, 9), **told) == first
    assert trail(desk).head() == before
    second = desk.activities.record(talks.id, date(2021, 10, 9), number=2, **told)
    assert second.id != first.id


def test_a_speaker_has_to_be_somebody(desk: Desk) -> None:
    talks = desk.activities.start(kind="outreach-talk", title="宣讲")
    with pytest.raises(Missing):
        desk.activities.record(talks.id, date(2021, 10, 9), speakers=("nobody",))


def test_the_last_place_is_given_once(desk: Desk) -> None:
    trip = desk.activities.start(kind="other", title="外出", capacity=1)
    one, other = people(desk, 2)
    bus = desk.activities.plan_one(trip.id, date(2021, 10, 22))
    desk.activities.sign_up(bus.id, one)
    desk.activities.sign_up(bus.id, one)
    with pytest.raises(OccurrenceFull):
        desk.activities.sign_up(bus.id, other)
    desk.activities.withdraw(bus.id, one)
    assert desk.activities.sign_up(bus.id, other).status is AttendanceStatus.SIGNED_UP


def test_a_signed_sheet_is_one_act_and_one_impossible_line_refuses_it_whole(desk: Desk) -> None:
    talks = desk.activities.start(kind="outreach-talk", title="宣讲")
    talk = desk.activities.plan_one(talks.id, date(2021, 10, 9))
    members = people(desk, 3)
    desk.members.record_death(members[2], on=date(2021, 10, 1))
    with pytest.raises(PersonGone):
        desk.activities.attend_all(talk.id, members, evidence=Evidence.SHEET)
    assert desk.activities.attendances(talk.id) == []
    came = desk.activities.attend_all(talk.id, [*members[:2], members[0]], evidence=Evidence.SHEET)
    assert [one.member for one in came] == members[:2]
    assert len(desk.activities.attendances(talk.id)) == 2
    assert [one.occurrence for one in desk.activities.of_member(members[0], OCTOBER)] == [talk.id]


def test_two_legal_events_a_month_name_the_month_that_had_one(desk: Desk) -> None:
    legal = desk.activities.start(kind="legal-publicity", title="法制宣传", monthly_target=2)
    for day in (date(2021, 8, 3), date(2021, 8, 31), date(2021, 9, 30)):
        desk.activities.record(legal.id, day)
    found = desk.activities.shortfalls(legal.id, Period.parse("2021-08..2021-09"))
    assert [(one.month, one.expected, one.held) for one in found] == [((2021, 9), 2, 1)]


def test_an_activity_is_found_by_its_title_in_either_language(desk: Desk) -> None:
    lesson = desk.activities.start(kind="class", title="书法课", title_en="Calligraphy class")
    assert [one.id for one in desk.activities.named(" calligraphy  CLASS ")] == [lesson.id]
    assert [one.id for one in desk.activities.all(kind="class")] == [lesson.id]
    assert desk.activities.all(kind="salon") == []
