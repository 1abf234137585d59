"""Reading the times of a shift: 8:30-11:30, 上午 8:30—11:30, 下午2点半至5点, 早班(8:30-11:30), or two.

A time without its half of the day is never guessed: 2:30-5:00 is a problem, unless 下午 stands before it.
"""

from __future__ import annotations

from datetime import time

from grassroots.usecases.intake.row import Row
from grassroots.values.messy import is_blank
from grassroots.values.messy.spans import HALVES, TIMES, times_between
from grassroots.values.texts import plain

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
    found = list(TIMES.finditer(text))
    if not found:
        row.problem("shift-without-times", key, words=words)
        return ()
    # 下午(2:30-5:00): what stands beside the only times says which half of the day they are in.
    beside = HALVES.search(TIMES.sub("", text)) if len(found) == 1 else None
    spans = [times_between(one[1], one[2], beside[0] if beside else "") for one in found]
    sound = tuple(span for span in spans if span is not None)
    if len(sound) < len(spans):
        row.problem("shift-times-unclear", key, words=words)
    return sound
