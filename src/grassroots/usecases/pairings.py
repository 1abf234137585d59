"""Pairings at a desk: who looks after whom, the contacts that keep it up, and who has been left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, final

from grassroots.contracts.storage import AnyOf, Between, Condition, Is
from grassroots.domain.contacts import Due, Norm, overdue
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pack import Packs
from grassroots.domain.pairing import (
    Contact,
    ContactOutcome,
    EndReason,
    Medium,
    Pairing,
    PairingStatus,
    Scheme,
    unchecked,
)
from grassroots.usecases.safeguarding import guard_contact, guard_pairing
from grassroots.values.dates import Period
from grassroots.values.ids import ContactId, MemberId, PairingId, SchemeId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_LIVE = tuple(status.value for status in PairingStatus if status is not PairingStatus.ENDED)
_BANDS = ("supporter_age_band", "recipient_age_band")


@final
class Pairings(Room):
    """The room ``desk.pairings``: pairings and their contacts."""

    @act
    def propose(
        self,
        work: Work,
        *,
        scheme: SchemeId,
        supporter: MemberId,
        recipient: MemberId,
        on: date | None = None,
        station: StationId | None = None,
        despite: str | None = None,
    ) -> Pairing:
        """Propose two people to each other under a scheme of the rule packs.

        ``despite`` names who answers for going beyond the scheme's maximum or ages, or for two of one family.
        What protects children nobody can answer for.
        """
        helper, helped, day = work.load(Member, supporter), work.load(Member, recipient), on or work.today
        step = Pairing.propose(
            id=PairingId(work.new_id()),
            scheme=scheme_in_force(work, scheme),
            supporter=helper,
            recipient=helped,
            live=work.find(Pairing, Is("supporter", supporter), AnyOf("status", _LIVE)),
            on=day,
            station=station,
            despite=despite,
            answered=guard_pairing(work, helper, helped, scheme=scheme, on=day, despite=despite),
        )
        return work.keep(step)

    @act
    def begin(self, work: Work, id: PairingId, *, on: date | None = None) -> Pairing:
        """Both agreed; ``on`` is the first day. What protects children is asked again."""
        pairing, day = work.load(Pairing, id), on or work.today
        people = [work.load(Member, member) for member in pairing.members]
        guard_pairing(work, *people, scheme=pairing.scheme, on=day, despite=pairing.despite)
        return work.keep(pairing.begin(day))

    @act
    def pause(self, work: Work, id: PairingId, *, on: date | None = None) -> Pairing:
        """From this day on nobody is expected: the clock of the contacts stands still."""
        return work.keep(work.load(Pairing, id).pause(on or work.today))

    @act
    def resume(self, work: Work, id: PairingId, *, on: date | None = None) -> Pairing:
        """From this day on it is kept up again."""
        return work.keep(work.load(Pairing, id).resume(on or work.today))

    @act
    def end(
        self, work: Work, id: PairingId, *, on: date | None = None, reason: EndReason = EndReason.PLANNED
    ) -> Pairing:
        """End it; ``on`` is the last day. It is never re-opened: propose a new one."""
        return work.keep(work.load(Pairing, id).end(on or work.today, reason))

    # -- contacts -----------------------------------------------------------------------------------------
    @act
    def record_contact(
        self,
        work: Work,
        id: PairingId,
        *,
        medium: Medium,
        on: date | None = None,
        outcome: ContactOutcome = ContactOutcome.MADE,
        minutes: int | None = None,
        by: MemberId | None = None,
        note: str | None = None,
        present: Sequence[MemberId] = (),
    ) -> Contact:
        """Record a visit or call, made or only attempted; ``by`` is a stand-in, else the supporter.

        ``present`` are others who were there: with a child a second grown-up, or else it is told in full
        (``minutes`` and ``note``).
        """
        if by is not None:
            work.load(Member, by)
        step = Contact.record(
            work.load(Pairing, id),
            id=ContactId(work.new_id()),
            on=on or work.today,
            today=work.today,
            medium=medium,
            outcome=outcome,
            minutes=minutes,
            by=by,
            note=note,
            present=tuple(present),
        )
        people = [work.load(Member, member) for member in step.after.people]
        guard_contact(work, step.after, work.load(Member, step.after.recipient), people)
        return work.keep(step)

    @act
    def correct_contact(
        self, work: Work, /, id: ContactId, *, reason: str | None = None, **fields: Any
    ) -> Contact:
        """Set fields of a contact right; the former values stay in the history."""
        contact = work.load(Contact, id)
        return work.keep(contact.correct(work.load(Pairing, contact.pairing), work.today, reason, **fields))

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: PairingId) -> Pairing:
        """One pairing."""
        return reading.get(Pairing, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: PairingStatus | None = PairingStatus.ACTIVE,
        scheme: SchemeId | None = None,
        station: StationId | None = None,
    ) -> list[Pairing]:
        """The pairings by status (None: all), scheme and station, in order of entry."""
        asked = {"status": status and status.value, "scheme": scheme, "station": station}
        return reading.list(Pairing, *(Is(key, value) for key, value in asked.items() if value is not None))

    @look
    def of_member(self, reading: Reading, member: MemberId) -> list[Pairing]:
        """Every pairing of one person, looking after or looked after, in order of entry."""
        both = [
            *reading.walk(Pairing, Is("supporter", member)),
            *reading.walk(Pairing, Is("recipient", member)),
        ]
        return sorted(both, key=lambda pairing: pairing.id)

    @look
    def contacts(self, reading: Reading, id: PairingId, period: Period | None = None) -> list[Contact]:
        """The contacts of one pairing (on days of the period), by day."""
        where: list[Condition] = [Is("pairing", id)]
        if period is not None:
            where.append(Between("on", period.first.isoformat(), period.last.isoformat() + "~"))
        return sorted(reading.walk(Contact, *where), key=lambda contact: (contact.on, contact.id))

    @look
    def overdue(
        self,
        reading: Reading,
        *,
        on: date | None = None,
        station: StationId | None = None,
        tier: str | None = None,
    ) -> list[Due]:
        """Who should have been called or visited by now, the longest wait first.

        The norm is that of each pairing's scheme, or that of a visit ``tier`` of the rule packs for all.
        Pairings of somebody who died or left are not among them: see :meth:`to_end`.
        """
        day = on or reading.today
        asked = list(_with_norms(reading, day, station, tier))
        gone = _gone(reading, [pairing for pairing, _ in asked])
        found = [
            due
            for pairing, norm in asked
            if gone.isdisjoint(pairing.members)
            and (due := overdue(pairing, reading.list(Contact, Is("pairing", pairing.id)), norm, day))
        ]
        return sorted(found, key=lambda due: (-due.late, due.pairing))

    @look
    def to_end(self, reading: Reading) -> list[Pairing]:
        """The pairings that have not ended although one of the two died or left."""
        live = reading.list(Pairing, AnyOf("status", _LIVE))
        gone = _gone(reading, live)
        return [pairing for pairing in live if not gone.isdisjoint(pairing.members)]

    @look
    def unchecked(self, reading: Reading, id: PairingId, *, on: date | None = None) -> tuple[str, ...]:
        """What the records leave open about a pairing: ``supporter-age``, ``recipient-age``."""
        pairing, day = reading.get(Pairing, id), on or reading.today
        people = reading.get(Member, pairing.supporter), reading.get(Member, pairing.recipient)
        return unchecked(_scheme_on(reading.office.packs, pairing.scheme, day), *people, day)


# -- helpers ----------------------------------------------------------------------------------------------
def scheme_in_force(work: Work, code: SchemeId, on: date | None = None) -> Scheme:
    """The limits of a scheme as they hold on a day (today); the fact will say which packs decided."""
    rules = work.rules("pairing_scheme", code, on)
    bands = {rules[band]: work.rules("age_band", rules[band], on) for band in _BANDS if band in rules}
    return Scheme.from_rules(code, rules, bands)


def _scheme_on(packs: Packs, code: SchemeId, on: date) -> Scheme:
    rules = packs.rule("pairing_scheme", code, on).value
    bands = {rules[band]: packs.rule("age_band", rules[band], on).value for band in _BANDS if band in rules}
    return Scheme.from_rules(code, rules, bands)


def _gone(reading: Reading, pairings: list[Pairing]) -> set[MemberId]:
    people = reading.get_all(Member, [member for pairing in pairings for member in pairing.members])
    over = (MemberStatus.DECEASED, MemberStatus.LEFT)
    return {person.id for person in people.values() if person.status in over}


def _with_norms(
    reading: Reading, on: date, station: StationId | None, tier: str | None
) -> Iterator[tuple[Pairing, Norm]]:
    packs = reading.office.packs
    norms: dict[str, Norm | None] = {}
    where: list[Condition] = [AnyOf("status", _LIVE)]
    if station is not None:
        where.append(Is("station", station))
    for pairing in reading.walk(Pairing, *where):
        if pairing.scheme not in norms:
            norms[pairing.scheme] = (
                Norm.from_scheme(packs.rule("pairing_scheme", pairing.scheme, on).value)
                if tier is None
                else Norm.from_tier(packs.rule("visit_tier", tier, on).value)
            )
        if norm := norms[pairing.scheme]:
            yield pairing, norm
