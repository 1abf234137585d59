"""A clerk who fills a rota by hand: the scarcest places first, by those who are furthest behind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from typing import Final, final

from grassroots.contracts.planning import Assignment, Person, RotaProblem, Slot
from grassroots.plugins.planning.bars import bars_of

MOST_TRIES: Final = 300_000
"""So many looks at a person and a place; then what is still empty, or unfair, stays so."""


@final
class Page:
    """What one person has: everything that their limits count."""

    def __init__(self, problem: RotaProblem, person: Person) -> None:
        self._problem = problem
        self.person = person
        self.slots: dict[str, Slot] = {}
        self._times = [(one.starts, one.ends, one.day, one.kind) for one in person.done]
        self._counts: Counter[Hashable] = Counter()
        self._kinds: Counter[str] = Counter()
        self._minutes = 0
        self._days: Counter[int] = Counter()
        self._of_kind = dict(person.limits.most_of_kind)
        for one in person.done:
            self._count(one.day, 1)

    def _keys(self, day: int) -> tuple[Hashable, Hashable, Hashable]:
        return (0, day), (1, self._problem.week_of(day)), (2, self._problem.month_of(day))

    def _count(self, day: int, by: int) -> None:
        for key in self._keys(day):
            self._counts[key] += by
        self._days[day] += by

    def put(self, slot: Slot) -> None:
        """Give them a slot."""
        self.slots[slot.id] = slot
        self._times.append((slot.starts, slot.ends, slot.day, slot.kind))
        self._count(slot.day, 1)
        self._kinds[slot.kind] += 1
        self._minutes += slot.minutes

    def take(self, slot: Slot) -> None:
        """Take a slot away."""
        del self.slots[slot.id]
        self._times.remove((slot.starts, slot.ends, slot.day, slot.kind))
        self._count(slot.day, -1)
        self._kinds[slot.kind] -= 1
        self._minutes -= slot.minutes

    def can(self, slot: Slot) -> bool:
        """Whether one slot more keeps their limits from above."""
        limits = self.person.limits
        if limits.most_slots is not None and len(self.slots) >= limits.most_slots:
            return False
        if limits.most_minutes is not None and self._minutes + slot.minutes > limits.most_minutes:
            return False
        if self._kinds[slot.kind] >= self._of_kind.get(slot.kind, 1 << 30):
            return False
        mosts = (limits.most_per_day, limits.most_per_week, limits.most_per_month)
        for key, most in zip(self._keys(slot.day), mosts, strict=True):
            if most is not None and self._counts[key] >= most:
                return False
        return self._rested(slot) and self._days_allow(slot.day)

    def _rested(self, slot: Slot) -> bool:
        rest, wrong = self.person.limits.rest_minutes, self._problem.successions
        for starts, ends, day, kind in self._times:
            if starts < slot.ends + rest and slot.starts < ends + rest:
                return False
            if wrong and abs(day - slot.day) == 1:
                pair = (kind, slot.kind) if day < slot.day else (slot.kind, kind)
                if pair in wrong:
                    return False
        return True

    def _days_allow(self, day: int) -> bool:
        limits = self.person.limits
        if (most := limits.most_days_running) is not None and not self._days[day]:
            first, last = day, day
            while self._days[first - 1]:
                first -= 1
            while self._days[last + 1]:
                last += 1
            if last - first >= most:
                return False
        if limits.most_weekends is not None and (weekend := self._problem.weekend_of(day)) is not None:
            had = {
                self._problem.weekend_of(one)
                for one, count in self._days.items()
                if count and 0 <= one < self._problem.days
            }
            return len(had - {None}) + (weekend not in had) <= limits.most_weekends
        return True


class Clerk:
    """Puts people into slots, one after the other, and looks at every rule that limits from above."""

    def __init__(self, problem: RotaProblem) -> None:
        self._problem = problem
        self._slots = {slot.id: slot for slot in problem.slots}
        self._pages = {person.id: Page(problem, person) for person in problem.people}
        self._there: dict[str, list[str]] = {slot.id: [] for slot in problem.slots}
        self._crews: dict[str, list[str]] = defaultdict(list)
        for slot in problem.slots:
            self._crews[slot.group].append(slot.id)
        self._able: dict[str, list[str]] = {slot.id: [] for slot in problem.slots}
        self._open_to: dict[str, list[Slot]] = defaultdict(list)
        for person in problem.people:
            bars = bars_of(problem, person)
            for slot in problem.slots:
                if not bars(slot):
                    self._able[slot.id].append(person.id)
                    self._open_to[person.id].append(slot)
        self._share: dict[str, list[tuple[frozenset[str] | None, int, int]]] = defaultdict(list)
        for fairness in problem.fairness:
            for who, target in fairness.targets:
                self._share[who].append((fairness.slots, target, problem.shares))
        self._fixed = {(one.person, one.slot) for one in problem.fixed if one.on}
        self._tries = 0
        for who, where in sorted(self._fixed):
            self._put(who, where)

    def rota(self) -> tuple[Assignment, ...]:
        """What stands now."""
        return tuple(sorted(Assignment(who, slot) for slot, people in self._there.items() for who in people))

    # -- one place after the other --------------------------------------------------------------------------
    def fill(self) -> None:
        """Every slot once, those first for which few people can come."""
        for slot in sorted(self._problem.slots, key=lambda one: (self._ease(one), one.starts, one.id)):
            for skill in self._places(slot):
                if who := self._best(slot, skill):
                    self._put(who, slot.id)
            self._left_alone(slot)

    def _ease(self, slot: Slot) -> float:
        wanted = max((need.wanted for need in slot.needs), default=0)
        return len(self._able[slot.id]) / max(1, wanted)

    def _places(self, slot: Slot) -> Iterator[str]:
        """The skills that are still wanted, place by place; "" is anybody."""
        for need in sorted(slot.needs, key=lambda one: one.skill == ""):
            while self._having(slot.id, need.skill) < max(need.wanted, need.least):
                before = len(self._there[slot.id])
                yield need.skill
                if len(self._there[slot.id]) == before:
                    break

    def _having(self, slot: str, skill: str) -> int:
        return sum(self._has(who, skill) for who in self._there[slot])

    def _has(self, who: str, skill: str) -> bool:
        return not skill or skill in self._pages[who].person.skills

    def _best(self, slot: Slot, skill: str) -> str | None:
        able = [who for who in self._able[slot.id] if self._has(who, skill) and self._may(who, slot)]
        return min(
            able, key=lambda who: (self._lonely(who, slot), *self._behind(who, slot), who), default=None
        )

    def _behind(self, who: str, slot: Slot) -> tuple[int, int]:
        # Those first who lack most of their shares; among them those who can rarely come.
        over = 0
        for slots, target, _ in self._share[who]:
            if slots is None or slot.id in slots:
                over += 1000 * self._count(who, slots) - target
        return over, len(self._open_to[who])

    def _may(self, who: str, slot: Slot) -> bool:
        self._tries += 1
        return who not in self._there[slot.id] and self._fits(who, slot) and self._pages[who].can(slot)

    def _fits(self, who: str, slot: Slot) -> bool:
        """Whether there is room for them, and nobody from whom they have to be apart."""
        for need in slot.needs:
            full = need.most is not None and self._having(slot.id, need.skill) >= need.most
            if full and self._has(who, need.skill):
                return False
        crew = self._crew(slot)
        return not any(who in one.people and one.people & crew - {who} for one in self._problem.apart)

    def _crew(self, slot: Slot) -> set[str]:
        return {who for one in self._crews[slot.group] for who in self._there[one]}

    def _lonely(self, who: str, slot: Slot) -> bool:
        """Whether they lack company there as things stand."""
        crew = self._crew(slot) - {who}
        return any(
            who in rule.those
            and (rule.slots is None or slot.id in rule.slots)
            and len(crew & rule.others) < rule.least
            for rule in self._problem.company
        )

    def _left_alone(self, slot: Slot) -> None:
        """Whoever lacks company goes again."""
        again = True
        while again:
            again = False
            for one in self._crews[slot.group]:
                for who in list(self._there[one]):
                    if (who, one) not in self._fixed and self._lonely(who, self._slots[one]):
                        self._take(who, one)
                        again = True

    def _put(self, who: str, slot: str) -> None:
        if who not in self._there[slot]:
            self._there[slot].append(who)
            self._pages[who].put(self._slots[slot])

    def _take(self, who: str, slot: str) -> None:
        self._there[slot].remove(who)
        self._pages[who].take(self._slots[slot])

    # -- moving others ------------------------------------------------------------------------------------
    def move(self) -> None:
        """An empty place goes to somebody who leaves another one, if a third person can take that."""
        for slot in self._problem.slots:
            for skill in self._places(slot):
                if self._tries > MOST_TRIES:
                    return
                if not self._moved(slot, skill):
                    break

    def _moved(self, slot: Slot, skill: str) -> bool:
        for who in self._able[slot.id]:
            if who in self._there[slot.id] or not self._has(who, skill) or not self._fits(who, slot):
                continue
            page = self._pages[who]
            if page.can(slot):
                if not self._lonely(who, slot):
                    self._put(who, slot.id)
                    return True
                continue
            for left in list(page.slots.values()):
                if (who, left.id) not in self._fixed and self._moves(who, left, slot):
                    return True
        return False

    def _moves(self, who: str, left: Slot, slot: Slot) -> bool:
        self._take(who, left.id)
        if self._pages[who].can(slot) and not self._lonely(who, slot):
            self._put(who, slot.id)
            skills = [need.skill for need in left.needs if self._has(who, need.skill)]
            other = self._best(left, max(skills, default=""))
            if other is not None and not self._lonely(other, left):
                self._put(other, left.id)
                if not self._any_lonely(left):
                    return True
                self._take(other, left.id)
            self._take(who, slot.id)
        self._put(who, left.id)
        return False

    def _any_lonely(self, slot: Slot) -> bool:
        return any(self._lonely(one, slot) for one in self._there[slot.id])

    def _count(self, who: str, slots: frozenset[str] | None) -> int:
        mine = self._pages[who].slots
        return len(mine) if slots is None else sum(one in slots for one in mine)
