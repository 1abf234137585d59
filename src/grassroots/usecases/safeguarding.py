"""Safeguarding at a desk: screenings by day and result, who is in date, and what stands against the rules
now.

The functions at the end are called by the rooms that bring people together (pairings, duties, concerns),
inside their own acts, so that a plan, a person at a desk and a sheet of paper meet the same rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import final

import attrs

from grassroots.contracts.storage import AnyOf, Between, Is
from grassroots.domain.consent import Consent
from grassroots.domain.duty import Duty, Shift
from grassroots.domain.kin import Tie, guardians_of
from grassroots.domain.member import Member
from grassroots.domain.pack import Packs
from grassroots.domain.pairing import Contact, Pairing, PairingStatus
from grassroots.domain.safeguarding import (
    Finding,
    Safeguards,
    Screening,
    ScreeningResult,
    ScreeningState,
    adults_findings,
    conflict_findings,
    contact_findings,
    duty_findings,
    ends_on,
    pairing_findings,
    refuse,
    screening_state,
    younger_than,
)
from grassroots.usecases.kin import ties_of
from grassroots.usecases.people import about_somebody
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, ScreeningId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_LIVE = tuple(status.value for status in PairingStatus if status is not PairingStatus.ENDED)

MINOR_CARE = "minor-care"
"""The purpose to which a guardian agrees before a child is paired with anybody."""


@final
@attrs.frozen(kw_only=True)
class Standing:
    """How one person stands on a day, and until when their newest screening counts."""

    member: MemberId
    state: ScreeningState
    asked: date | None = None
    until: date | None = None


@final
@attrs.frozen(kw_only=True)
class Worry:
    """Something that stands against the rules as the records are: which record, and what about it."""

    kind: str
    id: str
    finding: Finding


@final
class Safeguarding(Room):
    """The room ``desk.safeguarding``."""

    @act
    def record_screening(
        self,
        work: Work,
        member: MemberId,
        result: ScreeningResult,
        *,
        on: date | None = None,
        source: str | None = None,
    ) -> Screening:
        """Write down that an office was asked and what it said: the day and the result, nothing else."""
        person = work.load(Member, member)
        step = Screening.record(
            id=ScreeningId(work.new_id()),
            member=member,
            on=on or work.today,
            today=work.today,
            result=result,
            source=source,
            station=person.station,
        )
        return work.keep(step)

    @look
    def screenings(self, reading: Reading, member: MemberId) -> list[Screening]:
        """The answers about one person, oldest first; Missing for nobody."""
        found = reading.walk(Screening, Is("member", member))
        return about_somebody(reading, member, sorted(found, key=lambda one: (one.on, one.id)))

    @look
    def standing(self, reading: Reading, member: MemberId, *, on: date | None = None) -> Standing:
        """How one person stands on a day (today); Missing for nobody."""
        day = on or reading.today
        rules = safeguards(reading.office.packs, day) or Safeguards()
        found = list(reading.walk(Screening, Is("member", member)))
        return _standing(member, about_somebody(reading, member, found), day, rules)

    @look
    def ending(self, reading: Reading, *, on: date | None = None) -> list[Standing]:
        """Whose screening is over or soon will be, the earliest end first."""
        day = on or reading.today
        rules = safeguards(reading.office.packs, day) or Safeguards()
        by_member: dict[MemberId, list[Screening]] = defaultdict(list)
        for one in reading.walk(Screening):
            by_member[one.member].append(one)
        found = [_standing(member, known, day, rules) for member, known in by_member.items() if member]
        late = (ScreeningState.ENDING, ScreeningState.EXPIRED)
        ending = [one for one in found if one.state in late]
        return sorted(ending, key=lambda one: (one.until or day, one.member))

    @look
    def worries(self, reading: Reading, period: Period) -> list[Worry]:
        """What stands against the rules: live pairings as they are today, shifts and contacts of a period.

        Shows only what this viewer may read of all that it rests on.
        """
        rules = safeguards(reading.office.packs, reading.today)
        return [
            *_pairing_worries(reading, rules),
            *_shift_worries(reading, period, rules),
            *_contact_worries(reading, period, rules),
        ]


def _standing(member: MemberId, known: Sequence[Screening], on: date, rules: Safeguards) -> Standing:
    newest = max((one.on for one in known if one.on <= on), default=None)
    months = rules.screening_months
    return Standing(
        member=member,
        state=screening_state(known, on, rules),
        asked=newest,
        until=None if newest is None or months is None else ends_on(newest, months),
    )


def _pairing_worries(reading: Reading, rules: Safeguards | None) -> Iterator[Worry]:
    today = reading.today
    live = reading.list(Pairing, AnyOf("status", _LIVE))
    people = reading.get_all(Member, [member for one in live for member in one.members])
    for pairing in live:
        supporter, recipient = people.get(pairing.supporter), people.get(pairing.recipient)
        if supporter is None or recipient is None:
            continue
        found = pairing_findings(
            supporter,
            recipient,
            scheme=pairing.scheme,
            screenings=reading.list(Screening, Is("member", supporter.id)),
            # A tie that somebody answered for by name when it was proposed is no worry any more.
            ties=()
            if pairing.despite
            else reading.list(Tie, Is("one", supporter.id)) + reading.list(Tie, Is("other", supporter.id)),
            consented=_agreed(reading.walk(Consent, Is("member", recipient.id)), today),
            on=today,
            rules=rules,
        )
        yield from (Worry(kind="pairing", id=pairing.id, finding=finding) for finding in found)


def _shift_worries(reading: Reading, period: Period, rules: Safeguards | None) -> Iterator[Worry]:
    if rules is None or not rules.roles:
        return
    days = Between("day", period.first.isoformat(), (period.last + timedelta(days=1)).isoformat())
    for shift in reading.walk(Shift, AnyOf("role", sorted(rules.roles)), days):
        binding = [duty for duty in reading.walk(Duty, Is("shift", shift.id)) if duty.binding]
        people = reading.get_all(Member, [duty.member for duty in binding])
        for finding in adults_findings(people.values(), shift.day, rules):
            yield Worry(kind="shift", id=shift.id, finding=finding)
        for duty in binding:
            known = reading.list(Screening, Is("member", duty.member))
            asked = duty_findings(
                duty.member, role=shift.role, places=rules.adults, screenings=known, on=shift.day, rules=rules
            )
            yield from (Worry(kind="duty", id=duty.id, finding=finding) for finding in asked)


def _contact_worries(reading: Reading, period: Period, rules: Safeguards | None) -> Iterator[Worry]:
    if rules is None:
        return
    days = Between("on", period.first.isoformat(), (period.last + timedelta(days=1)).isoformat())
    contacts = reading.list(Contact, days)
    people = reading.get_all(
        Member, sorted({id_ for one in contacts for id_ in (one.recipient, *one.people)})
    )
    for contact in contacts:
        recipient = people.get(contact.recipient)
        if recipient is None:
            continue
        present = [people[id_] for id_ in contact.people if id_ in people]
        found = contact_findings(
            recipient, present, minutes=contact.minutes, note=contact.note, on=contact.on, rules=rules
        )
        yield from (Worry(kind="contact", id=contact.id, finding=finding) for finding in found)


# -- called by other rooms, inside their acts -------------------------------------------------------------
def safeguards(packs: Packs, on: date) -> Safeguards | None:
    """The rules in force on a day; None if no pack has any."""
    rules = {id_: answer.value for id_, answer in packs.table("safeguarding", on).items()}
    minors = {id_: answer.value for id_, answer in packs.table("minor", on).items()}
    return Safeguards.from_rules(rules, minors)


def guard_pairing(
    work: Work,
    supporter: Member,
    recipient: Member,
    *,
    scheme: str,
    on: date,
    despite: str | None = None,
) -> tuple[str, ...]:
    """Refuse a pairing that would leave a child unprotected or bind a family to itself.

    Gives the codes of what ``despite`` answers for.
    """
    if supporter.id == recipient.id:
        return ()  # no conflict of interest, but nonsense: the pairing itself says so
    rules = safeguards(work.office.packs, on)
    child = rules is not None and younger_than(rules.minor_under, recipient, on)
    asked = child or (rules is not None and scheme in rules.schemes)
    findings = pairing_findings(
        supporter,
        recipient,
        scheme=scheme,
        screenings=work.find(Screening, Is("member", supporter.id)) if asked else (),
        ties=ties_of(work, supporter.id),
        consented=child and _agreed(work.find(Consent, Is("member", recipient.id)), on),
        on=on,
        rules=rules,
    )
    return refuse(findings, despite)


def guard_contact(work: Work, contact: Contact, recipient: Member, present: Sequence[Member]) -> None:
    """Refuse to let a child have been alone with somebody without it being written down."""
    rules = safeguards(work.office.packs, contact.on)
    refuse(
        contact_findings(
            recipient, present, minutes=contact.minutes, note=contact.note, on=contact.on, rules=rules
        )
    )


def guard_duty(work: Work, shift: Shift, member: MemberId) -> None:
    """Refuse a duty with children to somebody who is not in date, or a shift that asks for one person
    alone.
    """
    rules = safeguards(work.office.packs, shift.day)
    if rules is None or shift.role not in rules.roles:
        return
    known = work.find(Screening, Is("member", member))
    refuse(
        duty_findings(
            member, role=shift.role, places=shift.minimum, screenings=known, on=shift.day, rules=rules
        )
    )


def guard_owner(work: Work, owner: MemberId, about: Iterable[MemberId | None]) -> None:
    """Refuse to let somebody decide about themselves or one of their own."""
    people = [one for one in about if one is not None]
    if people:
        refuse(conflict_findings(owner, people, ties_of(work, owner), work.today), declarable=False)


def child_and_guardians(work: Work, member: Member, on: date) -> tuple[bool, tuple[MemberId, ...]]:
    """Whether a person may be too young to speak for themselves, and who speaks for them."""
    rules = safeguards(work.office.packs, on) or Safeguards()
    return (
        younger_than(rules.guardian_under, member, on),
        guardians_of(member.id, ties_of(work, member.id), on),
    )


def _agreed(consents: Iterable[Consent], on: date) -> bool:
    return any(one.holds(MINOR_CARE, on) for one in consents)
