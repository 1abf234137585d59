"""Turning keys: sealing a network that has records already, and putting new keys in the place of old ones.

Everything goes in small batches, each of which leaves the network whole: records may be sealed or not, rings
may hang on the old master or the new, and both can be read. What is left to do is seen from the records
themselves, so whoever comes after a kill goes on where it stopped, and two who turn at once do no harm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, final

import attrs

from grassroots.contracts.keys import KeyService
from grassroots.contracts.storage import Batch, Erase, Fact, Is, Put, Query, Ref, Stored, walk
from grassroots.domain.charter import CHARTER_ID
from grassroots.domain.history import History
from grassroots.domain.secrets import (
    KeysTurned,
    OldKeysDropped,
    RecordsSealed,
    RingsTurned,
    SealingBegun,
    SearchKeysSettled,
    SearchKeysTurned,
)
from grassroots.domain.step import Event
from grassroots.errors import Conflict, Locked
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.codec import commitment
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Seat
from grassroots.workspace.sealing.envelope import PERSON, Envelope
from grassroots.workspace.sealing.header import CLEAR, HEADER, KEYRING, Header
from grassroots.workspace.sealing.sealing import Sealing, boxed, key_of, with_master

Progress = Callable[[int, int], None]
"""Told how many records were looked at, and of how many."""

AT_ONCE: Final = 200
"""Records of a batch: an app that writes meanwhile waits for one such batch at most."""

NETWORK: Final = Ref("network", CHARTER_ID)
SWEEP: Final = Ref(KEYRING.name, "swept")
"""Erased with every batch after which something must be gone: a storage sweeps its logs after an Erase."""


def quiet(done: int, of: int) -> None:
    """Tell nobody."""


# -- turning it on ----------------------------------------------------------------------------------------
def found_sealing(seat: Seat, service: KeyService | None, nonces: Callable[[int], bytes]) -> Sealing | None:
    """The keys of the network in this storage: opened if it is sealed, made if keys are given and it is not.

    Locked ``keys-wanted`` for a sealed network without keys, ``keyring-missing`` for one whose records are
    sealed and whose keys are not here.
    """
    storage = seat.office.storage
    for _ in range(TRIES):
        stored = storage.read((HEADER,)).get(HEADER)
        if stored is not None:
            if service is None:
                raise Locked("keys-wanted")
            return Sealing(service, nonces, stored)
        charter = storage.read((NETWORK,)).get(NETWORK)
        if charter is not None and key_of(charter.body) is not None:
            raise Locked("keyring-missing", where=seat.office.network)
        if service is None:
            return None
        former = CLEAR if storage.head() else None
        header = Sealing.fresh(service, nonces, former=former)
        try:
            _write(seat, SealingBegun(again=former is not None), (header.put(),), {HEADER: 0})
        except Conflict:
            continue
    raise Conflict


def unfinished(seat: Seat) -> bool:
    """Whether records or rings wait to be put again."""
    header = _sealing(seat).header
    return header.former is not None or len(header.masters) > 1


def finish(seat: Seat, progress: Progress = quiet) -> int:
    """Do what an earlier turn left undone, if anything; gives how many records and rings were put again."""
    sealing = _sealing(seat)
    done = 0
    if sealing.header.former is not None:
        done += _put_again(seat, progress)
    if len(sealing.header.masters) > 1:
        done += _rewrap(seat, progress)
    return done


def turn_master(seat: Seat, progress: Progress = quiet) -> int:
    """A new master key under the key-encryption key in use, and every ring under it; gives how many rings.

    A turn that was broken off is finished first, and then this is that turn.
    """
    sealing = _sealing(seat)
    if len(sealing.header.masters) == 1:
        _put_header(
            seat,
            lambda: with_master(sealing.header, sealing.service, sealing.nonces, sealing.secrets()),
            lambda header: KeysTurned(master=header.master),
        )
    return _rewrap(seat, progress)


def turn_index(seat: Seat, progress: Progress = quiet) -> int:
    """A new key for search values, and every record with values of it; gives how many records."""
    sealing = _sealing(seat)

    def turned() -> Header:
        number = str(int(sealing.header.index) + 1)
        after = attrs.evolve(sealing.header, index=number, former=sealing.header.index)
        secrets = {**sealing.secrets(), number: sealing.new_key().hex()}
        return boxed(after, sealing.master(), sealing.nonces, secrets)

    if sealing.header.former is None:
        _put_header(seat, turned, lambda header: SearchKeysTurned(index=header.index))
    return _put_again(seat, progress)


# -- records ----------------------------------------------------------------------------------------------
def _put_again(seat: Seat, progress: Progress) -> int:
    kinds = _in_order(seat)
    tally = seat.office.storage.tally
    # Everything is looked through twice at the least, and told of as one piece of work.
    looks = _Looks(progress, 2 * sum(g.rows for spec in kinds for g in tally(Query(spec.name)).values()))
    done = 0
    # Until a whole pass finds nothing: what others wrote under an older header while it changed is seen too.
    while found := sum(_pass(seat, spec, looks) for spec in kinds):
        done += found
    looks.end()
    sealing = _sealing(seat)

    def settled() -> Header:
        after = attrs.evolve(sealing.header, former=None)
        secrets = {one: key for one, key in sealing.secrets().items() if one in ("lasting", after.index)}
        return boxed(after, sealing.master(), sealing.nonces, secrets)

    if sealing.header.former is not None:
        _put_header(seat, settled, lambda header: SearchKeysSettled(index=header.index))
    return done


def _in_order(seat: Seat) -> Sequence[KindSpec[Any]]:
    """People first, since others are sealed with their keys; histories last, for the same reason."""
    wanted = [spec for spec in seat.office.kinds if spec.sealing or spec.hidden]
    return sorted(wanted, key=lambda spec: (spec.record is History, spec.name != PERSON))


@final
class _Looks:
    """Counts the records that were looked at, and tells of them."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._looked = progress, total, 0

    def add(self, records: int) -> None:
        self._looked += records
        self._progress(self._looked, max(self._looked, self._total))

    def end(self) -> None:
        whole = max(self._looked, self._total)
        if whole:
            self._progress(whole, whole)


def _pass(seat: Seat, spec: KindSpec[Any], looks: _Looks) -> int:
    done = 0
    for page in _pages(walk(seat.office.storage, Query(spec.name)), AT_ONCE):
        done += _retried(seat, spec, page)
        looks.add(len(page))
    return done


def _retried(seat: Seat, spec: KindSpec[Any], page: Sequence[Stored]) -> int:
    for tried in range(1, TRIES + 1):
        try:
            return _page_again(seat, spec, page)
        except Conflict:
            if tried == TRIES:
                raise
            seat.office.pause(jitter(seat, tried))
            page = list(seat.office.storage.read([stored.ref for stored in page]).values())
    raise AssertionError("unreachable")  # pragma: no cover


def _page_again(seat: Seat, spec: KindSpec[Any], page: Sequence[Stored]) -> int:
    office, sealing = seat.office, _sealing(seat)
    stale = [stored for stored in page if _stale(spec, stored, sealing.header)]
    if not stale:
        return 0
    sealing.prefetch(office.storage, [stored.body for stored in stale])
    envelope = Envelope(office, office.clock())
    writes: list[Put] = []
    bases: dict[Ref, int] = {}
    for stored in stale:
        envelope.saw(stored)
        decoded = office.decode(spec, stored)
        like = _about(decoded.record)
        fresh = envelope.pack(spec, stored.ref, decoded.record, decoded.record, decoded.unknown, like)
        if key_of(fresh.body) is None and fresh.keys == dict(stored.keys) and key_of(stored.body) is None:
            continue  # it has nothing sensitive
        writes.append(Put(fresh.ref, fresh.keys, fresh.body))
        bases[fresh.ref] = stored.revision
    if writes:
        event = RecordsSealed(kind=spec.name, records=len(writes))
        _write(seat, event, (*writes, *envelope.puts()), {**envelope.bases, **bases}, vouched=writes)
    return len(writes)


def _stale(spec: KindSpec[Any], stored: Stored, header: Header) -> bool:
    if key_of(stored.body) is None:
        return True  # perhaps it has nothing to seal: that is seen once it is read
    if not spec.hidden:
        return False
    return bool(json.loads(stored.body)["e"].get("x") != header.index)


def _about(record: Any) -> Ref | None:
    if not isinstance(record, History):
        return None
    kind, _, id_ = record.about.partition("/")
    return Ref(kind, id_)


# -- rings ------------------------------------------------------------------------------------------------
def _rewrap(seat: Seat, progress: Progress) -> int:
    storage, done = seat.office.storage, 0
    total = sum(group.rows for group in storage.tally(Query(KEYRING.name)).values()) - 1  # less the header
    for number in sorted(_sealing(seat).header.masters):
        while number != _sealing(seat).header.master:
            page = list(storage.find(Query(KEYRING.name, (Is("master", number),), limit=AT_ONCE)))
            if not page:
                break
            done += _rings_again(seat, page)
            progress(done, max(done, total))
    sealing = _sealing(seat)

    def dropped() -> Header:
        header = sealing.header
        return attrs.evolve(header, masters={header.master: header.masters[header.master]})

    if len(sealing.header.masters) > 1:
        _put_header(seat, dropped, lambda header: OldKeysDropped(master=header.master))
    return done


def _rings_again(seat: Seat, page: Sequence[Stored]) -> int:
    sealing = _sealing(seat)
    writes = [sealing.wrap_ring(stored.ref.id, sealing.unwrap_ring(stored)) for stored in page]
    event = RingsTurned(master=sealing.header.master, rings=len(writes))
    bases = {HEADER: sealing.revision, **{stored.ref: stored.revision for stored in page}}
    try:
        _write(seat, event, writes, bases)
    except Conflict:
        return 0  # somebody moved one of them: the next look finds what is left
    return len(writes)


# -- writing ----------------------------------------------------------------------------------------------
def _put_header(seat: Seat, make: Callable[[], Header], event: Callable[[Header], Event]) -> None:
    sealing = _sealing(seat)
    header = make()
    _write(seat, event(header), (header.put(),), {HEADER: sealing.revision})
    sealing.refresh(seat.office.storage)


def _write(
    seat: Seat, event: Event, writes: Iterable[Put], bases: dict[Ref, int], vouched: Iterable[Put] = ()
) -> None:
    office, now = seat.office, seat.office.clock()
    told = {
        "at": now.isoformat().replace("+00:00", "Z"),
        "by": seat.actor.name_of_record,
        "w": {str(put.ref): commitment(put.body) for put in vouched},
    }
    fact = Fact((NETWORK,), office.codec.encode_fact(event, told))
    batch = Batch(
        id=office.ids(now),
        facts=(fact,),
        based_on={**bases, SWEEP: 0},
        writes=(*writes, Erase(SWEEP)),
    )
    commit(seat, batch)


def _sealing(seat: Seat) -> Sealing:
    sealing = seat.office.sealing
    if sealing is None:
        raise Locked("not-sealed", where=seat.office.network)
    return sealing


def _pages(rows: Iterator[Stored], size: int) -> Iterator[list[Stored]]:
    page: list[Stored] = []
    for stored in rows:
        page.append(stored)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
