"""Chinese numerals as people write them in registers: 二〇二四, 十二, 三百六十五, 1.2万."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2, "O": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}


def chinese_number(text: str) -> int | None:
    """The whole number below 10^8 that Chinese numerals say, or None if they say none.

    A row of digits is read digit by digit (二〇二四 is 2024); with 十, 百, 千, 万 by value (三百六十五 is
    365, 百 alone is 100). Arabic digits are not read here. 二十几 and 三五 as "three to five" are no numbers.
    """
    if not text or any(c not in _DIGITS and c not in _UNITS and c != "万" for c in text):
        return None
    if all(c in _DIGITS for c in text):
        # One digit, or a year or house number spelled out; two digits as in 三五 may mean "three to five".
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) in (1, 4) else None
    high, wan, low = text.partition("万")
    if not wan:
        return _below_ten_thousand(text)
    upper = _below_ten_thousand(high) if high else 1
    lower = _below_ten_thousand(low) if low else 0
    return None if upper is None or lower is None else upper * 10_000 + lower


def _below_ten_thousand(text: str) -> int | None:
    total, digit, last_unit = 0, None, 10_000
    for c in text:
        if c in _UNITS:
            unit = _UNITS[c]
            if unit >= last_unit or digit == 0:
                return None
            total += unit * (1 if digit is None else digit)
            last_unit, digit = unit, None
        elif digit not in (None, 0):
            return None
        else:
            digit = _DIGITS.get(c)
            if digit is None:
                return None
    if digit is not None and last_unit == 100 and "零" not in text and "〇" not in text:
        return None  # 一百五 is 150 in speech; a clerk may mean 105
    return total + (digit or 0)
