"""The storage ``sqlite``: one file, durable, for as many networks as like to share it.

``sqlite:///network.db`` is a file beside the program, ``sqlite:////srv/network.db`` an absolute path. The
standard library's driver; nothing to install. Keep the file on a local disk: WAL needs shared memory,
which network file systems do not give.
"""

from collections.abc import Iterable, Sequence

from grassroots.contracts.hooks import StorageOffer, hookimpl
from grassroots.contracts.storage import Storage, network_name
from grassroots.plugins.sqlite import schema
from grassroots.plugins.sqlite.connections import Connections, place
from grassroots.plugins.sqlite.store import SQLiteStorage, sweep

__all__ = ["SQLiteStorage", "drop", "grassroots_storages", "networks", "open_network"]


def open_network(url: str, network: str) -> Storage:
    """One network of the file; both are made if they are new. The folder must exist."""
    return SQLiteStorage(place(url), network_name(network))


def networks(url: str) -> Sequence[str]:
    """The networks of the file, sorted; of a file that does not exist, none."""
    where = place(url)
    if not where.exists():
        return []
    connections = Connections(where)
    try:
        with connections.lend() as connection:
            schema.layout(connection)
            rows = connection.execute("SELECT name FROM network ORDER BY name").fetchall()
    finally:
        connections.close()
    return [name for (name,) in rows]


def drop(url: str, network: str) -> None:
    """Remove the network with its records and its journal, overwritten on the disk. Absent: no-op."""
    where = place(url)
    if not where.exists():
        return
    connections = Connections(where)
    try:
        with connections.lend() as connection:
            schema.layout(connection)
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute("SELECT id FROM network WHERE name=?", (network,)).fetchone()
            if row is not None:
                for table in (*schema.BASE_TABLES, *schema.kind_tables(connection)):
                    connection.execute(f'DELETE FROM "{table}" WHERE network=?', row)
                connection.execute("DELETE FROM network WHERE id=?", row)
            connection.execute("COMMIT")
            sweep(connection)
    finally:
        connections.close()


@hookimpl
def grassroots_storages() -> Iterable[StorageOffer]:
    """Offer ``sqlite:///path``."""
    return [StorageOffer("sqlite", open_network, networks, drop)]
