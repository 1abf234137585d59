"""What the desk promises about consent, a person's rights, forgetting, and looks that leave a trace."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.contracts.notice import Notice, Route
from grassroots.contracts.policy import Actor, Inquiry, PolicyOffer, Posture, Relation, Voice
from grassroots.contracts.storage import Query, Ref, walk
from grassroots.desk import Desk
from grassroots.domain.access import GlassTooLong, Ground, TooFewTold
from grassroots.domain.consent import ConsentNotNeeded, GuardianNeeded, GuardianUnknown, Way
from grassroots.domain.fields import blanked
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated, MemberStatus
from grassroots.domain.pack import Packs, parse_pack
from grassroots.domain.pairing import Medium
from grassroots.domain.retention import Fate, PlanMoved
from grassroots.domain.rights import (
    Forgotten,
    KeptByLaw,
    NotTheirs,
    RelativesOfTheLiving,
    RequestKind,
    RequestStatus,
    Standing,
    UnderHold,
)
from grassroots.domain.safeguarding import ScreeningResult
from grassroots.errors import BadInput, Denied, Missing
from grassroots.network import Network
from grassroots.usecases.safeguarding import MINOR_CARE
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId, SchemeId, StationId

SCHEME = SchemeId("young-old-oldest-old")


@pytest.fixture
def clock() -> WallClock:
    """After 1 January 2024: since then looks at children are remembered."""
    return WallClock(datetime(2025, 7, 2, 1, tzinfo=UTC))


@pytest.fixture
def network(clock: WallClock) -> Iterator[Network]:
    with grassroots.open("memory://", network="rights", clock=clock) as opened:
        yield opened


def person(desk: Desk, name: str, born: str | None = None, **more: Any) -> MemberId:
    known = None if born is None else Dated(PartialDate.parse(born))
    return desk.members.register(name=name, born=known, **more).id


def volunteer(network: Network, member: MemberId | None = None, name: str = "li", **more: Any) -> Desk:
    return network.desk(Actor(name, Posture.VOLUNTEER, member=member), **more)


def paired(desk: Desk) -> tuple[MemberId, MemberId, Any]:
    helper, elder = person(desk, "卯大山", "1960"), person(desk, "辰小川", "1935", phone="14400000001")
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=helper, recipient=elder)
    return helper, elder, desk.pairings.begin(pairing.id, on=date(2025, 1, 1))


# -- consent ----------------------------------------------------------------------------------------------
def test_consent_is_given_on_paper_and_withdrawn_by_telephone(desk: Desk, clock: WallClock) -> None:
    member = person(desk, "卯大山", "1950")
    assert not desk.consents.agreed(member, "publish")
    given = desk.consents.give(member, "publish", sheet="12")
    assert desk.consents.give(member, "publish", sheet="12").id == given.id
    (text,) = [one for one in desk.consents.texts() if one.purpose == "publish"]
    assert (given.text, given.version, given.fingerprint) == (text.code, text.version, text.fingerprint)
    assert desk.consents.agreed(member, "publish")
    assert not desk.consents.agreed(member, "publish-photo"), "a consent of its own for each"
    clock.go_to(date(2025, 7, 10))
    assert desk.consents.withdraw(given.id, way=Way.PHONE).withdrawn == date(2025, 7, 10)
    assert not desk.consents.agreed(member, "publish")
    assert desk.consents.agreed(member, "publish", on=date(2025, 7, 9)), "what was done before stays lawful"


def test_a_consent_is_on_paper_with_its_number_or_in_person(desk: Desk) -> None:
    member = person(desk, "卯大山")
    for way in (Way.PHONE, Way.PAPER):
        with pytest.raises(BadInput) as refused:
            desk.consents.give(member, "publish", way=way)
        assert refused.value.code == "consent-way"
    assert desk.consents.give(member, "publish", way=Way.IN_PERSON).way is Way.IN_PERSON


def test_nobody_is_asked_for_what_a_law_asks_for(desk: Desk) -> None:
    member = person(desk, "卯大山")
    assert desk.consents.agreed(member, "work")
    with pytest.raises(Missing) as wordless:
        desk.consents.give(member, "work", way=Way.IN_PERSON)
    assert wordless.value.code == "consent-text-unknown"
    with pytest.raises(BadInput) as unknown:
        desk.consents.give(member, "selling", way=Way.IN_PERSON)
    assert unknown.value.code == "purpose-unknown"
    from grassroots.domain.consent import Basis, Consent, Notice

    with pytest.raises(ConsentNotNeeded):
        Consent.give(
            id="C",  # type: ignore[arg-type]
            member=member,
            notice=Notice(code="x", purpose="work", version="1", zh="", en=""),
            basis=Basis.DUTY,
            on=date(2025, 1, 1),
            way=Way.IN_PERSON,
            by=None,
            sheet=None,
            child=False,
            guardians=(),
            known=(),
        )


def test_for_a_child_a_recorded_guardian_speaks(desk: Desk) -> None:
    child, mother, other = person(desk, "小川", "2014"), person(desk, "卯一"), person(desk, "卯二")
    with pytest.raises(GuardianNeeded):
        desk.consents.give(child, MINOR_CARE, sheet="1")
    with pytest.raises(GuardianUnknown):
        desk.consents.give(child, MINOR_CARE, sheet="1", by=mother)
    desk.kin.record(mother, child, TieKind.GUARDIAN)
    given = desk.consents.give(child, MINOR_CARE, sheet="1", by=mother)
    assert (given.by, desk.consents.agreed(child, MINOR_CARE)) == (mother, True)
    with pytest.raises(GuardianUnknown):
        desk.consents.withdraw(given.id, by=other)
    desk.safeguarding.record_screening(other, ScreeningResult.CLEAR)
    assert desk.consents.withdraw(given.id, by=mother).withdrawn_by == mother


def test_people_agree_and_withdraw_at_their_own_desk_and_at_nobody_elses(
    desk: Desk, network: Network
) -> None:
    member, other = person(desk, "卯大山"), person(desk, "辰小川")
    given = volunteer(network, member).consents.give(member, "publish", way=Way.IN_PERSON)
    with pytest.raises(Denied):
        volunteer(network, other).consents.withdraw(given.id)
    assert volunteer(network, other).consents.of(member) == []
    assert volunteer(network, member).consents.withdraw(given.id).withdrawn is not None


# -- purposes ---------------------------------------------------------------------------------------------
def test_a_purpose_is_one_of_the_list(network: Network) -> None:
    with pytest.raises(BadInput) as refused:
        network.desk("steward:office", purpose="curiosity")
    assert refused.value.code == "purpose-unknown"
    assert "work" in str(refused.value.facts["known"])


# -- broken glass -----------------------------------------------------------------------------------------
def test_the_glass_opens_one_person_for_a_while_and_two_others_are_told(
    desk: Desk, network: Network, clock: WallClock
) -> None:
    elder = person(desk, "辰小川", "1935", phone="14400000001", health_note="心脏病")
    other = person(desk, "午立秋", phone="14400000002")
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    concern = desk.concerns.take(station=station, text="家里吵架", raiser_member=elder, channel="phone")
    own = volunteer(network, person(desk, "卯大山"), purpose="emergency")
    asked: dict[str, Any] = {
        "reason": "no-answer",
        "words": "三天没开门",
        "tell": ("steward:office", "lead:he"),
    }
    with pytest.raises(TooFewTold):
        own.access.break_glass(elder, **{**asked, "tell": ("volunteer:li", "steward:office")})
    with pytest.raises(GlassTooLong):
        own.access.break_glass(elder, **asked, minutes=600)
    with pytest.raises(BadInput):
        own.access.break_glass(elder, **{**asked, "words": " "})
    assert own.members.get(elder).phone is None
    grant = own.access.break_glass(elder, **asked)
    assert own.members.get(elder).health_note == "心脏病"
    assert own.members.get(other).phone is None
    assert own.concerns.get(concern.id).text == "", "an emergency opens no confidences"
    everyday = volunteer(network, own.seat.actor.member)
    assert everyday.members.get(elder).phone is None, "only at a desk for emergencies"

    (told,) = desk.access.waiting()
    assert (told.id, told.words) == (grant.id, "三天没开门")
    assert desk.access.see(grant.id).seen == ("steward:office",)
    assert desk.access.waiting() == []
    head = network.desk(Actor("he", Posture.LEAD))
    assert [one.id for one in head.access.waiting()] == [grant.id]
    assert network.desk(Actor("wu", Posture.LEAD)).access.grants() == []

    report = network.desk("auditor:tang").access.report(Period.year(2025))
    assert [(one.by, one.words) for one in report.grants] == [("volunteer:li", "三天没开门")]
    looks = [one for one in report.accesses if one.ground is Ground.EMERGENCY]
    assert {one.grant for one in looks} == {grant.id}
    assert f"member/{elder}" in looks[0].records
    assert "辰小川" not in str(report.names.values())

    clock.now += timedelta(minutes=61)
    assert own.members.get(elder).phone is None
    assert desk.access.of_member(elder) == list(looks) == volunteer(network, elder).access.of_member(elder)


def test_glass_that_is_closed_again_stays_closed(desk: Desk, network: Network) -> None:
    elder = person(desk, "辰小川", phone="14400000001")
    own = volunteer(network, purpose="emergency")
    grant = own.access.break_glass(elder, reason="fall", words="摔倒", tell=("steward:office", "lead:he"))
    assert own.members.get(elder).phone == "14400000001"
    own.access.close(grant.id)
    assert own.members.get(elder).phone is None


# -- children ---------------------------------------------------------------------------------------------
def test_every_look_at_a_child_is_remembered_and_a_look_at_others_is_not(
    desk: Desk, network: Network
) -> None:
    child, elder = person(desk, "小川", "2014"), person(desk, "卯大山", "1950")
    office = desk.seat.office

    def remembered() -> int:
        return len(list(walk(office.storage, Query("access", ()))))

    desk.members.get(elder)
    assert remembered() == 0
    desk.members.get(child)
    assert remembered() == 1
    desk.members.all()
    assert remembered() == 2
    volunteer(network).members.get(child)
    assert remembered() == 2, "who saw no name and no number saw no child"
    desk.figures.compute("members-active")
    assert remembered() == 2
    (first, _) = desk.access.of_member(child)
    assert (first.by, first.ground, first.purpose) == ("steward:office", Ground.MINOR, "work")


def test_a_look_that_cannot_be_remembered_gives_no_answer(desk: Desk) -> None:
    from grassroots.errors import Full

    child = person(desk, "小川", "2014")
    storage = desk.seat.office.storage
    commit = storage.commit

    def full(batch: Any) -> Any:
        raise Full

    storage.commit = full  # type: ignore[method-assign]
    try:
        with pytest.raises(Full):
            desk.members.get(child)
    finally:
        storage.commit = commit  # type: ignore[method-assign]


def test_the_yearly_audit_counts_children_and_names_none(desk: Desk) -> None:
    child, teen, mother = person(desk, "小川", "2014"), person(desk, "小雨", "2009"), person(desk, "卯一")
    other = person(desk, "小雪", "2016")
    desk.kin.record(mother, child, TieKind.GUARDIAN)
    desk.consents.give(child, MINOR_CARE, sheet="1", by=mother)
    desk.members.get(child)
    audit = desk.compliance.minors(2025)
    assert audit.ages == {"14": 2, "18": 1}
    assert (audit.without_guardian, audit.without_consent) == ((other,), (other,))
    assert all(one.ground is Ground.MINOR for one in audit.looks.accesses)
    assert len(audit.looks.accesses) == 1
    assert teen not in audit.without_guardian


# -- requests, restriction --------------------------------------------------------------------------------
def test_who_may_ask_for_whom(desk: Desk) -> None:
    elder, son, stranger = person(desk, "卯大山"), person(desk, "卯一"), person(desk, "午二")
    desk.kin.record(son, elder, TieKind.KIN)
    asked = desk.rights.ask(elder, RequestKind.COPY, words="想看看")
    assert (asked.standing, asked.due) == (Standing.SELF, date(2025, 8, 1))
    with pytest.raises(NotTheirs):
        desk.rights.ask(elder, RequestKind.COPY, by=son)
    with pytest.raises(RelativesOfTheLiving):
        desk.rights.ask(elder, RequestKind.COPY, standing=Standing.RELATIVE, by=son)
    desk.members.record_death(elder, on=date(2025, 7, 1))
    with pytest.raises(NotTheirs):
        desk.rights.ask(elder, RequestKind.COPY, standing=Standing.RELATIVE, by=stranger)
    later = desk.rights.ask(elder, RequestKind.COPY, standing=Standing.RELATIVE, by=son)
    assert [one.id for one in desk.rights.requests()] == [asked.id, later.id]
    desk.rights.fulfil(asked.id)
    assert desk.rights.refuse(later.id, reason="kept-by-law").status is RequestStatus.REFUSED
    assert desk.rights.requests() == []


def test_use_that_was_stopped_leaves_the_record_lying_there(desk: Desk, network: Network) -> None:
    helper, elder, pairing = paired(desk)
    made = desk.rights.restrict(elder, reason="asked")
    with pytest.raises(Missing):
        desk.members.get(elder)
    assert elder not in {one.id for one in desk.members.all()}
    assert desk.pairings.all() == []
    with pytest.raises(Denied):
        desk.members.correct(elder, phone="14400000009")
    with pytest.raises(Missing):
        volunteer(network, helper).members.get(elder)
    assert desk.figures.compute("members-active").value == 2, "a count names nobody"
    assert desk.rights.about(elder).member.phone == "14400000001"
    desk.rights.lift(made.id)
    assert desk.members.get(elder).phone == "14400000001"
    assert [one.id for one in desk.pairings.all()] == [pairing.id]


def test_use_may_be_stopped_for_one_purpose_alone(desk: Desk, network: Network) -> None:
    elder = person(desk, "卯大山")
    desk.rights.restrict(elder, reason="objected", purposes=("publish",))
    assert desk.members.get(elder).name == "卯大山"
    with pytest.raises(Missing):
        network.desk("steward:office", purpose="publish").members.get(elder)


# -- everything about one person --------------------------------------------------------------------------
def test_a_file_holds_everything_about_a_person_and_masks_the_others(desk: Desk, network: Network) -> None:
    helper, elder, pairing = paired(desk)
    desk.members.correct(elder, phone="14400000002")
    desk.pairings.record_contact(pairing.id, medium=Medium.VISIT, note="想念女儿")
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    desk.concerns.take(station=station, text="路灯不亮", raiser_member=elder, channel="phone")
    desk.consents.give(elder, "publish", sheet="1")
    file = desk.rights.about(elder)
    assert {one.kind for one in file.records} == {"member", "pairing", "contact", "concern", "consent"}
    assert "想念女儿" in str(file.records)
    assert [dict(one.former) for one in file.history] == [{"phone": '"14400000001"'}]
    assert file.names == {helper: "卯**"}
    assert file.words[("pairing", "scheme", "young-old-oldest-old")].en == "young-old with oldest-old"
    child = person(desk, "小川", "2016")
    desk.rights.about(elder)
    assert desk.access.of_member(child) == [], "a look at one person is none at everybody else"
    own = volunteer(network, elder).rights.about(elder)
    assert own.names == {helper: "卯**"}, "also of whom they are paired with: it may be shown to anybody"
    assert {one.kind for one in own.records} == {one.kind for one in file.records}
    assert volunteer(network, helper).rights.about(elder).member.health_note is None
    with pytest.raises(Missing):
        desk.rights.about(MemberId("nobody"))


# -- forgetting -------------------------------------------------------------------------------------------
def remains(desk: Desk, *words: str) -> list[str]:
    """The kinds in whose bodies or keys a word still stands."""
    office = desk.seat.office
    found = []
    for spec in office.kinds:
        for row in walk(office.storage, Query(spec.name, ())):
            text = row.body.decode() + str(dict(row.keys))
            found += [spec.name for word in words if word in text]
    return found


@pytest.mark.in_clear(reason="looks for words in stored bodies")
def test_who_is_forgotten_is_in_no_record_and_every_count_stays(desk: Desk) -> None:
    helper, elder, pairing = paired(desk)
    desk.members.correct(elder, phone="14400000002", health_note="心脏病", also_known=("老辰",))
    desk.pairings.record_contact(pairing.id, medium=Medium.VISIT, note="想念女儿")
    desk.kin.record(helper, elder, TieKind.HOUSEHOLD)
    desk.safeguarding.record_screening(elder, ScreeningResult.CLEAR)
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    desk.concerns.take(
        station=station, text="三号楼漏水", raiser_member=elder, raiser_name="辰小川", channel="phone"
    )
    head, year = desk.seat.office.storage.head(), Period.year(2025)
    names = ("contacts-made", "concerns-recorded", "members-active")
    before = {name: desk.figures.compute(name, period=year).value for name in names}
    words = ("辰小川", "老辰", "14400000001", "14400000002", "心脏病", "想念女儿", "三号楼漏水", "1935")
    assert set(remains(desk, *words)) >= {"member", "contact", "concern", "history"}
    touched = desk.rights.erase(elder)
    assert touched >= 6
    assert remains(desk, *words) == []
    assert desk.rights.erase(elder) == 0, "a second time there is nothing left"
    after = {name: desk.figures.compute(name, period=year).value for name in names}
    assert after == {**before, "members-active": 1}, "somebody who was forgotten has left"
    assert desk.members.get(helper).name == "卯大山"
    told = [one.code for one in grassroots_trail(desk, Ref("member", elder))]
    assert told[-1] == "person-erased"
    assert desk.seat.office.storage.head() > head
    assert desk.members.get(elder).status is MemberStatus.LEFT


def grassroots_trail(desk: Desk, ref: Ref) -> Any:
    from grassroots.workspace.reading import Reading

    return Reading(desk.seat).trail(ref)


def test_a_hold_keeps_what_somebody_would_erase(desk: Desk) -> None:
    elder = person(desk, "卯大山")
    held = desk.rights.hold(elder, reason="court")
    with pytest.raises(UnderHold) as refused:
        desk.rights.erase(elder)
    assert refused.value.facts["reason"] == "court"
    desk.rights.lift_hold(held.id)
    assert desk.rights.erase(elder) == 1


LAW = """
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
where = "2021年第1次"
kind = "practice"
sure = "high"
read = "page"
[keep.registers]
source = "committee"
label_zh = "登记"
label_en = "registers"
kinds = ["concern"]
from_field = "taken_on"
kept_years = 2
action = "erase"
ground = "law"
"""


def test_what_a_law_keeps_is_not_erased_before_its_day(network: Network) -> None:
    office = network._office
    lawful = Network(attrs.evolve(office, packs=Packs((*office.packs.active, parse_pack(LAW)))))
    desk = lawful.desk("steward:office")
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    elder = person(desk, "卯大山")
    desk.concerns.take(
        station=station, text="x", raiser_member=elder, channel="phone", taken_on=date(2024, 7, 1)
    )
    with pytest.raises(KeptByLaw) as refused:
        desk.rights.erase(elder)
    assert refused.value.facts["until"] == "2026-07-01"


def test_whoever_may_not_write_forgets_nobody(desk: Desk, network: Network) -> None:
    elder = person(desk, "卯大山")
    for who in (volunteer(network), network.desk("auditor:tang"), network.desk("partner:firm")):
        with pytest.raises(Denied):
            who.rights.erase(elder)
    assert desk.members.get(elder).name == "卯大山"


# -- retention --------------------------------------------------------------------------------------------
@pytest.mark.in_clear(reason="looks for words in stored bodies")
def test_retention_is_planned_looked_at_and_then_carried_out(desk: Desk, clock: WallClock) -> None:
    helper, elder, pairing = paired(desk)
    held = person(desk, "午立秋")
    station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
    for raiser, text in ((elder, "三号楼漏水"), (held, "路灯不亮")):
        desk.concerns.take(
            station=station, text=text, raiser_member=raiser, channel="phone", taken_on=date(2019, 1, 1)
        )
    contact = desk.pairings.record_contact(pairing.id, medium=Medium.VISIT, note="想念女儿")
    desk.members.correct(elder, phone="14400000003")
    desk.rights.hold(held, reason="complaint")
    plan = desk.retention.plan()
    assert [(one.kind, one.fate) for one in plan.due] == [("concern", Fate.BLANK)]
    assert plan.held == 1
    assert desk.retention.plan().fingerprint == plan.fingerprint
    later = desk.retention.plan(on=date(2028, 7, 3))
    assert {one.kind for one in later.due} == {"concern", "contact", "history"}
    assert desk.retention.apply(plan) == 1
    assert remains(desk, "三号楼漏水") == []
    assert remains(desk, "路灯不亮") == ["concern"]
    assert desk.retention.plan().due == ()
    with pytest.raises(PlanMoved):
        desk.retention.apply(plan)
    clock.go_to(date(2028, 7, 3))
    desk.retention.apply(desk.retention.plan())
    assert desk.pairings.contacts(pairing.id)[0].note is None
    assert desk.pairings.contacts(pairing.id)[0].id == contact.id
    assert desk.members.history(elder) == []
    del helper


def test_what_was_told_is_over_after_a_year_in_outbox_and_lists(desk: Desk, clock: WallClock) -> None:
    told, held = person(desk, "午小满"), person(desk, "午立秋")
    sms = [Route("sms", "14400000001")]
    desk.outbox.add(
        Notice(id="n1", to=told, key="k", routes=sms),
        Notice(id="n2", to=held, key="k", routes=sms),
        Notice(id="waits", to=told, key="k", routes=sms),
        Notice(id="dead", to=told, key="k", values={"who": "午小满"}, routes=[]),
    )
    for id_ in ("n1", "n2"):
        desk.outbox.cancel(id_)
    made, waiting = (desk.calls.ask(medium="phone", text="路灯不亮", member=told).id for _ in range(2))
    desk.calls.reached(made)
    desk.rights.hold(held, reason="complaint")
    assert desk.retention.plan().due == ()
    year = desk.retention.plan(on=clock.now.date() + timedelta(days=366))
    assert {(one.kind, one.id, one.fate) for one in year.due} == {
        ("parcel", "n1", Fate.ERASE),
        ("parcel", "dead", Fate.ERASE),
        ("call", made, Fate.BLANK),
        ("call", waiting, Fate.ERASE),
    }
    assert year.held == 1
    clock.go_to(clock.now.date() + timedelta(days=366))
    assert desk.retention.apply(desk.retention.plan()) == 4
    assert {one.id for one in desk.outbox.all()} == {"n2", "waits"}
    (kept,) = desk.calls.all()
    assert (kept.id, kept.state.value, "路灯" in kept.text) == (made, "reached", False)
    assert desk.retention.plan().due == ()


def test_every_kind_can_be_emptied(desk: Desk) -> None:
    """Of every stored sample with everything in it: what is left holds nothing sensitive, and is a record."""
    import json
    from pathlib import Path

    office = desk.seat.office
    for spec in office.kinds:
        path = Path(__file__).parents[1] / "samples" / f"{spec.name}-{spec.version}-full.json"
        body = json.loads(path.read_text("utf-8"))["body"]
        record = office.codec.decode(spec, json.dumps(body).encode()).record
        empty = blanked(record)
        assert blanked(empty) == empty, spec.name
        assert spec.keys_of(empty) is not None


# -- why --------------------------------------------------------------------------------------------------
def test_a_viewer_is_told_why_they_see_what_they_see(desk: Desk, network: Network) -> None:
    helper, elder, _ = paired(desk)
    found = volunteer(network, helper).policy.explain("member", elder)
    assert found.relations == (Relation.PAIRED,)
    by_group = {one.group.value: one for one in found.groups}
    assert (by_group["contact"].decision.row, by_group["contact"].effect) == ("paired", "allow")
    assert (by_group["health"].decision.row, by_group["health"].effect) == (None, "deny")
    assert any(row.id == "paired" for row in volunteer(network, helper).policy.rows())
    with pytest.raises(Missing):
        volunteer(network, helper).policy.explain("member", "nobody")
    with pytest.raises(BadInput):
        desk.policy.explain("person", elder)


# -- an outside policy ------------------------------------------------------------------------------------
def opened(clock: WallClock, judge: Any, voice: Voice = Voice.NARROW, seconds: float = 2.0) -> Network:
    offer = PolicyOffer(name="town-hall", judge=judge, voice=voice, seconds=seconds)
    return grassroots.open("memory://", network="outside", clock=clock, policy=offer)


def test_an_outside_policy_narrows_what_the_table_opens_and_opens_nothing(clock: WallClock) -> None:
    asked: list[Inquiry] = []

    def judge(inquiry: Inquiry) -> Any:
        asked.append(inquiry)
        return {"general": "allow", "identity": "mask", "health": "allow"}

    with opened(clock, judge) as network:
        made = network.desk("steward:office").members
        with pytest.raises(Denied):
            made.register(name="卯大山", phone="14400000001", health_note="慢走")
        asked.clear()
    with opened(clock, lambda _: "allow") as network:
        desk = network.desk("steward:office")
        member = person(desk, "卯大山", phone="14400000001", health_note="慢走")
        assert desk.members.get(member).phone == "14400000001"
        stranger = volunteer(network).members.get(member)
        assert (stranger.name, stranger.health_note) == ("", None), (
            "allow opens nothing that the table closes"
        )
        narrowed = Network(attrs.evolve(network._office, outside=_outside(clock, judge)))
        seen = narrowed.desk("steward:office").members.get(member)
        assert (seen.name, seen.phone, seen.health_note) == ("卯**", None, "慢走")
        assert asked[-1].id == member
        assert asked[-1].actor.name == "office"
        why = narrowed.desk("steward:office").policy.explain("member", member)
        assert {one.group.value for one in why.groups if one.outside} >= {"contact", "identity"}


def _outside(clock: WallClock, judge: Any, voice: Voice = Voice.NARROW, seconds: float = 2.0) -> Any:
    from grassroots.workspace.outside import Outside

    return Outside(PolicyOffer(name="town-hall", judge=judge, voice=voice, seconds=seconds), clock)


def test_an_outside_policy_may_answer_alone(clock: WallClock) -> None:
    def judge(inquiry: Inquiry) -> Any:
        return "allow" if inquiry.actor.name in ("office", "zhao") else "deny"

    with opened(clock, judge, Voice.DECIDE) as network:
        desk = network.desk("steward:office")
        member = person(desk, "卯大山", health_note="慢走")
        assert volunteer(network, name="zhao").members.get(member).health_note == "慢走"
        with pytest.raises(Missing):
            network.desk("steward:other").members.get(member)
        with pytest.raises(Denied):
            network.desk("steward:other").figures.compute("members-active")
        assert desk.figures.compute("members-active").value == 1


@pytest.mark.parametrize(
    ("judge", "problem"),
    [
        (lambda _: 1 / 0, "error"),
        (lambda _: (_ for _ in ()).throw(SystemExit), "error"),
        (lambda _: "perhaps", "nonsense"),
        (lambda _: None, "nonsense"),
        (lambda _: {"general": "yes"}, "nonsense"),
        (lambda _: {"everything": "allow"}, "nonsense"),
        (lambda _: threading.Event().wait(60), "timeout"),
    ],
)
@pytest.mark.parametrize("voice", Voice)
def test_without_an_answer_everything_is_closed_and_that_is_recorded(
    clock: WallClock, judge: Any, problem: str, voice: Voice
) -> None:
    with grassroots.open("memory://", network="outside", clock=clock) as network:
        member = person(network.desk("steward:office"), "卯大山")
        outside = _outside(clock, judge, voice, seconds=0.05)
        closed = Network(attrs.evolve(network._office, outside=outside))
        with pytest.raises(Missing):
            closed.desk("steward:office").members.get(member)
        (failure,) = closed.policy_failures
        assert (failure.problem, failure.kind, failure.id) == (problem, "member", member)
        report = network.desk("steward:office").access.report(Period.year(2025))
        assert [one.ground for one in report.accesses] == [Ground.POLICY_FAILED]


def test_a_page_of_records_waits_once_for_a_policy_that_hangs(clock: WallClock) -> None:
    asked: list[str | None] = []
    answers = threading.Event()

    def judge(inquiry: Inquiry) -> str:
        asked.append(inquiry.id)
        answers.wait(60)
        return "allow"

    with grassroots.open("memory://", network="outside", clock=clock) as network:
        desk = network.desk("steward:office")
        people = [person(desk, f"卯{one}") for one in "一二三四五六七八九十"]
        outside = _outside(clock, judge, seconds=0.2)
        closed = Network(attrs.evolve(network._office, outside=outside))
        assert closed.desk("steward:office").members.all() == []
        assert len(asked) < len(people), "whoever has not answered is not asked at once again"
        assert len(closed.policy_failures) == len(people), "each record was closed, and that is written down"
        answers.set()
        asked.clear()
        outside._rests_until = 0.0
        assert len(closed.desk("steward:office").members.all()) == len(people)
        assert len(asked) == len(people)


def test_somebody_who_was_erased_is_not_filled_up_again_but_registered_anew(desk: Desk) -> None:
    elder = person(desk, "卯大山", "1940", phone="14400000001")
    desk.rights.erase(elder)
    assert desk.rights.erase(elder) == 0, "twice is once"
    assert desk.members.named("卯大山") == []
    tries: list[Any] = [
        lambda: desk.members.correct(elder, phone="14400000001"),
        lambda: desk.members.admit(elder),
        lambda: desk.consents.give(elder, "publish", sheet="1"),
        lambda: desk.rights.ask(elder, RequestKind.COPY),
    ]
    for again in tries:
        with pytest.raises(Forgotten) as refused:
            again()
        assert refused.value.facts["member"] == elder
    assert person(desk, "卯大山", "1940") != elder


def test_an_audit_of_a_year_that_cannot_be_is_refused_in_words(desk: Desk) -> None:
    for year in (99999, -1):
        with pytest.raises(BadInput):
            desk.compliance.minors(year)


# -- published --------------------------------------------------------------------------------------------
def test_a_published_report_hides_small_counts_of_people(desk: Desk) -> None:
    for number in range(3):
        person(desk, f"成员{'甲乙丙'[number]}", station=StationId("S1"))
    usual = desk.reports.yearly(Period.year(2025), figures=("members-active",))
    public = desk.reports.yearly(Period.year(2025), figures=("members-active",), published=True)
    assert (usual.figures[0].value, usual.figures[0].hidden) == (3, False)
    assert (public.figures[0].value, public.figures[0].hidden, public.figures[0].records) == (None, True, 0)
    for number in range(3):
        person(desk, f"成员{'丁戊己'[number]}")
    grown = desk.reports.yearly(Period.year(2025), figures=("members-active",), published=True)
    assert (grown.figures[0].value, grown.figures[0].hidden) == (6, False)


def test_an_honour_roll_names_only_who_agreed(desk: Desk) -> None:
    from grassroots.domain.honour import Award, Awarded, AwardStatus
    from grassroots.domain.step import Step
    from grassroots.workspace.acts import perform

    people = [person(desk, f"成员{one}", "1935") for one in "甲乙丙"]
    for number, member in enumerate(people):
        award = Award(
            id=f"W{number}",  # type: ignore[arg-type]
            honour="fifty-years",
            member=member,
            reference=date(2025, 7, 1),
            status=AwardStatus.AWARDED,
            awarded_on=date(2025, 7, 1),
        )
        event = Awarded(honour="fifty-years", member=member, on=date(2025, 7, 1))
        perform(desk.seat, lambda work, a=award, e=event: work.keep(Step(a, (e,))), ("award", number))  # type: ignore[misc]
    given = desk.consents.give(people[0], "publish", sheet="1")
    desk.consents.give(people[1], "publish-photo", sheet="2")
    roll = desk.honours.roll("fifty-years")
    assert [(one.name, one.photo) for one in roll.lines] == [("成员甲", False)]
    assert roll.others is None, "two others: too few to be told"
    desk.consents.give(people[0], "publish-photo", sheet="3")
    assert desk.honours.roll("fifty-years").lines[0].photo
    desk.consents.withdraw(given.id)
    assert desk.honours.roll("fifty-years").lines == ()
