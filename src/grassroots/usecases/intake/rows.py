"""From a recognised sheet to its rows: what is skipped, what 同上 and merged cells mean, where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import final

import attrs

from grassroots.contracts.tables import CellValue
from grassroots.domain.form import Recognised, header_key
from grassroots.usecases.intake.row import SILENT, Row
from grassroots.values.messy import is_blank, is_ditto, is_total


@final
@attrs.frozen(kw_only=True)
class Skipped:
    """A row that says nothing of its own: a total, a second header, a note below the header."""

    number: int
    code: str


def rows(recognised: Recognised, file: str) -> Iterator[Row | Skipped]:
    """The rows below the header, each as a :class:`Row` or as skipped with the reason."""
    sheet, columns = recognised.sheet, recognised.columns
    merged = _merged(recognised)
    above: dict[str, CellValue] = {}
    for index in range(recognised.header_row + 1, len(sheet.rows)):
        cells: dict[str, CellValue] = {}
        for key, place in columns.items():
            value = merged.get((index, place), sheet.at(index, place))
            cells[key] = above.get(key) if is_ditto(value) else value
        told = {k: v for k, v in cells.items() if not is_blank(v) and not _silent(recognised, k)}
        if reason := _says_nothing(recognised, index, cells):
            yield Skipped(number=index + 1, code=reason)
            continue
        if not told:
            continue
        above = cells
        yield Row(recognised, index + 1, cells, file)


def _silent(recognised: Recognised, key: str) -> bool:
    return recognised.layout.column(key).kind in SILENT


def _says_nothing(recognised: Recognised, index: int, cells: Mapping[str, CellValue]) -> str | None:
    row = recognised.sheet.rows[index]
    first = next((cell for cell in row if not is_blank(cell)), None)
    if is_total(first) or any(is_total(cells.get(key)) for key in recognised.layout.wanted):
        return "row-total"
    headers = [header_key(recognised.sheet.at(recognised.header_row, p)) for p in recognised.columns.values()]
    own = [header_key(cells.get(key)) for key in recognised.columns]
    if sum(1 for one, other in zip(headers, own, strict=True) if one and one == other) > len(headers) // 2:
        return "row-header-again"
    if index == recognised.header_row + 1 and _is_note(recognised, cells):
        return "row-note"
    filled = [cell for cell in row if not is_blank(cell)]
    if len(filled) == 1 and isinstance(first, str) and header_key(first).startswith(_FOOTERS):
        return "row-footer"
    return None


_FOOTERS = ("注", "说明", "备注", "填表人", "制表", "审核", "note", "填报")
_NOTES = ("必填", "选填", "如", "例", "格式", "填写", "required", "optional", "e.g", "yyyy")


def _is_note(recognised: Recognised, cells: Mapping[str, CellValue]) -> bool:
    """A second row under the header that explains how to fill in: most of its cells begin like a hint."""
    told = [header_key(cell) for cell in cells.values() if isinstance(cell, str) and cell.strip()]
    hints = [word for word in told if word.startswith(_NOTES)]
    return len(hints) >= 2 or (len(told) == 1 and len(hints) == 1)


def _merged(recognised: Recognised) -> dict[tuple[int, int], CellValue]:
    """A block of merged cells below the header says the same in each of its rows (not in each column)."""
    found: dict[tuple[int, int], CellValue] = {}
    sheet = recognised.sheet
    for first_row, first_column, last_row, _ in sheet.merged:
        if first_row <= recognised.header_row:
            continue
        for row in range(first_row, last_row + 1):
            found[(row, first_column)] = sheet.at(first_row, first_column)
    return found
