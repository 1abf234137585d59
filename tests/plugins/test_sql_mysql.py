"""MySQL itself is not among the servers of these tests: what it would be sent is at least its own language.

Everything that the storage says to MariaDB in one whole life of a network is said once more in the dialect of
MySQL 8.4, and held against what MariaDB alone understands.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import pymysql

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Erase,
    Fact,
    Includes,
    Is,
    Key,
    Kind,
    Put,
    Query,
    Ref,
    Seen,
)
from grassroots.plugins import sql
from grassroots.plugins.sql import database, schema
from grassroots.plugins.sql.sessions import MariaDB

MEMBER = Kind(
    "member",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS, "ranks": Key.WHOLES},
    (("name", "age"),),
)
MORE = Kind("member", {**MEMBER.keys, "street": Key.TEXT}, MEMBER.together)
BARE = re.compile(
    r"COMMIT|ROLLBACK|START TRANSACTION"
    r"|START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
    r"|SET TRANSACTION ISOLATION LEVEL (READ COMMITTED|REPEATABLE READ)"
    r"|SET SESSION innodb_lock_wait_timeout = \d+"
    r"|SHOW VARIABLES WHERE Variable_name IN \(('\w+'(, )?)+\)"
    r"|ANALYZE NO_WRITE_TO_BINLOG TABLE [\w, `]+"
    r"|ALTER TABLE `?\w+`? ADD COLUMN .*"
    r"|ALTER TABLE `?\w+`? (ADD INDEX \w+ \([\w, `]+\)(, )?)+"
)
"""Statements without values: each stands in the manual of MySQL 8.4 as it stands here."""

MARIADB_ALONE = re.compile(
    r"\bRETURNING\b|nopad|uca1400|\bSEQUENCE\b|\bNEXTVAL\b|\bOR REPLACE\b|INDEX IF NOT EXISTS"
    r"|COLUMN IF NOT EXISTS|\bVALUES\(`?\w+`?\)"
)


class Said(NamedTuple):
    """What went to the server: clauses of SQLAlchemy, and statements that are sent as they stand."""

    clauses: list[sa.ClauseElement]
    bare: list[str]


def mysql() -> pymysql.MySQLDialect_pymysql:
    """The dialect as it is once a MySQL 8.4 has answered."""
    dialect = pymysql.dialect()
    dialect.server_version_info, dialect.is_mariadb = (8, 4, 3), False
    dialect._requires_alias_for_on_duplicate_key = True
    return dialect


@pytest.fixture(scope="module")
def said(mariadb: str) -> Said:
    """One life of a network on MariaDB: made, written, asked everything, given another key, dropped."""
    told = Said([], [])

    def clause(_: Any, statement: sa.ClauseElement, *__: Any) -> None:
        told.clauses.append(statement)

    def sent(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: bool) -> None:
        if context.compiled is None:
            told.bare.append(statement)

    sa.event.listen(sa.Engine, "before_execute", clause)
    sa.event.listen(sa.Engine, "before_cursor_execute", sent)
    try:
        live(f"{mariadb}?prefix=my{os.getpid()}_")
    finally:
        sa.event.remove(sa.Engine, "before_execute", clause)
        sa.event.remove(sa.Engine, "before_cursor_execute", sent)
    return told


def live(url: str) -> None:
    with sql.open_network(url, "street") as storage:
        storage.prepare([MEMBER])
        refs = [Ref("member", f"m{number}") for number in range(30)]
        keys = {"name": "王", "age": 70, "active": True, "tags": ("a", "b"), "ranks": (1, 2)}
        puts, facts = [Put(ref, keys, b"x") for ref in refs], [Fact((ref,)) for ref in refs]
        for _ in range(2):  # the second time it is known, and what was begun is given up
            storage.commit(Batch("act", facts, dict.fromkeys(refs, 0), (), puts, "asked"))
        asked = [
            Query("member", (Is("name", "王"), Between("age", 60, 80)), limit=5),
            Query("member", (Includes("tags", "a"), Includes("ranks", 2), AnyOf("age", (70, None)))),
            Query("member", (Is("active", True),), after="m5", backwards=True),
        ]
        seen = tuple(
            Seen(one, tuple((found.ref.id, found.revision) for found in storage.find(one))) for one in asked
        )
        bases = dict.fromkeys(refs, 30)
        storage.commit(Batch("again", [Fact((refs[0],))], bases, seen, puts[:25]))
        storage.commit(Batch("gone", [Fact((refs[1],))], {refs[1]: 31, refs[29]: 30}, (), [Erase(refs[1])]))
        storage.read(refs)
        storage.tally(Query("member"), by=("name", "active"), of="age")
        storage.journal(after=0, limit=10)
        storage.journal(after=0, limit=10, about=refs[0])
        storage.digests(["act", "again"])
        storage.head()
        storage.prepare([MORE])
    assert "street" in sql.networks(url)
    sql.drop(url, "street")


def test_every_clause_is_said_in_the_dialect_of_mysql(said: Said) -> None:
    assert len(said.clauses) > 40
    for clause in said.clauses:
        if isinstance(clause, sa.TextClause) or not hasattr(clause, "compile"):
            continue
        words = str(clause.compile(dialect=mysql()))
        assert not MARIADB_ALONE.search(words.replace("COLLATE utf8mb4_nopad_bin", "")), words


def test_what_is_sent_as_it_stands_is_in_the_manual_of_mysql(said: Said) -> None:
    ours = [one for one in said.bare if "wsrep_sync_wait" not in one and "@@" not in one]
    assert {one.split()[0] for one in ours} >= {
        "COMMIT",
        "ROLLBACK",
        "START",
        "SET",
        "SHOW",
        "ANALYZE",
        "ALTER",
    }
    for statement in ours:
        if statement.startswith(("SELECT", "DESCRIBE", "SHOW CREATE", "SHOW FULL", "select")):
            continue  # SQLAlchemy's own, asking what server it is and which tables are there
        assert BARE.fullmatch(statement.replace("\n", " ").strip()), statement


def test_rows_that_exist_are_replaced_by_the_alias_that_mysql_wants() -> None:
    sent: list[sa.Executable] = []

    class Connection:
        dialect = mysql()

        def execute(self, statement: sa.Executable, *rows: Any) -> None:
            sent.append(statement)

    base = schema.base_of("t_", "utf8mb4_0900_bin")
    MariaDB(Connection(), "nowhere", own=True).update(base.head, [{"net": 1, "position": 2}])  # type: ignore[arg-type]
    words = str(sent[0].compile(dialect=mysql()))  # type: ignore[attr-defined]
    assert "AS new ON DUPLICATE KEY UPDATE position = new.position" in words


def test_tables_are_compared_by_code_point_without_padding() -> None:
    class Connected:
        family, dialect = "mysql", mysql()

    collation = database._collation(Connected())  # type: ignore[arg-type]
    assert collation == "utf8mb4_0900_bin"  # NO PAD, by code point, from 8.0.17 on
    base = schema.base_of("t_", collation)
    kind = schema.table_of(base, MEMBER, {})
    for table in (*base.metadata.tables.values(), kind.table, *kind.sides.values()):
        words = str(sa.schema.CreateTable(table).compile(dialect=mysql()))
        texts = re.findall(r"(VARCHAR|LONGTEXT)[^,\n]*", words)
        assert words.count("COLLATE utf8mb4_0900_bin") >= len(texts), words
        assert "ENGINE=InnoDB" in words
        assert "ROW_FORMAT=DYNAMIC" in words
        assert not MARIADB_ALONE.search(words), words
        for columns in (table.primary_key.columns, *(index.columns for index in table.indexes)):
            # An index of InnoDB holds 3,072 bytes, and a character may take four.
            assert sum(4 * (getattr(one.type, "length", None) or 2) for one in columns) <= 3072, table.name
