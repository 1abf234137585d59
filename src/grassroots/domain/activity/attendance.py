"""One named person at one occurrence: signed up, came, stayed away; and how it is known."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.activity.occurrence import Occurrence, OccurrenceStatus
from grassroots.domain.fields import IDENTITY, guarded
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import ActivityId, AttendanceId, MemberId, OccurrenceId, StationId, TeamId


class AttendanceStatus(StrEnum):
    """Where one person stands with one occurrence."""

    SIGNED_UP = "signed-up"  # wants to come
    ATTENDED = "attended"  # came
    ABSENT = "absent"  # signed up, and did not come
    WITHDRAWN = "withdrawn"  # said in time that they will not come


ATTENDANCE_TRANSITIONS: Table[AttendanceStatus] = {
    AttendanceStatus.SIGNED_UP: {
        "attend": AttendanceStatus.ATTENDED,
        "mark_absent": AttendanceStatus.ABSENT,
        "withdraw": AttendanceStatus.WITHDRAWN,
    },
    AttendanceStatus.WITHDRAWN: {
        "sign_up": AttendanceStatus.SIGNED_UP,
        "attend": AttendanceStatus.ATTENDED,
    },
    AttendanceStatus.ATTENDED: {"mark_absent": AttendanceStatus.ABSENT},
    AttendanceStatus.ABSENT: {"attend": AttendanceStatus.ATTENDED},
}


class Evidence(StrEnum):
    """How it is known that somebody came."""

    SHEET = "sheet"  # their line on the signed sheet
    CHECK_IN = "check-in"  # recorded at the moment
    CONFIRMED = "confirmed"  # the person in charge says so
    TOLD = "told"  # somebody said so afterwards


@final
@attrs.frozen(kw_only=True)
class SignedUp(Event):
    """Somebody wants to come; ``overridden`` are the codes of the refusals that somebody went beyond."""

    occurrence: OccurrenceId
    member: MemberId
    overridden: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class SignUpWithdrawn(Event):
    """Somebody said that they will not come."""

    occurrence: OccurrenceId
    member: MemberId


@final
@attrs.frozen(kw_only=True)
class AttendanceRecorded(Event):
    """Somebody came, or (``status`` absent) did not."""

    occurrence: OccurrenceId
    member: MemberId
    status: AttendanceStatus
    evidence: Evidence | None = None


@final
@attrs.frozen(kw_only=True)
class AttendanceCorrected(Event):
    """Times or evidence were set right; the former values are in the history."""

    fields: tuple[str, ...]


@final
@attrs.frozen(kw_only=True)
class AttendanceMoved(Event):
    """The occurrence was moved, and this with it."""

    to_day: date


class OccurrenceFull(Refused):
    """There is room for so many and no more; may be overridden by name."""

    code = "occurrence-full"


class NotForThisOccurrence(Refused):
    """Nobody signs up for what is over, and nobody attended what was called off."""

    code = "occurrence-not-open"


class NotYetHeld(Refused):
    """Nobody attends in the future: no attendance is made up."""

    code = "attendance-in-the-future"


class PersonGone(Refused):
    """The person had died by then, or the record was merged into another."""

    code = "attendance-person-gone"


@guarded
@final
@attrs.frozen(kw_only=True)
class Attendance:
    """One person at one occurrence. ``arrived`` and ``left`` are the wall clock in the network's zone.

    The id is derived from occurrence and person, so that nobody stands on a list twice. ``despite`` names
    who let somebody in although it was full.
    """

    id: AttendanceId
    occurrence: OccurrenceId
    activity: ActivityId
    kind: str
    station: StationId | None = None
    team: TeamId | None = None
    day: date
    member: MemberId
    status: AttendanceStatus = AttendanceStatus.SIGNED_UP
    arrived: time | None = None
    left: time | None = None
    evidence: Evidence | None = None
    despite: str | None = attrs.field(default=None, metadata=IDENTITY)

    def __attrs_post_init__(self) -> None:
        if self.status is AttendanceStatus.ATTENDED:
            if self.evidence is None:
                raise BadInput("attendance-needs-evidence", id=self.id)
            if self.arrived is not None and self.left is not None and self.left < self.arrived:
                raise BadInput(
                    "left-before-arrived",
                    id=self.id,
                    arrived=self.arrived.isoformat("minutes"),
                    left=self.left.isoformat("minutes"),
                )
        elif self.arrived is not None or self.left is not None or self.evidence is not None:
            raise BadInput("attendance-times-without-coming", id=self.id, status=self.status.value)

    # -- verbs --------------------------------------------------------------------------------------------
    @classmethod
    def sign_up(
        cls,
        occurrence: Occurrence,
        member: Member,
        *,
        id: AttendanceId,
        before: Attendance | None = None,
        taken: int = 0,
        capacity: int | None = None,
        despite: str | None = None,
    ) -> Step[Attendance]:
        """Somebody wants to come. ``before`` is what stands of them already; ``taken`` counts the others.

        ``despite`` names who lets them in although ``capacity`` is reached.
        """
        if before is not None and before.status is AttendanceStatus.SIGNED_UP:
            return Step(before)
        if occurrence.status is not OccurrenceStatus.PLANNED:
            raise _closed(occurrence)
        _present(member, occurrence.day)
        full = capacity is not None and taken >= capacity
        if full and despite is None:
            raise OccurrenceFull(occurrence=occurrence.id, capacity=capacity, taken=taken, override="despite")
        draft = before or _blank(cls, occurrence, member, id)
        if before is not None:
            turn(ATTENDANCE_TRANSITIONS, before.status, "sign_up", kind="attendance", id=before.id)
        after = attrs.evolve(draft, status=AttendanceStatus.SIGNED_UP, despite=despite if full else None)
        overridden = (OccurrenceFull.code,) if full else ()
        event = SignedUp(occurrence=occurrence.id, member=member.id, overridden=overridden)
        return Step(after, (event,))

    @classmethod
    def attend(
        cls,
        occurrence: Occurrence,
        member: Member,
        *,
        id: AttendanceId,
        today: date,
        evidence: Evidence,
        before: Attendance | None = None,
        arrived: time | None = None,
        left: time | None = None,
    ) -> Step[Attendance]:
        """Somebody came, signed up or not. Saying it again with other times or evidence corrects them."""
        if occurrence.status is OccurrenceStatus.CALLED_OFF:
            raise _closed(occurrence)
        if occurrence.day > today:
            raise NotYetHeld(
                occurrence=occurrence.id, day=occurrence.day.isoformat(), today=today.isoformat()
            )
        _present(member, occurrence.day)
        draft = before or _blank(cls, occurrence, member, id)
        came: dict[str, Any] = {"arrived": arrived, "left": left, "evidence": evidence}
        if draft.status is AttendanceStatus.ATTENDED:
            told = {k: v for k, v in came.items() if v is not None and v != getattr(draft, k)}
            if not told:
                return Step(draft)
            return Step(attrs.evolve(draft, **told), (AttendanceCorrected(fields=tuple(sorted(told))),))
        after = attrs.evolve(draft, status=AttendanceStatus.ATTENDED, **came)
        return Step(after, (after._recorded(),))

    def withdraw(self) -> Step[Self]:
        """They said that they will not come."""
        event = SignUpWithdrawn(occurrence=self.occurrence, member=self.member)
        return self._turn("withdraw", event)

    def mark_absent(self, today: date) -> Step[Self]:
        """They did not come; also puts right an attendance recorded in error."""
        if self.day > today:
            raise NotYetHeld(occurrence=self.occurrence, day=self.day.isoformat(), today=today.isoformat())
        event = AttendanceRecorded(
            occurrence=self.occurrence, member=self.member, status=AttendanceStatus.ABSENT
        )
        return self._turn("mark_absent", event)

    def moved(self, to: date) -> Step[Self]:
        """Follow the occurrence to another day."""
        if to == self.day:
            return Step(self)
        return Step(attrs.evolve(self, day=to), (AttendanceMoved(to_day=to),))

    def _turn(self, verb: str, event: Event) -> Step[Self]:
        status = turn(ATTENDANCE_TRANSITIONS, self.status, verb, kind="attendance", id=self.id)
        if status is None:
            return Step(self)
        after = attrs.evolve(self, status=status, arrived=None, left=None, evidence=None)
        return Step(after, (event,))

    def _recorded(self) -> AttendanceRecorded:
        return AttendanceRecorded(
            occurrence=self.occurrence, member=self.member, status=self.status, evidence=self.evidence
        )

    # -- computed -----------------------------------------------------------------------------------------
    @property
    def minutes(self) -> int | None:
        """How long they were there, by their own two times; None if either is not known."""
        if self.arrived is None or self.left is None:
            return None
        return (self.left.hour - self.arrived.hour) * 60 + self.left.minute - self.arrived.minute


def _blank(cls: type[Attendance], occurrence: Occurrence, member: Member, id: AttendanceId) -> Attendance:
    return cls(
        id=id,
        occurrence=occurrence.id,
        activity=occurrence.activity,
        kind=occurrence.kind,
        station=occurrence.station,
        team=occurrence.team,
        day=occurrence.day,
        member=member.id,
    )


def _closed(occurrence: Occurrence) -> NotForThisOccurrence:
    return NotForThisOccurrence(occurrence=occurrence.id, status=occurrence.status.value)


def _present(member: Member, on: date) -> None:
    died = member.status is MemberStatus.DECEASED and (member.died is None or member.died < on)
    if died or member.status is MemberStatus.MERGED:
        raise PersonGone(member=member.id, status=member.status.value)
