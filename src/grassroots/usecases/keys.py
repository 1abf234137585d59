"""The keys of a sealed network at a desk: how they stand, turning them, and their backup.

An archive of the records has no keys in it, and a backup of the keys has no records in it: kept apart,
neither is of use to whoever finds it. The keys in a backup are wrapped as they are in the network; it opens
with the key-encryption keys alone (docs/how-to/keys.md).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, final

import attrs

from grassroots.contracts.keys import KeyService
from grassroots.contracts.storage import Batch, Fact, Put, Query, Ref, Storage, Stored, walk
from grassroots.domain.erasure import PersonErased, RecordsBlanked
from grassroots.domain.secrets import KeysRestored
from grassroots.errors import BadInput, Conflict, Full, Locked
from grassroots.usecases.archive import check_whole_network
from grassroots.usecases.outbox.box import standing_outbox
from grassroots.workspace.acts import Room
from grassroots.workspace.codec import Codec
from grassroots.workspace.ledger import KEPT, LEDGER, WANTED, Place, place
from grassroots.workspace.office import Seat
from grassroots.workspace.sealing import HEADER, KEYRING, Header, Sealing
from grassroots.workspace.sealing.rings import KeyRef, ring_ref, without
from grassroots.workspace.turning import NETWORK, Progress, quiet, turn_index, turn_master, unfinished

FORMAT: Final = 1
_AT_ONCE: Final = 200
_TRIES: Final = 20


@final
@attrs.frozen(kw_only=True)
class KeysTold:
    """How the keys stand. ``key`` wraps the network's master, ``in_use`` would wrap a new one.

    ``outbox_key`` wraps the master of the outbox beside it (None: there is no outbox). ``rings`` are those of
    the network alone.
    """

    key: str
    outbox_key: str | None
    in_use: str
    known: tuple[str, ...]
    rings: int
    master: str
    index: str
    unfinished: bool

    @property
    def behind(self) -> tuple[str, ...]:
        """The keys that are still needed beside the one in use, each once."""
        wrapping = {self.key, self.outbox_key} - {self.in_use, None}
        return tuple(sorted(str(one) for one in wrapping))


@final
class Keys(Room):
    """The room ``desk.keys``. For the office and its named jobs; Locked ``not-sealed`` in an open network."""

    def told(self) -> KeysTold:
        """How the keys stand. ``unfinished`` says that a turn was broken off; turning again finishes it."""
        sealing = self._sealing()
        header, office = sealing.header, self._seat.office
        rings = sum(group.rows for group in office.storage.tally(Query(KEYRING.name)).values())
        outbox = self._outbox()
        return KeysTold(
            key=header.masters[header.master].key,
            outbox_key=None if outbox is None else _wrapping(outbox),
            in_use=sealing.service.current,
            known=tuple(sealing.service.known()),
            rings=rings - 1,
            master=header.master,
            index=header.index,
            unfinished=any(unfinished(seat) for seat in (self._seat, *filter(None, (outbox,)))),
        )

    def turn(self, progress: Progress = quiet) -> int:
        """A new master key under the key-encryption key in use, every ring under it; gives how many rings.

        The same in the outbox, if there is one (its rings are not counted). May be broken off at any point,
        and be started again. Others may work meanwhile.
        """
        self._sealing()
        rings = turn_master(self._seat, progress)
        # A turn that is broken off here is seen by the key that the outbox still hangs on.
        if (outbox := self._outbox()) is not None:
            turn_master(outbox, progress)
        return rings

    def turn_search(self, progress: Progress = quiet) -> int:
        """A new key for search values, and every record with one put again; gives how many records.

        The outbox has no search values that hide anything: a parcel is found by ids and times.
        """
        self._sealing()
        return turn_index(self._seat, progress)

    def backup(self, path: Path) -> int:
        """Write the wrapped keys into a file that is there whole or not at all; gives how many rings.

        Take it after the archive it belongs to. Raises Full, BadInput ``keys-cannot-write`` or
        ``keys-over-other``.
        """
        self._sealing()
        office = self._seat.office
        for _ in range(_TRIES):
            # All under one header: were a key turned meanwhile, some rings would not open with it.
            before = office.storage.read((HEADER,))[HEADER]
            rings = [stored for stored in walk(office.storage, Query(KEYRING.name)) if stored.ref != HEADER]
            after = office.storage.read((HEADER,))[HEADER]
            if before.revision == after.revision:
                _write(path, before, rings, place(office.storage, KEPT))
                return len(rings)
        raise Conflict

    def _outbox(self) -> Seat | None:
        office = standing_outbox(self._seat.office)
        return None if office is None else attrs.evolve(self._seat, office=office)

    def _sealing(self) -> Sealing:
        check_whole_network(self._seat.actor, KEYRING.name)
        sealing = self._seat.office.sealing
        if sealing is None:
            raise Locked("not-sealed", where=self._seat.office.network)
        return sealing


def _wrapping(seat: Seat) -> str:
    assert seat.office.sealing is not None
    header = seat.office.sealing.header
    return header.masters[header.master].key


def restore_keys(
    storage: Storage, path: Path, service: KeyService, *, codec: Codec, nonces: Any, told: dict[str, str]
) -> int:
    """Bring a backup of the keys into a network whose records are there; gives how many rings came back.

    What is there already stays: a ring that stands is never replaced by an older one. Keys that the journal
    says were destroyed stay destroyed. A network that kept a ledger of erasures has to be held against it
    before it is opened, as far as it was known when the backup was made. ``told`` is who brings it and when,
    for the trail. Raises BadInput ``keys-not-one``, ``keys-damaged``, ``keys-of-other-network``; Locked when
    the key-encryption keys do not fit.
    """
    header, rings, ledger = _read(path)
    theirs = Sealing(service, nonces, Stored(HEADER, 0, {}, header.put().body))
    storage.prepare([KEYRING, LEDGER])
    stands = storage.read((HEADER,)).get(HEADER)
    if stands is None:
        _commit(storage, codec, told, (header.put(),), {HEADER: 0}, 0)
        stands = storage.read((HEADER,))[HEADER]
    ours = Sealing(service, nonces, stands)
    if ours.header.uid != header.uid:
        raise BadInput("keys-of-other-network", file=str(path))
    gone = _destroyed(storage, codec)
    back = 0
    names = sorted(rings)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        there = storage.read([ring_ref(name) for name in some])
        writes = []
        for name in some:
            if ring_ref(name) in there:
                continue
            keys = theirs.unwrap_ring(Stored(ring_ref(name), 0, {}, rings[name]))
            writes.append(ours.wrap_ring(name, without(keys, gone.get(name, ()))))
        if writes:
            bases = {HEADER: ours.revision, **{put.ref: 0 for put in writes}}
            _commit(storage, codec, told, tuple(writes), bases, len(writes))
            back += len(writes)
    _want(storage, codec, told, ledger)
    return back


def _want(storage: Storage, codec: Codec, told: dict[str, str], ledger: Place | None) -> None:
    """Keys of after an erasure, records perhaps of before it: the ledger has to say who is to go again."""
    if ledger is None:
        return
    stands = storage.read((WANTED,)).get(WANTED)
    known = [one.lines for ref in (KEPT, WANTED) if (one := place(storage, ref)) is not None]
    if max(known, default=-1) < ledger.lines:
        bases = {WANTED: 0 if stands is None else stands.revision}
        _commit(storage, codec, told, (ledger.put(WANTED),), bases, 0)


def _destroyed(storage: Storage, codec: Codec) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    after = 0
    while page := storage.journal(after=after, limit=1000):
        for entry in page:
            if any(code in entry.fact.body for code in (b'"person-erased"', b'"records-blanked"')):
                event = codec.decode_fact(entry).event
                for text in event.keys if isinstance(event, (PersonErased, RecordsBlanked)) else ():
                    key = KeyRef.parse(text)
                    found.setdefault(key.ring, set()).add(key.place)
        after = page[-1].position
    return found


def _commit(
    storage: Storage,
    codec: Codec,
    told: dict[str, str],
    writes: tuple[Put, ...],
    bases: dict[Ref, int],
    rings: int,
) -> None:
    fact = Fact((NETWORK,), codec.encode_fact(KeysRestored(rings=rings), told))
    digest = hashlib.sha256(b"".join(put.body for put in writes)).hexdigest()
    storage.commit(Batch(f"keys-{digest[:32]}", (fact,), bases, (), writes))


# -- the file ---------------------------------------------------------------------------------------------
_BEGINS: Final = b'{"grassroots-keys":'


def _lines(header: Stored, rings: list[Stored], ledger: Place | None) -> Iterator[bytes]:
    begins = {"grassroots-keys": FORMAT, **({} if ledger is None else {"ledger": ledger.plain()})}
    yield json.dumps(begins, separators=(",", ":")).encode()
    for stored in (header, *rings):
        yield json.dumps({"id": stored.ref.id, "body": stored.body.decode()}, separators=(",", ":")).encode()


def _write(path: Path, header: Stored, rings: list[Stored], ledger: Place | None) -> None:
    try:
        if path.exists() and not path.read_bytes().startswith(_BEGINS):
            raise BadInput("keys-over-other", file=str(path))
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            whole = hashlib.sha256()
            with open(handle, "wb") as out:
                for line in _lines(header, rings, ledger):
                    out.write(line + b"\n")
                    whole.update(line + b"\n")
                end = {"end": len(rings), "sha256": whole.hexdigest()}
                out.write(json.dumps(end, separators=(",", ":")).encode() + b"\n")
                out.flush()
                os.fsync(out.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Full() from error
        raise BadInput("keys-cannot-write", file=str(path), problem=error.strerror) from error


def _read(path: Path) -> tuple[Header, dict[str, bytes], Place | None]:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput("archive-not-found", file=str(path)) from error
    except OSError as error:
        raise BadInput("keys-cannot-read", file=str(path), problem=error.strerror) from error
    if not data.startswith(_BEGINS):
        raise BadInput("keys-not-one", file=str(path))
    *lines, last = data.splitlines(keepends=True)
    try:
        end = json.loads(last)
        told = [json.loads(line) for line in lines]
        whole = hashlib.sha256(b"".join(lines)).hexdigest()
        bodies = {str(one["id"]): str(one["body"]).encode() for one in told[1:]}
        if told[0]["grassroots-keys"] != FORMAT or (end["end"], end["sha256"]) != (len(bodies) - 1, whole):
            raise ValueError("keys")
        ledger = Place.read(told[0]["ledger"]) if "ledger" in told[0] else None
        return Header.read(bodies.pop(HEADER.id)), bodies, ledger
    except (ValueError, TypeError, LookupError):
        raise BadInput("keys-damaged", file=str(path)) from None
