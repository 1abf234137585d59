"""The built-in lunar calendar, against dates that were printed and not computed here."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.calendar import LunarDay
from grassroots.errors import BadInput, MissingExtra
from grassroots.plugins.lunar import KNOWN, LunarCalendar

DOUBLE_NINTH = (
    "2020-10-25 2021-10-14 2022-10-04 2023-10-23 2024-10-11 2025-10-29 2026-10-18 2027-10-08"
    " 2028-10-26 2029-10-16 2030-10-05 2031-10-24 2032-10-12 2033-10-01 2034-10-20 2035-10-09"
)
"""Seven independent sources agree on these."""


@pytest.fixture(scope="module")
def calendar() -> LunarCalendar:
    pytest.importorskip("borax", reason="the extra calendar is not installed")
    return LunarCalendar()


@pytest.mark.parametrize("day", [date.fromisoformat(text) for text in DOUBLE_NINTH.split()])
def test_the_double_ninth_is_where_the_almanac_has_it(calendar: LunarCalendar, day: date) -> None:
    assert calendar.lunar_to_solar(day.year, 9, 9) == day
    assert calendar.solar_to_lunar(day) == LunarDay(day.year, 9, 9)


@pytest.mark.parametrize(
    ("solar", "lunar"),
    [
        ("2027-02-06", LunarDay(2027, 1, 1)),  # the browser says a day later
        ("2030-02-03", LunarDay(2030, 1, 1)),  # and here a day earlier
        ("2020-05-23", LunarDay(2020, 4, 1, leap=True)),
        ("2020-04-23", LunarDay(2020, 4, 1)),
        ("2025-07-25", LunarDay(2025, 6, 1, leap=True)),
        ("1900-01-31", LunarDay(1900, 1, 1)),
    ],
)
def test_new_years_and_leap_months_are_where_they_were(
    calendar: LunarCalendar, solar: str, lunar: LunarDay
) -> None:
    day = date.fromisoformat(solar)
    assert calendar.solar_to_lunar(day) == lunar
    assert calendar.lunar_to_solar(lunar.year, lunar.month, lunar.day, lunar.leap) == day


@pytest.mark.parametrize(
    ("year", "month", "day", "leap"),
    [
        (2025, 2, 30, False), (2024, 3, 1, True), (2024, 0, 1, False), (2024, 13, 1, False),
        (2024, 1, 0, False), (2024, 1, 31, False), (1899, 12, 1, False), (2101, 1, 1, False),
    ],
)  # fmt: skip
def test_a_lunar_day_that_does_not_exist_is_never_guessed(
    calendar: LunarCalendar, year: int, month: int, day: int, leap: bool
) -> None:
    with pytest.raises(BadInput) as refused:
        calendar.lunar_to_solar(year, month, day, leap)
    assert refused.value.code == "lunar-day-unknown"


@pytest.mark.parametrize("day", [KNOWN.first - timedelta(1), KNOWN.last + timedelta(1)])
def test_outside_what_it_knows_the_calendar_says_so(calendar: LunarCalendar, day: date) -> None:
    with pytest.raises(BadInput, match="1900-01-31 to 2101-01-28"):
        calendar.solar_to_lunar(day)


def test_a_moment_has_no_lunar_day_without_a_zone(calendar: LunarCalendar) -> None:
    with pytest.raises(TypeError):
        calendar.solar_to_lunar(datetime(2026, 10, 18, tzinfo=UTC))


@given(day=st.dates(KNOWN.first, KNOWN.last))
def test_every_day_comes_back_from_its_lunar_day(calendar: LunarCalendar, day: date) -> None:
    lunar = calendar.solar_to_lunar(day)
    assert calendar.lunar_to_solar(lunar.year, lunar.month, lunar.day, lunar.leap) == day


@given(day=st.dates(KNOWN.first, KNOWN.last - timedelta(1)))
def test_lunar_days_follow_each_other(calendar: LunarCalendar, day: date) -> None:
    today, tomorrow = calendar.solar_to_lunar(day), calendar.solar_to_lunar(day + timedelta(1))
    assert tomorrow.day == today.day + 1 or (tomorrow.day == 1 and today.day in (29, 30))


def test_without_the_extra_the_line_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "borax.calendars.lunardate", None)
    with pytest.raises(MissingExtra, match=r"grassroots\[calendar\]"):
        LunarCalendar()
