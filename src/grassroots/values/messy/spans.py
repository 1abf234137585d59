"""Two times of day in running words: 8:30-11:30, 上午 8:30—11:30, 下午2点半至5点.

A time without its half of the day is never guessed: 2:30-5:00 is unclear, unless 下午 stands before it.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from grassroots.values.messy.hours import read_time

_HALF: Final = "上午|下午|中午|早上|早晨|凌晨|傍晚|晚上|晚|am|pm"
_CLOCK: Final = (
    f"(?:{_HALF})?[0-9]{{1,2}}(?::[0-9]{{2}}|[点时](?:[0-9]{{1,2}}分?|整|半|一刻|三刻|钟)?)(?:am|pm)?"
)
TIMES: Final = re.compile(f"({_CLOCK})(?:-|—|–|―|~|〜|～|至|到)+({_CLOCK})")
"""Two times with a sign between them, in text without blanks and in small letters."""

HALVES: Final = re.compile(_HALF)
"""The words for a half of the day."""

_EVENING: Final = 17
"""From this hour on a shift that ends earlier on the clock ends on the next day; before it is a slip."""

_MORNING: Final = 6
"""2:30 begins a shift in the afternoon as well as at night; from this hour on it is the morning."""


def times_between(first: str, second: str, beside: str = "") -> tuple[time, time] | None:
    """The two times of :data:`TIMES` as (begins, ends), ends before begins being on the next day.

    ``beside`` is the half of the day that stands elsewhere in the words. None: it is not clear what is meant.
    """
    half = HALVES.match(first)
    if half is None and beside:
        first = beside + first
        half = HALVES.match(first)
    begins = read_time(first).value
    if begins is None or (half is None and first[0] != "0" and 1 <= begins.hour < _MORNING):
        return None
    # 下午2:30-5:00 means 下午 twice, 上午8:30-12:00 does not mean it twice.
    inherited = half[0] + second if half and not HALVES.search(second) else second
    ends = [read_time(one).value for one in (inherited, second)]
    later = [end for end in ends if end is not None and end > begins]
    if later:
        return begins, later[0]
    overnight = [end for end in ends if end is not None and end < begins]
    return (begins, overnight[-1]) if overnight and begins.hour >= _EVENING else None
