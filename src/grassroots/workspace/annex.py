"""Networks beside a network, in the same storage: where what must not swell its trail is kept.

The outbox of the network ``street`` is the network ``street~outbox``: the same database, its own journal and
its own records, so that it neither follows itself nor stands in what is sealed, exported and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from threading import RLock
from typing import Any, Final, TypeVar, cast, final

from grassroots.contracts.hooks import StorageOffer
from grassroots.contracts.storage import Kind, Storage, limits
from grassroots.errors import Closed

T = TypeVar("T")

MARK: Final = "~"
"""Between the name of a network and what stands beside it."""

OUTBOX: Final = "outbox"
BESIDE: Final = (OUTBOX,)
"""All that may stand beside a network: it is moved, sealed and dropped with it."""


def beside(network: str, what: str) -> str:
    """The name of what stands beside a network; a long name keeps its beginning and gets a digest."""
    name = f"{network}{MARK}{what}"
    if len(name) <= limits.ID_CHARACTERS:
        return name
    digest = hashlib.sha256(network.encode()).hexdigest()[:16]
    return f"{network[: limits.ID_CHARACTERS - len(what) - 18]}{MARK}{digest}{MARK}{what}"


def drop_whole(offer: StorageOffer, url: str, network: str) -> None:
    """Remove a network and all that stands beside it: what a first network left unsent is not told by the
    next one of its name. What is beside goes first, so that a drop that was broken off is seen and repeated.
    """
    for what in BESIDE:
        offer.drop(url, beside(network, what))
    offer.drop(url, network)


@final
class Annex:
    """Opens networks beside one network, each once, and closes them with it. May be shared by threads.

    ``listed`` names the networks of the database; without it nobody knows what stands until it is opened.
    """

    def __init__(
        self, open_: Callable[[str], Storage], listed: Callable[[], Collection[str]] | None = None
    ) -> None:
        self._open = open_
        self._listed = listed
        self._opened: dict[str, Storage] = {}
        self._made: dict[str, Any] = {}
        self._lock = RLock()
        self._closed = False

    def storage(self, name: str, kinds: Sequence[Kind]) -> Storage:
        """The storage of this network, ready for these kinds; the same one every time. Closed afterwards."""
        with self._lock:
            if self._closed:
                raise Closed
            if name not in self._opened:
                storage = self._open(name)
                storage.prepare(kinds)
                self._opened[name] = storage
            return self._opened[name]

    def stands(self, name: str) -> bool:
        """Whether there is such a network, as far as that can be known without making it."""
        with self._lock:
            return name in self._opened or self._listed is None or name in self._listed()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for this name and kept while the network is open."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return cast("T", self._made[name])

    def close(self) -> None:
        """Close what was opened. May be repeated."""
        with self._lock:
            self._closed = True
            for storage in self._opened.values():
                storage.close()
            self._opened.clear()
            self._made.clear()
