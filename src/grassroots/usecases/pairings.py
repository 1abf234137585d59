"""Pairings at a desk: who looks after whom, the contacts that keep it up, and who has been left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, final

from grassroots.contracts.storage import AnyOf, Between, Condition, Is
from grassroots.domain.checks import one_of
from grassroots.domain.contacts import Due, Norm, overdue
from grassroots.domain.matching import Profile
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pairing import (
    NOT_BEGUN,
    Contact,
    ContactOutcome,
    EndReason,
    Medium,
    Pairing,
    PairingStatus,
    ReviewOutcome,
    unchecked,
)
from grassroots.errors import BadInput
from grassroots.usecases.safeguarding import guard_contact, guard_pairing
from grassroots.usecases.schemes import practice, scheme_in_force, scheme_on, scheme_rules
from grassroots.values.dates import Period
from grassroots.values.ids import ContactId, MemberId, PairingId, SchemeId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_LIVE = tuple(status.value for status in PairingStatus if status is not PairingStatus.ENDED)


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
        return propose_pair(work, scheme, supporter, recipient, on=on, station=station, despite=despite)

    @act
    def accept(self, work: Work, id: PairingId, by: MemberId, *, on: date | None = None) -> Pairing:
        """One of the two says yes; when both have, it is agreed and can begin."""
        return work.keep(work.load(Pairing, id).accept(by, on or work.today))

    @act
    def try_out(
        self, work: Work, id: PairingId, *, on: date | None = None, until: date | None = None
    ) -> Pairing:
        """Begin with a trial, until a day (by default as long as the packs have it: ``trial_days``).

        BadInput ``trial-until-missing`` where neither the scheme nor ``pairing_practice`` says how long.
        """
        pairing, day = work.load(Pairing, id), on or work.today
        _guarded(work, pairing, day)
        if until is None:
            packs = work.office.packs
            rules = {**practice(packs, day), **scheme_rules(packs, pairing.scheme, day)}
            if "trial_days" not in rules:
                raise BadInput("trial-until-missing", pairing=id, scheme=pairing.scheme)
            until = day + timedelta(days=int(rules["trial_days"]))
        return work.keep(pairing.try_out(day, until))

    @act
    def begin(self, work: Work, id: PairingId, *, on: date | None = None) -> Pairing:
        """Both agreed; ``on`` is the first day. What protects children is asked again."""
        pairing, day = work.load(Pairing, id), on or work.today
        _guarded(work, pairing, day)
        return work.keep(pairing.begin(day))

    @act
    def review(
        self,
        work: Work,
        id: PairingId,
        outcome: ReviewOutcome | str,
        *,
        on: date | None = None,
        again: date | None = None,
    ) -> Pairing:
        """Somebody looked at it with both of them; ``again`` is when to look next, if not in due course."""
        found = one_of(ReviewOutcome, outcome)
        return work.keep(work.load(Pairing, id).review(on or work.today, found, again, today=work.today))

    @act
    def hand_over(
        self,
        work: Work,
        id: PairingId,
        to: MemberId,
        *,
        on: date | None = None,
        despite: str | None = None,
    ) -> Pairing:
        """Somebody else looks after the same person: the old pairing ends, the new one is proposed.

        Both or neither; the new one names the old one (``succeeds``), so that nothing of it is lost.
        """
        old, day = work.load(Pairing, id), on or work.today
        work.keep(old.hand_over(day, to))
        return propose_pair(
            work,
            old.scheme,
            to,
            old.recipient,
            on=day,
            station=old.station,
            despite=despite,
            succeeds=old.id,
        )

    @act
    def step_aside(self, work: Work, member: MemberId, *, on: date | None = None) -> list[Pairing]:
        """A supporter needs help themselves now: they become a recipient, and lose nothing.

        Their pairings as a supporter are paused from that day (a proposal ends), to be handed over; those as
        a recipient go on. They keep their record, their history and every category that they had. Gives the
        pairings that wait for somebody else.
        """
        person, day = work.load(Member, member), on or work.today
        if "recipient" not in person.categories:
            work.keep(person.correct(categories=(*person.categories, "recipient")))
        profile = work.peek(Profile, member)
        step = (
            Profile.give(id=member, seeking=True)
            if profile is None
            else profile.set(seeking=True, offering=False)
        )
        work.keep(step)
        waiting = []
        for pairing in work.find(Pairing, Is("supporter", member), AnyOf("status", _LIVE)):
            if pairing.status in NOT_BEGUN:
                work.keep(pairing.end(day, EndReason.ILLNESS))
            elif pairing.status is PairingStatus.PAUSED:
                waiting.append(pairing)
            else:
                waiting.append(work.keep(pairing.pause(day)))
        return waiting

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
    def reviews_due(
        self, reading: Reading, *, on: date | None = None, station: StationId | None = None
    ) -> list[tuple[Pairing, date]]:
        """The pairings that somebody should look at by now (trials first of all), the oldest due day first.

        The scheme says how often (``review_every_months``).
        """
        day, found = on or reading.today, []
        where: list[Condition] = [AnyOf("status", ("trial", "active"))]
        if station is not None:
            where.append(Is("station", station))
        for pairing in reading.walk(Pairing, *where):
            rules = scheme_rules(reading.office.packs, pairing.scheme, day)
            due = pairing.review_due(rules.get("review_every_months"))
            if due is not None and due <= day:
                found.append((pairing, due))
        return sorted(found, key=lambda one: (one[1], one[0].id))

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
        return unchecked(scheme_on(reading.office.packs, pairing.scheme, day), *people, day)


# -- helpers ----------------------------------------------------------------------------------------------
def propose_pair(
    work: Work,
    scheme: SchemeId,
    supporter: MemberId,
    recipient: MemberId,
    *,
    on: date | None = None,
    station: StationId | None = None,
    despite: str | None = None,
    succeeds: PairingId | None = None,
) -> Pairing:
    """Propose two people to each other, inside an act."""
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
        succeeds=succeeds,
    )
    return work.keep(step)


def _guarded(work: Work, pairing: Pairing, day: date) -> None:
    people = [work.load(Member, member) for member in pairing.members]
    guard_pairing(work, *people, scheme=pairing.scheme, on=day, despite=pairing.despite)


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
