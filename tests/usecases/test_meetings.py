from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from grassroots.desk import Desk
from grassroots.domain.concern import ConcernStatus
from grassroots.domain.meeting import AgendaItem, DecisionKind
from grassroots.domain.states import WrongState
from grassroots.domain.station import StationKind
from grassroots.errors import Missing
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, OrganizationId, StationId

SATURDAY = date(2021, 7, 3)


@pytest.fixture
def post(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name="A社区驿站", parent=hub.id).id


def test_the_agenda_holds_what_is_open_at_this_station_until_that_day(desk: Desk, post: StationId) -> None:
    elsewhere = desk.stations.found(kind=StationKind.HUB, name="B社区老党员之家").id
    old = desk.concerns.take(station=post, text="井盖松动", taken_on=date(2021, 6, 20))
    new = desk.concerns.take(station=post, text="路灯不亮")
    solved = desk.concerns.take(station=post, text="门铃不响")
    desk.concerns.resolve(solved.id)
    desk.concerns.take(station=elsewhere, text="花坛积水")
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    assert [item.concern for item in desk.meetings.draw_agenda(meeting.id).agenda] == [old.id, new.id]
    late = desk.concerns.take(station=post, text="电梯异响", taken_on=date(2021, 7, 4))
    assert late.id not in [item.concern for item in desk.meetings.draw_agenda(meeting.id).agenda]


def test_holding_a_meeting_changes_every_concern_on_its_table_in_one_batch(
    desk: Desk, post: StationId, clock: Any
) -> None:
    chair = desk.members.register(name="周岚").id
    firm = desk.organizations.register(kind="partner", name="示范物业公司").id
    lamp, lift, twin, seen = (
        desk.concerns.take(station=post, text=text) for text in ("路灯不亮", "电梯异响", "电梯有响声", "噪音")
    )
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.draw_agenda(meeting.id)
    clock.go_to(SATURDAY, 15)
    before = desk.seat.office.storage.head()
    held = desk.meetings.hold(
        meeting.id,
        attendees=[chair],
        decisions=[
            AgendaItem(concern=lamp.id, decision=DecisionKind.SOLVE, owner=chair, due=date(2021, 7, 9)),
            AgendaItem(concern=lift.id, decision=DecisionKind.ASK_PROPERTY_FIRM, unit=firm),
            AgendaItem(concern=twin.id, decision=DecisionKind.MERGE, into=lift.id),
        ],
        minutes="四件，三件有决定",
    )
    after = [desk.concerns.get(one.id) for one in (lamp, lift, twin, seen)]
    assert [one.status for one in after] == [
        ConcernStatus.ASSIGNED,
        ConcernStatus.REFERRED,
        ConcernStatus.MERGED,
        ConcernStatus.RECORDED,
    ]
    assert [one.tabled_after_days for one in after] == [1, 1, 1, 1]
    assert (after[0].owner, after[1].unit, after[2].merged_into) == (chair, firm, lift.id)
    journal = desk.seat.office.storage.journal(after=before, limit=100)
    assert len({entry.batch for entry in journal}) == 1
    again = desk.seat.office.storage.head()
    assert desk.meetings.hold(meeting.id, attendees=[chair]) == held
    assert desk.seat.office.storage.head() == again


def test_one_decision_that_cannot_be_carried_out_leaves_everything_as_it_was(
    desk: Desk, post: StationId, clock: Any
) -> None:
    chair = desk.members.register(name="周岚").id
    lamp, lift = (desk.concerns.take(station=post, text=text) for text in ("路灯不亮", "电梯异响"))
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.draw_agenda(meeting.id)
    desk.concerns.resolve(lift.id)
    clock.go_to(SATURDAY)
    decisions = [AgendaItem(concern=one.id, decision=DecisionKind.SOLVE, owner=chair) for one in (lamp, lift)]
    with pytest.raises(WrongState):
        desk.meetings.hold(meeting.id, attendees=[chair], decisions=decisions)
    assert desk.concerns.get(lamp.id).tabled == ()
    held = desk.meetings.hold(meeting.id, attendees=[chair], decisions=decisions[:1])
    assert [item.decision for item in held.agenda] == [DecisionKind.SOLVE, None]


@pytest.mark.parametrize("part", [{"owner": MemberId("nobody")}, {"unit": OrganizationId("nowhere")}])
def test_whom_a_decision_names_has_to_exist(
    desk: Desk, post: StationId, clock: Any, part: dict[str, Any]
) -> None:
    lamp = desk.concerns.take(station=post, text="路灯不亮")
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.draw_agenda(meeting.id)
    clock.go_to(SATURDAY)
    with pytest.raises(Missing):
        desk.meetings.hold(
            meeting.id,
            attendees=[],
            decisions=[AgendaItem(concern=lamp.id, decision=DecisionKind.REFER, **part)],
        )


def test_the_agenda_of_a_meeting_that_did_not_take_place_waits_for_the_next_one(
    desk: Desk, post: StationId
) -> None:
    lamp = desk.concerns.take(station=post, text="路灯不亮")
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.draw_agenda(meeting.id)
    desk.meetings.call_off(meeting.id, reason="rainstorm")
    following = desk.meetings.plan(station=post, day=date(2021, 7, 10))
    assert [item.concern for item in desk.meetings.draw_agenda(following.id).agenda] == [lamp.id]
    assert desk.concerns.get(lamp.id).tabled == ()


def test_weeks_without_a_meeting_are_told_by_their_monday(desk: Desk, post: StationId, clock: Any) -> None:
    clock.go_to(date(2021, 7, 31))
    for day in (SATURDAY, date(2021, 7, 11), date(2021, 7, 24)):
        desk.meetings.hold(desk.meetings.plan(station=post, day=day).id, attendees=[])
    assert desk.meetings.weeks_without(Period.parse("2021-07-01..2021-07-25"), station=post) == [
        date(2021, 7, 12)
    ]
    held = desk.meetings.all(station=post, period=Period.month(2021, 7))
    assert [meeting.weekend for meeting in held] == [True, True, True]


def test_minutes_are_set_right_and_their_former_words_kept_apart(
    desk: Desk, post: StationId, clock: Any
) -> None:
    clock.go_to(SATURDAY)
    meeting = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.hold(meeting.id, attendees=[], minutes="无")
    assert desk.meetings.correct(meeting.id, minutes="议三件").minutes == "议三件"
    journal = b"".join(e.fact.body for e in desk.seat.office.storage.journal(after=0, limit=1000)).decode()
    assert "议三件" not in journal
