"""Forgetting somebody in the outbox: what was ever to be told to them, and what waits and names them.

Erased whole, with the keys that sealed it, so that an older copy cannot be read either. Parcels that are over
have no contents any more; those to others keep their place, with ids that lead to nobody.

Those to others that wait are erased only where they name them: a wife is still told what is for her, under
the number that she shares, and so is whoever is told of 李明亮 when 李明 is forgotten.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final, final

import attrs

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
from grassroots.domain.outbox import Parcel, ParcelMoved
from grassroots.errors import Conflict, Corrupt, Locked
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.values.mentions import Mentions
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.destroying import destroyed
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing import Envelope
from grassroots.workspace.sealing.rings import KeyRef
from grassroots.workspace.sealing.sealing import key_of
from grassroots.workspace.turning import SWEEP

_PAGE: Final = 200

KEY_GONE: Final = ("key-destroyed", "key-lost")
"""What Locked says where nobody will ever read it again."""

_WITH_CONTENTS: Final[tuple[Condition, ...]] = (
    Between("lane", None, "="),
    Is("lane", "=dead"),
    Is("lane", "=uncertain"),
    Between("lane", ">", None),
)
"""Where parcels stand whose contents were not let go: on their way, or waiting for a person."""


def forget_parcels(
    office: Office,
    people: Collection[str],
    mentions: Mentions | None = None,
    addresses: Collection[str] = (),
) -> int:
    """Erase every parcel to these people, and every one that waits and names them or goes to their address.

    ``office`` is that of the network; ``addresses`` are theirs in any channel. Gives how many; a second time
    gives 0. Raises Locked where the outbox is sealed and no key was given.
    """
    box = Box(office)
    wanted = _Wanted(people, mentions or Mentions((), ()), frozenset(map(_compact, addresses)))
    return erase_parcels(box, (stored.ref.id for stored in _theirs(box, wanted)))


@final
@attrs.frozen
class _Wanted:
    people: Collection[str]
    mentions: Mentions
    addresses: frozenset[str]

    def names(self, parcel: Parcel) -> bool:
        """Whether a parcel to somebody else, or to nobody in particular, is about them."""
        if self.mentions.in_(parcel.values):
            return True
        # Under the id of somebody else it goes to an address of theirs, who may share it.
        return not parcel.to and any(_compact(route.address) in self.addresses for route in parcel.routes)


def _compact(address: str) -> str:
    """An address as it is compared: how it is grouped and capitals make no difference."""
    plain = unicodedata.normalize("NFKC", address).casefold()
    return "".join(one for one in plain if not one.isspace() and one not in "-()")


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


def _theirs(box: Box, wanted: _Wanted) -> Iterator[Stored]:
    storage = box.office.storage
    for person in wanted.people:
        yield from walk(storage, Query("parcel", (Is("to", person),)))
    for where in _WITH_CONTENTS if wanted.mentions or wanted.addresses else ():
        for stored in walk(storage, Query("parcel", (where,))):
            if stored.keys["to"] not in wanted.people and _names(box, stored, wanted):
                yield stored


def _names(box: Box, stored: Stored, wanted: _Wanted) -> bool:
    try:
        return wanted.names(box.parcel(stored).record)
    except Locked as error:
        if error.code not in KEY_GONE:
            raise  # no key was given: that is no reason to erase what others wait for
        return True  # what nobody can read any more does no harm by being erased
    except Corrupt:
        return True  # nobody can send it either


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
