"""One time that an activity takes place: planned, moved, held with how many people, or called off."""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.activity.series import Activity, ActivityStatus, changes, check_minutes
from grassroots.domain.states import Table, WrongState, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import ActivityId, MemberId, OccurrenceId, OrganizationId, StationId, TeamId


class OccurrenceStatus(StrEnum):
    """Where one occurrence stands."""

    PLANNED = "planned"  # will take place, as far as is known
    HELD = "held"  # took place
    CALLED_OFF = "called-off"  # did not or will not take place; who had signed up stays on record


OCCURRENCE_TRANSITIONS: Table[OccurrenceStatus] = {
    OccurrenceStatus.PLANNED: {"hold": OccurrenceStatus.HELD, "call_off": OccurrenceStatus.CALLED_OFF},
    OccurrenceStatus.HELD: {"reinstate": OccurrenceStatus.PLANNED},
    OccurrenceStatus.CALLED_OFF: {"reinstate": OccurrenceStatus.PLANNED},
}


@final
@attrs.frozen
class HeadCount:
    """People of one category whom nobody named. ``minors`` marks children: counted, and never named here."""

    category: str
    people: int
    minors: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.category or self.people < 0:
            raise BadInput("headcount-unreadable", category=self.category, people=self.people)


@final
@attrs.frozen
class Material:
    """Something given out: an item and how many pieces of it."""

    item: str
    quantity: int

    def __attrs_post_init__(self) -> None:
        if not self.item or self.quantity < 1:
            raise BadInput("material-unreadable", item=self.item, quantity=self.quantity)


@final
@attrs.frozen(kw_only=True)
class OccurrencePlanned(Event):
    """An occurrence was planned for this day."""

    activity: ActivityId
    kind: str
    day: date


@final
@attrs.frozen(kw_only=True)
class OccurrenceMoved(Event):
    """It was moved from one day to another (or on the same day to another hour)."""

    from_day: date
    to_day: date


@final
@attrs.frozen(kw_only=True)
class OccurrenceHeld(Event):
    """It took place; ``people`` is the sum of the head counts, None if nobody counted."""

    day: date
    people: int | None = None
    minutes: int | None = None


@final
@attrs.frozen(kw_only=True)
class OccurrenceCalledOff(Event):
    """It will not take place, or did not; ``reason`` is a short code."""

    day: date
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class OccurrenceReinstated(Event):
    """It is planned again: it was called off, or recorded as held, in error."""

    day: date
    was: OccurrenceStatus


@final
@attrs.frozen(kw_only=True)
class OccurrenceCorrected(Event):
    """Fields were set right; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


class TooEarly(Refused):
    """What lies in the future has not taken place."""

    code = "occurrence-in-the-future"


OCCURRENCE_CORRECTABLE = frozenset(
    {"title", "station", "team", "starts", "minutes", "topic", "speakers", "venue", "headcounts", "materials"}
)


@final
@attrs.frozen(kw_only=True)
class Occurrence:
    """One time. ``planned`` and ``number`` (the how-manieth of that day) say which one of the series it is;

    ``day`` is when it is really held. ``starts`` is the wall clock in the network's zone; ``minutes`` the
    planned length, and once held the true one. ``venue`` is an outside body whose house it is in.
    """

    id: OccurrenceId
    activity: ActivityId
    kind: str
    title: str
    station: StationId | None = None
    team: TeamId | None = None
    planned: date
    number: int = 1
    day: date
    starts: time | None = None
    minutes: int | None = None
    status: OccurrenceStatus = OccurrenceStatus.PLANNED
    topic: str | None = None
    speakers: tuple[MemberId, ...] = ()
    venue: OrganizationId | None = None
    headcounts: tuple[HeadCount, ...] = ()
    materials: tuple[Material, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_minutes(self.id, self.minutes)
        categories = [(count.category, count.minors) for count in self.headcounts]
        if len(set(categories)) != len(categories):
            # The same people would be counted twice.
            raise BadInput("headcount-twice", id=self.id)
        if len(set(self.speakers)) != len(self.speakers):
            raise BadInput("speaker-twice", id=self.id)

    @classmethod
    def plan(
        cls, activity: Activity, *, id: OccurrenceId, planned: date, number: int = 1, **fields: Any
    ) -> Step[Occurrence]:
        """Plan one occurrence of a running activity; what is not said is taken from the activity."""
        if activity.status is not ActivityStatus.RUNNING:
            raise WrongState(
                verb="plan",
                kind="activity",
                id=activity.id,
                state=activity.status.value,
                possible=("run_again",),
            )
        taken = {name: getattr(activity, name) for name in ("title", "station", "team", "starts", "minutes")}
        occurrence = cls(
            id=id,
            activity=activity.id,
            kind=activity.kind,
            planned=planned,
            number=number,
            **{"day": planned, **taken, **fields},
        )
        event = OccurrencePlanned(activity=activity.id, kind=activity.kind, day=occurrence.day)
        return Step(occurrence, (event,))

    def move(self, to: date, starts: time | None = None) -> Step[Self]:
        """Move it to another day or hour; its identity in the series and its sign-ups stay."""
        if self.status is not OccurrenceStatus.PLANNED:
            raise WrongState(
                verb="move",
                kind="occurrence",
                id=self.id,
                state=self.status.value,
                possible=tuple(sorted(OCCURRENCE_TRANSITIONS[self.status])),
            )
        after = attrs.evolve(self, day=to, starts=starts or self.starts)
        if after == self:
            return Step(self)
        return Step(after, (OccurrenceMoved(from_day=self.day, to_day=to),))

    def hold(self, today: date, **told: Any) -> Step[Self]:
        """It took place. ``told`` may set right whatever :meth:`correct` may (head counts, minutes ...).

        Holding it again with other figures corrects them; nothing is added up.
        """
        if self.day > today:
            raise TooEarly(id=self.id, day=self.day.isoformat(), today=today.isoformat())
        status = turn(OCCURRENCE_TRANSITIONS, self.status, "hold", kind="occurrence", id=self.id)
        if status is None:
            return self.correct(**told)
        changed = changes(self, "occurrence", OCCURRENCE_CORRECTABLE, told)
        after = attrs.evolve(self, status=status, **changed)
        return Step(after, (OccurrenceHeld(day=after.day, people=after.people, minutes=after.minutes),))

    def call_off(self, reason: str | None = None) -> Step[Self]:
        """It will not take place, or did not; the sign-ups stay, so that people can be told."""
        return self._turn("call_off", OccurrenceCalledOff(day=self.day, reason=reason))

    def reinstate(self) -> Step[Self]:
        """Plan it again, when it was called off or recorded as held in error; counts do not stay."""
        event = OccurrenceReinstated(day=self.day, was=self.status)
        return self._turn("reinstate", event, headcounts=(), materials=())

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history."""
        changed = changes(self, "occurrence", OCCURRENCE_CORRECTABLE, fields)
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (OccurrenceCorrected(fields=tuple(sorted(changed)), reason=reason),))

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(OCCURRENCE_TRANSITIONS, self.status, verb, kind="occurrence", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, **fields), (event,))

    # -- computed -----------------------------------------------------------------------------------------
    @property
    def people(self) -> int | None:
        """How many people were counted without names; None if nobody counted (which is not zero)."""
        return sum(count.people for count in self.headcounts) if self.headcounts else None

    @property
    def minors(self) -> int | None:
        """How many of them were children; None if nobody counted."""
        return sum(c.people for c in self.headcounts if c.minors) if self.headcounts else None

    @property
    def pieces(self) -> int:
        """How many pieces of material were given out."""
        return sum(material.quantity for material in self.materials)

    @property
    def monday(self) -> date:
        """The Monday of its ISO week."""
        return self.day - timedelta(days=self.day.weekday())
