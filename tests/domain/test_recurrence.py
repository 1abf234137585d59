"""What a recurrence promises: which days it gives, and that no month and no festival is lost or doubled."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.activity import Activity
from grassroots.domain.recurrence import (
    Dates,
    LunarYearly,
    Monthly,
    MonthlyWeekday,
    Recurrence,
    Weekday,
    Weekly,
    Yearly,
    days,
)
from grassroots.errors import BadInput
from grassroots.plugins.lunar import LunarCalendar
from grassroots.values.dates import Period
from grassroots.values.ids import ActivityId
from grassroots.workspace.codec import structure, unstructure

YEAR = Period.year(2021)
CALENDAR = LunarCalendar()

some_days = st.dates(date(1990, 1, 1), date(2050, 12, 31))
periods = st.builds(
    lambda first, length: Period(first, first + timedelta(length)), some_days, st.integers(0, 800)
)
rules = st.one_of(
    st.builds(
        Weekly,
        st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple),
        st.integers(1, 5),
        some_days,
    ),
    st.builds(Monthly, st.lists(st.integers(1, 31) | st.just(-1), min_size=1, max_size=4).map(tuple)),
    st.builds(
        MonthlyWeekday,
        st.sampled_from(Weekday),
        st.lists(st.integers(1, 5) | st.just(-1), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Yearly, st.integers(1, 12), st.integers(1, 28) | st.none()),
    st.builds(LunarYearly, st.integers(1, 12), st.integers(1, 30)),
    st.builds(Dates, st.lists(some_days, min_size=1, max_size=5).map(tuple)),
)


def iso(rule: Recurrence, period: Period = YEAR) -> list[str]:
    return [day.isoformat() for day in days(rule, period, CALENDAR)]


def test_a_weekly_class_is_held_on_its_weekday_every_week() -> None:
    found = days(Weekly((Weekday.TUESDAY,)), YEAR)
    assert len(found) == 52
    assert {day.weekday() for day in found} == {1}


def test_every_other_week_is_counted_from_its_first_week_and_goes_on_over_the_new_year() -> None:
    rule = Weekly((Weekday.MONDAY, Weekday.FRIDAY), 2, date(2020, 12, 16))
    assert iso(rule, Period.parse("2020-12..2021-01")) == [
        "2020-12-18", "2020-12-28", "2021-01-01", "2021-01-11", "2021-01-15", "2021-01-25", "2021-01-29",
    ]  # fmt: skip


def test_every_other_week_without_a_first_week_says_nothing_and_is_refused() -> None:
    with pytest.raises(BadInput, match="counted"):
        Weekly((Weekday.MONDAY,), 2)


def test_the_31st_is_the_end_of_the_month_so_that_no_month_goes_without() -> None:
    assert iso(Monthly((31,)), Period.parse("2021-01..2021-04")) == [
        "2021-01-31", "2021-02-28", "2021-03-31", "2021-04-30",
    ]  # fmt: skip


def test_a_day_that_two_parts_of_a_rule_give_is_one_day() -> None:
    assert iso(Monthly((28, -1)), Period.month(2021, 2)) == ["2021-02-28"]


def test_the_fifth_sunday_is_left_out_where_a_month_has_four() -> None:
    assert iso(MonthlyWeekday(Weekday.SUNDAY, (5,)), Period.parse("2021-01..2021-03")) == ["2021-01-31"]
    assert iso(MonthlyWeekday(Weekday.SUNDAY, (-1,)), Period.month(2021, 2)) == ["2021-02-28"]


def test_29_february_is_kept_in_february_in_common_years() -> None:
    assert iso(Yearly(2, 29), Period.parse("2020..2021")) == ["2020-02-29", "2021-02-28"]


def test_once_in_july_gives_no_date_by_itself() -> None:
    assert days(Yearly(7), YEAR) == []


def test_the_double_ninth_follows_the_lunar_calendar_and_in_a_leap_month_the_first_counts() -> None:
    assert iso(LunarYearly(9, 9), Period.parse("2020..2021")) == ["2020-10-25", "2021-10-14"]
    assert iso(LunarYearly(9, 9), Period.year(2014)) == ["2014-10-02"]


def test_new_years_eve_is_the_last_day_of_the_last_lunar_month_and_belongs_to_the_next_solar_year() -> None:
    # The twelfth lunar month of 2021 had 29 days, that of 2022 had 30.
    assert iso(LunarYearly(12, 30), Period.parse("2022..2023")) == ["2022-01-31", "2023-01-21"]


def test_a_lunar_day_without_a_calendar_is_refused_and_not_guessed() -> None:
    with pytest.raises(BadInput) as refused:
        days(LunarYearly(9, 9), YEAR)
    assert refused.value.code == "calendar-needed"


def test_a_festival_beyond_the_calendar_is_refused_and_not_guessed() -> None:
    with pytest.raises(BadInput):
        days(LunarYearly(9, 9), Period.year(2150), CALENDAR)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Weekly(()),
        lambda: Weekly((Weekday.MONDAY, Weekday.MONDAY)),
        lambda: Weekly((Weekday.MONDAY,), 0),
        lambda: Monthly((0,)),
        lambda: Monthly((32,)),
        lambda: MonthlyWeekday(Weekday.MONDAY, (6,)),
        lambda: Yearly(13),
        lambda: Yearly(4, 31),
        lambda: LunarYearly(13, 1),
        lambda: LunarYearly(1, 31),
        lambda: Dates(()),
    ],
)
def test_a_rule_that_no_calendar_has_cannot_be_made(wrong: object) -> None:
    with pytest.raises(BadInput):
        wrong()  # type: ignore[operator]


@given(rules, periods)
def test_days_are_in_the_period_in_order_and_each_once(rule: Recurrence, period: Period) -> None:
    found = days(rule, period, CALENDAR)
    assert found == sorted(set(found))
    assert all(period.contains(day) for day in found)


@given(rules, periods, st.data())
def test_planning_by_parts_gives_what_planning_at_once_gives(
    rule: Recurrence, period: Period, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, (period.last - period.first).days))
    middle = period.first + timedelta(cut)
    parts = days(rule, Period(period.first, middle), CALENDAR)
    if middle < period.last:
        parts += days(rule, Period(middle + timedelta(1), period.last), CALENDAR)
    assert parts == days(rule, period, CALENDAR)


@given(st.integers(1, 12), st.integers(1, 30), st.integers(1950, 2050))
def test_a_lunar_festival_comes_once_in_each_lunar_year(month: int, day: int, year: int) -> None:
    found = days(LunarYearly(month, day), Period(date(year, 1, 1), date(year + 4, 12, 31)), CALENDAR)
    assert 4 <= len(found) <= 6
    assert all(353 <= (later - one).days <= 386 for one, later in pairwise(found))


@given(rules)
def test_a_rule_comes_back_from_the_storage_as_the_rule_it_was(rule: Recurrence) -> None:
    activity = Activity(id=ActivityId("a"), kind="class", title="书法课", recurrence=rule)
    stored = structure(unstructure(activity), Activity)
    assert type(stored.recurrence) is type(rule)
    assert stored == activity
    assert days(rule, YEAR, CALENDAR) == days(stored.recurrence, YEAR, CALENDAR)
