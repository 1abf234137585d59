"""Pairings as a problem and their checker."""

from __future__ import annotations

from array import array
from typing import Any

import attrs
import pytest

from grassroots.contracts.planning import (
    Answer,
    Candidate,
    Candidates,
    Effort,
    Pair,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    PairingValues,
    PlanRefused,
    Recipient,
    Supporter,
    ask_for_pairs,
    check_pairs,
    pairing_doubts,
    value_pairs,
)
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, say

PROBLEM = PairingProblem.of(
    (Supporter(id="qin", room=2), Supporter(id="bai"), Supporter(id="you", room=0)),
    (Recipient(id="old-1"), Recipient(id="old-2"), Recipient(id="old-3"), Recipient(id="old-4")),
    (
        Candidate("bai", "old-2", 70, True),
        Candidate("qin", "old-1", 50),
        Candidate("qin", "old-2", 90),
        Candidate("qin", "old-3", 20),
    ),
)
GOOD = (Pair("qin", "old-1"), Pair("bai", "old-2"), Pair("qin", "old-3"))


def plan(*pairs: Pair, answer: Answer = Answer.PROVEN, **values: int) -> PairingPlan:
    true = value_pairs(PROBLEM, pairs)
    return PairingPlan(answer=answer, pairs=pairs, values=attrs.evolve(true, **values), bounds=true)


def codes(given: PairingPlan) -> list[str]:
    return [one.code for one in check_pairs(PROBLEM, given)]


def test_a_sound_plan_passes_and_its_goals_are_counted() -> None:
    assert codes(plan(*GOOD)) == []
    assert plan(*GOOD).values == PairingValues(covered=3, kept=1, suitability=140, spread=5)
    assert [goal.name for goal in plan(*GOOD).goals] == ["covered", "kept", "suitability", "spread"]


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("plan-stranger", plan(Pair("qin", "old-9"))),
        ("plan-paired-twice", plan(Pair("qin", "old-2"), Pair("bai", "old-2"))),
        ("plan-over-room", plan(*GOOD[:1], Pair("qin", "old-2"), GOOD[2])),
        ("plan-no-candidate", plan(Pair("bai", "old-1"))),
        ("plan-order", plan(*GOOD[::-1])),
        ("plan-value", plan(*GOOD, suitability=200)),
        ("plan-bound", attrs.evolve(plan(*GOOD), bounds=plan().values)),
        ("plan-proof", attrs.evolve(plan(), bounds=attrs.evolve(plan(*GOOD).values, spread=0))),
        ("plan-answer", plan(answer=Answer.NOTHING)),
    ],
)
def test_every_flaw_of_a_plan_is_found(code: str, given: PairingPlan) -> None:
    assert set(codes(given)) == {code}
    for one in check_pairs(PROBLEM, given):
        for language in LANGUAGES:
            assert one.code not in say(one.code, dict(one.facts), language)


def test_an_unsound_plan_is_refused_whoever_made_it() -> None:
    class Careless(PairingPlanner):
        def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
            return plan(Pair("bai", "old-1"))

    with pytest.raises(PlanRefused) as caught:
        ask_for_pairs(Careless(), PROBLEM)
    assert [one.code for one in caught.value.findings] == ["plan-no-candidate"]
    assert "Careless" in str(caught.value)


def test_who_has_no_candidate_and_who_has_no_room_is_told() -> None:
    assert [(one.code, *dict(one.facts).values()) for one in pairing_doubts(PROBLEM)] == [
        ("doubt-no-candidate", "old-4"),
        ("doubt-no-room", "you"),
    ]


def test_candidates_come_back_in_order() -> None:
    assert [(one.recipient, one.supporter, one.score, one.kept) for one in PROBLEM.each()] == [
        ("old-1", "qin", 50, False),
        ("old-2", "qin", 90, False),
        ("old-2", "bai", 70, True),
        ("old-3", "qin", 20, False),
    ]


def columns(supporters: list[int], recipients: list[int], scores: list[int], kept: list[int]) -> Candidates:
    return Candidates(array("i", supporters), array("i", recipients), array("i", scores), array("b", kept))


def with_columns(*given: list[int]) -> PairingProblem:
    return attrs.evolve(PROBLEM, candidates=columns(*given))


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("planning-twice", lambda: PairingProblem.of((Supporter(id="a"),) * 2, (), ())),
        ("planning-unknown", lambda: PairingProblem.of((), (), (Candidate("a", "b"),))),
        ("planning-twice", lambda: with_columns([0, 0], [0, 0], [1, 1], [0, 0])),
        ("planning-order", lambda: with_columns([1, 0], [0, 0], [1, 1], [0, 0])),
        ("planning-unknown", lambda: with_columns([3], [0], [1], [0])),
        ("planning-unknown", lambda: with_columns([0], [-1], [1], [0])),
        ("planning-unknown", lambda: with_columns([0], [0], [2_000_000], [0])),
        ("planning-columns", lambda: columns([0], [0, 1], [1], [0])),
        ("planning-number", lambda: Supporter(id="a", room=-1)),
    ],
)
def test_what_cannot_be_a_problem_is_refused_in_words(code: str, make: Any) -> None:
    with pytest.raises(BadInput) as caught:
        make()
    assert caught.value.code == code
    assert "${" not in str(caught.value)
