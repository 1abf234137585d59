"""The rota as a problem: people, slots to be covered, hard rules, and what is wished for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, final

import attrs

from grassroots.contracts.planning.answer import Assignment
from grassroots.errors import BadInput

DAY_MINUTES: Final = 24 * 60

COVER: Final = "cover"
"""Goal: as few missing people (and people too many) as can be, each by its weight."""
CHANGES: Final = "changes"
"""Goal: as few differences from the standing rota as can be, one for each assignment that comes or goes."""
FAIRNESS: Final = "fairness"
"""Goal: nobody further from their fair share than must be; see :class:`Fairness`."""
WISHES: Final = "wishes"
"""Goal: as little weight of unmet wishes as can be."""
GOALS: Final = (COVER, CHANGES, FAIRNESS, WISHES)


def at_least(least: int) -> Any:
    """A validator: a whole number not below ``least``; None where the field allows it."""

    def check(owner: Any, field: attrs.Attribute[Any], value: int | None) -> None:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            where = getattr(owner, "id", None) or getattr(owner, "person", None) or type(owner).__name__
            raise BadInput(
                "planning-number", field=field.name, what=str(value), where=str(where), least=least
            )

    return check


MOST_WEIGHT: Final = 1_000_000
"""Beyond this a weight says nothing more, and sums of weights would grow beyond what a solver counts with."""


def weight(owner: Any, field: attrs.Attribute[Any], value: int) -> None:
    """A validator: a weight, from 0 to MOST_WEIGHT."""
    at_least(0)(owner, field, value)
    if value > MOST_WEIGHT:
        where = getattr(owner, "person", None) or type(owner).__name__
        raise BadInput(
            "planning-weight", field=field.name, what=str(value), where=str(where), most=MOST_WEIGHT
        )


# Sets may be given as any collection. Named functions, because a checker of types cannot read ``frozenset``.
def _texts(found: Iterable[str]) -> frozenset[str]:
    return frozenset(found)


def _texts_or_none(found: Iterable[str] | None) -> frozenset[str] | None:
    return None if found is None else frozenset(found)


def _steps(found: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(found)


def _assigned(found: Iterable[Assignment]) -> frozenset[Assignment]:
    return frozenset(found)


@final
@attrs.frozen(kw_only=True)
class Need:
    """How many people a slot needs, of all (``skill`` "") or of those with a skill.

    ``wanted`` is aimed at: each person missing costs ``under``, each one too many costs ``over``, and both
    count towards the goal *cover*. ``least`` and ``most`` are hard rules (None: no such rule).
    """

    skill: str = ""
    wanted: int = attrs.field(default=0, validator=at_least(0))
    under: int = attrs.field(default=1, validator=weight)
    over: int = attrs.field(default=0, validator=weight)
    least: int = attrs.field(default=0, validator=at_least(0))
    most: int | None = attrs.field(default=None, validator=at_least(0))


@final
@attrs.frozen(kw_only=True)
class Slot:
    """One stretch of duty to be covered.

    ``day`` is the day on which it counts (0 is the first day of the horizon), ``starts`` and ``ends`` are
    minutes since midnight of day 0; a slot across midnight ends beyond its day. ``kind`` is the type of
    shift (early, late, night), for rules that speak of types. Slots of one ``crew`` are worked side by side
    (two roles at one desk at one time); by default each slot is a crew of its own. Whoever takes it must
    have every skill in ``requires``; ``needs`` say how many people, and how many with which skill.
    """

    id: str
    day: int = attrs.field(validator=at_least(0))
    starts: int = attrs.field(validator=at_least(0))
    ends: int
    kind: str = ""
    station: str = ""
    crew: str = ""
    requires: frozenset[str] = attrs.field(default=frozenset(), converter=_texts)
    needs: tuple[Need, ...] = (Need(wanted=1),)

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadInput("planning-slot-backwards", what=self.id)
        skills = [need.skill for need in self.needs]
        if len(set(skills)) < len(skills):
            raise BadInput("planning-twice", kind="need", what=self.id)

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.ends - self.starts

    @property
    def group(self) -> str:
        """The crew it belongs to."""
        return self.crew or self.id


@final
@attrs.frozen(kw_only=True)
class Limits:
    """Hard limits of one person; None or nothing: no such limit.

    Counts are of slots. Weeks are ISO weeks and months calendar months of the problem's dates; totals and
    ``most_of_kind`` speak of the horizon. *Running* days are days with duty one after the other; a weekend
    counts if there is duty on its Saturday or Sunday. ``least_days_running`` and ``least_days_off_running``
    are not asked of stretches that touch the first or the last day of the horizon, or begin before it: what
    lies beyond is not known.
    """

    most_of_kind: tuple[tuple[str, int], ...] = ()
    least_minutes: int | None = attrs.field(default=None, validator=at_least(0))
    most_minutes: int | None = attrs.field(default=None, validator=at_least(0))
    least_slots: int | None = attrs.field(default=None, validator=at_least(0))
    most_slots: int | None = attrs.field(default=None, validator=at_least(0))
    rest_minutes: int = attrs.field(default=0, validator=at_least(0))
    most_per_day: int | None = attrs.field(default=1, validator=at_least(0))
    most_per_week: int | None = attrs.field(default=None, validator=at_least(0))
    most_per_month: int | None = attrs.field(default=None, validator=at_least(0))
    most_days_running: int | None = attrs.field(default=None, validator=at_least(1))
    least_days_running: int | None = attrs.field(default=None, validator=at_least(1))
    least_days_off_running: int | None = attrs.field(default=None, validator=at_least(1))
    most_weekends: int | None = attrs.field(default=None, validator=at_least(0))


@final
@attrs.frozen
class DayOff:
    """No slot that counts on this day; ``code`` says why in one word (day-off, festival)."""

    day: int
    code: str = "day-off"


@final
@attrs.frozen
class Away:
    """Nothing that touches these minutes (since midnight of day 0, end excluded): leave, another duty."""

    starts: int
    ends: int
    code: str = "away"


@final
@attrs.frozen
class Barred:
    """Not this slot, for a reason of eligibility: station-unknown, night-age, heat-age, not-allowed."""

    slot: str
    code: str = "barred"


@final
@attrs.frozen
class Done:
    """A duty that stands outside this plan: of the days before (``day`` below 0), or in another rota.

    It takes its minutes, counts for the day, the week, the month, for running days and for rest, and not for
    totals of the horizon.
    """

    day: int
    starts: int
    ends: int
    kind: str = ""


@final
@attrs.frozen(kw_only=True)
class Person:
    """One person who may be given slots."""

    id: str
    skills: frozenset[str] = attrs.field(default=frozenset(), converter=_texts)
    limits: Limits = Limits()
    days_off: tuple[DayOff, ...] = ()
    away: tuple[Away, ...] = ()
    barred: tuple[Barred, ...] = ()
    done: tuple[Done, ...] = ()


@final
@attrs.frozen
class Fixed:
    """One person has one slot (or, with ``on`` false, certainly not): decided before, a hard rule."""

    person: str
    slot: str
    on: bool = True


@final
@attrs.frozen
class Wish:
    """A wish to have a slot (or not to): unmet, its weight counts towards the goal *wishes*."""

    person: str
    slot: str
    on: bool = True
    weight: int = attrs.field(default=1, validator=weight)


@final
@attrs.frozen(kw_only=True)
class Company:
    """Whoever of ``those`` has a slot is joined in its crew by at least so many of ``others``.

    "A new one with an experienced one", "two adults where a minor is", "nobody alone" (both sets: everyone).
    Nobody is company for themselves. ``slots`` None: everywhere.
    """

    code: str
    those: frozenset[str] = attrs.field(converter=_texts)
    others: frozenset[str] = attrs.field(converter=_texts)
    least: int = attrs.field(default=1, validator=at_least(1))
    slots: frozenset[str] | None = attrs.field(default=None, converter=_texts_or_none)


@final
@attrs.frozen(kw_only=True)
class Apart:
    """At most one of these people in one crew."""

    code: str
    people: frozenset[str] = attrs.field(converter=_texts)


@final
@attrs.frozen(kw_only=True)
class Fairness:
    """What is shared out fairly: all slots, or some (nights, weekends), with each person's share.

    ``targets`` are thousandths of a slot: (person, what this horizon should bring them), counts carried over
    from before already set off; :func:`fair_targets` computes them. People without a target are left out.
    The goal *fairness* adds up, for each measure and person with k slots of it and a target t:

    - d squared, where d is how far k lies outside the whole numbers around t, and
    - for each whole slot *beyond one* that k differs from t, the number of all targets plus one.

    So if any plan has everybody within one slot of their share, the best plan has.
    """

    code: str = "all"
    slots: frozenset[str] | None = attrs.field(default=None, converter=_texts_or_none)
    targets: tuple[tuple[str, int], ...] = ()


@final
@attrs.frozen(kw_only=True)
class RotaProblem:
    """A horizon of days from ``first``, with everything a planner may know.

    ``successions`` are pairs of kinds (earlier, later): the later one may not be had on the day after the
    earlier. ``levels`` are the goals in order; goals of one level are added up. ``standing`` is the rota that
    was published, for the goal *changes*. Valid by construction: BadInput ``planning-twice``,
    ``planning-unknown``, ``planning-outside``, ``planning-number``, ``planning-weight``.
    """

    first: date
    days: int = attrs.field(validator=at_least(1))
    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    successions: frozenset[tuple[str, str]] = attrs.field(default=frozenset(), converter=_steps)
    fixed: tuple[Fixed, ...] = ()
    wishes: tuple[Wish, ...] = ()
    company: tuple[Company, ...] = ()
    apart: tuple[Apart, ...] = ()
    fairness: tuple[Fairness, ...] = ()
    standing: frozenset[Assignment] = attrs.field(default=frozenset(), converter=_assigned)
    levels: tuple[tuple[str, ...], ...] = ((COVER,), (FAIRNESS,), (WISHES,))

    def __attrs_post_init__(self) -> None:
        people = _once("person", (person.id for person in self.people))
        slots = _once("slot", (slot.id for slot in self.slots))
        _once("goal", (goal for level in self.levels for goal in level))
        _known("goal", (goal for level in self.levels for goal in level), set(GOALS))
        for kind in (self.company, self.apart, self.fairness):
            _once("rule", (one.code for one in kind))
        for group in (self.fixed, self.wishes, self.standing):
            _known("slot", (one.slot for one in group), slots)
            _known("person", (one.person for one in group), people)
        for person in self.people:
            _known("slot", (bar.slot for bar in person.barred), slots)
            _once("kind", (kind for kind, _ in person.limits.most_of_kind), person.id)
            _once("day", (str(off.day) for off in person.days_off), person.id)
            _once("slot", (bar.slot for bar in person.barred), person.id)
        for rule in self.company:
            _known("person", rule.those | rule.others, people)
            _known("slot", rule.slots or (), slots)
        for apart in self.apart:
            _known("person", apart.people, people)
        for fairness in self.fairness:
            _known("person", (person for person, _ in fairness.targets), people)
            _once("person", (person for person, _ in fairness.targets), fairness.code)
            _known("slot", fairness.slots or (), slots)
        for slot in self.slots:
            if slot.day >= self.days:
                raise BadInput("planning-outside", what=slot.id, day=slot.day, days=self.days)

    @property
    def shares(self) -> int:
        """How many targets there are in all measures of fairness together."""
        return sum(len(one.targets) for one in self.fairness)

    def date_of(self, day: int) -> date:
        """The calendar day of a day of the horizon (before it: negative)."""
        return self.first + timedelta(days=day)

    def week_of(self, day: int) -> tuple[int, int]:
        """Year and number of its ISO week."""
        year, week, _ = self.date_of(day).isocalendar()
        return year, week

    def month_of(self, day: int) -> tuple[int, int]:
        """Its year and month."""
        found = self.date_of(day)
        return found.year, found.month

    def weekend_of(self, day: int) -> tuple[int, int] | None:
        """The week whose weekend it belongs to; None on a working weekday."""
        return self.week_of(day) if self.date_of(day).weekday() >= 5 else None


def _once(kind: str, ids: Iterable[str], where: str | None = None) -> set[str]:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise BadInput("planning-twice", kind=kind, what=id_ if where is None else f"{where}: {id_}")
        seen.add(id_)
    return seen


def _known(kind: str, ids: Iterable[str], known: set[str]) -> None:
    for id_ in ids:
        if id_ not in known:
            raise BadInput("planning-unknown", kind=kind, what=id_)
