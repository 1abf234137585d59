"""What a process does to the files of a storage, as its system calls tell it.

A child is forked and ``strace`` is attached to it. Its calls become plain events: written here, cut there,
flushed. Between them stand the marks that the child sent through its pipe, so that at each event it is
known what had been acknowledged.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from grassroots.testing.storage.power.calls import Recording, Trace, read_trace
from grassroots.testing.storage.processes import child_of

Mark = Callable[[str], None]
"""Says in the recording, between two calls, how far the child has come."""

_CALLS: Final = (
    "?open,openat,?creat,close,read,write,writev,lseek,pwrite64,pwritev,pwritev2,ftruncate,?truncate,"
    "fallocate,fsync,fdatasync,sync_file_range,syncfs,sync,?rename,?renameat,renameat2,?unlink,unlinkat,"
    "?link,linkat,mmap,sendfile,copy_file_range,?io_uring_setup"
)
_ANYBODY: Final = 0x59616D61, -1  # PR_SET_PTRACER, PR_SET_PTRACER_ANY


class CannotRecord(Exception):
    """Why nothing was recorded, in words: there is no strace, or it may not attach."""


def missing() -> str:
    """Why nothing can be recorded on this machine, or nothing."""
    if not hasattr(os, "fork"):
        return "system calls are recorded by strace, a program for Linux"
    if shutil.which("strace") is None:
        return "strace is not installed (on Debian: apt-get install strace), so no loss of power was tried"
    return ""


def record(work: Callable[[Mark], None], files: Sequence[Path]) -> Recording:
    """Run ``work(mark)`` in a child; what it does to these files, or to all below a folder.

    CannotRecord if strace is missing or may not attach, Unseen if the files change behind its back, and
    AssertionError if the child fails.
    """
    return read_trace(traced(work, "-e", f"trace={_CALLS}"), [os.path.realpath(one) for one in files])


def traced(work: Callable[[Mark], None], *options: str) -> Trace:
    """Run ``work(mark)`` in a child under strace with these options: the lines that it told."""
    if reason := missing():
        raise CannotRecord(reason)
    gate, opening = os.pipe()

    def begin(pipe: int) -> None:
        os.close(opening)
        with suppress(Exception):  # where only a parent may attach, allow it; elsewhere it is not known
            ctypes.CDLL(None).prctl(*_ANYBODY, 0, 0, 0)
        os.write(pipe, b"?")
        os.read(gate, 1)

        def mark(words: str) -> None:
            os.write(pipe, f"kit: {words}\n".encode())

        work(mark)

    child, pipe = child_of(begin)
    os.close(gate)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        command = ["strace", "-f", "-y", "-xx", "-qq", "-s", "16777216", "-e", "signal=none", *options]
        strace = None
        try:
            os.read(pipe, 1)
            strace = subprocess.Popen(
                [*command, "-o", str(told), "-p", str(child)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            while _tracer(child) == 0:
                if strace.poll() is not None:
                    raise CannotRecord(f"strace could not attach: {_last(strace)}")
                time.sleep(0.001)
            os.write(opening, b"!")
            with os.fdopen(pipe, "rb", closefd=False) as marks:
                said = marks.read().decode()
            _, status = os.waitpid(child, 0)
            child = 0
            strace.wait(30)
        finally:
            os.close(opening)
            os.close(pipe)
            if child:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            if strace is not None:
                strace.kill()
                strace.communicate()
        assert status == 0, f"the writer failed after: {said[-200:]}"
        return Trace(told.read_text("ascii", "replace"), said)


def _tracer(child: int) -> int:
    for line in Path(f"/proc/{child}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("TracerPid:"):
            return int(line.split()[1])
    return 0


def _last(strace: subprocess.Popen[bytes]) -> str:
    _, said = strace.communicate()
    return said.decode("utf-8", "replace").strip().splitlines()[-1] if said else "it said nothing"
