"""What activities promise: nothing is made up, nobody counted twice, and who signed up moves along."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.activity import (
    ATTENDANCE_TRANSITIONS,
    OCCURRENCE_TRANSITIONS,
    Activity,
    ActivityStatus,
    Attendance,
    AttendanceCorrected,
    AttendanceStatus,
    Evidence,
    HeadCount,
    Material,
    NotForThisOccurrence,
    NotYetHeld,
    Occurrence,
    OccurrenceCorrected,
    OccurrenceFull,
    OccurrenceHeld,
    OccurrenceStatus,
    PersonGone,
    SignedUp,
    TooEarly,
    shortfalls,
)
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.recurrence import Yearly
from grassroots.domain.states import WrongState
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Period
from grassroots.values.ids import ActivityId, AttendanceId, MemberId, OccurrenceId

DAY = date(2021, 7, 6)
BEFORE = date(2021, 7, 5)
TALKS = Activity.start(
    id=ActivityId("talks"), kind="outreach-talk", title="红色故事宣讲", minutes=60, starts=time(9)
).after
PERSON = Member(id=MemberId("m1"), name="成员甲")


def planned(day: date = DAY, **fields: Any) -> Occurrence:
    return Occurrence.plan(TALKS, id=OccurrenceId(f"o{day}"), planned=day, **fields).after


def attend(occurrence: Occurrence, **fields: object) -> Attendance:
    told = {"id": AttendanceId("a1"), "today": DAY, "evidence": Evidence.SHEET, **fields}
    return Attendance.attend(occurrence, PERSON, **told).after  # type: ignore[arg-type]


# -- the series -------------------------------------------------------------------------------------------
def test_an_activity_needs_a_title_and_sensible_numbers() -> None:
    for fields in ({"title": " "}, {"capacity": 0}, {"monthly_target": 0}, {"minutes": 0}, {"minutes": 1441}):
        with pytest.raises(BadInput):
            Activity.start(**{"id": ActivityId("a"), "kind": "class", "title": "书法", **fields})  # type: ignore[arg-type]


def test_ending_twice_changes_nothing_and_an_ended_activity_plans_nothing() -> None:
    ended = TALKS.end(DAY).after
    assert ended.status is ActivityStatus.ENDED
    assert ended.end(DAY).happened == ()
    with pytest.raises(WrongState):
        Occurrence.plan(ended, id=OccurrenceId("o"), planned=DAY)
    assert ended.run_again(DAY).after == TALKS


def test_saying_the_same_again_is_no_correction() -> None:
    assert TALKS.correct(minutes=60).happened == ()
    with pytest.raises(BadInput):
        TALKS.correct(status=ActivityStatus.ENDED)


# -- occurrences ------------------------------------------------------------------------------------------
def test_an_occurrence_takes_from_its_activity_what_is_not_said() -> None:
    one = planned(minutes=90)
    assert (one.title, one.starts, one.minutes, one.kind) == ("红色故事宣讲", time(9), 90, "outreach-talk")


def test_what_lies_in_the_future_is_not_held() -> None:
    with pytest.raises(TooEarly):
        planned().hold(BEFORE)


def test_holding_it_again_with_other_counts_corrects_them_and_adds_nothing_up() -> None:
    held = planned().hold(DAY, headcounts=(HeadCount("residents", 30),))
    assert held.happened == (OccurrenceHeld(day=DAY, people=30, minutes=60),)
    again = held.after.hold(DAY, headcounts=(HeadCount("residents", 32),))
    assert again.after.people == 32
    assert again.happened == (OccurrenceCorrected(fields=("headcounts",)),)
    assert again.after.hold(DAY, headcounts=(HeadCount("residents", 32),)).happened == ()


def test_an_audience_that_nobody_counted_is_not_an_audience_of_none() -> None:
    assert planned().hold(DAY).after.people is None
    assert planned().hold(DAY, headcounts=(HeadCount("residents", 0),)).after.people == 0


def test_children_are_counted_within_the_audience_and_apart() -> None:
    heads = (HeadCount("students", 18, minors=True), HeadCount("parents", 9), HeadCount("party-members", 6))
    one = planned().hold(DAY, headcounts=heads, materials=(Material("宣传单", 40),)).after
    assert (one.people, one.minors, one.pieces) == (33, 18, 40)


def test_one_category_stands_once_in_an_audience() -> None:
    with pytest.raises(BadInput) as refused:
        planned().hold(DAY, headcounts=(HeadCount("residents", 10), HeadCount("residents", 20)))
    assert refused.value.code == "headcount-twice"


def test_moving_keeps_the_identity_in_the_series_and_what_was_held_cannot_be_moved() -> None:
    moved = planned().move(date(2021, 7, 9), time(15)).after
    assert (moved.planned, moved.day, moved.starts) == (DAY, date(2021, 7, 9), time(15))
    assert moved.move(date(2021, 7, 9)).happened == ()
    with pytest.raises(WrongState):
        planned().hold(DAY).after.move(date(2021, 7, 9))


def test_an_occurrence_held_in_error_is_planned_again_without_its_counts() -> None:
    held = planned().hold(DAY, headcounts=(HeadCount("residents", 30),)).after
    assert held.reinstate().after == planned()


class OccurrenceMachine(RuleBasedStateMachine):
    """Any order of verbs: only the table decides, and whatever comes out is sound."""

    def __init__(self) -> None:
        super().__init__()
        self.one = planned()

    @rule(verb=st.sampled_from(["hold", "call_off", "reinstate"]))
    def turn(self, verb: str) -> None:
        row = OCCURRENCE_TRANSITIONS[self.one.status]
        leads_here = any(other.get(verb) is self.one.status for other in OCCURRENCE_TRANSITIONS.values())
        try:
            step = self.one.hold(DAY) if verb == "hold" else getattr(self.one, verb)()
        except WrongState:
            assert verb not in row
            assert not leads_here
            return
        if verb in row:
            assert step.after.status is row[verb]
            assert len(step.happened) == 1
        else:
            assert step.after is self.one
        self.one = step.after

    @rule(to=st.dates(date(2021, 7, 1), DAY))
    def move(self, to: date) -> None:
        if self.one.status is OccurrenceStatus.PLANNED:
            self.one = self.one.move(to).after

    @invariant()
    def its_place_in_the_series_never_changes(self) -> None:
        assert (self.one.planned, self.one.number) == (DAY, 1)


TestOccurrenceMachine = OccurrenceMachine.TestCase


# -- attendances ------------------------------------------------------------------------------------------
def test_nobody_attends_in_the_future_and_nobody_attended_what_was_called_off() -> None:
    with pytest.raises(NotYetHeld):
        attend(planned(), today=BEFORE)
    with pytest.raises(NotForThisOccurrence):
        attend(planned().call_off().after)


def test_an_attendance_says_how_it_is_known() -> None:
    with pytest.raises(BadInput):
        attend(planned(), evidence=None)


def test_who_comes_without_signing_up_is_recorded_and_a_second_line_on_the_sheet_changes_nothing() -> None:
    first = attend(planned())
    assert first.status is AttendanceStatus.ATTENDED
    step = Attendance.attend(planned(), PERSON, id=first.id, today=DAY, evidence=Evidence.SHEET, before=first)
    assert step.happened == ()


def test_times_told_later_are_added_and_do_not_wipe_what_stands() -> None:
    first = attend(planned(), arrived=time(9))
    step = Attendance.attend(
        planned(), PERSON, id=first.id, today=DAY, evidence=Evidence.SHEET, before=first, left=time(10, 30)
    )
    assert step.happened == (AttendanceCorrected(fields=("left",)),)
    assert step.after.minutes == 90


def test_nobody_leaves_before_arriving() -> None:
    with pytest.raises(BadInput):
        attend(planned(), arrived=time(10), left=time(9))


def test_a_full_occurrence_refuses_with_its_numbers_and_a_name_lets_one_more_in() -> None:
    one = planned()
    with pytest.raises(OccurrenceFull) as refused:
        Attendance.sign_up(one, PERSON, id=AttendanceId("a"), taken=30, capacity=30)
    assert refused.value.facts["taken"] == 30
    step = Attendance.sign_up(one, PERSON, id=AttendanceId("a"), taken=30, capacity=30, despite="值班负责人")
    assert step.after.despite == "值班负责人"
    assert step.happened == (SignedUp(occurrence=one.id, member=PERSON.id, overridden=("occurrence-full",)),)


def test_the_dead_neither_sign_up_nor_attend_but_who_died_later_had_come() -> None:
    gone = attrs.evolve(PERSON, status=MemberStatus.DECEASED, died=BEFORE)
    with pytest.raises(PersonGone):
        Attendance.sign_up(planned(), gone, id=AttendanceId("a"))
    later = attrs.evolve(gone, died=date(2021, 9, 1))
    step = Attendance.attend(planned(), later, id=AttendanceId("a"), today=DAY, evidence=Evidence.TOLD)
    assert step.after.status is AttendanceStatus.ATTENDED


def test_an_attendance_recorded_in_error_becomes_an_absence_without_times() -> None:
    wrong = attend(planned(), arrived=time(9), left=time(10))
    right = wrong.mark_absent(DAY).after
    assert (right.status, right.arrived, right.left, right.evidence) == (
        AttendanceStatus.ABSENT, None, None, None,
    )  # fmt: skip


class AttendanceMachine(RuleBasedStateMachine):
    """One person and one occurrence, in any order of acts."""

    def __init__(self) -> None:
        super().__init__()
        self.one = planned()
        self.standing: Attendance | None = None

    def take(self, verb: str, act: object) -> None:
        before = self.standing
        assert callable(act)
        try:
            step = act()
        except Refused:
            assert before is not None
            assert verb not in ATTENDANCE_TRANSITIONS[before.status]
            return
        if before is not None:
            after = ATTENDANCE_TRANSITIONS[before.status].get(verb, before.status)
            assert step.after.status is after
            assert bool(step.happened) == (after is not before.status)
        self.standing = step.after

    @rule()
    def sign_up(self) -> None:
        self.take(
            "sign_up",
            lambda: Attendance.sign_up(self.one, PERSON, id=AttendanceId("a"), before=self.standing),
        )

    @rule()
    def attend(self) -> None:
        self.take(
            "attend",
            lambda: Attendance.attend(
                self.one,
                PERSON,
                id=AttendanceId("a"),
                today=DAY,
                evidence=Evidence.SHEET,
                before=self.standing,
            ),
        )

    @rule()
    def withdraw(self) -> None:
        if (standing := self.standing) is not None:
            self.take("withdraw", standing.withdraw)

    @rule()
    def mark_absent(self) -> None:
        if (standing := self.standing) is not None:
            self.take("mark_absent", lambda: standing.mark_absent(DAY))

    @invariant()
    def only_who_came_has_evidence(self) -> None:
        if self.standing is not None:
            came = self.standing.status is AttendanceStatus.ATTENDED
            assert (self.standing.evidence is not None) == came


TestAttendanceMachine = AttendanceMachine.TestCase


# -- targets ----------------------------------------------------------------------------------------------
def held(*days: date) -> list[Occurrence]:
    return [planned(day).hold(date(2021, 12, 31)).after for day in days]


def test_two_a_month_names_the_months_that_fell_short() -> None:
    twice = TALKS.correct(monthly_target=2).after
    found = shortfalls(
        twice,
        [*held(date(2021, 7, 1), date(2021, 7, 31), date(2021, 8, 1)), planned(date(2021, 8, 20))],
        Period.parse("2021-07..2021-09"),
    )
    assert [(one.month, one.held) for one in found] == [((2021, 8), 1), ((2021, 9), 0)]


def test_nobody_has_failed_a_month_that_is_not_over() -> None:
    twice = TALKS.correct(monthly_target=2).after
    assert shortfalls(twice, [], Period.parse("2021-07-02..2021-08-30")) == []


def test_every_july_is_missed_when_nothing_was_held_in_july() -> None:
    july = TALKS.correct(recurrence=Yearly(7)).after
    assert [one.month for one in shortfalls(july, held(date(2021, 7, 3)), Period.parse("2020..2021"))] == [
        (2020, 7)
    ]
