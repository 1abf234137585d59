"""The month's rota as a poster: one self-contained HTML file for the wall, on A4 or A3, in big type.

Readers are about seventy and stand a step away: no letter is smaller than 18 points, a weekend or holiday is
named and not only coloured, and the head of the table comes again on every sheet. Nothing is loaded from
anywhere; all texts of the network are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING, Any, final

import attrs

from grassroots.contracts.calendar import DayKind
from grassroots.locale import label, say
from grassroots.pages.environment import environment
from grassroots.usecases.rotas.board import Board, BoardDay, BoardShift

if TYPE_CHECKING:
    pass


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


def render_poster(board: Board, language: str = "zh", paper: Paper | str = Paper.A4) -> str:
    """The poster of a board. Raises MissingExtra if Jinja2 is not installed."""
    words = _Words(board, language)
    columns = _columns(board, language)
    return (
        environment()
        .get_template("poster.html")
        .render(
            board=board,
            w=words,
            lang="zh-CN" if language == "zh" else "en",
            paper=Paper(paper),
            columns=columns,
            rows=[_row(words, day, columns) for day in board.days],
        )
    )


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
