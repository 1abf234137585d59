from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.usecases.duty_rooms import FRIDAY, MONDAY, found_post, post, volunteer

from grassroots.desk import Desk
from grassroots.domain.duty import DutyStatus
from grassroots.domain.member import Limit
from grassroots.domain.role import Role
from grassroots.domain.rota import (
    AskStatus,
    CoverFilled,
    ObstacleCode,
    Standby,
    StandbyKind,
    StandbyStatus,
)
from grassroots.values.dates import Period, Span
from grassroots.values.ids import MemberId, RoleId


def fit(desk: Desk, shift: Any) -> list[MemberId]:
    return [one.member for one in desk.covers.find(shift.id) if not one.obstacles]


def why(desk: Desk, shift: Any, member: MemberId) -> set[ObstacleCode]:
    return {
        one.code
        for helper in desk.covers.find(shift.id)
        if helper.member == member
        for one in helper.obstacles
    }


def patrol(desk: Desk) -> Role:
    return desk.roles.define(
        id=RoleId("patrol"), label_zh="巡逻员", label_en="patrol", family="six", demands=(Limit.WALKING,)
    )


def test_who_carried_least_is_asked_first_and_recipients_are_not_asked_at_all(desk: Desk) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    desk.members.register(name="卯奶奶", categories=("recipient",))
    for days in (3, 5):
        done = post(desk, station, FRIDAY - timedelta(days=days))
        desk.duties.confirm(desk.duties.assign(done.id, lin).id)
    assert fit(desk, post(desk, station)) == [he, lin]


def test_who_was_asked_lately_comes_later_and_nobody_is_asked_twice(desk: Desk) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    shift = post(desk, station)
    first = fit(desk, shift)[0]
    (asked,) = desk.covers.ask(shift.id, [first])
    assert desk.covers.ask(shift.id, [first]) == [asked]
    assert fit(desk, post(desk, station, MONDAY + timedelta(days=1))) == [({lin, he} - {first}).pop(), first]


def test_everybody_who_does_not_fit_is_told_with_the_reason(desk: Desk) -> None:
    station, role = found_post(desk), patrol(desk)
    shift = post(desk, station, role=role.id)
    lame, away, busy = (volunteer(desk, name) for name in ("林小满", "贺兰山", "方知远"))
    desk.members.correct(lame, limits=(Limit.WALKING,))
    for member in (lame, away, busy):
        desk.appointments.appoint(
            member=member, role=role.id, station=station, first=date(2021, 1, 1), despite="li"
        )
    desk.availability.give_leave(away, MONDAY)
    desk.duties.assign(post(desk, station, MONDAY, 10, 12).id, busy)
    stranger = volunteer(desk, "周岚")
    assert why(desk, shift, lame) == {ObstacleCode.UNFIT}
    assert why(desk, shift, away) == {ObstacleCode.ON_LEAVE}
    assert why(desk, shift, busy) == {ObstacleCode.BUSY, ObstacleCode.MOST_PER_DAY}
    assert why(desk, shift, stranger) == {ObstacleCode.NOT_APPOINTED}


def test_limits_that_share_out_are_lifted_a_day_before_an_empty_place(desk: Desk, clock: Any) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    for number in range(3):
        desk.duties.assign(post(desk, station, MONDAY + timedelta(days=number)).id, lin)
    thursday = post(desk, station, MONDAY + timedelta(days=3))
    assert why(desk, thursday, lin) == {ObstacleCode.MOST_PER_WEEK}
    clock.go_to(MONDAY + timedelta(days=2), hour=10)
    assert fit(desk, thursday) == [lin]
    # One that protects somebody is never lifted.
    desk.availability.give_leave(lin, MONDAY + timedelta(days=3))
    assert why(desk, thursday, lin) == {ObstacleCode.ON_LEAVE}


def test_the_first_yes_takes_the_place_and_the_others_may_rest(desk: Desk) -> None:
    station = found_post(desk)
    sick, lin, he = (volunteer(desk, name) for name in ("方知远", "林小满", "贺兰山"))
    shift = post(desk, station)
    fallen = desk.duties.assign(shift.id, sick)
    desk.duties.excuse(fallen.id, sick=True)
    asks = desk.covers.ask(shift.id, [lin, he], duty=fallen.id)
    taken = desk.covers.agree(asks[0].id)
    assert (taken.member, taken.covers, taken.status) == (lin, sick, DutyStatus.ACCEPTED)
    assert [one.status for one in desk.covers.asked(shift.id)] == [AskStatus.YES, AskStatus.NOT_NEEDED]
    assert desk.covers.agree(asks[0].id).id == taken.id


def test_who_comes_too_late_is_not_sent_for_nothing(desk: Desk) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    shift = post(desk, station)
    asks = desk.covers.ask(shift.id, [lin, he])
    desk.covers.decline(asks[0].id)
    desk.duties.assign(shift.id, he)
    with pytest.raises(CoverFilled):
        desk.covers.agree(asks[0].id)


def test_a_full_shift_has_a_waiting_list_that_moves_up_by_itself(desk: Desk) -> None:
    station = found_post(desk)
    lin, he, fang = (volunteer(desk, name) for name in ("林小满", "贺兰山", "方知远"))
    shift = post(desk, station, maximum=1)
    mine = desk.covers.sign_up(shift.id, lin)
    assert not isinstance(mine, Standby)
    assert mine.status is DutyStatus.ACCEPTED
    waiting = desk.covers.sign_up(shift.id, he)
    assert isinstance(waiting, Standby)
    assert waiting.kind is StandbyKind.WAITING
    assert desk.covers.sign_up(shift.id, he) == waiting
    desk.covers.sign_up(shift.id, fang)
    # The first who waits has another duty at that time by now: the second moves up.
    desk.duties.assign(post(desk, station, MONDAY, 10, 12).id, he)
    desk.duties.excuse(mine.id)
    roster = dict(desk.duties.roster(Period(MONDAY, MONDAY)))
    assert [duty.member for duty in roster[shift] if duty.binding] == [fang]
    assert [one.member for one in desk.covers.lists(shift.id)] == [he]


def test_nobody_moves_up_into_a_shift_that_has_begun(desk: Desk, clock: Any) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    shift = post(desk, station, maximum=1)
    mine = desk.covers.sign_up(shift.id, lin)
    waits = desk.covers.sign_up(shift.id, he)
    clock.go_to(MONDAY, hour=10)
    desk.duties.excuse(mine.id, sick=True)
    assert isinstance(waits, Standby)
    assert desk.covers.lists(shift.id)[0].status is StandbyStatus.READY


def test_more_places_let_as_many_move_up(desk: Desk) -> None:
    station = found_post(desk)
    people = [volunteer(desk, name) for name in ("林小满", "贺兰山", "方知远", "周岚")]
    shift = post(desk, station, maximum=1)
    for member in people:
        desk.covers.sign_up(shift.id, member)
    desk.duties.correct_shift(shift.id, maximum=3)
    assert [duty.member for duty in desk.covers.fill(shift.id)] == people[1:3]


def test_who_is_on_call_is_named_first(desk: Desk) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    shift = post(desk, station)
    last = fit(desk, shift)[-1]
    listed = desk.covers.stand_by(shift.id, last)
    assert fit(desk, shift)[0] == last
    desk.covers.leave(listed.id)
    assert fit(desk, shift)[-1] == last
    assert {lin, he} == set(fit(desk, shift))


def test_a_late_cancellation_is_a_fact_for_the_lead(desk: Desk, clock: Any) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    shift = post(desk, station)
    duty = desk.duties.assign(shift.id, lin)
    clock.go_to(MONDAY, hour=7)
    desk.duties.excuse(duty.id, sick=True)
    office = desk.seat.office
    told = [office.codec.decode_fact(one) for one in office.storage.journal(after=0, limit=500)]
    late = [one for one in told if one.code == "duty-cancelled-late"]
    assert [one.event.minutes_before for one in late] == [120]  # type: ignore[attr-defined]
    assert all("sick" not in str(one.event) for one in told)
    assert Span(MONDAY).covers(shift.day)


def test_who_said_no_to_a_shift_is_not_asked_for_it_again(desk: Desk) -> None:
    station = found_post(desk)
    sick, lin, he = (volunteer(desk, name) for name in ("方知远", "林小满", "贺兰山"))
    shift = post(desk, station)
    desk.duties.excuse(desk.duties.assign(shift.id, sick).id, sick=True)
    (ask,) = desk.covers.ask(shift.id, [lin])
    desk.covers.decline(ask.id)
    assert fit(desk, shift) == [he]
    assert why(desk, shift, sick) == why(desk, shift, lin) == {ObstacleCode.SAID_NO}
    assert set(fit(desk, post(desk, station, MONDAY + timedelta(days=1)))) == {sick, lin, he}
