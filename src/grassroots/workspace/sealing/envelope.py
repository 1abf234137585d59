"""What one act needs of the keys: which key seals each record it writes, and what it rests on for that.

A record that belongs to a person (``KindSpec.person``) is sealed with that person's key; a history with the
key of the record it tells about; everything else with a key of its own. A record keeps its key while it
belongs to the same person, so that destroying that key reaches every older copy of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, final

from grassroots.contracts.storage import Put, Ref, Stored
from grassroots.values.ids import ENTROPY_BYTES, sortable_id
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.sealing.header import HEADER
from grassroots.workspace.sealing.rings import KeyRef, ring_ref
from grassroots.workspace.sealing.sealing import key_of, sound_key

if TYPE_CHECKING:
    from grassroots.workspace.office import Office

PERSON = "member"
"""The kind whose records are people."""


@final
class Envelope:
    """The keys of one act. In a network that is not sealed it only makes sure that it still is none."""

    def __init__(self, office: Office, now: datetime) -> None:
        self._office = office
        self._now = now
        self._sealing = office.sealing
        self._uses: dict[Ref, KeyRef] = {}
        self._rings: dict[str, bytes] = {}
        self._bases: dict[Ref, int] = dict(office.fence)
        if self._sealing is not None:
            self._bases[HEADER] = self._sealing.revision
        self._ring = ""
        self._made: list[bytes] = []

    @property
    def bases(self) -> Mapping[Ref, int]:
        """What the act rests on beside its records: the header, and each ring that it sealed with."""
        return self._bases

    def puts(self) -> tuple[Put, ...]:
        """The ring of those who are new in this act, if there are any."""
        if self._sealing is None or not self._made:
            return ()
        return (self._sealing.wrap_ring(self._ring, b"".join(self._made)),)

    def saw(self, stored: Stored) -> None:
        """A record was shown: it keeps its key when it is written again."""
        if self._sealing is not None and (key := key_of(stored.body)) is not None:
            self._uses.setdefault(stored.ref, key)

    def pack(
        self,
        spec: KindSpec[Any],
        ref: Ref,
        record: Any,
        former: Any,
        unknown: Mapping[str, Any],
        like: Ref | None = None,
        *,
        own: bool = False,
    ) -> Stored:
        """The record as a storage sees it: keys without anything sensitive in clear, and a sealed body.

        ``like`` is a record whose key is used (a history's); ``own`` asks for a new key, since the one it had
        is destroyed.
        """
        office, salt = self._office, self._office.entropy(16)
        if self._sealing is None:
            return Stored(
                ref, 0, dict(spec.keys_of(record)), office.codec.encode(spec, record, salt, unknown)
            )

        def seal(groups: Mapping[str, str]) -> str:
            assert self._sealing is not None
            key = self._new() if own else self._key(spec, ref, record, former, like)
            return self._sealing.seal(ref, spec.version, key, self._secret(key, ref), groups)

        body = office.codec.encode(spec, record, salt, unknown, seal)
        return Stored(ref, 0, office.keys_of(spec, record), body)

    # -- which key ----------------------------------------------------------------------------------------
    def _key(self, spec: KindSpec[Any], ref: Ref, record: Any, former: Any, like: Ref | None) -> KeyRef:
        known = self._uses.get(ref)
        person, before = spec.person_of(record), spec.person_of(former) if former is not None else None
        if known is not None and (before is None or before == person):
            return known
        key = None
        if like is not None:
            key = self._of(like)
        elif person is not None:
            key = self._of(Ref(PERSON, person))
        if key is None:
            key = self._new()
        self._uses[ref] = key
        return key

    def _of(self, ref: Ref) -> KeyRef | None:
        """The key that a record names; None if there is no such record or nothing in it is sealed."""
        if ref not in self._uses:
            stored = self._office.storage.read((ref,)).get(ref)
            if stored is not None:
                self.saw(stored)
        return self._uses.get(ref)

    def _new(self) -> KeyRef:
        assert self._sealing is not None
        if not self._ring:
            # By time, so that the rings of a page lie side by side; its chance is the system's own.
            self._ring = sortable_id(self._now, self._sealing.nonces(ENTROPY_BYTES))
            self._bases[ring_ref(self._ring)] = 0
        self._made.append(self._sealing.new_key())
        return KeyRef(self._ring, len(self._made) - 1)

    def _secret(self, key: KeyRef, where: Ref) -> bytes:
        assert self._sealing is not None
        if key.ring == self._ring:
            return self._made[key.place]
        keys = self._rings.get(key.ring)
        if keys is None:
            # Read anew and not from memory: what is sealed with a key that was destroyed meanwhile is lost.
            stored = self._office.storage.read((ring_ref(key.ring),)).get(ring_ref(key.ring))
            if stored is None:
                return self._sealing.key(self._office.storage, key, where)
            keys = self._rings[key.ring] = self._sealing.unwrap_ring(stored, self._office.storage)
            self._bases[stored.ref] = stored.revision
        return sound_key(keys, key, where)
