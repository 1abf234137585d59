"""Reading when somebody can come in a week: 每周三上午, 周六 8:30-11:30, Mon-Fri morning, 随时, 不能来.

One word that is not understood makes the whole cell a problem: half of what somebody said would be worse than
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, final

import attrs

from grassroots.values.messy.cells import Cell, CellValue, blank_word, entered, trouble
from grassroots.values.messy.spans import HALVES, TIMES, times_between
from grassroots.values.texts import plain, words


class DayPart(StrEnum):
    """A part of the day as people say it; which hours it means stands in the pack table ``day_part``."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@final
@attrs.frozen
class Weekly:
    """A weekday (0 is Monday) and when on it: a part of the day, or times, or (neither) the whole day.

    ``ends`` before ``starts`` is on the next day.
    """

    weekday: int
    part: DayPart | None = None
    starts: time | None = None
    ends: time | None = None


_Part = tuple[DayPart | None, time | None, time | None]
_WHOLE: Final[_Part] = (None, None, None)
_CHINESE: Final = "一二三四五六日"
_ENGLISH: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS: Final = {
    "workdays": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
    "all": tuple(range(7)),
}

_ANY: Final = re.compile(
    "(?:我?(?:随时|任何时间|什么时候)(?:都)?(?:可以|行|能来|有空)?|都可以|都行|anytime|always)[.!。]?"
)
_NONE: Final = re.compile(
    "(?:暂时?|目前|现在|最近)?(?:不能来|来不了|不来|没空|没时间|不方便|不参加)(?:了)?|notatall|never|cannotcome|none"
)
_EXCEPT: Final = re.compile("除|以外|之外|不含|except|butnot")
_NOT_EVERY: Final = re.compile(
    "隔周|隔天|单周|双周|单日|双日|每两周|每2周|每隔|每月|每个月|月初|月底|月末|everyother|second|month"
)
_ONE_DAY: Final = re.compile(
    "上周|下周|本周|这周|下星期|本星期|这星期|明天|后天|今天|[0-9]月|月[0-9]|[0-9][日号]|next|tomorrow"
)
_ABOUT: Final = re.compile("左右|大概|可能|也许|有时|不一定|尽量|看情况|maybe|sometimes|about")

_TOKENS: Final = re.compile(
    "(?P<times>" + re.sub(r"\((?!\?)", "(?:", TIMES.pattern) + ")"
    "|(?P<group>每天|天天|每日|每一天|everyday|daily|周末|双休日|weekends?|工作日|平日|平时|weekdays?|workdays?)"
    "|(?:星期|礼拜|周)(?P<day>[一二三四五六日天1-7])"
    "|(?P<english>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
    "|(?P<both>上下午|上、下午|早晚班?都行)"
    "|(?P<part>上午|早上|早晨|清早|mornings?|下午|afternoons?|晚上|晚间|傍晚|evenings?)"
    "|(?P<whole>全天|整天|一整天|白天|wholeday|allday)"
    "|(?P<bare>[一二三四五六日天](?![月日号点时]))"
    "|(?P<to>至|到|-|—|–|~|～|through|to)"
    "|(?P<stop>[;。\n/|]|[.](?![0-9]))"
    "|(?P<comma>[、,和及与跟或&+]|and|or)"
    "|(?P<noise>每(?:周(?=[都的]))?|逢|的|都|均|可以?|有空|有时间|能来|来|行|能|[:()!]|every|onthe|on|inthe|the|in|i?can|come)"
)


def read_weekly(cell: CellValue) -> Cell[tuple[Weekly, ...]]:
    """The weekdays and times in a cell, in order; an empty tuple is "not at all".

    A part of the day belongs to all days named before it (周一、周三上午: both mornings); a semicolon or a
    new line begins anew. Days without a part are whole days. Problems: ``weekly-except``,
    ``weekly-not-every-week``, ``weekly-single-day``, ``weekly-approximate``, ``weekly-times-unclear``,
    ``weekly-without-days``, ``weekly-unreadable`` (``rest`` is what was not understood).
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, str) and (nothing := blank_word(found)) is not None:
        return nothing
    if not isinstance(found, str):
        code = "weekly-single-day" if isinstance(found, (date, datetime)) else "weekly-unreadable"
        return Cell(problem=trouble(code, cell, rest=str(found)))
    lines = str(cell).replace("\r", "\n").replace("\n", ";")
    text = _squeezed(lines)
    if _ANY.fullmatch(text):
        return Cell(value=tuple(Weekly(day) for day in range(7)))
    if _NONE.fullmatch(text):
        return Cell(value=())
    for pattern, code in (
        (_EXCEPT, "weekly-except"),
        (_NOT_EVERY, "weekly-not-every-week"),
        (_ONE_DAY, "weekly-single-day"),
        (_ABOUT, "weekly-approximate"),
    ):
        if pattern.search(text):
            return Cell(problem=trouble(code, cell))
    return _Sentence(cell, text).read()


def read_day_parts(cell: CellValue) -> Cell[tuple[_Part, ...]]:
    """When on one day, from the cell of a grid: √ (the whole day), 上午, 下午、晚上, 8:30-11:30; × is never.

    Each is (part, starts, ends) as in :class:`Weekly`; an empty tuple is "not on this day".
    """
    if isinstance(cell, bool):
        return Cell(value=(_WHOLE,) if cell else ())
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    text = _squeezed(str(found))
    if text in _TICKS:
        return Cell(value=(_WHOLE,))
    if text in _CROSSES:
        return Cell(value=())
    read = read_weekly(f"周一{text}")
    if read.value is None or any(one.weekday for one in read.value):
        problem = read.problem
        code = "weekly-unreadable" if problem is None else problem.code
        return Cell(problem=trouble(code, cell, rest=text))
    return Cell(value=tuple((one.part, one.starts, one.ends) for one in read.value))


_TICKS: Final = words("√ ✓ ✔ ☑ v y yes 是 可 可以 行 能 有空 1 o 〇 ○ 全天")
_CROSSES: Final = words("× x ✗ ✘ n no 否 不 不行 不能 没空 0 □ ☐")


def _squeezed(text: str) -> str:
    return "".join(plain(text).lower().split())


_HALF_WORD: Final = {DayPart.MORNING: "上午", DayPart.AFTERNOON: "下午", DayPart.EVENING: "晚上"}


@final
class _Sentence:
    """Days and parts as they come; a clause ends where a day follows a part, or at a stop."""

    def __init__(self, cell: CellValue, text: str) -> None:
        self.cell, self.text = cell, text
        self.days: list[int] = []
        self.parts: list[_Part] = []
        self.upto = False
        self.found: dict[Weekly, None] = {}

    def read(self) -> Cell[tuple[Weekly, ...]]:
        place = 0
        while place < len(self.text):
            token = _TOKENS.match(self.text, place)
            if token is None:
                return self._trouble("weekly-unreadable", place)
            if (code := self._take(token)) is not None:
                return self._trouble(code, place)
            place = token.end()
        if self.parts and not self.days:
            return self._trouble("weekly-without-days", 0)
        self._close()
        if not self.found:
            return self._trouble("weekly-unreadable", 0)
        return Cell(value=tuple(sorted(self.found, key=_order)))

    def _take(self, token: re.Match[str]) -> str | None:
        kind, said = token.lastgroup, token[0]
        if kind in ("day", "english", "group", "bare"):
            return self._day(kind, token)
        if kind == "to":
            self.upto = bool(self.days) and not self.parts
            return None if self.upto else "weekly-unreadable"
        if kind == "times":
            return self._times(said)
        if kind == "stop":
            if self.parts and not self.days:
                return "weekly-without-days"
            self._close()
        elif kind == "both":
            self.parts += [(DayPart.MORNING, None, None), (DayPart.AFTERNOON, None, None)]
        elif kind == "whole":
            self.parts.append(_WHOLE)
        elif kind == "part":
            self.parts.append((_part(said), None, None))
        return None

    def _day(self, kind: str, token: re.Match[str]) -> str | None:
        if kind == "bare" and (not self.days or self.parts):
            return "weekly-unreadable"  # 三 alone may be anything
        if self.parts:
            if not self.days:
                return "weekly-without-days"
            self._close()
        if kind == "group":
            self.days += _GROUPS[_group(token[0])]
            return None
        day = _ENGLISH.index(token["english"][:3]) if kind == "english" else _number(token[kind])
        if self.upto:
            self.days += _range(self.days[-1], day)
            self.upto = False
        else:
            self.days.append(day)
        return None

    def _times(self, said: str) -> str | None:
        between = TIMES.fullmatch(said)
        last = self.parts[-1][0] if self.parts else None
        # 周六上午8:30-11:30: the word before the times says which half they are in, and is not one more part.
        beside = "" if last is None else _HALF_WORD[last]
        read = between and times_between(between[1], between[2], "" if HALVES.match(said) else beside)
        if not read:
            return "weekly-times-unclear"
        if beside:
            self.parts.pop()
        self.parts.append((None, *read))
        return None

    def _close(self) -> None:
        for day in self.days:
            for part in self.parts or [_WHOLE]:
                self.found[Weekly(day, *part)] = None
        self.days, self.parts, self.upto = [], [], False

    def _trouble(self, code: str, place: int) -> Cell[tuple[Weekly, ...]]:
        return Cell(problem=trouble(code, self.cell, rest=self.text[place : place + 12] or self.text[:12]))


def _range(first: int, last: int) -> Iterator[int]:
    """From the day after the first to the last, over Sunday if it has to be."""
    day = first
    while day != last:
        day = (day + 1) % 7
        yield day


def _number(word: str) -> int:
    return int(word) - 1 if word.isdigit() else min(_CHINESE.find(word) % 7, 6)


def _group(word: str) -> str:
    if word in ("周末", "双休日") or word.startswith("weekend"):
        return "weekend"
    return (
        "workdays" if word in ("工作日", "平日", "平时") or word.startswith(("weekday", "workday")) else "all"
    )


def _part(word: str) -> DayPart:
    if word in ("上午", "早上", "早晨", "清早") or word.startswith("morning"):
        return DayPart.MORNING
    return DayPart.AFTERNOON if word == "下午" or word.startswith("afternoon") else DayPart.EVENING


def _order(one: Weekly) -> tuple[int, int, time]:
    return one.weekday, -1 if one.part is None else list(DayPart).index(one.part), one.starts or time.min
