"""A linear program of months: whose is taken how far, and what that makes each slot worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, Final, final

from grassroots.plugins.planning.engine import cp_sat
from grassroots.plugins.planning.months import Month, Pieces
from grassroots.plugins.planning.paths import FAR

_GRAIN: Final = 64
"""Prices are whole numbers of this part of a point: then sums of them are exact, and so is the bound."""

_MISSING: Final = 1e5
"""What it costs the linear program that somebody has no month yet."""

_TURNS: Final = 4
"""Of so many people one is asked for a better month in most rounds."""

Told = Callable[[float], bool]
"""Hears of a bound, and says whether that is enough."""


@final
class Master:
    """The linear program of some people; ``have`` are the others, who stay."""

    def __init__(self, pieces: Pieces, people: Collection[int], have: Sequence[int]) -> None:
        from ortools.linear_solver import pywraplp

        self._pieces = pieces
        self._people = list(people)
        self._base = have
        self._rows = pieces.rows
        self._open = [place for place, row in enumerate(self._rows) if not row.able.isdisjoint(people)]
        solver = self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._goal = solver.Objective()
        self._goal.SetMinimization()
        self._one = {who: solver.Constraint(1.0, 1.0) for who in self._people}
        for row in self._one.values():
            self._variable(_MISSING, 1.0, [(row, 1.0)])
        self._cover = {}
        for place in self._open:
            row, count = self._rows[place], have[place]
            made = solver.Constraint(float(row.wanted - count), float(row.wanted - count))
            self._cover[place] = made
            self._variable(row.under, float("inf"), [(made, 1.0)], least=max(0, row.wanted - row.most))
            if row.most >= row.wanted:
                self._variable(row.over, float(row.most - row.wanted), [(made, -1.0)])
        self.months: dict[tuple[int, Month], Any] = {}

    def shares(self) -> list[tuple[float, int, Month]] | None:
        """How much of each month the linear program takes, most first; None: it was not solved."""
        if self._solver.Solve() != self._solver.OPTIMAL:
            return None
        shares = [(made.solution_value(), who, month) for (who, month), made in self.months.items()]
        return sorted(shares, key=lambda one: (-one[0], one[1], one[2]))

    def _variable(
        self, cost: float, most: float, entries: Iterable[tuple[Any, float]], *, least: float = 0.0
    ) -> Any:
        made = self._solver.NumVar(least, most, "")
        self._goal.SetCoefficient(made, float(cost))
        for row, factor in entries:
            row.SetCoefficient(made, factor)
        return made

    def add_all(self, months: Iterable[tuple[int, Month]]) -> int:
        """Take months in; how many were new."""
        count = 0
        for who, month in months:
            if (who, month) in self.months:
                continue
            entries = [(self._one[who], 1.0)]
            for slot in month:
                for place in self._pieces.of_slot[slot]:
                    if who in self._rows[place].able:
                        entries.append((self._cover[place], 1.0))
            cost = self._pieces.wished(who, month)
            self.months[who, month] = self._variable(cost, float("inf"), entries)
            count += 1
        return count

    # -- prices -------------------------------------------------------------------------------------------
    def price(
        self,
        seconds: float | None,
        told: Told | None,
        rounds: int = 1 << 30,
    ) -> None:
        """Add months at the prices of the linear program until none is better. ``told`` hears of bounds."""
        end = None if seconds is None else monotonic() + seconds
        asked = self._people
        steady, best, turn = None, -FAR, 0
        while rounds > 0 and (end is None or monotonic() < end):
            rounds -= 1
            if self._solver.Solve() != self._solver.OPTIMAL:
                return
            exact = self._prices()
            shares = {who: self._one[who].dual_value() for who in asked}
            # Prices halfway to the best ones so far swing less.
            prices = exact if steady is None else self._rounded(0.5 * exact + 0.5 * steady)
            # Most rounds ask some people only: the program is solved anew sooner, and its prices are better.
            turn += 1
            some = (
                asked[turn % _TURNS :: _TURNS] if turn % (2 * _TURNS) and len(asked) > 2 * _TURNS else asked
            )
            for tried in (prices, exact):
                added, bound = self._round(tried, exact, shares, some)
                if some is not asked and not added:
                    some = asked
                    added, bound = self._round(tried, exact, shares, some)
                if some is asked and bound > best:
                    best, steady = bound, tried
                    if told is not None and told(bound):
                        return
                if added < 0 or added:
                    break
            if added < 0 or (not added and some is asked):
                return

    def _round(
        self, prices: Any, exact: Any, shares: dict[int, float], asked: Sequence[int]
    ) -> tuple[int, float]:
        pieces, added, bound = self._pieces, 0, self._lowest(prices)
        gains, marked = self._by_slot(prices), self._by_slot(exact)
        for who in asked:
            found = pieces.paths[who].best(pieces.own[who] - gains[who])
            if found is None:
                return -1, bound
            value, month = found
            bound += value
            real = sum(pieces.own[who, slot] - marked[who][slot] for slot in month) - shares[who]
            if real < -1e-6:
                added += self.add_all([(who, month)])
        return added, bound

    def _prices(self) -> Any:
        import numpy as np

        prices = np.zeros(len(self._rows))
        for place, row in self._cover.items():
            prices[place] = row.dual_value()
        return self._rounded(prices)

    def _rounded(self, prices: Any) -> Any:
        return (prices * _GRAIN).round() / _GRAIN

    def _by_slot(self, prices: Any) -> dict[int, Any]:
        """What each slot brings each person, at these prices."""
        import numpy as np

        pieces = self._pieces
        everybody = np.zeros(len(pieces.problem.slots))
        special = []
        for place in self._open:
            row = self._rows[place]
            if len(row.able) == len(pieces.paths):
                everybody[row.slot] += prices[place]
            else:
                special.append((row, prices[place]))
        if not special:
            return dict.fromkeys(self._people, everybody)
        gains = {}
        for who in self._people:
            gains[who] = everybody.copy()
            for row, price in special:
                if who in row.able:
                    gains[who][row.slot] += price
        return gains

    def _lowest(self, prices: Any) -> float:
        """The least that cover can come to if each person there brings the price."""
        # Where none of these people counts, what is missing stays missing.
        total = float(
            sum(
                row.cost(have)
                for row, have in zip(self._rows, self._base, strict=True)
                if row.able.isdisjoint(self._people)
            )
        )
        for place in self._open:
            row, price, base = self._rows[place], float(prices[place]), self._base[place]
            counts = {0, max(0, row.wanted - base), max(0, min(row.most, len(row.able)) - base)}
            total += min(row.cost(base + count) + price * count for count in counts)
        return total

    # -- whole months -------------------------------------------------------------------------------------
    def whole(self, seconds: float, hint: Mapping[int, Month], seed: int) -> dict[int, Month] | None:
        """The best rota of the months found; None: none was found in the time."""
        model, cp = cp_sat().CpModel(), cp_sat()
        of: dict[int, list[Any]] = defaultdict(list)
        there: dict[int, list[Any]] = defaultdict(list)
        goal, weights, chosen = [], [], {}
        for (who, month), _ in self.months.items():
            made = model.new_bool_var("")
            chosen[who, month] = made
            of[who].append(made)
            goal.append(made)
            weights.append(self._pieces.wished(who, month))
            for slot in month:
                for place in self._pieces.of_slot[slot]:
                    if who in self._rows[place].able:
                        there[place].append(made)
            if month == hint.get(who):
                model.add_hint(made, 1)
        for variables in of.values():
            model.add_exactly_one(variables)
        for place in self._open:
            row, base = self._rows[place], self._base[place]
            under = model.new_int_var(max(0, row.wanted - row.most), max(row.wanted, 0), "")
            over = model.new_int_var(0, max(0, min(row.most, len(row.able)) - row.wanted), "")
            model.add(sum(there[place]) + under - over == row.wanted - base)
            goal += [under, over]
            weights += [row.under, row.over]
        model.minimize(cp.LinearExpr.weighted_sum(goal, weights))
        solver = cp.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        if solver.solve(model) not in (cp.OPTIMAL, cp.FEASIBLE):
            return None
        return {who: month for (who, month), made in chosen.items() if solver.value(made)}
