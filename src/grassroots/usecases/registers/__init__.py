"""Registers at a desk: what is stored, in the layouts that offices know, and the same forms blank.

A register uses the very forms that are read in (data/forms.toml), so that what is printed can be corrected by
hand and handed in again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import final

from attrs import evolve

from grassroots.contracts.tables import CellValue, Column, Form
from grassroots.domain.form import CellKind, FormColumn, FormLayout, header_key
from grassroots.domain.paper import set_out
from grassroots.errors import Missing
from grassroots.locale import say
from grassroots.usecases.intake import standard_forms
from grassroots.usecases.registers.names import Names
from grassroots.usecases.registers.rows import WRITERS
from grassroots.values.dates import Period
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading

__all__ = ["Registers"]

_AS_TEXT = (CellKind.PHONE, CellKind.ID_NUMBER, CellKind.DAY, CellKind.PARTIAL, CellKind.TIME, CellKind.SPAN)


@final
class Registers(Room):
    """The room ``desk.registers``."""

    @look
    def codes(self, reading: Reading) -> tuple[str, ...]:
        """The codes of the forms that can be printed."""
        return tuple(form.code for form in standard_forms())

    @look
    def filled(
        self,
        reading: Reading,
        code: str,
        *,
        period: Period | None = None,
        place: str | None = None,
        language: str = "zh",
    ) -> Form:
        """A register of what is stored, as this viewer may see it, for a period and a station.

        Missing if there is no such form. Names are those that the viewer may read: masked or empty else.
        """
        layout = _layout(code)
        rows = tuple(self._rows(reading, layout, period, place, language))
        return _form(layout, language, rows=rows)

    @look
    def blank(
        self,
        reading: Reading,
        code: str,
        *,
        lines: int | None = None,
        language: str = "zh",
        block: Mapping[str, CellValue] | None = None,
    ) -> Form:
        """A blank form for pens, with a sheet number that comes back in with it.

        It has the columns that are for pens (``pen`` in data/forms.toml), and as many ``lines`` as one page
        holds if none are named.
        """
        layout = _layout(code)
        number = f"{code}-{reading.office.ids(reading.now)[-10:]}"
        named = {one.key: (block or {}).get(one.key) for one in layout.block if one.key != "sheet_number"}
        told = tuple((layout.column(key).header(language), value) for key, value in named.items())
        numbered = (*told, (say("form-sheet-number", language=language), number))
        columns = tuple(column for column in layout.columns if column.pen)
        form = _form(
            evolve(layout, columns=columns),
            language,
            blank=1 if lines is None else lines,
            block=numbered,
            sheet_number=number,
            footer=(say("form-legend", language=language),),
        )
        return form if lines is not None else evolve(form, blank=set_out(form).lines)

    @look
    def rows(
        self,
        reading: Reading,
        code: str,
        *,
        period: Period | None = None,
        place: str | None = None,
        language: str = "zh",
    ) -> list[dict[str, CellValue]]:
        """The rows of a register by column key: what fills an office's own form."""
        layout = _layout(code)
        return list(self._told(reading, layout, period, place, language))

    def recogniser(self, code: str) -> Callable[[str], str | None]:
        """Which key a header of somebody else's sheet means, for the columns of a form."""
        layout = _layout(code)

        def recognise(header: str) -> str | None:
            asked = header_key(header)
            return next((c.key for c in layout.columns if asked and asked in c.spellings), None)

        return recognise

    def _rows(
        self, reading: Reading, layout: FormLayout, period: Period | None, place: str | None, language: str
    ) -> Iterable[tuple[CellValue, ...]]:
        for told in self._told(reading, layout, period, place, language):
            yield tuple(told.get(column.key) for column in layout.columns)

    def _told(
        self, reading: Reading, layout: FormLayout, period: Period | None, place: str | None, language: str
    ) -> Iterable[dict[str, CellValue]]:
        names = Names(reading, language)
        stations = names.below(place) if place is not None else None
        for number, row in enumerate(WRITERS[layout.code](names, period, stations), 1):
            if "serial" in {column.key for column in layout.columns}:
                row["serial"] = number
            yield {key: _worded(layout, key, value, language) for key, value in row.items()}


def _layout(code: str) -> FormLayout:
    for form in standard_forms():
        if form.code == code:
            return form
    raise Missing("form-unknown", kind="form", id=code, known=tuple(f.code for f in standard_forms()))


def _worded(layout: FormLayout, key: str, value: CellValue | tuple[str, ...], language: str) -> CellValue:
    """A code of a choice becomes its word in the reader's language; the first and last words are printed."""
    column = layout.column(key)
    if isinstance(value, tuple):
        return "、".join(str(_word(column, one, language)) for one in value) or None
    return _word(column, value, language)


def _word(column: FormColumn, value: CellValue, language: str) -> CellValue:
    words = column.choices.get(str(value), ()) if column.choices else ()
    if not words:
        return None if column.choices and value == "unknown" else value
    return words[0] if language == "zh" else words[-1]


def _form(
    layout: FormLayout,
    language: str,
    *,
    rows: tuple[tuple[CellValue, ...], ...] = (),
    blank: int = 0,
    block: tuple[tuple[str, CellValue], ...] = (),
    sheet_number: str = "",
    footer: tuple[str, ...] = (),
) -> Form:
    columns = tuple(
        Column(
            key=column.key,
            header=column.header(language),
            width=float(column.width),
            choices=tuple(words[0] if language == "zh" else words[-1] for words in column.choices.values())
            if column.kind is CellKind.CHOICE
            else ("男", "女")
            if column.kind is CellKind.SEX and language == "zh"
            else (),
            wanted=column.wanted,
            text=column.kind in _AS_TEXT,
        )
        for column in layout.columns
    )
    return Form(
        code=layout.code,
        title=layout.title(language),
        columns=columns,
        rows=rows,
        blank=blank,
        block=block,
        sheet_number=sheet_number,
        footer=footer,
    )
