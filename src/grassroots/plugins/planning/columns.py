"""Rotas put together from whole months of single people, where no rule binds people to each other.

A linear program shares everybody out among the months found for them so far; its prices say what a slot is
worth, and for each person the best month at these prices (``paths``) is added, until none is better. Any
prices give a bound, and good ones a far better one than a model slot by slot does. A rota of whole months is
then found by settling one person after the other, and made better by planning a few people anew at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from random import Random
from typing import Any, Final, final

from grassroots.contracts.planning import Assignment, RotaProblem
from grassroots.plugins.planning.months import Month, Pieces
from grassroots.plugins.planning.paths import FAR
from grassroots.plugins.planning.prices import Master

_SURE: Final = 0.9
"""From this share on somebody's month is clear."""

_STEPS: Final = 20
"""Steps in which everybody is settled, about."""


@final
class Columns:
    """A problem that ``paths.fit`` says yes to. ``left`` gives the seconds left (None: no end)."""

    def __init__(self, problem: RotaProblem, left: Callable[[], float | None], seed: int) -> None:
        self._pieces = Pieces(problem)
        self._paths = self._pieces.paths
        self._left = left
        self._chance = Random(seed)
        self._seed = seed
        self._everybody = range(len(problem.people))
        self.bound: int | None = None
        self.value: int | None = None
        self._months: list[Month] = []

    # -- what a rota comes to -----------------------------------------------------------------------------
    def assignments(self) -> tuple[Assignment, ...]:
        """The best rota found."""
        people, slots = self._pieces.problem.people, self._pieces.problem.slots
        return tuple(
            sorted(
                Assignment(people[who].id, slots[slot].id)
                for who, month in enumerate(self._months)
                for slot in month
            )
        )

    def _keep(self, months: Sequence[Month]) -> bool:
        worth = self._pieces.worth(months)
        if worth >= FAR or (self.value is not None and worth > self.value):
            return False
        # One that is as good is taken as well, so that the search moves on; it is no step forward.
        better = self.value is None or worth < self.value
        self.value, self._months = worth, list(months)
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
        master = Master(self._pieces, self._everybody, [0] * len(self._pieces.rows))
        master.add_all(enumerate(self._months))
        master.price(None if left is None else 0.5 * left, self._raise)
        if self.proven:
            return
        self._keep_if(master.whole(self._share(0.1), self._of(self._everybody), self._seed))
        if not self.proven and not self._late():
            self._keep_if(self._dive(master))
        self._few_at_a_time()

    def _share(self, share: float) -> float:
        left = self._left()
        return 20.0 if left is None else share * left

    def _raise(self, bound: float) -> bool:
        found = ceil(bound + self._pieces.constant - 1e-9)
        self.bound = found if self.bound is None else max(self.bound, found)
        return self.proven

    def _keep_if(self, months: dict[int, Month] | None) -> bool:
        if months is None:
            return False
        return self._keep([months.get(who, month) for who, month in enumerate(self._months)])

    def _months_of(self, given: Iterable[Assignment]) -> list[Month] | None:
        people = {person.id: number for number, person in enumerate(self._pieces.problem.people)}
        slots = {slot.id: number for number, slot in enumerate(self._pieces.problem.slots)}
        months: list[list[int]] = [[] for _ in people]
        for one in given:
            months[people[one.person]].append(slots[one.slot])
        return [tuple(sorted(month)) for month in months] if any(months) else None

    # -- one at a time ------------------------------------------------------------------------------------
    def _one_by_one(self) -> list[Month] | None:
        """A first rota: each the best for what the others before left open."""
        months: list[Month] = []
        have = [0] * len(self._pieces.rows)
        for who in self._everybody:
            found = self._paths[who].best(self._costs(who, have))
            if found is None or found[0] >= FAR / 2:
                return None
            months.append(found[1])
            for place, count in enumerate(self._pieces.have([(who, found[1])])):
                have[place] += count
        return months

    def _costs(self, who: int, have: Sequence[int]) -> Any:
        """What each slot costs when so many others are there."""
        costs = self._pieces.own[who].copy()
        for slot in self._paths[who].slots:
            for place in self._pieces.of_slot[slot]:
                row = self._pieces.rows[place]
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
                found = self._paths[who].best(self._costs(who, self._pieces.have(others)))
                better |= found is not None and self._keep_if({who: found[1]})

    # -- everybody, those first whose month is clearest -----------------------------------------------------
    def _dive(self, master: Master) -> dict[int, Month] | None:
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
            master = Master(self._pieces, rest, self._pieces.have(settled.items()))
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
            have = self._pieces.have(
                (who, self._months[who]) for who in self._everybody if who not in set(group)
            )
            master = Master(self._pieces, group, have)
            master.add_all((who, self._months[who]) for who in group)
            master.price(self._share(0.2), None)
            if self._keep_if(master.whole(min(3.0, self._share(0.2)), self._of(group), self._seed)):
                vain = 0
                continue
            vain += 1
            if vain > 2 * len(self._paths) / size:
                if size >= most:
                    return
                size, vain = size + 1, 0

    def _of(self, people: Iterable[int]) -> dict[int, Month]:
        return {who: self._months[who] for who in people}

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
