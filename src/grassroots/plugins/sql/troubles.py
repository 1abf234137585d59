"""The drivers' errors as ours: the only place that knows their codes.

Codes decide, never classes: the same loss of a connection is an OperationalError of one driver and an
InterfaceError of another. A bug (wrong SQL, a broken constraint) stays what it is: it must never look like
"try again". What a driver says may hold the values of a row, so its words go no further than the cause.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from enum import Enum, unique
from typing import Any, Final, final

from sqlalchemy import exc

from grassroots.errors import BadInput, Conflict, Corrupt, Full, GrassrootsError, Unavailable, Unreachable

LOST: Final = "storage-sql-lost"
"""The code of a connection that went away before anything was committed: the next may be good."""


@final
@unique
class Trouble(Enum):
    """What a driver's code means, whichever driver it is."""

    CROWDED = "crowded"  # deadlock, lock wait, serialisation, cancelled: rolled back
    LOST = "lost"  # the connection, or the node behind it, is gone
    UNKNOWN = "unknown"  # an error of COMMIT itself that leaves the outcome open
    FULL = "full"
    CORRUPT = "corrupt"
    PASSWORD = "password"
    DATABASE = "database"  # there is none of this name
    RIGHTS = "rights"
    READ_ONLY = "read-only"
    TOO_MANY = "too-many"  # the server takes no more connections
    PACKET = "packet"  # the server takes no statements of this size
    UNREACHED = "unreached"
    SETTING = "setting"  # the driver knows no such option


_POSTGRES: Final = {
    **dict.fromkeys(("40001", "40P01", "55P03", "57014", "25P04"), Trouble.CROWDED),
    **dict.fromkeys(("57P01", "57P02", "57P03", "57P05", "25P03"), Trouble.LOST),
    **dict.fromkeys(("58030", "40003"), Trouble.UNKNOWN),
    **dict.fromkeys(("53100",), Trouble.FULL),
    **dict.fromkeys(("XX001", "XX002"), Trouble.CORRUPT),
    **dict.fromkeys(("28P01", "28000"), Trouble.PASSWORD),
    **dict.fromkeys(("3D000",), Trouble.DATABASE),
    **dict.fromkeys(("42501",), Trouble.RIGHTS),
    **dict.fromkeys(("25006",), Trouble.READ_ONLY),
    **dict.fromkeys(("53300",), Trouble.TOO_MANY),
    **dict.fromkeys(("53200", "53000"), Trouble.UNREACHED),
}

_MYSQL: Final = {
    # Lock wait, deadlock (also: another node was first), record changed, NOWAIT, cancelled, out of time.
    **dict.fromkeys((1205, 1213, 1020, 3572, 1317, 1969, 3024), Trouble.CROWDED),
    # Gone away, lost, killed, shutting down; 1047: this node has left the cluster.
    **dict.fromkeys((2006, 2013, 2014, 2055, 1047, 1053, 1077, 1079, 1080, 1927, 3169, 4031), Trouble.LOST),
    **dict.fromkeys((1158, 1159, 1160, 1161, 0), Trouble.LOST),
    **dict.fromkeys((1180,), Trouble.UNKNOWN),
    **dict.fromkeys((1021, 1114), Trouble.FULL),
    **dict.fromkeys((1034, 1035, 1194, 1195, 1712), Trouble.CORRUPT),
    **dict.fromkeys((1045, 1698, 1862), Trouble.PASSWORD),
    **dict.fromkeys((1049,), Trouble.DATABASE),
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370), Trouble.RIGHTS),
    **dict.fromkeys((1290, 1792, 1836), Trouble.READ_ONLY),
    **dict.fromkeys((1040, 1203, 1226), Trouble.TOO_MANY),
    **dict.fromkeys((1153,), Trouble.PACKET),
    **dict.fromkeys((2002, 2003, 2005), Trouble.UNREACHED),
}

_SQLITE: Final = {
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED), Trouble.CROWDED),
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CORRUPT: Trouble.CORRUPT,
    sqlite3.SQLITE_NOTADB: Trouble.CORRUPT,
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM), Trouble.READ_ONLY),
    sqlite3.SQLITE_IOERR: Trouble.UNKNOWN,
    sqlite3.SQLITE_CANTOPEN: Trouble.UNREACHED,
}

# A connection that libpq could not make has no code, only the server's words (in the server's language).
_SAID: Final = (
    ("password authentication failed", Trouble.PASSWORD),
    ("no password supplied", Trouble.PASSWORD),
    ("no pg_hba.conf entry", Trouble.PASSWORD),
    ("FATAL:  role ", Trouble.PASSWORD),
    ("FATAL:  database ", Trouble.DATABASE),
    ("too many clients", Trouble.TOO_MANY),
    ("remaining connection slots", Trouble.TOO_MANY),
    ("the database system is ", Trouble.UNREACHED),
    ("session is read-only", Trouble.READ_ONLY),
)


def trouble(error: BaseException) -> Trouble | None:
    """What the error means; None for a bug."""
    driver: Any = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        return _SQLITE.get(getattr(driver, "sqlite_errorcode", 0) & 0xFF)
    number = driver.args[0] if driver is not None and driver.args else None
    if type(number) is int:
        if number == 1030:  # the storage engine's own number stands in the text
            return Trouble.FULL if "error 28 " in str(driver) else Trouble.UNKNOWN
        return _MYSQL.get(number)
    if not hasattr(driver, "sqlstate"):
        return None
    state = driver.sqlstate
    if state is None:
        return _said(str(driver))
    return _POSTGRES.get(state) or (Trouble.LOST if state.startswith("08") else None)


def duplicate(error: BaseException) -> bool:
    """Whether a row could not be written because one of its key is there already."""
    driver: Any = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        found = getattr(driver, "sqlite_errorcode", 0)
        return found in (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
    if getattr(driver, "sqlstate", None) == "23505":
        return True
    return driver is not None and driver.args[:1] == (1062,)


def _said(words: str) -> Trouble:
    if "invalid connection option" in words:
        return Trouble.SETTING
    if "connection failed" not in words and "FATAL" not in words:
        return Trouble.LOST
    return next(
        (one for part, one in _SAID if f"FATAL:  {part}" in words or part in words), Trouble.UNREACHED
    )


_OURS: Final[dict[Trouble, Callable[[str], GrassrootsError]]] = {
    Trouble.CROWDED: lambda where: Conflict(),
    Trouble.LOST: lambda where: Unreachable("storage-sql-lost", where=where),
    Trouble.UNKNOWN: lambda where: Unreachable(where=where),
    Trouble.FULL: lambda where: Full("storage-sql-full", where=where),
    Trouble.CORRUPT: lambda where: Corrupt(where=where),
    Trouble.PASSWORD: lambda where: Unreachable("storage-sql-password", where=where),
    Trouble.DATABASE: lambda where: Unreachable("storage-sql-database", where=where),
    Trouble.RIGHTS: lambda where: Unreachable("storage-sql-rights", where=where),
    Trouble.READ_ONLY: lambda where: Unreachable("storage-sql-read-only", where=where),
    Trouble.TOO_MANY: lambda where: Unreachable("storage-sql-too-many", where=where),
    Trouble.PACKET: lambda where: Unreachable("storage-sql-packet", where=where),
    Trouble.UNREACHED: lambda where: Unreachable("storage-sql-unreached", where=where),
    Trouble.SETTING: lambda where: BadInput("storage-sql-setting", where=where),
}


def told(error: BaseException, where: str, *, committing: bool = False) -> BaseException:
    """The error as one of ours; a bug as it is. ``committing``: COMMIT was sent and not answered."""
    if isinstance(error, exc.TimeoutError):
        return Unreachable("storage-sql-pool", where=where)
    found = trouble(error)
    if found is None:
        return error
    if committing and found in (Trouble.LOST, Trouble.UNKNOWN):
        return Unavailable()
    return _OURS[found](where)
