"""The storage for database servers: PostgreSQL, MariaDB and MySQL, through SQLAlchemy.

By URL, or by an engine that the embedding app already has (its pool, never its transaction)::

    grassroots.open("postgresql://clerk:…@db.example/town", network="riverbend")

    from grassroots.plugins.sql.database import Database
    town = Database(engine, prefix="volunteers_")
    grassroots.open(storage=town.open, network="riverbend")

Schemes are those of SQLAlchemy: ``postgresql`` (also ``postgres``, as hosting platforms write it), ``mysql``,
``mariadb``, each also with the driver's name behind a ``+``. ``sqlite:`` belongs to the built-in storage for
files; the same file kind through SQLAlchemy is ``sqlite+pysqlite:``, which is how SQLAlchemy itself spells
SQLite with the driver named, and is meant for trying an app's own set-up without a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grassroots.contracts.hooks import StorageOffer, hookimpl
from grassroots.contracts.storage import Storage, network_name
from grassroots.plugins.sql.addresses import SCHEMES, Address

if TYPE_CHECKING:
    from grassroots.plugins.sql.database import Database

__all__ = ["SCHEMES", "drop", "grassroots_storages", "networks", "open_network"]


def _at(url: str) -> Database:
    address = Address.parse(url)
    address.check_installed()
    # Imported here: SQLAlchemy takes a quarter of a second, and whoever keeps files never needs it.
    from grassroots.plugins.sql.database import Database

    return Database.at(address)


def open_network(url: str, network: str) -> Storage:
    """One network of the database; its tables are made if they are new, the database itself is not."""
    network_name(network)
    database = _at(url)
    try:
        return database.open(network)
    except BaseException:
        database.close()
        raise


def networks(url: str) -> Sequence[str]:
    """The networks of the database, sorted; where there are no tables yet, none. Makes nothing."""
    with _at(url) as database:
        return database.networks()


def drop(url: str, network: str) -> None:
    """Remove the network with its records and its journal. Absent: no-op."""
    with _at(url) as database:
        database.drop(network)


@hookimpl
def grassroots_storages() -> Iterable[StorageOffer]:
    """Offer every scheme of SQLAlchemy that this storage knows."""
    return [StorageOffer(scheme, open_network, networks, drop) for scheme in SCHEMES]
