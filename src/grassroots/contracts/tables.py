"""Tables in and out, as plain data: what a spreadsheet says, and what a sheet to be printed should say.

A **book** is one file that somebody handed in; its **sheets** hold cells as they were found, nothing
interpreted. A **form** is one sheet to be written out, with every word already in its reader's language.
Reading and writing live in :mod:`grassroots.sheets`; which header means what is decided by the use cases.

Counting: row and column numbers in these records start at 0, so that they are indexes into ``rows``; the
sentences for people count from 1, as the spreadsheet programs do.

What one cell can hold is :data:`grassroots.values.messy.CellValue`. ``None`` is an empty cell; datetimes are
naive wall-clock, as the file has them. A spreadsheet stores a day and its midnight as the same number:
midnight may come back as the day alone.
"""

from typing import final

from attrs import field, frozen

from grassroots.errors import Fact
from grassroots.values.messy import CellValue

__all__ = ["Book", "BookNote", "CellValue", "Column", "Form", "Merged", "Sheet"]

Merged = tuple[int, int, int, int]
"""A merged block as (first row, first column, last row, last column), from 0, the last ones included."""


@final
@frozen(kw_only=True)
class BookNote:
    """Something about the file that a person should be told, though it could be read.

    ``code`` is a sentence in the catalogues (``sheet-note-...``) and ``facts`` fill it in, as with errors.
    """

    code: str
    facts: tuple[tuple[str, Fact], ...] = ()


@final
@frozen(kw_only=True)
class Sheet:
    """One sheet as it was found.

    ``rows[r][c]`` is the cell in row ``r + 1`` and column ``c + 1`` of the spreadsheet program: leading
    empty rows and columns are kept, trailing ones dropped, and all rows are equally wide. A merged block
    has its value in the first cell and ``None`` in the others. A number comes as ``int`` when it is whole,
    except from 1e15 on, where a spreadsheet has already lost digits (an ID number typed as a number): those
    stay ``float`` so that the loss can be seen. ``hidden_rows`` are indexes into ``rows``; xls does not tell
    them.
    """

    name: str
    rows: tuple[tuple[CellValue, ...], ...] = ()
    hidden: bool = False
    merged: tuple[Merged, ...] = ()
    hidden_rows: frozenset[int] = frozenset()

    def at(self, row: int, column: int) -> CellValue:
        """The cell at this index; outside of the sheet there are only empty cells."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None


@final
@frozen(kw_only=True)
class Book:
    """One file as it was found.

    ``name`` is the file name alone, never a path; ``digest`` the SHA-256 of its bytes in hex; ``form`` what
    the bytes are (``xlsx``, ``xls``, ``ods``, ``csv``), whatever the name claims.
    """

    name: str
    digest: str
    form: str
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[BookNote, ...] = ()


@final
@frozen(kw_only=True)
class Column:
    """One column of a form.

    ``key`` is language-neutral, ``header`` is what is printed; ``width`` in characters of the usual font.
    ``choices`` become a drop-down list. ``wanted`` columns must be filled in and are marked. ``text``
    keeps what is typed as text: telephone and ID numbers, which a spreadsheet would otherwise destroy.
    """

    key: str
    header: str
    width: float = 12.0
    choices: tuple[str, ...] = ()
    wanted: bool = False
    text: bool = False
    note: str = ""


@final
@frozen(kw_only=True)
class Form:
    """One sheet to be written out.

    ``code`` names the kind of form (language-neutral), ``title`` is the line on top and the sheet's name.
    ``block`` stands between title and header as (label, value) pairs; the sheet number belongs there too,
    with its label, so that it comes back when the sheet is read in. ``blank`` is the number of empty ruled
    lines below ``rows`` (for pens), ``footer`` the lines below the table.
    """

    code: str
    title: str
    columns: tuple[Column, ...] = field()
    rows: tuple[tuple[CellValue, ...], ...] = ()
    blank: int = 0
    block: tuple[tuple[str, CellValue], ...] = ()
    sheet_number: str = ""
    footer: tuple[str, ...] = ()

    @columns.validator
    def _some_column(self, _: object, columns: tuple[Column, ...]) -> None:
        if not columns:
            raise ValueError("a form needs at least one column")
