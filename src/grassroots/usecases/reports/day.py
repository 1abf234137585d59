"""What a report tells of one day: the tree, what is vacant, overdue, unanswered, and unlike the template."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import final

from grassroots.contracts.storage import Between, Condition, Is
from grassroots.domain.appointment import Appointment
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.concern import Concern, ConcernStatus
from grassroots.domain.intake import RowStatus
from grassroots.domain.pairing import Pairing
from grassroots.domain.role import Role
from grassroots.domain.station import Station, StationKind, StationStatus, subtree
from grassroots.usecases.appointments import Appointments
from grassroots.usecases.pairings import Pairings
from grassroots.usecases.reports.model import (
    DeviationLine,
    GapLine,
    HeldBack,
    OverdueContact,
    PackLine,
    StationNode,
    UnansweredConcern,
    Words,
)
from grassroots.usecases.stations import Stations
from grassroots.values.dates import Period
from grassroots.values.ids import StationId
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading

_KINDS = tuple(StationKind)
_CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


@final
class TheDay:
    """Reads what holds on one day: the last of the period, or today if that is earlier."""

    def __init__(self, reading: Reading, seat: Seat, period: Period, place: StationId | None) -> None:
        self._reading = reading
        self._seat = seat
        self._period = period
        self._place = place
        self.on = min(period.last, reading.today)
        found = sorted(reading.walk(Station), key=lambda station: (_KINDS.index(station.kind), station.id))
        self._stations = {station.id: station for station in found}
        if place is not None:
            reading.get(Station, place)
        below = None if place is None else subtree(place, self._stations.values())
        self._here = None if below is None else frozenset(below)

    @property
    def standing(self) -> tuple[str, ...]:
        """The stations asked about that stand on the day: the hub first, the posts last."""
        return tuple(s.id for s in self._stations.values() if s.stands_on(self.on) and self._asked(s.id))

    def network(self) -> Words:
        """What the network is called."""
        charter = self._reading.get(Charter, CHARTER_ID)
        return Words.given(charter.name, charter.name_en, self._reading.office.network)

    def packs(self) -> tuple[PackLine, ...]:
        """The rule packs in force."""
        active = [pack for pack in self._reading.office.packs.active if pack.in_force(self.on)]
        return tuple(PackLine(p.name, p.version, Words.given(p.title_zh, p.title_en, p.name)) for p in active)

    def nodes(self) -> tuple[StationNode, ...]:
        """The tree, the hub first; a closed place stays in the report of the year it closed in."""
        held: dict[str, list[Appointment]] = defaultdict(list)
        next_day = (self.on + timedelta(days=1)).isoformat()
        on_day = (Between("first", None, next_day), Between("last", self.on.isoformat()))
        for appointment in self._reading.walk(Appointment, *on_day):
            if appointment.station is not None:
                held[appointment.station].append(appointment)
        return tuple(
            StationNode(
                id=station.id,
                kind=station.kind.value,
                status=self._status(station).value,
                parent=station.parent,
                theme=self._theme(station),
                people=len({one.member for one in held[station.id]}),
                appointments=len(held[station.id]),
            )
            for station in self._stations.values()
            if self._shown(station)
        )

    def gaps(self) -> tuple[GapLine, ...]:
        """Where people are missing, or will be within sixty days."""
        found = Appointments(self._seat).gaps(on=self.on)
        return tuple(
            GapLine(
                code=gap.code.value,
                role=gap.role,
                station=gap.station,
                have=gap.have,
                want=gap.want,
                acting=gap.acting,
                last=gap.last,
                records=len(gap.appointments),
            )
            for gap in found
            if self._asked(gap.station)
        )

    def overdue(self) -> tuple[OverdueContact, ...]:
        """The pairings whose contact is overdue, the longest wait first."""
        found = Pairings(self._seat).overdue(on=self.on)
        pairings = self._reading.get_all(Pairing, [due.pairing for due in found])
        lines = (
            OverdueContact(
                pairing=due.pairing,
                scheme=pairings[due.pairing].scheme,
                station=pairings[due.pairing].station,
                last=due.last,
                due=due.due,
                late=due.late,
            )
            for due in found
        )
        return tuple(line for line in lines if self._asked(line.station))

    def unanswered(self) -> tuple[UnansweredConcern, ...]:
        """The concerns heard up to the day and not answered by then, the oldest first."""
        where: list[Condition] = [Between("taken_on", None, (self.on + timedelta(days=1)).isoformat())]
        if self.on >= self._reading.today:
            where.append(Is("replied", False))
        found = [
            UnansweredConcern(
                id=concern.id,
                number=concern.number,
                station=concern.station,
                taken_on=concern.taken_on,
                days=(self.on - concern.taken_on).days,
            )
            for concern in self._reading.walk(Concern, *where)
            if self._asked(concern.station) and _unanswered(concern, self.on)
        ]
        return tuple(sorted(found, key=lambda line: (line.taken_on, line.id)))

    def deviations(self) -> tuple[DeviationLine, ...]:
        """How the network differs from its template."""
        found = Stations(self._seat).conforms(on=self.on)
        return tuple(
            DeviationLine(code=one.code.value, station=one.station, facts=dict(one.facts))
            for one in found
            if self._asked(one.station)
        )

    def held_back(self) -> tuple[HeldBack, ...] | None:
        """The rows that could not be taken in, the most frequent reason first."""
        if self._place is not None:
            return None
        held = self._reading.tally("row", Is("status", RowStatus.HELD_BACK.value), by=("code",))
        found = [HeldBack(str(group[0]), one.rows) for group, one in held.items()]
        return tuple(sorted(found, key=lambda one: (-one.rows, one.code)))

    def labels(self) -> Mapping[str, Words]:
        """The words for every code that the report may name."""
        found = {f"station/{s.id}": Words.given(s.name, s.name_en) for s in self._stations.values()}
        for role in self._reading.walk(Role):
            found[f"role/{role.id}"] = Words(role.label_zh, role.label_en)
        for kind, table in (("scheme", "pairing_scheme"), ("function", "network_function"), ("role", "role")):
            for id_, answer in self._reading.office.packs.table(table, self.on).items():
                found.setdefault(f"{kind}/{id_}", Words(answer.label("zh"), answer.label("en")))
        return found

    # -- one station --------------------------------------------------------------------------------------
    def _asked(self, station: str | None) -> bool:
        return self._here is None or station in self._here

    def _shown(self, station: Station) -> bool:
        if not self._asked(station.id):
            return False
        if station.stands_on(self.on) or station.status is StationStatus.PLANNED:
            return True
        return station.closed is not None and station.closed >= self._period.first

    def _status(self, station: Station) -> StationStatus:
        # Closed since: on the day it was still open.
        closed = station.status is StationStatus.CLOSED
        return StationStatus.OPEN if closed and station.stands_on(self.on) else station.status

    @cached_property
    def _themes(self) -> Mapping[str, Words]:
        table = self._reading.office.packs.table("theme", self.on)
        return {id_: Words(answer.label("zh"), answer.label("en")) for id_, answer in table.items()}

    def _theme(self, station: Station) -> Words | None:
        if station.theme is None:
            return None
        if station.theme in self._themes:
            return self._themes[station.theme]
        # A code that no pack has words for is nothing for people to read.
        return None if _CODE.fullmatch(station.theme) else Words(station.theme, station.theme)


def _unanswered(concern: Concern, on: date) -> bool:
    # What was merged is answered with the concern that goes on.
    if concern.status is ConcernStatus.MERGED:
        return False
    return all(reply.on > on for reply in concern.replies)
