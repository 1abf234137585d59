"""A line and its notifier's thread: lots, what ends them, and who is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import grassroots
from grassroots.contracts.notice import Delivery, Limits, Message, Notice, Notifier, Outcome, Route
from grassroots.delivery import Deliverer, deliver
from grassroots.usecases.outbox.sending import MOST_LEFT_BEHIND, Line, Opened
from grassroots.usecases.outbox.teller import Teller


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


def test_a_line_leaves_only_some_threads_behind() -> None:
    free = threading.Event()

    def act(notice: str) -> Delivery:
        free.wait(10)
        return Delivery.delivered()

    guest = Guest(act)
    with line(guest, patience=0.05) as one:
        for _ in range(MOST_LEFT_BEHIND):
            one.end(one.begin(some(1)))
        (answer,) = one.end(one.begin(some(2)))
        assert (answer.outcome, answer.reason) == (Outcome.RETRY, "plugin-hangs")
        assert len(guest.got) == MOST_LEFT_BEHIND
        free.set()


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
