"""The storage itself: four methods for a network, and what follows from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self, final

from attrs import evolve, frozen

from grassroots.contracts.storage import limits
from grassroots.contracts.storage.batch import Batch, Entry
from grassroots.contracts.storage.keys import Kind, Position, Ref, Stored
from grassroots.contracts.storage.limits import Scalar
from grassroots.contracts.storage.query import Query
from grassroots.errors import BadInput

PAGE = 1_000
"""Rows in one page of a walk: small enough that a server that finds atomically is not held up."""


@final
@frozen
class Tally:
    """One group of a tally: how many records it has, and the sum of the asked key (None counts as 0)."""

    rows: int
    total: int = 0


class Storage(ABC):
    """One network of a database. Thread-safe; made by a plugin's :class:`StorageOffer`.

    Every method may raise Unavailable, Unreachable, Corrupt and Closed; BadInput (a ValueError) says that
    the caller is wrong: a kind that was not prepared, a key that was not declared, a limit passed.
    A plugin that has something of its own to say raises one of them with the code ``storage-says`` and its
    sentence as ``what``.
    """

    @abstractmethod
    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Make ready for these kinds. Called first, by every process; may be repeated, with more kinds.

        New keys are added and indexed, never filled: for records written before, a new key is None, and
        whoever adds a key writes those records again. A key never changes its type (BadInput) and is
        never dropped.
        """

    @abstractmethod
    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those of these records that exist, as of one moment; at most 1,000 refs."""

    @abstractmethod
    def find(self, query: Query) -> Sequence[Stored]:
        """Exactly what :meth:`Query.admits` admits, in the order of ids, as of one moment, as a list."""

    @abstractmethod
    def commit(self, batch: Batch) -> Position:
        """Write the batch whole or not at all; the position of its last fact, and its writes' revision.

        In this order: take the head of the journal, so that batches of a network follow each other. Is
        the batch known? Then return its first position and write nothing (ActReused if the digest is
        another). Compare all bases and ask all seen questions again: Conflict names exactly what moved.
        Then write, all of it durable before this returns.

        Conflict with nothing named means crowded: repeat. Full, Unreachable: certainly nothing written.
        Unavailable: unknown; send the same batch again.
        """

    @abstractmethod
    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """The facts behind ``after``, at most ``limit`` (1 or more), in order: 1, 2, 3 ... no gap.

        No entry ever appears later at a position that a reader has passed. A page may end inside a
        batch. ``about`` keeps the entries that name this record.
        """

    @abstractmethod
    def head(self) -> Position:
        """The last position visible; 0 in a network where nothing happened."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything. May be repeated; afterwards every other method raises Closed."""

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """With which digest each of these batches (at most 1,000) was written; those without one left out.

        For archives: an act that is repeated after a move is known there as well. This default knows none,
        and then a repeated act is refused (ActReused) where it would have been answered.
        """
        return {}

    def bodies(self, query: Query) -> Sequence[tuple[str, bytes]]:
        """Id and body of all that :meth:`find` finds, in the same order, as of one moment.

        For reading many records, which need no keys. There is no revision beside them: nothing can be
        decided on what they show. A storage may leave the keys where they are; it may not find anything else.
        """
        return [(one.ref.id, one.body) for one in self.find(query)]

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """How many records answer the query, grouped by scalar keys, with the sum of one whole key.

        No group is empty; without any record the answer is empty, also for ``by=()`` (whose one group is
        ``()``). For figures, never for decisions: this default walks, and what is written meanwhile may
        or may not be in it. A storage may do better; it may not find anything else.
        """
        check_tally(query)
        return tally_rows(walk(self, query), query.kind, by, of)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def walk(storage: Storage, query: Query) -> Iterator[Stored]:
    """All that the query finds, in pages of 1,000.

    A record that exists and matches throughout the walk appears exactly once, in order; one that is
    written, changed or erased meanwhile may or may not. A copy that is exact: walk, then apply the
    journal behind the head that was read before. The query has no limit of its own (BadInput).
    """
    if query.limit is not None:
        raise BadInput("storage-limit", what=str(query.limit))
    page = evolve(query, limit=PAGE)
    while True:
        found = storage.find(page)
        yield from found
        if len(found) < PAGE:
            return
        page = evolve(page, after=found[-1].ref.id)


def walk_bodies(storage: Storage, query: Query) -> Iterator[Sequence[tuple[str, bytes]]]:
    """Ids and bodies of all that the query finds, page by page; for the rest the same as :func:`walk`."""
    if query.limit is not None:
        raise BadInput("storage-limit", what=str(query.limit))
    page = evolve(query, limit=PAGE)
    while True:
        found = storage.bodies(page)
        if found:
            yield found
        if len(found) < PAGE:
            return
        page = evolve(page, after=found[-1][0])


def tally_rows(
    found: Iterable[Stored], kind: str, by: Sequence[str], of: str | None
) -> Mapping[tuple[Scalar, ...], Tally]:
    """What :meth:`Storage.tally` says of these records of a kind."""
    rows: dict[tuple[Scalar, ...], int] = {}
    totals: dict[tuple[Scalar, ...], int] = {}
    for one in found:
        group: list[Scalar] = []
        for name in by:
            value = one.keys.get(name, ())
            if isinstance(value, tuple):
                raise BadInput("storage-tally-key", kind=kind, what=name)
            group.append(value)
        amount = one.keys.get(of, ()) if of is not None else 0
        if isinstance(amount, (tuple, str, bool)):
            raise BadInput("storage-tally-key", kind=kind, what=of)
        key = tuple(group)
        rows[key] = rows.get(key, 0) + 1
        totals[key] = totals.get(key, 0) + (amount or 0)
    return {key: Tally(count, totals[key]) for key, count in rows.items()}


def check_tally(query: Query) -> None:
    """Refuse a tally over a part of the answer: it would look like a figure and be none."""
    if query.limit is not None or query.after is not None:
        raise BadInput("storage-tally-part", kind=query.kind)


def check_read(refs: Collection[Ref]) -> None:
    """Refuse to read more than 1,000 records as of one moment."""
    if len(refs) > limits.READ_REFS:
        raise BadInput("storage-too-many", what="refs", found=len(refs), most=limits.READ_REFS)


def check_page(after: Position, limit: int) -> None:
    """Refuse a page of the journal that cannot be meant."""
    if type(limit) is not int or limit < 1 or type(after) is not int or after < 0:
        raise BadInput("storage-limit", what=f"{after}/{limit}")
