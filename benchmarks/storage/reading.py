"""Reading: a hundred thousand records into objects, and one record by its id."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from benchmarks.rows import row
from benchmarks.storage import hand, ours
from benchmarks.storage.duties import SPEC, chunks, native, side_by_side
from benchmarks.storage.peers import all_peers
from grassroots.contracts.storage import Query, walk


def run(place: Path, quick: bool) -> list[dict[str, object]]:
    count = 5_000 if quick else 100_000
    values = list(native(count))
    storage, typed = ours.fresh(place / "read.db"), hand.typed(place / "read-typed.db")
    peers = all_peers()
    few = values[: count // 10]
    for number, part in enumerate(chunks(values, 500)):
        ours.write(storage, f"b{number}", [ours.duty(one) for one in part])
        hand.write_typed(typed, part)
    for peer in peers:
        peer.fresh(place / f"read-{peer.name.replace(' ', '-')}.db")
        for part in chunks(few, 500):
            peer.write(part)
    assert ours.read(storage) == hand.read_typed(typed)
    found = []

    # The ORMs read a tenth, so that a round stays short: per record.
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: ours.read(storage),
        "hand, the same objects": lambda: hand.read_typed(typed),
    }
    works |= {peer.name: peer.read for peer in peers}
    taken = side_by_side(3, works)
    small = {peer.name for peer in peers}
    rate = {name: (len(few) if name in small else count) / time for name, time in taken.items()}
    found += [
        row(f"{count} records read into objects", rate["ours"], "rec/s cpu", name, rate[name])
        for name in works
        if name != "ours"
    ]
    found.append(_codec_alone(storage, rate["hand, the same objects"]))

    ids = [values[number * 7919 % len(few)]["id"] for number in range(200)]
    points: dict[str, Callable[[], object]] = {
        "ours": lambda: [ours.read_one(storage, id) for id in ids],
        "raw driver, the same object": lambda: [hand.read_one(typed, id) for id in ids],
    }
    points |= {
        peer.name: lambda peer=peer: [peer.read_one(id) for id in ids]  # type: ignore[misc]
        for peer in peers
    }
    taken = side_by_side(7, points)
    found += [
        row("one record by id", taken["ours"] / len(ids) * 1e6, "us cpu", name, taken[name] / len(ids) * 1e6)
        for name in points
        if name != "ours"
    ]
    found += _flat(storage, count)
    storage.close()
    return found


def _codec_alone(storage: object, hand_rate: float) -> dict[str, object]:
    """What the codec does of it: bodies that are already in memory."""
    bodies = [one.body for one in itertools.islice(walk(storage, Query("duty")), 5_000)]  # type: ignore[arg-type]
    taken = side_by_side(5, {"decode": lambda: [ours.CODEC.decode(SPEC, body) for body in bodies]})
    return row(
        "bodies into objects, the codec alone", len(bodies) / taken["decode"], "rec/s cpu",
        "hand, rows into the same objects", hand_rate,
    )  # fmt: skip


def _flat(storage: object, count: int) -> list[dict[str, object]]:
    """Memory while streaming: all of them against a tenth."""

    def peak(most: int) -> float:
        tracemalloc.start()
        for stored in itertools.islice(walk(storage, Query("duty")), most):  # type: ignore[arg-type]
            ours.CODEC.decode(SPEC, stored.body)
        used = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return used

    tenth = peak(count // 10)
    return [row(f"peak memory while streaming {count} records", peak(count), "MB", "a tenth of them", tenth)]
