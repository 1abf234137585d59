"""Saboteurs of what is shared: networks, handles, kinds, threads, closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from grassroots.contracts.storage import Batch, Entry, Kind, Ref, Stored, check_page, key_changed
from grassroots.testing.saboteurs.kinds import Saboteur, broken
from grassroots.testing.saboteurs.reference import House, Reference, Room

_APART = "networks know nothing of each other"
_SHARED = "two handles see the same"
_KINDS = "a new key is nothing, a key never changes its type"
_MOMENT = "what is compared and what is written is one moment"
_CLOSED = "a closed storage says so"


class _Free:
    """A lock that locks nothing."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _met(self: Reference, batch: Batch) -> int:
    """Between comparing and writing another one compares."""
    self.house.meeting.wait()
    return Reference.position(self, batch)


def _head_last(self: Reference, batch: Batch) -> int:
    """Right at every call by itself; two at once compare against the same head."""
    self.check_open()
    settled = self.settled(batch)
    known = self.known(batch)
    if known is not None:
        return known
    moved, changed = self.moved(batch), self.changed(batch)
    if moved or changed:
        self.refuse(batch, moved, changed)
    self.house.meeting.wait()
    with self.room.lock:
        self.check_open()
        position = self.position(batch)
        self.write(batch, position, settled)
        self.note(batch)
        self.remember(batch, position)
        return position


def _questions_first(self: Reference, batch: Batch) -> int:
    """Bases are compared under the lock, questions before it."""
    changed = self.changed(batch)
    self.house.meeting.wait()
    if changed:
        self.refuse(batch, self.moved(batch), changed)
    return Reference.commit(self, evolve(batch, seen=()))


def _fact_by_fact(self: Reference, batch: Batch) -> None:
    for fact in batch.facts:
        self.room.entries.append(self.entry(len(self.room.entries) + 1, batch, fact))
        self.house.meeting.wait()


def _unlocked_head(self: Reference) -> int:
    self.check_open()
    found = len(self.room.entries)
    self.house.meeting.arrive()
    return found


def _number_first(self: Reference, batch: Batch) -> None:
    """Positions are taken first and facts follow when they can, as sequences do."""
    start = len(self.room.entries)
    for number, _ in enumerate(batch.facts):
        self.room.entries.append(Entry(start + number + 1, batch.id, batch.facts[0]))
    self.house.meeting.wait()
    for number, fact in enumerate(batch.facts):
        self.room.entries[start + number] = Entry(start + number + 1, batch.id, fact)


def _unlocked_journal(
    self: Reference, *, after: int, limit: int, about: Ref | None = None
) -> Sequence[Entry]:
    self.check_open()
    check_page(after, limit)
    found = [one for one in self.room.entries[after:] if about is None or about in one.fact.about][:limit]
    self.house.meeting.arrive()
    return found


def _cached_head(self: Reference) -> int:
    self.check_open()
    if not hasattr(self, "cached"):
        self.cached = len(self.room.entries)  # type: ignore[attr-defined]
    return self.cached  # type: ignore[attr-defined,no-any-return]


def _one_room(self: Reference, house: House, network: str) -> Room:
    return house.rooms.setdefault(network, next(iter(house.rooms.values()), Room()))


def _one_journal(self: Reference, house: House, network: str) -> Room:
    first = next(iter(house.rooms.values()), None)
    return house.rooms.setdefault(network, Room(entries=first.entries) if first else Room())


def _one_memory(self: Reference, house: House, network: str) -> Room:
    first = next(iter(house.rooms.values()), None)
    return house.rooms.setdefault(network, Room(acts=first.acts) if first else Room())


def _new_room(self: Reference, house: House, network: str) -> Room:
    house.rooms[network] = Room()
    return house.rooms[network]


def _new_acts(self: Reference, house: House, network: str) -> Room:
    room = house.rooms.setdefault(network, Room())
    room.acts.clear()
    return room


def _own_cache(self: Reference, refs: Any) -> Mapping[Ref, Stored]:
    cache: dict[Ref, Stored] = self.__dict__.setdefault("cache", {})
    found = Reference.read(self, refs)
    for ref, row in found.items():
        cache.setdefault(ref, row)
    return {ref: cache[ref] for ref in found}


def _prepare_anew(self: Reference, kinds: Sequence[Kind]) -> None:
    Reference.prepare(self, kinds)
    for ref in [ref for ref in self.room.rows if any(ref.kind == kind.name for kind in kinds)]:
        del self.room.rows[ref]


def _prepare_instead(self: Reference, kinds: Sequence[Kind]) -> None:
    self.prepared = type(self.prepared)()
    Reference.prepare(self, kinds)


def _nameless(self: Reference, kind: str, name: str, key: Any) -> None:
    if self.house.types.setdefault((kind, name), key) is not key:
        raise key_changed("", name, self.house.types[kind, name])


def _old_keys_alone(self: Reference, row: Stored) -> Stored:
    """A record that was written before a key was declared does not have it."""
    right = Reference.shown(self, row)
    return evolve(right, keys={name: value for name, value in right.keys.items() if name in row.keys})


def _every_key(self: Reference, row: Stored) -> Stored:
    right = Reference.shown(self, row)
    return evolve(right, keys={**row.keys, **right.keys})


def _stale_keys(self: Reference, write: Any, position: int, keys: Any) -> None:
    old = self.room.rows.get(write.ref)
    self.room.rows[write.ref] = Stored(write.ref, position, {**(old.keys if old else {}), **keys}, write.body)


def _once(self: Reference) -> None:
    self.check_open()
    self.closed = True


def _drop_all(house: House, network: str) -> None:
    for room in house.rooms.values():
        room.dropped = True
    house.rooms.clear()


def _drop_softly(house: House, network: str) -> None:
    house.rooms.pop(network, None)


def _drop_rows(house: House, network: str) -> None:
    room = house.rooms.get(network)
    if room is not None:
        room.rows.clear()


def _drop_known(house: House, network: str) -> None:
    house.rooms.pop(network).dropped = True


def _no_limit(self: Reference, refs: Any) -> Mapping[Ref, Stored]:
    self.check_open()
    return {ref: self.shown(self.room.rows[ref]) for ref in refs if ref in self.room.rows}


def _any_name(self: Reference, house: House, network: str) -> None:
    Reference.__init__(self, house, network or "unnamed")


SABOTEURS = (
    broken("the head is taken last", _MOMENT, commit=_head_last),
    broken("questions before the lock", _MOMENT, commit=_questions_first),
    broken(
        "a lock that locks nothing",
        _MOMENT,
        enter=lambda self, house, network: _unlocked(house, network),
        position=_met,
    ),
    broken(
        "half a batch shows",
        "a batch is whole or not at all",
        note=_fact_by_fact,
        head=_unlocked_head,
        journal=_unlocked_journal,
    ),
    broken(
        "numbers first, facts later",
        "nothing appears late",
        note=_number_first,
        journal=_unlocked_journal,
        head=_unlocked_head,
    ),
    broken("a head that is looked up once", _SHARED, head=_cached_head),
    broken("records that are looked up once", _SHARED, read=_own_cache),
    broken("a handle begins anew", _SHARED, enter=_new_room),
    broken("acts are forgotten on opening", "an act is written once", enter=_new_acts),
    broken("one room for all networks", _APART, enter=_one_room),
    broken("one journal for all networks", _APART, enter=_one_journal),
    broken("one memory of acts for all networks", _APART, enter=_one_memory),
    broken("preparing empties", "preparing changes nothing", prepare=_prepare_anew),
    broken("preparing forgets other kinds", "preparing changes nothing", prepare=_prepare_instead),
    broken("a key may change its type", _KINDS, declare=lambda self, kind, name, key: None),
    broken("a key that changed is refused without its kind", _KINDS, declare=_nameless),
    broken("old records lack new keys", _KINDS, shown=_old_keys_alone),
    broken("unknown keys are shown", _KINDS, shown=_every_key),
    broken("an older program leaves new keys stale", _KINDS, put=_stale_keys),
    broken("never closed", _CLOSED, close=lambda self: None),
    broken("closing twice is an error", _CLOSED, close=_once),
    broken("any number is read, of any kind", "what cannot be meant is refused", read=_no_limit),
    broken("networks without a name", "what cannot be meant is refused", __init__=_any_name),
    Saboteur("dropping drops all", _APART, Reference, _drop_all),
    Saboteur("dropping leaves handles", _CLOSED, Reference, _drop_softly),
    Saboteur("dropping leaves the journal", _CLOSED, Reference, _drop_rows),
    Saboteur("dropping nothing is an error", "dropping twice is no mistake", Reference, _drop_known),
)


def _unlocked(house: House, network: str) -> Room:
    return house.rooms.setdefault(network, Room(lock=_Free()))
