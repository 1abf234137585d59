"""Random small communities: rotas with every kind of rule, to try planners and the checker on."""

from __future__ import annotations

from datetime import date
from random import Random

import attrs

from grassroots.contracts.planning import (
    Apart,
    Away,
    Barred,
    Candidate,
    Company,
    DayOff,
    Done,
    Fairness,
    Fixed,
    Limits,
    Need,
    PairingProblem,
    Person,
    Recipient,
    RotaProblem,
    Slot,
    Supporter,
    Wish,
    fair_targets,
)

DAY = 24 * 60
KINDS = {"early": (8, 11), "late": (15, 18), "night": (22, 30)}
SKILLS = ("desk", "first-aid", "dialect")


def community(
    seed: int, *, days: int | None = None, people: int | None = None, hard: float = 0.3, demands: bool = False
) -> RotaProblem:
    """A community of this seed. ``hard``: how often a rule is there; ``demands``: with hard least numbers."""
    chance = Random(seed)

    def sometimes(share: float = hard) -> bool:
        return chance.random() < share

    length = days or chance.randint(2, 12)
    first = date(2026, 1, 1 + chance.randrange(28))
    slots = []
    for day in range(length):
        for kind, (begin, end) in KINDS.items():
            for role in range(2 if sometimes(0.25) else 1):
                if sometimes(0.4):
                    continue
                wanted = chance.choice((0, 1, 1, 2))
                needs = [
                    Need(
                        wanted=wanted,
                        under=chance.choice((1, 1, 5)),
                        over=chance.choice((0, 1)),
                        most=chance.choice((None, 2, 3)),
                        least=int(demands and sometimes(0.2)),
                    )
                ]
                if sometimes(0.3):
                    needs.append(Need(skill=chance.choice(SKILLS), wanted=1, under=2))
                slots.append(
                    Slot(
                        id=f"{day}-{kind}-{role}",
                        day=day,
                        starts=day * DAY + begin * 60,
                        ends=day * DAY + end * 60,
                        kind=kind,
                        station=f"s{role}",
                        crew=f"{day}-{kind}" if sometimes(0.5) else "",
                        requires=frozenset([chance.choice(SKILLS)]) if sometimes(0.1) else frozenset(),
                        needs=tuple(needs),
                    )
                )
    names = [f"p{number}" for number in range(people or chance.randint(1, 6))]
    made = []
    for name in names:
        limits = Limits(
            most_of_kind=(("night", chance.randint(0, 2)),) if sometimes() else (),
            least_minutes=chance.choice((180, 360)) if demands and sometimes(0.1) else None,
            most_minutes=chance.randint(2, 8) * 180 if sometimes() else None,
            most_slots=chance.randint(1, 5) if sometimes() else None,
            least_slots=1 if demands and sometimes(0.1) else None,
            rest_minutes=chance.choice((8, 11, 24)) * 60 if sometimes() else 0,
            most_per_day=chance.choice((1, 1, 1, 2, None)),
            most_per_week=chance.randint(1, 4) if sometimes() else None,
            most_per_month=chance.randint(1, 6) if sometimes() else None,
            most_days_running=chance.randint(1, 4) if sometimes() else None,
            least_days_running=2 if sometimes() else None,
            least_days_off_running=2 if sometimes() else None,
            most_weekends=chance.randint(0, 2) if sometimes() else None,
        )
        before = -chance.randint(1, 3)
        made.append(
            Person(
                id=name,
                skills={skill for skill in SKILLS if sometimes(0.5)},
                limits=limits,
                days_off=(DayOff(chance.randrange(length)),) if sometimes() else (),
                away=(Away(chance.randrange(length) * DAY + 600, length * DAY, "leave"),)
                if sometimes(0.15)
                else (),
                barred=tuple(Barred(slot.id, "night-age") for slot in slots if slot.kind == "night")
                if sometimes(0.2)
                else (),
                done=(
                    Done(before, before * DAY + 22 * 60, before * DAY + 30 * 60, "night"),
                    *(
                        (Done(length // 2, (length // 2) * DAY + 900, (length // 2) * DAY + 1000),)
                        if sometimes()
                        else ()
                    ),
                )
                if sometimes(0.25)
                else (),
            )
        )
    several = len(names) > 1
    fixed = []
    if slots and sometimes():
        fixed.append(Fixed(chance.choice(names), chance.choice(slots).id, demands and sometimes(0.5)))
    problem = RotaProblem(
        first=first,
        days=length,
        people=tuple(made),
        slots=tuple(slots),
        successions={("night", "early")} if sometimes() else frozenset(),
        fixed=tuple(fixed),
        wishes=tuple(
            Wish(chance.choice(names), slot.id, sometimes(0.5), chance.randint(1, 3))
            for slot in slots
            if sometimes(0.3)
        ),
        company=(Company(code="new", those=names[:1], others=names[1:]),) if several and sometimes() else (),
        apart=(Apart(code="kin", people=names[:2]),) if several and sometimes() else (),
    )
    carried = {name: chance.randint(0, 3) for name in names}
    measures = [Fairness(targets=fair_targets(problem, carried=carried))]
    if nights := frozenset(slot.id for slot in slots if slot.kind == "night"):
        measures.append(Fairness(code="nights", slots=nights, targets=fair_targets(problem, nights)))
    return attrs.evolve(problem, fairness=tuple(measures))


def crowd(seed: int, *, most: int = 8) -> PairingProblem:
    """People to be paired, of this seed: at most so many on each side."""
    chance = Random(seed)
    supporters = [
        Supporter(id=f"s{n}", room=chance.choice((0, 1, 1, 2, 3))) for n in range(chance.randint(0, most))
    ]
    recipients = [Recipient(id=f"r{n}") for n in range(chance.randint(0, most))]
    top, share = chance.choice((1, 3, 1_000)), chance.choice((0.2, 0.5, 0.9))
    candidates = [
        Candidate(one.id, other.id, chance.randint(0, top), chance.random() < 0.3)
        for one in supporters
        for other in recipients
        if chance.random() < share
    ]
    return PairingProblem.of(supporters, recipients, candidates)
