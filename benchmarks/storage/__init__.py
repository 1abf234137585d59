"""The SQLite storage beside careful hand-written code, two ORMs, peewee, an event store and DuckDB.

Everybody stores the same duties with the same indexes in a fresh file (the event store has no indexes of its
own making), in WAL with synchronous=FULL, otherwise with the settings they come with. Contenders are
interleaved; values are medians of processor time, ratios are of those.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.storage import reading, tallies, writing

__all__ = ["run"]


def run(quick: bool) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        for part in (writing, reading, tallies):
            yield from part.run(Path(folder), quick)
