"""Who hears what about duty, and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from tests.usecases.conftest import WallClock
from tests.usecases.telling.post import Post

from grassroots.contracts.notice import Urgency
from grassroots.desk import Desk
from grassroots.errors import BadInput
from grassroots.network import Network
from grassroots.values.ids import MemberId, RoleId, ShiftId, StationId

FRIDAY = date(2021, 7, 2)  # the clock of these tests stands at nine in the morning
NEXT_WEDNESDAY = date(2021, 7, 7)


@pytest.fixture
def post(network: Network) -> Post:
    return Post(network)


@pytest.fixture
def station(desk: Desk) -> StationId:
    return desk.stations.found(kind="post", name="365驿站", name_en="365 post").id


@pytest.fixture
def song(desk: Desk, station: StationId) -> MemberId:
    return desk.members.register(name="宋怀远", phone="14400000001", station=station).id


@pytest.fixture
def head(desk: Desk, station: StationId) -> MemberId:
    person = desk.members.register(name="孟广林", phone="14400000009", station=station)
    role = RoleId("station-head")
    desk.roles.define(id=role, family="head", label_zh="驿站负责人", label_en="head of the post")
    desk.appointments.appoint(member=person.id, role=role, station=station, first=date(2021, 1, 1))
    return person.id


def shift_on(desk: Desk, station: StationId, day: date) -> ShiftId:
    return desk.duties.post(station=station, day=day, starts=time(8, 30), ends=time(11, 30)).id


def test_a_roster_is_told_next_morning_and_each_duty_again_on_the_evening_before(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    for day in (NEXT_WEDNESDAY, NEXT_WEDNESDAY + timedelta(days=7)):
        desk.duties.assign(shift_on(desk, station, day), song)
    assert post.deliver() == []
    clock.go_to(FRIDAY + timedelta(days=1), 8)
    assert post.deliver() == []
    clock.now += timedelta(minutes=30)
    (digest,) = post.deliver()
    assert digest.message.text == (
        "您有2条“值班”方面的新消息：\n"
        "· 排班：7月7日（星期三）08:30–11:30 365驿站\n"
        "· 排班：7月14日（星期三）08:30–11:30 365驿站"
    )
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 17)
    (reminder,) = post.deliver()
    assert reminder.message.text == (
        "提醒：7月7日（星期三）08:30–11:30您在365驿站值班。来不了请尽早告诉站点，以便安排替班。"
    )
    assert reminder.message.short == "提醒：7月7日（星期三）08:30–11:30在365驿站值班，请确认"
    assert reminder.to == song


def test_a_duty_of_tomorrow_is_told_at_once(
    desk: Desk, post: Post, station: StationId, song: MemberId
) -> None:
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    assert [sent.key for sent in post.deliver()] == ["duty-assigned"]


def test_a_roster_typed_in_afterwards_tells_nobody(
    desk: Desk, post: Post, station: StationId, song: MemberId
) -> None:
    desk.duties.assign(shift_on(desk, station, FRIDAY - timedelta(days=3)), song)
    post.follow()
    assert post.waiting == {}


def test_whoever_does_not_answer_is_rung_up_by_the_head_of_the_station(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId, head: MemberId
) -> None:
    desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY), song)
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 17)
    post.deliver()
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 19)
    (asked,) = post.deliver()
    assert (asked.key, asked.to, asked.channel) == ("duty-unconfirmed", head, "phone")
    assert asked.message.text.startswith("宋**尚未确认")
    assert asked.message.spoken.startswith("请给宋怀远打电话")


def test_while_the_head_is_on_leave_the_deputy_rings_up(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId, head: MemberId
) -> None:
    deputy = desk.members.register(name="何素珍", station=station).id
    role = RoleId("station-head")
    desk.appointments.appoint(member=deputy, role=role, station=station, first=date(2021, 1, 1), acting=True)
    asked = NEXT_WEDNESDAY - timedelta(days=1)
    leave = desk.availability.give_leave(head, asked, asked)
    for day, who in ((NEXT_WEDNESDAY, deputy), (NEXT_WEDNESDAY + timedelta(days=1), head)):
        desk.duties.assign(shift_on(desk, station, day), song)
        post.follow()
        clock.go_to(day - timedelta(days=1), 20)
        assert [one.to for one in post.deliver() if one.key == "duty-unconfirmed"] == [who]
    desk.availability.withdraw_leave(leave.id)


def test_without_a_head_it_goes_to_the_telephone_list_of_the_office(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY), song)
    post.follow()
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 20)
    assert ("duty-unconfirmed", "", "phone") in [(one.key, one.to, one.channel) for one in post.deliver()]


def test_who_cannot_come_is_not_reminded_and_the_head_hears_of_it_if_it_is_late(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId, head: MemberId
) -> None:
    early = desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY + timedelta(days=7)), song)
    late = desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY), song)
    post.deliver()
    desk.duties.excuse(early.id)
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 16)
    post.deliver()
    desk.duties.excuse(late.id)
    (told,) = post.deliver()
    assert (told.key, told.to, told.notice.urgency) == ("duty-late-cancellation", head, Urgency.URGENT)
    clock.go_to(NEXT_WEDNESDAY, 7)
    assert post.deliver() == []


def test_a_duty_that_is_called_off_is_told_at_once_if_it_is_near_even_at_night(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    shift = shift_on(desk, station, NEXT_WEDNESDAY)
    desk.duties.assign(shift, song)
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 22)
    post.deliver()
    desk.duties.call_off_shift(shift, reason="rainstorm")
    assert [sent.key for sent in post.deliver()] == ["duty-called-off"]


def test_a_new_time_is_told_and_reminded_of_once(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    shift = shift_on(desk, station, NEXT_WEDNESDAY)
    desk.duties.assign(shift, song)
    post.deliver()
    desk.duties.correct_shift(shift, starts=time(14, 0), ends=time(17, 0))
    assert [sent.key for sent in post.deliver()] == ["duty-moved"]
    clock.go_to(NEXT_WEDNESDAY - timedelta(days=1), 17)
    reminders = [sent for sent in post.deliver() if sent.key == "duty-reminder"]
    assert ["14:00–17:00" in one.message.text for one in reminders] == [True]


def test_nothing_is_sent_in_the_quiet_hours_and_it_goes_out_in_the_morning(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    clock.go_to(FRIDAY, 22)
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    assert post.deliver() == []
    clock.go_to(FRIDAY + timedelta(days=1), 8)
    assert [sent.key for sent in post.deliver()] == ["duty-assigned"]


def test_a_night_owl_abroad_has_a_wall_of_their_own(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    desk.reach.note(song, zone="Europe/London", quiet_from=time(23, 0), quiet_until=time(6, 0))
    clock.now = datetime.fromisoformat("2021-07-02T22:59:00+01:00")  # six in the morning in Zhuzhou
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=2)), song)
    assert [sent.key for sent in post.deliver()] == ["duty-assigned"]
    clock.now = datetime.fromisoformat("2021-07-02T23:00:00+01:00")
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    assert post.deliver() == []


def test_who_has_died_or_refused_hears_nothing(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    other = desk.members.register(name="卯春来", phone="14400000002").id
    desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY), song)
    desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY + timedelta(days=1)), other)
    post.follow()
    desk.members.record_death(song, on=FRIDAY)
    desk.reach.refuse(other, "duty")
    for hours in range(24 * 8):
        clock.go_to(FRIDAY, 9 + hours)
        assert [sent for sent in post.deliver() if sent.to in (song, other)] == []


def test_a_person_without_any_number_is_on_the_telephone_list(
    desk: Desk, post: Post, station: StationId
) -> None:
    nobody = desk.members.register(name="卯爷爷").id
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), nobody)
    (sent,) = post.deliver()
    assert [(route.channel, route.address) for route in sent.notice.routes] == [("phone", "")]


def test_a_copy_goes_to_the_daughter_who_was_agreed_on(
    desk: Desk, post: Post, station: StationId, song: MemberId
) -> None:
    daughter = desk.members.register(name="宋小梅", phone="14400000003").id
    desk.reach.copy_to(song, daughter, kinship="child", topics=("duty",))
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    sent = post.deliver()
    assert {one.to for one in sent} == {song, daughter}
    (copy,) = [one for one in sent if one.to == daughter]
    assert copy.message.text.startswith("（转告一位成员）您已排班")


def test_preferred_channels_come_in_their_order_and_only_where_they_are_meant(
    desk: Desk, post: Post, station: StationId, song: MemberId
) -> None:
    desk.reach.note(song, ways=[("sms", ""), ("wecom", "song")])
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    (sent,) = post.deliver()
    assert [(one.channel, one.address) for one in sent.notice.routes] == [
        ("sms", "14400000001"),
        ("wecom", "song"),
        ("phone", "14400000001"),
    ]


def test_english_readers_get_english(desk: Desk, post: Post, station: StationId, song: MemberId) -> None:
    desk.reach.note(song, language="en")
    desk.duties.assign(shift_on(desk, station, FRIDAY + timedelta(days=1)), song)
    (sent,) = post.deliver()
    assert sent.message.text.startswith("You are on the roster: Saturday 3 July, 08:30–11:30, 365 post.")


def test_the_same_entry_planned_twice_gives_the_same_ids(
    desk: Desk, post: Post, station: StationId, song: MemberId, head: MemberId
) -> None:
    desk.duties.assign(shift_on(desk, station, NEXT_WEDNESDAY), song)
    for happened in post.reading().trail():
        first = [one.id for one in post.teller.plan(happened, post.telling()) if hasattr(one, "id")]
        again = [one.id for one in post.teller.plan(happened, post.telling()) if hasattr(one, "id")]
        assert first == again
        assert len(set(first)) == len(first)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", ""])
def test_a_zone_that_there_is_not_is_told_in_words(desk: Desk, zone: str) -> None:
    song = desk.members.register(name="宋怀远").id
    with pytest.raises(BadInput, match="time zone"):
        desk.reach.note(song, zone=zone)
