"""How it is stored how people are reached, and the words that an office set itself."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Actor, Relation
from grassroots.domain.reach import (
    CopyAgreed,
    CopyEnded,
    Reach,
    ReachNoted,
    TopicsRefused,
    TopicsWanted,
)
from grassroots.domain.wording import NoticeText, NoticeTextSet, NoticeTextTakenBack
from grassroots.workspace.kindspec import KindSpec


def _reach_relations(reach: Reach, actor: Actor) -> frozenset[Relation]:
    return frozenset({Relation.SELF} if actor.member == reach.id else ())


KINDS = (
    KindSpec(
        name="reach",
        record=Reach,
        keys={"member": Key.TEXT, "refused": Key.TEXTS, "copies": Key.TEXTS},
        keys_of=lambda reach: {
            "member": reach.id,
            "refused": tuple(topic.value for topic in reach.refused),
            "copies": tuple(copy.member for copy in reach.copies),
        },
        person="member",
        events=(ReachNoted, TopicsRefused, TopicsWanted, CopyAgreed, CopyEnded),
        relations=_reach_relations,
        guards={"copies": FieldGroup.HOUSEHOLD},
        history=frozenset({"ways", "copies"}),
    ),
    KindSpec(
        name="notice_text",
        record=NoticeText,
        keys={"key": Key.TEXT, "language": Key.TEXT},
        keys_of=lambda text: {"key": text.key, "language": text.language},
        events=(NoticeTextSet, NoticeTextTakenBack),
    ),
)
