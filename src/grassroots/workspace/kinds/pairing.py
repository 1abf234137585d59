"""How pairings and contacts are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.pairing import (
    CONTACT_CORRECTABLE,
    Contact,
    ContactCorrected,
    ContactOutcome,
    ContactRecorded,
    Medium,
    Pairing,
    PairingAccepted,
    PairingBegun,
    PairingEnded,
    PairingPaused,
    PairingProposed,
    PairingResumed,
    PairingReviewed,
    PairingStatus,
    PairingTried,
)
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn

OPEN_END = "9999-12-31"
"""How a day that has not come yet stands in a key, so that Between finds it."""


def _pairing_keys(pairing: Pairing) -> Mapping[str, KeyValue]:
    return {
        "scheme": pairing.scheme,
        "supporter": pairing.supporter,
        "recipient": pairing.recipient,
        "station": pairing.station,
        "status": pairing.status.value,
        "started": None if pairing.started is None else pairing.started.isoformat(),
        "ended": OPEN_END if pairing.ended is None else pairing.ended.isoformat(),
    }


def _contact_keys(contact: Contact) -> Mapping[str, KeyValue]:
    return {
        "pairing": contact.pairing,
        "supporter": contact.supporter,
        "recipient": contact.recipient,
        "station": contact.station,
        "by": contact.by,
        "on": contact.on.isoformat(),
        "month": contact.on.isoformat()[:7],
        "medium": contact.medium.value,
        "outcome": contact.outcome.value,
        "minutes": contact.minutes,
    }


KINDS = (
    KindSpec(
        name="pairing",
        record=Pairing,
        version=2,
        # Version 1 knew neither agreement nor trial nor review: nothing of it happened.
        upcasters={1: dict},
        keys={
            "scheme": Key.TEXT,
            "supporter": Key.TEXT,
            "recipient": Key.TEXT,
            "station": Key.TEXT,
            "status": Key.TEXT,
            "started": Key.TEXT,
            "ended": Key.TEXT,
        },
        choices={
            "scheme": ListedIn("pairing_scheme"),
            "station": IdOf("station"),
            "status": PairingStatus,
        },
        keys_of=_pairing_keys,
        person="recipient",
        together=(("supporter", "status"), ("recipient", "status")),
        events=(
            PairingProposed,
            PairingAccepted,
            PairingTried,
            PairingBegun,
            PairingReviewed,
            PairingPaused,
            PairingResumed,
            PairingEnded,
        ),
        people=lambda pairing: pairing.members,
        place=lambda pairing: pairing.station,
    ),
    KindSpec(
        name="contact",
        record=Contact,
        version=2,
        # Version 1 did not know who else was there: nobody is named.
        upcasters={1: dict},
        keys={
            "pairing": Key.TEXT,
            "supporter": Key.TEXT,
            "recipient": Key.TEXT,
            "station": Key.TEXT,
            "by": Key.TEXT,
            "on": Key.TEXT,
            "month": Key.TEXT,
            "medium": Key.TEXT,
            "outcome": Key.TEXT,
            "minutes": Key.WHOLE,
        },
        choices={
            "station": IdOf("station"),
            "medium": Medium,
            "outcome": ContactOutcome,
        },
        keys_of=_contact_keys,
        person="recipient",
        together=(("pairing", "on"),),
        events=(ContactRecorded, ContactCorrected),
        people=lambda contact: (contact.supporter, contact.recipient),
        authors=lambda contact: (contact.by,),
        place=lambda contact: contact.station,
        history=CONTACT_CORRECTABLE,
    ),
)
