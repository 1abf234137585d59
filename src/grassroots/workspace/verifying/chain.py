"""The chain of seals: what has to be hashed, and whether what was hashed holds together."""

from __future__ import annotations

import importlib.util
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import final

from grassroots.contracts.storage import Query, walk
from grassroots.domain.seal import Anchor, Seal
from grassroots.errors import Corrupt
from grassroots.workspace.office import Office
from grassroots.workspace.signing import verifies
from grassroots.workspace.verifying.asking import AWAY
from grassroots.workspace.verifying.parts import Stretch

Found = Callable[..., None]


@final
class Chain:
    """Take the stretches in order, give back their hashes in the same order, then finish.

    ``found`` takes a code, a position and what it is about. ``sealed_to``, ``signed_to`` and ``anchored_to``
    are the last positions that a sound seal, a signature of a given key and a given anchor vouch for.
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
        self._planned = self._previous = start
        self._open: deque[tuple[Seal, bool]] = deque()
        self._hashes: deque[tuple[str, bool]] = deque()
        self._sound = True
        self._head = head
        self._signatures = bool(public_keys) or importlib.util.find_spec("cryptography") is not None
        self.seals = 0
        self.sealed_to = self.signed_to = self.anchored_to = 0
        if start is not None:
            self.sealed_to = start.last
            self._signature(start)

    # -- what has to be hashed ----------------------------------------------------------------------------
    def stretches(self) -> Iterator[Stretch]:
        """What lies under each seal, as the seals tell."""
        reached = 0 if self._start is None else self._start.last
        for seal in self._stored():
            previous = self._planned
            after = 0 if previous is None else previous.last
            follows = seal.first == after + 1 and seal.number == (
                1 if previous is None else previous.number + 1
            )
            if not follows:
                self._found("seal-finding-seal", after + 1, f"seal/{seal.id}")
            self._open.append((seal, follows))
            self._planned = seal
            reached = max(reached, min(seal.last, self._head))
            before = None if previous is None else previous.hash
            yield Stretch(before, seal.number, seal.first, seal.last, reached)

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
        except AWAY:
            raise
        except Exception:
            # Spoiled, or not even to be read: whatever a driver says of that.
            after = 0 if self._planned is None else self._planned.last
            self._found("seal-finding-seal", after + 1)

    # -- whether it holds ---------------------------------------------------------------------------------
    def add(self, hashes: Sequence[tuple[str, bool]], end: int) -> None:
        """The hashes of the next stretches, the journal having been read up to ``end``."""
        self._hashes.extend(hashes)
        while self._hashes and self._open[0][0].last <= end:
            self._close()

    def finish(self, end: int, head: int) -> None:
        """The journal ends at ``end``, where the storage says ``head``."""
        self.add((), end)
        while self._hashes:
            seal = self._open[0][0]
            if seal.last > head:
                self._found("seal-finding-ahead", head, f"seal/{seal.id}")
            else:
                self._found("seal-finding-tail", end, f"seal/{seal.id}")
            self._close(told=True)
        newest = 0 if self._previous is None else self._previous.number
        for anchor in self._left:
            if anchor.number is None or anchor.number > newest:
                # Without its number nobody can tell whether its seal is missing or was made anew.
                self._found("seal-finding-anchor-ahead", self.sealed_to, anchor.code)
            else:
                self._found("seal-finding-anchor", self._firsts[anchor.number], anchor.code)

    def _close(self, *, told: bool = False) -> None:
        (seal, self._sound), (made, whole) = self._open.popleft(), self._hashes.popleft()
        self._sound = self._sound and whole
        if made != seal.hash:
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
