"""The tables: a table per kind with a column per key, side tables for tuples, the journal.

The number of the network is the first column of every key and every index, so that several networks share a
database, and a database that spreads rows over machines may do so by network. Texts are compared by code
point everywhere: the collation of the database is never asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from grassroots.contracts.storage import Key, KeyValue, Kind, Ref, Stored
from grassroots.contracts.storage.limits import (
    BATCH_ID_CHARACTERS,
    ID_CHARACTERS,
    TEXT_CHARACTERS,
)
from grassroots.errors import Corrupt

HEAD: Final = "0001"
"""The newest migration in this package. A database that names another one is of a newer version."""

_INDEXED_TEXTS = 2
"""Texts in one index: more of them may pass what an index row holds (2,704 bytes on PostgreSQL, 3,072 on
InnoDB), and two narrow any answer down."""

WHOLE: Final = sa.BigInteger()
NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTES: Final = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def text(length: int, collation: str) -> sa.types.TypeEngine[str]:
    """A text of at most so many characters, in the order of code points."""
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=collation), "mysql", "mariadb")
    )


def long_text(collation: str) -> sa.types.TypeEngine[str]:
    """A text without an end."""
    return sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation=collation), "mysql", "mariadb")


def options(collation: str) -> dict[str, Any]:
    """What servers are told beside the columns: an engine with transactions, and the character set."""
    server = {"engine": "InnoDB", "charset": "utf8mb4", "collate": collation, "row_format": "DYNAMIC"}
    return {f"{name}_{key}": value for name in ("mysql", "mariadb") for key, value in server.items()}


@final
class Base:
    """The tables that every database of ours has, under one prefix; migrations make them."""

    def __init__(self, prefix: str, collation: str) -> None:
        self.prefix = prefix
        self.collation = collation
        self.metadata = sa.MetaData()
        name, act = text(ID_CHARACTERS, collation), text(BATCH_ID_CHARACTERS, collation)
        kind = text(31, collation)
        self.version_name = f"{prefix}version"
        self.network = self._table(
            "network",
            sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
            sa.Column("name", name, nullable=False, unique=True),
            sqlite_autoincrement=True,  # the number of a dropped network is never given to another
        )
        # A table of its own, so that the one row that all commits of a network lock has the network's
        # number as its key, like every other row.
        self.head = self._table(
            "head",
            sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("position", WHOLE, nullable=False),
        )
        self.journal = self._table(
            "journal",
            sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("batch", act, nullable=False),
            sa.Column("about", long_text(collation), nullable=False),
            sa.Column("body", BYTES, nullable=False),
            sqlite_with_rowid=False,
        )
        self.about = self._table(
            "about",
            sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("kind", kind, primary_key=True),
            sa.Column("id", name, primary_key=True),
            sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        )
        self.batch = self._table(
            "batch",
            sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("id", act, primary_key=True),
            sa.Column("digest", act, nullable=False),
            sa.Column("position", WHOLE, nullable=False),
            sqlite_with_rowid=False,
        )
        # What was made for kinds: their keys, their indexes. Written last, so that what stands here is there.
        self.declared = self._table(
            "declared",
            sa.Column("kind", kind, primary_key=True),
            sa.Column("name", text(255, collation), primary_key=True),
            sa.Column("type", text(16, collation), nullable=False),
        )

    def _table(self, name: str, *columns: sa.Column[Any], **more: Any) -> sa.Table:
        return sa.Table(f"{self.prefix}{name}", self.metadata, *columns, **options(self.collation), **more)


KIND, TOGETHER = "kind", "together"
"""Rows of ``declared`` that are no key: the kind itself (its name is empty), a group of keys."""


def declarations(kind: Kind) -> dict[str, str]:
    """What ``declared`` says of a kind once everything for it is there."""
    found = {"": KIND, **{name: key.value for name, key in kind.keys.items()}}
    return found | {".".join(group): TOGETHER for group in kind.together if len(group) > 1}


@final
class KindTable:
    """The tables of one kind: as the database has them, and as this handle asks them.

    ``known`` is what was ever declared for the kind, by this program or another; ``kind`` what this handle
    knows. Keys of a newer program are emptied by every write: a stale key would be a silent wrong answer.
    """

    def __init__(self, base: Base, kind: Kind, known: Mapping[str, str]) -> None:
        self.kind = kind
        declared = {name: Key(type) for name, type in known.items() if type not in (KIND, TOGETHER)}
        self.others = tuple(name for name in declared if name not in kind.keys)
        every = {**declared, **kind.keys}
        metadata, collation, prefix = sa.MetaData(), base.collation, base.prefix
        types: dict[Key, sa.types.TypeEngine[Any]] = {
            Key.TEXT: text(TEXT_CHARACTERS, collation),
            Key.WHOLE: WHOLE,
            Key.FLAG: sa.Boolean(),
            Key.TEXTS: long_text(collation),
            Key.WHOLES: long_text(collation),
        }
        self.table = sa.Table(
            f"{prefix}r_{kind.name}",
            metadata,
            sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
            sa.Column("id", text(ID_CHARACTERS, collation), primary_key=True),
            sa.Column("revision", WHOLE, nullable=False),
            sa.Column("body", BYTES, nullable=False),
            *(sa.Column(f"k_{name}", types[key]) for name, key in every.items()),
            **options(collation),
        )
        self.sides: dict[Key, sa.Table] = {
            key: sa.Table(
                f"{prefix}{letter}_{kind.name}",
                metadata,
                sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
                sa.Column("name", text(31, collation), primary_key=True),
                sa.Column("value", types[member], primary_key=True, autoincrement=False),
                sa.Column("id", text(ID_CHARACTERS, collation), primary_key=True),
                sa.Index(_index(prefix, letter, kind.name), "net", "id"),
                sqlite_with_rowid=False,
                **options(collation),
            )
            for key, letter, member in ((Key.TEXTS, "t", Key.TEXT), (Key.WHOLES, "w", Key.WHOLE))
            if key in every.values()
        }
        for group in [(name,) for name, key in every.items() if not key.many] + list(kind.together):
            columns = _narrowed(group, every)
            # A group whose texts were left out may be one that is there already.
            if not any(
                index.name == _index(prefix, "i", kind.name, *columns) for index in self.table.indexes
            ):
                sa.Index(
                    _index(prefix, "i", kind.name, *columns),
                    self.table.c.net,
                    *(self.table.c[f"k_{name}"] for name in columns),
                    self.table.c.id,
                )
        self.columns = [self.table.c.id, self.table.c.revision, self.table.c.body]
        self.columns += [self.table.c[f"k_{name}"] for name in kind.keys]
        self.tuples = {name: key for name, key in kind.keys.items() if key.many}
        self._empty = {f"k_{name}": None for name in self.others}

    def row(
        self, net: int, id: str, revision: int, body: bytes, settled: Mapping[str, KeyValue]
    ) -> dict[str, Any]:
        """A record as a row. Tuples stand in it whole, in order, for reading back."""
        row: dict[str, Any] = {"net": net, "id": id, "revision": revision, "body": body}
        for name, value in settled.items():
            row[f"k_{name}"] = json.dumps(value) if name in self.tuples else value
        return {**row, **self._empty} if self._empty else row

    def members(
        self, net: int, id: str, settled: Mapping[str, KeyValue]
    ) -> Iterable[tuple[Key, dict[str, Any]]]:
        """The rows of the side tables: each member of a tuple once."""
        for name, key in self.tuples.items():
            members = settled[name]
            if isinstance(members, tuple):
                once: dict[str | int, None] = dict.fromkeys(members)
                for value in once:
                    yield key, {"net": net, "name": name, "value": value, "id": id}

    def decode(self, rows: Iterable[Sequence[Any]]) -> list[Stored]:
        """Records from rows of id, revision, body and the keys of this handle."""
        kind, names = self.kind.name, tuple(self.kind.keys)
        places = [(place, name) for place, name in enumerate(names) if name in self.tuples]
        found = []
        for id, revision, body, *keys in rows:
            for place, name in places:
                keys[place] = self._tuple(name, keys[place])
            settled = MappingProxyType(dict(zip(names, keys, strict=True)))
            found.append(Stored(Ref(kind, id), revision, settled, body))
        return found

    def _tuple(self, name: str, value: str | None) -> tuple[str, ...] | tuple[int, ...]:
        if value is None or value == "[]":
            return ()
        try:
            return tuple(json.loads(value))
        except ValueError as error:
            raise Corrupt(where=f"{self.table.name}.k_{name}") from error


@lru_cache(maxsize=64)
def base_of(prefix: str, collation: str) -> Base:
    """The base tables of a prefix: one object for all handles, so that statements are compiled once."""
    return Base(prefix, collation)


@lru_cache(maxsize=1024)
def _table_of(base: Base, kind: Kind, known: tuple[tuple[str, str], ...]) -> KindTable:
    return KindTable(base, kind, dict(known))


def table_of(base: Base, kind: Kind, known: Mapping[str, str]) -> KindTable:
    """The tables of a kind, one object for all handles that know and find the same."""
    return _table_of(base, kind, tuple(sorted(known.items())))


def _narrowed(group: Sequence[str], types: Mapping[str, Key]) -> tuple[str, ...]:
    """The keys of a group from the left, as many as surely fit into an index."""
    found: list[str] = []
    texts = 0
    for name in group:
        texts += types[name] is Key.TEXT
        if texts > _INDEXED_TEXTS:
            break
        found.append(name)
    return tuple(found)


def _index(prefix: str, letter: str, kind: str, *keys: str) -> str:
    # Names of indexes are as long as names of tables at most, so the keys stand in them as a digest.
    return f"{prefix}{letter}_{kind}_{sha256('.'.join(keys).encode()).hexdigest()[:8]}"
