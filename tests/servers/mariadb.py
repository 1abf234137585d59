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
