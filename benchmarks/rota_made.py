"""Made-up rotas of the sizes that networks have: a volunteers' month, a district's, and larger shapes."""

from __future__ import annotations

from datetime import date
from random import Random

import attrs

from grassroots.contracts.planning import (
    COVER,
    WISHES,
    Away,
    Barred,
    Company,
    DayOff,
    Fairness,
    Limits,
    Need,
    Person,
    RotaProblem,
    Slot,
    Wish,
    fair_targets,
)

FIRST = date(2026, 3, 1)
DAY = 24 * 60
_HOURS = {"morning": (8, 11), "afternoon": (14, 17), "evening": (19, 22)}


def month(people: int, stations: int, kinds: int, each: int, *, days: int = 31, seed: int = 1) -> RotaProblem:
    """A month of volunteers: availability by weekday, leave, one to three known stations, ages, maxima.

    Minors (one in twenty) are never alone with each other; under 18 and over 75 have no evenings.
    """
    chance = Random(seed)
    names = list(_HOURS)[:kinds]
    slots = tuple(
        Slot(
            id=f"{day:02}-{station}-{kind}",
            day=day,
            starts=day * DAY + _HOURS[kind][0] * 60,
            ends=day * DAY + _HOURS[kind][1] * 60,
            kind=kind,
            station=f"station-{station}",
            needs=(Need(wanted=each, most=each),),
        )
        for day in range(days)
        for station in range(stations)
        for kind in names
    )
    ages = [
        chance.choice((16, 17)) if chance.random() < 0.05 else chance.randint(18, 84) for _ in range(people)
    ]
    made = tuple(
        _person(f"p{number:03}", ages[number], slots, stations, days, chance) for number in range(people)
    )
    minors = frozenset(f"p{number:03}" for number, age in enumerate(ages) if age < 18)
    adults = frozenset(person.id for person in made) - minors
    problem = RotaProblem(
        first=FIRST,
        days=days,
        people=made,
        slots=slots,
        company=(Company(code="minor", those=minors, others=adults),) if minors and each > 1 else (),
        wishes=tuple(
            Wish(person.id, slot.id, chance.random() < 0.5, chance.randint(1, 3))
            for person in made
            for slot in chance.sample(slots, min(4, len(slots)))
        ),
    )
    carried = {person.id: chance.randint(0, 2) for person in made}
    return attrs.evolve(problem, fairness=(Fairness(targets=fair_targets(problem, carried=carried)),))


def _person(name: str, age: int, slots: tuple[Slot, ...], stations: int, days: int, chance: Random) -> Person:
    known = set(chance.sample(range(stations), min(stations, chance.randint(1, 3))))
    weekdays = {day for day in range(7) if chance.random() < 0.55} or {chance.randrange(7)}
    barred = {slot.id: "station-unknown" for slot in slots if int(slot.id.split("-")[1]) not in known}
    if age < 18 or age > 75:
        barred |= {slot.id: "night-age" for slot in slots if slot.kind == "evening"}
    leave: tuple[Away, ...] = ()
    if chance.random() < 0.3:
        first = chance.randrange(days)
        leave = (Away(first * DAY, (first + chance.randint(3, 10)) * DAY, "leave"),)
    return Person(
        id=name,
        limits=Limits(
            most_per_week=chance.choice((2, 3)),
            most_per_month=chance.choice((8, 10, 12)),
            rest_minutes=12 * 60,
            most_days_running=3,
        ),
        days_off=tuple(
            DayOff(day, "not-available") for day in range(days) if (day + FIRST.weekday()) % 7 not in weekdays
        ),
        away=leave,
        barred=tuple(Barred(slot, code) for slot, code in barred.items()),
    )


def ward(staff: int, weeks: int, kinds: int, *, seed: int = 1) -> RotaProblem:
    """A rota like those of the public instances, of any size: cover and wishes in one level."""
    chance = Random(seed)
    days = 7 * weeks
    shifts = {f"k{number:02}": chance.choice((480, 540, 600, 720)) for number in range(kinds)}
    order = list(shifts)
    successions = {(earlier, later) for place, earlier in enumerate(order) for later in order[: place // 2]}
    people = []
    for number in range(staff):
        allowed = chance.sample(order, max(1, (2 * kinds) // 3))
        share = chance.choice((0.5, 0.75, 1.0))
        hours = int(weeks * 2250 * share)
        people.append(
            Person(
                id=f"p{number:03}",
                limits=Limits(
                    most_of_kind=tuple((kind, days if kind in allowed else 0) for kind in order),
                    least_minutes=int(hours * 0.85),
                    most_minutes=int(hours * 1.1),
                    most_days_running=5,
                    least_days_running=2,
                    least_days_off_running=2,
                    most_weekends=max(1, weeks // 2),
                ),
                days_off=tuple(DayOff(day) for day in sorted(chance.sample(range(days), weeks // 2 + 1))),
            )
        )
    per_day = sum(person.limits.most_minutes or 0 for person in people) / 560 / days
    slots = []
    for day in range(days):
        for kind, minutes in shifts.items():
            wanted = max(0, round(chance.gauss(per_day / kinds, 0.7)))
            slots.append(
                Slot(
                    id=f"{day:03}-{kind}",
                    day=day,
                    starts=day * DAY,
                    ends=day * DAY + minutes,
                    kind=kind,
                    needs=(Need(wanted=wanted, under=100, over=1),),
                )
            )
    wishes = {}
    for person in people:
        for slot in chance.sample(slots, days // 4):
            wishes[person.id, slot.id] = Wish(person.id, slot.id, chance.random() < 0.6, chance.randint(1, 3))
    return RotaProblem(
        first=date(2026, 3, 2),
        days=days,
        people=tuple(people),
        slots=tuple(slots),
        successions=successions,
        wishes=tuple(wishes.values()),
        levels=((COVER, WISHES),),
    )
