"""How far a network knows the ledger of erasures outside it, and how far it has to before anybody opens it.

A backup that is older than an erasure brings the person back, and cannot know of it. So a network that keeps
a ledger (usecases/erasures) remembers how many lines of it are done here, *kept*; archives and backups of the
keys say how many there were when they were made, and what is restored from them is *wanted* to know as many.
Until it does nobody opens it without the ledger. Where none is kept, the network remembers what nobody
outside can say: how many people were erased, and whether it came from a backup, *unkept*. That refuses
nothing; it is told with every opening, until a ledger is begun. None of these records is in an archive.
"""

from __future__ import annotations

import json
from typing import Any, Final, Self, TypeVar, final

import attrs

from grassroots.contracts.storage import Kind, Position, Put, Ref, Storage, Stored
from grassroots.errors import Corrupt, Locked

LEDGER: Final = Kind("ledger")
"""Prepared by whoever loads or opens a network; no room knows it, and no archive contains it."""

KEPT: Final = Ref(LEDGER.name, "kept")
WANTED: Final = Ref(LEDGER.name, "wanted")
UNKEPT: Final = Ref(LEDGER.name, "unkept")

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


@final
@attrs.frozen(kw_only=True)
class Unkept:
    """Why nobody outside a network that is open without its ledger can say who has to be erased again.

    ``lines``: of the ledger that it keeps and that was not given; None if it keeps none. ``erased``: people
    erased while none was kept. ``restored``: it came from a backup that names no ledger.
    """

    lines: int | None = None
    erased: int = 0
    restored: bool = False

    @property
    def code(self) -> str:
        """The catalogue code of the sentence that says so, with :attr:`facts`."""
        if self.lines is not None:
            return "erasures-not-given"
        return "erasures-restored" if self.restored else "erasures-unkept"

    @property
    def facts(self) -> dict[str, int | str]:
        """For the sentence; ``file`` is a name to begin with."""
        return {"lines": self.lines or 0, "erased": self.erased, "file": "erasures.jsonl"}

    def put(self) -> Put:
        """As a write."""
        data = {"erased": self.erased, "restored": self.restored}
        return Put(UNKEPT, {}, json.dumps(data, separators=(",", ":")).encode())

    @classmethod
    def read(cls, data: Any) -> Self:
        """Read it back. Raises ValueError, TypeError or LookupError if it is none."""
        erased, restored = data["erased"], data["restored"]
        if type(erased) is not int or erased < 0 or type(restored) is not bool:
            raise ValueError("unkept")
        return cls(erased=erased, restored=restored)


RESTORED: Final = Unkept(restored=True)
"""What a network knows that came from a backup without a ledger."""

T = TypeVar("T", Place, Unkept)


def _read(stored: Stored | None, form: type[T]) -> T | None:
    if stored is None:
        return None
    try:
        return form.read(json.loads(stored.body))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Corrupt("corrupt", where=str(stored.ref), problem=type(error).__name__) from None


def place(storage: Storage, ref: Ref) -> Place | None:
    """``KEPT`` or ``WANTED`` of this network; None if it has none. Corrupt if it cannot be read."""
    return _read(storage.read((ref,)).get(ref), Place)


def unkept(storage: Storage) -> Unkept | None:
    """What has to be told of a network that is open without its ledger; None if there is nothing."""
    found = storage.read((KEPT, UNKEPT))
    kept = _read(found.get(KEPT), Place)
    return _read(found.get(UNKEPT), Unkept) if kept is None else Unkept(lines=kept.lines)


def one_more(storage: Storage) -> tuple[dict[Ref, int], tuple[Put, ...]]:
    """For the batch that erases somebody where no ledger is given: what it rests on, and the note."""
    found = storage.read((KEPT, UNKEPT))
    if KEPT in found:
        return {}, ()  # written into the ledger as soon as it is given again
    stands = found.get(UNKEPT)
    known = _read(stands, Unkept) or Unkept()
    bases = {UNKEPT: 0 if stands is None else stands.revision}
    return bases, (attrs.evolve(known, erased=known.erased + 1).put(),)


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
