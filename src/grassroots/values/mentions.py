"""Whether a text names somebody: by a name or by a telephone number, and not by a part of another's.

Chinese is written without blanks, so that 李明 stands in 李明亮. Where somebody of the longer name is known,
what stands there is the longer one. Of a name that nobody knows it cannot be told: then it counts as named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from typing import Final, final

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTER: Final = rf"[^\W\d_{_HAN}]"
"""A letter of a script that sets its words apart."""

_BETWEEN: Final = r"[\s()\-‐‑–—−.]{0,2}"


@final
class Mentions:
    """Names and numbers to look for. ``longer`` gives the names of others, asked when it matters.

    Of each text full width, capitals and how a number is grouped make no difference.
    """

    def __init__(
        self,
        names: Collection[str],
        numbers: Collection[str],
        longer: Callable[[], Iterable[str]] = lambda: (),
    ) -> None:
        self._names = {plain for name in names if len(plain := _plain(name)) > 1}
        self._called = _any(map(_name, self._names))
        self._numbered = _any(_number(digits) for one in numbers if len(digits := _digits(one)) > 4)
        self._longer = longer
        self._others: re.Pattern[str] | None = None
        self._asked = False

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return self._called is not None or self._numbered is not None

    def in_(self, text: str) -> bool:
        """Whether the text names them."""
        plain = _plain(text)
        if self._numbered is not None and self._numbered.search(plain):
            return True
        if self._called is None or not self._called.search(plain):
            return False
        others = self._known_others()
        return others is None or bool(self._called.search(others.sub("\0", plain)))

    def _known_others(self) -> re.Pattern[str] | None:
        if not self._asked:
            self._asked = True
            longer = {_plain(one) for one in self._longer()} - self._names
            held = {one for one in longer if any(name in one for name in self._names)}
            # The longest first: of 欧阳明 and 欧阳明亮 the text holds the longer one.
            self._others = _any(map(_name, sorted(held, key=len, reverse=True)))
        return self._others


def _any(patterns: Iterable[str]) -> re.Pattern[str] | None:
    found = "|".join(patterns)
    return re.compile(found) if found else None


def _name(plain: str) -> str:
    before = f"(?<!{_LETTER})" if re.match(_LETTER, plain) else ""
    behind = f"(?!{_LETTER})" if re.match(_LETTER, plain[-1:]) else ""
    return before + r"\s+".join(map(re.escape, plain.split())) + behind


def _number(digits: str) -> str:
    # Some write the country before it; a number inside a longer one is another.
    return rf"(?<![0-9])(?:(?:00|[+])?86{_BETWEEN})?{_BETWEEN.join(digits)}(?![0-9])"


def _digits(number: str) -> str:
    return "".join(one for one in _plain(number) if one.isascii() and one.isdigit())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
