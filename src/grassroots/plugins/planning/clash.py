"""Which rules clash: the fewest that cannot all hold, in the sense that no single one of them can be spared.

Only some rules *demand* anything (somebody must be there, somebody must have so much): a plan without any
duty keeps all others. So a clash is looked for in two steps: which demands cannot be met together, and then
which other rules stand against just these. The solver gives a first, often too long answer; then rules are
taken out, many at a time and in the end one by one, and the rest is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from functools import partial
from typing import Final

import attrs

from grassroots.contracts.planning import COVER, Fairness, RotaProblem, Rule, Slot, keeping, rules_of
from grassroots.plugins.planning.engine import CpSat
from grassroots.plugins.planning.model import Asked, RotaModel
from grassroots.plugins.planning.rows import Sum
from grassroots.plugins.planning.smallest import smallest_clash

DEMANDS: Final = frozenset({"cover-least", "fixed", "least-minutes", "least-slots"})

_MOST_TOLD: Final = 30_000
"""Pairs of people and slots up to which it is asked, for everybody together, what forces an unfair share."""

Left = Callable[[], float | None]
"""Seconds left, None: as long as it takes."""

Extra = Callable[[RotaModel], None]
"""Rows that hold in any case, whatever rules are kept."""


def clash_of(problem: RotaProblem, left: Left, seed: int) -> tuple[tuple[Rule, ...], bool, bool]:
    """A clash of an impossible problem; whether it is certain that no rule of it can be spared, and no clash
    has fewer.
    """
    clash, minimal = _minimal(problem, left, seed)
    if not minimal:
        return clash, False, False
    found = smallest_clash(problem, clash, left(), seed)
    if found is None or _impossible(problem, found, left, seed) is not True:
        return clash, True, False
    return found, True, True


def _minimal(problem: RotaProblem, left: Left, seed: int) -> tuple[tuple[Rule, ...], bool]:
    rules = rules_of(problem)
    demands = [rule for rule in rules if rule.code in DEMANDS]
    others = [rule for rule in rules if rule.code not in DEMANDS]

    def unmet(some: Sequence[Rule]) -> bool | None:
        return _impossible(problem, [*some, *others], left, seed)

    few, sure = _spare(_core(problem, demands, left, seed, told=False), unmet)

    def clashing(some: Sequence[Rule]) -> bool | None:
        return _impossible(problem, some, left, seed)

    first = _core(problem, [*few, *others], left, seed, told=True)
    many, surer = _spare(first, clashing)
    if clashing(many) is not True:
        return tuple(sorted(many)), False
    return tuple(sorted(many)), sure and surer


def _core(
    problem: RotaProblem,
    rules: Sequence[Rule],
    left: Left,
    seed: int,
    *,
    told: bool,
    extra: Extra | None = None,
) -> list[Rule]:
    """Rules out of these that the solver blames; all of them if it blames none in the time.

    ``told``: all other rules are taken out of the problem first; otherwise they hold in any case.
    """
    few = keeping(problem, rules) if told else problem
    model = RotaModel(few, told=told, asked=_scope(few, rules_of(few)) if extra is None else None)
    if extra is not None:
        extra(model)
    blamed = CpSat(model.rows, switched=frozenset(rules)).blamed(left(), seed)
    return list(rules) if blamed is None else sorted(blamed)


def _impossible(
    problem: RotaProblem, rules: Collection[Rule], left: Left, seed: int, extra: Extra | None = None
) -> bool | None:
    """Whether these rules cannot all hold; None: not found out in the time."""
    few = keeping(problem, rules)
    model = RotaModel(few, asked=_scope(few, rules) if extra is None else None)
    if extra is not None:
        extra(model)
    seconds = left()
    if seconds == 0:
        return None
    return CpSat(model.rows).impossible(seconds, seed)


def _scope(problem: RotaProblem, rules: Collection[Rule]) -> Asked | None:
    """The pairs that matter where only these rules demand something: all others may stay without duty.

    Slots that are demanded, with their crews; and everything of people of whom a least is asked, be it a
    least length of stretches: they may need more duties to be allowed one.
    """
    crews = {slot.id: slot.group for slot in problem.slots}
    named = {crews[rule.slot] for rule in rules if rule.slot and rule.code in DEMANDS}
    wide = {rule.person for rule in rules if rule.code.startswith("least-")}
    # Whoever has to have duty may need company anywhere, and then nobody can be left out.
    if len(wide) == len(problem.people) or (wide and problem.company):
        return None
    return lambda person, slot: person in wide or crews[slot] in named


def _spare(rules: Sequence[Rule], wrong: Callable[[Sequence[Rule]], bool | None]) -> tuple[list[Rule], bool]:
    """As few of these rules as still go wrong, and whether each of them was seen to be needed."""
    left, sure = list(rules), True
    step = max(1, len(left) // 2)
    while True:
        place = 0
        while place < len(left):
            fewer = [*left[:place], *left[place + step :]]
            found = wrong(fewer)
            if found:
                left = fewer
                continue
            if found is None and step == 1:
                sure = False
            place += step
        if step == 1:
            return left, sure
        step = max(1, step // 2)


# -- fairness ---------------------------------------------------------------------------------------------
def forced_by(
    problem: RotaProblem, fairness: Fairness, person: str, cover: int | None, left: Left, seed: int
) -> tuple[Rule, ...]:
    """The rules that keep this one person more than one slot from their share; nothing: not found out.

    First what the person's own rules allow, as if nobody else were there, in this measure and then in all of
    them; then all rules, with cover as good as it is.
    """
    alone = _alone(problem, person)
    found = _forcing(alone, [(fairness, [person])], None, left, seed)
    if not found and len(problem.fairness) > 1:
        # Each of their shares may be possible, and not all of them together.
        found = _forcing(alone, [(one, [person]) for one in problem.fairness], None, left, seed)
    if not found and looked_through(problem):
        found = _forcing(problem, [(fairness, [person])], cover, left, seed)
    return found


def looked_through(problem: RotaProblem) -> bool:
    """Whether the rules of everybody together are looked through, and not only each person's own."""
    return len(problem.people) * len(problem.slots) <= _MOST_TOLD


def forced_together(
    problem: RotaProblem, fairness: Fairness, cover: int | None, left: Left, seed: int
) -> tuple[Rule, ...]:
    """The rules that keep it from being so that everybody is within one slot of their share.

    First of this measure; and if that could be, of all measures at once.
    """
    if not looked_through(problem):
        return ()
    everybody = [(one, [who for who, _ in one.targets]) for one in problem.fairness]
    mine = [(one, people) for one, people in everybody if one is fairness]
    found = _forcing(problem, mine, cover, left, seed)
    if not found and len(everybody) > 1:
        found = _forcing(problem, everybody, cover, left, seed)
    return found


def _forcing(
    problem: RotaProblem,
    shares: Sequence[tuple[Fairness, Collection[str]]],
    cover: int | None,
    left: Left,
    seed: int,
) -> tuple[Rule, ...]:
    def extra(model: RotaModel) -> None:
        if cover is not None:
            model.rows.between(model.goal(COVER), None, cover)
        for fairness, people in shares:
            for one, target in fairness.targets:
                if one in people:
                    mine = model.counted(fairness, one)
                    least, most = -(-(target - 1000) // 1000), (target + 1000) // 1000
                    model.rows.between(Sum(mine, [1] * len(mine)), least, most)

    rules = rules_of(problem)
    if _impossible(problem, rules, left, seed, extra) is not True:
        return ()
    core = _core(problem, rules, left, seed, told=True, extra=extra)
    few, _ = _spare(core, partial(_wrong, problem, left, seed, extra))
    return tuple(sorted(few))


def _wrong(problem: RotaProblem, left: Left, seed: int, extra: Extra, some: Sequence[Rule]) -> bool | None:
    return _impossible(problem, some, left, seed, extra)


def _alone(problem: RotaProblem, person: str) -> RotaProblem:
    """The problem of one person: their rules, nobody needed anywhere, and one of slots that are alike."""
    own = next(one for one in problem.people if one.id == person)
    fixed = tuple(one for one in problem.fixed if one.person == person)
    named = {one.slot for one in fixed}
    why = {bar.slot: bar.code for bar in own.barred}
    measures = [one.slots for one in problem.fairness if one.slots is not None]
    kept: dict[Hashable, Slot] = {}
    for slot in problem.slots:
        # At one time there is one slot for a person, so that it does not matter which of several they have.
        alike = (slot.day, slot.starts, slot.ends, slot.kind, why.get(slot.id))
        key = slot.id if slot.requires or slot.id in named else (alike, *(slot.id in one for one in measures))
        kept.setdefault(key, attrs.evolve(slot, needs=()))
    slots = tuple(kept.values())
    known = {slot.id for slot in slots}
    return attrs.evolve(
        problem,
        people=(attrs.evolve(own, barred=tuple(bar for bar in own.barred if bar.slot in known)),),
        slots=slots,
        fixed=fixed,
        wishes=(),
        company=(),
        apart=(),
        fairness=(),
        standing=frozenset(),
    )
