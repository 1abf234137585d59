"""Destroying keys: what they sealed cannot be read any more, in any copy of it."""

from __future__ import annotations

from collections.abc import Iterable

from grassroots.contracts.storage import Erase, Ref, Write
from grassroots.workspace.office import Office
from grassroots.workspace.sealing.rings import GONE, KeyRef, ring_ref, without


def destroyed(office: Office, keys: Iterable[KeyRef], bases: dict[Ref, int]) -> list[Write]:
    """The rings without these keys, to be written; a ring in which no key is left goes whole.

    ``bases`` gets the revisions that this rests on.
    """
    sealing = office.sealing
    if sealing is None:
        return []
    by_ring: dict[str, set[int]] = {}
    for key in keys:
        by_ring.setdefault(key.ring, set()).add(key.place)
    writes: list[Write] = []
    for ring, places in by_ring.items():
        stored = office.storage.read((ring_ref(ring),)).get(ring_ref(ring))
        if stored is None:
            continue
        left = without(sealing.unwrap_ring(stored, office.storage), places)
        bases[stored.ref] = stored.revision
        if left == GONE * (len(left) // len(GONE)):
            writes.append(Erase(stored.ref))
        else:
            writes.append(sealing.wrap_ring(ring, left))
        sealing.unwrapped.forget((ring,))
    return writes
