"""Seals: verification against merely reading what it verifies, in interleaved rounds.

The peer reads the same entries (and, where records are verified too, walks the same records) through the same
storage and does nothing with them, in one process. The network was sealed ten times.
"""

from __future__ import annotations

import statistics
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import grassroots
from benchmarks.rows import row
from grassroots.contracts.storage import Query, Storage, walk
from grassroots.desk import Desk
from grassroots.domain.seal import Word
from grassroots.workspace.office import Office
from grassroots.workspace.verifying.crew import Crew
from grassroots.workspace.verifying.parts import Share
from grassroots.workspace.verifying.verifier import Verifier

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


def _verified(office: Office, crew: Crew) -> None:
    """The journal alone: each entry read, hashed, its commitments gathered; the seals joined."""
    verifier = Verifier(office)
    verifier._read_journal(crew, Share())
    assert not verifier._findings


def _side_by_side(rounds: int, clock: Callable[[], float], *works: Callable[[], object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            begun = clock()
            work()
            times.append(clock() - begun)
    return [statistics.median(times) for times in taken]


def _filled(desk: Desk, acts: int, nights: int) -> None:
    for _ in range(nights):
        _fill(desk, acts // nights)
        desk.seals.seal()


def run(quick: bool) -> list[dict[str, object]]:
    acts, rounds = (500, 3) if quick else (10_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seals.db'}"
        with grassroots.open(url) as network:
            desk = network.desk("steward:office")
            _filled(desk, acts, 10)
            office = desk.seat.office
            storage = office.storage
            entries = _journal(storage)

            def verify(workers: int = 1) -> None:
                ended = desk.seals.verify(workers=workers)
                assert (ended.word, ended.facts["workers"]) == (Word.INTACT, workers)

            def read_both() -> None:
                _journal(storage)
                _records(desk)

            with Crew(office, 1) as alone:
                reading, chain, both, whole = _side_by_side(
                    rounds,
                    process_time,
                    lambda: _journal(storage),
                    lambda: _verified(office, alone),
                    read_both,
                    verify,
                )
            # Two cores: by the clock on the wall, so on an otherwise idle machine.
            begun = perf_counter()
            crew = Crew(office, 2)
            start = perf_counter() - begun
            with crew:
                reading_2, chain_2 = _side_by_side(
                    rounds, perf_counter, lambda: _journal(storage), lambda: _verified(office, crew)
                )
            both_2, whole_2 = _side_by_side(rounds, perf_counter, read_both, lambda: verify(2))
            tracemalloc.start()
            verify()
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()

    def rate(name: str, taken: float, peer: str, peer_taken: float) -> dict[str, object]:
        return row(name, entries / taken, "entries/s", peer, entries / peer_taken)

    return [
        rate("journal verified, one process (CPU)", chain, "reading it", reading),
        rate("journal verified, two processes (wall)", chain_2, "reading it by one", reading_2),
        rate("journal and records verified, one process (CPU)", whole, "reading both", both),
        rate("the same, two processes, their start included", whole_2, "reading both by one", both_2),
        rate("the same, start left out", whole_2 - start, "reading both by one", both_2),
        rate("all by one process against entries alone (CPU)", whole, "reading entries", reading),
        row("two helpers started", start, "s"),
        row(f"memory at most, {entries} entries", peak, "MB"),
    ]
