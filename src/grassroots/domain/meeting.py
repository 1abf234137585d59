"""A review meeting is where the concerns of a station are gone through, usually every week at the weekend.

Terms. An *agenda item* is one concern on the table, with the *decision* about it if one was taken. A decision
without a change is OBSERVE; an item without a decision was only looked at. What was decided is *carried out*
on the concerns when the meeting is held, in the same batch, so that minutes and ledger cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import is_code, one_of, short_code
from grassroots.domain.concern import Concern, ConcernStatus
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.states import Table, WrongState, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Period
from grassroots.values.ids import ConcernId, MeetingId, MemberId, OrganizationId, StationId
from grassroots.values.texts import tidy_text


class MeetingStatus(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"  # called, with or without an agenda
    HELD = "held"  # took place; its decisions stand in the concerns
    CALLED_OFF = "called-off"  # did not take place


TRANSITIONS: Table[MeetingStatus] = {
    MeetingStatus.PLANNED: {"hold": MeetingStatus.HELD, "call_off": MeetingStatus.CALLED_OFF},
    MeetingStatus.HELD: {},
    MeetingStatus.CALLED_OFF: {},
}


class DecisionKind(StrEnum):
    """What a meeting decides about one concern."""

    SOLVE = "solve"  # we see to it: somebody becomes its owner
    ASK_AUTHORITY = "ask-authority"  # an authority has to act: referred to it
    ASK_PROPERTY_FIRM = "ask-property-firm"  # the property firm has to act: referred to it
    EXPLAIN = "explain"  # it cannot be solved: the resident is told why
    OBSERVE = "observe"  # wait and see
    MERGE = "merge"  # the same matter as another concern
    DECLINE = "decline"  # not a matter for the network
    REFER = "refer"  # to another outside body


REFERRING: Final = frozenset({DecisionKind.ASK_AUTHORITY, DecisionKind.ASK_PROPERTY_FIRM, DecisionKind.REFER})
"""Decisions after which the concern lies with an outside body."""


@final
@attrs.frozen(kw_only=True)
class MeetingPlanned(Event):
    """A meeting was called."""

    station: StationId
    day: date


@final
@attrs.frozen(kw_only=True)
class MeetingMoved(Event):
    """To another day, before it was held."""

    former: date
    day: date


@final
@attrs.frozen(kw_only=True)
class AgendaSet(Event):
    """Concerns came onto the agenda."""

    concerns: tuple[ConcernId, ...]


@final
@attrs.frozen(kw_only=True)
class MeetingHeld(Event):
    """It took place; ``decided`` of its ``items`` have a decision."""

    day: date
    attendees: int
    items: int
    decided: int


@final
@attrs.frozen(kw_only=True)
class MeetingCalledOff(Event):
    """It does not take place."""

    reason: str


@final
@attrs.frozen(kw_only=True)
class MinutesCorrected(Event):
    """Minutes or attendance were set right; former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


class NotOnAgenda(Refused):
    """A decision about a concern that is not on the agenda of this meeting."""

    code = "not-on-agenda"


class HeldTooEarly(Refused):
    """A meeting cannot have been held on a day that is still to come."""

    code = "meeting-still-to-come"


def _decision(value: DecisionKind | str) -> DecisionKind:
    return one_of(DecisionKind, value)


@guarded
@final
@attrs.frozen(kw_only=True)
class AgendaItem:
    """One concern on the table. ``into`` goes with MERGE, ``reason`` (a code) with DECLINE and EXPLAIN.

    ``owner`` is who sees to it, ``unit`` the outside body that it goes to, ``due`` the last day promised.
    Raises BadInput ``agenda-item-incomplete`` where the decision lacks its part.
    """

    concern: ConcernId
    decision: DecisionKind | None = attrs.field(default=None, converter=attrs.converters.optional(_decision))
    owner: MemberId | None = None
    unit: OrganizationId | None = None
    due: date | None = None
    into: ConcernId | None = None
    reason: str | None = attrs.field(default=None, validator=is_code)
    note: str | None = attrs.field(
        default=None, metadata=CASE, converter=attrs.converters.optional(tidy_text)
    )

    def __attrs_post_init__(self) -> None:
        lacks = {
            DecisionKind.SOLVE: None if self.owner else "owner",
            DecisionKind.MERGE: None if self.into else "into",
            DecisionKind.DECLINE: None if self.reason else "reason",
        }
        missing = lacks.get(self.decision) if self.decision else None
        if missing is not None:
            raise BadInput(
                "agenda-item-incomplete", concern=self.concern, decision=self.decision, what=missing
            )


CORRECTABLE = frozenset({"minutes", "attendees"})


@guarded
@final
@attrs.frozen(kw_only=True)
class ReviewMeeting:
    """One meeting of a station. ``minutes`` is what was written down beside the decisions."""

    id: MeetingId
    station: StationId
    day: date
    status: MeetingStatus = MeetingStatus.PLANNED
    attendees: tuple[MemberId, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    minutes: str | None = attrs.field(
        default=None, metadata=CASE, converter=attrs.converters.optional(tidy_text)
    )
    reason: str | None = attrs.field(default=None, validator=is_code)

    def __attrs_post_init__(self) -> None:
        concerns = [item.concern for item in self.agenda]
        if len(set(concerns)) != len(concerns):
            twice = tuple(sorted({one for one in concerns if concerns.count(one) > 1}))
            raise BadInput("agenda-item-twice", id=self.id, concerns=twice)
        if len(set(self.attendees)) != len(self.attendees):
            raise BadInput("attendee-twice", id=self.id)

    @classmethod
    def plan(cls, *, id: MeetingId, station: StationId, day: date) -> Step[Self]:
        """Call a meeting."""
        return Step(cls(id=id, station=station, day=day), (MeetingPlanned(station=station, day=day),))

    def move(self, day: date) -> Step[Self]:
        """To another day, before it is held."""
        self._planned("move")
        if day == self.day:
            return Step(self)
        return Step(attrs.evolve(self, day=day), (MeetingMoved(former=self.day, day=day),))

    def put_on_agenda(self, concerns: Iterable[ConcernId]) -> Step[Self]:
        """Put concerns on the table; those that are there keep their place."""
        self._planned("put_on_agenda")
        known = {item.concern for item in self.agenda}
        new = tuple(concern for concern in dict.fromkeys(concerns) if concern not in known)
        if not new:
            return Step(self)
        items = tuple(AgendaItem(concern=concern) for concern in new)
        return Step(attrs.evolve(self, agenda=self.agenda + items), (AgendaSet(concerns=new),))

    def hold(
        self,
        *,
        today: date,
        attendees: Iterable[MemberId],
        decisions: Iterable[AgendaItem] = (),
        minutes: str | None = None,
    ) -> Step[Self]:
        """Write down what was decided; items without a decision were only looked at.

        The concerns themselves change by :func:`carry_out`, one by one, in the same batch.
        """
        if turn(TRANSITIONS, self.status, "hold", kind="meeting", id=self.id) is None:
            return Step(self)
        if self.day > today:
            raise HeldTooEarly(id=self.id, day=self.day.isoformat())
        decided = {item.concern: item for item in decisions}
        if strangers := set(decided) - {item.concern for item in self.agenda}:
            raise NotOnAgenda(id=self.id, concerns=tuple(sorted(strangers)))
        after = attrs.evolve(
            self,
            status=MeetingStatus.HELD,
            attendees=tuple(dict.fromkeys(attendees)),
            agenda=tuple(decided.get(item.concern, item) for item in self.agenda),
            minutes=minutes,
        )
        told = MeetingHeld(
            day=self.day,
            attendees=len(after.attendees),
            items=len(after.agenda),
            decided=sum(item.decision is not None for item in after.agenda),
        )
        return Step(after, (told,))

    def call_off(self, reason: str) -> Step[Self]:
        """It does not take place; its agenda waits for the next one."""
        if turn(TRANSITIONS, self.status, "call_off", kind="meeting", id=self.id) is None:
            return Step(self)
        after = attrs.evolve(self, status=MeetingStatus.CALLED_OFF, reason=reason)
        return Step(after, (MeetingCalledOff(reason=short_code(reason, "reason")),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set minutes or attendance right. A decision is not corrected here: decide anew next time."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="meeting", fields=tuple(sorted(wrong)))
        if "attendees" in fields:
            fields["attendees"] = tuple(dict.fromkeys(fields["attendees"]))
        if reason is not None:
            short_code(reason, "reason")
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (MinutesCorrected(fields=changed, reason=reason),)) if changed else Step(self)

    def _planned(self, verb: str) -> None:
        if self.status is not MeetingStatus.PLANNED:
            raise WrongState(verb=verb, kind="meeting", id=self.id, state=self.status.value, possible=())

    @property
    def weekend(self) -> bool:
        """Whether it is on a Saturday or Sunday."""
        return self.day.weekday() >= 5

    @property
    def week(self) -> date:
        """The Monday of its ISO week."""
        return self.day - timedelta(days=self.day.weekday())


def weeks_without(period: Period, meetings: Iterable[ReviewMeeting]) -> list[date]:
    """The Mondays of the ISO weeks of a period in which no meeting was held."""
    held = {meeting.week for meeting in meetings if meeting.status is MeetingStatus.HELD}
    return [monday for monday in period.weeks() if monday not in held]


def _incomplete(item: AgendaItem, what: str) -> BadInput:
    decision = item.decision.value if item.decision else None
    return BadInput("agenda-item-incomplete", concern=item.concern, decision=decision, what=what)


def carry_out(
    concern: Concern, item: AgendaItem, meeting: ReviewMeeting, into: Concern | None = None
) -> Step[Concern]:
    """What a held meeting does to one concern: it is tabled, and what was decided happens to it.

    ``into`` is the concern that MERGE names. Raises WrongState if the decision cannot be about a concern in
    this state (it was resolved meanwhile): then leave the decision out, and it is only tabled.
    """
    tabled = concern.table(meeting.id, meeting.day)
    decided = _decide(tabled.after, item, meeting.day, into)
    return Step(decided.after, tabled.happened + decided.happened)


def _decide(concern: Concern, item: AgendaItem, day: date, into: Concern | None) -> Step[Concern]:
    match item.decision:
        case DecisionKind.SOLVE:
            return concern.assign(item.owner, item.due)
        case DecisionKind.ASK_AUTHORITY | DecisionKind.ASK_PROPERTY_FIRM | DecisionKind.REFER:
            return concern.refer(item.unit, item.due)
        case DecisionKind.EXPLAIN:
            return concern.explain(day, item.reason)
        case DecisionKind.DECLINE:
            return concern.decline(day, item.reason or "not-ours")
        case DecisionKind.MERGE:
            if into is None:
                raise _incomplete(item, "into")
            return concern.merge(into)
        case DecisionKind.OBSERVE if concern.status is ConcernStatus.RECORDED:
            # Looked at and watched is accepted; who already has it keeps it.
            return concern.accept(item.due)
        case _:
            return Step(concern)
