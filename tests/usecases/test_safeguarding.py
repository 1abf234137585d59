"""What the desk promises about children, families, and volunteers who write only what is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import attrs
import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.contracts.policy import Actor, Posture
from grassroots.desk import Desk
from grassroots.domain.appointment import AppointmentEnd
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated, Limit
from grassroots.domain.pack import Packs, parse_pack
from grassroots.domain.pairing import Medium, PairingStatus
from grassroots.domain.safeguarding import ScreeningResult, ScreeningState
from grassroots.errors import Denied, Missing, NotAssignable, Refused
from grassroots.network import Network
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId, RoleId, SchemeId, StationId

SCHEME = SchemeId("befriending")
PACK = """
[pack]
name = "ours"
version = "1"
title_zh = "本地"
title_en = "Ours"
jurisdiction = "*"
effective_from = 2020-01-01
[[source]]
key = "committee"
title = "网络办公会议"
where = "2022年第1次"
kind = "practice"
sure = "high"
read = "page"
[pairing_scheme.befriending]
source = "committee"
label_zh = "陪伴"
label_en = "befriending"
[safeguarding.with-minors]
source = "committee"
label_zh = "与未成年人"
label_en = "with minors"
screening_months = 12
ending_days = 60
adults_least_count = 2
roles = ["homework-helper"]
"""


@pytest.fixture
def clock() -> WallClock:
    """After 1 November 2021: since then a guardian has to agree for a child under fourteen."""
    return WallClock(datetime(2022, 7, 2, 1, tzinfo=UTC))


@pytest.fixture
def network(clock: WallClock) -> Iterator[Network]:
    with grassroots.open("memory://", network="guarded", clock=clock) as opened:
        office = opened._office
        ours = Packs((*office.packs.active, parse_pack(PACK)))
        yield Network(attrs.evolve(office, packs=ours))


@pytest.fixture
def desk(network: Network) -> Desk:
    return network.desk("steward:office")


def person(desk: Desk, name: str, born: str | None = None, **more: Any) -> MemberId:
    known = None if born is None else Dated(PartialDate.parse(born))
    return desk.members.register(name=name, born=known, **more).id


def volunteer(network: Network, member: MemberId, **more: Any) -> Desk:
    return network.desk(Actor("li", Posture.VOLUNTEER, member=member), **more)


# -- children ---------------------------------------------------------------------------------------------
def test_a_child_is_paired_only_when_everything_that_protects_it_stands(desk: Desk, clock: WallClock) -> None:
    helper, child = person(desk, "成员甲", "1985"), person(desk, "小川", "2009-05-01")

    def proposed(**more: Any) -> str:
        try:
            return desk.pairings.propose(
                scheme=SCHEME, supporter=helper, recipient=child, **more
            ).status.value
        except Refused as refusal:
            return refusal.code

    assert proposed() == "safeguarding-screening-missing"
    assert proposed(despite="office-li") == "safeguarding-screening-missing"
    desk.safeguarding.record_screening(helper, ScreeningResult.CLEAR, on=date(2021, 7, 2))
    assert proposed() == "safeguarding-guardian-consent-missing"
    clock.go_to(date(2022, 7, 3))
    assert proposed() == "safeguarding-screening-expired"
    desk.safeguarding.record_screening(helper, ScreeningResult.NOT_CLEAR)
    assert proposed() == "safeguarding-screening-not-clear"


def test_an_answer_that_ran_out_before_the_first_day_is_noticed(desk: Desk, clock: WallClock) -> None:
    helper, teen = person(desk, "成员甲", "1985"), person(desk, "小川", "2005-05-01")
    desk.safeguarding.record_screening(helper, ScreeningResult.CLEAR, on=date(2021, 7, 10))
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=helper, recipient=teen)
    clock.go_to(date(2022, 7, 11))
    with pytest.raises(Refused) as refused:
        desk.pairings.begin(pairing.id)
    assert refused.value.code == "safeguarding-screening-expired"
    assert desk.pairings.get(pairing.id).status is PairingStatus.PROPOSED
    (worry,) = desk.safeguarding.worries(Period.year(2022))
    assert (worry.kind, worry.id, worry.finding.code.value) == ("pairing", pairing.id, "screening-expired")
    (late,) = desk.safeguarding.ending()
    assert (late.member, late.state, late.until) == (helper, ScreeningState.EXPIRED, date(2022, 7, 10))


def test_a_contact_with_a_child_names_a_second_grown_up_or_is_told_in_full(desk: Desk) -> None:
    helper, teen = person(desk, "成员甲", "1985"), person(desk, "小川", "2005-05-01")
    second = person(desk, "成员乙", "1970")
    desk.safeguarding.record_screening(helper, ScreeningResult.CLEAR)
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=helper, recipient=teen)
    desk.pairings.begin(pairing.id)
    for medium in (Medium.VISIT, Medium.PHONE):
        with pytest.raises(Refused) as refused:
            desk.pairings.record_contact(pairing.id, medium=medium)
        assert refused.value.code == "safeguarding-alone-with-minor"
    assert desk.pairings.record_contact(pairing.id, medium=Medium.VISIT, present=[second]).people == (
        helper,
        second,
    )
    assert (
        desk.pairings.record_contact(pairing.id, medium=Medium.PHONE, minutes=20, note="作业").minutes == 20
    )


def test_a_shift_with_children_is_for_people_in_date_and_never_for_one_alone(desk: Desk) -> None:
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    role = RoleId("homework-helper")
    desk.roles.define(id=role, label_zh="作业辅导员", label_en="Homework helper", family="post")
    helper = person(desk, "成员甲", "1985")
    usual = {"station": station, "day": date(2022, 7, 9), "ends": time(18), "role": role}
    alone = desk.duties.post(starts=time(16), minimum=1, **usual)  # type: ignore[arg-type]
    pair = desk.duties.post(starts=time(15), minimum=2, **usual)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="screening"):
        desk.duties.assign(pair.id, helper, despite="office-li")
    desk.safeguarding.record_screening(helper, ScreeningResult.CLEAR)
    with pytest.raises(Refused) as refused:
        desk.duties.assign(alone.id, helper)
    assert refused.value.code == "safeguarding-adults-too-few"
    desk.duties.assign(pair.id, helper)
    worries = desk.safeguarding.worries(Period.month(2022, 7))
    assert [(one.kind, one.id) for one in worries if one.id == pair.id] == [("shift", pair.id)]


# -- families ---------------------------------------------------------------------------------------------
def test_family_is_paired_only_if_somebody_answers_for_it_and_the_trail_says_so(desk: Desk) -> None:
    son, mother = person(desk, "成员甲", "1960"), person(desk, "成员乙", "1935")
    desk.kin.record(son, mother, TieKind.KIN)
    with pytest.raises(Refused) as refused:
        desk.pairings.propose(scheme=SCHEME, supporter=son, recipient=mother)
    assert refused.value.code == "safeguarding-conflict-of-interest"
    made = desk.pairings.propose(scheme=SCHEME, supporter=son, recipient=mother, despite="office-li")
    assert made.despite == "office-li"
    assert desk.safeguarding.worries(Period.year(2022)) == []


def test_nobody_sees_to_a_concern_of_their_own_family(desk: Desk) -> None:
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    raiser, cousin, other = person(desk, "成员甲"), person(desk, "成员乙"), person(desk, "成员丙")
    desk.kin.record(raiser, cousin, TieKind.HOUSEHOLD)
    concern = desk.concerns.take(station=station, text="路灯不亮", raiser_member=raiser, channel="phone")
    desk.concerns.accept(concern.id)
    for owner in (raiser, cousin):
        with pytest.raises(Refused) as refused:
            desk.concerns.assign(concern.id, owner)
        assert refused.value.code == "safeguarding-conflict-of-interest"
    assert desk.concerns.assign(concern.id, other).owner == other


# -- who learns why ---------------------------------------------------------------------------------------
def test_whoever_may_not_read_the_reason_is_told_to_ask_and_nothing_else(
    desk: Desk, network: Network
) -> None:
    """A head of another station covers a duty: whatever stands against it, the answer is the same."""
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    role = RoleId("homework-helper")
    desk.roles.define(
        id=role, label_zh="作业辅导员", label_en="Helper", family="post", demands=(Limit.STAIRS,)
    )
    hindered = person(desk, "成员甲", "1985", limits=(Limit.STAIRS,))
    unasked, refused_one = person(desk, "成员乙", "1985"), person(desk, "成员丙", "1985")
    desk.safeguarding.record_screening(hindered, ScreeningResult.CLEAR)
    desk.safeguarding.record_screening(refused_one, ScreeningResult.NOT_CLEAR)
    shift = desk.duties.post(
        station=station, day=date(2022, 7, 9), starts=time(15), ends=time(17), minimum=2, role=role
    )
    head = network.desk(Actor("wang", Posture.LEAD, stations=(station,)))
    told = set()
    for member in (hindered, unasked, refused_one):
        with pytest.raises(NotAssignable) as refused:
            head.duties.assign(shift.id, member)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
        told.add((refused.value.code, *sorted(name for name in refused.value.facts if name != "member")))
    assert told == {("not-assignable", "ask")}
    with pytest.raises(Refused) as said:
        desk.duties.assign(shift.id, unasked)
    assert said.value.code == "safeguarding-screening-missing"


def test_screenings_and_ties_are_not_for_everybody_to_list(desk: Desk, network: Network) -> None:
    here, own = StationId("S1"), person(desk, "成员甲", station=StationId("S1"))
    other = person(desk, "成员乙", station=StationId("S2"))
    for one in (own, other):
        desk.safeguarding.record_screening(one, ScreeningResult.CLEAR)
    desk.kin.record(own, other, TieKind.KIN)
    assert len(volunteer(network, own).safeguarding.screenings(own)) == 1
    assert volunteer(network, own).safeguarding.screenings(other) == []
    assert len(volunteer(network, own).kin.of(own)) == 1
    head = network.desk(Actor("wang", Posture.LEAD, stations=(here,)))
    assert [one.member for one in head.safeguarding.screenings(own)] == [own]
    assert head.safeguarding.screenings(other) == []
    assert head.kin.of(own) == []
    with pytest.raises(Denied):
        network.desk("auditor:tang").safeguarding.screenings(own)
    with pytest.raises(Denied):
        volunteer(network, own).safeguarding.record_screening(own, ScreeningResult.CLEAR)
    with pytest.raises(Missing):
        desk.safeguarding.record_screening(MemberId("nobody"), ScreeningResult.CLEAR)


# -- ties that open records -------------------------------------------------------------------------------
def test_a_pairing_opens_what_a_visitor_needs_and_closes_it_on_the_day_it_ends(
    desk: Desk, network: Network, clock: WallClock
) -> None:
    helper = person(desk, "成员甲", "1960")
    elder = person(desk, "成员乙", "1935", phone="14400000001", health_note="慢走")
    own = volunteer(network, helper)
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=helper, recipient=elder)
    assert own.members.get(elder).name == ""  # a proposal opens nothing yet
    desk.pairings.begin(pairing.id)
    seen = own.members.get(elder)
    assert (seen.name, seen.phone, seen.health_note) == ("成员乙", "14400000001", None)
    assert [one.name for one in own.members.named("成员乙")] == ["成员乙"]
    clock.go_to(date(2022, 7, 20))
    desk.pairings.end(pairing.id)
    assert (own.members.get(elder).name, own.members.get(elder).phone) == ("", None)
    assert own.members.named("成员乙") == []


def test_a_guardian_sees_everything_about_the_child_until_the_tie_ends(
    desk: Desk, network: Network, clock: WallClock
) -> None:
    mother, child = person(desk, "成员甲"), person(desk, "小川", "2012", health_note="花生过敏")
    tie = desk.kin.record(mother, child, TieKind.GUARDIAN)
    own = volunteer(network, mother)
    assert own.members.get(child).health_note == "花生过敏"
    assert volunteer(network, child).members.get(mother).name == ""
    desk.kin.end(tie.id)
    clock.go_to(date(2022, 7, 3))
    assert own.members.get(child).health_note is None


def test_whoever_stands_in_for_the_head_may_do_what_the_head_may_for_as_long(
    desk: Desk, network: Network, clock: WallClock
) -> None:
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    desk.roles.define(id=RoleId("station-head"), label_zh="站长", label_en="Head", family="post")
    stand_in, elder = person(desk, "成员甲"), person(desk, "成员乙", station=station, phone="14400000001")
    deputy = network.desk(Actor("jia", Posture.LEAD, member=stand_in))
    assert deputy.members.get(elder).phone is None
    made = desk.appointments.appoint(
        member=stand_in, role=RoleId("station-head"), station=station, first=date(2022, 7, 1), acting=True
    )
    assert deputy.members.get(elder).phone == "14400000001"
    assert deputy.members.correct(elder, phone="14400000002").phone == "14400000002"
    desk.appointments.end(made.id, reason=AppointmentEnd.RESIGNED, on=date(2022, 7, 2))
    clock.go_to(date(2022, 7, 3))
    assert deputy.members.get(elder).phone is None


# -- only their own ---------------------------------------------------------------------------------------
def test_a_volunteer_writes_their_own_contact_duty_patrol_and_concern_and_nobody_elses(
    desk: Desk, network: Network
) -> None:
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    helper, other, elder = person(desk, "成员甲"), person(desk, "成员乙"), person(desk, "成员丙")
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=helper, recipient=elder)
    desk.pairings.begin(pairing.id)
    own, stranger = volunteer(network, helper), volunteer(network, other)
    line: Any = {"kind": "illegal-parking", "station": station, "outcome": "stopped"}

    contact = own.pairings.record_contact(pairing.id, medium=Medium.VISIT, note="身体好")
    patrol = own.interventions.record(**line)
    concern = own.concerns.take(station=station, text="路灯不亮", channel="phone")
    assert (contact.by, patrol.by, concern.taken_by) == (helper, (helper,), helper)
    assert own.concerns.get(concern.id).text == "路灯不亮"  # whoever wrote it knows it

    for forbidden in (
        lambda: stranger.pairings.record_contact(pairing.id, medium=Medium.VISIT),
        lambda: stranger.pairings.correct_contact(contact.id, minutes=5),
        lambda: stranger.interventions.record(by=(helper,), **line),
        lambda: stranger.interventions.correct(patrol.id, incidents=2),
        lambda: stranger.interventions.withdraw(patrol.id, reason="wrong-entry"),
        lambda: stranger.concerns.take(station=station, text="x", channel="phone", taken_by=helper),
        lambda: stranger.concerns.resolve(concern.id),
        lambda: network.desk("volunteer:nobody").interventions.record(**line),
    ):
        with pytest.raises(Denied):
            forbidden()

    typing = volunteer(network, other, proxy_for=helper, sheet="7")
    assert typing.interventions.record(**line).by == (helper,)
    assert typing.concerns.take(station=station, text="x", channel="phone").taken_by == helper


def test_somebody_is_a_proxy_for_people_who_exist(desk: Desk, network: Network) -> None:
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    typing = volunteer(network, person(desk, "成员甲"), proxy_for="nobody")
    with pytest.raises(Missing):
        typing.interventions.record(kind="illegal-parking", station=station, outcome="stopped")


def test_whoever_may_not_read_when_somebody_joined_does_not_learn_it_from_a_survey(
    desk: Desk, network: Network
) -> None:
    here = StationId("S1")
    days = [Dated(PartialDate.parse(one)) for one in ("1960", "2015")]
    joined = [person(desk, "成员甲", "1935", joined_party=day) for day in days]
    head = network.desk(Actor("wang", Posture.LEAD, stations=(here,)))
    for member in joined:
        with pytest.raises(Denied) as refused:
            head.honours.survey("fifty-years", member, station=here)
        assert (refused.value.code, refused.value.facts["group"]) == ("denied", "identity")
