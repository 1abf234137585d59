"""Longer proofs of pairings: plans of random crowds are sound and cover what can be; planted flaws are found.

What can be covered is counted by augmenting paths that share nothing with the planner. A flaw is planted by
changing the *problem* under a sound plan (room for one less), or what the plan says of itself, so that what
must be found is known without asking any checker.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

import attrs
import pytest

from grassroots.contracts.planning import (
    Answer,
    Candidate,
    Effort,
    Pair,
    PairingPlan,
    PairingProblem,
    Supporter,
    check_pairs,
    explain_pairs,
)
from grassroots.plugins.planning.flow import FlowPlanner
from grassroots.testing.planner import crowd

PAIRS = FlowPlanner()
EFFORT = Effort(seconds=60, cores=1)


def coverable(problem: PairingProblem) -> int:
    """The most recipients that can have somebody: augmenting paths, one place at a time."""
    of_recipient: dict[str, list[str]] = defaultdict(list)
    for one in problem.each():
        of_recipient[one.recipient].append(one.supporter)
    room = {one.id: one.room for one in problem.supporters}
    held: dict[str, set[str]] = defaultdict(set)

    def place(recipient: str, asked: set[str]) -> bool:
        for supporter in of_recipient[recipient]:
            if supporter in asked:
                continue
            asked.add(supporter)
            if len(held[supporter]) < room[supporter]:
                held[supporter].add(recipient)
                return True
            for other in list(held[supporter]):
                if place(other, asked):
                    held[supporter].remove(other)
                    held[supporter].add(recipient)
                    return True
        return False

    return sum(place(one.id, set()) for one in problem.recipients)


def cover_of_crowds(seeds: range) -> None:
    for seed in seeds:
        problem = crowd(seed, most=14)
        plan = PAIRS.pair(problem, EFFORT)
        assert check_pairs(problem, plan) == [], seed
        assert plan.values.covered == coverable(problem), seed


def test_plans_of_random_crowds_are_sound_and_cover_what_can_be_covered() -> None:
    cover_of_crowds(range(400))


@pytest.mark.slow
def test_plans_of_ten_thousand_random_crowds_are_sound_and_cover_what_can_be_covered() -> None:
    cover_of_crowds(range(1_000, 11_000))


# -- everybody left out -----------------------------------------------------------------------------------
def helped(seeds: range) -> Counter[str]:
    """For everybody left out, each single thing that is said to help covers one more."""
    tried: Counter[str] = Counter()
    for seed in seeds:
        problem = crowd(seed, most=8)
        plan = PAIRS.pair(problem, EFFORT)
        explained = explain_pairs(problem, plan)
        assert len(explained.chosen) + len(explained.left_out) == len(problem.recipients), seed
        for one in explained.left_out:
            mine = [candidate for candidate in problem.each() if candidate.recipient == one.recipient]
            assert one.candidates == len(mine), seed
            assert bool(one.full) == bool(mine), seed
            for supporter in one.full:
                assert coverable(_roomier(problem, supporter)) == plan.values.covered + 1, (seed, supporter)
                tried["one more place"] += 1
            for recipient in one.circle:
                assert coverable(_with_one_more(problem, recipient)) == plan.values.covered + 1, seed
                tried["one more supporter"] += 1
    return tried


def _roomier(problem: PairingProblem, supporter: str, more: int = 1) -> PairingProblem:
    lookers = tuple(
        attrs.evolve(one, room=one.room + more) if one.id == supporter else one for one in problem.supporters
    )
    return attrs.evolve(problem, supporters=lookers)


def _with_one_more(problem: PairingProblem, recipient: str) -> PairingProblem:
    new = Supporter(id="new", room=1)
    candidates = [*problem.each(), Candidate("new", recipient, 1)]
    return PairingProblem.of([*problem.supporters, new], problem.recipients, candidates)


def test_what_is_said_to_help_those_left_out_helps() -> None:
    tried = helped(range(150))
    assert min(tried.values()) > 100, tried


@pytest.mark.slow
def test_what_is_said_to_help_those_left_out_helps_at_length() -> None:
    tried = helped(range(20_000, 24_000))
    assert min(tried.values()) > 3_000, tried


# -- planted flaws ----------------------------------------------------------------------------------------
def flaws(
    problem: PairingProblem, plan: PairingPlan, chance: Random
) -> Iterator[tuple[str, PairingProblem, PairingPlan]]:
    """Flaws that can be planted here: what must be found, and the problem and plan with it."""
    loads = Counter(pair.supporter for pair in plan.pairs)
    for supporter in sorted(loads):
        room = next(one.room for one in problem.supporters if one.id == supporter)
        yield "plan-over-room", _roomier(problem, supporter, loads[supporter] - 1 - room), plan
    for pair in plan.pairs:
        without = [one for one in problem.each() if Pair(one.supporter, one.recipient) != pair]
        fewer = PairingProblem.of(problem.supporters, problem.recipients, without)
        yield "plan-no-candidate", fewer, plan
        others = [one.id for one in problem.supporters if one.id != pair.supporter]
        if others:
            place = plan.pairs.index(pair) + 1
            twice = (*plan.pairs[:place], Pair(chance.choice(others), pair.recipient), *plan.pairs[place:])
            yield "plan-paired-twice", problem, attrs.evolve(plan, pairs=twice)
    if plan.pairs:
        first = plan.pairs[0]
        yield (
            "plan-stranger",
            problem,
            attrs.evolve(plan, pairs=(Pair("zz", first.recipient), *plan.pairs[1:])),
        )
        yield "plan-stranger", problem, attrs.evolve(plan, pairs=(*plan.pairs, Pair(first.supporter, "zz")))
    if len(plan.pairs) > 1:
        yield "plan-order", problem, attrs.evolve(plan, pairs=plan.pairs[::-1])
    for goal, better in (("covered", 1), ("kept", 1), ("suitability", 1), ("spread", -1)):
        value = getattr(plan.values, goal)
        for off in (1, -1):
            said = attrs.evolve(plan.values, **{goal: value + off})
            yield "plan-value", problem, attrs.evolve(plan, values=said, bounds=said)
        # A bound that the plan itself goes beyond, and one that leaves a gap under a plan called proven.
        worse = attrs.evolve(plan.bounds, **{goal: value - better})
        yield "plan-bound", problem, attrs.evolve(plan, bounds=worse)
        open_ = attrs.evolve(plan.bounds, **{goal: value + better})
        yield "plan-proof", problem, attrs.evolve(plan, bounds=open_)
    for answer in (Answer.IMPOSSIBLE, Answer.NOTHING):
        yield "plan-answer", problem, attrs.evolve(plan, answer=answer)


KINDS = 9


def planted(seeds: range) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in seeds:
        problem = crowd(seed, most=10)
        plan = PAIRS.pair(problem, EFFORT)
        assert check_pairs(problem, plan) == []
        for code, with_flaw, told in flaws(problem, plan, Random(seed)):
            codes = {one.code for one in check_pairs(with_flaw, told)}
            assert code in codes, (seed, code, codes)
            found[code] += 1
    return found


def test_every_planted_flaw_is_found_and_each_kind_is_among_them() -> None:
    found = planted(range(60))
    assert found.total() >= 500
    assert len(found) == KINDS, sorted(found)


@pytest.mark.slow
def test_every_planted_flaw_is_found_at_length() -> None:
    found = planted(range(30_000, 32_000))
    assert found.total() >= 30_000
    assert min(found.values()) >= 500, found
