"""Reading the days on which somebody is away: 7月3日至10日, 8月上旬, 下周一, 2021.7.3-7.10, 7月3日起.

Days without a year, and words like 下周一, are read from the day on which they were written; where nobody
knows it they are a problem.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Final, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.messy.cells import Cell, CellValue, Problem, blank_word, entered, trouble
from grassroots.values.messy.days import read_day, read_partial_date
from grassroots.values.numerals import chinese_number
from grassroots.values.texts import plain

_BEHIND: Final = timedelta(days=60)
"""A day without a year lies at most so far behind the day of writing; everything else is still to come."""

_LONGEST: Final = timedelta(days=183)
"""12月28日至1月3日 runs into the next year; 7月10日至7月3日 is a slip of the pen and no year's absence."""

_HOLIDAY: Final = re.compile(
    "春节|国庆|中秋|端午|清明|五一|十一长假|元旦|元宵|重阳|暑假|寒假|过年|除夕|放假|农历|阴历|正月|腊月|初[一二三四五六七八九十]"
    "|holiday|newyear|festival|christmas|easter"
)
_ABOUT: Final = re.compile("左右|大概|约|可能|也许|前后|[初底末]$|期间|再说|不定|about|maybe|around")
_UNCLEAR_ENGLISH: Final = re.compile("(?:this|next|coming)?(?:mon|tue|wed|thu|fri|sat|sun)")

_MONTH_DAY: Final = re.compile("([0-9]{1,2})(?:月|[./])([0-9]{1,2})[日号]?")
_MONTH_PART: Final = re.compile("(?:([0-9]{4})年)?([0-9]{1,2})月([上中下]旬|份)?")
_ONLY_DAY: Final = re.compile("([0-9]{1,2})[日号]?")
_NUMERAL: Final = re.compile("[零一二两三四五六七八九十]{1,3}(?=[月日号])")
_IN_WEEK: Final = re.compile("(下下|下|本|这)个?(?:周|星期|礼拜)([一二三四五六日天])?")
_NAMED: Final = {
    "今天": 0, "今日": 0, "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_WEEKS: Final = {"本": 0, "这": 0, "下": 1, "下下": 2}
_SIGNS: Final = re.compile("至|到|-+|—+|–+|―+|~+|〜+|～+|to|until")
_FROM: Final = re.compile("(.+?)(?:起|开始|以后|之后|以来|onwards?)")
_SINCE: Final = re.compile("(?:从|自|from)(.+)")
_UNTIL: Final = re.compile("(?:到|至|until)(.+?)(?:为止|止)?")
_COMMAS: Final = re.compile("[、,;。\n]+|和|及|以及|and")
_NOISE: Final = re.compile(
    "我?(?:要|会)?(?:不在家?|外出|请假|出门|旅游|探亲|住院|回老家|不能来|来不了|away|onleave)|[()]"
)


@final
@attrs.frozen
class _Days:
    """What one expression means, and the month that a bare day behind it would belong to."""

    first: date
    last: date
    yearless: bool = False


def read_away(cell: CellValue, written: date | None) -> Cell[tuple[Span, ...]]:
    """The days in a cell as spans, in the order in which they are told. ``written``: when the paper was.

    Problems: ``away-relative`` (下周一, and nobody knows of when; a day without a year the same),
    ``away-holiday`` (a festival by its name), ``away-approximate``, ``away-backwards``, ``away-unreadable``
    (``part`` is what was not understood).
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, (date, datetime)) or not isinstance(found, str):
        one = read_day(cell)
        return Cell(value=None if one.value is None else (Span(one.value, one.value),), problem=one.problem)
    if (nothing := blank_word(found)) is not None:
        return nothing
    lines = plain(str(cell).replace("\r", "\n").replace("\n", ";"))
    spans: list[Span] = []
    reader = _Reader(cell, written)
    for part in _COMMAS.split("".join(lines.lower().split())):
        part = _NUMERAL.sub(_arabic, _NOISE.sub("", part))
        if not part:
            continue
        span = reader.span(part)
        if isinstance(span, Problem):
            return Cell(problem=span)
        spans.append(span)
    if not spans:
        return Cell(problem=trouble("away-unreadable", cell, part=lines))
    return Cell(value=tuple(dict.fromkeys(spans)))


@final
class _Reader:
    def __init__(self, cell: CellValue, written: date | None) -> None:
        self.cell, self.written = cell, written
        self.before: date | None = None

    def span(self, part: str) -> Span | Problem:
        """One part between two commas."""
        for pattern, code in ((_HOLIDAY, "away-holiday"), (_ABOUT, "away-approximate")):
            if pattern.search(part):
                return trouble(code, self.cell, part=part)
        alone = self.days(part)
        if isinstance(alone, _Days):
            return self._span(alone.first, alone.last)
        since = _FROM.fullmatch(part)
        if since is not None and isinstance(begun := self.days(_bare(since[1])), _Days):
            return self._span(begun.first, None)
        until = _UNTIL.fullmatch(part)
        if until is not None:
            ends = self.days(until[1])
            if isinstance(ends, _Days) and self.written is not None:
                return self._span(self.written, ends.last)
            if isinstance(ends, _Days) or ends.code == "away-relative":
                return trouble("away-relative", self.cell, part=part)
        for sign in _SIGNS.finditer(_bare(part)):
            words = _bare(part)
            first = self.days(words[: sign.start()])
            if not isinstance(first, _Days):
                continue
            last = self.days(words[sign.end() :], first)
            if isinstance(last, _Days):
                end = last.last
                if last.yearless and end - first.first > _LONGEST:
                    end = _real(end.year - 1, end.month, end.day) or end
                return self._span(first.first, end)
        return alone

    def _span(self, first: date, last: date | None) -> Span | Problem:
        self.before = last or first
        try:
            return Span(first, last)
        except BadInput:
            told = "" if last is None else last.isoformat()
            return trouble("away-backwards", self.cell, first=first.isoformat(), last=told)

    def days(self, words: str, first: _Days | None = None) -> _Days | Problem:
        """A day, or the days of a month or week. ``first`` is the other end of the span, if it is one."""
        known = read_partial_date(words).value
        if known is not None and known.month is not None and not (words.isdigit() and len(words) != 8):
            return _Days(known.earliest, known.latest)
        if month := _MONTH_PART.fullmatch(words):
            return self._month(words, month)
        if pair := _MONTH_DAY.fullmatch(words):
            return self._yearless(words, int(pair[1]), int(pair[2]), first)
        before = self.before if first is None else first.first
        if (only := _ONLY_DAY.fullmatch(words)) and before is not None:
            made = _real(before.year, before.month, int(only[1]))
            if made is not None:
                return _Days(made, made)
        return self._relative(words)

    def _month(self, words: str, found: re.Match[str]) -> _Days | Problem:
        month = int(found[2])
        if not 1 <= month <= 12:
            return trouble("away-unreadable", self.cell, part=words)
        if found[1] is None:
            start = self._yearless(words, month, 1, None)
            if isinstance(start, Problem):
                return start
            year = start.first.year
            # A month that is going on is meant as it stands, not the next one of its name.
            if self.written is not None and month == self.written.month:
                year = self.written.year
        else:
            year = int(found[1])
        ends = calendar.monthrange(year, month)[1]
        first, last = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, ends)}.get(found[3] or "", (1, ends))
        return _Days(date(year, month, first), date(year, month, last), yearless=found[1] is None)

    def _yearless(self, words: str, month: int, day: int, first: _Days | None) -> _Days | Problem:
        written = self.written if first is None else first.first
        if written is None:
            return trouble("away-relative", self.cell, part=words)
        after = written if first is not None else written - _BEHIND
        for year in (after.year, after.year + 1):
            made = _real(year, month, day)
            if made is not None and made >= after:
                return _Days(made, made, yearless=True)
        return trouble("away-unreadable", self.cell, part=words)

    def _relative(self, words: str) -> _Days | Problem:
        week = _IN_WEEK.fullmatch(words)
        by_month = {"下个月": 1, "下月": 1, "本月": 0, "这个月": 0}.get(words)
        if week is None and by_month is None and words not in _NAMED:
            code = "away-which-week" if _UNCLEAR_ENGLISH.match(words) else "away-unreadable"
            return trouble(code, self.cell, part=words)
        if self.written is None:
            return trouble("away-relative", self.cell, part=words)
        if words in _NAMED:
            day = self.written + timedelta(days=_NAMED[words])
            return _Days(day, day)
        if by_month is not None:
            year, month = divmod(self.written.year * 12 + self.written.month - 1 + by_month, 12)
            return _Days(
                date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])
            )
        assert week is not None
        monday = self.written - timedelta(days=self.written.weekday()) + timedelta(weeks=_WEEKS[week[1]])
        if week[2] is None:
            return _Days(monday, monday + timedelta(days=6))
        day = monday + timedelta(days=min("一二三四五六日天".index(week[2]), 6))
        return _Days(day, day)


def _bare(words: str) -> str:
    since = _SINCE.fullmatch(words)
    return words if since is None else since[1]


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _arabic(numerals: re.Match[str]) -> str:
    number = chinese_number(numerals[0])
    return numerals[0] if number is None else str(number)
