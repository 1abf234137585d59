"""Queries as SQL: exactly what :meth:`Query.admits` admits."""

from __future__ import annotations

import json
from collections.abc import Sequence

from grassroots.contracts.storage import AnyOf, Between, Includes, Is, Query
from grassroots.plugins.sqlite.schema import Table

Value = str | int | None

_LISTED = 16
"""Up to so many values stand in the SQL itself, which the planner can count; more come as one JSON list,
so that not every number of values is another statement to prepare."""


def _tail(table: Table, network: int, query: Query) -> tuple[str, list[Value]]:
    """FROM and WHERE of a query, with the values of its marks."""
    tables = [f"{table.name} AS r"]
    tests = ["r.network=?"]
    values: list[Value] = [network]
    first = _first(query)
    if query.after is not None:
        tests.append(f"{first}.id<?" if query.backwards else f"{first}.id>?")
        values.append(query.after)
    for condition in query.where:
        column = f"r.k_{condition.key}"
        if isinstance(condition, Is):
            if condition.value is None:
                tests.append(f"{column} IS NULL")
            else:
                tests.append(f"{column}=?")
                values.append(condition.value)
        elif isinstance(condition, AnyOf):
            tests.append(_any_of(column, condition, values))
        elif isinstance(condition, Between):
            tests.append(_between(column, condition, values))
        else:
            _includes(tables, tests, network, condition, values, table)
    # CROSS JOIN fixes the order: the records come last.
    joined = ", ".join(tables) if first == "r" else f"{', '.join(tables[1:])} CROSS JOIN {tables[0]}"
    return f" FROM {joined} WHERE {' AND '.join(tests)}", values


def _first(query: Query) -> str:
    """The table to begin with. Asked for members alone, it is the side table: there the ids of a member
    stand in order, and the planner, which knows averages only, cannot know that this member is rare.
    """
    members_alone = query.where and all(isinstance(one, Includes) for one in query.where)
    return "m1" if members_alone else "r"


def _any_of(column: str, condition: AnyOf, values: list[Value]) -> str:
    given = [value for value in dict.fromkeys(condition.values) if value is not None]
    tests = []
    if len(given) > _LISTED:
        tests.append(f"{column} IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(given))
    elif given:
        tests.append(f"{column} IN ({', '.join('?' * len(given))})")
        values.extend(given)
    if None in condition.values:
        tests.append(f"{column} IS NULL")
    return f"({' OR '.join(tests)})" if tests else "0"


def _between(column: str, condition: Between, values: list[Value]) -> str:
    tests = [f"{column} IS NOT NULL"]
    if condition.low is not None:
        tests.append(f"{column}>=?")
        values.append(condition.low)
    if condition.high is not None:
        tests.append(f"{column}<?")
        values.append(condition.high)
    return " AND ".join(tests)


def _includes(
    tables: list[str], tests: list[str], network: int, condition: Includes, values: list[Value], table: Table
) -> None:
    # A join and not IN or EXISTS: a member stands at most once in the side table, so no row is doubled,
    # and beside other conditions the planner may begin at either end.
    name = f"m{len(tables)}"
    tables.append(f"{table.side} AS {name}")
    tests.append(f"{name}.network=? AND {name}.key=? AND {name}.value=? AND {name}.id=r.id")
    values.extend((network, condition.key, condition.value))


def _order(query: Query, values: list[Value], most: int | None) -> str:
    limit = query.limit if most is None else min(most, query.limit or most)
    order = f" ORDER BY {_first(query)}.id" + (" DESC" if query.backwards else "")
    if limit is None:
        return order
    values.append(limit)
    return order + " LIMIT ?"


def find(table: Table, network: int, query: Query) -> tuple[str, list[Value]]:
    """The rows of a query, as :meth:`Table.decode` reads them."""
    tail, values = _tail(table, network, query)
    order = _order(query, values, None)
    return f"SELECT r.id, r.revision, r.body{table.columns}{tail}{order}", values


def bodies(table: Table, network: int, query: Query) -> tuple[str, list[Value]]:
    """Ids and bodies of a query's rows."""
    tail, values = _tail(table, network, query)
    order = _order(query, values, None)
    return f"SELECT r.id, r.body{tail}{order}", values


def shown(table: Table, network: int, query: Query, rows: int) -> tuple[str, list[Value]]:
    """Ids and revisions alone, to compare with ``rows`` seen before; one more than those is enough."""
    tail, values = _tail(table, network, query)
    order = _order(query, values, rows + 1)
    return f"SELECT r.id, r.revision{tail}{order}", values


def tally(
    table: Table, network: int, query: Query, by: Sequence[str], of: str | None
) -> tuple[str, list[Value]]:
    """Groups, with the number of rows and the sum of a key (its upper half, which is always 0, first)."""
    tail, values = _tail(table, network, query)
    groups = [f"r.k_{name}" for name in by]
    total = f"coalesce(sum(r.k_{of}), 0)" if of is not None else "0"
    group = f" GROUP BY {', '.join(groups)}" if groups else ""
    return f"SELECT {', '.join([*groups, 'count(*)', '0', total])}{tail}{group}", values
