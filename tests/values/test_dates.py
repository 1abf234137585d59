from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.values.dates import Ages, PartialDate, Period, Span, age_on, anniversary, years_on

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(days)
    return draw(
        st.sampled_from([PartialDate(day.year), PartialDate(day.year, day.month), PartialDate.of(day)])
    )


@given(partial_dates())
def test_what_is_known_of_a_date_survives_its_text(known: PartialDate) -> None:
    assert PartialDate.parse(known.iso) == known
    assert {known: 1}[PartialDate.parse(str(known))] == 1
    assert known.exact == (known.earliest == known.latest)


def test_a_month_runs_to_its_own_last_day() -> None:
    assert (PartialDate(1952).earliest, PartialDate(1952).latest) == (date(1952, 1, 1), date(1952, 12, 31))
    assert PartialDate(1952, 2).latest == date(1952, 2, 29)
    assert PartialDate(1953, 2).latest == date(1953, 2, 28)


@pytest.mark.parametrize(
    "parts", [(2024, 2, 30), (2023, 2, 29), (2024, 13), (2024, 0), (0,), (2024, None, 3)]
)
def test_a_date_that_does_not_exist_is_no_date(parts: tuple[int, ...]) -> None:
    with pytest.raises(BadInput) as refused:
        PartialDate(*parts)
    assert refused.value.code == "no-such-date"


@pytest.mark.parametrize(
    "text", ["", "52", "1952-7", "1952.7", "1952-07-", "1952-07-03T00:00", "１９５２", " 1952"]
)
def test_only_iso_text_is_parsed(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        PartialDate.parse(text)
    assert refused.value.code == "date-unreadable"


def test_a_partial_date_has_no_order() -> None:
    with pytest.raises(TypeError):
        sorted([PartialDate(1952), PartialDate(1952, 7)])  # type: ignore[type-var]


def test_the_age_of_a_year_of_birth_is_a_range() -> None:
    on = date(2021, 7, 1)
    assert age_on(PartialDate(1952), on) == Ages(68, 69)
    assert age_on(PartialDate(1952, 7), on) == Ages(68, 69)
    assert age_on(PartialDate(1952, 6), on) == Ages(69, 69)
    assert age_on(PartialDate(1952, 7, 1), on).exact
    assert age_on(PartialDate(1952, 7, 2), on) == Ages(68, 68)


def test_a_leap_day_birthday_is_reached_on_the_first_of_march() -> None:
    born = PartialDate(1952, 2, 29)
    assert age_on(born, date(2021, 2, 28)) == Ages(68, 68)
    assert age_on(born, date(2021, 3, 1)) == Ages(69, 69)
    assert age_on(born, date(2020, 2, 29)) == Ages(68, 68)
    assert anniversary(date(1972, 2, 29), 49) == date(2021, 3, 1)
    assert anniversary(date(1972, 2, 29), 48) == date(2020, 2, 29)


def test_nobody_has_an_age_before_birth_but_the_year_of_birth_is_age_nought() -> None:
    with pytest.raises(BadInput) as refused:
        age_on(PartialDate(2022), date(2021, 12, 31))
    assert refused.value.code == "not-yet-born"
    assert age_on(PartialDate(2021), date(2021, 3, 1)) == Ages(0, 0)
    assert years_on(PartialDate(2022), date(2021, 12, 31)) == Ages(0, 0)


@given(days, st.integers(0, 120))
def test_an_anniversary_is_the_first_day_on_which_the_years_are_complete(day: date, years: int) -> None:
    reached = anniversary(day, years)
    assert years_on(PartialDate.of(day), reached) == Ages(years, years)
    if years:
        assert years_on(PartialDate.of(day), reached - timedelta(days=1)) == Ages(years - 1, years - 1)


@given(partial_dates(), days, st.data())
def test_every_day_that_a_birth_can_be_gives_an_age_within_the_range(
    born: PartialDate, on: date, data: st.DataObject
) -> None:
    assume(born.latest <= on)
    true_day = data.draw(st.dates(born.earliest, born.latest))
    true_age = age_on(PartialDate.of(true_day), on)
    assert true_age.exact
    assert age_on(born, on).low <= true_age.low <= age_on(born, on).high
    assert age_on(born, on).high - age_on(born, on).low <= 1


def test_an_anniversary_beyond_the_calendar_is_no_date() -> None:
    with pytest.raises(BadInput) as refused:
        anniversary(date(2021, 1, 1), 9000)
    assert refused.value.code == "no-such-date"


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first, last = sorted((draw(days), draw(days)))
    return Span(first, draw(st.sampled_from([last, None])))


@given(spans(), spans())
def test_spans_overlap_exactly_when_some_day_lies_in_both(one: Span, other: Span) -> None:
    latest_start = max(one.first, other.first)
    assert one.overlaps(other) == (one.covers(latest_start) and other.covers(latest_start))
    assert one.overlaps(other) == other.overlaps(one)


@given(spans(), days)
def test_a_span_until_a_day_ends_there_once_and_for_all(span: Span, day: date) -> None:
    assume(day >= span.first)
    ended = span.until(day)
    assert ended.last is not None
    assert ended.last <= day
    assert ended.until(day) is ended
    assert ended.covers(day) == span.covers(day)
    assert not ended.covers(day + timedelta(days=1))


def test_an_open_span_covers_all_that_comes() -> None:
    assert Span(date(2021, 7, 1)).open
    assert Span(date(2021, 7, 1)).covers(date(2900, 1, 1))
    assert not Span(date(2021, 7, 1)).covers(date(2021, 6, 30))


def test_spans_and_periods_do_not_run_backwards() -> None:
    for wrong in (
        lambda: Span(date(2021, 7, 2), date(2021, 7, 1)),
        lambda: Span(date(2021, 7, 2)).until(date(2021, 7, 1)),
        lambda: Period(date(2021, 7, 2), date(2021, 7, 1)),
        lambda: Period.parse("2021-07..2021-06"),
    ):
        with pytest.raises(BadInput) as refused:
            wrong()
        assert refused.value.code == "span-backwards"


def test_a_datetime_is_refused_where_a_day_is_meant() -> None:
    with pytest.raises(TypeError, match="calendar day"):
        Span(datetime(2021, 7, 1))  # noqa: DTZ001


def test_periods_are_written_as_people_say_them() -> None:
    assert Period.parse("2021") == Period.year(2021) == Period(date(2021, 1, 1), date(2021, 12, 31))
    assert Period.parse("2021-02") == Period.month(2021, 2) == Period(date(2021, 2, 1), date(2021, 2, 28))
    assert Period.parse("2021-01-01..2021-06-30") == Period.parse("2021-01..2021-06")
    assert Period.parse("2021-07-01").days() == [date(2021, 7, 1)]


@pytest.mark.parametrize("text", ["", "2021..", "..2021", "21", "2021-7", "2021..2022..2023", "2021 .. 2022"])
def test_other_periods_are_not_read(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        Period.parse(text)
    assert refused.value.code == "period-unreadable"


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(days)
    return Period(first, first + timedelta(days=draw(st.integers(0, 800))))


@given(periods())
def test_days_months_and_weeks_of_a_period_are_those_that_it_touches(period: Period) -> None:
    inside = period.days()
    assert inside[0] == period.first
    assert inside[-1] == period.last
    assert all(period.contains(day) for day in inside)
    assert period.months() == sorted({(day.year, day.month) for day in inside})
    assert period.weeks() == sorted({day - timedelta(days=day.weekday()) for day in inside})
    assert not period.contains(period.first - timedelta(days=1))
    assert Period.parse(period.iso) == period
    assert Span(period.first, period.last).overlaps(period)


def test_whole_years_and_months_have_short_names() -> None:
    assert Period.year(2021).iso == "2021"
    assert str(Period.month(2024, 2)) == "2024-02"
