"""One network in two storages, a seat in its office, and storages that fail on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import grassroots
from grassroots.network import Network
from grassroots.workspace.office import Seat

NOON = datetime(2021, 7, 2, 4, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite"])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'district.db'}"
    opened = grassroots.open(
        url, network="test", zone="Asia/Shanghai", clock=lambda: NOON, pause=lambda _: None
    )
    with opened:
        yield opened


@pytest.fixture
def seat(network: Network) -> Seat:
    return network.desk("steward:office").seat
