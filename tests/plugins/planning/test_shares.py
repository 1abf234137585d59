"""How fair it can be for whom, told from their own rules; and rotas made better group by group."""

from __future__ import annotations

from itertools import combinations

import attrs
import pytest
from benchmarks.rota_made import month
from tests.plugins.planning.test_rota import EFFORT, MONDAY, PLANNER, plan_of, slot

from grassroots.contracts.planning import (
    COVER,
    FAIRNESS,
    WISHES,
    Answer,
    Assignment,
    Effort,
    Fairness,
    Limits,
    Need,
    Person,
    RotaProblem,
    Wish,
    ask_for_rota,
    value_rota,
)
from grassroots.contracts.planning.checking_rota import violations
from grassroots.plugins.planning.engine import Solved
from grassroots.plugins.planning.groups import Groups
from grassroots.plugins.planning.profiles import profiles_of
from grassroots.plugins.planning.rota import Search
from grassroots.plugins.planning.rows import Sum
from grassroots.plugins.planning.shares import Shares
from grassroots.testing.planner import community

UNSEEN = ("least_minutes", "most_minutes", "least_slots", "most_slots", "least_days_running")


def alone(seed: int, *, seen: bool) -> RotaProblem:
    """One person and what they may have, with nobody needed; ``seen``: only rules that profiles look at."""
    made = community(seed, people=1, hard=0.5)
    slots = tuple(attrs.evolve(one, needs=(), crew="") for one in made.slots[:10])
    known = {one.id for one in slots}
    own = made.people[0]
    limits = own.limits
    if seen:
        limits = attrs.evolve(limits, **dict.fromkeys(UNSEEN), least_days_off_running=None, most_of_kind=())
    person = attrs.evolve(own, limits=limits, barred=tuple(bar for bar in own.barred if bar.slot in known))
    return attrs.evolve(
        made,
        people=(person,),
        slots=slots,
        fixed=tuple(one for one in made.fixed if one.slot in known),
        wishes=(),
        company=(),
        apart=(),
        fairness=(
            Fairness(targets=((person.id, 2_000),)),
            Fairness(code="nights", slots={one for one in known if "night" in one}),
            Fairness(code="even", slots={one.id for one in slots if one.day % 2 == 0}),
        ),
    )


def reached(problem: RotaProblem) -> set[tuple[int, ...]]:
    """The profiles of every set of slots that breaks no rule, by trying them all."""
    found = set()
    for count in range(len(problem.slots) + 1):
        for some in combinations(problem.slots, count):
            given = [Assignment(problem.people[0].id, one.id) for one in some]
            if next(violations(problem, given), None) is None:
                found.add(
                    tuple(
                        sum(one.slots is None or slot.id in one.slots for slot in some)
                        for one in problem.fairness
                    )
                )
    return found


def test_no_profile_that_somebody_can_have_is_missing() -> None:
    for seed in range(60):
        problem = alone(seed, seen=False)
        found = profiles_of(problem, problem.people[0])
        assert found is not None
        assert reached(problem) <= set(found), seed


def test_profiles_are_exactly_what_can_be_had_where_every_rule_is_looked_at() -> None:
    for seed in range(60):
        problem = alone(seed, seen=True)
        found = profiles_of(problem, problem.people[0])
        assert found is not None
        assert len(found) == len(set(found))
        assert reached(problem) == set(found), seed


def test_what_is_too_much_to_look_through_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = alone(1, seen=True)
    for name in ("_MOST_BITS", "_MOST_OPTIONS", "_MOST_STATES"):
        with monkeypatch.context() as patch:
            patch.setattr(f"grassroots.plugins.planning.profiles.{name}", 0)
            assert profiles_of(problem, problem.people[0]) is None


def test_no_plan_is_fairer_than_the_shares_say_and_models_that_know_them_find_the_same() -> None:
    tight = 0
    for seed in range(25):
        problem = community(seed, days=7, people=4, hard=0.4)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Shares, "bound", lambda *_: None)
            plain = plan_of(problem)
        known = plan_of(problem)
        assert [goal.value for goal in plain.goals] == [goal.value for goal in known.goals], seed
        lowest = Shares(problem).lowest
        assert lowest <= plain.goals[1].value, seed
        tight += lowest == plain.goals[1].value
    assert tight > 2


def test_a_rota_is_bettered_group_by_group_and_keeps_every_rule() -> None:
    reached_best = helped = 0
    for seed in range(14):
        problem = community(seed, days=7, people=7)
        best = plan_of(problem)
        # Every place filled that can be, and nobody asked who has how much, or what they wish.
        given = plan_of(attrs.evolve(problem, levels=((COVER,),))).assignments
        before = value_rota(problem, given)
        groups = Groups(problem, given, Shares(problem).of_person, lambda: None, 1)
        assert (groups.unfairness, groups.unmet) == (before[FAIRNESS], before[WISHES]), seed
        groups.run(fair=True, least=Shares(problem).lowest)
        groups.run(fair=False, least=0)
        after = value_rota(problem, groups.rota())
        assert list(violations(problem, groups.rota())) == [], seed
        assert (groups.unfairness, groups.unmet) == (after[FAIRNESS], after[WISHES]), seed
        assert after[COVER] <= before[COVER], seed
        assert (after[FAIRNESS], after[WISHES]) <= (before[FAIRNESS], before[WISHES]), seed
        helped += (after[FAIRNESS], after[WISHES]) < (before[FAIRNESS], before[WISHES])
        reached_best += after[FAIRNESS] == best.goals[1].value
        assert after[FAIRNESS] >= best.goals[1].value, seed
    assert helped > 5
    assert reached_best > 5


def test_large_rotas_are_planned_by_groups_as_well_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(8):
        problem = community(seed, days=6, people=6)
        plain = plan_of(problem)
        with monkeypatch.context() as patch:
            patch.setattr("grassroots.plugins.planning.rota._GROUPED", 0)
            assert plan_of(problem).goals == plain.goals, seed


def test_a_months_fairness_is_proven_from_what_each_can_have() -> None:
    """More people than places, each with limits: the least unfairness is known without a search."""
    problem = month(40, 3, 2, 1, days=14)
    plan = ask_for_rota(PLANNER, problem, Effort(seconds=60, cores=2))
    assert plan.goals[1].proven
    assert plan.goals[1].value >= Shares(problem).lowest


def test_a_goal_that_a_later_one_happened_to_better_is_told_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the time is short, a rota is not the fairest; what wishes make of it then is told."""
    problem = RotaProblem(
        first=MONDAY,
        days=2,
        people=(Person(id="an", limits=Limits()), Person(id="bo", limits=Limits())),
        slots=tuple(slot(day, needs=(Need(wanted=1, most=1),)) for day in range(2)),
        fairness=(Fairness(targets=(("an", 1_000), ("bo", 1_000))),),
        wishes=(Wish("an", "early-0"), Wish("bo", "early-1")),
    )
    hurried = [Assignment("an", "early-0"), Assignment("an", "early-1")]
    in_full = Search._minimize

    def minimize(self: Search, goal: Sum, share: float) -> Solved:
        if len(self.goals) == 2:
            return in_full(self, goal, share)
        hint = self._model.values_of(hurried)
        found = self._solver.minimize(goal, seconds=None, workers=1, seed=1, hint=hint, fixed=True)
        return Solved(found.values, 0, proven=False)

    monkeypatch.setattr(Search, "_minimize", minimize)
    plan = ask_for_rota(PLANNER, problem, EFFORT)
    assert [goal.value for goal in plan.goals] == [0, 0, 0]
    assert plan.answer is Answer.PROVEN
