"""How fair a rota can be at all, person by person, and a model that knows it.

What somebody's own rules allow (``profiles``) gives the least unfairness that any rota has for them; the sum
over everybody is a bound that no search has to find. And who is known to be worth a rota of so much
unfairness can be told apart further: nobody's own unfairness lies above their least by more than the whole
does above the sum. Few profiles are left, and each person gets a variable for every one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, final

from grassroots.contracts.planning import Assignment, RotaProblem
from grassroots.plugins.planning.model import RotaModel, unfair
from grassroots.plugins.planning.profiles import Profile, profiles_of
from grassroots.plugins.planning.rows import Sum

_MOST: Final = 20_000
"""Profiles of everybody together up to which each has a variable."""


@final
class Shares:
    """The profiles of everybody in a problem, and what they cost."""

    def __init__(self, problem: RotaProblem) -> None:
        self._problem = problem
        self._targets = [dict(one.targets) for one in problem.fairness]
        self._costs: dict[str, dict[Profile, int]] = {}
        for person in problem.people:
            if not any(person.id in targets for targets in self._targets):
                continue
            if found := profiles_of(problem, person):
                self._costs[person.id] = {one: self._cost(person.id, one) for one in found}
        self.of_person = {who: min(costs.values()) for who, costs in self._costs.items()}
        """How fair each can be at all, at best."""
        self.lowest = sum(self.of_person.values())
        """What no rota goes below."""

    def _cost(self, person: str, profile: Profile) -> int:
        return sum(
            unfair(count, targets[person], self._problem.shares)
            for count, targets in zip(profile, self._targets, strict=True)
            if person in targets
        )

    def of(self, given: Iterable[Assignment]) -> int:
        """How unfair a rota is to those whose profiles are known."""
        had: dict[str, list[str]] = defaultdict(list)
        for one in given:
            had[one.person].append(one.slot)
        measures = [one.slots for one in self._problem.fairness]
        return sum(
            self._cost(who, tuple(sum(one is None or slot in one for slot in had[who]) for one in measures))
            for who in self._costs
        )

    def bound(self, model: RotaModel) -> None:
        """Tell a model for which fairness is a goal what nobody goes below."""
        for who, lowest in self.of_person.items():
            model.rows.between(self._unfair(model, who), lowest, None)

    def tie(self, model: RotaModel, slack: int) -> bool:
        """Tell a model which profiles matter in rotas less unfair than this above the least; False: too many.

        Rotas that are less fair are left out by this, none that is as fair.
        """
        kept = {
            who: [one for one, cost in costs.items() if cost <= self.of_person[who] + slack]
            for who, costs in self._costs.items()
        }
        if sum(map(len, kept.values())) > _MOST:
            return False
        for who, profiles in kept.items():
            self._choice(model, who, profiles)
        return True

    def _unfair(self, model: RotaModel, who: str) -> Sum:
        columns = list(model.unfair[who].values())
        return Sum(columns, [1] * len(columns))

    def _choice(self, model: RotaModel, who: str, profiles: Iterable[Profile]) -> None:
        chosen = {one: model.rows.variable() for one in sorted(profiles)}
        model.rows.between(Sum(list(chosen.values()), [1] * len(chosen)), 1, 1)
        cost = self._unfair(model, who)
        for profile, column in chosen.items():
            cost.add(column, -self._costs[who][profile])
        model.rows.between(cost, 0, 0)
        for place, fairness in enumerate(self._problem.fairness):
            mine = model.counted(fairness, who)
            count = Sum(list(mine), [1] * len(mine))
            for profile, column in chosen.items():
                count.add(column, -profile[place])
            model.rows.between(count, 0, 0)
