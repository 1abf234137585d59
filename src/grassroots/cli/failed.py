"""Rows that were held back, in the layout of their own sheet: to be set right there and handed in again.

The last column says where each row stood, so that a row that is taken from here is held back no more there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grassroots.cli.output import Output
from grassroots.cli.problems import problem_words
from grassroots.contracts.tables import CellValue, Column, Form
from grassroots.domain.form import ORIGIN, CellKind, FormLayout, Recognised
from grassroots.locale import LANGUAGES, say
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.rows import rows
from grassroots.values.messy import is_blank, is_ditto

if TYPE_CHECKING:
    from grassroots.usecases.intake import Plan, RowPlan

_AS_TEXT = (CellKind.PHONE, CellKind.ID_NUMBER)
"""Columns that a spreadsheet program would destroy again when somebody types the right number in."""

_HEAD = "cli-head-problem"
_PROBLEM = tuple(say(_HEAD, language=language) for language in LANGUAGES)


def write_failed(path: Path, plan: Plan, output: Output) -> None:
    """For each sheet with problems one: title, block, header and rows, what is wrong, where they stood."""
    from grassroots.sheets.writing import write_forms

    forms = []
    for (file, sheet), recognised in plan.recognised.items():
        held = {row.number: row for row in plan.problems if (row.file, row.sheet) == (file, sheet)}
        if held:
            forms.append(_form(recognised, file, held, output))
    write_forms(path, forms)


def _form(recognised: Recognised, file: str, held: Mapping[int, RowPlan], output: Output) -> Form:
    layout, sheet = recognised.layout, recognised.sheet
    header = sheet.rows[recognised.header_row]
    typed = {place for key, place in recognised.columns.items() if layout.column(key).kind in _AS_TEXT}
    # What was wrong the last time, and where the row came from, is written anew.
    stale = {recognised.columns.get(ORIGIN.key)} | {
        place for place, cell in enumerate(header) if cell in _PROBLEM and str(cell) in recognised.unread
    }
    kept = [place for place in range(len(header)) if place not in stale]
    columns = [
        Column(
            key=str(place),
            header="" if header[place] is None else str(header[place]),
            width=14.0,
            text=place in typed,
        )
        for place in kept
    ]
    told = Column(key="problem", header=output.word(_HEAD), width=60.0)
    origin = Column(key=ORIGIN.key, header=ORIGIN.header(output.language), width=float(ORIGIN.width))
    return Form(
        code=layout.code,
        title=recognised.title or sheet.name,
        columns=(*columns, told, origin),
        rows=tuple(
            (*_cells(row, recognised, kept), _told(held[row.number], output), held[row.number].origin)
            for row in rows(recognised, file)
            if isinstance(row, Row) and row.number in held
        ),
        block=tuple((_label(layout, key, output), value) for key, value in recognised.block.items()),
    )


def _cells(row: Row, recognised: Recognised, kept: Iterable[int]) -> tuple[CellValue, ...]:
    """The cells as they stand; 同上 and merged blocks are written out: the row above does not come along."""
    cells = list(recognised.sheet.rows[row.number - 1])
    for key, place in recognised.columns.items():
        if is_ditto(cells[place]) or (is_blank(cells[place]) and key not in recognised.block):
            cells[place] = row.cells.get(key)
    return tuple(cells[place] for place in kept)


def _told(row: RowPlan, output: Output) -> str:
    return " ".join(problem_words(one, output) for one in row.problems)


def _label(layout: FormLayout, key: str, output: Output) -> str:
    return layout.column(key).header(output.language)
