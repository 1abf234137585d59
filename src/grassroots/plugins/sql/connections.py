"""The engine, lent call by call: ours by URL, or the app's own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, TypeVar, final

import sqlalchemy as sa
from attrs import define
from sqlalchemy import event

from grassroots.errors import BadInput, Closed, GrassrootsError, Unreachable
from grassroots.plugins.sql.addresses import DRIVERS, Address
from grassroots.plugins.sql.sessions import FAMILIES, PATIENCE, Session
from grassroots.plugins.sql.troubles import LOST, Trouble, told, trouble

T = TypeVar("T")

_SILENCE = 120
"""Seconds after which a server that says nothing is taken for lost; making an index may take long."""

_TURN = 0.25
"""Seconds between two rounds through the nodes of a cluster."""


@final
class Connections:
    """An engine as this storage uses it. Thread-safe; survives a fork by opening anew in the child."""

    def __init__(self, engine: sa.Engine, where: str, *, own: bool) -> None:
        if not isinstance(engine, sa.Engine):
            raise BadInput("storage-sql-engine", what=type(engine).__name__)
        self.family = FAMILIES.get(engine.dialect.name)
        drivers = {name for module, _, name in DRIVERS.values() for name in (module, name.partition("+")[2])}
        if self.family is None or engine.dialect.driver not in drivers:
            raise BadInput("storage-sql-engine", what=f"{engine.dialect.name}+{engine.dialect.driver}")
        self._own = own
        # A copy that shares the pool and nothing else: its settings and its listeners are ours alone.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._engine.hide_parameters = True  # what people wrote stands in no log and no traceback
        event.listen(self._engine, "handle_error", _a_lost_node_is_a_lost_connection)
        self._parent = engine
        self.where = where
        self._process = os.getpid()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    @contextmanager
    def lend(self) -> Iterator[Session]:
        """A connection for one call. Errors of the driver leave as ours; an open transaction is undone."""
        if self._closed:
            raise Closed()
        if self._process != os.getpid():
            # The parent's connections must be neither used nor closed here.
            self._parent.dispose(close=False)
            self._process = os.getpid()
        try:
            connection = self._engine.connect()
        except TypeError as error:  # PyMySQL's word for a setting that it does not have
            raise BadInput("storage-sql-setting", where=self.where) from error
        except Exception as error:
            raise self._ours(error) from _cause(error)
        assert self.family is not None
        session = self.family(connection, self.where, own=self._own)
        try:
            if "grassroots" not in connection.info:
                session.settle()
                connection.info["grassroots"] = True
            yield session
        except BaseException as error:
            _undo(session, error)
            ours = self._ours(error, committing=session.committing)
            if ours is error:
                raise
            raise ours from _cause(error)
        finally:
            with suppress(sa.exc.DBAPIError):
                connection.close()

    def asked(self, work: Callable[[Session], T]) -> T:
        """``work`` on a connection; once more on another when it was lost before anything was committed.

        A pool that slept through a restart of its server is full of dead connections, and the node of a
        cluster may be gone while the others go on.
        """
        try:
            with self.lend() as session:
                return work(session)
        except Unreachable as error:
            if error.code != LOST:
                raise
        with self.lend() as session:
            return work(session)

    def close(self) -> None:
        """Close the pool if it is ours; an app's engine is the app's to close."""
        closed, self._closed = self._closed, True
        if self._own and not closed:
            _release(self._parent)

    def _ours(self, error: BaseException, *, committing: bool = False) -> BaseException:
        return told(error, self.where, committing=committing)


def _cause(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, sa.exc.DBAPIError) else error


def _undo(session: Session, error: BaseException) -> None:
    """Leave nothing half done on a connection that others will use."""
    gone = trouble(error) is Trouble.LOST or session.committing
    if not gone and isinstance(error, (sa.exc.SQLAlchemyError, GrassrootsError)):
        if not session.open:
            return
        with suppress(sa.exc.SQLAlchemyError):
            session.end()
            return
    # A Ctrl-C, say, in the middle of an answer: nobody knows what the connection would say next.
    with suppress(sa.exc.SQLAlchemyError):
        session.connection.invalidate()


def _a_lost_node_is_a_lost_connection(context: Any) -> None:
    if trouble(context.original_exception) is Trouble.LOST:
        context.is_disconnect = True


@define
class _Shared:
    """The engine of one URL in this process: networks that are opened by the same URL share its pool."""

    engine: sa.Engine
    users: int = 0


_SHARED: dict[tuple[int, Address], _Shared] = {}
_LOCK = Lock()


def engine_at(address: Address) -> sa.Engine:
    """The engine of a URL; to be given back by :func:`release`. BadInput for a setting that is none."""
    with _LOCK:
        key = (os.getpid(), address)
        if key not in _SHARED:
            _SHARED[key] = _Shared(_made(address))
        _SHARED[key].users += 1
        return _SHARED[key].engine


def _release(engine: sa.Engine) -> None:
    """The last one to give it back closes its pool."""
    with _LOCK:
        for key, shared in _SHARED.items():
            if shared.engine is engine:
                shared.users -= 1
                if shared.users:
                    return
                del _SHARED[key]
                break
    # What a parent opened before a fork is the parent's: it is let go of, and not closed.
    engine.dispose(close=key[0] == os.getpid())


def _made(address: Address) -> sa.Engine:
    more: dict[str, Any] = {}
    given = dict(address.more)
    if address.family == "postgresql":
        usual = {"connect_timeout": int(PATIENCE), "keepalives_idle": 10, "keepalives_interval": 5}
        more = {name: value for name, value in usual.items() if name not in given}
    elif address.family == "mysql":
        usual = {"connect_timeout": int(PATIENCE), "read_timeout": _SILENCE, "write_timeout": _SILENCE}
        more = {name: value for name, value in usual.items() if name not in given}
        more["charset"] = "utf8mb4"
    try:
        engine = sa.create_engine(
            address.url(),
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            hide_parameters=True,
            pool_timeout=PATIENCE,
            pool_use_lifo=True,
            pool_size=5,
            max_overflow=20,
            connect_args=more,
        )
    except (TypeError, ValueError, sa.exc.ArgumentError) as error:
        raise BadInput("storage-sql-setting", where=address.where) from error
    if address.family == "sqlite":
        event.listen(engine, "connect", _write_ahead)
    elif address.family == "mysql" and len(address.hosts) > 1:
        event.listen(engine, "do_connect", _Nodes(address))
    return engine


def _write_ahead(driver: Any, record: Any) -> None:
    # Asked first: setting it needs the file for itself, and SQLite does not wait for that by itself.
    import sqlite3

    driver.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            (mode,) = driver.execute("PRAGMA journal_mode").fetchone()
            if mode == "wal" or driver.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
        time.sleep(0.005)


@final
class _Nodes:
    """Connects to the first node of a cluster that is ready, beginning with the last one that was."""

    def __init__(self, address: Address) -> None:
        self._hosts = address.hosts
        self._turn = 0

    def __call__(self, dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> Any:
        """A connection, or the last node's error once all were asked for as long as a failover takes."""
        until = time.monotonic() + PATIENCE
        while True:
            for _ in self._hosts:
                host, port = self._hosts[self._turn % len(self._hosts)]
                try:
                    connection = dialect.connect(*cargs, **{**cparams, "host": host, "port": port or 3306})
                    if _ready(connection):
                        return connection
                    connection.close()
                    problem: Exception = dialect.loaded_dbapi.OperationalError(1047, "not in the cluster")
                except dialect.loaded_dbapi.Error as error:
                    if trouble(error) not in (Trouble.LOST, Trouble.UNREACHED, Trouble.TOO_MANY):
                        raise
                    problem = error
                self._turn += 1
            if time.monotonic() > until:
                raise problem
            time.sleep(_TURN)


def _ready(connection: Any) -> bool:
    """Whether the node belongs to the part of the cluster that may write; a server alone always does."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
        clustered = cursor.fetchone()
        if clustered is None or clustered[1] != "ON":
            return True
        cursor.execute("SHOW STATUS LIKE 'wsrep_ready'")
        ready = cursor.fetchone()
        return ready is not None and ready[1] == "ON"
