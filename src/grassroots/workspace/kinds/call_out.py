"""How call-outs and their answers are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.call_out import (
    CallOut,
    CallOutAnswer,
    CallOutAnswered,
    CallOutCalledOff,
    CallOutClosed,
    CallOutFellShort,
    CallOutMet,
    CallOutOpened,
    CallOutStatus,
    CallOutWidened,
    Said,
)
from grassroots.domain.policy import Actor, Relation
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _call_out_keys(call_out: CallOut) -> Mapping[str, KeyValue]:
    return {
        "station": call_out.station,
        "status": call_out.status.value,
        "starts": call_out.starts.date().isoformat(),
    }


def _call_out_relations(call_out: CallOut, actor: Actor) -> frozenset[Relation]:
    found = {Relation.STATION} if call_out.station in actor.stations else set()
    return frozenset(found | ({Relation.SELF} if actor.member in call_out.asked else set()))


def _answer_keys(answer: CallOutAnswer) -> Mapping[str, KeyValue]:
    return {
        "call_out": answer.call_out,
        "member": answer.member,
        "said": answer.said.value,
        "counts": answer.counts,
    }


def _answer_relations(answer: CallOutAnswer, actor: Actor) -> frozenset[Relation]:
    found = {Relation.STATION} if answer.station in actor.stations else set()
    return frozenset(found | ({Relation.SELF} if actor.member == answer.member else set()))


KINDS = (
    KindSpec(
        name="call_out",
        record=CallOut,
        keys={"station": Key.TEXT, "status": Key.TEXT, "starts": Key.TEXT},
        choices={"station": IdOf("station"), "status": CallOutStatus},
        keys_of=_call_out_keys,
        events=(
            CallOutOpened,
            CallOutWidened,
            CallOutMet,
            CallOutFellShort,
            CallOutClosed,
            CallOutCalledOff,
        ),
        relations=_call_out_relations,
    ),
    KindSpec(
        name="call_out_answer",
        record=CallOutAnswer,
        keys={"call_out": Key.TEXT, "member": Key.TEXT, "said": Key.TEXT, "counts": Key.FLAG},
        choices={"said": Said},
        keys_of=_answer_keys,
        together=(("call_out", "counts"),),
        events=(CallOutAnswered,),
        relations=_answer_relations,
    ),
)
