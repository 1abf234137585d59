"""The smallest of all clashes: no set of fewer rules is impossible.

Whatever can hold together leaves at least one rule of every clash out. So of each such set of left-out rules
a clash has one; the fewest rules that have one of each set seen so far are tried, and either they clash, and
then no fewer can, or as many rules as possible are kept beside them, and those left out are one set more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from time import monotonic
from typing import Final

from grassroots.contracts.planning import RotaProblem, Rule, rules_of
from grassroots.plugins.planning.engine import CpSat, cp_sat
from grassroots.plugins.planning.model import RotaModel

_MOST_PAIRS: Final = 30_000
"""Pairs of people and slots up to which it is tried."""

_LONGEST: Final = 4.0
"""Seconds at most: a clash that is known is short already."""


def smallest_clash(
    problem: RotaProblem, known: Collection[Rule], seconds: float | None, seed: int
) -> tuple[Rule, ...] | None:
    """A clash of as few rules as there can be (``known`` if none has fewer); None: not found out."""
    if len(known) < 2:
        return tuple(sorted(known))
    if len(problem.people) * len(problem.slots) > _MOST_PAIRS:
        return None
    end = monotonic() + (_LONGEST if seconds is None else min(_LONGEST, seconds))
    solver = CpSat(RotaModel(problem, told=True).rows, switched=frozenset(rules_of(problem)))
    sets: list[set[Rule]] = []
    while (left := end - monotonic()) > 0:
        few = _fewest(sets, left, seed)
        if few is None:
            return None
        if len(few) >= len(known):
            return tuple(sorted(known))
        kept = solver.most_kept(few, end - monotonic(), seed)
        if kept is None or kept is True:
            return None
        if kept is False:
            return tuple(sorted(few))
        sets.append(set(solver.switched) - kept)
    return None


def _fewest(sets: Sequence[set[Rule]], seconds: float, seed: int) -> list[Rule] | None:
    """The fewest rules of which each set has one, by proof; None: not in the time."""
    cp = cp_sat()
    model = cp.CpModel()
    rules = sorted(set().union(*sets))
    chosen = {rule: model.new_bool_var("") for rule in rules}
    for one in sets:
        model.add_bool_or([chosen[rule] for rule in sorted(one)])
    model.minimize(cp.LinearExpr.sum(list(chosen.values())))
    solver = cp.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if solver.solve(model) != cp.OPTIMAL:
        return None
    return [rule for rule in rules if solver.value(chosen[rule])]
