"""One server of a kind for a whole run, also when the tests are shared out between processes.

The first test that asks for it starts it; the process that began the run ends it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL

_STARTED: list[PostgreSQL | MariaDB] = []
"""Those that this very process started."""


def _folder(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "servers"
    folder.mkdir(exist_ok=True)
    return folder


def shared(factory: pytest.TempPathFactory, name: str, start: Callable[[], PostgreSQL | MariaDB]) -> str:
    """The URL of the server of this name."""
    note = _folder(factory) / f"{name}.json"
    with (note.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            server = start()
            _STARTED.append(server)
            said = {"url": server.url, "pid": server.process.pid, "folder": str(server.process.folder)}
            note.write_text(json.dumps(said), "utf-8")
        return str(json.loads(note.read_text("utf-8"))["url"])


def end_all(base: Path) -> None:
    """End every server of the run whose temporary folder this is."""
    while _STARTED:
        _STARTED.pop().process.remove()
    for note in (base / "servers").glob("*.json"):
        said = json.loads(note.read_text("utf-8"))
        with suppress(ProcessLookupError):
            os.kill(said["pid"], signal.SIGINT if "postgres" in note.name else signal.SIGTERM)
            for _ in range(200):
                time.sleep(0.05)
                os.kill(said["pid"], 0)
        shutil.rmtree(said["folder"], ignore_errors=True)
        note.unlink()
