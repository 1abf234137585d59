"""What cannot be read is reported where it stands, and nothing that only follows from it."""

from __future__ import annotations

import pytest
from tests.acceptance.conftest import Year

from grassroots.contracts.tables import Book, CellValue, Sheet
from grassroots.domain.form import CellKind
from grassroots.usecases.intake import standard_forms
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.rows import rows
from grassroots.values.messy import is_blank

ELSEWHERE = {"availability", "availability-week"}
"""The example year has no sheet of them: tests/usecases/intake/test_forms_availability.py tries them."""

FORMS = [form.code for form in standard_forms() if form.code not in ELSEWHERE]
UNREADABLE = "看不清"
MOST = 8
"""Rows of a form that are tried."""


def kinds_of_rows(year: Year, form: str) -> list[Row]:
    """Rows of a form that were taken, one for each set of columns that have something in them."""
    found: dict[frozenset[str], Row] = {}
    for (file, _), recognised in year.plan.recognised.items():
        if recognised.layout.code != form:
            continue
        held = {row.number for row in year.plan.problems if row.file == file}
        for row in rows(recognised, file):
            if isinstance(row, Row) and row.number not in held:
                filled = frozenset(key for key, cell in row.cells.items() if not is_blank(cell))
                found.setdefault(filled, row)
    return sorted(found.values(), key=lambda row: -sum(not is_blank(cell) for cell in row.cells.values()))


def problems(year: Year, row: Row, **changed: CellValue) -> set[tuple[str, str | None]]:
    """What is wrong with that one row, alone under its header, when some of its cells are changed."""
    recognised = row.recognised
    sheet = recognised.sheet
    cells: list[CellValue] = list(sheet.rows[row.number - 1])
    for column, place in recognised.columns.items():
        cells[place] = {**row.cells, **changed}[column]
    alone = Sheet(name=sheet.name, rows=(*sheet.rows[: recognised.header_row + 1], tuple(cells)))
    book = Book(name="one.xlsx", digest=f"{row.number}{changed}", form="xlsx", sheets=(alone,))
    plan = year.desk.intake.plan(book)
    return {(one.code, one.column) for held in plan.problems for one in held.problems}


def filled(row: Row) -> list[str]:
    """The columns in which something stands that is read as more than words."""
    return [
        key
        for key in row.recognised.columns
        if row.layout.column(key).kind is not CellKind.SERIAL and not is_blank(row.cells[key])
    ]


def test_only_forms_that_the_year_does_not_have_are_left_to_others(year: Year) -> None:
    assert not ELSEWHERE & {recognised.layout.code for recognised in year.plan.recognised.values()}


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_that_cannot_be_read_is_the_only_problem_of_its_row(year: Year, form: str) -> None:
    wrong: dict[tuple[int, str], set[tuple[str, str | None]]] = {}
    told = 0
    for row in kinds_of_rows(year, form)[:MOST]:
        for key in filled(row):
            found = problems(year, row, **{key: UNREADABLE})
            told += len(found)
            if any(column != key for _, column in found):
                wrong[row.number, key] = found
    assert wrong == {}
    assert told > 0


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_cell_beside_one_that_cannot_be_read_is_no_further_problem(year: Year, form: str) -> None:
    row = kinds_of_rows(year, form)[0]
    columns = filled(row)
    unreadable = {key: problems(year, row, **{key: UNREADABLE}) for key in columns}
    empty = {key: problems(year, row, **{key: None}) for key in columns}
    wrong = {}
    for key in columns:
        # A word that is merely another one changes what the row means, and with it what it has to say.
        for other in (one for one in columns if unreadable[key] and one != key):
            both = problems(year, row, **{key: UNREADABLE, other: None})
            if more := both - unreadable[key] - empty[other]:
                wrong[key, other] = more
    assert wrong == {}
