"""A server process: started as a user without rights, on a free port, ended with the tests."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import SystemRandom

NOBODY = "nobody"


def free_port() -> int:
    """A port outside the range that outgoing connections get theirs from."""
    chance = SystemRandom()
    for _ in range(200):
        port = chance.randrange(15_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free between 15000 and 32000")


def own_folder(name: str) -> Path:
    """A folder of its own that the server's user may enter (pytest's own folders it may not)."""
    folder = Path(tempfile.mkdtemp(prefix=f"grassroots-{name}-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(NOBODY)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _end_with_parent(number: int) -> Callable[[], None]:
    library = ctypes.CDLL(None)

    def set_up() -> None:
        library.prctl(1, number)  # PR_SET_PDEATHSIG: a run that is killed leaves no server behind

    return set_up


def as_nobody() -> dict[str, object]:
    """Settings of a process that must not be root: servers refuse to be."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    user = pwd.getpwnam(NOBODY)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


def run(*command: object) -> str:
    """Run to its end; what it said, in the error too."""
    done = subprocess.run(  # type: ignore[call-overload]
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
        **as_nobody(),
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return str(done.stdout) + str(done.stderr)


class Process:
    """A running server, by its command. Killed, it may be started again on the same folder and port."""

    def __init__(self, folder: Path, command: list[object], *, gently: int = signal.SIGTERM) -> None:
        self.folder = folder
        self.command = command
        self._gently = gently
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._running is not None
        return self._running.pid

    def start(self, *more: object) -> None:
        """Start it; whether it answers is for the caller to find out."""
        with (self.folder / "log").open("ab") as log:
            self._running = subprocess.Popen(  # type: ignore[call-overload]
                [str(word) for word in (*self.command, *more)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent(self._gently),  # noqa: PLW1509 - no thread of ours runs yet
                env={**os.environ, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
                **as_nobody(),
            )

    def wait_for(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Until it is ready; its log if it never is."""
        until = time.monotonic() + seconds
        while not ready():
            gone = self._running is None or self._running.poll() is not None
            if gone or time.monotonic() > until:
                raise RuntimeError(f"the server did not come up:\n{self.log()[-2_000:]}")
            time.sleep(0.05)

    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def stop(self) -> None:
        """End it as its administrator would."""
        self._end(self._gently)

    def kill(self) -> None:
        """Kill it, with nothing written or said any more."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._running.pid, number)
        try:
            self._running.wait(60)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None

    def remove(self) -> None:
        """End it and forget its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
