"""One server as a URL names it: where it is, running scripts there, and its errors as ours."""

from __future__ import annotations

from functools import cache
from hashlib import sha1
from importlib import resources
from types import TracebackType
from typing import Any, Self, final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import valkey
from valkey import exceptions

from grassroots.errors import BadInput, Conflict, Corrupt, Full, Unavailable, Unreachable

PATIENCE = 30.0
"""Seconds to wait for an answer. A script that has begun ends, whether anybody waits or not."""

_UNSAFE = frozenset("{}*?[]^\\\0")
"""What may not stand in a prefix: a hash tag begins with a brace, and drop and networks look by pattern."""


@cache
def script(name: str) -> tuple[bytes, str]:
    """A script with what all of them share before it, and the digest that the server knows it by."""
    lua = resources.files("grassroots_valkey.lua")
    text = b"\n".join(lua.joinpath(f"{one}.lua").read_bytes() for one in ("common", name))
    return text, sha1(text, usedforsecurity=False).hexdigest()


def _said(what: str) -> BadInput:
    return BadInput("storage-says", what=what)


@final
class Server:
    """A pool of connections to one database of one server."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port or 6379
            database = int(parts.path.strip("/") or 0)
        except ValueError:
            raise _said(
                "The port and the database of a valkey URL are numbers: valkey://host:6379/0"
            ) from None
        options = dict(parse_qsl(parts.query))
        self.prefix = options.pop("prefix", "grassroots")
        self._unchecked = options.pop("durable", "") == "unchecked"
        if options or not parts.hostname:
            raise _said("Write valkey://host:6379/0, and behind it at most ?prefix=NAME&durable=unchecked")
        if not self.prefix or _UNSAFE & set(self.prefix):
            raise _said("The prefix of a valkey URL is a plain word, without brackets, stars and braces")
        self.where = f"{parts.hostname}:{port}/{database}"  # never with the password
        self._client = valkey.Valkey(
            host=parts.hostname,
            port=port,
            db=database,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ssl=parts.scheme.lower() == "valkeys",
            socket_timeout=PATIENCE,
            socket_connect_timeout=5.0,
        )

    def base(self, network: str) -> bytes:
        """What all keys of a network begin with: it is their hash tag, so a cluster keeps them together."""
        return f"{self.prefix}:{{{quote(network, safe='')}}}:".encode()

    def run(self, name: str, network: str, *words: bytes | str | int, writes: bool = True) -> Any:
        """Run a script on a network; where it ``writes``, a lost answer leaves it unknown what was done."""
        text, digest = script(name)
        try:
            # By itself, because a failure here means that nothing was sent.
            connection = self._client.connection_pool.get_connection("EVALSHA")
        except exceptions.ValkeyError as error:
            raise Unreachable(where=self.where) from error
        try:
            try:
                return self._ask(connection, "EVALSHA", digest, 1, self.base(network), *words)
            except exceptions.NoScriptError:
                return self._ask(connection, "EVAL", text, 1, self.base(network), *words)
        except exceptions.ValkeyError as error:
            raise self._told(error, writes) from error
        finally:
            self._client.connection_pool.release(connection)

    def _ask(self, connection: Any, *command: bytes | str | int) -> Any:
        try:
            connection.send_command(*command)
            return connection.read_response()
        except exceptions.ResponseError:
            raise
        except BaseException:
            # Also on Ctrl-C: an answer that comes later must not be taken for that of the next question.
            connection.disconnect()
            raise

    def _told(self, error: exceptions.ValkeyError, writes: bool) -> Exception:
        """The error as one of ours. A bug (an error inside a script) stays what it is."""
        text = str(error)
        if isinstance(error, exceptions.OutOfMemoryError) or "No space left on device" in text:
            return Full()
        if isinstance(error, exceptions.BusyLoadingError | exceptions.AuthenticationError):
            return Unreachable(where=self.where)
        if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError):
            return Unavailable() if writes else Unreachable(where=self.where)
        if text.startswith("BUSY "):
            return Conflict()  # somebody's script is at work for very long
        if text.startswith(
            ("MISCONF", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "NOPERM", "NOAUTH")
        ):
            return Unreachable(where=self.where)
        if isinstance(error, exceptions.ReadOnlyError):
            return Unreachable("storage-read-only", where=self.where)
        if text.startswith("WRONGTYPE"):
            return Corrupt(where=self.where)
        return error

    def plain(self, *command: bytes | str | int) -> Any:
        """One command that writes nothing."""
        try:
            return self._client.execute_command(*command)  # type: ignore[no-untyped-call]
        except exceptions.ValkeyError as error:
            raise self._told(error, False) from error

    def check_durable(self) -> None:
        """Refuse a server that answers before what it took stands on its disk."""
        if self._unchecked:
            return
        try:
            found: Any = self._client.config_get("append*")
        except (exceptions.NoPermissionError, exceptions.ResponseError):
            found = {}
        except exceptions.ValkeyError as error:
            raise self._told(error, False) from error
        if (found.get("appendonly"), found.get("appendfsync")) != ("yes", "always"):
            raise Unreachable(
                "storage-says",
                what=f"{self.where} may lose what it acknowledges. Set appendonly yes and appendfsync "
                "always, or write ?durable=unchecked behind the URL and know what that means.",
            )

    def networks(self) -> list[str]:
        """Every network that was opened and not dropped."""
        found: set[str] = set()
        head, tail = f"{self.prefix}:{{", "}:born"
        try:
            for key in self._client.scan_iter(match=f"{head}*{tail}".encode(), count=1_000):
                found.add(unquote(key.decode()[len(head) : -len(tail)]))
        except exceptions.ValkeyError as error:
            raise self._told(error, False) from error
        return sorted(found)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.connection_pool.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
