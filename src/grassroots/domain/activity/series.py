"""The series: what is done, where, by which team, and by which rule it comes back."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.recurrence import Recurrence
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.ids import ActivityId, StationId, TeamId
from grassroots.values.texts import tidy_text

DAY_MINUTES = 24 * 60
"""No activity is longer than this; a longer one is several."""


class ActivityStatus(StrEnum):
    """Where an activity stands."""

    RUNNING = "running"  # offered: occurrences may be planned
    ENDED = "ended"  # over, as it was meant to be
    CALLED_OFF = "called-off"  # stopped before its time; what is still planned will not take place


ACTIVITY_TRANSITIONS: Table[ActivityStatus] = {
    ActivityStatus.RUNNING: {"end": ActivityStatus.ENDED, "call_off": ActivityStatus.CALLED_OFF},
    ActivityStatus.ENDED: {"run_again": ActivityStatus.RUNNING},
    ActivityStatus.CALLED_OFF: {"run_again": ActivityStatus.RUNNING},
}


@final
@attrs.frozen(kw_only=True)
class ActivityStarted(Event):
    """An activity is offered."""

    kind: str
    station: StationId | None = None
    team: TeamId | None = None


@final
@attrs.frozen(kw_only=True)
class ActivityCorrected(Event):
    """Fields were set right or changed; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class ActivityEnded(Event):
    """It is over, as it was meant to be."""

    on: date


@final
@attrs.frozen(kw_only=True)
class ActivityRunAgain(Event):
    """It is offered again."""

    on: date


@final
@attrs.frozen(kw_only=True)
class ActivityCalledOff(Event):
    """It was stopped before its time; ``reason`` is a short code."""

    on: date
    reason: str | None = None


ACTIVITY_CORRECTABLE = frozenset(
    {
        "kind", "title", "title_en", "station", "team", "recurrence", "starts", "minutes", "monthly_target",
        "capacity", "topics",
    }
)  # fmt: skip


@final
@attrs.frozen(kw_only=True)
class Activity:
    """A series, or a single event (then without a recurrence).

    ``kind`` is a code of the pack catalogue. ``starts`` is the wall clock in the network's zone,
    ``minutes`` the usual length, ``monthly_target`` an expectation ("two a month"), ``capacity`` how many
    may sign up.
    """

    id: ActivityId
    kind: str
    title: str
    title_en: str | None = None
    station: StationId | None = None
    team: TeamId | None = None
    recurrence: Recurrence | None = None
    starts: time | None = None
    minutes: int | None = None
    monthly_target: int | None = None
    capacity: int | None = None
    topics: tuple[str, ...] = ()
    status: ActivityStatus = ActivityStatus.RUNNING

    def __attrs_post_init__(self) -> None:
        if not self.kind or not self.title:
            raise BadInput("activity-needs-title", id=self.id)
        check_minutes(self.id, self.minutes)
        for what, most in (("monthly_target", self.monthly_target), ("capacity", self.capacity)):
            if most is not None and most < 1:
                raise BadInput("activity-number", id=self.id, what=what, number=most)

    @classmethod
    def start(cls, *, id: ActivityId, kind: str, title: str, **fields: Any) -> Step[Self]:
        """Offer an activity."""
        activity = cls(id=id, kind=kind, title=tidy_text(title), **fields)
        event = ActivityStarted(kind=kind, station=activity.station, team=activity.team)
        return Step(activity, (event,))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Change fields. Occurrences that are planned already keep what they were planned with."""
        changed = changes(self, "activity", ACTIVITY_CORRECTABLE, fields)
        if not changed:
            return Step(self)
        event = ActivityCorrected(fields=tuple(sorted(changed)), reason=reason)
        return Step(attrs.evolve(self, **changed), (event,))

    def end(self, on: date) -> Step[Self]:
        """It is over, as it was meant to be."""
        return self._turn("end", ActivityEnded(on=on))

    def call_off(self, on: date, reason: str | None = None) -> Step[Self]:
        """Stop it before its time; the occurrences that are still planned are called off with it."""
        return self._turn("call_off", ActivityCalledOff(on=on, reason=reason))

    def run_again(self, on: date) -> Step[Self]:
        """Offer it again."""
        return self._turn("run_again", ActivityRunAgain(on=on))

    def _turn(self, verb: str, event: Event) -> Step[Self]:
        status = turn(ACTIVITY_TRANSITIONS, self.status, verb, kind="activity", id=self.id)
        return Step(self) if status is None else Step(attrs.evolve(self, status=status), (event,))


def changes(record: Any, kind: str, correctable: frozenset[str], fields: dict[str, Any]) -> dict[str, Any]:
    """Those of the fields that differ from the record; BadInput for one that cannot be corrected."""
    if wrong := set(fields) - correctable:
        raise BadInput("field-not-correctable", kind=kind, fields=tuple(sorted(wrong)))
    return {name: value for name, value in fields.items() if getattr(record, name) != value}


def check_minutes(id: str, minutes: int | None) -> None:
    """BadInput ``activity-minutes`` unless the length is unknown or between one minute and a day."""
    if minutes is not None and not 1 <= minutes <= DAY_MINUTES:
        raise BadInput("activity-minutes", id=id, minutes=minutes, most=DAY_MINUTES)
