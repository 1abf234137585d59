"""What stands against one person in one shift: the limits of the rule packs, the body, leave, other duty.

An *obstacle* is a short code and names no illness: that the work does not fit (``unfit``) is all that anybody
is told. Limits by age ask a question and decide nothing ("from 70 on, ask before night duty"): they stand in
the way of a planner until the person said that they are willing, and of no person who assigns a duty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.availability import Availability, Leave, free_for, standing
from grassroots.domain.duty import Shift
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.errors import BadInput

DAY = 24 * 60


class When(StrEnum):
    """To which shifts a limit speaks."""

    ANY = "any"
    NIGHT = "night"  # some of it lies in the hours of the rule
    OUTDOOR = "outdoor"
    HEAT = "heat"  # outdoor, in the season and the hours of the rule


class ObstacleCode(StrEnum):
    """Why somebody cannot, or should not, stand in a shift."""

    AWAY = "away"  # paused, left, or only applied
    ON_LEAVE = "on-leave"  # told us that they are away
    NOT_FREE = "not-free"  # not among the hours that they told us
    BUSY = "busy"  # another duty at that time
    UNFIT = "unfit"  # the work does not fit the body (志愿服务条例 art. 15)
    ASK_FIRST = "ask-first"  # an age from which one asks, and nobody has
    NOT_APPOINTED = "not-appointed"  # does not hold the role of the shift
    NOT_SCREENED = "not-screened"  # children are there, and no screening is in date
    SAID_NO = "said-no"  # gave this very shift up, or declined when asked
    APART = "apart"  # somebody is there with whom they must not stand
    MOST_PER_DAY = "most-per-day"
    MOST_PER_WEEK = "most-per-week"
    MOST_PER_MONTH = "most-per-month"
    REST = "rest"  # too short after, or before, another duty


CAPS = frozenset(
    {ObstacleCode.MOST_PER_DAY, ObstacleCode.MOST_PER_WEEK, ObstacleCode.MOST_PER_MONTH, ObstacleCode.REST}
)
"""What shares duty out and protects nobody from harm: lifted for a place that is empty shortly before."""


@final
@attrs.frozen(order=True)
class Obstacle:
    """One obstacle; ``name`` is the rule behind it ("night"), where there is one."""

    code: ObstacleCode
    name: str = ""


@final
@attrs.frozen(kw_only=True)
class WorkLimit:
    """One rule of the pack table ``duty_limit``. Minutes run from midnight; ``season`` is month and day."""

    code: str
    when: When
    ask_from_years: int | None = None
    hinders: tuple[Limit, ...] = ()
    hours: tuple[int, int] | None = None
    season: tuple[str, str] | None = None

    @classmethod
    def from_rules(cls, code: str, rules: Mapping[str, Any]) -> Self:
        """Read a rule; BadInput ``duty-limit-unreadable`` for hours or a season with one end only."""
        hours = _both(code, rules.get("from_minutes"), rules.get("until_minutes"))
        season = _both(code, rules.get("first_day"), rules.get("last_day"))
        return cls(
            code=code,
            when=When(rules["when"]),
            ask_from_years=rules.get("ask_from_age_years"),
            hinders=tuple(Limit(one) for one in rules.get("hinders", ())),
            hours=hours,
            season=season,
        )

    def applies(self, shift: Shift) -> bool:
        """Whether the shift is of the kind that the rule speaks of."""
        if self.when in (When.OUTDOOR, When.HEAT) and not shift.outdoor:
            return False
        if self.season is not None and not _in_season(shift.day, *self.season):
            return False
        return self.hours is None or _meets(shift.starts, shift.ends, *self.hours)


def _both(code: str, first: Any, last: Any) -> tuple[Any, Any] | None:
    if (first is None) != (last is None):
        raise BadInput("duty-limit-unreadable", rule=code)
    return None if first is None else (first, last)


def _in_season(day: date, first: str, last: str) -> bool:
    now = f"{day:%m-%d}"
    return first <= now <= last if first <= last else now >= first or now <= last


def _meets(starts: time, ends: time, first: int, until: int) -> bool:
    begin, end = (one.hour * 60 + one.minute for one in (starts, ends))
    end = end if end > begin else end + DAY
    until = until if until > first else until + DAY
    # The hours of the rule come every day: of the day before, of the day, of the day after.
    return any(begin < until + shift and first + shift < end for shift in (-DAY, 0, DAY))


def obstacles(
    shift: Shift,
    member: Member,
    *,
    limits: Iterable[WorkLimit] = (),
    demands: tuple[Limit, ...] = (),
    given: Iterable[Availability] = (),
    leaves: Iterable[Leave] = (),
    appointed: bool = True,
    screened: bool = True,
) -> tuple[Obstacle, ...]:
    """What stands against this person in this shift by themselves (other duties and caps are added later).

    ``demands`` are those of the shift's role, ``appointed`` whether they hold it; ``screened`` matters where
    children are. A birth date that leaves the age open counts as the higher age: asking does no harm.
    """
    words = tuple(given)
    found: set[Obstacle] = set()
    if member.status is not MemberStatus.ACTIVE:
        found.add(Obstacle(ObstacleCode.AWAY, member.status.value))
    if any(leave.covers(shift.day) for leave in leaves):
        found.add(Obstacle(ObstacleCode.ON_LEAVE))
    if not free_for(words, shift.day, shift.starts, shift.ends, shift.station):
        found.add(Obstacle(ObstacleCode.NOT_FREE))
    if not appointed:
        found.add(Obstacle(ObstacleCode.NOT_APPOINTED))
    if shift.minors and not screened:
        found.add(Obstacle(ObstacleCode.NOT_SCREENED))
    if member.hindered(demands):
        found.add(Obstacle(ObstacleCode.UNFIT))
    spoken = standing(words, shift.day)
    willing = set() if spoken is None else {one.value for one in spoken.willing}
    ages = None if member.born is None else member.ages(shift.day)
    for limit in limits:
        if not limit.applies(shift):
            continue
        if member.hindered(limit.hinders):
            found.add(Obstacle(ObstacleCode.UNFIT))
        old = limit.ask_from_years is not None and ages is not None and ages.high >= limit.ask_from_years
        if old and limit.code not in willing:
            found.add(Obstacle(ObstacleCode.ASK_FIRST, limit.code))
    return tuple(sorted(found))
