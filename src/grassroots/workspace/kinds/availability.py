"""How availability, leave and wishes are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.availability import (
    Availability,
    AvailabilityGiven,
    AvailabilityWithdrawn,
    Leave,
    LeaveGiven,
    LeaveWithdrawn,
    ToldStatus,
    Wish,
    WishGiven,
    WishWithdrawn,
)
from grassroots.workspace.kindspec import KeyValue, KindSpec

OPEN_END = "9999-12-31"
"""How a day that has not come yet stands in a key, so that Between finds it."""

_KEYS = {"member": Key.TEXT, "first": Key.TEXT, "last": Key.TEXT, "status": Key.TEXT}


def _keys(record: Availability | Leave | Wish) -> Mapping[str, KeyValue]:
    return {
        "member": record.member,
        "first": record.span.first.isoformat(),
        "last": OPEN_END if record.span.last is None else record.span.last.isoformat(),
        "status": record.status.value,
    }


KINDS = (
    KindSpec(
        name="availability",
        record=Availability,
        keys=_KEYS,
        choices={"status": ToldStatus},
        keys_of=_keys,
        person="member",
        together=(("member", "status"),),
        events=(AvailabilityGiven, AvailabilityWithdrawn),
        people=lambda told: (told.member,),
    ),
    KindSpec(
        name="leave",
        record=Leave,
        keys=_KEYS,
        choices={"status": ToldStatus},
        keys_of=_keys,
        person="member",
        together=(("member", "status"),),
        events=(LeaveGiven, LeaveWithdrawn),
        people=lambda told: (told.member,),
    ),
    KindSpec(
        name="wish",
        record=Wish,
        keys=_KEYS,
        choices={"status": ToldStatus},
        keys_of=_keys,
        person="member",
        together=(("member", "status"),),
        events=(WishGiven, WishWithdrawn),
        people=lambda told: (told.member,),
    ),
)
