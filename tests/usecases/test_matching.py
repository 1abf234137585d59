from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import attrs
import pytest

import grassroots
from grassroots.contracts.planning import Answer
from grassroots.desk import Desk
from grassroots.domain.contacts import Due
from grassroots.domain.kin import TieKind
from grassroots.domain.matching import BarCode, Reason, Walk
from grassroots.domain.member import Dated
from grassroots.domain.pack import Packs, parse_pack
from grassroots.domain.pairing import (
    EndReason,
    HandedToOneself,
    Medium,
    PairedWithOneself,
    PairingStatus,
    ReviewOutcome,
)
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Missing
from grassroots.locale import say
from grassroots.network import Network
from grassroots.usecases.matching import PairingsTold, Remedy, Wanted
from grassroots.values.ids import MemberId, OrganizationId, SchemeId, StationId
from grassroots.values.names import Sex

SCHEME = SchemeId("young-old-oldest-old")
TODAY = date(2021, 7, 2)


def compound(desk: Desk, name: str) -> OrganizationId:
    return desk.organizations.register(kind="compound", name=name).id


def helper(desk: Desk, name: str, **told: Any) -> MemberId:
    member = desk.members.register(name=name, born=Dated.parse("1955-03-02"), categories=("volunteer",))
    desk.matching.tell(member.id, offering=True, **told)
    return member.id


def elder(desk: Desk, name: str, **told: Any) -> MemberId:
    member = desk.members.register(name=name, born=Dated.parse("1935-03-02"), categories=("recipient",))
    desk.matching.tell(member.id, seeking=True, **told)
    return member.id


def test_a_plan_covers_everyone_says_why_and_is_proposed(desk: Desk) -> None:
    east, west = compound(desk, "东苑"), compound(desk, "西苑")
    lin, he = helper(desk, "林小满", compound=east), helper(desk, "贺兰山", compound=west)
    elders = [elder(desk, f"卯奶奶{n}", compound=(east, west)[n % 2]) for n in range(6)]
    plan = desk.matching.plan(SCHEME)
    assert plan.answer is Answer.PROVEN
    assert plan.left_out == ()
    assert {one.recipient: one.supporter for one in plan.proposals} == {
        who: (lin, he)[n % 2] for n, who in enumerate(elders)
    }
    assert Reason.SAME_COMPOUND in dict(plan.proposals[0].reasons)
    assert plan.proposals[0].next_best is None  # the other compound is too far, or nobody knows how far
    proposed = desk.matching.propose(plan)
    assert {one.status for one in proposed} == {PairingStatus.PROPOSED}
    again = desk.matching.plan(SCHEME)
    assert again.new == ()
    assert {one.pairing for one in again.proposals} == {one.id for one in proposed}


def test_who_is_left_out_is_told_with_the_rules_and_where_help_is_wanted(desk: Desk) -> None:
    east, west = compound(desk, "东苑"), compound(desk, "西苑")
    helper(desk, "林小满", compound=east, room=1)
    elder(desk, "卯奶奶", compound=east)
    full, far = elder(desk, "辰奶奶", compound=east), elder(desk, "巳奶奶", compound=west)
    left = {one.recipient: one for one in desk.matching.plan(SCHEME).left_out}
    assert far in left
    assert (left[far].fitting, left[far].bars, left[far].compound) == (0, ((BarCode.TOO_FAR, 1),), west)
    (other,) = set(left) - {far}
    assert left[other].fitting == 1  # somebody fits, and has no room: one more in the east would help
    assert left[other].compound == east
    assert full in {other, *(one.recipient for one in desk.matching.plan(SCHEME).proposals)}


def test_pairings_that_work_are_kept_before_better_ones_are_made(desk: Desk) -> None:
    east = compound(desk, "东苑")
    lin = helper(desk, "林小满", compound=east, languages=("湘语",))
    he = helper(desk, "贺兰山", compound=east)
    mao = elder(desk, "卯奶奶", compound=east)
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=he, recipient=mao)
    desk.pairings.begin(pairing.id)
    desk.matching.tell(mao, interests=("象棋",))
    desk.matching.tell(lin, interests=("象棋",))
    (kept,) = desk.matching.plan(SCHEME).proposals
    assert (kept.supporter, kept.kept, kept.next_best) == (he, True, lin)
    assert kept.next_score > kept.score


def test_family_is_not_planned_and_a_match_says_so(desk: Desk) -> None:
    east = compound(desk, "东苑")
    lin, mao = helper(desk, "林小满", compound=east), elder(desk, "卯奶奶", compound=east)
    desk.kin.record(lin, mao, kind=TieKind.KIN)
    assert desk.matching.between(SCHEME, lin, mao).bars == (BarCode.FAMILY,)
    (left,) = desk.matching.plan(SCHEME).left_out
    assert left.bars == ((BarCode.FAMILY, 1),)


def test_nobody_at_all_is_an_answer_too(desk: Desk) -> None:
    plan = desk.matching.plan(SCHEME)
    assert (plan.proposals, plan.left_out) == ((), ())
    with pytest.raises(Missing):
        desk.matching.plan(SchemeId("nothing-like-it"))


def test_agreeing_trying_reviewing_and_handing_over(desk: Desk, clock: Any) -> None:
    east = compound(desk, "东苑")
    lin, he = helper(desk, "林小满", compound=east), helper(desk, "贺兰山", compound=east)
    mao = elder(desk, "卯奶奶", compound=east)
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=lin, recipient=mao)
    desk.pairings.accept(pairing.id, lin)
    assert desk.pairings.accept(pairing.id, mao).status is PairingStatus.AGREED
    tried = desk.pairings.try_out(pairing.id)
    assert (tried.status, tried.trial_until) == (PairingStatus.TRIAL, TODAY + timedelta(days=30))
    clock.go_to(TODAY + timedelta(days=31))
    assert [one.id for one, _ in desk.pairings.reviews_due()] == [pairing.id]
    # A trial is kept up like any other: who was not called is overdue.
    overdue: list[Due] = desk.pairings.overdue()
    assert [one.pairing for one in overdue] == [pairing.id]
    desk.pairings.review(pairing.id, ReviewOutcome.GOES_ON)
    desk.pairings.begin(pairing.id)
    assert desk.pairings.reviews_due() == []
    desk.pairings.record_contact(pairing.id, medium=Medium.VISIT)
    after = desk.pairings.hand_over(pairing.id, he)
    old = desk.pairings.get(pairing.id)
    assert (old.status, old.end_reason) == (PairingStatus.ENDED, EndReason.HANDED_OVER)
    assert (after.supporter, after.recipient, after.succeeds) == (he, mao, pairing.id)
    assert len(desk.pairings.contacts(pairing.id)) == 1


def test_a_supporter_who_needs_help_becomes_a_recipient_and_loses_nothing(desk: Desk) -> None:
    east = compound(desk, "东苑")
    lin, he = (
        helper(desk, "林小满", compound=east, languages=("湘语",)),
        helper(desk, "贺兰山", compound=east),
    )
    mao = elder(desk, "卯奶奶", compound=east)
    pairing = desk.pairings.begin(desk.pairings.propose(scheme=SCHEME, supporter=lin, recipient=mao).id)
    (waiting,) = desk.pairings.step_aside(lin)
    assert (waiting.id, waiting.status) == (pairing.id, PairingStatus.PAUSED)
    person = desk.members.get(lin)
    assert person.categories == ("volunteer", "recipient")
    profile = desk.matching.profile(lin)
    assert profile is not None
    assert (profile.seeking, profile.offering, profile.languages) == (True, False, ("湘语",))
    assert desk.pairings.step_aside(lin) == [waiting]
    # The plan gives the one who was left alone to somebody else, and does not call it kept.
    plan = desk.matching.plan(SCHEME)
    (proposal,) = (one for one in plan.proposals if one.recipient == mao)
    assert (proposal.supporter, proposal.kept) == (he, False)
    assert lin in {one.recipient for one in plan.left_out}  # 66: younger than the scheme's recipients


# -- what would help --------------------------------------------------------------------------------------
def random_place(desk: Desk, chance: Random) -> None:
    """A few compounds with too few supporters, some of whom speak, walk and can do what others do not."""
    places = [compound(desk, name) for name in ("东苑", "西苑", "南苑")]
    words, can = ("湘语", "粤语"), ("急救", "陪诊")
    for number in range(chance.randrange(4)):
        helper(
            desk,
            f"林小满{number}",
            compound=chance.choice([None, *places]),
            walks=(Walk(chance.choice(places), chance.randrange(40)),),
            languages=tuple(chance.sample(words, chance.randrange(3))),
            room=chance.randrange(3),
        )
    for number in range(1 + chance.randrange(6)):
        elder(
            desk,
            f"卯奶奶{number}",
            compound=chance.choice(places),
            languages=tuple(chance.sample(words, chance.randrange(2))),
            wants_sex=chance.choice([None, None, Sex.FEMALE]),
            needs=tuple(chance.sample(can, chance.randrange(2))),
        )


def found(desk: Desk, wanted: Wanted, compound: OrganizationId | None) -> None:
    """Somebody as wanted turns up, in a compound of the list, with room for one."""
    member = desk.members.register(
        name="新来的",
        born=Dated.parse("1957"),
        sex=wanted.sex,
        skills=wanted.skills,
        station=wanted.station,
        categories=("volunteer",),
    )
    desk.matching.tell(member.id, offering=True, compound=compound, languages=wanted.languages[:1], room=1)


@pytest.fixture
def desks(clock: Any) -> Callable[[], Desk]:
    """New networks, one after the other, each with nobody in it."""

    def one() -> Desk:
        network = grassroots.open("memory://", network="test", zone="Asia/Shanghai", clock=clock)
        return network.desk("steward:office")

    return one


@pytest.mark.parametrize("seed", range(12))
def test_what_is_said_to_help_helps(seed: int, desks: Callable[[], Desk]) -> None:
    """For everybody left out: each single thing that the plan names covers one person more."""

    def plan_of(change: Callable[[Desk, PairingsTold], None] | None = None) -> PairingsTold:
        desk = desks()
        random_place(desk, Random(seed))
        if change is not None:
            change(desk, desk.matching.plan(SCHEME))
        return desk.matching.plan(SCHEME)

    before = plan_of()
    for number, one in enumerate(before.left_out):
        assert one.remedy is (Remedy.ROOM if one.fitting else Remedy.SUPPORTER)
        assert bool(one.full) == bool(one.fitting)

        def new(desk: Desk, plan: PairingsTold, number: int = number) -> None:
            found(desk, plan.left_out[number].wanted, plan.left_out[number].compound)

        assert len(plan_of(new).proposals) == len(before.proposals) + 1
        for place in range(len(one.full)):

            def more(desk: Desk, plan: PairingsTold, number: int = number, place: int = place) -> None:
                who = plan.left_out[number].full[place]
                desk.matching.tell(who, room=plan.rooms[who] + 1)

            assert len(plan_of(more).proposals) == len(before.proposals) + 1


def test_who_is_too_young_for_a_scheme_needs_another_and_who_lives_nowhere_is_asked(desk: Desk) -> None:
    helper(desk, "林小满", compound=compound(desk, "东苑"))
    young = desk.members.register(name="贺兰山", born=Dated.parse("1970"), categories=("recipient",)).id
    desk.matching.tell(young, seeking=True)
    nowhere = elder(desk, "卯奶奶")
    left = {one.recipient: one.remedy for one in desk.matching.plan(SCHEME).left_out}
    assert left == {young: Remedy.OTHER_SCHEME, nowhere: Remedy.PLACE}


def test_a_plan_that_moves_somebody_is_proposed_as_a_handing_over(desk: Desk) -> None:
    """He can look after one of the east only, where Lin is full: to cover both, Mao goes from Lin to He."""
    east, west = compound(desk, "东苑"), compound(desk, "西苑")
    lin = helper(desk, "林小满", compound=east, walks=(Walk(west, 5),), room=1)
    mao = elder(desk, "卯奶奶", compound=east)
    old = desk.pairings.begin(desk.pairings.propose(scheme=SCHEME, supporter=lin, recipient=mao).id)
    he = helper(desk, "贺兰山", compound=east, room=1)
    si = elder(desk, "巳奶奶", compound=west)
    plan = desk.matching.plan(SCHEME)
    assert {(one.supporter, one.recipient, one.instead_of) for one in plan.proposals} == {
        (he, mao, old.id),
        (lin, si, None),
    }
    new = {one.recipient: one for one in desk.matching.propose(plan)}
    assert new[mao].succeeds == old.id
    assert desk.pairings.get(old.id).end_reason is EndReason.HANDED_OVER
    again = desk.matching.plan(SCHEME)
    assert (again.new, again.left_out) == ((), ())


def test_places_that_are_taken_elsewhere_are_not_given_away_again(desk: Desk) -> None:
    """A plan for one station counts whom a supporter looks after in another."""
    east = compound(desk, "东苑")
    here = desk.stations.found(name="东站", kind=StationKind.STATION).id
    lin = helper(desk, "林小满", compound=east, room=1)
    desk.members.correct(lin, station=here)
    away, mao = elder(desk, "卯奶奶", compound=east), elder(desk, "辰奶奶", compound=east)
    desk.members.correct(mao, station=here)
    desk.pairings.propose(scheme=SCHEME, supporter=lin, recipient=away)
    plan = desk.matching.plan(SCHEME, station=here)
    assert (plan.proposals, [one.recipient for one in plan.left_out]) == ((), [mao])
    assert plan.rooms == {lin: 0}


def test_nobody_is_their_own_supporter(desk: Desk) -> None:
    """Who still looks after people and needs somebody is in both lists; no age rule keeps them apart."""
    delegates = SchemeId("delegate-person-in-need")
    both = desk.members.register(name="林小满", categories=("volunteer",)).id
    desk.matching.tell(both, offering=True, seeking=True)
    (left,) = desk.matching.plan(delegates).left_out
    assert (left.recipient, left.bars) == (both, ((BarCode.ONESELF, 1),))
    with pytest.raises(PairedWithOneself):
        desk.matching.between(delegates, both, both)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"colour": "red"}, "field-not-correctable"),
        ({"room": -1}, "too-few"),
        ({"room": "three"}, "argument-wrong-type"),
        ({"room": True}, "argument-wrong-type"),
        ({"languages": "湘语"}, "argument-wrong-type"),
        ({"walks": (("east", 3),)}, "argument-wrong-type"),
        ({"walks": 3}, "argument-wrong-type"),
        ({"wants_sex": "purple"}, "argument-unknown"),
        ({"compound": "nowhere"}, "missing"),
        ({"apart": ("nobody",)}, "missing"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(desk: Desk, told: dict[str, Any], code: str) -> None:
    lin = helper(desk, "林小满")
    before = desk.matching.profile(lin)
    with pytest.raises((BadInput, Missing)) as refused:
        desk.matching.tell(lin, **told)
    assert refused.value.code == code
    assert desk.matching.profile(lin) == before
    for language in ("zh", "en"):
        assert "${" not in say(code, refused.value.facts, language)


def test_a_plan_for_a_station_that_is_none_is_refused_and_not_empty(desk: Desk) -> None:
    with pytest.raises(Missing):
        desk.matching.plan(SCHEME, station=StationId("nowhere"))


def test_nothing_is_handed_over_to_who_has_it_and_no_review_lies_ahead(desk: Desk) -> None:
    lin, mao = helper(desk, "林小满"), elder(desk, "卯奶奶")
    pairing = desk.pairings.begin(desk.pairings.propose(scheme=SCHEME, supporter=lin, recipient=mao).id)
    with pytest.raises(HandedToOneself):
        desk.pairings.hand_over(pairing.id, lin)
    with pytest.raises(BadInput) as refused:
        desk.pairings.review(pairing.id, ReviewOutcome.GOES_ON, on=TODAY + timedelta(days=1))
    assert refused.value.code == "day-to-come"
    assert desk.pairings.get(pairing.id) == pairing


@pytest.mark.parametrize("seed", range(6))
def test_after_a_change_only_those_move_whom_it_touches(seed: int, desks: Callable[[], Desk]) -> None:
    """One supporter stops; there is room for theirs elsewhere, so everybody else keeps whom they have."""
    chance, desk = Random(seed), desks()
    places = [compound(desk, name) for name in ("东苑", "西苑")]
    helpers = [helper(desk, f"林小满{n}", compound=places[n % 2], room=4) for n in range(8)]
    for number in range(16):
        elder(desk, f"卯奶奶{number}", compound=places[number % 2], interests=(str(chance.randrange(4)),))
    desk.matching.propose(desk.matching.plan(SCHEME))
    standing = {(one.supporter, one.recipient) for one in desk.pairings.all(status=PairingStatus.PROPOSED)}
    gone = chance.choice(helpers)
    desk.pairings.step_aside(gone)
    plan = desk.matching.plan(SCHEME)
    assert {(one.supporter, one.recipient) for one in plan.proposals if one.kept} == {
        pair for pair in standing if pair[0] != gone
    }
    assert {one.recipient for one in plan.new} == {pair[1] for pair in standing if pair[0] == gone}


OWN = """
[pack]
name = "ours"
version = "1"
title_zh = "本地"
title_en = "ours"
jurisdiction = "CN"
effective_from = 2020-01-01
[[source]]
key = "us"
title = "本网络"
where = "an example"
kind = "practice"
sure = "high"
read = "page"
[pairing_practice.room]
source = "us"
off = true
[pairing_practice.trial]
source = "us"
off = true
"""


def test_how_many_one_supporter_has_stands_in_a_pack_and_without_one_nobody_is_given_two(
    desk: Desk, network: Network
) -> None:
    """The scheme of delegates gives no ratio: one for five is the practice of the pack."""
    delegates = SchemeId("delegate-person-in-need")
    lin, mao = helper(desk, "林小满"), elder(desk, "卯奶奶")
    assert desk.matching.plan(delegates).rooms == {lin: 5}
    office = network._office
    silent = Network(attrs.evolve(office, packs=Packs((*office.packs.active, parse_pack(OWN)))))
    other = silent.desk("steward:office")
    assert other.matching.plan(delegates).rooms == {lin: 1}
    pairing = other.pairings.propose(scheme=delegates, supporter=lin, recipient=mao)
    with pytest.raises(BadInput, match="how long a trial lasts"):
        other.pairings.try_out(pairing.id)
    assert other.pairings.try_out(pairing.id, until=TODAY + timedelta(days=9)).trial_until is not None
