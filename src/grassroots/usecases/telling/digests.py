"""A digest: several notices of one topic in one, for those who have news and for nobody else.

A line is kept as text (the values of a notice are texts, numbers and lists of texts): which kind of notice it
is, and its values. It gets words only when the digest is sent, in its reader's language and view; a line that
does not hold any more is left out then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import attrs

from grassroots.contracts.notice import Notice, Value

MOST_LINES = 40
"""Lines of one digest; further news is counted."""


def gathers(notice: Notice) -> bool:
    """Whether a notice holds several pieces of news."""
    return isinstance(notice.values.get("lines"), tuple)


def as_line(key: str, values: Mapping[str, Value]) -> str:
    """One piece of news as a line."""
    return json.dumps([key, dict(values)], ensure_ascii=False, separators=(",", ":"))


def lines(notice: Notice) -> tuple[tuple[str, dict[str, Value]], ...]:
    """The pieces of news in a digest: kind of notice and values."""
    found = notice.values.get("lines", ())
    pieces = [json.loads(one) for one in found] if isinstance(found, tuple) else []
    return tuple((key, {name: _value(value) for name, value in values.items()}) for key, values in pieces)


def gathered(waiting: Notice, new: Notice) -> Notice:
    """One digest out of the one that waits and another piece of news; it goes when the first was to go."""
    old, added = _lines(waiting), _lines(new)
    kept = tuple(dict.fromkeys((*old, *added)))
    more = _count(waiting) + _count(new) + max(0, len(kept) - MOST_LINES)
    about = tuple(dict.fromkeys((*waiting.about, *new.about)))[:MOST_LINES]
    values = {**waiting.values, "lines": kept[:MOST_LINES], **({"more": more} if more else {})}
    return attrs.evolve(waiting, values=values, about=about)


def _lines(notice: Notice) -> tuple[str, ...]:
    found = notice.values.get("lines", ())
    return found if isinstance(found, tuple) else ()


def _count(notice: Notice) -> int:
    found = notice.values.get("more", 0)
    return found if isinstance(found, int) else 0


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return value if isinstance(value, (str, int)) else str(value)
