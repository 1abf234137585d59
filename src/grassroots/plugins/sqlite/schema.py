"""The tables of a file: a table per kind with a column per key, a side table for tuples, the journal.

The number of the network is the first part of every key and index, so several networks share a file and
each reads only its own pages. A column per key and not JSON: SQLite then keeps real statistics, and the
same plan serves any SQL database.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from types import MappingProxyType
from typing import Any, final

from grassroots.contracts.storage import Key, KeyValue, Kind, Stored, found_record, key_changed
from grassroots.errors import Corrupt
from grassroots.plugins.sqlite import standing
from grassroots.plugins.sqlite.connections import APPLICATION, LAYOUT

_BASE = (
    # AUTOINCREMENT: the number of a dropped network is never given to another.
    "CREATE TABLE network (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " head INTEGER NOT NULL)",
    "CREATE TABLE journal (network INTEGER NOT NULL, position INTEGER NOT NULL, batch TEXT NOT NULL,"
    " about TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (network, position)) WITHOUT ROWID",
    "CREATE TABLE about (network INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
    " position INTEGER NOT NULL, PRIMARY KEY (network, kind, id, position)) WITHOUT ROWID",
    "CREATE TABLE batch (network INTEGER NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,"
    " position INTEGER NOT NULL, PRIMARY KEY (network, id)) WITHOUT ROWID",
    "CREATE TABLE kind_key (kind TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
    " PRIMARY KEY (kind, name)) WITHOUT ROWID",
    standing.REGISTER,
    f"PRAGMA application_id={APPLICATION}",
    f"PRAGMA user_version={LAYOUT}",
)
# A program that knows layout 1 alone would not keep the totals, and is refused.
_SINCE_1 = (standing.REGISTER, f"PRAGMA user_version={LAYOUT}")
BASE_TABLES = ("journal", "about", "batch")
"""Tables with a column ``network``, beside those of the kinds."""

_COLUMN = {Key.TEXT: "TEXT", Key.WHOLE: "INTEGER", Key.FLAG: "INTEGER", Key.TEXTS: "TEXT", Key.WHOLES: "TEXT"}


def layout(connection: sqlite3.Connection) -> None:
    """Make the base tables in a new file, or what an older one lacks; two processes may try at once."""
    (known,) = connection.execute("PRAGMA user_version").fetchone()
    if known == LAYOUT:
        return
    connection.execute("BEGIN IMMEDIATE")
    (known,) = connection.execute("PRAGMA user_version").fetchone()
    for statement in _BASE if not known else _SINCE_1 if known == 1 else ():
        connection.execute(statement)
    connection.execute("COMMIT")


def kind_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables of all kinds ever prepared, with their side tables and totals."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")
    return [name for (name,) in rows if name.startswith(("r_", "m_", "t."))]


def prepare(connection: sqlite3.Connection, kinds: Sequence[Kind]) -> bool:
    """Make what is missing for these kinds, all or nothing; True if an index was built.

    Looks first and takes the lock only if something is missing, so that opening does not wait for
    writers.
    """
    kinds = list({kind.name: kind for kind in kinds}.values())
    if not any(_missing(connection, kind) for kind in kinds):
        return False
    connection.execute("BEGIN IMMEDIATE")
    statements = [statement for kind in kinds for statement in _missing(connection, kind)]
    for statement in statements:
        connection.execute(statement)
    connection.executemany(
        "INSERT OR IGNORE INTO kind_key VALUES (?, ?, ?)",
        [(kind.name, name, key.value) for kind in kinds for name, key in kind.keys.items()],
    )
    connection.execute("COMMIT")
    return bool(statements)


def _missing(connection: sqlite3.Connection, kind: Kind) -> list[str]:
    types = dict(connection.execute("SELECT name, type FROM kind_key WHERE kind=?", (kind.name,)))
    for name, key in kind.keys.items():
        if types.get(name, key.value) != key.value:
            raise key_changed(kind.name, name, Key(types[name]))
    objects = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    table = f"r_{kind.name}"
    wanted: dict[str, str] = {
        table: f"CREATE TABLE {table} (network INTEGER NOT NULL, id TEXT NOT NULL,"
        " revision INTEGER NOT NULL, body BLOB NOT NULL"
        + "".join(f", k_{name} {_COLUMN[key]}" for name, key in kind.keys.items())
        + ", PRIMARY KEY (network, id))"
    }
    if any(key.many for key in kind.keys.values()):
        # The value has no type, so a text stays a text and a whole number a whole number.
        wanted[f"m_{kind.name}"] = (
            f"CREATE TABLE m_{kind.name} (network INTEGER NOT NULL, key TEXT NOT NULL, value NOT NULL,"
            " id TEXT NOT NULL, PRIMARY KEY (network, key, value, id)) WITHOUT ROWID"
        )
        wanted[f"m.{kind.name}"] = f'CREATE INDEX "m.{kind.name}" ON m_{kind.name} (network, id)'
    groups = [(name,) for name, key in kind.keys.items() if not key.many]
    for group in [*groups, *kind.together]:
        # A dot cannot stand in a name, so no two groups of columns share the name of an index.
        index = ".".join(("i", kind.name, *group))
        columns = ", ".join(f"k_{name}" for name in group)
        wanted[index] = f'CREATE INDEX "{index}" ON {table} (network, {columns}, id)'
    statements = []
    if table in objects:
        statements = [
            f"ALTER TABLE {table} ADD COLUMN k_{name} {_COLUMN[key]}"
            for name, key in kind.keys.items()
            if name not in types
        ]
    made = [statement for name, statement in wanted.items() if name not in objects]
    return [*statements, *made, *standing.missing(connection, kind)]


@final
class Table:
    """The table of one kind as this handle uses it: the SQL of writing, and rows as records."""

    def __init__(self, connection: sqlite3.Connection, kind: Kind) -> None:
        self.kind = kind
        self.name = f"r_{kind.name}"
        self.side = f"m_{kind.name}"
        self.columns = "".join(f", r.k_{name}" for name in kind.keys)
        self.tuples = tuple(name for name, key in kind.keys.items() if key.many)
        names = [f"k_{name}" for name in kind.keys]
        marks = ", ".join("?" * (4 + len(names)))
        self.insert = (
            f"INSERT INTO {self.name} ({', '.join(['network', 'id', 'revision', 'body', *names])})"
            f" VALUES ({marks})"
        )
        # Keys of a newer version of the program are emptied: a stale key would be a silent wrong answer.
        known = [row[1] for row in connection.execute(f"PRAGMA table_info({self.name})")]
        others = [name for name in known if name.startswith("k_") and name not in names]
        self.update = (
            f"UPDATE {self.name} SET revision=?, body=?"
            + "".join(f", {name}=?" for name in names)
            + "".join(f", {name}=NULL" for name in others)
            + " WHERE network=? AND id=?"
        )
        self.erase = f"DELETE FROM {self.name} WHERE network=? AND id=?"
        self.standing = standing.of_kind(connection, kind.name)
        counted = dict.fromkeys(name for one in self.standing for name in (*one.keys, *one.wholes))
        self._counted = tuple(counted)
        self._former = (
            f"SELECT {', '.join(f'k_{name}' for name in counted)} FROM {self.name}"
            " WHERE network=? AND id IN (SELECT value FROM json_each(?))"
        )
        self.has_side = f"m_{kind.name}" in kind_tables(connection)
        self.erase_side = f"DELETE FROM {self.side} WHERE network=? AND id=?"
        self.insert_side = f"INSERT INTO {self.side} (network, key, value, id) VALUES (?, ?, ?, ?)"
        revisions = f"SELECT id, revision FROM {self.name} WHERE network=? AND id"
        self.revision = f"{revisions}=?"
        self.revisions = f"{revisions} IN (SELECT value FROM json_each(?))"
        rows = (
            f"SELECT r.id, r.revision, r.body{self.columns} FROM {self.name} AS r WHERE r.network=? AND r.id"
        )
        self.row = f"{rows}=?"
        self.rows = f"{rows} IN (SELECT value FROM json_each(?))"
        self._keys = tuple(kind.keys)
        self._odd = [
            (place, name, key)
            for place, (name, key) in enumerate(kind.keys.items())
            if key.many or key is Key.FLAG
        ]

    def keep_totals(
        self, connection: sqlite3.Connection, network: int, came: list[dict[str, KeyValue]], old: list[str]
    ) -> None:
        """Bring the totals up to date, before the records of these ids are written or erased."""
        rows = connection.execute(self._former, (network, json.dumps(old))) if old else ()
        went = [dict(zip(self._counted, row, strict=True)) for row in rows]
        for one in self.standing:
            one.keep(connection, network, came, went)

    def encode(self, settled: dict[str, KeyValue]) -> Collection[str | int | None]:
        """The values of the key columns. Tuples stand there whole, in order, for reading back."""
        if not self.tuples:
            return settled.values()  # type: ignore[return-value]
        row = list(settled.values())
        for place, _, key in self._odd:
            if key.many:
                row[place] = json.dumps(row[place])
        return row  # type: ignore[return-value]

    def side_rows(
        self, network: int, id: str, settled: dict[str, KeyValue]
    ) -> Iterable[tuple[int, str, str | int, str]]:
        """The rows of the side table: each member once."""
        for name in self.tuples:
            members = settled[name]
            if isinstance(members, tuple):
                once: set[str | int] = set(members)
                for value in once:
                    yield network, name, value, id

    def decode(self, rows: Iterable[tuple[Any, ...]]) -> list[Stored]:
        """Records from rows of id, revision, body and the key columns."""
        kind, names = self.kind.name, self._keys
        if not self._odd:
            return [
                found_record(kind, id, revision, MappingProxyType(dict(zip(names, keys, strict=True))), body)
                for id, revision, body, *keys in rows
            ]
        found = []
        for id, revision, body, *row in rows:
            settled: dict[str, KeyValue] = dict(zip(names, row, strict=True))
            for _, name, key in self._odd:
                value = settled[name]
                if key.many:
                    settled[name] = self._tuple(value)
                elif value is not None:
                    settled[name] = bool(value)
            found.append(found_record(kind, id, revision, MappingProxyType(settled), body))
        return found

    def _tuple(self, value: KeyValue) -> tuple[str, ...] | tuple[int, ...]:
        if value is None or value == "[]":
            return ()
        try:
            return tuple(json.loads(value))  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise Corrupt(where=self.name) from error
