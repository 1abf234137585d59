"""What waits for a channel that does not work goes its next way in time, and what it hung on comes last."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from tests.usecases.outbox.test_sending import Guest

import grassroots
from grassroots.contracts.hooks import NotifierOffer
from grassroots.contracts.notice import Delivery, Message, Notice, Notifier, Route
from grassroots.delivery import Deliverer, deliver
from grassroots.discovery import load_plugins
from grassroots.domain.outbox import Parcel
from grassroots.domain.terms import Terms
from grassroots.errors import Unreachable
from grassroots.usecases.outbox.box import Box, Held
from grassroots.usecases.outbox.handing import hand_over
from grassroots.usecases.outbox.teller import Teller, Telling


class Says(Teller):
    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text=notice.key)


TWO_WAYS = (Route("out", "1"), Route("phone", ""))


def away(notice: str) -> Delivery:
    raise Unreachable("unreachable", where="x")


def test_what_never_expires_does_not_stand_before_what_is_handed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Digests that wait for a dead channel since the morning, and reminders behind them."""
    monkeypatch.setattr("grassroots.usecases.outbox.handing._MANY", 5)
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        ends = now[0] + timedelta(hours=6)
        desk.outbox.add(*(Notice(id=f"a{n:02}", key="k", routes=TWO_WAYS) for n in range(20)))
        desk.outbox.add(*(Notice(id=f"b{n:02}", key="k", routes=TWO_WAYS, expires=ends) for n in range(7)))
        with Deliverer(network, {"out": Guest(away), "phone": "phone:"}, teller=Says()) as deliverer:
            for _ in range(12):
                deliverer.round()
                now[0] += timedelta(minutes=30)
        assert {call.id for call in desk.calls.all()} >= {f"b{n:02}" for n in range(7)}
        assert desk.outbox.standing().states["expired"] == 0


def test_a_channel_that_works_again_after_its_rest_keeps_what_it_has() -> None:
    now, works = [datetime(2021, 7, 2, 9, tzinfo=UTC)], [False]
    guest = Guest(lambda notice: Delivery.delivered() if works[0] else Delivery.retry("busy"))
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        ends = now[0] + timedelta(hours=6)
        desk.outbox.add(*(Notice(id=f"n{n:02}", key="k", routes=TWO_WAYS, expires=ends) for n in range(20)))
        with Deliverer(network, {"out": guest, "phone": "phone:"}, teller=Says()) as deliverer:
            deliverer.round()
            now[0] += timedelta(hours=5)
            works[0] = True
            deliverer.round()
        assert desk.calls.all() == []
        assert desk.outbox.standing().states["sent"] == 20


def test_what_never_expires_waits_a_day_for_a_dead_channel_and_no_longer() -> None:
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        desk.outbox.add(
            Notice(id="now", key="k", routes=TWO_WAYS),
            Notice(id="tomorrow", key="k", routes=TWO_WAYS, not_before=now[0] + timedelta(days=1)),
        )
        box = Box(desk.seat.office)
        for hours, channels in ((23, {"out"}), (24, {"phone", "out"}), (48, {"phone"})):
            now[0] = datetime(2021, 7, 2, 9, tzinfo=UTC) + timedelta(hours=hours)
            hand_over(box, "out", Terms(), whole=True)
            assert {one.channel for one in desk.outbox.all()} == channels


def test_a_lease_of_another_worker_keeps_nothing_else_from_being_handed_over() -> None:
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        ends = now[0] + timedelta(hours=2)
        desk.outbox.add(*(Notice(id=f"n{n:02}", key="k", routes=TWO_WAYS, expires=ends) for n in range(9)))
        box = Box(desk.seat.office)
        pages, other = box.pages, Box(desk.seat.office)

        def leased_meanwhile(channel: str, size: int) -> Iterator[Iterator[list[Held[Parcel]]]]:
            for lane in pages(channel, size):
                for page in lane:
                    change, held = other.change(), other.read(Parcel, ["n04"])["n04"]
                    change.put(held, held.record.lease("w2", now[0] + timedelta(minutes=1)))
                    change.commit()
                    yield iter([page])

        box.pages = leased_meanwhile  # type: ignore[method-assign]
        done = hand_over(box, "out", Terms())
        assert done["divert"] == 8
        states = {one.id: (one.state.value, one.channel) for one in desk.outbox.all()}
        assert states.pop("n04") == ("leased", "out"), "it is another's"
        assert set(states.values()) == {("new", "phone")}


def test_a_notice_with_one_way_keeps_it_and_what_is_of_no_use_any_more_goes_nowhere() -> None:
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        soon = now[0] + timedelta(hours=2)
        desk.outbox.add(
            Notice(id="one", key="k", routes=TWO_WAYS[:1], expires=soon),
            Notice(id="two", key="k", routes=TWO_WAYS, expires=now[0] + timedelta(minutes=5)),
            Notice(id="far", key="k", routes=TWO_WAYS, expires=now[0] + timedelta(hours=9)),
        )
        now[0] += timedelta(minutes=5)  # to the second
        assert hand_over(Box(desk.seat.office), "out", Terms(), whole=True) == {}


def test_a_channel_that_cannot_be_opened_gives_what_ends_soon_to_the_next_way() -> None:
    def opened(url: str) -> Notifier:
        raise RuntimeError

    found = attrs.evolve(load_plugins(), notifiers={"late": NotifierOffer("late", opened, takes_key=True)})
    now = [datetime(2021, 7, 2, 9, tzinfo=UTC)]
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        for id_, hours in (("soon", 3), ("far", 9)):
            ends = now[0] + timedelta(hours=hours)
            desk.outbox.add(Notice(id=id_, key="k", routes=TWO_WAYS, expires=ends))
        channels = {"out": "late:1", "phone": Guest(lambda notice: Delivery.task("phone"))}
        for minutes, calls in ((0, set[str]()), (16, {"soon"})):
            now[0] += timedelta(minutes=minutes)
            deliver(network, channels, teller=Says(), plugins=found)
            assert {call.id for call in desk.calls.all()} == calls, "it may come back in a minute"


def test_a_clock_that_is_set_back_does_not_let_a_channel_rest_for_a_day() -> None:
    now, works = [datetime(2021, 7, 3, 9, tzinfo=UTC)], [False]
    guest = Guest(lambda notice: Delivery.delivered() if works[0] else Delivery.retry("busy"))
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        desk.outbox.add(*(Notice(id=f"n{n:02}", key="k", routes=[Route("out", "1")]) for n in range(20)))
        with Deliverer(network, {"out": guest}, teller=Says()) as deliverer:
            deliverer.round()
            now[0] -= timedelta(days=1)
            works[0] = True
            assert deliverer.round().sent > 0
        assert desk.outbox.standing().states["new"] == 0, "those that were never tried"


@pytest.mark.parametrize("takes_key", [True, False])
def test_what_a_channel_hung_on_comes_after_everything_else_that_waits_for_it(takes_key: bool) -> None:
    now, free = [datetime(2021, 7, 2, 9, tzinfo=UTC)], threading.Event()
    calls: list[str] = []

    def act(notice: str) -> Delivery:
        calls.append(notice)
        if notice == "n00":
            free.wait(10)
        return Delivery.retry("busy") if calls.count(notice) == 1 else Delivery.delivered()

    guest = Guest(act)
    guest.takes_key = takes_key
    with grassroots.open("memory:", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        desk.outbox.add(*(Notice(id=f"n{n:02}", key="k", routes=[Route("out", "1")]) for n in range(4)))
        with Deliverer(network, {"out": guest}, teller=Says(), patience=0.2) as deliverer:
            deliverer.round()
            first = set(calls)
            calls.clear()
            now[0] += timedelta(hours=2)
            deliverer.round()
        free.set()
    assert first == {"n00", "n01", "n02", "n03"}
    assert calls.index("n00") == 3
