"""Finding cover: somebody is asked whether they can take a place; and the list of those who wait for one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.duty import Shift
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import Refused
from grassroots.values.ids import AskId, DutyId, MemberId, ShiftId, StandbyId, StationId


class AskStatus(StrEnum):
    """What became of asking somebody."""

    ASKED = "asked"  # no answer yet
    YES = "yes"  # they take it
    NO = "no"  # they cannot
    NOT_NEEDED = "not-needed"  # somebody else was quicker


ASK_TRANSITIONS: Table[AskStatus] = {
    AskStatus.ASKED: {"agree": AskStatus.YES, "decline": AskStatus.NO, "withdraw": AskStatus.NOT_NEEDED},
    AskStatus.YES: {},
    AskStatus.NO: {"agree": AskStatus.YES},  # thought better of it, while the place is still open
    AskStatus.NOT_NEEDED: {},
}


class StandbyKind(StrEnum):
    """How somebody stands ready for a shift."""

    WAITING = "waiting"  # wants the shift, which is full: moves up by themselves when a place is free
    ON_CALL = "on-call"  # does not stand there, and may be asked first


class StandbyStatus(StrEnum):
    """Where somebody on a list stands."""

    READY = "ready"  # on the list
    CALLED_UP = "called-up"  # has the place now
    LEFT = "left"  # does not wait any more


STANDBY_TRANSITIONS: Table[StandbyStatus] = {
    StandbyStatus.READY: {"call_up": StandbyStatus.CALLED_UP, "leave": StandbyStatus.LEFT},
    StandbyStatus.CALLED_UP: {},
    StandbyStatus.LEFT: {},
}


@final
@attrs.frozen(kw_only=True)
class CoverAsked(Event):
    """Somebody was asked to take a place."""

    shift: ShiftId
    member: MemberId


@final
@attrs.frozen(kw_only=True)
class CoverAnswered(Event):
    """They said yes or no."""

    shift: ShiftId
    member: MemberId
    yes: bool


@final
@attrs.frozen(kw_only=True)
class CoverNotNeeded(Event):
    """Somebody else took the place: the others can rest."""

    shift: ShiftId
    member: MemberId


@final
@attrs.frozen(kw_only=True)
class StandbyJoined(Event):
    """Somebody is on a list of a shift."""

    shift: ShiftId
    member: MemberId
    kind: StandbyKind


@final
@attrs.frozen(kw_only=True)
class StandbyCalledUp(Event):
    """They have the place now."""

    shift: ShiftId
    member: MemberId


@final
@attrs.frozen(kw_only=True)
class StandbyLeft(Event):
    """They do not wait any more."""


class CoverFilled(Refused):
    """The place was taken meanwhile."""

    code = "cover-filled"


@final
@attrs.frozen(kw_only=True)
class Ask:
    """One member was asked about one shift; ``duty`` is the one that fell out (None: a gap)."""

    id: AskId
    shift: ShiftId
    station: StationId
    day: date
    member: MemberId
    duty: DutyId | None = None
    asked_at: datetime
    status: AskStatus = AskStatus.ASKED
    answered_at: datetime | None = None

    @classmethod
    def ask(
        cls, shift: Shift, member: MemberId, *, id: AskId, at: datetime, duty: DutyId | None = None
    ) -> Step[Self]:
        """Ask somebody."""
        made = cls(
            id=id,
            shift=shift.id,
            station=shift.station,
            day=shift.day,
            member=member,
            duty=duty,
            asked_at=at,
        )
        return Step(made, (CoverAsked(shift=shift.id, member=member),))

    def agree(self, at: datetime) -> Step[Self]:
        """They take it (the use case assigns the duty)."""
        event = CoverAnswered(shift=self.shift, member=self.member, yes=True)
        return self._turn("agree", event, answered_at=at)

    def decline(self, at: datetime) -> Step[Self]:
        """They cannot."""
        event = CoverAnswered(shift=self.shift, member=self.member, yes=False)
        return self._turn("decline", event, answered_at=at)

    def withdraw(self) -> Step[Self]:
        """Somebody else was quicker. Who has answered already keeps their answer."""
        if self.status is not AskStatus.ASKED:
            return Step(self)
        return self._turn("withdraw", CoverNotNeeded(shift=self.shift, member=self.member))

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(ASK_TRANSITIONS, self.status, verb, kind="ask", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, **fields), (event,))


@final
@attrs.frozen(kw_only=True)
class Standby:
    """One member on a list of one shift; the order of a list is that of ids."""

    id: StandbyId
    shift: ShiftId
    station: StationId
    day: date
    member: MemberId
    kind: StandbyKind
    status: StandbyStatus = StandbyStatus.READY

    @classmethod
    def join(cls, shift: Shift, member: MemberId, *, id: StandbyId, kind: StandbyKind) -> Step[Self]:
        """Write somebody on a list of a shift."""
        made = cls(id=id, shift=shift.id, station=shift.station, day=shift.day, member=member, kind=kind)
        return Step(made, (StandbyJoined(shift=shift.id, member=member, kind=kind),))

    def call_up(self) -> Step[Self]:
        """They have the place now (the use case assigns the duty)."""
        return self._turn("call_up", StandbyCalledUp(shift=self.shift, member=self.member))

    def leave(self) -> Step[Self]:
        """They do not wait any more."""
        return self._turn("leave", StandbyLeft())

    def _turn(self, verb: str, event: Event) -> Step[Self]:
        status = turn(STANDBY_TRANSITIONS, self.status, verb, kind="standby", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (event,))
