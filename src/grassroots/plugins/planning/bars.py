"""Who may not have which slot, and by which rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from grassroots.contracts.planning import Done, Person, RotaProblem, Rule, Slot

Bars = Callable[[Slot], list[tuple[Rule, ...]]]


def bars_of(problem: RotaProblem, person: Person) -> Bars:
    """Gives every reason why a person may not have a slot: the rules that make it together."""
    who = person.id
    off: dict[int, list[str]] = defaultdict(list)
    for one in person.days_off:
        off[one.day].append(one.code)
    barred = {one.slot: one.code for one in person.barred}
    refused = {one.slot for one in problem.fixed if one.person == who and not one.on}
    reach = person.limits.rest_minutes
    away = sorted(person.away, key=lambda one: one.starts)
    done = [one for one in person.done if one.ends + reach > 0 or one.day >= -1]

    def bars(slot: Slot) -> list[tuple[Rule, ...]]:
        found: list[tuple[Rule, ...]] = []
        if not slot.requires <= person.skills:
            found.append((Rule("requires", slot=slot.id),))
        if slot.day in off:
            found.extend((Rule("day-off", who, name=code),) for code in off[slot.day])
        if slot.id in barred:
            found.append((Rule("barred", who, name=barred[slot.id]),))
        if slot.id in refused:
            found.append((Rule("fixed-off", who, slot.id),))
        for one in away:
            if one.starts >= slot.ends:
                break
            if one.ends > slot.starts:
                found.append((Rule("away", who, name=one.code),))
        for before in done:
            found.extend(_bars_of_done(problem, person, before, slot))
        return found

    return bars


def _bars_of_done(problem: RotaProblem, person: Person, done: Done, slot: Slot) -> Iterator[tuple[Rule, ...]]:
    before = Rule("done", person.id)
    gap = max(slot.starts - done.ends, done.starts - slot.ends)
    if gap < 0:
        yield (before,)
    elif gap < person.limits.rest_minutes:
        yield (before, Rule("rest", person.id))
    for earlier, later in ((done, slot), (slot, done)):
        if later.day == earlier.day + 1 and (earlier.kind, later.kind) in problem.successions:
            yield (before, Rule("succession", name=f"{earlier.kind}>{later.kind}"))
