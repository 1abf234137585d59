"""Counts as reports give them, and rates that never flatter.

A report says "100余场" or "上千份"; a figure computed from records can be held against it with
:meth:`ApproxCount.admits`. No figure of ours is ever written that way.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum, unique
from typing import Final, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.numerals import chinese_number
from grassroots.values.texts import odd_digit


@unique
class Qualifier(StrEnum):
    """How a number in a report is meant."""

    EXACT = "exact"  # 31份: this many
    ROUND = "round"  # 100余, 5000多: more than this, below the next round figure
    AT_LEAST = "at-least"  # 上千, 至少2, 100以上: this many or more
    OVER = "over"  # >100, 超过100: more than this
    SEVERAL = "several"  # 多场, 多名: two or more


_SEVERAL_MEANS: Final = 2

_MEASURES = "(?:人次|人数|小时|[场名人份起次位个条件户页项篇幅支对家天年岁页册间处])?"
_SPELLINGS: Final = (
    (Qualifier.SEVERAL, re.compile(rf"(?:多|若干|several){_MEASURES}")),
    (Qualifier.AT_LEAST, re.compile(rf"上([百千万]){_MEASURES}")),
    (Qualifier.AT_LEAST, re.compile(rf"(?:至少|不少于|不低于|at least|>=|≥)(.+?){_MEASURES}")),
    (Qualifier.AT_LEAST, re.compile(rf"(.+?){_MEASURES}(?:以上|及以上)")),
    (Qualifier.OVER, re.compile(rf"(?:超过|多于|more than|over|>)(.+?){_MEASURES}")),
    (Qualifier.ROUND, re.compile(rf"(.+?)[余多]{_MEASURES}")),
    (Qualifier.ROUND, re.compile(rf"([0-9.]+)[余多](万){_MEASURES}")),
    (Qualifier.EXACT, re.compile(rf"(.+?){_MEASURES}")),
)


@final
@attrs.frozen
class ApproxCount:
    """A whole number with the way it is meant.

    ``ROUND`` needs a round number (a multiple of ten): "31余" says nothing. ``SEVERAL`` always holds 2.
    Raises BadInput ``count-not-round`` or ``count-negative``.
    """

    value: int
    qualifier: Qualifier = Qualifier.EXACT

    def __attrs_post_init__(self) -> None:
        if self.value < 0:
            raise BadInput("count-negative", what=self.value)
        if self.qualifier is Qualifier.ROUND and (self.value == 0 or self.value % 10):
            raise BadInput("count-not-round", what=self.value)
        if self.qualifier is Qualifier.SEVERAL and self.value != _SEVERAL_MEANS:
            raise ValueError("SEVERAL is two or more, whatever else is known")

    @classmethod
    def parse(cls, text: str) -> ApproxCount:
        """Read "31", "31份", "100余场", "5000多人", "上千份", "多场", "at least 2", ">100", "1.2万余".

        Raises BadInput ``count-unreadable``: 近百 and 约100 leave the direction open and are not read.
        """
        plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()
        for qualifier, spelling in () if odd_digit(text) else _SPELLINGS:
            found = spelling.fullmatch(plain)
            if found is None:
                continue
            if qualifier is Qualifier.SEVERAL:
                return cls(_SEVERAL_MEANS, qualifier)
            value = _whole("".join(found.groups()))
            if value is not None:
                return cls(value, qualifier)
        raise BadInput("count-unreadable", what=text)

    def admits(self, n: int) -> bool:
        """Whether a count of ``n`` agrees with what the report says.

        100余 admits 101 to 199, 20余 21 to 29, 5000多 5001 to 5999, 上千 1000 and more, 多 2 and more: the
        next round figure is one more in the last place that is not zero.
        """
        match self.qualifier:
            case Qualifier.EXACT:
                return n == self.value
            case Qualifier.ROUND:
                return self.value < n < self.value + _place(self.value)
            case Qualifier.OVER:
                return n > self.value
            case Qualifier.AT_LEAST | Qualifier.SEVERAL:
                return n >= self.value


def _place(value: int) -> int:
    place = 1
    while value % (place * 10) == 0:
        place *= 10
    return place


def _whole(text: str) -> int | None:
    text = text.strip().replace(",", "")
    found = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,4}))?(万)?", text)
    if found is None:
        return chinese_number(text)
    whole, fraction, wan = found.groups()
    if fraction is None:
        return int(whole) * (10_000 if wan else 1)
    # 1.2万 is 12000; a fraction of one thing is no count.
    return int(whole) * 10_000 + int(fraction.ljust(4, "0")) if wan else None


@final
@attrs.frozen
class Rate:
    """A share: how many of how many. The two whole numbers are kept, so that the records can be shown.

    Raises BadInput ``count-negative``.
    """

    numerator: int
    denominator: int

    def __attrs_post_init__(self) -> None:
        for count in (self.numerator, self.denominator):
            if count < 0:
                raise BadInput("count-negative", what=count)

    def percent(self, digits: int = 1) -> str | None:
        """The percentage without its sign, cut off (never rounded up) after ``digits`` places.

        "100" and "0" without places are exact; 1 of 3000 is "0.0", and 2999 of 3000 is "99.9". Just above
        the whole (10001 of 10000) places are added rather than "100" shown. None if the denominator is
        0: nothing was due, which is neither 0 nor 100 percent.
        """
        if self.denominator == 0:
            return None
        if self.numerator == 0:
            return "0"
        if self.numerator == self.denominator:
            return "100"
        while True:
            scale = 10**digits
            cut = self.numerator * 100 * scale // self.denominator
            if cut != 100 * scale:
                break
            digits += 1
        whole, rest = divmod(cut, scale)
        return f"{whole}.{rest:0{digits}d}" if digits else str(whole)
