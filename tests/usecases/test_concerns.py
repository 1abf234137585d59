from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from grassroots.desk import Desk
from grassroots.domain.concern import ConcernKind, ConcernNumberTaken, ConcernStatus, ReplyMedium
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Missing
from grassroots.network import Network
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, StationId

FRIDAY = date(2021, 7, 2)
JULY = Period.month(2021, 7)


@pytest.fixture
def post(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name="A社区驿站", parent=hub.id).id


def test_a_concern_goes_from_the_slip_to_the_answer(desk: Desk, post: StationId, clock: Any) -> None:
    owner = desk.members.register(name="周岚").id
    taken = desk.concerns.take(station=post, text="三号楼楼道灯不亮", number="017", kind="complaint")
    desk.concerns.accept(taken.id)
    desk.concerns.assign(taken.id, owner)
    clock.go_to(date(2021, 7, 8))
    desk.concerns.resolve(taken.id)
    assert [one.id for one in desk.concerns.awaiting_reply()] == [taken.id]
    desk.concerns.reply(taken.id, medium="phone", text="灯已修好")
    desk.concerns.rate(taken.id, "content")
    done = desk.concerns.close(taken.id)
    assert (done.status, done.outcome, done.owner) == (ConcernStatus.CLOSED, "resolved", owner)
    assert desk.concerns.awaiting_reply() == desk.concerns.open() == []


@pytest.mark.parametrize(
    ("kind", "urgency", "due"),
    [
        (ConcernKind.ENQUIRY, None, date(2021, 7, 7)),  # 3 working days from a Friday
        (ConcernKind.REPORT, None, date(2021, 7, 9)),  # 7 days
        (ConcernKind.ENQUIRY, "urgent", FRIDAY),  # the same day
        (None, "life_and_property", FRIDAY),  # 2 hours
        (None, None, None),  # not classified: nothing is promised
    ],
)
def test_the_due_day_comes_from_the_rule_packs(
    desk: Desk, post: StationId, kind: ConcernKind | None, urgency: str | None, due: date | None
) -> None:
    taken = desk.concerns.take(station=post, text="几时办理老年证", kind=kind)
    assert desk.concerns.accept(taken.id, urgency=urgency).due == due


def test_an_urgency_that_no_pack_knows_is_refused(desk: Desk, post: StationId) -> None:
    taken = desk.concerns.take(station=post, text="井盖松动")
    with pytest.raises(Missing):
        desk.concerns.accept(taken.id, urgency="someday")


def test_overdue_is_asked_of_the_day_and_never_stored(desk: Desk, post: StationId, clock: Any) -> None:
    taken = desk.concerns.take(station=post, text="井盖松动", kind=ConcernKind.ENQUIRY)
    desk.concerns.accept(taken.id)
    assert desk.concerns.overdue() == []
    clock.go_to(date(2021, 7, 8))
    assert [one.id for one in desk.concerns.overdue(station=post)] == [taken.id]


def test_the_number_of_a_slip_is_used_once_per_station(desk: Desk, post: StationId) -> None:
    first = desk.concerns.take(station=post, text="井盖松动", number="017")
    with pytest.raises(ConcernNumberTaken) as refused:
        desk.concerns.take(station=post, text="路灯不亮", number="017")
    assert refused.value.facts["id"] == first.id
    other = desk.concerns.take(station=post, text="路灯不亮", number="018")
    with pytest.raises(ConcernNumberTaken):
        desk.concerns.correct(other.id, number="017")
    assert desk.concerns.correct(first.id, number="017") == first


def test_the_numbers_of_slips_begin_anew_with_every_year(desk: Desk, post: StationId) -> None:
    desk.concerns.take(station=post, text="井盖松动", number="1", taken_on=date(2020, 3, 1))
    second = desk.concerns.take(station=post, text="路灯不亮", number="1", taken_on=date(2021, 3, 1))
    assert desk.concerns.correct(second.id, text="路灯又不亮").text == "路灯又不亮"
    with pytest.raises(ConcernNumberTaken):
        desk.concerns.correct(second.id, taken_on=date(2020, 3, 2))


def test_the_same_act_sent_twice_takes_one_concern(desk: Desk, post: StationId) -> None:
    for _ in range(2):
        desk.once("sheet-17").concerns.take(station=post, text="井盖松动")
    assert len(desk.concerns.all(station=post, period=JULY)) == 1


@pytest.mark.parametrize("field", ["taken_by", "raiser_member", "shift", "compound"])
def test_whom_and_what_a_concern_names_has_to_exist(desk: Desk, post: StationId, field: str) -> None:
    named: dict[str, Any] = {field: "nowhere"}
    with pytest.raises(Missing):
        desk.concerns.take(station=post, text="井盖松动", **named)


def test_a_category_outside_the_packs_catalogue_is_refused(desk: Desk, post: StationId) -> None:
    with pytest.raises(BadInput):
        desk.concerns.take(station=post, text="井盖松动", category="lids")
    assert desk.concerns.take(station=post, text="井盖松动", category="public_facilities").category == (
        "public-facilities"
    )


def test_work_that_is_not_ours_goes_to_a_body_of_the_register(desk: Desk, post: StationId) -> None:
    police = desk.organizations.register(kind="authority", name="示范区交警大队")
    taken = desk.concerns.take(station=post, text="路口乱停车")
    assert desk.concerns.refer(taken.id, police.id).unit == police.id
    with pytest.raises(Missing):
        desk.concerns.assign(taken.id, MemberId("nobody"))


def test_what_no_meeting_discussed_in_a_week_is_told(desk: Desk, post: StationId, clock: Any) -> None:
    taken = desk.concerns.take(station=post, text="井盖松动")
    assert desk.concerns.tabled_late(JULY) == []
    clock.go_to(date(2021, 7, 10))
    assert [one.id for one in desk.concerns.tabled_late(JULY, station=post)] == [taken.id]
    assert desk.concerns.tabled_late(JULY, within_days=8) == []


def test_neither_words_nor_names_nor_numbers_of_residents_reach_the_journal(
    desk: Desk, post: StationId
) -> None:
    taken = desk.concerns.take(
        station=post, text="三号楼漏水", raiser_name="贺敏", raiser_phone="13900000001"
    )
    desk.concerns.correct(taken.id, text="三号楼顶层漏水", raiser_name="贺明敏")
    desk.concerns.explain(taken.id)
    desk.concerns.reply(taken.id, medium=ReplyMedium.VISIT, text="物业下周来修")
    journal = b"".join(e.fact.body for e in desk.seat.office.storage.journal(after=0, limit=1000)).decode()
    for word in ("漏水", "贺敏", "贺明敏", "13900000001", "物业"):
        assert word not in journal


def test_an_auditor_counts_and_does_not_read_what_residents_said(
    desk: Desk, network: Network, post: StationId
) -> None:
    taken = desk.concerns.take(
        station=post, text="三号楼漏水", raiser_name="贺敏", raiser_phone="13900000001"
    )
    seen = network.desk("auditor:tang").concerns.get(taken.id)
    assert (seen.text, seen.raiser_name, seen.raiser_phone) == ("", "贺*", None)


def test_the_register_is_asked_by_station_day_and_status(desk: Desk, post: StationId) -> None:
    june = desk.concerns.take(station=post, text="井盖松动", taken_on=date(2021, 6, 30))
    july = desk.concerns.take(station=post, text="路灯不亮", taken_on=date(2021, 7, 1))
    desk.concerns.merge(july.id, june.id)
    assert [one.id for one in desk.concerns.all(period=JULY)] == [july.id]
    assert [one.id for one in desk.concerns.all(status=ConcernStatus.RECORDED)] == [june.id]
    assert [one.id for one in desk.concerns.open(station=post)] == [june.id]
