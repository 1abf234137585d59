"""A parcel goes by its table: tries, routes, doubts, and what is left of it when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.notice import Doubt, Notice, Route, Urgency
from grassroots.contracts.storage import Ref
from grassroots.domain.outbox import (
    PARCEL_STATES,
    LeaseLost,
    Parcel,
    ParcelState,
    lane,
    stamp,
    visible_sign,
)
from grassroots.domain.states import WrongState
from grassroots.domain.terms import Terms, full_jitter
from grassroots.errors import BadInput

NOW = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
TERMS = Terms(tries=2)
TWO_WAYS = (Route("sms", "14400000001"), Route("phone", "14400000001"))


def parcel(**fields: object) -> Parcel:
    notice = Notice(id="n1", to="M1", key="duty", values={"station": "灵溪站"}, routes=TWO_WAYS)
    return Parcel.queue(attrs.evolve(notice, **fields), NOW).after  # type: ignore[arg-type]


def leased(**fields: object) -> Parcel:
    return parcel(**fields).lease("w1", LATER).after


def test_a_notice_comes_back_out_of_its_parcel_as_it_went_in() -> None:
    notice = Notice(
        id="n1", to="M1", about=[Ref("duty", "D/1")], key="duty", values={"a": "甲", "n": 3, "l": ["x", "y"]},
        language="en", urgency="urgent", routes=TWO_WAYS, collapse="duty/D1", not_before=LATER, expires=LATER,
        doubt="hold",
    )  # fmt: skip
    assert Parcel.queue(notice, NOW).after.notice == notice


def test_what_is_sent_keeps_neither_contents_nor_addresses() -> None:
    sent = leased().send(NOW, "provider-7").after
    assert (sent.values, sent.routes, sent.holder) == ("{}", (), None)
    assert (sent.sent_by, sent.sent_at, sent.reference, sent.to) == ("sms", NOW, "provider-7", "M1")


def test_a_route_is_tried_so_often_then_the_next_then_nobody() -> None:
    one = parcel()
    ways = []
    while one.state is not ParcelState.DEAD:
        one = one.lease("w1", LATER).after
        ways.append(one.channel)
        one = one.fail("busy", LATER, TERMS).after
    assert ways == ["sms", "sms", "phone", "phone"]
    assert one.reason == "busy"
    assert one.replay(NOW).after.channel == "sms"


def test_what_could_only_be_tried_again_too_late_goes_its_next_way_now() -> None:
    soon = NOW + timedelta(hours=2)
    late, in_time = NOW + timedelta(hours=6), NOW + timedelta(hours=1)
    one = leased(expires=soon).fail("http-503", late, TERMS).after
    assert (one.channel, one.due, one.reason) == ("phone", None, "http-503")
    assert leased(expires=soon).fail("http-503", in_time, TERMS).after.channel == "sms"
    assert leased(expires=soon, routes=TWO_WAYS[:1]).fail("http-503", late, TERMS).after.due == late


def test_a_route_that_refuses_is_left_at_once_and_that_is_no_wait() -> None:
    one = leased().divert("no-such-number").after
    assert (one.state, one.channel, one.attempts, one.due) == (ParcelState.FAILED, "phone", 0, None)
    assert one.lease("w1", LATER).after.divert("moved").after.state is ParcelState.DEAD


def test_doubt_is_counted_and_its_kind_says_who_decides() -> None:
    again = leased().doubt_it("lapsed", LATER, TERMS).after
    assert (again.state, again.doubts, again.due) == (ParcelState.NEW, 1, LATER)
    held = leased(doubt=Doubt.HOLD).doubt_it("lapsed", LATER, TERMS).after
    assert (held.state, held.doubts) == (ParcelState.UNCERTAIN, 1)
    assert held.settle(NOW).after.state is ParcelState.SENT
    assert held.replay(NOW).after.state is ParcelState.NEW
    endless = leased().doubt_it("lapsed", NOW, TERMS).after.lease("w1", LATER).after
    assert endless.doubt_it("lapsed", NOW, TERMS).after.state is ParcelState.UNCERTAIN, "not for ever"


def hung(one: Parcel, *, known: bool) -> Parcel:
    return one.lease("w1", LATER).after.hang("no-answer", LATER, Terms(), known=known).after


@pytest.mark.parametrize("known", [True, False])
def test_a_channel_that_hangs_on_a_notice_gets_it_twice_and_then_the_next_way_does(known: bool) -> None:
    once = hung(parcel(), known=known)
    assert (once.channel, once.hangs, once.due) == ("sms", 1, LATER)
    assert once.doubts == (0 if known else 1)
    between = once.lease("w1", LATER).after.fail("busy", LATER, Terms()).after
    assert between.hangs == 1, "a try that failed otherwise does not make it forgotten"
    twice = hung(between, known=known)
    assert (twice.channel, twice.hangs, twice.attempts, twice.reason) == ("phone", 0, 0, "no-answer")
    assert twice.waits
    last = hung(hung(twice, known=known), known=known)
    assert last.state is (ParcelState.DEAD if known else ParcelState.UNCERTAIN), "as far as one knows"
    assert last.reason == "no-answer"
    assert last.replay(NOW).after.hangs == 0


def test_what_may_not_be_told_twice_waits_for_a_person_when_its_channel_hangs() -> None:
    assert hung(parcel(doubt=Doubt.HOLD), known=False).state is ParcelState.UNCERTAIN
    assert hung(hung(parcel(doubt=Doubt.HOLD), known=True), known=True).channel == "phone"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("tried", [1, 2])
def test_what_was_called_off_while_its_channel_hung_goes_nowhere_else(known: bool, tried: int) -> None:
    one = parcel() if tried == 1 else hung(parcel(), known=known)
    after = one.lease("w1", LATER).after.cancel("withdrawn").after.hang(
        "no-answer", LATER, Terms(), known=known
    ).after  # fmt: skip
    assert after.state is (ParcelState.CANCELLED if known else ParcelState.UNCERTAIN)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tries": 0}, "outbox-terms"), ({"hangs": 0}, "outbox-terms"), ({"trip_after": 1.5}, "outbox-terms"),
        ({"lease": -1}, "outbox-seconds"), ({"first_wait": float("nan")}, "outbox-seconds"),
        ({"longest_rest": float("inf")}, "outbox-seconds"), ({"first_rest": "long"}, "outbox-seconds"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_meant_are_refused_in_words(fields: dict[str, object], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        Terms(**fields)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert next(iter(fields)) in str(refused.value)


def test_what_is_called_off_in_a_workers_hands_is_not_tried_again() -> None:
    for verb in ("fail", "release", "divert", "hold"):
        recalled = leased().cancel("withdrawn").after
        assert (recalled.state, recalled.recalled) == (ParcelState.LEASED, "withdrawn")
        assert recalled.cancel("withdrawn").happened == ()
        step = {
            "fail": lambda one: one.fail("busy", LATER, TERMS),
            "release": lambda one: one.release(),
            "divert": lambda one: one.divert("no-such-number"),
            "hold": lambda one: one.hold(LATER),
        }[verb](recalled)
        assert (step.after.state, step.after.reason) == (ParcelState.CANCELLED, "withdrawn"), verb
    assert leased().cancel("withdrawn").after.send(NOW).after.state is ParcelState.SENT


def test_holding_is_no_try() -> None:
    held = leased().hold(LATER).after
    assert (held.state, held.attempts, held.due) == (ParcelState.NEW, 0, LATER)
    assert parcel().hold(LATER).after.due == LATER


def test_a_late_worker_learns_that_it_is_late() -> None:
    leased().held_by("w1")
    for late in (leased(), parcel(), leased().send(NOW).after):
        with pytest.raises(LeaseLost):
            late.held_by("w2")


def test_what_is_over_stays_over() -> None:
    for over in (leased().send(NOW).after, parcel().cancel("x").after, parcel().expire().after):
        with pytest.raises(WrongState):
            over.replay(NOW)
    assert leased().send(NOW).after.settle(NOW).happened == ()


def test_a_dead_letter_of_no_use_any_more_is_called_off_instead_of_replayed() -> None:
    dead = parcel(expires=LATER).bury("no-route").after
    assert dead.replay(LATER).after.state is ParcelState.CANCELLED


def test_every_lane_is_one_question() -> None:
    assert lane(parcel()) == "sms"
    assert lane(parcel(urgency=Urgency.URGENT)) == "sms#"
    assert lane(parcel(not_before=LATER)) == "sms@2021-07-02T01:01:00.000Z"
    assert lane(leased()) == "sms!2021-07-02T01:01:00.000Z"
    assert lane(leased().fail("busy", LATER, TERMS).after) == "sms~2021-07-02T01:01:00.000Z"
    assert lane(leased().send(NOW).after) == "=sent"
    assert lane(parcel(routes=()).bury("no-route").after) == "=dead"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_stamps_sort_like_moments(one: datetime, other: datetime) -> None:
    if one.year < 1000 or other.year < 1000:
        return
    milliseconds = timedelta(milliseconds=1)
    if abs(one - other) >= milliseconds:
        assert (stamp(one) < stamp(other)) is (one < other)


@given(st.integers(1, 500), st.floats(0, 1), st.floats(0.1, 100), st.floats(0.1, 10_000))
def test_a_wait_is_never_longer_than_the_longest(
    tried: int, chance: float, first: float, longest: float
) -> None:
    assert 0 <= full_jitter(tried, chance, first, longest) <= longest


def test_a_sign_is_short_the_same_each_time_and_seldom_anothers() -> None:
    signs = {visible_sign(f"n{number}") for number in range(1_000)}
    assert len(signs) > 990
    assert all(len(sign) == 4 and sign.isalnum() and not set(sign) & set("ILOU") for sign in signs)
    assert visible_sign("n1") == visible_sign("n1")


VERBS = (
    "lease",
    "send",
    "fail",
    "release",
    "divert",
    "doubt",
    "hang",
    "bury",
    "expire",
    "cancel",
    "replay",
    "settle",
    "hold",
)


@given(st.lists(st.sampled_from(VERBS), max_size=30), st.sampled_from(Doubt))
def test_whatever_is_done_the_parcel_goes_by_its_table_and_keeps_in_one_lane(
    verbs: list[str], doubt: Doubt
) -> None:
    one = parcel(doubt=doubt, collapse="c")
    for verb in verbs:
        before = one
        try:
            one = {
                "lease": lambda p: p.lease("w", LATER), "send": lambda p: p.send(NOW),
                "fail": lambda p: p.fail("busy", LATER, TERMS), "release": lambda p: p.release(),
                "divert": lambda p: p.divert("moved"), "doubt": lambda p: p.doubt_it("lost", LATER, TERMS),
                "hang": lambda p: p.hang("lost", LATER, Terms(), known=doubt is Doubt.HOLD),
                "bury": lambda p: p.bury("x"), "expire": lambda p: p.expire(),
                "cancel": lambda p: p.cancel("x"), "replay": lambda p: p.replay(NOW),
                "settle": lambda p: p.settle(NOW), "hold": lambda p: p.hold(LATER),
            }[verb](one).after  # fmt: skip
        except WrongState:
            assert one is before
            continue
        reachable = {before.state, *PARCEL_STATES[before.state].values()}
        assert one.state in reachable or (verb in ("doubt", "hang") and one.state is ParcelState.NEW)
        assert (one.holder is not None) is (one.state is ParcelState.LEASED)
        if one.state in (ParcelState.SENT, ParcelState.CANCELLED, ParcelState.EXPIRED):
            assert (one.values, one.routes, one.collapse) == ("{}", (), None)
        assert lane(one)
