"""How broken glass and remembered looks are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.policy import Actor, Relation
from grassroots.contracts.storage import Key
from grassroots.domain.access import (
    Access,
    GlassBroken,
    GlassClosed,
    GlassSeen,
    Grant,
    Ground,
    RecordsAccessed,
    utc_text,
)
from grassroots.workspace.kindspec import KeyValue, KindSpec


def _grant_keys(grant: Grant) -> Mapping[str, KeyValue]:
    return {
        "by": grant.by,
        "member": grant.member,
        "opened": utc_text(grant.opened),
        "until": utc_text(grant.until),
        "closed": grant.closed is not None,
        "told": grant.told,
        "waiting": tuple(name for name in grant.told if name not in grant.seen),
    }


def _grant_relations(grant: Grant, actor: Actor) -> frozenset[Relation]:
    # Whoever was told answers for it as much as the one who broke the glass.
    told = actor.name_of_record in (grant.by, *grant.told)
    return frozenset({Relation.AUTHOR} if told else ())


def _access_keys(access: Access) -> Mapping[str, KeyValue]:
    return {
        "by": access.by,
        "at": utc_text(access.at),
        "purpose": access.purpose,
        "ground": access.ground.value,
        "people": access.people,
        "grant": access.grant,
    }


KINDS = (
    KindSpec(
        name="grant",
        record=Grant,
        keys={
            "by": Key.TEXT,
            "member": Key.TEXT,
            "opened": Key.TEXT,
            "until": Key.TEXT,
            "closed": Key.FLAG,
            "told": Key.TEXTS,
            "waiting": Key.TEXTS,
        },
        keys_of=_grant_keys,
        person="member",
        events=(GlassBroken, GlassClosed, GlassSeen),
        people=lambda grant: (grant.member,),
        relations=_grant_relations,
    ),
    KindSpec(
        name="access",
        record=Access,
        keys={
            "by": Key.TEXT,
            "at": Key.TEXT,
            "purpose": Key.TEXT,
            "ground": Key.TEXT,
            "people": Key.TEXTS,
            "grant": Key.TEXT,
        },
        choices={"ground": Ground},
        keys_of=_access_keys,
        events=(RecordsAccessed,),
        people=lambda access: access.people,
    ),
)
