"""The rotas that are as fair as can be, and the best of them in wishes, straight from one linear program.

How fair a rota can be at all is known from what each person can have (``shares``). Where rotas that fair
exist, which they mostly do, each person has few profiles left in them, and the linear program of what is
left is nearly whole: what of it is whole is kept, the solver finds the rest in a second, and its bound proves
the wishes. Where that comes to nothing, only its seconds are lost.
"""

from __future__ import annotations

from typing import Final, final

import attrs

from grassroots.contracts.planning import COVER, FAIRNESS, WISHES, Assignment, Effort, RotaProblem
from grassroots.plugins.planning.engine import CpSat
from grassroots.plugins.planning.linear import relaxed
from grassroots.plugins.planning.model import RotaModel
from grassroots.plugins.planning.shares import Shares

_ROUNDING: Final = 5.0
"""Seconds at most for what the linear program left in parts."""


@final
@attrs.frozen
class Fairest:
    """Of all rotas that are as fair as can be: what wishes come to at least, and one of them."""

    bound: int
    rota: tuple[Assignment, ...] | None


def fairest(
    problem: RotaProblem, cover: int, shares: Shares, seconds: float | None, effort: Effort
) -> Fairest | None:
    """The rota of the linear program, with cover at most as dear as given; None: not in this time."""
    model = RotaModel(problem)
    model.rows.between(model.goal(COVER), None, cover)
    model.rows.between(model.goal(FAIRNESS), None, shares.lowest)
    if not shares.tie(model, 0):
        return None
    goal = model.goal(WISHES)
    best = relaxed(model.rows, goal, seconds)
    if best is None:
        return None
    whole = {column: best.whole[column] for column in model.values_of(()) if column in best.whole}
    found = CpSat(model.rows).minimize(
        goal,
        seconds=_ROUNDING if seconds is None else min(_ROUNDING, seconds),
        workers=effort.cores,
        seed=effort.seed,
        hint=whole,
        fixed=True,
    )
    return Fairest(best.bound, None if found.values is None else model.assignments(found.values))
