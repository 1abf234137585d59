"""Seals: verification against merely reading what it verifies, on one core, in interleaved rounds.

The peer reads the same entries (and, where records are verified too, walks the same records) through the same
storage and does nothing with them.
"""

from __future__ import annotations

import statistics
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import process_time

import grassroots
from benchmarks.rows import row
from grassroots.contracts.storage import Query, Storage, walk
from grassroots.desk import Desk
from grassroots.domain.seal import Seal, SealHash, Word

PAGE = 1_000


def _fill(desk: Desk, acts: int) -> None:
    """Acts of ten people each, written as the desk writes them but without waiting for a disk each time."""
    from grassroots.domain.member import Member
    from grassroots.values.ids import MemberId
    from grassroots.workspace.work import Work

    office = desk.seat.office
    for number in range(acts):
        work = Work(desk.seat, office.ids(office.clock()))
        for place in range(10):
            member = Member.register(
                id=MemberId(work.new_id()), name=f"林小{chr(0x4E00 + (number * 10 + place) % 20_000)}"
            )
            work.keep(member)
        batch = work.batch()
        assert batch is not None
        office.storage.commit(batch)


def _journal(storage: Storage) -> int:
    after = count = 0
    while page := storage.journal(after=after, limit=PAGE):
        after = page[-1].position
        count += len(page)
    return count


def _records(desk: Desk) -> int:
    storage = desk.seat.office.storage
    return sum(1 for spec in desk.seat.office.kinds for _ in walk(storage, Query(spec.name)))


def _chain(storage: Storage, seal: Seal) -> None:
    made, after = SealHash(None, number=1, first=1, last=seal.last), 0
    while after < seal.last:
        page = storage.journal(after=after, limit=min(PAGE, seal.last - after))
        made.add(page)
        after = page[-1].position
    assert made.hex == seal.hash


def _side_by_side(rounds: int, *works: Callable[[], object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            begun = process_time()
            work()
            times.append(process_time() - begun)
    return [statistics.median(times) for times in taken]


def run(quick: bool) -> list[dict[str, object]]:
    acts = 500 if quick else 5_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seals.db'}"
        with grassroots.open(url) as network:
            desk = network.desk("steward:office")
            _fill(desk, acts)
            storage = desk.seat.office.storage
            seal = desk.seals.seal()
            assert seal is not None
            entries = _journal(storage)

            def verify() -> None:
                assert desk.seals.verify().word is Word.INTACT

            reading, chain, both, whole = _side_by_side(
                3 if quick else 5,
                lambda: _journal(storage),
                lambda: _chain(storage, seal),
                lambda: (_journal(storage), _records(desk)),
                verify,
            )
            tracemalloc.start()
            verify()
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
        return [
            row(
                "entries hashed as a seal, a second",
                entries / chain,
                "entries/s",
                "reading",
                entries / reading,
            ),
            row("entries and records verified", entries / whole, "entries/s", "reading both", entries / both),
            row(
                "the same, against reading entries alone",
                entries / whole,
                "entries/s",
                "reading",
                entries / reading,
            ),
            row(f"memory at most, {entries} entries", peak, "MB"),
        ]
