"""The chain of seals, checked while the journal streams past."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import final

from grassroots.contracts.storage import Entry, Query, walk
from grassroots.domain.seal import Anchor, Seal, SealHash
from grassroots.errors import BadInput, Corrupt
from grassroots.workspace.office import Office
from grassroots.workspace.signing import verifies

Found = Callable[..., None]


@final
class Chain:
    """Add the entries in order, then finish. ``found`` takes a code, a position and what it is about.

    ``sealed_to``, ``signed_to`` and ``anchored_to`` are the last positions that a sound seal, a signature of
    a given key and a given anchor vouch for.
    """

    def __init__(
        self,
        office: Office,
        head: int,
        start: Seal | None,
        anchors: Sequence[Anchor],
        public_keys: Collection[str],
        found: Found,
    ) -> None:
        self._office = office
        self._start = start
        self._keys = public_keys
        self._found = found
        self._left = list(anchors)
        self._firsts: dict[int, int] = {anchor.number: 0 for anchor in anchors if anchor.number is not None}
        self._previous = start
        self._seal: Seal | None = None
        self._hash = SealHash(None, number=0, first=0, last=0)
        self._sound = True
        self._head = head
        self._seals = self._stored()
        self._signatures = bool(public_keys) or importlib.util.find_spec("cryptography") is not None
        self.seals = 0
        self.sealed_to = self.signed_to = self.anchored_to = 0
        if start is not None:
            self.sealed_to = start.last
            self._signature(start)
        self._begin()

    def add(self, page: list[Entry]) -> None:
        """Entries as they are stored, in order."""
        while page and self._seal is not None:
            last = self._seal.last
            if page[-1].position <= last:
                part, page = page, []
            else:
                part = [entry for entry in page if entry.position <= last]
                page = page[len(part) :]
            try:
                self._hash.add(part)
            except (AttributeError, TypeError, ValueError):
                self._sound = False
            if page or (part and part[-1].position == last):
                self._close()

    def finish(self, end: int, head: int) -> None:
        """The journal ends at ``end``, where the storage says ``head``."""
        while self._seal is not None:
            if self._seal.last > head:
                self._found("seal-finding-ahead", head, f"seal/{self._seal.id}")
            elif self._seal.last > end:
                self._found("seal-finding-tail", end, f"seal/{self._seal.id}")
            self._close(told=True)
        newest = 0 if self._previous is None else self._previous.number
        for anchor in self._left:
            if anchor.number is None or anchor.number > newest:
                # Without its number nobody can tell whether its seal is missing or was made anew.
                self._found("seal-finding-anchor-ahead", self.sealed_to, anchor.code)
            else:
                self._found("seal-finding-anchor", self._firsts[anchor.number], anchor.code)

    # -- one seal after the other -------------------------------------------------------------------------
    def _stored(self) -> Iterator[Seal]:
        spec = self._office.kinds.of(Seal)
        from_number = 0 if self._start is None else self._start.number
        try:
            for stored in walk(self._office.storage, Query(spec.name)):
                if stored.revision > self._head:
                    return  # made while we read; if it was forged, the look at the records tells
                seal = self._office.codec.decode(spec, stored.body).record
                if seal.id != stored.ref.id:
                    raise Corrupt("corrupt", where=str(stored.ref), problem=seal.id)
                if seal.number > from_number:
                    yield seal
                else:
                    self._meet(seal)
        except (Corrupt, BadInput, TypeError):
            after = 0 if self._previous is None else self._previous.last
            self._found("seal-finding-seal", after + 1)

    def _begin(self) -> None:
        seal = self._seal = next(self._seals, None)
        if seal is None:
            return
        previous = self._previous
        after = 0 if previous is None else previous.last
        self._sound = True
        if seal.number != (1 if previous is None else previous.number + 1) or seal.first != after + 1:
            self._found("seal-finding-seal", after + 1, f"seal/{seal.id}")
            self._sound = False
        before = None if previous is None else previous.hash
        self._hash = SealHash(before, number=seal.number, first=seal.first, last=seal.last)

    def _close(self, *, told: bool = False) -> None:
        seal = self._seal
        assert seal is not None
        if self._hash.hex != seal.hash:
            if self._sound and not told:
                self._found("seal-finding-hash", seal.first, f"seal/{seal.id}")
            self._sound = False
        if self._sound:
            self.seals += 1
            self.sealed_to = seal.last
            self._meet(seal)
        elif seal.number in self._firsts:
            self._firsts[seal.number] = seal.first
        self._signature(seal)
        self._previous = seal
        self._begin()

    def _meet(self, seal: Seal) -> None:
        if seal.number in self._firsts:
            self._firsts[seal.number] = seal.first
        fitting = [anchor for anchor in self._left if anchor.fits(seal)]
        if fitting:
            self.anchored_to = seal.last
            self._left = [anchor for anchor in self._left if anchor not in fitting]

    def _signature(self, seal: Seal) -> None:
        about = f"seal/{seal.id}"
        if not seal.signature:
            if self._previous is not None and self._previous.signature:
                self._found("seal-finding-unsigned", seal.first, about)
            return
        if not self._signatures:
            return
        if not verifies(seal.public_key, seal.signature, seal.message):
            self._found("seal-finding-signature", seal.first, about)
        elif self._keys and seal.public_key not in self._keys:
            self._found("seal-finding-key", seal.first, about)
        elif self._keys and self._sound:
            self.signed_to = seal.last
