"""What a network's acts need around them: the office, and a seat in it.

The office holds what is the same for everybody (storage, kinds, clock, ids, zone, packs, policy). A seat is
one viewer with a purpose: who acts, on whose behalf, from which paper sheet. Nothing is read or written
without a seat, so that no call is without a viewer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, final
from zoneinfo import ZoneInfo

import attrs

from grassroots.contracts.calendar import Calendar
from grassroots.contracts.storage import Storage
from grassroots.domain.fields import FieldGroup
from grassroots.domain.pack import Packs
from grassroots.domain.policy import Action, Actor, Effect, Policy, mask_fields
from grassroots.errors import Denied
from grassroots.values.ids import Ids, derived_id
from grassroots.workspace.codec import Codec
from grassroots.workspace.kindspec import Kinds, KindSpec, Record

R = TypeVar("R", bound=Record)


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
