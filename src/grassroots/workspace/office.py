"""What a network's acts need around them: the office, and a seat in it.

The office holds what is the same for everybody (storage, kinds, clock, ids, zone, packs, policy). A seat is
one viewer with a purpose: who acts, on whose behalf, from which paper sheet. Nothing is read or written
without a seat, so that no call is without a viewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar, final
from zoneinfo import ZoneInfo

import attrs

from grassroots.contracts.calendar import Calendar
from grassroots.contracts.policy import Inquiry, Question, Relation
from grassroots.contracts.storage import (
    AnyOf,
    Between,
    Condition,
    Includes,
    Is,
    KeyValue,
    Ref,
    Storage,
    Stored,
    found_ref,
)
from grassroots.domain.fields import FieldGroup
from grassroots.domain.pack import Packs
from grassroots.domain.policy import Action, Actor, Effect, Policy, mask_fields
from grassroots.errors import BadInput, Denied
from grassroots.values.evolving import evolved
from grassroots.values.ids import Ids, derived_id
from grassroots.workspace.annex import Annex
from grassroots.workspace.circle import Circle
from grassroots.workspace.codec import Codec, Decoded
from grassroots.workspace.kindspec import Hidden, Kinds, KindSpec, Record
from grassroots.workspace.outside import Outside
from grassroots.workspace.sealing.header import CLEAR
from grassroots.workspace.sealing.sealing import Sealing

R = TypeVar("R", bound=Record)

USUAL_SMALLEST = 5
"""Used where no pack in force has the table ``publishing``."""


def _blind(sealing: Sealing, hidden: Hidden, value: KeyValue, index: str) -> KeyValue:
    if isinstance(value, tuple):
        return tuple(sorted({sealing.blind(hidden, str(one), index) for one in value}))
    return sealing.blind(hidden, value, index) if isinstance(value, str) else value


def _hide(sealing: Sealing, spec: KindSpec[Any], one: Condition, index: str) -> Condition:
    hidden = spec.hidden.get(one.key)
    if hidden is None:
        return one
    if isinstance(one, AnyOf):
        return AnyOf(one.key, tuple(_blind(sealing, hidden, value, index) for value in one.values))  # type: ignore[misc]
    if isinstance(one, Between):
        # A hash has no order: what begins with, or lies between, cannot be asked of it.
        raise BadInput("key-hidden", kind=spec.name, what=one.key)
    value = _blind(sealing, hidden, one.value, index)
    return Is(one.key, value) if isinstance(one, Is) else Includes(one.key, value)  # type: ignore[arg-type]


@final
@attrs.frozen(kw_only=True, eq=False)
class Office:
    """One open network, as its acts see it. Made by :func:`grassroots.open`, never by rooms."""

    network: str
    storage: Storage
    kinds: Kinds
    codec: Codec
    clock: Callable[[], datetime]
    ids: Ids
    entropy: Callable[[int], bytes]
    pause: Callable[[float], None]
    zone: ZoneInfo
    packs: Packs
    policy: Policy
    salt: bytes
    calendar: Callable[[], Calendar]
    annex: Annex
    home: Office | None = None
    """For what stands beside a network (its outbox): the network, where its people are."""
    outside: Outside | None = None
    sealing: Sealing | None = None
    again: Callable[[], AbstractContextManager[Office]] | None = None
    """Opens the same network once more, to look at, also in another process if it can be pickled; None for
    a storage that the app gave."""
    fence: Mapping[Ref, int] = MappingProxyType({})
    """What every write rests on in a network that is not sealed: that it still is not."""
    ledger: Callable[[Seat], object] | None = None
    """Writes erasures down outside the network, where it was opened with its ledger."""

    def decode(self, spec: KindSpec[Any], stored: Stored) -> Decoded:
        """A stored record, opened if it is sealed."""
        sealing = self.sealing
        if sealing is None:
            return self.codec.decode(spec, stored.body)
        return self.codec.decode(spec, stored.body, partial(sealing.open, self.storage, stored.ref))

    def records(self, spec: KindSpec[R], rows: Sequence[tuple[str, bytes]]) -> Iterator[R]:
        """The records of one page of ids and bodies, opened if they are sealed."""
        sealing = self.sealing
        if sealing is None:
            return self.codec.records(spec, rows)
        sealing.prefetch(self.storage, [body for _, body in rows])
        open_, storage, kind = sealing.open, self.storage, spec.name
        return self.codec.records(
            spec,
            rows,
            lambda id_: partial(open_, storage, found_ref(kind, id_)),
            partial(sealing.open_together, kind),
        )

    def keys_of(self, spec: KindSpec[R], record: R) -> dict[str, KeyValue]:
        """The search keys of a record as a storage sees them: nothing sensitive in clear."""
        keys = dict(spec.keys_of(record))
        if self.sealing is not None:
            for name, hidden in spec.hidden.items():
                keys[name] = _blind(self.sealing, hidden, keys.get(name), self.sealing.header.index)
        return keys

    def hides(self, spec: KindSpec[Any], where: tuple[Condition, ...]) -> bool:
        """Whether any of this is asked by a key that a storage sees only hashed."""
        return self.sealing is not None and any(one.key in spec.hidden for one in where)

    def asked(self, spec: KindSpec[Any], where: tuple[Condition, ...]) -> tuple[tuple[Condition, ...], ...]:
        """The conditions as a storage is asked them; several while search values are being changed.

        What a storage finds by a hidden key may hold more than what was meant: :meth:`meant` tells.
        """
        sealing = self.sealing
        if sealing is None or not self.hides(spec, where):
            return (where,)
        sealing.keep_up(self.storage)
        header = sealing.header
        found = [tuple(_hide(sealing, spec, one, header.index) for one in where)]
        if header.former is not None:
            found.append(
                where
                if header.former == CLEAR
                else tuple(_hide(sealing, spec, one, header.former) for one in where)
            )
        return tuple(found)

    def meant(self, spec: KindSpec[R], where: tuple[Condition, ...], record: R) -> bool:
        """Whether an opened record is really what these conditions ask for."""
        keys = spec.keys_of(record) if any(one.key in spec.hidden for one in where) else None
        return keys is None or all(one.admits(keys) for one in where if one.key in spec.hidden)

    def smallest_count(self, on: date) -> int:
        """The smallest count that may be told of what is guarded or published (table ``publishing``)."""
        rules = self.packs.table("publishing", on).get("small-counts")
        return USUAL_SMALLEST if rules is None else int(rules.value["least_count"])

    @property
    def at_home(self) -> Office:
        """Where people, their ties and what is remembered of looks stand."""
        return self if self.home is None else self.home

    def derived_id(self, *words: str, at: Any = None) -> str:
        """The id that these words always get in this network (and in no other)."""
        return derived_id(self.salt, *words, at=at)


@final
@attrs.frozen(kw_only=True, eq=False)
class Seat:
    """A viewer at work: every act and every look happens from one.

    ``proxy_for`` is the person for whom somebody else types; ``sheet`` the number of the paper that the
    typing follows; ``act_id`` an app's own id for the next act (idempotent: the same id is done once).
    ``circle`` are the actor's ties as of one request.
    """

    office: Office
    actor: Actor
    purpose: str = "work"
    proxy_for: str | None = None
    sheet: str | None = None
    act_id: str | None = None
    bulk: bool = False
    circle: Circle | None = None

    def fresh(self) -> Seat:
        """The same seat for one request: what ties the actor to people is looked up once, and anew."""
        return evolved(self, circle=self._new_circle())

    def _new_circle(self) -> Circle:
        return Circle(self.office.at_home, self.actor, self.purpose, self.proxy_for)

    def question(self, *, kind: str, relations: frozenset[Relation], group: str, action: Action) -> Question:
        """What this viewer asks the table."""
        return Question(
            posture=self.actor.posture,
            relations=relations,
            kind=kind,
            group=group,
            action=action,
            purpose=self.purpose,
        )

    def effects(self, spec: KindSpec[Any], action: Action, record: Any) -> Mapping[FieldGroup, Effect]:
        """What this viewer may do, group by group, with this very record."""
        policy, posture = self.office.policy, self.actor.posture
        relations: frozenset[Relation] = frozenset()
        if record is not None:
            wanted = policy.ties(posture, spec.name, action, self.purpose)
            relations = (self.circle or self._new_circle()).relations(spec, record, wanted)
        effects = policy.effects(posture, relations, spec.name, action, self.purpose)
        if self.office.outside is None:
            return effects
        inquiry = Inquiry(
            actor=self.actor,
            relations=relations,
            kind=spec.name,
            id=None if record is None else record.id,
            action=action,
            purpose=self.purpose,
        )
        return self.office.outside.answer(inquiry, effects)

    def may(self, spec: KindSpec[Any], action: Action) -> None:
        """Whether this viewer may do this with records of a kind at all; Denied if not."""
        outside = self.office.outside
        if outside is not None and (outside.decides or action is Action.COUNT):
            # Who else decides is asked about every record; about a count there is nothing else to ask.
            if action is Action.COUNT and self._counts(spec) is Effect.DENY:
                raise self.denied(spec, action)
            return
        if not self.office.policy.ever(self.actor.posture, spec.name, action, self.purpose):
            raise self.denied(spec, action)

    def _counts(self, spec: KindSpec[Any]) -> Effect:
        return self.effects(spec, Action.COUNT, None).get(FieldGroup.GENERAL, Effect.DENY)

    def may_count(self, spec: KindSpec[Any], by: Iterable[FieldGroup]) -> bool:
        """Whether this viewer may count by these field groups; Denied if not at all.

        False if only in groups large enough that nobody in them can be made out.
        """
        self.may(spec, Action.COUNT)
        effects = self.effects(spec, Action.COUNT, None)
        whole = True
        for group in by:
            effect = effects.get(group, Effect.DENY)
            if effect is Effect.DENY:
                raise self.denied(spec, Action.COUNT, group)
            whole = whole and effect is Effect.ALLOW
        return whole

    def may_write(self, spec: KindSpec[Any], former: Any, record: Any, asked: Iterable[str] = ()) -> None:
        """Whether this viewer may make this change; Denied names the first group that is closed to them.

        ``asked`` are fields that somebody wants to set, changed by it or not: whether a value was already
        there must not show in whether they are let through.
        """
        action = Action.BULK if self.bulk else Action.WRITE
        effects = self.effects(spec, action, former if former is not None else record)
        if effects.get(FieldGroup.GENERAL) is not Effect.ALLOW:
            raise self.denied(spec, action)
        for name, group in spec.groups.items():
            if group is FieldGroup.GENERAL or effects.get(group) is Effect.ALLOW:
                continue
            if name in asked or (
                getattr(record, name) != (getattr(former, name) if former is not None else _empty(spec, name))
            ):
                raise self.denied(spec, action, group)

    def shown(
        self,
        spec: KindSpec[R],
        record: R,
        action: Action = Action.READ,
        by: frozenset[FieldGroup] = frozenset(),
    ) -> R | None:
        """The record as this viewer may see it; None if they may not know of it.

        ``by`` are the field groups of the keys by which it was searched: who may not read them must not
        learn from a hit what they hold.
        """
        effects = self.effects(spec, action, record)
        if effects.get(FieldGroup.GENERAL, Effect.DENY) is Effect.DENY:
            return None
        if by and any(effects.get(group) is not Effect.ALLOW for group in by):
            return None
        return mask_fields(record, effects)

    def lists(self, spec: KindSpec[Any]) -> bool:
        """Whether this viewer lists any records of a kind at all."""
        try:
            self.may(spec, Action.LIST)
        except Denied:
            return False
        return True

    def sees_all(self, spec: KindSpec[Any]) -> bool:
        """Whether this viewer lists every field of every record of a kind, so that none has to be judged."""
        policy, posture = self.office.policy, self.actor.posture
        ties = policy.ties(posture, spec.name, Action.LIST, self.purpose) - {Relation.RESTRICTED}
        if ties or self.office.outside is not None or (self.circle or self._new_circle()).restricted:
            return False
        return policy.effects(posture, frozenset(), spec.name, Action.LIST, self.purpose).open

    def reads(self, spec: KindSpec[Any], record: Any, group: FieldGroup) -> bool:
        """Whether this viewer may read a field group of this record."""
        return self.effects(spec, Action.READ, record).get(group) is Effect.ALLOW

    def denied(self, spec: KindSpec[Any], action: Action, group: FieldGroup | None = None) -> Denied:
        """The refusal of the policy, which says what was asked and who can help."""
        return Denied(
            "denied",
            action=action.value,
            kind=spec.name,
            group=group.value if group else "general",
            actor=self.actor.name_of_record,
            ask="steward",
        )


def _empty(spec: KindSpec[Any], name: str) -> Any:
    default = getattr(attrs.fields(spec.record), name).default
    if default is attrs.NOTHING:
        # A sensitive field that every record must have: creating one needs the right to write it.
        return attrs.NOTHING
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
