"""An award is one honour on its way to one member: found by the yearly survey, checked in steps, handed over.

Terms. An *honour* is what is given (its conditions are rule-pack data, see domain/standing). The *reference
day* is the day on which the conditions must be met. The steps are those of B.3: the branch surveys, the
higher committee recommends, the organisation department reviews, discipline and law enforcement are
consulted (*cleared*), then it is awarded. Which of them may not be skipped, the definition says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.fields import CASE, IDENTITY, FieldGroup, guarded
from grassroots.domain.member import Member
from grassroots.domain.standing import Eligibility, HonourDefinition, Verdict
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import AwardId, MemberId, OccurrenceId, StationId


class AwardStatus(StrEnum):
    """How far an award has come."""

    SURVEYED = "surveyed"  # found by the survey, or proposed
    RECOMMENDED = "recommended"  # by the higher committee
    REVIEWED = "reviewed"  # by the organisation department
    CLEARED = "cleared"  # discipline and law enforcement were consulted
    AWARDED = "awarded"  # handed over
    REFUSED = "refused"  # not this time; why stays in the record


_ORDER = (
    AwardStatus.SURVEYED,
    AwardStatus.RECOMMENDED,
    AwardStatus.REVIEWED,
    AwardStatus.CLEARED,
    AwardStatus.AWARDED,
)

_ONWARD = {
    "recommend": AwardStatus.RECOMMENDED,
    "review": AwardStatus.REVIEWED,
    "clear": AwardStatus.CLEARED,
    "award": AwardStatus.AWARDED,
}

# From each step to every later one: which of them a network may leave out is data (HonourDefinition.steps).
TRANSITIONS: Table[AwardStatus] = {
    AwardStatus.SURVEYED: {
        "recommend": AwardStatus.RECOMMENDED,
        "review": AwardStatus.REVIEWED,
        "clear": AwardStatus.CLEARED,
        "award": AwardStatus.AWARDED,
        "refuse": AwardStatus.REFUSED,
    },
    AwardStatus.RECOMMENDED: {
        "review": AwardStatus.REVIEWED,
        "clear": AwardStatus.CLEARED,
        "award": AwardStatus.AWARDED,
        "refuse": AwardStatus.REFUSED,
    },
    AwardStatus.REVIEWED: {
        "clear": AwardStatus.CLEARED,
        "award": AwardStatus.AWARDED,
        "refuse": AwardStatus.REFUSED,
    },
    AwardStatus.CLEARED: {"award": AwardStatus.AWARDED, "refuse": AwardStatus.REFUSED},
    AwardStatus.AWARDED: {},
    AwardStatus.REFUSED: {"reconsider": AwardStatus.SURVEYED},
}


@final
@attrs.frozen(kw_only=True)
class AwardSurveyed(Event):
    """An honour may be open to somebody; ``verdict`` is what the records say on the reference day."""

    honour: str
    member: MemberId
    reference: date
    verdict: Verdict


@final
@attrs.frozen(kw_only=True)
class AwardMovedOn(Event):
    """It was recommended, reviewed, cleared, refused or taken up again; never why it was refused."""

    status: AwardStatus


@final
@attrs.frozen(kw_only=True)
class Awarded(Event):
    """It was handed over.

    ``checked``: somebody looked up what the records left open; ``afterwards``: entered from paper when it
    had been given already, so that the steps before it stand elsewhere.
    """

    honour: str
    member: MemberId
    on: date
    occasion: OccurrenceId | None = None
    checked: bool = False
    afterwards: bool = False


class NotEligible(Refused):
    """The conditions are not met on the reference day; the code says why, the facts what is missing."""

    code = "honour-not-eligible"
    reveals = FieldGroup.IDENTITY.value


class EligibilityOpen(Refused):
    """The records leave it open; the code says why. Correct the dates, or say who checked."""

    code = "honour-needs-check"
    reveals = FieldGroup.IDENTITY.value


class AlreadyAwarded(Refused):
    """The honour is given once in a life."""

    code = "honour-already-awarded"


class StepSkipped(Refused):
    """A step that the rule pack asks for has not been taken."""

    code = "award-step-skipped"


@guarded
@final
@attrs.frozen(kw_only=True)
class Award:
    """One honour for one member. ``reference`` is the day on which the conditions must be met.

    ``reason`` is a short code of why it was refused (it may tell of a disciplinary matter: group CASE);
    ``checked_by`` names who looked up what the records left open.
    """

    id: AwardId
    honour: str
    member: MemberId
    reference: date
    station: StationId | None = None
    status: AwardStatus = AwardStatus.SURVEYED
    awarded_on: date | None = None
    occasion: OccurrenceId | None = None
    reason: str | None = attrs.field(default=None, metadata=CASE)
    checked_by: str | None = attrs.field(default=None, metadata=IDENTITY)

    def __attrs_post_init__(self) -> None:
        if (self.status is AwardStatus.AWARDED) != (self.awarded_on is not None):
            raise BadInput("award-day", id=self.id, status=self.status.value)

    @classmethod
    def survey(
        cls,
        *,
        id: AwardId,
        definition: HonourDefinition,
        member: Member,
        eligibility: Eligibility,
        others: Iterable[Award],
        station: StationId | None = None,
    ) -> Step[Award]:
        """Put somebody on the list for this reference day. Who certainly does not qualify is refused.

        ``others`` are the awards of this honour to this member.
        """
        _not_twice(definition, others, id)
        if eligibility.verdict is Verdict.NO:
            raise refusal(eligibility)
        award = cls(
            id=id,
            honour=definition.code,
            member=member.id,
            reference=eligibility.on,
            station=station or member.station,
        )
        event = AwardSurveyed(
            honour=award.honour, member=member.id, reference=award.reference, verdict=eligibility.verdict
        )
        return Step(award, (event,))

    def recommend(self, definition: HonourDefinition) -> Step[Self]:
        """The higher committee recommends it."""
        return self._onward("recommend", definition)

    def review(self, definition: HonourDefinition) -> Step[Self]:
        """The organisation department has reviewed it."""
        return self._onward("review", definition)

    def clear(self, definition: HonourDefinition) -> Step[Self]:
        """Discipline and law enforcement were consulted, and nothing stands against it."""
        return self._onward("clear", definition)

    def award(
        self,
        definition: HonourDefinition,
        eligibility: Eligibility,
        others: Iterable[Award],
        *,
        on: date,
        today: date,
        occasion: OccurrenceId | None = None,
        checked_by: str | None = None,
        afterwards: bool = False,
    ) -> Step[Self]:
        """Hand it over. What the records leave open must be corrected first, or ``checked_by`` somebody.

        ``afterwards``: it was given already and is entered from paper; then no step has to be recorded.

        Nobody can check away a *no*: then the record is wrong and has to be corrected.
        """
        status = turn(TRANSITIONS, self.status, "award", kind="award", id=self.id)
        if status is None:
            return Step(self)
        if not afterwards:
            self._no_step_skipped("award", definition)
        _not_twice(definition, others, self.id)
        open_ = eligibility.verdict is Verdict.NEEDS_CHECK
        if eligibility.verdict is Verdict.NO or (open_ and checked_by is None):
            raise refusal(eligibility)
        if not self.reference <= on <= today:
            raise BadInput("award-day-wrong", id=self.id, on=on.isoformat(), first=self.reference.isoformat())
        after = attrs.evolve(
            self,
            status=status,
            awarded_on=on,
            occasion=occasion,
            checked_by=checked_by if open_ else None,
        )
        event = Awarded(
            honour=self.honour,
            member=self.member,
            on=on,
            occasion=occasion,
            checked=open_,
            afterwards=afterwards,
        )
        return Step(after, (event,))

    def refuse(self, reason: str) -> Step[Self]:
        """Not this time; ``reason`` is a short code (conduct, wish of the member ...)."""
        status = turn(TRANSITIONS, self.status, "refuse", kind="award", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, reason=reason), (AwardMovedOn(status=status),))

    def reconsider(self) -> Step[Self]:
        """Take a refused one up again, from the beginning."""
        status = turn(TRANSITIONS, self.status, "reconsider", kind="award", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, reason=None), (AwardMovedOn(status=status),))

    def _onward(self, verb: str, definition: HonourDefinition) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="award", id=self.id)
        if status is None:
            return Step(self)
        self._no_step_skipped(verb, definition)
        return Step(attrs.evolve(self, status=status), (AwardMovedOn(status=status),))

    def _no_step_skipped(self, verb: str, definition: HonourDefinition) -> None:
        between = _ORDER[_ORDER.index(self.status) + 1 : _ORDER.index(_ONWARD[verb])]
        skipped = tuple(step.value for step in between if step.value in definition.steps)
        if skipped:
            raise StepSkipped(id=self.id, verb=verb, skipped=skipped)


def refusal(eligibility: Eligibility) -> Refused:
    """The refusal of a no or a needs-check: its code is the reason, its facts are those of the answer."""
    kind = NotEligible if eligibility.verdict is Verdict.NO else EligibilityOpen
    facts = {**eligibility.facts, "member": eligibility.member, "honour": eligibility.honour}
    return kind(eligibility.code, **facts)


def _not_twice(definition: HonourDefinition, others: Iterable[Award], id: AwardId) -> None:
    for other in others:
        if other.id != id and other.honour == definition.code and other.status is AwardStatus.AWARDED:
            given = None if other.awarded_on is None else other.awarded_on.isoformat()
            raise AlreadyAwarded(award=other.id, member=other.member, honour=other.honour, on=given)
