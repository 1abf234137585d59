"""Whether a pairing is kept up: contacts made, held against a norm, with pauses that stop the clock.

A *norm* is so many contacts within so many days (two a week: 2 in 7). It is read as a rolling window, not
by calendar weeks: with weeks, somebody called on Monday and then on Sunday of the next week would have
waited thirteen days and still be "in order". *Counting days* are those outside a pause. Only contacts
that were made count; an attempt is worth recording, and leaves the person alone all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Self, final

import attrs

from grassroots.domain.pairing import NOT_BEGUN, Contact, ContactOutcome, Medium, Pairing
from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.ids import PairingId


@final
@attrs.frozen(kw_only=True)
class Norm:
    """At least ``times`` contacts in any ``days`` counting days; ``media`` empty means any medium.

    Examples: two a week in Shanghai's 老伙伴 programme; one a month for elders in special difficulty.
    """

    times: int
    days: int
    media: frozenset[Medium] = frozenset()

    def __attrs_post_init__(self) -> None:
        if self.times < 1 or self.days < 1:
            raise BadInput("norm-unreadable", times=self.times, days=self.days)

    @classmethod
    def from_scheme(cls, rules: Mapping[str, Any]) -> Self | None:
        """The norm of a rule of the pack table ``pairing_scheme``; None if the scheme asks for none."""
        times, days = rules.get("contacts_least_count"), rules.get("contacts_within_days")
        if times is None or days is None:
            return None
        return cls(times=times, days=days, media=_media(rules.get("contact_means", ())))

    @classmethod
    def from_tier(cls, rules: Mapping[str, Any]) -> Self:
        """The norm of a rule of the pack table ``visit_tier``; a month is read as 31 days, in doubt for late.

        Otherwise somebody visited on the last day of each month would be overdue after every long month.
        """
        days = rules.get("visits_within_days") or 31 * rules["visits_within_months"]
        return cls(times=rules["visits_least_count"], days=days, media=_media(rules.get("visit_means", ())))

    def counts(self, contact: Contact) -> bool:
        """Whether this contact is one that the norm asks for."""
        return contact.outcome is ContactOutcome.MADE and (not self.media or contact.medium in self.media)


@final
@attrs.frozen(kw_only=True)
class Due:
    """Until when the next contact is due. ``due`` is None while a pause stops the clock.

    ``last`` is the last contact that counts; ``late`` the counting days since ``due`` (0: in time).
    """

    pairing: PairingId
    due: date | None
    last: date | None
    late: int = 0


def _media(means: Iterable[str]) -> frozenset[Medium]:
    # Packs tell more ways of reaching somebody than a record does.
    known = {"voice-message": Medium.MESSAGE, "letter": Medium.OTHER}
    return frozenset(known.get(code) or Medium(code) for code in means)


def next_due(pairing: Pairing, contacts: Iterable[Contact], norm: Norm, on: date) -> Due | None:
    """Where an active or paused pairing stands on a day; None if it is proposed, ended or not begun yet.

    The clock runs from the ``times``-th last contact, or from the beginning while there are fewer.
    """
    if pairing.started is None or on < pairing.started or pairing.ended is not None:
        return None
    made = sorted(
        contact.on
        for contact in contacts
        if contact.pairing == pairing.id and contact.on <= on and norm.counts(contact)
    )
    last = made[-1] if made else None
    if _covers(pairing.pauses, on):
        return Due(pairing=pairing.id, due=None, last=last)
    since = made[-norm.times] if len(made) >= norm.times else pairing.started
    elapsed = counting_days(since, on, pairing.pauses)
    due = _after(since, norm.days, pairing.pauses)
    return Due(pairing=pairing.id, due=due, last=last, late=max(0, elapsed - norm.days))


def overdue(pairing: Pairing, contacts: Iterable[Contact], norm: Norm, on: date) -> Due | None:
    """The same, only if the day of the next contact has passed; nobody is overdue during a pause."""
    if pairing.status in NOT_BEGUN:
        return None
    found = next_due(pairing, contacts, norm, on)
    return found if found is not None and found.late > 0 else None


def counting_days(since: date, on: date, pauses: tuple[Span, ...]) -> int:
    """How many days after ``since`` up to and including ``on`` lie outside every pause."""
    day_after = since + timedelta(days=1)
    paused = 0
    for pause in pauses:
        first = max(pause.first, day_after)
        last = on if pause.last is None else min(pause.last, on)
        paused += max(0, (last - first).days + 1)
    return (on - since).days - paused


def _after(since: date, days: int, pauses: tuple[Span, ...]) -> date | None:
    # The day that is so many counting days after ``since``: each pause on the way moves it on.
    day = since + timedelta(days=days)
    for pause in pauses:
        if pause.last is not None and pause.last <= since:
            continue
        if pause.first > day:
            break
        if pause.last is None:
            return None
        first = max(pause.first, since + timedelta(days=1))
        day += timedelta(days=(pause.last - first).days + 1)
    return day


def _covers(pauses: tuple[Span, ...], on: date) -> bool:
    return any(pause.covers(on) for pause in pauses)
