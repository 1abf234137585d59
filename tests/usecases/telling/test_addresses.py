"""Addresses are judged when they are entered; what stands already and is none ends on the telephone list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import attrs
import pytest
from tests.usecases.conftest import WallClock
from tests.usecases.telling.test_through_the_outbox import FRIDAY, Phonebook

import grassroots
from grassroots.contracts.notice import Notice, Route
from grassroots.delivery import deliver
from grassroots.desk import Desk
from grassroots.domain.reach import Way
from grassroots.errors import BadInput
from grassroots.locale import say
from grassroots.network import Network
from grassroots.pages.calls import render_calls
from grassroots.values.ids import MemberId, StationId


@pytest.fixture
def network(clock: WallClock, tmp_path: Path) -> Iterator[Network]:
    url = f"sqlite:///{tmp_path / 'n.db'}"
    with grassroots.open(url, network="test", zone="Asia/Shanghai", clock=clock) as opened:
        yield opened


@pytest.fixture
def station(desk: Desk) -> StationId:
    return desk.stations.found(kind="post", name="365驿站").id


def test_a_way_is_made_plain_when_it_is_noted(desk: Desk) -> None:
    song = desk.members.register(name="宋怀远", phone=" １４４ 0000-0001 ").id
    assert desk.members.get(song).phone == "14400000001"
    noted = desk.reach.note(
        song,
        ways=[
            ("mail", "Song ＠ example。org"),
            ("sms", "144 0000 0002"),
            Way("phone", "0731-2881 2345"),
            ("sms", ""),
        ],
    )
    assert [way.address for way in noted.ways] == ["Song@example.org", "14400000002", "0731-28812345", ""]


@pytest.mark.parametrize(
    ("channel", "address", "code"),
    [
        ("mail", "song", "mail-no-at"), ("email", "song@qq", "mail-domain"),
        ("mail", "14400000001", "mail-no-at"), ("sms", "1440000001", "phone-form"),
        ("sms", "song@example.org", "phone-form"), ("sms", "无", "phone-none"),
        ("phone", "14400000001、14400000002", "phone-several"), ("sms", "1.44E+10", "phone-destroyed"),
        ("webhook", "example.org/x", "web-form"),
    ],
)  # fmt: skip
def test_a_way_that_cannot_be_used_is_refused_in_both_languages_and_nothing_is_written(
    desk: Desk, channel: str, address: str, code: str
) -> None:
    song = desk.members.register(name="宋怀远").id
    desk.reach.note(song, ways=[("mail", "song@example.org")])
    with pytest.raises(BadInput) as refused:
        desk.reach.note(song, ways=[(channel, address)])
    assert refused.value.code == code
    for language in ("zh", "en"):
        assert code not in say(code, refused.value.facts, language)
    assert desk.reach.get(song).ways == (Way("mail", "song@example.org"),)


def test_in_a_channel_that_no_pack_knows_any_text_is_an_address(desk: Desk) -> None:
    song = desk.members.register(name="宋怀远").id
    assert desk.reach.note(song, ways=[("wecom", " song.huaiyuan\n")]).ways[0].address == "song.huaiyuan"


def test_a_number_in_the_register_is_judged_too(desk: Desk) -> None:
    song = desk.members.register(name="宋怀远", phone="0731-28812345转8").id
    assert desk.members.get(song).phone == "0731-28812345-8"
    for wrong in ("1440000000", "没有", "abc"):
        with pytest.raises(BadInput):
            desk.members.correct(song, phone=wrong)
        with pytest.raises(BadInput):
            desk.members.register(name="孟广林", phone=wrong)
    assert desk.members.correct(song, phone=None).phone is None
    assert desk.members.register(name="孟广林", phone="").phone is None


ABROAD = """
[pack]
name = "abroad"
version = "1"
title_zh = "国外"
title_en = "Abroad"
jurisdiction = "*"
effective_from = 2000-01-01
[[source]]
key = "own"
title = "own"
where = "own"
kind = "practice"
sure = "low"
read = "not read"
[phone_shape.home]
source = "own"
begins = "0"
digits_least_count = 10
digits_most_count = 11
"""


def test_a_pack_may_know_further_shapes_of_numbers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'abroad.db'}"
    with grassroots.open(url) as network:
        desk = network.desk("steward:office")
        with pytest.raises(BadInput):
            desk.members.register(name="Ann Example", phone="(0144) 496-0000")
        desk.charter.adopt_pack("abroad", ABROAD)
    with grassroots.open(url) as network:
        members = network.desk("steward:office").members
        assert members.register(name="Ann Example", phone="(0144) 496-0000").phone == "01444960000"
        for wrong in ("1144 496 0000", "0144 496 00", "0144 4960 00000", "01444x60000"):
            with pytest.raises(BadInput):
                members.register(name="Ann Example", phone=wrong)


def test_an_apps_own_notice_is_judged_with_its_name(desk: Desk) -> None:
    good = Notice(id="n1", key="k", routes=[Route("mail", "song@example.org"), Route("phone", "邻居家")])
    assert desk.outbox.add(good) == 1
    with pytest.raises(BadInput) as refused:
        desk.outbox.add(
            attrs.evolve(good, id="n2"), attrs.evolve(good, id="n3", routes=[Route("mail", "song")])
        )
    assert (refused.value.code, refused.value.facts["notice"]) == ("mail-no-at", "n3")
    assert [one.id for one in desk.outbox.all()] == ["n1"]


def stored(desk: Desk, member: MemberId, *ways: Way) -> None:
    """Ways as they stand in records from before anybody judged them."""
    with pytest.MonkeyPatch.context() as before:
        before.setattr("grassroots.usecases.reaches._plain", lambda known, way: way)
        desk.reach.note(member, ways=ways)


def test_what_stands_and_is_no_address_goes_to_the_telephone_list_with_the_reason(
    network: Network, desk: Desk, clock: WallClock, station: StationId
) -> None:
    mail, wecom = Phonebook(), Phonebook()
    channels = {"mail": mail, "wecom": wecom, "phone": "phone:"}
    people = {}
    for name, ways in (
        ("宋怀远", (Way("mail", "song"),)),
        ("孟广林", (Way("mail", "meng@example"), Way("wecom", "meng"))),
        ("何素珍", (Way("mail", "ｈｅ＠example.org"),)),
    ):
        people[name] = desk.members.register(name=name, station=station).id
        stored(desk, people[name], *ways)
    deliver(network, channels)
    for name in people:
        soon, later = (FRIDAY + timedelta(days=days) for days in (1, 9))
        for day in (soon, later):  # told at once, and in tomorrow's digest
            shift = desk.duties.post(station=station, day=day, starts=time(8), ends=time(11))
            desk.duties.assign(shift.id, people[name])
    for day in (0, 1):
        clock.go_to(FRIDAY + timedelta(days=day), 9)
        for _ in range(2):  # what one channel passes on, the other may have in the next round
            deliver(network, channels)

    assert {message.to for message in wecom.took} == {"meng"}, "their next way"
    assert len(wecom.took) >= 2
    assert {message.to for message in mail.took} == {"he@example.org"}, "made plain on its way out"
    sheet = desk.calls.sheet("phone", station=None)
    assert {line.name for line in sheet.lines if line.because == "no-address"} == {"宋怀远"}
    calls = desk.calls.all(member=people["宋怀远"])
    assert [call.because for call in calls] == ["no-address"] * len(calls)
    assert {call.key for call in calls} == {"", "digest"}, "what waits for the morning too"
    assert "改用电话的原因：地址不对" in render_calls(sheet)
    assert "because: this is no address" in render_calls(sheet, "en")
    states = desk.outbox.standing().states
    assert states["dead"] == 0


def test_an_assignment_and_a_reminder_of_the_same_duty_are_one_line_on_the_telephone_list(
    network: Network, desk: Desk, clock: WallClock, station: StationId
) -> None:
    channels = {"phone": "phone:"}
    song = desk.members.register(name="宋怀远", phone="14400000001", station=station).id
    deliver(network, channels)
    clock.go_to(FRIDAY, 16)
    for hour in (8, 14):
        shift = desk.duties.post(
            station=station, day=FRIDAY + timedelta(days=1), starts=time(hour), ends=time(hour + 2)
        )
        desk.duties.assign(shift.id, song)
    deliver(network, channels)
    assert [line.name for line in desk.calls.sheet("phone").lines] == ["宋怀远", "宋怀远"]
    clock.go_to(FRIDAY, 17)
    deliver(network, channels)
    lines = [line for line in desk.calls.sheet("phone").lines if line.name == "宋怀远"]
    assert [line.title for line in lines] == ["值班提醒", "值班提醒"], "two duties, each once"
    dropped = desk.calls.all(state="dropped")
    assert len(dropped) == 2

    desk.calls.reached(lines[0].id)
    deliver(network, channels)
    assert len([line for line in desk.calls.sheet("phone").lines if line.name == "宋怀远"]) == 1


def test_an_old_time_is_not_told_after_the_new_one(
    network: Network, desk: Desk, clock: WallClock, station: StationId
) -> None:
    """The roster is told in tomorrow's digest; today the time is changed, and that is told at once."""
    sms = Phonebook()
    song = desk.members.register(name="宋怀远", phone="14400000001", station=station).id
    desk.reach.note(song, ways=[("sms", "")])
    channels = {"sms": sms, "phone": "phone:"}
    deliver(network, channels)
    shift = desk.duties.post(station=station, day=FRIDAY + timedelta(days=9), starts=time(8), ends=time(11))
    desk.duties.assign(shift.id, song)
    deliver(network, channels)
    desk.duties.correct_shift(shift.id, starts=time(9), ends=time(12))
    deliver(network, channels)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, channels)
    assert sms.took
    assert not any("08:00" in message.text for message in sms.took), [one.text for one in sms.took]
