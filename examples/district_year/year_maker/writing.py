"""Sheets as grids of cells, and three kinds of files: xlsx, ods (by hand, only a zip), csv (GB18030)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter

MADE = datetime(2022, 1, 5, 9, 0)  # noqa: DTZ001  the same in every file, so that the same seed gives the same bytes


@dataclass(slots=True)
class Grid:
    """One worksheet: rows of cells, merged blocks (first row, first column, last row, last column)."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    heads: set[int] = field(default_factory=set)


def write_xlsx(path: Path, grids: Sequence[Grid]) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": MADE, "author": "office"})
    day = book.add_format({"num_format": "yyyy/m/d"})
    clock = book.add_format({"num_format": "h:mm"})
    bold = book.add_format({"bold": True, "text_wrap": True, "align": "center", "border": 1})
    centre = book.add_format({"align": "center", "valign": "vcenter"})
    for grid in grids:
        sheet = book.add_worksheet(grid.name)
        inner = {
            (r, c) for r1, c1, r2, c2 in grid.merged for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)
        }
        for first_row, first, last_row, last in grid.merged:
            sheet.merge_range(first_row, first, last_row, last, "", centre)
        for r, row in enumerate(grid.rows):
            for c, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, time):
                    sheet.write_datetime(r, c, cell, clock)
                elif isinstance(cell, date):
                    sheet.write_datetime(r, c, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(
                        r, c, cell, bold if r in grid.heads else centre if (r, c) in inner else None
                    )
                else:
                    sheet.write_number(r, c, cell)
        for r in grid.hidden:
            sheet.set_row(r, None, None, {"hidden": True})
    book.close()


def write_csv(path: Path, grid: Grid) -> None:
    """As Excel on a Chinese Windows saves it: GB18030 without a mark in front, lines ending in CR LF."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["" if cell is None else cell for cell in row] for row in grid.rows])
    path.write_bytes(text.getvalue().encode("gb18030"))


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def write_ods(path: Path, grids: Sequence[Grid]) -> None:
    tables = "".join(_ods_table(grid) for grid in grids)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    parts = (
        ("mimetype", _MIME, ZIP_STORED),
        ("content.xml", content, ZIP_DEFLATED),
        ("META-INF/manifest.xml", _MANIFEST, ZIP_DEFLATED),
    )
    with ZipFile(path, "w") as archive:
        for name, text, how in parts:
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = how
            archive.writestr(info, text)


def _ods_table(grid: Grid) -> str:
    spans = {(r1, c1): (r2 - r1 + 1, c2 - c1 + 1) for r1, c1, r2, c2 in grid.merged}
    covered = {
        (r, c) for r1, c1, r2, c2 in grid.merged for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)
    } - set(spans)
    width = max(len(row) for row in grid.rows)
    lines = []
    for r, row in enumerate(grid.rows):
        cells = []
        for c in range(width):
            if (r, c) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            high, wide = spans.get((r, c), (1, 1))
            span = (
                f' table:number-columns-spanned="{wide}" table:number-rows-spanned="{high}"'
                if high * wide > 1
                else ""
            )
            cells.append(_ods_cell(row[c] if c < len(row) else None, span))
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f'<table:table table:name="{escape(grid.name)}">{"".join(lines)}</table:table>'


def _ods_cell(cell: Any, span: str) -> str:
    if cell is None or cell == "":
        return f"<table:table-cell{span}/>"
    text = f"<text:p>{escape(str(cell))}</text:p>"
    if isinstance(cell, date):
        what = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, (int, float)):
        what = f'office:value-type="float" office:value="{cell}"'
    else:
        what = 'office:value-type="string"'
    return f"<table:table-cell{span} {what}>{text}</table:table-cell>"
