"""Stations at a desk: founding, opening, moving, closing; the tree, held against its template."""

from __future__ import annotations

from datetime import date
from typing import Any, final

from grassroots.contracts.storage import Condition, Includes, Is
from grassroots.domain.history import History
from grassroots.domain.station import Station, StationKind, StationParentClosed, StationStatus, subtree
from grassroots.domain.template import Deviation
from grassroots.usecases.conformity import deviations
from grassroots.values.ids import OrganizationId, StationId
from grassroots.values.names import name_key
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Stations(Room):
    """The room ``desk.stations``."""

    @act
    def found(
        self,
        work: Work,
        /,
        *,
        kind: StationKind,
        name: str,
        parent: StationId | None = None,
        **fields: Any,
    ) -> Station:
        """Write a place down; ``fields`` are those of :class:`Station`."""
        made = Station.found(id=StationId(work.new_id()), kind=kind, name=name, parent=parent, **fields)
        if parent is not None and work.load(Station, parent).status is StationStatus.CLOSED:
            raise StationParentClosed(id=made.after.id, parent=parent)
        return work.keep(made)

    @act
    def correct(self, work: Work, /, id: StationId, *, reason: str | None = None, **fields: Any) -> Station:
        """Set fields right; the former values stay in the history (see :meth:`history`)."""
        return work.keep(work.load(Station, id).correct(reason, **fields))

    @act
    def open(self, work: Work, id: StationId, *, on: date | None = None) -> Station:
        """Open a planned station."""
        return work.keep(work.load(Station, id).open(on or work.today))

    @act
    def suspend(
        self, work: Work, id: StationId, *, on: date | None = None, reason: str | None = None
    ) -> Station:
        """Close it for a while; ``reason`` is a short code."""
        return work.keep(work.load(Station, id).suspend(on or work.today, reason))

    @act
    def resume(self, work: Work, id: StationId, *, on: date | None = None) -> Station:
        """Open again after a suspension."""
        return work.keep(work.load(Station, id).resume(on or work.today))

    @act
    def close(
        self,
        work: Work,
        id: StationId,
        *,
        on: date | None = None,
        reason: str | None = None,
        into: StationId | None = None,
    ) -> Station:
        """Give it up (``on`` is its last day), or join it to another."""
        if into is not None:
            work.load(Station, into)
        below = work.find(Station, Is("parent", id))
        return work.keep(work.load(Station, id).close(on or work.today, reason, into=into, below=below))

    @act
    def move(self, work: Work, id: StationId, *, parent: StationId | None) -> Station:
        """Put it under another station, or at the top (None)."""
        wanted = None if parent is None else work.load(Station, parent)
        return work.keep(work.load(Station, id).move(wanted, _above(work, wanted)))

    @look
    def get(self, reading: Reading, id: StationId) -> Station:
        """The station with this id."""
        return reading.get(Station, id)

    @look
    def named(self, reading: Reading, name: str) -> list[Station]:
        """The stations known by exactly this name, in whatever language (width, case and blanks aside)."""
        return reading.list(Station, Includes("names", name_key(name)))

    @look
    def all(
        self,
        reading: Reading,
        *,
        kind: StationKind | None = None,
        status: StationStatus | None = None,
        community: OrganizationId | None = None,
    ) -> list[Station]:
        """The stations of a kind, status and community (None: all), in order of entry."""
        where: list[Condition] = [] if kind is None else [Is("kind", kind.value)]
        if status is not None:
            where.append(Is("status", status.value))
        if community is not None:
            where.append(Is("community", community))
        return reading.list(Station, *where)

    @look
    def below(self, reading: Reading, id: StationId) -> list[Station]:
        """A station and everything under it, nearest first."""
        known = {station.id: station for station in reading.walk(Station)}
        reading.get(Station, id)
        return [known[below] for below in subtree(id, known.values()) if below in known]

    @look
    def history(self, reading: Reading, id: StationId) -> list[History]:
        """The former values of this station's record, oldest first."""
        return reading.list(History, Is("about", f"station/{id}"))

    @look
    def conforms(self, reading: Reading, *, on: date | None = None) -> list[Deviation]:
        """How the network differs on a day (today) from the template of its rule packs; empty: not at all."""
        return deviations(reading, on or reading.today)


def _above(work: Work, station: Station | None) -> dict[StationId, Station]:
    """A station and those above it: what a move has to be held against, and rests on."""
    found: dict[StationId, Station] = {}
    while station is not None and station.id not in found:
        found[station.id] = station
        station = None if station.parent is None else work.peek(Station, station.parent)
    return found
