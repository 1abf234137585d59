"""A right storage in memory, in small steps of which each can be broken by itself."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from threading import RLock, get_ident
from types import MappingProxyType
from typing import Any

from attrs import Factory, define

from grassroots.contracts.storage import (
    Batch,
    Condition,
    Entry,
    Fact,
    Key,
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
    key_changed,
    network_name,
)
from grassroots.errors import ActReused, Closed, Conflict


class Meeting:
    """Where two threads wait for each other in the middle of a step that should have been one moment.

    So that a saboteur of what is shared does wrong whenever two are at work, and not only on a good day.
    Who is alone on the storage never waits; who waits in vain goes on after ``patience`` seconds.
    """

    patience = 0.25

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._known: set[int] = set()
        self._arrived = 0

    def arrive(self) -> None:
        """Say that this thread is here, and wait for nobody."""
        with self._changed:
            self._known.add(get_ident())
            self._arrived += 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until another thread arrives, if there is any."""
        self.arrive()
        with self._changed:
            before = self._arrived
            if len(self._known) > 1:
                self._changed.wait_for(lambda: self._arrived != before, self.patience)


@define
class Room:
    """One network."""

    lock: Any = Factory(RLock)
    rows: dict[Ref, Stored] = Factory(dict)
    entries: list[Entry] = Factory(list)
    acts: dict[str, tuple[Position, str]] = Factory(dict)
    dropped: bool = False


@define
class House:
    """One database."""

    rooms: dict[str, Room] = Factory(dict)
    types: dict[tuple[str, str], Key] = Factory(dict)
    meeting: Meeting = Factory(Meeting)


class Reference(Storage):
    """One network of a house. Every public method is the contract; the others are its small steps."""

    def __init__(self, house: House, network: str) -> None:
        self.house = house
        self.network = network_name(network)
        self.room = self.enter(house, network)
        self.closed = False
        self.prepared = Prepared()

    def enter(self, house: House, network: str) -> Room:
        """The room of a network, made if it is new."""
        return house.rooms.setdefault(network, Room())

    def check_open(self) -> None:
        """Closed after close, and after the network was dropped."""
        if self.closed or self.room.dropped:
            raise Closed()

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Remember the kinds and the types of their keys."""
        self.check_open()
        prepared = self.prepared.with_kinds(kinds)
        for kind in kinds:
            for name, key in kind.keys.items():
                self.declare(kind.name, name, key)
        self.prepared = prepared

    def declare(self, kind: str, name: str, key: Key) -> None:
        """A key never changes its type."""
        if self.house.types.setdefault((kind, name), key) is not key:
            raise key_changed(kind, name, self.house.types[kind, name])

    # --- records ---

    def same(self, ref: Ref) -> Ref:
        """Under which reference a record is kept: its own."""
        return ref

    def kept(self, ref: Ref, position: Position, keys: dict[str, KeyValue], body: bytes) -> Stored:
        """A record as it is kept."""
        return Stored(ref, position, keys, body)

    def shown(self, row: Stored) -> Stored:
        """A record as it is given out: with every declared key, read-only."""
        kind = self.prepared.kind(row.ref.kind)
        keys = kind.settle({name: row.keys[name] for name in kind.keys if name in row.keys})
        return Stored(row.ref, row.revision, MappingProxyType(keys), row.body)

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those that exist."""
        self.check_open()
        check_read(refs)
        for ref in refs:
            self.prepared.kind(ref.kind)
        with self.room.lock:
            rows = self.room.rows
            return {ref: self.shown(rows[self.same(ref)]) for ref in refs if self.same(ref) in rows}

    def find(self, query: Query) -> Sequence[Stored]:
        """What the query admits."""
        self.check_open()
        self.prepared.asked(query)
        with self.room.lock:
            return self.page(query, self.sorted(query, self.matching(query)))

    def matching(self, query: Query) -> list[Stored]:
        """The records of the kind that meet all conditions."""
        rows = [self.shown(row) for row in self.room.rows.values() if row.ref.kind == query.kind]
        return [row for row in rows if all(self.meets(one, row.keys) for one in query.where)]

    def meets(self, condition: Condition, keys: Mapping[str, KeyValue]) -> bool:
        """Whether one condition is met."""
        return condition.admits(keys)

    def rank(self, row: Stored) -> Any:
        """By what records are ordered."""
        return row.ref.id

    def sorted(self, query: Query, rows: list[Stored]) -> list[Stored]:
        """In walking order."""
        return sorted(rows, key=self.rank, reverse=query.backwards)

    def page(self, query: Query, rows: list[Stored]) -> list[Stored]:
        """Those behind ``after``, as many as asked."""
        after = query.after
        if after is not None:
            rows = [row for row in rows if (row.ref.id < after if query.backwards else row.ref.id > after)]
        return rows[: query.limit]

    # --- acts ---

    def settled(self, batch: Batch) -> Mapping[Ref, dict[str, KeyValue]]:
        """All that a batch can be wrong in, refused before anything is written."""
        return self.prepared.settled(batch)

    def commit(self, batch: Batch) -> Position:
        """Look the act up, compare, write, note, remember; all under the lock."""
        self.check_open()
        settled = self.settled(batch)
        with self.room.lock:
            self.check_open()
            known = self.known(batch)
            if known is not None:
                return known
            moved, changed = self.moved(batch), self.changed(batch)
            if moved or changed:
                self.refuse(batch, moved, changed)
            position = self.position(batch)
            self.write(batch, position, settled)
            self.note(batch)
            self.remember(batch, position)
            return position

    def known(self, batch: Batch) -> Position | None:
        """The first position of an act that was written."""
        if batch.id not in self.room.acts:
            return None
        position, digest = self.room.acts[batch.id]
        if digest != batch.digest:
            raise ActReused(act=batch.id)
        return position

    def revision(self, ref: Ref) -> Position:
        """The revision of a record, 0 if it does not exist."""
        row = self.room.rows.get(self.same(ref))
        return 0 if row is None else row.revision

    def moved(self, batch: Batch) -> frozenset[Ref]:
        """The records that are not as the batch takes them to be."""
        return frozenset(ref for ref, base in batch.based_on.items() if self.revision(ref) != base)

    def differs(self, seen: Seen) -> bool:
        """Whether a question would be answered otherwise by now."""
        return Seen.of(seen.query, self.find(seen.query)) != seen

    def changed(self, batch: Batch) -> tuple[Query, ...]:
        """The questions that would be answered otherwise by now."""
        return tuple(seen.query for seen in batch.seen if self.differs(seen))

    def refuse(self, batch: Batch, moved: frozenset[Ref], changed: tuple[Query, ...]) -> None:
        """Say exactly what moved."""
        raise Conflict(moved, changed)

    def position(self, batch: Batch) -> Position:
        """The position of the last fact of the batch."""
        return len(self.room.entries) + len(batch.facts)

    def write(self, batch: Batch, position: Position, settled: Mapping[Ref, dict[str, KeyValue]]) -> None:
        """Put and erase."""
        for write in batch.writes:
            if isinstance(write, Put):
                self.put(write, position, settled[write.ref])
            else:
                self.erase(write.ref)

    def put(self, write: Put, position: Position, keys: dict[str, KeyValue]) -> None:
        """Keep one record."""
        self.room.rows[self.same(write.ref)] = self.kept(write.ref, position, keys, write.body)

    def erase(self, ref: Ref) -> None:
        """Forget one record."""
        self.room.rows.pop(self.same(ref), None)

    def entry(self, position: Position, batch: Batch, fact: Fact) -> Entry:
        """One fact as it stands in the journal."""
        return Entry(position, batch.id, fact)

    def note(self, batch: Batch) -> None:
        """Add the facts to the journal."""
        for fact in batch.facts:
            self.room.entries.append(self.entry(len(self.room.entries) + 1, batch, fact))

    def remember(self, batch: Batch, position: Position) -> None:
        """Remember the act."""
        self.room.acts[batch.id] = position, batch.digest

    # --- the journal, figures, the end ---

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """The facts behind a position."""
        self.check_open()
        check_page(after, limit)
        with self.room.lock:
            behind = self.room.entries[after:]
        return [one for one in behind if about is None or about in one.fact.about][:limit]

    def head(self) -> Position:
        """The last position."""
        self.check_open()
        with self.room.lock:
            return len(self.room.entries)

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted by the default, after the refusals."""
        self.check_open()
        self.prepared.tallied(query, by, of)
        return super().tally(query, by=by, of=of)

    def close(self) -> None:
        """Let go."""
        self.closed = True


def drop(house: House, network: str) -> None:
    """Remove a network from a house; its handles are closed by it."""
    room = house.rooms.pop(network, None)
    if room is not None:
        room.dropped = True
