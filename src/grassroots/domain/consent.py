"""Consent: that somebody agreed to one purpose, by which words, how, and until when.

Terms. A *purpose* is what data is used for; the rule packs list them all, each with the *ground* on which
it rests (个人信息保护法 art. 13): a statutory duty needs no consent, everything else does. Publishing and
giving data to others need a consent of their own (art. 25 and 23). The *text* is what the person was read
or handed, by code, version and fingerprint. A consent is *given* and *withdrawn* on paper or in person, by
the person or, for a child, by a guardian (art. 31). Withdrawing is as easy as giving, and what was done
before stays lawful (art. 15).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import ConsentId, MemberId


class Basis(StrEnum):
    """On which ground a purpose rests (个人信息保护法 art. 13)."""

    DUTY = "duty"  # a law asks for it; no consent needed
    EMERGENCY = "emergency"  # life, health or property in danger
    CONSENT = "consent"  # the person agreed
    SEPARATE_CONSENT = "separate-consent"  # the person agreed to this very thing, not along with others


class Way(StrEnum):
    """How consent was given or withdrawn."""

    PAPER = "paper"  # signed; the sheet's number says where it is
    IN_PERSON = "in-person"  # said at the desk
    PHONE = "phone"  # said on the telephone; enough to withdraw, not to give


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class ConsentGiven(Event):
    """Somebody agreed to a purpose, by a version of its text."""

    purpose: str
    text: str
    version: str
    guardian: bool


@final
@attrs.frozen(kw_only=True)
class ConsentWithdrawn(Event):
    """No longer agreed; ``on`` is the first day without."""

    purpose: str
    on: date


# -- refusals ---------------------------------------------------------------------------------------------
class ConsentMissing(Refused):
    """The person did not agree to this purpose, or withdrew."""

    code = "consent-missing"


class ConsentNotNeeded(Refused):
    """The purpose rests on a law or an emergency: asking for consent would promise a choice there is not."""

    code = "consent-not-needed"


class GuardianNeeded(Refused):
    """A child this young cannot consent; a guardian does."""

    code = "guardian-needed"


class GuardianUnknown(Refused):
    """Who speaks for somebody has to be recorded as their guardian."""

    code = "guardian-unknown"


# -- records ----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class Notice:
    """The words that somebody was read or handed: their code, version, and both languages."""

    code: str
    purpose: str
    version: str
    zh: str
    en: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of both texts, in hex: proves later which words it was."""
        return hashlib.sha256(f"{self.zh}\n{self.en}".encode()).hexdigest()


@final
@attrs.frozen(kw_only=True)
class Consent:
    """One consent. ``by`` is who gave it if not the person themselves; ``sheet`` the number of the paper.

    ``withdrawn`` is the first day without it.
    """

    id: ConsentId
    member: MemberId
    purpose: str
    text: str
    version: str
    fingerprint: str
    given: date
    way: Way
    by: MemberId | None = None
    sheet: str | None = None
    withdrawn: date | None = None
    withdrawn_way: Way | None = None
    withdrawn_by: MemberId | None = None
    withdrawn_sheet: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.withdrawn is not None and self.withdrawn < self.given:
            raise BadInput("consent-withdrawn-early", given=self.given.isoformat())

    @classmethod
    def give(
        cls,
        *,
        id: ConsentId,
        member: MemberId,
        notice: Notice,
        basis: Basis,
        on: date,
        way: Way,
        by: MemberId | None,
        sheet: str | None,
        child: bool,
        guardians: Collection[MemberId],
        known: Iterable[Consent],
    ) -> Step[Consent]:
        """Write a consent down; one that stands for the same words is not doubled.

        ``child`` says whether the person may be too young to speak for themselves; ``by`` is who spoke.
        """
        if basis in (Basis.DUTY, Basis.EMERGENCY):
            raise ConsentNotNeeded(purpose=notice.purpose, basis=basis.value)
        if way is Way.PHONE or (way is Way.PAPER and not sheet):
            raise BadInput("consent-way", way=way.value)
        speaks(by, child=child, guardians=guardians, member=member)
        for standing in known:
            if standing.holds(notice.purpose, on) and standing.fingerprint == notice.fingerprint:
                return Step(standing)
        made = cls(
            id=id,
            member=member,
            purpose=notice.purpose,
            text=notice.code,
            version=notice.version,
            fingerprint=notice.fingerprint,
            given=on,
            way=way,
            by=by,
            sheet=sheet,
        )
        event = ConsentGiven(
            purpose=notice.purpose, text=notice.code, version=notice.version, guardian=by is not None
        )
        return Step(made, (event,))

    def withdraw(
        self, *, on: date, way: Way, by: MemberId | None = None, sheet: str | None = None
    ) -> Step[Self]:
        """No longer agreed, from this day on; every way will do. Withdrawing twice changes nothing."""
        if self.withdrawn is not None:
            return Step(self)
        after = attrs.evolve(self, withdrawn=on, withdrawn_way=way, withdrawn_by=by, withdrawn_sheet=sheet)
        return Step(after, (ConsentWithdrawn(purpose=self.purpose, on=on),))

    def holds(self, purpose: str, on: date) -> bool:
        """Whether it covers a purpose on a day."""
        return (
            self.purpose == purpose and self.given <= on and (self.withdrawn is None or on < self.withdrawn)
        )


def speaks(by: MemberId | None, *, child: bool, guardians: Collection[MemberId], member: MemberId) -> None:
    """Whether whoever spoke may speak for this person: they themselves, or a recorded guardian."""
    if by is None or by == member:
        if child:
            raise GuardianNeeded(member=member, guardians=tuple(guardians))
    elif by not in guardians:
        raise GuardianUnknown(member=member, by=by)


def needed(basis: Basis) -> bool:
    """Whether a purpose on this ground needs a consent."""
    return basis in (Basis.CONSENT, Basis.SEPARATE_CONSENT)


def agreed(consents: Iterable[Consent], purpose: str, on: date) -> bool:
    """Whether one of these consents covers a purpose on a day."""
    return any(one.holds(purpose, on) for one in consents)
