"""Making what is missing: the layout by migrations, and the tables of the kinds.

Looked at first, and locked only if something is missing, so that opening waits for nobody. One question
answers: the table of migrations for the layout, ``declared`` for the kinds, whose rows are written last.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateTable

from grassroots.contracts.storage import Key, Kind, key_changed
from grassroots.errors import Unreachable
from grassroots.plugins.sql.schema import HEAD, KIND, TOGETHER, Base, KindTable, declarations, table_of
from grassroots.plugins.sql.sessions import Session
from grassroots.plugins.sql.troubles import trouble

_MIGRATING = Lock()
"""Alembic keeps what it migrates in its module: two threads that make two databases would meet there."""

_ROUNDS, _PAUSE = 60, 0.25
"""How often, and after how many seconds, it is looked again whether another node has made the layout."""

Declared = Mapping[str, Mapping[str, str]]
"""Of each kind: what was declared for it, by name."""


def is_made(session: Session, base: Base) -> bool:
    """Whether the layout stands there as this version knows it. Unreachable for a newer one."""
    version = _version(session, base)
    if version is not None and version > HEAD:
        raise Unreachable(
            "storage-sql-newer", where=session.where, prefix=base.prefix, found=version, known=HEAD
        )
    return version == HEAD


def _version(session: Session, base: Base) -> str | None:
    """The number of the last migration; empty where they were begun and none ended; None: no table."""
    table = sa.table(base.version_name, sa.column("version_num"))
    if session.open and not sa.inspect(session.connection).has_table(base.version_name):
        return None  # a question that fails would end the transaction
    for again in (True, False):
        try:
            return str(session.run(sa.select(table.c.version_num)).scalar() or "")
        except (sa.exc.ProgrammingError, sa.exc.OperationalError) as error:
            if trouble(error) is not None:
                raise
            if not sa.inspect(session.connection).has_table(base.version_name):
                break
            if not again:
                raise  # another process made it between the question and this look, but not twice
    return None


def make(session: Session, base: Base) -> None:
    """The layout, by as many migrations as are missing; two processes may try at once."""
    if is_made(session, base):
        return
    with session.alone(base.prefix):
        if _version(session, base) is None and sa.inspect(session.connection).has_table(base.network.name):
            raise Unreachable("storage-sql-foreign", where=session.where, prefix=base.prefix)
        for tried in range(_ROUNDS):
            if is_made(session, base):
                return
            try:
                upgrade(session.connection, base)
            except sa.exc.DBAPIError as error:
                # On a cluster no lock reaches the other nodes, and one of them was a moment earlier: what it
                # has not made yet when it is looked at again is made here.
                if tried == _ROUNDS - 1 or not session.made_elsewhere(error):
                    raise
                time.sleep(_PAUSE)


def upgrade(connection: sa.Connection, base: Base, to: str = "head") -> None:
    """Run the migrations on this connection, in its transaction if it has one."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "grassroots.plugins.sql:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection, prefix=base.prefix, collation=base.collation, metadata=base.metadata
    )
    with _MIGRATING:
        command.upgrade(config, to)


def declared(session: Session, base: Base) -> Declared:
    """What was ever declared in this database."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in session.run(sa.select(base.declared)):
        found[row.kind][row.name] = row.type
    return found


def _missing(kinds: Iterable[Kind], known: Declared) -> bool:
    missing = False
    for kind in kinds:
        there = known.get(kind.name, {})
        for name, key in kind.keys.items():
            if there.get(name, key.value) != key.value:
                raise key_changed(kind.name, name, Key(there[name]))
        missing = missing or not declarations(kind).keys() <= there.keys()
    return missing


def prepare(session: Session, base: Base, kinds: Sequence[Kind]) -> tuple[Declared, list[sa.Table]]:
    """Make what these kinds miss; what is declared now, and the tables in which an index was built."""
    kinds = list({kind.name: kind for kind in kinds}.values())
    known = declared(session, base)
    if not _missing(kinds, known):
        return known, []
    built: list[sa.Table] = []
    with session.alone(base.prefix):
        known = declared(session, base)
        for kind in kinds:
            if not _missing([kind], known):
                continue
            there = known.get(kind.name, {})
            table = table_of(base, kind, there)
            before = table_of(base, _as_known(kind, there), there) if there else None
            for statement in _statements(session, table, before):
                session.make(statement)
            built.append(table.table)
            new = [
                {"kind": kind.name, "name": name, "type": type}
                for name, type in declarations(kind).items()
                if name not in there
            ]
            session.run(sa.insert(base.declared).prefix_with("IGNORE", dialect="mysql"), new)
        known = declared(session, base)
    return known, built


def _as_known(kind: Kind, there: Mapping[str, str]) -> Kind:
    """The kind as it was made before."""
    keys = {name: Key(type) for name, type in there.items() if type not in (KIND, TOGETHER)}
    groups = tuple(tuple(name.split(".")) for name, type in there.items() if type == TOGETHER)
    return Kind(kind.name, keys, groups)


def _statements(
    session: Session, now: KindTable, before: KindTable | None
) -> Iterable[str | sa.Executable | list[sa.Index]]:
    """What makes the tables of a kind of what they were before."""
    tables = {table.name: table for table in (now.table, *now.sides.values())}
    old = {table.name: table for table in (before.table, *before.sides.values())} if before else {}
    for name, table in tables.items():
        if name not in old:
            yield CreateTable(table, if_not_exists=True)
        else:
            quoted = session.dialect.identifier_preparer.format_table(table)
            for column in table.columns:
                if column.name not in old[name].columns:
                    made = CreateColumn(column).compile(dialect=session.dialect)
                    yield f"ALTER TABLE {quoted} ADD COLUMN {made}"
        there = {index.name for index in old[name].indexes} if name in old else set()
        indexes = [index for index in table.indexes if index.name not in there]
        if indexes:
            yield sorted(indexes, key=lambda one: str(one.name))
