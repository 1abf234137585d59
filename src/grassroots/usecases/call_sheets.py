"""The telephone list and the sheet for the board, as data for whoever prints them.

A list names people as far as its viewer may see them; a sheet for the board names nobody whom the notice
itself does not name, since everybody reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import final

import attrs

from grassroots.domain.call import Call, CallMedium
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.fields import CASE, CONTACT, IDENTITY, guarded
from grassroots.domain.member import Member
from grassroots.domain.station import Station
from grassroots.values.ids import StationId
from grassroots.workspace.reading import Reading


@guarded
@final
@attrs.frozen(kw_only=True)
class CallLine:
    """One line: whom, under which number, what to say, and what was tried so far."""

    id: str
    name: str = attrs.field(default="", metadata=IDENTITY)
    address: str = attrs.field(default="", metadata=CONTACT)
    title: str = attrs.field(default="", metadata=CASE)
    text: str = attrs.field(metadata=CASE)
    urgent: bool = False
    tries: int = 0
    by: str = attrs.field(default="", metadata=IDENTITY)
    because: str = ""
    until: datetime | None = None


@final
@attrs.frozen(kw_only=True)
class CallSheet:
    """One list of calls to print. ``made_at`` and ``until`` are on the wall of the network."""

    medium: CallMedium
    network: str
    station_zh: str
    station_en: str
    made_at: datetime
    lines: tuple[CallLine, ...]


def _together(calls: Iterable[Call]) -> list[Call]:
    """The calls in their order, all for one person where the first of them stands: one rings up once."""
    by_person: dict[str, list[Call]] = {}
    for call in calls:
        by_person.setdefault(call.member or call.id, []).append(call)
    return [call for group in by_person.values() for call in group]


def call_sheet(
    reading: Reading, calls: Iterable[Call], medium: CallMedium, station: StationId | None
) -> CallSheet:
    """The list of these calls, as this viewer may see it."""
    listed = _together(calls)
    wanted = {id_ for call in listed for id_ in (call.member, call.by) if id_ is not None}
    people = reading.get_all(Member, sorted(wanted)) if medium is CallMedium.PHONE else {}
    place = reading.peek(Station, station) if station is not None else None
    charter = reading.peek(Charter, CHARTER_ID)
    zone = reading.office.zone

    def name(id_: str | None) -> str:
        person = people.get(id_) if id_ is not None else None
        return person.name if person is not None else ""

    def number(call: Call) -> str:
        person = people.get(call.member) if call.member is not None else None
        return call.address or (person.phone if person is not None and person.phone else "")

    return CallSheet(
        medium=medium,
        network=(charter.name or "") if charter is not None else "",
        station_zh=place.name if place is not None else "",
        station_en=(place.name_en or place.name) if place is not None else "",
        made_at=reading.now.astimezone(zone),
        lines=tuple(
            CallLine(
                id=call.id,
                name=name(call.member),
                address=number(call),
                title=call.title,
                text=call.text,
                urgent=call.urgent,
                tries=call.tries,
                by=name(call.by),
                because=call.because,
                until=None if call.expires is None else call.expires.astimezone(zone),
            )
            for call in listed
        ),
    )
