"""What every planner promises, as tests; problems come from seeds, so that all planners see the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

import attrs
import pytest

from grassroots.contracts.planning import (
    Answer,
    Effort,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    PairingValues,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    check_pairs,
    check_rota,
    keeping,
    value_pairs,
)
from grassroots.testing.planner.communities import community, crowd
from grassroots.testing.planner.reference import TryAll, best_values, possible, small_enough
from grassroots.testing.planner.temptations import CHOICES, TEMPTATIONS


class PlannerConformance:
    """What every planner promises. Subclass it, name your planners, and let pytest find the class.

    ``examples`` is how many problems each promise is tried on, ``effort`` what is given for each, ``large``
    whether your rota planner takes more than eight pairs of people and slots (all should).
    """

    pairs: ClassVar[PairingPlanner | None] = None
    rota: ClassVar[RotaPlanner | None] = None
    examples: ClassVar[int] = 40
    effort: ClassVar[Effort] = Effort(seconds=10.0, cores=1)
    large: ClassVar[bool] = True

    # -- asking -------------------------------------------------------------------------------------------
    def paired(self, problem: PairingProblem) -> PairingPlan:
        """The plan of the planner of pairings; the test is left out if there is none."""
        if self.pairs is None:
            pytest.skip("no planner of pairings")
        return self.pairs.pair(problem, self.effort)

    def planned(self, problem: RotaProblem) -> RotaPlan:
        """The plan of the planner of rotas; the test is left out if there is none."""
        if self.rota is None:
            pytest.skip("no planner of rotas")
        return self.rota.roster(problem, self.effort)

    def crowds(self) -> Iterator[PairingProblem]:
        """People to be paired."""
        return map(crowd, range(self.examples))

    def small(self) -> Iterator[RotaProblem]:
        """Rotas that are small enough to try everything, some of them impossible."""
        made = (community(seed, days=4, demands=True, hard=0.3) for seed in range(100_000))
        yield from CHOICES
        yield from islice((one for one in made if one.slots and small_enough(one)), self.examples)

    # -- pairings -----------------------------------------------------------------------------------------
    def test_pairs_are_sound_and_say_what_is_true(self) -> None:
        for problem in self.crowds():
            assert check_pairs(problem, self.paired(problem)) == []

    def test_bounds_of_pairs_leave_room_for_the_best_plan(self) -> None:
        for problem in self.crowds():
            plan, best = self.paired(problem), best_values(problem)
            # A later bound speaks of plans as good in the goals before; only there it can be held to.
            for name, sign in (("covered", 1), ("kept", 1), ("suitability", 1), ("spread", -1)):
                bound, reached = getattr(plan.bounds, name), getattr(best, name)
                assert sign * bound >= sign * reached, f"{name}: {bound}, and {reached} can be had"
                if getattr(plan.values, name) != reached:
                    break

    def test_pairs_that_are_called_proven_are_the_best(self) -> None:
        for problem in self.crowds():
            plan = self.paired(problem)
            if plan.answer is Answer.PROVEN:
                assert plan.values == best_values(problem)

    def test_the_same_people_are_paired_in_the_same_way_again(self) -> None:
        for problem in self.crowds():
            plan = self.paired(problem)
            if plan.answer is Answer.PROVEN:
                assert self.paired(problem) == plan

    def test_nobody_to_pair_is_no_reason_to_fail(self) -> None:
        problem = PairingProblem.of((), (), ())
        plan = self.paired(problem)
        assert check_pairs(problem, plan) == []
        assert plan.values == PairingValues(covered=0, kept=0, suitability=0, spread=0)
        assert value_pairs(problem, plan.pairs) == plan.values

    # -- rotas --------------------------------------------------------------------------------------------
    @pytest.mark.parametrize("rule", sorted(TEMPTATIONS))
    def test_no_rule_is_broken_where_it_would_pay(self, rule: str) -> None:
        problem = TEMPTATIONS[rule]
        plan = self.planned(problem)
        assert [(one.code, dict(one.facts)) for one in check_rota(problem, plan)] == []
        assert plan.answer is not Answer.IMPOSSIBLE

    def test_rotas_are_sound_and_say_what_is_true(self) -> None:
        for problem in self.small():
            assert check_rota(problem, self.planned(problem)) == []

    def test_larger_rotas_are_sound_too(self) -> None:
        if not self.large:
            pytest.skip("only small rotas")
        for seed in range(self.examples // 2):
            problem = community(seed, demands=seed % 3 == 0)
            assert check_rota(problem, self.planned(problem)) == []

    def test_an_answer_is_the_right_one(self) -> None:
        for problem in self.small():
            plan, right = self.planned(problem), TryAll().roster(problem, self.effort)
            if right.answer is Answer.IMPOSSIBLE:
                assert plan.answer in (Answer.IMPOSSIBLE, Answer.NOTHING)
            elif plan.answer is Answer.PROVEN:
                assert [goal.value for goal in plan.goals] == [goal.value for goal in right.goals]
            else:
                assert plan.answer is not Answer.IMPOSSIBLE

    def test_bounds_of_rotas_leave_room_for_the_best_plan(self) -> None:
        for problem in self.small():
            plan, right = self.planned(problem), TryAll().roster(problem, self.effort)
            for goal, best in zip(plan.goals, right.goals, strict=False):
                assert goal.bound <= best.value, f"{goal.name}: {goal.bound}, and {best.value} can be had"
                if goal.value != best.value:
                    break

    def test_a_clash_is_one_and_minimal_if_it_is_called_so(self) -> None:
        for problem in self.small():
            plan = self.planned(problem)
            if plan.answer is not Answer.IMPOSSIBLE:
                continue
            assert next(possible(keeping(problem, plan.clash)), None) is None, "these rules can be kept"
            for rule in plan.clash if plan.minimal else ():
                fewer = [one for one in plan.clash if one != rule]
                assert next(possible(keeping(problem, fewer)), None) is not None, f"{rule} can be spared"

    def test_the_same_rota_is_planned_in_the_same_way_again(self) -> None:
        for problem in self.small():
            plan = self.planned(problem)
            if plan.answer is Answer.PROVEN:
                assert self.planned(problem).assignments == plan.assignments

    def test_who_is_far_from_a_fair_share_is_told_truly(self) -> None:
        for problem in self.small():
            plan = self.planned(problem)
            measures = {one.code: one for one in problem.fairness}
            for forced in plan.forced:
                fairness = measures[forced.measure]
                have = sum(
                    one.person == forced.person and (fairness.slots is None or one.slot in fairness.slots)
                    for one in plan.assignments
                )
                assert (forced.have, forced.target) == (have, dict(fairness.targets)[forced.person])

    def test_without_people_or_slots_there_is_a_plan(self) -> None:
        some = TEMPTATIONS["most-per-day"]
        for problem in (attrs.evolve(some, people=()), attrs.evolve(some, slots=())):
            plan = self.planned(problem)
            assert check_rota(problem, plan) == []
            assert plan.assignments == ()
            assert plan.answer in (Answer.PROVEN, Answer.FOUND)
