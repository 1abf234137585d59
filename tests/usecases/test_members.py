"""What the desk promises about people."""

from __future__ import annotations

from datetime import date

import pytest

from grassroots.desk import Desk
from grassroots.domain.duplicates import LikenessReason
from grassroots.domain.member import Dated, MemberStatus, ToldAge
from grassroots.domain.states import WrongState
from grassroots.errors import BadInput, Denied, Missing
from grassroots.network import Network
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId, StationId

NOBODY = MemberId("NOBODY")


def test_a_person_is_found_by_any_spelling_of_any_of_their_names(desk: Desk) -> None:
    one = desk.members.register(name="卯 大山", also_known=("卯爷爷",))
    for spelling in ("卯大山", "卯　大山", "卯爷爷"):
        assert desk.members.named(spelling) == [one]
    assert desk.members.named("卯") == []


def test_namesakes_are_both_found_in_the_order_of_entry(desk: Desk) -> None:
    first, second = (desk.members.register(name="卯大山") for _ in range(2))
    assert desk.members.named("卯大山") == [first, second]


def test_the_register_is_asked_by_status_and_station(desk: Desk) -> None:
    here = desk.members.register(name="卯大山", station=StationId("S1"))
    there = desk.members.register(name="辰小川", station=StationId("S2"))
    gone = desk.members.leave(desk.members.register(name="巳三", station=StationId("S1")).id)
    assert desk.members.all() == [here, there]
    assert desk.members.all(station=StationId("S1")) == [here]
    assert desk.members.all(status=None, station=StationId("S1")) == [here, gone]
    assert desk.members.all(status=MemberStatus.LEFT) == [gone]


def test_a_day_that_nobody_names_is_today_on_the_wall(desk: Desk) -> None:
    one = desk.members.register(name="卯大山")
    assert desk.members.leave(one.id).left == date(2021, 7, 2)


def test_a_life_at_the_desk(desk: Desk) -> None:
    one = desk.members.register(name="卯大山", status=MemberStatus.APPLIED)
    assert desk.members.admit(one.id).status is MemberStatus.ACTIVE
    assert desk.members.pause(one.id, reason="travel").status is MemberStatus.PAUSED
    assert desk.members.resume(one.id).status is MemberStatus.ACTIVE
    assert desk.members.record_death(one.id, on=date(2021, 7, 1)).died == date(2021, 7, 1)
    with pytest.raises(WrongState):
        desk.members.resume(one.id)
    with pytest.raises(Missing):
        desk.members.resume(NOBODY)


def test_former_values_stay_in_the_history_of_the_person(desk: Desk) -> None:
    one = desk.members.register(name="卯爷爷", phone="13800000001")
    desk.members.correct(one.id, name="卯大山", reason="told-us")
    desk.members.correct(one.id, phone="13800000002")
    desk.members.correct(one.id, phone="13800000002")
    histories = desk.members.history(one.id)
    assert [h.former for h in histories] == [{"name": '"卯爷爷"'}, {"phone": '"13800000001"'}]


def test_a_correction_that_cannot_be_changes_nothing(desk: Desk) -> None:
    one = desk.members.register(name="卯大山")
    with pytest.raises(BadInput):
        desk.members.correct(one.id, name="辰小川", status=MemberStatus.LEFT)
    assert desk.members.get(one.id) == one


def test_a_merged_record_leads_on_to_the_one_that_was_kept(desk: Desk) -> None:
    full = desk.members.register(name="卯大山", phone="13800000001")
    part = desk.members.register(name="卯爷爷", address="东门1号")
    other = desk.members.register(name="老卯")
    kept, gone = desk.members.merge(full.id, part.id)
    assert (kept.address, kept.also_known) == ("东门1号", ("卯爷爷",))
    assert gone.merged_into == full.id
    last, _ = desk.members.merge(other.id, full.id, take=["name"])
    assert desk.members.get(part.id) == desk.members.get(full.id) == last
    assert (last.name, last.phone) == ("卯大山", "13800000001")
    assert desk.members.named("卯爷爷") == [last]
    assert [one.id for one in desk.members.all(status=None) if one.status is not MemberStatus.MERGED] == [
        other.id
    ]


def test_a_merge_that_would_go_in_a_circle_is_refused_and_writes_nothing(desk: Desk) -> None:
    one, other = desk.members.register(name="卯大山"), desk.members.register(name="卯爷爷")
    desk.members.merge(one.id, other.id)
    with pytest.raises(WrongState):
        desk.members.merge(other.id, one.id)
    assert desk.members.get(other.id).id == one.id


def test_possible_duplicates_are_told_for_all_or_for_one(desk: Desk) -> None:
    told = (ToldAge(81, date(2021, 7, 2)),)
    one = desk.members.register(name="卯大山", born=Dated(PartialDate(1960)))
    other = desk.members.register(name="卯大山", told_ages=told)
    third = desk.members.register(name="辰小川")
    (found,) = desk.members.possible_duplicates()
    assert (found.one, found.other, found.reason) == (one.id, other.id, LikenessReason.SAME_NAME)
    assert found.age_conflict
    assert desk.members.possible_duplicates(other.id) == [found]
    assert desk.members.possible_duplicates(third.id) == []
    with pytest.raises(Missing):
        desk.members.possible_duplicates(NOBODY)
    desk.members.merge(one.id, other.id)
    assert desk.members.possible_duplicates() == []


def test_a_merge_needs_the_right_to_write_both(network: Network, desk: Desk) -> None:
    one, other = desk.members.register(name="卯大山"), desk.members.register(name="卯爷爷")
    with pytest.raises(Denied):
        network.desk("volunteer:li").members.merge(one.id, other.id)
