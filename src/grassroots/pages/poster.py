"""The month's rota as a poster: one self-contained HTML file for the wall, on A4 or A3, in big type.

A month stands on one sheet, lying: the days in two halves side by side, in the largest type in which they fit
(on A4 18 to 14 points, on A3 a good 25 to 20). What does not fit even so, because a station has many shifts a
day or many people on one, goes over several standing sheets in 18 points, with the head of the table on each.
A weekend or holiday is named and not only coloured. Nothing is loaded from anywhere; all texts of the network
are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
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
    """A sheet lying: how wide and how high it is inside its margins, in points."""

    wide: float
    high: float


_A4: Final = Sheet(wide=790.0, high=545.0)
_SIZES: Final = (18.0, 17.0, 16.0, 15.0, 14.0)
"""Points of the type on A4, largest first; on A3 everything is larger by the root of two."""

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


def render_poster(board: Board, language: str = "zh", paper: Paper | str = Paper.A4) -> str:
    """The poster of a board. Raises MissingExtra if Jinja2 is not installed."""
    words = _Words(board, language)
    columns = _columns(board, language)
    rows = [_row(words, day, columns) for day in board.days]
    larger = _LARGER[Paper(paper)]
    size = _size(words, columns, rows)
    return (
        environment()
        .get_template("poster.html")
        .render(
            board=board,
            w=words,
            lang="zh-CN" if language == "zh" else "en",
            paper=Paper(paper),
            columns=columns,
            size=None if size is None else round(size * larger, 1),
            day=round(_day_width(words, rows), 1),
            halves=[rows] if size is None else _halves(rows),
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


def _width(text: str) -> float:
    """About how wide a text is, of the size of its type, on the safe side."""
    return sum(1.02 if ord(letter) > 0x2E7F else 0.57 for letter in text)


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
