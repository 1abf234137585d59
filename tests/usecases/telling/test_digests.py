"""What a digest tells is told: a mailbox that is gone, a line told elsewhere, other news of the same day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.usecases.conftest import WallClock
from tests.usecases.telling.test_through_the_outbox import FRIDAY, Phonebook

import grassroots
from grassroots.contracts.notice import Delivery, Limits, Message
from grassroots.delivery import deliver
from grassroots.desk import Desk
from grassroots.domain.call import Call, expected_in, lines_of
from grassroots.errors import Conflict
from grassroots.network import Network
from grassroots.pages.calls import render_calls
from grassroots.usecases.outbox.box import Change
from grassroots.values.ids import DutyId, MemberId, StationId

PHONE = {"phone": "phone:"}


@pytest.fixture
def network(clock: WallClock, tmp_path: Path) -> Iterator[Network]:
    url = f"sqlite:///{tmp_path / 'n.db'}"
    with grassroots.open(url, network="test", zone="Asia/Shanghai", clock=clock) as opened:
        yield opened


@pytest.fixture
def station(desk: Desk) -> StationId:
    return desk.stations.found(kind="post", name="365驿站").id


@pytest.fixture
def song(network: Network, desk: Desk, station: StationId) -> MemberId:
    deliver(network, PHONE)
    return desk.members.register(name="宋怀远", phone="14400000001", station=station).id


def on_the_roster(desk: Desk, station: StationId, who: MemberId, day: date, hour: int = 8) -> DutyId:
    shift = desk.duties.post(station=station, day=day, starts=time(hour), ends=time(hour + 3))
    return desk.duties.assign(shift.id, who).id


def waiting(desk: Desk, who: MemberId) -> list[Call]:
    return [call for call in desk.calls.waiting(medium="phone") if call.member == who]


class Gone(Phonebook):
    """A mail server that knows nobody of that name."""

    limits = Limits()
    takes_key = False

    def deliver(self, message: Message) -> Delivery:
        self.took.append(message)
        return Delivery.refused("smtp-550")


def test_a_digest_to_a_mailbox_that_is_gone_is_one_call_with_all_of_its_lines_and_the_reason(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId
) -> None:
    mail = Gone()
    channels = {"mail": mail, **PHONE}
    desk.reach.note(song, ways=[("mail", "song@example.org")])
    duties = [on_the_roster(desk, station, song, FRIDAY + timedelta(days=days)) for days in range(5, 15)]
    deliver(network, channels)
    assert waiting(desk, song) == [], "nobody rings before the mailbox was tried"
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    for _ in range(2):
        deliver(network, channels)
    assert [message.key for message in mail.took] == ["digest"]
    (call,) = waiting(desk, song)
    assert call.text.count("·") == 10, "ten lines are one call"
    assert (call.because, call.address) == ("smtp-550", "14400000001")
    assert "550" in render_calls(desk.calls.sheet("phone"))
    assert desk.outbox.standing().states["dead"] == 0

    desk.duties.call_off(duties[0], reason="rainstorm")
    for _ in range(2):
        deliver(network, channels)
    left = next(one for one in waiting(desk, song) if one.key == "digest")
    assert (left.text.count("·"), left.because) == (9, "smtp-550"), "why it came here stays"


def test_a_mailbox_that_works_makes_nobody_ring(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId
) -> None:
    mail = Phonebook()
    desk.reach.note(song, ways=[("mail", "song@example.org")])
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, {"mail": mail, **PHONE})
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    for _ in range(3):
        deliver(network, {"mail": mail, **PHONE})
        clock.go_to(FRIDAY + timedelta(days=1), 10)
    assert [message.key for message in mail.took] == ["digest"]
    assert desk.calls.all() == []


@pytest.mark.parametrize("lines", [1, 2])
def test_the_reminder_of_a_duty_takes_its_line_out_of_the_digest_on_the_same_list(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId, lines: int
) -> None:
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=3), 14)
    if lines == 2:
        on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, PHONE)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, PHONE)
    (digest,) = waiting(desk, song)
    assert digest.text.count("·") == lines
    clock.go_to(FRIDAY + timedelta(days=2), 17)
    for _ in range(2):
        deliver(network, PHONE)
    calls = {call.key: call for call in waiting(desk, song)}
    assert len(calls) == lines
    assert "7月5日" in calls[""].text
    assert calls[""].station == station, "on the list of its station too"
    if lines == 2:
        assert "7月11日" in calls["digest"].text
        assert "7月5日" not in calls["digest"].text
    assert desk.calls.get(digest.id).state.value == "dropped"
    before = waiting(desk, song)
    for _ in range(2):
        deliver(network, PHONE)
    assert waiting(desk, song) == before, "and that is all"


def test_a_digest_that_comes_after_the_reminder_has_no_line_of_that_duty(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId
) -> None:
    desk.reach.note(song, digest_at=time(18))
    clock.go_to(FRIDAY, 19)
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=2), 20)
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, PHONE)
    for hour in (17, 18):
        clock.go_to(FRIDAY + timedelta(days=1), hour)
        deliver(network, PHONE)
    deliver(network, PHONE)
    calls = {call.key: call for call in waiting(desk, song)}
    assert set(calls) == {"", "digest"}
    assert "7月4日" in calls[""].text
    assert calls["digest"].text.count("·") == 1
    assert "7月4日" not in calls["digest"].text


def test_other_news_of_the_same_day_leaves_a_digest_that_nobody_has_told_on_the_list(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId
) -> None:
    """Their digest came at half past eight; now they want it in the evening, and there is more news."""
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=8))
    deliver(network, PHONE)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, PHONE)
    desk.reach.note(song, digest_at=time(18))
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, PHONE)
    clock.go_to(FRIDAY + timedelta(days=1), 18)
    deliver(network, PHONE)
    told = "".join(call.text for call in waiting(desk, song))
    assert ("7月10日" in told, "7月11日" in told) == (True, True)


def test_what_is_left_of_a_digest_is_not_lost_when_another_worker_was_faster(
    network: Network,
    desk: Desk,
    clock: WallClock,
    station: StationId,
    song: MemberId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = on_the_roster(desk, station, song, FRIDAY + timedelta(days=8))
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, PHONE)
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, PHONE)
    desk.duties.decline(gone)
    times = [0]

    def commit(change: Change, write: Any = Change.commit) -> Any:
        times[0] += 1
        if times[0] == 1:
            raise Conflict  # nothing of this portion was written; the entry is planned again
        return write(change)

    monkeypatch.setattr(Change, "commit", commit)
    deliver(network, PHONE)
    (call,) = waiting(desk, song)
    assert ("7月10日" in call.text, "7月11日" in call.text) == (False, True)


@pytest.mark.parametrize(
    ("line", "duty"),
    [
        ('["duty-assigned",{"duty":"D1"}]', "D1"), ('["duty-moved",{"duty":"D1"}]', ""), ("洪水", ""),
        ('["duty-assigned",{}]', ""), ('["duty-assigned","D1"]', ""), ("[1]", ""), ("3", ""),
        ('[[],{"duty":"D1"}]', ""),
    ],
)  # fmt: skip
def test_an_apps_own_lines_are_left_alone(line: str, duty: str) -> None:
    assert expected_in(line) == duty


@pytest.mark.parametrize(
    ("values", "lines"),
    [('{"lines":["a",1]}', ("a",)), ("{}", ()), ("", ()), ("[]", ()), ('{"lines":"a"}', ())],
)
def test_values_that_are_no_digests_have_no_lines(values: str, lines: tuple[str, ...]) -> None:
    assert lines_of(values) == lines


def test_what_a_digest_on_a_list_keeps_is_what_its_words_say(
    network: Network, desk: Desk, clock: WallClock, station: StationId, song: MemberId
) -> None:
    """A line that held no longer when the digest got words is not remembered as told."""
    moved = on_the_roster(desk, station, song, FRIDAY + timedelta(days=8))
    on_the_roster(desk, station, song, FRIDAY + timedelta(days=9))
    deliver(network, PHONE)
    desk.duties.correct_shift(desk.duties.get(moved).shift, starts=time(9), ends=time(12))
    clock.go_to(FRIDAY + timedelta(days=1), 9)
    deliver(network, PHONE)
    digest = next(call for call in waiting(desk, song) if call.key == "digest")
    assert attrs.asdict(digest)["values"].count("duty-assigned") == digest.text.count("·") == 1
