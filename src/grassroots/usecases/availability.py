"""Availability at a desk: when members can come, when they are away, what they would like."""

from __future__ import annotations

from datetime import date, time
from typing import Any, TypeVar, final

from grassroots.contracts.storage import Between, Condition, Is
from grassroots.domain.availability import (
    Availability,
    Leave,
    ToldStatus,
    Wish,
    standing,
    windows_of,
)
from grassroots.domain.member import Member
from grassroots.domain.pack import Packs
from grassroots.domain.recurrence import Weekday
from grassroots.domain.station import Station
from grassroots.errors import BadInput
from grassroots.usecases.availability_slips import MOST_BLANK, Slips, slips
from grassroots.values.dates import Period, Span
from grassroots.values.ids import AvailabilityId, LeaveId, MemberId, StationId, WishId
from grassroots.values.messy import Cell, DayPart, read_away, read_weekly
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_GIVEN = Is("status", ToldStatus.GIVEN.value)


@final
class Availabilities(Room):
    """The room ``desk.availability``."""

    @act
    def give(
        self,
        work: Work,
        /,
        member: MemberId,
        *,
        first: date | None = None,
        last: date | None = None,
        **fields: Any,
    ) -> Availability:
        """Write down when somebody can come, from a day (today) on; ``fields`` are those of the record.

        What they told before still holds for the days of which this word does not speak; of two words for a
        day the later one counts.
        """
        return give_availability(work, member, Span(first or work.today, last), **fields)

    @act
    def give_in_words(
        self,
        work: Work,
        /,
        member: MemberId,
        words: str,
        *,
        first: date | None = None,
        last: date | None = None,
        **fields: Any,
    ) -> Availability:
        """The same as somebody said it: "每周三上午、周六 8:30-11:30", "Mon-Fri morning", "随时", "不能来".

        Which hours a part of the day has, the pack table ``day_part`` says. BadInput with the problem of the
        words (see :func:`grassroots.values.messy.read_weekly`), ``weekly-missing`` for none.
        """
        told = _read(read_weekly(words), "weekly-missing")
        windows = windows_of(told, hours_of(work.office.packs, work.today))
        return give_availability(work, member, Span(first or work.today, last), windows=windows, **fields)

    @act
    def withdraw(self, work: Work, id: AvailabilityId) -> Availability:
        """It holds no more."""
        return work.keep(work.load(Availability, id).withdraw())

    @act
    def give_leave(self, work: Work, member: MemberId, first: date, last: date | None = None) -> Leave:
        """Somebody is away from a day to a day (both included; None: until they are back)."""
        return give_leave(work, member, Span(first, last))

    @act
    def give_leaves_in_words(
        self, work: Work, member: MemberId, words: str, *, written: date | None = None
    ) -> list[Leave]:
        """The same as somebody said it: "7月3日至10日、下周一". ``written``: on which day they did (today).

        BadInput with the problem that the words have (see :func:`grassroots.values.messy.read_away`),
        ``away-missing`` for none.
        """
        spans = _read(read_away(words, written or work.today), "away-missing")
        return [give_leave(work, member, span) for span in spans]

    @act
    def withdraw_leave(self, work: Work, id: LeaveId) -> Leave:
        """They will be here after all."""
        return work.keep(work.load(Leave, id).withdraw())

    @act
    def wish(
        self,
        work: Work,
        member: MemberId,
        *,
        wanted: bool,
        first: date,
        last: date | None = None,
        weekdays: tuple[Weekday, ...] = (),
        weight: int = 1,
    ) -> Wish:
        """Somebody would like (``wanted``), or would rather not, be on duty on some days.

        The opposite of a wish that stands is refused and names it: withdraw that one first.
        """
        work.load(Member, member)
        mine = work.find(Wish, Is("member", member), _GIVEN)
        span = Span(first, last)
        for other in mine:
            if (other.span, other.wanted, other.weekdays, other.weight) == (span, wanted, weekdays, weight):
                return other
        step = Wish.give(
            id=WishId(work.new_id()),
            member=member,
            span=span,
            wanted=wanted,
            weekdays=weekdays,
            weight=weight,
            others=mine,
        )
        return work.keep(step)

    @act
    def withdraw_wish(self, work: Work, id: WishId) -> Wish:
        """They wish it no more."""
        return work.keep(work.load(Wish, id).withdraw())

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def of_member(self, reading: Reading, member: MemberId) -> list[Availability]:
        """What somebody told of when they can come, withdrawn words too, in order of entry."""
        return reading.list(Availability, Is("member", member))

    @look
    def on(self, reading: Reading, member: MemberId, day: date) -> Availability | None:
        """The word that holds on a day; None if nobody asked them."""
        return standing(reading.list(Availability, Is("member", member), _GIVEN), day)

    @look
    def leaves(self, reading: Reading, period: Period, *, member: MemberId | None = None) -> list[Leave]:
        """Who is away on some day of a period, by first day."""
        found = reading.list(Leave, _GIVEN, *_touching(period), *_of(member))
        return sorted(found, key=lambda leave: (leave.span.first, leave.id))

    @look
    def leaves_of(self, reading: Reading, member: MemberId) -> list[Leave]:
        """All days of one member's leave that stand, by first day."""
        found = reading.list(Leave, Is("member", member), _GIVEN)
        return sorted(found, key=lambda leave: (leave.span.first, leave.id))

    @look
    def slips(self, reading: Reading, *, station: StationId | None = None, blank: int = 0) -> Slips:
        """Pages on which volunteers tick when they can come: one for each of a station, and blank ones.

        BadInput ``slips-count`` for less than none, or more blank ones than 200.
        """
        if not 0 <= blank <= MOST_BLANK:
            raise BadInput("slips-count", what=blank, most=MOST_BLANK)
        return slips(reading, hours_of(reading.office.packs, reading.today), station=station, blank=blank)

    @look
    def wishes(self, reading: Reading, period: Period, *, member: MemberId | None = None) -> list[Wish]:
        """The wishes about some day of a period, in order of entry."""
        return reading.list(Wish, _GIVEN, *_touching(period), *_of(member))


T = TypeVar("T")


def _read(cell: Cell[T], missing: str) -> T:
    """What was read, or the problem as a refusal."""
    if cell.problem is not None:
        raise BadInput(cell.problem.code, **cell.problem.facts)
    if cell.value is None:
        raise BadInput(missing)
    return cell.value


def hours_of(packs: Packs, on: date) -> dict[DayPart, tuple[time, time]]:
    """Which hours each part of the day has, from the pack table ``day_part``."""
    found = {}
    for code, answer in packs.table("day_part", on).items():
        if code in set(DayPart):
            first, last = (int(answer.value[f"{edge}_minutes"]) for edge in ("from", "until"))
            found[DayPart(code)] = (
                time(first // 60 % 24, first % 60),
                time(last // 60 % 24, last % 60),
            )
    return found


def give_availability(
    work: Work, member: MemberId, span: Span, *, id: AvailabilityId | None = None, **fields: Any
) -> Availability:
    """Write an availability down, inside an act; the same word again is the one that stands."""
    work.load(Member, member)
    for station in fields.get("stations", ()):
        work.load(Station, station)
    for other in (*fields.get("beside", ()), *fields.get("apart", ())):
        work.load(Member, other)
    step = Availability.give(id=id or AvailabilityId(work.new_id()), member=member, span=span, **fields)
    for known in work.find(Availability, Is("member", member), _GIVEN):
        if _same(known, step.after):
            return known
    return work.keep(step)


def give_leave(work: Work, member: MemberId, span: Span, *, id: LeaveId | None = None) -> Leave:
    """Write a leave down, inside an act; the same days again are the leave that stands."""
    work.load(Member, member)
    for known in work.find(Leave, Is("member", member), _GIVEN):
        if known.span == span:
            return known
    return work.keep(Leave.give(id=id or LeaveId(work.new_id()), member=member, span=span))


def _same(one: Availability, other: Availability) -> bool:
    names = ("span", "windows", "stations", "most_per_week", "most_per_month", "willing", "beside", "apart")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _touching(period: Period) -> tuple[Condition, ...]:
    return Between("first", None, period.last.isoformat() + "~"), Between("last", period.first.isoformat())


def _of(member: MemberId | None) -> tuple[Condition, ...]:
    return () if member is None else (Is("member", member),)
