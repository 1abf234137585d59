from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.step import Step
from grassroots.domain.suggestion import (
    Campaign,
    CampaignNotOpen,
    ItemReply,
    ItemsAdded,
    ItemStandsOtherwise,
    Submission,
    SuggestionItem,
    SuggestionOutcome,
    reply_rate,
)
from grassroots.errors import BadInput, Missing
from grassroots.values.ids import CampaignId, MemberId, SubmissionId

DAY = date(2021, 7, 2)
ADOPTED = ItemReply(on=DAY + timedelta(days=9), outcome=SuggestionOutcome.ADOPTED)


def campaign() -> Campaign:
    return Campaign.open(id=CampaignId("K1"), title="交通金点子", opened=DAY).after


def handed_in(count: int = 15, id: str = "S1", pages: int | None = 12) -> Submission:
    texts = [f"第{n}条建议" for n in range(1, count + 1)]
    return Submission.hand_in(
        campaign(), id=SubmissionId(id), member=MemberId("M1"), on=DAY, items=texts, pages=pages
    ).after


def test_twelve_pages_with_fifteen_items_are_one_submission() -> None:
    one = handed_in()
    assert (one.pages, len(one.items), [item.number for item in one.items]) == (12, 15, [*range(1, 16)])


@given(st.lists(st.integers(1, 15), max_size=30))
def test_the_share_answered_counts_items_and_not_answers(numbers: list[int]) -> None:
    one = handed_in()
    for place, number in enumerate(numbers):
        reply = ItemReply(on=DAY + timedelta(days=place), outcome=SuggestionOutcome.NOTED)
        one = one.reply(number, reply).after
    rate = reply_rate([one])
    assert (rate.numerator, rate.denominator) == (len(set(numbers)), 15)


def test_the_same_answer_twice_is_one_and_a_later_one_decides_the_outcome() -> None:
    once = handed_in().reply(3, ADOPTED).after
    assert once.reply(3, ADOPTED) == Step(once)
    later = ItemReply(on=ADOPTED.on + timedelta(days=1), outcome=SuggestionOutcome.PARTLY_ADOPTED)
    item = once.reply(3, later).after.items[2]
    assert (len(item.replies), item.outcome) == (2, SuggestionOutcome.PARTLY_ADOPTED)


def test_an_answer_to_an_item_that_is_not_there_is_refused() -> None:
    with pytest.raises(Missing):
        handed_in(2).reply(3, ADOPTED)


def test_no_answer_comes_before_the_paper() -> None:
    with pytest.raises(BadInput):
        handed_in().reply(1, ItemReply(on=DAY - timedelta(days=1), outcome=SuggestionOutcome.NOTED))


def test_each_number_stands_once() -> None:
    twice = [SuggestionItem(number=1, text="设让行线"), SuggestionItem(number=1, text="增设路灯")]
    with pytest.raises(BadInput) as refused:
        Submission.hand_in(campaign(), id=SubmissionId("S1"), member=MemberId("M1"), on=DAY, items=twice)
    assert refused.value.facts["numbers"] == ("1",)


def test_more_items_get_the_next_numbers_and_the_same_item_again_is_none() -> None:
    more = handed_in(2).add(["增设路灯"])
    assert more.happened == (ItemsAdded(numbers=(3,)),)
    assert more.after.add([SuggestionItem(number=3, text="增设路灯")]) == Step(more.after)
    with pytest.raises(ItemStandsOtherwise):
        more.after.add([SuggestionItem(number=3, text="拆除路灯")])


@pytest.mark.parametrize("on", [DAY - timedelta(days=1), DAY + timedelta(days=31)])
def test_nothing_is_taken_in_outside_the_campaign(on: date) -> None:
    closed = campaign().close(DAY + timedelta(days=30)).after
    with pytest.raises(CampaignNotOpen):
        Submission.hand_in(closed, id=SubmissionId("S1"), member=MemberId("M1"), on=on, items=["增设路灯"])


def test_a_paper_without_a_suggestion_is_none() -> None:
    with pytest.raises(BadInput):
        handed_in(0)
    with pytest.raises(BadInput):
        SuggestionItem(number=1, text=" ")
    with pytest.raises(BadInput):
        handed_in(pages=0)


def test_a_paper_typed_twice_is_known_again_whatever_its_id_and_answers() -> None:
    assert handed_in(id="S1").reply(1, ADOPTED).after.same_paper(handed_in(id="S2"))
    assert not handed_in(14).same_paper(handed_in(15))
