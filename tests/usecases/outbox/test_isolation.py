"""A channel in a process of its own: what hangs or dies there is ended, told, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import grassroots
from grassroots.contracts.notice import Attachment, Limits, Message, Notice, Outcome, Route
from grassroots.delivery import Delivered, Deliverer, deliver
from grassroots.delivery.isolation import Handed, Isolated
from grassroots.discovery import load_plugins
from grassroots.errors import BadInput, GrassrootsError, Unreachable
from grassroots.usecases.outbox.guarding import Answered, Hung, Raised
from grassroots.usecases.outbox.teller import Teller, Telling

PLUGIN = """
import json, os, signal, sys, threading, time
from pathlib import Path
from urllib.parse import urlsplit

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Limits, Notifier
from grassroots.errors import BadInput, Unreachable


class Odd(Notifier):
    service = "odd-service"
    limits = Limits(text_bytes=99)

    def __init__(self, folder):
        self.log = Path(folder) / "log.jsonl"
        self.told("open")

    def told(self, what, **more):
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, "pid": os.getpid(), **more}) + "\\n")

    def deliver(self, message):
        self.told(message.text, to=message.to, values={k: v for k, v in message.values.items()},
                  files=[[one.name, len(one.content)] for one in message.attachments],
                  argv=sys.argv, expires=str(message.expires))
        deed = message.text.split()[0]
        if deed == "hang":
            time.sleep(60)
        if deed == "exit":
            os._exit(3)
        if deed == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if deed == "raise":
            raise ValueError("geheim")
        if deed == "words":
            raise BadInput("bad-input", what="geheim")
        if deed == "away":
            raise Unreachable("unreachable", where="x")
        if deed == "retry":
            return Delivery.retry("busy")
        if deed == "slow":
            time.sleep(1)
        if deed == "nonsense":
            return True
        if deed == "print":
            print("geheim" * 20_000, flush=True)
            sys.stdin.read()
        return Delivery.accepted("r7")

    def close(self):
        self.told("close")


def opened(url):
    parts = urlsplit(url)
    if parts.path == "/bad":
        raise BadInput("channel-folder")
    if parts.path == "/raises":
        raise ValueError("geheim")
    if parts.path == "/hangs":
        time.sleep(60)
    if parts.path == "/nothing":
        return None
    return Odd(parts.path)


@hookimpl
def grassroots_notifiers():
    yield NotifierOffer("odd", opened, takes_key=True)
"""


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a plugin for ``odd:`` installed in it, found by this process and its children."""
    (tmp_path / "odd_plugin.py").write_text(PLUGIN, "utf-8")
    about = tmp_path / "odd-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[grassroots]\nodd = odd_plugin\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("odd_plugin", None)


def log(folder: Path) -> list[dict[str, Any]]:
    file = folder / "log.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def apart(url: str, patience: float = 30.0) -> Isolated:
    return Isolated(url, patience=patience, allow=["odd"])


def test_a_message_arrives_in_the_other_process_as_it_is(odd: Path) -> None:
    message = Message(
        notice="n1",
        to="14400000001",
        text="明天上午九点值班。",
        values={"n": 3, "names": ("甲", "乙")},
        expires=datetime(2021, 7, 3, tzinfo=UTC),
        attachments=(Attachment("duty.ics", "text/calendar", b"x" * 200_000),),
    )
    with apart(f"odd://{odd}") as notifier:
        assert (notifier.takes_key, notifier.service, notifier.limits) == (
            True, "odd-service", Limits(text_bytes=99),
        )  # fmt: skip
        delivery = notifier.deliver(message)
    assert (delivery.outcome, delivery.reference) == (Outcome.ACCEPTED, "r7")
    opened, told, closed = log(odd)
    assert (told["what"], told["to"], told["values"]) == (
        message.text,
        message.to,
        {"n": 3, "names": ["甲", "乙"]},
    )
    assert (told["files"], told["expires"]) == ([["duty.ics", 200_000]], str(message.expires))
    assert str(odd) not in "".join(told["argv"][1:]), "the URL stands in no list of processes"
    assert opened["pid"] == closed["pid"] != os.getpid()
    assert not alive(opened["pid"])


def test_what_hangs_is_ended_and_the_next_message_has_a_new_process(odd: Path) -> None:
    with apart(f"odd://{odd}", patience=5.0) as notifier:
        notifier.deliver(Message(notice="n0", text="well"))  # the process is up: what follows is the plugin's
        with pytest.raises(Hung):
            notifier.deliver(Message(notice="n1", text="hang"))
        assert notifier.deliver(Message(notice="n2", text="well")).outcome is Outcome.ACCEPTED
    first, second = dict.fromkeys(one["pid"] for one in log(odd))
    assert [alive(first), alive(second)] == [False, False]


@pytest.mark.parametrize(
    ("deed", "how"),
    [("exit", "exit-3"), ("crash", "SIGSEGV"), ("raise", "ValueError"), ("words", "BadInput")],
)
def test_what_dies_or_raises_is_told_by_how_and_never_by_what_it_said(odd: Path, deed: str, how: str) -> None:
    with apart(f"odd://{odd}") as notifier:
        with pytest.raises(Raised) as raised:
            notifier.deliver(Message(notice="n1", text=deed))
        assert raised.value.what == how
        assert notifier.deliver(Message(notice="n2", text="well")).outcome is Outcome.ACCEPTED


def test_what_it_prints_and_reads_does_not_disturb_the_talk(
    odd: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with apart(f"odd://{odd}") as notifier:
        assert notifier.deliver(Message(notice="n1", text="print")).outcome is Outcome.ACCEPTED
        with pytest.raises(Unreachable):
            notifier.deliver(Message(notice="n2", text="away"))
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("path", "kind"), [("bad", GrassrootsError), ("raises", Raised), ("nothing", Raised), ("hangs", Hung)]
)
def test_a_channel_that_does_not_open_says_why(odd: Path, path: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as refused:
        apart(f"odd:///{path}", patience=3.0 if path == "hangs" else 30.0)
    assert "geheim" not in str(refused.value)
    if kind is GrassrootsError:
        assert str(refused.value) == str(BadInput("channel-folder"))


def test_a_process_whose_parent_is_gone_goes_too_even_if_it_hangs(odd: Path) -> None:
    notifier = apart(f"odd://{odd}")

    def ask() -> None:
        with pytest.raises(Raised):
            notifier.deliver(Message(notice="n", text="hang"))

    thread = threading.Thread(target=ask)
    thread.start()
    until = time.monotonic() + 20
    while len(log(odd)) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    child: Any = notifier._child
    child._process.stdin.close()  # what the end of a parent looks like
    thread.join(20)
    assert not alive(log(odd)[0]["pid"])


class Said(Teller):
    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text=str(notice.values["text"]))


def outcome(odd: Path, texts: list[str]) -> tuple[Delivered, dict[str, str], int]:
    """Rounds until nothing waits: the last round's answer, where each notice is, how many calls there are."""
    now = [datetime(2021, 7, 2, 1, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        for number, text in enumerate(texts):
            routes = [Route("out", "1"), Route("phone", "1")]
            desk.outbox.add(Notice(id=f"n{number}", key="k", values={"text": text}, routes=routes))
        channels = {"out": f"odd://{odd}", "phone": "phone:"}
        with Deliverer(network, channels, teller=Said(), patience=4.0, isolate=True) as deliverer:
            for _ in range(8):
                done = deliverer.round()
                now[0] += timedelta(hours=2)
        states = {one.id: one.state.value for one in desk.outbox.all()}
        return done, states, len(desk.calls.waiting(medium="phone"))


def test_one_poisoned_notice_delays_none_and_leaves_no_thread_behind(odd: Path) -> None:
    before = set(threading.enumerate())
    done, states, calls = outcome(odd, ["well", "hang", "well", "well"])
    assert states == dict.fromkeys(("n0", "n1", "n2", "n3"), "sent")
    assert calls == 1, "what hangs is on the telephone list"
    assert [one["what"] for one in log(odd)].count("hang") == 2
    assert [(one.code, one.plugin, one.count) for one in done.problems] == [("notifier-hangs", "odd", 2)]
    until = time.monotonic() + 10
    while left := set(threading.enumerate()) - before:
        assert time.monotonic() < until, left
        time.sleep(0.01)
    assert not any(alive(one["pid"]) for one in log(odd))


def test_only_what_is_let_in_here_is_let_in_there(odd: Path) -> None:
    """The child loads what its parent has loaded, and nothing else."""
    with pytest.raises(GrassrootsError):
        Isolated(f"odd://{odd}", patience=30.0, allow=[])
    plugins = load_plugins(allow=["odd"])
    with grassroots.open("memory:") as network:
        network.desk("steward:office").outbox.add(
            Notice(id="n1", key="k", values={"text": "well"}, routes=[Route("out")])
        )
        done = deliver(network, {"out": f"odd://{odd}"}, teller=Said(), plugins=plugins, isolate=True)
        assert (done.sent, done.problems) == (1, ())


# -- whole lots -------------------------------------------------------------------------------------------
def lot(*texts: str) -> list[Message]:
    return [Message(notice=f"n{number}", text=text) for number, text in enumerate(texts)]


def heard(notifier: Isolated, handed: Handed) -> list[str]:
    """The outcomes of a lot, and at the end the name of what was raised."""
    found = []
    try:
        for delivery in notifier.answers(handed):
            found.append(delivery.outcome.value)
    except (Hung, Raised, Answered, Unreachable) as error:
        found.append(type(error).__name__)
    return found


def said(folder: Path) -> list[str]:
    return [one["what"] for one in log(folder) if one["what"] not in ("open", "close")]


def test_lots_are_given_ahead_and_answered_in_order(odd: Path) -> None:
    with apart(f"odd://{odd}") as notifier:
        given = [notifier.hand(lot("a", "b", "c")), notifier.hand(lot("d", "e"))]
        assert [heard(notifier, one) for one in given] == [["accepted"] * 3, ["accepted"] * 2]
    assert said(odd) == ["a", "b", "c", "d", "e"]
    assert len({one["pid"] for one in log(odd)}) == 1


@pytest.mark.parametrize(
    ("deed", "told"),
    [("raise", "Raised"), ("away", "Unreachable"), ("nonsense", "Answered"), ("retry", "retry")],
)
def test_a_lot_ends_with_the_first_that_does_not_go_through_and_the_next_goes_on(
    odd: Path, deed: str, told: str
) -> None:
    with apart(f"odd://{odd}") as notifier:
        given = [notifier.hand(lot("a", deed, "b")), notifier.hand(lot("c", "d"))]
        assert [heard(notifier, one) for one in given] == [["accepted", told], ["accepted"] * 2]
    assert said(odd) == ["a", deed, "c", "d"]
    assert len({one["pid"] for one in log(odd)}) == 1


@pytest.mark.parametrize(("deed", "told", "patience"), [("hang", "Hung", 6.0), ("exit", "Raised", 30.0)])
def test_what_was_given_behind_one_that_ends_its_process_was_not_begun(
    odd: Path, deed: str, told: str, patience: float
) -> None:
    with apart(f"odd://{odd}", patience=patience) as notifier:
        given = [notifier.hand(lot("a", deed, "b")), notifier.hand(lot("c", "d"))]
        assert [heard(notifier, one) for one in given] == [["accepted", told], []]
        assert heard(notifier, notifier.hand(lot("c", "d"))) == ["accepted"] * 2
    assert said(odd) == ["a", deed, "c", "d"]


def test_what_is_recalled_is_not_begun(odd: Path) -> None:
    with apart(f"odd://{odd}") as notifier:
        slow = notifier.hand(lot("slow", "b", "c"))
        answers = notifier.answers(slow)
        behind = notifier.hand(lot("d"))
        until = time.monotonic() + 20
        while not said(odd):
            assert time.monotonic() < until
            time.sleep(0.01)
        notifier.recall(slow)
        assert [one.outcome.value for one in answers] == ["accepted"]
        assert heard(notifier, behind) == ["accepted"]
        notifier.recall(behind)  # too late, and no harm
        assert heard(notifier, notifier.hand(lot("e"))) == ["accepted"]
    assert said(odd) == ["slow", "d", "e"]


def test_a_process_that_died_between_two_lots_is_started_anew(odd: Path) -> None:
    with apart(f"odd://{odd}") as notifier:
        assert heard(notifier, notifier.hand(lot("a"))) == ["accepted"]
        first = log(odd)[0]["pid"]
        os.kill(first, 9)
        until = time.monotonic() + 10
        found: list[str] = []
        while found != ["accepted"] and time.monotonic() < until:  # until the host can see that it is gone
            found = heard(notifier, notifier.hand(lot("b")))
        assert found == ["accepted"]
    assert said(odd).count("b") == 1


def test_a_channel_that_opens_no_more_is_told_as_unreachable(odd: Path) -> None:
    with apart(f"odd://{odd}") as notifier:
        assert heard(notifier, notifier.hand(lot("exit"))) == ["Raised"]
        (odd / "odd_plugin.py").write_text("raise ValueError\n")
        assert heard(notifier, notifier.hand(lot("a", "b"))) == ["Unreachable"]


def test_five_hundred_notices_go_through_a_process_each_once(odd: Path) -> None:
    texts = [f"well {number}" for number in range(500)]
    done, states, _ = outcome(odd, texts)
    assert set(states.values()) == {"sent"}
    assert sorted(said(odd)) == sorted(texts)
    assert done.problems == ()
