"""The checker of rotas: reads a problem and a plan, shares nothing with any planner, believes nothing.

It walks through each person's duties and each slot's people, rule by rule, as somebody with a pencil would.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import final

import attrs

from grassroots.contracts.planning.answer import Answer, Assignment, Finding, RotaPlan
from grassroots.contracts.planning.rota import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Fairness,
    Person,
    RotaProblem,
    Slot,
)
from grassroots.contracts.planning.rules import rules_of


@final
@attrs.frozen(kw_only=True)
class _Stretch:
    """One duty of one person: of the plan (with its slot), or one that stands outside it."""

    day: int
    starts: int
    ends: int
    kind: str
    slot: Slot | None


def check_rota(problem: RotaProblem, plan: RotaPlan) -> list[Finding]:
    """Everything that is wrong with a plan; empty: it is sound, and says of itself what is true.

    Findings have a code, the person and the slot. That rules clash, and that no better plan exists, cannot
    be seen by looking: those claims are only checked for being possible.
    """
    if plan.answer in (Answer.IMPOSSIBLE, Answer.NOTHING):
        return list(_empty(problem, plan))
    found = [*_strangers(problem, plan.assignments), *_repeated(plan.assignments)]
    if not found:
        found = [*violations(problem, plan.assignments)]
    return found or list(_claims(problem, plan))


def violations(problem: RotaProblem, assignments: Iterable[Assignment]) -> Iterator[Finding]:
    """Every hard rule that these assignments break. They must name people and slots of the problem."""
    slots = {slot.id: slot for slot in problem.slots}
    of_person: dict[str, list[Slot]] = defaultdict(list)
    on_slot: dict[str, set[str]] = defaultdict(set)
    for one in assignments:
        of_person[one.person].append(slots[one.slot])
        on_slot[one.slot].add(one.person)
    for person in problem.people:
        yield from _of_person(problem, person, of_person[person.id])
    for slot in problem.slots:
        yield from _of_slot(problem, slot, on_slot[slot.id])
    yield from _of_crews(problem, on_slot)
    for fixed in problem.fixed:
        if (fixed.person in on_slot[fixed.slot]) != fixed.on:
            code = "plan-fixed" if fixed.on else "plan-fixed-off"
            yield Finding.of(code, person=fixed.person, slot=fixed.slot)


# -- one person -------------------------------------------------------------------------------------------
def _of_person(problem: RotaProblem, person: Person, given: Sequence[Slot]) -> Iterator[Finding]:
    who = person.id
    yield from _eligible(person, given)
    stretches = sorted(
        [
            *(_Stretch(day=s.day, starts=s.starts, ends=s.ends, kind=s.kind, slot=s) for s in given),
            *(_Stretch(day=d.day, starts=d.starts, ends=d.ends, kind=d.kind, slot=None) for d in person.done),
        ],
        key=lambda one: (one.starts, one.ends),
    )
    yield from _between(problem, person, stretches)
    yield from _counted(problem, person, given, stretches)
    yield from _runs(problem, who, person, sorted({one.day for one in stretches}))


def _eligible(person: Person, given: Sequence[Slot]) -> Iterator[Finding]:
    off = {one.day: one.code for one in person.days_off}
    bars = {one.slot: one.code for one in person.barred}
    for slot in given:
        if lacking := slot.requires - person.skills:
            yield Finding.of("plan-requires", person=person.id, slot=slot.id, skills=tuple(sorted(lacking)))
        if slot.day in off:
            yield Finding.of("plan-day-off", person=person.id, slot=slot.id, reason=off[slot.day])
        if slot.id in bars:
            yield Finding.of("plan-barred", person=person.id, slot=slot.id, reason=bars[slot.id])
        for away in person.away:
            if away.starts < slot.ends and slot.starts < away.ends:
                yield Finding.of("plan-away", person=person.id, slot=slot.id, reason=away.code)


def _between(problem: RotaProblem, person: Person, stretches: Sequence[_Stretch]) -> Iterator[Finding]:
    rest = person.limits.rest_minutes
    for one, other in combinations(stretches, 2):
        if one.slot is None and other.slot is None:
            continue
        facts = {"person": person.id, "slot": _name(one), "other": _name(other)}
        gap = other.starts - one.ends
        if gap < 0:
            yield Finding.of("plan-overlap", **facts)
        elif gap < rest:
            yield Finding.of("plan-rest", **facts, minutes=gap, least=rest)
        for earlier, later in ((one, other), (other, one)):
            if later.day == earlier.day + 1 and (earlier.kind, later.kind) in problem.successions:
                yield Finding.of("plan-succession", person=person.id, slot=_name(earlier), other=_name(later))


def _name(stretch: _Stretch) -> str:
    return stretch.slot.id if stretch.slot is not None else f"day {stretch.day}"


def _counted(
    problem: RotaProblem, person: Person, given: Sequence[Slot], stretches: Sequence[_Stretch]
) -> Iterator[Finding]:
    limits, who = person.limits, person.id
    kinds = Counter(slot.kind for slot in given)
    for kind, most in limits.most_of_kind:
        if kinds[kind] > most:
            yield Finding.of("plan-most-of-kind", person=who, shift=kind, count=kinds[kind], most=most)
    minutes = sum(slot.ends - slot.starts for slot in given)
    if limits.most_minutes is not None and minutes > limits.most_minutes:
        yield Finding.of("plan-most-minutes", person=who, count=minutes, most=limits.most_minutes)
    if limits.least_minutes is not None and minutes < limits.least_minutes:
        yield Finding.of("plan-least-minutes", person=who, count=minutes, least=limits.least_minutes)
    if limits.most_slots is not None and len(given) > limits.most_slots:
        yield Finding.of("plan-most-slots", person=who, count=len(given), most=limits.most_slots)
    if limits.least_slots is not None and len(given) < limits.least_slots:
        yield Finding.of("plan-least-slots", person=who, count=len(given), least=limits.least_slots)
    # Only where the plan itself gives something: what was done before may be too much, and stays so.
    planned = {slot.day for slot in given}
    for code, most_count, key in (
        ("plan-most-per-day", limits.most_per_day, lambda day: day),
        ("plan-most-per-week", limits.most_per_week, problem.week_of),
        ("plan-most-per-month", limits.most_per_month, problem.month_of),
    ):
        if most_count is None:
            continue
        counts = Counter(key(one.day) for one in stretches)
        for when in sorted({key(day) for day in planned}):
            if counts[when] > most_count:
                yield Finding.of(code, person=who, count=counts[when], most=most_count, when=str(when))
    if limits.most_weekends is not None:
        worked = {problem.weekend_of(one.day) for one in stretches if 0 <= one.day < problem.days} - {None}
        of_plan = {problem.weekend_of(day) for day in planned} - {None}
        if len(worked) > limits.most_weekends and of_plan:
            yield Finding.of("plan-most-weekends", person=who, count=len(worked), most=limits.most_weekends)


def _runs(problem: RotaProblem, who: str, person: Person, worked: Sequence[int]) -> Iterator[Finding]:
    limits, last = person.limits, problem.days - 1
    runs: list[tuple[int, int]] = []
    for day in worked:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    done = {one.day for one in person.done}
    for first, end in runs:
        length = end - first + 1
        # A run that was over before the plan began, or stands wholly outside it, is nobody's fault here.
        if all(day in done for day in range(first, end + 1)):
            continue
        if limits.most_days_running is not None and length > limits.most_days_running:
            yield Finding.of(
                "plan-most-days-running", person=who, day=first, count=length, most=limits.most_days_running
            )
        least = limits.least_days_running
        if least is not None and length < least and first > 0 and end < last:
            yield Finding.of("plan-least-days-running", person=who, day=first, count=length, least=least)
    least_off = limits.least_days_off_running
    for (_, before), (after, _) in pairwise(runs):
        off = after - before - 1
        if least_off is not None and off < least_off and before >= 0 and after <= last:
            if {before, after} <= done:
                continue
            yield Finding.of(
                "plan-least-days-off-running", person=who, day=before + 1, count=off, least=least_off
            )


# -- slots and crews --------------------------------------------------------------------------------------
def _of_slot(problem: RotaProblem, slot: Slot, there: set[str]) -> Iterator[Finding]:
    for need in slot.needs:
        count = _having(problem, need.skill, there)
        if count < need.least:
            yield Finding.of(
                "plan-cover-least", slot=slot.id, skill=need.skill, count=count, least=need.least
            )
        if need.most is not None and count > need.most:
            yield Finding.of("plan-cover-most", slot=slot.id, skill=need.skill, count=count, most=need.most)


def _having(problem: RotaProblem, skill: str, there: set[str]) -> int:
    return sum(person.id in there and (not skill or skill in person.skills) for person in problem.people)


def _of_crews(problem: RotaProblem, on_slot: Mapping[str, set[str]]) -> Iterator[Finding]:
    crews: dict[str, list[Slot]] = defaultdict(list)
    for slot in problem.slots:
        crews[slot.crew or slot.id].append(slot)
    for name, slots in crews.items():
        there = set().union(*(on_slot[slot.id] for slot in slots))
        for rule in problem.company:
            here = [slot for slot in slots if rule.slots is None or slot.id in rule.slots]
            asking = set().union(*(on_slot[slot.id] for slot in here)) & rule.those
            for who in sorted(asking):
                company = len((there & rule.others) - {who})
                if company < rule.least:
                    yield Finding.of(
                        "plan-company", rule=rule.code, person=who, slot=name, count=company, least=rule.least
                    )
        for apart in problem.apart:
            together = there & apart.people
            if len(together) > 1:
                yield Finding.of("plan-apart", rule=apart.code, slot=name, people=tuple(sorted(together)))


# -- what a plan says of itself ---------------------------------------------------------------------------
def value_rota(problem: RotaProblem, assignments: Iterable[Assignment]) -> dict[str, int]:
    """What each goal comes to, by its name."""
    given = frozenset(assignments)
    return {
        COVER: _cover(problem, given),
        CHANGES: len(given ^ problem.standing),
        FAIRNESS: sum(_unfairness(problem, fairness, given) for fairness in problem.fairness),
        WISHES: sum(
            wish.weight for wish in problem.wishes if (Assignment(wish.person, wish.slot) in given) != wish.on
        ),
    }


def _cover(problem: RotaProblem, given: frozenset[Assignment]) -> int:
    there: dict[str, set[str]] = defaultdict(set)
    for one in given:
        there[one.slot].add(one.person)
    total = 0
    for slot in problem.slots:
        for need in slot.needs:
            missing = need.wanted - _having(problem, need.skill, there[slot.id])
            total += need.under * missing if missing > 0 else need.over * -missing
    return total


def _unfairness(problem: RotaProblem, fairness: Fairness, given: frozenset[Assignment]) -> int:
    counts = Counter(one.person for one in given if fairness.slots is None or one.slot in fairness.slots)
    total = 0
    for person, target in fairness.targets:
        have, low, high = counts[person], target // 1000, -(-target // 1000)
        outside = max(0, low - have, have - high)
        beyond = max(0, -(-abs(1000 * have - target) // 1000) - 1)
        total += outside * outside + (problem.shares + 1) * beyond
    return total


def _claims(problem: RotaProblem, plan: RotaPlan) -> Iterator[Finding]:
    values = value_rota(problem, plan.assignments)
    if plan.clash:
        yield Finding.of("plan-clash", count=len(plan.clash))
    if list(plan.assignments) != sorted(plan.assignments):
        yield Finding.of("plan-order", what="assignments")
    names = tuple("+".join(level) for level in problem.levels)
    if tuple(goal.name for goal in plan.goals) != names:
        yield Finding.of("plan-goals", said=tuple(goal.name for goal in plan.goals), wanted=names)
        return
    for goal, level in zip(plan.goals, problem.levels, strict=True):
        value = sum(values[name] for name in level)
        if goal.value != value:
            yield Finding.of("plan-value", goal=goal.name, said=goal.value, value=value)
            return
        if goal.bound > value:
            yield Finding.of("plan-bound", goal=goal.name, bound=goal.bound, value=value)
            return
    if plan.answer is Answer.PROVEN and not all(goal.proven for goal in plan.goals):
        yield Finding.of("plan-proof", answer=plan.answer.value)


def _empty(problem: RotaProblem, plan: RotaPlan) -> Iterator[Finding]:
    if plan.assignments or plan.goals:
        yield Finding.of("plan-answer", answer=plan.answer.value)
    if plan.answer is Answer.NOTHING and plan.clash:
        yield Finding.of("plan-clash", count=len(plan.clash))
    if plan.answer is Answer.IMPOSSIBLE:
        known = frozenset(rules_of(problem))
        if not plan.clash or not known.issuperset(plan.clash):
            yield Finding.of("plan-clash", count=len(plan.clash))


def _strangers(problem: RotaProblem, assignments: Iterable[Assignment]) -> Iterator[Finding]:
    people, slots = {one.id for one in problem.people}, {one.id for one in problem.slots}
    for one in assignments:
        if one.person not in people or one.slot not in slots:
            yield Finding.of("plan-stranger-rota", person=one.person, slot=one.slot)


def _repeated(assignments: Iterable[Assignment]) -> Iterator[Finding]:
    for one, count in Counter(assignments).items():
        if count > 1:
            yield Finding.of("plan-assigned-twice", person=one.person, slot=one.slot, count=count)
