"""Planners that break one promise each. They prove that the kit sees it: all of them must die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, final

import attrs
import pytest

from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Answer,
    Assignment,
    Candidate,
    Effort,
    Forced,
    Goal,
    Pair,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    keeping,
    rules_of,
    value_pairs,
)
from grassroots.testing.planner.conformance import PlannerConformance
from grassroots.testing.planner.reference import ShortestPaths, TryAll, possible
from grassroots.testing.planner.temptations import TEMPTATIONS

EFFORT: Final = Effort()


@final
@attrs.frozen
class BadPairs(PairingPlanner):
    """Plans rightly and then spoils it."""

    name: str
    spoil: Callable[[PairingProblem, PairingPlan], PairingPlan]

    def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
        """The spoilt plan."""
        return self.spoil(problem, ShortestPaths().pair(problem, effort))


@final
@attrs.frozen
class BadRota(RotaPlanner):
    """Plans rightly, perhaps another problem, and then spoils it."""

    name: str
    spoil: Callable[[RotaProblem, RotaPlan], RotaPlan]
    other: Callable[[RotaProblem], RotaProblem] = lambda problem: problem

    def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
        """The spoilt plan."""
        return self.spoil(problem, TryAll().roster(self.other(problem), effort))


# -- pairings ---------------------------------------------------------------------------------------------
def _with(problem: PairingProblem, *pairs: Pair, **claims: Any) -> PairingPlan:
    values = value_pairs(problem, pairs)
    return PairingPlan(
        **{"answer": Answer.PROVEN, "pairs": pairs, "values": values, "bounds": values, **claims}
    )


def _another_problem(change: Callable[[Candidate], Candidate]) -> Callable[..., PairingPlan]:
    def spoil(problem: PairingProblem, _: PairingPlan) -> PairingPlan:
        candidates = map(change, problem.each())
        other = PairingProblem.of(problem.supporters, problem.recipients, candidates)
        return _with(problem, *ShortestPaths().pair(other, EFFORT).pairs)

    return spoil


def _over_room(problem: PairingProblem, plan: PairingPlan) -> PairingPlan:
    wide = (attrs.evolve(one, room=one.room + 1) for one in problem.supporters)
    other = PairingProblem.of(wide, problem.recipients, problem.each())
    return _with(problem, *ShortestPaths().pair(other, EFFORT).pairs)


def _strangers(problem: PairingProblem, plan: PairingPlan) -> PairingPlan:
    every = {Pair(one.id, other.id) for one in problem.supporters for other in problem.recipients}
    wrong = every - {Pair(one.supporter, one.recipient) for one in problem.each()}
    taken = {pair.recipient for pair in plan.pairs}
    more = [pair for pair in sorted(wrong) if pair.recipient not in taken][:1]
    order = {one.id: number for number, one in enumerate(problem.recipients)}
    return _with(problem, *sorted([*plan.pairs, *more], key=lambda pair: order[pair.recipient]))


def _claims(plan: PairingPlan, where: str, name: str, more: int) -> PairingPlan:
    said = getattr(plan, where)
    return attrs.evolve(plan, **{where: attrs.evolve(said, **{name: getattr(said, name) + more})})


def _found(plan: PairingPlan, name: str, more: int) -> PairingPlan:
    return attrs.evolve(_claims(plan, "bounds", name, more), answer=Answer.FOUND)


def _empty_but_bounded(problem: PairingProblem, plan: PairingPlan) -> PairingPlan:
    return _with(problem)


_turns: dict[str, int] = {}


def _other_order_each_time(problem: PairingProblem, plan: PairingPlan) -> PairingPlan:
    _turns["pairs"] = _turns.get("pairs", 0) + 1
    if _turns["pairs"] % 2:
        return plan
    backwards = PairingProblem.of(problem.supporters[::-1], problem.recipients, problem.each())
    again = ShortestPaths().pair(backwards, EFFORT)
    return attrs.evolve(again, values=plan.values, bounds=plan.bounds)


def _fails_on_nobody(problem: PairingProblem, plan: PairingPlan) -> PairingPlan:
    return attrs.evolve(plan, pairs=(plan.pairs or plan.pairs[0:0])) if problem.recipients else _raise()


def _raise() -> Any:
    raise IndexError("list index out of range")


PAIR_SABOTEURS: Final = (
    BadPairs("pairs who are no candidates", _strangers),
    BadPairs("gives one more than there is room for", _over_room),
    BadPairs(
        "gives somebody two supporters",
        lambda p, a: attrs.evolve(a, pairs=tuple(x for x in a.pairs for _ in (0, 1))),
    ),
    BadPairs("tells the pairs in another order", lambda p, a: attrs.evolve(a, pairs=a.pairs[::-1])),
    BadPairs("forgets the pairs that work", _another_problem(lambda c: attrs.evolve(c, kept=False))),
    BadPairs("forgets what suits", _another_problem(lambda c: attrs.evolve(c, score=0))),
    BadPairs("leaves the last one out and calls it proven", lambda p, a: _with(p, *a.pairs[:-1])),
    BadPairs("pairs nobody and calls it proven", _empty_but_bounded),
    BadPairs("says it covered one more", lambda p, a: _claims(a, "values", "covered", 1)),
    BadPairs("says it kept one more", lambda p, a: _claims(a, "values", "kept", 1)),
    BadPairs("says it suits better", lambda p, a: _claims(a, "values", "suitability", 1)),
    BadPairs("says it spread better", lambda p, a: _claims(a, "values", "spread", -1)),
    BadPairs(
        "bounds cover below what can be had",
        lambda p, a: attrs.evolve(_with(p, *a.pairs[:-1]), answer=Answer.FOUND),
    ),
    BadPairs("bounds suitability too low", lambda p, a: _found(a, "suitability", -1)),
    BadPairs("bounds spread too high", lambda p, a: _found(a, "spread", 1)),
    BadPairs("calls a plan proven that leaves room", lambda p, a: _claims(a, "bounds", "covered", 1)),
    BadPairs("says there is no plan", lambda p, a: attrs.evolve(a, answer=Answer.NOTHING)),
    BadPairs("is of another mind each time", _other_order_each_time),
    BadPairs("fails where there is nobody", _fails_on_nobody),
)


# -- rotas ------------------------------------------------------------------------------------------------
def _same(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    return plan


def _valued(problem: RotaProblem, assignments: tuple[Assignment, ...], plan: RotaPlan) -> RotaPlan:
    names = ("+".join(level) for level in problem.levels)
    values = TryAll().told(problem, assignments)
    goals = tuple(Goal(name, value, value) for name, value in zip(names, values, strict=True))
    return attrs.evolve(plan, assignments=assignments, goals=goals)


def _as_asked(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    """What was planned for another problem, valued by this one."""
    if plan.answer is Answer.IMPOSSIBLE:
        return TryAll().roster(problem, EFFORT)
    return _valued(problem, plan.assignments, plan)


def _forgets(code: str) -> BadRota:
    def other(problem: RotaProblem) -> RotaProblem:
        return keeping(problem, [rule for rule in rules_of(problem) if rule.code != code])

    return BadRota(f"forgets the rule {code}", _as_asked, other)


def _order(*levels: tuple[str, ...]) -> Callable[[RotaProblem], RotaProblem]:
    return lambda problem: attrs.evolve(problem, levels=levels if len(problem.levels) > 1 else problem.levels)


def _if_plan(
    spoil: Callable[[RotaProblem, RotaPlan], RotaPlan],
) -> Callable[[RotaProblem, RotaPlan], RotaPlan]:
    return lambda problem, plan: plan if plan.answer is Answer.IMPOSSIBLE else spoil(problem, plan)


def _if_clash(
    spoil: Callable[[RotaProblem, RotaPlan], RotaPlan],
) -> Callable[[RotaProblem, RotaPlan], RotaPlan]:
    return lambda problem, plan: spoil(problem, plan) if plan.answer is Answer.IMPOSSIBLE else plan


def _goal(plan: RotaPlan, number: int, **changes: int) -> RotaPlan:
    goals = list(plan.goals)
    if number < len(goals):
        goals[number] = attrs.evolve(
            goals[number], **{name: getattr(goals[number], name) + more for name, more in changes.items()}
        )
    return attrs.evolve(plan, goals=tuple(goals))


def _gives_up(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    rules = rules_of(problem)
    return RotaPlan(answer=Answer.IMPOSSIBLE, clash=rules) if rules else plan


def _leaves_all_empty(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    return RotaPlan(answer=Answer.PROVEN, goals=_valued(problem, (), plan).goals)


def _other_each_time(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    _turns["rota"] = _turns.get("rota", 0) + 1
    if _turns["rota"] % 2:
        return plan
    best = TryAll().told(problem, plan.assignments)
    others = [one for one in possible(problem) if TryAll().told(problem, one) == best]
    return _valued(problem, others[-1], plan)


def _forced_wrongly(problem: RotaProblem, plan: RotaPlan) -> RotaPlan:
    told = tuple(
        Forced(measure=one.code, person=person, have=99, target=target)
        for one in problem.fairness
        for person, target in one.targets
    )
    return attrs.evolve(plan, forced=told)


ROTA_SABOTEURS: Final = (
    *(_forgets(code) for code in sorted(TEMPTATIONS)),
    BadRota("forgets cover", _as_asked, _order((FAIRNESS,), (WISHES,), (COVER,), (CHANGES,))),
    BadRota("forgets fairness", _as_asked, _order((COVER,), (WISHES,))),
    BadRota("forgets wishes", _as_asked, _order((COVER,), (FAIRNESS,))),
    BadRota("puts wishes before fairness", _as_asked, _order((COVER,), (WISHES,), (FAIRNESS,))),
    BadRota("forgets what was published", _as_asked, lambda p: attrs.evolve(p, standing=())),
    BadRota("adds fairness and wishes up", _as_asked, _order((COVER,), (FAIRNESS, WISHES))),
    BadRota(
        "gives a slot twice",
        _if_plan(lambda p, a: attrs.evolve(a, assignments=(*a.assignments, *a.assignments[:1]))),
    ),
    BadRota(
        "tells assignments in another order", lambda p, a: attrs.evolve(a, assignments=a.assignments[::-1])
    ),
    BadRota("leaves the last one out", _if_plan(lambda p, a: _valued(p, a.assignments[:-1], a))),
    BadRota("leaves all empty and calls it proven", _if_plan(_leaves_all_empty)),
    BadRota("says cover is better than it is", lambda p, a: _goal(a, 0, value=-1, bound=-1)),
    BadRota("says wishes are better than they are", lambda p, a: _goal(a, 2, value=-1, bound=-1)),
    BadRota(
        "bounds cover too high",
        _if_plan(lambda p, a: attrs.evolve(_goal(a, 0, bound=1), answer=Answer.FOUND)),
    ),
    BadRota("calls a plan proven that leaves room", lambda p, a: _goal(a, 0, bound=-1)),
    BadRota(
        "bounds what it did not find",
        _if_plan(
            lambda p, a: (
                attrs.evolve(_valued(p, (), a), answer=Answer.FOUND)
                if not any(
                    r.code in ("fixed", "cover-least", "least-slots", "least-minutes") for r in rules_of(p)
                )
                else a
            )
        ),
    ),
    BadRota("tells the goals in another order", lambda p, a: attrs.evolve(a, goals=a.goals[::-1])),
    BadRota("gives up where there is a plan", _if_plan(_gives_up)),
    BadRota(
        "names a clash that is none",
        _if_clash(lambda p, a: attrs.evolve(a, clash=a.clash[:1]) if len(a.clash) > 1 else a),
    ),
    BadRota(
        "names a clash that is too long and calls it minimal",
        _if_clash(lambda p, a: attrs.evolve(a, clash=rules_of(p))),
    ),
    BadRota("names no clash", _if_clash(lambda p, a: attrs.evolve(a, clash=()))),
    BadRota("adds a clash to a plan", _if_plan(lambda p, a: attrs.evolve(a, clash=rules_of(p)[:1]))),
    BadRota("finds nothing and tells a plan", _if_plan(lambda p, a: attrs.evolve(a, answer=Answer.NOTHING))),
    BadRota("is of another mind each time", _if_plan(_other_each_time)),
    BadRota("tells unfair shares that are none", _if_plan(_forced_wrongly)),
    BadRota("fails where there is nobody", lambda p, a: a if p.people else _raise()),
)


def promises() -> Iterator[str]:
    """The names of all promises."""
    return (name for name in vars(PlannerConformance) if name.startswith("test_"))


def killed(saboteur: BadPairs | BadRota | None, examples: int = 25) -> str:
    """The promise that sees through a saboteur first; nothing if it lives. None: the right planners."""

    class Kit(PlannerConformance):
        pairs = ShortestPaths() if saboteur is None else saboteur if isinstance(saboteur, BadPairs) else None
        rota = TryAll() if saboteur is None else saboteur if isinstance(saboteur, BadRota) else None
        large = False

    Kit.examples = examples
    kit = Kit()
    for name in promises():
        cases = (
            [(rule,) for rule in sorted(TEMPTATIONS)]
            if name == "test_no_rule_is_broken_where_it_would_pay"
            else [()]
        )
        for case in cases:
            try:
                getattr(kit, name)(*case)
            except pytest.skip.Exception:
                continue
            except Exception:
                return name
    return ""
