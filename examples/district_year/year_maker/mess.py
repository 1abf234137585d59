"""How cells come to look in real sheets. What a cell becomes depends on its own key only."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zlib import crc32

WEEKDAYS = "一二三四五六日"
_FULL_WIDTH = str.maketrans("0123456789.:", "０１２３４５６７８９．：")


def dice(*words: object) -> int:
    """A number from 0 to 99 for these words, always the same."""
    return crc32("/".join(map(str, words)).encode()) // 7 % 100


def serial(day: date) -> int:
    """The number under which Excel keeps a day."""
    return (day - date(1899, 12, 30)).days


def day_cell(day: date | None, throw: int, *, text: bool = False) -> Any:
    """A day: mostly a date, else in one of the forms that people type."""
    if day is None:
        return None
    forms: list[Any] = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}" if text else int(f"{day:%Y%m%d}"),
        f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）",
        f"{day.year}-{day.month:02d}-{day.day:02d}".translate(_FULL_WIDTH),
        f" {day.year}.{day.month}.{day.day}" if text else serial(day),
    ]
    if throw >= 28:
        return day.isoformat() if text else day
    return forms[throw // 4]


def partial_cell(known: tuple[int, int | None, int | None] | None, throw: int) -> Any:
    """A date as far as it is known. 1952.7 may be a number; 1952.1 and 1952.10 never: Excel confuses them."""
    if known is None:
        return None
    year, month, day = known
    if month is None:
        return year if throw < 50 else f"{year}年"
    if day is not None:
        return day_cell(date(year, month, day), throw // 2)
    if throw < 25 and 2 <= month <= 9:
        return year + month / 10
    if throw < 32 and 2 <= month <= 9:
        return f"{year}.{month}".translate(_FULL_WIDTH)
    return (f"{year}-{month:02d}", f"{year}年{month}月", f"{year}.{month:02d}", f"{year}/{month}")[throw % 4]


def name_cell(name: str, throw: int) -> str:
    """Two characters are often spaced to stand level with three; some names trail a blank."""
    if len(name) == 2 and throw < 45:
        return name[0] + ("　" if throw < 20 else "  " if throw < 30 else " ") + name[1]
    return name + " " if throw > 95 else name


def names_cell(names: tuple[str, ...], throw: int) -> str:
    """Several names in one cell, with whatever stands between them."""
    return ("、" if throw < 70 else "，" if throw < 85 else "\n" if throw < 93 else "/").join(names)


def time_cell(clock: time | None, throw: int) -> Any:
    if clock is None:
        return None
    if throw < 50:
        return clock
    if throw < 60:
        half = "上午" if clock.hour < 12 else "下午"
        hour = clock.hour if clock.hour <= 12 else clock.hour - 12
        return f"{half}{hour}点" + (f"{clock.minute}分" if clock.minute else "")
    if throw < 68:
        return f"{clock.hour}:{clock.minute:02d}".translate(_FULL_WIDTH)
    return f"{clock.hour}:{clock.minute:02d}"


def whole_cell(number: int | None, throw: int, unit: str = "") -> Any:
    if number is None:
        return None
    if throw < 8:
        return str(number).translate(_FULL_WIDTH)
    if throw < 14 and unit:
        return f"{number}{unit}"
    return str(number) if throw < 20 else number


def phone_cell(phone: str, throw: int) -> Any:
    """Phones typed into cells become numbers; some are grouped by blanks or end in .0 after an export."""
    if not phone:
        return None
    if throw < 30:
        return int(phone)
    if throw < 38:
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    return f"{phone}.0" if throw < 42 else phone


def made_cell(made: dict[str, int]) -> str:
    return "、".join(f"{word}{number}" for word, number in made.items())


def period_cell(start: time, end: time, throw: int) -> str:
    text = f"{start.hour}:{start.minute:02d}-{end.hour}:{end.minute:02d}"
    if throw < 10:
        return text.replace("-", "—").translate(_FULL_WIDTH)
    return text.replace("-", "～") if throw < 20 else text


def station_cell(names: tuple[str, ...], throw: int) -> str:
    """The full name, or one of the short ones that people write."""
    return names[0] if throw < 35 else names[1 + throw % (len(names) - 1)]
