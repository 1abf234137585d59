"""The hard rules of a rota by name, and a problem with only some of them: what clashes are told in.

A clash is a set of rules; whether it is one, and minimal, can be tried with any planner::

    impossible: keeping(problem, clash)
    possible:   keeping(problem, clash - {rule})     for each rule

One law is not in the list, because nobody can lift it: that a person is not in two places at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import attrs

from grassroots.contracts.planning.answer import Rule
from grassroots.contracts.planning.rota import Limits, Person, RotaProblem, Slot

NO_LIMITS: Final = Limits(most_per_day=None)

LIMIT_RULES: Final = {
    "least-minutes": "least_minutes",
    "most-minutes": "most_minutes",
    "least-slots": "least_slots",
    "most-slots": "most_slots",
    "rest": "rest_minutes",
    "most-per-day": "most_per_day",
    "most-per-week": "most_per_week",
    "most-per-month": "most_per_month",
    "most-days-running": "most_days_running",
    "least-days-running": "least_days_running",
    "least-days-off-running": "least_days_off_running",
    "most-weekends": "most_weekends",
}
"""The rules that are one limit of one person, and the fields they stand in."""


def rules_of(problem: RotaProblem) -> tuple[Rule, ...]:
    """Every hard rule of a problem, sorted."""
    return tuple(sorted(set(_rules(problem))))


def _rules(problem: RotaProblem) -> Iterator[Rule]:
    for slot in problem.slots:
        if slot.requires:
            yield Rule("requires", slot=slot.id)
        for need in slot.needs:
            if need.least:
                yield Rule("cover-least", slot=slot.id, name=need.skill)
            if need.most is not None:
                yield Rule("cover-most", slot=slot.id, name=need.skill)
    for person in problem.people:
        yield from _rules_of_person(person)
    for earlier, later in problem.successions:
        yield Rule("succession", name=f"{earlier}>{later}")
    for fixed in problem.fixed:
        yield Rule("fixed" if fixed.on else "fixed-off", fixed.person, fixed.slot)
    yield from (Rule("company", name=one.code) for one in problem.company)
    yield from (Rule("apart", name=one.code) for one in problem.apart)


def _rules_of_person(person: Person) -> Iterator[Rule]:
    for code, name in LIMIT_RULES.items():
        if getattr(person.limits, name) != getattr(NO_LIMITS, name):
            yield Rule(code, person.id)
    yield from (Rule("most-of-kind", person.id, name=kind) for kind, _ in person.limits.most_of_kind)
    yield from (Rule("day-off", person.id, name=off.code) for off in person.days_off)
    yield from (Rule("away", person.id, name=away.code) for away in person.away)
    yield from (Rule("barred", person.id, name=bar.code) for bar in person.barred)
    if person.done:
        yield Rule("done", person.id)


def keeping(problem: RotaProblem, rules: Collection[Rule]) -> RotaProblem:
    """The problem with only these hard rules; goals, wishes and fairness stay as they are."""
    kept = frozenset(rules)

    def slot_with(slot: Slot) -> Slot:
        needs = tuple(
            attrs.evolve(
                need,
                least=need.least if Rule("cover-least", slot=slot.id, name=need.skill) in kept else 0,
                most=need.most if Rule("cover-most", slot=slot.id, name=need.skill) in kept else None,
            )
            for need in slot.needs
        )
        required = slot.requires if Rule("requires", slot=slot.id) in kept else frozenset[str]()
        return attrs.evolve(slot, needs=needs, requires=required)

    pairs = [
        (earlier, later)
        for earlier, later in sorted(problem.successions)
        if Rule("succession", name=f"{earlier}>{later}") in kept
    ]
    return attrs.evolve(
        problem,
        people=tuple(_person_with(person, kept.__contains__) for person in problem.people),
        slots=tuple(map(slot_with, problem.slots)),
        successions=frozenset(pairs),
        fixed=tuple(
            fixed
            for fixed in problem.fixed
            if Rule("fixed" if fixed.on else "fixed-off", fixed.person, fixed.slot) in kept
        ),
        company=tuple(one for one in problem.company if Rule("company", name=one.code) in kept),
        apart=tuple(one for one in problem.apart if Rule("apart", name=one.code) in kept),
    )


def _person_with(person: Person, kept: Callable[[Rule], bool]) -> Person:
    limits: dict[str, Any] = {
        name: getattr(person.limits if kept(Rule(code, person.id)) else NO_LIMITS, name)
        for code, name in LIMIT_RULES.items()
    }
    kinds = person.limits.most_of_kind
    limits["most_of_kind"] = tuple(
        (kind, most) for kind, most in kinds if kept(Rule("most-of-kind", person.id, name=kind))
    )
    return attrs.evolve(
        person,
        limits=Limits(**limits),
        days_off=tuple(off for off in person.days_off if kept(Rule("day-off", person.id, name=off.code))),
        away=tuple(away for away in person.away if kept(Rule("away", person.id, name=away.code))),
        barred=tuple(bar for bar in person.barred if kept(Rule("barred", person.id, name=bar.code))),
        done=person.done if kept(Rule("done", person.id)) else (),
    )
