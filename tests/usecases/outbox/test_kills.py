"""Real workers, killed with SIGKILL while they send to a real receiver in a process of its own.

What the receiver took is written down before it answers, so it is known also of messages whose sender died. A
killed process is no loss of power; what a page cache would lose is not seen here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

import grassroots
from grassroots.contracts.notice import Notice, Route
from grassroots.delivery import deliver
from grassroots.domain.outbox import ParcelState
from grassroots.domain.terms import Terms
from grassroots.network import Network
from grassroots.usecases.outbox.teller import Teller

SEED = 20_261_126
ROOT = Path(__file__).parents[3]
TERMS = Terms(lease=1.0, first_wait=0.05, longest_wait=0.2, tries=40)


@contextmanager
def receiver(kind: str, log: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "tests.plugins.receivers", kind, str(log)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def worker(url: str, channels: dict[str, str]) -> int:
    """A process that does rounds without an end; its id. It opens everything anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    try:
        with grassroots.open(url) as network:
            while True:
                deliver(network, channels, teller=Teller(), terms=TERMS, patience=0.5)
    finally:
        os._exit(1)


def lines(log: Path) -> list[str]:
    return log.read_text("utf-8").splitlines() if log.exists() else []


def added(network: Network, batch: int, count: int) -> set[str]:
    ids = {f"b{batch:04}-{number:02}" for number in range(count)}
    notices = [
        Notice(id=id_, key="welcome", routes=[Route("out", f"{id_}@example.net")]) for id_ in sorted(ids)
    ]
    network.desk("steward:office").outbox.add(*notices)
    return ids


def killed(
    tmp_path: Path, kind: str, way: str, kills: int, each: int
) -> tuple[set[str], list[str], Network, str]:
    """So many workers killed while they send; which notices there were, and what was received, in order."""
    chance = Random(SEED)
    url, log = f"sqlite:///{tmp_path / 'town.db'}", tmp_path / "received.jsonl"
    with receiver(kind, log) as at:
        channels = {"out": way.format(at=at)}
        ids: set[str] = set()
        for number in range(kills):
            with grassroots.open(url) as network:
                ids |= added(network, number, each)
            before = len(lines(log))
            child = worker(url, channels)
            until = time.monotonic() + 30
            while len(lines(log)) == before:
                assert time.monotonic() < until, "a worker sent nothing in half a minute"
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
            assert os.waitpid(child, 0)[1] == signal.SIGKILL, "a worker died by itself"
        network = grassroots.open(url)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            deliver(network, channels, teller=Teller(), terms=TERMS, patience=2)
            states = network.desk("steward:office").outbox.standing().states
            if not states["new"] + states["leased"] + states["failed"]:
                break
            time.sleep(0.2)
        told: list[dict[str, Any]] = [json.loads(line) for line in lines(log)]
        received = [one.get("key") or str(one["to"]).removesuffix("@example.net") for one in told]
    left = [(one.id, one.until) for one in network.desk("steward:office").outbox.all(state="leased")]
    return ids, received, network, f"{states}, {left[:3]} at {datetime.now(UTC)}"


KILLS = [5, pytest.param(150, marks=pytest.mark.slow)]


@pytest.mark.parametrize("kills", KILLS)
def test_a_receiver_that_takes_keys_gets_each_notice_once_whoever_is_killed(
    tmp_path: Path, kills: int
) -> None:
    ids, received, network, states = killed(tmp_path, "http", "webhook+http://{at}/", kills, 12)
    try:
        assert set(received) == ids, f"lost {len(ids - set(received))}; {states}"
        assert len(received) == len(ids), "told twice"
        parcels = network.desk("steward:office").outbox.all()
        assert {one.state for one in parcels} == {ParcelState.SENT}
        assert sum(one.doubts for one in parcels) == 0
    finally:
        network.close()


@pytest.mark.parametrize("kills", KILLS)
def test_a_mail_server_takes_one_repetition_for_each_kill_at_most_and_each_is_marked(
    tmp_path: Path, kills: int
) -> None:
    ids, received, network, states = killed(
        tmp_path, "mail", "smtp://{at}?from=office@example.net&tls=no", kills, 12
    )
    try:
        assert set(received) == ids, f"lost {len(ids - set(received))}; {states}"
        twice = {id_: count for id_, count in Counter(received).items() if count > 1}
        assert sum(count - 1 for count in twice.values()) <= kills
        parcels = {one.id: one for one in network.desk("steward:office").outbox.all()}
        assert {one.state for one in parcels.values()} == {ParcelState.SENT}
        for id_, count in twice.items():
            assert parcels[id_].doubts >= count - 1, "told twice, and nobody was in doubt"
        assert sum(one.doubts for one in parcels.values()) <= kills
    finally:
        network.close()
