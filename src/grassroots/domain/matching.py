"""Who may look after whom, and how well the two suit each other: rules and weights, and no solver.

Terms. A *profile* is what a member told us for being paired: languages, the compound, how far they can walk,
what is asked of the other one. A *bar* is a rule that stands between two people; it has a code, and names no
illness and no quarrel. *Suitability* is a sum of weights of the pack table ``pairing_weight``, each with its
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import at_least
from grassroots.domain.fields import CASE, CONTACT, HOUSEHOLD, guarded
from grassroots.domain.kin import Tie
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pairing import Fit, Pairing, Scheme
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.ids import MemberId, OrganizationId
from grassroots.values.names import Sex
from grassroots.values.texts import tidy_text


class BarCode(StrEnum):
    """Why two people are not paired."""

    AWAY = "away"  # one of them does not take part now
    SUPPORTER_AGE = "supporter-age"  # outside the ages of the scheme
    RECIPIENT_AGE = "recipient-age"
    TOO_FAR = "too-far"  # further on foot than the scheme has it, or nobody knows how far
    LANGUAGE = "language"  # no common language or dialect
    SEX = "sex"  # the other sex was asked for
    SKILL = "skill"  # lacks what is needed
    BLOCKED = "blocked"  # one of them said: not with this one
    FAMILY = "family"  # they belong together at home or by blood
    SAFEGUARDING = "safeguarding"  # a rule that protects children


class Reason(StrEnum):
    """Why two people suit each other: the rules of the pack table ``pairing_weight``."""

    SAME_COMPOUND = "same-compound"
    SAME_STATION = "same-station"
    NEAR = "near"  # a walk of at most half of what the scheme allows
    DIALECT = "dialect"
    INTEREST = "interest"
    KNOWN = "known"  # were paired before, and it did not break down
    YOUNG_ENOUGH = "young-enough"  # the supporter is at least ten years younger


YOUNGER_YEARS = 10


@final
@attrs.frozen
class Walk:
    """So many minutes on foot from home to a compound."""

    compound: OrganizationId
    minutes: int = attrs.field(validator=at_least(0))


@final
@attrs.frozen(kw_only=True)
class ProfileGiven(Event):
    """Somebody told us what we need for pairing them; what, stands in the record."""

    fields: tuple[str, ...]


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy_text(word) for word in words))


@guarded
@final
@attrs.frozen(kw_only=True)
class Profile:
    """What one member told us for being paired; ``id`` is the member's.

    ``offering`` and ``seeking`` say that they would look after somebody, or would like to be looked after.
    ``room`` is how many they can look after (the scheme's maximum counts too). ``wants_sex``, ``needs``
    (skills) and ``languages`` are asked of the other one by whoever seeks; ``apart`` are people with whom it
    must not be (CASE).
    """

    id: MemberId
    offering: bool = False
    seeking: bool = False
    room: int | None = attrs.field(default=None, validator=at_least(0))
    languages: tuple[str, ...] = attrs.field(default=(), converter=_words)
    compound: OrganizationId | None = attrs.field(default=None, metadata=CONTACT)
    walks: tuple[Walk, ...] = attrs.field(default=(), metadata=CONTACT)
    wants_sex: Sex | None = attrs.field(default=None, metadata=HOUSEHOLD)
    needs: tuple[str, ...] = attrs.field(default=(), converter=_words, metadata=HOUSEHOLD)
    interests: tuple[str, ...] = attrs.field(default=(), converter=_words)
    apart: tuple[MemberId, ...] = attrs.field(default=(), metadata=CASE)

    def __attrs_post_init__(self) -> None:
        if self.id in self.apart:
            raise BadInput("availability-with-oneself", member=self.id)

    @classmethod
    def give(cls, *, id: MemberId, **fields: Any) -> Step[Self]:
        """Write down what somebody told us, for the first time."""
        profile = cls(id=id, **fields)
        return Step(profile, (ProfileGiven(fields=tuple(sorted(fields))),))

    def set(self, **fields: Any) -> Step[Self]:
        """Set some of it anew; the same again changes nothing."""
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (ProfileGiven(fields=changed),)) if changed else Step(self)

    def minutes_to(self, compound: OrganizationId | None) -> int | None:
        """How far it is on foot to a compound: 0 to the own one; None if nobody knows."""
        if compound is None or self.compound is None:
            return None
        if compound == self.compound:
            return 0
        return next((walk.minutes for walk in self.walks if walk.compound == compound), None)


@final
@attrs.frozen(kw_only=True)
class Match:
    """Two people held against each other: what bars them, or how well they suit and why."""

    supporter: MemberId
    recipient: MemberId
    bars: tuple[BarCode, ...] = ()
    reasons: tuple[tuple[Reason, int], ...] = ()

    @property
    def score(self) -> int:
        """The sum of the weights."""
        return sum(points for _, points in self.reasons)


@final
@attrs.frozen(kw_only=True)
class MatchRules:
    """What a scheme and the packs have to say about a match on a day.

    ``most_minutes`` None: distance is no rule. ``weights`` are those of ``pairing_weight``.
    """

    scheme: Scheme
    on: date
    most_minutes: int | None = None
    weights: Mapping[str, int] = attrs.field(factory=dict)


def match(
    supporter: Member,
    recipient: Member,
    helps: Profile,
    seeks: Profile,
    rules: MatchRules,
    *,
    ties: Iterable[Tie] = (),
    unsafe: bool = False,
    before: Iterable[Pairing] = (),
) -> Match:
    """Hold two people against each other. ``unsafe``: a rule that protects children stands in the way.

    ``ties`` are those of either, ``before`` their former pairings with each other. An age that the records
    leave open is no bar: somebody looks it up when the two are proposed.
    """
    bars = tuple(_bars(supporter, recipient, helps, seeks, rules, list(ties), unsafe=unsafe))
    reasons = () if bars else tuple(_reasons(supporter, recipient, helps, seeks, rules, before))
    return Match(supporter=supporter.id, recipient=recipient.id, bars=bars, reasons=reasons)


def _bars(
    supporter: Member,
    recipient: Member,
    helps: Profile,
    seeks: Profile,
    rules: MatchRules,
    ties: list[Tie],
    *,
    unsafe: bool,
) -> Iterable[BarCode]:
    gone = (MemberStatus.DECEASED, MemberStatus.LEFT, MemberStatus.MERGED)
    if supporter.status is not MemberStatus.ACTIVE or recipient.status in gone:
        yield BarCode.AWAY
    if rules.scheme.supporter_ages.fit(supporter.ages(rules.on)) is Fit.OUT:
        yield BarCode.SUPPORTER_AGE
    if rules.scheme.recipient_ages.fit(recipient.ages(rules.on)) is Fit.OUT:
        yield BarCode.RECIPIENT_AGE
    if rules.most_minutes is not None and not _reachable(supporter, recipient, helps, seeks, rules):
        yield BarCode.TOO_FAR
    if seeks.languages and not set(seeks.languages) & set(helps.languages):
        yield BarCode.LANGUAGE
    if seeks.wants_sex is not None and supporter.sex is not seeks.wants_sex:
        yield BarCode.SEX
    if not set(seeks.needs) <= set(supporter.skills):
        yield BarCode.SKILL
    if recipient.id in helps.apart or supporter.id in seeks.apart:
        yield BarCode.BLOCKED
    if any(tie.binds(supporter.id, recipient.id, rules.on) for tie in ties):
        yield BarCode.FAMILY
    if unsafe:
        yield BarCode.SAFEGUARDING


def _reachable(
    supporter: Member, recipient: Member, helps: Profile, seeks: Profile, rules: MatchRules
) -> bool:
    minutes = helps.minutes_to(seeks.compound)
    if minutes is not None and rules.most_minutes is not None:
        return minutes <= rules.most_minutes
    # Where no compound is written down, the same station is near enough to be asked.
    unknown = seeks.compound is None or helps.compound is None
    return unknown and supporter.station is not None and supporter.station == recipient.station


def _reasons(
    supporter: Member,
    recipient: Member,
    helps: Profile,
    seeks: Profile,
    rules: MatchRules,
    before: Iterable[Pairing],
) -> Iterable[tuple[Reason, int]]:
    ages, others = supporter.ages(rules.on), recipient.ages(rules.on)
    minutes = helps.minutes_to(seeks.compound)
    speaks = {
        Reason.SAME_COMPOUND: minutes == 0,
        Reason.SAME_STATION: supporter.station is not None and supporter.station == recipient.station,
        Reason.NEAR: bool(minutes) and minutes is not None and 2 * minutes <= (rules.most_minutes or 0),
        Reason.DIALECT: bool(set(seeks.languages) & set(helps.languages)),
        Reason.INTEREST: bool(set(seeks.interests) & set(helps.interests)),
        Reason.KNOWN: any(_went_well(pairing) for pairing in before),
        Reason.YOUNG_ENOUGH: ages is not None
        and others is not None
        and others.low - ages.high >= YOUNGER_YEARS,
    }
    for reason, holds in speaks.items():
        points = rules.weights.get(reason.value, 0)
        if holds and points:
            yield reason, points


def _went_well(pairing: Pairing) -> bool:
    reason = pairing.end_reason
    return reason is None or reason.value not in ("breakdown", "safeguarding", "wrong-entry")
