"""A channel counts what it sent, and rests when it does not work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.notice import Limits
from grassroots.domain.channel import Channel
from grassroots.domain.terms import Terms

NOW = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)
WECOM = Limits(per_minute=20)
TERMS = Terms(trip_after=3, first_rest=30, longest_rest=100)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def failed(channel: Channel, *parcels: str, at: datetime = NOW) -> Channel:
    for parcel in parcels:
        channel = channel.failed(parcel, at, 1.0, TERMS)
    return channel


def test_twenty_a_minute_and_not_one_more() -> None:
    channel = Channel(id="wecom")
    for number in range(20):
        assert channel.allowance(WECOM, after(number)).count == 20 - number
        channel = channel.took(after(number))
    full = channel.allowance(WECOM, after(30))
    assert (full.count, full.wait) == (0, 30.0)
    assert channel.allowance(WECOM, after(59.999)).count == 0
    assert channel.allowance(WECOM, after(60)).count == 1


def test_a_second_has_its_own_limit() -> None:
    feishu, channel = Limits(per_minute=100, per_second=5), Channel(id="feishu")
    for _ in range(5):
        channel = channel.took(NOW)
    assert channel.allowance(feishu, after(0.5)).count == 0
    assert channel.allowance(feishu, after(0.5)).wait == 0.5
    assert channel.allowance(feishu, after(1)).count == 5


def test_without_a_limit_nothing_is_counted() -> None:
    assert Channel(id="mail").allowance(Limits(), NOW).count is None


@given(st.lists(st.floats(-120, 120), max_size=200), st.integers(1, 30))
def test_whatever_the_clock_does_no_minute_of_it_holds_more_than_allowed(
    jumps: list[float], most: int
) -> None:
    """The clock may be set back; the count may then be too low for a while, never too high."""
    steady = all(jump >= 0 for jump in jumps)
    limits, channel, now, sent = Limits(per_minute=most), Channel(id="c"), NOW, []
    for jump in jumps:
        now += timedelta(seconds=jump)
        allowance = channel.allowance(limits, now)
        assert allowance.count is not None
        if allowance.count:
            channel = channel.took(now)
            sent.append(now)
        else:
            assert 0 < allowance.wait <= 60
            then = channel.allowance(limits, now + timedelta(seconds=allowance.wait))
            assert then.count or not steady, "after the wait one may go"
    if steady:
        for moment in sent:
            assert sum(moment - timedelta(seconds=60) < other <= moment for other in sent) <= most
    assert len(channel.recent) <= max(len(sent), 0)


def test_several_parcels_in_a_row_make_it_rest_and_one_poisoned_parcel_does_not() -> None:
    assert not failed(Channel(id="c"), *["poison"] * 50).resting(NOW)
    assert not failed(Channel(id="c"), "a", "b").resting(NOW)
    resting = failed(Channel(id="c"), "a", "b", "c")
    assert resting.resting(after(29))
    assert not resting.resting(after(30))


def test_one_that_goes_through_makes_all_well() -> None:
    assert failed(Channel(id="c"), "a", "b").worked() == Channel(id="c")
    assert failed(Channel(id="c"), "a", "b", "c").worked() == Channel(id="c")


def test_each_trial_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    channel, rests, at = failed(Channel(id="c"), "a", "b", "c"), [], NOW
    for trial in range(5):
        assert channel.rests_until is not None
        rests.append((channel.rests_until - at).total_seconds())
        at = channel.rests_until
        channel = failed(channel, f"trial{trial}", at=at)
    assert rests == [30, 60, 100, 100, 100]


def test_on_trial_a_known_poison_does_not_lengthen_the_rest() -> None:
    channel = failed(Channel(id="c"), "a", "b", "c")
    at = channel.rests_until
    assert at is not None
    assert not failed(channel, "c", at=at).resting(at)
