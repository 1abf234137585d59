"""A row handed in again: which record it is about, and when it is another one that looks the same."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.conftest import WallClock
from tests.usecases.intake.desk_sheets import POST, acts, book, codes, found_post, register, take

import grassroots
from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.values.ids import StationId

HEARD = date(2021, 5, 3)


@pytest.fixture
def post(desk: Desk) -> StationId:
    return found_post(desk)


@pytest.fixture
def people(desk: Desk) -> Any:
    return register(desk)


def ledger(*rows: tuple[CellValue, ...]) -> Book:
    header = (
        "序号", "收集时间", "反映内容", "收集人", "收集地点", "办理情况", "办结时间", "反馈时间", "满意度",
    )  # fmt: skip
    return book("社情民意台账", header, *rows)


def slip(
    number: CellValue, text: str = "路灯不亮", day: CellValue = HEARD, *course: CellValue
) -> tuple[CellValue, ...]:
    came = course or ("正在办理", None, None, None)
    return (number, day, text, "周岚", POST, *came)


def patrol(*rows: tuple[CellValue, ...]) -> Book:
    header = ("日期", "时间", "巡逻路线", "巡逻人员", "发现问题", "处理情况", "站点", "起数")
    return book("巡逻记录表", header, *rows)


def line(
    day: CellValue = HEARD, at: CellValue = time(8, 30), by: str = "周岚", incidents: int = 2
) -> tuple[CellValue, ...]:
    return (day, at, "东门", by, "乱丢乱扔", "已制止", POST, incidents)


def counted(desk: Desk) -> list[int]:
    return sorted(one.incidents for one in desk.interventions.all())


# -- numbers of slips -------------------------------------------------------------------------------------
def test_a_number_written_twice_never_wipes_what_the_first_resident_said(
    desk: Desk, post: StationId, people: Any
) -> None:
    plan = take(desk, ledger(slip(7), slip(7, "井盖松动")))
    assert (acts(plan), codes(plan)) == (["create", "problem"], [("concern-number-taken", None)])
    assert [one.text for one in desk.concerns.all()] == ["路灯不亮"]


def test_the_register_of_the_next_year_begins_with_one_again(
    desk: Desk, post: StationId, people: Any
) -> None:
    books = ledger(slip(1, "井盖松动", date(2020, 3, 2))), ledger(slip(1))
    assert acts(take(desk, *books)) == ["create", "create"]
    assert sorted((one.taken_on.year, one.text) for one in desk.concerns.all()) == [
        (2020, "井盖松动"),
        (2021, "路灯不亮"),
    ]


def test_the_row_that_wrote_the_words_may_set_them_right(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, ledger(slip(7)))
    assert acts(take(desk, ledger(slip(7, "三栋路灯不亮")))) == ["change"]
    assert [one.text for one in desk.concerns.all()] == ["三栋路灯不亮"]


def test_a_day_of_reply_set_right_moves_the_closing_with_it(desk: Desk, post: StationId, people: Any) -> None:
    settled = ("已解决", date(2021, 5, 10))
    take(desk, ledger(slip(7, "路灯不亮", HEARD, *settled, date(2021, 5, 11), "满意")))
    take(desk, ledger(slip(7, "路灯不亮", HEARD, *settled, date(2021, 5, 13), "满意")))
    (taken,) = desk.concerns.all()
    assert [reply.on for reply in taken.replies] == [date(2021, 5, 13)]
    assert taken.closed_on == date(2021, 5, 13)


# -- lines of patrols -------------------------------------------------------------------------------------
def test_two_equal_lines_of_one_sheet_are_two_cases_however_they_are_typed(
    desk: Desk, post: StationId, people: Any
) -> None:
    sheet = patrol(line(), line("2021.5.3", "8:30"), line("2021年5月3日", "上午8点30分", "周 岚"))
    assert acts(take(desk, sheet)) == ["create", "create", "create"]
    assert counted(desk) == [2, 2, 2]
    assert acts(take(desk, sheet)) == ["same", "same", "same"]


def test_a_sheet_typed_anew_with_a_line_put_in_doubles_nothing(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, patrol(line(), line(incidents=3)))
    typed_anew = patrol(
        line(at=time(7, 0), incidents=1), line("2021-05-03", "8:30"), line("2021-05-03", "8:30", incidents=3)
    )
    assert acts(take(desk, typed_anew)) == ["create", "same", "same"]
    assert counted(desk) == [1, 2, 3]


def test_a_change_of_the_second_of_two_equal_lines_is_of_the_second(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, patrol(line(), line("2021.5.3", incidents=3)))
    assert acts(take(desk, patrol(line(), line("2021.5.3", incidents=4)))) == ["same", "change"]
    assert counted(desk) == [2, 4]


_FORMS = ("{0.year}.{0.month}.{0.day}", "{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y%m%d}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(_FORMS), st.integers(1, 3)), max_size=6),
    retyped=st.sampled_from(_FORMS),
)
def test_a_total_over_lines_is_the_sum_of_the_sheet_and_stays_it_when_typed_anew(
    lines: list[tuple[int, str, int]], retyped: str
) -> None:
    with grassroots.open("memory://", network="test", zone="Asia/Shanghai", clock=WallClock()) as network:
        desk = network.desk("steward:office")
        found_post(desk)
        register(desk)
        days = [date(2021, 5, 3 + place) for place, _, _ in lines]
        typed = [line(form.format(day), incidents=n) for day, (_, form, n) in zip(days, lines, strict=True)]
        again = [line(retyped.format(day), incidents=n) for day, (_, _, n) in zip(days, lines, strict=True)]
        for rows in (typed, typed, again):
            take(desk, patrol(*rows))
            assert counted(desk) == sorted(n for _, _, n in lines)


def test_full_width_digits_are_digits_in_a_register_and_on_an_agenda(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, ledger(slip(7)))
    typed_anew = take(desk, ledger(slip("７", "三栋路灯不亮", "２０２１-０５-０３")))
    assert (acts(typed_anew), typed_anew.problems) == (["change"], ())
    header = ("会议日期", "地点", "参加人员", "议题编号", "决定")
    take(desk, book("例会记录", header, (date(2021, 5, 8), POST, "周岚", "７", "继续观察")))
    (taken,) = desk.concerns.all()
    assert [tabled.on for tabled in taken.tabled] == [date(2021, 5, 8)]
