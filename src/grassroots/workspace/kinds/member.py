"""How members are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.history import History
from grassroots.domain.member import (
    CORRECTABLE,
    Affiliation,
    Member,
    MemberCorrected,
    MemberRegistered,
    MembersMerged,
    MemberStatus,
    MemberStatusChanged,
)
from grassroots.domain.policy import Actor, Relation
from grassroots.values.names import name_key, surname
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _member_keys(member: Member) -> Mapping[str, KeyValue]:
    return {
        "status": member.status.value,
        "names": tuple(sorted({name_key(name) for name in (member.name, *member.also_known)})),
        "surname": surname(member.name),
        "phone": member.phone,
        "volunteer_number": member.volunteer_number,
        "categories": member.categories,
        "station": member.station,
        "affiliation": member.affiliation.value,
        "merged_into": member.merged_into,
    }


def _member_relations(member: Member, actor: Actor) -> frozenset[Relation]:
    found = set()
    if actor.member is not None and actor.member == member.id:
        found.add(Relation.SELF)
    if member.station is not None and member.station in actor.stations:
        found.add(Relation.STATION)
    return frozenset(found)


KINDS = (
    KindSpec(
        name="member",
        record=Member,
        keys={
            "status": Key.TEXT,
            "names": Key.TEXTS,
            "surname": Key.TEXT,
            "phone": Key.TEXT,
            "volunteer_number": Key.TEXT,
            "categories": Key.TEXTS,
            "station": Key.TEXT,
            "affiliation": Key.TEXT,
            "merged_into": Key.TEXT,
        },
        choices={
            "status": MemberStatus,
            "station": IdOf("station"),
            "affiliation": Affiliation,
        },
        keys_of=_member_keys,
        events=(MemberRegistered, MemberStatusChanged, MemberCorrected, MembersMerged),
        relations=_member_relations,
        history=CORRECTABLE,
    ),
    KindSpec(
        name="history",
        record=History,
        keys={"about": Key.TEXT},
        keys_of=lambda history: {"about": history.about},
    ),
)
