"""The storage ``memory``: for tests, examples and a first try; gone with the process.

``memory:`` opens a network that nobody else can reach. ``memory:///name`` opens a network of the database
``name``, which lives in this process until it is dropped, so that two handles share it like two
connections share a file.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from threading import RLock
from types import MappingProxyType
from typing import final

from attrs import Factory, define

from grassroots.contracts.hooks import StorageOffer, hookimpl
from grassroots.contracts.storage import (
    Batch,
    Entry,
    Includes,
    Is,
    Key,
    KeyValue,
    Kind,
    Position,
    Prepared,
    Put,
    Query,
    Ref,
    Scalar,
    Storage,
    Stored,
    Tally,
    check_page,
    check_read,
    key_changed,
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
        sets: list[set[str]] = [
            self.index.get((one.key, one.value), set())
            for one in query.where
            if isinstance(one, (Is, Includes)) and one.value is not None
        ]
        if sets:
            smallest = min(sets, key=len)
            return sorted(smallest, reverse=query.backwards)
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
    dropped: bool = False

    def room(self, kind: str) -> _Room:
        return self.rooms.setdefault(kind, _Room())


@define
class _Database:
    """The networks of one database, and the type of every key ever declared in it."""

    lock: RLock = Factory(RLock)
    networks: dict[str, _Network] = Factory(dict)
    types: dict[tuple[str, str], Key] = Factory(dict)


@final
class MemoryStorage(Storage):
    """One network in memory. Everything happens under the network's lock."""

    def __init__(self, database: _Database, network: _Network) -> None:
        self._database = database
        self._network: _Network | None = network
        self._prepared = Prepared()

    def _open(self) -> _Network:
        network = self._network
        if network is None or network.dropped:
            raise Closed()
        return network

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Remember the kinds, and the types of their keys for every handle of this database."""
        self._open()
        with self._database.lock:
            prepared = self._prepared.with_kinds(kinds)
            types = dict(self._database.types)
            for kind in kinds:
                for name, key in kind.keys.items():
                    if types.setdefault((kind.name, name), key) is not key:
                        raise key_changed(kind.name, name, types[kind.name, name])
            self._database.types, self._prepared = types, prepared

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
                    found[ref] = Stored(ref, row[0], _shown(kinds[ref.kind], row), row[2])
            return found

    def find(self, query: Query) -> Sequence[Stored]:
        """What the query admits, by id."""
        network = self._open()
        kind = self._prepared.asked(query)
        with network.lock:
            return [
                Stored(Ref(kind.name, id), row[0], keys, row[2])
                for id, row, keys in islice(_found(network, kind, query), query.limit)
            ]

    def commit(self, batch: Batch) -> Position:
        """Check everything, then write everything: nothing that can fail stands between two writes."""
        network = self._open()
        settled = self._prepared.settled(batch)
        with network.lock:
            self._open()
            known = network.batches.get(batch.id)
            if known is not None:
                position, digest = known
                if digest != batch.digest:
                    raise ActReused(act=batch.id)
                return position
            self._compare(network, batch)
            position = len(network.entries) + len(batch.facts)
            for write in batch.writes:
                room = network.room(write.ref.kind)
                if isinstance(write, Put):
                    keys = MappingProxyType(settled[write.ref])
                    room.put(write.ref.id, (position, keys, write.body))
                else:
                    room.erase(write.ref.id)
            for fact in batch.facts:
                network.entries.append(Entry(len(network.entries) + 1, batch.id, fact))
                for ref in set(fact.about):
                    network.about.setdefault(ref, []).append(len(network.entries))
            network.batches[batch.id] = (position, batch.digest)
            return position

    def _compare(self, network: _Network, batch: Batch) -> None:
        moved = []
        for ref, base in batch.based_on.items():
            row = network.room(ref.kind).rows.get(ref.id)
            if base != (0 if row is None else row[0]):
                moved.append(ref)
        changed = []
        for seen in batch.seen:
            kind = self._prepared.kind(seen.query.kind)
            now = islice(_found(network, kind, seen.query), seen.query.limit)
            if tuple((id, row[0]) for id, row, _ in now) != seen.rows:
                changed.append(seen.query)
        if moved or changed:
            raise Conflict(frozenset(moved), tuple(changed))

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """The entries behind ``after``."""
        network = self._open()
        check_page(after, limit)
        with network.lock:
            if about is None:
                return network.entries[after : after + limit]
            positions = network.about.get(about, [])
            start = bisect_right(positions, after)
            return [network.entries[place - 1] for place in positions[start : start + limit]]

    def head(self) -> Position:
        """The last position."""
        network = self._open()
        with network.lock:  # never a position in the middle of a batch that is being written
            return len(network.entries)

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """Those that were given one."""
        network = self._open()
        with network.lock:
            found = {id: network.batches.get(id, (0, ""))[1] for id in ids}
        return {id: digest for id, digest in found.items() if digest}

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted under the lock, so as of one moment."""
        network = self._open()
        self._prepared.tallied(query, by, of)
        with network.lock:
            return super().tally(query, by=by, of=of)

    def close(self) -> None:
        """Let go of the network; a named database keeps it."""
        self._network = None


def _shown(kind: Kind, row: _Row) -> Mapping[str, KeyValue]:
    keys = row[1]
    if keys.keys() == kind.keys.keys():
        return keys
    # Written by a handle that was prepared with other keys.
    return MappingProxyType(kind.settle({name: keys[name] for name in kind.keys if name in keys}))


def _found(network: _Network, kind: Kind, query: Query) -> Iterator[tuple[str, _Row, Mapping[str, KeyValue]]]:
    room = network.room(query.kind)
    for id in room.candidates(query):
        row = room.rows[id]
        keys = _shown(kind, row)
        if query.admits(keys, id):
            yield id, row, keys


@final
class Shelf:
    """Named databases in memory: what a file system is to files. The built-in offer has one."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._databases: dict[str, _Database] = {}

    def open(self, url: str, network: str) -> Storage:
        """One network; of a database of its own if the URL has no name."""
        network_name(network)
        name = _name(url)
        if not name:
            return MemoryStorage(_Database(), _Network())
        with self._lock:
            database = self._databases.setdefault(name, _Database())
            return MemoryStorage(database, database.networks.setdefault(network, _Network()))

    def networks(self, url: str) -> Sequence[str]:
        """The networks of a named database, sorted."""
        with self._lock:
            database = self._databases.get(_name(url))
            return sorted(database.networks) if database else []

    def drop(self, url: str, network: str) -> None:
        """Remove the network; handles that are open are closed by it."""
        with self._lock:
            database = self._databases.get(_name(url))
            found = database.networks.pop(network, None) if database is not None else None
        if found is not None:
            with found.lock:
                found.dropped = True


def _name(url: str) -> str:
    return url.partition(":")[2].strip("/")


_SHELF = Shelf()
# The one thing in this package that lives as long as the process: that is what memory:///name means.


@hookimpl
def grassroots_storages() -> Iterable[StorageOffer]:
    """Offer ``memory:`` and ``memory:///name``."""
    return [StorageOffer("memory", _SHELF.open, _SHELF.networks, _SHELF.drop)]
