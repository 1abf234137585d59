"""From stored shifts, people, leave, limits and wishes to a planning problem.

Rules that a person answers for become hard rules of the problem, what somebody would like becomes a wish.
Duties that stand already (assigned by hand, or published) are fixed; duties elsewhere take their time and
count. Nothing here knows a planner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, final

import attrs

from grassroots.contracts.planning import (
    Apart,
    Assignment,
    Barred,
    Company,
    DayOff,
    Done,
    Fairness,
    Fixed,
    Limits,
    Need,
    Person,
    RotaProblem,
    Slot,
    Wish,
    fair_targets,
)
from grassroots.domain.duty import Duty, Shift, ShiftStatus
from grassroots.domain.member import Member
from grassroots.domain.rota import Caps, Obstacle, ObstacleCode
from grassroots.usecases.crew import Crew
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, ShiftId

ADULT_YEARS: Final = 18
NIGHTS, WEEKENDS, ALL = "nights", "weekends", "all"


@final
@attrs.frozen(kw_only=True)
class Wanted:
    """The shifts to plan, the duties that stand in them, and the people; ``extra`` are only imagined.

    ``given_up`` are members with shifts of which they told us that they do not come: not planned again.
    """

    crew: Crew
    shifts: Sequence[Shift]
    standing: Sequence[Duty]
    extra: Sequence[Member] = ()
    given_up: Collection[tuple[MemberId, ShiftId]] = ()


def problem_of(wanted: Wanted, caps: Mapping[str, int] | None = None) -> RotaProblem:
    """The planning problem; ``caps`` replace columns of the rule ``duty_policy.limits`` (what if)."""
    return _Mapping(wanted, caps or {}).problem()


def as_set(members: Iterable[Any]) -> Any:
    """A frozen set; the fields of the contract convert what they get, and type checkers see the converter."""
    return frozenset(members)


class _Mapping:
    def __init__(self, wanted: Wanted, caps: Mapping[str, int]) -> None:
        self.crew, self.period = wanted.crew, wanted.crew.period
        self.shifts = [one for one in wanted.shifts if one.status is not ShiftStatus.CALLED_OFF]
        self.known = {shift.id: shift for shift in self.shifts}
        self.standing = [duty for duty in wanted.standing if duty.binding and duty.shift in self.known]
        self.fixed = {(duty.member, duty.shift) for duty in self.standing}
        self.members = [*wanted.crew.members.values(), *wanted.extra]
        self.given_up = wanted.given_up
        self.extra = {member.id for member in wanted.extra}
        self.caps = caps
        self.zero = datetime.combine(self.period.first, time(), tzinfo=self.crew.zone).astimezone(UTC)

    def problem(self) -> RotaProblem:
        planned = {member.id for member in self.members}
        problem = RotaProblem(
            first=self.period.first,
            days=(self.period.last - self.period.first).days + 1,
            people=tuple(self._person(member) for member in self.members),
            slots=tuple(self._slot(shift, planned) for shift in self.shifts),
            fixed=tuple(Fixed(duty.member, duty.shift) for duty in self.standing if duty.member in planned),
            wishes=tuple(self._wishes()),
            company=tuple(self._company()),
            apart=tuple(self._apart()),
        )
        return attrs.evolve(problem, fairness=tuple(self._fairness(problem)))

    # -- slots --------------------------------------------------------------------------------------------
    def _slot(self, shift: Shift, planned: set[MemberId]) -> Slot:
        starts, ends = self._minutes(shift)
        # Somebody who stands there and is not among the people to plan takes a place all the same.
        beside = sum(duty.shift == shift.id and duty.member not in planned for duty in self.standing)
        least = max(0, shift.minimum - beside)
        there = sum(duty.shift == shift.id for duty in self.standing) - beside
        most = max(there, (shift.maximum or shift.minimum) - beside)
        # More people than wanted cost as much as people missing: nobody is called in to stand about.
        needs = [Need(wanted=least, over=1, most=most)]
        needs += [Need(skill=f"skill:{one.skill}", wanted=one.least) for one in shift.needs]
        return Slot(
            id=shift.id,
            day=(shift.day - self.period.first).days,
            starts=starts,
            ends=ends,
            kind="night" if self.crew.at_night(shift) else "day",
            station=shift.station,
            requires=frozenset() if shift.role is None else as_set({f"role:{shift.role}"}),
            needs=tuple(needs),
        )

    def _minutes(self, shift: Shift) -> tuple[int, int]:
        begins, ends = shift.window(self.crew.zone)
        first, last = ((moment - self.zero) // timedelta(minutes=1) for moment in (begins, ends))
        return first, last

    # -- people -------------------------------------------------------------------------------------------
    def _person(self, member: Member) -> Person:
        if member.id in self.extra:
            # Somebody who is only imagined: free at any time, and able to do what is asked.
            return Person(id=member.id, skills=as_set(member.skills), limits=self._limits(Caps()))
        barred, off, roles = [], set(), set()
        against = self._obstacles(member)
        for shift in self.shifts:
            here = (member.id, shift.id) in self.fixed
            if shift.role is not None and (here or self.crew.holds(member.id, shift.role, shift.day)):
                roles.add(f"role:{shift.role}")
            if here:
                continue  # somebody put them there, and answers for it
            if (member.id, shift.id) in self.given_up:
                barred.append(Barred(shift.id, ObstacleCode.SAID_NO.value))
                continue
            for one in against(shift):
                if one.code is ObstacleCode.ON_LEAVE:
                    off.add((shift.day - self.period.first).days)
                elif one.code is not ObstacleCode.NOT_APPOINTED or f"role:{shift.role}" in roles:
                    barred.append(Barred(shift.id, _code(one)))
                    break
        return Person(
            id=member.id,
            skills=as_set({*roles, *(f"skill:{skill}" for skill in member.skills)}),
            limits=self._limits(self.crew.caps_of(member.id)),
            days_off=tuple(DayOff(day, ObstacleCode.ON_LEAVE.value) for day in sorted(off)),
            barred=tuple(barred),
            done=tuple(self._elsewhere(member.id)),
        )

    def _obstacles(self, member: Member) -> Callable[[Shift], tuple[Obstacle, ...]]:
        """What stands against a member in a shift; asked once for shifts that differ in nothing it asks."""
        named = {station for word in self.crew.given.get(member.id, ()) for station in word.stations}
        known: dict[tuple[Any, ...], tuple[Obstacle, ...]] = {}

        def against(shift: Shift) -> tuple[Obstacle, ...]:
            place = shift.station if shift.station in named else None
            key = (shift.day, shift.starts, shift.ends, shift.role, shift.outdoor, shift.minors, place)
            if key not in known:
                known[key] = self.crew.obstacles(shift, member)
            return known[key]

        return against

    def _limits(self, caps: Caps) -> Limits:
        return Limits(
            rest_minutes=self._cap("least_rest_hours", int(caps.rest.total_seconds()) // 3600, least=0) * 60,
            most_per_day=self.caps.get("most_per_day_count", caps.per_day),
            most_per_week=self.caps.get("most_per_week_count", caps.per_week),
            most_per_month=self.caps.get("most_per_month_count", caps.per_month),
            most_days_running=self.caps.get("most_days_running_count", caps.days_running),
            most_weekends=self.caps.get("most_weekends_count", caps.weekends),
        )

    def _cap(self, column: str, otherwise: int, *, least: int) -> int:
        return max(least, self.caps.get(column, otherwise))

    def _elsewhere(self, member: MemberId) -> Iterator[Done]:
        # What counts with the period: the days of its first and last week and month, and the rest before it.
        first = self.period.first - timedelta(days=31)
        last = self.period.last + timedelta(days=31)
        for duty, shift in self.crew.duties_of(member):
            if duty.shift in self.known or not first <= duty.day <= last:
                continue
            starts, ends = self._minutes(shift)
            kind = "night" if self.crew.at_night(shift) else "day"
            yield Done((duty.day - self.period.first).days, starts, ends, kind)

    # -- what people wish, and with whom they stand ---------------------------------------------------------
    def _wishes(self) -> Iterator[Wish]:
        for member in self.members:
            for wish in self.crew.wishes.get(member.id, ()):
                for shift in self.shifts:
                    if wish.speaks_of(shift.day):
                        yield Wish(member.id, shift.id, wish.wanted, wish.weight)

    def _company(self) -> Iterator[Company]:
        people = as_set(member.id for member in self.members)
        pairs = as_set(shift.id for shift in self.shifts if shift.minimum > 1)
        after = self.crew.changes.get("experienced_after_count")
        if after is not None and pairs:
            season = self.crew.season_loads()
            known = as_set(one for one in people if one in season and season[one].duties >= after)
            if known and known != people:
                yield Company(code="new-with-experienced", those=people - known, others=known, slots=pairs)
        safe = self.crew.safe
        adults = self.crew.changes.get("adults_with_minors_count") if safe is None else safe.adults
        minors = as_set(shift.id for shift in self.shifts if self.crew.with_minors(shift))
        if adults is not None and adults > 1 and minors:
            grown = as_set(one.id for one in self.members if self._adult(one))
            yield Company(
                code="adults-with-minors", those=people, others=grown, least=adults - 1, slots=minors
            )
        for member in self.members:
            word = self.crew.word(member.id, self.period.first)
            beside = people.intersection(() if word is None else word.beside)
            if beside:
                yield Company(code=f"beside-{member.id}", those=as_set({member.id}), others=beside)

    def _adult(self, member: Member) -> bool:
        ages = None if member.born is None else member.ages(self.period.first)
        return ages is None or ages.low >= ADULT_YEARS

    def _apart(self) -> Iterator[Apart]:
        ids = sorted(member.id for member in self.members)
        spoken = [one for one in ids if any(word.apart for word in self.crew.given.get(one, ()))]
        seen: set[frozenset[MemberId]] = set()
        for one in spoken:
            for other in ids:
                pair = as_set({one, other})
                if one != other and pair not in seen and self.crew.must_be_apart(one, other):
                    seen.add(pair)
                    first, second = sorted(pair)
                    yield Apart(code=f"apart-{first}-{second}", people=pair)

    # -- fairness -----------------------------------------------------------------------------------------
    def _fairness(self, problem: RotaProblem) -> Iterator[Fairness]:
        season = self.crew.season_loads()
        # A share belongs to whoever can take one: a person with no free hour does not wait for their turn.
        weights = {person.id: 1 for person in problem.people}
        nights = {slot.id for slot in problem.slots if slot.kind == "night"}
        weekends = {slot.id for slot in problem.slots if problem.weekend_of(slot.day) is not None}
        for code, slots, carried in (
            (ALL, None, {str(member): load.duties for member, load in season.items()}),
            (NIGHTS, nights, {str(member): load.nights for member, load in season.items()}),
            (WEEKENDS, weekends, {str(member): load.weekends for member, load in season.items()}),
        ):
            if slots is not None and not slots:
                continue
            targets = fair_targets(problem, slots, weights=weights, carried=carried)
            yield Fairness(code=code, slots=None if slots is None else as_set(slots), targets=targets)


def _code(one: Obstacle) -> str:
    return f"{one.code.value}-{one.name}" if one.code is ObstacleCode.ASK_FIRST else one.code.value


def only(problem: RotaProblem, open_slots: Iterable[ShiftId], standing: Iterable[Assignment]) -> RotaProblem:
    """The part of a problem that a change touches: the open slots; what everybody else has is done.

    People keep what they have (as duties outside the plan), so that no answer can move anybody else.
    """
    wanted = set(open_slots)
    had: dict[str, list[Done]] = defaultdict(list)
    slots = {slot.id: slot for slot in problem.slots}
    in_open: set[tuple[str, str]] = set()
    for one in standing:
        slot = slots[one.slot]
        if one.slot in wanted:
            in_open.add((one.person, one.slot))
        else:
            had[one.person].append(Done(slot.day, slot.starts, slot.ends, slot.kind))
    return attrs.evolve(
        problem,
        slots=tuple(slot for slot in problem.slots if slot.id in wanted),
        people=tuple(
            attrs.evolve(
                person,
                done=(*person.done, *had[person.id]),
                barred=tuple(bar for bar in person.barred if bar.slot in wanted),
            )
            for person in problem.people
        ),
        fixed=tuple(one for one in problem.fixed if one.slot in wanted),
        wishes=tuple(one for one in problem.wishes if one.slot in wanted),
        company=tuple(_narrow(rule, wanted) for rule in problem.company),
        fairness=(),
        standing=as_set(Assignment(*pair) for pair in in_open),
        levels=(("cover",), ("wishes",)),
    )


def _narrow(rule: Company, wanted: set[ShiftId]) -> Company:
    if rule.slots is None:
        return rule
    return attrs.evolve(rule, slots=as_set(rule.slots & wanted))


def period_of(shifts: Sequence[Shift]) -> Period:
    """The days from the first to the last of some shifts."""
    days = [shift.day for shift in shifts]
    return Period(min(days), max(days))
