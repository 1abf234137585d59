"""Planners that are plainly right, and slow: against these the claims of others are held."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Final, final

import attrs

from grassroots.contracts.planning import (
    Answer,
    Assignment,
    Effort,
    Goal,
    Pair,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    PairingValues,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    Rule,
    keeping,
    rules_of,
    value_pairs,
    value_rota,
)
from grassroots.contracts.planning.checking_rota import violations

MOST_TRIED: Final = 8
"""Pairs of people and slots up to which every set of assignments is tried."""

Cost = tuple[int, int, int]


def possible(problem: RotaProblem) -> Iterator[tuple[Assignment, ...]]:
    """Every set of assignments that breaks no hard rule."""
    pairs = sorted(Assignment(person.id, slot.id) for person in problem.people for slot in problem.slots)
    for choice in product((False, True), repeat=len(pairs)):
        given = tuple(pair for pair, taken in zip(pairs, choice, strict=True) if taken)
        if next(violations(problem, given), None) is None:
            yield given


def small_enough(problem: RotaProblem) -> bool:
    """Whether everything can be tried."""
    return len(problem.people) * len(problem.slots) <= MOST_TRIED


@attrs.define
class TryAll(RotaPlanner):
    """Tries every set of assignments; for at most eight pairs of people and slots."""

    def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
        """The best plan, or a minimal clash."""
        return _tried(problem)

    def told(self, problem: RotaProblem, given: tuple[Assignment, ...]) -> tuple[int, ...]:
        """What the levels come to."""
        values = value_rota(problem, given)
        return tuple(sum(values[name] for name in level) for level in problem.levels)

    def _best(self, problem: RotaProblem) -> RotaPlan:
        found = min(
            ((self.told(problem, given), given) for given in possible(problem)),
            default=None,
        )
        if found is None:
            return RotaPlan(answer=Answer.IMPOSSIBLE, clash=self.clash(problem), minimal=True)
        values, given = found
        names = ["+".join(level) for level in problem.levels]
        goals = tuple(Goal(name, value, value) for name, value in zip(names, values, strict=True))
        return RotaPlan(answer=Answer.PROVEN, assignments=given, goals=goals)

    def clash(self, problem: RotaProblem) -> tuple[Rule, ...]:
        """Rules taken out one by one as long as no plan comes of it."""
        left = list(rules_of(problem))
        for rule in rules_of(problem):
            fewer = [one for one in left if one != rule]
            if next(possible(keeping(problem, fewer)), None) is None:
                left = fewer
        return tuple(left)


@lru_cache(maxsize=1_000)
def _tried(problem: RotaProblem) -> RotaPlan:
    # The kit asks for the same problems again and again, once for each promise.
    return TryAll()._best(problem)


@final
class ShortestPaths(PairingPlanner):
    """Person after person by the shortest path, costs compared goal by goal, without any weight."""

    def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
        """The best plan."""
        left, cost = _network(problem)
        while path := _shortest(left, cost):
            for one, other in path:
                left[one, other] -= 1
                left[other, one] = left.get((other, one), 0) + 1
        # In the order of the candidates, which is that of the recipients.
        pairs = tuple(
            Pair(one.supporter, one.recipient)
            for one in problem.each()
            if left.get(("r:" + one.recipient, "s:" + one.supporter))
        )
        values = value_pairs(problem, pairs)
        return PairingPlan(answer=Answer.PROVEN, pairs=pairs, values=values, bounds=values)


def best_values(problem: PairingProblem) -> PairingValues:
    """What the goals of the best plan come to."""
    return ShortestPaths().pair(problem, Effort()).values


Left = dict[tuple[str, str], int]


def _network(problem: PairingProblem) -> tuple[Left, dict[tuple[str, str], Cost]]:
    left: Left = {}
    cost: dict[tuple[str, str], Cost] = {}
    for one in problem.each():
        left["s:" + one.supporter, "r:" + one.recipient] = 1
        cost["s:" + one.supporter, "r:" + one.recipient] = (-int(one.kept), -one.score, 0)
    for recipient in problem.recipients:
        left["r:" + recipient.id, "sink"] = 1
    for supporter in problem.supporters:
        for place in range(supporter.room):
            # The k-th person adds k squared less (k - 1) squared.
            way = f"p{place}-{supporter.id}"
            left["source", way] = left[way, "s:" + supporter.id] = 1
            cost["source", way] = (0, 0, 2 * place + 1)
    for (one_, other), much in list(cost.items()):
        cost[other, one_] = (-much[0], -much[1], -much[2])
    return left, cost


def _shortest(left: Left, cost: dict[tuple[str, str], Cost]) -> list[tuple[str, str]]:
    known: dict[str, Cost] = {"source": (0, 0, 0)}
    came: dict[str, str] = {}
    moved = True
    while moved:
        moved = False
        for (one, other), free in left.items():
            if free and one in known:
                step, here = cost.get((one, other), (0, 0, 0)), known[one]
                reached = (here[0] + step[0], here[1] + step[1], here[2] + step[2])
                if other not in known or reached < known[other]:
                    known[other], came[other], moved = reached, one, True
    path, node = [], "sink"
    while node in came:
        path.append((came[node], node))
        node = came[node]
    return path
