"""How Alembic runs our migrations: on the connection it is given, and on nothing but our prefix."""

from typing import Any

from alembic import context

_given = context.config.attributes
_prefix: str = _given["prefix"]


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    # Of a database that is an app's as well, only our tables are looked at.
    return kind != "table" or (name is not None and name.startswith(_prefix))


context.configure(
    connection=_given["connection"],
    version_table=f"{_prefix}version",
    target_metadata=_given.get("metadata"),
    include_name=_is_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
