"""PostgreSQL under load loses its back ends, and itself: no acknowledged act is lost, none is done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg
import pytest
from tests.servers.load import told, under_load
from tests.servers.postgresql import PostgreSQL

SEED = 20_261_127
"""Which back end goes next follows from it."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A server of its own, which keeps what it acknowledged as one in use would."""
    server = PostgreSQL()
    yield server
    server.process.remove()


def terminate(server: PostgreSQL, times: int, pause: float = 0.1) -> None:
    """End so many back ends in the middle of whatever they do."""
    chance, ended = Random(SEED), 0
    with psycopg.connect(server.dsn(), autocommit=True) as administrator:
        while ended < times:
            time.sleep(pause)
            found = administrator.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = 'town' AND pid <> pg_backend_pid()"
            ).fetchall()
            if found:
                (pid,) = chance.choice(found)
                administrator.execute("SELECT pg_terminate_backend(%s)", (pid,))
                ended += 1


def test_back_ends_that_are_terminated_cost_no_act(server: PostgreSQL, capsys: Any) -> None:
    writers = under_load(
        "few", lambda: terminate(server, 30), writing=[server.url] * 4, asking=[server.url], hot=3
    )
    told("30 terminated back ends", writers, capsys)
    assert all(writer.acknowledged for writer in writers)


def test_a_server_that_is_killed_and_started_again_costs_no_act(server: PostgreSQL, capsys: Any) -> None:
    restarts(server, "once", 1, capsys)


@pytest.mark.slow
def test_three_hundred_terminated_back_ends_cost_no_act(server: PostgreSQL, capsys: Any) -> None:
    writers = under_load(
        "many", lambda: terminate(server, 300), writing=[server.url] * 4, asking=[server.url], hot=3
    )
    told("300 terminated back ends", writers, capsys)


@pytest.mark.slow
def test_ten_hard_restarts_cost_no_act(server: PostgreSQL, capsys: Any) -> None:
    restarts(server, "ten", 10, capsys)


def restarts(server: PostgreSQL, network: str, times: int, capsys: Any) -> None:
    def kill() -> None:
        for _ in range(times):
            time.sleep(1)
            server.process.kill()
            server.start()
        time.sleep(1)

    writers = under_load(network, kill, writing=[server.url] * 4, asking=[server.url], hot=3)
    told(f"{times} hard restarts", writers, capsys)
    assert all(writer.acknowledged for writer in writers)
