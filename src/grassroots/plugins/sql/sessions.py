"""One connection in the hands of one call, and what differs between the servers while it is held.

Transactions are begun and ended by statements of our own, on connections that the driver leaves alone
(AUTOCOMMIT): so an app's engine may have any isolation level, events and pool, and whether COMMIT was sent
is known to the line.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from grassroots.errors import Conflict, Unreachable
from grassroots.plugins.sql.bulk import COPY_FROM, copy, merge

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect

PATIENCE = 5.0
"""Seconds to wait for another writer before saying "crowded"."""

MAKING = 120.0
"""Seconds to wait while another process makes tables."""

PACKET = 4 << 20
"""Bytes that a server must take in one statement: a record of 1 MiB, written as text, and then some."""

_THERE = ((1050,), (1060,), (1061,))
"""MariaDB's numbers for a table, a column and an index that exist."""

_ROWS = 1_000
_BARE: dict[str, Any] = {"no_parameters": True}


class Session(ABC):
    """A connection that was lent. Subclasses know one family of servers each."""

    family: ClassVar[str]

    def __init__(self, connection: sa.Connection, where: str, *, own: bool) -> None:
        self.connection = connection
        self.where = where
        self.own = own
        self.open = False
        self.committing = False

    @property
    def dialect(self) -> Dialect:
        """The dialect of the engine."""
        return self.connection.dialect

    def bare(self, statement: str) -> sa.CursorResult[*tuple[Any, ...]]:
        """A statement without values, as it stands."""
        return self.connection.exec_driver_sql(statement, execution_options=_BARE)

    def run(self, statement: sa.Executable, *rows: Any) -> sa.CursorResult[*tuple[Any, ...]]:
        """A statement of SQLAlchemy."""
        return self.connection.execute(statement, *rows)

    @abstractmethod
    def settle(self) -> None:
        """What a connection needs once, when it is first lent."""

    @abstractmethod
    def begin(self) -> None:
        """A transaction that writes; every statement of it sees what was committed before that statement."""

    @abstractmethod
    def begin_reading(self) -> None:
        """A transaction in which every statement sees the same moment."""

    def commit(self) -> None:
        """End it. From here on a lost connection leaves the outcome unknown."""
        self.committing = True
        self.bare("COMMIT")
        self.open = self.committing = False

    def end(self) -> None:
        """Give up what was begun, or what only read."""
        self.bare("ROLLBACK")
        self.open = False

    @abstractmethod
    def alone(self, name: str) -> AbstractContextManager[None]:
        """No other process makes tables of this name meanwhile."""

    def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """New rows, all with the same columns."""
        self.run(sa.insert(table), rows[0] if len(rows) == 1 else rows)

    def update(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows that certainly exist, whole, found by their primary key."""
        keys = [column.name for column in table.primary_key]
        statement = (
            sa.update(table)
            .where(*(table.c[name] == sa.bindparam(f"at_{name}") for name in keys))
            .values({name: sa.bindparam(name) for name in rows[0] if name not in keys})
        )
        self.run(statement, [{(f"at_{n}" if n in keys else n): v for n, v in row.items()} for row in rows])

    def erase(self, table: sa.Table, net: int, ids: Sequence[str]) -> None:
        """The rows of these records."""
        for start in range(0, len(ids), _ROWS):
            some = self.among(table.c.id, ids[start : start + _ROWS])
            self.run(sa.delete(table).where(table.c.net == net, some))

    def among(self, column: sa.ColumnElement[str], ids: Collection[str]) -> sa.ColumnElement[bool]:
        """One of these ids."""
        return column.in_(list(ids))

    def analyze(self, tables: Sequence[sa.Table]) -> None:
        """Count for the planner. Averages that are missing cost a factor of 8 to 60."""
        quote = self.dialect.identifier_preparer.format_table
        for table in tables:
            self.bare(f"ANALYZE {quote(table)}")

    def made_elsewhere(self, error: sa.exc.DBAPIError) -> bool:
        """Whether the error says that another node of a cluster makes the same at this moment."""
        return False

    def make(self, statement: str | sa.Executable | list[sa.Index]) -> None:
        """Make a table, a column, or all of these indexes of one table."""
        if isinstance(statement, str):
            self.bare(statement)
        elif isinstance(statement, list):
            for index in statement:
                self.make(sa.schema.CreateIndex(index))
        else:
            self.run(statement)


class PostgreSQL(Session):
    """psycopg 3."""

    family = "postgresql"

    def settle(self) -> None:
        """Find out whether this server acknowledges before it has written."""
        # An app may trade its last seconds for speed; an act that was acknowledged here is never lost.
        careless = self.bare("SHOW synchronous_commit").scalar_one() == "off"
        self.connection.info["grassroots_begin"] = (
            "BEGIN ISOLATION LEVEL READ COMMITTED; "
            + ("SET LOCAL synchronous_commit = on; " if careless else "")
            + "SET LOCAL lock_timeout = "
        )

    def begin(self, patience: float = PATIENCE) -> None:
        """READ COMMITTED: a statement sees what the last holder of the head committed."""
        self.bare(f"{self.connection.info['grassroots_begin']}{int(patience * 1000)}")
        self.open = True

    def begin_reading(self) -> None:
        """REPEATABLE READ."""
        self.bare("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.open = True

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """An advisory lock; what is made and the lock end with the transaction."""
        self.begin(MAKING)
        self.run(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))
        yield
        self.commit()

    def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Many by COPY."""
        if len(rows) < COPY_FROM:
            super().insert(table, rows)
        else:
            copy(self.connection, table.name, table, rows)

    def update(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Many by COPY and one INSERT ... ON CONFLICT."""
        if len(rows) < COPY_FROM:
            super().update(table, rows)
        else:
            merge(self.connection, table, rows)

    def among(self, column: sa.ColumnElement[str], ids: Collection[str]) -> sa.ColumnElement[bool]:
        """As one array: one statement for any number of ids, prepared once."""
        from sqlalchemy.dialects.postgresql import ARRAY

        return column == sa.any_(sa.bindparam(None, list(ids), type_=ARRAY(sa.Text())))


class MariaDB(Session):
    """PyMySQL, for MariaDB (also as a Galera cluster) and MySQL."""

    family = "mysql"

    def settle(self) -> None:
        """Refuse what would lose data in silence; on a cluster, wait for what other nodes acknowledged."""
        found = dict(
            tuple(row)
            for row in self.bare(
                "SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'max_allowed_packet', 'sql_mode',"
                " 'character_set_client')"
            )
        )
        self.connection.info["grassroots_cluster"] = found.get("wsrep_on") == "ON"
        if int(found["max_allowed_packet"]) < PACKET:
            raise Unreachable("storage-sql-packet", where=self.where)
        if found["character_set_client"] != "utf8mb4":
            raise Unreachable("storage-sql-charset", where=self.where, found=found["character_set_client"])
        if self.connection.info["grassroots_cluster"]:
            # What was acknowledged on one node is seen on every other: 83 of 500 reads were stale without.
            self.bare("SET SESSION wsrep_sync_wait = 1")
        if self.own:
            self.bare(f"SET SESSION innodb_lock_wait_timeout = {int(PATIENCE)}")

    def begin(self) -> None:
        """READ COMMITTED: fewer gap locks, so that networks stay out of each other's way."""
        self.bare("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        self.bare("START TRANSACTION")
        self.open = True

    def begin_reading(self) -> None:
        """A consistent snapshot."""
        self.bare("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.bare("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        self.open = True

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """A named lock. Tables are made at once here, whatever becomes of the rest."""
        # On a cluster this lock holds for one node; what two nodes make at once exists once, by its name.
        lock: sa.BindParameter[str] = sa.bindparam("lock", f"grassroots.{name}", unique=True)
        if not self.run(sa.select(sa.func.get_lock(lock, int(MAKING)))).scalar():
            raise Conflict()
        try:
            yield
        finally:
            with suppress(sa.exc.DBAPIError):
                self.run(sa.select(sa.func.release_lock(lock)))

    def update(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Many rows in one statement: an UPDATE of many is a round trip for each."""
        from sqlalchemy.dialects.mysql import insert

        statement = insert(table)
        keys = {column.name for column in table.primary_key}
        changed = {name: statement.inserted[name] for name in rows[0] if name not in keys}
        self.run(statement.on_duplicate_key_update(changed), rows[0] if len(rows) == 1 else rows)

    def analyze(self, tables: Sequence[sa.Table]) -> None:
        """In one statement, and on this node alone."""
        quote = self.dialect.identifier_preparer.format_table
        names = ", ".join(quote(table) for table in tables)
        if names:
            self.bare(f"ANALYZE NO_WRITE_TO_BINLOG TABLE {names}").close()

    def made_elsewhere(self, error: sa.exc.DBAPIError) -> bool:
        """The table is there, the row is there, or this node lost the race."""
        return error.orig is not None and error.orig.args[:1] in (*_THERE, (1062,), (1213,))

    def make(self, statement: str | sa.Executable | list[sa.Index]) -> None:
        """All indexes of a table in one statement, because each costs as much as all. What is there is well:
        a process that was killed left it, or another node made it.
        """
        try:
            if isinstance(statement, list):
                super().make(self._together(statement))
            else:
                super().make(statement)
        except sa.exc.DBAPIError as error:
            if error.orig is None or error.orig.args[:1] not in _THERE:
                raise
            if isinstance(statement, list) and len(statement) > 1:
                for index in statement:
                    self.make([index])

    def _together(self, indexes: Sequence[sa.Index]) -> str:
        prepare = self.dialect.identifier_preparer
        made = [
            f"ADD INDEX {prepare.quote(str(index.name))}"
            f" ({', '.join(prepare.quote(column.name) for column in index.columns)})"
            for index in indexes
        ]
        assert indexes[0].table is not None
        return f"ALTER TABLE {prepare.format_table(indexes[0].table)} {', '.join(made)}"


class SQLite(Session):
    """The standard library's driver under SQLAlchemy."""

    family = "sqlite"

    def settle(self) -> None:
        """The durable settings; of an app's engine only that a commit is one."""
        self._free()
        self.bare("PRAGMA synchronous=FULL")
        if self.own:
            for setting in ("secure_delete=ON", "cache_size=-65536", "wal_autocheckpoint=4000"):
                self.bare(f"PRAGMA {setting}")

    def begin(self) -> None:
        """The write lock at once: waiting for it later cannot be waited for."""
        self._begin("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """A snapshot from the first statement on."""
        self._begin("BEGIN")

    def _begin(self, statement: str) -> None:
        self._free()
        self.bare(statement)
        self.open = True

    def _free(self) -> None:
        # An app's engine may begin by itself whenever SQLAlchemy does (its documentation says how): the
        # transaction has to be ours.
        driver = self.connection.connection.driver_connection
        if not self.connection.in_transaction():
            self.connection.begin()
        if driver is not None and driver.in_transaction:
            driver.rollback()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """The write lock of the file."""
        self.begin()
        yield
        self.commit()


FAMILIES: dict[str, type[Session]] = {
    "postgresql": PostgreSQL,
    "mysql": MariaDB,
    "mariadb": MariaDB,
    "sqlite": SQLite,
}
"""By the name of SQLAlchemy's dialect."""
