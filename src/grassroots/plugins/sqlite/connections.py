"""Connections to one file: opened with the durable settings, lent to one caller at a time.

A pool and not one connection a thread: a web server that makes a thread for each request would otherwise
keep a connection, and its 64 MiB of cache, for every thread that ever was.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import final

from grassroots.errors import (
    BadInput,
    Closed,
    Conflict,
    Corrupt,
    Full,
    GrassrootsError,
    Unavailable,
    Unreachable,
)

PATIENCE = 5.0
"""Seconds to wait for another writer before saying "crowded"."""

APPLICATION = 0x67726173
"""``gras``: stands in the header of every file, so that no other program's database is ever touched."""

_ROOM = 64 << 10
"""Bytes that a connection needs beside the file to open it: the index of its log grows by half of that."""

LAYOUT = 2
"""The version of the tables; a file with a higher one is refused."""

_SETTINGS = (
    "PRAGMA synchronous=FULL",  # with WAL: a commit that returned survives a power cut
    "PRAGMA secure_delete=ON",  # what is erased is overwritten, not merely forgotten
    "PRAGMA cache_size=-65536",  # these two nearly double bulk writing
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA trusted_schema=OFF",
)


def place(url: str) -> Path:
    """The file that ``sqlite:///path`` names: relative with three slashes, absolute with four."""
    head, _, rest = url.partition(":///")
    if head.lower() != "sqlite" or not rest or rest.startswith(":memory:"):
        raise BadInput("storage-sqlite-url", what=url)
    return Path(rest).expanduser().absolute()


def told(error: sqlite3.Error, where: Path, *, committing: bool = False) -> Exception:
    """The driver's error as one of ours. The only place that knows the driver's codes.

    A bug (wrong SQL, a broken constraint) stays what it is: it must never look like "try again".
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = str(where)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Conflict()
    if code == sqlite3.SQLITE_FULL:
        return Full()
    if code == sqlite3.SQLITE_NOTADB:
        return Corrupt("storage-not-database", where=name)  # a sheet that was named by mistake, most likely
    if code == sqlite3.SQLITE_CORRUPT:
        return Corrupt(where=name)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return Unreachable("storage-read-only", where=name)
    if code == sqlite3.SQLITE_IOERR and committing:
        return Unavailable()  # the last page may or may not have reached the disk
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        if where.is_dir():
            return Unreachable("storage-is-folder", where=name)
        if _is_full(where):
            return Full()  # of the index beside its log, which is mapped, SQLite says "disk I/O error"
        # The log beside the file has to be writable too, and that is all that SQLite says of it.
        if not all(os.access(one, os.W_OK) for one in (where, where.parent) if one.exists()):
            return Unreachable("storage-read-only", where=name)
        return Unreachable(where=name)
    return error


def _is_full(where: Path) -> bool:
    try:
        return shutil.disk_usage(where.parent).free < _ROOM
    except OSError:
        return False


@final
class Connections:
    """The pool of one open network. Thread-safe; survives a fork by opening anew in the child."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._lent: set[sqlite3.Connection] = set()
        self._process = os.getpid()
        self._closed = False

    def lend(self) -> _Loan:
        """A connection for one call. Errors of the driver leave as ours; an open transaction is undone."""
        return _Loan(self)

    def refresh(self) -> None:
        """Let go of the idle connections: a connection reads the planner's statistics when it opens."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        with self._lock:
            self._closed = True
        self.refresh()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    def take(self) -> sqlite3.Connection:
        """A connection that nobody else has."""
        with self._lock:
            if self._closed:
                raise Closed()
            if self._process != os.getpid():
                # After a fork the parent's connections must be neither used nor closed: closing one
                # would drop the parent's file locks.
                _ABANDONED.extend([*self._idle, *self._lent])
                self._idle, self._lent, self._process = [], set(), os.getpid()
            connection = self._idle.pop() if self._idle else None
            if connection is not None:
                self._lent.add(connection)
                return connection
        connection = connect(self.where)
        with self._lock:
            self._lent.add(connection)
        return connection

    def give_back(self, connection: sqlite3.Connection, *, keep: bool) -> None:
        """Let others have it, or close it."""
        with self._lock:
            self._lent.discard(connection)
            if keep and not self._closed:
                self._idle.append(connection)
                return
        connection.close()


@final
class _Loan:
    """One use of a connection; a class and not a generator, which would cost as much as finding a record."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    def __enter__(self) -> sqlite3.Connection:
        self._connection = self._pool.take()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, pool = self._connection, self._pool
        if error is None:
            pool.give_back(connection, keep=True)
            return
        # Undone on every way out, also on Ctrl-C; a connection that cannot even do that is let go.
        try:
            if connection.in_transaction:
                connection.rollback()
        except sqlite3.Error:
            pool.give_back(connection, keep=False)
        else:
            pool.give_back(connection, keep=True)
        if isinstance(error, sqlite3.Error):
            ours = told(error, pool.where)
            if ours is not error:
                raise ours from error


_ABANDONED: list[sqlite3.Connection] = []


def connect(where: Path) -> sqlite3.Connection:
    """One connection with all settings, to a file that is ours and of a layout this version knows."""
    if not where.parent.is_dir():
        raise Unreachable("storage-folder", where=str(where.parent))
    try:
        connection = sqlite3.connect(
            where, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise told(error, where) from error
    try:
        _recognise(connection, where)
        _write_ahead(connection, where)
        for setting in _SETTINGS:
            connection.execute(setting)
    except sqlite3.Error as error:
        connection.close()
        raise told(error, where) from error
    except GrassrootsError:
        connection.close()
        raise
    return connection


def _recognise(connection: sqlite3.Connection, where: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # Looked at once more: another process may have made the tables between the two looks.
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION and (tables or application or layout):
            raise Unreachable("storage-foreign", where=str(where))
    elif layout > LAYOUT:
        raise Unreachable("storage-newer", where=str(where), found=layout, known=LAYOUT)


def _write_ahead(connection: sqlite3.Connection, where: Path) -> None:
    # Asked first: setting it needs the file for itself, and SQLite does not wait for that by itself, so
    # opening under load would say "database is locked".
    until = time.monotonic() + PATIENCE
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode == "wal" or connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > until:
                raise
        else:
            if time.monotonic() > until:
                raise Unreachable("storage-no-log", where=str(where))  # a network file system, most likely
        time.sleep(0.005)


@contextmanager
def best_effort() -> Iterator[None]:
    """For housekeeping after a commit: it stands already, so nothing here may make it look refused."""
    with suppress(sqlite3.Error):
        yield
