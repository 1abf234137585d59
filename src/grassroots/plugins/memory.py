"""The storage ``memory``: for tests, examples and a first try; gone with the process.

``memory:`` opens a network that nobody else can reach. ``memory:///name`` opens a network of the database
``name``, which lives in this process until it is dropped, so that two handles share it like two
connections share a file.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from threading import RLock
from types import MappingProxyType
from typing import final

from attrs import Factory, define

from grassroots.contracts.hooks import StorageOffer, hookimpl
from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
    Includes,
    Is,
    KeyValue,
    Kind,
    Position,
    Prepared,
    Put,
    Query,
    Ref,
    Scalar,
    Seen,
    Storage,
    Stored,
    Tally,
    check_page,
    check_read,
    network_name,
)
from grassroots.errors import ActReused, Closed, Conflict

_Row = tuple[Position, Mapping[str, KeyValue], bytes]


@define
class _Room:
    """The records of one kind: by id, in the order of ids, and by the values of their keys."""

    rows: dict[str, _Row] = Factory(dict)
    order: list[str] = Factory(list)
    index: dict[tuple[str, Scalar], set[str]] = Factory(dict)

    def put(self, id: str, row: _Row) -> None:
        self.erase(id)
        self.rows[id] = row
        insort(self.order, id)
        for entry in self._entries(row[1]):
            self.index.setdefault(entry, set()).add(id)

    def erase(self, id: str) -> None:
        row = self.rows.pop(id, None)
        if row is None:
            return
        del self.order[bisect_left(self.order, id)]
        for entry in self._entries(row[1]):
            ids = self.index[entry]
            ids.discard(id)
            if not ids:
                del self.index[entry]

    @staticmethod
    def _entries(keys: Mapping[str, KeyValue]) -> set[tuple[str, Scalar]]:
        # None is not indexed: a record written before its key was declared has no entry for it.
        found: set[tuple[str, Scalar]] = set()
        for name, value in keys.items():
            if isinstance(value, tuple):
                found.update((name, member) for member in value)
            elif value is not None:
                found.add((name, value))
        return found

    def candidates(self, query: Query) -> Iterable[str]:
        """Ids among which all answers are, in walking order: the smallest indexed set, or all."""
        sets = [
            self.index.get((one.key, one.value), set())
            for one in query.where
            if isinstance(one, (Is, Includes)) and one.value is not None
        ]
        if sets:
            return sorted(min(sets, key=len), reverse=query.backwards)
        if query.backwards:
            end = len(self.order) if query.after is None else bisect_left(self.order, query.after)
            return (self.order[place] for place in range(end - 1, -1, -1))
        start = 0 if query.after is None else bisect_right(self.order, query.after)
        return (self.order[place] for place in range(start, len(self.order)))


@define
class _Network:
    """Everything of one network, under one lock."""

    lock: RLock = Factory(RLock)
    rooms: dict[str, _Room] = Factory(dict)
    entries: list[Entry] = Factory(list)
    about: dict[Ref, list[Position]] = Factory(dict)
    batches: dict[str, tuple[Position, str]] = Factory(dict)

    def room(self, kind: str) -> _Room:
        return self.rooms.setdefault(kind, _Room())


@define
class _Database:
    lock: RLock = Factory(RLock)
    networks: dict[str, _Network] = Factory(dict)
    kinds: Prepared = Factory(Prepared)


@final
class MemoryStorage(Storage):
    """One network in memory. Everything happens under the network's lock."""

    def __init__(self, database: _Database, network: _Network) -> None:
        self._database = database
        self._network: _Network | None = network
        self._prepared = Prepared()

    def _open(self) -> _Network:
        if self._network is None:
            raise Closed()
        return self._network

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Remember the kinds, and their key types for every handle of this database."""
        self._open()
        with self._database.lock:
            # The types belong to the database; which keys are shown belongs to this handle.
            self._database.kinds = self._database.kinds.with_kinds(kinds)
            self._prepared = self._prepared.with_kinds(kinds)

    def _stored(self, ref: Ref, row: _Row, kind: Kind) -> Stored:
        revision, keys, body = row
        if keys.keys() != kind.keys.keys():
            # Written by a handle that was prepared with other keys.
            shown = {name: keys[name] for name in kind.keys if name in keys}
            keys = MappingProxyType(kind.settle(shown))
        return Stored(ref, revision, keys, body)

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those that exist, as of one moment."""
        network = self._open()
        check_read(refs)
        kinds = {ref.kind: self._prepared.kind(ref.kind) for ref in refs}
        with network.lock:
            found = {}
            for ref in refs:
                row = network.room(ref.kind).rows.get(ref.id)
                if row is not None:
                    found[ref] = self._stored(ref, row, kinds[ref.kind])
            return found

    def find(self, query: Query) -> Sequence[Stored]:
        """What the query admits, by id."""
        network = self._open()
        kind = self._prepared.asked(query)
        with network.lock:
            return self._find(network, kind, query)

    def _find(self, network: _Network, kind: Kind, query: Query) -> list[Stored]:
        room = network.room(query.kind)
        found = (
            Stored(Ref(kind.name, id), row[0], row[1], row[2]) if shown is None else shown
            for id in room.candidates(query)
            if (row := room.rows[id]) is not None
            and query.admits((shown := self._reshown(kind, id, row)).keys if row[1] is None else row[1], id)
        )
        return list(islice(found, query.limit))
