"""Whole months of single people: each the best at given prices, their bound true, their rotas sound."""

from __future__ import annotations

from random import Random

import attrs
import numpy as np
import pytest
from benchmarks.rota_made import ward
from tests.plugins.planning.test_rota import EFFORT, MONDAY, PLANNER

from grassroots.contracts.planning import (
    COVER,
    WISHES,
    Answer,
    Limits,
    Need,
    RotaProblem,
    value_rota,
)
from grassroots.contracts.planning.checking_rota import violations
from grassroots.plugins.planning.columns import Columns
from grassroots.plugins.planning.engine import CpSat
from grassroots.plugins.planning.model import RotaModel
from grassroots.plugins.planning.paths import Paths, fit
from grassroots.plugins.planning.rows import Sum
from grassroots.testing.planner import community


def alone(seed: int, *, people: int = 4, days: int = 9) -> RotaProblem:
    """A community of whose people none is bound to another, and each has at most one slot a day."""
    made = community(seed, days=days, people=people, hard=0.35, demands=True)
    return attrs.evolve(
        made,
        people=tuple(
            attrs.evolve(
                one,
                done=(),
                limits=attrs.evolve(one.limits, most_per_day=1, most_per_week=None, most_per_month=None),
            )
            for one in made.people
        ),
        slots=tuple(
            attrs.evolve(slot, needs=tuple(attrs.evolve(need, least=0) for need in slot.needs))
            for slot in made.slots
        ),
        fixed=tuple(one for one in made.fixed if not one.on),
        company=(),
        apart=(),
        levels=((COVER, WISHES),),
    )


def test_a_path_is_the_best_month_of_a_person_at_any_prices() -> None:
    nothing = 0
    for seed in range(120):
        problem = alone(seed, people=1)
        if seed % 10 == 0:
            asked = attrs.evolve(problem.people[0].limits, least_slots=9, most_slots=None)
            problem = attrs.evolve(problem, people=(attrs.evolve(problem.people[0], limits=asked),))
        if not fit(problem):
            continue
        chance = Random(seed)
        costs = np.array([chance.randint(-9, 6) for _ in problem.slots], dtype=float)
        found = Paths(problem, problem.people[0]).best(costs)
        bare = attrs.evolve(
            problem,
            slots=tuple(attrs.evolve(slot, needs=(), crew=slot.id) for slot in problem.slots),
            wishes=(),
        )
        model, goal = RotaModel(bare), Sum()
        for (_, slot), column in model.pairs.items():
            goal.add(column, int(costs[[one.id for one in problem.slots].index(slot)]))
        solved = CpSat(model.rows).minimize(goal, seconds=None, workers=1, seed=1)
        if solved.values is None:
            assert found is None, seed
            nothing += 1
            continue
        assert found is not None, seed
        assert found[0] == goal.value(solved.values), seed
        assert found[0] == sum(costs[list(found[1])]), seed
    assert nothing > 2


def test_a_bound_is_true_and_a_rota_of_months_is_sound() -> None:
    proven = 0
    for seed in range(40):
        problem = alone(seed)
        if not fit(problem):
            continue
        found = Columns(problem, lambda: None, 1)
        found.run()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("grassroots.plugins.planning.rota.fit", lambda _: False)
            best = PLANNER.roster(problem, EFFORT)
        if best.answer is Answer.IMPOSSIBLE:
            assert found.value is None, seed
            continue
        assert best.answer is Answer.PROVEN
        assert found.value is not None
        assert found.bound is not None
        assert found.bound <= best.goals[0].value <= found.value, seed
        given = found.assignments()
        assert list(violations(problem, given)) == [], seed
        values = value_rota(problem, given)
        assert values[COVER] + values[WISHES] == found.value, seed
        proven += found.proven
    assert proven > 10


def test_a_skill_that_nobody_has_is_missing_in_the_bound_too() -> None:
    problem = alone(3)
    first = problem.slots[0]
    asked = attrs.evolve(first, needs=(*first.needs, Need(skill="never", wanted=2, under=7)))
    found = Columns(attrs.evolve(problem, slots=(asked, *problem.slots[1:])), lambda: None, 1)
    before = Columns(problem, lambda: None, 1)
    found.run()
    before.run()
    assert before.bound is not None
    assert before.value is not None
    assert (found.bound, found.value) == (before.bound + 14, before.value + 14)


def test_who_can_be_planned_by_months_is_known() -> None:
    problem = alone(3)
    assert fit(problem)
    busy = attrs.evolve(problem.people[0], limits=Limits(most_per_week=2))
    assert not fit(attrs.evolve(problem, people=(busy, *problem.people[1:])))
    assert not fit(attrs.evolve(problem, levels=((COVER,), (WISHES,))))
    assert not fit(ward(30, 52, 16))
    assert problem.first.year == MONDAY.year
