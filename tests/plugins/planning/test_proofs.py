"""Longer proofs of rotas: plans of random communities are sound, cover what can be; planted flaws are found.

A flaw is planted by changing the *problem* under a sound plan (the limit is one less than what somebody has),
so that what must be found is known without asking any checker.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import attrs
import pytest

from grassroots.contracts.planning import (
    Answer,
    Apart,
    Assignment,
    Away,
    Barred,
    Company,
    DayOff,
    Done,
    Effort,
    Fixed,
    Goal,
    Limits,
    Person,
    RotaPlan,
    RotaProblem,
    Slot,
    check_rota,
)
from grassroots.plugins.planning.rota import CpSatPlanner
from grassroots.testing.planner import community

ROTA = CpSatPlanner()
EFFORT = Effort(seconds=60, cores=1)


# -- what can be covered ----------------------------------------------------------------------------------
def bare(problem: RotaProblem) -> RotaProblem:
    """Without anything that binds slots of different days: who may have what, and one a day."""
    # A night reaches into the next day; without nights, days have nothing to do with each other.
    days = [slot for slot in problem.slots if slot.kind != "night"]
    kept = {slot.id for slot in days}
    people = tuple(
        attrs.evolve(
            one, limits=Limits(), done=(), barred=tuple(bar for bar in one.barred if bar.slot in kept)
        )
        for one in problem.people
    )
    slots = tuple(
        attrs.evolve(
            slot, needs=tuple(attrs.evolve(n, under=1, over=0, least=0) for n in slot.needs[:1]), crew=""
        )
        for slot in days
    )
    return attrs.evolve(
        problem,
        people=people,
        slots=slots,
        successions=(),
        company=(),
        apart=(),
        fixed=(),
        fairness=(),
        wishes=(),
    )


def missing_at_least(problem: RotaProblem) -> int:
    """How many people must be missing at least: day by day a matching of people and places."""
    missing = 0
    for day in range(problem.days):
        places = [
            (slot, number)
            for slot in problem.slots
            if slot.day == day
            for number in range(min(slot.needs[0].wanted, slot.needs[0].most or 99))
        ]
        missing += sum(
            max(0, slot.needs[0].wanted - (slot.needs[0].most or 99))
            for slot in problem.slots
            if slot.day == day
        )
        taken: dict[str, tuple[Slot, int]] = {}

        def take(spot: tuple[Slot, int], asked: set[str], taken: dict[str, tuple[Slot, int]] = taken) -> bool:
            for person in problem.people:
                if person.id not in asked and _free(person, spot[0]):
                    asked.add(person.id)
                    if person.id not in taken or take(taken[person.id], asked):
                        taken[person.id] = spot
                        return True
            return False

        missing += sum(not take(spot, set()) for spot in places)
    return missing


def _free(person: Person, slot: Slot) -> bool:
    return (
        slot.requires <= person.skills
        and slot.id not in {bar.slot for bar in person.barred}
        and slot.day not in {off.day for off in person.days_off}
        and all(away.ends <= slot.starts or slot.ends <= away.starts for away in person.away)
    )


def cover_of_rotas(seeds: range) -> None:
    for seed in seeds:
        problem = bare(community(seed))
        plan = ROTA.roster(problem, EFFORT)
        assert check_rota(problem, plan) == [], seed
        assert plan.goals[0].value == missing_at_least(problem), seed


def sound_rotas(seeds: range) -> Counter[str]:
    answers: Counter[str] = Counter()
    for seed in seeds:
        problem = community(seed, demands=seed % 4 == 0)
        plan = ROTA.roster(problem, EFFORT)
        assert check_rota(problem, plan) == [], seed
        answers[plan.answer.value] += 1
    return answers


def test_plans_of_random_communities_are_sound_and_cover_what_can_be_covered() -> None:
    cover_of_rotas(range(25))
    assert sound_rotas(range(25))["proven"] > 15


@pytest.mark.slow
def test_plans_of_thousands_of_random_communities_are_sound_and_cover_what_can_be_covered() -> None:
    cover_of_rotas(range(1_000, 4_000))
    answers = sound_rotas(range(10_000, 12_000))
    assert set(answers) == {"proven", "impossible"}


# -- planted flaws ----------------------------------------------------------------------------------------
def flaws(
    problem: RotaProblem, plan: RotaPlan, chance: Random
) -> Iterator[tuple[str, RotaProblem, RotaPlan]]:
    """Flaws that can be planted here: what must be found, and the problem and plan with it."""
    slots = {slot.id: slot for slot in problem.slots}
    mine: dict[str, list[Slot]] = defaultdict(list)
    there: dict[str, list[str]] = defaultdict(list)
    for one in plan.assignments:
        mine[one.person].append(slots[one.slot])
        there[one.slot].append(one.person)

    def person(name: str, **fields: Any) -> RotaProblem:
        people = (attrs.evolve(one, **fields) if one.id == name else one for one in problem.people)
        return attrs.evolve(problem, people=tuple(people))

    def limit(name: str, **limits: Any) -> RotaProblem:
        old = next(one.limits for one in problem.people if one.id == name)
        return person(name, limits=attrs.evolve(old, **limits))

    def slot(id_: str, **fields: Any) -> RotaProblem:
        made = (attrs.evolve(one, **fields) if one.id == id_ else one for one in problem.slots)
        return attrs.evolve(problem, slots=tuple(made))

    def need(id_: str, **fields: Any) -> RotaProblem:
        return slot(id_, needs=(attrs.evolve(slots[id_].needs[0], **fields), *slots[id_].needs[1:]))

    for name in sorted(mine):
        given = sorted(mine[name], key=lambda one: one.starts)
        one = chance.choice(given)
        who = next(other for other in problem.people if other.id == name)
        days = sorted({given_.day for given_ in given} | {done.day for done in who.done})
        yield "plan-day-off", person(name, days_off=(DayOff(one.day),)), plan
        yield "plan-barred", person(name, barred=(Barred(one.id),)), plan
        yield "plan-away", person(name, away=(Away(one.ends - 1, one.ends),)), plan
        yield "plan-overlap", person(name, done=(*who.done, Done(-9, one.starts, one.starts + 1))), plan
        yield "plan-requires", slot(one.id, requires={"never-learnt"}), plan
        minutes, kinds = sum(slot_.minutes for slot_ in given), Counter(slot_.kind for slot_ in given)
        kind, count = chance.choice(sorted(kinds.items()))
        yield "plan-most-of-kind", limit(name, most_of_kind=((kind, count - 1),)), plan
        yield "plan-most-minutes", limit(name, most_minutes=minutes - 1), plan
        yield "plan-least-minutes", limit(name, least_minutes=minutes + 1), plan
        yield "plan-most-slots", limit(name, most_slots=len(given) - 1), plan
        yield "plan-least-slots", limit(name, least_slots=len(given) + 1), plan
        yield "plan-most-per-day", limit(name, most_per_day=0), plan
        yield "plan-most-per-week", limit(name, most_per_week=0), plan
        yield "plan-most-per-month", limit(name, most_per_month=0), plan
        yield "plan-fixed-off", attrs.evolve(problem, fixed=(Fixed(name, one.id, False),)), plan
        for other in given:
            if other.starts > one.starts:
                yield "plan-rest", limit(name, rest_minutes=other.starts - one.ends + 1), plan
            if other.day == one.day + 1:
                yield "plan-succession", attrs.evolve(problem, successions={(one.kind, other.kind)}), plan
        if any(problem.weekend_of(slot_.day) for slot_ in given):
            yield "plan-most-weekends", limit(name, most_weekends=0), plan
        if one.day - 1 in days or one.day + 1 in days:
            yield "plan-most-days-running", limit(name, most_days_running=1), plan
        first, last = one.day, one.day
        while first - 1 in days:
            first -= 1
        while last + 1 in days:
            last += 1
        if first > 0 and last < problem.days - 1:
            yield "plan-least-days-running", limit(name, least_days_running=problem.days + 30), plan
        if one.day >= 0:
            later = [day for day in days if last + 1 < day < problem.days]
            if later and last >= 0:
                yield (
                    "plan-least-days-off-running",
                    limit(name, least_days_off_running=problem.days + 1),
                    plan,
                )
        crowd_ = [other for other in there[one.id] if other != name]
        stranger = next((p.id for p in problem.people if p.id not in there[one.id] and not one.crew), None)
        if stranger is not None:
            lonely = Company(code="planted", those={name}, others={stranger})
            yield "plan-company", attrs.evolve(problem, company=(lonely,)), plan
            yield "plan-fixed", attrs.evolve(problem, fixed=(Fixed(stranger, one.id),)), plan
        if crowd_:
            apart = Apart(code="planted", people={name, crowd_[0]})
            yield "plan-apart", attrs.evolve(problem, apart=(apart,)), plan
        yield "plan-cover-least", need(one.id, least=len(there[one.id]) + 1), plan
        yield "plan-cover-most", need(one.id, most=len(there[one.id]) - 1), plan
    if plan.assignments:
        first = plan.assignments[0]
        yield "plan-assigned-twice", problem, attrs.evolve(plan, assignments=(first, *plan.assignments))
        stranger_ = (*plan.assignments, Assignment("zz", first.slot))
        yield "plan-stranger-rota", problem, attrs.evolve(plan, assignments=stranger_)
    if len(plan.assignments) > 1:
        yield "plan-order", problem, attrs.evolve(plan, assignments=plan.assignments[::-1])
    for number, goal in enumerate(plan.goals):
        for code, wrong in (
            ("plan-value", attrs.evolve(goal, value=goal.value + 1)),
            ("plan-bound", attrs.evolve(goal, bound=goal.value + 1)),
            ("plan-proof", attrs.evolve(goal, bound=goal.value - 1)),
        ):
            goals = (*plan.goals[:number], wrong, *plan.goals[number + 1 :])
            yield code, problem, attrs.evolve(plan, goals=goals)
    yield "plan-goals", problem, attrs.evolve(plan, goals=(*plan.goals, Goal("beauty", 0, 0)))
    yield "plan-answer", problem, attrs.evolve(plan, answer=Answer.NOTHING)
    yield "plan-clash", problem, RotaPlan(answer=Answer.IMPOSSIBLE)


KINDS = 34


def planted(seeds: range) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in seeds:
        problem = community(seed, days=10, people=5, hard=0.1)
        plan = ROTA.roster(problem, EFFORT)
        assert check_rota(problem, plan) == []
        if not plan.goals:
            # No plan in the time, on a machine that is busy: nothing to plant a flaw in.
            continue
        for code, with_flaw, told in flaws(problem, plan, Random(seed)):
            codes = {one.code for one in check_rota(with_flaw, told)}
            assert code in codes, (seed, code, codes)
            found[code] += 1
    return found


def test_every_planted_flaw_is_found_and_each_kind_is_among_them() -> None:
    found = planted(range(6))
    assert found.total() >= 500
    assert len(found) == KINDS, sorted(found)


@pytest.mark.slow
def test_every_planted_flaw_is_found_at_length() -> None:
    found = planted(range(100, 300))
    assert found.total() >= 15_000
    assert min(found.values()) >= 20, found
