"""Writing: batches of 500 into a fresh file, and one act at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.rows import row
from benchmarks.storage import hand, ours
from benchmarks.storage.duties import SPEC, chunks, duties, native, side_by_side, wall
from benchmarks.storage.peers import all_peers
from grassroots.contracts.storage import Batch, Fact, Put, Ref

BATCH = 500


def run(place: Path, quick: bool) -> list[dict[str, object]]:
    return [*_same_rows(place, quick), *_records(place, quick), *_single(place, quick)]


def _files(place: Path, name: str) -> Callable[[], Path]:
    numbers = itertools.count()
    return lambda: place / f"{name}-{next(numbers)}.db"


def _same_rows(place: Path, quick: bool) -> list[dict[str, object]]:
    """Keys, bodies and facts are there; both write them with journal, index, batch and head."""
    count, file = (5_000 if quick else 50_000), _files(place, "same")
    rows = []
    for duty in duties(count):
        body = ours.CODEC.encode(SPEC, duty, ours.SALT, {})
        rows.append((duty.id, SPEC.keys_of(duty), body, hand.fact_of(body, duty.id)))

    def by_hand() -> None:
        connection = hand.journalled(file())
        for number, part in enumerate(chunks(rows, BATCH)):
            tuples = [
                (id, (*(keys[name] for name in ("shift", "station", "day", "month")), keys["member"],
                      keys["status"], keys["minutes"]), body, fact)
                for id, keys, body, fact in part
            ]  # fmt: skip
            hand.write_journalled(connection, f"b{number}", tuples)
        connection.close()

    def by_storage() -> None:
        storage = ours.fresh(file())
        for number, part in enumerate(chunks(rows, BATCH)):
            refs = [Ref("duty", id) for id, _, _, _ in part]
            storage.commit(
                Batch(
                    f"b{number}",
                    [Fact((ref,), fact) for ref, (_, _, _, fact) in zip(refs, part, strict=True)],
                    dict.fromkeys(refs, 0),
                    writes=[Put(ref, keys, body) for ref, (_, keys, body, _) in zip(refs, part, strict=True)],
                )
            )
        storage.close()

    taken = side_by_side(3, {"hand": by_hand, "ours": by_storage})
    rate = {name: count / time for name, time in taken.items()}
    return [
        row(
            f"batches of {BATCH}, {count} records with journal",
            rate["ours"],
            "rec/s cpu",
            "the same rows by hand",
            rate["hand"],
        )
    ]


def _records(place: Path, quick: bool) -> list[dict[str, object]]:
    """From the values of a program to the file: ours with journal and commitments, the others without."""
    count, file = (2_000 if quick else 10_000), _files(place, "records")
    values = list(native(count))
    peers = all_peers()

    def by_storage() -> None:
        storage = ours.fresh(file())
        for number, part in enumerate(chunks(values, BATCH)):
            ours.write(storage, f"b{number}", [ours.duty(one) for one in part])
        storage.close()

    def by_hand() -> None:
        connection = hand.typed(file())
        for part in chunks(values, BATCH):
            hand.write_typed(connection, part)
        connection.close()

    def by_peer(peer: Any) -> Callable[[], None]:
        def write() -> None:
            peer.fresh(file())
            for part in chunks(values, BATCH):
                peer.write(part)

        return write

    works: dict[str, Callable[[], object]] = {"ours": by_storage, "raw driver, typed columns": by_hand}
    works |= {peer.name: by_peer(peer) for peer in peers}
    taken = side_by_side(3, works)
    rate = {name: count / time for name, time in taken.items()}
    return [
        row(
            f"{count} records written, journal included",
            rate["ours"],
            "rec/s cpu",
            f"{name}, no journal",
            rate[name],
        )
        for name in works
        if name != "ours"
    ]


def _single(place: Path, quick: bool) -> list[dict[str, object]]:
    """One act, one durable commit: what a desk does all day. On the wall: the disk is waited for."""
    count, file = (100 if quick else 500), _files(place, "single")
    values = list(native(count))
    made = [ours.duty(one) for one in values]
    peers = all_peers()[:3]
    storage, connection = ours.fresh(file()), hand.journalled(file())
    typed = hand.typed(file())
    for peer in peers:
        peer.fresh(file())
    works: dict[str, Callable[[], object]] = {}

    def each(write: Callable[[int], object]) -> Callable[[], None]:
        place = itertools.count()
        return lambda: write(next(place)) and None

    def by_hand(number: int) -> None:
        duty = made[number]
        body = ours.CODEC.encode(SPEC, duty, ours.SALT, {})
        keys = SPEC.keys_of(duty)
        ordered = tuple(
            keys[name] for name in ("shift", "station", "day", "month", "member", "status", "minutes")
        )
        hand.write_journalled(
            connection, f"b{number}", [(duty.id, ordered, body, hand.fact_of(body, duty.id))]
        )

    works["ours"] = each(lambda number: ours.write(storage, f"b{number}", [made[number]]))
    works["the same rows by hand"] = each(by_hand)
    works["raw driver, typed columns, no journal"] = each(lambda n: hand.write_typed(typed, [values[n]]))
    for peer in peers:
        works[f"{peer.name}, no journal"] = each(lambda n, peer=peer: peer.write([values[n]]))  # type: ignore[misc]
    taken = wall(count, works)
    storage.close()
    return [
        row("one durable act (median, wall)", 1 / taken["ours"], "acts/s", name, 1 / taken[name])
        for name in works
        if name != "ours"
    ]
