"""Why a plan of pairings is as it is: next best, and that one more place in a circle covers one more."""

from __future__ import annotations

import attrs

from grassroots.contracts.planning import (
    Candidate,
    Effort,
    Pair,
    PairingProblem,
    Recipient,
    Supporter,
    explain_pairs,
)
from grassroots.testing.planner import ShortestPaths, crowd


def test_who_was_chosen_and_who_would_have_been_next_best() -> None:
    problem = PairingProblem.of(
        [Supporter(id="qin"), Supporter(id="bai"), Supporter(id="you")],
        [Recipient(id="old-1"), Recipient(id="old-2"), Recipient(id="old-3")],
        [
            Candidate("qin", "old-1", 50, True),
            Candidate("bai", "old-1", 80),
            Candidate("you", "old-1", 20),
            Candidate("bai", "old-2", 60),
        ],
    )
    plan = ShortestPaths().pair(problem, Effort())
    told = explain_pairs(problem, plan)
    first, second = told.chosen
    assert (first.pair, first.kept, first.score) == (Pair("qin", "old-1"), True, 50)
    assert (first.next_best, first.next_score, first.next_full) == ("bai", 80, True)
    assert (second.pair, second.next_best) == (Pair("bai", "old-2"), None)
    assert [(one.recipient, one.candidates, one.full) for one in told.left_out] == [("old-3", 0, ())]


def test_one_more_place_anywhere_in_a_circle_covers_one_more_and_elsewhere_does_not() -> None:
    seen = 0
    for seed in range(300):
        problem = crowd(seed)
        plan = ShortestPaths().pair(problem, Effort())
        for left in explain_pairs(problem, plan).left_out:
            assert left.circle[0] == left.recipient
            for supporter in problem.supporters:
                more = tuple(
                    attrs.evolve(one, room=one.room + 1) if one.id == supporter.id else one
                    for one in problem.supporters
                )
                covered = (
                    ShortestPaths().pair(attrs.evolve(problem, supporters=more), Effort()).values.covered
                )
                if supporter.id in left.full:
                    assert covered == plan.values.covered + 1, (seed, left)
                    seen += 1
            new = attrs.evolve(problem, supporters=(*problem.supporters, Supporter(id="new")))
            helped = PairingProblem.of(
                new.supporters, new.recipients, [*problem.each(), Candidate("new", left.circle[-1])]
            )
            assert ShortestPaths().pair(helped, Effort()).values.covered == plan.values.covered + 1
    assert seen > 200


def test_a_large_circle_is_cut_off() -> None:
    many = 60
    problem = PairingProblem.of(
        [Supporter(id=f"s{n}") for n in range(many)],
        [Recipient(id=f"r{n}") for n in range(many + 1)],
        [Candidate(f"s{n}", f"r{m}") for n in range(many) for m in (n, n + 1)],
    )
    plan = ShortestPaths().pair(problem, Effort())
    (left,) = explain_pairs(problem, plan, most=5).left_out
    assert len(left.full) == 5
