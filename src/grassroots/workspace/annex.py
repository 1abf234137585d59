"""Networks beside a network, in the same storage: where what must not swell its trail is kept.

The outbox of the network ``street`` is the network ``street~outbox``: the same database, its own journal and
its own records, so that it neither follows itself nor stands in what is sealed, exported and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, final

from grassroots.contracts.storage import Kind, Storage, limits
from grassroots.errors import Closed

MARK: Final = "~"
"""Between the name of a network and what stands beside it."""


def beside(network: str, what: str) -> str:
    """The name of what stands beside a network; a long name keeps its beginning and gets a digest."""
    name = f"{network}{MARK}{what}"
    if len(name) <= limits.ID_CHARACTERS:
        return name
    digest = hashlib.sha256(network.encode()).hexdigest()[:16]
    return f"{network[: limits.ID_CHARACTERS - len(what) - 18]}{MARK}{digest}{MARK}{what}"


@final
class Annex:
    """Opens networks beside one network, each once, and closes them with it. May be shared by threads."""

    def __init__(self, open_: Callable[[str], Storage]) -> None:
        self._open = open_
        self._opened: dict[str, Storage] = {}
        self._lock = Lock()
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

    def close(self) -> None:
        """Close what was opened. May be repeated."""
        with self._lock:
            self._closed = True
            for storage in self._opened.values():
                storage.close()
            self._opened.clear()
