"""How rotas, swaps, asks for cover and lists are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.policy import Actor, Relation
from grassroots.contracts.storage import Key
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


_LISTED = {
    "shift": Key.TEXT,
    "station": Key.TEXT,
    "day": Key.TEXT,
    "member": Key.TEXT,
    "status": Key.TEXT,
}


def _offered(swap: Swap, actor: Actor) -> frozenset[Relation]:
    # A duty that is offered to nobody in particular is there for whoever takes it.
    anybody = swap.to is None and swap.status is SwapStatus.OPEN and actor.member is not None
    return frozenset({Relation.CASE} if anybody else ())


KINDS = (
    KindSpec(
        name="rota",
        record=Rota,
        keys={"station": Key.TEXT, "first": Key.TEXT, "last": Key.TEXT, "status": Key.TEXT},
        choices={"station": IdOf("station"), "status": RotaStatus},
        keys_of=_rota_keys,
        together=(("station", "first"),),
        events=(RotaDrafted, RotaProposed, RotaRevised, RotaPublished, RotaWithdrawn),
        place=lambda rota: rota.station,
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
        people=lambda swap: (swap.giver, swap.to, swap.taker),
        relations=_offered,
        place=lambda swap: swap.station,
    ),
    KindSpec(
        name="ask",
        record=Ask,
        keys=_LISTED,
        choices={"station": IdOf("station"), "status": AskStatus},
        keys_of=_listed_keys,
        events=(CoverAsked, CoverAnswered, CoverNotNeeded),
        people=lambda one: (one.member,),
        place=lambda one: one.station,
    ),
    KindSpec(
        name="standby",
        record=Standby,
        keys={**_LISTED, "kind": Key.TEXT},
        choices={"station": IdOf("station"), "status": StandbyStatus, "kind": StandbyKind},
        keys_of=lambda one: {**_listed_keys(one), "kind": one.kind.value},
        events=(StandbyJoined, StandbyCalledUp, StandbyLeft),
        people=lambda one: (one.member,),
        place=lambda one: one.station,
    ),
)
