"""Very large rotas: one person after the other, each planned well against what the others have.

A model of a hundred people, a year and thirty kinds of shift has millions of variables, and a solver would
spend its time on reading it. But where no rule binds people to each other, a plan is sound as soon as each
person's duties are: the shortest way to a first one, and to better ones, is to plan one person at a time.
Each sees, for every day, the few slots where somebody is needed most or which they wish for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final, final

import attrs

from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Assignment,
    Person,
    RotaProblem,
    Slot,
)
from grassroots.plugins.planning.bars import bars_of
from grassroots.plugins.planning.engine import CpSat
from grassroots.plugins.planning.model import RotaModel, unfair
from grassroots.plugins.planning.paths import Paths, free
from grassroots.plugins.planning.rows import Sum

_MOST_VARIABLES: Final = 1_200
"""Slots that one person is asked about at once; the fewer a day, the longer the horizon."""


_LONGEST: Final = 2.0
"""Seconds for one person at most."""

_KINDS_TRIED: Final = 3
"""Kinds of shift with one of which alone a first plan is tried."""

_MOST_WORK: Final = 30_000_000
"""States up to which one is looked for by a path."""

_MOST_VAIN: Final = 3
"""Rounds in which none of those who are still waiting could be planned."""


def binds_people(problem: RotaProblem) -> bool:
    """Whether a hard rule speaks of several people: then nobody can be planned alone."""
    return bool(problem.company or problem.apart) or any(
        need.least for slot in problem.slots for need in slot.needs
    )


@final
class Stepwise:
    """A plan that grows person by person. ``left`` gives the seconds left (None: no end)."""

    def __init__(self, problem: RotaProblem, left: Callable[[], float | None], seed: int) -> None:
        self._problem = problem
        self._left = left
        self._seed = seed
        self._skills = {person.id: person.skills for person in problem.people}
        self._there: dict[str, set[str]] = defaultdict(set)
        self._wishes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for wish in problem.wishes:
            # What taking the slot adds to the weight of unmet wishes.
            self._wishes[wish.person][wish.slot] += -wish.weight if wish.on else wish.weight
        self._fixed = {(one.person, one.slot) for one in problem.fixed if one.on}

    def plan(self) -> tuple[Assignment, ...] | None:
        """Everybody once, and again while it helps and there is time; None: somebody cannot be planned."""
        people = self._problem.people
        waiting, vain = list(people), 0
        while waiting:
            # Whoever could not be planned in their share of the time has more when the others are done.
            late = [
                person
                for number, person in enumerate(waiting)
                if not self._begin(person, len(waiting) - number)
            ]
            left = self._left()
            vain = vain + 1 if len(late) == len(waiting) else 0
            if late and (left == 0 or vain == _MOST_VAIN):
                return None
            waiting = late
        better = True
        while better:
            better = False
            for person in people:
                seconds = self._left()
                if seconds is not None and seconds < 1.0:
                    return self._assignments()
                better |= self._place(person, _share(seconds, 1), first=False)
        return self._assignments()

    def _begin(self, person: Person, waiting: int) -> bool:
        """A first plan of one person while so many are waiting; who owes nothing may go without."""
        left = self._left()
        if left != 0 and (self._plain(person) or self._place(person, _share(left, waiting), first=True)):
            return True
        limits = person.limits
        demands = (
            limits.least_minutes or limits.least_slots or any(who == person.id for who, _ in self._fixed)
        )
        return not demands or (left != 0 and self._place(person, 5 * _share(left, waiting), first=True))

    def _plain(self, person: Person) -> bool:
        """A first plan with one kind of shift only, the one that is needed most, by a path."""
        if any(who == person.id for who, _ in self._fixed) or not free(self._problem, person):
            return False
        bars = bars_of(self._problem, person)
        of_kind: dict[str, list[Slot]] = defaultdict(list)
        costs: dict[str, int] = defaultdict(int)
        for slot in self._problem.slots:
            if not self._full(person, slot) and not bars(slot):
                of_kind[slot.kind].append(slot)
                costs[slot.kind] += min(0, self._cost(person, slot))
        for kind in sorted(of_kind, key=lambda one: (costs[one], one))[:_KINDS_TRIED]:
            alone = attrs.evolve(
                self._problem,
                people=(attrs.evolve(person, barred=()),),
                slots=tuple(of_kind[kind]),
                fixed=(),
                wishes=(),
                company=(),
                apart=(),
                fairness=(),
                standing=(),
            )
            paths = Paths(alone, alone.people[0])
            if paths.work > _MOST_WORK:
                return False
            found = paths.best([float(self._cost(person, slot)) for slot in of_kind[kind]])
            if found is not None:
                for number in found[1]:
                    self._there[of_kind[kind][number].id].add(person.id)
                return True
        return False

    def _assignments(self) -> tuple[Assignment, ...]:
        return tuple(sorted(Assignment(who, slot) for slot, people in self._there.items() for who in people))

    def _cost(self, person: Person, slot: Slot) -> int:
        """What it adds to cover and wishes that this person takes the slot, as things stand."""
        cost = self._wishes[person.id][slot.id]
        there = self._there[slot.id] - {person.id}
        for need in slot.needs:
            if need.skill and need.skill not in person.skills:
                continue
            have = sum(not need.skill or need.skill in self._skills[one] for one in there)
            cost += -need.under if have < need.wanted else need.over
        return cost

    def _full(self, person: Person, slot: Slot) -> bool:
        there = self._there[slot.id] - {person.id}
        return any(
            need.most is not None
            and (not need.skill or need.skill in person.skills)
            and sum(not need.skill or need.skill in self._skills[one] for one in there) >= need.most
            for need in slot.needs
        )

    def _place(self, person: Person, seconds: float, *, first: bool) -> bool:
        """Plan one person; whether that was possible (``first``), or better than before."""
        mine = {slot for slot, people in self._there.items() if person.id in people}
        bars = bars_of(self._problem, person)
        free = [slot for slot in self._problem.slots if not self._full(person, slot) and not bars(slot)]
        kinds = {kind for kind, most in person.limits.most_of_kind if most == 0}
        free = [slot for slot in free if slot.kind not in kinds]
        costs = {slot.id: self._cost(person, slot) for slot in free}
        before = sum(costs.get(slot, 0) for slot in mine)
        few = self._few(free, costs, mine | {slot for who, slot in self._fixed if who == person.id})
        for asked in (few, free) if first else (few,):
            found = self._solve(person, asked, costs, set() if first else mine, seconds)
            if found is None:
                continue
            if not first and sum(costs[slot] for slot in found) >= before:
                return False
            for slot in mine:
                self._there[slot].discard(person.id)
            for slot in found:
                self._there[slot].add(person.id)
            return True
        return False

    def _few(self, free: Iterable[Slot], costs: dict[str, int], keep: set[str]) -> list[Slot]:
        by_day: dict[int, list[Slot]] = defaultdict(list)
        for slot in free:
            by_day[slot.day].append(slot)
        each = max(1, _MOST_VARIABLES // max(1, len(by_day)))
        chosen = {
            slot.id
            for slots in by_day.values()
            for slot in sorted(slots, key=lambda one: (costs[one.id], one.id))[:each]
        } | keep
        return [slot for slots in by_day.values() for slot in slots if slot.id in chosen]

    def _solve(
        self, person: Person, slots: list[Slot], costs: dict[str, int], mine: set[str], seconds: float
    ) -> set[str] | None:
        problem = self._problem
        known = {slot.id for slot in slots}
        if any(who == person.id and slot not in known for who, slot in self._fixed):
            return None
        alone = RotaProblem(
            first=problem.first,
            days=problem.days,
            people=(attrs.evolve(person, barred=()),),
            slots=tuple(attrs.evolve(slot, needs=()) for slot in slots),
            successions=problem.successions,
            fixed=tuple(one for one in problem.fixed if one.person == person.id and one.slot in known),
        )
        model, goal = RotaModel(alone), Sum()
        for (_, slot), column in model.pairs.items():
            goal.add(column, costs[slot])
        solved = CpSat(model.rows).minimize(
            goal,
            seconds=seconds,
            workers=1,
            seed=self._seed,
            hint={column: int(slot in mine) for (_, slot), column in model.pairs.items()} if mine else None,
        )
        if solved.values is None:
            return None
        return {slot for (_, slot), column in model.pairs.items() if solved.values[column]}


def _share(seconds: float | None, people: int) -> float:
    """Seconds for one person, when so many have still to be planned."""
    return _LONGEST if seconds is None else min(_LONGEST, max(0.2, 0.7 * seconds / people))


def counted(problem: RotaProblem, given: Iterable[Assignment]) -> dict[str, int]:
    """What the goals come to, for a plan that was not made by a model of the whole."""
    there: dict[str, set[str]] = defaultdict(set)
    for one in given:
        there[one.slot].add(one.person)
    skills = {person.id: person.skills for person in problem.people}
    cover = 0
    for slot in problem.slots:
        for need in slot.needs:
            have = sum(not need.skill or need.skill in skills[one] for one in there[slot.id])
            cover += need.under * max(0, need.wanted - have) + need.over * max(0, have - need.wanted)
    unmet = sum(wish.weight for wish in problem.wishes if (wish.person in there[wish.slot]) != wish.on)
    unfairness = 0
    for fairness in problem.fairness:
        asked = fairness.slots
        for person, target in fairness.targets:
            have = sum(person in people for slot, people in there.items() if asked is None or slot in asked)
            unfairness += unfair(have, target, problem.shares)
    pairs = {(who, slot) for slot, people in there.items() for who in people}
    standing = {(one.person, one.slot) for one in problem.standing}
    return {COVER: cover, CHANGES: len(pairs ^ standing), FAIRNESS: unfairness, WISHES: unmet}
