"""One variable for what is alike: the same answers as with a variable for each person and slot."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs
import pytest
from tests.plugins.planning.test_rota import EFFORT, PLANNER, best, plan_of

from grassroots.contracts.planning import (
    Answer,
    Assignment,
    Company,
    RotaProblem,
    Slot,
    Wish,
    check_rota,
    value_rota,
)
from grassroots.plugins.planning.alike import Alike
from grassroots.plugins.planning.model import RotaModel
from grassroots.testing.planner import community


def twins(problem: RotaProblem, count: int, seed: int) -> RotaProblem:
    """Each slot at several stations at the same hours, with the same rules."""
    chance = Random(seed)

    def copies(slot: Slot) -> Iterator[Slot]:
        for number in range(count):
            yield attrs.evolve(slot, id=f"{slot.id}-{number}", station=f"s{number}", crew="")

    slots = tuple(copy for slot in problem.slots for copy in copies(slot))
    people = []
    for person in problem.people:
        bars = tuple(
            attrs.evolve(bar, slot=f"{bar.slot}-{number}") for bar in person.barred for number in range(count)
        )
        people.append(attrs.evolve(person, barred=bars))
    return attrs.evolve(
        problem,
        people=tuple(people),
        slots=slots,
        fixed=tuple(attrs.evolve(one, slot=f"{one.slot}-{chance.randrange(count)}") for one in problem.fixed),
        wishes=tuple(
            Wish(one.person, f"{one.slot}-{number}", one.on, one.weight)
            for one in problem.wishes
            for number in range(count if chance.random() < 0.7 else 1)
        ),
        company=tuple(attrs.evolve(rule, slots=None) for rule in problem.company),
        fairness=tuple(
            attrs.evolve(
                one,
                slots=None
                if one.slots is None
                else {f"{slot}-{number}" for slot in one.slots for number in range(count)},
            )
            for one in problem.fairness
        ),
        standing=(),
    )


def many_twins(seeds: range) -> Iterator[RotaProblem]:
    for seed in seeds:
        yield twins(community(seed, days=4, people=4, demands=seed % 3 == 0), 3, seed)


def test_what_is_alike_is_put_together() -> None:
    problem = twins(attrs.evolve(community(3, days=6, people=40, hard=0.1), wishes=(), apart=()), 7, 3)
    model = RotaModel(problem)
    apart = RotaModel(
        attrs.evolve(problem, slots=tuple(attrs.evolve(one, crew=one.id) for one in problem.slots))
    )
    assert len(model.rows.lows) < 0.6 * len(apart.rows.lows)


def test_plans_are_as_good_as_with_a_variable_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = set()
    for problem in many_twins(range(24)):
        plan = plan_of(problem)
        with monkeypatch.context() as patch:
            patch.setattr(Alike, "slot", lambda *_: None)
            each = plan_of(problem)
        assert plan.answer is each.answer
        assert [goal.value for goal in plan.goals] == [goal.value for goal in each.goals]
        answers.add(plan.answer)
    assert answers == {Answer.PROVEN, Answer.IMPOSSIBLE}


def test_plans_are_the_best_of_all_that_can_be_tried() -> None:
    tried = 0
    for seed in range(120):
        problem = twins(community(seed, days=2, people=3, demands=True), 2, seed)
        if not 4 < len(problem.people) * len(problem.slots) <= 12:
            continue
        plan, wanted = plan_of(problem), best(problem)
        assert (plan.answer is Answer.IMPOSSIBLE) == (wanted is None), seed
        if wanted is not None:
            assert tuple(goal.value for goal in plan.goals) == wanted, seed
        tried += 1
    assert tried > 5


def test_a_plan_put_in_as_values_comes_back_as_the_same_numbers_of_people() -> None:
    """Who is exchanged for somebody alike may differ; each goal and each person's count do not."""
    for problem in many_twins(range(60, 68)):
        plan = PLANNER.roster(problem, EFFORT)
        if not plan.assignments:
            continue
        model = RotaModel(problem)
        given = model.values_of(plan.assignments)
        again = model.assignments([given.get(column, 0) for column in range(len(model.rows.lows))])
        assert value_rota(problem, again) == value_rota(problem, plan.assignments)
        assert [one.person for one in again] == [one.person for one in plan.assignments]
        assert check_rota(problem, attrs.evolve(plan, assignments=again)) == []


def test_company_is_kept_where_people_are_counted_together() -> None:
    problem = twins(community(11, days=3, people=6, hard=0.0), 3, 11)
    names = [person.id for person in problem.people]
    rules = (
        Company(code="new", those=names[:3], others=names[3:]),
        Company(code="two-adults", those=names, others=names[1:], least=1),
    )
    problem = attrs.evolve(problem, company=rules, apart=(), fixed=(), wishes=())
    plan = plan_of(problem)
    assert plan.answer is Answer.PROVEN
    wrong = [Assignment(names[0], problem.slots[0].id)]
    assert check_rota(problem, attrs.evolve(plan, assignments=tuple(wrong)))
