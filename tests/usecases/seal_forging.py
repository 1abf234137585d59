"""What somebody with all rights on the database can do to it: edits in classes, and a storage with them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random
from typing import Any, final

import attrs

import grassroots
from grassroots.contracts.storage import Batch, Entry, Fact, Kind, Position, Query, Ref, Storage, Stored
from grassroots.desk import Desk
from grassroots.domain.seal import Seal, SealHash
from grassroots.domain.station import StationKind
from grassroots.workspace.office import Seat

Bodies = dict[Ref, list[Stored]]


@final
class Forged(Storage):
    """A network laid open: its journal is a list and its records are a table, for anybody to change."""

    def __init__(self, entries: list[Entry], records: dict[Ref, Stored], head: int) -> None:
        self.entries, self.records, self.at = list(entries), dict(records), head

    def prepare(self, kinds: Sequence[Kind]) -> None:
        pass

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        return {ref: self.records[ref] for ref in refs if ref in self.records}

    def find(self, query: Query) -> Sequence[Stored]:
        ids = sorted((ref.id for ref in self.records if ref.kind == query.kind), reverse=query.backwards)
        found = [self.records[Ref(query.kind, id)] for id in ids]
        fitting = [one for one in found if query.admits(one.keys, one.ref.id)]
        return fitting if query.limit is None else fitting[: query.limit]

    def commit(self, batch: Batch) -> Position:
        raise AssertionError("verification writes nothing")

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        found = [entry for entry in self.entries if entry.position > after]
        return [entry for entry in found if about is None or about in entry.fact.about][:limit]

    def head(self) -> Position:
        return self.at

    def close(self) -> None:
        pass


@final
@attrs.frozen
class World:
    """An honest network, with every version of every record that there ever was."""

    seat: Seat
    entries: list[Entry]
    records: dict[Ref, Stored]
    bodies: Bodies
    states: dict[int, dict[Ref, Stored]]
    seals: list[Seal]

    def copy(self) -> Forged:
        return Forged(self.entries, self.records, len(self.entries))

    def desk(self, storage: Storage) -> Desk:
        return Desk(attrs.evolve(self.seat, office=attrs.evolve(self.seat.office, storage=storage)))

    @property
    def sealed_to(self) -> int:
        return self.seals[-1].last


def act_at_random(desk: Desk, chance: Random) -> None:
    """One act of an honest day; erasures, corrections with history, and merging among them."""
    people = [one.id for one in desk.members.all()]
    patrols = [one.id for one in desk.interventions.all()]
    what = chance.randrange(6)
    if what == 0 or len(people) < 3:
        desk.members.register(
            name=chance.choice("赵钱孙李周吴郑王") + chance.choice("小大") + chance.choice("山川海")
        )
    elif what == 1:
        desk.members.correct(chance.choice(people), phone=f"1440000{chance.randrange(10000):04}")
    elif what == 2:
        desk.members.correct(chance.choice(people), name="甲" + chance.choice("乙丙丁戊己"))
    elif what == 3 and len(people) > 4:
        kept, gone = chance.sample(people, 2)
        desk.members.merge(kept, gone)
    elif what == 4 and patrols:
        desk.interventions.withdraw(chance.choice(patrols), reason="typed-twice")
    else:
        station = desk.stations.all()[0].id
        desk.interventions.record(kind="illegal-parking", station=station, outcome="stopped")


def world(seed: int, *, acts: int = 24, key: str | None = None) -> World:
    """A network with some history, sealed every now and then and at its end."""
    chance = Random(seed)
    with grassroots.open("memory:", entropy=chance.randbytes) as network:
        desk = network.desk("steward:office")
        storage = desk.seat.office.storage
        bodies: Bodies = {}
        states: dict[int, dict[Ref, Stored]] = {0: {}}

        def remember() -> None:
            now: dict[Ref, Stored] = {}
            for spec in desk.seat.office.kinds:
                now.update({one.ref: one for one in storage.find(Query(spec.name))})
            for ref, stored in now.items():
                if stored not in bodies.setdefault(ref, []):
                    bodies[ref].append(stored)
            states[storage.head()] = now

        remember()
        desk.stations.found(kind=StationKind.POST, name="驿站")
        for number in range(acts):
            act_at_random(desk, chance)
            remember()
            if number % 9 == 8:
                desk.seals.seal(key)
                remember()
        act_at_random(desk, chance)
        remember()
        desk.seals.seal(key)
        remember()
        entries = list(storage.journal(after=0, limit=10_000))
        return World(desk.seat, entries, states[len(entries)], bodies, states, desk.seals.all())


# -- edits ------------------------------------------------------------------------------------------------
Edit = Callable[[World, Forged, Random], None]


def _flipped(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def _place(world: World, chance: Random) -> int:
    return chance.randrange(world.sealed_to)


def flip(world: World, forged: Forged, chance: Random) -> None:
    """A bit of a fact, of an act's id, of a reference, of a record, or of a record's revision."""
    place = _place(world, chance)
    entry = forged.entries[place]
    what = chance.randrange(5)
    if what == 0:
        fact = Fact(entry.fact.about, _flipped(entry.fact.body, chance))
        forged.entries[place] = attrs.evolve(entry, fact=fact)
    elif what == 1:
        forged.entries[place] = attrs.evolve(entry, batch=entry.batch[:-1] + chr(ord(entry.batch[-1]) ^ 1))
    elif what == 2 and entry.fact.about:
        refs = list(entry.fact.about)
        refs[-1] = Ref(refs[-1].kind, refs[-1].id[:-1] + chr(ord(refs[-1].id[-1]) ^ 1))
        forged.entries[place] = attrs.evolve(entry, fact=Fact(refs, entry.fact.body))
    else:
        stored = forged.records[chance.choice(sorted(forged.records, key=str))]
        if what == 3:
            stored = attrs.evolve(stored, revision=stored.revision ^ (1 << chance.randrange(8)))
        else:
            stored = attrs.evolve(stored, body=_flipped(stored.body, chance))
        forged.records[stored.ref] = stored


def _renumber(forged: Forged) -> None:
    forged.entries[:] = [
        attrs.evolve(entry, position=number) for number, entry in enumerate(forged.entries, 1)
    ]
    forged.at = len(forged.entries)


def delete(world: World, forged: Forged, chance: Random) -> None:
    """An entry, with or without closing the gap; or a record."""
    what = chance.randrange(3)
    if what == 2:
        del forged.records[chance.choice(sorted(forged.records, key=str))]
        return
    del forged.entries[_place(world, chance)]
    if what == 1:
        _renumber(forged)


def swap(world: World, forged: Forged, chance: Random) -> None:
    """Two entries, whole or their bodies alone; or the bodies of two records."""
    what = chance.randrange(3)
    if what == 2:
        one, other = (forged.records[ref] for ref in chance.sample(sorted(forged.records, key=str), 2))
        forged.records[one.ref] = attrs.evolve(one, body=other.body)
        forged.records[other.ref] = attrs.evolve(other, body=one.body)
        return
    first, second = chance.sample(range(world.sealed_to), 2)
    one_, other_ = forged.entries[first], forged.entries[second]
    if what == 0:
        forged.entries[first] = attrs.evolve(other_, position=one_.position)
        forged.entries[second] = attrs.evolve(one_, position=other_.position)
    else:
        forged.entries[first] = attrs.evolve(one_, fact=other_.fact)
        forged.entries[second] = attrs.evolve(other_, fact=one_.fact)


def insert(world: World, forged: Forged, chance: Random) -> None:
    """An entry, an entry of the same position as another, or a record that nobody ever wrote."""
    what, place = chance.randrange(3), _place(world, chance)
    if what == 2:
        like = forged.records[chance.choice(sorted(forged.records, key=str))]
        ref = Ref(like.ref.kind, like.ref.id[:-1] + ("X" if like.ref.id[-1] != "X" else "Y"))
        forged.records[ref] = attrs.evolve(like, ref=ref)
        return
    forged.entries.insert(place, attrs.evolve(forged.entries[place], batch="forged"))
    if what == 1:
        _renumber(forged)


def cut(world: World, forged: Forged, chance: Random) -> None:
    """The end of the journal, with or without the head, the records staying as they are."""
    del forged.entries[chance.randrange(1, world.sealed_to) :]
    if chance.random() < 0.5:
        forged.at = len(forged.entries)


def replay(world: World, forged: Forged, chance: Random) -> None:
    """An old version of a record is put back, with its old revision or the new one; or an erased one."""
    old = [
        stored
        for ref, versions in sorted(world.bodies.items(), key=str)
        for stored in versions
        if forged.records.get(ref) != stored
    ]
    stored = chance.choice(old)
    now = forged.records.get(stored.ref)
    if now is not None and chance.random() < 0.5:
        stored = attrs.evolve(stored, revision=now.revision)
    forged.records[stored.ref] = stored


def rekey(world: World, forged: Forged, chance: Random) -> None:
    """A searchable key beside a record, which figures count by, and nothing else."""
    refs = sorted((ref for ref, stored in forged.records.items() if stored.keys), key=str)
    stored = forged.records[chance.choice(refs)]
    name = chance.choice(sorted(stored.keys))
    former = stored.keys[name]
    others: dict[type, list[Any]] = {
        str: [None, f"{former}x", ""], int: [None, 1, 144], bool: [not former, None], tuple: [("x",), ()],
    }  # fmt: skip
    choices = [value for value in others.get(type(former), ["x", 7]) if value != former]
    forged.records[stored.ref] = attrs.evolve(stored, keys={**stored.keys, name: chance.choice(choices)})


CLASSES: dict[str, Edit] = {
    "flip": flip, "delete": delete, "swap": swap, "insert": insert, "cut": cut, "replay": replay,
    "rekey": rekey,
}  # fmt: skip


# -- the forger who knows how it works --------------------------------------------------------------------
def recompute(world: World, forged: Forged, chance: Random, sign: Any = None) -> None:
    """Change a record and its commitment, then make all seals anew, each with its own commitment.

    ``sign`` is the forger's own key; without one the signatures are left away.
    """
    refs = sorted((ref for ref in forged.records if ref.kind == "member"), key=str)
    stored = forged.records[chance.choice(refs)]
    body = json.loads(stored.body)
    body["r"]["name"] = "张冠李戴" + base64.b32encode(chance.randbytes(5)).decode()
    rewrite(forged, stored.ref, json.dumps(body, ensure_ascii=False).encode())
    office, stored = world.seat.office, forged.records[stored.ref]
    spec = office.kinds.named(stored.ref.kind)
    keys = spec.stored_kind().settle(office.keys_of(spec, office.decode(spec, stored).record))
    forged.records[stored.ref] = attrs.evolve(stored, keys=keys)
    reseal(world, forged, sign)


def rewrite(
    forged: Forged, ref: Ref, body: bytes, changed: Callable[[dict[str, Any]], None] | None = None
) -> None:
    stored = forged.records[ref] = attrs.evolve(forged.records[ref], body=body)
    last = forged.entries[stored.revision - 1].batch
    for place, entry in enumerate(forged.entries):
        told = json.loads(entry.fact.body)
        if entry.batch != last or str(ref) not in told.get("w", {}):
            continue
        told["w"][str(ref)] = hashlib.sha256(body).hexdigest()
        if changed is not None:
            changed(told["d"])
        fact = Fact(entry.fact.about, json.dumps(told, separators=(",", ":")).encode())
        forged.entries[place] = attrs.evolve(entry, fact=fact)


def reseal(world: World, forged: Forged, sign: Any = None) -> None:
    """All seals anew over what now stands there."""
    codec, spec = world.seat.office.codec, world.seat.office.kinds.of(Seal)
    previous: Seal | None = None
    for seal in world.seals:
        if seal.last > len(forged.entries) or Ref("seal", seal.id) not in forged.records:
            return
        made = SealHash(
            previous.hash if previous else None, number=seal.number, first=seal.first, last=seal.last
        )
        made.add(forged.entries[seal.first - 1 : seal.last])
        seal = attrs.evolve(seal, hash=made.hex, public_key="", signature="")
        if sign is not None:
            seal = attrs.evolve(seal, public_key=sign.public_key, signature=sign.sign(seal.message))
        new = seal.hash
        rewrite(
            forged,
            Ref("seal", seal.id),
            codec.encode(spec, seal, bytes(16), {}),
            lambda told, new=new: told.update(hash=new),  # type: ignore[misc]
        )
        previous = seal


def cut_cleanly(world: World, forged: Forged, chance: Random) -> int:
    """Cut back to right after a seal, all records as they were then; gives how many seals are left."""
    left = chance.randrange(1, len(world.seals))
    revision = world.records[Ref("seal", world.seals[left - 1].id)].revision
    forged.records.clear()
    forged.records.update(world.states[revision])
    del forged.entries[revision:]
    forged.at = revision
    return left
