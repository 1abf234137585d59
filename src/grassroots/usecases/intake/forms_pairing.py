"""Landing the sheets of care and honour: pairings, the contact log, the medals for fifty years.

Every row goes through the verbs of its room as of the days that it names: who had too many to look after,
or was a day short of fifty years, is refused with the rule's own reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.correction import corrected
from grassroots.domain.honour import AlreadyAwarded, Award, AwardStatus
from grassroots.domain.member import Dated, Member, MemberStatus
from grassroots.domain.pairing import (
    NOT_BEGUN,
    Contact,
    ContactOutcome,
    EndReason,
    Medium,
    Pairing,
    PairingStatus,
    Scheme,
)
from grassroots.usecases.honours import award_given
from grassroots.usecases.intake.again import name_of, other_rows, superseded, take_over
from grassroots.usecases.intake.cells import happened, not_kept, told
from grassroots.usecases.intake.labels import labelled
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.usecases.safeguarding import guard_pairing
from grassroots.usecases.schemes import scheme_in_force
from grassroots.values.dates import PartialDate, Span
from grassroots.values.ids import ContactId, MemberId, PairingId, SchemeId, StationId

_SHEET: Final = "sheet"
"""The reason that goes with what a sheet set right."""

MEDAL: Final = "fifty-years"
"""The honour of the rule packs (table ``medal``) that the form of the medals is about."""


# -- pairings ---------------------------------------------------------------------------------------------
def land_pairing(landing: Landing) -> None:
    """A row of the register of pairings: proposed, begun, and ended if it says so, on its own days.

    A pairing that was proposed at a desk is begun by its row. An end that is still to come is not kept: until
    that day the pairing goes on, and contacts are due.
    """
    row, work = landing.row, landing.work
    supporter, recipient = landing.member("supporter"), landing.member("recipient")
    started = row.need("started", happened(landing, "started"))
    ended, reason = _end(landing, started)
    code = labelled(landing, "scheme", "pairing_scheme", started, "pairing-scheme-unknown")
    row.need("scheme", code)
    place = landing.station("station", needed=False)
    row.check()
    if supporter is None or recipient is None or started is None or code is None:
        return
    station = StationId(place) if place else None
    scheme = scheme_in_force(work, SchemeId(code), started)
    span = Span(started, ended)
    pairing = _pairing(landing, scheme, supporter, recipient, span)
    if pairing is None:
        id_ = PairingId(landing.id("pairing", code, supporter, recipient, started.isoformat(), at=started))
        helper, helped = work.load(Member, supporter), work.load(Member, recipient)
        if ended is None:
            # What is over is told as it was; what goes on has to be in order from now on.
            guard_pairing(work, helper, helped, scheme=scheme.code, on=work.today)
        pairing = landing.keep(
            Pairing.propose(
                id=id_,
                scheme=scheme,
                supporter=_as_then(helper, ended),
                recipient=_as_then(helped, ended),
                live=_live(landing, scheme, supporter, recipient, span),
                on=started,
                station=station,
            )
        )
    else:
        take_over(landing, pairing)
    if pairing.status in NOT_BEGUN:
        pairing = landing.keep(pairing.begin(started))
    said: dict[str, Any] = {"station": station or pairing.station, "started": started}
    if ended is not None and reason is not None:
        if pairing.status is not PairingStatus.ENDED:
            pairing = landing.keep(pairing.end(ended, reason))
        said |= {"ended": ended, "end_reason": reason}
    landing.keep(corrected(pairing, attrs.evolve(pairing, **said), _SHEET, said=frozenset(said)))
    not_kept(row, "remark")


def _end(landing: Landing, started: date | None) -> tuple[date | None, EndReason | None]:
    """The last day and why, both or neither; what lies in the future is said in a note."""
    row = landing.row
    ended, words = row.day("ended"), row.choice("end_reason")
    if ended is not None and ended > landing.work.today:
        row.notes.append("cell-note-end-to-come")
        return None, None
    if ended is None:
        if words is not None:
            row.need("ended", None)
        return None, None
    row.need("end_reason", words)
    if started is not None and ended < started:
        row.problem("span-backwards", "ended", first=started.isoformat(), last=ended.isoformat())
    return ended, EndReason(words) if words else None


def _pairing(
    landing: Landing, scheme: Scheme, supporter: MemberId, recipient: MemberId, span: Span
) -> Pairing | None:
    """The pairing that the row means: begun that day, or proposed and waiting, or its first day corrected."""
    same = landing.work.find(
        Pairing, Is("supporter", supporter), Is("recipient", recipient), Is("scheme", scheme.code)
    )
    for one in same:
        if one.started == span.first:
            return one
    for one in same:
        if one.status in NOT_BEGUN:
            return one
    # Another time with the same person is another pairing: only one that overlaps can be this one.
    meant = (one for one in same if one.started and Span(one.started, one.ended).overlaps(span))
    return next((one for one in meant if superseded(landing, one)), None)


def _live(
    landing: Landing, scheme: Scheme, supporter: MemberId, recipient: MemberId, span: Span
) -> list[Pairing]:
    """What else bound the supporter on the fullest day of the span, and any other time with the same person.

    A register tells of years: what has ended since was live then, whatever the order of its rows.
    """
    others = [
        one
        for one in landing.work.find(Pairing, Is("supporter", supporter), Is("scheme", scheme.code))
        if one.end_reason is not EndReason.WRONG_ENTRY
    ]

    def on(day: date) -> list[Pairing]:
        return [one for one in others if one.status in NOT_BEGUN or one.live_on(day)]

    days = {span.first} | {one.started for one in others if one.started and span.covers(one.started)}
    fullest = on(max(sorted(days), key=lambda day: len(on(day))))
    again = [
        one
        for one in others
        if one.recipient == recipient and one.started and Span(one.started, one.ended).overlaps(span)
    ]
    return [_as_live(one) for one in {one.id: one for one in (*again, *fullest)}.values()]


def _as_live(one: Pairing) -> Pairing:
    """The pairing as it was before it ended."""
    if one.status is not PairingStatus.ENDED:
        return one
    return attrs.evolve(one, status=PairingStatus.ACTIVE, ended=None, end_reason=None)


def _as_then(member: Member, until: date | None) -> Member:
    """The person as they were while the pairing lasted: who died or left afterwards was there."""
    gone = member.died if member.status is MemberStatus.DECEASED else member.left
    over = member.status in (MemberStatus.DECEASED, MemberStatus.LEFT)
    if not over or until is None or gone is None or until > gone:
        return member
    return attrs.evolve(member, status=MemberStatus.ACTIVE, died=None, left=None)


# -- contacts ---------------------------------------------------------------------------------------------
def land_contact(landing: Landing) -> None:
    """A row of the contact log: a visit or call within the pairing that bound the two on that day.

    Without an outcome it was made. Two equal rows are two contacts; a second one by the same means on a day
    is said in a note.
    """
    row = landing.row
    on = row.need("on", happened(landing, "on"))
    supporter, recipient = landing.member("supporter"), landing.member("recipient")
    medium, outcome = row.need("medium", row.choice("medium")), row.choice("outcome")
    minutes, note = row.minutes("minutes"), told(row, "note")
    row.check()
    if minutes and outcome is None:
        # An attempt has no length.
        outcome = ContactOutcome.MADE.value
    if on is None or supporter is None or recipient is None or medium is None:
        return
    pairing = _bound(landing, supporter, recipient, on)
    row.check()
    if pairing is None:
        return
    said: dict[str, Any] = {
        "medium": Medium(medium),
        "outcome": ContactOutcome(outcome) if outcome else None,
        "minutes": minutes,
        "note": note,
    }
    said = {name: value for name, value in said.items() if value is not None}
    words = (pairing.id, on.isoformat(), medium, note or "", str(landing.nth))
    id_ = ContactId(landing.id("contact", *words, at=on))
    found = _contact(landing, id_, pairing, on, said)
    today = landing.work.today
    if found is None:
        landing.keep(Contact.record(pairing, id=id_, on=on, today=today, **said))
        return
    take_over(landing, found)
    if said.get("outcome") is ContactOutcome.ATTEMPTED and minutes is None:
        said["minutes"] = None
    landing.keep(found.correct(pairing, today, _SHEET, **said))


def _bound(landing: Landing, supporter: MemberId, recipient: MemberId, on: date) -> Pairing | None:
    """The only pairing of the two that was live on a day."""
    ever = [
        one
        for one in landing.work.find(Pairing, Is("supporter", supporter), Is("recipient", recipient))
        if one.end_reason is not EndReason.WRONG_ENTRY
    ]
    live = [one for one in ever if one.live_on(on)]
    if len(live) == 1:
        return live[0]
    if live:
        schemes = tuple(sorted(one.scheme for one in live))
        landing.row.problem("contact-pairing-open", "recipient", day=on.isoformat(), schemes=schemes)
    else:
        times = tuple(f"{one.started}..{one.ended or ''}" for one in ever if one.started)
        landing.row.problem("contact-without-pairing", "recipient", day=on.isoformat(), times=times)
    return None


def _contact(
    landing: Landing, id_: ContactId, pairing: Pairing, on: date, said: Mapping[str, Any]
) -> Contact | None:
    """The contact that the row means: its own, one entered at a desk, or one of a row that was corrected."""
    work = landing.work
    for name in (f"contact/{id_}", *landing.before):
        kind, _, known = name.partition("/")
        if kind == "contact" and (again := work.peek(Contact, known)) is not None:
            return again
    there = work.find(Contact, Is("pairing", pairing.id), Is("on", on.isoformat()))
    note = said.get("note")
    alike = [one for one in there if one.medium is said["medium"]]
    for one in alike:
        entered = not other_rows(landing, one) and name_of(landing, one) not in landing.made
        if entered and (None in (note, one.note) or note == one.note):
            return one
    for one in there:
        if superseded(landing, one):
            return one
    if alike:
        landing.row.notes.append("cell-note-contact-again")
    return None


# -- medals -----------------------------------------------------------------------------------------------
def land_medal(landing: Landing) -> None:
    """A row of the register of medals: given on a day, if fifty years were full on the reference day.

    The steps before stand elsewhere: none is made up. The dates of the sheet do not decide, those of the
    person's record do; where the two exclude each other, a person has to look.
    """
    row, work = landing.row, landing.work
    member = landing.member("name", phone=row.phone("phone"))
    place = landing.station("station", needed=False)
    on = row.need("awarded_on", happened(landing, "awarded_on"))
    joined, full = row.partial("joined_party"), row.partial("full_member")
    if member is not None:
        person = work.load(Member, member)
        _same_date(landing, "joined_party", joined, person.joined_party)
        _same_date(landing, "full_member", full, person.full_member)
    row.check()
    if member is None or on is None:
        return
    station = StationId(place) if place else None
    award = landing.made_by(award_given(work, MEDAL, member, awarded_on=on, station=station))
    if award.awarded_on != on and not _may_correct(landing, award):
        given = None if award.awarded_on is None else award.awarded_on.isoformat()
        raise AlreadyAwarded(award=award.id, member=member, honour=MEDAL, on=given)
    take_over(landing, award)
    after = attrs.evolve(award, awarded_on=on, station=station or award.station)
    landing.keep(corrected(award, after, _SHEET, said=row.said(awarded_on="awarded_on", station="station")))
    not_kept(row, "remark")


def _may_correct(landing: Landing, award: Award) -> bool:
    """Whether the other day was said by a row that the sheet does not hold any more."""
    return award.status is AwardStatus.AWARDED and superseded(landing, award)


def _same_date(landing: Landing, key: str, sheet: PartialDate | None, known: Dated | None) -> None:
    """The problem ``party-date-differs`` if no day fits both what the sheet says and what is recorded."""
    if sheet is None or known is None:
        return
    if max(sheet.earliest, known.date.earliest) > min(sheet.latest, known.date.latest):
        landing.row.problem("party-date-differs", key, sheet=sheet.iso, register=known.date.iso)


LANDERS: Mapping[str, Lander] = {
    "pairings": land_pairing,
    "contacts": land_contact,
    "medals": land_medal,
}
"""Which form is landed by which function."""
