"""A second verifier, written from docs/reference/seal.md and the storage contract alone: it has to agree.

Simple and slow: everything in memory, nobody writes meanwhile. It says yes or no.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from grassroots.contracts.storage import Query, Storage


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def holds(storage: Storage, kinds: list[str], public_keys: set[str], anchors: set[str]) -> bool:
    """Whether journal, seals and records hold together, up to the last byte."""
    try:
        return _holds(storage, kinds, public_keys, anchors)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False


def _holds(storage: Storage, kinds: list[str], public_keys: set[str], anchors: set[str]) -> bool:
    journal = list(storage.journal(after=0, limit=1_000_000))
    if [entry.position for entry in journal] != list(range(1, storage.head() + 1)):
        return False
    ends = {entry.batch: entry.position for entry in journal}
    newest: dict[str, tuple[int, str]] = {}
    for entry in journal:
        for ref, commitment in json.loads(entry.fact.body).get("w", {}).items():
            newest[ref] = (ends[entry.batch], commitment)
    stored = {str(one.ref): one for kind in kinds for one in storage.find(Query(kind))}
    if {ref for ref, (_, commitment) in newest.items() if commitment} != set(stored):
        return False
    if any(newest[ref] != (one.revision, sha256(one.body).hexdigest()) for ref, one in stored.items()):
        return False
    before, last, left, signed = "00" * 32, 0, set(anchors), False
    for order, (_, one) in enumerate(sorted(kv for kv in stored.items() if kv[0].startswith("seal/")), 1):
        seal: dict[str, Any] = json.loads(one.body)["r"]
        if (seal["number"], seal["first"]) != (order, last + 1) or seal["last"] > len(journal):
            return False
        told = b"grassroots-seal-1\0" + bytes.fromhex(before)
        told += number(order, 8) + number(seal["first"], 8) + number(seal["last"], 8)
        for entry in journal[last : seal["last"]]:
            about = b"\0".join(f"{ref.kind}\0{ref.id}".encode() for ref in entry.fact.about)
            parts = (entry.batch.encode(), about, entry.fact.body)
            told += number(entry.position, 8) + b"".join(number(len(part), 4) for part in parts)
            told += b"".join(parts)
        if sha256(told).hexdigest() != seal["hash"] or (signed and not seal.get("signature")):
            return False
        signed = bool(seal.get("signature"))
        if signed and public_keys and seal["public_key"] not in public_keys:
            return False
        before, last = seal["hash"], seal["last"]
        left.discard(seal["hash"])
    return not left and (signed or not public_keys)
