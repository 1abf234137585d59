"""A rota as rows: what each hard rule and each goal means in whole numbers.

One variable of 0 or 1 for each person and slot that go together, or one for several slots and people that are
alike (see ``alike``). Who may not have a slot has no variable for it at all, unless somebody asks which rules
clash (``told``): then each variable is there, and a row that belongs to the rule forbids it.

Formulations are chosen to be tight, so that bounds are good: duties too close to each other exclude one
another by whole cliques, and not two by two; a stretch that has begun pulls each of its days along; all who
need company in a slot are counted together where it is known how many can be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
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
    Person,
    RotaProblem,
    Rule,
    Slot,
)
from grassroots.contracts.planning.fair import reach
from grassroots.plugins.planning.alike import Alike, Crowd
from grassroots.plugins.planning.bars import bars_of
from grassroots.plugins.planning.person import PersonRows
from grassroots.plugins.planning.rows import Rows, Sum

Asked = Callable[[str, str], bool]


@final
class RotaModel:
    """The rows of a problem. ``pairs`` are the variables by (person, slot), where there is one.

    ``told`` builds for finding clashes: barred pairs have variables, and rows carry their rules. ``asked``
    says which pairs matter; all others are left out.
    """

    def __init__(
        self,
        problem: RotaProblem,
        *,
        told: bool = False,
        asked: Asked | None = None,
        shares: int | None = None,
    ) -> None:
        self.problem = problem
        self._shares = problem.shares if shares is None else shares
        self.rows = Rows()
        self.pairs: dict[tuple[str, str], int] = {}
        # By slot the people in it; one of a crowd stands for all of it, and the variable counts them.
        self.by_slot: dict[str, dict[str, int]] = {slot.id: {} for slot in problem.slots}
        self._told = told
        self._asked = asked
        self._skills = {person.id: person.skills for person in problem.people}
        self._people_by_id = {person.id: person for person in problem.people}
        # Of each person slot and variable; one of several slots that are alike stands for all of them.
        self._mine: dict[str, list[tuple[Slot, int]]] = {}
        self._crowds: list[Crowd] = []
        # What counts how far somebody is from their share, by measure; there once fairness was a goal.
        self.unfair: dict[str, dict[str, int]] = defaultdict(dict)
        self._most_in = {
            slot.id: need.most
            for slot in problem.slots
            for need in slot.needs
            if not need.skill and need.most is not None
        }
        self._people()
        self._slots()
        self._crews()
        for fixed in problem.fixed:
            if fixed.on:
                found = self.pairs.get((fixed.person, fixed.slot))
                self.rows.at_least(
                    [] if found is None else [found], 1, (Rule("fixed", fixed.person, fixed.slot),)
                )

    # -- people -------------------------------------------------------------------------------------------
    def _people(self) -> None:
        alike = Alike(self.problem)
        crowds: dict[tuple[tuple[str, ...], Hashable], list[tuple[str, int]]] = defaultdict(list)
        for person in self.problem.people:
            mine: list[tuple[Slot, int]] = []
            together: dict[Hashable, list[Slot]] = defaultdict(list)
            for number, (slot, reasons) in enumerate(self._open_to(person)):
                key = None if self._told else alike.slot(person, slot)
                together[number if key is None else key].append(slot)
                for rules in reasons:
                    self.rows.at_most([self._pair(person, slot, mine)], 0, rules)
            for slots in together.values():
                if len(slots) == 1:
                    self._pair(person, slots[0], mine)
                    continue
                column = self.rows.variable()
                mine.append((slots[0], column))
                ids = tuple(slot.id for slot in slots)
                crowds[ids, alike.person(person)].append((person.id, column))
            self._mine[person.id] = mine
            PersonRows(self.rows, self.problem, person, mine, told=self._told)
        for (places, _), people in crowds.items():
            self._crowd(people, places)

    def _open_to(self, person: Person) -> Iterable[tuple[Slot, list[tuple[Rule, ...]]]]:
        bars = bars_of(self.problem, person)
        for slot in self.problem.slots:
            if self._asked is not None and not self._asked(person.id, slot.id):
                continue
            reasons = bars(slot)
            if self._told or not reasons:
                yield slot, reasons

    def _pair(self, person: Person, slot: Slot, mine: list[tuple[Slot, int]]) -> int:
        pair = (person.id, slot.id)
        if pair not in self.pairs:
            column = self.rows.variable()
            self.pairs[pair] = self.by_slot[slot.id][person.id] = column
            mine.append((slot, column))
        return self.pairs[pair]

    def _crowd(self, people: Sequence[tuple[str, int]], slots: Sequence[str]) -> None:
        """People who are alike in these slots: as many as are there at all are spread over the slots."""
        first = people[0][0]
        spread = Sum([column for _, column in people], [1] * len(people))
        counts = []
        for slot in slots:
            most = self._most_in.get(slot, len(people))
            count = self.rows.variable(0, min(len(people), most))
            self.by_slot[slot][first] = count
            spread.add(count, -1)
            counts.append((slot, count))
            if len(people) == 1:
                self.pairs[first, slot] = count
        self.rows.between(spread, 0, 0)
        self._crowds.append(Crowd(tuple(people), tuple(counts)))

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
        # The company of all is counted once, and each one's own part in it taken off again.
        together = Sum()
        for person in others:
            together.plus(there[person])
        if len(asking) > 2 and len(others) > 2:
            most = sum(
                factor * self.rows.highs[one]
                for one, factor in zip(together.columns, together.factors, strict=True)
            )
            count = self.rows.variable(0, most)
            together.add(count, -1)
            self.rows.between(together, 0, 0)
            together = Sum([count], [1])
        places = self._most_in.get(slots[0].id) if len(slots) == 1 and not self._told else None
        if places is not None:
            outside = [column for person, column in asking if person not in rule.others]
            inside = [column for person, column in asking if person in rule.others]
            self._accompanied(outside, together, rule.least, places - rule.least)
            self._accompanied(inside, together, rule.least + 1, places)
            return
        known = (Rule("company", name=rule.code),)
        for person, column in asking:
            own = person in rule.others
            if self.rows.highs[column] > 1:
                self._accompanied([column], together, rule.least + own, self.rows.highs[column])
                continue
            left = Sum()
            left.plus(together)
            if own:
                left.plus(there[person], -1)
            left.add(column, -rule.least)
            self.rows.between(left, 0, None, known)

    def _accompanied(self, columns: Sequence[int], together: Sum, least: int, most: int) -> None:
        """As soon as anybody of these is there, so many of the others are, and of these at most so many."""
        if not columns:
            return
        if most <= 0:
            self.rows.at_most(columns, 0)
            return
        some = Sum(list(together.columns), list(together.factors))
        if least > 1:
            mark = self.rows.variable()
            some.add(mark, -least)
            self.rows.between(some, 0, None)
            some = Sum([mark], [1])
        left = Sum()
        left.plus(some, most)
        for column in columns:
            left.add(column, -1)
        self.rows.between(left, 0, None)

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
                able = sum(self.rows.highs[column] for column in having)
                if need.over and able > need.wanted:
                    extra = self.rows.variable(0, able - need.wanted)
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
        for crowd in self._crowds:
            if len(crowd.people) > 1:
                for _, column in crowd.people:
                    total.add(column)
        total.constant += len(standing - self.pairs.keys())
        return total

    def _wishes(self) -> Sum:
        total = Sum()
        gain: dict[tuple[str, str], int] = defaultdict(int)
        for wish in self.problem.wishes:
            total.constant += wish.weight if wish.on else 0
            gain[wish.person, wish.slot] += wish.weight if wish.on else -wish.weight
        for pair, column in self.pairs.items():
            if weight := gain.get(pair, 0):
                total.add(column, -weight)
        for crowd in self._crowds:
            if len(crowd.people) > 1:
                for person, column in crowd.people:
                    # Slots that are alike are wished for alike.
                    if weight := gain.get((person, crowd.slots[0][0]), 0):
                        total.add(column, -weight)
        return total

    def _fairness(self) -> Sum:
        total = Sum()
        for fairness in self.problem.fairness:
            for person, target in fairness.targets:
                away = self._away_from_share(fairness, person, target)
                self.unfair[person][fairness.code] = away
                total.add(away)
        return total

    def counted(self, fairness: Fairness, person: str) -> list[int]:
        """The variables that a measure of fairness counts for a person."""
        return [
            column
            for slot, column in self._mine[person]
            if fairness.slots is None or slot.id in fairness.slots
        ]

    def _away_from_share(self, fairness: Fairness, person: str, target: int) -> int:
        mine = self.counted(fairness, person)
        most = min(len(mine), self._reach(fairness, person)) if not self._told else len(mine)
        costs = [unfair(count, target, self._shares) for count in range(most + 1)]
        count, cost = self.rows.variable(0, most), self.rows.variable(min(costs), max(costs))
        self.rows.between(Sum([count, *mine], [-1, *(1 for _ in mine)]), 0, 0)
        # The cost grows faster and faster in both directions: it lies above each of its own edges.
        steps = sorted({(after - before, number) for number, (before, after) in enumerate(pairwise(costs))})
        seen: set[int] = set()
        for slope, number in steps:
            if slope and slope not in seen:
                seen.add(slope)
                self.rows.between(Sum([cost, count], [1, -slope]), costs[number] - slope * number, None)
        return cost

    def _reach(self, fairness: Fairness, person: str) -> int:
        """The most that the limits of a person allow of a measure, each by itself."""
        asked = [slot for slot in self.problem.slots if fairness.slots is None or slot.id in fairness.slots]
        fixed = sum(one.person == person and one.on for one in self.problem.fixed)
        return max(fixed, reach(self.problem, self._people_by_id[person], asked))

    # -- answers ------------------------------------------------------------------------------------------
    def assignments(self, values: Sequence[int]) -> tuple[Assignment, ...]:
        """The assignments of a solution, sorted."""
        given = [Assignment(*pair) for pair, column in self.pairs.items() if values[column]]
        for crowd in self._crowds:
            if len(crowd.people) > 1:
                given.extend(crowd.assignments(values))
        return tuple(sorted(given))

    def values_of(self, assignments: Iterable[Assignment]) -> dict[int, int]:
        """The variables of people and slots, as these assignments have them."""
        given = {(one.person, one.slot) for one in assignments}
        there: dict[str, set[str]] = defaultdict(set)
        for person, slot in given:
            there[slot].add(person)
        values = {column: int(pair in given) for pair, column in self.pairs.items()}
        for crowd in self._crowds:
            values.update(crowd.values_of(there))
        return values


def unfair(count: int, target: int, shares: int) -> int:
    """How unfair so many slots are to somebody with this target, of so many; see Fairness."""
    low, high = target // 1000, -(-target // 1000)
    outside = max(low - count, count - high, 0)
    beyond = max(-(-abs(1000 * count - target) // 1000) - 1, 0)
    return outside * outside + (shares + 1) * beyond
