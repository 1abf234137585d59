"""Sealing: writing and reading the same people in a sealed network against an open one, interleaved.

Processor time, so that a busy disk or neighbour does not count. Two files, two networks, the same people:
name, telephone, address, birth date, and for every third a health note. Written in batches of 500 as an
import writes them, read page by page as a register reads them.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
from pathlib import Path
from time import process_time

import grassroots
from benchmarks.rows import row
from grassroots.desk import Desk
from grassroots.domain.member import Dated, Member
from grassroots.plugins.keys import KeySet
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

BATCH = 500
KEYS = KeySet.read("bench:" + "5a" * 32, "benchmark")


def _write(desk: Desk, batch: int) -> float:
    office = desk.seat.office
    begun = process_time()
    work = Work(desk.seat, office.ids(office.clock()))
    for place in range(BATCH):
        number = batch * BATCH + place
        work.keep(
            Member.register(
                id=MemberId(work.new_id()),
                name=f"林{chr(0x4E00 + number % 20_000)}{chr(0x4E00 + number // 20_000)}",
                phone=f"144{number:08d}",
                address=f"阳光小区{number % 40}栋{number % 900}",
                born=Dated(PartialDate(1940 + number % 60, 1 + number % 12)),
                health_note="腿脚不便" if number % 3 == 0 else None,
            )
        )
    made = work.batch()
    assert made is not None
    office.storage.commit(made)
    return process_time() - begun


def _read(desk: Desk) -> float:
    begun = process_time()
    count = sum(1 for _ in Reading(desk.seat).walk(Member))
    assert count
    return process_time() - begun


def run(quick: bool) -> list[dict[str, object]]:
    people = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        open_ = grassroots.open(f"sqlite:///{Path(folder) / 'open.db'}")
        sealed = grassroots.open(f"sqlite:///{Path(folder) / 'sealed.db'}", keys=KEYS)
        desks = {"open": open_.desk("steward:o"), "sealed": sealed.desk("steward:o")}
        wrote: dict[str, list[float]] = {"open": [], "sealed": []}
        for batch in range(people // BATCH):
            for name in ("open", "sealed") if batch % 2 else ("sealed", "open"):
                wrote[name].append(_write(desks[name], batch))
        took: dict[str, list[float]] = {"open": [], "sealed": []}
        for turn in range(5 if quick else 3):
            for name in ("open", "sealed") if turn % 2 else ("sealed", "open"):
                # What one reading found unwrapped must not be given to the next.
                sealing = desks[name].seat.office.sealing
                if sealing is not None:
                    sealing.unwrapped.clear()
                gc.collect()
                took[name].append(_read(desks[name]))
        open_.close()
        sealed.close()
    write = {name: statistics.median(times) * 1000 for name, times in wrote.items()}
    read = {name: min(times) for name, times in took.items()}
    return [
        row(f"write {BATCH} people, sealed", write["sealed"], "ms", "open", write["open"]),
        row(f"read {people} people, sealed", read["sealed"], "s", "open", read["open"]),
    ]
