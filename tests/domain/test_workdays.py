from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.calendar import DayKind
from grassroots.domain.pack import parse_pack
from grassroots.domain.workdays import Holiday, NoticedDays, festival_day
from grassroots.errors import BadInput
from grassroots.packs import text
from grassroots.plugins.lunar import LunarCalendar
from grassroots.values.dates import Period

PACK = parse_pack(text("cn-holidays"))


def noticed() -> NoticedDays:
    return NoticedDays.from_rules(
        {code: rule.values for code, rule in PACK.table("holiday_notice").items()},
        {code: rule.values for code, rule in PACK.table("holiday").items()},
    )


# How many days of each year are worked, as another table of the same notices (chinesecalendar 1.11) has them;
# day by day the two agree.
WORKED = {2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 13), DayKind.WORKING),
        (date(2026, 2, 14), DayKind.MAKE_UP),  # a Saturday
        (date(2026, 2, 15), DayKind.HOLIDAY),  # a Sunday within the Spring Festival
        (date(2026, 2, 23), DayKind.HOLIDAY),
        (date(2026, 2, 24), DayKind.WORKING),
        (date(2026, 3, 1), DayKind.WEEKEND),
        (date(2022, 12, 31), DayKind.HOLIDAY),  # by the notice for 2023
        (date(2020, 2, 1), DayKind.HOLIDAY),  # the holiday that was made longer, over a make-up day
        (date(2021, 9, 26), DayKind.MAKE_UP),
    ],
)
def test_a_day_is_what_the_notice_says(day: date, kind: DayKind) -> None:
    assert noticed().kind_of(day) is kind


@pytest.mark.parametrize("year", sorted(WORKED))
def test_a_year_has_as_many_working_days_as_its_calendar(year: int) -> None:
    days = noticed()
    assert sum(days.works(day) for day in Period.year(year).days()) == WORKED[year]


@pytest.mark.parametrize("year", [2019, 2027])
def test_a_year_without_a_notice_is_not_guessed(year: int) -> None:
    with pytest.raises(BadInput) as refused:
        noticed().works(date(year, 10, 1))
    assert refused.value.code == "working-days-unknown"
    assert (refused.value.facts["year"], "2026" in str(refused.value)) == (year, True)


def test_a_term_that_runs_into_an_unknown_year_is_not_guessed_either() -> None:
    days = noticed()
    assert days.after(date(2026, 12, 28), 3) == date(2026, 12, 31)
    with pytest.raises(BadInput):
        days.after(date(2026, 12, 28), 4)


def test_without_any_word_of_holidays_the_week_alone_decides() -> None:
    week = NoticedDays.from_rules({}, {})
    assert week.kind_of(date(2031, 10, 1)) is DayKind.WORKING
    assert week.after(date(2031, 10, 3), 1) == date(2031, 10, 6)


def test_every_holiday_of_the_pack_lies_within_the_years_that_it_knows_or_touches_one() -> None:
    years = {int(rule.values["covers_year"]) for rule in PACK.table("holiday_notice").values()}
    assert years == set(WORKED)
    for code, rule in PACK.table("holiday").items():
        holiday = Holiday.from_rules(code, rule.values)
        assert int(code[:4]) in years
        assert holiday.last.year == int(code[:4])
        assert all(day.weekday() >= 5 for day in holiday.make_up), code
        assert not any(holiday.covers(day) for day in holiday.make_up), code


def test_a_holiday_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput):
        Holiday.from_rules("x", {"first_day": date(2026, 1, 3), "last_day": date(2026, 1, 1)})


@given(st.dates(date(2020, 1, 1), date(2025, 12, 31)), st.integers(0, 60))
def test_a_term_is_over_after_exactly_so_many_working_days(day: date, count: int) -> None:
    days = noticed()
    end = days.after(day, count)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(days.works(one) for one in between) == count
    assert count == 0 or days.works(end)


@pytest.mark.parametrize(
    ("lunar", "year", "day"),
    [
        ("09-09", 2014, date(2014, 10, 2)),  # the first ninth month, not the leap one
        ("09-09", 2026, date(2026, 10, 18)),
        ("12-last", 2025, date(2026, 2, 16)),  # 29 days
        ("12-last", 2023, date(2024, 2, 9)),  # 30 days
        ("01-15", 2026, date(2026, 3, 3)),
    ],
)
def test_festivals_fall_where_the_almanac_has_them(lunar: str, year: int, day: date) -> None:
    assert festival_day(lunar, year, LunarCalendar()) == day


@pytest.mark.parametrize("odd", ["9-9", "13-01", "00-01", "09-last-day", "重阳"])
def test_a_festival_that_cannot_be_read_is_refused_in_words(odd: str) -> None:
    with pytest.raises(BadInput) as refused:
        festival_day(odd, 2026, LunarCalendar())
    assert refused.value.code == "festival-unreadable"
