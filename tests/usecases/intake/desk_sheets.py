"""Small books by hand, and a post with people, for the landers of the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from grassroots.contracts.tables import Book, CellValue, Sheet
from grassroots.desk import Desk
from grassroots.domain.station import StationKind
from grassroots.usecases.intake import Plan
from grassroots.usecases.intake.planning import RowPlan
from grassroots.values.ids import MemberId, StationId

POST = "A社区驿站"
NAMES = ("周岚", "石林", "卫东升", "何佳音")


def found_post(desk: Desk, name: str = POST) -> StationId:
    """A post below the hub of the network."""
    hubs = [one for one in desk.stations.all() if one.kind is StationKind.HUB]
    hub = hubs[0] if hubs else desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name=name, parent=hub.id).id


def register(desk: Desk) -> Mapping[str, MemberId]:
    """Four people who have duty there."""
    return {name: desk.members.register(name=name).id for name in NAMES}


def book(title: str, *rows: tuple[CellValue, ...], above: tuple[tuple[CellValue, ...], ...] = ()) -> Book:
    """One sheet with a title, perhaps lines above the header, the header, and its rows."""
    return sheets((title, ((title,), *above, *rows)))


def sheets(*named: tuple[str, tuple[tuple[CellValue, ...], ...]]) -> Book:
    """A file of several sheets."""
    digest = hashlib.sha256(repr(named).encode()).hexdigest()
    made = tuple(Sheet(name=name, rows=rows) for name, rows in named)
    return Book(name="表.xlsx", digest=digest, form="xlsx", sheets=made)


def take(desk: Desk, *books: Book, **how: Any) -> Plan:
    """Plan and apply; gives the plan."""
    plan = desk.intake.plan(books, **how)
    desk.intake.apply(plan)
    return plan


def acts(plan: Plan) -> list[str]:
    """What each row does, in order."""
    return [row.act.value for row in plan.rows]


def codes(plan: Plan) -> list[tuple[str, str | None]]:
    """The problems of all rows as (code, column)."""
    return [(problem.code, problem.column) for row in plan.problems for problem in row.problems]


def only(plan: Plan) -> RowPlan:
    """The only row."""
    (row,) = plan.rows
    return row
