"""A line and its notifier's thread: lots, what ends them, and who is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import attrs
import pytest

import grassroots
from grassroots.contracts.hooks import NotifierOffer
from grassroots.contracts.notice import Delivery, Limits, Message, Notice, Notifier, Outcome, Route
from grassroots.delivery import Deliverer, deliver
from grassroots.discovery import load_plugins
from grassroots.errors import Unreachable
from grassroots.usecases.outbox.guarding import Hung, left_behind
from grassroots.usecases.outbox.sending import MOST_IN_A_ROW, Line, Opened
from grassroots.usecases.outbox.teller import Teller, Telling


class Guest(Notifier):
    """Does with each message what it was told to do."""

    takes_key = True

    def __init__(self, act: Callable[[str], Delivery]) -> None:
        self.act = act
        self.got: list[str] = []

    def deliver(self, message: Message) -> Delivery:
        self.got.append(message.notice)
        return self.act(message.notice)


@contextmanager
def line(guest: Guest, patience: float = 5.0) -> Iterator[Line]:
    opened = Opened(guest, True, Limits())
    one = Line("out", "guest", lambda: opened, patience=patience)
    yield one
    one.close()


def some(count: int, first: int = 0) -> list[Message]:
    return [Message(notice=f"n{number}", text="值班") for number in range(first, first + count)]


def outcomes(answers: list[Delivery]) -> list[str]:
    return [one.outcome.value for one in answers]


def test_a_lot_is_answered_message_by_message_in_order() -> None:
    guest = Guest(lambda notice: Delivery.refused("no") if notice == "n1" else Delivery.delivered())
    with line(guest) as one:
        answers = one.end(one.begin(some(3)))
    assert outcomes(answers) == ["delivered", "refused", "delivered"]


def test_what_does_not_go_through_ends_the_lot_and_the_rest_was_not_tried() -> None:
    guest = Guest(lambda notice: Delivery.retry("busy") if notice == "n1" else Delivery.delivered())
    with line(guest) as one:
        answers = one.end(one.begin(some(4)))
        assert outcomes(answers) == ["delivered", "retry"]
        assert guest.got == ["n0", "n1"]


def test_behind_one_that_hangs_nobody_waits_and_nobody_is_lost() -> None:
    free = threading.Event()

    def act(notice: str) -> Delivery:
        if notice == "n1":
            free.wait(10)
        return Delivery.delivered()

    guest = Guest(act)
    with line(guest, patience=0.2) as one:
        first, second = one.begin(some(3)), one.begin(some(2, first=3))
        assert outcomes(one.end(first)) == ["delivered", "uncertain"]
        assert one.end(second) == [], "it stood behind, and was taken back"
        assert outcomes(one.end(one.begin(some(2, first=5)))) == ["delivered", "delivered"]
        assert [(problem.code, problem.count) for problem in one.problems] == [("notifier-hangs", 1)]
        free.set()
    assert guest.got == ["n0", "n1", "n5", "n6"]


class Stuck:
    """Hangs until it is freed, then answers at once."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def __call__(self, notice: str) -> Delivery:
        self.free.wait(10)
        return Delivery.delivered()


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    one = Stuck()
    yield one
    one.free.set()
    until_back("grassroots-out")


def until_back(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith(name):
            thread.join(5)


def test_three_that_hang_one_after_the_other_quiet_the_line_for_a_while(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grassroots.usecases.outbox.sending.FIRST_REST", 30.0)
    guest = Guest(stuck)
    with line(guest, patience=0.05) as one:
        for _ in range(MOST_IN_A_ROW):
            assert outcomes(one.end(one.begin(some(1)))) == ["uncertain"]
        for _ in range(3):
            (answer,) = one.end(one.begin(some(2)))
            assert (answer.outcome, answer.reason) == (Outcome.RETRY, "plugin-hangs")
        assert len(guest.got) == MOST_IN_A_ROW, "it is asked nothing"
        one._rests_until -= 30.0  # the while is over
        assert outcomes(one.end(one.begin(some(1)))) == ["uncertain"], "it is asked again"
        one._rests_until -= 30.0
        assert outcomes(one.end(one.begin(some(1)))) == ["retry"], "the second while is twice as long"
        one._rests_until -= 30.0
        stuck.free.set()
        assert outcomes(one.end(one.begin(some(2)))) == ["delivered", "delivered"]
        until_back("grassroots-out (left")
        assert one._works(), "and is as before"


def test_what_hangs_now_and_then_does_not_quiet_the_line(stuck: Stuck) -> None:
    guest = Guest(lambda notice: stuck(notice) if notice.endswith("0") else Delivery.delivered())
    with line(guest, patience=0.05) as one:
        for number in range(0, 2 * MOST_IN_A_ROW):
            assert outcomes(one.end(one.begin(some(1, first=10 * number)))) == ["uncertain"]
            assert outcomes(one.end(one.begin(some(1, first=10 * number + 1)))) == ["delivered"]


def test_a_process_leaves_only_some_threads_behind_for_a_channel_however_often_it_is_opened(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grassroots.usecases.outbox.sending.MOST_LEFT_BEHIND", 5)
    guest = Guest(stuck)
    for _ in range(2):
        with line(guest, patience=0.05) as one:
            for _ in range(3):
                one.end(one.begin(some(1)))
    assert len(guest.got) == left_behind("grassroots-out") == 5
    opened = Opened(guest, True, Limits())
    with pytest.raises(Hung):
        Line("out", "guest", lambda: opened)
    assert Line("other", "guest", lambda: opened).takes_key, "another channel is not touched"


def test_threads_that_came_back_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grassroots.usecases.outbox.sending.MOST_LEFT_BEHIND", 2)
    for _ in range(3):
        stuck = Stuck()
        with line(Guest(stuck), patience=0.05) as one:
            for _ in range(2):
                one.end(one.begin(some(1)))
            assert outcomes(one.end(one.begin(some(1)))) == ["retry"]
            assert "notifier-silent" in {problem.code for problem in one.problems}
            stuck.free.set()
            until_back("grassroots-out")
            assert outcomes(one.end(one.begin(some(1)))) == ["delivered"]


def test_what_was_left_behind_and_comes_back_is_closed_and_what_was_given_is_not(stuck: Stuck) -> None:
    made: list[Closing] = []

    class Closing(Guest):
        closed = False

        def close(self) -> None:
            self.closed = True

    def opener() -> Opened:
        made.append(Closing(stuck if not made else lambda notice: Delivery.delivered()))
        return Opened(made[-1], True, Limits())

    one = Line("out", "guest", opener, patience=0.05)
    one.end(one.begin(some(1)))
    assert outcomes(one.end(one.begin(some(1)))) == ["delivered"]
    assert [guest.closed for guest in made] == [False, False]
    stuck.free.set()
    until_back("grassroots-out (left")
    assert [guest.closed for guest in made] == [True, False]
    one.close()
    assert made[1].closed


def test_a_channel_that_opens_late_is_closed_and_opened_again_after_a_while(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grassroots.delivery.lines.TRY_AGAIN", 0.0)
    closed: list[str] = []

    class Late(Guest):
        def close(self) -> None:
            closed.append("late")

    def opened(url: str) -> Notifier:
        if url == "late:1" and not stuck.free.is_set():
            stuck("open")
            return Late(lambda notice: Delivery.delivered())
        return Guest(lambda notice: Delivery.delivered())

    found = attrs.evolve(load_plugins(), notifiers={"late": NotifierOffer("late", opened, takes_key=True)})
    with grassroots.open("memory:") as network:
        desk = network.desk("steward:office")
        desk.outbox.add(Notice(id="n1", key="k", routes=[Route("out", "1")]))
        with Deliverer(
            network, {"out": "late:1"}, teller=Teller(), patience=0.05, plugins=found
        ) as deliverer:
            assert [problem.code for problem in deliverer.round().problems] == ["notifier-open-hangs"]
            assert desk.outbox.get("n1").state.value == "new", "it waits"
            stuck.free.set()
            until_back("grassroots-out (left")
            assert set(closed) == {"late"}, "as often as it was opened in vain"
            done = deliverer.round()
        assert (done.sent, done.problems) == (1, ())


def test_one_notice_that_hangs_delays_no_other() -> None:
    free = threading.Event()

    def act(notice: str) -> Delivery:
        if notice == "n07":
            free.wait(10)
        return Delivery.delivered()

    guest = Guest(act)
    with grassroots.open("memory:") as network:
        notices = [Notice(id=f"n{number:02}", key="k", routes=[Route("out", "1")]) for number in range(60)]
        network.desk("steward:office").outbox.add(*notices)
        with Deliverer(network, {"out": guest}, teller=Teller(), patience=0.2) as deliverer:
            done = deliverer.round()
        free.set()
        assert done.sent == 59
        assert {one.id for one in network.desk("steward:office").outbox.all(state="failed")} == {"n07"}
        assert [problem.code for problem in done.problems] == ["notifier-hangs"]


def test_what_expires_while_its_channel_is_dead_goes_its_next_way_in_time() -> None:
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]

    def away(notice: str) -> Delivery:
        raise Unreachable("unreachable", where="x")

    class Says(Teller):
        def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
            return Message(notice=notice.id, to=route.address, text=notice.key)

    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        ends = now[0] + timedelta(hours=15)
        routes = [Route("out", "1"), Route("phone", "")]
        desk.outbox.add(*(Notice(id=f"n{n:02}", key="k", routes=routes, expires=ends) for n in range(40)))
        with Deliverer(network, {"out": Guest(away), "phone": "phone:"}, teller=Says()) as deliverer:
            for _ in range(32):
                deliverer.round()
                now[0] += timedelta(minutes=30)
        states = desk.outbox.standing().states
        assert (states["sent"], states["expired"]) == (40, 0)
        calls = desk.calls.all()
        assert len(calls) == 40
        assert "channel-rests" in {call.because for call in calls}


def test_who_is_told_to_stop_gives_back_what_nobody_has_begun() -> None:
    guest = Guest(lambda notice: Delivery.delivered())
    with grassroots.open("memory:") as network:
        desk = network.desk("steward:office")
        desk.outbox.add(*(Notice(id=f"n{n:03}", key="k", routes=[Route("out", "1")]) for n in range(120)))
        done = deliver(network, {"out": guest}, teller=Teller(), stop=lambda: len(guest.got) >= 20)
        states = desk.outbox.standing().states
        assert states["leased"] == 0
        assert states["sent"] == len(guest.got) == done.sent
        assert 20 <= done.sent < 120
        assert max(one.attempts for one in desk.outbox.all(state="new")) == 0


def test_a_slow_channel_keeps_nobody_from_marking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grassroots.usecases.outbox.sending.OFTEN", 0.05)
    pause = threading.Event()

    def act(notice: str) -> Delivery:
        pause.wait(0.04)
        return Delivery.delivered()

    guest = Guest(act)
    with line(guest) as one:
        answers = one.end(one.begin(some(50)))
    assert 1 <= len(answers) == len(guest.got) < 50
