"""The promises of a storage: what every group of promises stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Barrier, Thread

import pytest

from grassroots.contracts.hooks import StorageOffer
from grassroots.contracts.storage import (
    Batch,
    Erase,
    Fact,
    Key,
    KeyValue,
    Kind,
    Put,
    Query,
    Ref,
    Storage,
)

MEMBER = Kind(
    "member",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS, "ranks": Key.WHOLES},
    (("name", "age"),),
)
DUTY = Kind("duty", {"station": Key.TEXT, "day": Key.TEXT})
KINDS = (MEMBER, DUTY)
BLANK: Mapping[str, KeyValue] = {"name": None, "age": None, "active": None, "tags": (), "ranks": ()}

NASTY = (
    " ", "  ", "a", "A", "á", "a\u0301", "Å", "\u212b", "ﬀ", "ß", "ẞ", "İ", "ı", "i", "I",
    "0", "00", "01", "1", "1.0", "-1", "1e3", "None", "null", "NULL", "''", '"', "\\", "%", "_", "*", "?",
    "a ", "a  ", " a", "\t", "\n", "\r\n", "\x1f", "\x7f", "\u200b", "\ufeff", "\u202e",
    "王", "王秀英", "𠮷", "\U0002ebf0", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "😀", "👩‍👩‍👧",
    "'; DROP TABLE journal; --", "../../etc", "a/b", "{}", "[]", "x" * 64,
)  # fmt: skip


def member(id: str) -> Ref:
    return Ref("member", id)


def put(id: str, body: bytes = b"", **keys: KeyValue) -> Put:
    return Put(member(id), keys, body)


def write(storage: Storage, act: str, *writes: Put | Erase, facts: int = 1) -> int:
    """Write with the right bases, whatever stands there now."""
    now = storage.read([one.ref for one in writes])
    bases = {one.ref: now[one.ref].revision if one.ref in now else 0 for one in writes}
    about = tuple(one.ref for one in writes)
    return storage.commit(Batch(act, [Fact(about, b"%d" % n) for n in range(facts)], bases, (), writes))


def ids(storage: Storage, *where: object, **more: object) -> list[str]:
    return [one.ref.id for one in storage.find(Query("member", where, **more))]  # type: ignore[arg-type]


def together(*tasks: Callable[[], None]) -> None:
    """Run in threads that start at one moment; the first failure is raised here."""
    barrier, failures = Barrier(len(tasks)), []

    def run(task: Callable[[], None]) -> None:
        barrier.wait()
        try:
            task()
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread never came back"
    if failures:
        raise failures[0]


class StorageBase:
    """``offer`` and ``url`` are all that a plugin's author writes."""

    offer: StorageOffer

    def url(self, location: Path) -> str:
        """A database of its own for each location; the same one for the same location."""
        raise AssertionError("write url()")

    def open(self, location: Path, network: str = "street", kinds: tuple[Kind, ...] = KINDS) -> Storage:
        storage = self.offer.open(self.url(location), network)
        storage.prepare(kinds)
        return storage

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        storage = self.open(tmp_path)
        yield storage
        storage.close()
        for network in self.offer.networks(self.url(tmp_path)):
            self.offer.drop(self.url(tmp_path), network)
