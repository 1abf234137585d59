from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from tests.usecases.duty_rooms import MONDAY, found_post, post, volunteer

from grassroots.desk import Desk
from grassroots.domain.feed import FeedStatus, digest_of, new_token
from grassroots.domain.recurrence import Weekday, Weekly
from grassroots.errors import BadInput, Missing
from grassroots.network import Network
from grassroots.usecases.feeds import EventStatus
from grassroots.values.dates import Period
from grassroots.values.ids import StationId


def test_a_token_opens_one_timetable_until_it_is_revoked(desk: Desk, network: Network) -> None:
    lin = volunteer(desk, "林小满")
    given = desk.feeds.give(member=lin)
    job = network.desk("system:feeds")
    assert job.feeds.by_token(given.token).name_zh == "林小满"
    assert job.feeds.by_token(given.token.lower()) == job.feeds.by_token(given.token)
    desk.feeds.revoke(given.feed.id)
    for token in (given.token, "nothing", ""):
        with pytest.raises(Missing) as refused:
            job.feeds.by_token(token)
        assert refused.value.code == "feed-unknown"
    assert [one.status for one in desk.feeds.all(member=lin)] == [FeedStatus.REVOKED]


def test_the_token_is_kept_nowhere(desk: Desk) -> None:
    given = desk.feeds.give(member=volunteer(desk, "林小满"))
    storage = desk.seat.office.storage
    from grassroots.contracts.storage import Query

    bodies = b"".join(row.body for row in storage.find(Query("feed")))
    facts = b"".join(entry.fact.body for entry in storage.journal(after=0, limit=500))
    assert given.token.encode() not in bodies + facts
    assert digest_of(given.token).encode() in bodies


def test_a_feed_is_of_one_person_or_one_station(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.feeds.give()
    with pytest.raises(Missing):
        desk.feeds.give(station=StationId("nowhere"))
    with pytest.raises(ValueError, match="chance"):
        new_token(b"short")


def test_a_duty_is_the_same_event_whatever_becomes_of_it(desk: Desk) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    shift = post(desk, station)
    duty = desk.duties.assign(shift.id, lin)

    def told() -> Any:
        (event,) = desk.feeds.of_duty(duty.id).events
        return event

    first = told()
    assert first.status is EventStatus.TENTATIVE
    desk.duties.accept(duty.id)
    accepted = told()
    assert (accepted.uid, accepted.status) == (first.uid, EventStatus.CONFIRMED)
    desk.duties.correct_shift(shift.id, starts=time(10))
    moved = told()
    assert moved.starts - first.starts == timedelta(hours=1)
    desk.duties.excuse(duty.id)
    gone = told()
    assert (gone.uid, gone.status) == (first.uid, EventStatus.CANCELLED)
    sequences = [one.sequence for one in (first, accepted, moved, gone)]
    assert sequences == sorted(set(sequences))
    # It stays in the feed of the person: a calendar that hears nothing more keeps showing it.
    assert [one.status for one in desk.feeds.of_member(lin).events] == [EventStatus.CANCELLED]


def test_a_swapped_duty_leaves_one_calendar_and_enters_the_other(desk: Desk) -> None:
    station = found_post(desk)
    lin, he = volunteer(desk, "林小满"), volunteer(desk, "贺兰山")
    duty = desk.duties.assign(post(desk, station).id, lin)
    desk.swaps.agree(desk.swaps.give_away(duty.id).id, he)
    assert [one.status for one in desk.feeds.of_member(lin).events] == [EventStatus.CANCELLED]
    assert [one.status for one in desk.feeds.of_member(he).events] == [EventStatus.TENTATIVE]


def test_a_station_shows_its_shifts_with_who_stands_there_and_across_midnight(desk: Desk) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    night = post(desk, station, MONDAY, 22, 2)
    desk.duties.assign(night.id, lin, despite="li")
    off = post(desk, station, MONDAY + timedelta(days=1))
    desk.duties.call_off_shift(off.id, reason="heat")
    first, second = desk.feeds.of_station(station).events
    assert "林小满" in first.title_zh
    assert (first.starts.hour, first.ends.hour, first.ends.date() - first.starts.date()) == (
        22,
        2,
        timedelta(days=1),
    )
    assert second.status is EventStatus.CANCELLED


def test_a_series_is_one_event_with_its_dates_and_what_was_moved_stands_beside(desk: Desk) -> None:
    station = found_post(desk)
    series = desk.activities.start(
        kind="class",
        title="书法班",
        title_en="Calligraphy",
        station=station,
        recurrence=Weekly((Weekday.MONDAY,)),
        starts=time(9),
        minutes=90,
    )
    days = desk.activities.plan(series.id, Period(MONDAY, MONDAY + timedelta(days=21)))
    moved = desk.activities.move(days[1].id, days[1].day + timedelta(days=1))
    desk.activities.call_off_one(days[2].id, reason="heat")
    events = desk.feeds.of_station(station).events
    assert len({one.uid for one in events}) == 1
    master = next(one for one in events if one.instead_of is None)
    assert [master.starts.date(), *(one.date() for one in master.also)] == [one.planned for one in days]
    beside = {one.instead_of.date(): one for one in events if one.instead_of is not None}
    assert beside[moved.planned].starts.date() == moved.day
    assert beside[days[2].planned].status is EventStatus.CANCELLED
    assert set(beside) == {moved.planned, days[2].planned}


def test_what_lies_far_back_is_not_in_a_feed(desk: Desk) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    desk.duties.assign(post(desk, station, date(2020, 7, 1)).id, lin)
    assert desk.feeds.of_member(lin).events == ()
