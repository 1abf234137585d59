"""Rows that were held back and come again: mended in their own sheet, or in the file of returned rows."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.usecases.intake.desk_sheets import acts, found_post, take
from tests.usecases.intake.desk_sheets import register as on_duty

from grassroots.contracts.tables import Book, CellValue, Sheet
from grassroots.desk import Desk
from grassroots.domain.form import Origin, recognise
from grassroots.domain.intake import RowStatus, SheetRow
from grassroots.domain.pairing import Contact
from grassroots.usecases.intake import Plan, standard_forms
from grassroots.workspace.reading import Reading

Cells = tuple[CellValue, ...]
HEADER: Cells = ("姓名", "出生年月", "联系电话", "备注")
FILE, BACK = "花名册.xlsx", "退回.xlsx"
GOOD: Cells = ("卯大山", "1950-01", None, None)
BAD: Cells = ("辰小川", "3/4/51", None, None)


def file(name: str, *sheets: Sheet) -> Book:
    digest = hashlib.sha256(repr((name, sheets)).encode()).hexdigest()
    return Book(name=name, digest=digest, form="xlsx", sheets=sheets)


def register(*rows: Cells, name: str = FILE, header: Cells = HEADER) -> Book:
    return file(name, Sheet(name="人员花名册", rows=(header, *rows)))


def returned(*rows: Cells, name: str = BACK, header: Cells = HEADER) -> Book:
    """The file of returned rows: their own columns, what was wrong, and where each stood."""
    return register(*rows, name=name, header=(*header, "问题", "来源"))


def back(row: Cells, number: int, name: str = FILE, sheet: str = "人员花名册") -> Cells:
    return (*row, "看不懂", f"{name} / {sheet} / {number}")


def held(desk: Desk) -> list[tuple[str, int]]:
    return sorted((one.file, one.number) for one in desk.intake.held_back())


def counted(desk: Desk) -> object:
    return desk.figures.compute("rows-held-back").value


def names(desk: Desk) -> list[str]:
    return sorted(one.name for one in desk.members.all())


def codes(desk: Desk) -> list[str]:
    return [one.code for one in Reading(desk.seat).trail(limit=1000)]


def head(desk: Desk) -> int:
    return desk.seat.office.storage.head()


# -- mended in its own sheet ------------------------------------------------------------------------------
def test_a_row_mended_in_a_cell_that_tells_it_apart_is_not_held_back_any_more(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    assert held(desk) == [(FILE, 3)]
    plan = take(desk, register(GOOD, ("辰小川", "1951-04", None, None)))
    assert acts(plan) == ["same", "create"]
    assert (held(desk), counted(desk)) == ([], 0)
    assert codes(desk).count("row-mended") == 1


def test_a_row_that_is_changed_and_still_wrong_is_held_back_once(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    take(desk, register(GOOD, ("辰小川", "4/51", None, None)))
    assert held(desk) == [(FILE, 3)]


def test_a_row_that_only_moved_down_stays_held_back(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    take(desk, register(GOOD, ("巳三", "1960", None, None), BAD))
    assert held(desk) == [(FILE, 4)]
    take(desk, register(GOOD, ("巳三", "1960", None, None), ("辰小川", "1951-04", None, None)))
    assert held(desk) == []


def test_a_row_that_moved_and_was_changed_elsewhere_stays_held_back(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    take(desk, register(GOOD, ("巳三", "1960", None, None), (*BAD[:3], "新")))
    assert held(desk) == [(FILE, 4)]
    assert "row-mended" not in codes(desk)


def test_another_file_of_the_same_name_mends_nothing(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    take(desk, register(("午七", "1944", None, None), ("未八", "1945", None, None)))
    assert held(desk) == [(FILE, 3)]


def test_the_first_file_handed_in_again_does_not_hold_back_what_was_mended(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    take(desk, register(GOOD, ("辰小川", "1951-04", None, None)))
    before = head(desk)
    plan = take(desk, register(GOOD, BAD))
    assert [(row.act.value, row.code) for row in plan.rows] == [("same", None), ("skipped", "row-mended")]
    assert (held(desk), head(desk)) == ([], before)


def test_an_older_file_that_comes_late_is_held_back_until_the_newer_one_comes_again(desk: Desk) -> None:
    newer = register(GOOD, ("辰小川", "1951-04", None, None))
    take(desk, newer)
    take(desk, register(GOOD, BAD))
    assert held(desk) == [(FILE, 3)]
    assert acts(take(desk, newer)) == ["same", "same"]
    assert held(desk) == []
    assert [row.code for row in take(desk, register(GOOD, BAD)).rows] == [None, "row-mended"]


def test_a_row_mended_under_its_own_name_is_not_held_back_by_the_first_file_either(desk: Desk) -> None:
    bad: Cells = ("辰小川", "1951-04", "138", None)
    take(desk, register(bad, header=("姓名", "出生年月", "身份证号码", "备注")))
    take(desk, register(("辰小川", "1951-04", None, None), header=("姓名", "出生年月", "身份证号码", "备注")))
    plan = take(desk, register(bad, header=("姓名", "出生年月", "身份证号码", "备注")))
    assert [row.code for row in plan.rows] == ["row-mended"]
    assert held(desk) == []


# -- mended in the file of returned rows ------------------------------------------------------------------
def test_a_returned_row_that_is_taken_is_not_held_back_any_more(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    plan = take(desk, returned(back(("辰小川", "1951-04", None, None), 3)))
    assert acts(plan) == ["create"]
    assert (held(desk), counted(desk)) == ([], 0)
    (one,) = (row for row in Reading(desk.seat).list(SheetRow) if row.mends)
    assert (one.file, one.number, one.status) == (FILE, 3, RowStatus.TAKEN)


def test_a_returned_row_that_is_still_wrong_is_held_back_once(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    for born in ("3/4/51", "4/51", "51"):
        plan = take(desk, returned(back(("辰小川", born, None, None), 3)))
        assert acts(plan) == ["problem"]
        assert plan.rows[0].origin == f"{FILE} / 人员花名册 / 3"
        assert (held(desk), counted(desk)) == ([(FILE, 3)], 1)
    take(desk, returned(back(("辰小川", "1951-04", None, None), 3)))
    assert held(desk) == []


def test_all_files_of_a_folder_again_change_nothing(desk: Desk) -> None:
    first, mended = register(GOOD, BAD), returned(back(("辰小川", "1951-04", None, None), 3))
    take(desk, first)
    take(desk, first, mended)
    before = head(desk)
    again = take(desk, first, mended)
    assert acts(again) == ["same", "skipped", "same"]
    assert (head(desk), held(desk), names(desk)) == (before, [], ["卯大山", "辰小川"])


def test_where_a_row_came_from_neither_changes_it_nor_tells_it_apart(desk: Desk) -> None:
    take(desk, register(GOOD))
    before = head(desk)
    plan = take(desk, returned(back(GOOD, 2)))
    assert (acts(plan), plan.batches, head(desk)) == (["same"], (), before)
    # From another line it is another row that says the same: the person is the same all the same.
    assert acts(take(desk, returned(back(GOOD, 7), name="另一份.xlsx"))) == ["same"]
    assert names(desk) == ["卯大山"]


def test_a_source_of_another_meaning_is_told_as_unread(desk: Desk) -> None:
    plan = desk.intake.plan(register((*GOOD, "走访", "12345转来"), header=(*HEADER, "途径", "来源")))
    assert plan.sheets[0].unread == ("途径", "来源")


def test_every_form_knows_where_a_returned_row_came_from() -> None:
    for form in standard_forms():
        header = tuple(column.header_zh for column in form.columns)
        row = (None,) * len(header)
        for word in ("来源", "Source"):
            sheet = Sheet(name=form.title_zh, rows=((*header, word), (*row, "甲.xlsx / 表 / 12")))
            found = recognise(sheet, standard_forms())
            assert found is not None
            assert (found.layout.code, found.columns["origin"]) == (form.code, len(header))
            assert "origin" not in form.natural


def test_a_row_that_only_says_where_it_came_from_says_nothing(desk: Desk) -> None:
    assert desk.intake.plan(returned(back((None,) * 4, 9), back(BAD, 3))).rows[0].number == 3


# -- equal rows -------------------------------------------------------------------------------------------
PATROL: Cells = ("日期", "时间", "巡逻路线", "巡逻人员", "发现问题", "处理情况", "站点", "起数")


def patrols(*rows: Cells, name: str = "巡逻.xlsx", more: Cells = ()) -> Book:
    return file(name, Sheet(name="巡逻记录表", rows=((*PATROL, *more), *rows)))


def line(incidents: CellValue, place: str = "东门", by: str = "周岚") -> Cells:
    return ("2021-05-03", "08:30", place, by, "乱丢乱扔", "已制止", "A社区驿站", incidents)


@pytest.fixture
def street(desk: Desk) -> None:
    found_post(desk)
    on_duty(desk)


def incidents(desk: Desk) -> list[int]:
    return sorted(one.incidents for one in desk.interventions.all())


@pytest.mark.usefixtures("street")
def test_a_returned_row_that_equals_one_that_stands_is_no_change_of_it(desk: Desk) -> None:
    take(desk, patrols(line(1), line("几起")))
    assert incidents(desk) == [1]
    again = patrols((*line(2), "巡逻.xlsx / 巡逻记录表 / 3"), name=BACK, more=("来源",))
    assert acts(take(desk, again)) == ["create"]
    assert (incidents(desk), held(desk)) == ([1, 2], [])
    assert acts(take(desk, again)) == ["same"]
    assert acts(take(desk, patrols(line(1), line(2)))) == ["same", "same"]
    assert incidents(desk) == [1, 2]


@pytest.mark.usefixtures("street")
def test_two_equal_rows_that_come_back_are_each_their_own(desk: Desk) -> None:
    take(desk, patrols(line("几起"), line("几起")))
    assert held(desk) == [("巡逻.xlsx", 2), ("巡逻.xlsx", 3)]
    second = patrols((*line(5), "巡逻.xlsx / 巡逻记录表 / 3"), name=BACK, more=("来源",))
    take(desk, second)
    assert (held(desk), incidents(desk)) == ([("巡逻.xlsx", 2)], [5])
    plan = take(desk, patrols(line("几起"), line("几起")))
    assert acts(plan) == ["problem", "skipped"]
    first = patrols((*line(4), "巡逻.xlsx / 巡逻记录表 / 2"), name=BACK, more=("来源",))
    take(desk, first)
    assert (held(desk), incidents(desk)) == ([], [4, 5])


@pytest.mark.usefixtures("street")
def test_a_row_that_was_mended_speaks_for_one_line_and_not_for_an_equal_one(desk: Desk) -> None:
    take(desk, patrols(line("几起")))
    take(desk, patrols((*line(5), "巡逻.xlsx / 巡逻记录表 / 2"), name=BACK, more=("来源",)))
    assert acts(take(desk, patrols(line("几起"), line("几起")))) == ["skipped", "problem"]
    assert (held(desk), incidents(desk)) == ([("巡逻.xlsx", 3)], [5])


@pytest.mark.usefixtures("street")
def test_a_returned_row_may_be_divided_into_two(desk: Desk) -> None:
    take(desk, patrols(line("2起，3起")))
    both = patrols(
        (*line(2), "巡逻.xlsx / 巡逻记录表 / 2"),
        (*line(3), "巡逻.xlsx / 巡逻记录表 / 2"),
        name=BACK,
        more=("来源",),
    )
    assert acts(take(desk, both)) == ["create", "create"]
    assert (held(desk), incidents(desk)) == ([], [2, 3])
    assert acts(take(desk, both)) == ["same", "same"]


@pytest.mark.usefixtures("street")
def test_a_line_added_below_one_that_was_mended_elsewhere_is_its_own(desk: Desk) -> None:
    take(desk, patrols(line(1, by="不详者")))
    take(desk, patrols((*line(2), "巡逻.xlsx / 巡逻记录表 / 2"), name=BACK, more=("来源",)))
    plan = take(desk, patrols(line(1, by="不详者"), line(7)))
    assert acts(plan) == ["skipped", "create"]
    assert (incidents(desk), held(desk)) == ([2, 7], [])


CONTACT: Cells = ("日期", "帮扶人", "帮扶对象", "方式", "时长（分钟）", "内容")


def test_a_returned_row_takes_nothing_over_from_the_rows_that_stayed_behind(desk: Desk) -> None:
    on_duty(desk)
    pair: Cells = ("“党代表+困难群众”结对", "周岚", "石林", "2021-01-04")
    header: Cells = ("结对方案", "帮扶人", "帮扶对象", "结对时间")
    take(desk, file("结对.xlsx", Sheet(name="结对帮扶台账", rows=(header, pair))))

    def log(*rows: Cells, name: str = "联系.xlsx", more: Cells = ()) -> Book:
        return file(name, Sheet(name="帮扶联系记录", rows=((*CONTACT, *more), *rows)))

    def call(note: str, minutes: CellValue) -> Cells:
        return ("2021-05-03", "周岚", "石林", "电话", minutes, note)

    take(desk, log(call("问候", 10), call("送药", "许久")))
    mended = log((*call("送药上门", 20), "联系.xlsx / 帮扶联系记录 / 3"), name=BACK, more=("来源",))
    assert acts(take(desk, mended)) == ["create"]
    told = Reading(desk.seat).list(Contact)
    assert sorted((one.note, one.minutes) for one in told) == [("送药上门", 20), ("问候", 10)]
    # The line itself comes again, changed once more: it is that line, and no further contact.
    further = log((*call("送药上门，已服", 25), "联系.xlsx / 帮扶联系记录 / 3"), name=BACK, more=("来源",))
    assert acts(take(desk, further)) == ["change"]
    # The first sheet still holds both lines: nothing in it has lost its place to the line that was mended.
    take(desk, log(call("问候", 10), call("送药", "许久"), call("复诊", 5)))
    told = Reading(desk.seat).list(Contact)
    assert sorted((one.note, one.minutes) for one in told) == [
        ("复诊", 5), ("送药上门，已服", 25), ("问候", 10),
    ]  # fmt: skip
    assert held(desk) == []


# -- where a row came from, in words ----------------------------------------------------------------------
WORDS = st.text(st.characters(exclude_categories=["C"], exclude_characters="/"), min_size=1, max_size=40)


@given(file=WORDS, sheet=WORDS, number=st.integers(1, 10**6))
def test_where_a_row_came_from_is_read_back_as_it_was_written(file: str, sheet: str, number: int) -> None:
    origin = Origin(file.strip() or "x", sheet.strip() or "x", number)
    assert Origin.read(str(origin)) == origin
    assert Origin.read(f"  {origin} ") == origin


@pytest.mark.parametrize(
    "cell", [None, "", "走访", "a / b", "a / b / c", "a / b / 0", " / b / 3", 5, "a/b/3"]
)
def test_other_words_are_no_place_in_a_sheet(cell: CellValue) -> None:
    assert Origin.read(cell) is None


def test_a_plan_of_mended_rows_may_be_applied_again_as_it_is(desk: Desk) -> None:
    take(desk, register(GOOD, BAD))
    plan: Plan = desk.intake.plan(returned(back(("辰小川", "1951-04", None, None), 3)))
    desk.intake.apply(plan)
    desk.intake.apply(plan)
    assert (held(desk), names(desk)) == ([], ["卯大山", "辰小川"])
