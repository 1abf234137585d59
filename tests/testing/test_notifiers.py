"""The kit for notifiers passes what is right and sees what is wrong; a host survives everything."""

from __future__ import annotations

import decimal
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from tests.plugins.receivers import receiving

import grassroots
from grassroots import discovery
from grassroots.contracts.notice import Delivery, Message, Notice, Notifier, Route
from grassroots.delivery import Deliverer, deliver
from grassroots.discovery import load_plugins
from grassroots.plugins.channels import Folder
from grassroots.plugins.smtp import open_mail
from grassroots.plugins.webhook import Webhook
from grassroots.testing.notifier import NotifierConformance, broken_promises
from grassroots.testing.notifier.misbehaving import MISBEHAVING, Honest, Misbehaviour, arrived, release
from grassroots.usecases.outbox.guarding import left_behind
from grassroots.usecases.outbox.teller import Teller, Telling


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    release.clear()
    yield
    release.set()
    decimal.getcontext().prec = 28
    os.environ.pop("KIT_LEFT", None)
    for one in threading.enumerate():
        if "left" in one.name and "behind" in one.name:
            one.join(5)


# -- the built-in channels keep the promises ---------------------------------------------------------------
class TestHonest(NotifierConformance):
    def open(self, place: Path) -> Notifier:
        return Honest(place)

    def received(self, place: Path) -> list[str]:
        return arrived(place)


class TestFolder(NotifierConformance):
    takes_key = True

    def open(self, place: Path) -> Notifier:
        return Folder(place / "out")

    def received(self, place: Path) -> list[str]:
        files = sorted((place / "out").glob("*.json"))
        return [__import__("json").loads(one.read_text("utf-8"))["text"] for one in files]


class _Served(NotifierConformance):
    """With a stand-in that is there as long as its place."""

    kind = "http"

    def served(self, place: Path) -> tuple[str, list[dict[str, object]]]:
        if not hasattr(self, "_served"):
            self._served: dict[Path, tuple[object, str, list[dict[str, object]]]] = {}
        if place not in self._served:
            manager = receiving(self.kind)
            _, at, took = manager.__enter__()
            self._served[place] = manager, at, took
            for one in threading.enumerate():
                if "serve_forever" in one.name:
                    one.name = "kit-server"
        _, at, took = self._served[place]
        return at, took

    def close(self, place: Path) -> None:
        if place in getattr(self, "_served", {}):
            self._served.pop(place)[0].__exit__(None, None, None)  # type: ignore[attr-defined]

    def nobody(self) -> str:
        with receiving(self.kind) as (_, at, _):
            return at


class TestWebhook(_Served):
    takes_key = True

    def open(self, place: Path) -> Notifier:
        return Webhook(f"http://{self.served(place)[0]}/")

    def received(self, place: Path) -> list[str]:
        return [str(one["body"]["text"]) for one in self.served(place)[1]]  # type: ignore[index]

    def unreachable(self, place: Path) -> Notifier:
        return Webhook(f"http://{self.nobody()}/")

    left_out = {"test_the_process_is_left_as_it_was": "the stand-in keeps a thread for each connection"}  # noqa: RUF012


class TestMail(_Served):
    kind = "mail"
    address = "wang@example.net"

    def open(self, place: Path) -> Notifier:
        return open_mail(f"smtp://{self.served(place)[0]}?from=office@example.net&tls=no")

    def received(self, place: Path) -> list[str]:
        return [str(one["text"]) for one in self.served(place)[1]]

    def unreachable(self, place: Path) -> Notifier:
        return open_mail(f"smtp://{self.nobody()}?from=office@example.net&tls=no")

    left_out = {"test_the_process_is_left_as_it_was": "the stand-in keeps a thread for each connection"}  # noqa: RUF012


# -- the kit sees what is wrong ---------------------------------------------------------------------------
def kit_for(misbehaviour: Misbehaviour) -> NotifierConformance:
    class Kit(NotifierConformance):
        takes_key = bool(misbehaviour.notifier.takes_key)

        def open(self, place: Path) -> Notifier:
            return misbehaviour.notifier(place)

        def received(self, place: Path) -> list[str]:
            return arrived(place)

    return Kit()


@pytest.mark.parametrize("misbehaviour", [one for one in MISBEHAVING if one.kit], ids=lambda one: one.name)
def test_the_kit_sees_every_misbehaviour(misbehaviour: Misbehaviour, tmp_path: Path, capfd: object) -> None:
    numbers = count()

    def places() -> Path:
        place = tmp_path / str(next(numbers))
        place.mkdir()
        return place

    assert broken_promises(kit_for(misbehaviour), places)


# -- a host survives them all -----------------------------------------------------------------------------
class Good(Notifier):
    takes_key = True

    def __init__(self) -> None:
        self.got: list[str] = []

    def deliver(self, message: Message) -> Delivery:
        self.got.append(message.notice)
        return Delivery.delivered()


@pytest.mark.parametrize("misbehaviour", MISBEHAVING, ids=lambda one: one.name)
def test_a_host_survives_it_and_says_which_plugin_did_what(
    misbehaviour: Misbehaviour, tmp_path: Path, capfd: object
) -> None:
    good, bad = Good(), misbehaviour.notifier(tmp_path)
    with grassroots.open("memory://") as network:
        desk = network.desk("steward:office")
        for number in range(3):
            for way in ("good", "bad"):
                routes = [Route(way, "14400000001")]
                desk.outbox.add(Notice(id=f"{way}{number}", key="duty", routes=routes, values={"day": "x"}))
        begun = time.monotonic()
        done = deliver(network, {"good": good, "bad": bad}, patience=0.2, teller=Teller())
        assert time.monotonic() - begun < 30
        again = deliver(network, {"good": good, "bad": bad}, patience=0.2, teller=Teller())
        assert sorted(good.got) == ["good0", "good1", "good2"], "the other channel does not notice"
        problems = [one for one in (*done.problems, *again.problems) if one.channel == "bad"]
        if misbehaviour.code:
            assert misbehaviour.code in {one.code for one in problems}
            assert {one.plugin for one in problems} == {type(bad).__name__}
        said = " ".join(f"{one.code} {one.what}" for one in problems)
        assert "李四" not in said
        assert sum(desk.outbox.standing().states.values()) == 6, "nothing is lost from sight"


BAD_OFFERS = {
    "open hangs": ("from grassroots.testing.notifier.misbehaving import release; release.wait(60)", ""),
    "open raises": ("raise ValueError('geheim')", "ValueError"),
    "open exits": ("raise SystemExit(1)", "SystemExit"),
    "open gives nothing": ("return None", "NoneType"),
    "open gives a function": ("return print", "builtin_function_or_method"),
}


@pytest.mark.parametrize("case", BAD_OFFERS)
def test_a_notifier_that_cannot_be_opened_is_a_problem_and_its_notices_wait(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, what = BAD_OFFERS[case]
    install(tmp_path, monkeypatch, f"def opened(url):\n    {body}\n", "NotifierOffer('bad', opened)")
    try:
        with grassroots.open("memory://") as network:
            desk = network.desk("steward:office")
            desk.outbox.add(Notice(id="n1", key="duty", routes=[Route("bad")]))
            desk.outbox.add(Notice(id="n2", key="duty", routes=[Route("good")]))
            good = Good()
            done = deliver(
                network,
                {"bad": "bad:geheim", "good": good},
                plugins=load_plugins(),
                teller=Teller(),
                patience=0.5,
            )
            assert good.got == ["n2"]
            (problem,) = done.problems
            assert (problem.channel, problem.plugin) == ("bad", "bad")
            assert what in problem.what
            assert problem.code == ("notifier-open-hangs" if case == "open hangs" else problem.code)
            assert "geheim" not in str(done)
            assert desk.outbox.get("n1").state.value == "new"
    finally:
        sys.modules.pop("bad_plugin", None)


@pytest.mark.parametrize("misbehaviour", [one for one in MISBEHAVING if "hangs" in one.name], ids=str)
def test_what_hangs_again_and_again_ends_on_the_telephone_list_and_leaves_few_threads_behind(
    misbehaviour: Misbehaviour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grassroots.usecases.outbox.sending.FIRST_REST", 0.01)
    monkeypatch.setattr("grassroots.usecases.outbox.sending.LONGEST_REST", 0.01)
    now = [datetime(2021, 7, 2, 1, tzinfo=UTC)]
    with grassroots.open("memory://", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        for number in range(4):
            routes = [Route("bad", "14400000001"), Route("phone", "14400000001")]
            desk.outbox.add(Notice(id=f"n{number}", key="duty", routes=routes))
        channels = {"bad": misbehaviour.notifier(tmp_path), "phone": "phone:"}
        with Deliverer(network, channels, patience=0.3, teller=Plain()) as deliverer:
            for _ in range(60):
                deliverer.round()
                now[0] += timedelta(minutes=20)
        assert {one.id: one.state.value for one in desk.outbox.all()} == {
            f"n{n}": "sent" for n in range(4)
        }, "each arrived somewhere"
        tried_in_vain = {"hangs": 4, "hangs on one message": 1, "hangs while closing": 0}[misbehaviour.name]
        assert len(desk.calls.waiting(medium="phone")) == tried_in_vain
        assert left_behind("grassroots-bad") <= 2 * tried_in_vain + 1, "twice for each, and once for closing"


class Plain(Teller):
    """Says the key."""

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text=notice.key)


def test_a_notifier_of_another_contract_is_not_loaded_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "", "NotifierOffer('bad', print, 2)")
    try:
        (record,) = [one for one in load_plugins().records if one.name == "bad"]
        assert record.status is discovery.Status.WRONG_CONTRACT
        assert "contract 2" in record.error
    finally:
        sys.modules.pop("bad_plugin", None)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, offer: str) -> None:
    head = "from grassroots.contracts.hooks import NotifierOffer, hookimpl\n"
    hook = f"@hookimpl\ndef grassroots_notifiers():\n    yield {offer}\n"
    (folder / "bad_plugin.py").write_text(head + source + hook, "utf-8")
    about = folder / "bad-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[grassroots]\nbad = bad_plugin\n")
    monkeypatch.syspath_prepend(folder)


Places = Callable[[], Path]
