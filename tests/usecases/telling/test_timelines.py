"""Random timelines: zones, summer time, clocks that jump; nothing at night, nothing to whoever refused it.

The slow run goes through 10,000 timelines.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.usecases.conftest import WallClock
from tests.usecases.telling.post import Post

import grassroots
from grassroots.contracts.notice import Urgency
from grassroots.domain.topics import Topic
from grassroots.domain.wording import Hours, is_quiet, next_at, quiet_until
from grassroots.usecases.telling.digests import lines

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")
# Hours around the changes of clocks are drawn often: last Sundays of March and October, and two others.
CHANGES = ("2021-03-28", "2021-10-31", "2021-03-14", "2021-11-07", "2021-04-04", "2021-05-16")

YEAR = datetime(2021, 1, 1, tzinfo=UTC)

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
moments = st.one_of(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR + timedelta(minutes=minutes)),
    st.builds(
        lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-24 * 60, 48 * 60),
    ),
)


@given(moment=moments, start=times, end=times, zone=st.sampled_from(ZONES))
@example(datetime(2021, 10, 31, 0, 50, tzinfo=UTC), time(1, 0), time(1, 30), "Europe/London")
@settings(max_examples=500, deadline=None)
def test_quiet_ends_where_the_clock_shows_no_quiet_hour(
    moment: datetime, start: time, end: time, zone: str
) -> None:
    hours = Hours(quiet_from=start, quiet_until=end, digest_at=time(8, 30))
    place = ZoneInfo(zone)
    until = quiet_until(moment, hours, place)
    if until is None:
        assert not is_quiet(moment, hours, place)
        return
    assert is_quiet(moment, hours, place)
    assert until > moment
    assert not is_quiet(until, hours, place)
    assert until - moment <= timedelta(hours=26)


@given(moment=moments, at=times, zone=st.sampled_from(ZONES))
@settings(max_examples=500, deadline=None)
def test_the_next_time_of_day_lies_ahead_and_not_far(moment: datetime, at: time, zone: str) -> None:
    found = next_at(moment, at, ZoneInfo(zone))
    assert timedelta(0) < found - moment <= timedelta(hours=26)
    shown = found.astimezone(ZoneInfo(zone)).time()
    # A time that the spring change leaves out is shown as the time an hour (or half an hour) later.
    assert shown == at or not exists(found, at, ZoneInfo(zone))


def exists(moment: datetime, at: time, zone: ZoneInfo) -> bool:
    day = moment.astimezone(zone).date()
    there = datetime.combine(day, at, tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).time() == at


people = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "quiet_from": times,
        "quiet_until": times,
        "language": st.sampled_from(["zh", "en"]),
    }
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("assign"), st.integers(0, 2), st.integers(-2, 12), st.integers(0, 23)),
        st.tuples(st.just("excuse"), st.integers(0, 9)),
        st.tuples(st.just("call-off"), st.integers(0, 9)),
        st.tuples(st.just("refuse"), st.integers(0, 2), st.sampled_from(["duty", "all"])),
        st.tuples(st.just("want"), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("jump"), st.integers(-30, 200)),
    ),
    min_size=3,
    max_size=14,
)


def timeline(begins: datetime, persons: list[dict[str, object]], happens: list[tuple[object, ...]]) -> int:
    clock = WallClock(begins)
    sent = 0
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=clock) as network:
        desk = network.desk("steward:office")
        station = desk.stations.found(kind="post", name="驿站").id
        members = [desk.members.register(name=f"卯{one}春", station=station).id for one in "一二三"]
        for member, person in zip(members, persons, strict=True):
            desk.reach.note(member, **person)
        post, duties, refused = Post(network), [], {member: set() for member in members}
        for what, *facts in happens:
            if what == "assign":
                who, days, hour = facts
                day = clock.now.astimezone(network.zone).date() + timedelta(days=int(str(days)))
                starts = time(int(str(hour)))
                ends = time((int(str(hour)) + 3) % 24)
                shift = desk.duties.post(station=station, day=day, starts=starts, ends=ends)
                duties.append(desk.duties.assign(shift.id, members[int(str(who))], despite="office").id)
            elif what == "excuse" and duties:
                with suppress(grassroots.Refused):
                    desk.duties.excuse(duties[facts[0] % len(duties)])
            elif what == "call-off" and duties:
                with suppress(grassroots.Refused):
                    desk.duties.call_off(duties[facts[0] % len(duties)], reason="rain")
            elif what == "refuse":
                member = members[facts[0]]
                topics = tuple(Topic) if facts[1] == "all" else (Topic.DUTY,)
                desk.reach.refuse(member, *topics)
                refused[member] |= set(topics)
            elif what == "want":
                desk.reach.want(members[facts[0]])
                refused[members[facts[0]]].clear()
            elif what == "jump":
                clock.now += timedelta(minutes=int(str(facts[0])))
            for _ in range(int(str(facts[0])) if what == "wait" else 1):
                clock.now += timedelta(minutes=37)
                for one in post.deliver():
                    sent += 1
                    check(one, persons, members, refused, desk)
    return sent


def check(one, persons, members, refused, desk) -> None:  # type: ignore[no-untyped-def]
    assert one.notice.expires is None or one.at < one.notice.expires
    if not one.to:
        return
    person = persons[members.index(one.to)]
    assert Topic.DUTY not in refused[one.to]
    if one.notice.urgency is not Urgency.URGENT:
        wall = one.at.astimezone(ZoneInfo(person["zone"])).time()
        start, end = person["quiet_from"], person["quiet_until"]
        night = start <= wall < end if start < end else (wall >= start or wall < end)
        assert start == end or not night
    news = lines(one.notice) if one.key == "digest" else ((one.key, one.notice.values),)
    holding = []
    for key, values in news:
        duty = desk.duties.get(values["duty"])
        begins, ends = desk.duties.shift(duty.shift).window(desk.seat.office.zone)
        assert one.at < (ends if key == "duty-late-cancellation" else begins), f"{key}: too late to be of use"
        holding.append(
            duty.status in ("assigned", "accepted") or key in ("duty-called-off", "duty-late-cancellation")
        )
    assert any(holding)


@given(begins=moments, persons=st.lists(people, min_size=3, max_size=3), happens=steps)
@settings(max_examples=40, deadline=None)
def test_nothing_at_night_nothing_late_and_nothing_to_whoever_refused(
    begins: datetime, persons: list[dict[str, object]], happens: list[tuple[object, ...]]
) -> None:
    timeline(begins, persons, happens)


@pytest.mark.slow
@given(begins=moments, persons=st.lists(people, min_size=3, max_size=3), happens=steps)
@settings(max_examples=10_000, deadline=None)
def test_ten_thousand_timelines(
    begins: datetime, persons: list[dict[str, object]], happens: list[tuple[object, ...]]
) -> None:
    timeline(begins, persons, happens)


def test_a_timeline_does_send_something() -> None:
    person = {"zone": "Asia/Shanghai", "quiet_from": time(21), "quiet_until": time(8), "language": "zh"}
    happens = [("assign", 0, 3, 9), ("assign", 1, 1, 14), ("wait", 120)]
    assert timeline(datetime(2021, 7, 2, 1, 0, tzinfo=UTC), [person] * 3, happens) >= 4
