"""Key rings: the keys of those who became known in one act, 32 random bytes each, wrapped as a whole.

A ring per act and not a record per person, since a page of five hundred people is then opened with one key
operation and one read instead of five hundred (docs/decisions/key-rings.md has the figures). Destroying one
key overwrites its place and leaves the others as they are; a place of zeros is nobody's key any more.
"""

from __future__ import annotations

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Final, final

import attrs

from grassroots.contracts.keys import SECRET_BYTES
from grassroots.contracts.storage import Put, Ref
from grassroots.errors import Corrupt
from grassroots.workspace.sealing.header import FORMAT, KEYRING

GONE: Final = bytes(SECRET_BYTES)
"""What stands in the place of a destroyed key."""

MOST_BYTES: Final = 8 << 20
"""Bytes of unwrapped rings that one open network keeps in memory: the keys of 260,000 people."""


@final
@attrs.frozen
class KeyRef:
    """Which key a body was sealed with: a ring and a place in it. Written as ``ring.place``."""

    ring: str
    place: int

    def __str__(self) -> str:
        return f"{self.ring}.{self.place}"

    @classmethod
    def parse(cls, text: str) -> KeyRef:
        """Read it back; ValueError if it is none."""
        ring, dot, place = text.partition(".")
        if not ring or not dot or not place.isdecimal():
            raise ValueError("no key reference")
        return cls(ring, int(place))


def ring_ref(ring: str) -> Ref:
    """Where a ring is stored."""
    return Ref(KEYRING.name, ring)


def ring_put(ring: str, master: str, wrapped: bytes) -> Put:
    """A ring as a write."""
    body = {"f": FORMAT, "m": master, "w": b64encode(wrapped).decode()}
    return Put(ring_ref(ring), {"master": master}, json.dumps(body, separators=(",", ":")).encode())


def ring_read(ring: str, body: bytes) -> tuple[str, bytes]:
    """Which master wraps it, and what it wraps; Corrupt if this is no ring."""
    try:
        data = json.loads(body)
        if data["f"] != FORMAT:
            raise Corrupt("stored-by-newer", where=str(ring_ref(ring)), version=data["f"], known=FORMAT)
        return str(data["m"]), b64decode(data["w"], validate=True)
    except (ValueError, TypeError, LookupError) as error:
        raise Corrupt("corrupt", where=str(ring_ref(ring)), problem=type(error).__name__) from None


def ring_bound(uid: str, ring: str, master: str) -> bytes:
    """What a wrapped ring is tied to."""
    return "\0".join(("grassroots-ring", str(FORMAT), uid, ring, master)).encode()


def key_at(keys: bytes, place: int) -> bytes:
    """The key at a place; b"" if there is no such place, GONE if it was destroyed."""
    return keys[place * SECRET_BYTES : (place + 1) * SECRET_BYTES]


def without(keys: bytes, places: Iterable[int]) -> bytes:
    """The keys with these destroyed."""
    left = bytearray(keys)
    for place in places:
        left[place * SECRET_BYTES : (place + 1) * SECRET_BYTES] = GONE
    return bytes(left)


@final
class Unwrapped:
    """Rings opened before, within a bound; the oldest go first. May be shared by threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._rings: dict[str, tuple[bytes, bytes]] = {}
        self._lock = threading.Lock()

    def get(self, ring: str) -> bytes | None:
        """The keys of a ring as they were when it was opened."""
        found = self._rings.get(ring)
        return None if found is None else found[1]

    def same(self, ring: str, body: bytes) -> bytes | None:
        """The keys of a ring, if it was opened with exactly this body."""
        found = self._rings.get(ring)
        return None if found is None or found[0] != body else found[1]

    def keep(self, ring: str, body: bytes, keys: bytes) -> None:
        """Remember an opened ring."""
        with self._lock:
            self._drop(ring)
            self._rings[ring] = (body, keys)
            self._size += len(keys)
            while self._size > self._most and len(self._rings) > 1:
                self._drop(next(iter(self._rings)))

    def forget(self, rings: Iterable[str]) -> None:
        """These have changed."""
        with self._lock:
            for ring in rings:
                self._drop(ring)

    def clear(self) -> None:
        """All have changed."""
        with self._lock:
            self._rings.clear()
            self._size = 0

    def view(self) -> Mapping[str, int]:
        """How many bytes of keys are kept, by ring."""
        return {ring: len(keys) for ring, (_, keys) in self._rings.items()}

    def _drop(self, ring: str) -> None:
        found = self._rings.pop(ring, None)
        if found is not None:
            self._size -= len(found[1])
