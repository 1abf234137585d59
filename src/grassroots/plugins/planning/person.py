"""The rows of one person: what may not meet, what is counted, and how days follow each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import final

from grassroots.contracts.planning import Person, RotaProblem, Rule, Slot
from grassroots.plugins.planning.rows import Rows, Sum

Mine = Sequence[tuple[Slot, int]]
"""The slots that a person can have, with their variables."""


@final
class PersonRows:
    """Adds the rows of one person. ``told``: rows are kept apart by rule, so that each can be switched."""

    def __init__(self, rows: Rows, problem: RotaProblem, person: Person, mine: Mine, *, told: bool) -> None:
        self._rows = rows
        self._problem = problem
        self._person = person
        self._mine = mine
        self._told = told
        self.days: dict[int, list[int]] = defaultdict(list)
        for slot, column in mine:
            self.days[slot.day].append(column)
        self.done_days = {one.day for one in person.done}
        self._distances()
        self._successions()
        self._counts()
        self._stretches()

    def _rule(self, code: str, name: str = "") -> tuple[Rule, ...]:
        return (Rule(code, self._person.id, name=name),)

    # -- what may not meet --------------------------------------------------------------------------------
    def _distances(self) -> None:
        """Slots at one time, or with too little rest between, exclude each other: whole cliques at once."""
        rest = self._person.limits.rest_minutes
        if self._told:
            self._cliques(0, ())
        if rest or not self._told:
            self._cliques(rest, self._rule("rest"))

    def _cliques(self, rest: int, rules: tuple[Rule, ...]) -> None:
        # Two slots are too close if one begins before the other is over and rested from: stretches of time
        # that overlap. All that are open at one moment exclude each other; only the fullest moments count.
        starts = sorted(self._mine, key=lambda one: one[0].starts)
        open_: list[tuple[int, int]] = []
        grown = False
        for slot, column in starts:
            still = [one for one in open_ if one[0] > slot.starts]
            if len(still) < len(open_) and grown:
                self._rows.at_most([one[1] for one in open_], 1, rules)
                grown = False
            open_ = [*still, (slot.ends + rest, column)]
            grown = True
        if grown:
            self._rows.at_most([one[1] for one in open_], 1, rules)

    def _successions(self) -> None:
        if not self._problem.successions:
            return
        followers: dict[str, set[str]] = defaultdict(set)
        for earlier, later in self._problem.successions:
            followers[earlier].add(later)
        kinds: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for slot, column in self._mine:
            kinds[slot.day][slot.kind].append(column)
        one_a_day = self._person.limits.most_per_day == 1 and not self._told
        for day, here in kinds.items():
            after = kinds.get(day + 1)
            if after is None:
                continue
            if one_a_day:
                self._succession_cliques(here, after, followers)
                continue
            for earlier in here:
                for later in followers[earlier] & after.keys():
                    rule = (Rule("succession", name=f"{earlier}>{later}"),)
                    for one in here[earlier]:
                        for other in after[later]:
                            self._rows.at_most((one, other), 1, rule)

    def _succession_cliques(
        self, here: dict[str, list[int]], after: dict[str, list[int]], followers: dict[str, set[str]]
    ) -> None:
        # With one slot a day, all kinds with the same forbidden followers, and these, are one clique.
        by_followers: dict[frozenset[str], list[int]] = defaultdict(list)
        for kind, columns in here.items():
            if found := frozenset(followers[kind] & after.keys()):
                by_followers[found].extend(columns)
        for found, columns in by_followers.items():
            wider = [one for more, some in by_followers.items() if more > found for one in some]
            later = [column for kind in sorted(found) for column in after[kind]]
            self._rows.at_most([*columns, *wider, *later], 1)

    # -- what is counted ----------------------------------------------------------------------------------
    def _counts(self) -> None:
        limits, mine = self._person.limits, self._mine
        kinds: dict[str, list[int]] = defaultdict(list)
        for slot, column in mine:
            kinds[slot.kind].append(column)
        for kind, most in limits.most_of_kind:
            self._rows.at_most(kinds.get(kind, ()), most, self._rule("most-of-kind", kind))
        everything = [column for _, column in mine]
        if limits.most_slots is not None:
            self._rows.at_most(everything, limits.most_slots, self._rule("most-slots"))
        if limits.least_slots is not None:
            self._rows.at_least(everything, limits.least_slots, self._rule("least-slots"))
        minutes = Sum([*everything], [slot.minutes for slot, _ in mine])
        if limits.most_minutes is not None and sum(minutes.factors) > limits.most_minutes:
            self._rows.between(minutes, None, limits.most_minutes, self._rule("most-minutes"))
        if limits.least_minutes:
            self._rows.between(minutes, limits.least_minutes, None, self._rule("least-minutes"))
        self._per("most-per-day", limits.most_per_day, lambda day: day)
        self._per("most-per-week", limits.most_per_week, self._problem.week_of)
        self._per("most-per-month", limits.most_per_month, self._problem.month_of)

    def _per(self, code: str, most: int | None, key: Callable[[int], Hashable]) -> None:
        if most is None:
            return
        counted: dict[Hashable, list[int]] = defaultdict(list)
        for day, columns in self.days.items():
            counted[key(day)].extend(columns)
        before = Counter(key(one.day) for one in self._person.done)
        for when, columns in counted.items():
            if count := before[when]:
                rules = (*self._rule(code), *self._rule("done"))
                self._rows.at_most(columns, max(0, most - count), rules)
            if not before[when] or self._told:
                self._rows.at_most(columns, most, self._rule(code))

    # -- how days follow each other -----------------------------------------------------------------------
    def _stretches(self) -> None:
        limits = self._person.limits
        asked = (
            limits.most_days_running,
            limits.least_days_running,
            limits.least_days_off_running,
            limits.most_weekends,
        )
        if all(one is None for one in asked):
            return
        done_rules = self._rule("done")
        # With duties outside the plan the rows are made twice when clashes are asked for: with them, and as
        # if they were not there.
        views = [(self.done_days, done_rules if self._told else ())] if self.done_days else [(set[int](), ())]
        if self.done_days and self._told:
            views.append((set(), ()))
        worked = self._worked()
        for done, rules in views:
            view = _Days(self._rows, worked, done, self._problem.days)
            if limits.most_days_running is not None:
                view.most_running(limits.most_days_running, (*self._rule("most-days-running"), *rules))
            if limits.least_days_running is not None:
                view.least_running(limits.least_days_running, (*self._rule("least-days-running"), *rules))
            if limits.least_days_off_running is not None:
                view.least_off(limits.least_days_off_running, (*self._rule("least-days-off-running"), *rules))
            if limits.most_weekends is not None:
                weekends = {day: self._problem.weekend_of(day) for day in range(self._problem.days)}
                view.most_weekends(limits.most_weekends, weekends, (*self._rule("most-weekends"), *rules))

    def _worked(self) -> dict[int, int]:
        """A variable for each day on which there can be duty: whether there is."""
        worked = {}
        for day, columns in self.days.items():
            if len(columns) == 1:
                worked[day] = columns[0]
                continue
            worked[day] = self._rows.variable()
            if self._person.limits.most_per_day == 1 and not self._told:
                self._rows.between(Sum([*columns, worked[day]], [*(1 for _ in columns), -1]), 0, 0)
                continue
            self._rows.between(Sum([*columns, worked[day]], [*(1 for _ in columns), -1]), 0, None)
            for column in columns:
                self._rows.between(Sum([worked[day], column], [1, -1]), 0, None)
        return worked


@final
class _Days:
    """Days of one person: with duty by a variable, by a duty outside the plan (1), or never (0)."""

    def __init__(self, rows: Rows, worked: dict[int, int], done: set[int], days: int) -> None:
        self._rows = rows
        self._worked = worked
        self._done = done
        self._last = days - 1
        self._first = min(done, default=0)

    def _sum(self, plus: Sequence[int], minus: Sequence[int] = ()) -> Sum:
        found = Sum()
        for days, factor in ((plus, 1), (minus, -1)):
            for day in days:
                if day in self._done:
                    found.constant += factor
                elif day in self._worked:
                    found.add(self._worked[day], factor)
        return found

    def _at_most(self, found: Sum, high: int, rules: tuple[Rule, ...]) -> None:
        if found.columns and sum(one for one in found.factors if one > 0) + found.constant > high:
            self._rows.between(found, None, high, rules)

    def most_running(self, most: int, rules: tuple[Rule, ...]) -> None:
        """No window of one day more is full."""
        begin, end = min(self._first, 0), max([self._last, *self._done])
        for first in range(begin, end - most + 1):
            window = range(first, first + most + 1)
            if not all(day in self._done for day in window):
                self._at_most(self._sum(window), most, rules)

    def least_running(self, least: int, rules: tuple[Rule, ...]) -> None:
        """A stretch that begins within the horizon, and ends before its last day, is long enough."""
        for first in range(1, self._last + 1):
            if self._done:
                self._no_short_stretch(first, least, rules)
                continue
            if first not in self._worked:
                continue
            for day in range(first + 1, min(first + least, self._last + 1)):
                # Begun on this day, it goes on.
                self._at_most(self._sum((first,), (first - 1, day)), 0, rules)

    def _no_short_stretch(self, first: int, least: int, rules: tuple[Rule, ...]) -> None:
        for length in range(1, least):
            stretch = range(first, first + length)
            if stretch[-1] >= self._last:
                break
            if not all(day in self._done for day in stretch):
                around = (first - 1, stretch[-1] + 1)
                self._at_most(self._sum(stretch, around), length - 1, rules)

    def least_off(self, least: int, rules: tuple[Rule, ...]) -> None:
        """Off after a day with duty, off for long enough."""
        for first in range(1, self._last + 1):
            for day in range(first + 1, min(first + least, self._last + 1)):
                if first - 1 in self._done and day in self._done:
                    continue
                self._at_most(self._sum((first - 1, day), (first,)), 1, rules)

    def most_weekends(
        self, most: int, weekends: dict[int, tuple[int, int] | None], rules: tuple[Rule, ...]
    ) -> None:
        """Weekends with duty on one of their days."""
        by_weekend: dict[tuple[int, int], list[int]] = defaultdict(list)
        for day, weekend in weekends.items():
            if weekend is not None:
                by_weekend[weekend].append(day)
        had = {weekend for weekend, days in by_weekend.items() if any(day in self._done for day in days)}
        marks = []
        for weekend, days in by_weekend.items():
            if len(had) > most:
                # Too many already: nothing more on any of them, nor beside what is done on that very day.
                self._rows.at_most([self._worked[day] for day in days if day in self._worked], 0, rules)
                continue
            columns = [self._worked[day] for day in days if day in self._worked and day not in self._done]
            if not columns or weekend in had:
                continue
            if len(columns) == 1:
                marks.append(columns[0])
                continue
            mark = self._rows.variable()
            for column in columns:
                self._rows.between(Sum([mark, column], [1, -1]), 0, None)
            marks.append(mark)
        self._rows.at_most(marks, max(0, most - len(had)), rules)
