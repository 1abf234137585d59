"""From a sheet to its rows: nothing is dropped without a word, nothing is invented."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.tables import CellValue, Sheet
from grassroots.domain.form import Recognised, parse_forms, recognise
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.rows import Skipped, rows

Cells = tuple[CellValue, ...]
(FORM,) = parse_forms(
    """
[form.visits]
title_zh = "探访记录"
title_en = "Visits"
natural = ["name", "on"]
block = [{ key = "place", header_zh = "地点", header_en = "Place" }]
[[form.visits.column]]
key = "serial"
header_zh = "序号"
header_en = "No."
kind = "serial"
[[form.visits.column]]
key = "place"
header_zh = "地点"
header_en = "Place"
[[form.visits.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
[[form.visits.column]]
key = "on"
header_zh = "日期"
header_en = "Date"
wanted = true
"""
)
HEADER: Cells = ("序号", "地点", "姓名", "日期")


def known(
    *below: Cells, above: tuple[Cells, ...] = (), merged: tuple[tuple[int, int, int, int], ...] = ()
) -> Recognised:
    found = recognise(Sheet(name="x", rows=(*above, HEADER, *below), merged=merged), (FORM,))
    assert found is not None
    return found


def read(recognised: Recognised) -> list[tuple[int, object]]:
    return [
        (
            one.number,
            one.code if isinstance(one, Skipped) else (one.raw("place"), one.raw("name"), one.raw("on")),
        )
        for one in rows(recognised, "a.xlsx")
    ]


def test_rows_keep_the_number_that_the_sheet_shows() -> None:
    found = read(
        known((1, "东门", "卯大山", "d1"), (None,) * 4, (2, "西门", "辰小川", "d2"), above=(("探访记录",),))
    )
    assert found == [(3, ("东门", "卯大山", "d1")), (5, ("西门", "辰小川", "d2"))]


def test_a_line_with_only_its_running_number_is_an_empty_line() -> None:
    assert read(known((1, None, None, None), (2, "东门", "卯大山", "d1"), (3, " ", None, ""))) == [
        (3, ("东门", "卯大山", "d1"))
    ]


def test_ditto_means_the_row_above_also_through_several_rows() -> None:
    found = read(known((1, "东门", "卯大山", "d1"), (2, "同上", "辰小川", "〃"), (3, "″", "巳三四", "同上")))
    assert [told for _, told in found][:2] == [("东门", "卯大山", "d1"), ("东门", "辰小川", "d1")]
    assert found[2][1] == ("″", "巳三四", "d1") or found[2][1] == ("东门", "巳三四", "d1")


def test_ditto_reaches_over_a_skipped_row_and_never_invents() -> None:
    found = read(known((1, "同上", "卯大山", "d1"), ("合计", None, 1, None), (2, "同上", "辰小川", "同上")))
    assert found == [(2, (None, "卯大山", "d1")), (3, "row-total"), (4, (None, "辰小川", "d1"))]


def test_a_merged_block_says_the_same_in_each_of_its_rows_and_only_in_its_first_column() -> None:
    below: tuple[Cells, ...] = (
        (1, "东门", "卯大山", "d1"),
        (2, None, "辰小川", "d2"),
        (3, None, "巳三四", "d3"),
    )
    assert [told for _, told in read(known(*below, merged=((1, 1, 2, 1),)))] == [
        ("东门", "卯大山", "d1"),
        ("东门", "辰小川", "d2"),
        (None, "巳三四", "d3"),
    ]
    wide = read(known((1, "东门", None, "d1"), merged=((1, 1, 1, 2),)))
    assert wide == [(2, ("东门", None, "d1"))]


def test_a_title_merged_over_the_header_is_no_value_of_a_row() -> None:
    found = read(
        known((1, "东门", "卯大山", "d1"), above=(("探访记录", None, None, None),), merged=((0, 0, 0, 3),))
    )
    assert found == [(3, ("东门", "卯大山", "d1"))]


def test_totals_second_headers_notes_and_footers_say_why_they_are_skipped() -> None:
    found = read(
        known(
            (None, "必填", "必填", "如2021-07-02"),
            (1, "东门", "卯大山", "d1"),
            HEADER,
            (None, None, "合计", "1"),
            ("小计", None, None, None),
            ("填表人：巳三四", None, None, None),
        )
    )
    assert found == [
        (2, "row-note"),
        (3, ("东门", "卯大山", "d1")),
        (4, "row-header-again"),
        (5, "row-total"),
        (6, "row-total"),
        (7, "row-footer"),
    ]


def test_a_hint_is_a_hint_only_right_under_the_header() -> None:
    found = read(known((1, "东门", "卯大山", "d1"), (2, "如意里", "例如三", "d2")))
    assert found[1] == (3, ("如意里", "例如三", "d2"))


def test_what_stands_above_the_table_counts_where_the_row_itself_says_nothing() -> None:
    found = read(
        known((1, None, "卯大山", "d1"), (2, "西门", "辰小川", "d2"), above=(("地点：", "东门", None, None),))
    )
    assert [told for _, told in found] == [("东门", "卯大山", "d1"), ("西门", "辰小川", "d2")]


CELL = st.sampled_from([None, "", " ", "东门", "同上", "合计", "卯大山", 3, "姓名", "注：", "必填"])


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=6))
def test_no_row_is_lost_or_doubled_whatever_stands_in_it(below: list[Cells]) -> None:
    found = list(rows(known(*below), "a.xlsx"))
    numbers = [one.number for one in found]
    assert numbers == sorted(set(numbers))
    for place, cells in enumerate(below, 2):
        says = [cell for cell in cells[1:] if cell is not None and str(cell).strip() and cell != "同上"]
        if says:
            assert place in numbers, cells
    for one in found:
        if isinstance(one, Row):
            assert any(one.raw(key) for key in ("place", "name", "on"))
