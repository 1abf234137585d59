"""How callouts and their answers are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.callout import (
    Callout,
    CalloutAnswer,
    CalloutAnswered,
    CalloutCalledOff,
    CalloutClosed,
    CalloutFellShort,
    CalloutMet,
    CalloutOpened,
    CalloutStatus,
    CalloutWidened,
    Said,
)
from grassroots.domain.policy import Actor, Relation
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _callout_keys(callout: Callout) -> Mapping[str, KeyValue]:
    return {
        "station": callout.station,
        "status": callout.status.value,
        "starts": callout.starts.date().isoformat(),
    }


def _callout_relations(callout: Callout, actor: Actor) -> frozenset[Relation]:
    found = {Relation.STATION} if callout.station in actor.stations else set()
    return frozenset(found | ({Relation.SELF} if actor.member in callout.asked else set()))


def _answer_keys(answer: CalloutAnswer) -> Mapping[str, KeyValue]:
    return {
        "callout": answer.callout,
        "member": answer.member,
        "said": answer.said.value,
        "counts": answer.counts,
    }


def _answer_relations(answer: CalloutAnswer, actor: Actor) -> frozenset[Relation]:
    found = {Relation.STATION} if answer.station in actor.stations else set()
    return frozenset(found | ({Relation.SELF} if actor.member == answer.member else set()))


KINDS = (
    KindSpec(
        name="callout",
        record=Callout,
        version=2,
        upcasters={1: dict},
        keys={"station": Key.TEXT, "status": Key.TEXT, "starts": Key.TEXT},
        choices={"station": IdOf("station"), "status": CalloutStatus},
        keys_of=_callout_keys,
        events=(
            CalloutOpened,
            CalloutWidened,
            CalloutMet,
            CalloutFellShort,
            CalloutClosed,
            CalloutCalledOff,
        ),
        relations=_callout_relations,
    ),
    KindSpec(
        name="callout_answer",
        record=CalloutAnswer,
        keys={"callout": Key.TEXT, "member": Key.TEXT, "said": Key.TEXT, "counts": Key.FLAG},
        choices={"said": Said},
        keys_of=_answer_keys,
        together=(("callout", "counts"),),
        events=(CalloutAnswered,),
        relations=_answer_relations,
    ),
)
