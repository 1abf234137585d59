"""Writing forms: workbooks that people print, fill in and send back, and plain csv.

A form comes back: its sheet number stands in a labelled cell of the block (and in the corner of each
printed page), headers are written exactly as given, and telephone and ID columns hold text, so that
nothing is lost on the way. Text is never taken for a formula. The same forms give the same bytes.
"""

import csv
import io
import math
import os
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from grassroots.contracts.tables import CellValue, Form
from grassroots.domain.paper import (
    LABEL,
    LINE,
    MARGIN_SIDE,
    MARGIN_TOP,
    PEN_FONT,
    TITLE,
    Setting,
    block_lines,
    in_pairs,
    set_out,
)
from grassroots.errors import BadInput, need
from grassroots.sheets._archive import cell_name
from grassroots.sheets._wire import LOST_DIGITS
from grassroots.sheets.escaping import quoted

Target = str | os.PathLike[str] | BinaryIO

_LETTERS = 32_767
"""Excel's own limit for one cell; XlsxWriter would leave out longer text in silence."""
_TITLE = 31
_LIST = 255
_LISTS = "_lists"
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a property of the file, wall-clock by its format
_A4 = 9
_FONT = 11


def write_forms(target: Target, forms: Sequence[Form], *, created: datetime | None = None) -> None:
    """One workbook with one sheet per form, ready to print on A4 landscape (:mod:`grassroots.domain.paper`).

    From the top: the title across all columns; the block, one labelled line each; the header (frozen, and
    repeated on each page); the rows and ``blank`` ruled lines; the footer. Wanted columns have a red,
    underlined header, so that it shows without colour too; a column's note is a comment on its header.
    Choices become drop-down lists that warn but do not forbid: a form that cannot be filled in gets filled
    in on the back. ``created`` is the date in the file's properties.
    Errors: BadInput (``sheet-row-too-wide``, ``sheet-cell-too-long``, ``sheet-cannot-write``); MissingExtra.
    """
    if not forms:
        raise ValueError("a workbook needs at least one form")
    try:
        import xlsxwriter
    except ImportError as error:
        raise need("sheets", "xlsxwriter") from error
    for form in forms:
        _checked(form)
    inner = io.BytesIO()
    book = xlsxwriter.Workbook(
        inner,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": created or _CREATED, "keywords": "grassroots"})
    styles, pens = _Styles(book, _FONT), _Styles(book, PEN_FONT)
    taken = {_LISTS.casefold(), "history"}
    pages = [book.add_worksheet(_sheet_name(form.title or form.code, taken)) for form in forms]
    lists = _Lists(book)
    for page, form in zip(pages, forms, strict=True):
        _write(page, form, pens if form.blank else styles, lists)
    book.close()
    put(target, inner.getvalue())


def write_csv(target: Target, form: Form) -> None:
    """Header and rows alone, as csv: for programs, not for paper (no title, block or footer).

    UTF-8 with a byte order mark, so that Excel reads it right; every cell quoted; text that a spreadsheet
    program might run is led by one quote, which :func:`read_book` takes away again. NUL characters, which no
    spreadsheet can hold, are left out. Days and times are ISO; yes and no are TRUE and FALSE.
    """
    _checked(form)
    inner = io.StringIO(newline="")
    out = csv.writer(inner, quoting=csv.QUOTE_ALL)
    out.writerow(_csv_cell(column.header) for column in form.columns)
    for row in form.rows:
        padded = row + (None,) * (len(form.columns) - len(row))
        out.writerow(_csv_cell(cell) for cell in padded)
    put(target, inner.getvalue().encode("utf-8-sig"))


def _csv_cell(value: CellValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, (int, float)):
        return str(value)
    return quoted(value.replace("\x00", ""))


def put(target: Target, content: bytes) -> None:
    """Into the stream, or whole or not at all into the file: half a register must never lie about."""
    if not isinstance(target, (str, os.PathLike)):
        target.write(content)
        return
    path = Path(target)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput("sheet-cannot-write", file=path.name) from error


def _checked(form: Form) -> None:
    for number, row in enumerate(form.rows, start=1):
        if len(row) > len(form.columns):
            raise BadInput(
                "sheet-row-too-wide", form=form.title, row=number, found=len(row), columns=len(form.columns)
            )


def _sheet_name(title: str, taken: set[str]) -> str:
    """The title as Excel allows it: without certain signs, 31 UTF-16 units, unique whatever the case."""
    plain = "".join(" " if letter in "[]:*?/\\" or letter < " " else letter for letter in title).strip(" '")
    name, number = _cut(plain or "1", _TITLE), 1
    while name.casefold() in taken:
        number += 1
        name = f"{_cut(plain, _TITLE - 1 - len(str(number)))} {number}".strip()
    taken.add(name.casefold())
    return name


def _cut(text: str, most: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text.strip(" '")


class _Styles:
    """The few looks of a form; each combination is made once per workbook."""

    def __init__(self, book: Any, size: int) -> None:
        self._book = book
        self._size = size
        self._made: dict[tuple[str, str], Any] = {}

    def of(self, name: str, number: str = "") -> Any:
        """The look ``name``, with the number format ``number``."""
        if (name, number) not in self._made:
            look = {"font_size": self._size, **_LOOKS[name]}
            if number:
                look["num_format"] = number
            self._made[name, number] = self._book.add_format(look)
        return self._made[name, number]


_LINE: dict[str, object] = {"border": 1, "valign": "vcenter", "text_wrap": True}
_HEADER: dict[str, object] = _LINE | {"bold": True, "align": "center", "bg_color": "#EDEDED"}
_LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True},
    "label": {"bold": True, "valign": "vcenter", "text_wrap": True},
    "value": {"align": "left", "valign": "vcenter", "text_wrap": True},
    "told": {"align": "left", "valign": "vcenter", "text_wrap": True, "bottom": 1},
    "header": _HEADER,
    "wanted": _HEADER | {"font_color": "#C00000", "underline": 1},
    "cell": _LINE,
    "free": {"valign": "vcenter"},
}


class _Lists:
    """Choices too long for a validation rule itself stand on a hidden sheet, made only if one is needed."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._page: Any = None
        self._used: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...]) -> object:
        """What a validation rule names as its list."""
        units = len(",".join(choices).encode("utf-16-le")) // 2
        if units <= _LIST and not any("," in choice or choice != choice.strip() for choice in choices):
            return list(choices)
        if choices not in self._used:
            if self._page is None:
                self._page = self._book.add_worksheet(_LISTS)
                self._page.hide()
            column = len(self._used)
            for row, choice in enumerate(choices):
                self._page.write_string(row, column, choice)
            letters = cell_name(0, column)[:-1]
            self._used[choices] = f"={_LISTS}!${letters}$1:${letters}${len(choices)}"
        return self._used[choices]


def _write(page: Any, form: Form, styles: _Styles, lists: _Lists) -> None:
    setting = set_out(form)
    for number, (column, width) in enumerate(zip(form.columns, setting.widths, strict=True)):
        page.set_column(number, number, width, styles.of("free", "@") if column.text else None)
    begin, last = setting.text_from, setting.pages[0][1]
    row = 0
    if form.title:
        _across(page, row, begin, last, form.title, "title", styles)
        page.set_row(row, TITLE)
        row += 1
    header = _block(page, form, setting, row, styles)
    page.set_row(header, setting.header)
    for number, column in enumerate(form.columns):
        _cell(page, header, number, column.header, "wanted" if column.wanted else "header", styles)
        if column.note:
            page.write_comment(header, number, column.note)
    first = header + 1
    rows = form.rows + ((),) * form.blank
    for row in range(first + len(form.rows), first + len(rows)):
        page.set_row(row, LINE)
    for row, cells in enumerate(rows, start=first):
        for number, column in enumerate(form.columns):
            cell = cells[number] if number < len(cells) else None
            _cell(page, row, number, cell, "cell", styles, text=column.text)
    after = first + len(rows)
    if rows:
        _rules(page, form, lists, first, after - 1)
    for row, (line, height) in enumerate(zip(form.footer, setting.footer, strict=True), start=after):
        _across(page, row, begin, last, line, "value", styles)
        page.set_row(row, height)
    page.freeze_panes(first, 0)
    page.repeat_rows(header)
    _paper(page, form, setting)


def _block(page: Any, form: Form, setting: Setting, row: int, styles: _Styles) -> int:
    """Labels with their values, those of a form for pens with a line to write on; the row that follows."""
    begin, last = setting.text_from, setting.pages[0][1]
    halves = [(begin, last)]
    if in_pairs(form):
        middle = (begin + last) // 2
        halves = [(begin, middle), (middle + 1, last)]
    value_look = "told" if form.blank else "value"
    for number, (label, value) in enumerate(form.block):
        at, (left, right) = row + number // len(halves), halves[number % len(halves)]
        split = max(
            _label_columns(setting, text, left, right)
            for text, _ in form.block[number % len(halves) :: len(halves)]
        )
        _across(page, at, left, split, label, "label", styles)
        _across(page, at, split + 1, max(right, split + 1), value, value_look, styles)
        if form.blank:
            page.set_row(at, LABEL)
    return row + block_lines(form)


def _rules(page: Any, form: Form, lists: _Lists, first: int, last: int) -> None:
    """What the cells of these rows offer (choices), and no warnings at numbers that are text."""
    for number, column in enumerate(form.columns):
        if column.choices:
            rule = {"validate": "list", "source": lists.source(column.choices), "error_type": "warning"}
            page.data_validation(first, number, last, number, rule)
    spans = [
        f"{cell_name(first, number)}:{cell_name(last, number)}"
        for number, column in enumerate(form.columns)
        if column.text
    ]
    if spans:
        page.ignore_errors({"number_stored_as_text": " ".join(spans)})


def _paper(page: Any, form: Form, setting: Setting) -> None:
    page.set_paper(_A4)
    page.set_landscape()
    page.center_horizontally()
    page.set_margins(left=MARGIN_SIDE, right=MARGIN_SIDE, top=MARGIN_TOP, bottom=MARGIN_TOP)
    page.fit_to_pages(len(setting.pages), 0)
    if len(setting.pages) > 1:
        # Excel breaks where a page is full, other programs here: both come to this number of pages.
        page.set_v_pagebreaks([start for start, _ in setting.pages[1:]])
        page.print_across()
        if setting.repeated:
            page.repeat_columns(0, setting.repeated - 1)
    told = f"&L{_plain(form.title)}" if len(setting.pages) > 1 else ""
    if form.sheet_number:
        told += f"&R{_plain(form.sheet_number)}"
    if told:
        page.set_header(told, {"margin": 0.3})
    page.set_footer("&C&P / &N", {"margin": 0.3})


def _plain(text: str) -> str:
    """Text in a page's header: an ampersand is a command there. Excel takes 255 characters in all."""
    return text[:100].replace("&", "&&")


def _label_columns(setting: Setting, label: str, left: int, right: int) -> int:
    """The last column that a label needs: a narrow first column (序号) would cut it off."""
    needed = 2.0 + sum(1 if letter.isascii() else 2 for letter in label)
    for number in range(left, right):
        needed -= setting.widths[number]
        if needed <= 0:
            return number
    return max(left, right - 1)


def _across(page: Any, row: int, first: int, last: int, value: CellValue, look: str, styles: _Styles) -> None:
    """The value in one cell, or in a merged block of them."""
    if last > first:
        page.merge_range(row, first, row, last, "", styles.of(look))
    _cell(page, row, first, value, look, styles)


def _cell(
    page: Any, row: int, column: int, value: CellValue, look: str, styles: _Styles, *, text: bool = False
) -> None:
    """One cell, each kind written as itself; never ``write()``, which guesses."""
    if value is None:
        page.write_blank(row, column, None, styles.of(look, "@" if text else ""))
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, styles.of(look))
    elif isinstance(value, (date, time)):
        shown = _shown(value)
        if isinstance(shown, str):
            page.write_string(row, column, shown, styles.of(look, "@"))
        else:
            page.write_datetime(row, column, shown[0], styles.of(look, shown[1]))
    elif isinstance(value, (int, float)) and not text and math.isfinite(value) and abs(value) < LOST_DIGITS:
        page.write_number(row, column, value, styles.of(look))
    else:
        words = str(value)
        if len(words.encode("utf-16-le", "surrogatepass")) // 2 > _LETTERS:
            raise BadInput(
                "sheet-cell-too-long",
                file="–",
                sheet=page.get_name(),
                cell=cell_name(row, column),
                limit=_LETTERS,
            )
        page.write_string(row, column, words, styles.of(look, "@" if text else ""))


def _shown(value: date | time) -> str | tuple[date | time, str]:
    """A day or time with its number format; ISO text before March 1900, where Excel miscounts the days."""
    if isinstance(value, time):
        plain = value.replace(tzinfo=None)
        return plain, "hh:mm:ss" if plain.second else "hh:mm"
    day = value.date() if isinstance(value, datetime) else value
    if day < date(1900, 3, 1):
        return value.isoformat()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss" if value.second else "yyyy-mm-dd hh:mm"
    return value, "yyyy-mm-dd"
