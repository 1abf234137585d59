"""Slots at one time that are alike for a person, and people who are alike in them: one variable for many.

Where seven stations have the same hours, a rule of a person never asks at which of them they stand: one
variable says that they are on duty at that time, and it is enough to know *how many* of the people who may
stand at the same places, and count for the same, stand at each. Who exactly is read off afterwards: whoever
is exchanged for somebody alike changes nothing. A district's month has six times fewer variables by this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import final

import attrs

from grassroots.contracts.planning import Assignment, Person, RotaProblem, Slot


@final
@attrs.frozen
class Crowd:
    """People who are alike in some slots at one time.

    ``people`` with the variable of each whether they are there at all, ``slots`` with the variable of each
    how many of them are.
    """

    people: tuple[tuple[str, int], ...]
    slots: tuple[tuple[str, int], ...]

    def assignments(self, values: Sequence[int]) -> Iterator[Assignment]:
        """Who stands where, by a solution: in the order of people and slots."""
        free = iter([person for person, column in self.people if values[column]])
        for slot, column in self.slots:
            for _ in range(values[column]):
                yield Assignment(next(free), slot)

    def values_of(self, given: Mapping[str, set[str]]) -> Iterator[tuple[int, int]]:
        """The variables as they are when these people (by slot) are there."""
        mine = {person for person, _ in self.people}
        there = {slot: mine & given.get(slot, set()) for slot, _ in self.slots}
        busy = set[str]().union(*there.values())
        yield from ((column, int(person in busy)) for person, column in self.people)
        yield from ((column, len(there[slot])) for slot, column in self.slots)


@final
class Alike:
    """Says what is alike in a problem."""

    def __init__(self, problem: RotaProblem) -> None:
        self._asked = {need.skill for slot in problem.slots for need in slot.needs}
        self._rules = [(rule.those, rule.others) for rule in problem.company]
        self._apart = frozenset[str]().union(*(one.people for one in problem.apart))
        self._named = {(one.person, one.slot) for one in problem.fixed if one.on}
        self._named |= {(one.person, one.slot) for one in problem.standing}
        self._wishes: dict[tuple[str, str], int] = defaultdict(int)
        for wish in problem.wishes:
            self._wishes[wish.person, wish.slot] += wish.weight if wish.on else -wish.weight
        measures = [one.slots for one in problem.fairness if one.slots is not None]
        self._slots: dict[str, Hashable] = {
            slot.id: (slot.day, slot.starts, slot.ends, slot.kind, tuple(slot.id in one for one in measures))
            for slot in problem.slots
            if not slot.crew
        }

    def slot(self, person: Person, slot: Slot) -> Hashable | None:
        """Slots with the same key are alike for the person; None: this one is like no other."""
        if person.id in self._apart or (person.id, slot.id) in self._named or slot.id not in self._slots:
            return None
        return self._slots[slot.id], self._wishes.get((person.id, slot.id), 0)

    def person(self, person: Person) -> Hashable:
        """People with the same key are alike in slots that are alike for each of them."""
        return (
            person.skills & self._asked,
            tuple((person.id in those, person.id in others) for those, others in self._rules),
        )
