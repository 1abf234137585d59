"""Erasing a person: the plan, carrying it out, and the ledger that is replayed after every restore.

Carried out in batches, the person's own record and keys last: whoever comes after a kill plans again and goes
on. In a sealed network the keys are destroyed, so that what older copies hold cannot be read any more; in
any network the records are blanked, and the trail keeps an entry without a value.

Whether a person may be erased (a retention rule, a legal hold) is decided before, by the room of rights.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from grassroots.contracts.storage import Batch, Erase, Fact, Is, Put, Query, Ref, Stored, Write, walk
from grassroots.domain.call import Call
from grassroots.domain.erasure import ErasurePlan, PersonErased, RecordsBlanked, forgotten
from grassroots.domain.fields import blanked
from grassroots.domain.history import History
from grassroots.domain.member import Member
from grassroots.domain.step import Event
from grassroots.errors import Conflict, Locked, Missing
from grassroots.usecases.known_by import addresses_of, mentions_of, opened
from grassroots.usecases.outbox.forgetting import forget_parcels
from grassroots.values.ids import MemberId
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.codec import commitment
from grassroots.workspace.destroying import destroyed
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.ledger import LEDGER, one_more
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing import Envelope
from grassroots.workspace.sealing.rings import KeyRef
from grassroots.workspace.sealing.sealing import key_of
from grassroots.workspace.turning import SWEEP

AT_ONCE: Final = 200
"""Records of one batch."""

T = TypeVar("T")


def plan_erasure(seat: Seat, person: MemberId) -> ErasurePlan:
    """What erasing this person would do; Missing if there is nobody of that id.

    A record that was merged into another stands for the same person: all of them go together.
    """
    office = seat.office
    people = _people(office, person)
    own = frozenset(_own_keys(office, people))
    blank: list[str] = []
    gone: list[str] = []
    for spec, stored in _theirs(office, people):
        if not _done(office, spec, stored, own):
            (gone if _whole(office, spec, stored) else blank).append(str(stored.ref))
    gone += [str(stored.ref) for stored in _histories(office, people)]
    return ErasurePlan(people=people, blanked=tuple(blank), erased=tuple(gone))


def erase_person(seat: Seat, person: MemberId, *, ground: str, keys: tuple[str, ...] = ()) -> PersonErased:
    """Carry it out: what is left of the plan as of now. ``ground`` is a short code, for the trail.

    ``keys`` are those that an earlier erasure destroyed: what an older backup brought back and is sealed with
    them goes too, also where nothing else leads to it any more. Erasing somebody again changes nothing more.

    Denied unless this viewer may write the person's record; Missing if there is nobody of that id. Where the
    network was opened with its ledger, it is written down there too; BadInput ``erasures-cannot-write`` then
    says that the erasure stands and the ledger does not have it.
    """
    office = seat.office
    people = _people(office, person)
    spec = office.kinds.of(Member)
    for stored in office.storage.read([Ref(spec.name, id_) for id_ in people]).values():
        seat.may_write(spec, None, opened(office, spec, stored))
    # First of all, while it is still known by which texts they are named; and again at the end, since whoever
    # plans notices meanwhile may have met somebody who was still there.
    mentions, addresses = mentions_of(office, people), addresses_of(office, people)
    forget_parcels(office, people, mentions, addresses)
    done = 0
    while page := list(islice(_left(office, people, frozenset(keys)), AT_ONCE)):
        done += _retried(seat, lambda page=page: _blank_page(seat, people, page, keys))  # type: ignore[misc]
    event = _retried(seat, lambda: _last(seat, people, ground, done))
    forget_parcels(office, people, mentions, addresses)
    if office.ledger is not None:
        office.ledger(seat)
    return event


# -- finding ----------------------------------------------------------------------------------------------
def _people(office: Office, person: str) -> tuple[MemberId, ...]:
    spec = office.kinds.of(Member)
    if not office.storage.read((Ref(spec.name, person),)):
        raise Missing("missing", kind=spec.name, id=person)
    found = [person]
    for id_ in found:
        (stored,) = office.storage.read((Ref(spec.name, id_),)).values()
        kept = stored.keys.get("merged_into")
        below = [row.ref.id for row in walk(office.storage, Query(spec.name, (Is("merged_into", id_),)))]
        above = [kept] if isinstance(kept, str) and office.storage.read((Ref(spec.name, kept),)) else []
        found.extend(one for one in (*above, *below) if one not in found)
    return tuple(MemberId(one) for one in found)


def _theirs(office: Office, people: Iterable[str]) -> Iterator[tuple[KindSpec[Any], Stored]]:
    """The records that belong to these people, each once; their own records last."""
    people = tuple(people)
    for spec in office.kinds:
        seen: set[str] = set()
        for question in _questions(office, spec, people):
            for asked in office.asked(spec, question):
                for stored in walk(office.storage, Query(spec.name, asked)):
                    if stored.ref.id not in seen and _meant(office, spec, question, stored):
                        seen.add(stored.ref.id)
                        yield spec, stored
        if spec.record is Call:
            for stored in _calls_that_name(office, people, seen):
                yield spec, stored
    own = office.kinds.of(Member)
    for stored in office.storage.read([Ref(own.name, id_) for id_ in people]).values():
        yield own, stored


def _calls_that_name(office: Office, people: Iterable[str], seen: set[str]) -> Iterator[Stored]:
    """Calls to others in whose words these people are named."""
    spec, mentions = office.kinds.of(Call), mentions_of(office, people)
    for stored in walk(office.storage, Query(spec.name)) if mentions else ():
        if stored.ref.id not in seen:
            one = opened(office, spec, stored)
            if any(map(mentions.in_, (one.text, one.title, one.values))):
                yield stored


def _questions(office: Office, spec: KindSpec[Any], people: Iterable[str]) -> Iterator[tuple[Is, ...]]:
    if spec.person is None:
        return
    for id_ in people:
        yield (Is(spec.person, id_),)
    # Who raised a concern may be known by a number alone.
    if "raiser_phone" in spec.hidden:
        own = office.kinds.of(Member)
        for stored in office.storage.read([Ref(own.name, id_) for id_ in people]).values():
            phone = opened(office, own, stored).phone
            if phone:
                yield (Is("raiser_phone", phone[:255]),)


def _meant(office: Office, spec: KindSpec[Any], question: tuple[Is, ...], stored: Stored) -> bool:
    if not office.hides(spec, question) or _unreadable(office, spec, stored):
        return True  # what nobody can read any more does no harm by being blanked
    return office.meant(spec, question, office.decode(spec, stored).record)


def _histories(office: Office, people: Iterable[str]) -> Iterator[Stored]:
    """The former values of their records, and whatever else was sealed with a key of theirs."""
    spec = office.kinds.of(History)
    keys: set[str] = set()
    seen: set[Ref] = set()
    people = tuple(people)
    for their, stored in _theirs(office, people):
        if (key := _key_with(their, stored, people)) is not None:
            keys.add(str(key))
        for row in walk(office.storage, Query(spec.name, (Is("about", str(stored.ref)),))):
            if row.ref not in seen:
                seen.add(row.ref)
                yield row
    if office.sealing is None:
        return
    # A concern that was theirs once may belong to somebody else now; what it held then is still theirs.
    for row in walk(office.storage, Query(spec.name)):
        if row.ref not in seen and str(key_of(row.body)) in keys:
            seen.add(row.ref)
            yield row


def _left(
    office: Office, people: Iterable[str], keys: frozenset[str]
) -> Iterator[tuple[KindSpec[Any], Stored, bool]]:
    """What still has to be done before the last batch; True: erased whole."""
    seen: set[Ref] = set()
    own = frozenset(_own_keys(office, people))
    for spec, stored in _theirs(office, people):
        if spec.record is not Member and not _done(office, spec, stored, own):
            seen.add(stored.ref)
            yield spec, stored, _whole(office, spec, stored)
    history = office.kinds.of(History)
    for stored in _histories(office, people):
        seen.add(stored.ref)
        yield history, stored, True
    for spec in office.kinds if keys else ():
        if spec.sealing and spec.record is not Member:
            for stored in walk(office.storage, Query(spec.name)):
                if stored.ref not in seen and str(key_of(stored.body)) in keys:
                    yield spec, stored, spec.record is History


def _whole(office: Office, spec: KindSpec[Any], stored: Stored) -> bool:
    """Whether nothing of a record is left: who should be rung up about somebody who is forgotten?"""
    record = opened(office, spec, stored)
    return isinstance(record, Call) and record.waits


def _done(office: Office, spec: KindSpec[Any], stored: Stored, own: frozenset[KeyRef]) -> bool:
    """Whether nothing is left to do with this record of theirs.

    One that was emptied before (a rule of retention did it) may still be sealed with a key of theirs, stars
    and all: once that is destroyed nobody could read that it is empty.
    """
    if spec.record is not Member and key_of(stored.body) in own:
        return False
    return _blank_already(office, spec, stored)


def _blank_already(office: Office, spec: KindSpec[Any], stored: Stored) -> bool:
    record = opened(office, spec, stored)
    after = forgotten(record) if isinstance(record, Member) else blanked(record)
    return bool(after == record and not _unreadable(office, spec, stored))


def _unreadable(office: Office, spec: KindSpec[Any], stored: Stored) -> bool:
    try:
        office.decode(spec, stored)
    except Locked:
        return True
    return False


# -- carrying it out --------------------------------------------------------------------------------------
def _retried(seat: Seat, do: Callable[[], T]) -> T:
    for tried in range(1, TRIES + 1):
        try:
            return do()
        except Conflict:
            if tried == TRIES:
                raise
            seat.office.pause(jitter(seat, tried))
    raise AssertionError("unreachable")  # pragma: no cover


def _key_with(spec: KindSpec[Any], stored: Stored, people: Collection[str]) -> KeyRef | None:
    """The key that goes with a record; None where it is that of somebody else, to whom they are only named.

    A call to a neighbour is sealed with the neighbour's key, and so is all that the neighbour has.
    """
    owner = stored.keys.get(spec.person) if spec.person is not None else None
    return None if isinstance(owner, str) and owner not in people else key_of(stored.body)


def _blank_page(
    seat: Seat,
    people: tuple[MemberId, ...],
    page: Iterable[tuple[KindSpec[Any], Stored, bool]],
    destroyed_before: Collection[str],
) -> int:
    office = seat.office
    envelope, writes, bases = Envelope(office, office.clock()), list[Write](), dict[Ref, int]()
    keys: set[KeyRef] = set()
    for spec, stored, whole in page:
        # Read again: a batch that was refused may have been about what has changed since.
        now = office.storage.read((stored.ref,)).get(stored.ref)
        if now is None:
            continue
        key = key_of(now.body)
        if key is not None and (_key_with(spec, now, people) or str(key) in destroyed_before):
            keys.add(key)
        if whole:
            writes.append(Erase(now.ref))
        else:
            fresh = envelope.pack(spec, now.ref, blanked(opened(office, spec, now)), None, {}, own=True)
            writes.append(Put(now.ref, fresh.keys, fresh.body))
        bases[now.ref] = now.revision
    if not writes:
        return 0
    # The keys of these records go with them; the person's own leads to what is left, and goes last.
    keys -= set(_own_keys(office, people))
    rings = destroyed(office, keys, bases)
    event = RecordsBlanked(records=len(writes), keys=_named(keys))
    about = [Ref(office.kinds.of(Member).name, id_) for id_ in people]
    _commit(seat, event, about, (*writes, *rings), {**envelope.bases, **bases}, envelope)
    return len(writes)


def _own_keys(office: Office, people: Iterable[str]) -> Iterator[KeyRef]:
    own = office.kinds.of(Member)
    for stored in office.storage.read([Ref(own.name, id_) for id_ in people]).values():
        if (key := key_of(stored.body)) is not None:
            yield key


def _last(seat: Seat, people: tuple[MemberId, ...], ground: str, done: int) -> PersonErased:
    office, spec = seat.office, seat.office.kinds.of(Member)
    before = _erased_before(office, people[0])
    envelope, writes, bases = Envelope(office, office.clock()), list[Write](), dict[Ref, int]()
    keys: set[KeyRef] = set()
    refs = [Ref(spec.name, id_) for id_ in people]
    for ref, stored in office.storage.read(refs).items():
        if before is not None and _blank_already(office, spec, stored):
            continue
        if (key := key_of(stored.body)) is not None:
            keys.add(key)
        fresh = envelope.pack(spec, ref, forgotten(opened(office, spec, stored)), None, {}, own=True)
        writes.append(Put(ref, fresh.keys, fresh.body))
        bases[ref] = stored.revision
    if not writes and before is not None:
        return before
    touched, rings = len(writes), destroyed(office, keys, bases)
    if office.ledger is None:
        more, note = one_more(office.storage)
        bases.update(more)
        writes.extend(note)
    told = {one for id_ in people for one in _keys_before(office, id_)}
    event = PersonErased(ground=ground, records=done + touched, keys=tuple(sorted({*told, *_named(keys)})))
    _commit(seat, event, refs, (*writes, *rings), {**envelope.bases, **bases}, envelope)
    return event


def _commit(
    seat: Seat,
    event: Event,
    about: Iterable[Ref],
    writes: Iterable[Write],
    bases: Mapping[Ref, int],
    envelope: Envelope,
) -> None:
    office, now = seat.office, seat.office.clock()
    writes = (*writes, *envelope.puts())
    vouched = {
        str(write.ref): commitment(write.body) if isinstance(write, Put) else ""
        for write in writes
        if write.ref.kind not in (SWEEP.kind, LEDGER.name)
    }
    told = {
        "at": now.isoformat().replace("+00:00", "Z"),
        "by": seat.actor.name_of_record,
        "for": seat.proxy_for,
        "sheet": seat.sheet,
        "w": vouched,
    }
    fact = Fact(tuple(about), office.codec.encode_fact(event, told))
    # With an Erase in every batch, since a storage sweeps its logs after one.
    commit(
        seat,
        Batch(office.ids(now), (fact,), {**bases, SWEEP: 0}, (), (*writes, Erase(SWEEP))),
    )


def _named(keys: Iterable[KeyRef]) -> tuple[str, ...]:
    return tuple(sorted(str(key) for key in keys))


def _told_of(office: Office, person: str) -> Iterator[PersonErased | RecordsBlanked]:
    ref, after = Ref(office.kinds.of(Member).name, person), 0
    while page := office.storage.journal(after=after, limit=1000, about=ref):
        for entry in page:
            event = office.codec.decode_fact(entry).event
            if isinstance(event, (PersonErased, RecordsBlanked)):
                yield event
        after = page[-1].position


def _erased_before(office: Office, person: str) -> PersonErased | None:
    found = None
    for event in _told_of(office, person):
        found = event if isinstance(event, PersonErased) else found
    return found


def _keys_before(office: Office, person: str) -> Iterator[str]:
    """Keys destroyed in batches before the last, also by one that was broken off."""
    for event in _told_of(office, person):
        yield from event.keys
