from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.concern import (
    OPEN,
    TRANSITIONS,
    Concern,
    ConcernCorrected,
    ConcernOutcome,
    ConcernStatus,
    ExtensionTooLate,
    MergedWithItself,
    ReplyMedium,
    Satisfaction,
    due_day,
)
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.domain.workdays import Holiday, NoticedDays
from grassroots.errors import BadInput
from grassroots.values.ids import ConcernId, MeetingId, MemberId, OrganizationId, StationId

DAY = date(2021, 7, 2)
LATER = DAY + timedelta(days=5)


def concern(id: str = "C1", **fields: object) -> Concern:
    return Concern.take(
        id=ConcernId(id), station=StationId("POST"), taken_on=DAY, text="楼道灯不亮", **fields
    ).after


def test_solved_and_explained_stay_two_things_after_the_reply_and_the_closing() -> None:
    solved = concern().resolve(LATER).after.reply(LATER, ReplyMedium.PHONE).after.close(LATER).after
    told = (
        concern().explain(LATER, "no-budget").after.reply(LATER, ReplyMedium.PHONE).after.close(LATER).after
    )
    assert (solved.status, told.status) == (ConcernStatus.CLOSED, ConcernStatus.CLOSED)
    assert (solved.outcome, told.outcome) == (ConcernOutcome.RESOLVED, ConcernOutcome.EXPLAINED)


def test_nothing_is_closed_before_the_resident_has_been_told() -> None:
    with pytest.raises(WrongState) as refused:
        concern().resolve(DAY).after.close(DAY)
    assert "reply" in str(refused.value.facts["possible"])


def test_who_gave_no_name_is_answered_on_the_notice_board() -> None:
    done = concern(anonymous=True).resolve(DAY).after.reply(DAY, ReplyMedium.NOTICE_BOARD).after
    assert done.close(LATER).after.closed_on == LATER


@pytest.mark.parametrize(
    "named", [{"raiser_name": "贺敏"}, {"raiser_phone": "13900000001"}, {"raiser_member": MemberId("M1")}]
)
def test_an_anonymous_concern_holds_nobody(named: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        concern(anonymous=True, **named)


def test_a_concern_without_words_is_none() -> None:
    with pytest.raises(BadInput):
        Concern.take(id=ConcernId("C1"), station=StationId("POST"), taken_on=DAY, text=" \n")


def test_a_reply_needs_an_outcome() -> None:
    with pytest.raises(WrongState):
        concern().reply(DAY, ReplyMedium.PHONE)


def test_a_second_answer_stands_beside_the_first_and_the_same_again_changes_nothing() -> None:
    told = concern().resolve(DAY).after.reply(DAY, ReplyMedium.PHONE, "已报修").after
    assert told.reply(DAY, ReplyMedium.PHONE, "已报修") == Step(told)
    assert len(told.reply(LATER, ReplyMedium.VISIT, "已修好").after.replies) == 2


def test_taken_up_again_and_answered_in_the_same_words_is_replied_again() -> None:
    told = concern().resolve(DAY).after.reply(DAY, ReplyMedium.PHONE, "已修好").after
    again = told.reopen(DAY, "not-content").after.resolve(DAY).after
    assert again.reply(DAY, ReplyMedium.PHONE, "已修好").after.status is ConcernStatus.REPLIED


def test_reopening_takes_back_outcome_and_rating_and_keeps_the_replies() -> None:
    done = concern().resolve(DAY).after.reply(DAY, ReplyMedium.PHONE).after
    done = done.rate(Satisfaction.NOT_CONTENT, LATER).after.close(LATER).after
    again = done.reopen(LATER, "not-content").after
    assert (again.status, again.outcome, again.rating, again.closed_on) == (
        ConcernStatus.ACCEPTED,
        None,
        None,
        None,
    )
    assert again.replied


def test_another_owner_is_an_event_and_the_same_owner_is_none() -> None:
    given_to = concern().assign(MemberId("M1"), LATER).after
    assert given_to.assign(MemberId("M1")) == Step(given_to)
    other = given_to.assign(MemberId("M2"))
    assert (other.after.owner, other.after.due, len(other.happened)) == ("M2", LATER, 1)


def test_a_referred_concern_keeps_the_owner_who_asks_there() -> None:
    referred = concern().assign(MemberId("M1")).after.refer(OrganizationId("O1"), LATER).after
    assert (referred.owner, referred.unit, referred.status) == ("M1", "O1", ConcernStatus.REFERRED)
    assert referred.assign(MemberId("M1")).after.unit is None


def test_an_extension_is_asked_for_before_the_day_is_over() -> None:
    promised = concern().accept(LATER).after
    extended = promised.extend(LATER + timedelta(days=3), on=LATER, reason="parts-on-order").after
    assert extended.extended == (LATER,)
    with pytest.raises(ExtensionTooLate):
        promised.extend(LATER + timedelta(days=3), on=LATER + timedelta(days=1), reason="parts-on-order")
    with pytest.raises(BadInput):
        promised.extend(DAY, on=DAY, reason="parts-on-order")
    with pytest.raises(BadInput):
        concern().extend(LATER, on=DAY, reason="parts-on-order")


def test_overdue_begins_on_the_day_after_the_due_day_and_ends_with_the_outcome() -> None:
    promised = concern().accept(LATER).after
    assert not promised.overdue(LATER)
    assert promised.overdue(LATER + timedelta(days=1))
    assert not promised.resolve(LATER).after.overdue(LATER + timedelta(days=1))


def test_nothing_happens_to_a_concern_before_it_was_heard() -> None:
    with pytest.raises(BadInput):
        concern().resolve(DAY - timedelta(days=1))
    with pytest.raises(BadInput):
        concern().table(MeetingId("T1"), DAY - timedelta(days=1))


def test_merging_leads_on_and_never_in_a_circle() -> None:
    kept, gone = concern("C1"), concern("C2")
    signpost = gone.merge(kept).after
    assert (signpost.status, signpost.merged_into) == (ConcernStatus.MERGED, "C1")
    assert signpost.merge(kept) == Step(signpost)
    for target in (kept, signpost):
        with pytest.raises(MergedWithItself):
            kept.merge(target)
    with pytest.raises(MergedWithItself):
        signpost.merge(concern("C3"))


def test_a_meeting_tables_a_concern_once_and_the_first_one_counts() -> None:
    tabled = concern().table(MeetingId("T2"), LATER).after.table(MeetingId("T1"), DAY).after
    assert tabled.table(MeetingId("T1"), DAY) == Step(tabled)
    assert tabled.tabled_after_days == 0
    assert concern().tabled_after_days is None


@given(st.integers(0, 30), st.integers(0, 30))
def test_tabled_late_is_later_than_the_days_allowed(after: int, within: int) -> None:
    tabled = concern().table(MeetingId("T1"), DAY + timedelta(days=after)).after
    assert tabled.tabled_late(within, DAY + timedelta(days=60)) is (after > within)
    assert concern().tabled_late(within, DAY + timedelta(days=after)) is (after > within)


def test_what_was_settled_at_the_desk_need_not_be_tabled() -> None:
    assert not concern().resolve(DAY).after.tabled_late(7, DAY + timedelta(days=60))


def test_corrections_name_the_fields_and_never_the_words() -> None:
    step = concern().correct(text="楼道灯闪烁", raiser_name="贺敏")
    assert step.happened == (ConcernCorrected(fields=("raiser_name", "text")),)
    assert step.after.correct(text="楼道灯闪烁") == Step(step.after)
    with pytest.raises(BadInput):
        concern().correct(status=ConcernStatus.CLOSED)


@pytest.mark.parametrize(
    ("rule_", "due"),
    [
        ({"due_days": 7}, date(2021, 7, 9)),
        ({"due_hours": 2}, date(2021, 7, 2)),
        ({"due_hours": 24}, date(2021, 7, 3)),
        ({"due_working_days": 0}, date(2021, 7, 2)),
        ({"due_working_days": 3}, date(2021, 7, 7)),  # Friday: over a weekend
    ],
)
def test_terms_count_from_the_day_after_the_concern_was_heard(rule_: dict[str, int], due: date) -> None:
    assert due_day(DAY, rule_, NoticedDays(None, ())) == due


def test_working_days_leave_out_what_the_notice_calls_a_holiday() -> None:
    national = Holiday(code="national-day", first=date(2021, 10, 1), last=date(2021, 10, 7))
    days = NoticedDays({2021}, [national])
    assert due_day(date(2021, 9, 30), {"due_working_days": 1}, days) == date(2021, 10, 8)


def test_a_term_without_a_unit_is_refused() -> None:
    with pytest.raises(BadInput):
        due_day(DAY, {"due": 7})


class ConcernLife(RuleBasedStateMachine):
    """Any order of verbs walks only the table's arrows, and what is written fits the state."""

    def __init__(self) -> None:
        super().__init__()
        self.concern = concern()
        self.on = DAY

    def try_(self, verb: str, *args: object) -> None:
        before = self.concern
        allowed = TRANSITIONS[before.status].get(verb)
        try:
            done = getattr(before, verb)(*args)
        except WrongState:
            assert allowed is None
            return
        except MergedWithItself:
            assert before.status is ConcernStatus.MERGED
            return
        if done.happened:
            assert done.after.status is allowed
        else:
            assert done.after == before
        repeated = getattr(done.after, verb)(*args)
        assert not repeated.happened
        self.concern = done.after

    @rule(days=st.integers(0, 3))
    def time_goes_by(self, days: int) -> None:
        self.on += timedelta(days=days)

    @rule()
    def accept(self) -> None:
        self.try_("accept", self.on)

    @rule(owner=st.sampled_from(["M1", "M2"]))
    def assign(self, owner: str) -> None:
        self.try_("assign", MemberId(owner))

    @rule(unit=st.sampled_from(["O1", None]))
    def refer(self, unit: str | None) -> None:
        self.try_("refer", unit)

    @rule(verb=st.sampled_from(["resolve", "explain"]))
    def decide(self, verb: str) -> None:
        self.try_(verb, self.on)

    @rule()
    def decline(self) -> None:
        self.try_("decline", self.on, "not-ours")

    @rule()
    def merge(self) -> None:
        self.try_("merge", concern("C9"))

    @rule(medium=st.sampled_from(ReplyMedium))
    def reply(self, medium: ReplyMedium) -> None:
        self.try_("reply", self.on, medium)

    @rule(rating=st.sampled_from(Satisfaction))
    def rate(self, rating: Satisfaction) -> None:
        self.try_("rate", rating, self.on)

    @rule()
    def close(self) -> None:
        self.try_("close", self.on)

    @rule()
    def reopen(self) -> None:
        if self.concern.status not in OPEN:
            self.try_("reopen", self.on, "new-facts")

    @invariant()
    def what_is_written_fits_the_state(self) -> None:
        one = self.concern
        decided = one.status not in OPEN and one.status is not ConcernStatus.MERGED
        assert (one.outcome is not None) is decided
        assert (one.decided_on is not None) is decided
        assert (one.closed_on is not None) is (one.status is ConcernStatus.CLOSED)
        assert (one.merged_into is not None) is (one.status is ConcernStatus.MERGED)
        if one.status in (ConcernStatus.REPLIED, ConcernStatus.CLOSED):
            assert one.replied
        else:
            assert one.rating is None


TestConcernLife = ConcernLife.TestCase
