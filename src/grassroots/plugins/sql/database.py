"""A database with our tables in it: by URL, or on an engine that the embedding app already has.

::

    town = Database(engine, prefix="volunteers_")
    network = grassroots.open(storage=town.open, network="riverbend")

The engine gives connections and nothing else. Every commit is a transaction of its own: an act that was
acknowledged must not vanish because an app rolls back later, and nobody else may wait until it commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self, final

import sqlalchemy as sa

from grassroots.contracts.storage import Kind, network_name
from grassroots.errors import Closed, Conflict
from grassroots.plugins.sql.addresses import PREFIX, Address, checked_prefix
from grassroots.plugins.sql.connections import Connections, engine_at
from grassroots.plugins.sql.making import declared, is_made, make
from grassroots.plugins.sql.schema import Base, base_of, table_of
from grassroots.plugins.sql.sessions import Session
from grassroots.plugins.sql.store import SQLStorage
from grassroots.plugins.sql.troubles import Trouble, trouble

_TRIES = 20
"""Two nodes of a cluster may make the same network at once; one of them is refused and looks again."""


@final
class Database:
    """The networks of one database under one prefix. Thread-safe.

    ``engine`` is the app's own (synchronous; psycopg 3, PyMySQL or pysqlite) and stays the app's to dispose
    of. ``prefix`` begins the names of all tables: ``[a-z][a-z0-9_]{0,19}``. BadInput for another engine or
    prefix. Nothing is asked of the server before a network is opened.
    """

    def __init__(self, engine: sa.Engine, *, prefix: str = PREFIX) -> None:
        where = _where(engine) if isinstance(engine, sa.Engine) else ""
        self._set_up(engine, checked_prefix(prefix), where, own=False)

    @classmethod
    def at(cls, address: Address) -> Database:
        """The database of a URL, with an engine of its own."""
        database = cls.__new__(cls)
        database._set_up(engine_at(address), address.prefix, address.where, own=True)
        return database

    def _set_up(self, engine: sa.Engine, prefix: str, where: str, *, own: bool) -> None:
        self._connections = Connections(engine, where, own=own)
        self._prefix = prefix
        self._engine = engine
        self._own = own
        self._base: Base | None = None

    def open(self, network: str) -> SQLStorage:
        """One network, made if it is new. Unreachable says in one sentence what keeps us out."""
        network_name(network)

        def opened(session: Session) -> tuple[Base, int]:
            base = self._tables(session)
            make(session, base)
            return base, _number(session, base, network)

        base, number = self._connections.asked(opened)
        if self._own:
            return SQLStorage(self._connections, base, number)
        # Each network of an app's engine closes by itself.
        return SQLStorage(Connections(self._engine, self._connections.where, own=False), base, number)

    def networks(self) -> Sequence[str]:
        """The names of the networks, sorted by code point; none where there are no tables. Makes nothing."""

        def named(session: Session) -> list[str]:
            base = self._tables(session)
            if not is_made(session, base):
                return []
            return sorted(session.run(sa.select(base.network.c.name)).scalars())

        return self._connections.asked(named)

    def drop(self, network: str) -> None:
        """Remove the network with everything in it. Absent: no-op. Handles that are open are closed by it."""

        def dropped(session: Session) -> None:
            base = self._tables(session)
            if not is_made(session, base):
                return
            number = session.run(sa.select(base.network.c.id).where(base.network.c.name == network)).scalar()
            if number is None:
                return
            tables = [base.journal, base.about, base.batch]
            for kind, known in declared(session, base).items():
                made = table_of(base, Kind(kind), known)
                tables += [made.table, *made.sides.values()]
            session.begin()
            session.run(sa.select(base.head).where(base.head.c.net == number).with_for_update())
            for table in (*tables, base.head):
                session.run(sa.delete(table).where(table.c.net == number))
            session.run(sa.delete(base.network).where(base.network.c.id == number))
            session.commit()

        for tried in range(_TRIES):
            try:
                self._connections.asked(dropped)
            except Conflict:
                if tried == _TRIES - 1:
                    raise
            else:
                return

    def close(self) -> None:
        """Close the engine if it came from a URL. May be repeated."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tables(self, session: Session) -> Base:
        if self._base is None:
            self._base = base_of(self._prefix, _collation(session))
        return self._base


def _collation(session: Session) -> str:
    # By code point, and "a" is not "a ": utf8mb4_bin pads with blanks and takes the two for one.
    if session.family != "mysql":
        return "C"
    return "utf8mb4_nopad_bin" if getattr(session.dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


def _number(session: Session, base: Base, network: str) -> int:
    """The number of the network, made at the first opening; two processes may be the first."""
    question = sa.select(base.network.c.id).where(base.network.c.name == network)
    for _ in range(_TRIES):
        number = session.run(question).scalar()
        if number is not None:
            return int(number)
        try:
            session.begin()
            session.run(sa.insert(base.network), {"name": network})
            made = session.run(question).scalar_one()
            session.run(sa.insert(base.head), {"net": made, "position": 0})
            session.commit()
        except sa.exc.IntegrityError:
            session.end()  # another process was first
        except sa.exc.DBAPIError as error:
            if trouble(error) is not Trouble.CROWDED:
                raise
            session.committing = False
            session.end()
    raise Closed()


def _where(engine: sa.Engine) -> str:
    url = engine.url
    host = (
        f"{url.host or 'localhost'}{f':{url.port}' if url.port else ''}/"
        if url.drivername[:6] != "sqlite"
        else ""
    )
    return f"{host}{url.database or ''}"
