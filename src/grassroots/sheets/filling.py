"""Filling in an office's own form: its workbook, its layout, our rows.

Nothing that stands in the form is moved or overwritten. Rows are never inserted: openpyxl moves cells on
insertion but not the formulas, merged blocks, print areas and rules that point at them, and a total that
sums the wrong lines is worse than an honest refusal. So the free rows below the header are filled; if a
total or a signature line comes before all rows are in, the answer says how many rows to insert by hand.
Below the last thing on the sheet there is always room.
"""

import io
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, final

from attrs import frozen

from grassroots.contracts.tables import Book, BookNote, CellValue, Sheet
from grassroots.errors import BadInput, need
from grassroots.sheets._archive import Archive, cell_name
from grassroots.sheets._wire import LOST_DIGITS
from grassroots.sheets.limits import Limits
from grassroots.sheets.reading import bytes_of, read_book
from grassroots.sheets.writing import put

HEADER_WITHIN = 10
"""The header stands in one of the first so many rows."""

FORM_LIMITS = Limits(packed=8_000_000, unpacked=24_000_000, cells=100_000)
"""A form is small; it is opened in this process, after the child has looked at it."""

_MERGED_AREA = 200_000
_LETTERS = 32_767
# What openpyxl does not write back, by what the part's name begins with.
_LOST = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/ctrlProps/", "xl/vbaProject", "xl/embeddings/")


class ColumnState(StrEnum):
    """What became of one column of the office's form."""

    FILLED = "filled"  # recognised, and at least one row had a value for it
    EMPTY = "empty"  # recognised, but no row had a value for it
    DOUBLED = "doubled"  # recognised, but an earlier column has the same meaning; left alone
    UNKNOWN = "unknown"  # not recognised; left alone


@final
@frozen(kw_only=True)
class FilledColumn:
    """One column of the form: its index from 0, its header as it stands there, and what became of it."""

    column: int
    header: str
    key: str | None
    state: ColumnState


@final
@frozen(kw_only=True)
class Filled:
    """What was done. Rows from 0. ``left_over`` are keys with values for which the form has no column."""

    sheet: str
    header_row: int
    first_row: int
    rows: int
    columns: tuple[FilledColumn, ...]
    left_over: tuple[str, ...]
    notes: tuple[BookNote, ...] = ()


@frozen
class _Header:
    sheet: Sheet
    row: int
    below: int
    texts: Mapping[int, str]
    keys: Mapping[int, str]


def fill_form(
    path_in: str | os.PathLike[str],
    path_out: str | os.PathLike[str],
    *,
    recognise: Callable[[str], str | None],
    rows: Sequence[Mapping[str, CellValue]],
    sheet: str | None = None,
    limits: Limits = FORM_LIMITS,
) -> Filled:
    """Write ``rows`` (values by key) under the headers that ``recognise`` knows, and say what became of each.

    Without ``sheet``, the visible sheet with most recognised headers is taken. Cells are written only in
    recognised columns, and only where a row has the key; a new row takes over the look of the first one.
    Running numbers and formulas that the form already holds in its empty rows stay. Errors: BadInput
    (``sheet-fill-...`` and those of reading), MissingExtra. ValueError if both paths are the same file.
    """
    source, target = Path(path_in), Path(path_out)
    if source.resolve() == target.resolve():
        raise ValueError("the office's form is kept: write to another file")
    try:
        import openpyxl
    except ImportError as error:
        raise need("sheets", "openpyxl") from error
    data = bytes_of(source, limits)
    book = read_book(data, name=source.name, limits=limits)
    if book.form != "xlsx":
        raise BadInput("sheet-fill-only-xlsx", file=book.name)
    header = _find_header(book, recognise, sheet)
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot keep we tell ourselves, in words and in both languages.
            warnings.simplefilter("ignore")
            form = openpyxl.load_workbook(io.BytesIO(data))
        page = form[header.sheet.name]
    except Exception as error:
        # openpyxl fails with whatever it stumbles over (KeyError, TypeError, its own); the file is at fault.
        raise BadInput("sheet-broken", file=book.name) from error
    first = _first_row(page, header)
    _room(book, page, header, first, len(rows))
    columns = _columns(header, rows)
    keys = {found.key: found.column for found in columns if found.key and found.state is ColumnState.FILLED}
    for number, values in enumerate(rows):
        _dress(page, header, first, first + number)
        for key, column in keys.items():
            if key in values and values[key] is not None:
                _put_cell(page, book.name, first + number, column, values[key])
    inner = io.BytesIO()
    form.save(inner)
    put(target, inner.getvalue())
    given = {key for values in rows for key, value in values.items() if value is not None}
    return Filled(
        sheet=header.sheet.name,
        header_row=header.row,
        first_row=first,
        rows=len(rows),
        columns=columns,
        left_over=tuple(sorted(given - set(header.keys.values()))),
        notes=_lost(data, limits),
    )


def _find_header(book: Book, recognise: Callable[[str], str | None], wanted: str | None) -> _Header:
    """The best header row of the wanted sheet, or of all visible ones; a tie goes to the first."""
    sheets = [sheet for sheet in book.sheets if sheet.name == wanted or (wanted is None and not sheet.hidden)]
    if wanted is not None and not sheets:
        raise BadInput("sheet-fill-no-sheet", file=book.name, sheet=wanted)
    best: _Header | None = None
    for sheet in sheets:
        area = sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in sheet.merged)
        if area > _MERGED_AREA:
            # openpyxl makes an object for each cell of a merged block; a whole sheet merged is millions.
            raise BadInput("sheet-too-much", file=book.name)
        for row in range(min(HEADER_WITHIN, len(sheet.rows))):
            found = _header_at(sheet, row, recognise)
            if found.keys and (best is None or len(found.keys) > len(best.keys)):
                best = found
    if best is None:
        raise BadInput("sheet-fill-no-header", file=book.name, rows=HEADER_WITHIN)
    return best


def _header_at(sheet: Sheet, row: int, recognise: Callable[[str], str | None]) -> _Header:
    """What would be recognised if the header stood in this row.

    Headers of two rows are usual: 联系方式 across two columns with 电话 and 微信 below. A block that is
    merged downwards over this row counts as standing in it; so do recognised headers in the row beneath.
    """
    texts: dict[int, str] = {}
    keys: dict[int, str] = {}
    below = row

    def take(column: int, value: CellValue) -> bool:
        if isinstance(value, str) and value.strip() and column not in keys:
            key = recognise(value)
            if key is not None:
                keys[column] = key
            texts[column] = value if key is not None else texts.get(column, value)
            return key is not None
        return False

    for column, value in enumerate(sheet.rows[row]):
        take(column, value)
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and (left in keys or top < row) and bottom > top:
            if top < row and left == right:
                take(left, sheet.at(top, left))
            if left in keys:
                below = max(below, bottom)
    if keys and row + 1 < len(sheet.rows):
        under = [take(column, value) for column, value in enumerate(sheet.rows[row + 1])]
        if any(under):
            below = max(below, row + 1)
    return _Header(sheet=sheet, row=row, below=below, texts=texts, keys=keys)


def _first_row(page: Any, header: _Header) -> int:
    """Where the rows begin. Some systems put a hidden row of notes right under the header."""
    row = header.below + 1
    while page.row_dimensions[row + 1].hidden and row < header.below + HEADER_WITHIN:
        row += 1
    return row


def _room(book: Book, page: Any, header: _Header, first: int, wanted: int) -> None:
    """BadInput unless ``wanted`` rows from ``first`` on are free, cell by cell."""
    end = page.max_row
    for number in range(wanted):
        row = first + number
        if row >= end:
            return
        for cell in page[row + 1]:
            # A running number that the form came with is its own: 1 in the first row, 2 in the second.
            taken = cell.value is not None and cell.value not in ("", number + 1)
            formula = cell.data_type == "f" and cell.column - 1 not in header.keys
            if taken and not formula:
                raise BadInput("sheet-fill-no-room", file=book.name, room=number, rows=wanted, row=row + 1)
        for column in header.keys:
            if type(page.cell(row + 1, column + 1)).__name__ == "MergedCell":
                raise BadInput("sheet-fill-merged", file=book.name, row=row + 1)


def _columns(header: _Header, rows: Sequence[Mapping[str, CellValue]]) -> tuple[FilledColumn, ...]:
    given = {key for values in rows for key, value in values.items() if value is not None}
    seen: set[str] = set()
    found = []
    for column, text in sorted(header.texts.items()):
        key = header.keys.get(column)
        if key is None:
            state = ColumnState.UNKNOWN
        elif key in seen:
            state = ColumnState.DOUBLED
        else:
            state = ColumnState.FILLED if key in given else ColumnState.EMPTY
            seen.add(key)
        found.append(FilledColumn(column=column, header=text, key=key, state=state))
    return tuple(found)


def _dress(page: Any, header: _Header, model: int, row: int) -> None:
    """Give a row without a look of its own the look of the first one."""
    if row == model:
        return
    for column in range(min(header.texts), max(header.texts) + 1):
        like, cell = page.cell(model + 1, column + 1), page.cell(row + 1, column + 1)
        if like.has_style and not cell.has_style and type(cell).__name__ != "MergedCell":
            cell._style = copy(like._style)
    height = page.row_dimensions[model + 1].height
    if height is not None and page.row_dimensions[row + 1].height is None:
        page.row_dimensions[row + 1].height = height


def _put_cell(page: Any, file: str, row: int, column: int, value: CellValue) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = page.cell(row + 1, column + 1)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and (cell.number_format == "@" or not abs(value) < LOST_DIGITS):  # type: ignore[arg-type]
        value = str(value)
    if isinstance(value, (datetime, time)):
        value = value.replace(tzinfo=None)
    if isinstance(value, date) and value.year < 1900:
        value = value.isoformat()
    if isinstance(value, str):
        text: str = ILLEGAL_CHARACTERS_RE.sub("", value)
        if len(text) > _LETTERS:
            # openpyxl would cut it off in silence.
            raise BadInput(
                "sheet-cell-too-long",
                file=file,
                sheet=page.title,
                cell=cell_name(row, column),
                limit=_LETTERS,
            )
        cell.value = text
        # openpyxl takes text that begins with "=" for a formula; ours never is one.
        cell.data_type = "s"
        return
    cell.value = value


def _lost(data: bytes, limits: Limits) -> tuple[BookNote, ...]:
    """A note if the form has pictures, drawings, charts, controls or macros: check the result by eye."""
    names = Archive(data, limits).names
    if any(name.startswith(_LOST) for name in names):
        return (BookNote(code="sheet-note-fill-lost"),)
    return ()
