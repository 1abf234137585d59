"""Availability is what members told us of when they can, cannot and would like to be on duty.

Terms. An *availability* says for some time on which weekdays and hours somebody can come, how often at most,
and what they are willing to do that one asks of old people first (night, heat, outdoor). Whoever gave none is
taken to be free at any time, and a rota says that nobody asked them; one without any window means "not at
all". A *leave* is days on which somebody is away, whatever the reason: none is kept. A *wish* is for or
against duty on some days, and may go unmet.

Days are days on the wall of the network; a window across midnight belongs to the day on which it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import at_least
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.recurrence import Weekday
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Span
from grassroots.values.ids import AvailabilityId, LeaveId, MemberId, StationId, WishId
from grassroots.values.messy import DayPart, Weekly


class Willing(StrEnum):
    """Work that one asks about first: the codes of the rules of the pack table ``duty_limit``."""

    NIGHT = "night"
    HEAT = "heat"
    OUTDOOR = "outdoor"


class ToldStatus(StrEnum):
    """Whether what somebody told us still holds."""

    GIVEN = "given"  # as told
    WITHDRAWN = "withdrawn"  # taken back, or replaced by a later word


TRANSITIONS: Table[ToldStatus] = {
    ToldStatus.GIVEN: {"withdraw": ToldStatus.WITHDRAWN},
    ToldStatus.WITHDRAWN: {},
}


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class AvailabilityGiven(Event):
    """Somebody told us when they can come."""

    member: MemberId


@final
@attrs.frozen(kw_only=True)
class AvailabilityWithdrawn(Event):
    """It holds no more."""


@final
@attrs.frozen(kw_only=True)
class LeaveGiven(Event):
    """Somebody is away on these days."""

    member: MemberId
    first: date
    last: date | None = None


@final
@attrs.frozen(kw_only=True)
class LeaveWithdrawn(Event):
    """They will be here after all."""


@final
@attrs.frozen(kw_only=True)
class WishGiven(Event):
    """Somebody would like, or would rather not, be on duty on some days."""

    member: MemberId


@final
@attrs.frozen(kw_only=True)
class WishWithdrawn(Event):
    """They wish it no more."""


class WishContradicts(Refused):
    """The same person wishes the opposite for the same time; the facts name the other wish."""

    code = "wish-contradicts"


# -- values -----------------------------------------------------------------------------------------------
@final
@attrs.frozen
class Window:
    """Hours of one weekday on which somebody can come; without hours the whole day."""

    weekday: Weekday
    starts: time | None = None
    ends: time | None = None

    def __attrs_post_init__(self) -> None:
        if (self.starts is None) != (self.ends is None) or (
            self.starts is not None and self.starts == self.ends
        ):
            raise BadInput("window-unreadable", what=f"{self.weekday.value} {self.starts}-{self.ends}")

    def holds(self, day: date, starts: time, ends: time) -> bool:
        """Whether duty from ``starts`` to ``ends`` of a day (the next, if it ends earlier) lies within."""
        if Weekday.of(day) is not self.weekday:
            return False
        if self.starts is None or self.ends is None:
            return True
        # Minutes since the midnight of that day; what ends at or before its start ends on the next day.
        mine, theirs = _minutes(self.starts, self.ends), _minutes(starts, ends)
        return mine[0] <= theirs[0] and theirs[1] <= mine[1]


def _minutes(starts: time, ends: time) -> tuple[int, int]:
    first, last = (one.hour * 60 + one.minute for one in (starts, ends))
    return first, last if last > first else last + 24 * 60


def windows_of(told: Iterable[Weekly], hours: Mapping[DayPart, tuple[time, time]]) -> tuple[Window, ...]:
    """What somebody said of their week as windows. ``hours`` is which hours each part of the day has.

    Who comes in the morning and in the afternoon may have a shift over noon: windows of a day that touch or
    overlap become one. BadInput ``day-part-unknown`` for a part that no rule pack knows.
    """
    whole: set[Weekday] = set()
    spans: dict[Weekday, list[tuple[int, int]]] = {}
    for one in told:
        weekday = tuple(Weekday)[one.weekday]
        if one.part is not None:
            if one.part not in hours:
                raise BadInput("day-part-unknown", part=one.part.value)
            spans.setdefault(weekday, []).append(_minutes(*hours[one.part]))
        elif one.starts is not None and one.ends is not None:
            spans.setdefault(weekday, []).append(_minutes(one.starts, one.ends))
        else:
            whole.add(weekday)
    found = []
    for weekday in Weekday:
        if weekday in whole:
            found.append(Window(weekday))
            continue
        found += [
            Window(weekday, _clock(first), _clock(last)) for first, last in _merged(spans.get(weekday, []))
        ]
    return tuple(found)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _each_once(_: Any, field: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if len(set(value)) != len(value):
        raise BadInput("listed-twice", field=field.name)


# -- records ----------------------------------------------------------------------------------------------
@guarded
@final
@attrs.frozen(kw_only=True)
class Availability:
    """When one member can come, from the first to the last day of ``span`` (open: until they say otherwise).

    ``stations`` are where they would stand (none named: anywhere); ``most_per_week`` and ``most_per_month``
    are their own maxima of duties. ``beside`` are people with one of whom they stand, or not at all (a couple
    that comes together); ``apart`` those with whom they must not (CASE: it may tell of a quarrel).
    """

    id: AvailabilityId
    member: MemberId
    span: Span
    windows: tuple[Window, ...] = attrs.field(default=(), validator=_each_once)
    stations: tuple[StationId, ...] = ()
    most_per_week: int | None = attrs.field(default=None, validator=at_least(0))
    most_per_month: int | None = attrs.field(default=None, validator=at_least(0))
    willing: tuple[Willing, ...] = attrs.field(default=(), validator=_each_once)
    beside: tuple[MemberId, ...] = ()
    apart: tuple[MemberId, ...] = attrs.field(default=(), metadata=CASE)
    status: ToldStatus = ToldStatus.GIVEN

    def __attrs_post_init__(self) -> None:
        if self.member in (*self.beside, *self.apart):
            raise BadInput("availability-with-oneself", member=self.member)
        if both := set(self.beside) & set(self.apart):
            raise BadInput("availability-both", member=self.member, other=min(both))

    @classmethod
    def give(cls, *, id: AvailabilityId, member: MemberId, span: Span, **fields: Any) -> Step[Self]:
        """Write down when somebody can come."""
        return Step(cls(id=id, member=member, span=span, **fields), (AvailabilityGiven(member=member),))

    def withdraw(self) -> Step[Self]:
        """It holds no more."""
        status = turn(TRANSITIONS, self.status, "withdraw", kind="availability", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (AvailabilityWithdrawn(),))

    def speaks_of(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.status is ToldStatus.GIVEN and self.span.covers(day)

    def free(self, day: date, starts: time, ends: time, station: StationId) -> bool:
        """Whether they can stand at a station for these hours of a day."""
        if self.stations and station not in self.stations:
            return False
        return any(window.holds(day, starts, ends) for window in self.windows)


@final
@attrs.frozen(kw_only=True)
class Leave:
    """Days on which a member is away. Why is nobody's business, and is not kept."""

    id: LeaveId
    member: MemberId
    span: Span
    status: ToldStatus = ToldStatus.GIVEN

    @classmethod
    def give(cls, *, id: LeaveId, member: MemberId, span: Span) -> Step[Self]:
        """Write down that somebody will be away."""
        event = LeaveGiven(member=member, first=span.first, last=span.last)
        return Step(cls(id=id, member=member, span=span), (event,))

    def withdraw(self) -> Step[Self]:
        """They will be here after all."""
        status = turn(TRANSITIONS, self.status, "withdraw", kind="leave", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (LeaveWithdrawn(),))

    def covers(self, day: date) -> bool:
        """Whether the member is away on a day."""
        return self.status is ToldStatus.GIVEN and self.span.covers(day)


@final
@attrs.frozen(kw_only=True)
class Wish:
    """A wish for duty (``wanted``) or against it on the days of ``span``, on these weekdays (none: all).

    ``weight`` is 1 (rather), 2 (much), 3 (very much).
    """

    id: WishId
    member: MemberId
    span: Span
    wanted: bool
    weekdays: tuple[Weekday, ...] = attrs.field(default=(), validator=_each_once)
    weight: int = attrs.field(default=1, validator=[at_least(1), attrs.validators.le(3)])
    status: ToldStatus = ToldStatus.GIVEN

    @classmethod
    def give(
        cls,
        *,
        id: WishId,
        member: MemberId,
        span: Span,
        wanted: bool,
        weekdays: tuple[Weekday, ...] = (),
        weight: int = 1,
        others: Iterable[Wish] = (),
    ) -> Step[Self]:
        """Write a wish down. ``others`` are the wishes of the same person; the opposite one is refused."""
        wish = cls(id=id, member=member, span=span, wanted=wanted, weekdays=weekdays, weight=weight)
        for other in others:
            if wish.contradicts(other):
                raise WishContradicts(member=member, other=other.id, first=span.first.isoformat())
        return Step(wish, (WishGiven(member=member),))

    def withdraw(self) -> Step[Self]:
        """They wish it no more."""
        status = turn(TRANSITIONS, self.status, "withdraw", kind="wish", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (WishWithdrawn(),))

    def speaks_of(self, day: date) -> bool:
        """Whether it is about this day."""
        of_week = not self.weekdays or Weekday.of(day) in self.weekdays
        return self.status is ToldStatus.GIVEN and self.span.covers(day) and of_week

    def contradicts(self, other: Wish) -> bool:
        """Whether both speak of a common day, one for and one against."""
        if other.status is not ToldStatus.GIVEN or (other.member, other.wanted) != (
            self.member,
            not self.wanted,
        ):
            return False
        return self.span.overlaps(other.span) and _common_weekday(self, other)


def _common_weekday(one: Wish, other: Wish) -> bool:
    mine, theirs = (set(wish.weekdays or Weekday) for wish in (one, other))
    first = max(one.span.first, other.span.first)
    lasts = [wish.span.last for wish in (one, other) if wish.span.last is not None]
    # Within a week every weekday comes once; of a shorter time only its own days count.
    days = 7 if not lasts else min(7, (min(lasts) - first).days + 1)
    within = {Weekday.of(date.fromordinal(first.toordinal() + n)) for n in range(days)}
    return bool(mine & theirs & within)


def free_for(given: Iterable[Availability], day: date, starts: time, ends: time, station: StationId) -> bool:
    """Whether somebody who told us this can come; of several words for a day the last one (by id) counts.

    Nobody asked them: they are taken to be free.
    """
    last = standing(given, day)
    return last is None or last.free(day, starts, ends, station)


def standing(given: Iterable[Availability], day: date) -> Availability | None:
    """The availability that holds on a day: the last one that speaks of it; None if none does."""
    spoken = [one for one in given if one.speaks_of(day)]
    return max(spoken, key=lambda one: one.id) if spoken else None
