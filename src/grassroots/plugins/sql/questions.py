"""Queries as SQL: exactly what :meth:`Query.admits` admits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from grassroots.contracts.storage import AnyOf, Between, Condition, Includes, Is, Key, Query
from grassroots.plugins.sql.schema import KindTable


def among(column: sa.ColumnElement[str], ids: Collection[str], dialect: str) -> sa.ColumnElement[bool]:
    """One of these ids; as one array where the server knows arrays, so that it is always one statement."""
    if dialect == "postgresql":
        listed = sa.bindparam(None, list(ids), type_=ARRAY(sa.Text()))
        return column == sa.any_(listed)
    return column.in_(list(ids))


def _tail(asked: KindTable, net: int, query: Query) -> tuple[sa.FromClause, list[sa.ColumnElement[bool]]]:
    """FROM and WHERE. A join for each member: it stands at most once, so no row is doubled, and the
    planner may begin at either end.
    """
    table = asked.table
    source: sa.FromClause = table
    tests: list[sa.ColumnElement[bool]] = [table.c.net == net]
    if query.after is not None:
        tests.append(table.c.id < query.after if query.backwards else table.c.id > query.after)
    for number, condition in enumerate(query.where):
        if isinstance(condition, Includes):
            key = Key.TEXTS if isinstance(condition.value, str) else Key.WHOLES
            side = asked.sides[key].alias(f"m{number}")
            source = source.join(
                side,
                sa.and_(
                    side.c.net == net,
                    side.c.name == condition.key,
                    side.c.value == condition.value,
                    side.c.id == table.c.id,
                ),
            )
        else:
            tests.append(_test(table.c[f"k_{condition.key}"], condition))
    return source, tests


def _test(column: sa.ColumnElement[Any], condition: Condition) -> sa.ColumnElement[bool]:
    if isinstance(condition, Is):
        return column.is_(None) if condition.value is None else column == condition.value
    if isinstance(condition, AnyOf):
        given = [value for value in dict.fromkeys(condition.values) if value is not None]
        tests: list[sa.ColumnElement[bool]] = [column.in_(given)] if given else []
        if None in condition.values:
            tests.append(column.is_(None))
        return sa.or_(*tests) if tests else sa.false()
    assert isinstance(condition, Between)
    tests = [column.is_not(None)]
    if condition.low is not None:
        tests.append(column >= condition.low)
    if condition.high is not None:
        tests.append(column < condition.high)
    return sa.and_(*tests)


def _ordered(asked: KindTable, question: sa.Select[Any], query: Query, most: int | None) -> sa.Select[Any]:
    limit = query.limit if most is None else min(most, query.limit or most)
    question = question.order_by(asked.table.c.id.desc() if query.backwards else asked.table.c.id)
    return question if limit is None else question.limit(limit)


def find(asked: KindTable, net: int, query: Query) -> sa.Select[Any]:
    """The rows of a query, as :meth:`KindTable.decode` reads them."""
    source, tests = _tail(asked, net, query)
    return _ordered(asked, sa.select(*asked.columns).select_from(source).where(*tests), query, None)


def bodies(asked: KindTable, net: int, query: Query) -> sa.Select[Any]:
    """Ids and bodies of a query's rows."""
    source, tests = _tail(asked, net, query)
    columns = (asked.table.c.id, asked.table.c.body)
    return _ordered(asked, sa.select(*columns).select_from(source).where(*tests), query, None)


def shown(asked: KindTable, net: int, query: Query, rows: int) -> sa.Select[Any]:
    """Ids and revisions alone, to compare with ``rows`` seen before; one more than those is enough."""
    source, tests = _tail(asked, net, query)
    columns = (asked.table.c.id, asked.table.c.revision)
    return _ordered(asked, sa.select(*columns).select_from(source).where(*tests), query, rows + 1)


def tally(asked: KindTable, net: int, query: Query, by: Sequence[str], of: str | None) -> sa.Select[Any]:
    """Groups, with the number of rows and the sum of a key."""
    source, tests = _tail(asked, net, query)
    groups = [asked.table.c[f"k_{name}"] for name in by]
    total = sa.func.coalesce(sa.func.sum(asked.table.c[f"k_{of}"]), 0) if of is not None else sa.literal(0)
    question = sa.select(*groups, sa.func.count(), total).select_from(source).where(*tests)
    return question.group_by(*groups) if groups else question
