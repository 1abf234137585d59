"""When the searchable keys of a kind change, its records are put again before anybody asks by them.

A storage makes a new key and leaves it empty in the records that stand there: it cannot read a body. Asked
then, it would find nothing and say so in silence. So every network remembers, kind by kind, with which keys
its records were written (a *mark*), and whoever opens it with other keys puts the records again first.

What is compared is the names and types of the keys and the version of the kind: a new version may derive the
same key from other fields. A network without marks (from before there were any) is
looked through once. Only records whose keys differ are written. A program of an older version
that opens the network later writes down what it knows, so that the newer one looks again when it comes back;
the two should not write at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grassroots.contracts.storage import Batch, Fact, Kind, Position, Put, Query, Ref, Stored, walk
from grassroots.contracts.storage.limits import BATCH_BYTES
from grassroots.domain.charter import CHARTER_ID, KeysFilled
from grassroots.errors import Conflict, Corrupt
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.codec import commitment
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing.envelope import Envelope

KEYED: Final = Kind("keyed")
"""Prepared by whoever opens a network; no room knows it, and no archive contains it. Its ids are kinds."""

AT_ONCE: Final = 500
"""Records of a batch: an app that writes meanwhile waits for one such batch at most."""

_WEIGHT: Final = BATCH_BYTES // 4
"""Bytes of bodies of a batch: a quarter of the limit, because the next record may be a large one."""

_NETWORK: Final = Ref("network", CHARTER_ID)

Said = Mapping[str, Any]
"""What a mark says: the version of the kind, and its keys by name with their types."""


def _ref(spec: KindSpec[Any]) -> Ref:
    return Ref(KEYED.name, spec.name)


def _wanted(kind: Kind, version: int) -> Said:
    return {"version": version, "keys": {name: key.value for name, key in sorted(kind.keys.items())}}


def mark(kind: Kind, version: int) -> Put:
    """The mark that says: every record of this kind in this network has these keys, as of this version.

    True where nothing stands yet (a network that is founded), and where what stands comes from a network
    that was opened before (an archive: opening fills the keys).
    """
    return Put(
        Ref(KEYED.name, kind.name), {}, json.dumps(_wanted(kind, version), separators=(",", ":")).encode()
    )


def fill(seat: Seat) -> int:
    """Put again what was written with other keys, if anything; gives how many records that were.

    Called whenever a network is opened, before anybody can ask. Broken off, it is begun anew by whoever
    opens it next; two who do it at once do no harm.
    """
    for tried in range(1, TRIES + 1):
        said = _said(seat)
        differing = [spec for spec in seat.office.kinds if said[_ref(spec)][1] != _told(spec)]
        if not differing:
            return 0
        filled = {spec.name: _fill_kind(seat, spec, said[_ref(spec)][1]) for spec in differing}
        facts = [KeysFilled(kind=name, records=records) for name, records in filled.items()]
        bases = {_ref(spec): said[_ref(spec)][0] for spec in differing}
        try:
            _write(seat, facts, [mark(spec.stored_kind(), spec.version) for spec in differing], bases)
        except Conflict:
            seat.office.pause(jitter(seat, tried))
            continue  # somebody else did the same, or opened it with other keys at this very moment
        return sum(filled.values())
    raise Conflict


def _told(spec: KindSpec[Any]) -> Said:
    return _wanted(spec.stored_kind(), spec.version)


def _said(seat: Seat) -> Mapping[Ref, tuple[Position, Said]]:
    refs = [_ref(spec) for spec in seat.office.kinds]
    found = seat.office.storage.read(refs)
    said: dict[Ref, tuple[Position, Said]] = {}
    for ref in refs:
        stored = found.get(ref)
        try:
            said[ref] = (0, {}) if stored is None else (stored.revision, json.loads(stored.body))
        except ValueError:
            said[ref] = (stored.revision if stored else 0, {})  # a spoiled mark says nothing: look again
    return said


def _fill_kind(seat: Seat, spec: KindSpec[Any], said: Said) -> int:
    """Every record of the kind whose keys are not those that its body gives."""
    keys = said.get("keys", {})
    lacks = any(keys.get(name) != key.value for name, key in spec.keys.items())
    if said and not lacks and said.get("version", 0) >= spec.version:
        return 0  # it had more keys than these: what is asked now is there
    return sum(_retried(seat, spec, page) for page in _pages(walk(seat.office.storage, Query(spec.name))))


def _pages(rows: Iterator[Stored]) -> Iterator[list[Stored]]:
    page: list[Stored] = []
    weight = 0
    for stored in rows:
        page.append(stored)
        weight += len(stored.body)
        if len(page) == AT_ONCE or weight > _WEIGHT:
            yield page
            page, weight = [], 0
    if page:
        yield page


def _retried(seat: Seat, spec: KindSpec[Any], page: Sequence[Stored]) -> int:
    for tried in range(1, TRIES + 1):
        puts = [(put, stored) for stored in page if (put := _again(seat.office, spec, stored)) is not None]
        if not puts:
            return 0
        bases = {put.ref: stored.revision for put, stored in puts}
        event = KeysFilled(kind=spec.name, records=len(puts))
        try:
            _write(seat, [event], [put for put, _ in puts], bases, vouch=True)
        except Conflict:
            if tried == TRIES:
                raise
            seat.office.pause(jitter(seat, tried))
            page = list(seat.office.storage.read([stored.ref for stored in page]).values())
        else:
            return len(puts)
    raise AssertionError("unreachable")  # pragma: no cover


def _again(office: Office, spec: KindSpec[Any], stored: Stored) -> Put | None:
    try:
        record = office.decode(spec, stored).record
    except Corrupt:
        return None  # whoever loads it is told so; until then it must not keep everybody out
    keys = spec.stored_kind().settle(office.keys_of(spec, record))
    return None if keys == dict(stored.keys) else Put(stored.ref, keys, stored.body)


def _write(
    seat: Seat,
    events: Sequence[KeysFilled],
    writes: Sequence[Put],
    bases: Mapping[Ref, Position],
    *,
    vouch: bool = False,
) -> None:
    office, now = seat.office, seat.office.clock()
    told = {
        "at": now.isoformat().replace("+00:00", "Z"),
        "by": seat.actor.name_of_record,
        # The bodies stay byte for byte, and so do their commitments; their revision is that of this batch.
        "w": {str(put.ref): commitment(put.body) for put in writes} if vouch else {},
    }
    facts = [Fact((_NETWORK,), office.codec.encode_fact(event, told)) for event in events]
    fence = Envelope(office, now).bases
    commit(seat, Batch(office.ids(now), facts, {**fence, **bases}, (), writes))
