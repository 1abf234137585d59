"""The shift: one stretch of duty at one place on one day, its log, its nil return and its hand-over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import at_least, is_code, short_code
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import MemberId, RoleId, ShiftId, StationId
from grassroots.values.texts import tidy_text


class ShiftStatus(StrEnum):
    """Where a shift stands."""

    OPEN = "open"  # posted on the roster; nothing written down yet
    LOGGED = "logged"  # its log or its nil return is in
    CALLED_OFF = "called-off"  # does not take place: heat, rainstorm, holiday


SHIFT_TRANSITIONS: Table[ShiftStatus] = {
    ShiftStatus.OPEN: {"log": ShiftStatus.LOGGED, "call_off": ShiftStatus.CALLED_OFF},
    ShiftStatus.LOGGED: {"log": ShiftStatus.LOGGED, "reopen": ShiftStatus.OPEN},
    ShiftStatus.CALLED_OFF: {"reopen": ShiftStatus.OPEN},
}


@final
@attrs.frozen(kw_only=True)
class ShiftPosted(Event):
    """A shift came onto the roster."""

    station: StationId
    day: date
    minimum: int


@final
@attrs.frozen(kw_only=True)
class ShiftLogged(Event):
    """A log is in: how many entries, or none at all (a nil return); ``on`` is the day it was written."""

    on: date
    entries: int
    nil_return: bool = False
    by: MemberId | None = None


@final
@attrs.frozen(kw_only=True)
class ShiftHandedOver(Event):
    """What the next shift has to know was written down."""


@final
@attrs.frozen(kw_only=True)
class ShiftCorrected(Event):
    """Fields were set right; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class ShiftCalledOff(Event):
    """It does not take place."""

    reason: str


@final
@attrs.frozen(kw_only=True)
class ShiftReopened(Event):
    """Called off, or logged, by mistake: open again."""

    reason: str


class NilReturnWithEntries(Refused):
    """A shift has entries or a nil return, not both."""

    code = "nil-return-with-entries"


class ShiftNotOpen(Refused):
    """The shift was called off."""

    code = "shift-called-off"


@guarded
@final
@attrs.frozen(kw_only=True)
class LogEntry:
    """One matter of a shift, as written down; ``at`` is the time of day if somebody noted it."""

    text: str = attrs.field(metadata=CASE, converter=tidy_text)
    at: time | None = None


@final
@attrs.frozen
class SkillNeed:
    """So many of the people of a shift should have a skill, by the word in the register ("急救")."""

    skill: str = attrs.field(converter=tidy_text)
    least: int = attrs.field(default=1, validator=at_least(1))


SHIFT_CORRECTABLE = frozenset(
    {
        "starts", "ends", "minimum", "maximum", "role", "needs", "outdoor", "minors", "weather", "handover",
        "entries",
    }
)  # fmt: skip


def _wall_clock(_: Any, field: attrs.Attribute[Any], value: time) -> None:
    if value.tzinfo is not None:
        raise BadInput("time-with-zone", what=value.isoformat(), field=field.name)


@guarded
@final
@attrs.frozen(kw_only=True)
class Shift:
    """One stretch of duty. ``minimum`` is how many people it needs; ``weather`` and ``reason`` are codes.

    ``maximum`` is how many it can take (None: any number); who comes later waits. ``needs`` are skills that
    somebody there should have. ``outdoor`` and ``minors`` (children are there) bring rules with them.
    ``role`` is the role whose demands apply to whoever stands here; ``logged_by`` and ``logged_on`` say who
    wrote the log and on which day.
    """

    id: ShiftId
    station: StationId
    day: date
    starts: time = attrs.field(validator=_wall_clock)
    ends: time = attrs.field(validator=_wall_clock)
    minimum: int = attrs.field(default=1, validator=at_least(1))
    role: RoleId | None = None
    status: ShiftStatus = ShiftStatus.OPEN
    entries: tuple[LogEntry, ...] = ()
    nil_return: bool = False
    handover: str | None = attrs.field(
        default=None, metadata=CASE, converter=attrs.converters.optional(tidy_text)
    )
    weather: str | None = attrs.field(default=None, validator=is_code)
    logged_by: MemberId | None = None
    logged_on: date | None = None
    reason: str | None = attrs.field(default=None, validator=is_code)
    maximum: int | None = attrs.field(default=None, validator=at_least(1))
    needs: tuple[SkillNeed, ...] = ()
    outdoor: bool = False
    minors: bool = False

    def __attrs_post_init__(self) -> None:
        if self.starts == self.ends:
            # 08:00-08:00 may be a whole day or a slip of the pen: two shifts say it without doubt.
            raise BadInput("shift-without-length", what=self.starts.isoformat("minutes"))
        if self.maximum is not None and self.maximum < self.minimum:
            raise BadInput("shift-most-below-least", id=self.id, least=self.minimum, most=self.maximum)
        if self.nil_return and self.entries:
            raise NilReturnWithEntries(id=self.id, entries=len(self.entries))
        if self.logged_on is not None and self.logged_on < self.day:
            raise BadInput("log-before-shift", what=self.logged_on.isoformat(), day=self.day.isoformat())

    @classmethod
    def post(
        cls, *, id: ShiftId, station: StationId, day: date, starts: time, ends: time, **fields: Any
    ) -> Step[Self]:
        """Put a shift on the roster."""
        shift = cls(id=id, station=station, day=day, starts=starts, ends=ends, **fields)
        return Step(shift, (ShiftPosted(station=station, day=day, minimum=shift.minimum),))

    def log(
        self,
        entries: Iterable[LogEntry],
        *,
        on: date,
        by: MemberId | None = None,
        weather: str | None = None,
    ) -> Step[Self]:
        """Write down what came in. Later entries add to earlier ones; an entry that stands is not doubled."""
        given = tuple(dict.fromkeys(entries))
        if not given:
            raise BadInput("log-empty", id=self.id)
        turn(SHIFT_TRANSITIONS, self.status, "log", kind="shift", id=self.id)
        if self.nil_return:
            raise NilReturnWithEntries(id=self.id, entries=len(given))
        new = tuple(entry for entry in given if entry not in self.entries)
        if not new:
            return Step(self)
        return self._logged(on, by, weather, entries=self.entries + new)

    def report_nothing(
        self, *, on: date, by: MemberId | None = None, weather: str | None = None
    ) -> Step[Self]:
        """The nil return: somebody was on duty and nothing came in."""
        turn(SHIFT_TRANSITIONS, self.status, "log", kind="shift", id=self.id)
        if self.entries:
            raise NilReturnWithEntries(id=self.id, entries=len(self.entries))
        if self.nil_return:
            return Step(self)
        return self._logged(on, by, weather, nil_return=True)

    def _logged(self, on: date, by: MemberId | None, weather: str | None, **fields: Any) -> Step[Self]:
        after = attrs.evolve(
            self,
            status=ShiftStatus.LOGGED,
            logged_by=self.logged_by or by,
            logged_on=self.logged_on or on,
            weather=weather or self.weather,
            **fields,
        )
        told = ShiftLogged(
            on=on, by=by, entries=len(after.entries) - len(self.entries), nil_return=after.nil_return
        )
        return Step(after, (told,))

    def hand_over(self, text: str) -> Step[Self]:
        """What the next shift has to know; a second hand-over replaces the first (history keeps it)."""
        if self.status is ShiftStatus.CALLED_OFF:
            raise ShiftNotOpen(id=self.id, reason=self.reason)
        after = attrs.evolve(self, handover=text)
        return Step(self) if after == self else Step(after, (ShiftHandedOver(),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set the shift or its log right; ``entries`` replaces them. Former values stay in the history."""
        if wrong := set(fields) - SHIFT_CORRECTABLE:
            raise BadInput("field-not-correctable", kind="shift", fields=tuple(sorted(wrong)))
        if "entries" in fields:
            fields["entries"] = tuple(fields["entries"])
            if self.status is not ShiftStatus.LOGGED or not fields["entries"]:
                # An empty log would be neither entries nor a nil return: reopen, then report nothing.
                raise BadInput("log-empty", id=self.id)
            fields["nil_return"] = False
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        if not changed:
            return Step(self)
        if reason is not None:
            short_code(reason, "reason")
        return Step(after, (ShiftCorrected(fields=changed, reason=reason),))

    def call_off(self, reason: str) -> Step[Self]:
        """It does not take place; its duties are called off with it (see the use case)."""
        status = turn(SHIFT_TRANSITIONS, self.status, "call_off", kind="shift", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, reason=reason), (ShiftCalledOff(reason=reason),))

    def reopen(self, reason: str) -> Step[Self]:
        """Called off or logged by mistake: open again, without a log (history keeps the entries)."""
        status = turn(SHIFT_TRANSITIONS, self.status, "reopen", kind="shift", id=self.id)
        if status is None:
            return Step(self)
        short_code(reason, "reason")
        after = attrs.evolve(
            self, status=status, reason=None, entries=(), nil_return=False, logged_by=None, logged_on=None
        )
        return Step(after, (ShiftReopened(reason=reason),))

    def window(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Beginning and end as moments in UTC; in a night of summer time it is an hour shorter or longer."""
        last = self.day if self.ends > self.starts else self.day + timedelta(days=1)
        begins = datetime.combine(self.day, self.starts, tzinfo=zone).astimezone(UTC)
        return begins, datetime.combine(last, self.ends, tzinfo=zone).astimezone(UTC)

    def moment(self, at: time, zone: tzinfo) -> datetime:
        """The moment (UTC) that a time on this shift's sheet means: on its day or the next, what lies nearer.

        On the sheet of 22:00-02:00, "21:50" is the evening and "01:30" the day after.
        """
        begins, ends = self.window(zone)
        days = (self.day, self.day + timedelta(days=1))
        moments = [datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for day in days]
        return min(moments, key=lambda one: max(begins - one, one - ends, timedelta(0)))

    def minutes(self, zone: tzinfo) -> int:
        """Its length in whole minutes."""
        begins, ends = self.window(zone)
        return int((ends - begins).total_seconds()) // 60

    def same_as(self, other: Shift) -> bool:
        """Whether it is the same line of the roster, posted a second time."""
        mine = (self.station, self.day, self.starts, self.ends, self.role)
        theirs = (other.station, other.day, other.starts, other.ends, other.role)
        return mine == theirs and ShiftStatus.CALLED_OFF not in (self.status, other.status)

    def clashes(self, other: Shift, zone: tzinfo) -> bool:
        """Whether nobody can stand in both; one that ends when the other begins does not clash."""
        (begins, ends), (others_begin, others_end) = self.window(zone), other.window(zone)
        return begins < others_end and others_begin < ends
