"""Reading times of day: 9:30, 9时30分, 下午3点, and fractions of a day."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

from grassroots.values.messy.cells import Cell, CellValue, blank_word, entered, trouble

_DAY_SECONDS: Final = 86_400
_SPREADSHEET_DAY_ZERO: Final = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1))

_HALF: Final = "上午|下午|中午|早上|早晨|凌晨|傍晚|晚上|晚|am|pm"
_CLOCK: Final = re.compile(
    f"(?P<half>{_HALF})?(?P<h>[0-9]{{1,2}})(?::(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}}))?)(?P<after>am|pm)?"
)
_SPOKEN: Final = re.compile(
    f"(?P<half>{_HALF})?(?P<h>[0-9]{{1,2}})[点时](?:(?P<m>[0-9]{{1,2}})分?|(?P<part>整|半|一刻|三刻|钟))?"
)
_PARTS: Final = {"半": 30, "一刻": 15, "三刻": 45}
_RANGE: Final = re.compile("[0-9点时分半][-~至到—–]{1,2}[0-9上下中晚]")


def read_time(cell: CellValue) -> Cell[time]:
    """A wall-clock time of day. "3点" without 上午 or 下午 is the problem ``time-half-day``; 15:00 is not.

    24:00 is the problem ``time-out-of-day``; a range (9:00-11:30) is ``time-range``.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, time):
        return Cell(value=found.replace(microsecond=0, tzinfo=None))
    if isinstance(found, datetime):
        note = None if found.date() in _SPREADSHEET_DAY_ZERO else "cell-note-day-dropped"
        return Cell(value=found.time().replace(microsecond=0), note=note)
    if isinstance(found, str):
        return blank_word(found) or _from_text(cell, found)
    if isinstance(found, float) and 0 <= found < 1:
        seconds = round(found * _DAY_SECONDS)
        if seconds < _DAY_SECONDS:
            return Cell(value=time(seconds // 3600, seconds // 60 % 60, seconds % 60))
    return Cell(problem=trouble("time-unreadable", cell))


def _from_text(cell: CellValue, text: str) -> Cell[time]:
    text = "".join(text.lower().split())
    if re.fullmatch("[0-9]{4}", text):
        text = f"{text[:2]}:{text[2:]}"
    clock = _CLOCK.fullmatch(text)
    spoken = None if clock else _SPOKEN.fullmatch(text)
    if clock is not None:
        half, hour = clock["half"] or clock["after"], int(clock["h"])
        minute, second = int(clock["m"]), int(clock["s"] or 0)
    elif spoken is not None:
        half, hour = spoken["half"], int(spoken["h"])
        minute, second = int(spoken["m"] or _PARTS.get(spoken["part"] or "", 0)), 0
        if half is None and 1 <= hour <= 6:
            return Cell(problem=trouble("time-half-day", cell))
    else:
        return Cell(problem=trouble("time-range" if _RANGE.search(text) else "time-unreadable", cell))
    full_hour = _on_24(half, hour)
    if full_hour is None:
        return Cell(problem=trouble("time-half-day", cell))
    if full_hour > 23 or minute > 59 or second > 59:
        return Cell(problem=trouble("time-out-of-day", cell))
    return Cell(value=time(full_hour, minute, second))


def _on_24(half: str | None, hour: int) -> int | None:
    """The hour from 0 (perhaps one that no day has); None if the half of the day is open."""
    if half is None or hour > 12:
        return hour
    if half == "am":
        return hour % 12
    if half in ("下午", "傍晚", "pm"):
        return 12 + hour % 12 if hour else None
    if half == "中午":
        return {11: 11, 12: 12, 1: 13, 2: 14}.get(hour)
    if half in ("晚上", "晚"):
        return hour + 12 if 5 <= hour < 12 else None
    # 上午12点 is noon to one clerk and midnight to another.
    return hour if hour < 12 else None
