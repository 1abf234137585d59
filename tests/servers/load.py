"""Writers that count up and remember what became of every act, and what must stand there in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Event, Thread
from typing import Any

from grassroots.contracts.storage import Batch, Fact, Key, Kind, Put, Query, Ref, Storage
from grassroots.errors import Conflict, StorageError, Unavailable, Unreachable
from grassroots.plugins import sql

COUNT = Kind("count", {"place": Key.TEXT, "day": Key.WHOLE})


def opened(url: str, network: str) -> Storage:
    storage = sql.open_network(url, network)
    storage.prepare([COUNT])
    return storage


class Writer(Thread):
    """Counts up one record after the other, and remembers what became of every act."""

    def __init__(self, storage: Storage, name: str, stop: Event, hot: int) -> None:
        super().__init__(daemon=True)
        self.storage, self.own, self.stop, self.hot = storage, name, stop, hot
        self.acknowledged: list[str] = []
        self.settled: list[str] = []
        self.refused: dict[str, int] = {}
        self.wrong: list[BaseException] = []

    def run(self) -> None:
        turn = 0
        try:
            while not self.stop.is_set():
                self._turn(turn)
                turn += 1
        except BaseException as error:
            self.wrong.append(error)

    def _turn(self, turn: int) -> None:
        ref = Ref("count", f"hot{turn % self.hot}")
        act = f"{self.own}-{turn}"
        while not self.stop.is_set():
            try:
                found = self.storage.read([ref]).get(ref)
                amount, base = (int(found.body), found.revision) if found else (0, 0)
                more = Put(ref, {}, b"%d" % (amount + 1))
                batch = Batch(act, [Fact((ref,), act.encode())], {ref: base}, (), [more])
                self.storage.commit(batch)
            except Unavailable:
                # Known or not: the same act again says which. It is no other one, so it is never done twice.
                if self._settle(batch):
                    self.settled.append(act)
                    return
            except (Conflict, Unreachable) as error:
                self.refused[type(error).__name__] = self.refused.get(type(error).__name__, 0) + 1
                time.sleep(0.01)
            else:
                self.acknowledged.append(act)
                return

    def _settle(self, batch: Batch) -> bool:
        for _ in range(600):
            try:
                self.storage.commit(batch)
                return True
            except Conflict as error:
                if error.moved:
                    return False  # it was not written, and somebody else went on
            except StorageError:
                pass
            time.sleep(0.05)
        raise AssertionError("an unknown outcome was never settled")


def under_load(
    network: str,
    meanwhile: Callable[[], None],
    *,
    writing: Sequence[str],
    asking: Sequence[str],
    hot: int = 5,
) -> list[Writer]:
    """A writer at each of these addresses while something happens; then each of the others is asked."""
    stop = Event()
    with ExitStack() as stack:
        storages = [stack.enter_context(opened(url, network)) for url in writing]
        writers = [Writer(one, f"w{number}", stop, hot) for number, one in enumerate(storages)]
        for writer in writers:
            writer.start()
        try:
            meanwhile()
        finally:
            stop.set()
        for writer in writers:
            writer.join(90)
            assert not writer.is_alive(), "a writer never came back"
    assert [writer.wrong for writer in writers] == [[] for _ in writing]
    for url in asking:
        check(url, network, writers)
    return writers


def check(url: str, network: str, writers: list[Writer]) -> None:
    known = {act for writer in writers for act in (*writer.acknowledged, *writer.settled)}
    with opened(url, network) as storage:
        entries = storage.journal(after=0, limit=1_000_000)
        acts = [entry.batch for entry in entries]
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
        assert len(set(acts)) == len(acts), "an act was done twice"
        assert known <= set(acts), "an act that was acknowledged is lost"
        # One act of each writer may have been under way when it was told to stop.
        assert len(set(acts) - known) <= len(writers)
        rows = storage.find(Query("count"))
        assert sum(int(one.body) for one in rows) == len(acts), "an update was lost"
        assert storage.head() == len(acts)


def told(name: str, writers: list[Writer], capsys: Any) -> None:
    refused: dict[str, int] = {}
    for writer in writers:
        for kind, amount in writer.refused.items():
            refused[kind] = refused.get(kind, 0) + amount
    done = sum(len(writer.acknowledged) for writer in writers)
    settled = sum(len(writer.settled) for writer in writers)
    with capsys.disabled():
        print(f"\n{name}: {done} acknowledged, {settled} unknown and settled, refused {refused}")  # noqa: T201
