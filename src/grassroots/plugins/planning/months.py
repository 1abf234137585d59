"""What whole months of single people are made of: paths, needs, and what a wish is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import final

import attrs

from grassroots.contracts.planning import COVER, WISHES, RotaProblem
from grassroots.plugins.planning.paths import FAR, Paths

Month = tuple[int, ...]
"""The slots of one person, by number."""


@final
@attrs.frozen
class Row:
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
class Pieces:
    """A problem that ``paths.fit`` says yes to. People and slots are told by their numbers in it."""

    def __init__(self, problem: RotaProblem) -> None:
        import numpy as np

        self.problem = problem
        self.paths = [Paths(problem, person) for person in problem.people]
        self.constant = 0
        self.own = np.zeros((len(problem.people), len(problem.slots)))
        if WISHES in problem.levels[0]:
            self._wish()
        self.rows = [
            row if COVER in problem.levels[0] else attrs.evolve(row, under=0, over=0) for row in self._needs()
        ]
        self.of_slot: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            self.of_slot[row.slot].append(place)

    def _wish(self) -> None:
        people = {person.id: number for number, person in enumerate(self.problem.people)}
        slots = {slot.id: number for number, slot in enumerate(self.problem.slots)}
        for wish in self.problem.wishes:
            self.constant += wish.weight if wish.on else 0
            self.own[people[wish.person], slots[wish.slot]] += -wish.weight if wish.on else wish.weight

    def _needs(self) -> list[Row]:
        people = self.problem.people
        return [
            Row(
                slot=number,
                wanted=need.wanted,
                under=need.under,
                over=need.over,
                most=len(people) if need.most is None else need.most,
                able=frozenset(
                    one for one, person in enumerate(people) if not need.skill or need.skill in person.skills
                ),
            )
            for number, slot in enumerate(self.problem.slots)
            for need in slot.needs
        ]

    def have(self, months: Iterable[tuple[int, Month]]) -> list[int]:
        """How many people these months bring each row."""
        have = [0] * len(self.rows)
        for who, month in months:
            for slot in month:
                for place in self.of_slot[slot]:
                    have[place] += who in self.rows[place].able
        return have

    def wished(self, who: int, month: Month) -> int:
        """What a month adds to unmet wishes."""
        return int(sum(self.own[who, slot] for slot in month))

    def worth(self, months: Sequence[Month]) -> int:
        """What a whole rota comes to; FAR or more: it is not allowed."""
        have = self.have(enumerate(months))
        cover = sum(row.cost(count) for row, count in zip(self.rows, have, strict=True))
        return int(self.constant + cover + sum(self.wished(who, month) for who, month in enumerate(months)))
