"""What is odd about a problem before anybody plans it: answers in words for what was put in.

Nothing here makes a problem invalid; a planner takes it all the same. But a clerk would have asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from grassroots.contracts.planning.answer import Finding
from grassroots.contracts.planning.fair import reach
from grassroots.contracts.planning.pairs import PairingProblem
from grassroots.contracts.planning.rota import Person, RotaProblem, Slot


def pairing_doubts(problem: PairingProblem) -> list[Finding]:
    """Supporters without room, and recipients whom nobody may look after."""
    having = set(problem.candidates.recipients)
    alone = [
        Finding.of("doubt-no-candidate", recipient=person.id)
        for number, person in enumerate(problem.recipients)
        if number not in having
    ]
    idle = [
        Finding.of("doubt-no-room", supporter=person.id) for person in problem.supporters if person.room == 0
    ]
    return [*alone, *idle]


def rota_doubts(problem: RotaProblem) -> list[Finding]:
    """People who can take nothing, slots that nobody may hold, skills that nobody has, wishes at odds.

    Where there are no people at all, that is the one thing to say.
    """
    if problem.slots and not problem.people:
        return [Finding.of("doubt-no-people", count=len(problem.slots))]
    return [
        *_idle(problem),
        *_orphans(problem),
        *_unknown_skills(problem),
        *_wishes(problem),
        *_limits(problem),
    ]


def _idle(problem: RotaProblem) -> Iterator[Finding]:
    for person in problem.people:
        if problem.slots and reach(problem, person, problem.slots) == 0:
            yield Finding.of("doubt-never-free", person=person.id)


def _against(person: Person) -> Callable[[Slot], str | None]:
    """The first rule of a person's own that forbids a slot, by its code or its reason; None: none."""
    barred = {bar.slot: bar.code for bar in person.barred}
    off = {one.day: one.code for one in person.days_off}

    def against(slot: Slot) -> str | None:
        if not slot.requires <= person.skills:
            return "requires"
        if slot.id in barred:
            return barred[slot.id]
        if slot.day in off:
            return off[slot.day]
        codes = (away.code for away in person.away if away.starts < slot.ends and slot.starts < away.ends)
        return next(codes, None)

    return against


def _orphans(problem: RotaProblem) -> Iterator[Finding]:
    people = [(person, _against(person)) for person in problem.people]
    for slot in problem.slots:
        able = [person for person, against in people if against(slot) is None]
        for need in slot.needs:
            have = sum(not need.skill or need.skill in person.skills for person in able)
            wanted = max(need.wanted, need.least)
            # A sentence with a skill, and one without.
            skill = {"skill": need.skill} if need.skill else {}
            if have == 0 and wanted > 0:
                code = "doubt-nobody-may-skill" if skill else "doubt-nobody-may"
                yield Finding.of(code, slot=slot.id, **skill)
            elif have < wanted:
                code = "doubt-too-few-may-skill" if skill else "doubt-too-few-may"
                yield Finding.of(code, slot=slot.id, count=have, wanted=wanted, **skill)


def _unknown_skills(problem: RotaProblem) -> Iterator[Finding]:
    had = frozenset[str]().union(*(person.skills for person in problem.people))
    asked: Counter[str] = Counter()
    for slot in problem.slots:
        asked.update(slot.requires | {need.skill for need in slot.needs if need.skill})
    for skill in sorted(set(asked) - had):
        yield Finding.of("doubt-skill-unknown", skill=skill, count=asked[skill])


def _wishes(problem: RotaProblem) -> Iterator[Finding]:
    # One sentence for each person: a wish for every Saturday is many wishes, and one thing to talk about.
    said: dict[str, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))
    for wish in problem.wishes:
        said[wish.person][wish.slot].add(wish.on)
    slots = {slot.id: slot for slot in problem.slots}
    for person in problem.people:
        against = _against(person)
        wished = [slot for slot, both in said[person.id].items() if True in both]
        odd = tuple(slot for slot in wished if False in said[person.id][slot])
        if len(odd) == 1:
            yield Finding.of("doubt-wishes-at-odds", person=person.id, slot=odd[0])
        elif odd:
            yield Finding.of(
                "doubt-wishes-at-odds-often", person=person.id, count=len(odd), slot=odd[0], slots=odd
            )
        why = {slot: code for slot in wished if (code := against(slots[slot])) is not None}
        if len(why) == 1:
            yield Finding.of("doubt-wish-forbidden", person=person.id, slot=next(iter(why)))
        elif why:
            yield Finding.of(
                "doubt-wishes-forbidden",
                person=person.id,
                count=len(why),
                wished=len(wished),
                reasons=tuple(sorted(set(why.values()))),
                slot=next(iter(why)),
                slots=tuple(why),
            )


def _limits(problem: RotaProblem) -> Iterator[Finding]:
    for person in problem.people:
        limits = person.limits
        for code, least, most in (
            ("minutes", limits.least_minutes, limits.most_minutes),
            ("slots", limits.least_slots, limits.most_slots),
            ("days-running", limits.least_days_running, limits.most_days_running),
        ):
            if least is not None and most is not None and least > most:
                yield Finding.of("doubt-limits-at-odds", person=person.id, limit=code, least=least, most=most)
