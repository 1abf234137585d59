"""How consents are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.consent import Consent, ConsentGiven, ConsentWithdrawn
from grassroots.workspace.kindspec import KeyValue, KindSpec, ListedIn


def _keys(consent: Consent) -> Mapping[str, KeyValue]:
    return {
        "member": consent.member,
        "purpose": consent.purpose,
        "given": consent.given.isoformat(),
        "standing": consent.withdrawn is None,
    }


KINDS = (
    KindSpec(
        name="consent",
        record=Consent,
        keys={"member": Key.TEXT, "purpose": Key.TEXT, "given": Key.TEXT, "standing": Key.FLAG},
        choices={"purpose": ListedIn("purpose")},
        keys_of=_keys,
        person="member",
        events=(ConsentGiven, ConsentWithdrawn),
        people=lambda consent: (consent.member,),
    ),
)
