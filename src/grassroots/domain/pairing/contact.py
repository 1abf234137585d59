"""Contacts: one visit, call or message within a pairing, made or only attempted."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.fields import CASE, guarded
from grassroots.domain.pairing.record import Pairing
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import ContactId, MemberId, PairingId, StationId
from grassroots.values.texts import tidy_text


class Medium(StrEnum):
    """How somebody was reached."""

    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    MESSAGE = "message"
    OTHER = "other"


class ContactOutcome(StrEnum):
    """Whether the other one was reached."""

    MADE = "made"
    ATTEMPTED = "attempted"  # nobody opened, nobody answered


@final
@attrs.frozen(kw_only=True)
class ContactRecorded(Event):
    """A contact was made, or attempted."""

    pairing: PairingId
    on: date
    medium: Medium
    outcome: ContactOutcome


@final
@attrs.frozen(kw_only=True)
class ContactCorrected(Event):
    """Fields of a contact were set right; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


class OutsidePairing(Refused):
    """A contact must lie within the days of its pairing and not in the future."""

    code = "contact-outside-pairing"


CONTACT_CORRECTABLE = frozenset({"on", "medium", "outcome", "minutes", "by", "note", "present"})


@guarded
@final
@attrs.frozen(kw_only=True)
class Contact:
    """One contact within a pairing; ``minutes`` is how long it took, ``by`` who made it (a stand-in may).

    ``present`` are others who were there, such as the second grown-up with a child, or a guardian.
    """

    id: ContactId
    pairing: PairingId
    supporter: MemberId
    recipient: MemberId
    station: StationId | None = None
    on: date
    medium: Medium
    outcome: ContactOutcome = ContactOutcome.MADE
    minutes: int | None = None
    by: MemberId
    note: str | None = attrs.field(default=None, metadata=CASE)
    present: tuple[MemberId, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.minutes is not None and (
            not 0 <= self.minutes <= 24 * 60 or self.outcome is ContactOutcome.ATTEMPTED
        ):
            raise BadInput("contact-minutes", id=self.id, minutes=self.minutes, outcome=self.outcome.value)

    @classmethod
    def record(
        cls,
        pairing: Pairing,
        *,
        id: ContactId,
        on: date,
        today: date,
        medium: Medium,
        outcome: ContactOutcome = ContactOutcome.MADE,
        minutes: int | None = None,
        by: MemberId | None = None,
        note: str | None = None,
        present: tuple[MemberId, ...] = (),
    ) -> Step[Contact]:
        """Record a contact of this pairing; ``by`` is the supporter unless somebody stood in."""
        _within(pairing, on, today)
        contact = cls(
            id=id,
            pairing=pairing.id,
            supporter=pairing.supporter,
            recipient=pairing.recipient,
            station=pairing.station,
            on=on,
            medium=medium,
            outcome=outcome,
            minutes=minutes,
            by=by or pairing.supporter,
            note=None if note is None else tidy_text(note) or None,
            present=present,
        )
        event = ContactRecorded(pairing=pairing.id, on=on, medium=medium, outcome=outcome)
        return Step(contact, (event,))

    @property
    def people(self) -> tuple[MemberId, ...]:
        """Who came to the recipient, whoever made it first."""
        return tuple(dict.fromkeys((self.by, *self.present)))

    def correct(self, pairing: Pairing, today: date, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history. Saying the same again changes nothing."""
        if wrong := set(fields) - CONTACT_CORRECTABLE:
            raise BadInput("field-not-correctable", kind="contact", fields=tuple(sorted(wrong)))
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        _within(pairing, after.on, today)
        return Step(after, (ContactCorrected(fields=tuple(sorted(changed)), reason=reason),))


def _within(pairing: Pairing, on: date, today: date) -> None:
    if on > today or not pairing.live_on(on):
        raise OutsidePairing(
            pairing=pairing.id,
            on=on.isoformat(),
            started=pairing.started.isoformat() if pairing.started else None,
            ended=pairing.ended.isoformat() if pairing.ended else None,
            today=today.isoformat(),
        )
