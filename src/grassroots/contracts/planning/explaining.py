"""Why a plan of pairings is as it is: what would have been next best, and what would help who was left out.

Read from the problem and the plan alone, whoever planned. That nobody can be covered on top of a plan has one
reason: everybody who may look after them is full, and so is everybody to whom these could hand somebody on.
All these people are a *circle*; one more place anywhere in it, or one new supporter who may look after
anybody in it, covers one more.
"""

from __future__ import annotations

from collections import defaultdict
from typing import final

import attrs

from grassroots.contracts.planning.answer import Pair, PairingPlan
from grassroots.contracts.planning.pairs import PairingProblem


@final
@attrs.frozen(kw_only=True)
class Chosen:
    """One pair of a plan. ``next_best`` is the recipient's most suitable other candidate (None: no other).

    ``next_full``: that one has no room left, so it would have been at the cost of somebody else.
    """

    pair: Pair
    score: int
    kept: bool
    next_best: str | None = None
    next_score: int = 0
    next_full: bool = False


@final
@attrs.frozen(kw_only=True)
class LeftAlone:
    """Somebody without a supporter. ``candidates``: how many may look after them (0: rules stop everybody).

    ``full`` are the supporters of the circle, nearest first, and ``circle`` its recipients, this one first;
    both are cut off where the circle is larger than was asked for.
    """

    recipient: str
    candidates: int
    full: tuple[str, ...] = ()
    circle: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class Explained:
    """The pairs of a plan in its order, and who was left out in the order of the problem."""

    chosen: tuple[Chosen, ...]
    left_out: tuple[LeftAlone, ...]


def explain_pairs(problem: PairingProblem, plan: PairingPlan, *, most: int = 50) -> Explained:
    """Every pair and everybody left out, explained; circles are followed up to ``most`` supporters."""
    arcs = problem.candidates
    lookers, looked_after = problem.supporters, problem.recipients
    numbers = {one.id: number for number, one in enumerate(lookers)}
    rows = {one.id: number for number, one in enumerate(looked_after)}
    of_row = {rows[pair.recipient]: numbers[pair.supporter] for pair in plan.pairs}
    mine: dict[int, list[int]] = defaultdict(list)
    for row, number in of_row.items():
        mine[number].append(row)
    first = _first(problem)

    def open_(number: int) -> bool:
        return len(mine[number]) < lookers[number].room

    chosen = []
    for pair in plan.pairs:
        row = rows[pair.recipient]
        score, kept, best = 0, False, (-1, -1)
        for index in range(first[row], first[row + 1]):
            if arcs.supporters[index] == of_row[row]:
                score, kept = arcs.scores[index], bool(arcs.kept[index])
            else:
                best = max(best, (arcs.scores[index], -arcs.supporters[index]))
        if best[0] < 0:
            chosen.append(Chosen(pair=pair, score=score, kept=kept))
            continue
        other = -best[1]
        chosen.append(
            Chosen(
                pair=pair,
                score=score,
                kept=kept,
                next_best=lookers[other].id,
                next_score=best[0],
                next_full=not open_(other),
            )
        )
    left = []
    for row, who in enumerate(looked_after):
        if row in of_row:
            continue
        full, circle = _circle(problem, row, first, mine, most)
        left.append(
            LeftAlone(
                recipient=who.id,
                candidates=first[row + 1] - first[row],
                full=tuple(lookers[number].id for number in full),
                circle=tuple(looked_after[other].id for other in circle),
            )
        )
    return Explained(chosen=tuple(chosen), left_out=tuple(left))


def _first(problem: PairingProblem) -> list[int]:
    """Where each recipient's candidates begin in the columns, and where the last ones end."""
    counts = [0] * (len(problem.recipients) + 1)
    for row in problem.candidates.recipients:
        counts[row + 1] += 1
    for row in range(len(problem.recipients)):
        counts[row + 1] += counts[row]
    return counts


def _circle(
    problem: PairingProblem, row: int, first: list[int], mine: dict[int, list[int]], most: int
) -> tuple[list[int], list[int]]:
    full: dict[int, None] = {}
    circle: dict[int, None] = {row: None}
    waiting = [row]
    while waiting and len(full) < most:
        following: list[int] = []
        for other in waiting:
            for index in range(first[other], first[other + 1]):
                number = problem.candidates.supporters[index]
                if number not in full and len(full) < most:
                    full[number] = None
                    following.extend(one for one in mine[number] if one not in circle)
                    circle.update(dict.fromkeys(mine[number]))
        waiting = following
    return list(full), list(circle)
