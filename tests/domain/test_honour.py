"""What an award promises: no step is skipped, nobody gets it a day too early, and nobody twice."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.fields import FieldGroup, groups_of
from grassroots.domain.honour import (
    TRANSITIONS,
    AlreadyAwarded,
    Award,
    Awarded,
    AwardStatus,
    EligibilityOpen,
    NotEligible,
    StepSkipped,
)
from grassroots.domain.member import Affiliation, Dated, Member
from grassroots.domain.standing import Eligibility, HonourDefinition, StandingRow, StandingTable, eligible
from grassroots.domain.states import WrongState
from grassroots.errors import BadInput
from grassroots.values.dates import PartialDate
from grassroots.values.ids import AwardId, MemberId

JULY = date(2021, 7, 1)
MEDAL = HonourDefinition(code="fifty-years", years=50)
TABLE = StandingTable((StandingRow(first=date(1969, 4, 1), last=date(1977, 8, 11)),))


def person(joined: str, id_: str = "m") -> Member:
    return Member(
        id=MemberId(id_),
        name="成员甲",
        affiliation=Affiliation.FULL,
        joined_party=Dated(PartialDate.parse(joined)),
    )


READY = person("1970-01-01")


def answer(who: Member = READY) -> Eligibility:
    return eligible(who, MEDAL, JULY, TABLE)


def surveyed(who: Member = READY, others: tuple[Award, ...] = ()) -> Award:
    return Award.survey(
        id=AwardId("a"), definition=MEDAL, member=who, eligibility=answer(who), others=others
    ).after


def hand_over(award: Award, who: Member = READY, **fields: object) -> Award:
    told = {"on": JULY, "today": JULY, "others": (), **fields}
    return award.award(MEDAL, answer(who), **told).after  # type: ignore[arg-type]


def cleared(who: Member = READY) -> Award:
    return surveyed(who).recommend(MEDAL).after.review(MEDAL).after.clear(MEDAL).after


def test_a_member_one_day_short_of_fifty_years_is_refused_at_the_survey() -> None:
    with pytest.raises(NotEligible) as refused:
        surveyed(person("1971-07-02"))
    assert refused.value.code == "honour-too-early"
    assert refused.value.facts["missing_days"] == 1


def test_the_medal_passes_every_step_and_is_handed_over() -> None:
    given_ = hand_over(cleared())
    assert (given_.status, given_.awarded_on) == (AwardStatus.AWARDED, JULY)


@pytest.mark.parametrize("verb", ["review", "clear"])
def test_no_step_is_skipped(verb: str) -> None:
    with pytest.raises(StepSkipped) as refused:
        getattr(surveyed(), verb)(MEDAL)
    assert "recommended" in refused.value.facts["skipped"]  # type: ignore[operator]
    with pytest.raises(StepSkipped):
        hand_over(surveyed())


def test_a_network_may_leave_out_a_step_that_its_rules_do_not_ask_for() -> None:
    short = attrs.evolve(MEDAL, steps=("surveyed", "cleared", "awarded"))
    assert surveyed().clear(short).after.status is AwardStatus.CLEARED


def test_a_date_that_decides_lets_somebody_on_the_list_but_needs_a_check_before_the_medal() -> None:
    who = person("1971-07")
    with pytest.raises(EligibilityOpen) as refused:
        hand_over(cleared(who), who)
    assert refused.value.code == "honour-date-decides"
    step = cleared(who).award(MEDAL, answer(who), (), on=JULY, today=JULY, checked_by="组织员")
    assert step.after.checked_by == "组织员"
    assert step.happened == (Awarded(honour="fifty-years", member=who.id, on=JULY, checked=True),)


def test_nobody_checks_a_no_away() -> None:
    late = person("1971-07-02")
    with pytest.raises(NotEligible):
        cleared().award(MEDAL, answer(late), (), on=JULY, today=JULY, checked_by="组织员")


def test_a_medal_is_given_once_in_a_life() -> None:
    first = hand_over(cleared())
    with pytest.raises(AlreadyAwarded):
        Award.survey(id=AwardId("b"), definition=MEDAL, member=READY, eligibility=answer(), others=(first,))
    other = attrs.evolve(cleared(), id=AwardId("b"))
    with pytest.raises(AlreadyAwarded):
        hand_over(other, others=(first,))


def test_a_medal_is_not_given_before_the_reference_day_nor_in_the_future() -> None:
    for on, today in ((date(2021, 6, 30), JULY), (date(2021, 7, 2), JULY)):
        with pytest.raises(BadInput):
            hand_over(cleared(), on=on, today=today)


def test_an_award_entered_from_paper_needs_no_steps_but_the_years_all_the_same() -> None:
    step = surveyed().award(MEDAL, answer(), (), on=JULY, today=JULY, afterwards=True)
    assert step.happened == (Awarded(honour="fifty-years", member=READY.id, on=JULY, afterwards=True),)
    with pytest.raises(NotEligible):
        surveyed().award(MEDAL, answer(person("1971-07-02")), (), on=JULY, today=JULY, afterwards=True)


def test_why_somebody_was_refused_stands_in_the_record_and_never_in_the_journal() -> None:
    step = cleared().refuse("conduct")
    assert step.after.reason == "conduct"
    assert "conduct" not in str(step.happened)
    assert groups_of(Award)["reason"] is FieldGroup.CASE
    again = step.after.reconsider().after
    assert (again.status, again.reason) == (AwardStatus.SURVEYED, None)


class AwardMachine(RuleBasedStateMachine):
    """Any order of verbs: only the table and the steps decide, and what was given stays given."""

    def __init__(self) -> None:
        super().__init__()
        self.one = surveyed()
        self.taken: list[AwardStatus] = [AwardStatus.SURVEYED]

    @rule(verb=st.sampled_from(["recommend", "review", "clear", "award", "refuse", "reconsider"]))
    def turn(self, verb: str) -> None:
        row = TRANSITIONS[self.one.status]
        try:
            if verb == "award":
                step = self.one.award(MEDAL, answer(), (), on=JULY, today=JULY)
            elif verb == "refuse":
                step = self.one.refuse("conduct")
            elif verb == "reconsider":
                step = self.one.reconsider()
            else:
                step = getattr(self.one, verb)(MEDAL)
        except WrongState:
            assert verb not in row
            return
        except StepSkipped:
            assert verb in row
            return
        assert step.after.status is row.get(verb, self.one.status)
        assert bool(step.happened) == (verb in row)
        if step.happened:
            self.taken = [] if step.after.status is AwardStatus.SURVEYED else self.taken
            self.taken.append(step.after.status)
        self.one = step.after

    @invariant()
    def what_is_given_has_taken_every_step(self) -> None:
        if self.one.status is AwardStatus.AWARDED:
            assert [status.value for status in self.taken] == list(MEDAL.steps)


TestAwardMachine = AwardMachine.TestCase
