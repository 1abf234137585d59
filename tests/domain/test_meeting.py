from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.concern import Concern, ConcernOutcome, ConcernStatus
from grassroots.domain.meeting import (
    AgendaItem,
    DecisionKind,
    HeldTooEarly,
    MeetingHeld,
    MeetingStatus,
    NotOnAgenda,
    ReviewMeeting,
    carry_out,
    weeks_without,
)
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.errors import BadInput
from grassroots.values.dates import Period
from grassroots.values.ids import ConcernId, MeetingId, MemberId, OrganizationId, StationId

SATURDAY = date(2021, 7, 3)


def meeting(id: str = "T1", day: date = SATURDAY, *concerns: str) -> ReviewMeeting:
    planned = ReviewMeeting.plan(id=MeetingId(id), station=StationId("POST"), day=day).after
    return planned.put_on_agenda([ConcernId(one) for one in concerns]).after


def held(*items: AgendaItem) -> ReviewMeeting:
    called = meeting("T1", SATURDAY, *(item.concern for item in items))
    return called.hold(today=SATURDAY, attendees=[MemberId("M1")], decisions=items).after


def concern(id: str = "C1") -> Concern:
    return Concern.take(
        id=ConcernId(id), station=StationId("POST"), taken_on=SATURDAY - timedelta(days=2), text="井盖松动"
    ).after


def item(decision: DecisionKind | None = None, id: str = "C1", **fields: object) -> AgendaItem:
    return AgendaItem(concern=ConcernId(id), decision=decision, **fields)  # type: ignore[arg-type]


def test_a_concern_stands_on_the_agenda_once_and_keeps_its_place() -> None:
    called = meeting("T1", SATURDAY, "C1", "C2")
    more = called.put_on_agenda([ConcernId("C2"), ConcernId("C3"), ConcernId("C3")]).after
    assert [one.concern for one in more.agenda] == ["C1", "C2", "C3"]
    assert more.put_on_agenda([ConcernId("C1")]) == Step(more)
    with pytest.raises(BadInput):
        ReviewMeeting(id=MeetingId("T1"), station=StationId("POST"), day=SATURDAY, agenda=(item(), item()))


def test_holding_tells_how_many_of_the_items_were_decided() -> None:
    called = meeting("T1", SATURDAY, "C1", "C2")
    step = called.hold(today=SATURDAY, attendees=[MemberId("M1")], decisions=[item(DecisionKind.OBSERVE)])
    assert step.happened == (MeetingHeld(day=SATURDAY, attendees=1, items=2, decided=1),)
    assert step.after.hold(today=SATURDAY, attendees=[]) == Step(step.after)


def test_a_decision_about_something_else_is_refused() -> None:
    with pytest.raises(NotOnAgenda):
        meeting().hold(today=SATURDAY, attendees=[], decisions=[item(DecisionKind.OBSERVE)])


def test_a_meeting_that_is_still_to_come_cannot_have_been_held() -> None:
    with pytest.raises(HeldTooEarly):
        meeting().hold(today=SATURDAY - timedelta(days=1), attendees=[])


def test_what_was_held_or_called_off_is_neither_moved_nor_held() -> None:
    with pytest.raises(WrongState):
        held().move(SATURDAY + timedelta(days=1))
    off = meeting().call_off("heat").after
    assert off.status is MeetingStatus.CALLED_OFF
    with pytest.raises(WrongState):
        off.hold(today=SATURDAY, attendees=[])
    with pytest.raises(WrongState):
        off.put_on_agenda([ConcernId("C1")])


@pytest.mark.parametrize("decision", [DecisionKind.SOLVE, DecisionKind.MERGE, DecisionKind.DECLINE])
def test_a_decision_that_lacks_its_part_is_refused(decision: DecisionKind) -> None:
    with pytest.raises(BadInput) as refused:
        item(decision)
    assert refused.value.code == "agenda-item-incomplete"


@pytest.mark.parametrize(
    ("decided", "status"),
    [
        (item(None), ConcernStatus.RECORDED),
        (item(DecisionKind.OBSERVE), ConcernStatus.ACCEPTED),
        (item(DecisionKind.SOLVE, owner=MemberId("M1")), ConcernStatus.ASSIGNED),
        (item(DecisionKind.ASK_AUTHORITY, unit=OrganizationId("O1")), ConcernStatus.REFERRED),
        (item(DecisionKind.ASK_PROPERTY_FIRM), ConcernStatus.REFERRED),
        (item(DecisionKind.REFER), ConcernStatus.REFERRED),
        (item(DecisionKind.EXPLAIN), ConcernStatus.EXPLAINED),
        (item(DecisionKind.DECLINE, reason="court"), ConcernStatus.DECLINED),
        (item(DecisionKind.MERGE, into=ConcernId("C2")), ConcernStatus.MERGED),
    ],
)
def test_every_decision_is_carried_out_on_the_concern_and_tables_it(
    decided: AgendaItem, status: ConcernStatus
) -> None:
    step = carry_out(concern(), decided, held(decided), concern("C2"))
    assert step.after.status is status
    assert [tabling.meeting for tabling in step.after.tabled] == ["T1"]
    assert step.after.tabled_after_days == 2


def test_every_kind_of_decision_stands_in_the_test_above() -> None:
    assert len(DecisionKind) == 8


def test_looking_at_what_somebody_already_has_changes_only_that_it_was_tabled() -> None:
    assigned = concern().assign(MemberId("M1")).after
    after = carry_out(assigned, item(DecisionKind.OBSERVE), held(item())).after
    assert (after.status, after.owner, len(after.tabled)) == (ConcernStatus.ASSIGNED, "M1", 1)


def test_a_decision_about_what_was_resolved_meanwhile_is_refused_and_a_look_is_not() -> None:
    solved = concern().resolve(SATURDAY).after
    decided = item(DecisionKind.SOLVE, owner=MemberId("M1"))
    with pytest.raises(WrongState):
        carry_out(solved, decided, held(decided))
    assert carry_out(solved, item(), held(item())).after.outcome is ConcernOutcome.RESOLVED


def test_merging_without_the_other_concern_at_hand_is_refused() -> None:
    decided = item(DecisionKind.MERGE, into=ConcernId("C2"))
    with pytest.raises(BadInput):
        carry_out(concern(), decided, held(decided))


def test_decisions_are_not_corrected_behind_the_concerns_back() -> None:
    with pytest.raises(BadInput):
        held(item()).correct(agenda=())
    corrected = held(item()).correct("wrong-entry", attendees=[MemberId("M2")], minutes="补记")
    assert corrected.after.attendees == ("M2",)


@given(st.dates(date(2020, 1, 1), date(2022, 12, 31)))
def test_a_week_begins_on_monday_and_the_weekend_is_its_end(day: date) -> None:
    one = meeting("T1", day)
    assert one.week.weekday() == 0
    assert timedelta(0) <= day - one.week < timedelta(days=7)
    assert one.weekend is ((day - one.week).days >= 5)


def test_weeks_without_a_meeting_count_those_held_and_no_others() -> None:
    july = Period.parse("2021-07-05..2021-07-25")
    meetings = [
        attended("T1", date(2021, 7, 10)),
        meeting("T2", date(2021, 7, 17)),
        attended("T3", date(2021, 7, 25)),
    ]
    assert weeks_without(july, meetings) == [date(2021, 7, 12)]


def attended(id: str, day: date) -> ReviewMeeting:
    return meeting(id, day).hold(today=day, attendees=[MemberId("M1")]).after
