"""MariaDB from Debian's mariadb-server: one server, or three as a Galera cluster."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pymysql
import pytest
from tests.servers.processes import Process, free_port, own_folder, run

SERVER = "/usr/sbin/mariadbd"

FAST = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-file-per-table=0",
    "--sync-frm=0",
)
"""For a server that lives as long as its tests: it need not survive a loss of power."""

_USUAL = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=128M",
    "--innodb-log-file-size=32M",
    "--character-set-server=utf8mb4",
)


def need_server() -> None:
    """Skip, and say how to have it; where CI says that it must be there, fail."""
    if Path(SERVER).exists() and shutil.which("mariadb-install-db"):
        return
    words = "MariaDB is not installed: apt-get install --no-install-recommends mariadb-server"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


class MariaDB:
    """One server with a database ``town``; root needs no password."""

    def __init__(self, *settings: str) -> None:
        need_server()
        self.folder = own_folder("mariadb")
        self.port = free_port()
        data = self.folder / "data"
        run(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-log-bin",
            "--innodb-flush-method=nosync",
        )
        command = [SERVER, "--no-defaults", f"--datadir={data}", f"--port={self.port}", *_USUAL]
        command += [f"--socket={self.folder}/s", f"--pid-file={self.folder}/pid", f"--tmpdir={self.folder}"]
        self.process = Process(self.folder, [*command, *settings])
        self.start()
        self.ask("CREATE DATABASE town")

    def start(self) -> None:
        """Start it, also after it was killed, and wait until it answers."""
        self.process.start()
        self.process.wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except pymysql.Error:
            return False
        return True

    def ask(self, statement: str) -> tuple[tuple[object, ...], ...]:
        """One statement as root."""
        connection = pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=5)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()  # type: ignore[no-any-return]
        finally:
            connection.close()

    @property
    def url(self) -> str:
        """For grassroots."""
        return f"mariadb://root@127.0.0.1:{self.port}/town"


_PROVIDER = "/usr/lib/galera/libgalera_smm.so"


class Galera:
    """Three servers of one cluster on loopback, each with everything, each of which may write.

    Timeouts of the group are short, so that a lost node is missed within seconds; shorter ones make nodes
    of a busy machine lose each other.
    """

    def __init__(self) -> None:
        need_server()
        if not Path(_PROVIDER).exists():
            pytest.skip("Galera is not installed: apt-get install --no-install-recommends galera-4")
        self.ports = [free_port() for _ in range(3)]
        self._groups = [free_port() for _ in range(3)]
        self.nodes = [self._node(number) for number in range(3)]
        first = self.nodes[0]
        run(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={first.folder}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-log-bin",
        )
        try:
            self.start(0, "--wsrep-new-cluster")
            self.start(1)
            self.start(2)
            self.ask(0, "CREATE DATABASE town")
        except BaseException:
            self.remove()
            raise

    def _node(self, number: int) -> Process:
        folder = own_folder(f"galera{number}")
        provider = ";".join(
            (
                f"gmcast.listen_addr=tcp://127.0.0.1:{self._groups[number]}",
                f"ist.recv_addr=127.0.0.1:{free_port()}",
                "gcache.size=32M",
                "gcache.page_size=16M",
                "evs.suspect_timeout=PT2S",
                "evs.inactive_timeout=PT4S",
                "evs.inactive_check_period=PT0.5S",
                "evs.keepalive_period=PT0.5S",
            )
        )
        settings = {
            "datadir": f"{folder}/data",
            "socket": f"{folder}/s",
            "pid-file": f"{folder}/pid",
            "tmpdir": folder,
            "port": self.ports[number],
            "bind-address": "127.0.0.1",
            "character-set-server": "utf8mb4",
            "default_storage_engine": "InnoDB",
            "binlog_format": "ROW",
            "innodb_autoinc_lock_mode": 2,
            "innodb_flush_log_at_trx_commit": 1,
            "innodb_buffer_pool_size": "64M",
            "innodb_log_file_size": "32M",
            "performance_schema": "OFF",
            "wsrep_on": "ON",
            "wsrep_provider": _PROVIDER,
            "wsrep_cluster_name": f"grassroots{self._groups[0]}",
            "wsrep_cluster_address": "gcomm://" + ",".join(f"127.0.0.1:{one}" for one in self._groups),
            "wsrep_node_name": f"n{number}",
            "wsrep_node_address": f"127.0.0.1:{self._groups[number]}",
            "wsrep_node_incoming_address": f"127.0.0.1:{self.ports[number]}",
            "wsrep_sst_method": "rsync",
            "wsrep_sst_receive_address": f"127.0.0.1:{free_port()}",
            "wsrep_slave_threads": 2,
            "wsrep_retry_autocommit": 0,
            "wsrep_provider_options": f'"{provider}"',
        }
        lines = ["[mariadbd]", "skip-name-resolve", *(f"{name}={value}" for name, value in settings.items())]
        (folder / "my.cnf").write_text("\n".join(lines) + "\n", "utf-8")
        run("mkdir", folder / "data")
        return Process(folder, [SERVER, f"--defaults-file={folder}/my.cnf"])

    def start(self, number: int, *more: str) -> None:
        """Start a node, also after it was killed, and wait until it has what the others have."""
        node = self.nodes[number]
        if (node.folder / "data" / "grastate.dat").exists():
            more = (*more, f"--wsrep-start-position={self.position(number)}")
        node.start(*more)
        node.wait_for(lambda: self.synced(number), 120)

    def position(self, number: int) -> str:
        """Up to where a node that does not run has written: the cluster's id and a number."""
        note = self.nodes[number].folder / "recovered.err"
        note.unlink(missing_ok=True)
        run(*self.nodes[number].command, "--wsrep-recover", f"--log-error={note}")
        return note.read_text("utf-8").rpartition("Recovered position: ")[2].split()[0]

    def restart_all(self) -> None:
        """After all were killed: the one that has most begins, the others follow."""
        most = max(range(3), key=lambda number: int(self.position(number).rpartition(":")[2]))
        state = self.nodes[most].folder / "data" / "grastate.dat"
        state.write_text(state.read_text("utf-8").replace("bootstrap: 0", "bootstrap: 1"), "utf-8")
        self.start(most, "--wsrep-new-cluster")
        for number in range(3):
            if number != most:
                self.start(number)

    def synced(self, number: int) -> bool:
        """Whether a node belongs to the cluster and may read and write."""
        try:
            found = dict(self.ask(number, "SHOW STATUS LIKE 'wsrep_%'"))
        except pymysql.Error:
            return False
        return found["wsrep_ready"] == "ON" and found["wsrep_local_state_comment"] == "Synced"

    def ask(self, number: int, statement: str) -> tuple[tuple[object, ...], ...]:
        """One statement as root on one node."""
        connection = pymysql.connect(
            host="127.0.0.1", port=self.ports[number], user="root", connect_timeout=5, read_timeout=20
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()  # type: ignore[no-any-return]
        finally:
            connection.close()

    def url(self, *numbers: int) -> str:
        """For grassroots: these nodes, the first first."""
        return f"mariadb://root@{','.join(f'127.0.0.1:{self.ports[one]}' for one in numbers)}/town"

    def remove(self) -> None:
        """End all nodes and forget their folders."""
        for node in self.nodes:
            node.kill()
            node.remove()
