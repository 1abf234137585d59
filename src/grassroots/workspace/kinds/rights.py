"""How requests, restrictions and holds are stored and searched."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.retention import RecordForgotten
from grassroots.domain.rights import (
    Hold,
    HoldLifted,
    HoldPlaced,
    RequestKind,
    RequestStatus,
    Restriction,
    RightsAnswered,
    RightsAsked,
    RightsRequest,
    UseRestricted,
    UseResumed,
)
from grassroots.workspace.kindspec import KindSpec

KINDS = (
    KindSpec(
        name="request",
        record=RightsRequest,
        keys={"member": Key.TEXT, "kind": Key.TEXT, "status": Key.TEXT, "on": Key.TEXT},
        choices={"kind": RequestKind, "status": RequestStatus},
        keys_of=lambda one: {
            "member": one.member,
            "kind": one.kind.value,
            "status": one.status.value,
            "on": one.on.isoformat(),
        },
        person="member",
        events=(RightsAsked, RightsAnswered, RecordForgotten),
        people=lambda one: (one.member,),
    ),
    KindSpec(
        name="restriction",
        record=Restriction,
        keys={"member": Key.TEXT, "standing": Key.FLAG, "purposes": Key.TEXTS},
        keys_of=lambda one: {
            "member": one.member,
            "standing": one.lifted is None,
            "purposes": one.purposes,
        },
        events=(UseRestricted, UseResumed),
    ),
    KindSpec(
        name="hold",
        record=Hold,
        keys={"member": Key.TEXT, "standing": Key.FLAG},
        keys_of=lambda one: {"member": one.member, "standing": one.lifted is None},
        events=(HoldPlaced, HoldLifted),
    ),
)
