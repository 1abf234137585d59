"""The teller and the real outbox together: from a roster to the lists that people ring from and post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.contracts.notice import Delivery, Limits, Message, Notifier
from grassroots.delivery import deliver
from grassroots.desk import Desk
from grassroots.network import Network
from grassroots.pages.calls import render_calls

FRIDAY = date(2021, 7, 2)


class Phonebook(Notifier):
    """A gateway for short messages that remembers what it took."""

    takes_key = True
    limits = Limits(text_characters=70)

    def __init__(self) -> None:
        self.took: list[Message] = []

    def deliver(self, message: Message) -> Delivery:
        self.took.append(message)
        return Delivery.delivered()


@pytest.fixture
def network(clock: WallClock, tmp_path: Path) -> Iterator[Network]:
    url = f"sqlite:///{tmp_path / 'n.db'}"
    with grassroots.open(url, network="test", zone="Asia/Shanghai", clock=clock) as opened:
        yield opened


def test_from_the_roster_to_the_sms_the_telephone_list_and_the_board(
    network: Network, desk: Desk, clock: WallClock
) -> None:
    sms = Phonebook()
    channels = {"sms": sms, "phone": "phone:", "paper": "paper:"}
    station = desk.stations.found(kind="post", name="365驿站", name_en="365 post").id
    song = desk.members.register(name="宋怀远", phone="14400000001", station=station).id
    meng = desk.members.register(name="孟广林", station=station).id
    desk.reach.note(song, ways=[("sms", "")])
    deliver(network, channels)
    for member, hours in ((song, (8, 11)), (meng, (14, 17))):
        shift = desk.duties.post(
            station=station, day=FRIDAY + timedelta(days=5), starts=time(hours[0]), ends=time(hours[1])
        )
        desk.duties.assign(shift.id, member)
    for days, hour in ((0, 9), (1, 9), (4, 16), (4, 17), (4, 19)):
        clock.go_to(FRIDAY + timedelta(days=days), hour)
        told = deliver(network, channels)
        assert told.problems == ()

    assert [message.key for message in sms.took] == ["digest", "duty-reminder"]
    assert all(len(message.text) <= 70 for message in sms.took)
    assert sms.took[1].text.startswith("提醒：7月7日（星期三）08:00–11:00")

    phone = desk.calls.sheet("phone", station=station)
    assert {line.name for line in phone.lines} == {"孟广林", ""}
    (board,) = desk.calls.sheet("paper", station=station).lines
    assert board.text == "365驿站\n· 08:00–11:00　宋**\n· 14:00–17:00　孟**"

    page = render_calls(desk.calls.sheet("phone"))
    assert "（无号码，请查登记表或上门）" in page
    assert "<script" not in page
    english = render_calls(desk.calls.sheet("paper"), "en")
    assert "Notices" in english


def test_a_cancelled_duty_takes_its_call_off_the_list(network: Network, desk: Desk, clock: WallClock) -> None:
    channels = {"phone": "phone:"}
    station = desk.stations.found(kind="post", name="365驿站").id
    meng = desk.members.register(name="孟广林", station=station).id
    deliver(network, channels)
    shift = desk.duties.post(station=station, day=FRIDAY + timedelta(days=5), starts=time(8), ends=time(11))
    duty = desk.duties.assign(shift.id, meng)
    deliver(network, channels)
    clock.go_to(FRIDAY + timedelta(days=4), 17)
    deliver(network, channels)
    waiting = [call.title for call in desk.calls.waiting()]
    assert "值班提醒" in waiting
    desk.duties.call_off(duty.id, reason="rainstorm")
    deliver(network, channels)
    waiting = [call.title for call in desk.calls.waiting()]
    assert "值班取消" in waiting
    assert "值班提醒" not in waiting


class Mailbox(Phonebook):
    """A channel that carries files."""

    limits = Limits()


def test_a_duty_comes_with_its_event_and_a_cancelled_one_cancels_the_same_event(
    network: Network, desk: Desk, clock: WallClock
) -> None:
    mail = Mailbox()
    channels = {"mail": mail}
    station = desk.stations.found(kind="post", name="365驿站").id
    song = desk.members.register(name="宋怀远", station=station).id
    desk.reach.note(song, ways=[("mail", "song@example.org")])
    deliver(network, channels)
    shift = desk.duties.post(station=station, day=FRIDAY + timedelta(days=1), starts=time(8), ends=time(11))
    duty = desk.duties.assign(shift.id, song)
    deliver(network, channels)
    desk.duties.call_off(duty.id, reason="rainstorm")
    deliver(network, channels)
    assert [message.key for message in mail.took] == ["duty-assigned", "duty-called-off"]
    first, second = (message.attachments[0].content.decode() for message in mail.took)
    uid = [line for line in first.splitlines() if line.startswith("UID")]
    assert uid == [line for line in second.splitlines() if line.startswith("UID")]
    assert "STATUS:CANCELLED" not in first
    assert "STATUS:CANCELLED" in second


def test_broken_glass_is_told_to_those_who_were_named_and_to_nobody_whom_it_concerns(
    network: Network, desk: Desk
) -> None:
    mail = Mailbox()
    channels = {"mail": mail, "phone": "phone:"}
    he = desk.members.register(name="何素珍", phone="14400000005").id
    meng = desk.members.register(name="孟广林").id
    desk.reach.note(meng, ways=[("mail", "meng@example.org")])
    deliver(network, channels)
    desk.access.break_glass(
        he, reason="fall", words="晕倒在家", tell=(f"lead:{meng}", "auditor:committee"), minutes=30
    )
    deliver(network, channels)
    (message,) = mail.took
    assert (message.key, message.to) == ("emergency-access", "meng@example.org")
    (call,) = desk.calls.waiting()
    for text in (message.text, message.short, message.spoken, call.text):
        assert "何" not in text
        assert "晕" not in text


def test_a_name_that_tries_to_be_markup_stays_a_name(network: Network, desk: Desk) -> None:
    who = desk.members.register(name="<b>卯", phone="14400000001")
    desk.calls.ask(medium="phone", text="<script>alert(1)</script>", member=who.id)
    page = render_calls(desk.calls.sheet("phone"))
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
