"""Free text as people typed it, made fit to be kept: nothing is interpreted, nothing is cut."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from grassroots.errors import BadInput

_NEWLINES: Final = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_BROKEN: Final = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def tidy_text(raw: str) -> str:
    r"""Free text without blanks around it and with "\n" as its only line end.

    Raises BadInput ``text-broken`` for NUL and lone surrogates: neither can be kept by every storage, and
    both mean that the file was decoded wrongly, so that dropping them would hide worse damage.
    """
    sound(raw)
    return _NEWLINES.sub("\n", raw).strip(" \t\n\u3000\u00a0\ufeff")


def sound(raw: str) -> str:
    """The same text if all of it can be kept; else BadInput ``text-broken`` with its place from 1."""
    broken = _BROKEN.search(raw)
    if broken is not None:
        raise BadInput("text-broken", place=broken.start() + 1)
    return raw


def plain(raw: str) -> str:
    """Text for number-like fields: NFKC (full-width digits become plain), no invisible marks, trimmed.

    NFKC also turns "²" into "2" and "½" into "1⁄2": ask :func:`odd_digit` first where a number is read.
    """
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", raw)).strip()


def odd_digit(raw: str) -> str | None:
    """The first character that is a number but no plain digit (², ½, ①), or None.

    Read through NFKC, 10² would be 102; without it ``"²".isdigit()`` is true and ``int("²")`` fails.
    """
    return next((c for c in raw if unicodedata.category(c) == "No"), None)


def words(text: str) -> frozenset[str]:
    """The words of a text set apart by blanks: how the lists of accepted spellings are written down."""
    return frozenset(text.split())
