"""The policy at a desk: its rows, and why this viewer may see one record as they do."""

from __future__ import annotations

from typing import final

import attrs

from grassroots.contracts.policy import Action, Decision, Effect, Relation
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import PolicyRow
from grassroots.errors import BadInput
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading


@final
@attrs.frozen(kw_only=True)
class Explained:
    """One field group of a record: the effect, and the row and tie that it rests on.

    ``outside`` is True where an outside policy closed what the table opens.
    """

    group: FieldGroup
    decision: Decision
    effect: Effect
    outside: bool


@final
@attrs.frozen(kw_only=True)
class Explanation:
    """Why a viewer may do something with one record, group by group, and what ties them to it."""

    kind: str
    id: str
    action: Action
    purpose: str
    relations: tuple[Relation, ...]
    groups: tuple[Explained, ...]


@final
class Policies(Room):
    """The room ``desk.policy``."""

    @look
    def rows(self, reading: Reading) -> list[PolicyRow]:
        """The rows that speak of this viewer's posture, in the order of the packs."""
        posture = reading.seat.actor.posture
        return [row for row in reading.office.policy.rows if row.posture in ("*", posture)]

    @look
    def explain(self, reading: Reading, kind: str, id: str, *, action: Action = Action.READ) -> Explanation:
        """Why this viewer may see (or change, or take along) a record as they do.

        Missing for a record that they may not know of, as for one that is not there.
        """
        if kind not in reading.office.kinds:
            known = tuple(spec.name for spec in reading.office.kinds)
            raise BadInput("kind-unknown", what=kind, known=known)
        relations, effects = reading.judged(kind, id, action)
        seat = reading.seat
        decided = {
            group: reading.office.policy.decide(
                seat.question(kind=kind, relations=relations, group=group.value, action=action)
            )
            for group in FieldGroup
        }
        return Explanation(
            kind=kind,
            id=id,
            action=action,
            purpose=seat.purpose,
            relations=tuple(sorted(relations)),
            groups=tuple(
                Explained(
                    group=group,
                    decision=decided[group],
                    effect=effects.get(group, Effect.DENY),
                    outside=effects.get(group, Effect.DENY) is not decided[group].effect,
                )
                for group in FieldGroup
            ),
        )
