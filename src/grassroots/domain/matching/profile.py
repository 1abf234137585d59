"""What members told us for being paired, and the words for what bars two people or speaks for them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import at_least
from grassroots.domain.fields import CASE, CONTACT, HOUSEHOLD, guarded
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
    ONESELF = "oneself"  # who offers and seeks is not their own supporter
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
    YOUNG_ENOUGH = "young-enough"  # the supporter is so many years younger (the pack says how many)


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

    @property
    def minutes(self) -> dict[OrganizationId, int]:
        """How far it is on foot from home to each compound that somebody knows of (0: the own one)."""
        if self.compound is None:
            return {}
        known = {self.compound: 0}
        for walk in self.walks:
            known.setdefault(walk.compound, walk.minutes)
        return known

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
