"""A form goes out on paper and comes back as it was; nothing in it is ever a formula."""

import io
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grassroots.contracts.tables import CellValue, Column, Form
from grassroots.domain.paper import LINE, PEN_FONT
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, say
from grassroots.sheets._text import read_csv
from grassroots.sheets.escaping import DANGEROUS, quoted, unquoted
from grassroots.sheets.reading import Limits, read_book
from grassroots.sheets.writing import write_csv, write_forms

DUTY = Form(
    code="duty",
    title="青禾站值班登记表",
    columns=(
        Column(key="number", header="序号", width=6),
        Column(key="name", header="姓名", width=12, wanted=True),
        Column(key="phone", header="联系电话", width=16, text=True, note="十一位手机号"),
        Column(key="shift", header="班次", width=10, choices=("上午", "下午")),
        Column(key="on", header="日期", width=12),
    ),
    rows=((1, "林小满", "13800000000", "上午", date(2024, 2, 29)),),
    blank=3,
    block=(("表号", "QH-2024-0031"), ("值班地点", "青禾社区服务站")),
    sheet_number="QH-2024-0031",
    footer=("填表人：", "=不是公式"),
)

_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n=+-@'＝"), max_size=20)


def _written(*forms: Form) -> bytes:
    out = io.BytesIO()
    write_forms(out, forms)
    return out.getvalue()


def _page(*forms: Form) -> openpyxl.worksheet.worksheet.Worksheet:
    page = openpyxl.load_workbook(io.BytesIO(_written(*forms))).worksheets[0]
    assert isinstance(page, openpyxl.worksheet.worksheet.Worksheet)
    return page


def test_a_form_comes_back_with_its_sheet_number_headers_and_rows() -> None:
    sheet = read_book(_written(DUTY)).sheets[0]
    assert sheet.name == DUTY.title
    assert sheet.at(0, 0) == DUTY.title
    labels = {row[0]: next(cell for cell in row[1:] if cell is not None) for row in sheet.rows[1:3]}
    assert labels == dict(DUTY.block)
    assert sheet.rows[3] == tuple(column.header for column in DUTY.columns)
    assert sheet.rows[4] == DUTY.rows[0]
    assert sheet.rows[8][0] == "填表人："
    assert sheet.rows[9][0] == "=不是公式"


def test_a_form_is_ready_for_the_printer() -> None:
    page = _page(DUTY)
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0, "as many pages as it takes, each one page wide"
    assert page.print_title_rows == "$4:$4"
    assert page.freeze_panes == "A5"
    assert page.oddHeader is not None
    assert page.oddHeader.right.text == "QH-2024-0031"
    assert page["A8"].border.bottom.style == "thin", "blank lines are ruled, for pens"


def test_a_wide_form_goes_on_over_the_page_with_its_leading_columns_again() -> None:
    wide = tuple(Column(key=f"c{number}", header=f"栏{number}", width=30) for number in range(6))
    page = _page(evolve(DUTY, columns=(*DUTY.columns, *wide)))
    assert page.page_setup.fitToWidth == 2
    assert page.page_setup.pageOrder == "overThenDown", "front and back of one sheet"
    assert page.print_title_cols == "$A:$B"
    assert len(page.col_breaks.brk) == 1
    assert page["A1"].value is None
    assert page["C1"].value == DUTY.title
    assert page.row_dimensions[6].height == LINE
    assert page["A6"].font.size == PEN_FONT


def test_choices_are_offered_in_filled_and_blank_lines_and_may_be_overruled() -> None:
    [rule] = _page(DUTY).data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1, rule.errorStyle) == ("D5:D8", '"上午,下午"', "warning")


def test_long_lists_of_choices_stand_on_a_hidden_sheet() -> None:
    places = tuple(f"青禾社区第 {number} 网格, 东区" for number in range(60))
    columns = (
        *DUTY.columns,
        Column(key="a", header="网格", choices=places),
        Column(key="b", header="二", choices=places),
    )
    form = evolve(DUTY, columns=columns)
    book = read_book(_written(form, form))
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [
        (DUTY.title, False),
        (f"{DUTY.title} 2", False),
        ("_lists", True),
    ]
    assert tuple(row[0] for row in book.sheets[-1].rows) == places
    assert len(book.sheets[-1].rows[0]) == 1, "the same list stands there once"
    assert {rule.formula1 for rule in _page(form).data_validations.dataValidation} == {
        '"上午,下午"',
        "_lists!$A$1:$A$60",
    }


def test_telephone_numbers_typed_into_blank_lines_stay_text() -> None:
    page = _page(DUTY)
    assert page["C5"].data_type == "s"
    assert {page[f"C{row}"].number_format for row in range(5, 9)} == {"@"}
    assert page.column_dimensions["C"].width > page.column_dimensions["B"].width


def test_a_wanted_column_shows_without_colour_and_its_header_is_unchanged() -> None:
    header = _page(DUTY)["B4"]
    assert header.value == "姓名"
    assert header.font.underline == "single"
    assert _page(DUTY)["C4"].comment.text == "十一位手机号"


def test_labels_are_not_cut_off_by_a_narrow_first_column_and_stand_in_line() -> None:
    assert "A2:B2" in _page(DUTY).merged_cells
    narrow = evolve(DUTY, columns=DUTY.columns[:1], rows=((1,),))
    sheet = read_book(_written(narrow)).sheets[0]
    assert sheet.rows[1][:2] == ("表号", "QH-2024-0031")


def test_the_same_form_gives_the_same_bytes() -> None:
    assert _written(DUTY) == _written(DUTY)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
@example(["", "[]:*?/\\", "历" * 40, "历" * 40, "History", "'", "_lists", "𠮷" * 20])
@settings(max_examples=40, deadline=None)
def test_any_titles_make_a_workbook(titles: list[str]) -> None:
    titles = [title.encode("utf-8", "ignore").decode() for title in titles]
    book = openpyxl.load_workbook(io.BytesIO(_written(*(evolve(DUTY, title=title) for title in titles))))
    assert len(book.worksheets) == len(titles)
    assert len({name.casefold() for name in book.sheetnames}) == len(titles)


@given(
    st.lists(
        st.one_of(
            st.none(),
            _TEXT.filter(bool),
            st.integers(-(10**14), 10**14),
            st.booleans(),
            st.dates(date(1900, 3, 1)),
            st.times().map(lambda at: at.replace(second=0, microsecond=0)),
            st.datetimes(datetime(1901, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0)),  # noqa: DTZ001
        ),
        min_size=5,
        max_size=5,
    )
)
@example([1, "=1+1", 'https://例.cn "x"', True, time(9, 30)])
@example([1, "_x000D_", " 前后 ", "１２３", "\n"])
@settings(max_examples=40, deadline=None)
def test_whatever_stands_in_a_row_comes_back_from_a_workbook(row: list[CellValue]) -> None:
    plain = tuple(Column(key=str(number), header=f"列{number}") for number in range(5))
    form = Form(code="x", title="", columns=plain, rows=(("始", *row[1:]), ("终", None, None, None, None)))
    back = read_book(_written(form)).sheets[0]
    # A spreadsheet stores a day and its midnight as the same number.
    given = [cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell for cell in row]
    assert [back.at(1, column) for column in range(1, 5)] == given[1:]
    page = openpyxl.load_workbook(io.BytesIO(_written(form))).worksheets[0]
    assert all(cell.data_type != "f" and cell.hyperlink is None for line in page.iter_rows() for cell in line)


def test_an_id_number_given_as_a_number_is_not_destroyed() -> None:
    form = evolve(DUTY, rows=((110101195207010012, "林小满"),))
    assert read_book(_written(form)).sheets[0].at(4, 0) == "110101195207010012"


def test_days_before_march_1900_are_written_in_words_that_cannot_be_miscounted() -> None:
    form = evolve(DUTY, rows=((1, "林", "1", "上午", date(1900, 2, 28)),))
    assert read_book(_written(form)).sheets[0].at(4, 4) == "1900-02-28"


@pytest.mark.parametrize(
    ("row", "code"),
    [((1,) * 6, "sheet-row-too-wide"), ((1, "长" * 32_768), "sheet-cell-too-long")],
)
def test_what_a_workbook_would_drop_in_silence_is_refused(row: tuple[CellValue, ...], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        _written(evolve(DUTY, rows=(row,)))
    assert caught.value.code == code
    assert all("${" not in say(code, caught.value.facts, language) for language in LANGUAGES)


def test_a_form_that_cannot_be_saved_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "taken.xlsx").mkdir()
    with pytest.raises(BadInput) as caught:
        write_forms(tmp_path / "taken.xlsx", [DUTY])
    assert caught.value.code == "sheet-cannot-write"
    assert [path.name for path in tmp_path.iterdir()] == ["taken.xlsx"]


# -- csv --------------------------------------------------------------------------------------------------


@given(st.text())
@example("'=1")
@example("''＝1")
@example("'hello'")
def test_a_quote_of_ours_is_taken_away_and_nothing_else(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert not quoted(text).startswith(DANGEROUS)


@given(st.lists(st.lists(_TEXT, min_size=2, max_size=2).map(tuple), min_size=1, max_size=6))
@example([("=1", "a;b"), ("\t", "a;b"), ("\r\n", '"'), ("'＠", "a\nb")])
def test_text_comes_back_from_csv_as_it_was(rows: list[tuple[str, str]]) -> None:
    form = Form(code="x", title="x", columns=DUTY.columns[:2], rows=(*rows, ("终", "终")))
    out = io.BytesIO()
    write_csv(out, form)
    back = read_csv(out.getvalue().removeprefix(b"\xef\xbb\xbf"), "x.csv", Limits())[0][0].rows
    padded = [row + (None,) * (2 - len(row)) for row in back[1:]]
    assert padded == [tuple(cell or None for cell in row) for row in form.rows]


def test_csv_has_header_and_rows_alone_with_a_mark_for_excel(tmp_path: Path) -> None:
    morning = datetime(2024, 2, 29, 9, 30)  # noqa: DTZ001
    form = evolve(DUTY, rows=((True, -5, 1.5, time(9, 30), morning), ("\x00=1", None)))
    write_csv(tmp_path / "x.csv", form)
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_book(tmp_path / "x.csv").sheets[0].rows == (
        ("序号", "姓名", "联系电话", "班次", "日期"),
        ("TRUE", "-5", "1.5", "09:30", "2024-02-29 09:30"),
        ("=1", None, None, None, None),
    )
    assert '"\'=1"' in (tmp_path / "x.csv").read_text("utf-8-sig")
