"""Safeguarding: what has to be true before anybody is alone with a child, or decides about their own family.

Terms. A *screening* is the answer of an office that was asked about somebody: the day and the result, never
the certificate and never what it says. It is *in date* for as long as the rule packs have it. *With minors*
is work where a child may be: a pairing whose recipient is under age, a shift in a role that the packs name.
A *conflict of interest* is a tie (domain/kin) between who helps or decides and whom it is about.

The rules are pure and give findings, so that a plan can be checked as well as an act; :func:`refuse` turns
the first one into a refusal. A refusal says what is missing only to somebody who may read screenings:
everybody else learns "not assignable, ask the head of the station" (see
:class:`grassroots.errors.NotAssignable`).
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import is_code
from grassroots.domain.fields import CASE, FieldGroup, guarded
from grassroots.domain.kin import Tie
from grassroots.domain.member import Member, birth_range
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import MemberId, ScreeningId, StationId

MINOR_UNDER_YEARS = 18
"""未成年人保护法 art. 2; used where no pack in force has the table ``minor``."""


class ScreeningResult(StrEnum):
    """What the office that was asked said: all that is ever kept of it."""

    CLEAR = "clear"  # nothing stands against work with children
    NOT_CLEAR = "not-clear"  # something does; what, is not written down


class ScreeningState(StrEnum):
    """How a person stands on a day."""

    IN_DATE = "in-date"
    ENDING = "ending"  # in date, and to be renewed soon
    EXPIRED = "expired"
    MISSING = "missing"
    NOT_CLEAR = "not-clear"


@final
@attrs.frozen(kw_only=True)
class ScreeningRecorded(Event):
    """An office was asked about somebody; the answer stands in the record, which can be erased."""


@guarded
@final
@attrs.frozen(kw_only=True)
class Screening:
    """One answer: about whom, on which day, clear or not. ``source`` is a short code for who was asked.

    ``station`` is where the person belonged on that day: its head may read it.
    """

    id: ScreeningId
    member: MemberId
    on: date
    # A result that was erased is none: nobody works with children on it.
    result: ScreeningResult = attrs.field(default=ScreeningResult.NOT_CLEAR, metadata=CASE)
    source: str | None = attrs.field(default=None, validator=is_code, metadata=CASE)
    station: StationId | None = None

    @classmethod
    def record(
        cls,
        *,
        id: ScreeningId,
        member: MemberId,
        on: date,
        today: date,
        result: ScreeningResult,
        source: str | None = None,
        station: StationId | None = None,
    ) -> Step[Screening]:
        """Write an answer down; BadInput ``screening-in-future`` for a day that has not come."""
        if on > today:
            raise BadInput("screening-in-future", on=on.isoformat(), today=today.isoformat())
        made = cls(id=id, member=member, on=on, result=result, source=source, station=station)
        return Step(made, (ScreeningRecorded(),))


class FindingCode(StrEnum):
    """What can stand in the way."""

    SCREENING_MISSING = "screening-missing"
    SCREENING_EXPIRED = "screening-expired"
    SCREENING_NOT_CLEAR = "screening-not-clear"
    ADULTS_TOO_FEW = "adults-too-few"
    ALONE_WITH_MINOR = "alone-with-minor"
    GUARDIAN_CONSENT_MISSING = "guardian-consent-missing"
    CONFLICT_OF_INTEREST = "conflict-of-interest"


DECLARABLE = frozenset({FindingCode.CONFLICT_OF_INTEREST})
"""What somebody may answer for by name. Nobody can answer for a child who was left alone."""


@final
@attrs.frozen(kw_only=True)
class Finding:
    """One thing that stands in the way, and whom it is about. ``facts`` hold codes, days and whole
    numbers.
    """

    code: FindingCode
    member: MemberId | None = None
    facts: Mapping[str, str | int] = attrs.field(factory=dict)


class SafeguardingRefused(Refused):
    """A rule that protects children, or keeps people from deciding about their own, says no."""

    code = "safeguarding-refused"
    reveals = FieldGroup.CASE.value


class SafeguardingConflict(SafeguardingRefused):
    """These two belong together; whoever answers for it all the same gives a name (``despite``)."""

    code = "safeguarding-conflict-of-interest"
    reveals = FieldGroup.HOUSEHOLD.value


@final
@attrs.frozen(kw_only=True)
class Safeguards:
    """The rules of the packs (table ``safeguarding``) made ready.

    ``screening_months`` is how long an answer counts (None: none is asked for); ``ending_days`` from when on
    it is told to be renewed; ``adults`` how many grown-ups are with children; ``minor_under`` and
    ``guardian_under`` are ages in whole years. ``roles`` and ``schemes`` are codes of work with minors.
    """

    screening_months: int | None = None
    ending_days: int = 0
    adults: int = 1
    minor_under: int = MINOR_UNDER_YEARS
    guardian_under: int = 0
    roles: frozenset[str] = frozenset()
    schemes: frozenset[str] = frozenset()

    @classmethod
    def from_rules(cls, rules: Mapping[str, Mapping[str, Any]], minors: Mapping[str, Any]) -> Self | None:
        """The rules of a day; None if no pack says anything. ``minors`` are the rows of the table ``minor``.

        Of several rows the strictest number counts, and the codes of all of them.
        """
        if not rules:
            return None
        rows = list(rules.values())
        months = [row["screening_months"] for row in rows if "screening_months" in row]
        guarded = [row["under_age_years"] for row in minors.values() if row.get("guardian_consent")]
        under = [row["under_age_years"] for row in minors.values()]
        return cls(
            screening_months=min(months) if months else None,
            ending_days=max((row.get("ending_days", 0) for row in rows), default=0),
            adults=max((row.get("adults_least_count", 1) for row in rows), default=1),
            minor_under=max(under, default=MINOR_UNDER_YEARS),
            guardian_under=max(guarded, default=0),
            roles=frozenset(code for row in rows for code in row.get("roles", ())),
            schemes=frozenset(code for row in rows for code in row.get("schemes", ())),
        )


# -- people -----------------------------------------------------------------------------------------------
def younger_than(years: int, member: Member, on: date) -> bool:
    """Whether the records allow that somebody is under an age on a day.

    Who can be a child is treated as one; of whom no age is known at all, nobody assumes it.
    """
    born = birth_range(member)
    if born is None or born[0] > born[1]:
        return False
    _, latest = born
    return on.year - latest.year - ((on.month, on.day) < (latest.month, latest.day)) < years


def screening_state(screenings: Iterable[Screening], on: date, rules: Safeguards) -> ScreeningState:
    """How somebody stands on a day, by the newest answer; of two of one day the worse one counts."""
    heard = [one for one in screenings if one.on <= on]
    if not heard:
        return ScreeningState.MISSING
    newest = max(heard, key=lambda one: (one.on, one.result is ScreeningResult.NOT_CLEAR))
    if newest.result is ScreeningResult.NOT_CLEAR:
        return ScreeningState.NOT_CLEAR
    if rules.screening_months is None:
        return ScreeningState.IN_DATE
    ends = ends_on(newest.on, rules.screening_months)
    if on > ends:
        return ScreeningState.EXPIRED
    return ScreeningState.ENDING if on > ends - timedelta(days=rules.ending_days) else ScreeningState.IN_DATE


def ends_on(asked: date, months: int) -> date:
    """The last day on which an answer of a day counts: the same day so many months later, or the month's
    last.
    """
    year, month = divmod(asked.year * 12 + asked.month - 1 + months, 12)
    return date(year, month + 1, min(asked.day, calendar.monthrange(year, month + 1)[1]))


# -- findings ---------------------------------------------------------------------------------------------
_IN_THE_WAY = {
    ScreeningState.MISSING: FindingCode.SCREENING_MISSING,
    ScreeningState.EXPIRED: FindingCode.SCREENING_EXPIRED,
    ScreeningState.NOT_CLEAR: FindingCode.SCREENING_NOT_CLEAR,
}


def screening_findings(
    member: MemberId, screenings: Iterable[Screening], on: date, rules: Safeguards
) -> Iterator[Finding]:
    """What keeps a person from work with minors on a day."""
    if rules.screening_months is None:
        return
    state = screening_state(screenings, on, rules)
    if state in _IN_THE_WAY:
        yield Finding(code=_IN_THE_WAY[state], member=member, facts={"on": on.isoformat()})


def adults_findings(people: Collection[Member], on: date, rules: Safeguards) -> Iterator[Finding]:
    """Whether enough grown-ups are there where children are."""
    adults = sum(not younger_than(rules.minor_under, one, on) for one in people)
    if adults < rules.adults:
        yield Finding(code=FindingCode.ADULTS_TOO_FEW, facts={"have": adults, "want": rules.adults})


def conflict_findings(
    helper: MemberId, about: Iterable[MemberId], ties: Iterable[Tie], on: date
) -> Iterator[Finding]:
    """Whether somebody helps, or decides about, one of their own."""
    known = list(ties)
    for other in about:
        if other == helper or any(tie.binds(helper, other, on) for tie in known):
            yield Finding(code=FindingCode.CONFLICT_OF_INTEREST, member=helper, facts={"other": other})


def pairing_findings(
    supporter: Member,
    recipient: Member,
    *,
    scheme: str,
    screenings: Iterable[Screening],
    ties: Iterable[Tie],
    consented: bool,
    on: date,
    rules: Safeguards | None,
) -> list[Finding]:
    """What stands in the way of pairing two people on a day.

    ``screenings`` are the supporter's, ``ties`` those of either; ``consented`` says whether a guardian
    agreed, which is asked for a child only.
    """
    found = list(conflict_findings(supporter.id, (recipient.id,), ties, on))
    if rules is None:
        return found
    child = younger_than(rules.minor_under, recipient, on)
    if child or scheme in rules.schemes:
        found += screening_findings(supporter.id, screenings, on, rules)
    if child:
        if younger_than(rules.minor_under, supporter, on):
            found.append(_too_few(0, 1))
        if not consented and younger_than(rules.guardian_under, recipient, on):
            found.append(Finding(code=FindingCode.GUARDIAN_CONSENT_MISSING, member=recipient.id))
    return found


def contact_findings(
    recipient: Member, present: Sequence[Member], *, minutes: int | None, note: str | None, on: date,
    rules: Safeguards | None,
) -> list[Finding]:  # fmt: skip
    """Whether a contact with a child was in order: enough grown-ups there, or else written down in full.

    ``present`` are who came, the supporter among them. A contact by telephone counts like a visit: nobody is
    alone with a child on a screen either.
    """
    if rules is None or not younger_than(rules.minor_under, recipient, on):
        return []
    if not list(adults_findings(present, on, rules)) or (minutes is not None and note):
        return []
    return [Finding(code=FindingCode.ALONE_WITH_MINOR, member=recipient.id, facts={"want": rules.adults})]


def duty_findings(
    member: MemberId,
    *,
    role: str | None,
    places: int,
    screenings: Iterable[Screening],
    on: date,
    rules: Safeguards | None,
) -> list[Finding]:
    """What stands in the way of a duty on a day. ``places`` is how many people the shift asks for.

    A roster may never leave one person alone with children, so a shift in such a role asks for as many people
    as the rules want grown-ups; who really came is told by :func:`adults_findings`.
    """
    if rules is None or role is None or role not in rules.roles:
        return []
    found = list(screening_findings(member, screenings, on, rules))
    if places < rules.adults:
        found.append(_too_few(places, rules.adults))
    return found


def _too_few(have: int, want: int) -> Finding:
    return Finding(code=FindingCode.ADULTS_TOO_FEW, facts={"have": have, "want": want})


def refuse(
    findings: Iterable[Finding], despite: str | None = None, *, declarable: bool = True
) -> tuple[str, ...]:
    """Refuse by the first finding that nobody may answer for, or that nobody does.

    ``despite`` names who answers for a conflict of interest, where that is ``declarable`` at all. Gives the
    codes of what was answered for.
    """
    answered = []
    for finding in findings:
        declared = declarable and finding.code in DECLARABLE
        if declared and despite is not None:
            answered.append(f"safeguarding-{finding.code.value}")
            continue
        kind = SafeguardingConflict if finding.code in DECLARABLE else SafeguardingRefused
        override = {"override": "despite"} if declared else {}
        raise kind(f"safeguarding-{finding.code.value}", member=finding.member, **finding.facts, **override)
    return tuple(answered)
