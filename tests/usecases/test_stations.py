"""Stations at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.station import (
    Station,
    StationCircle,
    StationKind,
    StationNotEmpty,
    StationParentClosed,
    StationStatus,
)
from grassroots.domain.template import DeviationCode
from grassroots.errors import Missing
from grassroots.network import Network
from grassroots.values.ids import RoleId, StationId
from grassroots.workspace.kinds.station import KINDS

NOON = datetime(2021, 3, 1, 4, tzinfo=UTC)
TODAY = date(2021, 3, 1)
ALL = ("learning", "recreation", "health")


@pytest.fixture
def network() -> Iterator[Network]:
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=lambda: NOON) as network:
        yield network


@pytest.fixture
def desk(network: Network) -> Desk:
    return network.desk("steward:office")


def build(desk: Desk) -> dict[str, Station]:
    found = desk.stations.found
    hub = found(kind=StationKind.HUB, name="老党员之家", functions=ALL)
    made = {"hub": hub}
    for number in (1, 2, 3):
        name = f"站点{number}"
        made[name] = found(kind=StationKind.STATION, name=name, parent=hub.id, functions=ALL)
    made["网络"] = found(kind=StationKind.NETWORK, name="网络", parent=made["站点1"].id)
    made["驿站"] = found(kind=StationKind.POST, name="驿站", parent=made["网络"].id)
    return made


def test_a_network_built_by_the_template_lacks_only_its_mediators_and_then_nothing(desk: Desk) -> None:
    made = build(desk)
    found = desk.stations.conforms()
    assert [(one.code, one.facts["role"]) for one in found] == 3 * [
        (DeviationCode.ROLE_MISSING, "community-mediator")
    ]
    desk.roles.adopt()
    for number in (1, 2, 3):
        person = desk.members.register(name=f"成员{'甲乙丙'[number - 1]}")
        place = made[f"站点{number}"].id
        desk.appointments.appoint(member=person.id, role=RoleId("community-mediator"), station=place)
    assert desk.stations.conforms() == []
    too_early = desk.stations.conforms(on=TODAY - timedelta(days=1))
    assert {one.code for one in too_early} == {DeviationCode.ROLE_MISSING}


def test_an_empty_network_is_told_what_it_lacks(desk: Desk) -> None:
    found = desk.stations.conforms()
    assert [(one.code, one.facts["kind"]) for one in found] == [
        (DeviationCode.TOO_FEW, "hub"),
        (DeviationCode.TOO_FEW, "station"),
        (DeviationCode.TOO_FEW, "network"),
    ]


def test_a_station_is_found_by_any_of_its_names(desk: Desk) -> None:
    made = desk.stations.found(
        kind=StationKind.HUB, name="“美在金秋”老党员之家", name_en="Golden Autumn Home", aliases=("金秋之家",)
    )
    for name in ("“美在金秋”老党员之家", "golden autumn home", "金秋 之家"):
        assert desk.stations.named(name) == [made]


def test_a_station_and_what_is_below_it_come_nearest_first(desk: Desk) -> None:
    made = build(desk)
    below = desk.stations.below(made["站点1"].id)
    assert [one.name for one in below] == ["站点1", "网络", "驿站"]
    assert len(desk.stations.below(made["hub"].id)) == 6
    with pytest.raises(Missing):
        desk.stations.below(StationId("nowhere"))


def test_the_tree_takes_no_circle_and_nothing_new_under_what_is_closed(desk: Desk) -> None:
    made = build(desk)
    with pytest.raises(StationCircle):
        desk.stations.move(made["hub"].id, parent=made["驿站"].id)
    with pytest.raises(StationNotEmpty):
        desk.stations.close(made["站点1"].id)
    desk.stations.move(made["网络"].id, parent=made["站点2"].id)
    closed = desk.stations.close(made["站点1"].id, on=date(2021, 2, 28), into=made["站点2"].id)
    assert (closed.status, closed.closed, closed.joined_to) == (
        StationStatus.CLOSED,
        date(2021, 2, 28),
        made["站点2"].id,
    )
    with pytest.raises(StationParentClosed):
        desk.stations.found(kind=StationKind.POST, name="新驿站", parent=closed.id)
    with pytest.raises(StationParentClosed):
        desk.stations.move(made["驿站"].id, parent=closed.id)


def test_a_planned_station_is_opened_suspended_and_resumed(desk: Desk) -> None:
    planned = desk.stations.found(kind=StationKind.POST, name="驿站", status=StationStatus.PLANNED)
    assert desk.stations.open(planned.id).opened == TODAY
    desk.stations.suspend(planned.id, reason="repairs")
    assert desk.stations.all(status=StationStatus.SUSPENDED, kind=StationKind.POST) != []
    assert desk.stations.resume(planned.id).status is StationStatus.OPEN


def test_a_former_name_stays_in_the_history(desk: Desk) -> None:
    made = desk.stations.found(kind=StationKind.POST, name="旧名")
    desk.stations.correct(made.id, name="新名", reason="renamed")
    (history,) = desk.stations.history(made.id)
    assert "旧名" in str(history)


def test_who_heads_a_station_has_a_tie_to_it_and_to_no_other() -> None:
    (spec,) = KINDS
    mine = Station(id=StationId("S1"), kind=StationKind.STATION, name="站点1")
    other = Station(id=StationId("S2"), kind=StationKind.STATION, name="站点2")
    assert (spec.place(mine), spec.place(other)) == ("S1", "S2")
