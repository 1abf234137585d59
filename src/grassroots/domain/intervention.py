"""An intervention is something that a patrol saw and acted on: when, where, of what kind, with what outcome.

Terms. *Incidents* is how many cases one line of the sheet stands for (a street with three cars is one line
and three incidents); a patrol that found nothing has none. The *role* is the one capacity under which it is
counted; *also under* names others that did the same work, for their own list. So the total over roles is the
total: one newspaper credited the same 446 incidents to two roles.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import at_least, catalogue_code, one_of, short_code
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.ids import InterventionId, MemberId, RoleId, StationId
from grassroots.values.texts import tidy_text

LONGEST_PLACE: Final = 120
"""Characters of a place; it is a key that lists are grouped by."""


class Outcome(StrEnum):
    """What came of it."""

    STOPPED = "stopped"  # 制止: it ceased there and then
    ADVISED = "advised"  # 劝导: explained; whether it ceased nobody saw
    REFERRED = "referred"  # handed on to those who may enforce
    REFUSED = "refused"  # the person would not listen
    NOTHING_FOUND = "nothing-found"  # patrolled, and nothing of this kind was there


@final
@attrs.frozen(kw_only=True)
class InterventionRecorded(Event):
    """A patrol acted, or found nothing."""

    station: StationId
    kind: str
    day: date
    outcome: Outcome
    incidents: int
    role: RoleId | None = None


@final
@attrs.frozen(kw_only=True)
class InterventionCorrected(Event):
    """Fields were set right; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class InterventionWithdrawn(Event):
    """It never was (typed twice, the wrong sheet); the record is erased, this line stays."""

    reason: str


CORRECTABLE = frozenset(
    {"kind", "day", "at", "place", "outcome", "incidents", "by", "role", "also_under", "note"}
)


def _outcome(value: Outcome | str) -> Outcome:
    return one_of(Outcome, value)


@guarded
@final
@attrs.frozen(kw_only=True)
class Intervention:
    """One line of a patrol sheet. ``kind`` is a code of the rule packs; ``at`` a time on the wall.

    ``incidents`` is at least 1, and 0 exactly when nothing was found.
    """

    id: InterventionId
    kind: str = attrs.field(converter=catalogue_code)
    station: StationId
    day: date
    outcome: Outcome = attrs.field(converter=_outcome)
    at: time | None = None
    place: str | None = attrs.field(default=None, converter=attrs.converters.optional(tidy_text))
    incidents: int = attrs.field(default=1, validator=at_least(0))
    by: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    also_under: tuple[RoleId, ...] = ()
    note: str | None = attrs.field(
        default=None, metadata=CASE, converter=attrs.converters.optional(tidy_text)
    )

    def __attrs_post_init__(self) -> None:
        if (self.incidents == 0) is not (self.outcome is Outcome.NOTHING_FOUND):
            raise BadInput("incidents-and-outcome", what=self.incidents, outcome=self.outcome.value)
        if self.place is not None and len(self.place) > LONGEST_PLACE:
            raise BadInput("place-too-long", what=self.place[:20], longest=LONGEST_PLACE)
        if self.at is not None and self.at.tzinfo is not None:
            raise BadInput("time-with-zone", what=self.at.isoformat(), field="at")
        if len(set(self.by)) != len(self.by):
            raise BadInput("person-twice", id=self.id)
        roles = (self.role, *self.also_under)
        if len(set(roles)) != len(roles) or (self.also_under and self.role is None):
            # Counted under one capacity first of all; others only beside it.
            raise BadInput("counted-under", id=self.id, roles=tuple(role for role in roles if role))

    @classmethod
    def record(
        cls,
        *,
        id: InterventionId,
        kind: str,
        station: StationId,
        day: date,
        outcome: Outcome | str,
        incidents: int | None = None,
        **fields: Any,
    ) -> Step[Self]:
        """Write down one line; without a number it stands for one incident, or none if nothing was found."""
        if incidents is None:
            incidents = 0 if outcome == Outcome.NOTHING_FOUND else 1
        one = cls(id=id, kind=kind, station=station, day=day, outcome=outcome, incidents=incidents, **fields)
        told = InterventionRecorded(
            station=station, kind=one.kind, day=day, outcome=one.outcome, incidents=incidents, role=one.role
        )
        return Step(one, (told,))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; saying the same again changes nothing."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="intervention", fields=tuple(sorted(wrong)))
        if reason is not None:
            short_code(reason, "reason")
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (InterventionCorrected(fields=changed, reason=reason),)) if changed else Step(self)

    @property
    def roles(self) -> tuple[RoleId, ...]:
        """Every capacity that may list it: the one it is counted under first."""
        return (self.role, *self.also_under) if self.role is not None else ()
