"""One network in a SQLite file."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from json.encoder import encode_basestring_ascii
from pathlib import Path
from threading import Lock
from typing import final

from attrs import frozen

from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
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
    found_entry,
    found_ref,
)
from grassroots.errors import ActReused, Closed, Conflict, Corrupt
from grassroots.plugins.sqlite import questions, schema, standing
from grassroots.plugins.sqlite.connections import PATIENCE, Connections, best_effort, told

_FIRST_ANALYZE = 1_000
"""Rows written by one handle before it counts for the planner the first time; then at four times as many."""


@final
@frozen
class _Ready:
    """What prepare made: replaced as a whole, so that readers need no lock."""

    prepared: Prepared
    tables: Mapping[str, schema.Table]
    standing: int | None
    """The highest number of a total."""


def _prepared(connection: sqlite3.Connection, prepared: Prepared) -> _Ready:
    # The number first: a total that is made meanwhile is then looked up again.
    (number,) = connection.execute(f"SELECT {standing.NUMBER}").fetchone()
    return _Ready(prepared, {kind.name: schema.Table(connection, kind) for kind in prepared.kinds()}, number)


@final
class SQLiteStorage(Storage):
    """One network in a file. Readers never wait; writers of a file follow each other.

    WAL with synchronous=FULL: when commit returns, the batch survives a power cut.
    """

    def __init__(self, where: Path, network: str) -> None:
        self._connections = Connections(where)
        # Writers of this handle queue here: SQLite's own waiting sleeps and is unfair.
        self._writing = Lock()
        self._ready = _Ready(Prepared(), {}, None)
        self._written = 0
        self._analyze_at = _FIRST_ANALYZE
        with self._connections.lend() as connection:
            schema.layout(connection)
            self._network = _number(connection, network)

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Make tables, columns and indexes that are missing; never fill, never drop."""
        with self._writer() as connection:
            prepared = self._ready.prepared.with_kinds(kinds)
            built = schema.prepare(connection, kinds)
            self._ready = _prepared(connection, prepared)
            if built:
                self._analyze(connection)

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those that exist; over several kinds in one read transaction, which is one moment."""
        ready = self._ready
        if len(refs) == 1:
            return self._read_one(ready, *refs)
        ids: dict[str, list[str]] = defaultdict(list)
        for ref in refs:
            ids[ref.kind].append(ref.id)
        with self._connections.lend() as connection:
            check_read(refs)
            for name in ids:
                ready.prepared.kind(name)
            if len(ids) > 1:
                connection.execute("BEGIN")
            found: list[Stored] = []
            for name, wanted in ids.items():
                table = ready.tables[name]
                rows = connection.execute(table.rows, (self._network, json.dumps(wanted))).fetchall()
                found += table.decode(rows)
            if len(ids) > 1:
                connection.execute("COMMIT")
        return {one.ref: one for one in found}

    def _read_one(self, ready: _Ready, ref: Ref) -> Mapping[Ref, Stored]:
        with self._connections.lend() as connection:
            table = ready.tables.get(ref.kind)
            if table is None:
                ready.prepared.kind(ref.kind)
                raise AssertionError(ref.kind)  # pragma: no cover - it has just said BadInput
            rows = connection.execute(table.row, (self._network, ref.id)).fetchall()
        return {ref: table.decode(rows)[0]} if rows else {}

    def find(self, query: Query) -> Sequence[Stored]:
        """One statement, which is one moment."""
        ready = self._ready
        with self._connections.lend() as connection:
            ready.prepared.asked(query)
            table = ready.tables[query.kind]
            rows = connection.execute(*questions.find(table, self._network, query)).fetchall()
        return table.decode(rows)

    def bodies(self, query: Query) -> Sequence[tuple[str, bytes]]:
        """Rows as the driver gives them."""
        ready = self._ready
        with self._connections.lend() as connection:
            ready.prepared.asked(query)
            question = questions.bodies(ready.tables[query.kind], self._network, query)
            return connection.execute(*question).fetchall()

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted in SQL, as of one moment."""
        ready = self._ready
        with self._connections.lend() as connection:
            kind = ready.prepared.tallied(query, by, of)
            table = ready.tables[query.kind]
            try:
                total = next((one for one in table.standing if one.answers(query, by, of)), None)
                question = (
                    questions.tally(table, self._network, query, by, of)
                    if total is None
                    else total.tally(self._network, query, by, of)
                )
                rows = connection.execute(*question).fetchall()
            except sqlite3.OperationalError as error:
                if "integer overflow" not in str(error):
                    raise
                rows = None
        if rows is None:
            # SQLite sums in 64 bits and says so; Python has no such end.
            return super().tally(query, by=by, of=of)
        flags = [place for place, name in enumerate(by) if kind.keys[name] is Key.FLAG]
        found: dict[tuple[Scalar, ...], Tally] = {}
        for *group, count, high, low in rows:
            for place in flags:
                group[place] = None if group[place] is None else bool(group[place])
            if count:
                found[tuple(group)] = Tally(count, (high << 32) + low)
        return found

    def commit(self, batch: Batch) -> Position:
        """See the contract; everything that needs no lock is done before taking it."""
        ready = self._ready
        if self._connections.closed:
            raise Closed()
        settled = ready.prepared.settled(batch)
        with self._writer() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                f"SELECT head, {standing.NUMBER} FROM network WHERE id=?", (self._network,)
            ).fetchone()
            if row is None:
                raise Closed()  # dropped meanwhile
            if row[1] != ready.standing:
                ready = self._ready = _prepared(connection, ready.prepared)  # somebody declared more totals
            known = connection.execute(
                "SELECT position, digest FROM batch WHERE network=? AND id=?", (self._network, batch.id)
            ).fetchone()
            if known is not None:
                connection.execute("ROLLBACK")
                if known[1] != batch.digest:
                    raise ActReused(act=batch.id)
                return int(known[0])
            head: int = row[0]
            position = head + len(batch.facts)
            connection.execute("UPDATE network SET head=? WHERE id=?", (position, self._network))
            # What has to be new is found out by writing it: its id is unique. All else is compared first.
            self._compare(connection, ready, batch, new=False)
            try:
                self._write(connection, ready, batch, settled, position)
            except sqlite3.IntegrityError:
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                self._compare(connection, ready, batch, new=True)
                raise Conflict() from None  # what stood in the way was erased between the two
            self._journal(connection, batch, head)
            connection.execute(
                "INSERT INTO batch (network, id, digest, position) VALUES (?, ?, ?, ?)",
                (self._network, batch.id, batch.digest, position),
            )
            try:
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise told(error, self._connections.where, committing=True) from error
            self._keep_house(connection, batch)
        return position

    def _compare(self, connection: sqlite3.Connection, ready: _Ready, batch: Batch, *, new: bool) -> None:
        """Conflict if a base or an answer moved; with ``new``, also of what is put for the first time."""
        bases: dict[str, dict[str, Position]] = defaultdict(dict)
        put = () if new else {write.ref for write in batch.writes if isinstance(write, Put)}
        for ref, base in batch.based_on.items():
            if base or ref not in put:
                bases[ref.kind][ref.id] = base
        moved = []
        for name, wanted in bases.items():
            table = ready.tables[name]
            if len(wanted) == 1:
                rows = connection.execute(table.revision, (self._network, *wanted))
            else:
                rows = connection.execute(table.revisions, (self._network, json.dumps(list(wanted))))
            now: dict[str, Position] = dict(rows.fetchall())
            moved += [Ref(name, id) for id, base in wanted.items() if now.get(id, 0) != base]
        changed = []
        for seen in batch.seen:
            table = ready.tables[seen.query.kind]
            question = questions.shown(table, self._network, seen.query, len(seen.rows))
            if tuple(connection.execute(*question).fetchall()) != seen.rows:
                changed.append(seen.query)
        if moved or changed:
            if put:
                self._compare(connection, ready, batch, new=True)  # all of it is named
            raise Conflict(frozenset(moved), tuple(changed))

    def _write(
        self,
        connection: sqlite3.Connection,
        ready: _Ready,
        batch: Batch,
        settled: Mapping[Ref, dict[str, KeyValue]],
        position: Position,
    ) -> None:
        """Each kind's writes together; IntegrityError if a record that has to be new is not."""
        network = self._network
        kinds: dict[str, list[Put | Erase]] = defaultdict(list)
        for write in batch.writes:
            kinds[write.ref.kind].append(write)
        for name, writes in kinds.items():
            table = ready.tables[name]
            old = [(network, write.ref.id) for write in writes if batch.based_on[write.ref]]
            if table.standing:
                came = [settled[write.ref] for write in writes if isinstance(write, Put)]
                table.keep_totals(connection, network, came, [id for _, id in old])
            if table.has_side and old:
                connection.executemany(table.erase_side, old)
            new, changed = [], []
            members: list[tuple[int, str, str | int, str]] = []
            for write in writes:
                if isinstance(write, Erase):
                    continue
                ref, keys = write.ref, settled[write.ref]
                if batch.based_on[ref]:
                    changed.append((position, write.body, *table.encode(keys), network, ref.id))
                else:
                    new.append((network, ref.id, position, write.body, *table.encode(keys)))
                if table.tuples:
                    members += table.side_rows(network, ref.id, keys)
            if new:
                connection.executemany(table.insert, new)
            if changed:
                connection.executemany(table.update, changed)
            if members:
                connection.executemany(table.insert_side, members)
            gone = [(network, write.ref.id) for write in writes if isinstance(write, Erase)]
            if gone:
                connection.executemany(table.erase, gone)

    def _journal(self, connection: sqlite3.Connection, batch: Batch, head: Position) -> None:
        network, id, facts, about = self._network, batch.id, [], []
        text = encode_basestring_ascii
        for position, fact in enumerate(batch.facts, head + 1):
            # As json.dumps would write it, in a third of the time: kinds are small letters alone.
            written = ",".join([f'["{ref.kind}",{text(ref.id)}]' for ref in fact.about])
            facts.append((network, position, id, f"[{written}]", fact.body))
            once = fact.about if len(fact.about) == 1 else dict.fromkeys(fact.about)
            about += [(network, ref.kind, ref.id, position) for ref in once]
        connection.executemany(
            "INSERT INTO journal (network, position, batch, about, body) VALUES (?, ?, ?, ?, ?)", facts
        )
        if about:
            connection.executemany(
                "INSERT INTO about (network, kind, id, position) VALUES (?, ?, ?, ?)", about
            )

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """One statement, by the primary key or by the index of what facts are about."""
        with self._connections.lend() as connection:
            check_page(after, limit)
            if about is None:
                rows = connection.execute(
                    "SELECT position, batch, about, body FROM journal WHERE network=? AND position>?"
                    " ORDER BY position LIMIT ?",
                    (self._network, after, limit),
                ).fetchall()
            else:
                # CROSS JOIN fixes the order: one record has few entries, whatever the statistics say.
                rows = connection.execute(
                    "SELECT j.position, j.batch, j.about, j.body FROM about AS a CROSS JOIN journal AS j"
                    " WHERE a.network=? AND a.kind=? AND a.id=? AND a.position>?"
                    " AND j.network=a.network AND j.position=a.position ORDER BY a.position LIMIT ?",
                    (self._network, about.kind, about.id, after, limit),
                ).fetchall()
        try:
            return [found_entry(position, batch, _about(refs), body) for position, batch, refs, body in rows]
        except (TypeError, ValueError) as error:
            raise Corrupt(where="journal") from error

    def head(self) -> Position:
        """The head row of this network."""
        with self._connections.lend() as connection:
            row = connection.execute("SELECT head FROM network WHERE id=?", (self._network,)).fetchone()
        if row is None:
            raise Closed()  # dropped meanwhile
        return int(row[0])

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """By the primary key of batches."""
        with self._connections.lend() as connection:
            rows = connection.execute(
                "SELECT id, digest FROM batch WHERE network=? AND digest<>''"
                " AND id IN (SELECT value FROM json_each(?))",
                (self._network, json.dumps(list(ids))),
            ).fetchall()
        return dict(rows)

    def close(self) -> None:
        """Count once more for the planner if anything was written, then let go of the file."""
        if not self._connections.closed and self._written:
            with best_effort(), self._writer() as connection:
                connection.execute("PRAGMA analysis_limit=400")
                connection.execute("PRAGMA optimize")
        self._connections.close()

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        if not self._writing.acquire(timeout=PATIENCE):
            raise Conflict()
        try:
            with self._connections.lend() as connection:
                yield connection
        finally:
            self._writing.release()

    def _keep_house(self, connection: sqlite3.Connection, batch: Batch) -> None:
        self._written += len(batch.writes)
        with best_effort():
            if any(isinstance(write, Erase) for write in batch.writes):
                sweep(connection)
            if self._written >= self._analyze_at:
                self._analyze_at = self._written * 4
                self._analyze(connection)

    def _analyze(self, connection: sqlite3.Connection) -> None:
        with best_effort():
            connection.execute("PRAGMA analysis_limit=400")
            connection.execute("ANALYZE")
            self._connections.refresh()


_ONE = re.compile(r'\[\["([a-z][a-z0-9_]{0,30})","([^"\\\0-\x1f]{1,64})"\]\]')
"""What most facts are about, one record, as commit writes it."""


def _about(refs: str) -> tuple[Ref, ...]:
    one = _ONE.fullmatch(refs)
    if one is not None:
        return (found_ref(*one.groups()),)
    return tuple([Ref(kind, id) for kind, id in json.loads(refs)])


def _number(connection: sqlite3.Connection, network: str) -> int:
    """The number of the network in this file, made at the first opening."""
    question = "SELECT id FROM network WHERE name=?"
    row = connection.execute(question, (network,)).fetchone()
    if row is None:
        connection.execute("INSERT OR IGNORE INTO network (name, head) VALUES (?, 0)", (network,))
        row = connection.execute(question, (network,)).fetchone()
    return int(row[0])


def sweep(connection: sqlite3.Connection) -> None:
    """Empty the write-ahead log, in which an erased record would otherwise stand until it is full.

    Waits only a moment for readers: whoever comes next sweeps again, and closing does.
    """
    connection.execute("PRAGMA busy_timeout=100")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
