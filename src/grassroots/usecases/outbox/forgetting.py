"""Forgetting somebody in the outbox: what was ever to be told to them, and what waits and names them.

Erased whole, with the keys that sealed it, so that an older copy cannot be read either. Parcels that are over
have no contents any more; those to others keep their place, with ids that lead to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from grassroots.contracts.storage import (
    Batch,
    Between,
    Condition,
    Erase,
    Fact,
    Is,
    Put,
    Query,
    Ref,
    Stored,
    walk,
)
from grassroots.domain.outbox import ParcelMoved
from grassroots.errors import Conflict, Locked
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.destroying import destroyed
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing import Envelope
from grassroots.workspace.sealing.rings import KeyRef
from grassroots.workspace.sealing.sealing import key_of
from grassroots.workspace.turning import SWEEP

_PAGE: Final = 200

_WITH_CONTENTS: Final[tuple[Condition, ...]] = (
    Between("lane", None, "="),
    Is("lane", "=dead"),
    Is("lane", "=uncertain"),
    Between("lane", ">", None),
)
"""Where parcels stand whose contents were not let go: on their way, or waiting for a person."""


def forget_parcels(office: Office, people: Collection[str], marks: Collection[str] = ()) -> int:
    """Erase every parcel to these people, and every one that waits and holds one of these texts.

    ``office`` is that of the network. Gives how many; a second time gives 0.
    """
    box = Box(office)
    return erase_parcels(box, (stored.ref.id for stored in _theirs(box, people, marks)))


def erase_parcels(box: Box, ids: Iterable[str]) -> int:
    """Erase these parcels, with their keys; those that are gone already are no mistake."""
    seat = Seat(office=box.office, actor=ACTOR)
    left, erased = iter(ids), 0
    while page := list(islice(left, _PAGE)):
        for tried in range(1, TRIES + 1):
            try:
                erased += _erase_page(seat, box, page)
                break
            except Conflict:
                if tried == TRIES:
                    raise
                box.office.pause(jitter(seat, tried))
    return erased


def _theirs(box: Box, people: Collection[str], marks: Collection[str]) -> Iterator[Stored]:
    storage = box.office.storage
    for person in people:
        yield from walk(storage, Query("parcel", (Is("to", person),)))
    for where in _WITH_CONTENTS if marks else ():
        for stored in walk(storage, Query("parcel", (where,))):
            if stored.keys["to"] not in people and _names(box, stored, marks):
                yield stored


def _names(box: Box, stored: Stored, marks: Collection[str]) -> bool:
    try:
        parcel = box.parcel(stored).record
    except Locked:
        return True  # what nobody can read any more does no harm by being erased
    told = f"{parcel.values}\n{' '.join(route.address for route in parcel.routes)}"
    return any(mark in told for mark in marks)


def _erase_page(seat: Seat, box: Box, ids: Collection[str]) -> int:
    office = box.office
    standing = office.storage.read([Ref("parcel", id_) for id_ in dict.fromkeys(ids)])
    if not standing:
        return 0
    bases = {ref: stored.revision for ref, stored in standing.items()}
    envelope = Envelope(office, office.clock())
    keys: set[KeyRef] = {key for one in standing.values() if (key := key_of(one.body)) is not None}
    writes: list[Put | Erase] = [*map(Erase, standing), *destroyed(office, keys, bases)]
    facts = tuple(Fact((ref,), box.fact(ParcelMoved(verb="forget"))) for ref in standing)
    # With one erased record more: a storage sweeps its logs after one.
    commit(
        seat,
        Batch(box.new_id(), facts, {**envelope.bases, **bases, SWEEP: 0}, (), (*writes, Erase(SWEEP))),
    )
    return len(standing)
