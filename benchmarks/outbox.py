"""The outbox: sending with it against the same sending loop without it, and what an idle look costs.

A receiver in a process of its own takes posts over one connection and answers at once. The peer is a loop
that hands the same messages to the same notifier and keeps nothing. Both run in turns, so that a busy machine
is busy for both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import grassroots
from benchmarks.rows import row
from grassroots.contracts.notice import Message, Notice, Notifier, Outcome, Route
from grassroots.delivery import Deliverer
from grassroots.desk import Desk
from grassroots.network import Network
from grassroots.plugins.webhook import Webhook
from grassroots.usecases.outbox.teller import Teller, Telling

PORTION = 500

RECEIVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
seen = set()
while True:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    read = connection.makefile("rb")
    while head := read.readline():
        length, key = 0, b""
        while (line := read.readline()) not in (b"\\r\\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"idempotency-key":
                key = value.strip()
        read.read(length)
        seen.add(key)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
"""


class Plain(Teller):
    """One text for all."""

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text="明天上午九点在灵溪站值班，请带好袖标。")


@contextmanager
def receiver() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        process.kill()


def notices(first: int, count: int) -> list[Notice]:
    route = (Route("out", "14400000001"),)
    return [
        Notice(id=f"n{number:08}", to=f"M{number % 997}", key="duty", values={"day": "7月3日"}, routes=route)
        for number in range(first, first + count)
    ]


def loop(notifier: Notifier, first: int, count: int) -> float:
    teller, begun = Plain(), perf_counter()
    for notice in notices(first, count):
        message = teller.word(notice, notice.routes[0], None)  # type: ignore[arg-type]
        assert notifier.deliver(message).outcome is Outcome.DELIVERED
    return perf_counter() - begun


def queued(desk: Desk, first: int, count: int) -> None:
    for start in range(first, first + count, PORTION):
        desk.outbox.add(*notices(start, min(PORTION, first + count - start)))


def delivered(network: Network, notifier: Notifier, count: int) -> float:
    with Deliverer(network, {"out": notifier}, teller=Plain()) as deliverer:
        begun = perf_counter()
        done = deliverer.round()
        taken = perf_counter() - begun
    assert done.sent == count, done
    return taken


def _rate(folder: str, takes_key: bool, each: int, rounds: int) -> tuple[float, float]:
    """Messages a second with the outbox and without, medians of interleaved rounds."""
    name = "keyed" if takes_key else "unkeyed"
    with receiver() as url, grassroots.open(f"sqlite:///{folder}/{name}.db") as network:
        desk = network.desk("steward:office")
        # One notifier for both: the receiver speaks to one at a time.
        with Webhook(url, takes_key=takes_key) as hook:
            loop(hook, 10**7, 200)
            with_it, without = [], []
            for number in range(rounds):
                queued(desk, number * each, each)
                with_it.append(each / delivered(network, hook, each))
                without.append(each / loop(hook, 10**7 + number * each, each))
    return statistics.median(with_it), statistics.median(without)


def _idle(folder: str, history: int) -> tuple[float, float, float]:
    """Milliseconds of an idle round with nothing sent before, and with so many; peak MB of sending."""
    with receiver() as url, grassroots.open(f"sqlite:///{folder}/idle.db") as network, Webhook(url) as hook:
        desk = network.desk("steward:office")

        def idle() -> float:
            with Deliverer(network, {"out": hook}, teller=Plain()) as deliverer:
                deliverer.round()
                times = []
                for _ in range(200):
                    begun = perf_counter()
                    deliverer.round()
                    times.append(perf_counter() - begun)
            return statistics.median(times) * 1000

        before = idle()
        queued(desk, 0, history)
        tracemalloc.start()
        delivered(network, hook, history)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return before, idle(), peak


def run(quick: bool) -> list[dict[str, object]]:
    each, rounds, history = (500, 3, 2_000) if quick else (2_000, 5, 10_000)
    with tempfile.TemporaryDirectory() as folder:
        keyed, bare = _rate(folder, takes_key=True, each=each, rounds=rounds)
        unkeyed, bare_unkeyed = _rate(folder, takes_key=False, each=each // 2, rounds=rounds)
        before, after, peak = _idle(folder, history)
    return [
        row("notices sent, receiver takes keys", keyed, "/s", "the loop alone", bare),
        row("notices sent, marked one by one", unkeyed, "/s", "the loop alone", bare_unkeyed),
        row(f"idle round after {history} sent", after, "ms", "after none", before),
        row(f"memory at most while {history} are sent", peak, "MB"),
    ]


def whole() -> list[dict[str, object]]:
    """A hundred thousand, once: ``python -c "from benchmarks import outbox; print(outbox.whole())"``."""
    count = 100_000
    with (
        tempfile.TemporaryDirectory() as folder,
        receiver() as url,
        grassroots.open(f"sqlite:///{Path(folder) / 'whole.db'}") as network,
        Webhook(url) as hook,
    ):
        queued(network.desk("steward:office"), 0, count)
        taken = delivered(network, hook, count)
        alone = loop(hook, 10**7, count)
    return [row(f"{count} notices sent", count / taken, "/s", "the loop alone", count / alone)]
