"""A station is one place of the network: the hub, a station, a mutual-aid network or a service post.

Stations form a tree; every figure "by place" names the id of a station. Terms. A *theme* is what a station
is known for (a studio's name); *functions* are what it offers, as codes of the rule packs. A station
*stands* on a day from the day it was opened to its last day, also while suspended. A closed station keeps
its id and its records, so that old figures stay true; one that was joined to another says to which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import catalogue_code
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import OrganizationId, RoleId, StationId


class StationKind(StrEnum):
    """The kinds of nodes of a "1+3+N" network, and the posts beside them."""

    HUB = "hub"  # 中心: the 1
    STATION = "station"  # 基层站点: the 3
    NETWORK = "network"  # 互助服务网络: the N
    POST = "post"  # 驿站: a desk where residents are received


class StationStatus(StrEnum):
    """The life of a place."""

    PLANNED = "planned"  # decided on, not yet open
    OPEN = "open"
    SUSPENDED = "suspended"  # closed for a while: repairs, an epidemic
    CLOSED = "closed"  # given up, or joined to another


TRANSITIONS: Table[StationStatus] = {
    StationStatus.PLANNED: {"open": StationStatus.OPEN, "close": StationStatus.CLOSED},
    StationStatus.OPEN: {"suspend": StationStatus.SUSPENDED, "close": StationStatus.CLOSED},
    StationStatus.SUSPENDED: {"resume": StationStatus.OPEN, "close": StationStatus.CLOSED},
    StationStatus.CLOSED: {},
}


@final
@attrs.frozen(kw_only=True)
class StationFounded(Event):
    """A place was written down."""

    kind: StationKind
    status: StationStatus
    parent: StationId | None = None


@final
@attrs.frozen(kw_only=True)
class StationStatusChanged(Event):
    """Opened, suspended, resumed or closed; ``on`` is the day, ``into`` the station it was joined to."""

    status: StationStatus
    on: date
    reason: str | None = None
    into: StationId | None = None


@final
@attrs.frozen(kw_only=True)
class StationMoved(Event):
    """A station came under another parent (None: it stands at the top)."""

    former: StationId | None
    parent: StationId | None


@final
@attrs.frozen(kw_only=True)
class StationCorrected(Event):
    """Fields were set right; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


class StationCircle(Refused):
    """A station cannot stand under itself, nor under one of its own."""

    code = "station-circle"


class StationParentClosed(Refused):
    """Nothing new comes under a closed station."""

    code = "station-parent-closed"


class StationNotEmpty(Refused):
    """A station with open stations under it is not closed before they are moved or closed."""

    code = "station-not-empty"


class StationDates(Refused):
    """A last day before the first."""

    code = "station-dates"


CORRECTABLE: Final = frozenset(
    {
        "kind", "name", "name_en", "aliases", "theme", "functions", "community", "required_roles", "opened",
        "closed",
    }
)  # fmt: skip


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(catalogue_code(code) for code in codes)


def _roles(codes: Iterable[str]) -> tuple[RoleId, ...]:
    return tuple(RoleId(catalogue_code(code)) for code in codes)


@final
@attrs.frozen(kw_only=True)
class Station:
    """One place. ``opened`` and ``closed`` are its first and last day (both included).

    ``community`` is the community on whose ground it stands; ``required_roles`` are roles that this very
    station needs, besides those that the template asks of its kind.
    """

    id: StationId
    kind: StationKind
    name: str
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    theme: str | None = None
    functions: tuple[str, ...] = attrs.field(default=(), converter=_codes)
    parent: StationId | None = None
    community: OrganizationId | None = None
    required_roles: tuple[RoleId, ...] = attrs.field(default=(), converter=_roles)
    opened: date | None = None
    closed: date | None = None
    status: StationStatus = StationStatus.OPEN
    joined_to: StationId | None = None

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise BadInput("station-name-missing", id=self.id)
        if self.parent == self.id:
            raise StationCircle(id=self.id, parent=self.id)
        if self.opened is not None and self.closed is not None and self.closed < self.opened:
            raise StationDates(id=self.id, opened=self.opened.isoformat(), closed=self.closed.isoformat())
        if self.closed is not None and self.status is not StationStatus.CLOSED:
            raise BadInput("station-closed-day", id=self.id, status=self.status.value)

    @classmethod
    def found(cls, *, id: StationId, kind: StationKind, name: str, **fields: Any) -> Step[Self]:
        """Write a place down: planned, or already open."""
        station = cls(id=id, kind=kind, name=name.strip(), **fields)
        event = StationFounded(kind=kind, status=station.status, parent=station.parent)
        return Step(station, (event,))

    # -- life-cycle ---------------------------------------------------------------------------------------
    def open(self, on: date) -> Step[Self]:
        """Open a planned station; ``on`` is its first day."""
        return self._turn("open", on, opened=on)

    def suspend(self, on: date, reason: str | None = None) -> Step[Self]:
        """Close it for a while; ``reason`` is a short code."""
        return self._turn("suspend", on, reason)

    def resume(self, on: date) -> Step[Self]:
        """Open again after a suspension."""
        return self._turn("resume", on)

    def close(
        self,
        on: date,
        reason: str | None = None,
        *,
        into: StationId | None = None,
        below: Iterable[Station] = (),
    ) -> Step[Self]:
        """Give it up; ``on`` is its last day, ``into`` the station it is joined to.

        ``below`` are the stations directly under it: none of them may still stand open.
        """
        if into == self.id:
            raise StationCircle(id=self.id, parent=into)
        left = tuple(sorted(child.id for child in below if child.status is not StationStatus.CLOSED))
        if left and self.status is not StationStatus.CLOSED:
            raise StationNotEmpty(id=self.id, below=left)
        # One that was only planned never stood on any day, and so has no last one.
        last = None if self.status is StationStatus.PLANNED else on
        return self._turn("close", on, reason, closed=last, joined_to=into)

    def _turn(self, verb: str, on: date, reason: str | None = None, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="station", id=self.id)
        if status is None:
            return Step(self)
        after = attrs.evolve(self, status=status, **fields)
        event = StationStatusChanged(status=status, on=on, reason=reason, into=after.joined_to)
        return Step(after, (event,))

    # -- the tree -----------------------------------------------------------------------------------------
    def move(self, parent: Station | None, tree: Mapping[StationId, Station]) -> Step[Self]:
        """Put it under another parent. ``tree`` holds at least the parent's ancestors.

        Refuses a circle and a closed parent; whether the kinds fit is for the template to say, which may
        change under a network that stands (see :func:`grassroots.domain.template.conforms`).
        """
        wanted = None if parent is None else parent.id
        if wanted == self.parent:
            return Step(self)
        if parent is not None:
            if parent.status is StationStatus.CLOSED:
                raise StationParentClosed(id=self.id, parent=parent.id)
            if self.id in (parent.id, *ancestors(parent, tree)):
                raise StationCircle(id=self.id, parent=parent.id)
        after = attrs.evolve(self, parent=wanted)
        return Step(after, (StationMoved(former=self.parent, parent=wanted),))

    # -- corrections --------------------------------------------------------------------------------------
    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history. The parent is changed by :meth:`move`."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="station", fields=tuple(sorted(wrong)))
        after = attrs.evolve(self, **fields)
        changed = {name for name in fields if getattr(self, name) != getattr(after, name)}
        if not changed:
            return Step(self)
        return Step(after, (StationCorrected(fields=tuple(sorted(changed)), reason=reason),))

    # -- computed -----------------------------------------------------------------------------------------
    def stands_on(self, day: date) -> bool:
        """Whether the place exists on a day. Days that were never written down do not speak against it."""
        if self.status is StationStatus.PLANNED:
            return False
        if self.status is StationStatus.CLOSED and (self.closed is None or self.closed < day):
            return False
        return self.opened is None or self.opened <= day


def ancestors(station: Station, tree: Mapping[StationId, Station]) -> tuple[StationId, ...]:
    """The ids above a station, nearest first; it ends at the top, at an unknown parent, or in a circle."""
    found: list[StationId] = []
    above = station.parent
    while above is not None and above not in found and above != station.id:
        found.append(above)
        known = tree.get(above)
        above = None if known is None else known.parent
    return tuple(found)


def subtree(root: StationId, stations: Iterable[Station]) -> tuple[StationId, ...]:
    """A station and all below it, nearest first: what "with its stations" means in a figure."""
    below: dict[StationId, list[StationId]] = {}
    for station in stations:
        if station.parent is not None:
            below.setdefault(station.parent, []).append(station.id)
    found = [root]
    for id_ in found:
        found.extend(child for child in sorted(below.get(id_, ())) if child not in found)
    return tuple(found)
