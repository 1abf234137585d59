"""A district's month in stored records, as an app would have it: seven stations, planned at the desk.

Most told on which weekdays and hours they can come, some at which stations, some are away; several hundred
duties of the month before are carried over; wishes speak of weekdays. The people are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from random import Random

import attrs

import grassroots
from grassroots.desk import Desk
from grassroots.domain.availability import Willing, Window
from grassroots.domain.recurrence import Weekday
from grassroots.domain.station import StationKind
from grassroots.network import Network
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, StationId

MONTH = Period.month(2026, 3)
HOURS = (("morning", 8, 11), ("afternoon", 14, 17), ("evening", 19, 22))
_GIVEN, _FAMILY = "兰山川禾露宁安和平远", "林贺方周石何叶丁白江"


@attrs.frozen
class District:
    """The stations and the people of a made-up district."""

    stations: tuple[StationId, ...]
    people: tuple[MemberId, ...]


def opened() -> AbstractContextManager[Network]:
    """A network in memory, some days before the month."""
    return grassroots.open(
        "memory://",
        network="district",
        zone="Asia/Shanghai",
        clock=lambda: datetime(2026, 2, 20, 1, tzinfo=UTC),
    )


def settle(
    desk: Desk,
    *,
    people: int = 200,
    stations: int = 7,
    each: int = 2,
    kinds: int = 3,
    seed: int = 1,
    month: Period = MONTH,
) -> District:
    """Found the stations, post the month's shifts, register the people and write down what they told."""
    chance = Random(seed)
    hub = desk.stations.found(kind=StationKind.HUB, name="青禾中心")
    places = tuple(
        desk.stations.found(kind=StationKind.POST, name=f"{number + 1}号驿站", parent=hub.id).id
        for number in range(stations)
    )
    for place in places:
        for _, starts, ends in HOURS[:kinds]:
            desk.duties.post_days(
                station=place, days=month.days(), starts=time(starts), ends=time(ends), minimum=each
            )
    crowd = tuple(_person(desk, number, places, chance, month) for number in range(people))
    _before(desk, places, crowd, chance, month)
    return District(places, crowd)


def _person(desk: Desk, number: int, places: Sequence[StationId], chance: Random, month: Period) -> MemberId:
    name = f"{_FAMILY[number % 10]}{_GIVEN[number // 10 % 10]}{_GIVEN[number // 100 % 10]}"
    born = str(month.first.year - chance.randint(19, 79))
    member = desk.members.register(name=name, born=born, categories=("volunteer",)).id
    if chance.random() < 0.1:
        return member  # nobody asked them
    windows = tuple(
        Window(day) if chance.random() < 0.7 else Window(day, time(7), time(18))
        for day in Weekday
        if chance.random() < 0.6
    ) or (Window(Weekday.SATURDAY),)
    desk.availability.give(
        member,
        first=month.first,
        windows=windows,
        stations=tuple(chance.sample(places, min(len(places), chance.randint(1, 3))))
        if chance.random() < 0.6
        else (),
        willing=(Willing.NIGHT,) if chance.random() < 0.5 else (),
        most_per_month=chance.choice((None, None, 8)),
    )
    if chance.random() < 0.3:
        first = month.first + timedelta(days=chance.randrange(25))
        desk.availability.give_leave(member, first, first + timedelta(days=chance.randint(2, 9)))
    if chance.random() < 0.5:
        desk.availability.wish(
            member,
            wanted=chance.random() < 0.5,
            first=month.first,
            last=month.last,
            weekdays=(chance.choice(tuple(Weekday)),),
            weight=chance.randint(1, 3),
        )
    return member


def _before(
    desk: Desk, places: Sequence[StationId], crowd: Sequence[MemberId], chance: Random, month: Period
) -> None:
    """What people did in the weeks before, so that counts are carried over; one in four is new."""
    old = [member for number, member in enumerate(crowd) if number % 4]
    each = max(1, len(old) // (3 * len(places)))
    for back in range(15, 29):
        day = month.first - timedelta(days=back)
        today = iter(chance.sample(old, min(len(old), each * len(places))))
        for place in places:
            shift = desk.duties.post(station=place, day=day, starts=time(8), ends=time(11), minimum=each)
            for member in islice(today, each):
                desk.duties.assign(shift.id, member)
