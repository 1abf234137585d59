"""Reading a spreadsheet that somebody handed in: xlsx, xls, ods or csv, into plain cells.

``read_book`` opens the file in a child process of its own with little memory and little time, because a
file of four kilobytes can make a good reader take gigabytes or abort. What the child cannot read is
answered in words: BadInput with a ``sheet-...`` code whose sentence says what to do now. Cells come as they
were found; what a header or a value means is for others.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path, PurePosixPath
from typing import Any

from grassroots.contracts.tables import Book, BookNote, Sheet
from grassroots.errors import BadInput, need
from grassroots.sheets._sniff import sniff
from grassroots.sheets._wire import from_wire
from grassroots.sheets.limits import Limits

__all__ = ["Limits", "read_book"]

_CODE = re.compile(r"sheet-[a-z0-9-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_book(
    source: str | os.PathLike[str] | bytes, *, name: str = "", limits: Limits | None = None
) -> Book:
    """The file as plain cells.

    ``source`` is a path or the bytes; ``name`` is what to call it (default: the path's last part). The name
    is never believed: the first bytes decide what the file is. Errors: BadInput (``sheet-...``, with
    ``file``), MissingExtra when the reading library is not installed.
    """
    limits = limits or Limits()
    called = _file_name(name or ("" if isinstance(source, bytes) else os.fspath(source)))
    try:
        data = source if isinstance(source, bytes) else bytes_of(Path(source), limits)
        if len(data) > limits.packed:
            raise BadInput("sheet-file-too-large", limit=limits.packed // 1_000_000)
        kind = sniff(data)
        if kind != "csv" and importlib.util.find_spec("python_calamine") is None:
            raise need("sheets", "python-calamine")
        form, sheets, notes = _ask_child(data, kind, called, limits)
    except BadInput as problem:
        raise BadInput(problem.code, **{**problem.facts, "file": called}) from problem
    return Book(
        name=called,
        digest=hashlib.sha256(data).hexdigest(),
        form=form,
        sheets=tuple(sheets),
        notes=tuple(notes),
    )


def _file_name(path: str) -> str:
    """The last part, of a Windows path too, without control characters."""
    return _CONTROL.sub("", PurePosixPath(path.replace("\\", "/")).name) or "–"


def bytes_of(path: Path, limits: Limits) -> bytes:
    """The bytes of the file, one more than the limit at most; BadInput if it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(limits.packed + 1)
    except FileNotFoundError as error:
        raise BadInput("sheet-not-found", file=path.name) from error
    except OSError as error:
        raise BadInput("sheet-cannot-open", file=path.name or str(path)) from error


def _ask_child(data: bytes, kind: str, name: str, limits: Limits) -> tuple[str, list[Sheet], list[BookNote]]:
    """Start the child, give it the bytes, and take its lines until it ends or the time is up."""
    request = json.dumps({"form": kind, "name": name, "limits": limits.plain()}).encode() + b"\n"
    # The child finds the same packages as we do, and -P keeps a csv.py in the current folder out of it.
    inherited = {
        key: os.environ[key] for key in ("SYSTEMROOT", "LD_LIBRARY_PATH", "PATH") if key in os.environ
    }
    environment = inherited | {
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "grassroots.sheets._child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    def feed() -> None:
        assert child.stdin is not None
        # The child may end before it has read everything; why, its answer or its absence says.
        with contextlib.suppress(OSError):
            child.stdin.write(request)
            child.stdin.write(data)
            child.stdin.close()

    clock = threading.Timer(limits.wall, stop)
    clock.daemon = True
    feeder = threading.Thread(target=feed, daemon=True)
    clock.start()
    feeder.start()
    try:
        return _answer(child, limits)
    except _NoAnswer as nothing:
        raise BadInput("sheet-too-slow" if late.is_set() else "sheet-too-much") from nothing
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        feeder.join()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _NoAnswer(Exception):
    """The child ended, or was ended, before it had said everything."""


def _answer(child: subprocess.Popen[bytes], limits: Limits) -> tuple[str, list[Sheet], list[BookNote]]:
    assert child.stdout is not None
    sheets: list[Sheet] = []
    left = limits.answer

    def line() -> Any:
        nonlocal left
        raw = child.stdout.readline(left + 1) if child.stdout else b""
        left -= len(raw)
        if left < 0:
            raise BadInput("sheet-too-many-cells", limit=limits.cells)
        if not raw.endswith(b"\n"):
            raise _NoAnswer
        said = json.loads(raw)
        # Also between the rows of a sheet: the child may come upon something it cannot send.
        if isinstance(said, dict) and "problem" in said:
            code = said["problem"] if _CODE.fullmatch(said["problem"]) else "sheet-broken"
            raise BadInput(code, **said["facts"])
        return said

    while True:
        said = line()
        if "end" in said:
            notes = [BookNote(code=code, facts=tuple(facts.items())) for code, facts in said["notes"]]
            return said["end"], sheets, notes
        head = said["sheet"]
        sheets.append(
            Sheet(
                name=head["name"],
                rows=tuple(tuple(map(from_wire, line())) for _ in range(head["rows"])),
                hidden=head["hidden"],
                merged=tuple((top, left, bottom, right) for top, left, bottom, right in head["merged"]),
                hidden_rows=frozenset(head["hidden_rows"]),
            )
        )
