"""Fair shares: who should have how many slots of a measure, given what each can take at all.

The places wanted are shared out by weight, what was carried over from before set off against them. Who
cannot take their share (leave, age, a maximum) takes what they can, and the rest is shared out again among
the others, as water fills a vessel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from grassroots.contracts.planning.rota import Limits, Person, RotaProblem, Slot

THOUSAND = 1000


def fair_targets(
    problem: RotaProblem,
    slots: Collection[str] | None = None,
    *,
    weights: Mapping[str, int] | None = None,
    carried: Mapping[str, int] | None = None,
) -> tuple[tuple[str, int], ...]:
    """Targets in thousandths of a slot for :class:`~grassroots.contracts.planning.Fairness`.

    ``weights`` are relative (None: all alike; a person without a weight, or with 0, has no share);
    ``carried`` are counts from before, a person without one has carried nothing. Nobody's target is below
    nothing or beyond their :func:`reach`.
    """
    asked = [slot for slot in problem.slots if slots is None or slot.id in slots]
    wanted = sum(need.wanted for slot in asked for need in slot.needs if need.skill == "")
    weighed = {person.id: (1 if weights is None else weights.get(person.id, 0)) for person in problem.people}
    sharing = [person for person in problem.people if weighed[person.id] > 0]
    if not sharing:
        return ()
    before = {person.id: (carried or {}).get(person.id, 0) for person in sharing}
    least = min(before.values())
    # Counted from the lowest carried count: only differences matter.
    before = {person: count - least for person, count in before.items()}
    most = {person.id: reach(problem, person, asked) for person in sharing}
    level = _level(wanted, [(weighed[person.id], before[person.id], most[person.id]) for person in sharing])
    return tuple(
        (person.id, _share(level, weighed[person.id], before[person.id], most[person.id]))
        for person in sharing
    )


def _share(level: int, weight: int, before: int, most: int) -> int:
    return min(max(0, level * weight - before * THOUSAND), most * THOUSAND)


def _level(wanted: int, people: list[tuple[int, int, int]]) -> int:
    """The highest level (thousandths of a slot for weight 1) at which the shares do not exceed the places."""
    low, high = 0, THOUSAND * (wanted + sum(before + most for _, before, most in people) + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_share(middle, *one) for one in people) <= wanted * THOUSAND:
            low = middle
        else:
            high = middle - 1
    return low


def reach(problem: RotaProblem, person: Person, slots: Collection[Slot]) -> int:
    """The most of these slots that a person can have by their own rules, each limit taken by itself.

    An upper bound: what the limits forbid together is not looked at.
    """
    off = {one.day for one in person.days_off}
    barred = {one.slot for one in person.barred}
    refused = {one.slot for one in problem.fixed if one.person == person.id and not one.on}
    busy = [(one.starts, one.ends) for one in person.away] + [(one.starts, one.ends) for one in person.done]
    free = [
        slot
        for slot in slots
        if slot.day not in off
        and slot.id not in barred
        and slot.id not in refused
        and slot.requires <= person.skills
        and not any(slot.starts < ends and starts < slot.ends for starts, ends in busy)
    ]
    return _by_limits(problem, person.limits, free, Counter(one.day for one in person.done))


def _by_limits(problem: RotaProblem, limits: Limits, free: list[Slot], done: Counter[int]) -> int:
    kinds = dict(limits.most_of_kind)
    by_kind = Counter(slot.kind for slot in free)
    bounds = [sum(min(count, kinds.get(kind, count)) for kind, count in by_kind.items())]
    days = Counter(slot.day for slot in free)
    if limits.most_per_day is not None:
        days = Counter(
            {day: min(count, max(0, limits.most_per_day - done[day])) for day, count in days.items()}
        )
    by_week: Counter[tuple[int, int]] = Counter()
    by_month: Counter[tuple[int, int]] = Counter()
    done_week: Counter[tuple[int, int]] = Counter()
    done_month: Counter[tuple[int, int]] = Counter()
    for day, count in days.items():
        by_week[problem.week_of(day)] += count
        by_month[problem.month_of(day)] += count
    for day, count in done.items():
        done_week[problem.week_of(day)] += count
        done_month[problem.month_of(day)] += count
    for found, before, most in (
        (by_week, done_week, limits.most_per_week),
        (by_month, done_month, limits.most_per_month),
    ):
        bounds.append(
            sum(
                count if most is None else min(count, max(0, most - before[key]))
                for key, count in found.items()
            )
        )
    if limits.most_slots is not None:
        bounds.append(limits.most_slots)
    if limits.most_minutes is not None:
        left, fits = limits.most_minutes, 0
        for minutes in sorted(slot.minutes for slot in free):
            left -= minutes
            if left < 0:
                break
            fits += 1
        bounds.append(fits)
    return min(bounds)
