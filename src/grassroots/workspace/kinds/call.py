"""How calls are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.call import (
    Call,
    CallAsked,
    CallDropped,
    CallLeftWord,
    CallMedium,
    CallMissed,
    CallPosted,
    CallReached,
    CallState,
    CallTaken,
)
from grassroots.domain.fields import FieldGroup
from grassroots.workspace.kindspec import Hidden, IdOf, KeyValue, KindSpec


def _keys(call: Call) -> Mapping[str, KeyValue]:
    return {
        "medium": call.medium.value,
        "state": call.state.value,
        "member": call.member,
        "station": call.station,
        "by": call.by,
        "collapse": call.collapse,
        "asked": call.asked_at.isoformat()[:10],
    }


KINDS = (
    KindSpec(
        name="call",
        record=Call,
        # 2: a storage of a sealed network sees what a call collapses with as a hash.
        # 3: it says why another way did not do.
        version=3,
        upcasters={1: dict, 2: dict},
        person="member",
        keys={
            "medium": Key.TEXT,
            "state": Key.TEXT,
            "member": Key.TEXT,
            "station": Key.TEXT,
            "by": Key.TEXT,
            "collapse": Key.TEXT,
            "asked": Key.TEXT,
        },
        choices={"medium": CallMedium, "state": CallState, "station": IdOf("station")},
        keys_of=_keys,
        # Whoever writes notices of their own chooses these words.
        hidden={"collapse": Hidden(name="collapse", bits=32)},
        together=(("state", "medium"),),
        events=(CallAsked, CallTaken, CallReached, CallLeftWord, CallMissed, CallPosted, CallDropped),
        people=lambda call: (call.member,),
        on_case=lambda call: (call.by,),
        place=lambda call: call.station,
        guards={"member": FieldGroup.CASE, "collapse": FieldGroup.CASE},
    ),
)
