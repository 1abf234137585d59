"""What a plan of a rota says, for people: lines, what the goals came to, who has how much, what clashes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import final

import attrs

from grassroots.contracts.planning import Answer, Finding, Forced, Goal, Rule
from grassroots.domain.rota import RotaLine
from grassroots.locale import catalogue, say
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, ShiftId, StationId

THOUSAND = 1000

RULES_TOLD = 6
"""Rules behind an unfair share that are told in its sentence."""


@final
@attrs.frozen(kw_only=True)
class ShiftTold:
    """One shift of a plan: when and where, how many people it wants, and how many it has in the plan."""

    id: ShiftId
    station: StationId
    day: date
    starts: time
    ends: time
    wanted: int
    have: int
    night: bool = False

    @property
    def lacking(self) -> int:
        """How many people are missing."""
        return max(0, self.wanted - self.have)


@final
@attrs.frozen(kw_only=True)
class ShareTold:
    """What one person has in a plan; ``target`` is their fair share in thousandths of a duty.

    ``carried`` are the duties of the season before, ``asked`` whether anybody asked when they can come.
    """

    member: MemberId
    name: str
    duties: int
    nights: int
    weekends: int
    target: int
    carried: int
    asked: bool

    @property
    def off_target(self) -> int:
        """How many whole duties away from the fair share, rounded towards it."""
        return abs(self.duties * THOUSAND - self.target) // THOUSAND


@final
@attrs.frozen(kw_only=True)
class PlanTold:
    """A plan, or the answer that there is none. ``lines`` are all that should stand, old ones included.

    ``doubts`` are odd things about what was put in (somebody who is never free, a shift that nobody may
    hold), ``clash`` the rules that cannot all hold where the answer is *impossible* (``minimal``: none of
    them can be spared; ``smallest``: no clash has fewer), ``forced`` who is far from their share and the
    rules that force it. ``names`` says ids of people, shifts and roles in words, ``names_en`` those that
    are called otherwise in English.
    """

    stations: tuple[StationId, ...]
    period: Period
    planner: str
    answer: Answer
    lines: tuple[RotaLine, ...] = ()
    shifts: tuple[ShiftTold, ...] = ()
    shares: tuple[ShareTold, ...] = ()
    goals: tuple[Goal, ...] = ()
    clash: tuple[Rule, ...] = ()
    minimal: bool = False
    smallest: bool = False
    forced: tuple[Forced, ...] = ()
    doubts: tuple[Finding, ...] = ()
    names: Mapping[str, str] = attrs.field(factory=dict)
    names_en: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def lacking(self) -> int:
        """How many places stay empty."""
        return sum(shift.lacking for shift in self.shifts)

    @property
    def spread(self) -> int:
        """How far the most loaded person is from the least loaded, in duties."""
        counts = [share.duties for share in self.shares]
        return max(counts) - min(counts) if counts else 0

    @property
    def far_off(self) -> tuple[ShareTold, ...]:
        """Who is more than one duty away from their fair share."""
        return tuple(share for share in self.shares if share.off_target > 1)

    def in_words(self, finding: Finding, language: str = "zh") -> str:
        """A finding as a sentence, with people and shifts by their names."""
        names = self.names if language == "zh" else {**self.names, **self.names_en}
        return in_words(finding, names, language)

    def clash_in_words(self, language: str = "zh") -> tuple[str, ...]:
        """The rules that cannot all hold, one sentence each."""
        return tuple(self.in_words(rule.told, language) for rule in self.clash)

    def goals_in_words(self, language: str = "zh") -> tuple[str, ...]:
        """What each goal came to: that no plan does better, or how far the proof falls short."""
        return tuple(self.in_words(goal.told, language) for goal in self.goals)

    def forced_in_words(self, language: str = "zh") -> tuple[str, ...]:
        """Who is more than one duty from their share, one sentence each, with the rules that force it."""
        return tuple(
            " ".join([self.in_words(one.told, language), *self._rules_of(one, language)])
            for one in self.forced
        )

    def _rules_of(self, forced: Forced, language: str) -> tuple[str, ...]:
        told = [self.in_words(rule.told, language) for rule in forced.rules]
        if not told:
            return ()
        # Hundreds of rules of everybody are a file and no sentence; the plan has them all.
        more = len(told) - RULES_TOLD
        rest = [say("forced-more", {"count": more}, language)] if more > 0 else []
        return (say("forced-list", {"rules": "; ".join([*told[:RULES_TOLD], *rest])}, language),)


@final
@attrs.frozen(kw_only=True)
class WhatIf:
    """Two plans of the same days side by side: as it is, and as it would be."""

    now: PlanTold
    then: PlanTold


@final
@attrs.frozen(kw_only=True)
class Repair:
    """What to change in a published rota: lines to put in, lines to take out, and the plan behind it.

    ``moved`` are people whose own shifts change although nothing happened to them; ``within`` says that
    only the empty places were planned and everybody else was left alone.
    """

    plan: PlanTold
    put: tuple[RotaLine, ...] = ()
    take: tuple[RotaLine, ...] = ()
    moved: tuple[MemberId, ...] = ()
    within: bool = True


def in_words(finding: Finding, names: Mapping[str, str], language: str) -> str:
    """A finding of planning as a sentence; ids are said by their names, codes by their labels."""
    labels = catalogue(language)

    def word(name: str, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(word(name, one) for one in value)
        if not isinstance(value, str):
            return value
        if value in names:
            return names[value]
        plain = value.removeprefix("ask-first-") if value.startswith("ask-first-") else value
        # A rule is called by the rule, and not by what stands in the way of one shift because of it.
        first = ("rule",) if name == "rule" else ()
        for group in (*first, "obstacle-code", "company", "willing", "goal", "rule", "measure"):
            if f"{group}.{plain}" in labels:
                return labels[f"{group}.{plain}"]
        for prefix in ("skill:", "role:"):
            if value.startswith(prefix):
                return names.get(value.removeprefix(prefix), value.removeprefix(prefix))
        head, _, rest = value.partition("-")
        if head in ("apart", "beside") and rest:
            people = [names.get(part, part) for part in rest.split("-")]
            return f"{labels[f'company.{head}']} {' / '.join(people)}"
        return value

    code = finding.code
    if code == "doubt-skill-unknown" and str(dict(finding.facts)["skill"]).startswith("role:"):
        code = "doubt-role-unknown"
    return say(code, {name: word(name, value) for name, value in finding.facts}, language)
