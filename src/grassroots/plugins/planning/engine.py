"""Rows to the solver and back: CP-SAT."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, final

import attrs

from grassroots.contracts.planning import Rule
from grassroots.errors import need
from grassroots.plugins.planning.rows import Rows, Sum

FAR = 1 << 40
"""Beyond every sum of a rota: a side that is not there."""


@final
@attrs.frozen
class Solved:
    """What a solver came back with. ``values`` None: no solution found; ``bound`` of the goal's value."""

    values: Sequence[int] | None
    bound: int
    proven: bool
    impossible: bool = False


def cp_sat() -> Any:
    """The module, or MissingExtra."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise need("planning", "ortools") from error
    return cp_model


@final
class CpSat:
    """Rows as a model of CP-SAT. Rows that belong to rules among ``switched`` hold only if these do."""

    def __init__(self, rows: Rows, *, switched: Collection[Rule] = ()) -> None:
        self._cp = cp_sat()
        self._rows = rows
        self._switched = switched
        self._model = self._cp.CpModel()
        self._variables: list[Any] = []
        self._fed = 0
        self._switches: dict[Rule, Any] = {}
        self.feed()

    def feed(self) -> None:
        """Take in what was added to the rows since."""
        model, rows = self._model, self._rows
        for number in range(len(self._variables), len(rows.lows)):
            low, high = rows.lows[number], rows.highs[number]
            if (low, high) == (0, 1):
                self._variables.append(model.new_bool_var(""))
            else:
                self._variables.append(model.new_int_var(low, high, ""))
        for row in rows.rows[self._fed :]:
            low = -FAR if row.low is None else row.low
            high = FAR if row.high is None else row.high
            made = model.add_linear_constraint(self._weighted(row.columns, row.factors), low, high)
            if switches := [self._switch(rule) for rule in row.rules if rule in self._switched]:
                made.only_enforce_if(switches)
        self._fed = len(rows.rows)

    def _switch(self, rule: Rule) -> Any:
        if rule not in self._switches:
            self._switches[rule] = self._model.new_bool_var("")
        return self._switches[rule]

    def _weighted(self, columns: Sequence[int], factors: Sequence[int]) -> Any:
        if not columns:
            return self._cp.LinearExpr.sum([])
        return self._cp.LinearExpr.weighted_sum([self._variables[one] for one in columns], factors)

    # -- is it possible -----------------------------------------------------------------------------------
    def impossible(self, seconds: float | None, seed: int) -> bool | None:
        """Whether the rows have no solution; None: not found out in the time."""
        status = self._solver(seconds, 1, seed).solve(self._model)
        if status == self._cp.INFEASIBLE:
            return True
        return False if status in (self._cp.OPTIMAL, self._cp.FEASIBLE) else None

    def blamed(self, seconds: float | None, seed: int) -> set[Rule] | None:
        """Switched rules that cannot all hold; None: not found out, or there is a solution."""
        names = {literal.index: rule for rule, literal in self._switches.items()}
        self._model.clear_assumptions()
        self._model.add_assumptions(list(self._switches.values()))
        solver = self._solver(seconds, 1, seed)
        status = solver.solve(self._model)
        self._model.clear_assumptions()
        if status != self._cp.INFEASIBLE:
            return None
        return {names[index] for index in solver.sufficient_assumptions_for_infeasibility()}

    def most_kept(self, must: Collection[Rule], seconds: float | None, seed: int) -> set[Rule] | bool | None:
        """As many switched rules as can hold together with these; False: these cannot hold; None: unknown."""
        model = self._model.clone()
        switches = {
            rule: model.get_bool_var_from_proto_index(one.index) for rule, one in self._switches.items()
        }
        for rule in must:
            if rule in switches:
                model.add(switches[rule] == 1)
        model.maximize(self._cp.LinearExpr.sum(list(switches.values())))
        solver = self._solver(seconds, 1, seed)
        status = solver.solve(model)
        if status == self._cp.INFEASIBLE:
            return False
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return None
        return {rule for rule, one in switches.items() if solver.value(one)}

    @property
    def switched(self) -> frozenset[Rule]:
        """The rules that rows can be switched by: any other one forbids nothing."""
        return frozenset(self._switches)

    # -- what is best -------------------------------------------------------------------------------------
    def _sum(self, found: Sum) -> Any:
        """An expression of the solver."""
        return self._weighted(found.columns, found.factors) + found.constant

    def minimize(
        self,
        goal: Sum,
        *,
        seconds: float | None,
        workers: int,
        seed: int,
        hint: Sequence[int] | Mapping[int, int] | None = None,
        fixed: bool = False,
    ) -> Solved:
        """The least value of a goal, from a hint (a whole solution, or some of its variables).

        ``fixed``: what the hint says stays as it is.
        """
        model = self._model
        model.clear_hints()
        pairs = hint.items() if isinstance(hint, Mapping) else enumerate(hint or ())
        for column, value in pairs:
            if column < len(self._variables):
                model.add_hint(self._variables[column], value)
        model.minimize(self._sum(goal))
        solver = self._solver(seconds, workers, seed)
        solver.parameters.fix_variables_to_their_hinted_value = fixed
        status = solver.solve(model)
        cp = self._cp
        if status == cp.INFEASIBLE:
            return Solved(None, 0, True, True)
        bound = round_up(solver.best_objective_bound)
        if status not in (cp.OPTIMAL, cp.FEASIBLE):
            return Solved(None, bound, False)
        values = [solver.value(one) for one in self._variables]
        value = goal.value(values)
        return Solved(values, value if status == cp.OPTIMAL else min(bound, value), status == cp.OPTIMAL)

    def _solver(self, seconds: float | None, workers: int, seed: int) -> Any:
        solver = self._cp.CpSolver()
        if seconds is not None:
            solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed
        return solver


def round_up(bound: float) -> int:
    """A bound of a whole number, from a solver that counts in floats."""
    return int(-(-(bound - 1e-6) // 1))
