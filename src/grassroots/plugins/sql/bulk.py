"""Many rows at once on PostgreSQL: COPY in its binary form, a tenth of the client's work of INSERT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

COPY_FROM: Final = 20
"""From so many rows on; below, what COPY needs to begin costs more than it saves."""


def copy(connection: sa.Connection, into: str, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows for ``into``, which has the columns of ``table``; all rows have the same columns."""
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    types = [_TYPES[type(table.c[name].type)] for name in names]
    columns = ", ".join(quote(name) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(into)} ({columns}) FROM STDIN (FORMAT BINARY)") as stream,
    ):
        stream.set_types(types)
        write = stream.write_row
        for row in rows:
            write(tuple(row.values()))


def merge(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that exist, replaced: COPY into a table of this transaction, and from there in one statement."""
    quote = connection.dialect.identifier_preparer.quote
    name, passing = quote(table.name), f"pg_temp.{quote('grassroots_passing')}"
    keys = [column.name for column in table.primary_key]
    columns = ", ".join(quote(one) for one in rows[0])
    changed = ", ".join(f"{quote(one)} = EXCLUDED.{quote(one)}" for one in rows[0] if one not in keys)
    driver: Any = connection.connection.driver_connection
    driver.execute(
        f"CREATE TEMPORARY TABLE grassroots_passing ON COMMIT DROP AS SELECT {columns} FROM {name}"
        " WITH NO DATA"
    )
    copy(connection, "grassroots_passing", table, rows)
    driver.execute(
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {passing}"
        f" ON CONFLICT ({', '.join(quote(key) for key in keys)}) DO UPDATE SET {changed}"
    )
    driver.execute(f"DROP TABLE {passing}")


_TYPES: Final[Mapping[type, str]] = {
    sa.BigInteger: "int8",
    sa.String: "varchar",
    sa.Text: "text",
    sa.Boolean: "bool",
    sa.LargeBinary: "bytea",
}
"""What PostgreSQL calls them."""
