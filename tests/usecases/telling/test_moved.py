"""A shift at another time, and a word that comes before somebody rings: every list says what holds now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from tests.usecases.conftest import WallClock
from tests.usecases.telling.test_through_the_outbox import FRIDAY

import grassroots
from grassroots.delivery import deliver
from grassroots.desk import Desk
from grassroots.domain.call import Call
from grassroots.network import Network
from grassroots.values.ids import DutyId, MemberId, RoleId, ShiftId, StationId

CHANNELS = {"phone": "phone:", "paper": "paper:"}
DAY = FRIDAY + timedelta(days=5)
EVE = DAY - timedelta(days=1)


@pytest.fixture
def network(clock: WallClock, tmp_path: Path) -> Iterator[Network]:
    url = f"sqlite:///{tmp_path / 'n.db'}"
    with grassroots.open(url, network="test", zone="Asia/Shanghai", clock=clock) as opened:
        deliver(opened, CHANNELS)
        yield opened


@pytest.fixture
def station(desk: Desk) -> StationId:
    return desk.stations.found(kind="post", name="365驿站").id


@pytest.fixture
def people(desk: Desk, station: StationId) -> list[MemberId]:
    return [desk.members.register(name=name, station=station).id for name in ("宋怀远", "孟广林")]


@pytest.fixture
def duties(desk: Desk, station: StationId, people: list[MemberId]) -> list[DutyId]:
    posted = desk.duties.post(station=station, day=DAY, starts=time(8), ends=time(11))
    return [desk.duties.assign(posted.id, one).id for one in people]


@pytest.fixture
def shift(desk: Desk, duties: list[DutyId]) -> ShiftId:
    return desk.duties.get(duties[0]).shift


def go(network: Network, clock: WallClock, day: date, hour: int) -> None:
    clock.go_to(day, hour)
    for _ in range(2):
        deliver(network, CHANNELS)


def titled(desk: Desk, title: str, medium: str = "phone") -> list[Call]:
    return [call for call in desk.calls.waiting(medium=medium) if call.title == title]


def test_whoever_has_another_time_stands_on_the_board_at_that_time(
    network: Network, desk: Desk, clock: WallClock, shift: ShiftId
) -> None:
    deliver(network, CHANNELS)
    desk.duties.correct_shift(shift, starts=time(14), ends=time(17))
    deliver(network, CHANNELS)
    go(network, clock, EVE, 16)
    (sheet,) = desk.calls.waiting(medium="paper")
    assert sheet.text == "365驿站\n· 14:00–17:00　宋**\n· 14:00–17:00　孟**"


def test_a_sheet_that_does_not_hang_yet_loses_the_time_that_is_not_so_any_more(
    network: Network, desk: Desk, clock: WallClock, station: StationId, people: list[MemberId], shift: ShiftId
) -> None:
    other = desk.duties.post(station=station, day=DAY, starts=time(15), ends=time(17))
    desk.duties.assign(other.id, people[0])
    deliver(network, CHANNELS)
    go(network, clock, EVE, 16)
    desk.duties.correct_shift(shift, starts=time(9), ends=time(12))
    deliver(network, CHANNELS)
    (sheet,) = desk.calls.waiting(medium="paper")
    assert sheet.text == "365驿站\n· 15:00–17:00　宋**"


def test_the_head_who_rings_up_hears_the_new_time_and_once(
    network: Network, desk: Desk, clock: WallClock, people: list[MemberId], shift: ShiftId
) -> None:
    deliver(network, CHANNELS)
    desk.duties.correct_shift(shift, starts=time(14), ends=time(17))
    go(network, clock, EVE, 17)
    go(network, clock, EVE, 20)
    asked = titled(desk, "值班未确认")
    assert len(asked) == 2
    assert all("14:00" in call.text and "08:00" not in call.text for call in asked)


def test_who_was_rung_up_about_the_old_time_is_not_rung_up_about_it_again(
    network: Network, desk: Desk, clock: WallClock, station: StationId, people: list[MemberId]
) -> None:
    """Told at once, since it is near; then it is at another time, before anybody has rung."""
    near = desk.duties.post(station=station, day=FRIDAY + timedelta(days=1), starts=time(8), ends=time(11)).id
    desk.duties.assign(near, people[0])
    deliver(network, CHANNELS)
    desk.duties.correct_shift(near, starts=time(14), ends=time(17))
    for _ in range(2):
        deliver(network, CHANNELS)
    (call,) = [call for call in desk.calls.waiting(medium="phone") if call.member == people[0]]
    assert "14:00" in call.text


@pytest.mark.parametrize("who", ["nobody", "deputy"])
def test_after_a_yes_nobody_rings_up_whoever_was_to_do_it(
    network: Network,
    desk: Desk,
    clock: WallClock,
    station: StationId,
    duties: list[DutyId],
    who: str,
) -> None:
    """The office's own list where nobody heads the station; the deputy, though the head is back by then."""
    if who == "deputy":
        role = RoleId("station-head")
        desk.roles.define(id=role, family="head", label_zh="驿站负责人", label_en="head of the post")
        head, deputy = (
            desk.members.register(name=name, phone=f"1440000000{number}", station=station).id
            for number, name in enumerate(("何素珍", "卯大山"))
        )
        desk.appointments.appoint(member=head, role=role, station=station, first=date(2021, 1, 1))
        desk.appointments.appoint(
            member=deputy, role=role, station=station, first=date(2021, 1, 1), acting=True
        )
        desk.availability.give_leave(head, EVE, EVE)
    deliver(network, CHANNELS)
    go(network, clock, EVE, 17)
    go(network, clock, EVE, 20)
    asked = titled(desk, "值班未确认")
    assert len(asked) == 2
    assert [call.member for call in asked] == [deputy if who == "deputy" else None] * 2
    clock.go_to(DAY, 7)
    for duty in duties:
        desk.duties.accept(duty)
    deliver(network, CHANNELS)
    assert titled(desk, "值班未确认") == []
