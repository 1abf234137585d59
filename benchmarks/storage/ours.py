"""The library's own way: the codec and the storage ``sqlite``, as a desk uses them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.storage.duties import KINDS, SPEC
from benchmarks.storage.hand import fact_of
from grassroots.contracts.storage import Batch, Fact, Put, Query, Ref, Storage, walk_bodies
from grassroots.domain.duty import Duty
from grassroots.plugins.sqlite import open_network
from grassroots.workspace.codec import Codec

CODEC = Codec(KINDS)
SALT = bytes(range(16))


def fresh(path: Path) -> Storage:
    storage = open_network(f"sqlite:///{path}", "bench")
    storage.prepare([SPEC.stored_kind()])
    return storage


def write(storage: Storage, batch: str, duties: Sequence[Duty]) -> None:
    """Records to bodies and keys, and one commit."""
    puts, facts = [], []
    for duty in duties:
        ref = Ref("duty", duty.id)
        body = CODEC.encode(SPEC, duty, SALT, {})
        puts.append(Put(ref, SPEC.keys_of(duty), body))
        facts.append(Fact((ref,), fact_of(body, duty.id)))
    storage.commit(Batch(batch, facts, {put.ref: 0 for put in puts}, writes=puts))


def read(storage: Storage) -> list[Duty]:
    """As the list of a room reads them."""
    return [record for page in walk_bodies(storage, Query("duty")) for record in CODEC.records(SPEC, page)]


def read_one(storage: Storage, id: str) -> Duty | None:
    ref = Ref("duty", id)
    stored = storage.read((ref,)).get(ref)
    return None if stored is None else CODEC.decode(SPEC, stored.body).record


def duty(one: dict[str, Any]) -> Duty:
    """A record of plain values."""
    return Duty(**one)
