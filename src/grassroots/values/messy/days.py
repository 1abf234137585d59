"""Reading days and partly known dates: 1952.7, 2021年10月14日, 20211014, serial numbers, 二〇二四年."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from grassroots.errors import BadInput
from grassroots.values.dates import PartialDate
from grassroots.values.messy.cells import Cell, CellValue, Problem, blank_word, entered, trouble
from grassroots.values.numerals import chinese_number

_FIRST_YEAR: Final = 1850
_LAST_YEAR: Final = 2100

# Serial numbers below this (18 May 1927) would also be years, counts or ages; none is read as a day.
_LEAST_SERIAL: Final = 10_000
_MOST_SERIAL: Final = 73_415  # 31 December 2100
_EPOCH_1900: Final = date(1899, 12, 30)  # with the 29 February 1900 that Excel believes in
_EPOCH_1904: Final = date(1904, 1, 1)

_LUNAR: Final = re.compile("农历|阴历|旧历|夏历|古历|正月|腊月|冬月|初[一二三四五六七八九十0-9]|廿|闰")
_ABOUT: Final = re.compile("约|左右|前后|上下|年代|[上中下]旬|[初末底]$|大概|估计|[?]|circa|about")
_RANGE: Final = re.compile("[~至到—–]|[./年月][0-9]{1,2}[日号]?-{1,2}[0-9]")
_CLOCK: Final = re.compile(
    "(?:(?<=[0-9日号])[ T]|(?<=[日号]))([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?)Z?$"
)
_WEEKDAY: Final = re.compile("[,(]?(?:星期|周|礼拜)([一二三四五六日天])[)]?")
_GAP: Final = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")
_NUMERAL: Final = re.compile("[〇○零一二两三四五六七八九十]{1,8}(?=[年月日号])")

_DAY_FORMS: Final = (
    re.compile("([0-9]{4})(?P<gap>[./-])([0-9]{1,2})(?P=gap)([0-9]{1,2})[日.]?"),
    re.compile("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?"),
)
_MONTH_FORMS: Final = (
    re.compile("([0-9]{4})[./-]([0-9]{1,2})月?"),
    re.compile("([0-9]{4})年([0-9]{1,2})月份?"),
)
_SHORT_YEAR: Final = (
    re.compile("[0-9]{1,2}([./-])[0-9]{1,2}(?:[./-][0-9]{1,2})?"),
    re.compile("[0-9]{2}年(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号]?)?)?"),
)


def read_day(cell: CellValue, *, epoch1904: bool = False) -> Cell[date]:
    """A whole calendar day; a year or a month alone is the problem ``date-incomplete``.

    ``epoch1904`` says that the workbook counts its days from 1904 (old Macintosh files).
    """
    read = read_partial_date(cell, epoch1904=epoch1904)
    if read.value is None:
        return Cell(problem=read.problem, note=read.note)
    if not read.value.exact:
        return Cell(problem=trouble("date-incomplete", cell, known=read.value.iso))
    return Cell(value=read.value.earliest, note=read.note)


def read_partial_date(cell: CellValue, *, epoch1904: bool = False) -> Cell[PartialDate]:
    """A day, a month or a year, as far as the cell says it. Lunar dates are the problem ``lunar-date``.

    Days outside 1850 to 2100 are the problem ``date-odd-year``: a slip of the pen far more often than true.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, datetime):
        return _checked(cell, found.year, found.month, found.day, _dropped(found.time()))
    if isinstance(found, date):
        return _checked(cell, found.year, found.month, found.day)
    if isinstance(found, (bool, time)) or found is None:
        return Cell(problem=trouble("date-unreadable", cell))
    if isinstance(found, str):
        return blank_word(found) or _from_text(cell, found)
    return _from_number(cell, found, epoch1904)


def _checked(
    cell: CellValue, year: int, month: int | None = None, day: int | None = None, note: str | None = None
) -> Cell[PartialDate]:
    try:
        value = PartialDate(year, month, day)
    except BadInput:
        return Cell(problem=trouble("no-such-date", cell))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Cell(problem=trouble("date-odd-year", cell, year=year))
    return Cell(value=value, note=note)


def _dropped(clock: time) -> str | None:
    return None if clock == time.min else "cell-note-time-dropped"


def _from_number(cell: CellValue, number: float, epoch1904: bool) -> Cell[PartialDate]:
    whole = int(number)
    if number == whole and (len(str(whole)) in (6, 8) or _FIRST_YEAR <= whole <= _LAST_YEAR):
        # A four-digit number is a year: as a serial number it would be a day before 1906.
        return _from_digits(cell, str(whole))
    if _LEAST_SERIAL <= number < _MOST_SERIAL + 1:
        day = (_EPOCH_1904 if epoch1904 else _EPOCH_1900) + timedelta(days=whole)
        note = "cell-note-serial" if number == whole else "cell-note-time-dropped"
        return _checked(cell, day.year, day.month, day.day, note)
    if _FIRST_YEAR <= whole <= _LAST_YEAR:
        # 1952.7 typed into a cell is kept as a number, in which 1952.10 has become 1952.1.
        tail = repr(number).partition(".")[2]
        if tail == "1":
            return Cell(problem=trouble("date-month-lost", cell, year=whole))
        if len(tail) <= 2:
            return _checked(cell, whole, int(tail))
    return Cell(problem=trouble("date-unreadable", cell))


def _from_digits(cell: CellValue, digits: str) -> Cell[PartialDate]:
    if len(digits) == 4:
        return _checked(cell, int(digits))
    if len(digits) == 8:
        return _checked(cell, int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    # 195207 can only be July 1952; 201110 is November 2010 as well as 10 November 2020.
    if 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:]) <= 31:
        return Cell(problem=trouble("date-ambiguous", cell))
    return _checked(cell, int(digits[:4]), int(digits[4:]))


def _from_text(cell: CellValue, text: str) -> Cell[PartialDate]:
    if _LUNAR.search(text):
        return Cell(problem=trouble("lunar-date", cell))
    clock = _CLOCK.search(text)
    note = None
    if clock is not None:
        text = text[: clock.start()]
        note = None if set(clock[1]) <= set("0:.") else "cell-note-time-dropped"
    weekday = _WEEKDAY.search(text)
    if weekday is not None:
        text = text[: weekday.start()] + text[weekday.end() :]
    text = _NUMERAL.sub(_arabic, _GAP.sub("", text))
    read = _from_plain(cell, text)
    if read.value is None:
        return read
    if weekday is not None and not _falls_on(read.value, weekday[1]):
        return Cell(problem=trouble("date-wrong-weekday", cell))
    return Cell(value=read.value, note=note or read.note)


def _from_plain(cell: CellValue, text: str) -> Cell[PartialDate]:
    if text.isascii() and text.isdigit():
        if len(text) in (4, 6, 8):
            return _from_digits(cell, text)
        if len(text) == 5 and _LEAST_SERIAL <= int(text) <= _MOST_SERIAL:
            # As text nobody knows any more which calendar the workbook used.
            return Cell(problem=trouble("date-serial-text", cell))
        return Cell(problem=trouble("date-unreadable", cell))
    if re.fullmatch("[0-9]{4}年", text):
        return _checked(cell, int(text[:4]))
    for form in _DAY_FORMS:
        if found := form.fullmatch(text):
            year, month, day = (int(part) for part in found.groups() if part.isdigit())
            return _checked(cell, year, month, day)
    for form in _MONTH_FORMS:
        if found := form.fullmatch(text):
            # "1952.1" as text is January; where it came through a number, October is possible.
            doubtful = re.fullmatch("[0-9]{4}[.]1", text) is not None
            note = "cell-note-month-one" if doubtful else None
            return _checked(cell, int(found[1]), int(found[2]), None, note)
    return Cell(problem=_why_not(cell, text))


def _why_not(cell: CellValue, text: str) -> Problem:
    if _ABOUT.search(text):
        return trouble("date-approximate", cell)
    if any(form.fullmatch(text) for form in _SHORT_YEAR):
        return trouble("date-short-year", cell)
    if re.fullmatch("[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}", text):
        return trouble("date-year-last", cell)
    if re.fullmatch("[0-9]{1,2}月(?:[0-9]{1,2}[日号]?)?", text):
        return trouble("date-no-year", cell)
    if _RANGE.search(text):
        return trouble("date-range", cell)
    return trouble("date-unreadable", cell)


def _arabic(numerals: re.Match[str]) -> str:
    number = chinese_number(numerals[0])
    return numerals[0] if number is None else str(number)


def _falls_on(known: PartialDate, weekday: str) -> bool:
    return known.exact and known.earliest.weekday() == min("一二三四五六日天".index(weekday), 6)
