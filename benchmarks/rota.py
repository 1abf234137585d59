"""Rotas: public instances against the plain model, and made-up months of the sizes that networks have.

``GRASSROOTS_ROTA_INSTANCES`` names the folder of the public instances (``Instance1.txt`` ...); without it
they are left out. The plain peer is the same problem as one model with eight workers and the same seconds.
Every plan passes the checker, which shares no code with the planner, and the value told is the checker's.

``GRASSROOTS_ROTA_SECONDS`` is how long each has (60); ``GRASSROOTS_ROTA_LARGE=1`` adds larger shapes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

import attrs

from benchmarks.rota_files import read
from benchmarks.rota_made import month, ward
from benchmarks.rota_records import MONTH, opened, settle
from benchmarks.rows import row
from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Answer,
    Assignment,
    Away,
    Effort,
    RotaProblem,
    ask_for_rota,
    value_rota,
)
from grassroots.contracts.planning.checking_rota import violations

BEST_KNOWN = {
    1: 607,
    2: 828,
    3: 1001,
    4: 1716,
    5: 1143,
    6: 1950,
    7: 1056,
    8: 1300,
    9: 439,
    10: 4631,
    11: 3443,
}
SECONDS = float(os.environ.get("GRASSROOTS_ROTA_SECONDS", "60"))
DISTRICT_SECONDS = 30.0
MOST_PLAIN = 300_000
"""Pairs of people and slots beyond which the plain model does not fit into the memory of a small machine."""


def plain(problem: RotaProblem, seconds: float) -> int | None:
    """One model, all goals of the level added up, eight workers."""
    from grassroots.plugins.planning.engine import CpSat
    from grassroots.plugins.planning.model import RotaModel
    from grassroots.plugins.planning.rows import Sum

    begun = perf_counter()
    model, goal = RotaModel(problem), Sum()
    for name in problem.levels[0]:
        goal.plus(model.goal(name))
    left = max(1.0, seconds - (perf_counter() - begun))
    solved = CpSat(model.rows).minimize(goal, seconds=left, workers=8, seed=1)
    if solved.values is None:
        return None
    given = model.assignments(solved.values)
    assert next(violations(problem, given), None) is None
    values = value_rota(problem, given)
    return sum(values[name] for name in problem.levels[0])


def planned(problem: RotaProblem, seconds: float) -> tuple[int | None, int, bool]:
    """The value of the first level, its bound, and whether it is proven."""
    from grassroots.plugins.planning.rota import CpSatPlanner

    plan = ask_for_rota(CpSatPlanner(), problem, Effort(seconds=seconds))
    if plan.answer not in (Answer.PROVEN, Answer.FOUND):
        return None, 0, False
    return plan.goals[0].value, plan.goals[0].bound, plan.goals[0].proven


def instances(numbers: range) -> Iterator[dict[str, object]]:
    folder = os.environ.get("GRASSROOTS_ROTA_INSTANCES")
    for number in numbers if folder else ():
        path = Path(folder or "") / f"Instance{number}.txt"
        if path.exists():
            yield from against_plain(f"instance {number}", read(path), BEST_KNOWN.get(number))


def against_plain(name: str, problem: RotaProblem, known: int | None = None) -> Iterator[dict[str, object]]:
    """A problem of one level: its value beside the plain model's, the gap to the best known, and the time."""
    begun, busy = perf_counter(), process_time()
    value, bound, proven = planned(problem, SECONDS)
    took, used = perf_counter() - begun, process_time() - busy
    pairs = len(problem.people) * len(problem.slots)
    peer = plain(problem, SECONDS) if pairs <= MOST_PLAIN else None
    told = [f"bound {bound}"]
    if known is not None and value is not None:
        told += [f"best known {known}", f"gap {100 * (value - known) / known:.2f} %"]
    told.append("proven" if proven else "no answer" if value is None else "feasible, not proven")
    if peer is None:
        told.append("plain: no answer" if pairs <= MOST_PLAIN else f"plain not tried with {pairs} pairs")
    elif value is not None:
        told.append("worse than plain" if value > peer else "not worse than plain")
    yield row(
        f"{name}: {', '.join(told)}", -1 if value is None else value, "penalty", "plain, 8 workers", peer
    )
    yield row(f"  of {name}", took, "s", "cpu s", used)


def months() -> Iterator[dict[str, object]]:
    for name, make, most in (
        ("volunteers' month, 30 people, 31 days, 3 shifts", lambda: month(30, 1, 3, 2), 60),
        ("district's month, 200 people, 7 stations, 31 days", lambda: month(200, 7, 2, 1), 120),
    ):
        problem = make()
        begun, busy = perf_counter(), process_time()
        from grassroots.plugins.planning.rota import CpSatPlanner

        planner = CpSatPlanner()
        loaded = perf_counter() - begun
        plan = ask_for_rota(planner, problem, Effort(seconds=most))
        took, used = perf_counter() - begun, process_time() - busy
        told = ", ".join(
            f"{goal.name} {goal.value}{'' if goal.proven else ' not proven'}" for goal in plan.goals
        )
        yield row(f"{name}: {told}", took, "s", "cpu s", used)
        # The first time on a machine its files come from the disk, which can take longer than the plan.
        yield row("  of that until the solver was there", loaded, "s")
        yield row("  further than one from their share", len(plan.forced), "people")
        yield changed(problem, plan.assignments)


def changed(problem: RotaProblem, published: tuple[Assignment, ...]) -> dict[str, object]:
    """Somebody falls ill for ten days of a published rota."""
    from grassroots.plugins.planning.rota import CpSatPlanner

    busy_one = max(problem.people, key=lambda one: sum(a.person == one.id for a in published))
    people = tuple(
        attrs.evolve(one, away=(*one.away, Away(0, 10 * 24 * 60, "ill"))) if one is busy_one else one
        for one in problem.people
    )
    ill = attrs.evolve(
        problem,
        people=people,
        standing=published,
        levels=((COVER,), (CHANGES,), (FAIRNESS,), (WISHES,)),
    )
    begun, busy = perf_counter(), process_time()
    plan = ask_for_rota(CpSatPlanner(), ill, Effort(seconds=30))
    took, used = perf_counter() - begun, process_time() - busy
    moved = {one.person for one in ill.standing ^ set(plan.assignments)} - {busy_one.id}
    gone = len(ill.standing - set(plan.assignments))
    told = f"  one ill: {gone} shifts given up, {len(moved)} others get one, {plan.answer.value}"
    return row(told, took, "s", "cpu s", used)


def district() -> Iterator[dict[str, object]]:
    """A district's month from stored records, at the desk: what an app waits for."""
    with opened() as network:
        desk = network.desk("steward:office")
        made = settle(desk)
        begun, busy = perf_counter(), process_time()
        plan = desk.rotas.plan(made.stations, MONTH, seconds=DISTRICT_SECONDS)
        took, used = perf_counter() - begun, process_time() - busy
        told = ", ".join(
            f"{goal.name} {goal.value}{'' if goal.proven else f' (bound {goal.bound})'}"
            for goal in plan.goals
        )
        what = f"district from records, {len(made.people)} people, {len(plan.shifts)} shifts: {told}"
        yield row(f"{what}, {plan.lacking} places empty", took, "s", "cpu s", used)
        unnamed = sum(not one.rules for one in plan.forced)
        yield row("  further than one from their share", len(plan.forced), "people", "no rule named", unnamed)


def large() -> Iterator[dict[str, object]]:
    for staff, weeks, kinds in ((30, 4, 4), (50, 6, 10), (100, 26, 16), (150, 52, 32)):
        name = f"{staff} people, {weeks} weeks, {kinds} kinds"
        yield from against_plain(name, ward(staff, weeks, kinds))


def run(quick: bool) -> Iterator[dict[str, object]]:
    yield from months()
    if not quick:
        yield from district()
    yield from instances(range(1, 3 if quick else 12))
    if os.environ.get("GRASSROOTS_ROTA_LARGE"):
        yield from large()
