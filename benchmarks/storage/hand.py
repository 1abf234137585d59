"""Careful hand-written code on the raw driver: prepared statements, executemany, tuples, nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from benchmarks.storage.duties import COLUMNS, INDEXES
from grassroots.domain.duty import Duty, DutyStatus
from grassroots.workspace.codec import commitment

STATUS = {one.value: one for one in DutyStatus}


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


# -- the very rows that the library writes -------------------------------------------------------------------
def journalled(path: Path) -> sqlite3.Connection:
    """Tables for opaque bodies with their keys, a journal with its index, a head: the same work."""
    connection = connect(path)
    keys = ("shift", "station", "day", "month", "member", "status", "minutes")
    connection.executescript(
        "CREATE TABLE head (network INTEGER PRIMARY KEY, position INTEGER NOT NULL);"
        "INSERT INTO head VALUES (1, 0);"
        "CREATE TABLE duty (network INTEGER NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,"
        f" body BLOB NOT NULL, {', '.join(f'{key}' for key in keys)}, PRIMARY KEY (network, id));"
        "CREATE TABLE journal (network INTEGER NOT NULL, position INTEGER NOT NULL, batch TEXT NOT NULL,"
        " about TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (network, position)) WITHOUT ROWID;"
        "CREATE TABLE about (network INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
        " position INTEGER NOT NULL, PRIMARY KEY (network, kind, id, position)) WITHOUT ROWID;"
        "CREATE TABLE batch (network INTEGER NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,"
        " position INTEGER NOT NULL, PRIMARY KEY (network, id)) WITHOUT ROWID;"
    )
    for index in INDEXES:
        connection.execute(f'CREATE INDEX "i.{".".join(index)}" ON duty (network, {", ".join(index)}, id)')
    return connection


def write_journalled(
    connection: sqlite3.Connection, batch: str, rows: Sequence[tuple[str, tuple[Any, ...], bytes, bytes]]
) -> None:
    """One batch: rows of id, keys, body and the body of its fact; whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (head,) = connection.execute("SELECT position FROM head WHERE network=1").fetchone()
        last = head + len(rows)
        if connection.execute("SELECT 1 FROM batch WHERE network=1 AND id=?", (batch,)).fetchone():
            raise ValueError(batch)
        connection.execute("UPDATE head SET position=? WHERE network=1", (last,))
        connection.executemany(
            "INSERT INTO duty VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(id, last, body, *keys) for id, keys, body, _ in rows],
        )
        connection.executemany(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?)",
            [
                (position, batch, f'[["duty","{id}"]]', fact)
                for position, (id, _, _, fact) in enumerate(rows, head + 1)
            ],
        )
        connection.executemany(
            "INSERT INTO about VALUES (1, 'duty', ?, ?)",
            [(id, position) for position, (id, _, _, _) in enumerate(rows, head + 1)],
        )
        connection.execute("INSERT INTO batch VALUES (1, ?, '', ?)", (batch, last))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def fact_of(body: bytes, id: str) -> bytes:
    """The body of the fact that tells of a duty, as the desk writes it."""
    return (
        '{"t":"duty-assigned","at":"2021-07-02T01:00:00Z","by":"steward:office","w":{"duty/'
        f'{id}":"{commitment(body)}"}}}}'
    ).encode()


# -- typed columns, no journal ----------------------------------------------------------------------------
def typed(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute(f"CREATE TABLE duty ({', '.join(COLUMNS)}, PRIMARY KEY (id))")
    for index in INDEXES:
        connection.execute(f'CREATE INDEX "i.{".".join(index)}" ON duty ({", ".join(index)}, id)')
    return connection


def write_typed(connection: sqlite3.Connection, values: Sequence[dict[str, Any]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        f"INSERT INTO duty VALUES ({', '.join('?' * len(COLUMNS))})",
        [
            (
                one["id"], one["shift"], one["station"], one["day"].isoformat(), one["member"],
                one["status"].value,
                arrived.isoformat() if (arrived := one["arrived"]) else None,
                left.isoformat() if (left := one["left"]) else None,
                notice.isoformat() if (notice := one["notice_at"]) else None,
                one["reason"], one["covers"], one["despite"], one["day"].isoformat()[:7],
                (left - arrived).seconds // 60 if left else None,
            )
            for one in values
        ],
    )  # fmt: skip
    connection.execute("COMMIT")


FIELDS = ", ".join(COLUMNS[:12])


def record(row: tuple[Any, ...]) -> Duty:
    """A row as the record it is: every leaf converted as fast as Python can."""
    id, shift, station, day, member, status, arrived, left, notice, reason, covers, despite = row
    return Duty(
        id=id, shift=shift, station=station, day=date.fromisoformat(day), member=member,
        status=STATUS[status],
        arrived=datetime.fromisoformat(arrived) if arrived else None,
        left=datetime.fromisoformat(left) if left else None,
        notice_at=datetime.fromisoformat(notice) if notice else None,
        reason=reason, covers=covers, despite=despite,
    )  # fmt: skip


def read_typed(connection: sqlite3.Connection) -> list[Duty]:
    return [record(row) for row in connection.execute(f"SELECT {FIELDS} FROM duty ORDER BY id")]


def read_one(connection: sqlite3.Connection, id: str) -> Duty | None:
    row = connection.execute(f"SELECT {FIELDS} FROM duty WHERE id=?", (id,)).fetchone()
    return None if row is None else record(row)
