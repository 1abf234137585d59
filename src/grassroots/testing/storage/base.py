"""The promises of a storage: what every group of promises stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import ClassVar

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
    network_name,
)
from grassroots.errors import BadInput

MEMBER = Kind(
    "kit_member",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS, "ranks": Key.WHOLES},
    (("name", "age"),),
    (("name",), ("active", "name", "age")),
)
DUTY = Kind("kit_duty", {"station": Key.TEXT, "day": Key.TEXT})
KINDS = (MEMBER, DUTY)
BLANK: Mapping[str, KeyValue] = {"name": None, "age": None, "active": None, "tags": (), "ranks": ()}

NASTY: tuple[str, ...] = (
    " ", "  ", "a", "A", "á", "a\u0301", "Å", "\u212b", "ﬀ", "ß", "ẞ", "İ", "ı", "i", "I",
    "0", "00", "01", "1", "1.0", "-1", "1e3", "None", "null", "NULL", "''", '"', "\\", "%", "_", "*", "?",
    "a ", "a  ", " a", "\t", "\n", "\r\n", "\x1f", "\x7f", "\u200b", "\ufeff", "\u202e",
    "王", "王秀英", "𠮷", "\U0002ebf0", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "😀", "👩‍👩‍👧",
    "'; DROP TABLE journal; --", "../../etc", "a/b", "{}", "[]", "x" * 64,
)  # fmt: skip


def member(id: str) -> Ref:
    """The reference of a member."""
    return Ref("kit_member", id)


def put(id: str, body: bytes = b"", **keys: KeyValue) -> Put:
    """A member to write."""
    return Put(member(id), keys, body)


def write(storage: Storage, act: str, *writes: Put | Erase, facts: int = 1) -> int:
    """Write with the right bases, whatever stands there now."""
    now = storage.read([one.ref for one in writes])
    bases = {one.ref: now[one.ref].revision if one.ref in now else 0 for one in writes}
    about = tuple(one.ref for one in writes)
    return storage.commit(Batch(act, [Fact(about, b"%d" % n) for n in range(facts)], bases, (), writes))


def ids(storage: Storage, *where: object, **more: object) -> list[str]:
    """The ids of the members that meet the conditions, in the order found."""
    return [one.ref.id for one in storage.find(Query("kit_member", where, **more))]  # type: ignore[arg-type]


def together(*tasks: Callable[[], None], patience: float = 60) -> None:
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
        thread.join(patience)
        assert not thread.is_alive(), "a thread never came back"
    if failures:
        raise failures[0]


class StorageBase:
    """What an author says: how the storage is opened, and what does not hold for it, with the reason."""

    offer: ClassVar[StorageOffer | None] = None
    address: ClassVar[str] = ""
    """With ``offer``, it opens the storage: the URL of a database of its own for each ``{location}``; or,
    without that word, of a database in which every location has networks of its own, whose names begin
    with ``kit-`` (a server is not started anew for every promise)."""

    not_durable: ClassVar[str] = ""
    """Why the storage does not outlive its process. Nothing (the default) says that it does."""

    patience: ClassVar[float] = 60
    """For how many seconds threads and processes may be at work before it is said that they hang."""

    left_out: ClassVar[Mapping[str, str]] = {}
    """The promises that the storage does not give, by the name of the test, each with the reason."""

    def open(self, location: Path, network: str) -> Storage:
        """One network of the database at this location; the same database for the same location."""
        if self.offer is None or not self.address:
            raise AssertionError("write open(self, location, network), or give an offer and an address")
        with suppress(BadInput):  # a name that is none goes on as it is: the storage has to refuse it
            network = self._beginning(location) + network_name(network)
        return self.offer.open(self.address.format(location=location), network)

    def files(self, location: Path) -> Sequence[Path]:
        """The files of the database at this location, also those that are there at times; a folder stands
        for all below it. None (the default): it has no files of its own, or a server keeps them.

        With them, losses of power and refused calls are tried.
        """
        return ()

    def networks(self, location: Path) -> Sequence[str]:
        """The networks at this location, as the offer names them."""
        assert self.offer is not None, "give offer and address, or leave the promise out with a reason"
        mine = self._beginning(location)
        every = self.offer.networks(self.address.format(location=location))
        return [one.removeprefix(mine) for one in every if one.startswith(mine)]

    def drop(self, location: Path, network: str) -> None:
        """Remove one of them."""
        assert self.offer is not None, "give offer and address, or leave the promise out with a reason"
        self.offer.drop(self.address.format(location=location), self._beginning(location) + network)

    def _beginning(self, location: Path) -> str:
        """What the names of this location's networks begin with, in a database that others use too."""
        if "{location}" in self.address:
            return ""
        return f"kit-{sha256(str(location).encode()).hexdigest()[:12]}-"

    def opened(self, location: Path, network: str = "street", kinds: tuple[Kind, ...] = KINDS) -> Storage:
        """A storage that is ready for the kinds of the promises."""
        storage = self.open(location, network)
        try:
            storage.prepare(kinds)
        except BaseException:
            storage.close()
            raise
        return storage

    def tidy(self, location: Path) -> None:
        """Drop what a promise left behind, as far as the offer can."""
        if self.offer is not None:
            for network in self.networks(location):
                self.drop(location, network)

    @pytest.fixture
    def location(self, tmp_path: Path) -> Path:
        """A place that no other promise uses."""
        return tmp_path

    @pytest.fixture
    def storage(self, location: Path) -> Iterator[Storage]:
        """The network ``street``, empty and prepared."""
        storage = self.opened(location)
        yield storage
        storage.close()
        self.tidy(location)
