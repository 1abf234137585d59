from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from tests.usecases.duty_rooms import FRIDAY, MONDAY, found_post, post, volunteer

from grassroots.desk import Desk
from grassroots.domain.availability import Window, WishContradicts
from grassroots.domain.duty import DutyOnLeave
from grassroots.domain.recurrence import Weekday
from grassroots.errors import Missing
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId

JULY = Period.month(2021, 7)


def test_the_same_word_twice_is_one_and_a_later_word_counts(desk: Desk) -> None:
    lin = volunteer(desk, "林小满")
    mondays = (Window(Weekday.MONDAY, time(8), time(12)),)
    first = desk.availability.give(lin, windows=mondays, most_per_week=2)
    assert desk.availability.give(lin, windows=mondays, most_per_week=2).id == first.id
    later = desk.availability.give(lin, windows=(Window(Weekday.SUNDAY),))
    now = desk.availability.on(lin, MONDAY)
    assert now is not None
    assert now.id == later.id
    desk.availability.withdraw(later.id)
    assert desk.availability.on(lin, MONDAY) == first
    assert [one.id for one in desk.availability.of_member(lin)] == [first.id, later.id]


def test_a_word_names_people_and_places_that_exist(desk: Desk) -> None:
    with pytest.raises(Missing):
        desk.availability.give(volunteer(desk, "林小满"), apart=(MemberId("nobody"),))


def test_who_is_on_leave_is_put_on_duty_only_if_somebody_answers_for_it(desk: Desk) -> None:
    station, lin = found_post(desk), volunteer(desk, "林小满")
    leave = desk.availability.give_leave(lin, MONDAY, MONDAY + timedelta(days=4))
    assert desk.availability.give_leave(lin, MONDAY, MONDAY + timedelta(days=4)).id == leave.id
    shift = post(desk, station)
    with pytest.raises(DutyOnLeave):
        desk.duties.assign(shift.id, lin)
    assert desk.duties.assign(shift.id, lin, despite="clerk-li").despite == "clerk-li"
    assert [one.id for one in desk.availability.leaves(JULY)] == [leave.id]
    desk.availability.withdraw_leave(leave.id)
    assert desk.availability.leaves(JULY) == []


def test_a_leave_of_last_month_is_none_of_this_month(desk: Desk) -> None:
    lin = volunteer(desk, "林小满")
    desk.availability.give_leave(lin, date(2021, 6, 1), date(2021, 6, 30))
    desk.availability.give_leave(lin, date(2021, 7, 31))
    assert [one.span.first for one in desk.availability.leaves(JULY)] == [date(2021, 7, 31)]


def test_wishes_that_contradict_are_refused_until_the_first_is_withdrawn(desk: Desk) -> None:
    lin = volunteer(desk, "林小满")
    no = desk.availability.wish(lin, wanted=False, first=FRIDAY, weekdays=(Weekday.SUNDAY,), weight=3)
    with pytest.raises(WishContradicts):
        desk.availability.wish(lin, wanted=True, first=FRIDAY)
    desk.availability.withdraw_wish(no.id)
    yes = desk.availability.wish(lin, wanted=True, first=FRIDAY)
    assert desk.availability.wish(lin, wanted=True, first=FRIDAY).id == yes.id
    assert desk.availability.wishes(JULY, member=lin) == [yes]
