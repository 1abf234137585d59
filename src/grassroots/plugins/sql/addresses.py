"""Where a database is: a URL read into hosts, a database, a prefix; and what of it may be told to people.

``postgresql://user:password@host:5432/town?prefix=gr_``. Several hosts with commas between them
(``mariadb://clerk:…@n1,n2:3307,n3/town``) are nodes of one cluster: the first that answers is used, and the
next when it is lost. What stands behind ``?`` goes to the driver, except ``prefix``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen

from grassroots.errors import BadInput, need

if TYPE_CHECKING:
    from sqlalchemy import URL

SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "postgresql": "postgresql",
        "postgresql+psycopg": "postgresql",
        "postgres": "postgresql",
        "mysql": "mysql",
        "mysql+pymysql": "mysql",
        "mariadb": "mysql",
        "mariadb+pymysql": "mysql",
        "sqlite+pysqlite": "sqlite",
    }
)
"""The family of each scheme."""

DRIVERS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "postgresql": ("psycopg", "postgres", "postgresql+psycopg"),
        "mysql": ("pymysql", "mysql", "mysql+pymysql"),
        "sqlite": ("sqlite3", "sql", "sqlite+pysqlite"),
    }
)
"""Of each family: the driver's module, the extra that brings it, and SQLAlchemy's name for both."""

PREFIX: Final = "grassroots_"
"""What the names of all our tables begin with, unless the URL or the app says otherwise."""

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,19}")
_HOST = re.compile(r"(?P<host>\[[^\]]+\]|[^:,\[\]]+)?(?::(?P<port>\d{1,5}))?")


def checked_prefix(prefix: str) -> str:
    """The prefix: ``[a-z][a-z0-9_]{0,19}``, short enough for every name that is made with it."""
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        raise BadInput("storage-sql-prefix", what=str(prefix))
    return prefix


@final
@frozen(kw_only=True)
class Address:
    """A URL, read. ``where`` is what may be shown: neither the user nor the password stands in it."""

    family: str
    user: str | None
    password: str | None = field(repr=False)
    hosts: tuple[tuple[str, int | None], ...]
    database: str
    prefix: str
    more: tuple[tuple[str, str], ...] = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a URL. BadInput never repeats what may be a password."""
        scheme, _, rest = url.partition("://")
        family = SCHEMES.get(scheme.lower())
        if family is None or not rest:
            raise BadInput("storage-sql-url", what=scheme.partition(":")[0])
        place, _, query = rest.partition("?")
        login, _, database = place.partition("/")
        credentials, at, servers = login.rpartition("@")
        user, colon, password = credentials.partition(":")
        more = dict(parse_qsl(query, keep_blank_values=True))
        prefix = checked_prefix(more.pop("prefix", PREFIX))
        if family == "sqlite" and (login or not database or database.startswith(":memory:")):
            raise BadInput("storage-sql-file")
        if family != "sqlite" and not database:
            raise BadInput("storage-sql-url", what=scheme)
        return cls(
            family=family,
            user=unquote(user) if at else None,
            password=unquote(password) if colon else None,
            hosts=_hosts(servers, scheme) if family != "sqlite" else (),
            database=database if family == "sqlite" else unquote(database),
            prefix=prefix,
            more=tuple(sorted(more.items())),
        )

    @property
    def where(self) -> str:
        """The servers and the database, for people."""
        servers = ",".join(host if port is None else f"{host}:{port}" for host, port in self.hosts)
        return f"{servers}/{self.database}" if servers else self.database

    def check_installed(self) -> None:
        """MissingExtra, with the line to type, if SQLAlchemy, Alembic or the driver is not installed."""
        module, extra, _ = DRIVERS[self.family]
        for wanted in ("sqlalchemy", "alembic", module):
            try:
                importlib.import_module(wanted)
            except ImportError as error:
                raise need(extra, wanted) from error

    def url(self) -> URL:
        """The same for SQLAlchemy, with its driver."""
        from sqlalchemy import URL

        name = DRIVERS[self.family][2]
        query: dict[str, str | tuple[str, ...]] = dict(self.more)
        host, port = self.hosts[0] if self.hosts else (None, None)
        if self.family == "postgresql" and len(self.hosts) > 1:
            # libpq itself goes from host to host, and past those that only follow another.
            query["host"] = tuple(f"{name}:{number or 5432}" for name, number in self.hosts)
            query.setdefault("target_session_attrs", "read-write")
            host, port = None, None
        return URL.create(
            name, self.user, self.password, host=host, port=port, database=self.database, query=query
        )


def _hosts(servers: str, scheme: str) -> tuple[tuple[str, int | None], ...]:
    found = []
    for server in servers.split(","):
        read = _HOST.fullmatch(server)
        if read is None or not read["host"]:
            raise BadInput("storage-sql-url", what=scheme)
        found.append((read["host"].strip("[]"), int(read["port"]) if read["port"] else None))
    return tuple(found)
