"""Which counts one person can have in all measures of fairness at once, by their own rules: *profiles*.

A model slot by slot knows that ten duties, four nights and three weekends are each possible; it does not see
that some of them are not possible together, and its bound stays low. Walking through one person's days and
carrying along what is counted does see it. The counts that are reached are bits of one whole number, and a
duty more is a shift of it, so that a month of somebody takes milliseconds.

Rules that are not looked at here (least lengths, company, what others do) can only make fewer profiles
possible: no profile is missing, and what is concluded from them holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final, final

import attrs

from grassroots.contracts.planning import Person, RotaProblem, Slot
from grassroots.contracts.planning.fair import reach
from grassroots.plugins.planning.bars import bars_of

_DAY: Final = 24 * 60

_MOST_BITS: Final = 30_000
"""Combinations of counts up to which profiles are looked for,"""

_MOST_OPTIONS: Final = 60
"""ways to spend one day up to which they are,"""

_MOST_STATES: Final = 3_000
"""and states of one day."""

_NEVER: Final = 1 << 40
"""A maximum that is none."""

Profile = tuple[int, ...]
"""How many slots of each measure, in the order of ``problem.fairness``."""

_State = tuple[int, int, int, int, int, frozenset[str]]
"""What of the days before still matters: days running, slots in this week and in this month, twice the number
of weekends (and one more if this one is among them), when the last slot has been rested from (a minute of
this day), and its kinds, as far as not every kind may follow them.
"""


@final
@attrs.frozen
class _Option:
    """One way to spend a day: how many slots, from when to when (minutes of the day), of which kinds."""

    slots: int
    starts: int
    ends: int
    kinds: frozenset[str]
    adds: Profile


def profiles_of(problem: RotaProblem, person: Person) -> list[Profile] | None:
    """Every profile that the person's own rules do not forbid (perhaps some more); None: too many to look."""
    return _Walk(problem, person).profiles()


@final
class _Walk:
    """The days of one person, one after the other."""

    def __init__(self, problem: RotaProblem, person: Person) -> None:
        self._problem = problem
        self._limits = person.limits
        self._measures = [one.slots for one in problem.fairness]
        self._must = {one.slot for one in problem.fixed if one.on and one.person == person.id}
        bars = bars_of(problem, person)
        self._open: dict[int, list[Slot]] = defaultdict(list)
        for slot in problem.slots:
            if slot.id in self._must or not bars(slot):
                self._open[slot.day].append(slot)
        self._earlier = {earlier for earlier, _ in problem.successions}
        self._calendar(person)
        self._tops = [self._most(person, one) for one in self._measures]
        self._size, self._strides = 1, []
        for top in self._tops:
            self._strides.append(self._size)
            self._size *= top + 1
        self._masks: dict[Profile, int] = {}

    def _most(self, person: Person, measure: frozenset[str] | None) -> int:
        asked = [slot for slot in self._problem.slots if measure is None or slot.id in measure]
        fixed = sum(measure is None or slot in measure for slot in self._must)
        return max(reach(self._problem, person, asked), fixed)

    def _calendar(self, person: Person) -> None:
        problem, limits, days = self._problem, self._limits, range(self._problem.days + 1)
        self._done = Counter(one.day for one in person.done)
        self._weeks = self._started(problem.week_of, limits.most_per_week)
        self._months = self._started(problem.month_of, limits.most_per_month)
        if len(self._months) == 1 and None in self._measures and not self._months[0]:
            # The whole month is counted as a measure anyway, and cannot be more than is allowed.
            limits = attrs.evolve(limits, most_per_month=None)
        self._per_week = _NEVER if limits.most_per_week is None else limits.most_per_week
        self._per_month = _NEVER if limits.most_per_month is None else limits.most_per_month
        self._running = limits.most_days_running
        self._ends = {} if limits.most_weekends is None else {day: problem.weekend_of(day) for day in days}
        self._had = {self._ends[day] for day in self._done if day in self._ends and day < problem.days}
        self._room = (limits.most_weekends or 0) - len(self._had - {None})

    def _started(self, key: Callable[[int], tuple[int, int]], most: int | None) -> dict[int, int]:
        """The days on which a new week or month begins, with what is done in it outside the plan."""
        done: Counter[tuple[int, int]] = Counter()
        for day, count in self._done.items():
            done[key(day)] += count
        begins = [day for day in range(self._problem.days) if day == 0 or key(day) != key(day - 1)]
        return {day: 0 if most is None else done[key(day)] for day in begins}

    # -- the walk -----------------------------------------------------------------------------------------
    def profiles(self) -> list[Profile] | None:
        """The profiles; None: too many to look."""
        if self._size > _MOST_BITS:
            return None
        states = {self._begin(): 1}
        for day in range(self._problem.days):
            options = self._options(day)
            if options is None or len(states) > _MOST_STATES:
                return None
            after: dict[_State, int] = defaultdict(int)
            for state, counts in states.items():
                entered = self._entered(day, state)
                for option in options:
                    found = self._next(day, entered, option)
                    if found is not None and (moved := self._moved(counts, option.adds)):
                        after[found] |= moved
            states = after
        every = 0
        for counts in states.values():
            every |= counts
        return list(self._told(every))

    def _told(self, counts: int) -> Iterator[Profile]:
        while counts:
            number = (counts & -counts).bit_length() - 1
            counts &= counts - 1
            yield tuple(
                number // stride % (top + 1) for stride, top in zip(self._strides, self._tops, strict=True)
            )

    def _moved(self, counts: int, adds: Profile) -> int:
        if adds not in self._masks:
            self._masks[adds] = self._mask(adds)
        by = sum(add * stride for add, stride in zip(adds, self._strides, strict=True))
        return (counts & self._masks[adds]) << by

    def _mask(self, adds: Profile) -> int:
        """The counts to which so much can be added."""
        mask, length = 1, 1
        for stride, top, add in zip(self._strides, self._tops, adds, strict=True):
            # Repeat what is there for each count of this measure that leaves room.
            assert stride == length
            mask = sum(mask << (stride * count) for count in range(top + 1 - add))
            length *= top + 1
        return mask

    # -- days ---------------------------------------------------------------------------------------------
    def _options(self, day: int) -> list[_Option] | None:
        """Every way to spend a day that the day's own rules allow; None: too many."""
        must = [slot for slot in self._open[day] if slot.id in self._must]
        alike: dict[tuple[int, int, str, Profile], Slot] = {}
        for slot in self._open[day]:
            if slot.id not in self._must:
                alike.setdefault((slot.starts, slot.ends, slot.kind, self._adds([slot])), slot)
        most = self._limits.most_per_day
        room = len(alike) if most is None else max(0, most - self._done[day] - len(must))
        found: dict[_Option, None] = {}
        for count in range(min(room, len(alike)) + 1):
            for some in combinations(alike.values(), count):
                slots = sorted([*must, *some], key=lambda one: one.starts)
                if self._fit(slots):
                    found[self._option(day, slots)] = None
                if len(found) > _MOST_OPTIONS:
                    return None
        return list(found)

    def _adds(self, slots: Sequence[Slot]) -> Profile:
        return tuple(sum(one is None or slot.id in one for slot in slots) for one in self._measures)

    def _fit(self, slots: Sequence[Slot]) -> bool:
        # What is fixed is fixed; whether it can be is somebody else's question.
        return all(
            other.starts - one.ends >= self._limits.rest_minutes or {one.id, other.id} <= self._must
            for one, other in pairwise(slots)
        )

    def _option(self, day: int, slots: Sequence[Slot]) -> _Option:
        begins = min((slot.starts for slot in slots), default=0) - day * _DAY
        ends = max((slot.ends for slot in slots), default=0) - day * _DAY
        return _Option(len(slots), begins, ends, frozenset(slot.kind for slot in slots), self._adds(slots))

    # -- from day to day ----------------------------------------------------------------------------------
    def _begin(self) -> _State:
        running = 0
        while self._done[-1 - running]:
            running += 1
        return (0 if self._running is None else min(running, self._running)), 0, 0, 0, 0, frozenset()

    def _entered(self, day: int, state: _State) -> _State:
        running, week, month, weekends, released, kinds = state
        return (
            running,
            self._weeks.get(day, week),
            self._months.get(day, month),
            weekends if self._ends.get(day) else weekends & ~1,
            released,
            kinds,
        )

    def _next(self, day: int, state: _State, option: _Option) -> _State | None:
        running, week, month, weekends, released, kinds = state
        if not option.slots:
            on = bool(self._done[day]) and self._running is not None
            running = min(running + 1, self._running or 0) if on else 0
            return running, week, month, weekends, max(0, released - _DAY), frozenset()
        if option.starts < released or (kinds and self._follows(kinds, option.kinds)):
            return None
        if self._per_week is not _NEVER:
            week += option.slots
        if self._per_month is not _NEVER:
            month += option.slots
        if week > self._per_week or month > self._per_month:
            return None
        if end := self._ends.get(day):
            weekends += 0 if weekends & 1 or end in self._had else 3
            if weekends >> 1 > self._room:
                return None
        if self._running is not None:
            running += 1
            if running > self._running:
                return None
        released = max(0, option.ends + self._limits.rest_minutes - _DAY)
        return running, week, month, weekends, released, option.kinds & self._earlier

    def _follows(self, earlier: frozenset[str], later: frozenset[str]) -> bool:
        return any((one, other) in self._problem.successions for one in earlier for other in later)
