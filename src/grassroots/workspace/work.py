"""The unit of work: load, find, keep; and one batch at the end.

What a work showed, it rests on: every load puts the record's revision into ``based_on`` and every find puts
the question with its answer into ``seen``, by itself. So "no overlapping duty exists" holds without anybody
remembering a guard (design/contract: 40 of 70 schedules go wrong without it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, final

import attrs

from grassroots.contracts.policy import Posture
from grassroots.contracts.storage import (
    Batch,
    Condition,
    Erase,
    Fact,
    Put,
    Query,
    Ref,
    Seen,
    Stored,
)
from grassroots.domain.fields import FieldGroup
from grassroots.domain.history import History
from grassroots.domain.policy import Action
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Conflict, Missing
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import commitment, unstructure
from grassroots.workspace.kindspec import KindSpec, Record
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.overlay import Overlay
from grassroots.workspace.sealing.envelope import Envelope
from grassroots.workspace.viewer import check_viewer

R = TypeVar("R", bound=Record)

MOST_SHOWN = 1000
"""A question inside a work must have fewer answers than this: narrow it, or use a report."""


@final
@attrs.frozen
class _Told:
    event: Event
    about: Ref
    also: tuple[Ref, ...]


@final
class Work:
    """One act in the making. Made by the seat; rooms only load, find, keep and ask for ids and time."""

    def __init__(
        self, seat: Seat, act_id: str, *, derived: bool = False, asked: frozenset[str] = frozenset()
    ) -> None:
        self.seat = seat.fresh()
        self.office: Office = seat.office
        self.now: datetime = seat.office.clock()
        self.act_id = act_id
        self._derived = derived
        self._asked = asked
        self._made = 0
        self._based_on: dict[Ref, int] = {}
        self._seen: dict[Query, Seen] = {}
        self._answers: dict[Query, list[Stored]] = {}
        self._overlay = Overlay()
        self._decoded: dict[Ref, tuple[Any, Mapping[str, Any]]] = {}
        self._told: list[_Told] = []
        self._packs: set[str] = set()
        self._envelope = Envelope(self.office, self.now)

    # -- time, ids, rules ---------------------------------------------------------------------------------
    @property
    def today(self) -> date:
        """The day on the wall of the network, in its zone."""
        return self.now.astimezone(self.office.zone).date()

    @property
    def writer(self) -> MemberId | None:
        """Who writes down what nobody else is named for: a volunteer or head at their own desk, or for whom
        they type. An office types for others as a matter of course, so nobody is taken for the writer there.
        """
        actor = self.seat.actor
        if actor.posture not in (Posture.VOLUNTEER, Posture.LEAD) or actor.member is None:
            return None
        return MemberId(self.seat.proxy_for) if self.seat.proxy_for else actor.member

    def new_id(self) -> str:
        """An id for a new record: ordered by time, or derived from the act's number if it has one."""
        self._made += 1
        if self._derived:
            return self.office.derived_id("act", self.act_id, str(self._made))
        return self.office.ids(self.now)

    def rules(self, table: str, name: str, on: date | None = None) -> Mapping[str, Any]:
        """One rule of the packs in force on a day (today); the fact will say which pack answered."""
        answer = self.office.packs.rule(table, name, on or self.today)
        self._packs.add(f"{answer.pack}@{answer.version}")
        return answer.value

    def rule_table(self, table: str, on: date | None = None) -> Mapping[str, Mapping[str, Any]]:
        """All rules of a table in force on a day (today) by id; the fact will say which packs answered."""
        found = self.office.packs.table(table, on or self.today)
        self._packs.update(answer.cited for answer in found.values())
        return {code: answer.value for code, answer in found.items()}

    # -- reading ------------------------------------------------------------------------------------------
    def stand_as_viewer(self) -> None:
        """The act rests on it that whoever acts is who they are said to be; Denied or Missing if not."""
        for ref, revision in check_viewer(self.seat).items():
            if self.office.home is None:  # people stand beside an outbox, not in it
                self._rest_on(ref, revision)

    def peek(self, kind: type[R], id_: str) -> R | None:
        """The record, or None; either way the act now rests on it."""
        spec = self.office.kinds.of(kind)
        ref = Ref(spec.name, id_)
        if ref in self._decoded:
            return self._decoded[ref][0]  # type: ignore[no-any-return]
        if ref in self._overlay:
            stored = self._overlay.get(ref)
        else:
            stored = self.office.storage.read((ref,)).get(ref)
            self._rest_on(ref, stored.revision if stored else 0)
        return None if stored is None else self._decode(spec, stored)

    def ask_about(self, record: Record, group: FieldGroup) -> None:
        """Denied unless this viewer may read a field group of a record: its answer would tell of it."""
        spec = self.office.kinds.of(type(record))
        if not self.seat.reads(spec, record, group):
            raise self.seat.denied(spec, Action.READ, group)

    def load(self, kind: type[R], id_: str) -> R:
        """The record; Missing if there is none."""
        found = self.peek(kind, id_)
        if found is None:
            raise Missing("missing", kind=self.office.kinds.of(kind).name, id=id_)
        return found

    def find(
        self, kind: type[R], *where: Condition, limit: int | None = None, backwards: bool = False
    ) -> list[R]:
        """The records that match, by id, own writes included; the act now rests on the answer."""
        spec = self.office.kinds.of(kind)
        if self.office.hides(spec, where):
            return self._find_hidden(spec, where, limit, backwards)
        query = Query(spec.name, where, limit=limit, backwards=backwards)
        rows = self._overlay.answer(query, self._below(query))
        return [self._decode(spec, row) for row in rows]

    def _find_hidden(
        self, spec: KindSpec[R], where: tuple[Condition, ...], limit: int | None, backwards: bool
    ) -> list[R]:
        """By keys that a sealed network hides: hashes may agree by chance, so what was found is held against
        what was asked once it is open.
        """
        rows: dict[str, Stored] = {}
        for asked in self.office.asked(spec, where):
            query = Query(spec.name, asked)
            rows.update((row.ref.id, row) for row in self._overlay.answer(query, self._below(query)))
        opened = [self._decode(spec, rows[id_]) for id_ in sorted(rows, reverse=backwards)]
        return [record for record in opened if self.office.meant(spec, where, record)][:limit]

    def _below(self, query: Query) -> list[Stored]:
        # Own pending records may replace or push out some of the answer: ask for that many more.
        if query.limit is not None and len(self._overlay):
            query = attrs.evolve(query, limit=min(query.limit + len(self._overlay), MOST_SHOWN))
        if query in self._answers:
            return self._answers[query]
        asked = attrs.evolve(query, limit=MOST_SHOWN) if query.limit is None else query
        found = list(self.office.storage.find(asked))
        if query.limit is None and len(found) >= MOST_SHOWN:
            raise BadInput("question-too-wide", kind=query.kind, most=MOST_SHOWN)
        for row in found:
            self._rest_on(row.ref, row.revision)
        self._seen[asked] = Seen.of(asked, found)
        self._answers[query] = found
        return found

    def _rest_on(self, ref: Ref, revision: int) -> None:
        if self._based_on.setdefault(ref, revision) != revision:
            # The same record with two revisions inside one act: somebody wrote in between.
            raise Conflict(frozenset({ref}))

    def _decode(self, spec: KindSpec[Any], stored: Stored) -> Any:
        if stored.ref not in self._decoded:
            self._envelope.saw(stored)
            decoded = self.office.decode(spec, stored)
            self._decoded[stored.ref] = (decoded.record, decoded.unknown)
        return self._decoded[stored.ref][0]

    # -- writing ------------------------------------------------------------------------------------------
    def keep(self, step: Step[R], *also: Ref) -> R:
        """Keep what a verb gave back. Nothing happened means nothing is written.

        Whoever may not write it is refused also when nothing would change: else saying a value again would
        tell whether it is the one that stands there.
        """
        record = step.after
        spec = self.office.kinds.of(type(record))
        ref = Ref(spec.name, record.id)
        if not step.happened:
            self.seat.may_write(spec, record, record, self._asked)
            return record
        former, unknown = self._former(ref, spec)
        self.seat.may_write(spec, former, record, self._asked if former is not None else ())
        self._put(spec, ref, record, former, unknown)
        if former is not None and spec.history:
            self._remember(spec, ref, former, record)
        self._told.extend(_Told(event, ref, also) for event in step.happened)
        return record

    def note(self, step: Step[Record], *also: Ref) -> None:
        """Keep a record of the network's own, such as a look that has to be remembered: no policy is
        asked.
        """
        spec = self.office.kinds.of(type(step.after))
        ref = Ref(spec.name, step.after.id)
        # With what it was: a record that belongs to nobody any more must not keep the key of somebody.
        former, unknown = self._former(ref, spec)
        self._put(spec, ref, step.after, former, unknown)
        self._told.extend(_Told(event, ref, also) for event in step.happened)

    def tell(self, event: Event, about: Ref, *also: Ref) -> None:
        """Say that something happened which changes no record: that somebody was shown something."""
        self._told.append(_Told(event, about, also))

    def drop(self, record: Record, event: Event) -> None:
        """Erase a record (used where a fact that never was has to go), saying what happened."""
        spec = self.office.kinds.of(type(record))
        ref = Ref(spec.name, record.id)
        former, _ = self._former(ref, spec)
        self.seat.may_write(spec, former, record)
        self._overlay.put(ref, None)
        self._decoded.pop(ref, None)
        self._told.append(_Told(event, ref, ()))

    def _former(self, ref: Ref, spec: KindSpec[Any]) -> tuple[Any, Mapping[str, Any]]:
        if ref in self._decoded:
            return self._decoded[ref]
        pending = self._overlay.get(ref)
        if pending is not None:
            return self._decode(spec, pending), self._decoded[ref][1]
        if ref not in self._based_on and ref not in self._overlay:
            # Never loaded: it has to be new, and commit will refuse it if it is not.
            self._based_on[ref] = 0
        return None, {}

    def _put(
        self,
        spec: KindSpec[Any],
        ref: Ref,
        record: Any,
        former: Any,
        unknown: Mapping[str, Any],
        like: Ref | None = None,
    ) -> None:
        self._overlay.put(ref, self._envelope.pack(spec, ref, record, former, unknown, like))
        self._decoded[ref] = (record, unknown)

    def _remember(self, spec: KindSpec[Any], ref: Ref, former: Any, record: Any) -> None:
        changed = {
            name: unstructure(getattr(former, name))
            for name in spec.history
            if getattr(former, name) != getattr(record, name)
        }
        if not changed:
            return
        remembered = History.of(
            self.new_id(), about=str(ref), at=self.now, former=changed, groups=spec.sealed
        )
        history = self.office.kinds.of(History)
        self._based_on[Ref(history.name, remembered.id)] = 0
        self._put(history, Ref(history.name, remembered.id), remembered, None, {}, like=ref)

    # -- trying a part of it ------------------------------------------------------------------------------
    def mark(self) -> tuple[int, int]:
        """A point to come back to, for bulk work where one row may fail."""
        return self._overlay.mark(), len(self._told)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was kept since the mark (what was shown stays shown)."""
        for ref in self._overlay.back_to(mark[0]):
            self._decoded.pop(ref, None)
        del self._told[mark[1] :]

    def told_since(self, mark: tuple[int, int]) -> int:
        """How many facts were told since the mark."""
        return len(self._told) - mark[1]

    def written(self) -> tuple[Ref, ...]:
        """What this act writes so far, in the order of first writing."""
        return self._overlay.refs()

    def is_new(self, ref: Ref) -> bool:
        """Whether a written record did not exist before this act."""
        return self._based_on.get(ref) == 0

    @property
    def weight(self) -> int:
        """How much of a batch's room is used: writes, or rows shown, whichever is more."""
        return max(len(self._overlay), len(self._told), sum(len(seen.rows) for seen in self._seen.values()))

    # -- the batch ----------------------------------------------------------------------------------------
    def batch(self, digest: str = "") -> Batch | None:
        """The one batch of this act; None if nothing happened."""
        if not self._told:
            return None
        writes: list[Put | Erase] = []
        commitments: dict[Ref, str] = {}
        for ref in self.written():
            stored = self._overlay.get(ref)
            if stored is None:
                writes.append(Erase(ref))
                commitments[ref] = ""  # named as erased: what still stood would be seen
            else:
                writes.append(Put(ref, stored.keys, stored.body))
                commitments[ref] = commitment(stored.body)
        writes += self._envelope.puts()
        return Batch(
            id=self.act_id,
            facts=tuple(self._facts(commitments)),
            based_on={**self._envelope.bases, **self._based_on},
            seen=tuple(self._seen.values()),
            writes=tuple(writes),
            digest=digest,
        )

    def _facts(self, commitments: dict[Ref, str]) -> Iterable[Fact]:
        left = dict(commitments)
        last = len(self._told) - 1
        for number, told in enumerate(self._told):
            # Each write is vouched for once: by the first fact about it, what is left by the last fact.
            mine = {ref: left.pop(ref) for ref in (told.about, *told.also) if ref in left}
            if number == last:
                mine.update(left)
            body = self.office.codec.encode_fact(
                told.event,
                {
                    "at": self.now.isoformat().replace("+00:00", "Z"),
                    "by": self.seat.actor.name_of_record,
                    "for": self.seat.proxy_for,
                    "sheet": self.seat.sheet,
                    "packs": sorted(self._packs),
                    "w": {f"{ref.kind}/{ref.id}": value for ref, value in mine.items()},
                },
            )
            yield Fact((told.about, *told.also), body)
