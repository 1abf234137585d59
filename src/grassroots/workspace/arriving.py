"""A network that is being loaded from an archive, and is not whole before its last entry has come.

The storage contract has no way to write a network at once, and none to write a record without a fact. So the
first batch of a load brings one record more, which says where the journal ends; until it ends there, nobody
opens the network. The record stays: it says from which archive the network came.
"""

from __future__ import annotations

import json
from typing import final

import attrs

from grassroots.contracts.storage import Kind, Position, Put, Ref, Storage
from grassroots.errors import Corrupt

ARRIVING = Kind("arriving")
"""Prepared by whoever loads or opens a network; no room knows it, and no archive contains it."""

MARK = Ref(ARRIVING.name, "archive")


@final
@attrs.frozen(kw_only=True)
class Arriving:
    """What the mark says: the archive (its SHA-256, hex) and the position at which its journal ends."""

    sha256: str
    head: Position

    def put(self) -> Put:
        """The mark as a write."""
        body = json.dumps({"sha256": self.sha256, "head": self.head}, separators=(",", ":"))
        return Put(MARK, {}, body.encode())


def arriving(storage: Storage) -> Arriving | None:
    """The mark of a network that came from an archive; None in any other. Corrupt if it cannot be read."""
    stored = storage.read((MARK,)).get(MARK)
    if stored is None:
        return None
    try:
        data = json.loads(stored.body)
        return Arriving(sha256=str(data["sha256"]), head=int(data["head"]))
    except (ValueError, TypeError, LookupError) as error:
        raise Corrupt("corrupt", where=str(MARK), problem=str(error)) from error


def check_whole(storage: Storage, network: str) -> None:
    """Refuse a network whose load was broken off (Corrupt ``archive-unfinished``): it only looks like one."""
    mark = arriving(storage)
    if mark is None:
        return
    head = storage.head()
    if head < mark.head:
        raise Corrupt("archive-unfinished", where=network, found=head, head=mark.head)
