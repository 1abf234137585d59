"""How availability, leave and wishes are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

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

_T = TypeVar("_T", Availability, Leave, Wish)

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


def _told(name: str, record: type[_T], *events: type) -> KindSpec[_T]:
    """The three are told by one person for a span of days, and are searched alike."""
    return KindSpec(
        name=name,
        record=record,
        keys=_KEYS,
        choices={"status": ToldStatus},
        keys_of=_keys,
        person="member",
        together=(("member", "status"),),
        events=events,
        people=lambda told: (told.member,),
    )


KINDS = (
    _told("availability", Availability, AvailabilityGiven, AvailabilityWithdrawn),
    _told("leave", Leave, LeaveGiven, LeaveWithdrawn),
    _told("wish", Wish, WishGiven, WishWithdrawn),
)
