"""A rota made better group by group: some people are planned anew, everybody else stays where they are.

The solver takes long to better a whole district, and a blink for fifteen people and the places that they
have: these are shared out anew among them, as well as can be, with those who stand beside them as they are.
What cannot be bettered by one group often can by the next, because places have moved on; and somebody who is
far from their share is asked for most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from random import Random
from typing import Final, final

import attrs

from grassroots.contracts.planning import (
    COVER,
    FAIRNESS,
    WISHES,
    Assignment,
    Fixed,
    Limits,
    Person,
    RotaProblem,
    Wish,
)
from grassroots.plugins.planning.bars import bars_of
from grassroots.plugins.planning.engine import CpSat
from grassroots.plugins.planning.model import RotaModel, unfair
from grassroots.plugins.planning.rows import Sum
from grassroots.plugins.planning.stepwise import counted

_SIZE: Final = 15
"""People in a group at first;"""

_MOST_SIZE: Final = 30
"""and at most, when smaller groups help no more."""

_LONGEST: Final = 2.0
"""Seconds for one group at most."""

_FAR: Final = 0.7
"""How often a group is made around somebody who is further from their share than they must be."""

LEVELS: Final = ((COVER,), (FAIRNESS,), (WISHES,))
"""The goals, in this order, for which this is done; the last may be missing."""


@final
class Groups:
    """A rota on its way: cover stays as good as it is, fairness comes before wishes.

    ``lowest`` says how unfair it must be for whom (who is not in it: not at all); ``left`` gives the seconds
    left.
    """

    def __init__(
        self,
        problem: RotaProblem,
        given: Iterable[Assignment],
        lowest: Mapping[str, int],
        left: Callable[[], float | None],
        seed: int,
    ) -> None:
        self._problem = problem
        self._lowest = lowest
        self._left = left
        self._seed = seed
        self._chance = Random(seed)
        self._people = {person.id: person for person in problem.people}
        self._ids = list(self._people)
        self._held: dict[str, set[str]] = {who: set() for who in self._ids}
        self._there: dict[str, set[str]] = {slot.id: set() for slot in problem.slots}
        for one in given:
            self._held[one.person].add(one.slot)
            self._there[one.slot].add(one.person)
        self._crews: dict[str, list[str]] = defaultdict(list)
        for slot in problem.slots:
            self._crews[slot.group].append(slot.id)
        self._crew = {slot.id: slot.group for slot in problem.slots}
        self._wishes: dict[str, list[Wish]] = defaultdict(list)
        for wish in problem.wishes:
            self._wishes[wish.person].append(wish)
        self._open = {}
        for person in problem.people:
            bars = bars_of(problem, person)
            self._open[person.id] = {slot.id for slot in problem.slots if not bars(slot)}
        self._targets = [(one.slots, dict(one.targets)) for one in problem.fairness]
        self._unfair = {who: self._unfairness(who) for who in self._ids}
        self._unmet = {who: self._unmet_of(who) for who in self._ids}

    # -- what the rota comes to ---------------------------------------------------------------------------
    @property
    def unfairness(self) -> int:
        """What fairness comes to."""
        return sum(self._unfair.values())

    @property
    def unmet(self) -> int:
        """What wishes come to."""
        return sum(self._unmet.values())

    def rota(self) -> tuple[Assignment, ...]:
        """What stands now."""
        return tuple(sorted(Assignment(who, slot) for who, held in self._held.items() for slot in held))

    def _unfairness(self, who: str) -> int:
        held, shares = self._held[who], self._problem.shares
        return sum(
            unfair(len(held) if slots is None else len(held & slots), targets[who], shares)
            for slots, targets in self._targets
            if who in targets
        )

    def _unmet_of(self, who: str) -> int:
        held = self._held[who]
        return sum(wish.weight for wish in self._wishes[who] if (wish.slot in held) != wish.on)

    # -- the search ---------------------------------------------------------------------------------------
    def run(self, *, fair: bool, least: int) -> None:
        """Better the rota until the time is over, or until fairness (or wishes) comes to ``least``."""
        size, vain = min(_SIZE, len(self._ids)), 0
        while (self.unfairness if fair else self.unmet) > least:
            left = self._left()
            if left is not None and left < 0.1:
                return
            before = self.unfairness, self.unmet
            self._better(self._group(size), _LONGEST if left is None else min(_LONGEST, left))
            vain = 0 if (self.unfairness, self.unmet) < before else vain + 1
            if vain * size > 2 * len(self._ids):
                if size >= min(_MOST_SIZE, len(self._ids)):
                    return
                size, vain = min(size + 5, len(self._ids)), 0

    def _group(self, size: int) -> list[str]:
        """Somebody, those who have what they could take, and some by chance."""
        far = [who for who in self._ids if self._unfair[who] > self._lowest.get(who, 0)]
        first = self._chance.choice(far if far and self._chance.random() < _FAR else self._ids)
        mine = self._open[first]
        near = sorted(
            (who for who in self._ids if who != first),
            key=lambda who: -len(mine & self._held[who]) * self._chance.random(),
        )
        beside = near[: size // 2]
        return [first, *beside, *self._chance.sample(near[len(beside) :], size - 1 - len(beside))]

    def _better(self, group: Collection[str], seconds: float) -> None:
        places = {slot for who in group for held in self._held[who] for slot in self._crews[self._crew[held]]}
        small, staying = self._small(group, places)
        asked = set(group)
        model = RotaModel(
            small,
            asked=lambda who, slot: who in asked or (who, slot) in staying,
            shares=self._problem.shares,
        )
        now = [Assignment(who, slot) for slot in places for who in self._there[slot]]
        model.rows.between(model.goal(COVER), None, counted(small, now)[COVER])
        goal, fairness, unmet = Sum(), model.goal(FAIRNESS), model.goal(WISHES)
        goal.plus(fairness, 1 + sum(wish.weight for wish in small.wishes))
        goal.plus(unmet)
        for who, columns in model.unfair.items():
            own = list(columns.values())
            model.rows.between(Sum(own, [1] * len(own)), self._lowest.get(who, 0), None)
        solved = CpSat(model.rows).minimize(
            goal, seconds=seconds, workers=1, seed=self._seed, hint=model.values_of(now)
        )
        if solved.values is not None:
            self._take_over(group, places, model.assignments(solved.values))

    def _take_over(self, group: Collection[str], places: set[str], given: Iterable[Assignment]) -> None:
        before = {who: set(self._held[who]) for who in group}
        after: dict[str, set[str]] = {who: set() for who in group}
        for one in given:
            if one.person in after:
                after[one.person].add(one.slot)
        worth = [(self._unfair[who], self._unmet[who]) for who in group]
        self._settle(after)
        now = [(self._unfair[who], self._unmet[who]) for who in group]
        if [sum(one) for one in zip(*now, strict=True)] > [sum(one) for one in zip(*worth, strict=True)]:
            self._settle(before)

    def _settle(self, held: Mapping[str, set[str]]) -> None:
        for who, slots in held.items():
            for slot in self._held[who] - slots:
                self._there[slot].discard(who)
            for slot in slots - self._held[who]:
                self._there[slot].add(who)
            self._held[who] = set(slots)
            self._unfair[who], self._unmet[who] = self._unfairness(who), self._unmet_of(who)

    def _small(self, group: Collection[str], places: set[str]) -> tuple[RotaProblem, set[tuple[str, str]]]:
        """The problem of a group and its places, and who else stays in them: their own rules are kept."""
        problem = self._problem
        staying = {(who, slot) for slot in places for who in self._there[slot]} - {
            (who, slot) for who in group for slot in places
        }
        beside = sorted({who for who, _ in staying})
        own, people = set(group), {*group, *beside}
        free = Limits(most_per_day=None)
        asked = [slot for slot in problem.slots if slot.id in places]
        small = RotaProblem(
            first=problem.first,
            days=problem.days,
            people=(
                *(_within(self._people[who], places) for who in group),
                *(Person(id=who, skills=self._people[who].skills, limits=free) for who in beside),
            ),
            slots=tuple(asked),
            successions=problem.successions,
            fixed=(
                *(Fixed(*pair) for pair in sorted(staying)),
                *(one for one in problem.fixed if one.person in own and one.slot in places),
            ),
            wishes=tuple(wish for who in group for wish in self._wishes[who] if wish.slot in places),
            company=tuple(
                attrs.evolve(
                    rule,
                    those=rule.those & people,
                    others=rule.others & people,
                    slots=None if rule.slots is None else rule.slots & places,
                )
                for rule in problem.company
            ),
            apart=tuple(attrs.evolve(rule, people=rule.people & people) for rule in problem.apart),
            fairness=tuple(
                attrs.evolve(
                    one,
                    slots=None if one.slots is None else one.slots & places,
                    targets=tuple(target for target in one.targets if target[0] in own),
                )
                for one in problem.fairness
            ),
        )
        return small, staying


def _within(person: Person, places: set[str]) -> Person:
    return attrs.evolve(person, barred=tuple(bar for bar in person.barred if bar.slot in places))
