"""Whom to ask for a place: who fits and is free, least recently asked, least loaded, nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import final

import attrs

from grassroots.domain.duty import Duty, DutyStatus, Shift
from grassroots.domain.rota.limits import CAPS, Obstacle, ObstacleCode
from grassroots.domain.rota.load import Caps
from grassroots.values.ids import MemberId

GIVEN_UP = frozenset({DutyStatus.EXCUSED, DutyStatus.DECLINED, DutyStatus.HANDED_ON})
"""The states of a duty whose holder told us that they do not come to this very shift."""


@final
@attrs.frozen(kw_only=True)
class Helper:
    """One person who might take a place.

    ``obstacles`` empty: fits and is free. ``on_call`` is on the list of the shift, ``asked_at`` when they
    were last asked about any shift, ``load`` how many duties they have in the season, ``far`` how far away
    they belong: 0 the same station, 1 one directly above, below or beside it, 2 elsewhere or nowhere.
    """

    member: MemberId
    obstacles: tuple[Obstacle, ...] = ()
    on_call: bool = False
    asked_at: datetime | None = None
    load: int = 0
    far: int = 2


def ranked(helpers: Iterable[Helper]) -> list[Helper]:
    """Those who fit, the first to ask first; then those who do not, with what stands against them."""
    return sorted(
        helpers,
        key=lambda one: (
            bool(one.obstacles),
            len(one.obstacles),
            not one.on_call,
            one.asked_at is not None,
            one.asked_at.timestamp() if one.asked_at is not None else 0.0,
            one.load,
            one.far,
            one.member,
        ),
    )


def among_others(
    shift: Shift, mine: Sequence[tuple[Duty, Shift]], caps: Caps, zone: tzinfo
) -> tuple[Obstacle, ...]:
    """What the other duties of one member have against this shift: the same time, rest, day, week, month.

    ``mine`` are their binding duties of the month and week around, in any order.
    """
    found: set[Obstacle] = set()
    begins, ends = shift.window(zone)
    others = [(duty, other) for duty, other in mine if duty.binding and other.id != shift.id]
    for _, other in others:
        first, last = other.window(zone)
        if begins < last and first < ends:
            found.add(Obstacle(ObstacleCode.BUSY, other.id))
        elif (begins - last if last <= begins else first - ends) < caps.rest:
            found.add(Obstacle(ObstacleCode.REST))
    days = [other.day for _, other in others]
    week = shift.day - timedelta(days=shift.day.weekday())
    for cap, code, count in (
        (caps.per_day, ObstacleCode.MOST_PER_DAY, days.count(shift.day)),
        (caps.per_week, ObstacleCode.MOST_PER_WEEK, sum(0 <= (day - week).days < 7 for day in days)),
        (
            caps.per_month,
            ObstacleCode.MOST_PER_MONTH,
            sum((day.year, day.month) == (shift.day.year, shift.day.month) for day in days),
        ),
    ):
        if cap is not None and count >= cap:
            found.add(Obstacle(code))
    return tuple(sorted(found))


def without_caps(obstacles: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """The obstacles that hold even for an empty place shortly before: those that protect somebody."""
    return tuple(one for one in obstacles if one.code not in CAPS)
