"""Rotas put together from whole months of single people, where no rule binds people to each other.

A linear program shares everybody out among the months found for them so far; its prices say what a slot is
worth, and for each person the best month at these prices (``paths``) is added, until none is better. Any
prices give a bound, and good ones a far better one than a model slot by slot does. A rota of whole months is
then found by settling one person after the other, and made better by planning a few people anew at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from math import ceil
from random import Random
from typing import Any, Final, final

import attrs

from grassroots.contracts.planning import COVER, WISHES, Assignment, RotaProblem
from grassroots.plugins.planning.engine import cp_sat
from grassroots.plugins.planning.paths import FAR, Paths

_GRAIN: Final = 64
"""Prices are whole numbers of this part of a point: then sums of them are exact, and so is the bound."""

_MISSING: Final = 1e5
"""What it costs the linear program that somebody has no month yet."""

_SURE: Final = 0.9
"""From this share on somebody's month is clear."""

_TURNS: Final = 4
"""Of so many people one is asked for a better month in most rounds."""

_STEPS: Final = 20
"""Steps in which everybody is settled, about."""

Month = tuple[int, ...]
"""The slots of one person, by number."""


@final
@attrs.frozen
class _Row:
    """One need of a slot, and who counts for it."""

    slot: int
    wanted: int
    under: int
    over: int
    most: int
    able: frozenset[int]

    def cost(self, have: int) -> float:
        """What so many people cost."""
        if have > self.most:
            return FAR
        return self.under * max(0, self.wanted - have) + self.over * max(0, have - self.wanted)


@final
class Columns:
    """A problem that ``paths.fit`` says yes to. ``left`` gives the seconds left (None: no end)."""

    def __init__(self, problem: RotaProblem, left: Callable[[], float | None], seed: int) -> None:
        import numpy as np

        self._np = np
        self._problem = problem
        self._left = left
        self._chance = Random(seed)
        self._seed = seed
        self._paths = [Paths(problem, person) for person in problem.people]
        self._everybody = range(len(problem.people))
        self._constant = 0
        self._own = np.zeros((len(problem.people), len(problem.slots)))
        if WISHES in problem.levels[0]:
            self._wish()
        self._rows = self._needs() if COVER in problem.levels[0] else self._mosts()
        self._of_slot: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(self._rows):
            self._of_slot[row.slot].append(place)
        self.bound: int | None = None
        self.value: int | None = None
        self._months: list[Month] = []
        self._dull: set[tuple[int, ...]] = set()

    def _wish(self) -> None:
        people = {person.id: number for number, person in enumerate(self._problem.people)}
        slots = {slot.id: number for number, slot in enumerate(self._problem.slots)}
        for wish in self._problem.wishes:
            self._constant += wish.weight if wish.on else 0
            self._own[people[wish.person], slots[wish.slot]] += -wish.weight if wish.on else wish.weight

    def _needs(self) -> list[_Row]:
        people = self._problem.people
        return [
            _Row(
                slot=number,
                wanted=need.wanted,
                under=need.under,
                over=need.over,
                most=len(people) if need.most is None else need.most,
                able=frozenset(
                    one for one, person in enumerate(people) if not need.skill or need.skill in person.skills
                ),
            )
            for number, slot in enumerate(self._problem.slots)
            for need in slot.needs
        ]

    def _mosts(self) -> list[_Row]:
        return [attrs.evolve(row, under=0, over=0) for row in self._needs()]

    # -- what a rota comes to -----------------------------------------------------------------------------
    def assignments(self) -> tuple[Assignment, ...]:
        """The best rota found."""
        people, slots = self._problem.people, self._problem.slots
        return tuple(
            sorted(
                Assignment(people[who].id, slots[slot].id)
                for who, month in enumerate(self._months)
                for slot in month
            )
        )

    def _have(self, months: Iterable[tuple[int, Month]]) -> list[int]:
        have = [0] * len(self._rows)
        for who, month in months:
            for slot in month:
                for place in self._of_slot[slot]:
                    have[place] += who in self._rows[place].able
        return have

    def _worth(self, months: Sequence[Month]) -> float:
        have = self._have(enumerate(months))
        cover = sum(row.cost(count) for row, count in zip(self._rows, have, strict=True))
        return self._constant + cover + sum(self._wished(who, month) for who, month in enumerate(months))

    def _wished(self, who: int, month: Month) -> float:
        return float(sum(self._own[who, slot] for slot in month))

    def _keep(self, months: Sequence[Month]) -> bool:
        worth = self._worth(months)
        if worth >= FAR or (self.value is not None and worth > self.value):
            return False
        # One that is as good is taken as well, so that the search moves on; it is no step forward.
        better = self.value is None or worth < self.value
        self.value, self._months = int(worth), list(months)
        return better

    @property
    def proven(self) -> bool:
        """Whether no rota is better."""
        return self.value is not None and self.value == self.bound

    def _late(self, spare: float = 0.0) -> bool:
        left = self._left()
        return left is not None and left <= spare

    # -- the whole ----------------------------------------------------------------------------------------
    def run(self, given: Iterable[Assignment] = ()) -> None:
        """Find a bound, a rota, and better ones, until the time is over or nothing is better."""
        left = self._left()
        months = self._months_of(given) or self._one_by_one()
        if months is None:
            return
        self._keep(months)
        self._settle_each()
        master = _Master(self, self._everybody, [0] * len(self._rows))
        master.add_all(enumerate(self._months))
        master.price(None if left is None else 0.5 * left, self._raise)
        if self.proven:
            return
        self._keep_if(master.whole(self._share(0.1)))
        if not self.proven and not self._late():
            self._keep_if(self._dive(master))
        self._few_at_a_time()

    def _share(self, share: float) -> float:
        left = self._left()
        return 20.0 if left is None else share * left

    def _raise(self, bound: float) -> None:
        found = ceil(bound + self._constant - 1e-9)
        self.bound = found if self.bound is None else max(self.bound, found)

    def _keep_if(self, months: dict[int, Month] | None) -> bool:
        if months is None:
            return False
        return self._keep([months.get(who, month) for who, month in enumerate(self._months)])

    def _months_of(self, given: Iterable[Assignment]) -> list[Month] | None:
        people = {person.id: number for number, person in enumerate(self._problem.people)}
        slots = {slot.id: number for number, slot in enumerate(self._problem.slots)}
        months: list[list[int]] = [[] for _ in people]
        for one in given:
            months[people[one.person]].append(slots[one.slot])
        return [tuple(sorted(month)) for month in months] if any(months) else None

    # -- one at a time ------------------------------------------------------------------------------------
    def _one_by_one(self) -> list[Month] | None:
        """A first rota: each the best for what the others before left open."""
        months: list[Month] = []
        have = [0] * len(self._rows)
        for who in self._everybody:
            found = self._paths[who].best(self._costs(who, have))
            if found is None or found[0] >= FAR / 2:
                return None
            months.append(found[1])
            for place, count in enumerate(self._have([(who, found[1])])):
                have[place] += count
        return months

    def _costs(self, who: int, have: Sequence[int]) -> Any:
        """What each slot costs when so many others are there."""
        costs = self._own[who].copy()
        for slot in self._paths[who].slots:
            for place in self._of_slot[slot]:
                row = self._rows[place]
                if who in row.able:
                    costs[slot] += min(FAR, row.cost(have[place] + 1) - row.cost(have[place]))
        return costs

    def _settle_each(self) -> None:
        """Each again, while anybody finds something better."""
        better = True
        while better and not self._late():
            better = False
            for who in self._everybody:
                if self._late():
                    return
                others = [(one, month) for one, month in enumerate(self._months) if one != who]
                found = self._paths[who].best(self._costs(who, self._have(others)))
                better |= found is not None and self._keep_if({who: found[1]})

    # -- everybody, those first whose month is clearest -----------------------------------------------------
    def _dive(self, master: _Master) -> dict[int, Month] | None:
        """Settle those whose month is clearest, and price anew for the others, until all are settled."""
        settled: dict[int, Month] = {}
        few = max(1, len(self._paths) // _STEPS)
        left = self._left()
        spare = 0.0 if left is None else 0.4 * left
        while not self._late():
            shares = master.shares()
            if shares is None:
                return None
            taken: dict[int, Month] = {}
            for share, who, month in shares:
                if who not in taken and (share >= _SURE or len(taken) < few):
                    taken[who] = month
            settled |= taken
            rest = [who for who in self._everybody if who not in settled]
            if not rest or not taken:
                return None if rest else settled
            known = [month for month in master.months if month[0] not in settled]
            master = _Master(self, rest, self._have(settled.items()))
            master.add_all(known)
            # When half of the time is over, the months known have to do.
            left = self._left()
            seconds = None if left is None else 2 * max(0.0, left - spare) * few / len(rest)
            master.price(seconds, None, rounds=8)
        return None

    # -- a few at a time ----------------------------------------------------------------------------------
    def _few_at_a_time(self) -> None:
        """A few people are planned anew, the others stay; more at a time when that helps no more."""
        size, vain = 3, 0
        most = min(len(self._paths), 12)
        while not self.proven and not self._late(0.2):
            group = self._group(min(size, len(self._paths)))
            have = self._have((who, self._months[who]) for who in self._everybody if who not in set(group))
            master = _Master(self, group, have)
            master.add_all((who, self._months[who]) for who in group)
            master.price(self._share(0.2), None)
            if self._keep_if(master.whole(min(3.0, self._share(0.2)))):
                vain = 0
                continue
            vain += 1
            if vain > 2 * len(self._paths) / size:
                if size >= most:
                    return
                size, vain = size + 1, 0

    def _group(self, size: int) -> list[int]:
        """Somebody, and those who could take most of what they have or want; some of them by chance."""
        if self._chance.random() < 0.3:
            return sorted(self._chance.sample(list(self._everybody), size))
        first = self._chance.choice(list(self._everybody))
        mine = set(self._paths[first].slots)
        near = sorted(
            (one for one in self._everybody if one != first),
            key=lambda one: -len(mine & set(self._months[one])) * self._chance.random(),
        )
        return sorted([first, *near[: size - 1]])


@final
class _Master:
    """The linear program of some people; ``have`` are the others, who stay."""

    def __init__(self, whole: Columns, people: Collection[int], have: Sequence[int]) -> None:
        from ortools.linear_solver import pywraplp

        self._whole = whole
        self._people = list(people)
        self._base = have
        self._rows = whole._rows
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
                for place in self._whole._of_slot[slot]:
                    if who in self._rows[place].able:
                        entries.append((self._cover[place], 1.0))
            cost = self._whole._wished(who, month)
            self.months[who, month] = self._variable(cost, float("inf"), entries)
            count += 1
        return count

    # -- prices -------------------------------------------------------------------------------------------
    def price(
        self,
        seconds: float | None,
        told: Callable[[float], None] | None,
        rounds: int = 1 << 30,
    ) -> None:
        """Add months at the prices of the linear program until none is better. ``told`` hears of bounds."""
        from time import monotonic

        end = None if seconds is None else monotonic() + seconds
        asked = self._people
        steady, best, turn = None, -FAR, 0
        while rounds > 0 and (end is None or monotonic() < end) and not self._whole.proven:
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
                    if told is not None:
                        told(bound)
                if added < 0 or added:
                    break
            if added < 0 or (not added and some is asked):
                return

    def _round(
        self, prices: Any, exact: Any, shares: dict[int, float], asked: Sequence[int]
    ) -> tuple[int, float]:
        whole, added, bound = self._whole, 0, self._lowest(prices)
        gains, marked = self._by_slot(prices), self._by_slot(exact)
        for who in asked:
            found = whole._paths[who].best(whole._own[who] - gains[who])
            if found is None:
                return -1, bound
            value, month = found
            bound += value
            real = sum(whole._own[who, slot] - marked[who][slot] for slot in month) - shares[who]
            if real < -1e-6:
                added += self.add_all([(who, month)])
        return added, bound

    def _prices(self) -> Any:
        np = self._whole._np
        prices = np.zeros(len(self._rows))
        for place, row in self._cover.items():
            prices[place] = row.dual_value()
        return self._rounded(prices)

    def _rounded(self, prices: Any) -> Any:
        return self._whole._np.round(prices * _GRAIN) / _GRAIN

    def _by_slot(self, prices: Any) -> dict[int, Any]:
        """What each slot brings each person, at these prices."""
        np, whole = self._whole._np, self._whole
        everybody = np.zeros(len(whole._problem.slots))
        special = []
        for place in self._open:
            row = self._rows[place]
            if len(row.able) == len(whole._paths):
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
        total = 0.0
        for place in self._open:
            row, price, base = self._rows[place], float(prices[place]), self._base[place]
            counts = {0, max(0, row.wanted - base), max(0, min(row.most, len(row.able)) - base)}
            total += min(row.cost(base + count) + price * count for count in counts)
        return total

    # -- whole months -------------------------------------------------------------------------------------
    def whole(self, seconds: float) -> dict[int, Month] | None:
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
            weights.append(int(self._whole._wished(who, month)))
            for slot in month:
                for place in self._whole._of_slot[slot]:
                    if who in self._rows[place].able:
                        there[place].append(made)
            if month == self._whole._months[who]:
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
        solver.parameters.random_seed = self._whole._seed
        if solver.solve(model) not in (cp.OPTIMAL, cp.FEASIBLE):
            return None
        return {who: month for (who, month), made in chosen.items() if solver.value(made)}
