"""The slip on which one volunteer ticks when they can come, as data for whoever prints it.

A table with a line for each person is for the office; somebody of seventy gets a page of their own, with
boxes to tick and lines to write on. What comes back is typed into the form ``availability-week`` (it has the
same grid) or ``availability``, or at a desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import final

import attrs

from grassroots.contracts.storage import Condition, Is
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.fields import CONTACT, IDENTITY, guarded
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.station import Station
from grassroots.usecases.crew import VOLUNTEERS
from grassroots.values.ids import StationId
from grassroots.values.messy import DayPart
from grassroots.workspace.reading import Reading

MOST_BLANK = 200
"""So many blank slips are made at once; more is a job for the copier."""


@guarded
@final
@attrs.frozen(kw_only=True)
class Slip:
    """One page, for one person; without a name it is filled in by whoever takes it."""

    name: str = attrs.field(default="", metadata=IDENTITY)
    phone: str = attrs.field(default="", metadata=CONTACT)


@final
@attrs.frozen(kw_only=True)
class Slips:
    """Pages to print. ``hours`` is which hours each part of the day has; ``made_on`` the day of printing."""

    network_zh: str
    network_en: str
    station_zh: str
    station_en: str
    made_on: date
    hours: Mapping[DayPart, tuple[time, time]]
    slips: tuple[Slip, ...]


def slips(
    reading: Reading,
    hours: Mapping[DayPart, tuple[time, time]],
    *,
    station: StationId | None,
    blank: int,
) -> Slips:
    """A page for each active volunteer of a station (none: nobody by name), and so many blank ones."""
    place = None if station is None else reading.get(Station, station)
    charter = reading.peek(Charter, CHARTER_ID)
    named: list[Slip] = []
    if station is not None:
        where: tuple[Condition, ...] = (Is("station", station), Is("status", MemberStatus.ACTIVE.value))
        people = [
            one for one in reading.walk(Member, *where) if not VOLUNTEERS.isdisjoint(one.categories or ())
        ]
        named = [Slip(name=one.name or "", phone=one.phone or "") for one in people]
    return Slips(
        network_zh="" if charter is None else charter.name or "",
        network_en="" if charter is None else charter.name_en or charter.name or "",
        station_zh="" if place is None else place.name,
        station_en="" if place is None else place.name_en or place.name,
        made_on=reading.today,
        hours=hours,
        slips=(*named, *(Slip() for _ in range(blank))),
    )
