"""When somebody can come and when they are away, as people write it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.locale import catalogue
from grassroots.values.dates import Span
from grassroots.values.messy import DayPart, Weekly, read_away, read_day_parts, read_weekly

MORNING, AFTERNOON, EVENING = DayPart
WRITTEN = date(2021, 7, 2)  # a Friday


def week(words: str) -> list[tuple[int, str]]:
    """(weekday, part or times or "") of each; the problem is a failure."""
    read = read_weekly(words)
    assert read.value is not None, read.problem
    return [
        (one.weekday, f"{one.starts:%H:%M}-{one.ends:%H:%M}" if one.starts and one.ends else one.part or "")
        for one in read.value
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("每周三上午", [(2, "morning")]),
        ("周一、周三上午", [(0, "morning"), (2, "morning")]),
        ("周一三五上午", [(0, "morning"), (2, "morning"), (4, "morning")]),
        ("每周一、二、四上午，周日全天", [(0, "morning"), (1, "morning"), (3, "morning"), (6, "")]),
        ("周一；周三上午", [(0, ""), (2, "morning")]),
        ("工作日上午\n周末全天", [*((day, "morning") for day in range(5)), (5, ""), (6, "")]),
        ("周一至周五下午", [(day, "afternoon") for day in range(5)]),
        ("星期五到星期一", [(0, ""), (4, ""), (5, ""), (6, "")]),
        ("周六 8:30-11:30", [(5, "08:30-11:30")]),
        ("周二下午2点到5点半", [(1, "14:00-17:30")]),
        ("周六上午8:30—11:30、下午", [(5, "afternoon"), (5, "08:30-11:30")]),
        ("礼拜天上下午", [(6, "morning"), (6, "afternoon")]),
        ("周三、周四的下午可以来", [(2, "afternoon"), (3, "afternoon")]),
        ("随时都可以", [(day, "") for day in range(7)]),
        ("Wed morning", [(2, "morning")]),
        ("Mon-Fri, afternoons", [(day, "afternoon") for day in range(5)]),
        ("Tuesdays and Thursdays, all day", [(1, ""), (3, "")]),
        ("any time", [(day, "") for day in range(7)]),
    ],
)
def test_what_people_write_of_their_week_is_read(words: str, said: list[tuple[int, str]]) -> None:
    assert sorted(week(words)) == sorted(said)


@pytest.mark.parametrize("words", ["不能来", "目前来不了", "没空", "not at all"])
def test_not_at_all_is_an_answer_and_no_empty_cell(words: str) -> None:
    assert read_weekly(words).value == ()
    assert read_weekly("").empty
    assert read_weekly("-").empty
    assert read_weekly(None).empty


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("除周三外都行", "weekly-except"),
        ("隔周三上午", "weekly-not-every-week"),
        ("每月第一个周一", "weekly-not-every-week"),
        ("下周一", "weekly-single-day"),
        ("7月3日", "weekly-single-day"),
        (WRITTEN, "weekly-single-day"),
        ("周三大概能来", "weekly-approximate"),
        ("周二2:30-5:00", "weekly-times-unclear"),
        ("上午", "weekly-without-days"),
        ("上午；周三", "weekly-without-days"),
        ("周三吃过饭", "weekly-unreadable"),
        ("三", "weekly-unreadable"),
        ("至周五", "weekly-unreadable"),
        (3, "weekly-unreadable"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(words: str, code: str) -> None:
    read = read_weekly(words)
    assert read.problem is not None
    assert read.problem.code == code
    for language in ("zh", "en"):
        assert code in catalogue(language)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("√", [(None, None, None)]),
        (True, [(None, None, None)]),
        ("上午", [(MORNING, None, None)]),
        ("上午、晚上", [(MORNING, None, None), (EVENING, None, None)]),
        ("8:30-11:30", [(None, time(8, 30), time(11, 30))]),
        ("×", []),
        (False, []),
    ],
)
def test_a_grid_has_ticks_parts_or_times(cell: str, parts: list[object]) -> None:
    assert list(read_day_parts(cell).value or ()) == parts


def test_a_grid_refuses_other_days_and_doubts() -> None:
    for cell, code in (("周二", "weekly-unreadable"), ("也许", "weekly-approximate")):
        problem = read_day_parts(cell).problem
        assert problem is not None
        assert problem.code == code


@given(st.text(alphabet="周一三日至、；上午下全天8:30-1每随时不能来 \nWed", max_size=14))
def test_no_words_break_the_reader_and_each_day_says_one_thing(words: str) -> None:
    read = read_weekly(words)
    assert read.value is None or read.problem is None
    for one in read.value or ():
        assert isinstance(one, Weekly)
        assert one.part is None or one.starts is None
        assert (one.starts is None) == (one.ends is None)
    read_away(words, WRITTEN)
    read_day_parts(words)


def away(words: object, written: date | None = WRITTEN) -> list[str]:
    read = read_away(words, written)  # type: ignore[arg-type]
    assert read.value is not None, read.problem
    return [
        f"{span.first:%m-%d}/{span.last:%m-%d}" if span.last else f"{span.first:%m-%d}/"
        for span in read.value
    ]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("7月3日", ["07-03/07-03"]),
        ("7月3日至7月10日", ["07-03/07-10"]),
        ("7月3日—10日", ["07-03/07-10"]),
        ("从7月3日到10日外出", ["07-03/07-10"]),
        ("七月三日至十日", ["07-03/07-10"]),
        ("7月3日、5日", ["07-03/07-03", "07-05/07-05"]),
        ("7.3-7.10；8.1", ["07-03/07-10", "08-01/08-01"]),
        ("2021.7.3-7.10", ["07-03/07-10"]),
        ("2021-07-03 to 2021-07-10", ["07-03/07-10"]),
        ("20210703", ["07-03/07-03"]),
        ("下周一", ["07-05/07-05"]),
        ("本周五", ["07-02/07-02"]),
        ("下周", ["07-05/07-11"]),
        ("明天", ["07-03/07-03"]),
        ("7月", ["07-01/07-31"]),
        ("8月上旬", ["08-01/08-10"]),
        ("下个月", ["08-01/08-31"]),
        ("7月3日起", ["07-03/"]),
        ("到7月10日", ["07-02/07-10"]),
        (date(2021, 7, 3), ["07-03/07-03"]),
    ],
)
def test_days_away_are_read_from_the_day_on_which_they_were_written(words: object, days: list[str]) -> None:
    assert away(words) == days


def test_a_day_without_a_year_is_the_next_one_unless_it_has_just_been() -> None:
    for words, first, last in (
        ("6月20日至7月10日", date(2021, 6, 20), date(2021, 7, 10)),
        ("1月5日", date(2022, 1, 5), date(2022, 1, 5)),
        ("12月28日至1月3日", date(2021, 12, 28), date(2022, 1, 3)),
    ):
        assert read_away(words, WRITTEN).value == (Span(first, last),)


@pytest.mark.parametrize(
    ("words", "written", "code"),
    [
        ("下周一", None, "away-relative"),
        ("7月3日", None, "away-relative"),
        ("到7月10日", None, "away-relative"),
        ("春节", WRITTEN, "away-holiday"),
        ("住院期间", WRITTEN, "away-approximate"),
        ("7月底", WRITTEN, "away-approximate"),
        ("7月10日至7月3日", WRITTEN, "away-backwards"),
        ("2021-07-10至2021-07-03", WRITTEN, "away-backwards"),
        ("next Monday", WRITTEN, "away-which-week"),
        ("2月29日", WRITTEN, "away-unreadable"),
        ("13月1日", WRITTEN, "away-unreadable"),
        ("7月3日上午", WRITTEN, "away-unreadable"),
        ("7月3日、再看", WRITTEN, "away-unreadable"),
    ],
)
def test_days_away_that_are_not_certain_are_refused_in_words(
    words: str, written: date | None, code: str
) -> None:
    problem = read_away(words, written).problem
    assert problem is not None
    assert problem.code == code
    for language in ("zh", "en"):
        assert code in catalogue(language)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 100))
def test_whole_dates_are_read_whoever_wrote_them_when(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    for words in (
        f"{first}至{last}",
        f"{first.year}年{first.month}月{first.day}日-{last.year}年{last.month}月{last.day}日",
    ):
        assert read_away(words, None).value == (Span(first, last),)
    assert read_away(f"{first}起", None).value == (Span(first),)
