"""Reading whole numbers, durations and ticks."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum, unique
from typing import Final

from grassroots.values.messy.cells import Cell, CellValue, blank_word, entered, trouble
from grassroots.values.numerals import chinese_number
from grassroots.values.texts import words

_UNITS: Final = "周岁|岁|年|人次|人|次|份|个|名|场|件|天|起|户|元|分|页|条|位|套|本|张|篇"
_WHOLE: Final = re.compile(
    f"(?P<sign>[+-])?(?P<n>[0-9]{{1,15}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}})(?:[.]0+)?(?P<unit>{_UNITS})?"
)
_IN_NUMERALS: Final = re.compile(f"(?P<n>[〇零一二两三四五六七八九十百千万]+)(?P<unit>{_UNITS})?")
_MOST_EXACT: Final = 10**15

_TRUE: Final = words("是 有 对 √ ✓ ✔ ☑ y yes true 1 已 v")
_FALSE: Final = words("否 无 没有 不是 不 错 × ✗ ✘ x n no false 0 未")


@unique
class BareNumber(StrEnum):
    """What a number without a unit means in a column of durations; the header says it, or nobody does."""

    MINUTES = "minutes"  # 服务时长（分钟）
    HOURS = "hours"  # 服务时长（单位：小时）


def read_whole(cell: CellValue) -> Cell[int]:
    """A count from 0 up: 138, １３８, "1,200", 12.0, 52年, 五十二. "100余" is ``whole-approximate``.

    A unit behind the number is dropped with a note: the column knows its unit.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, str):
        return blank_word(found) or _whole_from_text(cell, found)
    if isinstance(found, (bool, date, time)) or found is None:
        return Cell(problem=trouble("whole-unreadable", cell))
    if found != int(found):
        return Cell(problem=trouble("whole-fraction", cell))
    if abs(found) >= _MOST_EXACT:
        return Cell(problem=trouble("whole-too-large", cell))
    if found < 0:
        return Cell(problem=trouble("whole-negative", cell))
    return Cell(value=int(found))


def _whole_from_text(cell: CellValue, text: str) -> Cell[int]:
    text = "".join(text.split())
    found = _WHOLE.fullmatch(text)
    if found is not None:
        number = int(found["n"].replace(",", ""))
        if found["sign"] == "-" and number:
            return Cell(problem=trouble("whole-negative", cell))
        return Cell(value=number, note="cell-note-unit-dropped" if found["unit"] else None)
    spelled = _IN_NUMERALS.fullmatch(text)
    number_spelled = chinese_number(spelled["n"]) if spelled else None
    if number_spelled is not None:
        return Cell(value=number_spelled, note="cell-note-numeral")
    if re.search("[余多近约几上+~左右]", text):
        return Cell(problem=trouble("whole-approximate", cell))
    if re.fullmatch("[+-]?[0-9]+[.][0-9]+.*", text):
        return Cell(problem=trouble("whole-fraction", cell))
    return Cell(problem=trouble("whole-unreadable", cell))


_HOURS_MINUTES: Final = re.compile(
    "(?:(?P<h>[0-9]{1,4})(?:小时|时|h))?(?:(?P<m>[0-9]{1,5})(?:分钟|分|min|m))?"
)
_CLOCKED: Final = re.compile("(?P<h>[0-9]{1,4}):(?P<m>[0-5][0-9])(?::00)?")
_WITH_UNIT: Final = re.compile(
    "(?P<n>[0-9]{1,5}(?:[.][0-9]{1,6})?)(?P<unit>个?(?:半)?小时|个?钟头|hours?|hrs?|h|分钟|分|minutes?|mins?|min|m)?"
)
_SPELLED: Final = re.compile("(?P<n>[一二两三四五六七八九十]+)个?(?P<half>半)?(?P<unit>小时|钟头|分钟)")


def read_minutes(cell: CellValue, *, bare: BareNumber | None = None) -> Cell[int]:
    """A duration in whole minutes: 90分钟, 1.5小时, 1小时30分, 1:30, 半小时, or a bare number.

    ``bare`` is the unit of a number alone; without it that is the problem ``minutes-no-unit``: 2 may be
    hours. A part of a minute is rounded half up, with a note.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, time):
        return Cell(value=found.hour * 60 + found.minute)
    if isinstance(found, str):
        return blank_word(found) or _minutes_from_text(cell, "".join(found.lower().split()), bare)
    if isinstance(found, (bool, date, datetime)) or found is None:
        return Cell(problem=trouble("minutes-unreadable", cell))
    return _minutes_from_text(cell, format(Decimal(repr(found)), "f"), bare)


def _minutes_from_text(cell: CellValue, text: str, bare: BareNumber | None) -> Cell[int]:
    if text.startswith("-"):
        return Cell(problem=trouble("minutes-negative", cell))
    if found := (_CLOCKED.fullmatch(text) or (_HOURS_MINUTES.fullmatch(text) if text else None)):
        return Cell(value=int(found["h"] or 0) * 60 + int(found["m"] or 0))
    if text in ("半小时", "半个小时", "半个钟头"):
        return Cell(value=30)
    if spelled := _SPELLED.fullmatch(text):
        number = chinese_number(spelled["n"])
        per = 1 if spelled["unit"] == "分钟" else 60
        if number is not None and not (spelled["half"] and per == 1):
            return Cell(value=number * per + (30 if spelled["half"] else 0), note="cell-note-numeral")
    if written := _WITH_UNIT.fullmatch(text):
        return _counted(cell, Decimal(written["n"]), written["unit"], bare)
    return Cell(problem=trouble("minutes-unreadable", cell))


def _counted(cell: CellValue, number: Decimal, unit: str | None, bare: BareNumber | None) -> Cell[int]:
    if unit is None and bare is None:
        return Cell(problem=trouble("minutes-no-unit", cell))
    in_hours = bare is BareNumber.HOURS if unit is None else unit[0] == "h" or unit.endswith(("小时", "钟头"))
    exact = number * 60 if in_hours else number
    if unit is not None and "半" in unit:
        exact += 30  # 2个半小时
    minutes = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return Cell(value=minutes, note=None if minutes == exact else "cell-note-minutes-rounded")


def read_flag(cell: CellValue) -> Cell[bool]:
    """A yes or no: 是/否, 有/无, √/×, Y/N, 1/0. An empty cell is neither."""
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, bool):
        return Cell(value=found)
    if isinstance(found, (int, float)) and found in (0, 1):
        return Cell(value=bool(found))
    if isinstance(found, str):
        word = "".join(found.split()).lower()
        if word in _TRUE or word in _FALSE:
            return Cell(value=word in _TRUE)
        empty = blank_word(found)
        if empty is not None:
            return empty
    return Cell(problem=trouble("flag-unreadable", cell))
