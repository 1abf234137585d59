"""What a network's acts need around them: the office, and a seat in it.

The office holds what is the same for everybody (storage, kinds, clock, ids, zone, packs, policy). A seat is
one viewer with a purpose: who acts, on whose behalf, from which paper sheet. Nothing is read or written
without a seat, so that no call is without a viewer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar, final
from zoneinfo import ZoneInfo

import attrs

from grassroots.contracts.calendar import Calendar
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
)
from grassroots.domain.fields import FieldGroup
from grassroots.domain.pack import Packs
from grassroots.domain.policy import Action, Actor, Effect, Policy, mask_fields
from grassroots.errors import BadInput, Denied
from grassroots.values.ids import Ids, derived_id
from grassroots.workspace.codec import Codec, Decoded
from grassroots.workspace.kindspec import Hidden, Kinds, KindSpec, Record
from grassroots.workspace.sealing.header import CLEAR
from grassroots.workspace.sealing.sealing import Sealing

R = TypeVar("R", bound=Record)


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
    sealing: Sealing | None = None
    fence: Mapping[Ref, int] = MappingProxyType({})
    """What every write rests on in a network that is not sealed: that it still is not."""

    def decode(self, spec: KindSpec[Any], stored: Stored) -> Decoded:
        """A stored record, opened if it is sealed."""
        sealing = self.sealing
        if sealing is None:
            return self.codec.decode(spec, stored.body)
        return self.codec.decode(spec, stored.body, partial(sealing.open, self.storage, stored.ref))

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

    def derived_id(self, *words: str, at: Any = None) -> str:
        """The id that these words always get in this network (and in no other)."""
        return derived_id(self.salt, *words, at=at)


@final
@attrs.frozen(kw_only=True, eq=False)
class Seat:
    """A viewer at work: every act and every look happens from one.

    ``proxy_for`` is the person for whom somebody else types; ``sheet`` the number of the paper that the
    typing follows; ``act_id`` an app's own id for the next act (idempotent: the same id is done once).
    """

    office: Office
    actor: Actor
    purpose: str = "work"
    proxy_for: str | None = None
    sheet: str | None = None
    act_id: str | None = None
    bulk: bool = False

    def effects(self, spec: KindSpec[Any], action: Action, record: Any) -> Mapping[FieldGroup, Effect]:
        """What this viewer may do, group by group, with this very record."""
        relations = spec.relations(record, self.actor) if record is not None else frozenset()
        return self.office.policy.effects(self.actor.posture, relations, spec.name, action, self.purpose)

    def may(self, spec: KindSpec[Any], action: Action) -> None:
        """Whether this viewer may do this with records of a kind at all; Denied if not."""
        if not self.office.policy.ever(self.actor.posture, spec.name, action, self.purpose):
            raise self._denied(spec, action)

    def may_write(self, spec: KindSpec[Any], former: Any, record: Any) -> None:
        """Whether this viewer may make this change; Denied names the first group that is closed to them."""
        action = Action.BULK if self.bulk else Action.WRITE
        effects = self.effects(spec, action, former if former is not None else record)
        if effects.get(FieldGroup.GENERAL) is not Effect.ALLOW:
            raise self._denied(spec, action)
        for name, group in spec.groups.items():
            if group is FieldGroup.GENERAL or effects.get(group) is Effect.ALLOW:
                continue
            if getattr(record, name) != (getattr(former, name) if former is not None else _empty(spec, name)):
                raise self._denied(spec, action, group)

    def shown(self, spec: KindSpec[R], record: R, action: Action = Action.READ) -> R | None:
        """The record as this viewer may see it; None if they may not know of it."""
        effects = self.effects(spec, action, record)
        if effects.get(FieldGroup.GENERAL, Effect.DENY) is Effect.DENY:
            return None
        return mask_fields(record, effects)

    def _denied(self, spec: KindSpec[Any], action: Action, group: FieldGroup | None = None) -> Denied:
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
