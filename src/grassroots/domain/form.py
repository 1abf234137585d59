"""A form is a sheet that an office knows: its columns, their many headers, and how a row is told from others.

Forms are data (grassroots/data/forms.toml, or an app's own). A sheet is recognised by its headers, wherever
in the first ten rows they stand, in any order, with units, blanks and line breaks inside; its name or title
decides where two forms fit as well.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Final, Self, final

import attrs

from grassroots.contracts.tables import CellValue, Sheet
from grassroots.errors import BadInput

HEADER_WITHIN = 10
"""The header stands in one of the first ten rows (rules-cn B.11: titles, notes and blocks stand above it)."""


class CellKind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    NAME = "name"
    NAMES = "names"
    DAY = "day"
    PARTIAL = "partial"  # a day of which perhaps only the year or month is known
    TIME = "time"
    SPAN = "span"  # 8:00-11:30
    MINUTES = "minutes"
    WHOLE = "whole"
    PHONE = "phone"
    ID_NUMBER = "id-number"
    SEX = "sex"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    MEMBER = "member"
    MEMBERS = "members"
    STATION = "station"
    PLACE = "place"  # a station, or else an organization
    ROLE = "role"
    TEAM = "team"
    SERIAL = "serial"  # 序号: tells rows apart on paper, means nothing
    ORIGIN = "origin"  # 来源: where a returned row stood first; says nothing about its records


@final
@attrs.frozen(kw_only=True)
class FormColumn:
    """One column: its key, its headers (the first two are printed), how it is read, if it must be there."""

    key: str
    header_zh: str
    header_en: str
    kind: CellKind = CellKind.TEXT
    aliases: tuple[str, ...] = ()
    wanted: bool = False
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    width: int = 12
    pen: bool = True
    """Whether blank forms for pens have it; what the office adds later only widens them."""

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Every header of this column, as :func:`header_key` sees it."""
        return frozenset(header_key(text) for text in (self.header_zh, self.header_en, *self.aliases))

    def choice(self, text: str) -> str | None:
        """The code that a cell of a choice means; None if it means none."""
        return self._codes.get(header_key(text))

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for code, words in self.choices.items():
            for word in (code, *words):
                found.setdefault(header_key(word), code)
        return found

    def header(self, language: str) -> str:
        """The header to print."""
        return self.header_zh if language == "zh" else self.header_en


ORIGIN: Final = FormColumn(key="origin", header_zh="来源", header_en="Source", kind=CellKind.ORIGIN, width=30)
"""The column by which returned rows say where they stood first. Every form has it, beside its own."""


@final
@attrs.frozen
class Origin:
    """Where a row stood first: the file, the sheet, and its number there (from 1)."""

    file: str
    sheet: str
    number: int

    def __str__(self) -> str:
        return f"{self.file} / {self.sheet} / {self.number}"

    @classmethod
    def read(cls, cell: CellValue) -> Self | None:
        """The place that a cell names; None for other words, which 来源 may head in an office's own sheet."""
        if not isinstance(cell, str):
            return None
        file, first, rest = cell.strip().partition(" / ")
        sheet, second, number = rest.rpartition(" / ")
        if not (file and first and sheet and second and number.isdecimal() and int(number)):
            return None
        return cls(file, sheet, int(number))


@final
@attrs.frozen(kw_only=True)
class FormLayout:
    """One form. ``natural`` names the columns that tell its rows apart, so that a row is known again."""

    code: str
    title_zh: str
    title_en: str
    columns: tuple[FormColumn, ...] = attrs.field()
    natural: tuple[str, ...]
    titles: tuple[str, ...] = ()
    block: tuple[FormColumn, ...] = ()
    order: int = 100
    printed: bool = True

    @columns.validator
    def _pens_write_what_must_be_there(self, _: object, columns: tuple[FormColumn, ...]) -> None:
        for column in columns:
            if column.wanted and not column.pen:
                raise ValueError(f"{self.code}.{column.key}: wanted, but not for pens")

    def title(self, language: str) -> str:
        """The title to print."""
        return self.title_zh if language == "zh" else self.title_en

    def column(self, key: str) -> FormColumn:
        """The column (or block line) with this key."""
        for column in (*self.columns, *self.block, ORIGIN):
            if column.key == key:
                return column
        raise KeyError(key)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The keys without which this form cannot be read."""
        return frozenset(column.key for column in self.columns if column.wanted)


@final
@attrs.frozen(kw_only=True)
class Recognised:
    """A sheet and the form that it is: where its header is, and which column has which key.

    ``block`` holds what stands above the header as label and value, by key; ``unread`` the headers that no
    column knows (they are kept with failed rows and reported, never dropped in silence).
    """

    layout: FormLayout
    sheet: Sheet
    header_row: int
    columns: Mapping[str, int]
    block: Mapping[str, CellValue] = attrs.field(factory=dict)
    title: str = ""
    unread: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class Near:
    """The form nearest to a sheet that is none: where its header would be, which columns it lacks."""

    layout: FormLayout
    header_row: int
    missing: tuple[FormColumn, ...]


_UNIT = re.compile(r"[(\[【〔].*?[)\]】〕]")
_NOISE = re.compile(r"[\s::*＊、,,./_\-—]+")


def header_key(text: object) -> str:
    """A header without what does not matter: width, blanks, line breaks, case, colons, a unit in brackets."""
    return "" if text is None else _header_key(str(text))


@lru_cache(maxsize=4096)
def _header_key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    without = _UNIT.sub("", plain)
    return _NOISE.sub("", without) or _NOISE.sub("", plain)


def parse_forms(text: str) -> tuple[FormLayout, ...]:
    """The forms of a TOML text, in the order in which their sheets have to be read; BadInput if wrong."""
    try:
        tables = tomllib.loads(text)["form"]
        forms = [_form(code, table) for code, table in tables.items()]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput("forms-unreadable", problem=str(error)) from error
    return tuple(sorted(forms, key=lambda form: form.order))


def _form(code: str, table: Mapping[str, Any]) -> FormLayout:
    fields = dict(table)
    columns = tuple(_column(row) for row in fields.pop("column"))
    block = tuple(_column(row) for row in fields.pop("block", ()))
    natural, titles = (tuple(fields.pop(name, ())) for name in ("natural", "titles"))
    return FormLayout(code=code, columns=columns, block=block, natural=natural, titles=titles, **fields)


def _column(row: Mapping[str, Any]) -> FormColumn:
    fields = dict(row)
    fields["kind"] = CellKind(fields.get("kind", "text"))
    fields["aliases"] = tuple(fields.get("aliases", ()))
    fields["choices"] = {code: tuple(words) for code, words in fields.get("choices", {}).items()}
    return FormColumn(**fields)


def recognise(sheet: Sheet, forms: Iterable[FormLayout]) -> Recognised | None:
    """The form that a sheet is; None if none fits.

    A form fits where all its wanted columns are found in one row. Among those that fit, a title wins (in
    the sheet's name or above the header), then the greater share of the sheet's headers that is understood.
    """
    found: list[tuple[tuple[int, float, int], Recognised]] = []
    for form in forms:
        for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns = _match(form, row)
            if not form.wanted <= columns.keys():
                continue
            columns |= _origin(form, sheet, number, columns)
            headers = [cell for cell in row if header_key(cell)]
            above = sheet.rows[:number]
            title = _title(above)
            named = _is_titled(form, sheet.name, title)
            known = set(columns.values())
            unread = tuple(str(c) for place, c in enumerate(row) if header_key(c) and place not in known)
            made = Recognised(
                layout=form,
                sheet=sheet,
                header_row=number,
                columns=columns,
                block=_block(form, above),
                title=title,
                unread=unread,
            )
            found.append(((named, len(columns) / max(len(headers), 1), len(columns)), made))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def nearest(sheet: Sheet, forms: Iterable[FormLayout]) -> Near | None:
    """The form that a sheet comes nearest to, and the wanted columns that it lacks; None if it is like none.

    Two headers must be known, or one below a title that is. A title counts most (a sheet called 活动记录 that
    lacks a column is no roster), then how much of the header is understood, then how little is missing.
    """
    found: list[tuple[tuple[bool, float, int], Near]] = []
    for form in forms:
        for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns = _match(form, row)
            titled = _is_titled(form, sheet.name, _title(sheet.rows[:number])) > 0
            if len(columns) + titled < 2 or not columns:
                continue
            missing = tuple(one for one in form.columns if one.wanted and one.key not in columns)
            headers = sum(1 for cell in row if header_key(cell))
            near = Near(layout=form, header_row=number, missing=missing)
            found.append(((titled, len(columns) / headers, -len(missing)), near))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _match(form: FormLayout, row: Sequence[CellValue]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(row):
        key = header_key(cell)
        if not key:
            continue
        for column in form.columns:
            # The first column with a header wins: a second "联系电话" belongs to somebody else.
            if column.key not in columns and key in column.spellings:
                columns[column.key] = place
                break
    return columns


def _origin(form: FormLayout, sheet: Sheet, header: int, columns: Mapping[str, int]) -> dict[str, int]:
    """The column of the origins, known by its header and by what stands below it."""
    if form.column(ORIGIN.key) is not ORIGIN:
        return {}
    for place, cell in enumerate(sheet.rows[header]):
        if place in columns.values() or header_key(cell) not in ORIGIN.spellings:
            continue
        if any(Origin.read(sheet.at(row, place)) for row in range(header + 1, len(sheet.rows))):
            return {ORIGIN.key: place}
    return {}


def _title(above: Sequence[Sequence[CellValue]]) -> str:
    for row in above:
        cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if len(cells) == 1:
            return cells[0]
    return ""


def _is_titled(form: FormLayout, *texts: str) -> int:
    wanted = [header_key(title) for title in (form.title_zh, form.title_en, *form.titles)]
    return max((len(w) for w in wanted for text in texts if w and w in header_key(text)), default=0)


def _block(form: FormLayout, above: Sequence[Sequence[CellValue]]) -> dict[str, CellValue]:
    """The label-and-value pairs above a header: in neighbouring cells, or "label:value" in one."""
    found: dict[str, CellValue] = {}
    for row in above:
        for place, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            head, colon, tail = unicodedata.normalize("NFKC", cell).partition(":")
            for column in form.block:
                if header_key(head) not in column.spellings:
                    continue
                value: CellValue = tail.strip() if colon and tail.strip() else _next(form, row, place)
                if value is not None:
                    found.setdefault(column.key, value)
    return found


def _next(form: FormLayout, row: Sequence[CellValue], place: int) -> CellValue:
    found = next((cell for cell in row[place + 1 :] if cell is not None and str(cell).strip()), None)
    if not isinstance(found, str):
        return found
    # A line that was left empty says nothing: what follows is the next label, not its value.
    labels = {spelling for column in form.block for spelling in column.spellings}
    label = found.rstrip().endswith((":", "：")) or header_key(found.split(":")[0].split("：")[0]) in labels
    return None if label else found
