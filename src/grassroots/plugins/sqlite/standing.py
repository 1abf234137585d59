"""Standing totals: groups of keys that are kept counted, so that a figure reads groups and not records.

Each group has a table with a row for each combination of values: how many records stand there, and the sum
of every whole key. A batch folds what it changes and adds it, which costs a fraction of another index. A sum
stands in two halves of 32 bits, so that no sum of 64-bit numbers ever leaves 64 bits.

Every process keeps all totals of the file, also those that only another program declares: ``standing``
numbers them, and a commit that finds a higher number than it knows looks them up again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, final

from grassroots.contracts.storage import Between, Condition, Includes, Is, KeyValue, Kind, Query

REGISTER = (
    "CREATE TABLE standing (number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " keys TEXT NOT NULL, UNIQUE (kind, keys))"
)
NUMBER = "(SELECT max(number) FROM standing)"

_LOW = (1 << 32) - 1
_NOTHING = "x''"
"""Stands where a key is None: it may be part of a primary key, and comes behind every number and text."""

Value = str | int | bytes | None


def _table(kind: str, keys: str) -> str:
    # A dot cannot stand in a name, so no two totals share a table.
    return f"t.{kind}.{keys}"


def missing(connection: sqlite3.Connection, kind: Kind) -> list[str]:
    """What has to be made for the totals of a kind, once its own table has every column.

    A new total is counted now. A whole key that is new adds nothing to those that stand: no record has it.
    """
    rows = connection.execute("SELECT keys FROM standing WHERE kind=? ORDER BY number", (kind.name,))
    known = [keys for (keys,) in rows]
    made = [one for keys in known for one in _widened(connection, kind, keys)]
    for keys in dict.fromkeys(".".join(group) for group in kind.totals):
        if keys not in known:
            made += _made(kind, keys)
    return made


def _enter(kind: Kind, keys: str) -> str:
    return f"INSERT INTO standing (kind, keys) VALUES ('{kind.name}', '{keys}')"


def _halves(name: str) -> tuple[str, str]:
    return f"h_{name}", f"l_{name}"


def _widened(connection: sqlite3.Connection, kind: Kind, keys: str) -> list[str]:
    table = _table(kind.name, keys)
    have = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
    new = [half for name in kind.wholes for half in _halves(name) if half not in have]
    if not new:
        return []
    return [
        *(f'ALTER TABLE "{table}" ADD COLUMN {half} INTEGER NOT NULL DEFAULT 0' for half in new),
        # Another number, so that every process looks again before it writes.
        f"DELETE FROM standing WHERE kind='{kind.name}' AND keys='{keys}'",
        _enter(kind, keys),
    ]


def _made(kind: Kind, keys: str) -> list[str]:
    table, columns = _table(kind.name, keys), [f"k_{name}" for name in keys.split(".")]
    sums = [half for name in kind.wholes for half in _halves(name)]
    counted = [f"coalesce({name}, {_NOTHING})" for name in columns] + ["count(*)"]
    for name in kind.wholes:
        counted += [f"sum(coalesce(k_{name}, 0) >> 32)", f"sum(coalesce(k_{name}, 0) & {_LOW})"]
    return [
        f'CREATE TABLE "{table}" (network INTEGER NOT NULL{"".join(f", {one} NOT NULL" for one in columns)},'
        f" records INTEGER NOT NULL{''.join(f', {one} INTEGER NOT NULL DEFAULT 0' for one in sums)},"
        f" PRIMARY KEY (network, {', '.join(columns)})) WITHOUT ROWID",
        f'INSERT INTO "{table}" (network, {", ".join([*columns, "records", *sums])})'
        f" SELECT network, {', '.join(counted)} FROM r_{kind.name} GROUP BY network, {', '.join(columns)}",
        _enter(kind, keys),
    ]


def of_kind(connection: sqlite3.Connection, kind: str) -> tuple[Standing, ...]:
    """All totals of a kind that stand in the file, the narrowest first."""
    rows = connection.execute("SELECT keys FROM standing WHERE kind=?", (kind,)).fetchall()
    found = [Standing(connection, kind, keys) for (keys,) in rows]
    return tuple(sorted(found, key=lambda one: len(one.keys)))


@final
class Standing:
    """One total as this handle uses it."""

    def __init__(self, connection: sqlite3.Connection, kind: str, keys: str) -> None:
        self.keys = tuple(keys.split("."))
        self._table = f'"{_table(kind, keys)}"'
        have = [row[1] for row in connection.execute(f"PRAGMA table_info({self._table})")]
        self.wholes = tuple(name[2:] for name in have if name.startswith("h_"))
        columns = [f"k_{name}" for name in self.keys]
        added = ["records", *(half for name in self.wholes for half in _halves(name))]
        self._add = (
            f"INSERT INTO {self._table} (network, {', '.join([*columns, *added])})"
            f" VALUES ({', '.join('?' * (1 + len(columns) + len(added)))})"
            f" ON CONFLICT (network, {', '.join(columns)})"
            f" DO UPDATE SET {', '.join(f'{one}={one}+excluded.{one}' for one in added)}"
        )
        # A row of nobody must not stay: its keys may be those of somebody who was erased.
        self._sweep = (
            f"DELETE FROM {self._table} WHERE network=? AND {' AND '.join(f'{one}=?' for one in columns)}"
            " AND records=0"
        )

    def keep(
        self,
        connection: sqlite3.Connection,
        network: int,
        came: Iterable[Mapping[str, KeyValue]],
        went: Iterable[Mapping[str, KeyValue]],
    ) -> None:
        """Add the records that came with these keys, and take away those that had these before."""
        changed: dict[tuple[Any, ...], list[int]] = {}
        for sign, records in ((1, came), (-1, went)):
            for keys in records:
                group = tuple([b"" if (value := keys.get(name)) is None else value for name in self.keys])
                sums = changed.get(group)
                if sums is None:
                    sums = changed[group] = [0] * (1 + 2 * len(self.wholes))
                sums[0] += sign
                for place, name in enumerate(self.wholes):
                    if amount := keys.get(name):
                        sums[2 * place + 1] += sign * (amount >> 32)  # type: ignore[operator]
                        sums[2 * place + 2] += sign * (amount & _LOW)  # type: ignore[operator]
        rows = [(network, *group, *sums) for group, sums in changed.items() if any(sums)]
        connection.executemany(self._add, rows)
        fewer = [(network, *group) for group, sums in changed.items() if sums[0] < 0]
        if fewer:
            connection.executemany(self._sweep, fewer)

    def answers(self, query: Query, by: Sequence[str], of: str | None) -> bool:
        """Whether all that a tally asks for stands here."""
        return (
            (of is None or of in self.wholes)
            and all(name in self.keys for name in by)
            and all(one.key in self.keys for one in query.where)
        )

    def tally(self, network: int, query: Query, by: Sequence[str], of: str | None) -> tuple[str, list[Value]]:
        """Groups, with the number of records and the two halves of a sum."""
        values: list[Value] = [network]
        tests = ["network=?", *(_test(one, values) for one in query.where)]
        groups = [f"nullif(k_{name}, {_NOTHING})" for name in by]
        sums = "0, 0" if of is None else ", ".join(f"sum({half})" for half in _halves(of))
        group = f" GROUP BY {', '.join(f'k_{name}' for name in by)}" if by else ""
        asked = ", ".join([*groups, "sum(records)", sums])
        return f"SELECT {asked} FROM {self._table} WHERE {' AND '.join(tests)}{group}", values


def _test(one: Condition, values: list[Value]) -> str:
    column = f"k_{one.key}"
    if isinstance(one, Between):
        tests = []
        if one.low is not None:
            tests.append(f"{column}>=?")
            values.append(one.low)
        if one.high is None:
            tests.append(f"{column}<{_NOTHING}")
        else:
            tests.append(f"{column}<?")
            values.append(one.high)
        return " AND ".join(tests)
    assert not isinstance(one, Includes)  # tuples are no keys of totals
    given = (one.value,) if isinstance(one, Is) else one.values
    values.extend(b"" if value is None else value for value in given)
    return f"{column} IN ({', '.join('?' * len(given))})"
