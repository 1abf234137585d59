"""Two people held against each other: what bars them, or why they suit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Self, final

import attrs

from grassroots.domain.kin import Tie
from grassroots.domain.matching.profile import BarCode, Profile, Reason
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pairing import Fit, Pairing, Scheme
from grassroots.values.dates import Ages
from grassroots.values.ids import MemberId, OrganizationId

GONE = (MemberStatus.DECEASED, MemberStatus.LEFT, MemberStatus.MERGED)
"""Who takes part in nothing any more."""


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

    ``most_minutes`` None: distance is no rule. ``weights`` are those of ``pairing_weight``; ``younger_years``
    is how much younger than the recipient a supporter has to be for ``young-enough`` (None: it is no reason).
    """

    scheme: Scheme
    on: date
    most_minutes: int | None = None
    weights: Mapping[str, int] = attrs.field(factory=dict)
    younger_years: int | None = None


@final
@attrs.frozen(kw_only=True)
class Side:
    """One of the two as the rules look at them on a day; made once, and held against many.

    ``minutes`` is how far it is on foot from home to each compound that somebody knows of (0: the own one).
    """

    member: Member
    profile: Profile
    ages: Ages | None
    languages: frozenset[str]
    interests: frozenset[str]
    minutes: Mapping[OrganizationId, int]

    @classmethod
    def of(cls, member: Member, profile: Profile, on: date) -> Self:
        """A member with what they told us."""
        return cls(
            member=member,
            profile=profile,
            ages=member.ages(on),
            languages=frozenset(profile.languages),
            interests=frozenset(profile.interests),
            minutes=profile.minutes,
        )

    def minutes_to(self, compound: OrganizationId | None) -> int | None:
        """How far it is on foot to a compound; None if nobody knows."""
        return None if compound is None else self.minutes.get(compound)


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
    one, other = Side.of(supporter, helps, rules.on), Side.of(recipient, seeks, rules.on)
    bars = tuple(_bars(one, other, rules, list(ties), unsafe=unsafe))
    found = () if bars else reasons(one, other, rules, before)
    return Match(supporter=supporter.id, recipient=recipient.id, bars=bars, reasons=found)


def _bars(helps: Side, seeks: Side, rules: MatchRules, ties: list[Tie], *, unsafe: bool) -> Iterator[BarCode]:
    supporter, recipient, asked = helps.member, seeks.member, seeks.profile
    if supporter.status is not MemberStatus.ACTIVE or recipient.status in GONE:
        yield BarCode.AWAY
    if rules.scheme.supporter_ages.fit(helps.ages) is Fit.OUT:
        yield BarCode.SUPPORTER_AGE
    if rules.scheme.recipient_ages.fit(seeks.ages) is Fit.OUT:
        yield BarCode.RECIPIENT_AGE
    if rules.most_minutes is not None and not _reachable(helps, seeks, rules.most_minutes):
        yield BarCode.TOO_FAR
    if seeks.languages and not seeks.languages & helps.languages:
        yield BarCode.LANGUAGE
    if asked.wants_sex is not None and supporter.sex is not asked.wants_sex:
        yield BarCode.SEX
    if not set(asked.needs) <= set(supporter.skills):
        yield BarCode.SKILL
    if recipient.id in helps.profile.apart or supporter.id in asked.apart:
        yield BarCode.BLOCKED
    if recipient.id == supporter.id:
        yield BarCode.ONESELF
    if any(tie.binds(supporter.id, recipient.id, rules.on) for tie in ties):
        yield BarCode.FAMILY
    if unsafe:
        yield BarCode.SAFEGUARDING


def _reachable(helps: Side, seeks: Side, most: int) -> bool:
    minutes = helps.minutes_to(seeks.profile.compound)
    if minutes is not None:
        return minutes <= most
    # Where no compound is written down, the same station is near enough to be asked.
    unknown = seeks.profile.compound is None or helps.profile.compound is None
    return unknown and _same_station(helps, seeks)


def _same_station(helps: Side, seeks: Side) -> bool:
    return helps.member.station is not None and helps.member.station == seeks.member.station


def reasons(
    helps: Side, seeks: Side, rules: MatchRules, before: Iterable[Pairing] = ()
) -> tuple[tuple[Reason, int], ...]:
    """Why two whom nothing bars suit each other, with the weight of each reason."""
    minutes = helps.minutes_to(seeks.profile.compound)
    weights = rules.weights
    return tuple(
        (reason, points)
        for reason, holds in (
            (Reason.SAME_COMPOUND, minutes == 0),
            (Reason.SAME_STATION, _same_station(helps, seeks)),
            (Reason.NEAR, bool(minutes) and 2 * (minutes or 0) <= (rules.most_minutes or 0)),
            (Reason.DIALECT, not seeks.languages.isdisjoint(helps.languages)),
            (Reason.INTEREST, not seeks.interests.isdisjoint(helps.interests)),
            (Reason.KNOWN, any(_went_well(pairing) for pairing in before)),
            (Reason.YOUNG_ENOUGH, _young_enough(helps.ages, seeks.ages, rules.younger_years)),
        )
        if holds and (points := weights.get(reason.value, 0))
    )


def _young_enough(mine: Ages | None, theirs: Ages | None, years: int | None) -> bool:
    return years is not None and mine is not None and theirs is not None and theirs.low - mine.high >= years


def _went_well(pairing: Pairing) -> bool:
    reason = pairing.end_reason
    return reason is None or reason.value not in ("breakdown", "safeguarding", "wrong-entry")
