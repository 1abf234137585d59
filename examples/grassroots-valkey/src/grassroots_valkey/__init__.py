"""The storage ``valkey``: networks of grassroots in Valkey (or Redis from 7.0), by Lua scripts.

``valkey://host:6379/0`` is database 0 of that server; ``valkeys://`` is the same over TLS. What may stand in
front of the host is ``user:password@``, and behind a question mark:

- ``prefix=NAME``: what the keys begin with (``grassroots``), so that others may share the database;
- ``durable=unchecked``: open also a server that does not say, or denies, that it flushes every write.

The library ``valkey`` is imported when a network is opened, so that offering it costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grassroots.contracts.hooks import StorageOffer, hookimpl
from grassroots.contracts.storage import Storage, network_name

if TYPE_CHECKING:
    from grassroots_valkey.server import Server

__all__ = ["drop", "grassroots_storages", "networks", "open_network"]


def _server(url: str) -> Server:
    from grassroots_valkey.server import Server

    return Server(url)


def open_network(url: str, network: str) -> Storage:
    """One network of the database, made if it is new; Unreachable if the server would lose what it took."""
    from grassroots_valkey.storage import ValkeyStorage

    network_name(network)
    server = _server(url)
    server.check_durable()
    return ValkeyStorage(server, network)


def networks(url: str) -> Sequence[str]:
    """The networks of the database, sorted."""
    with _server(url) as server:
        return server.networks()


def drop(url: str, network: str) -> None:
    """Remove the network with everything in it, at one moment. Absent: no-op."""
    with _server(url) as server:
        server.run("drop", network)


@hookimpl
def grassroots_storages() -> Iterable[StorageOffer]:
    """Offer ``valkey://`` and ``valkeys://``."""
    yield StorageOffer("valkey", open_network, networks, drop)
    yield StorageOffer("valkeys", open_network, networks, drop)
