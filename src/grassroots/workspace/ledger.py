"""How far a network knows the ledger of erasures outside it, and how far it has to before anybody opens it.

A backup that is older than an erasure brings the person back, and cannot know of it. So a network that keeps
a ledger (usecases/erasures) remembers how many lines of it are done here, *kept*; archives and backups of the
keys say how many there were when they were made, and what is restored from them is *wanted* to know as many.
Until it does nobody opens it without the ledger. Neither record is in an archive.
"""

from __future__ import annotations

import json
from typing import Any, Final, Self, final

import attrs

from grassroots.contracts.storage import Kind, Position, Put, Ref, Storage
from grassroots.errors import Corrupt, Locked

LEDGER: Final = Kind("ledger")
"""Prepared by whoever loads or opens a network; no room knows it, and no archive contains it."""

KEPT: Final = Ref(LEDGER.name, "kept")
WANTED: Final = Ref(LEDGER.name, "wanted")

FIRST: Final = "0" * 64
"""What stands before the first line of a ledger."""


@final
@attrs.frozen(kw_only=True)
class Place:
    """A place in a ledger: after so many ``lines``, the last of which has this ``hash``.

    ``position`` is how far the journal was looked through for erasures that the ledger does not have.
    """

    lines: int = 0
    hash: str = FIRST
    position: Position = 0

    def plain(self) -> dict[str, Any]:
        """What others are told: for the head of an archive or of a backup of keys."""
        return {"lines": self.lines, "hash": self.hash}

    def put(self, ref: Ref) -> Put:
        """As a write."""
        data = {**self.plain(), "position": self.position}
        return Put(ref, {}, json.dumps(data, separators=(",", ":")).encode())

    @classmethod
    def read(cls, data: Any) -> Self:
        """Read it back. Raises ValueError, TypeError or LookupError if it is none."""
        lines, hash_, position = data["lines"], data["hash"], data.get("position", 0)
        if type(lines) is not int or type(position) is not int or lines < 0 or position < 0:
            raise ValueError("a place")
        if type(hash_) is not str or len(hash_) != len(FIRST):
            raise ValueError("a hash")
        return cls(lines=lines, hash=hash_, position=position)


def place(storage: Storage, ref: Ref) -> Place | None:
    """``KEPT`` or ``WANTED`` of this network; None if it has none. Corrupt if it cannot be read."""
    stored = storage.read((ref,)).get(ref)
    if stored is None:
        return None
    try:
        return Place.read(json.loads(stored.body))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Corrupt("corrupt", where=str(ref), problem=type(error).__name__) from None


def awaited(storage: Storage) -> Place | None:
    """Up to where the ledger has to be replayed here first; None if it need not be."""
    wanted, kept = place(storage, WANTED), place(storage, KEPT)
    if wanted is None or (kept is not None and kept.lines >= wanted.lines):
        return None
    return wanted


def check_replayed(storage: Storage, network: str) -> None:
    """Refuse a network that came from a backup and was not held against its ledger yet.

    Locked ``erasures-wanted``.
    """
    wanted = awaited(storage)
    if wanted is not None:
        raise Locked("erasures-wanted", where=network, lines=wanted.lines)
