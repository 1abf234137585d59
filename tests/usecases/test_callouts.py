"""An urgent call: who is asked, who is counted on, when it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.desk import Desk
from grassroots.domain.callout import Callout, CalloutStatus, Ring, Said, stations_of
from grassroots.domain.matching import Walk
from grassroots.domain.member import Limit
from grassroots.errors import BadInput, Denied, Refused
from grassroots.network import Network
from grassroots.values.ids import CalloutId, MemberId, StationId

TONIGHT = datetime(2021, 7, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def tree(desk: Desk) -> dict[str, StationId]:
    hub = desk.stations.found(kind="hub", name="中心").id
    east = desk.stations.found(kind="station", name="东站", parent=hub).id
    west = desk.stations.found(kind="station", name="西站", parent=hub).id
    post = desk.stations.found(kind="post", name="东驿站", parent=east).id
    return {"hub": hub, "east": east, "west": west, "post": post}


def people(desk: Desk, station: StationId, *names: str, **fields: object) -> list[MemberId]:
    return [desk.members.register(name=name, station=station, **fields).id for name in names]


def call(desk: Desk, station: StationId, needed: int = 2, **fields: object) -> Callout:
    return desk.callouts.open(station=station, what="搬沙袋", starts=TONIGHT, needed=needed, **fields)


def test_a_ring_grows_from_the_station_to_its_neighbours_to_everybody(
    desk: Desk, tree: dict[str, StationId]
) -> None:
    (song,) = people(desk, tree["east"], "宋怀远")
    (meng,) = people(desk, tree["post"], "孟广林")
    (mao,) = people(desk, tree["west"], "卯春来")
    nowhere = desk.members.register(name="辰小川").id
    made = call(desk, tree["east"])
    assert set(made.asked) == {song, meng}
    made = desk.callouts.widen(made.id, ring="around")
    assert set(made.asked) == {song, meng, mao}
    made = desk.callouts.widen(made.id, ring="network")
    assert made.asked[-1] == nowhere
    assert len(made.asked) == len(set(made.asked)) == 4


def test_who_cannot_lift_is_not_called_to_the_sandbags_and_nobody_reads_why(
    network: Network, desk: Desk, tree: dict[str, StationId]
) -> None:
    people(desk, tree["east"], "宋怀远", limits=(Limit.LIFTING,))
    (meng,) = people(desk, tree["east"], "孟广林", skills=("first-aid",))
    people(desk, tree["east"], "卯春来")
    made = call(desk, tree["east"], skills=("first-aid",), demands=("lifting",))
    assert made.asked == (meng,)
    with pytest.raises(Denied):
        call(network.desk("auditor:committee"), tree["east"])


def test_it_is_met_by_the_last_yes_and_whoever_comes_later_is_spare(
    desk: Desk, tree: dict[str, StationId]
) -> None:
    first, second, third = people(desk, tree["east"], "宋怀远", "孟广林", "卯春来")
    made = call(desk, tree["east"])
    desk.callouts.answer(made.id, first, "yes")
    assert desk.callouts.get(made.id).status is CalloutStatus.OPEN
    desk.callouts.answer(made.id, second, Said.YES)
    assert desk.callouts.get(made.id).status is CalloutStatus.MET
    assert desk.callouts.answer(made.id, third, "yes").spare
    desk.callouts.answer(made.id, first, "no")
    counted = [one.member for one in desk.callouts.answers(made.id) if one.counts]
    assert set(counted) == {second, third}
    assert desk.callouts.get(made.id).status is CalloutStatus.MET
    desk.callouts.answer(made.id, third, "no")
    assert desk.callouts.get(made.id).status is CalloutStatus.OPEN


def test_only_whoever_was_asked_answers_and_only_while_it_stands(
    desk: Desk, tree: dict[str, StationId], clock: WallClock
) -> None:
    (song,) = people(desk, tree["east"], "宋怀远")
    stranger = desk.members.register(name="辰小川").id
    made = call(desk, tree["east"])
    with pytest.raises(Refused) as refused:
        desk.callouts.answer(made.id, stranger, "yes")
    assert refused.value.code == "callout-not-asked"
    desk.callouts.call_off(made.id, reason="rain-over")
    with pytest.raises(Refused) as refused:
        desk.callouts.answer(made.id, song, "yes")
    assert refused.value.code == "callout-over"


def test_a_call_needs_words_a_moment_ahead_and_somebody(
    desk: Desk, tree: dict[str, StationId], clock: WallClock
) -> None:
    with pytest.raises(BadInput, match="does not say"):
        desk.callouts.open(station=tree["east"], what=" ", starts=TONIGHT, needed=1)
    clock.now = TONIGHT + timedelta(minutes=1)
    with pytest.raises(BadInput, match="past"):
        call(desk, tree["east"])
    with pytest.raises(BadInput):
        call(desk, tree["east"], needed=0)


@given(
    needed=st.integers(1, 4),
    said=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["yes", "no"])), max_size=25),
)
@settings(max_examples=60, deadline=None)
def test_never_more_than_needed_are_counted_on_and_nobody_is_spare_in_need(
    needed: int, said: list[tuple[int, str]]
) -> None:
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=WallClock()) as network:
        desk = network.desk("steward:office")
        station = desk.stations.found(kind="post", name="驿站").id
        asked = people(desk, station, *(f"卯{one}春" for one in "一二三四五六"))
        made = call(desk, station, needed=needed)
        last: dict[MemberId, str] = {}
        for number, word in said:
            desk.callouts.answer(made.id, asked[number], word)
            last[asked[number]] = word
            answers = desk.callouts.answers(made.id)
            yes = [one for one in answers if one.said is Said.YES]
            counted = [one for one in answers if one.counts]
            assert {one.member for one in yes} == {who for who, word in last.items() if word == "yes"}
            assert len(counted) == min(needed, len(yes))
            met = desk.callouts.get(made.id).status is CalloutStatus.MET
            assert met == (len(yes) >= needed)
            standing = desk.callouts.standing(made.id)
            assert standing.silent == 6 - len(last)
            assert standing.short == needed - len(counted)


def test_a_ring_of_a_station_at_the_top_is_what_lies_below_it() -> None:
    parents = {StationId("A"): None, StationId("B"): StationId("A"), StationId("C"): StationId("B")}
    assert stations_of(Ring.AROUND, StationId("A"), parents) == {"A", "B", "C"}
    assert stations_of(Ring.STATION, StationId("B"), parents) == {"B", "C"}
    assert stations_of(Ring.NETWORK, StationId("B"), parents) is None


def test_an_answer_has_one_record_however_often_it_changes(desk: Desk, tree: dict[str, StationId]) -> None:
    (song,) = people(desk, tree["east"], "宋怀远")
    made = call(desk, tree["east"])
    for word in ("yes", "yes", "no", "yes"):
        desk.callouts.answer(CalloutId(made.id), song, word)
    assert [one.said for one in desk.callouts.answers(made.id)] == [Said.YES]


def test_who_lives_near_on_foot_is_called_whatever_their_station(
    desk: Desk, tree: dict[str, StationId]
) -> None:
    mill = desk.organizations.register(kind="compound", name="磨坊小区").id
    quay = desk.organizations.register(kind="compound", name="码头小区").id
    (there,) = people(desk, tree["west"], "宋怀远")
    (walks,) = people(desk, tree["west"], "孟广林")
    (far,) = people(desk, tree["east"], "卯春来")
    (unknown,) = people(desk, tree["east"], "辰小川")
    (elsewhere,) = people(desk, tree["west"], "巳大河")
    desk.matching.tell(there, compound=mill)
    desk.matching.tell(walks, compound=quay, walks=(Walk(mill, 12),))
    desk.matching.tell(far, compound=quay, walks=(Walk(mill, 40),))
    made = call(desk, tree["east"], compound=mill, within_minutes=15)
    assert set(made.asked) == {there, walks, unknown}
    again = desk.callouts.widen(made.id, within_minutes=45)
    assert (again.asked[-1], again.within_minutes, again.ring) == (far, 45, Ring.STATION)
    assert elsewhere not in again.asked
    assert elsewhere in desk.callouts.widen(made.id, ring="network").asked
    with pytest.raises(BadInput, match="both"):
        call(desk, tree["east"], compound=mill)
