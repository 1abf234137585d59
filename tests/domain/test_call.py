"""A call has a result like any other delivery."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from grassroots.domain.call import Call, CallState, WrongMedium
from grassroots.domain.states import WrongState
from grassroots.errors import BadInput
from grassroots.values.ids import CallId, MemberId

DAY = date(2021, 7, 2)


def call(medium: str = "phone") -> Call:
    at = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)
    return Call.ask(
        id=CallId("n1"), medium=medium, text="明天上午九点值班。", asked_at=at, collapse="d1"
    ).after


def test_it_is_tried_until_somebody_answers() -> None:
    missed = call().miss(DAY).after.miss(DAY).after
    assert (missed.state, missed.tries, missed.waits, missed.collapse) == (
        CallState.NOT_REACHED,
        2,
        True,
        "d1",
    )
    left = missed.leave_word(DAY).after
    assert (left.state, left.waits, left.collapse) == (CallState.LEFT_WORD, False, None)
    assert left.reach(DAY).after.state is CallState.REACHED


def test_the_same_result_twice_is_one() -> None:
    reached = call().reach(DAY).after
    assert reached.reach(DAY).happened == ()
    posted = call("paper").post(DAY).after
    assert posted.post(DAY).happened == ()


def test_paper_is_posted_and_telephones_are_answered() -> None:
    assert call("paper").post(DAY).after.state is CallState.POSTED
    for wrong in (call("paper").reach, call("paper").miss, call().post):
        with pytest.raises(WrongMedium):
            wrong(DAY)


def test_what_was_told_stays_told() -> None:
    assert call().reach(DAY).after.drop("withdrawn").happened == ()
    assert call().drop("withdrawn").after.state is CallState.DROPPED
    with pytest.raises(WrongState):
        call().drop("withdrawn").after.reach(DAY)


def test_somebody_takes_it_and_a_call_says_something() -> None:
    taken = call().take(MemberId("M2"))
    assert taken.after.by == "M2"
    assert taken.after.take(MemberId("M2")).happened == ()
    with pytest.raises(BadInput, match="nothing"):
        Call.ask(id=CallId("n1"), medium="phone", text=" ", asked_at=datetime(2021, 7, 2, tzinfo=UTC))
    with pytest.raises(BadInput, match="pigeon"):
        call("pigeon")
