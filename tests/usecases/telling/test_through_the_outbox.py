"""The teller and the real outbox together: from a roster to the lists that people ring from and post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import attrs
import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.contracts.notice import Delivery, Limits, Message, Notice, Notifier, Route
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


def test_a_digest_on_the_telephone_list_loses_the_line_that_fell_away(
    network: Network, desk: Desk, clock: WallClock
) -> None:
    channels = {"phone": "phone:", "paper": "paper:"}
    station = desk.stations.found(kind="post", name="365驿站").id
    meng = desk.members.register(name="孟广林", phone="14400000002", station=station).id
    deliver(network, channels)
    duties = []
    for days in (5, 6):
        shift = desk.duties.post(
            station=station, day=FRIDAY + timedelta(days=days), starts=time(8), ends=time(11)
        )
        duties.append(desk.duties.assign(shift.id, meng))
    deliver(network, channels)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, channels)
    (digest,) = desk.calls.waiting(medium="phone")
    assert ("7月7日" in digest.text, "7月8日" in digest.text) == (True, True)

    desk.duties.decline(duties[0].id)
    deliver(network, channels)
    (changed,) = [call for call in desk.calls.waiting(medium="phone") if call.member == meng]
    assert ("7月7日" in changed.text, "7月8日" in changed.text) == (False, True)
    assert (changed.address, changed.id == digest.id) == ("14400000002", False)
    assert desk.calls.get(digest.id).state.value == "dropped"

    deliver(network, channels)
    assert changed in desk.calls.waiting(medium="phone"), "what holds is left alone"
    desk.duties.decline(duties[1].id)
    deliver(network, channels)
    assert [call for call in desk.calls.waiting(medium="phone") if call.member == meng] == []
    gone = desk.calls.get(changed.id)
    assert (gone.state.value, gone.values) == ("dropped", "{}")


def test_a_sheet_that_does_not_hang_yet_loses_the_line_that_fell_away(
    network: Network, desk: Desk, clock: WallClock
) -> None:
    channels = {"paper": "paper:"}
    station = desk.stations.found(kind="post", name="365驿站").id
    deliver(network, channels)
    duties = []
    for name, hour in (("宋怀远", 8), ("孟广林", 14)):
        who = desk.members.register(name=name, station=station).id
        shift = desk.duties.post(
            station=station, day=FRIDAY + timedelta(days=5), starts=time(hour), ends=time(hour + 3)
        )
        duties.append(desk.duties.assign(shift.id, who))
    deliver(network, channels)
    clock.go_to(FRIDAY + timedelta(days=4), 19)
    deliver(network, channels)
    (sheet,) = desk.calls.waiting(medium="paper")
    assert sheet.text.count("·") == 2
    desk.duties.call_off(duties[0].id, reason="rainstorm")
    deliver(network, channels)
    (sheet,) = desk.calls.waiting(medium="paper")
    assert sheet.text == "365驿站\n· 14:00–17:00　孟**"
    desk.calls.posted(sheet.id)
    desk.duties.call_off(duties[1].id, reason="rainstorm")
    deliver(network, channels)
    assert desk.calls.get(sheet.id).state.value == "posted", "what hangs is not taken down by a program"


def test_whoever_is_erased_is_forgotten_by_the_outbox_and_the_lists(
    network: Network, desk: Desk, clock: WallClock
) -> None:
    channels = {"phone": "phone:"}
    station = desk.stations.found(kind="post", name="365驿站").id
    meng = desk.members.register(name="孟广林", phone="14400000002", station=station).id
    stays = desk.members.register(name="宋怀远", phone="14400000001", station=station).id
    deliver(network, channels)
    for days, who in ((5, meng), (6, meng), (5, stays)):
        shift = desk.duties.post(
            station=station, day=FRIDAY + timedelta(days=days), starts=time(8), ends=time(11)
        )
        desk.duties.assign(shift.id, who)
    to_others = Notice(
        id="n1", to=stays, key="own", values={"who": "孟广林"}, routes=[Route("sms", "14400000001")]
    )
    by_number = attrs.evolve(to_others, id="n2", values={}, routes=[Route("sms", "14400000002")], to="")
    other = attrs.evolve(to_others, id="n3", values={"who": "宋怀远"})
    desk.outbox.add(to_others, by_number, other)
    made = desk.calls.ask(medium="phone", text="请问孟广林是否在家", member=stays)
    desk.calls.reached(made.id)
    desk.calls.ask(medium="phone", text="请给 14400000002 回电话", member=stays)
    clock.go_to(FRIDAY + timedelta(days=4), 19)
    deliver(network, channels)
    assert {one.to for one in desk.outbox.all()} >= {meng, stays}

    touched = desk.rights.erase(meng)
    assert touched
    left = desk.outbox.all()
    assert meng not in {one.to for one in left}
    assert {one.id for one in left} & {"n1", "n2", "n3"} == {"n3"}
    texts = [call.text for call in desk.calls.all()]
    assert not [text for text in texts if "孟广林" in text or "14400000002" in text]
    assert [call for call in desk.calls.waiting() if "***" in call.text] == [], "nobody rings up nobody"
    assert desk.calls.get(made.id).state.value == "reached"
    assert {call.member for call in desk.calls.waiting()} == {stays}
    assert desk.rights.erase(meng) == 0
    clock.go_to(FRIDAY + timedelta(days=5), 19)
    deliver(network, channels)
    assert meng not in {one.to for one in desk.outbox.all()}
