"""The best duties of one person when every slot has a price: a shortest path through the days.

Where no rule binds people to each other, a rota is one path for each person. On each day somebody is off (for
so many days), or on duty of one type (for so many days running); what is counted over the whole horizon
(minutes, slots, weekends, kinds with a maximum) is carried along. All such states of a day are one array, and
a day is a handful of operations on it, so that the best of millions of paths is found in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import Any, Final, final

import attrs

from grassroots.contracts.planning import Person, RotaProblem, Slot
from grassroots.plugins.planning.bars import bars_of

DAY: Final = 24 * 60
FAR: Final = float(1 << 40)
"""The cost of what cannot be."""

MOST_WORK: Final = 3_000_000
"""States times types times days up to which paths are searched."""


@final
@attrs.frozen
class _Type:
    """Slots of one type can be had on the days before the same others, and count for the same."""

    kind: str
    begins: int
    ends: int


@final
@attrs.frozen
class _Counted:
    """Something counted over the horizon: at least and at most so much."""

    least: int
    most: int


_Mode = tuple[int, int]
"""Days running and type (from 0); or days off running and -1."""


def fit(problem: RotaProblem) -> bool:
    """Whether every person of a problem is a path by themselves, and few enough states are asked for."""
    single = len(problem.levels) == 1 and set(problem.levels[0]) <= {"cover", "wishes"}
    bound = problem.company or problem.apart or any(need.least for one in problem.slots for need in one.needs)
    if not single or bound or any(one.on for one in problem.fixed):
        return False
    return all(free(problem, person) for person in problem.people) and _small(problem)


def free(problem: RotaProblem, person: Person) -> bool:
    """Whether the rules of a person are those of a path."""
    limits = person.limits
    if (
        person.done
        or limits.most_per_day != 1
        or (limits.most_per_week, limits.most_per_month) != (None, None)
    ):
        return False
    begins = [slot.starts - slot.day * DAY for slot in problem.slots]
    ends = [slot.ends - slot.day * DAY for slot in problem.slots]
    # Nothing may reach beyond the next day.
    return not begins or max(ends) + limits.rest_minutes <= min(begins) + 2 * DAY


def _small(problem: RotaProblem) -> bool:
    return all(Paths(problem, person).work <= MOST_WORK for person in problem.people)


@final
class Paths:
    """The paths of one person. Slots are told by their number in the problem."""

    def __init__(self, problem: RotaProblem, person: Person) -> None:
        self._problem = problem
        self._days = problem.days
        limits = person.limits
        never = {kind for kind, most in limits.most_of_kind if most == 0}
        bars = bars_of(problem, person)
        open_ = [
            (number, slot)
            for number, slot in enumerate(problem.slots)
            if slot.kind not in never and not bars(slot)
        ]
        self.slots = [number for number, _ in open_]
        types = sorted({_type(slot) for _, slot in open_}, key=lambda one: (one.kind, one.begins, one.ends))
        self._number = {one: place for place, one in enumerate(types)}
        self._types = types
        self._before = [
            tuple(
                place
                for place, other in enumerate(types)
                if self._may_follow(other, one, limits.rest_minutes)
            )
            for one in types
        ]
        # On each day its types, and the slots of each.
        self._open: list[dict[int, list[int]]] = [{} for _ in range(problem.days)]
        for number, slot in open_:
            self._open[slot.day].setdefault(self._number[_type(slot)], []).append(number)
        self._running = limits.most_days_running or max(limits.least_days_running or 1, 2)
        self._endless = limits.most_days_running is None
        self._least_on = limits.least_days_running or 1
        self._least_off = limits.least_days_off_running or 1
        self._weekday = [problem.date_of(day).weekday() for day in range(problem.days)]
        self._weekends = limits.most_weekends is not None
        self._count_up(person)

    def _may_follow(self, earlier: _Type, later: _Type, rest: int) -> bool:
        apart = later.begins + DAY - earlier.ends
        return (earlier.kind, later.kind) not in self._problem.successions and apart >= rest

    def _count_up(self, person: Person) -> None:
        limits = person.limits
        days = [types for types in self._open if types]
        minutes = [[self._minutes(one) for one in types] for types in days]
        unit = gcd(*(one for each in minutes for one in each)) or 1
        counted = [_Counted(0, limits.most_weekends or 0)] if self._weekends else []
        self._uses = [[0] * len(counted) for _ in self._types]

        def count(least: int, most: int | None, possible: int, use: Sequence[int]) -> None:
            if least <= 0 and (most is None or most >= possible):
                return
            counted.append(_Counted(least, possible if most is None else min(most, possible)))
            for uses, one in zip(self._uses, use, strict=True):
                uses.append(one)

        count(
            -(-(limits.least_minutes or 0) // unit),
            None if limits.most_minutes is None else limits.most_minutes // unit,
            sum(max(each) // unit for each in minutes),
            [self._minutes(place) // unit for place in range(len(self._types))],
        )
        count(limits.least_slots or 0, limits.most_slots, len(days), [1] * len(self._types))
        for kind, most in limits.most_of_kind:
            possible = sum(any(self._types[one].kind == kind for one in types) for types in days)
            count(0, most, possible, [int(one.kind == kind) for one in self._types])
        self._counted = counted
        self._shape = tuple(one.most + 1 for one in counted)
        self._tops = [tuple(1 for _ in counted)]
        for day in range(self._days):
            uses = [self._use(day, place, 0) for place in self._open[day]]
            grown = [max(each) for each in zip(*uses, strict=True)] or [0] * len(counted)
            # No more than this can have been counted before the next day.
            before = self._tops[-1]
            self._tops.append(
                tuple(
                    min(most, one + more) for most, one, more in zip(self._shape, before, grown, strict=True)
                )
            )

    def _minutes(self, place: int) -> int:
        return self._types[place].ends - self._types[place].begins

    @property
    def work(self) -> int:
        """About how many numbers are looked at for one path."""
        return self._days * max(1, len(self._types)) * self._running * prod(self._shape)

    # -- the best path --------------------------------------------------------------------------------------
    def best(self, costs: Any) -> tuple[float, tuple[int, ...]] | None:
        """The least sum of costs (an array by number of the slot) and its slots; None: no path."""
        import numpy as np

        on = np.full((self._running, max(1, len(self._types)), *self._tops[0]), FAR)
        off = np.full((self._least_off, *self._tops[0]), FAR)
        off[-1] = 0.0
        days = [(on, off)]
        picks = []
        for day in range(self._days):
            pick = {
                place: min(slots, key=lambda one: (costs[one], one))
                for place, slots in self._open[day].items()
            }
            on, off = self._next(day, on, off, {place: costs[one] for place, one in pick.items()}, np)
            days.append((on, off))
            picks.append(pick)
        last = np.minimum(off.min(axis=0), on.min(axis=(0, 1)))
        wanted = last[tuple(slice(one.least, None) for one in self._counted)]
        if wanted.size == 0 or wanted.min() >= FAR / 2:
            return None
        where = np.unravel_index(int(wanted.argmin()), wanted.shape)
        cell = tuple(int(one) + kept.least for one, kept in zip(where, self._counted, strict=True))
        return float(wanted.min()), self._walked_back(days, picks, cell, costs)

    def _next(self, day: int, on: Any, off: Any, costs: dict[int, Any], np: Any) -> tuple[Any, Any]:
        top = self._tops[day + 1]
        new_on, new_off = np.full((*on.shape[:2], *top), FAR), np.full((len(off), *top), FAR)
        same = tuple(slice(0, size) for size in self._tops[day])
        # A stretch that began on the first day may be short: what was before is not known.
        ended = [one for one in range(self._running) if one + 1 >= self._least_on or one + 1 == day]
        if ended:
            new_off[(0, *same)] = on[ended].min(axis=(0, 1))
        new_off[(slice(1, None), *same)] = off[:-1]
        new_off[(-1, *same)] = np.minimum(new_off[(-1, *same)], off[-1])
        before: dict[tuple[int, ...], Any] = {}
        for place, cost in costs.items():
            earlier = self._before[place]
            if earlier not in before:
                came = np.full((self._running, *self._tops[day]), FAR)
                came[0] = off[-1]
                if earlier:
                    went_on = on[:, list(earlier)].min(axis=1)
                    came[1:] = went_on[:-1]
                    if self._endless:
                        came[-1] = np.minimum(came[-1], went_on[-1])
                before[earlier] = came
            came = before[earlier]
            new_on[:, place] = self._moved(came, self._use(day, place, 1), top, np) + cost
            if self._use(day, place, 0) != self._use(day, place, 1):
                new_on[0, place] = self._moved(came[:1], self._use(day, place, 0), top, np)[0] + cost
        return new_on, new_off

    def _use(self, day: int, place: int, running: int) -> tuple[int, ...]:
        """What a type uses up on a day; ``running``: days with duty before it (0, or any)."""
        uses = self._uses[place]
        if self._weekends and self._weekday[day] >= 5:
            # A Sunday after a Saturday with duty is the same weekend.
            return (int(self._weekday[day] == 5 or running == 0 or day == 0), *uses[1:])
        return tuple(uses)

    def _moved(self, states: Any, use: Sequence[int], top: Sequence[int], np: Any) -> Any:
        sizes = states.shape[1:]
        if not any(use) and sizes == tuple(top):
            return states
        made = np.full((len(states), *top), FAR)
        kept = [min(size, most - one) for size, most, one in zip(sizes, top, use, strict=True)]
        if all(one > 0 for one in kept):
            into = tuple(slice(one, one + size) for one, size in zip(use, kept, strict=True))
            made[(slice(None), *into)] = states[(slice(None), *(slice(0, size) for size in kept))]
        return made

    def _walked_back(
        self, days: list[tuple[Any, Any]], picks: list[dict[int, int]], cell: tuple[int, ...], costs: Any
    ) -> tuple[int, ...]:
        on, off = days[-1]
        kinds = range(len(self._types))
        ways: list[tuple[float, _Mode]] = [(off[(one, *cell)], (one, -1)) for one in range(self._least_off)]
        ways += [(on[(one, place, *cell)], (one, place)) for one in range(self._running) for place in kinds]
        _, (length, place) = min(ways)
        taken = []
        for day in reversed(range(self._days)):
            on, off = days[day]
            if place >= 0:
                number = picks[day][place]
                taken.append(number)
                cell = tuple(a - b for a, b in zip(cell, self._use(day, place, length), strict=True))
            _, (length, place) = min(self._came_from(day, (length, place), on, off, cell))
        return tuple(sorted(taken))

    def _came_from(
        self, day: int, mode: _Mode, on: Any, off: Any, cell: tuple[int, ...]
    ) -> list[tuple[float, _Mode]]:
        length, place = mode
        last = self._least_off - 1
        if place < 0:
            ways = [(off[(one, *cell)], (one, -1)) for one in {length - 1} - {-1}]
            if length == last:
                ways.append((off[(last, *cell)], (last, -1)))
            if length == 0:
                ways += [
                    (on[(one, other, *cell)], (one, other))
                    for one in range(self._running)
                    if one + 1 >= self._least_on or one + 1 == day
                    for other in range(len(self._types))
                ]
            return ways
        if length == 0:
            return [(off[(last, *cell)], (last, -1))]
        lengths = {length - 1}
        if self._endless and length == self._running - 1:
            lengths.add(length)
        return [
            (on[(one, other, *cell)], (one, other))
            for one in sorted(lengths)
            for other in self._before[place]
        ]


def _type(slot: Slot) -> _Type:
    return _Type(slot.kind, slot.starts - slot.day * DAY, slot.ends - slot.day * DAY)
