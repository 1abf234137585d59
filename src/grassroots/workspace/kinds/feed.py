"""How feeds are stored and searched: by the hash of their token, never by the token."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.feed import Feed, FeedGiven, FeedRevoked, FeedStatus
from grassroots.domain.policy import Actor, Relation
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _keys(feed: Feed) -> Mapping[str, KeyValue]:
    return {
        "digest": feed.digest,
        "member": feed.member,
        "station": feed.station,
        "status": feed.status.value,
    }


def _relations(feed: Feed, actor: Actor) -> frozenset[Relation]:
    found: set[Relation] = set()
    if feed.station is not None and feed.station in actor.stations:
        found.add(Relation.STATION)
    if actor.member is not None and actor.member == feed.member:
        found.add(Relation.SELF)
    return frozenset(found)


KINDS = (
    KindSpec(
        name="feed",
        record=Feed,
        keys={"digest": Key.TEXT, "member": Key.TEXT, "station": Key.TEXT, "status": Key.TEXT},
        choices={"station": IdOf("station"), "status": FeedStatus},
        keys_of=_keys,
        events=(FeedGiven, FeedRevoked),
        relations=_relations,
    ),
)
