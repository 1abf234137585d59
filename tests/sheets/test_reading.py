"""Cells come as they were found, and what a spreadsheet has already destroyed stays visible."""

import codecs
import hashlib
import io
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.sheets import hostile

from grassroots.contracts.tables import CellValue, Sheet
from grassroots.errors import BadInput
from grassroots.sheets._archive import cell_name, cell_place
from grassroots.sheets._child import trimmed
from grassroots.sheets._sniff import sniff
from grassroots.sheets._text import decode, read_csv, separator_of
from grassroots.sheets._wire import LOST_DIGITS, cell_from_library, from_wire, to_wire
from grassroots.sheets.escaping import quoted
from grassroots.sheets.reading import Limits, read_book

CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)


MORNING = datetime(2024, 2, 29, 9, 30)  # noqa: DTZ001 - a cell knows no time zone


def _workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv(text: str, encoding: str = "utf-8") -> tuple[tuple[CellValue, ...], ...]:
    return read_csv(text.encode(encoding), "x.csv", Limits())[0][0].rows


def test_a_book_knows_its_name_without_folders_and_the_digest_of_its_bytes() -> None:
    data = _workbook(("姓名",))
    book = read_book(data, name="C:\\Users\\lin\\名册\x00.xlsx")
    assert (book.name, book.form) == ("名册.xlsx", "xlsx")
    assert book.digest == hashlib.sha256(data).hexdigest()


def test_leading_empty_rows_and_columns_are_kept_so_that_indexes_are_places() -> None:
    sheet = read_book(_workbook((), (None, None, "姓名"), (None, None, None))).sheets[0]
    assert sheet.rows == ((None, None, None), (None, None, "姓名"))
    assert sheet.at(1, 2) == "姓名"
    assert sheet.at(99, 99) is None


def test_each_kind_of_cell_comes_as_its_kind() -> None:
    row = (
        "文",
        7,
        1.5,
        True,
        date(2024, 2, 29),
        MORNING,
        time(9, 30),
        timedelta(hours=26.5),
    )
    [cells] = read_book(_workbook(row)).sheets[0].rows
    assert cells == (
        "文",
        7,
        1.5,
        True,
        date(2024, 2, 29),
        MORNING,
        time(9, 30),
        "26:30",
    )
    assert [type(cell) for cell in cells[1:4]] == [int, float, bool]


def test_an_id_number_destroyed_by_the_spreadsheet_stays_a_decimal(tmp_path: Path) -> None:
    cell = read_book(hostile.destroyed_id_number(tmp_path)).sheets[0].at(1, 1)
    assert isinstance(cell, float)
    assert cell >= LOST_DIGITS


def test_an_error_value_is_never_read_as_empty(tmp_path: Path) -> None:
    book = read_book(hostile.error_cells(tmp_path))
    assert book.sheets[0].rows[1][:2] == ("#REF!", "#DIV/0!")
    assert [note.code for note in book.notes] == ["sheet-note-errors"]


def test_a_formula_that_was_never_calculated_is_named(tmp_path: Path) -> None:
    book = read_book(hostile.formula_without_value(tmp_path))
    assert [(note.code, dict(note.facts)["cell"]) for note in book.notes] == [
        ("sheet-note-uncalculated", "A2")
    ]


def test_hidden_rows_hidden_sheets_and_merged_blocks_are_told(tmp_path: Path) -> None:
    assert read_book(hostile.hidden_note_row(tmp_path)).sheets[0].hidden_rows == {1}
    assert read_book(hostile.hidden_sheet(tmp_path)).sheets[0].hidden
    merged = read_book(hostile.merged_header(tmp_path)).sheets[0].merged
    assert merged == ((0, 0, 0, 2), (1, 0, 2, 0), (1, 1, 1, 2))
    assert [sheet.hidden for sheet in read_book(hostile.old_xls(tmp_path)).sheets] == [False, True]
    assert read_book(hostile.ods_as_saved(tmp_path)).sheets[0].hidden_rows == {1}


def test_the_bytes_decide_not_the_name(tmp_path: Path) -> None:
    assert read_book(hostile.wrong_extension(tmp_path)).form == "xlsx"


def _other_target(parts: dict[str, str | bytes]) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = str(parts[rels]).replace('"worksheets/', '"./worksheets/')


def _dollars_in_merged_block(parts: dict[str, str | bytes]) -> None:
    merge = '<mergeCells><mergeCell ref="$D$1:$E$1"/></mergeCells></worksheet>'
    parts[hostile.SHEET] = str(parts[hostile.SHEET]).replace("</worksheet>", merge)


def _new_error_value(parts: dict[str, str | bytes]) -> None:
    cell = '<row r="3"><c r="A3" t="e"><v>#GETTING_DATA</v></c></row></sheetData>'
    parts[hostile.SHEET] = str(parts[hostile.SHEET]).replace("</sheetData>", cell)


def _utf16_part(parts: dict[str, str | bytes]) -> None:
    parts[hostile.SHEET] = str(parts[hostile.SHEET]).replace("UTF-8", "UTF-16").encode("utf-16")


def _other_workbook_name(parts: dict[str, str | bytes]) -> None:
    for name, content in list(parts.items()):
        del parts[name]
        parts[name.replace("workbook.xml", "book.xml")] = str(content).replace("workbook.xml", "book.xml")


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize(
    "oddity",
    [_other_target, _dollars_in_merged_block, _new_error_value, _utf16_part, _other_workbook_name],
)
def test_what_the_fast_reader_refuses_the_second_reads(
    oddity: Callable[[dict[str, str | bytes]], None], tmp_path: Path
) -> None:
    rows = hostile.rows_xml(hostile.HEADERS, hostile.PERSON).replace('<row r="2">', '<row r="2" hidden="1">')
    parts = hostile.xlsx_parts(hostile.worksheet(rows))
    oddity(parts)
    path = hostile.zipped(tmp_path / "odd.xlsx", parts)
    with pytest.raises(python_calamine.CalamineError):
        python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("名册").merged_cell_ranges
    sheet = read_book(path).sheets[0]
    assert (sheet.name, sheet.rows[:2]) == ("名册", (hostile.HEADERS, hostile.PERSON))
    assert sheet.hidden_rows == {1}
    assert sheet.merged == (((0, 3, 0, 4),) if oddity is _dollars_in_merged_block else ())
    assert sheet.at(2, 0) == ("#GETTING_DATA" if oddity is _new_error_value else None)


@pytest.mark.parametrize(
    ("source", "code"), [("没有这个文件.xlsx", "sheet-not-found"), (".", "sheet-cannot-open")]
)
def test_a_path_that_cannot_be_opened_is_answered_in_words(source: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_book(tmp_path / source)
    assert caught.value.code == code


@given(CELLS)
@example(float(2**60))
@example("\u2028\ud7ff\U00020bb7")
def test_a_cell_comes_over_the_wire_as_it_was(cell: CellValue) -> None:
    back = from_wire(json.loads(json.dumps(to_wire(cell), ensure_ascii=False)))
    assert (back, type(back)) == (cell, type(cell))


@given(st.floats())
def test_a_whole_number_becomes_whole_unless_it_has_lost_digits(value: float) -> None:
    cell = cell_from_library(value)
    if value != value or value in (float("inf"), float("-inf")):
        assert isinstance(cell, str)
    else:
        assert cell == value
        assert isinstance(cell, int) == (value.is_integer() and abs(value) < LOST_DIGITS)


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_a_cell_name_and_its_place_are_the_same_thing(row: int, column: int) -> None:
    assert cell_place(cell_name(row, column)) == (row, column)
    assert (cell_name(0, 0), cell_name(9, 26)) == ("A1", "AA10")


@given(st.lists(st.lists(st.none() | st.just("x"), max_size=6).map(tuple), max_size=6))
def test_trimming_loses_no_cell_and_leaves_a_rectangle(rows: list[tuple[CellValue, ...]]) -> None:
    before = Sheet(name="x", rows=tuple(rows), hidden_rows=frozenset(range(8)))
    after = trimmed(before)
    assert len({len(row) for row in after.rows}) <= 1
    assert all(before.at(r, c) == after.at(r, c) for r in range(7) for c in range(7))
    assert not after.rows or any(after.rows[-1])
    assert not after.rows or any(row[-1] for row in after.rows)
    assert max(after.hidden_rows, default=-1) < len(after.rows)


# -- csv --------------------------------------------------------------------------------------------------

_NAMES = st.text(st.sampled_from("林小满何清欧阳𠮷喆堃abc12 ·"), min_size=1, max_size=8)


@given(st.lists(_NAMES, min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_names_are_read_right_in_every_encoding_or_refused_never_misread(
    names: list[str], encoding: str
) -> None:
    data = "\n".join(["姓名", *names]).encode(encoding)
    text, problem = "", ""
    try:
        text, _ = decode(data)
    except BadInput as error:
        problem = error.code
    if problem:
        # A line of GB18030 that is by chance also Chinese in UTF-8 is asked about rather than guessed.
        assert (encoding, problem) == ("gb18030", "sheet-mixed-encodings")
    else:
        assert text.split("\n") == ["姓名", *names]


@given(st.binary(max_size=200))
@example(codecs.BOM_UTF16_LE + b"\x00")
@example(codecs.BOM_UTF16_BE + b"\xd8\x00")
@example(b"\xff\xfe\x00\x00")
@example(b"sep=,")
@example(b'sep=;\n"')
@settings(max_examples=500)
def test_any_bytes_at_all_are_rows_of_text_or_an_answer(data: bytes) -> None:
    sheets: list[Sheet] = []
    problem = "sheet-"
    try:
        if sniff(data) == "csv":
            sheets, _ = read_csv(data, "x.csv", Limits())
    except BadInput as error:
        problem = error.code
    assert problem.startswith("sheet-")
    assert all(
        cell is None or isinstance(cell, str) for sheet in sheets for row in sheet.rows for cell in row
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_below_a_title_line(separator: str) -> None:
    lines = ["青禾社区，志愿者名册; 2024", *(separator.join(("姓名", "电话", "备注")) for _ in range(3))]
    assert separator_of("\n".join(lines)) == separator
    assert _csv("\n".join(lines))[1] == ("姓名", "电话", "备注")


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    assert _csv("姓名;小时\n林小满;1,5\n何清;2,25\n")[1] == ("林小满", "1,5")


def test_the_line_that_names_the_separator_is_no_row() -> None:
    assert _csv("sep=;\r\n姓名;a,b\r\n") == (("姓名", "a,b"),)


def test_a_million_empty_lines_at_the_end_are_no_rows() -> None:
    assert len(_csv("姓名,电话\n林小满,1\n" + ",,\n" * 100_000)) == 2
    assert len(_csv("姓名,电话\n\n\n林小满,1\n")) == 4


def test_an_old_encoding_is_told_so_that_somebody_checks_a_few_names(tmp_path: Path) -> None:
    assert [note.code for note in read_book(hostile.csv_gbk(tmp_path)).notes] == ["sheet-note-gb18030"]
    assert read_book(hostile.csv_utf16(tmp_path)).notes == ()


def test_a_quote_that_is_not_ours_is_left_alone() -> None:
    assert _csv("'hello',''quoted'',it's\n")[0] == ("'hello'", "''quoted''", "it's")
    assert _csv(f"{quoted('=1')},x\n")[0] == ("=1", "x")
