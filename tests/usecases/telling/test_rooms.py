"""Who hears what about pairings, concerns, activities and callouts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.usecases.conftest import WallClock
from tests.usecases.telling.post import Post

from grassroots.desk import Desk
from grassroots.errors import BadInput
from grassroots.network import Network
from grassroots.values.ids import MemberId, PairingId, StationId

FRIDAY = date(2021, 7, 2)


@pytest.fixture
def post(network: Network) -> Post:
    return Post(network)


@pytest.fixture
def station(desk: Desk) -> StationId:
    return desk.stations.found(kind="post", name="365驿站").id


@pytest.fixture
def song(desk: Desk, station: StationId) -> MemberId:
    return desk.members.register(name="宋怀远", phone="14400000001", station=station).id


# -- pairings ---------------------------------------------------------------------------------------------
@pytest.fixture
def pairing(desk: Desk, station: StationId, song: MemberId) -> PairingId:
    he = desk.members.register(name="何素珍", phone="14400000005", station=station).id
    made = desk.pairings.propose(
        scheme="young-old-oldest-old", supporter=song, recipient=he, station=station, despite="office"
    )
    desk.pairings.begin(made.id, on=FRIDAY)
    return made.id


def keys(post: Post) -> list[tuple[str, str]]:
    return [(one.key, one.to) for one in post.deliver()]


def test_a_contact_is_asked_for_on_the_day_of_the_norm_and_again_at_the_head_when_it_is_late(
    desk: Desk, clock: WallClock, post: Post, pairing: PairingId, song: MemberId
) -> None:
    assert keys(post) == []
    due = next(one for one in post.waiting.values() if one.key == "digest").not_before
    assert due is not None
    clock.now = due
    (told,) = post.deliver()
    assert told.to == song
    assert "何**" in told.message.text
    assert "何素珍" not in told.message.text
    clock.now = due + timedelta(days=3)
    (late,) = post.deliver()
    assert (late.key, late.to, late.channel) == ("contact-overdue", "", "phone")


def test_a_visit_moves_both_notices_on(
    desk: Desk, clock: WallClock, post: Post, pairing: PairingId, song: MemberId
) -> None:
    post.follow()
    clock.go_to(FRIDAY + timedelta(days=3))
    desk.pairings.record_contact(pairing, medium="visit", outcome="made")
    desk.pairings.record_contact(pairing, medium="phone", outcome="made")
    sent: list[tuple[str, str]] = []
    for day in range(3, 10):
        clock.go_to(FRIDAY + timedelta(days=day), 20)
        sent += keys(post)
    assert sent == []
    assert ("digest", "no-longer-so") in post.dropped
    clock.go_to(FRIDAY + timedelta(days=10), 20)
    assert keys(post) == [("digest", song)]


def test_a_pause_asks_for_nothing(desk: Desk, clock: WallClock, post: Post, pairing: PairingId) -> None:
    post.follow()
    desk.pairings.pause(pairing, on=FRIDAY)
    for day in range(40):
        clock.go_to(FRIDAY + timedelta(days=day), 12)
        assert keys(post) == []


# -- concerns ---------------------------------------------------------------------------------------------
def test_a_concern_is_told_without_a_word_of_it(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    heard = desk.concerns.take(
        station=station, taken_on=FRIDAY, taken_by=song, raiser_name="何素珍", text="儿子打人", number="12"
    )
    desk.concerns.accept(heard.id)
    desk.concerns.assign(heard.id, song, due=date(2021, 7, 9))
    (assigned,) = post.deliver()
    for text in (assigned.message.text, assigned.message.short, assigned.message.spoken):
        assert "打人" not in text
        assert "何" not in text
        assert "12" in text
    clock.go_to(date(2021, 7, 8))
    assert [key for key, _ in keys(post)] == ["concern-due"]
    desk.concerns.resolve(heard.id, on=date(2021, 7, 8))
    assert [key for key, _ in keys(post)] == ["concern-to-answer"]


def test_a_resident_who_was_told_meanwhile_is_not_called_again(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    heard = desk.concerns.take(
        station=station, taken_on=FRIDAY, taken_by=song, raiser_name="何素珍", text="灯坏了"
    )
    clock.go_to(FRIDAY, 22)
    desk.concerns.resolve(heard.id, on=FRIDAY)
    assert keys(post) == []
    desk.concerns.reply(heard.id, medium="phone", on=FRIDAY)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    assert keys(post) == []


# -- activities -------------------------------------------------------------------------------------------
def test_who_signed_up_hears_of_a_new_day_and_is_reminded_of_that_day_alone(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    series = desk.activities.start(kind="class", title="书法班", station=station)
    held = desk.activities.plan_one(series.id, date(2021, 7, 7), starts=time(9, 0))
    desk.activities.sign_up(held.id, song)
    post.follow()
    desk.activities.move(held.id, to=date(2021, 7, 9))
    (moved,) = post.deliver()
    assert moved.message.text == "您报名的“书法班”改到7月9日（星期五）09:00（365驿站）。来不了请告诉我们。"
    clock.go_to(date(2021, 7, 6), 18)
    assert keys(post) == []
    clock.go_to(date(2021, 7, 8), 17)
    assert keys(post) == [("activity-reminder", song)]


def test_what_is_called_off_tomorrow_is_told_tonight(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    series = desk.activities.start(kind="class", title="书法班", station=station)
    held = desk.activities.plan_one(series.id, date(2021, 7, 7), starts=time(9, 0))
    desk.activities.sign_up(held.id, song)
    post.follow()
    clock.go_to(date(2021, 7, 6), 23)
    desk.activities.call_off_one(held.id, reason="rainstorm")
    assert [key for key, _ in keys(post)] == ["activity-called-off"]


# -- callouts ---------------------------------------------------------------------------------------------
def test_a_callout_calls_stops_and_thanks(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    meng, mao = (desk.members.register(name=name, station=station).id for name in ("孟广林", "卯春来"))
    clock.go_to(FRIDAY, 23)
    made = desk.callouts.open(
        station=station,
        what="搬沙袋",
        place="老码头",
        needed=2,
        starts=datetime(2021, 7, 2, 20, 0, tzinfo=UTC),
    )
    assert {to for _, to in keys(post)} == {song, meng, mao}
    desk.callouts.answer(made.id, song, "yes")
    assert keys(post) == [("callout-taken", song)]
    desk.callouts.answer(made.id, meng, "yes")
    assert sorted(keys(post)) == [("callout-over", mao), ("callout-taken", meng)]


def test_who_was_not_called_yet_is_not_told_that_they_are_not_needed(
    desk: Desk, clock: WallClock, post: Post, station: StationId, song: MemberId
) -> None:
    desk.members.register(name="孟广林", station=station)
    made = desk.callouts.open(
        station=station, what="搬沙袋", needed=1, starts=datetime(2021, 7, 2, 12, 0, tzinfo=UTC)
    )
    desk.callouts.answer(made.id, song, "yes")
    assert keys(post) == [("callout-taken", song)]


def test_widening_does_not_call_anybody_twice(
    desk: Desk, post: Post, station: StationId, song: MemberId
) -> None:
    made = desk.callouts.open(
        station=station, what="搬沙袋", needed=2, starts=datetime(2021, 7, 2, 12, 0, tzinfo=UTC)
    )
    assert keys(post) == [("callout", song)]
    far = desk.members.register(name="孟广林").id
    desk.callouts.widen(made.id, ring="network")
    assert keys(post) == [("callout", far)]


# -- the office's own words -------------------------------------------------------------------------------
@pytest.mark.parametrize("attack", ["{m.__class__}", "%(day)s", "{{config}}", "<script>alert(1)</script>"])
def test_a_template_is_only_ever_a_text(
    desk: Desk, post: Post, station: StationId, song: MemberId, attack: str
) -> None:
    desk.reach.set_text("concern-to-answer", f"请答复 {attack}")
    heard = desk.concerns.take(station=station, taken_on=FRIDAY, taken_by=song, anonymous=True, text="灯")
    desk.concerns.resolve(heard.id, on=FRIDAY)
    (sent,) = post.deliver()
    assert sent.message.text == f"请答复 {attack}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${day.__class__}", "notice-text-dollar"),
        ("${text}", "notice-text-blank"),
        ("$", "notice-text-dollar"),
        ("  ", "notice-text-empty"),
        ("请" * 601, "notice-text-long"),
    ],
)
def test_a_text_that_nobody_could_fill_is_refused_when_it_is_set(desk: Desk, text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        desk.reach.set_text("concern-to-answer", text)
    assert refused.value.code == code
