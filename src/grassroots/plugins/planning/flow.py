"""Pairings as a flow of least cost: each goal is proven, whatever the size.

The order of goals. *Cover* is the greatest flow. *Keep* and *suitability* are one cost, K for each pair that
is kept and its score. *Spread* rides along: the k-th person of a supporter costs k, one part in ``room`` of a
point. That this part never buys a point is certain: one cycle in the flow changes the load of two supporters
and no more. That K is large enough is not certain, and a K that is surely large enough makes the solver
several times slower. So a small K is tried, and the plan is then *proven* in exact numbers, without the
solver: it is the best one if and only if no cycle of exchanges improves it, and potentials that fit every
candidate show that there is none (Bellman and Ford, over whole columns at a time). If they are not found in
a number of rounds, the sure K is taken.

Candidates fall into parts that have nobody in common (compounds, villages); each part is a flow of its own,
which is faster than one flow of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from grassroots.contracts.planning import (
    Answer,
    Effort,
    Pair,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    PairingValues,
)
from grassroots.errors import need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]

_ROUNDS: Final = 300
"""How often the potentials are improved before the sure weight is taken instead."""

_CHUNK: Final = 4_000
"""Parts with fewer candidates are put together: a call of the solver has a price of its own."""


def _libraries() -> tuple[Any, Any]:
    try:
        import numpy
        from ortools.graph.python import min_cost_flow
    except ImportError as error:
        raise need("planning", "ortools") from error
    return numpy, min_cost_flow


@final
@attrs.frozen(eq=False)
class _Arcs:
    """The columns of a problem as arrays, with what is needed to walk them by supporter.

    ``by_supporter`` orders the candidates by supporter; ``row_first`` and ``column_first`` are where each
    recipient's and each supporter's candidates begin (only of those who have any: ``rows``, ``columns``).
    """

    supporters: Column
    recipients: Column
    scores: Column
    kept: Column
    room: Column
    by_supporter: Column
    rows: Column
    row_first: Column
    columns: Column
    column_first: Column
    width: int
    height: int


@final
class FlowPlanner(PairingPlanner):
    """The planner of pairings ``optimal``; it takes the time it needs, whatever ``effort.seconds`` says."""

    def __init__(self) -> None:
        self._np, self._flow = _libraries()

    def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
        """The proven best plan."""
        if not len(problem.candidates):
            none = PairingValues(covered=0, kept=0, suitability=0, spread=0)
            return PairingPlan(answer=Answer.PROVEN, values=none, bounds=none)
        arcs = self._arcs(problem)
        parts = list(self._parts(arcs))
        top = int(arcs.scores.max())
        # What one cycle of exchanges can win in points is at most all points there are.
        sure = min(len(problem.recipients), len(problem.supporters) * int(arcs.room.max() or 1)) * top + 1
        weights = [sure] if 4 * (top + 1) >= sure or not arcs.kept.any() else [4 * (top + 1), sure]
        chosen = arcs.supporters[:0]
        for weight in weights:
            found = [self._solve(arcs, part, weight) for part in parts]
            chosen = self._np.sort(self._np.concatenate(found))
            if weight == sure or self._proven(arcs, chosen, sure):
                break
        return self._told(problem, arcs, chosen)

    # -- columns ------------------------------------------------------------------------------------------
    def _arcs(self, problem: PairingProblem) -> _Arcs:
        np, found = self._np, problem.candidates
        supporters = np.frombuffer(found.supporters, np.int32)
        recipients = np.frombuffer(found.recipients, np.int32)
        by_supporter = np.argsort(supporters, kind="stable")
        rows, row_first = np.unique(recipients, return_index=True)
        columns, column_first = np.unique(supporters[by_supporter], return_index=True)
        return _Arcs(
            supporters=supporters,
            recipients=recipients,
            scores=np.frombuffer(found.scores, np.int32).astype(np.int64),
            kept=np.frombuffer(found.kept, np.int8).astype(np.int64),
            room=np.fromiter((one.room for one in problem.supporters), np.int64, len(problem.supporters)),
            by_supporter=by_supporter,
            rows=rows,
            row_first=row_first,
            columns=columns,
            column_first=column_first,
            width=len(problem.supporters),
            height=len(problem.recipients),
        )

    def _parts(self, arcs: _Arcs) -> Iterator[Column | None]:
        """Indexes of the candidates of each part, small ones put together; None: all in one."""
        np = self._np
        label = self._labels(arcs)[arcs.recipients]
        order = np.argsort(label, kind="stable")
        _, first, count = np.unique(label[order], return_index=True, return_counts=True)
        if len(first) == 1:
            yield None
            return
        begun, size = int(first[0]), 0
        for start, length in zip(first.tolist(), count.tolist(), strict=True):
            size += length
            if size >= _CHUNK:
                # Sorted: within a part candidates stay in the order of the columns.
                yield np.sort(order[begun : start + length])
                begun, size = start + length, 0
        if size:
            yield np.sort(order[begun:])

    def _labels(self, arcs: _Arcs) -> Column:
        """A label for each recipient, the same for all who hang together: the least of their supporters."""
        np = self._np
        of_supporter: Column = np.arange(arcs.width)
        of_recipient: Column = np.zeros(arcs.height, np.int64)
        sorted_rows = arcs.recipients[arcs.by_supporter]
        while True:
            of_recipient[arcs.rows] = np.minimum.reduceat(of_supporter[arcs.supporters], arcs.row_first)
            lower = of_supporter.copy()
            lower[arcs.columns] = np.minimum(
                lower[arcs.columns], np.minimum.reduceat(of_recipient[sorted_rows], arcs.column_first)
            )
            # A label is a supporter, whose own label may be lower still: without these jumps a chain of
            # neighbours across a town would take a round for each of its links.
            while not np.array_equal(jumped := lower[lower], lower):
                lower = jumped
            if np.array_equal(lower, of_supporter):
                return of_recipient
            of_supporter = lower

    # -- flows --------------------------------------------------------------------------------------------
    def _solve(self, arcs: _Arcs, part: Column | None, weight: int) -> Column:
        """The candidates chosen in one part, as indexes into the columns."""
        np = self._np
        take: Any = slice(None) if part is None else part
        lookers, column = np.unique(arcs.supporters[take], return_inverse=True)
        looked_after, row = np.unique(arcs.recipients[take], return_inverse=True)
        width, height, count = len(lookers), len(looked_after), len(column)
        degree = np.bincount(column, minlength=width)
        room = np.minimum(arcs.room[lookers], degree)
        most = max(1, int(room.max()))
        source, sink = width + height, width + height + 1
        # A supporter's places, each a little dearer than the one before.
        places = np.repeat(np.arange(width), room)
        rank = np.arange(len(places)) - np.repeat(np.cumsum(room) - room, room)
        worth = (weight * arcs.kept[take] + arcs.scores[take]) * most
        flow = self._flow.SimpleMinCostFlow()
        pairs = flow.add_arcs_with_capacity_and_unit_cost(
            column, width + row, np.ones(count, np.int64), -worth
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            np.full(len(places), source), places, np.ones(len(places), np.int64), rank
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            width + np.arange(height),
            np.full(height, sink),
            np.ones(height, np.int64),
            np.zeros(height, np.int64),
        )
        supply = np.zeros(sink + 1, np.int64)
        supply[source], supply[sink] = height, -height
        flow.set_nodes_supplies(np.arange(sink + 1), supply)
        status = flow.solve_max_flow_with_min_cost()
        if status != flow.OPTIMAL:
            # Nothing in a problem can bring this about: all flows are finite and nobody paired is one.
            raise RuntimeError(f"the flow ended with {status}")
        chosen: Column = np.flatnonzero(flow.flows(pairs))
        return chosen if part is None else part[chosen]

    # -- proof --------------------------------------------------------------------------------------------
    def _proven(self, arcs: _Arcs, chosen: Column, sure: int) -> bool:
        """Whether no exchange improves keep and suitability, in exact numbers; False: not found out.

        Potentials of supporters and recipients such that no step of an exchange goes below them: giving
        somebody to another supporter, taking the place of somebody, moving a free place.
        """
        np = self._np
        worth = sure * arcs.kept + arcs.scores
        free_worth = worth.copy()
        # What is chosen is not a step of this direction: it must never be the least.
        far = np.int64(1) << 60
        free_worth[chosen] = -far
        load = np.bincount(arcs.supporters[chosen], minlength=arcs.width)
        gives, takes = load > 0, load < arcs.room
        has = np.zeros(arcs.height, bool)
        has[arcs.recipients[chosen]] = True
        lacks = np.zeros(arcs.height, bool)
        lacks[arcs.rows] = True
        lacks &= ~has
        lookers = np.zeros(arcs.width, np.int64)
        looked_after = np.zeros(arcs.height, np.int64)
        order = chosen[np.argsort(arcs.supporters[chosen], kind="stable")]
        busy, first = np.unique(arcs.supporters[order], return_index=True)
        for _ in range(_ROUNDS):
            before = lookers.copy(), looked_after.copy()
            step = np.minimum.reduceat(lookers[arcs.supporters] - free_worth, arcs.row_first)
            looked_after[arcs.rows] = np.minimum(looked_after[arcs.rows], step)
            if lacks.any():
                looked_after[has] = np.minimum(looked_after[has], looked_after[lacks].min())
            if len(order):
                step = np.minimum.reduceat(looked_after[arcs.recipients[order]] + worth[order], first)
                lookers[busy] = np.minimum(lookers[busy], step)
            if gives.any():
                lookers[takes] = np.minimum(lookers[takes], lookers[gives].min())
            if np.array_equal(lookers, before[0]) and np.array_equal(looked_after, before[1]):
                return True
        return False

    def _told(self, problem: PairingProblem, arcs: _Arcs, chosen: Column) -> PairingPlan:
        np = self._np
        load = np.bincount(arcs.supporters[chosen], minlength=arcs.width)
        values = PairingValues(
            covered=len(chosen),
            kept=int(arcs.kept[chosen].sum()),
            suitability=int(arcs.scores[chosen].sum()),
            spread=int((load * load).sum()),
        )
        lookers, looked_after = problem.supporters, problem.recipients
        pairs = tuple(
            Pair(lookers[supporter].id, looked_after[recipient].id)
            for supporter, recipient in zip(
                arcs.supporters[chosen].tolist(), arcs.recipients[chosen].tolist(), strict=True
            )
        )
        return PairingPlan(answer=Answer.PROVEN, pairs=pairs, values=values, bounds=values)
