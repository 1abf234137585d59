"""A rota as rows: what each hard rule and each goal means in whole numbers.

One variable of 0 or 1 for each person and slot that go together. Who may not have a slot has no variable for
it at all, unless somebody asks which rules clash (``told``): then the variable is there, and a row that
belongs to the rule forbids it.

Formulations are chosen to be tight, so that bounds are good: duties too close to each other exclude one
another by whole cliques, and not two by two; a stretch that has begun pulls each of its days along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise
from typing import final

from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Assignment,
    Company,
    Fairness,
    RotaProblem,
    Rule,
    Slot,
)
from grassroots.plugins.planning.bars import bars_of
from grassroots.plugins.planning.person import PersonRows
from grassroots.plugins.planning.rows import Rows, Sum

Asked = Callable[[str, str], bool]


@final
class RotaModel:
    """The rows of a problem. ``pairs`` are the variables by (person, slot).

    ``told`` builds for finding clashes: barred pairs have variables, and rows carry their rules. ``asked``
    says which pairs matter; all others are left out.
    """

    def __init__(self, problem: RotaProblem, *, told: bool = False, asked: Asked | None = None) -> None:
        self.problem = problem
        self.rows = Rows()
        self.pairs: dict[tuple[str, str], int] = {}
        self.by_slot: dict[str, dict[str, int]] = {slot.id: {} for slot in problem.slots}
        self._told = told
        self._skills = {person.id: person.skills for person in problem.people}
        for person in problem.people:
            bars = bars_of(problem, person)
            mine = []
            for slot in problem.slots:
                if asked is not None and not asked(person.id, slot.id):
                    continue
                reasons = bars(slot)
                if reasons and not told:
                    continue
                column = self.rows.variable()
                self.pairs[person.id, slot.id] = self.by_slot[slot.id][person.id] = column
                mine.append((slot, column))
                for rules in reasons:
                    self.rows.at_most([column], 0, rules)
            PersonRows(self.rows, problem, person, mine, told=told)
        self._slots()
        self._crews()
        for fixed in problem.fixed:
            if fixed.on:
                found = self.pairs.get((fixed.person, fixed.slot))
                self.rows.at_least(
                    [] if found is None else [found], 1, (Rule("fixed", fixed.person, fixed.slot),)
                )

    # -- slots and crews ----------------------------------------------------------------------------------
    def _having(self, slot: Slot, skill: str) -> list[int]:
        return [
            column
            for person, column in self.by_slot[slot.id].items()
            if not skill or skill in self._skills[person]
        ]

    def _slots(self) -> None:
        for slot in self.problem.slots:
            for need in slot.needs:
                if need.least:
                    rule = Rule("cover-least", slot=slot.id, name=need.skill)
                    self.rows.at_least(self._having(slot, need.skill), need.least, (rule,))
                if need.most is not None:
                    rule = Rule("cover-most", slot=slot.id, name=need.skill)
                    self.rows.at_most(self._having(slot, need.skill), need.most, (rule,))

    def _crews(self) -> None:
        if not self.problem.company and not self.problem.apart:
            return
        crews: dict[str, list[Slot]] = defaultdict(list)
        for slot in self.problem.slots:
            crews[slot.group].append(slot)
        for slots in crews.values():
            there = self._there(slots)
            for rule in self.problem.company:
                self._company(rule, slots, there)
            for apart in self.problem.apart:
                both = Sum()
                for person in sorted(apart.people & there.keys()):
                    both.plus(there[person])
                if len(both.columns) > 1:
                    self.rows.between(both, None, 1, (Rule("apart", name=apart.code),))

    def _there(self, slots: Sequence[Slot]) -> dict[str, Sum]:
        """For each person an expression that is 1 if they are in this crew, 0 if not."""
        columns: dict[str, list[int]] = defaultdict(list)
        for slot in slots:
            for person, column in self.by_slot[slot.id].items():
                columns[person].append(column)
        at_once = all(
            one.starts < other.ends and other.starts < one.ends for one, other in combinations(slots, 2)
        )
        there = {}
        for person, found in columns.items():
            if len(found) == 1 or at_once:
                there[person] = Sum(found, [1] * len(found))
                continue
            mark = self.rows.variable()
            self.rows.between(Sum([*found, mark], [*(1 for _ in found), -1]), 0, None)
            for column in found:
                self.rows.between(Sum([mark, column], [1, -1]), 0, None)
            there[person] = Sum([mark], [1])
        return there

    def _company(self, rule: Company, slots: Sequence[Slot], there: dict[str, Sum]) -> None:
        here = [slot for slot in slots if rule.slots is None or slot.id in rule.slots]
        asking = [
            (person, column)
            for slot in here
            for person, column in self.by_slot[slot.id].items()
            if person in rule.those
        ]
        if not asking:
            return
        others = [person for person in there if person in rule.others]
        known = (Rule("company", name=rule.code),)
        # The company of all is counted once, and each one's own part in it taken off again.
        together = Sum()
        for person in others:
            together.plus(there[person])
        if len(asking) > 2 and len(others) > 2:
            count = self.rows.variable(0, len(others))
            together.add(count, -1)
            self.rows.between(together, 0, 0)
            together = Sum([count], [1])
        for person, column in asking:
            left = Sum()
            left.plus(together)
            if person in rule.others:
                left.plus(there[person], -1)
            left.add(column, -rule.least)
            self.rows.between(left, 0, None, known)

    # -- goals --------------------------------------------------------------------------------------------
    def goal(self, name: str) -> Sum:
        """What a goal comes to. Adds the variables that count it."""
        made = {COVER: self._cover, CHANGES: self._changes, FAIRNESS: self._fairness, WISHES: self._wishes}
        return made[name]()

    def _cover(self) -> Sum:
        total = Sum()
        for slot in self.problem.slots:
            for need in slot.needs:
                having = self._having(slot, need.skill)
                if need.wanted and need.under:
                    missing = self.rows.variable(0, need.wanted)
                    found = Sum([*having, missing], [1] * (len(having) + 1))
                    self.rows.between(found, need.wanted, None)
                    total.add(missing, need.under)
                if need.over and len(having) > need.wanted:
                    extra = self.rows.variable(0, len(having) - need.wanted)
                    found = Sum([*having, extra], [*(1 for _ in having), -1])
                    self.rows.between(found, None, need.wanted)
                    total.add(extra, need.over)
        return total

    def _changes(self) -> Sum:
        total = Sum()
        standing = {(one.person, one.slot) for one in self.problem.standing}
        for pair, column in self.pairs.items():
            if pair not in standing:
                total.add(column)
            else:
                total.constant += 1
                total.add(column, -1)
        total.constant += len(standing - self.pairs.keys())
        return total

    def _wishes(self) -> Sum:
        total = Sum()
        for wish in self.problem.wishes:
            column = self.pairs.get((wish.person, wish.slot))
            if wish.on:
                total.constant += wish.weight
            if column is not None and wish.weight:
                total.add(column, -wish.weight if wish.on else wish.weight)
        return total

    def _fairness(self) -> Sum:
        total = Sum()
        for fairness in self.problem.fairness:
            for person, target in fairness.targets:
                total.plus(self._away_from_share(fairness, person, target))
        return total

    def counted(self, fairness: Fairness, person: str) -> list[int]:
        """The variables that a measure of fairness counts for a person."""
        return [
            column
            for slot in self.problem.slots
            if (fairness.slots is None or slot.id in fairness.slots)
            and (column := self.by_slot[slot.id].get(person)) is not None
        ]

    def _away_from_share(self, fairness: Fairness, person: str, target: int) -> Sum:
        mine = self.counted(fairness, person)
        costs = [unfair(count, target, len(fairness.targets)) for count in range(len(mine) + 1)]
        cost = self.rows.variable(0, max(costs))
        # The cost grows faster and faster in both directions: it lies above each of its own edges.
        steps = sorted({(after - before, number) for number, (before, after) in enumerate(pairwise(costs))})
        seen: set[int] = set()
        for slope, number in steps:
            if slope in seen:
                continue
            seen.add(slope)
            if slope == 0:
                if costs[number] > 0:
                    self.rows.lows[cost] = max(self.rows.lows[cost], costs[number])
                continue
            edge = Sum([cost, *mine], [1, *(-slope for _ in mine)])
            self.rows.between(edge, costs[number] - slope * number, None)
        if not mine:
            self.rows.lows[cost] = costs[0]
        return Sum([cost], [1])

    # -- answers ------------------------------------------------------------------------------------------
    def assignments(self, values: Sequence[int]) -> tuple[Assignment, ...]:
        """The assignments of a solution, sorted."""
        return tuple(sorted(Assignment(*pair) for pair, column in self.pairs.items() if values[column]))

    def values_of(self, assignments: Iterable[Assignment]) -> dict[int, int]:
        """The variables of pairs, as these assignments have them."""
        given = {(one.person, one.slot) for one in assignments}
        return {column: int(pair in given) for pair, column in self.pairs.items()}


def unfair(count: int, target: int, people: int) -> int:
    """How unfair so many slots are to somebody with this target, see Fairness."""
    low, high = target // 1000, -(-target // 1000)
    outside = max(low - count, count - high, 0)
    beyond = max(-(-abs(1000 * count - target) // 1000) - 1, 0)
    return outside * outside + (people + 1) * beyond
