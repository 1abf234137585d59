"""One row of a recognised sheet, read column by column into values; its problems are collected, not raised.

A lander asks ``row.day("taken_on")`` and the like, and then ``row.check()``: all problems of a row are told
at once, each with sheet, row, column, what stands there, what is wrong and what to do.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cached_property
from typing import Any, Final, TypeVar, final

import attrs

from grassroots.contracts.tables import CellValue
from grassroots.domain.form import ORIGIN, CellKind, FormColumn, FormLayout, Origin, Recognised
from grassroots.errors import Fact
from grassroots.values import messy
from grassroots.values.dates import PartialDate, Span
from grassroots.values.names import Sex
from grassroots.values.texts import plain

T = TypeVar("T")


@final
@attrs.frozen(kw_only=True)
class RowProblem:
    """What is wrong with one cell (or with the row: ``column`` None), in a code and its facts."""

    code: str
    column: str | None = None
    header: str | None = None
    value: str | None = None
    facts: Mapping[str, Fact] = attrs.field(factory=dict)


SILENT: Final = frozenset({CellKind.SERIAL, CellKind.ORIGIN})
"""Columns that say nothing about what a row means."""


class BadRow(Exception):
    """Raised by ``row.check()``; carries all problems of the row."""

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@final
class Row:
    """One row under its header, with the block above it."""

    def __init__(
        self, recognised: Recognised, number: int, cells: Mapping[str, CellValue], file: str
    ) -> None:
        self.recognised = recognised
        self.layout: FormLayout = recognised.layout
        self.number = number
        # What stands above the table counts for every row whose own cell says nothing.
        told = {key: cell for key, cell in cells.items() if cell is not None or key not in recognised.block}
        self.cells = {**recognised.block, **told}
        self.file = file
        self.problems: list[RowProblem] = []
        self.notes: list[str] = []

    @property
    def sheet(self) -> str:
        """The name of the sheet."""
        return self.recognised.sheet.name

    @cached_property
    def returned(self) -> Origin | None:
        """Where a row that came back says that it stood; None for a row in its own sheet."""
        if self._column(ORIGIN.key) is not ORIGIN:
            return None
        return Origin.read(self.cells.get(ORIGIN.key))

    @property
    def origin(self) -> Origin:
        """Where the row stood first."""
        return self.returned or Origin(self.file, self.sheet, self.number)

    # -- reading ------------------------------------------------------------------------------------------
    def raw(self, key: str) -> CellValue:
        """The cell as it stands; None if the sheet has no such column."""
        return self.cells.get(key)

    def said(self, **columns: str) -> frozenset[str]:
        """Of these fields, given with the key of their column, those whose cell has something in it."""
        return frozenset(field for field, key in columns.items() if not messy.is_blank(self.raw(key)))

    def text(self, key: str) -> str | None:
        """Free text."""
        return self._read(key, messy.read_text)

    def name(self, key: str) -> str | None:
        """One person's name, perhaps incomplete."""
        return self._read(key, messy.read_name)

    def names(self, key: str) -> tuple[str, ...]:
        """Several names in one cell."""
        return self._read(key, messy.read_names) or ()

    def day(self, key: str) -> date | None:
        """A whole day."""
        return self._read(key, messy.read_day)

    def partial(self, key: str) -> PartialDate | None:
        """A day of which perhaps only the year or month is known."""
        return self._read(key, messy.read_partial_date)

    def time(self, key: str) -> time | None:
        """A time of day."""
        return self._read(key, messy.read_time)

    def minutes(self, key: str) -> int | None:
        """A length of time; a bare number means what the header says (minutes unless it says hours)."""
        header = self._header(key)
        hours = ("时" in header and "分" not in header) or "hour" in header.lower()
        bare = messy.BareNumber.HOURS if hours else messy.BareNumber.MINUTES
        return self._read(key, lambda cell: messy.read_minutes(cell, bare=bare))

    def whole(self, key: str) -> int | None:
        """A whole number."""
        return self._read(key, messy.read_whole)

    def week(self, key: str) -> tuple[messy.Weekly, ...] | None:
        """When somebody can come in a week, in words; an empty tuple: not at all."""
        return self._read(key, messy.read_weekly)

    def week_of(self, keys: tuple[str, ...]) -> tuple[messy.Weekly, ...] | None:
        """The same from seven columns, Monday first; None if nothing stands in any of them."""
        read = [self._read(key, messy.read_day_parts) for key in keys]
        if all(parts is None for parts in read):
            return None
        return tuple(messy.Weekly(day, *part) for day, parts in enumerate(read) for part in parts or ())

    def away(self, key: str, written: date | None) -> tuple[Span, ...]:
        """The days on which somebody is away; ``written``: when they wrote it."""
        return self._read(key, lambda cell: messy.read_away(cell, written)) or ()

    def phone(self, key: str) -> str | None:
        """A telephone number."""
        return self._read(key, messy.read_phone)

    def id_number(self, key: str) -> str | None:
        """An identity number that passed its check."""
        found = self._read(key, messy.read_id_number)
        return None if found is None else found.text

    def sex(self, key: str) -> Sex | None:
        """The sex, if it is stated."""
        return self._read(key, messy.read_sex)

    def flag(self, key: str) -> bool | None:
        """Yes or no."""
        return self._read(key, messy.read_flag)

    def choice(self, key: str) -> str | None:
        """The code of a choice; what people write for nothing (-, 无) is nothing unless it is a choice."""
        words = self.text(key)
        if words is None:
            return None
        found = self._column(key).choice(words)
        if found is None and not messy.is_blank(words):
            known = tuple(words[0] for words in self._column(key).choices.values() if words)
            self.problem("choice-unknown", key, what=words, known=known)
        return found

    def choices(self, key: str) -> tuple[str, ...]:
        """The codes of several choices in one cell."""
        found = []
        for word in self.names_like(key):
            code = self._column(key).choice(word)
            if code is None and messy.is_blank(word):
                continue
            if code is None:
                known = tuple(words[0] for words in self._column(key).choices.values() if words)
                self.problem("choice-unknown", key, what=word, known=known)
            else:
                found.append(code)
        return tuple(found)

    def names_like(self, key: str) -> tuple[str, ...]:
        """The words of a cell, split at commas, semicolons, slashes and line breaks."""
        words = self.text(key)
        if words is None:
            return ()
        for sign in "，,;；/\n":
            words = words.replace(sign, "、")
        return tuple(word.strip() for word in words.split("、") if word.strip())

    def need(self, key: str, value: T | None, *others: str) -> T | None:
        """The value; a problem if the cell is empty.

        Not if it has been found unreadable already, nor if one of ``others`` has, from which it could have
        come as well: only the cause is reported.
        """
        if value in (None, ()) and not self.unreadable(key, *others):
            self.problem("cell-missing", key)
        return value

    def unreadable(self, *keys: str) -> bool:
        """Whether any of these columns has a problem already."""
        return any(problem.column in keys for problem in self.problems)

    # -- problems -----------------------------------------------------------------------------------------
    def problem(self, code: str, key: str | None = None, **facts: Fact) -> None:
        """Note a problem with a column (or, without a key, with the whole row)."""
        value = self.cells.get(key) if key else None
        self.problems.append(
            RowProblem(
                code=code,
                column=key,
                header=self._header(key) if key else None,
                value=None if value is None else str(value),
                facts=facts,
            )
        )

    def check(self) -> None:
        """Stop here if anything is wrong with this row."""
        if self.problems:
            raise BadRow(tuple(self.problems))

    # -- knowing it again ---------------------------------------------------------------------------------
    def natural(self) -> tuple[str, ...]:
        """What tells this row from others of its form, as text: the same however its cells were typed."""
        return tuple(self._meant(key) for key in self.layout.natural)

    @property
    def when(self) -> date | None:
        """The day that tells this row apart, if its form has one: so that rows of a day lie side by side."""
        keys = (key for key in self.layout.natural if self._column(key).kind is CellKind.DAY)
        return next((messy.read_day(self.cells.get(key)).value for key in keys), None)

    def digest(self, salt: bytes) -> str:
        """A keyed digest of all cells but the running number and the origin: the same row has the same."""
        told = sorted(self.cells.items())
        says = [(key, value) for key, value in told if self._column(key).kind not in SILENT]
        words = "\x1f".join(f"{key}={_plain(value)}" for key, value in says)
        return hmac.new(salt, words.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    # -- inside -------------------------------------------------------------------------------------------
    def _meant(self, key: str) -> str:
        cell = self.cells.get(key)
        read = _READERS.get(self._column(key).kind)
        value = read(cell).value if read is not None else None
        return plain(_plain(cell)) if value is None else str(value)

    def _read(self, key: str, read: Callable[[CellValue], messy.Cell[T]]) -> T | None:
        cell = read(self.cells.get(key))
        if cell.problem is not None:
            self.problem(cell.problem.code, key, **dict(cell.problem.facts))
        if cell.note is not None:
            self.notes.append(cell.note)
        return cell.value

    def _column(self, key: str) -> FormColumn:
        return self.layout.column(key)

    def _header(self, key: str) -> str:
        place = self.recognised.columns.get(key)
        if place is None:
            return self._column(key).header_zh
        return str(self.recognised.sheet.at(self.recognised.header_row, place))


_READERS: Mapping[CellKind, Callable[[CellValue], messy.Cell[Any]]] = {
    CellKind.DAY: messy.read_day,
    CellKind.PARTIAL: messy.read_partial_date,
    CellKind.TIME: messy.read_time,
    CellKind.WHOLE: messy.read_whole,
    CellKind.PHONE: messy.read_phone,
    CellKind.NAME: messy.read_name,
    CellKind.NAMES: messy.read_names,
    CellKind.MEMBER: messy.read_name,
    CellKind.MEMBERS: messy.read_names,
}
"""How a cell is read to know its row again: 2021.3.4 in one file and 2021年3月4日 in the next are one day."""


def _plain(value: CellValue) -> str:
    return "" if value is None else " ".join(str(value).split())
