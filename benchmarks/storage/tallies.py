"""A tally by three keys over a million records, beside DuckDB on the same columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.rows import row
from benchmarks.storage.duties import chunks, side_by_side
from grassroots.contracts.storage import Batch, Fact, Key, Kind, Put, Query, Ref, Storage
from grassroots.plugins.sqlite import open_network

BY = ("month", "kind", "station")
KIND = Kind(
    "attendance",
    {"month": Key.TEXT, "kind": Key.TEXT, "station": Key.TEXT, "minutes": Key.WHOLE},
    totals=(BY,),
)
KINDS = ("duty", "visit", "class", "clean")


def _values(count: int) -> list[tuple[str, str, str, str, int]]:
    return [
        (
            f"01JA{number:022d}",
            f"{2019 + number * 5 // count}-{number // 7 % 12 + 1:02d}",
            KINDS[number * 31 % 4],
            f"S{number * 7919 % 30:02d}",
            30 + number % 91,
        )
        for number in range(count)
    ]


def _fill(storage: Storage, values: list[Any]) -> None:
    storage.prepare([KIND])
    for number, part in enumerate(chunks(values, 1000)):
        puts = [
            Put(Ref("attendance", id), {"month": month, "kind": kind, "station": station, "minutes": minutes})
            for id, month, kind, station, minutes in part
        ]
        batch = Batch(f"b{number}", (Fact(),), {put.ref: 0 for put in puts}, writes=puts)
        storage.commit(batch)


def run(place: Path, quick: bool) -> list[dict[str, object]]:
    import duckdb

    count = 50_000 if quick else 1_000_000
    values = _values(count)
    storage = open_network(f"sqlite:///{place / 'tally.db'}", "bench")
    _fill(storage, values)
    duck = duckdb.connect(str(place / "tally.duckdb"))
    duck.execute("CREATE TABLE attendance (id TEXT, month TEXT, kind TEXT, station TEXT, minutes BIGINT)")
    _into(duck, values)
    duck.execute("CHECKPOINT")

    def ours() -> dict[Any, Any]:
        tally = storage.tally(Query("attendance"), by=BY, of="minutes")
        return {group: (one.rows, one.total) for group, one in tally.items()}

    def theirs() -> dict[Any, Any]:
        question = "SELECT month, kind, station, count(*), sum(minutes) FROM attendance GROUP BY ALL"
        return {tuple(group): (rows, int(total)) for *group, rows, total in duck.execute(question).fetchall()}

    assert ours() == theirs()
    taken = side_by_side(3 if quick else 5, {"ours": ours, "duckdb": theirs})
    storage.close()
    duck.close()
    return [
        row(
            f"tally by three keys over {count} records",
            taken["ours"] * 1e3,
            "ms cpu",
            "DuckDB, its own file",
            taken["duckdb"] * 1e3,
        )
    ]


def _into(duck: Any, values: list[Any]) -> None:
    import numpy as np

    names = ("id", "month", "kind", "station")
    columns = {
        name: np.array([value[place] for value in values], dtype=object) for place, name in enumerate(names)
    }
    columns["minutes"] = np.array([value[4] for value in values], dtype="int64")
    duck.register("source", columns)
    duck.execute("INSERT INTO attendance SELECT * FROM source")
    duck.unregister("source")
