from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.availability import (
    Availability,
    Leave,
    ToldStatus,
    Window,
    Wish,
    WishContradicts,
    free_for,
    standing,
)
from grassroots.domain.recurrence import Weekday
from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.ids import AvailabilityId, LeaveId, MemberId, StationId, WishId

MONDAY = date(2026, 3, 2)
M, S = MemberId("M1"), StationId("S1")


def given_(id_: str = "A1", **fields: object) -> Availability:
    return Availability.give(id=AvailabilityId(id_), member=M, span=Span(MONDAY), **fields).after


def test_who_was_never_asked_is_taken_to_be_free() -> None:
    assert free_for((), MONDAY, time(8), time(11), S)
    assert standing((), MONDAY) is None


def test_a_word_without_any_window_means_not_at_all() -> None:
    assert not free_for([given_()], MONDAY, time(8), time(11), S)


@pytest.mark.parametrize(
    ("window", "starts", "ends", "free"),
    [
        (Window(Weekday.MONDAY), 8, 11, True),
        (Window(Weekday.TUESDAY), 8, 11, False),
        (Window(Weekday.MONDAY, time(8), time(12)), 8, 11, True),
        (Window(Weekday.MONDAY, time(8), time(10)), 8, 11, False),
        (Window(Weekday.MONDAY, time(18), time(2)), 22, 1, True),  # both across midnight
        (Window(Weekday.MONDAY, time(18), time(23)), 22, 1, False),
    ],
)
def test_a_window_holds_the_whole_shift_or_none_of_it(
    window: Window, starts: int, ends: int, free: bool
) -> None:
    assert free_for([given_(windows=(window,))], MONDAY, time(starts), time(ends), S) is free


def test_of_two_words_for_a_day_the_later_counts_and_a_withdrawn_one_never() -> None:
    every = tuple(Window(day) for day in Weekday)
    first, second = given_("A1", windows=every), given_("A2")
    assert not free_for([first, second], MONDAY, time(8), time(9), S)
    gone = second.withdraw().after
    assert gone.status is ToldStatus.WITHDRAWN
    assert free_for([first, gone], MONDAY, time(8), time(9), S)
    assert gone.withdraw().happened == ()


def test_a_word_for_other_stations_keeps_somebody_from_this_one() -> None:
    elsewhere = given_(windows=(Window(Weekday.MONDAY),), stations=(StationId("S2"),))
    assert not free_for([elsewhere], MONDAY, time(8), time(9), S)


@pytest.mark.parametrize(
    "fields",
    [
        {"beside": (M,)},
        {"beside": (MemberId("M2"),), "apart": (MemberId("M2"),)},
        {"windows": (Window(Weekday.MONDAY), Window(Weekday.MONDAY))},
        {"most_per_week": -1},
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        given_(**fields)


def test_a_window_with_one_end_is_refused() -> None:
    with pytest.raises(BadInput):
        Window(Weekday.MONDAY, time(8))


def test_a_leave_covers_its_days_until_it_is_withdrawn() -> None:
    leave = Leave.give(id=LeaveId("L1"), member=M, span=Span(MONDAY, MONDAY + timedelta(days=2))).after
    assert [leave.covers(MONDAY + timedelta(days=n)) for n in (-1, 0, 2, 3)] == [False, True, True, False]
    assert not leave.withdraw().after.covers(MONDAY)


def wish(id_: str, wanted: bool, first: date, last: date | None, *days: Weekday) -> Wish:
    return Wish(id=WishId(id_), member=M, span=Span(first, last), wanted=wanted, weekdays=days)


def test_the_opposite_wish_is_refused_and_names_the_other() -> None:
    no = wish("W1", False, MONDAY, None, Weekday.SUNDAY)
    with pytest.raises(WishContradicts) as refused:
        Wish.give(id=WishId("W2"), member=M, span=Span(MONDAY), wanted=True, others=[no])
    assert refused.value.facts["other"] == "W1"
    assert Wish.give(
        id=WishId("W2"), member=M, span=Span(MONDAY), wanted=True, weekdays=(Weekday.FRIDAY,), others=[no]
    ).happened


DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 15))
SPANS = st.tuples(DAYS, st.none() | st.integers(0, 20)).map(
    lambda one: Span(one[0], None if one[1] is None else one[0] + timedelta(days=one[1]))
)


@given(SPANS, SPANS, st.sets(st.sampled_from(Weekday)), st.sets(st.sampled_from(Weekday)))
def test_two_wishes_contradict_exactly_if_some_day_hears_both(
    one: Span, other: Span, mine: set[Weekday], theirs: set[Weekday]
) -> None:
    yes = Wish(id=WishId("W1"), member=M, span=one, wanted=True, weekdays=tuple(mine))
    no = Wish(id=WishId("W2"), member=M, span=other, wanted=False, weekdays=tuple(theirs))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
    common = any(yes.speaks_of(day) and no.speaks_of(day) for day in days)
    assert yes.contradicts(no) is common
    assert no.contradicts(yes) is common
