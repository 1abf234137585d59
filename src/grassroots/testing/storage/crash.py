"""What a durable storage promises when processes meet, and when one is killed in the middle of a commit.

A child process writes acts and sends the number of each through a pipe once ``commit`` has come back; it
is killed with SIGKILL at some moment. Whatever was acknowledged must be there, whole, and no half act may
be. What only a loss of power can show (the page cache outlives a killed process) is the next layer's.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random
from typing import Final

import pytest

from grassroots.contracts.storage import Batch, Fact, Includes, Query, Storage, walk
from grassroots.errors import Conflict
from grassroots.testing.storage.base import StorageBase, ids, member, put
from grassroots.testing.storage.processes import child_of

SEED: Final = 20_261_123
"""The moments at which children are killed follow from it."""

_FACTS = 3


def _act(number: int, storage: Storage) -> Batch:
    """Act ``number``: a record of its own, one that all of them write, three facts."""
    own, shared = member(f"own{number:06}"), member("shared")
    now = storage.read([own, shared])
    bases = {ref: now[ref].revision if ref in now else 0 for ref in (own, shared)}
    facts = [Fact((own, shared), b"%d/%d" % (number, part)) for part in range(_FACTS)]
    text = f"{number}"
    writes = [put(own.id, text.encode() * 50, name=text, tags=("own", text)), put("shared", text.encode())]
    return Batch(f"act{number:06}", facts, bases, (), writes)


class CrashPromises(StorageBase):
    """What a storage promises that outlives its process."""

    def _killed(self, location: Path, kills: int) -> int:
        """Kill so many writers; how many acts were acknowledged in all."""
        chance = Random(SEED)
        self.opened(location).close()
        following = 0
        for _ in range(kills):

            def work(pipe: int, start: int = following) -> None:
                storage = self.opened(location)
                for number in range(start, start + 100_000):
                    storage.commit(_act(number, storage))
                    os.write(pipe, b"%8d" % number)

            child, pipe = child_of(work)
            try:
                first = os.read(pipe, 8)
                assert first, "the writer died before its first act"
                time.sleep(chance.uniform(0, 0.02))
            finally:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            with os.fdopen(pipe, "rb") as rest:
                told = first + rest.read()
            acknowledged = int(told[len(told) // 8 * 8 - 8 : len(told) // 8 * 8])
            following = self._checked(location, acknowledged, following)
        return following

    def _checked(self, location: Path, acknowledged: int, before: int) -> int:
        """Look at what is there; how many acts are written. One that nobody heard of may be among them."""
        with self.opened(location) as storage:
            acts, odd = divmod(storage.head(), _FACTS)
            assert odd == 0, "half an act stands in the journal"
            assert acts in (acknowledged + 1, acknowledged + 2), f"{acts} acts, {acknowledged} acknowledged"
            entries = storage.journal(after=before * _FACTS, limit=100_000)
            wanted = [(f"act{n:06}", b"%d/%d" % (n, p)) for n in range(before, acts) for p in range(_FACTS)]
            assert [(one.batch, one.fact.body) for one in entries] == wanted
            for number in range(before, acts):
                own = storage.read([member(f"own{number:06}")])[member(f"own{number:06}")]
                assert own.revision == (number + 1) * _FACTS
                assert (own.keys["name"], own.body) == (f"{number}", b"%d" % number * 50)
                assert ids(storage, Includes("tags", f"{number}")) == [own.ref.id]
            assert storage.read([member("shared")])[member("shared")].body == b"%d" % (acts - 1)
            last = f"act{acts - 1:06}"
            again = Batch(last, [Fact()] * _FACTS)
            assert storage.commit(again) == storage.head() == acts * _FACTS, "an act was forgotten"
        return acts

    def test_what_was_acknowledged_outlives_a_killed_process(self, location: Path) -> None:
        acts = self._killed(location, 8)
        with self.opened(location) as storage:
            assert sum(1 for _ in walk(storage, Query("kit_member"))) == acts + 1

    @pytest.mark.slow
    def test_nothing_is_lost_in_a_thousand_kills(self, location: Path) -> None:
        assert self._killed(location, 1_000) >= 1_000

    def test_processes_that_write_at_once_lose_nothing(self, location: Path) -> None:
        """Two processes count in one record; the one who waits reads the journal meanwhile."""
        rounds = 25
        self.opened(location).close()

        def work(pipe: int) -> None:
            storage = self.opened(location)
            mine = f"{os.getpid()}"
            turn = 0
            while turn < rounds:
                now = storage.read([member("count")]).get(member("count"))
                amount, base = (int(now.body), now.revision) if now else (0, 0)
                batch = Batch(
                    f"{mine}.{turn}",
                    [Fact((member("count"),))] * 2,
                    {member("count"): base},
                    (),
                    [put("count", b"%d" % (amount + 1))],
                )
                try:
                    storage.commit(batch)
                    turn += 1
                except Conflict:
                    continue

        children = [child_of(work) for _ in range(2)]
        followed: list[str] = []
        patience = time.monotonic() + 60
        try:
            with self.opened(location) as storage:
                while len(followed) < 4 * rounds and time.monotonic() < patience:
                    head = storage.head()
                    assert head % 2 == 0, "half a batch was visible"
                    page = storage.journal(after=len(followed), limit=9)
                    assert [one.position for one in page] == [len(followed) + n + 1 for n in range(len(page))]
                    followed.extend(one.batch for one in page)
                while children:
                    child, pipe = children.pop()
                    os.close(pipe)
                    assert os.waitpid(child, 0)[1] == 0
                assert storage.head() == 4 * rounds
                assert storage.read([member("count")])[member("count")].body == b"%d" % (2 * rounds)
        finally:
            for child, pipe in children:  # none is left unless something went wrong
                os.close(pipe)
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        assert followed[::2] == followed[1::2]
