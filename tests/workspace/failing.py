"""A storage that fails when it is told to, and counts what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from grassroots.contracts.storage import Batch, Entry, Kind, Position, Query, Ref, Storage, Stored


class Failing(Storage):
    """``before`` and ``after`` are called around a commit and may raise; ``batches`` is what was sent."""

    def __init__(
        self,
        below: Storage,
        *,
        before: Callable[[Batch], None] = lambda _: None,
        after: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        self.below = below
        self.before = before
        self.after = after
        self.batches: list[Batch] = []

    def prepare(self, kinds: Sequence[Kind]) -> None:
        self.below.prepare(kinds)

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        return self.below.read(refs)

    def find(self, query: Query) -> Sequence[Stored]:
        return self.below.find(query)

    def commit(self, batch: Batch) -> Position:
        self.batches.append(batch)
        self.before(batch)
        position = self.below.commit(batch)
        self.after(batch)
        return position

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        return self.below.journal(after=after, limit=limit, about=about)

    def head(self) -> Position:
        return self.below.head()

    def close(self) -> None:
        self.below.close()
