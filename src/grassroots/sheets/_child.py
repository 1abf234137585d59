"""The process that opens what strangers sent: ``python -P -m grassroots.sheets._child``.

In: one JSON line (form, name, limits), then the bytes of the file until the end. Out: JSON lines, see
:func:`main`. It limits itself before it looks at the first byte; whatever happens to it, the parent lives.
"""

import importlib
import io
import json
import posixpath
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, BinaryIO, TextIO
from xml.etree import ElementTree

from attrs import evolve

from grassroots.contracts.tables import BookNote, CellValue, Merged, Sheet
from grassroots.errors import BadInput
from grassroots.sheets._archive import Archive, Look, cell_name
from grassroots.sheets._text import read_csv
from grassroots.sheets._wire import cell_from_library, to_wire
from grassroots.sheets.limits import Limits

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def confine(limits: Limits) -> None:
    """Bound memory, processor time and files written; where the system cannot, the parent's clock must do."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def read(data: bytes, kind: str, name: str, limits: Limits) -> tuple[str, list[Sheet], list[BookNote]]:
    """The form, the sheets and the notes of one file; ``kind`` is what :func:`sniff` said."""
    if kind == "csv":
        return kind, *read_csv(data, name, limits)
    if kind == "xls":
        sheets, notes = _through_calamine(data, {}, limits)
        # calamine gives error values as empty, and there is no XML here to find them in.
        return kind, sheets, [*notes, BookNote(code="sheet-note-xls-errors")]
    archive = Archive(data, limits)
    form = archive.form()
    titles = _titles(archive) if form == "xlsx" else {}
    looks = {
        titles.get(part, part): look
        for part, look in archive.look_through(lambda part: titles.get(part, part)).items()
    }
    if sum(look.filled for look in looks.values()) > limits.cells:
        raise BadInput("sheet-too-many-cells", limit=limits.cells)
    try:
        return form, *_through_calamine(data, looks, limits)
    except BadInput:
        raise
    except Exception:
        # The second reader forgives other things than the first; it is slow, but the processor limit holds.
        if form != "xlsx":
            raise
        return form, *_through_openpyxl(data, looks, limits)


class _NoDoctype(ElementTree.TreeBuilder):
    """Builds a tree, but not of a document that declares its own entities."""

    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise BadInput("sheet-dangerous-xml")


def _tree(part: bytes) -> ElementTree.Element:
    """One small part as a tree; an absent one as a tree of nothing."""
    return ElementTree.fromstring(part or b"<x/>", ElementTree.XMLParser(target=_NoDoctype()))


def _titles(archive: Archive) -> dict[str, str]:
    """Part name to sheet name, as the workbook and its list of relations say."""
    found: dict[str, str] = {}
    try:
        doors = [
            link.get("Target", "")
            for link in _tree(archive.part("_rels/.rels"))
            if link.get("Type", "").endswith("/officeDocument")
        ]
        book = _joined("", doors[0] if doors else "xl/workbook.xml")
        folder, _, name = book.rpartition("/")
        links = _tree(archive.part(f"{folder}/_rels/{name}.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for element in _tree(archive.part(book)).iter():
            if element.tag.endswith("}sheet"):
                target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION), "")
                part = _joined(folder, target)
                found[part] = element.get("name", part)
    except ElementTree.ParseError as error:
        raise BadInput("sheet-broken") from error
    return found


def _joined(folder: str, target: str) -> str:
    """A part named by another: ``worksheets/a.xml``, ``./worksheets/a.xml`` or, from the top, ``/xl/...``."""
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _through_calamine(
    data: bytes, looks: dict[str, Look], limits: Limits
) -> tuple[list[Sheet], list[BookNote]]:
    import python_calamine as calamine

    sheets: list[Sheet] = []
    notes: list[BookNote] = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise BadInput("sheet-password") from error
    visible = calamine.SheetVisibleEnum.Visible
    pages = [page for page in book.sheets_metadata if page.typ == calamine.SheetTypeEnum.WorkSheet]
    _some(pages, limits)
    for page in pages:
        found = book.get_sheet_by_name(page.name)
        merged = [
            (top, left, bottom, right) for (top, left), (bottom, right) in found.merged_cell_ranges or ()
        ]
        look = looks.get(page.name) or Look(merged=merged)
        rows = found.to_python(skip_empty_area=False)
        sheets.append(_sheet(page.name, rows, page.visible != visible, look, limits))
        notes.extend(_notes(page.name, look))
    return sheets, notes


def _through_openpyxl(
    data: bytes, looks: dict[str, Look], limits: Limits
) -> tuple[list[Sheet], list[BookNote]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets: list[Sheet] = []
    notes: list[BookNote] = []
    _some(book.worksheets, limits)
    for page in book.worksheets:
        look = looks.get(page.title) or Look()
        page.reset_dimensions()
        rows = page.iter_rows(values_only=True, max_row=limits.rows, max_col=limits.columns)
        sheets.append(_sheet(page.title, rows, page.sheet_state != "visible", look, limits))
        notes.extend(_notes(page.title, look))
    return sheets, notes


def _some(pages: list[Any], limits: Limits) -> None:
    if not pages:
        raise BadInput("sheet-no-sheets")
    if len(pages) > limits.sheets:
        raise BadInput("sheet-too-many-sheets", limit=limits.sheets)


def _sheet(name: str, rows: Iterable[Iterable[object]], hidden: bool, look: Look, limits: Limits) -> Sheet:
    """The sheet with error values put back, and trailing emptiness and oversized cells dealt with."""
    grid: list[list[CellValue]] = [[cell_from_library(cell) for cell in row] for row in rows]
    for (row, column), text in look.errors.items():
        while len(grid) <= row:
            grid.append([])
        grid[row].extend([None] * (column + 1 - len(grid[row])))
        grid[row][column] = text
    for number, line in enumerate(grid):
        for column, cell in enumerate(line):
            if isinstance(cell, str) and len(cell) > limits.letters:
                raise BadInput(
                    "sheet-cell-too-long", sheet=name, cell=cell_name(number, column), limit=limits.letters
                )
    sheet = Sheet(
        name=name,
        rows=tuple(map(tuple, grid)),
        hidden=hidden,
        merged=tuple(look.merged),
        hidden_rows=frozenset(look.hidden_rows),
    )
    if len(sheet.rows) > limits.rows or any(len(row) > limits.columns for row in sheet.rows):
        # Only xls and openpyxl come here with more: what is far out is looked at after trimming.
        sheet = trimmed(sheet)
        if len(sheet.rows) > limits.rows or len(sheet.rows[0]) > limits.columns:
            raise BadInput(
                "sheet-too-far",
                sheet=name,
                cell=cell_name(len(sheet.rows) - 1, len(sheet.rows[0]) - 1),
                rows=limits.rows,
                columns=limits.columns,
            )
    return sheet


def _notes(name: str, look: Look) -> list[BookNote]:
    """What a person should know of this sheet. Cells are named as people say them."""
    notes = []
    for code, places in (
        ("sheet-note-uncalculated", look.uncalculated),
        ("sheet-note-errors", list(look.errors)),
    ):
        if places:
            facts = (("sheet", name), ("cell", cell_name(*min(places))), ("count", len(places)))
            notes.append(BookNote(code=code, facts=facts))
    return notes


def trimmed(sheet: Sheet) -> Sheet:
    """Without empty rows and columns at the end, and all rows equally wide."""
    rows = list(sheet.rows)
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = 0
    for row in rows:
        for column in range(len(row) - 1, width - 1, -1):
            if row[column] is not None:
                width = column + 1
                break
    return evolve(
        sheet,
        rows=tuple(row[:width] + (None,) * (width - len(row)) for row in rows),
        hidden_rows=frozenset(row for row in sheet.hidden_rows if row < len(rows)),
    )


def send(sheet: Sheet, line: Callable[[object], None]) -> None:
    """One sheet as lines: its head, then its rows."""
    head = {"name": sheet.name, "hidden": sheet.hidden, "rows": len(sheet.rows)}
    merged: list[Merged] = list(sheet.merged)
    line({"sheet": head | {"merged": merged, "hidden_rows": sorted(sheet.hidden_rows)}})
    for row in sheet.rows:
        line([to_wire(cell) for cell in row])


def main(source: BinaryIO, target: TextIO) -> None:
    """Read the request, answer, and end.

    The answer is either one line ``{"problem": code, "facts": {...}}`` or, for each sheet, a head and its
    rows, and at last ``{"end": form, "notes": [...]}``. Without that last line nothing counts.
    """

    def line(value: object) -> None:
        # ensure_ascii is off so that half a surrogate pair is an error here, not in somebody's database.
        target.write(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")

    request = json.loads(source.readline())
    limits = Limits(**request["limits"])
    if request["form"] != "csv":
        # Loaded before the walls go up: without memory even loading would fail, and look like a broken file.
        importlib.import_module("python_calamine")
    confine(limits)
    try:
        form, sheets, notes = read(source.read(), request["form"], request["name"], limits)
        for sheet in sheets:
            send(trimmed(sheet), line)
        line({"end": form, "notes": [[note.code, dict(note.facts)] for note in notes]})
    except BadInput as problem:
        line({"problem": problem.code, "facts": dict(problem.facts)})
    except MemoryError:
        line({"problem": "sheet-too-much", "facts": {}})
    except BaseException:
        # Also a panic of the Rust reader, which is no Exception. The parent says it in words.
        line({"problem": "sheet-broken", "facts": {}})
    target.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n"))
