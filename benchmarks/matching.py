"""From stored records to proposals: a district whose helpers and elders live in compounds, planned at a desk.

What is timed is everything that ``desk.matching.plan`` does: reading the records, finding who may look
after whom, the plan, the checker, and the reasons for each pair and for everybody left out. The peer is the
rule for two people asked of every pair of a part of them, scaled up to all: what finding candidates alone
would cost without an index.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random
from time import process_time

import grassroots
from benchmarks.rows import row
from grassroots.desk import Desk
from grassroots.domain.matching import Walk, match
from grassroots.domain.member import Dated
from grassroots.usecases.matching.circle import Circle
from grassroots.values.ids import SchemeId
from grassroots.values.names import Sex
from grassroots.workspace.reading import Reading

SCHEME = SchemeId("young-old-oldest-old")
TODAY = date(2021, 7, 2)
EACH = 20
"""Helpers, and elders, of one compound."""

PART = 50
"""Of so many elders every pair is asked for the peer."""


def district(count: int, seed: int = 1) -> Desk:
    """So many helpers and as many elders: one compound in three can be reached from the one before."""
    chance = Random(seed)
    network = grassroots.open("memory://", clock=lambda: datetime(2021, 7, 2, 1, tzinfo=UTC))
    desk = network.desk("steward:office")
    places = [
        desk.organizations.register(kind="compound", name=f"{number}号院").id
        for number in range(max(1, count // EACH))
    ]
    words, can, likes = ("湘语", "粤语", "普通话"), ("急救", "陪诊", "理发"), ("象棋", "书法", "园艺", "戏曲")
    for number in range(count):
        home = number % len(places)
        near = (home + 1) % len(places)
        helper = desk.members.register(
            name=f"帮{number}",
            born=Dated.parse(f"{chance.randrange(1952, 1962)}-03-02"),
            sex=chance.choice(list(Sex)),
            skills=tuple(chance.sample(can, chance.randrange(3))),
            categories=("volunteer",),
        )
        desk.matching.tell(
            helper.id,
            offering=True,
            compound=places[home],
            walks=(Walk(places[near], chance.choice((8, 15, 40))),) if near != home else (),
            languages=tuple(chance.sample(words, chance.randrange(1, 3))),
            interests=tuple(chance.sample(likes, 2)),
            room=chance.randrange(1, 4) if chance.random() < 0.6 else 0,
        )
        elder = desk.members.register(
            name=f"老{number}",
            born=Dated.parse(f"{chance.randrange(1926, 1941)}-03-02"),
            categories=("recipient",),
        )
        desk.matching.tell(
            elder.id,
            seeking=True,
            compound=places[chance.randrange(len(places))],
            languages=tuple(chance.sample(words, 1)),
            wants_sex=chance.choice((None, None, Sex.FEMALE)),
            needs=("陪诊",) if chance.random() < 0.1 else (),
            interests=tuple(chance.sample(likes, 2)),
        )
    return desk


def pairwise(desk: Desk) -> float:
    """CPU seconds for the rule of two people asked of all pairs, from a part of the elders."""
    circle = Circle(Reading(desk.seat), SCHEME, TODAY)
    profiles = circle.profiles
    begun = process_time()
    for elder in circle.recipients[:PART]:
        for helper in circle.supporters:
            match(helper, elder, profiles[helper.id], profiles[elder.id], circle.rules)
    taken = process_time() - begun
    return taken * len(circle.recipients) / min(PART, len(circle.recipients))


def run(quick: bool) -> Iterator[dict[str, object]]:
    part = os.environ.get("PAIRING_PART", "")
    for count in (1_000,) if quick else (1_000, 10_000):
        name = f"{count:,} x {count:,}"
        if part not in name:
            continue
        desk = district(count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = process_time()
        plan = desk.matching.plan(SCHEME)
        taken = process_time() - begun
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        yield row(f"records to proposals, {name}", taken, "cpu s", "every pair asked", pairwise(desk))
        yield row("memory above the records", more, "MB")
        yield row("of them paired", len(plan.proposals), "people")
        yield row("left out, each with what would help", len(plan.left_out), "people")
