"""One committed moment of a network that others go on writing to, on the storage contract alone.

No storage is asked for a snapshot, since few can keep one open for an hour. All kinds are walked; what was
written meanwhile is named by the journal, so those records are read again, and again those that moved during
that, until nothing is open. What is left is the network as of one position of its journal, and no other.

It rests on one promise beyond the contract: the facts of a batch name every record that the batch writes, in
``about`` or in what they vouch for. Every act of a desk does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, final

from grassroots.contracts.storage import PAGE, Entry, Kind, Position, Query, Ref, Storage, walk
from grassroots.contracts.storage.limits import READ_REFS
from grassroots.errors import Conflict
from grassroots.usecases.archive.lines import BadArchive, named, record_line
from grassroots.usecases.archive.spool import Spool

_ROUNDS: Final = 10_000
"""Readings of what moved before giving up; each takes as long as one page of the journal and one read."""


def pages(storage: Storage, after: Position, until: Position) -> Iterator[Sequence[Entry]]:
    """The journal behind ``after`` up to and with ``until``, page by page."""
    while after < until:
        page = storage.journal(after=after, limit=min(PAGE, until - after))
        if not page:
            return
        yield page
        after = page[-1].position


def entries(storage: Storage, after: Position, until: Position) -> Iterator[Entry]:
    """The same, entry by entry."""
    return chain.from_iterable(pages(storage, after, until))


@final
class Moment:
    """A copy of all records as of one position. Made by :meth:`taken`, while others write.

    Memory holds the references of what was written meanwhile, never a part of the network's size.
    """

    def __init__(self, storage: Storage, kinds: Collection[Kind], spool: Spool) -> None:
        self._storage = storage
        self._kinds = kinds
        self._names = frozenset(kind.name for kind in kinds)
        self._spool = spool
        self._again: dict[Ref, Position] = {}  # read again, and found with this revision; 0: gone
        self.head: Position = 0

    def taken(self, tick: Callable[[], None] = lambda: None) -> Moment:
        """Copy; ``tick`` is called for each record. Conflict (crowded) if others never leave a gap."""
        start = self.head = self._storage.head()
        open_: set[Ref] = set()
        for kind in self._kinds:
            for stored in walk(self._storage, Query(kind.name)):
                if stored.revision > start:
                    open_.add(stored.ref)
                else:
                    self._spool.add(stored.revision, record_line(stored))
                tick()
        for _ in range(_ROUNDS):
            now = self._storage.head()
            open_ |= self._moved(self.head, now)
            self.head = now
            if not open_:
                return self
            open_ = self._settle(open_)
            if not open_:
                return self
        raise Conflict

    def lines(self) -> Iterator[tuple[Position, str, bytes]]:
        """Revision, kind and line of each record, by revision and then by the lines' bytes."""
        for revision, line in self._spool.lines():
            kind, id = json.loads(line)["record"]
            if self._again.get(Ref(kind, id), revision) == revision:
                yield revision, kind, line

    def known(self, found: Iterable[Ref]) -> None:
        """Refuse to leave out what an app keeps of its own: BadArchive names kinds nobody told us of."""
        for ref in found:
            if ref.kind not in self._names:
                raise BadArchive("archive-kind-unknown", kind=ref.kind)

    def _moved(self, after: Position, until: Position) -> set[Ref]:
        found = named(entries(self._storage, after, until))
        self.known(found)
        return found

    def _settle(self, refs: set[Ref]) -> set[Ref]:
        """Read these again as of ``head``; those that moved since, so that they are still open."""
        open_, gone = set[Ref](), set[Ref]()
        left = iter(sorted(refs, key=str))
        while chunk := list(islice(left, READ_REFS)):
            found = self._storage.read(chunk)
            for ref in chunk:
                stored = found.get(ref)
                if stored is None:
                    gone.add(ref)
                elif stored.revision > self.head:
                    open_.add(ref)
                else:
                    self._again[ref] = stored.revision
                    self._spool.add(stored.revision, record_line(stored))
        # What is not there now may have been there at the head and be erased since: the journal tells.
        late = self._moved(self.head, self._storage.head()) if gone else set()
        for ref in gone - late:
            self._again[ref] = 0
        return open_ | (gone & late)
