"""Lines of records, sorted by revision in a temporary file: memory stays the same however many there are."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, final

from grassroots.contracts.storage import Position

_RUN = 8 << 20
"""Bytes that are sorted in memory at a time."""
_CHUNK = 16 << 10
_DIGITS = 19
"""Of the largest position: signed 64 bit."""


@final
class Spool:
    """Takes lines in any order, gives them by revision and then by their bytes. Gone when it is closed.

    The file has no name where the system allows it, and nobody else may read it: it holds people's data.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by __exit__)
        self._runs: list[tuple[int, int]] = []
        self._held: list[bytes] = []
        self._size = 0

    def add(self, revision: Position, line: bytes) -> None:
        """Take a line that ends with a newline."""
        self._held.append(b"%0*d" % (_DIGITS, revision) + line)
        self._size += len(line)
        if self._size >= _RUN:
            self._spill()

    def lines(self) -> Iterator[tuple[Position, bytes]]:
        """All lines with their revision, in order; a line that was taken twice comes once."""
        self._spill()
        last = b""
        for marked in heapq.merge(*(self._read(start, end) for start, end in self._runs)):
            if marked != last:
                yield int(marked[:_DIGITS]), marked[_DIGITS:]
            last = marked

    def _spill(self) -> None:
        if not self._held:
            return
        self._held.sort()
        start = self._file.seek(0, 2)
        self._file.writelines(self._held)
        self._runs.append((start, self._file.tell()))
        self._held, self._size = [], 0

    def _read(self, start: int, end: int) -> Iterator[bytes]:
        rest = b""
        while start < end:
            # The runs share one handle, so each finds its own place again before it reads.
            self._file.seek(start)
            chunk = self._file.read(min(_CHUNK, end - start))
            start += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line + b"\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
