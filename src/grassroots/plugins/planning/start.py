"""A first rota, filled as a clerk would, and then made fairer by handing duties on.

It is only where the solver starts: a solver takes longer to find any good plan of a district than to make
one better. What a clerk does not think of (least lengths of stretches, least hours) is left to the solver.
"""

from __future__ import annotations

from typing import Final, final

from grassroots.contracts.planning import Assignment, RotaProblem, Slot
from grassroots.plugins.planning.clerk import MOST_TRIES, Clerk
from grassroots.plugins.planning.model import unfair

_LONGEST_ROUND: Final = 5
"""People in a round of duties that are handed on, at most."""


def first_rota(problem: RotaProblem) -> tuple[Assignment, ...]:
    """A rota that keeps every rule which limits from above; not always every one that demands something."""
    clerk = _Evening(problem)
    clerk.fill()
    clerk.move()
    clerk.even()
    return clerk.rota()


@final
class _Evening(Clerk):
    """Duties go from those who have more than their share to those who have less."""

    def even(self) -> None:
        """Duties go from those who have more than their share to those who have less, while that helps."""
        if not self._problem.fairness:
            return
        better, self._tries = True, 0
        while better and self._tries <= MOST_TRIES:
            better = False
            for slot in self._problem.slots:
                for who in list(self._there[slot.id]):
                    better |= (who, slot.id) not in self._fixed and self._handed_on(who, slot)
            for who in self._pages:
                better |= self._unfairness(who) > 0 and (self._exchanged(who) or self._passed_round(who))

    def _handed_on(self, who: str, slot: Slot) -> bool:
        relief = self._cost(who, slot, -1)
        heirs = sorted(
            (cost, heir)
            for heir in self._able[slot.id]
            if heir != who and (cost := self._cost(heir, slot, 1)) < -relief
        )
        if not heirs:
            return False
        self._take(who, slot.id)
        for _, heir in heirs:
            if not self._may(heir, slot) or self._lonely(heir, slot):
                continue
            self._put(heir, slot.id)
            if self._whole(slot, who, heir) and not any(
                self._lonely(one, slot) for one in self._there[slot.id]
            ):
                return True
            self._take(heir, slot.id)
        self._put(who, slot.id)
        return False

    def _whole(self, slot: Slot, gone: str, come: str) -> bool:
        """Whether whoever comes can do what is needed of whoever goes."""
        return all(
            self._has(come, need.skill)
            or not self._has(gone, need.skill)
            or self._having(slot.id, need.skill) >= max(need.wanted, need.least)
            for need in slot.needs
        )

    def _cost(self, who: str, slot: Slot, by: int) -> int:
        """What it adds to unfairness that somebody has this slot, or no more."""
        cost = 0
        for slots, target, people in self._share[who]:
            if slots is None or slot.id in slots:
                have = self._count(who, slots)
                cost += unfair(have + by, target, people) - unfair(have, target, people)
        return cost

    def _unfairness(self, who: str) -> int:
        return sum(
            unfair(self._count(who, slots), target, people) for slots, target, people in self._share[who]
        )

    def _exchanged(self, who: str) -> bool:
        """They leave one duty to whoever may have it, and take another one, of somebody who may lose it."""
        for left in list(self._pages[who].slots.values()):
            if (who, left.id) in self._fixed:
                continue
            lost = self._cost(who, left, -1)
            self._take(who, left.id)
            for slot in self._open_to[who]:
                cost = lost + self._cost(who, slot, 1)
                if slot is not left and cost < 0 and self._may_once_free(who, slot):
                    for holder in list(self._there[slot.id]):
                        pair = (holder, slot.id)
                        if pair not in self._fixed and self._swapped(who, left, slot, holder, cost):
                            return True
            self._put(who, left.id)
        return False

    def _swapped(self, who: str, left: Slot, slot: Slot, holder: str, cost: int) -> bool:
        cost += self._cost(holder, slot, -1)
        self._take(holder, slot.id)
        if self._may(who, slot) and self._whole(slot, holder, who):
            self._put(who, slot.id)
            if not self._any_lonely(slot):
                heirs = [(self._cost(heir, left, 1), heir) for heir in self._able[left.id] if heir != who]
                for more, heir in sorted(heirs):
                    if cost + more >= 0:
                        break
                    if self._may(heir, left) and self._whole(left, who, heir):
                        self._put(heir, left.id)
                        if not self._any_lonely(left):
                            return True
                        self._take(heir, left.id)
            self._take(who, slot.id)
        self._put(holder, slot.id)
        return False

    def _passed_round(self, who: str) -> bool:
        """They take a duty of a second person, who takes one of a third, and so on: short rounds first."""
        wanted = [(cost, slot.id) for slot in self._open_to[who] if (cost := self._cost(who, slot, 1)) < 0]
        for others in range(1, _LONGEST_ROUND):
            seen: set[tuple[str, str]] = set()
            for cost, place in sorted(wanted):
                slot = self._slots[place]
                if self._may_once_free(who, slot) and self._taken_from(who, slot, cost, others, seen):
                    return True
        return False

    def _may_once_free(self, who: str, slot: Slot) -> bool:
        return who not in self._there[slot.id] and self._pages[who].can(slot)

    def _taken_from(self, who: str, slot: Slot, cost: int, others: int, seen: set[tuple[str, str]]) -> bool:
        """They take a slot of somebody; ``cost`` is what all of it adds to unfairness so far."""
        for holder in list(self._there[slot.id]):
            pair = (holder, slot.id)
            if pair in seen or pair in self._fixed or self._tries > MOST_TRIES:
                continue
            seen.add(pair)
            after = cost + self._cost(holder, slot, -1)
            self._take(holder, slot.id)
            if self._may(who, slot) and self._whole(slot, holder, who):
                self._put(who, slot.id)
                if not self._any_lonely(slot) and (
                    after < 0 or (others and self._made_up(holder, slot, after, others - 1, seen))
                ):
                    return True
                self._take(who, slot.id)
            self._put(holder, slot.id)
        return False

    def _made_up(self, who: str, lost: Slot, cost: int, others: int, seen: set[tuple[str, str]]) -> bool:
        """Whoever lost a slot takes another one."""
        for slot in self._open_to[who]:
            if slot is not lost and self._may_once_free(who, slot):
                after = cost + self._cost(who, slot, 1)
                if after < 0 and self._taken_from(who, slot, after, others, seen):
                    return True
        return False
