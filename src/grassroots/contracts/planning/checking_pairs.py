"""The checker of pairings: reads a problem and a plan, shares nothing with any planner, believes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import ge, le

from grassroots.contracts.planning.answer import Answer, Finding, Pair, PairingPlan, PairingValues
from grassroots.contracts.planning.pairs import PairingProblem


def value_pairs(problem: PairingProblem, pairs: Iterable[Pair]) -> PairingValues:
    """What the goals come to for these pairs; pairs that are no candidates count for nothing."""
    chosen = {(pair.supporter, pair.recipient) for pair in pairs}
    arcs = problem.candidates
    wanted = {person.id for person in problem.recipients}
    covered = kept = score = 0
    loads: Counter[str] = Counter()
    for supporter, recipient in chosen:
        loads[supporter] += 1
        covered += recipient in wanted
    if chosen:
        # One walk along the columns instead of an object for each of what may be millions of candidates.
        names = [person.id for person in problem.supporters]
        rows = [person.id for person in problem.recipients]
        asked = {recipient for _, recipient in chosen}
        for index, row in enumerate(arcs.recipients):
            if rows[row] in asked and (names[arcs.supporters[index]], rows[row]) in chosen:
                kept += arcs.kept[index]
                score += arcs.scores[index]
    spread = sum(load * load for load in loads.values())
    return PairingValues(covered=covered, kept=kept, suitability=score, spread=spread)


def check_pairs(problem: PairingProblem, plan: PairingPlan) -> list[Finding]:
    """Everything that is wrong with a plan; empty: it is sound, and says of itself what is true."""
    found = list(_pairs(problem, plan))
    if found:
        return found
    return list(_claims(problem, plan))


def _pairs(problem: PairingProblem, plan: PairingPlan) -> Iterator[Finding]:
    if plan.answer in (Answer.IMPOSSIBLE, Answer.NOTHING):
        # An empty plan is always possible, and a planner can always give it.
        yield Finding.of("plan-answer", answer=plan.answer.value)
        return
    room = {person.id: person.room for person in problem.supporters}
    order = {person.id: number for number, person in enumerate(problem.recipients)}
    numbers = {person.id: number for number, person in enumerate(problem.supporters)}
    chosen = Counter(pair.recipient for pair in plan.pairs)
    loads = Counter(pair.supporter for pair in plan.pairs)
    for pair in plan.pairs:
        if pair.supporter not in room or pair.recipient not in order:
            yield Finding.of("plan-stranger", supporter=pair.supporter, recipient=pair.recipient)
            return
    for recipient, count in chosen.items():
        if count > 1:
            yield Finding.of("plan-paired-twice", recipient=recipient, count=count)
    for supporter, load in loads.items():
        if load > room[supporter]:
            yield Finding.of("plan-over-room", supporter=supporter, count=load, most=room[supporter])
    arcs = problem.candidates
    wanted = {(order[pair.recipient], numbers[pair.supporter]) for pair in plan.pairs}
    wanted.difference_update(zip(arcs.recipients, arcs.supporters, strict=True))
    for row, number in sorted(wanted):
        yield Finding.of(
            "plan-no-candidate",
            supporter=problem.supporters[number].id,
            recipient=problem.recipients[row].id,
        )
    rows = [order[pair.recipient] for pair in plan.pairs]
    if rows != sorted(rows):
        yield Finding.of("plan-order", what="pairs")


def _claims(problem: PairingProblem, plan: PairingPlan) -> Iterator[Finding]:
    true = value_pairs(problem, plan.pairs)
    for name, better in (("covered", ge), ("kept", ge), ("suitability", ge), ("spread", le)):
        said, value, bound = (getattr(one, name) for one in (plan.values, true, plan.bounds))
        if said != value:
            yield Finding.of("plan-value", goal=name, said=said, value=value)
            return
        if not better(bound, value):
            yield Finding.of("plan-bound", goal=name, bound=bound, value=value)
            return
    if plan.answer is Answer.PROVEN and plan.values != plan.bounds:
        yield Finding.of("plan-proof", answer=plan.answer.value)
