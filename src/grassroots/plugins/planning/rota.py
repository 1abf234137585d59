"""The planner of rotas: goal after goal, each proven where the time allows, on a constraint solver.

Two workers first, for volunteers' rotas are easy and two are cheapest; eight when there is no proof after a
few seconds, even on two cores: what helps then is that they search in different ways, not that they are many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Final, final

import attrs

from grassroots.contracts.planning import (
    COVER,
    FAIRNESS,
    WISHES,
    Answer,
    Assignment,
    Effort,
    Fairness,
    Forced,
    Goal,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    Rule,
)
from grassroots.plugins.planning.clash import clash_of, forced_by, forced_together, looked_through
from grassroots.plugins.planning.columns import Columns
from grassroots.plugins.planning.engine import CpSat, Solved, cp_sat
from grassroots.plugins.planning.fairest import Fairest, fairest
from grassroots.plugins.planning.groups import LEVELS, Groups
from grassroots.plugins.planning.model import Asked, RotaModel
from grassroots.plugins.planning.paths import fit
from grassroots.plugins.planning.repair import nearby
from grassroots.plugins.planning.rows import Rows, Sum
from grassroots.plugins.planning.shares import Shares
from grassroots.plugins.planning.start import first_rota
from grassroots.plugins.planning.stepwise import Stepwise, binds_people, counted

_FIRST_TRY: Final = 3.0
"""Seconds that few workers have before many are asked, and one more for each so many variables:"""
_VARIABLES_A_SECOND: Final = 1_500

_MANY: Final = 8

_GROUPED: Final = 5_000
"""Variables from which on a rota is bettered group by group before the solver is asked about the whole,"""

_FOR_GROUPS: Final = 0.5
"""and the share of the time for it."""

_FOR_FAIREST: Final = 0.6
"""The share of the time for the linear program before that."""

_LARGE: Final = 120_000
"""Pairs of people and times (slots that are alike count once) from which on everybody is planned alone."""

_FOR_MONTHS: Final = 0.7
"""The share of the time for putting whole months of single people together, where that can be done."""

_NAMING: Final = 5.0
"""Seconds at most for the rules that force unfair shares,"""

_LEAST_NAMING: Final = 2.0
"""and at least, where there are any."""


@final
class CpSatPlanner(RotaPlanner):
    """The planner of rotas ``optimal``."""

    def __init__(self) -> None:
        cp_sat()

    def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
        """The best plan found, with what is proven; or the clash of rules."""
        near = nearby(problem)
        if near is not None:
            search = Search(near.problem, effort, near.asked)
            search.run()
            cover, changes = (goal.value for goal in search.goals[:2]) if search.goals else (None, None)
            if (cover, changes) == (near.cover, near.changes):
                return search.told()
        if len(problem.people) * _times(problem) > _LARGE and not binds_people(problem):
            return _by_steps(problem, effort)
        search = Search(problem, effort)
        search.run()
        return search.told()


def _times(problem: RotaProblem) -> int:
    """How many different times there are: at many stations with the same hours it is one for all."""
    return len({(slot.day, slot.starts, slot.ends, slot.kind, slot.crew) for slot in problem.slots})


def _by_steps(problem: RotaProblem, effort: Effort) -> RotaPlan:
    end = None if effort.seconds is None else monotonic() + effort.seconds

    def left() -> float | None:
        return None if end is None else max(0.0, end - monotonic())

    given = Stepwise(problem, left, effort.seed).plan()
    if given is None:
        return RotaPlan(answer=Answer.NOTHING)
    values = counted(problem, given)
    # No goal can be below nothing; more is not known here.
    goals = [Goal("+".join(level), sum(values[name] for name in level), 0) for level in problem.levels]
    proven = all(goal.proven for goal in goals)
    return RotaPlan(answer=Answer.PROVEN if proven else Answer.FOUND, assignments=given, goals=tuple(goals))


@final
class Search:
    """One problem on its way: the best solution so far, and what each goal came to."""

    def __init__(self, problem: RotaProblem, effort: Effort, asked: Asked | None = None) -> None:
        self._problem = problem
        self._effort = effort
        self._end = None if effort.seconds is None else monotonic() + effort.seconds
        self._model = RotaModel(problem, asked=asked)
        self._solver = CpSat(self._model.rows)
        self._values: Sequence[int] | None = None
        self._impossible = False
        self._sums: dict[str, Sum] = {}
        self._shares: Shares | None = None
        self._fairest: Fairest | None = None
        self.goals: list[Goal] = []

    def left(self, share: float = 1.0) -> float | None:
        """Seconds left, or a share of them; None: as long as it takes."""
        return None if self._end is None else max(0.0, self._end - monotonic()) * share

    # -- goals --------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Go through the levels; each keeps what those before it reached."""
        problem, model = self._problem, self._model
        for number, level in enumerate(problem.levels):
            goal = Sum()
            for name in level:
                self._sums[name] = model.goal(name)
                goal.plus(self._sums[name])
            if level == (FAIRNESS,) and not problem.standing:
                self._shares = Shares(problem)
                self._shares.bound(model)
            if level == (WISHES,) and self._fairest is not None and self._as_fair_as_can_be():
                model.rows.between(goal, self._fairest.bound, None)
            self._solver.feed()
            last = number == len(problem.levels) - 1
            solved = grouped = self._of_groups(goal, level)
            if solved is None or not solved.proven:
                solved = self._minimize(goal, 1.0 if last else 0.6)
                if grouped is not None:
                    solved = _better(grouped, solved, goal)
            if solved.values is None:
                self._impossible = solved.impossible
                return
            self._values = values = solved.values if solved.proven else self._tight(goal, solved.values)
            value = goal.value(values)
            self.goals.append(Goal("+".join(level), value, max(solved.bound, _lowest(model.rows, goal))))
            model.rows.between(goal, None, value)
            self._solver.feed()

    def _minimize(self, goal: Sum, share: float) -> Solved:
        alone = fit(self._problem)
        if self._values is None and not self._problem.standing and not alone:
            self._begin(goal)
        lowest = _lowest(self._model.rows, goal)
        if (
            self._values is not None
            and len(self._values) == len(self._model.rows.lows)
            and goal.value(self._values) == lowest
        ):
            return Solved(self._values, lowest, True)
        seconds, effort = self.left(share), self._effort
        first = _FIRST_TRY + (0 if alone else len(self._model.rows.lows) / _VARIABLES_A_SECOND)
        hint: Sequence[int] | Mapping[int, int] | None = self._values
        if hint is None and self._problem.standing:
            hint = self._model.values_of(self._problem.standing)
        few = first if seconds is None else min(first, seconds)
        solved = self._solver.minimize(goal, seconds=few, workers=effort.cores, seed=effort.seed, hint=hint)
        if alone and not solved.proven:
            solved = _better(solved, self._of_months(goal, solved), goal)
        elif solved.values is None and not solved.impossible and not binds_people(self._problem):
            # Nothing found yet: a plan made person by person is a place to start from.
            part = Stepwise(self._problem, lambda: self.left(0.5), effort.seed).plan()
            hint = hint if part is None else self._model.values_of(part)
        rest = self.left(share)
        if solved.proven or (rest is not None and rest < 0.1):
            return self._kept(solved, goal)
        again = self._solver.minimize(
            goal, seconds=rest, workers=max(_MANY, effort.cores), seed=effort.seed, hint=solved.values or hint
        )
        return self._kept(_better(solved, again, goal), goal)

    def _of_groups(self, goal: Sum, level: tuple[str, ...]) -> Solved | None:
        """A large rota bettered group by group, with what is known about fairness; None: not done here."""
        problem, shares, known = self._problem, self._shares, self._values
        usual = problem.levels in (LEVELS, LEVELS[:2]) and level != (COVER,) and not problem.standing
        if not usual or shares is None or known is None or len(self._model.rows.lows) <= _GROUPED:
            return None
        fair = level == (FAIRNESS,)
        bound = shares.lowest if fair else _lowest(self._model.rows, goal)
        if fair and problem.levels == LEVELS:
            cover, seconds = self.goals[0].value, self.left(_FOR_FAIREST)
            self._fairest = fairest(problem, cover, shares, seconds, self._effort)
        elif not fair and self._fairest is not None and self._as_fair_as_can_be():
            bound = max(bound, self._fairest.bound)
            if goal.value(known) == bound:
                return Solved(known, bound, True)
        given = self._fairest.rota if fair and self._fairest is not None else None
        if given is None:
            given = self._by_groups(self._model.assignments(known), shares, fair=fair, least=bound)
        if fair:
            shares.tie(self._model, shares.of(given) - shares.lowest)
            self._solver.feed()
        counted = self._solver.minimize(
            goal,
            seconds=5.0,
            workers=1,
            seed=self._effort.seed,
            hint=self._model.values_of(given),
            fixed=True,
        )
        if counted.values is None:
            return None
        self._values = counted.values
        return Solved(counted.values, bound, goal.value(counted.values) == bound)

    def _by_groups(
        self, given: Sequence[Assignment], shares: Shares, *, fair: bool, least: int
    ) -> tuple[Assignment, ...]:
        seconds = self.left(_FOR_GROUPS)
        end = None if seconds is None else monotonic() + seconds
        groups = Groups(
            self._problem,
            given,
            shares.of_person,
            lambda: None if end is None else max(0.0, end - monotonic()),
            self._effort.seed,
        )
        groups.run(fair=fair, least=least)
        return groups.rota()

    def _as_fair_as_can_be(self) -> bool:
        return self._shares is not None and self.goals[1].value == self._shares.lowest

    def _tight(self, goal: Sum, values: Sequence[int]) -> Sequence[int]:
        """The same rota, with what is only counted as low as can be; a search broken off leaves more."""
        hint = self._model.values_of(self._model.assignments(values))
        counted = self._solver.minimize(
            goal, seconds=5.0, workers=1, seed=self._effort.seed, hint=hint, fixed=True
        )
        return min((one for one in (values, counted.values) if one is not None), key=goal.value)

    def _of_months(self, goal: Sum, known: Solved) -> Solved:
        """What can be put together from whole months of single people, in most of the time that is left."""
        given = () if known.values is None else self._model.assignments(known.values)
        seconds = self.left(_FOR_MONTHS)
        end = None if seconds is None else monotonic() + seconds
        found = Columns(
            self._problem, lambda: None if end is None else max(0.0, end - monotonic()), self._effort.seed
        )
        found.run(given)
        bound = known.bound if found.bound is None else found.bound
        if found.value is None:
            return Solved(None, bound, False)
        hint = self._model.values_of(found.assignments())
        counted = self._solver.minimize(
            goal, seconds=None, workers=1, seed=self._effort.seed, hint=hint, fixed=True
        )
        return Solved(counted.values, bound, found.proven)

    def _begin(self, goal: Sum) -> None:
        """A rota as a clerk would fill it is where the solver starts; if it is not sound, it is forgotten."""
        start = first_rota(self._problem)
        hint = self._model.values_of(start)
        found = self._solver.minimize(
            goal, seconds=self.left(0.2), workers=1, seed=self._effort.seed, hint=hint, fixed=True
        )
        self._values = found.values

    def _kept(self, solved: Solved, goal: Sum) -> Solved:
        """What was found before still holds when the time was too short to find it again."""
        if solved.values is not None or solved.impossible or self._values is None:
            return solved
        # Only what counts the new goal is still open, and that is found at once.
        counted = self._solver.minimize(
            goal, seconds=5.0, workers=1, seed=self._effort.seed, hint=self._values, fixed=True
        )
        return Solved(counted.values, solved.bound, False)

    # -- the plan -----------------------------------------------------------------------------------------
    def told(self) -> RotaPlan:
        """The plan as it stands."""
        if self._impossible:
            clash, minimal, smallest = clash_of(self._problem, self.left, self._effort.seed)
            return RotaPlan(answer=Answer.IMPOSSIBLE, clash=clash, minimal=minimal, smallest=smallest)
        if self._values is None or len(self.goals) < len(self._problem.levels):
            return RotaPlan(answer=Answer.NOTHING)
        assignments = self._model.assignments(self._values)
        goals = self._counted(assignments)
        return RotaPlan(
            answer=Answer.PROVEN if all(goal.proven for goal in goals) else Answer.FOUND,
            assignments=assignments,
            goals=goals,
            forced=self._forced(assignments),
        )

    def _counted(self, assignments: Sequence[Assignment]) -> tuple[Goal, ...]:
        """What the goals came to in the end: a later one may have bettered one that was not proven."""
        values = counted(self._problem, assignments)
        levels = zip(self._problem.levels, self.goals, strict=True)
        reached = [(sum(values[name] for name in level), goal) for level, goal in levels]
        return tuple(Goal(goal.name, value, min(value, goal.bound)) for value, goal in reached)

    def _forced(self, assignments: Sequence[Assignment]) -> tuple[Forced, ...]:
        if not any(FAIRNESS in level for level in self._problem.levels):
            return ()
        found: list[Forced] = []
        left = self._naming()
        for fairness in self._problem.fairness:
            far = [
                (person, have, target)
                for person, target in fairness.targets
                if abs(1000 * (have := _count(assignments, fairness, person)) - target) > 1000
            ]
            together: tuple[Rule, ...] | None = None
            for person, have, target in far:
                asked = (self._problem, fairness)
                # What was published explains itself: there no rule is looked for.
                named = not self._problem.standing
                rules = forced_by(*asked, person, self._cover(), left, self._effort.seed) if named else ()
                alone = bool(rules)
                if named and not alone:
                    if together is None:
                        together = forced_together(*asked, self._cover(), left, self._effort.seed)
                    rules = together
                forced = Forced(measure=fairness.code, person=person, have=have, target=target, rules=rules)
                sought = bool(rules) or (named and looked_through(self._problem))
                found.append(attrs.evolve(forced, alone=alone, sought=sought))
        return tuple(found)

    def _naming(self) -> Callable[[], float]:
        """Naming the rules behind an unfair share is worth some seconds, and no single question many."""
        seconds = self.left()
        # Something is left for it even when the goals took all the time: an unfair share without a reason
        # is only half an answer.
        end = monotonic() + (_NAMING if seconds is None else max(_LEAST_NAMING, min(seconds, _NAMING)))
        return lambda: min(_NAMING / 5, max(0.0, end - monotonic()))

    def _cover(self) -> int | None:
        """What cover came to; None: it is no goal of this problem."""
        known = self._sums.get(COVER)
        return None if known is None or self._values is None else known.value(self._values)


def _count(assignments: Sequence[Assignment], fairness: Fairness, person: str) -> int:
    return sum(
        one.person == person and (fairness.slots is None or one.slot in fairness.slots) for one in assignments
    )


def _better(one: Solved, other: Solved, goal: Sum) -> Solved:
    """The better solution of two tries, and the better bound."""
    bound = max(one.bound, other.bound)
    found = [solved.values for solved in (other, one) if solved.values is not None]
    if not found:
        return Solved(None, bound, other.proven, other.impossible)
    values = min(found, key=goal.value)
    value = goal.value(values)
    return Solved(values, min(bound, value), other.proven or bound >= value)


def _lowest(rows: Rows, goal: Sum) -> int:
    """A bound that needs no solver: every variable at its cheaper end."""
    return goal.constant + sum(
        factor * (rows.lows[column] if factor > 0 else rows.highs[column])
        for column, factor in zip(goal.columns, goal.factors, strict=True)
    )
