"""A network in memory with a clock on a string: 2 July 2021, 9 in the morning in Shanghai."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.network import Network


@attrs.define
class WallClock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_to(self, day: date, hour: int = 9) -> None:
        """To an hour of a day on the wall in Shanghai (UTC+8, no summer time in 2021)."""
        self.now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def network(clock: WallClock) -> Iterator[Network]:
    with grassroots.open("memory://", network="test", zone="Asia/Shanghai", clock=clock) as opened:
        yield opened


@pytest.fixture
def desk(network: Network) -> Desk:
    return network.desk("steward:office")
