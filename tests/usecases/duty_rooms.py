"""A hub with a post and a few people, for the rooms of duty."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from grassroots.desk import Desk
from grassroots.domain.duty import Shift
from grassroots.domain.station import StationKind
from grassroots.values.ids import MemberId, StationId

FRIDAY = date(2021, 7, 2)
MONDAY = date(2021, 7, 5)


def found_post(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name="A社区驿站", parent=hub.id).id


def volunteer(desk: Desk, name: str, **fields: Any) -> MemberId:
    return desk.members.register(name=name, categories=("volunteer",), **fields).id


def post(
    desk: Desk, station: StationId, day: date = MONDAY, starts: int = 9, ends: int = 11, **fields: Any
) -> Shift:
    asked = {"minimum": 1, **fields}
    return desk.duties.post(station=station, day=day, starts=time(starts), ends=time(ends), **asked)
