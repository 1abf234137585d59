"""What a network takes along when it moves to another storage, beside its records: its outbox.

An archive is of the network alone, since a backup that is restored must not tell old news again. A move is no
backup: what waits, what died and how far the journal was planned go to the new place as they stand.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from grassroots.contracts.hooks import StorageOffer
from grassroots.contracts.storage import Kind
from grassroots.usecases.archive import (
    ArchivedKind,
    Manifest,
    archived_kinds,
    check_empty,
    check_same,
    check_whole_network,
    dump,
    load,
)
from grassroots.usecases.keys import Keys, restore_keys
from grassroots.usecases.outbox.box import standing_outbox
from grassroots.workspace.annex import OUTBOX, beside
from grassroots.workspace.office import Seat


def check_room(offer: StorageOffer, url: str, network: str) -> None:
    """Refuse a place where another outbox lies already (``archive-target-not-empty``)."""
    there = beside(network, OUTBOX)
    if there in offer.networks(url):
        with offer.open(url, there) as storage:
            check_empty(storage)


def move_outbox(
    seat: Seat, offer: StorageOffer, url: str, network: str, folder: Path, *, program: str
) -> Manifest | None:
    """Take the outbox along to this URL, beside the network of this name; None if there is none.

    ``folder`` holds what is on the way (in a sealed network sealed, and the keys wrapped). What came out
    different is taken away again. Denied unless the actor takes whole networks out; raises as loading and
    :func:`restore_keys` do.
    """
    check_whole_network(seat.actor)
    office = standing_outbox(seat.office)
    if office is None:
        return None
    kinds = (*archived_kinds(office.kinds), ArchivedKind(Kind("network")))
    file, ring, there = folder / "outbox.jsonl", folder / "outbox-keys.jsonl", beside(network, OUTBOX)
    with file.open("wb") as out:
        told = dump(
            office.storage, out, kinds=kinds, network=there, zone=office.zone.key, program=program,
            folder=folder,
        )  # fmt: skip
    if not told.head:
        return told  # nothing was ever to be told: nothing is loaded, and none is made
    with offer.open(url, there) as storage:
        load(file, storage)
        try:
            check_same(storage, told)
        except BaseException:
            offer.drop(url, there)
            raise
        if office.sealing is not None:
            Keys(attrs.evolve(seat, office=office)).backup(ring)
            now = office.clock().isoformat().replace("+00:00", "Z")
            restore_keys(
                storage,
                ring,
                office.sealing.service,
                codec=office.codec,
                nonces=office.sealing.nonces,
                told={"at": now, "by": seat.actor.name_of_record},
            )
    return told
