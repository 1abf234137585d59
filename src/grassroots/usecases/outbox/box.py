"""The box itself: parcels, channels and the place in the journal, read and written in portions.

The rooms of a network write act by act through a :class:`Work`. Workers write hundreds of parcels at once,
with one fact for all of them, so the box speaks to the storage of the outbox directly. What it keeps of the
ways of the house: one batch is whole or not at all, everything written rests on the revision that was seen,
facts carry no contents, and a batch whose outcome is unknown is sent again as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar, final

import attrs

from grassroots.contracts.storage import Batch, Between, Condition, Fact, Is, Kind, Put, Query, Ref, Stored
from grassroots.domain.channel import Channel
from grassroots.domain.outbox import Parcel, ParcelMoved, ParcelsMoved, stamp
from grassroots.domain.policy import Actor, Posture
from grassroots.domain.step import Step
from grassroots.errors import Conflict
from grassroots.workspace.acts import commit
from grassroots.workspace.annex import OUTBOX, beside
from grassroots.workspace.codec import Codec
from grassroots.workspace.kinds import outbox_kinds
from grassroots.workspace.kinds.outbox import Cursor
from grassroots.workspace.kindspec import Kinds
from grassroots.workspace.ledger import LEDGER
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing import HEADER, KEYRING, Envelope
from grassroots.workspace.turning import Progress, finish, found_sealing, quiet

R = TypeVar("R", Parcel, Channel, Cursor)

ACTOR = Actor("outbox", Posture.SYSTEM)
"""Who follows the journal and sends: a named job."""

JOURNAL = "journal"
"""The id of the cursor that says how far the network's journal was planned."""

_KINDS = Kinds(outbox_kinds())
_CODEC = Codec(_KINDS)
_STORED = [*(spec.stored_kind() for spec in _KINDS), KEYRING, LEDGER, Kind("network")]
"""The last two are empty: whoever seals a network looks for its charter, whoever backs its keys up for its
ledger, and an outbox has neither."""

_KIND = {Parcel: "parcel", Channel: "channel", Cursor: "cursor"}
_ALONE = frozenset({"bury", "doubt", "cancel", "recall", "replay", "settle"})
"""What is told of each parcel by itself: somebody may want to know when, and why."""
_CROWDED = 20


def outbox_office(office: Office) -> Office:
    """The office of the outbox beside a network: the same people, rules and clock, other records.

    Beside a sealed network it is sealed too, by the same key service and with keys of its own.
    """
    return office.annex.once(OUTBOX, lambda: _founded(office))


def standing_outbox(office: Office) -> Office | None:
    """The outbox, if there is one: whoever turns or moves all of a network does not make it."""
    return outbox_office(office) if office.annex.stands(beside(office.network, OUTBOX)) else None


def seal_outbox(office: Office, progress: Progress = quiet) -> None:
    """Seal what stands in clear in the outbox of a network that is being sealed, or finish a turn there.

    The office need not be the one that the network is used from afterwards: nothing of it is remembered.
    """
    if office.sealing is not None and office.annex.stands(beside(office.network, OUTBOX)):
        _founded(office, progress)


def _founded(office: Office, progress: Progress = quiet) -> Office:
    name = beside(office.network, OUTBOX)
    storage = office.annex.storage(name, _STORED)
    draft = attrs.evolve(
        office,
        network=name,
        storage=storage,
        kinds=_KINDS,
        codec=_CODEC,
        sealing=None,
        fence={HEADER: 0},
        home=office,
    )
    if office.sealing is None:
        return draft
    own = found_sealing(Seat(office=draft, actor=ACTOR), office.sealing.service, office.sealing.nonces)
    sealed = attrs.evolve(draft, sealing=own, fence={})
    finish(Seat(office=sealed, actor=ACTOR), progress)
    return sealed


@final
@attrs.frozen
class Held(Generic[R]):
    """A record as it was read: its revision (0: it does not stand yet), what is unknown in it, its key."""

    record: R
    revision: int = 0
    unknown: Mapping[str, Any] = attrs.field(factory=dict)
    stored: Stored | None = None


@final
class Change:
    """One batch in the making. What is put twice counts as it was put last."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._puts: dict[Ref, Held[Any]] = {}
        self.verbs: Counter[str] = Counter()
        self._alone: list[Fact] = []

    def __len__(self) -> int:
        return len(self._puts)

    def put(self, former: Held[Parcel], step: Step[Parcel]) -> None:
        """What a verb of a parcel gave back; nothing happened, nothing is written."""
        if not step.happened:
            return
        self.keep(former, step.after)
        for event in step.happened:
            assert isinstance(event, ParcelMoved)
            self.verbs[event.verb] += 1
            if event.verb in _ALONE:
                self._alone.append(Fact((Ref("parcel", step.after.id),), self._box.fact(event)))

    def keep(self, former: Held[R], record: R) -> None:
        """A record that is written as it is: a channel, the cursor."""
        ref = Ref(_KIND[type(record)], record.id) if former.stored is None else former.stored.ref
        self._puts[ref] = Held(record, former.revision, former.unknown, former.stored)

    def commit(self) -> Kept:
        """Write it; what stands now. Conflict names what moved meanwhile, and nothing is written."""
        if not self._puts:
            return Kept({}, {}, 0)
        verbs = tuple(f"{verb}:{count}" for verb, count in sorted(self.verbs.items()))
        facts = (Fact((), self._box.fact(ParcelsMoved(verbs=verbs))), *self._alone)
        return self._box.write(facts, self._puts)


@final
class Kept:
    """What a batch wrote, as it stands now: made ready for whoever asks, since most is never asked for."""

    def __init__(self, puts: Mapping[Ref, Held[Any]], packed: Mapping[Ref, Stored], position: int) -> None:
        self._puts = puts
        self._packed = packed
        self._position = position

    def get(self, ref: Ref) -> Held[Any] | None:
        """What stands of a record, if it was written."""
        held = self._puts.get(ref)
        if held is None:
            return None
        packed = self._packed[ref]
        stored = Stored(ref, self._position, packed.keys, packed.body)
        return Held(held.record, self._position, held.unknown, stored)

    def __getitem__(self, ref: Ref) -> Held[Any]:
        held = self.get(ref)
        if held is None:
            raise KeyError(ref)
        return held


@final
class Box:
    """The outbox of one network, for workers. Made from the office of the network."""

    def __init__(self, office: Office) -> None:
        self.office = outbox_office(office)
        self._seat = Seat(office=self.office, actor=ACTOR)
        self._known: set[str] = set()

    @property
    def now(self) -> datetime:
        """The moment (aware)."""
        return self.office.clock()

    def chance(self) -> float:
        """A number from 0 up to 1."""
        return int.from_bytes(self.office.entropy(4), "big") / 2**32

    def new_id(self) -> str:
        """An id for a lease or a batch."""
        return self.office.ids(self.now)

    # -- reading ------------------------------------------------------------------------------------------
    def ready(self, channel: str, limit: int) -> list[Held[Parcel]]:
        """What may be sent at once and was never tried: urgent ones first, then in the order of ids."""
        found = self._in(Is("lane", f"{channel}#"), limit)
        if len(found) < limit:
            found += self._in(Is("lane", channel), limit - len(found))
        return found

    def due(self, channel: str, limit: int) -> list[Held[Parcel]]:
        """What had to wait for a moment that has come."""
        return self._since(f"{channel}@", limit)

    def again(self, channel: str, limit: int) -> list[Held[Parcel]]:
        """What was tried before and may be tried again."""
        return self._since(f"{channel}~", limit)

    def lapsed(self, channel: str, limit: int) -> list[Held[Parcel]]:
        """What a worker had in its hands for longer than it may."""
        return self._since(f"{channel}!", limit)

    def pages(self, channel: str, size: int) -> Iterator[Iterator[list[Held[Parcel]]]]:
        """What may be sent on a channel now, or is to be tried on it again later: page by page, each lane."""
        lanes = (
            Is("lane", f"{channel}#"),
            Is("lane", channel),
            self._up_to_now(f"{channel}@"),
            Between("lane", f"{channel}~", f"{channel}~~"),
        )
        return (self._pages(lane, size) for lane in lanes)

    def _pages(self, lane: Condition, size: int) -> Iterator[list[Held[Parcel]]]:
        after: str | None = None
        while page := self._in(lane, size, after):
            yield page
            after = page[-1].record.id

    def waits(self, channel: str) -> bool:
        """Whether anything is ready or leased for a channel, or was to be sent before now."""
        return any(find(channel, 1) for find in (self.ready, self.due, self.again, self.lapsed))

    def waiting_in(self, lane: str, limit: int) -> list[Held[Parcel]]:
        """What stands in one lane."""
        return self._in(Is("lane", lane), limit)

    def collapsing(self, key: str) -> list[Held[Parcel]]:
        """What is not over and has this collapse key."""
        return self._in(Is("collapse", key), 100)

    def _since(self, lane: str, limit: int) -> list[Held[Parcel]]:
        return self._in(self._up_to_now(lane), limit)

    def _up_to_now(self, lane: str) -> Condition:
        # The lane's own beginning as the lower end, this very millisecond as the upper, inclusive.
        return Between("lane", lane, f"{lane}{stamp(self.now)}~")

    def _in(self, where: Condition, limit: int, after: str | None = None) -> list[Held[Parcel]]:
        rows = self.office.storage.find(Query("parcel", (where,), after, limit))
        if rows and self.office.sealing is not None:
            self.office.sealing.prefetch(self.office.storage, [row.body for row in rows])
        return [self._held(Parcel, row) for row in rows]

    def read(self, kind: type[R], ids: Iterable[str]) -> dict[str, Held[R]]:
        """Those of these records that stand, by id."""
        refs = [Ref(_KIND[kind], id_) for id_ in ids]
        found = self.office.storage.read(refs) if refs else {}
        return {ref.id: self._held(kind, row) for ref, row in found.items()}

    def channel(self, name: str) -> Held[Channel]:
        """A channel's state; a fresh one if it never had any."""
        return self.read(Channel, [name]).get(name) or Held(Channel(id=name))

    def cursor(self) -> Held[Cursor] | None:
        """How far the journal was planned; None if nobody has begun."""
        return self.read(Cursor, [JOURNAL]).get(JOURNAL)

    def channels(self) -> list[Channel]:
        """Every channel that a parcel was ever queued for."""
        rows = self.office.storage.find(Query("channel", limit=1000))
        return [self._held(Channel, row).record for row in rows]

    def parcel(self, stored: Stored) -> Held[Parcel]:
        """A parcel as it was found."""
        return self._held(Parcel, stored)

    def _held(self, kind: type[R], stored: Stored) -> Held[R]:
        decoded = self.office.decode(_KINDS.of(kind), stored)
        return Held(decoded.record, stored.revision, decoded.unknown, stored)

    # -- writing ------------------------------------------------------------------------------------------
    def change(self) -> Change:
        """A batch in the making."""
        return Change(self)

    def announce(self, change: Change, channels: Iterable[str]) -> None:
        """Let these channels have a record, so that whoever asks knows for which ones parcels wait."""
        new = sorted({name for name in channels if name} - self._known)
        if new:
            standing = self.read(Channel, new)
            for name in new:
                if name not in standing:
                    change.keep(Held(Channel(id=name)), Channel(id=name))
            self._known |= standing.keys()

    def fact(self, event: ParcelMoved | ParcelsMoved) -> bytes:
        """The body of a fact: what was done how often, by the job; no contents."""
        at = self.now.isoformat().replace("+00:00", "Z")
        return _CODEC.encode_fact(event, {"at": at, "by": ACTOR.name_of_record})

    def write(self, facts: Iterable[Fact], puts: Mapping[Ref, Held[Any]]) -> Kept:
        """Commit, repeated while it is merely crowded; what stands now."""
        envelope = Envelope(self.office, self.now)
        packed: dict[Ref, Stored] = {}
        for ref, held in puts.items():
            if held.stored is not None:
                envelope.saw(held.stored)
            packed[ref] = envelope.pack(_KINDS.of(type(held.record)), ref, held.record, None, held.unknown)
        based_on = {**envelope.bases, **{ref: held.revision for ref, held in puts.items()}}
        writes = (*(Put(ref, one.keys, one.body) for ref, one in packed.items()), *envelope.puts())
        return Kept(
            puts, packed, self._committed(Batch(self.new_id(), tuple(facts), based_on, writes=writes))
        )

    def _committed(self, batch: Batch) -> int:
        for tried in range(1, _CROWDED + 1):
            try:
                return commit(self._seat, batch)
            except Conflict as conflict:
                if conflict.moved or conflict.queries or tried == _CROWDED:
                    raise
                self.office.pause(self.chance() * 0.05)
        raise AssertionError("unreachable")  # pragma: no cover
