"""Plans: what was decided, what each goal came to, and what is proven about it."""

from __future__ import annotations

from enum import StrEnum
from typing import final

import attrs

from grassroots.errors import Fact


class Answer(StrEnum):
    """What a planner came back with."""

    PROVEN = "proven"  # a plan, and no better one exists
    FOUND = "found"  # a plan; a better one may exist, the bounds say how much better at most
    IMPOSSIBLE = "impossible"  # the hard rules clash; no plan exists
    NOTHING = "nothing"  # neither a plan nor a proof in the time given


@final
@attrs.frozen
class Finding:
    """Something that a person should be told; ``code`` is a sentence in the catalogues, filled by facts."""

    code: str
    facts: tuple[tuple[str, Fact], ...] = ()

    @classmethod
    def of(cls, code: str, /, **facts: Fact) -> Finding:
        """A finding with these facts."""
        return cls(code, tuple(facts.items()))


@final
@attrs.frozen(order=True)
class Rule:
    """One hard rule of a rota, by its code and whom or what it speaks of (empty: nobody, nothing).

    ``name`` tells apart what has the same code: the skill of a need, the kind of a maximum, the reason of a
    leave, the code of a company.
    """

    code: str
    person: str = ""
    slot: str = ""
    name: str = ""

    @property
    def told(self) -> Finding:
        """The rule as a sentence of the catalogues with its facts."""
        if self.person and self.slot:
            return Finding.of("clash-fixed", rule=self.code, person=self.person, slot=self.slot)
        if self.person:
            code = "clash-person-name" if self.name else "clash-person"
            return Finding.of(code, rule=self.code, person=self.person, name=self.name)
        if self.slot:
            code = "clash-slot-name" if self.name else "clash-slot"
            return Finding.of(code, rule=self.code, slot=self.slot, name=self.name)
        return Finding.of("clash-everywhere", rule=self.code, name=self.name)


@final
@attrs.frozen
class Goal:
    """One goal, or the goals of one level added up ("cover+wishes"): its value, and what is proven.

    Lower is better, except where a problem says otherwise. No plan that is as good in the goals before it
    has a better value than ``bound``.
    """

    name: str
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no plan can do better."""
        return self.value == self.bound

    @property
    def told(self) -> Finding:
        """What it came to, as a sentence: proven, or how much better another plan might be."""
        if self.proven:
            return Finding.of("goal-proven", goals=tuple(self.name.split("+")), count=self.value)
        return Finding.of(
            "goal-open",
            goals=tuple(self.name.split("+")),
            count=self.value,
            bound=self.bound,
            gap=self.value - self.bound,
        )


# -- pairings ---------------------------------------------------------------------------------------------
@final
@attrs.frozen(order=True)
class Pair:
    """One proposal: who looks after whom."""

    supporter: str
    recipient: str


@final
@attrs.frozen(kw_only=True)
class PairingValues:
    """What the goals of a pairing come to, in their order.

    ``covered`` recipients who have somebody (more is better), ``kept`` pairs that work (more is better),
    ``suitability`` the sum of scores (more is better), ``spread`` the sum of the squares of the loads (less
    is better).
    """

    covered: int
    kept: int
    suitability: int
    spread: int


@final
@attrs.frozen(kw_only=True)
class PairingPlan:
    """Who should look after whom. ``pairs`` are sorted by recipient, in the order of the problem.

    ``bounds`` says what is proven: no plan covers more; none that covers as many keeps more; and so on. A
    bound equal to the value is a proof of that goal.
    """

    answer: Answer
    pairs: tuple[Pair, ...] = ()
    values: PairingValues
    bounds: PairingValues

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The four goals in order, with values and bounds."""
        names = ("covered", "kept", "suitability", "spread")
        return tuple(Goal(name, getattr(self.values, name), getattr(self.bounds, name)) for name in names)


# -- rotas ------------------------------------------------------------------------------------------------
@final
@attrs.frozen(order=True)
class Assignment:
    """One person has one slot."""

    person: str
    slot: str


@final
@attrs.frozen(kw_only=True)
class Forced:
    """Somebody who is more than one slot away from their fair share, and the rules that force it.

    ``measure`` is the code of the fairness; ``rules`` could not all hold if this person (``alone``), or
    everybody, were within one slot of their share: in this measure, or in all of them. Empty: not found in
    the time given, or not looked for (``sought`` false: a standing rota explains itself, and among the rules
    of a very large one only the person's own were looked through).
    """

    measure: str
    person: str
    have: int
    target: int
    rules: tuple[Rule, ...] = ()
    alone: bool = True
    sought: bool = True

    @property
    def told(self) -> Finding:
        """How far they are from their share, as a sentence; it says whose rules force it."""
        how = (
            ("alone" if self.alone else "together")
            if self.rules
            else "unknown"
            if self.sought
            else "unsought"
        )
        return Finding.of(
            f"forced-{how}",
            person=self.person,
            measure=self.measure,
            count=self.have,
            share=f"{self.target / 1000:.1f}",
        )


@final
@attrs.frozen(kw_only=True)
class RotaPlan:
    """Who is on duty when. ``assignments`` are sorted; ``goals`` stand in the order of the levels.

    Where the answer is *impossible*, ``clash`` names hard rules that cannot all hold; ``minimal`` says that
    leaving out any single one of them would do, ``smallest`` that no other clash has fewer.
    """

    answer: Answer
    assignments: tuple[Assignment, ...] = ()
    goals: tuple[Goal, ...] = ()
    clash: tuple[Rule, ...] = ()
    minimal: bool = False
    smallest: bool = False
    forced: tuple[Forced, ...] = ()
