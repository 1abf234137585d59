from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from grassroots.contracts.planning import Answer
from grassroots.desk import Desk
from grassroots.domain.contacts import Due
from grassroots.domain.kin import TieKind
from grassroots.domain.matching import BarCode, Reason
from grassroots.domain.member import Dated
from grassroots.domain.pairing import EndReason, Medium, PairingStatus, ReviewOutcome
from grassroots.errors import Missing
from grassroots.values.ids import MemberId, OrganizationId, SchemeId

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
