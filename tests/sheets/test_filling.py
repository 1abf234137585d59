"""An office's own form is filled in where there is room, and nothing that stood there is moved or lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Border, Font, Side
from tests.sheets import hostile

from grassroots.contracts.tables import CellValue
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, catalogue, say
from grassroots.sheets.filling import ColumnState, Filled, fill_form
from grassroots.sheets.reading import read_book

KEYS = {"姓名": "name", "联系电话": "phone", "电话": "phone", "服务时长": "minutes", "日期": "on"}
PEOPLE: list[dict[str, CellValue]] = [
    {"name": "林小满", "phone": "13800000000", "minutes": 90},
    {"name": "何清", "phone": "13900000000", "minutes": 45, "remark": "新人"},
]


def _form(path: Path, draw: Callable[[Any], None]) -> Path:
    book = openpyxl.Workbook()
    draw(book.active)
    book.save(path)
    return path


def _usual(page: Any) -> None:
    """Title, header, five ruled and numbered lines, a total and a signature."""
    page.append(["青禾街道志愿服务登记表"])
    page.merge_cells("A1:E1")
    page.append(["序号", "姓名", "联系电话", "服务时长", "签名"])
    for number in range(1, 6):
        page.append([number])
    page.append(["合计", None, None, "=SUM(D3:D7)"])
    page.append(["经办人："])
    side = Side(style="thin")
    for row in page["A3:E3"]:
        for cell in row:
            cell.border = Border(bottom=side)
    page["B3"].font = Font(name="FangSong")
    page.row_dimensions[3].height = 28


def _fill(path: Path, rows: list[dict[str, CellValue]] = PEOPLE, **more: Any) -> tuple[Filled, Any]:
    out = path.with_name("out.xlsx")
    done = fill_form(path, out, recognise=lambda header: KEYS.get(header.strip()), rows=rows, **more)
    return done, openpyxl.load_workbook(out)[done.sheet]


def _refused(path: Path, rows: list[dict[str, CellValue]] = PEOPLE, **more: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        _fill(path, rows, **more)
    assert not path.with_name("out.xlsx").exists()
    for language in LANGUAGES:
        assert caught.value.code in catalogue(language)
        assert "${" not in say(caught.value.code, caught.value.facts, language)
    return caught.value


def test_rows_stand_under_the_headers_that_mean_them(tmp_path: Path) -> None:
    done, page = _fill(_form(tmp_path / "a.xlsx", _usual))
    assert [[cell.value for cell in row] for row in page["A3:E4"]] == [
        [1, "林小满", "13800000000", 90, None],
        [2, "何清", "13900000000", 45, None],
    ]
    assert (done.header_row, done.first_row, done.rows) == (1, 2, 2)
    assert [(column.header, column.key, column.state) for column in done.columns] == [
        ("序号", None, ColumnState.UNKNOWN),
        ("姓名", "name", ColumnState.FILLED),
        ("联系电话", "phone", ColumnState.FILLED),
        ("服务时长", "minutes", ColumnState.FILLED),
        ("签名", None, ColumnState.UNKNOWN),
    ]
    assert done.left_over == ("remark",)
    for state in ColumnState:
        assert all(f"sheet-column.{state}" in catalogue(language) for language in LANGUAGES)


def test_totals_titles_and_signatures_stay_where_they_were(tmp_path: Path) -> None:
    _, page = _fill(_form(tmp_path / "a.xlsx", _usual))
    assert (page["A8"].value, page["D8"].value, page["A9"].value) == ("合计", "=SUM(D3:D7)", "经办人：")
    assert [str(block) for block in page.merged_cells.ranges] == ["A1:E1"]


def test_a_new_row_looks_like_the_first(tmp_path: Path) -> None:
    _, page = _fill(_form(tmp_path / "a.xlsx", _usual))
    assert page["B4"].font.name == "FangSong"
    assert page["E4"].border.bottom.style == "thin"
    assert page.row_dimensions[4].height == 28


@given(st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_a_total_is_never_written_over(tmp_path_factory: pytest.TempPathFactory, number: int) -> None:
    path = _form(tmp_path_factory.mktemp("x") / "a.xlsx", _usual)
    rows = PEOPLE[:1] * number
    if number > 5:
        problem = _refused(path, rows)
        assert (problem.code, problem.facts["room"], problem.facts["row"]) == ("sheet-fill-no-room", 5, 8)
    else:
        done, page = _fill(path, rows)
        assert done.rows == number
        assert [page.cell(3 + row, 2).value for row in range(5)] == ["林小满"] * number + [None] * (
            5 - number
        )
        assert page["A8"].value == "合计"


def test_where_nothing_follows_there_is_always_room(tmp_path: Path) -> None:
    path = _form(tmp_path / "a.xlsx", lambda page: page.append(["姓名", "电话"]))
    done, page = _fill(path, PEOPLE * 100)
    assert done.rows == 200
    assert page.max_row == 201


def test_rows_that_somebody_filled_in_are_not_written_over(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "电话"])
        page.append(["欧阳春华", None])

    assert _refused(_form(tmp_path / "a.xlsx", draw)).facts["room"] == 0


def test_formulas_of_the_form_in_its_other_columns_stay(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "电话", "位数"])
        page.append([None, None, "=LEN(B2)"])
        page.append([None, None, "=LEN(B3)"])

    _, page = _fill(_form(tmp_path / "a.xlsx", draw))
    assert [cell.value for cell in page["A3:C3"][0]] == ["何清", "13900000000", "=LEN(B3)"]


def test_a_header_of_two_rows_is_read_as_one(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["青禾站名册"])
        page.append(["姓名", "联系方式", None, "服务时长"])
        page.append([None, "电话", "微信"])
        for block in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
            page.merge_cells(block)

    done, page = _fill(_form(tmp_path / "a.xlsx", draw))
    assert done.first_row == 3
    assert [cell.value for cell in page["A4:D4"][0]] == ["林小满", "13800000000", None, 90]


def test_rows_begin_below_a_header_that_is_merged_downwards(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "联系电话", "家庭", None])
        page.append([None, None, "人口", "收入"])
        for block in ("A1:A2", "B1:B2", "C1:D1"):
            page.merge_cells(block)

    done, page = _fill(_form(tmp_path / "a.xlsx", draw))
    assert done.first_row == 2
    assert (page["C2"].value, page["A3"].value) == ("人口", "林小满")


def test_a_header_merged_over_three_rows_counts_in_each_of_them(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "本次服务", None, None])
        page.append([None, "时间", None, "联系"])
        page.append([None, "日期", "服务时长", "电话"])
        for block in ("A1:A3", "B1:D1", "B2:C2"):
            page.merge_cells(block)

    done, page = _fill(_form(tmp_path / "a.xlsx", draw))
    assert done.first_row == 3
    assert [cell.value for cell in page["A4:D4"][0]] == ["林小满", None, 90, "13800000000"]


def test_the_row_of_notes_that_some_systems_hide_is_stepped_over(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "电话"])
        page.append(["必填", "11 位"])
        page.row_dimensions[2].hidden = True

    done, page = _fill(_form(tmp_path / "a.xlsx", draw))
    assert done.first_row == 2
    assert page["A2"].value == "必填"


def test_the_second_column_of_one_meaning_is_left_alone(tmp_path: Path) -> None:
    done, page = _fill(
        _form(tmp_path / "a.xlsx", lambda page: page.append(["姓名", "电话", "联系电话", "日期"]))
    )
    assert [column.state for column in done.columns] == ["filled", "filled", "doubled", "empty"]
    assert page["C2"].value is None


def test_a_text_column_keeps_its_numbers_as_text_and_text_is_no_formula(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "电话"])
        page["B2"].number_format = "@"

    _, page = _fill(_form(tmp_path / "a.xlsx", draw), [{"name": "=1+1\x01", "phone": 13800000000}])
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert page["B2"].value == "13800000000"


def test_a_merged_line_is_refused_not_half_filled(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.append(["姓名", "电话"])
        page.merge_cells("A2:B2")
        page["A4"] = "说明"

    assert _refused(_form(tmp_path / "a.xlsx", draw)).code == "sheet-fill-merged"


def test_a_form_without_a_known_header_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    assert (
        _refused(_form(tmp_path / "a.xlsx", lambda page: page.append(["甲"]))).code == "sheet-fill-no-header"
    )
    assert _refused(hostile.header_in_row_11(tmp_path)).code == "sheet-fill-no-header"
    assert _refused(hostile.csv_gbk(tmp_path)).code == "sheet-fill-only-xlsx"
    assert _refused(hostile.truncated(tmp_path)).code == "sheet-broken"
    path = _form(tmp_path / "b.xlsx", _usual)
    assert _refused(path, sheet="没有").code == "sheet-fill-no-sheet"
    assert _refused(path, [{"name": "长" * 32_768}]).code == "sheet-cell-too-long"


def test_a_form_merged_to_the_edge_of_the_world_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    assert _refused(hostile.whole_sheet_merged(tmp_path)).code == "sheet-too-much"


def test_the_offices_own_file_is_never_written_over(tmp_path: Path) -> None:
    path = _form(tmp_path / "a.xlsx", _usual)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="another file"):
        fill_form(path, tmp_path / "." / "a.xlsx", recognise=KEYS.get, rows=PEOPLE)
    _fill(path)
    assert path.read_bytes() == before


def test_drawings_that_would_be_lost_are_told(tmp_path: Path) -> None:
    parts = hostile.xlsx_parts(hostile.worksheet(hostile.rows_xml(hostile.HEADERS)))
    path = hostile.zipped(tmp_path / "a.xlsx", parts | {"xl/drawings/drawing1.xml": "<x/>"})
    done, _ = _fill(path)
    assert [note.code for note in done.notes] == ["sheet-note-fill-lost"]
    assert all("sheet-note-fill-lost" in catalogue(language) for language in LANGUAGES)


def test_what_was_filled_in_is_read_back(tmp_path: Path) -> None:
    _fill(_form(tmp_path / "a.xlsx", _usual))
    assert read_book(tmp_path / "out.xlsx").sheets[0].rows[2][:4] == (1, "林小满", "13800000000", 90)
