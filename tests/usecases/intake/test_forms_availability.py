"""What volunteers told on paper becomes availability and leave, in words or in a grid of weekdays."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from tests.usecases.intake.desk_sheets import NAMES, acts, book, codes, found_post, register, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.availability import Availability, ToldStatus, Willing, Window
from grassroots.domain.recurrence import Weekday
from grassroots.errors import BadInput
from grassroots.usecases.intake import RowAct
from grassroots.values.dates import Period, Span
from grassroots.values.ids import MemberId

HEADERS = (
    "姓名",
    "什么时候能来",
    "每周最多（次）",
    "每月最多（次）",
    "不在的日子",
    "填表日期",
    "可承担",
    "愿去站点",
    "自",
    "至",
)
GRID = ("姓名", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "不在的日子", "填表日期")
WRITTEN = "2021-07-01"
MORNING = (time(6), time(12, 30))
YEAR = Period.year(2021)


@pytest.fixture
def people(desk: Desk) -> dict[str, MemberId]:
    return dict(register(desk))


def words(*rows: tuple[CellValue, ...]) -> Book:
    return book("服务时间登记表", HEADERS, *(row + (None,) * (len(HEADERS) - len(row)) for row in rows))


def grid(*rows: tuple[CellValue, ...]) -> Book:
    return book("每周服务时间表", GRID, *(row + (None,) * (len(GRID) - len(row)) for row in rows))


def standing(desk: Desk, member: MemberId) -> list[Availability]:
    return [one for one in desk.availability.of_member(member) if one.status is ToldStatus.GIVEN]


def test_a_row_in_words_is_a_word_and_its_days_away(desk: Desk, people: dict[str, MemberId]) -> None:
    post = found_post(desk)
    row = (NAMES[0], "每周三上午、周五全天", 2, 5, "7月3日至10日；下周一", WRITTEN, "夜间", "A社区驿站")
    plan = take(desk, words(row))
    assert codes(plan) == []
    (given,) = standing(desk, people[NAMES[0]])
    assert given.windows == (Window(Weekday.WEDNESDAY, *MORNING), Window(Weekday.FRIDAY))
    assert (given.most_per_week, given.most_per_month, given.willing) == (2, 5, (Willing.NIGHT,))
    assert (given.stations, given.span) == ((post,), Span(date(2021, 7, 1)))
    leaves = desk.availability.leaves(YEAR, member=people[NAMES[0]])
    assert [one.span for one in leaves] == [
        Span(date(2021, 7, 3), date(2021, 7, 10)),
        Span(date(2021, 7, 5), date(2021, 7, 5)),
    ]


def test_a_row_in_a_grid_says_the_same(desk: Desk, people: dict[str, MemberId]) -> None:
    take(desk, grid((NAMES[0], None, None, "上午", None, "√"), (NAMES[1], "×")))
    (given,) = standing(desk, people[NAMES[0]])
    assert given.windows == (Window(Weekday.WEDNESDAY, *MORNING), Window(Weekday.FRIDAY))
    (never,) = standing(desk, people[NAMES[1]])
    assert never.windows == (), "a cross and nothing else: not at all"


def test_morning_and_afternoon_together_go_over_noon(desk: Desk, people: dict[str, MemberId]) -> None:
    take(desk, words((NAMES[0], "周三上下午", None, None, None, WRITTEN)))
    (given,) = standing(desk, people[NAMES[0]])
    assert given.windows == (Window(Weekday.WEDNESDAY, time(6), time(18, 30)),)
    assert given.windows[0].holds(date(2021, 7, 7), time(11), time(13))


def test_only_days_away_say_nothing_of_the_week(desk: Desk, people: dict[str, MemberId]) -> None:
    take(desk, words((NAMES[0], None, None, None, "7月3日", WRITTEN)))
    assert standing(desk, people[NAMES[0]]) == []
    assert len(desk.availability.leaves(YEAR)) == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((NAMES[0], "隔周三", None, None, None, WRITTEN), ("weekly-not-every-week", "when")),
        ((NAMES[0], "下周一", None, None, None, WRITTEN), ("weekly-single-day", "when")),
        ((NAMES[0], "周三", None, None, "下周一"), ("away-relative", "away")),
        ((NAMES[0], "周三", None, None, "春节", WRITTEN), ("away-holiday", "away")),
        ((NAMES[0], None, 2), ("cell-missing", "when")),
        ((NAMES[0],), ("cell-missing", "when")),
        (("无名氏", "周三"), ("member-unknown", "name")),
        ((NAMES[0], "周三", "两三次"), ("whole-unreadable", "most_per_week")),
        ((NAMES[0], "周三", None, None, None, WRITTEN, None, "火星站"), ("station-unknown", "stations")),
        ((NAMES[0], "周三", None, None, None, WRITTEN, "爬山"), ("choice-unknown", "willing")),
        (
            (NAMES[0], "周三", None, None, None, WRITTEN, None, None, "2021-08-01", "2021-07-01"),
            ("span-backwards", "last"),
        ),
    ],
)
def test_a_row_that_cannot_be_kept_is_held_back_in_words(
    desk: Desk, people: dict[str, MemberId], row: tuple[CellValue, ...], problem: tuple[str, str]
) -> None:
    plan = take(desk, words(row))
    assert problem in codes(plan)
    assert all(standing(desk, member) == [] for member in people.values())


def test_a_part_of_the_day_that_no_pack_knows_is_a_problem_of_its_cell(
    desk: Desk, people: dict[str, MemberId]
) -> None:
    """The packs answer from 2013 on; a form that claims to be older can still name times."""
    old = "2010-07-01"
    assert codes(take(desk, words((NAMES[0], "周三上午", None, None, None, old)))) == [
        ("day-part-unknown", "when")
    ]
    row = (NAMES[1], "上午", None, None, None, None, None, None, None, old)
    assert codes(take(desk, grid(row))) == [("day-part-unknown", "mon")]
    assert codes(take(desk, words((NAMES[0], "周三 8:30-11:30", None, None, None, old)))) == []


def test_the_same_sheet_again_changes_nothing_and_other_words_take_back_the_old_ones(
    desk: Desk, people: dict[str, MemberId]
) -> None:
    first = words((NAMES[0], "周三上午", None, None, "7月3日", WRITTEN), (NAMES[1], "随时"))
    take(desk, first)
    assert acts(take(desk, first)) == [RowAct.SAME.value] * 2
    take(desk, words((NAMES[0], "周四上午", None, None, "7月4日", WRITTEN), (NAMES[1], "随时")))
    (given,) = standing(desk, people[NAMES[0]])
    assert [window.weekday for window in given.windows] == [Weekday.THURSDAY]
    assert [one.span.first.day for one in desk.availability.leaves(YEAR)] == [4]
    take(desk, first)
    (given,) = standing(desk, people[NAMES[0]])
    assert [window.weekday for window in given.windows] == [Weekday.WEDNESDAY]
    assert [one.span.first.day for one in desk.availability.leaves(YEAR)] == [3]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["availability", "availability-week"])
def test_a_register_is_read_back_as_what_it_tells(
    desk: Desk, people: dict[str, MemberId], form: str, language: str
) -> None:
    take(
        desk,
        words(
            (NAMES[0], "周三上午、周六8:30-11:30；周五", 2, None, "7月3日至10日；8月1日起", WRITTEN),
            (NAMES[1], "不能来", None, None, None, WRITTEN),
            (NAMES[2], None, None, None, "7月3日", WRITTEN),
        ),
    )
    before = desk.registers.rows(form, language=language)
    assert len(before) == 3
    made = desk.registers.filled(form, language=language)
    headers = tuple(column.header for column in made.columns)
    again = take(desk, book(made.title, headers, *made.rows))
    assert codes(again) == []
    assert desk.registers.rows(form, language=language) == before
    records = [one for member in people.values() for one in desk.availability.of_member(member)]
    assert len(records) == 2, "the same words are the words that stand"


def test_at_a_desk_the_same_words_are_typed(desk: Desk, people: dict[str, MemberId]) -> None:
    lan = people[NAMES[0]]
    given = desk.availability.give_in_words(lan, "每周三上午，周六 8:30-11:30", most_per_week=1)
    assert given.windows == (
        Window(Weekday.WEDNESDAY, *MORNING),
        Window(Weekday.SATURDAY, time(8, 30), time(11, 30)),
    )
    assert desk.availability.give_in_words(lan, "每周三上午，周六 8:30-11:30", most_per_week=1) == given
    (leave,) = desk.availability.give_leaves_in_words(lan, "下周一至7月10日")
    assert leave.span == Span(date(2021, 7, 5), date(2021, 7, 10))


@pytest.mark.parametrize(
    ("verb", "said", "code"),
    [
        ("give_in_words", "隔周三", "weekly-not-every-week"),
        ("give_in_words", "", "weekly-missing"),
        ("give_leaves_in_words", "国庆", "away-holiday"),
        ("give_leaves_in_words", " ", "away-missing"),
    ],
)
def test_at_a_desk_words_that_cannot_be_kept_are_refused(
    desk: Desk, people: dict[str, MemberId], verb: str, said: str, code: str
) -> None:
    act: Any = getattr(desk.availability, verb)
    with pytest.raises(BadInput) as refused:
        act(people[NAMES[0]], said)
    assert refused.value.code == code
    assert desk.availability.of_member(people[NAMES[0]]) == []
