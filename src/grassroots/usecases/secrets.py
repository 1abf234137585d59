"""Opening what the policy hides: for a purpose, by somebody who may, and with an entry in the trail.

The entry is written first and the values are shown afterwards: nobody has seen what no entry tells of. A page
of people is one act with one entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import attrs

from grassroots.contracts.storage import Ref
from grassroots.contracts.storage.limits import FACT_ABOUT
from grassroots.domain.checks import short_code
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Action, Effect, mask_fields
from grassroots.domain.secrets import ValuesOpened
from grassroots.errors import BadInput, Denied, Missing
from grassroots.workspace.acts import Room, perform
from grassroots.workspace.fitting import as_asked
from grassroots.workspace.work import Work


@final
@attrs.frozen(kw_only=True)
class Opened:
    """What was opened of one record: the record with these groups shown. It prints as its masks."""

    kind: str
    id: str
    record: Any


@final
class Secrets(Room):
    """The room ``desk.secrets``."""

    def open(self, kind: str, ids: Sequence[str], *, groups: Sequence[str], purpose: str) -> list[Opened]:
        """Show these field groups of these records (at most 1,000), in the order asked.

        ``groups`` are names of :class:`FieldGroup`, ``purpose`` is a short code ("home-visit") that the
        policy is asked with and that stands in the trail. Groups that were not asked for stay as this viewer
        reads them. Raises Denied unless the policy allows ``open`` for every group of every record, BadInput
        for a group or purpose that is none, Missing for a record that is not there: then nothing is shown.
        """
        kind, ids = as_asked("kind", str, kind), as_asked("ids", Sequence[str], ids)
        wanted = _groups(as_asked("groups", Sequence[str], groups))
        short_code(as_asked("purpose", str, purpose), "purpose")
        if not 0 < len(ids) <= FACT_ABOUT:
            raise BadInput("secrets-how-many", found=len(ids), most=FACT_ABOUT)
        seat = attrs.evolve(self._seat, purpose=purpose)
        if kind not in seat.office.kinds:
            raise BadInput(
                "secrets-kind-unknown", what=kind, known=tuple(spec.name for spec in seat.office.kinds)
            )
        spec = seat.office.kinds.named(kind)
        opened: list[Opened] = []

        def do(work: Work) -> None:
            opened.clear()
            for id_ in dict.fromkeys(ids):
                record = work.peek(spec.record, id_)
                if record is None:
                    raise Missing("missing", kind=kind, id=id_)
                effects = dict(seat.effects(spec, Action.READ, record))
                allowed = seat.effects(spec, Action.OPEN, record)
                for group in wanted:
                    if allowed.get(group) is not Effect.ALLOW:
                        raise _denied(seat.actor.name_of_record, kind, group)
                    effects[group] = Effect.ALLOW
                if effects.get(FieldGroup.GENERAL, Effect.DENY) is Effect.DENY:
                    raise Missing("missing", kind=kind, id=id_)
                opened.append(Opened(kind=kind, id=id_, record=mask_fields(record, effects)))
            names = tuple(sorted(group.value for group in wanted))
            event = ValuesOpened(purpose=purpose, groups=names, records=len(opened))
            work.tell(event, *(Ref(kind, one.id) for one in opened))

        perform(seat, do, ("secrets.open", kind, list(ids), list(groups), purpose))
        return opened


def _groups(names: Sequence[str]) -> tuple[FieldGroup, ...]:
    known: Mapping[str, FieldGroup] = {group.value: group for group in FieldGroup}
    for name in names:
        if name not in known:
            raise BadInput("field-group-unknown", what=str(name), known=tuple(known))
    if not names:
        raise BadInput("field-group-unknown", what="", known=tuple(known))
    return tuple(dict.fromkeys(known[name] for name in names))


def _denied(actor: str, kind: str, group: FieldGroup) -> Denied:
    return Denied(
        "denied", action=Action.OPEN.value, kind=kind, group=group.value, actor=actor, ask="steward"
    )
