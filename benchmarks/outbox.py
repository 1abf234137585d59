"""The outbox: sending with it against the same sending loop without it, and what an idle look costs.

A receiver in a process of its own takes posts over one connection and answers at once, or after a few
milliseconds as one does that is not on this machine. The peer is a loop that hands the same messages to the
same notifier and keeps nothing. Both run in turns, so that a busy machine is busy for both.
"""

from __future__ import annotations

import resource
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

FAR = 0.005
"""Seconds until a receiver answers that is not on this machine: few providers are so fast."""

RECEIVER = """
import socket, sys, time
wait = float(sys.argv[1])
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
        if wait:
            time.sleep(wait)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
"""


class Plain(Teller):
    """One text for all."""

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text="明天上午九点在灵溪站值班，请带好袖标。")


@contextmanager
def receiver(wait: float = 0.0) -> Iterator[str]:
    words = [sys.executable, "-c", RECEIVER, str(wait)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
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
        return _round(deliverer, count)


def _round(deliverer: Deliverer, count: int) -> float:
    begun = perf_counter()
    done = deliverer.round()
    taken = perf_counter() - begun
    assert done.sent == count, done
    return taken


def _rate(folder: str, takes_key: bool, each: int, rounds: int, wait: float = 0.0) -> tuple[float, float]:
    """Messages a second with the outbox and without, medians of interleaved rounds."""
    name = f"{'keyed' if takes_key else 'unkeyed'}{wait}"
    with receiver(wait) as url, grassroots.open(f"sqlite:///{folder}/{name}.db") as network:
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


def _apart(folder: str, each: int, rounds: int) -> tuple[float, float]:
    """The same with the notifier in a process of its own; the loop alone has its receiver for itself."""
    with (
        receiver() as url,
        receiver() as other,
        grassroots.open(f"sqlite:///{folder}/apart.db") as network,
        Webhook(other) as hook,
        Deliverer(network, {"out": f"webhook+{url}"}, teller=Plain(), isolate=True) as deliverer,
    ):
        desk = network.desk("steward:office")
        loop(hook, 10**7, 200)
        with_it, without = [], []
        for number in range(rounds):
            queued(desk, number * each, each)
            with_it.append(each / _round(deliverer, each))
            without.append(each / loop(hook, 10**7 + number * each, each))
    return statistics.median(with_it), statistics.median(without)


def _idle_round(deliverer: Deliverer) -> float:
    """Milliseconds of a round that finds nothing to do."""
    deliverer.round()
    times = []
    for _ in range(200):
        begun = perf_counter()
        deliverer.round()
        times.append(perf_counter() - begun)
    return statistics.median(times) * 1000


def _resident() -> float:
    """MB that this process has in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def _idle(folder: str, history: int) -> tuple[float, float, float]:
    """Milliseconds of an idle round with nothing sent before, and with so many; peak MB of sending."""
    with receiver() as url, grassroots.open(f"sqlite:///{folder}/idle.db") as network, Webhook(url) as hook:
        desk = network.desk("steward:office")

        def idle() -> float:
            with Deliverer(network, {"out": hook}, teller=Plain()) as deliverer:
                return _idle_round(deliverer)

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
        apart, bare_apart = _apart(folder, each, rounds)
        slow, bare_slow = _rate(folder, takes_key=True, each=each // 4, rounds=rounds, wait=FAR)
        unkeyed, bare_unkeyed = _rate(folder, takes_key=False, each=each // 2, rounds=rounds)
        before, after, peak = _idle(folder, history)
    found = [
        row("notices sent, receiver takes keys", keyed, "/s", "the loop alone", bare),
        row("the same, notifier in a process of its own", apart, "/s", "the loop alone", bare_apart),
        row(f"the same, it answers after {FAR * 1000:.0f} ms", slow, "/s", "the loop alone", bare_slow),
        row("notices sent, marked one by one", unkeyed, "/s", "the loop alone", bare_unkeyed),
        row(f"idle round after {history} sent", after, "ms", "after none", before),
        row(f"memory at most while {history} are sent", peak, "MB"),
    ]
    return found if quick else [*found, *whole(isolate=False), *whole(isolate=True)]


def whole(isolate: bool, count: int = 100_000, seconds: float = 4.0) -> list[dict[str, object]]:
    """A hundred thousand that wait, sent in parts of some seconds, each beside as many by the loop alone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        receiver() as url,
        receiver() as other,
        grassroots.open(f"sqlite:///{Path(folder) / 'whole.db'}") as network,
        Webhook(other) as hook,
        Webhook(url) as here,
    ):
        sent, taken, alone, memory = 0, 0.0, 0.0, []
        way = f"webhook+{url}" if isolate else here
        with Deliverer(network, {"out": way}, teller=Plain(), isolate=isolate) as deliverer:
            idle_before = _idle_round(deliverer)
            queued(network.desk("steward:office"), 0, count)
            while sent < count:
                begun = perf_counter()
                until = begun + seconds
                done = deliverer.round(lambda until=until: perf_counter() >= until)  # type: ignore[misc]
                taken += perf_counter() - begun
                assert done.sent, done
                alone += loop(hook, 10**7 + sent, done.sent)
                sent += done.sent
                memory.append(_resident())
            idle_after = _idle_round(deliverer)
        states = network.desk("steward:office").outbox.standing().states
        assert (sent, states["sent"]) == (count, count), (sent, states)
    where = ", notifier in a process of its own" if isolate else ""
    return [
        row(f"{count} notices sent{where}", count / taken, "/s", "the loop alone", count / alone),
        row(f"memory after {count} sent{where}", memory[-1], "MB", "after the first part", memory[0]),
        row(f"idle round after {count} sent{where}", idle_after, "ms", "after none", idle_before),
    ]
