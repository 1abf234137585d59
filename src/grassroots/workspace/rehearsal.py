"""A storage that is only rehearsed upon: reads go through, batches are kept on top and not written.

An import plans on it: each batch sees the batches before it, and rests on what it was shown. Because every
planned batch carries its bases and seen answers, playing them back on the real storage either gives exactly
what was planned or refuses, naming what has moved.

Records that an earlier planned batch writes have no revision yet. Their bases are numbered from DRAFT on,
and :class:`Playback` replaces such a number by the real position once the batch stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import final

import attrs

from grassroots.contracts.storage import (
    Batch,
    Entry,
    Kind,
    Position,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
    Stored,
)
from grassroots.workspace.overlay import Overlay

DRAFT = 2**62
"""The first revision of what is only planned: no journal grows so long."""


@final
class Rehearsal(Storage):
    """See the module. Not thread-safe: one plan is made by one thread."""

    def __init__(self, below: Storage) -> None:
        self._below = below
        self._overlay = Overlay()
        self.batches: list[Batch] = []

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Nothing: the storage below is prepared."""

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """What is planned, and below it what is stored."""
        found: dict[Ref, Stored] = {}
        missing = []
        for ref in refs:
            if ref not in self._overlay:
                missing.append(ref)
            elif (pending := self._overlay.get(ref)) is not None:
                found[ref] = pending
        if missing:
            found.update(self._below.read(missing))
        return found

    def find(self, query: Query) -> Sequence[Stored]:
        """The answer with the planned records in it."""
        pending = self._overlay.count(query.kind)
        if not pending:
            return self._below.find(query)
        if query.limit is None:
            return self._overlay.answer(query, self._below.find(query))
        # Rows below that a planned batch has rewritten may leave the answer: ask until it is full.
        below: list[Stored] = []
        asked = query
        while True:
            page = list(self._below.find(asked))
            below.extend(page)
            answer = self._overlay.answer(query, below)
            if len(page) < query.limit or len(answer) >= query.limit:
                return answer
            asked = attrs.evolve(query, after=page[-1].ref.id)

    def commit(self, batch: Batch) -> Position:
        """Keep the batch on top; its draft position is the revision of what it wrote."""
        self.batches.append(batch)
        position = DRAFT + len(self.batches)
        for write in batch.writes:
            if isinstance(write, Put):
                stored = Stored(write.ref, position, write.keys, write.body)
                self._overlay.put(write.ref, stored)
            else:
                self._overlay.put(write.ref, None)
        return position

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """The journal below: nothing that is only planned has happened."""
        return self._below.journal(after=after, limit=limit, about=about)

    def head(self) -> Position:
        """The head below."""
        return self._below.head()

    def close(self) -> None:
        """Nothing: the storage below is its owner's."""


@final
class Playback:
    """Turns planned batches into real ones, in order: draft revisions become positions."""

    def __init__(self) -> None:
        self._positions: dict[Position, Position] = {}

    def real(self, batch: Batch) -> Batch:
        """The batch with the positions of the batches before it."""
        based_on = {ref: self._real(base) for ref, base in batch.based_on.items()}
        seen = tuple(
            Seen(one.query, tuple((id_, self._real(revision)) for id_, revision in one.rows))
            for one in batch.seen
        )
        return attrs.evolve(batch, based_on=based_on, seen=seen)

    def stands(self, number: int, position: Position) -> None:
        """Batch ``number`` (from 1) was committed at this position."""
        self._positions[DRAFT + number] = position

    def _real(self, revision: Position) -> Position:
        return self._positions[revision] if revision >= DRAFT else revision
