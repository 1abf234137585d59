"""The linear program of rows: a bound that is exact, and what of its solution is whole.

A linear program may share a duty among people, so no rota is better than its best. A district takes it
seconds where a constraint solver looks for minutes, and nearly all that it says is whole anyway. Its own
floats prove nothing: its prices are rounded to whole numbers of a small part, and with any prices at all the
rows add up to a bound, which is then reckoned in whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import attrs

from grassroots.plugins.planning.rows import Rows, Sum

_GRAIN: Final = 1 << 24
"""Prices are whole numbers of this part of a point."""

_WHOLE: Final = 1e-6
"""What is not further from a whole number counts as one."""


@final
@attrs.frozen
class Relaxed:
    """``bound``: what the goal does not go below; ``whole``: the variables of the best that are whole."""

    bound: int
    whole: Mapping[int, int]


def relaxed(rows: Rows, goal: Sum, seconds: float | None) -> Relaxed | None:
    """Solve the linear program of rows; None: not in this time, or there is no solution."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    if seconds is not None:
        solver.SetTimeLimit(max(1, int(1000 * seconds)))
    columns = [
        solver.NumVar(float(low), float(high), "") for low, high in zip(rows.lows, rows.highs, strict=True)
    ]
    made = [_row(solver, columns, one.columns, one.factors, one.low, one.high) for one in rows.rows]
    objective = solver.Objective()
    objective.SetMinimization()
    for column, factor in _summed(goal.columns, goal.factors).items():
        objective.SetCoefficient(columns[column], float(factor))
    if solver.Solve() != solver.OPTIMAL:
        return None
    found = [one.solution_value() for one in columns]
    return Relaxed(
        bound_at(rows, goal, [round(_GRAIN * one.dual_value()) for one in made], _GRAIN),
        {column: round(one) for column, one in enumerate(found) if abs(one - round(one)) < _WHOLE},
    )


def bound_at(rows: Rows, goal: Sum, prices: Sequence[int], grain: int = 1) -> int:
    """What the goal cannot be less than, by these prices of the rows (each so many parts of ``grain``).

    Any prices will do, and good ones give a good bound (weak duality of linear programs). A price above
    nothing is paid for the lower side of a row, one below nothing for the upper side; a side that is not
    there cannot be paid for, and its price is left out.
    """
    left = {column: grain * factor for column, factor in _summed(goal.columns, goal.factors).items()}
    total = grain * goal.constant
    for row, price in zip(rows.rows, prices, strict=True):
        side = row.low if price > 0 else row.high
        if not price or side is None:
            continue
        total += price * side
        for column, factor in zip(row.columns, row.factors, strict=True):
            left[column] = left.get(column, 0) - price * factor
    for column, factor in left.items():
        total += factor * (rows.lows[column] if factor > 0 else rows.highs[column])
    return -(-total // grain)


def _summed(columns: Sequence[int], factors: Sequence[int]) -> dict[int, int]:
    """Factors by variable: one may stand in a sum several times."""
    summed: dict[int, int] = {}
    for column, factor in zip(columns, factors, strict=True):
        summed[column] = summed.get(column, 0) + factor
    return summed


def _row(
    solver: Any,
    made: Sequence[Any],
    columns: Sequence[int],
    factors: Sequence[int],
    low: int | None,
    high: int | None,
) -> Any:
    row = solver.Constraint(
        -solver.infinity() if low is None else float(low), solver.infinity() if high is None else float(high)
    )
    for column, factor in _summed(columns, factors).items():
        row.SetCoefficient(made[column], float(factor))
    return row
