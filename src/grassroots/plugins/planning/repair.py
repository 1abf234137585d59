"""A published rota after one change: only what it touches is decided anew, and that is proven to be enough.

What stands and is still allowed is kept; only slots that lack somebody now are open. If cover is then as good
as it can be with everybody who may come, and no more was added than each such slot lacks, then every plan
that is as good in cover and in changes keeps all of it too: there was nothing else to decide.
"""

from __future__ import annotations

from collections import Counter
from typing import final

import attrs

from grassroots.contracts.planning import CHANGES, COVER, Assignment, Fixed, RotaProblem
from grassroots.plugins.planning.bars import bars_of
from grassroots.plugins.planning.model import Asked


@final
@attrs.frozen(kw_only=True)
class Nearby:
    """The small problem: what is kept is fixed, ``asked`` are the pairs that are open or kept.

    A plan of it is the best of all if its cover comes to ``cover`` and its changes to ``changes``.
    """

    problem: RotaProblem
    asked: Asked
    cover: int
    changes: int


def nearby(problem: RotaProblem) -> Nearby | None:
    """The small problem, or None where the order of the goals does not allow it."""
    if not problem.standing or problem.levels[:2] != ((COVER,), (CHANGES,)):
        return None
    slots = {slot.id: slot for slot in problem.slots}
    bars = {person.id: bars_of(problem, person) for person in problem.people}
    fixed = {Assignment(one.person, one.slot) for one in problem.fixed if one.on}
    kept = {one for one in problem.standing if not bars[one.person](slots[one.slot])} | fixed
    there: dict[str, set[str]] = {slot.id: set() for slot in problem.slots}
    for one in kept:
        there[one.slot].add(one.person)
    skills = {person.id: person.skills for person in problem.people}
    open_, cover, added = set(), 0, len(kept - problem.standing)
    for slot in problem.slots:
        having = Counter(skill for person in there[slot.id] for skill in ("", *skills[person]))
        lacking = [need for need in slot.needs if having[need.skill] < max(need.wanted, need.least)]
        # Only those who are fixed certainly stay: whoever is too many might go, and cover would be better.
        sure = Counter(
            skill
            for person in there[slot.id]
            if Assignment(person, slot.id) in fixed
            for skill in ("", *skills[person])
        )
        cover += sum(need.over * max(0, sure[need.skill] - need.wanted) for need in slot.needs)
        if not lacking:
            continue
        open_.add(slot.id)
        able = Counter(
            skill
            for person in problem.people
            if person.id in there[slot.id] or not bars[person.id](slot)
            for skill in ("", *person.skills)
        )
        reached = {need.skill: min(max(need.wanted, need.least), able[need.skill]) for need in lacking}
        cover += sum(need.under * max(0, need.wanted - able[need.skill]) for need in lacking)
        # Each slot takes at least as many newcomers as its worst need lacks.
        added += max(0, *(reached[need.skill] - having[need.skill] for need in lacking))
    gone = len(problem.standing - kept)
    pairs = {(one.person, one.slot) for one in kept}
    already = {(one.person, one.slot) for one in problem.fixed if one.on}
    return Nearby(
        problem=attrs.evolve(
            problem,
            fixed=(
                *problem.fixed,
                *(
                    Fixed(one.person, one.slot)
                    for one in sorted(kept)
                    if (one.person, one.slot) not in already
                ),
            ),
        ),
        asked=lambda person, slot: slot in open_ or (person, slot) in pairs,
        cover=cover,
        changes=gone + added,
    )
