"""How rotas, swaps, asks for cover and lists are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.policy import Actor, Relation
from grassroots.domain.rota import (
    Ask,
    AskStatus,
    CoverAnswered,
    CoverAsked,
    CoverNotNeeded,
    Rota,
    RotaDrafted,
    RotaProposed,
    RotaPublished,
    RotaRevised,
    RotaStatus,
    RotaWithdrawn,
    Standby,
    StandbyCalledUp,
    StandbyJoined,
    StandbyKind,
    StandbyLeft,
    StandbyStatus,
    Swap,
    SwapAgreed,
    SwapAsked,
    SwapDeclined,
    SwapDone,
    SwapStatus,
    SwapWithdrawn,
)
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _rota_keys(rota: Rota) -> Mapping[str, KeyValue]:
    return {
        "station": rota.station,
        "first": rota.first.isoformat(),
        "last": rota.last.isoformat(),
        "status": rota.status.value,
    }


def _swap_keys(swap: Swap) -> Mapping[str, KeyValue]:
    return {
        "duty": swap.duty,
        "wanted": swap.wanted,
        "station": swap.station,
        "day": swap.day.isoformat(),
        "giver": swap.giver,
        "to": swap.to,
        "status": swap.status.value,
    }


def _listed_keys(record: Ask | Standby) -> Mapping[str, KeyValue]:
    return {
        "shift": record.shift,
        "station": record.station,
        "day": record.day.isoformat(),
        "member": record.member,
        "status": record.status.value,
    }


def _at_station(record: Rota | Swap | Ask | Standby, actor: Actor) -> frozenset[Relation]:
    found = {Relation.STATION} if record.station in actor.stations else set()
    if actor.member is not None:
        if isinstance(record, Swap) and actor.member in (record.giver, record.to, record.taker):
            found.add(Relation.SELF)
        if isinstance(record, (Ask, Standby)) and actor.member == record.member:
            found.add(Relation.SELF)
    return frozenset(found)


_LISTED = {
    "shift": Key.TEXT,
    "station": Key.TEXT,
    "day": Key.TEXT,
    "member": Key.TEXT,
    "status": Key.TEXT,
}

KINDS = (
    KindSpec(
        name="rota",
        record=Rota,
        keys={"station": Key.TEXT, "first": Key.TEXT, "last": Key.TEXT, "status": Key.TEXT},
        choices={"station": IdOf("station"), "status": RotaStatus},
        keys_of=_rota_keys,
        together=(("station", "first"),),
        events=(RotaDrafted, RotaProposed, RotaRevised, RotaPublished, RotaWithdrawn),
        relations=_at_station,
    ),
    KindSpec(
        name="swap",
        record=Swap,
        keys={
            "duty": Key.TEXT,
            "wanted": Key.TEXT,
            "station": Key.TEXT,
            "day": Key.TEXT,
            "giver": Key.TEXT,
            "to": Key.TEXT,
            "status": Key.TEXT,
        },
        choices={"station": IdOf("station"), "status": SwapStatus},
        keys_of=_swap_keys,
        together=(("status", "day"),),
        events=(SwapAsked, SwapAgreed, SwapDone, SwapDeclined, SwapWithdrawn),
        relations=_at_station,
    ),
    KindSpec(
        name="ask",
        record=Ask,
        keys=_LISTED,
        choices={"station": IdOf("station"), "status": AskStatus},
        keys_of=_listed_keys,
        events=(CoverAsked, CoverAnswered, CoverNotNeeded),
        relations=_at_station,
    ),
    KindSpec(
        name="standby",
        record=Standby,
        keys={**_LISTED, "kind": Key.TEXT},
        choices={"station": IdOf("station"), "status": StandbyStatus, "kind": StandbyKind},
        keys_of=lambda one: {**_listed_keys(one), "kind": one.kind.value},
        events=(StandbyJoined, StandbyCalledUp, StandbyLeft),
        relations=_at_station,
    ),
)
