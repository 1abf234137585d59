"""The month's rota as a poster: one self-contained HTML file for the wall, on A4 or A3, in big type.

A month stands on one sheet, lying: the days in two halves side by side, in the largest type in which they fit
(on A4 18 to 14 points, on A3 a good 25 to 20). What does not fit even so, because a station has many shifts a
day or many people on one, goes over standing sheets in 18 points or more: as few as 18 points need, the days
shared out evenly, and each with the heading, so that they can hang side by side and none of them says only
"31 Sat".
A weekend or holiday is named and not only coloured. Nothing is loaded from anywhere; all texts of the network
are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from math import ceil
from typing import Any, Final, final

import attrs

from grassroots.contracts.calendar import DayKind
from grassroots.locale import label, say
from grassroots.pages.environment import environment
from grassroots.usecases.rotas.board import Board, BoardDay, BoardShift


class Paper(StrEnum):
    """The sheet to print on."""

    A4 = "a4"
    A3 = "a3"


@final
@attrs.frozen(order=True)
class Column:
    """The shifts of the same hours (and role) stand in one column of the table."""

    starts: time
    ends: time
    role: str = ""


@final
@attrs.frozen
class Sheet:
    """A sheet: how wide and how high it is inside its margins, in points."""

    wide: float
    high: float


_A4: Final = Sheet(wide=790.0, high=545.0)
_SIZES: Final = (18.0, 17.0, 16.0, 15.0, 14.0)
"""Points of the type on A4, largest first; on A3 everything is larger by the root of two."""

_STANDING: Final = {Paper.A4: Sheet(wide=526.0, high=766.0), Paper.A3: Sheet(wide=772.0, high=1114.0)}
_LARGE: Final = (24.0, 23.0, 22.0, 21.0, 20.0, 19.0)
"""Points of the type on standing sheets where there is room for more than the usual 18, largest first."""

_LARGER: Final = {Paper.A4: 1.0, Paper.A3: 1.4142}
_LINE: Final = 1.25
"""Height of a line, of the size of the type; what a row adds to its lines:"""
_ROW: Final = 0.28
_HEAD: Final = 4.4
"""Heading, head of the table and foot together, in lines."""
_CELL: Final = 0.6
"""What a cell adds to the width of its text."""
_GAP: Final = 1.2
"""Between the halves."""
_ASIDE: Final = 0.45
"""What stands free on both sides of a name together."""


def render_poster(board: Board, language: str = "zh", paper: Paper | str = Paper.A4) -> str:
    """The poster of a board. Raises MissingExtra if Jinja2 is not installed."""
    words = _Words(board, language)
    columns = _columns(board, language)
    rows = [_row(words, day, columns) for day in board.days]
    size = _size(words, columns, rows)
    sheets = [_halves(rows)]
    if size is None:
        type_size, shared = _standing(words, columns, rows, _STANDING[Paper(paper)])
        sheets = [[some] for some in shared]
    else:
        type_size = round(size * _LARGER[Paper(paper)], 1)
    return (
        environment()
        .get_template("poster.html")
        .render(
            board=board,
            w=words,
            lang="zh-CN" if language == "zh" else "en",
            paper=Paper(paper),
            columns=columns,
            lying=size is not None,
            size=type_size,
            day=round(_day_width(words, rows), 1),
            sheets=sheets,
        )
    )


def _halves(rows: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    """The rows in two halves; a fortnight is one."""
    if len(rows) <= 16:
        return [rows]
    half = (len(rows) + 1) // 2
    return [rows[:half], rows[half:]]


def _size(words: _Words, columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> float | None:
    """The largest type in which everything stands on one sheet of A4; None: in none."""
    halves = _halves(rows)
    for size in _SIZES:
        wide = (_A4.wide / size - _GAP * (len(halves) - 1)) / len(halves) - _day_width(words, rows)
        each = wide / max(1, len(columns)) - _CELL
        if each < max([_width(one) for one in _unbroken(words, columns, rows)], default=0.0):
            continue
        head = _HEAD + max([_head_lines(words, column, each) for column in columns], default=1) - 1
        high = max(sum(_lines(row, each) * _LINE + _ROW for row in half) for half in halves)
        if (high + head * _LINE) * size <= _A4.high:
            return size
    return None


def _standing(
    words: _Words, columns: Sequence[Column], rows: Sequence[dict[str, Any]], sheet: Sheet
) -> tuple[float, list[Sequence[dict[str, Any]]]]:
    """The size of the type on standing sheets, and the rows of each.

    It is 18 points, less only where a single word would be torn, and more where that takes no more sheets.
    """
    whole = _unbroken(words, columns, rows)
    # A single word may consist of wide letters.
    longest = _ASIDE + max([_width(one, 0.63) for told in whole for one in told.split()], default=0.0)
    usual = next((size for size in _SIZES if longest <= _each(words, columns, rows, sheet, size)), _SIZES[0])
    least = _shared(words, columns, rows, sheet, usual)
    for size in _LARGE:
        if _ASIDE + max(map(_width, whole), default=0.0) <= _each(words, columns, rows, sheet, size):
            shared = _shared(words, columns, rows, sheet, size)
            if len(shared) <= len(least):
                return size, shared
    return usual, least


def _each(
    words: _Words, columns: Sequence[Column], rows: Sequence[dict[str, Any]], sheet: Sheet, size: float
) -> float:
    return (sheet.wide / size - _day_width(words, rows)) / max(1, len(columns)) - _CELL


def _shared(
    words: _Words, columns: Sequence[Column], rows: Sequence[dict[str, Any]], sheet: Sheet, size: float
) -> list[Sequence[dict[str, Any]]]:
    """The rows of as many standing sheets as it takes in this type, each about equally full."""
    each = _each(words, columns, rows, sheet, size)
    wide = sheet.wide / size
    heading = ceil(1.4 * _width(f"{words.title} {words.network}") / wide) * 1.7 + 0.4
    head = max([_head_lines(words, column, each) for column in columns], default=1) * _LINE + _ROW
    foot = sum(ceil(0.8 * _width(told) / wide) for told in (words.say("poster-change"), words.made)) + 0.4
    heights = [
        max([_cell_lines(cell, each) for cell in row["cells"]], default=1) * _LINE + _ROW for row in rows
    ]
    room = sheet.high / size - heading - head - foot
    fewest = len(_filled(heights, room))
    fair = sum(heights) / fewest
    while fair < room and len(_filled(heights, fair)) > fewest:
        fair += 0.25
    cuts = _filled(heights, min(fair, room))
    return [rows[first:last] for first, last in cuts]


def _filled(heights: Sequence[float], room: float) -> list[tuple[int, int]]:
    """Row after row onto a sheet until it is full: first row and the one after the last of each sheet."""
    cuts, first, used = [], 0, 0.0
    for number, height in enumerate(heights):
        if used + height > room and number > first:
            cuts.append((first, number))
            first, used = number, 0.0
        used += height
    return [*cuts, (first, len(heights))]


def _cell_lines(cell: Sequence[tuple[str, str]], wide: float) -> int:
    """Lines of a cell in which a name that is wider than its column is broken, and stands alone."""
    lines, beside = 0, list[float]()
    for _, told in cell:
        if _width(told) + _ASIDE <= wide:
            beside.append(_width(told) + 0.5)
            continue
        lines += _broken(beside, wide) if beside else 0
        beside = []
        torn = sum(int(_width(word) // max(wide, 1.0)) for word in told.split())
        lines += max(2, torn + _broken([_width(word) + 0.5 for word in told.split()], wide))
    return max(1, lines + (_broken(beside, wide) if beside else 0))


def _head_lines(words: _Words, column: Column, wide: float) -> int:
    """Lines of the head of a column: hours may break behind their dash, a role stands below them."""
    hours = 1 if _width(words.hours(column)) <= wide else 2
    return hours + (_broken([_width(one) + 0.5 for one in column.role.split()], wide) if column.role else 0)


def _day_width(words: _Words, rows: Sequence[dict[str, Any]]) -> float:
    told = [
        _width(f"{words.day(row['day'].day)} {words.weekday(row['day'].day)}")
        + (0.85 * _width(words.note(row["day"])) + 0.5 if words.note(row["day"]) else 0.0)
        for row in rows
    ]
    return max([_width(words.say("poster-day")), *told]) + _CELL


def _unbroken(words: _Words, columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> list[str]:
    """What stands in one piece: names, and the hours and roles at the head."""
    heads = [f"{column.starts:%H:%M}–" for column in columns]
    heads += [word for column in columns for word in column.role.split()]
    return heads + [told for row in rows for cell in row["cells"] for _, told in cell]


def _lines(row: dict[str, Any], wide: float) -> int:
    """Lines of the fullest cell of a row, as a browser breaks them."""
    return max([_broken([_width(told) + 0.5 for _, told in cell], wide) for cell in row["cells"]], default=1)


def _broken(widths: Sequence[float], wide: float) -> int:
    lines, left = 1, wide
    for one in widths:
        if one - 0.5 > left and left < wide:
            lines, left = lines + 1, wide
        left -= one
    return lines


def _width(text: str, latin: float = 0.57) -> float:
    """About how wide a text is, of the size of its type, on the safe side."""
    return sum(1.02 if ord(letter) > 0x2E7F else latin for letter in text)


def _columns(board: Board, language: str) -> list[Column]:
    return sorted({_column(shift, language) for day in board.days for shift in day.shifts})


def _column(shift: BoardShift, language: str) -> Column:
    role = shift.role_zh if language == "zh" else shift.role_en
    return Column(shift.starts, shift.ends, role or "")


def _row(words: _Words, day: BoardDay, columns: Sequence[Column]) -> dict[str, Any]:
    cells: list[list[tuple[str, str]]] = [[] for _ in columns]
    for shift in day.shifts:
        cell = cells[columns.index(_column(shift, words.language))]
        if shift.called_off:
            cell.append(("none", words.say("poster-called-off")))
            continue
        cell.extend(("name", name) for name in shift.names)
        if shift.lacking:
            cell.append(("lacking", words.say("poster-lacking", count=shift.lacking)))
    return {"day": day, "cells": cells, "free": day.kind in (DayKind.WEEKEND, DayKind.HOLIDAY)}


@final
@attrs.frozen
class _Words:
    board: Board
    language: str

    def say(self, code: str, **facts: object) -> str:
        return say(code, facts, self.language)

    @property
    def place(self) -> str:
        return self.board.name_zh if self.language == "zh" else self.board.name_en

    @property
    def network(self) -> str:
        return self.board.network_zh if self.language == "zh" else self.board.network_en

    @property
    def title(self) -> str:
        first = self.board.period.first
        name = label("report-month-name", str(first.month), self.language)
        whole = self.say("report-month", year=first.year, name=name)
        if len(self.board.period.months()) > 1:
            whole = f"{first:%Y-%m-%d} – {self.board.period.last:%Y-%m-%d}"
        return self.say("poster-title", place=self.place, period=whole)

    def sheet(self, number: int, count: int) -> str:
        """Which of several sheets this is; nothing where there is one."""
        return self.say("poster-sheet", number=number, count=count) if count > 1 else ""

    def day(self, day: date) -> str:
        if len(self.board.period.months()) == 1:
            return str(day.day)  # the month stands at the head
        group = "report-month-name" if self.language == "zh" else "report-month-short"
        name = label(group, str(day.month), self.language)
        return self.say("report-day-short", name=name, day=day.day)

    def weekday(self, day: date) -> str:
        return label("poster-weekday", str(day.isoweekday()), self.language)

    def note(self, day: BoardDay) -> str:
        """What a day is, in words, where it is not simply a working day or a plain weekend."""
        if day.kind not in (DayKind.HOLIDAY, DayKind.MAKE_UP):
            return ""
        holiday = day.holiday_zh if self.language == "zh" else day.holiday_en
        return (holiday or "") if day.kind is DayKind.HOLIDAY else self.say("poster-make-up")

    def hours(self, column: Column) -> str:
        return f"{column.starts:%H:%M}–{column.ends:%H:%M}"

    @property
    def made(self) -> str:
        made = self.board.made_at
        return self.say("poster-made", day=f"{made:%Y-%m-%d}", time=f"{made:%H:%M}")
