"""Reading the times of a shift: 8:30-11:30, 上午 8:30—11:30, 下午2点半至5点, 早班(8:30-11:30), or two.

A time without its half of the day is never guessed: 2:30-5:00 is a problem, unless 下午 stands before it.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from grassroots.usecases.intake.row import Row
from grassroots.values.messy import is_blank, read_time
from grassroots.values.texts import plain

_HALF: Final = "上午|下午|中午|早上|早晨|凌晨|傍晚|晚上|晚|am|pm"
_CLOCK: Final = (
    f"(?:{_HALF})?[0-9]{{1,2}}(?::[0-9]{{2}}|[点时](?:[0-9]{{1,2}}分?|整|半|一刻|三刻|钟)?)(?:am|pm)?"
)
_SPAN: Final = re.compile(f"({_CLOCK})(?:-|—|–|―|~|〜|～|至|到)+({_CLOCK})")
_LEADING: Final = re.compile(_HALF)
_EVENING: Final = 17
"""From this hour on a shift that ends earlier on the clock ends on the next day; before it is a slip."""

_MORNING: Final = 6
"""2:30 begins a shift in the afternoon as well as at night; from this hour on it is the morning."""

Span = tuple[time, time]


def read_spans(row: Row, key: str) -> tuple[Span, ...]:
    """The times in a cell as (begins, ends); ends at or before begins means on the next day.

    A word of an office's own (早班) is understood if its form gives it as a choice whose code is the times.
    Problems: ``cell-missing``, ``shift-without-times`` (words alone), ``shift-times-unclear``.
    """
    words = row.text(key)
    if words is None or is_blank(words):
        row.need(key, None)
        return ()
    text = "".join(plain(row.layout.column(key).choice(words) or words).lower().split())
    found = list(_SPAN.finditer(text))
    if not found:
        row.problem("shift-without-times", key, words=words)
        return ()
    # 下午(2:30-5:00): what stands beside the only times says which half of the day they are in.
    beside = _LEADING.search(_SPAN.sub("", text)) if len(found) == 1 else None
    spans = [_span(one[1], one[2], beside[0] if beside else "") for one in found]
    sound = tuple(span for span in spans if span is not None)
    if len(sound) < len(spans):
        row.problem("shift-times-unclear", key, words=words)
    return sound


def _span(first: str, second: str, beside: str) -> Span | None:
    half = _LEADING.match(first)
    if half is None and beside:
        first = beside + first
        half = _LEADING.match(first)
    begins = read_time(first).value
    if begins is None or (half is None and first[0] != "0" and 1 <= begins.hour < _MORNING):
        return None
    # 下午2:30-5:00 means 下午 twice, 上午8:30-12:00 does not mean it twice.
    inherited = half[0] + second if half and not _LEADING.search(second) else second
    ends = [read_time(one).value for one in (inherited, second)]
    later = [end for end in ends if end is not None and end > begins]
    if later:
        return begins, later[0]
    overnight = [end for end in ends if end is not None and end < begins]
    return (begins, overnight[-1]) if overnight and begins.hour >= _EVENING else None
