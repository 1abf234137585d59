"""Finds codes where words should stand: no reader of a page should see an identifier of the program."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from html.parser import HTMLParser

from grassroots.locale import catalogue

_SILENT = frozenset({"style", "script"})
_PARTS = re.compile(r"[,、;；:：()（）|/]| · ")
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        # What a screen reader says is read as well.
        self.found += [value for name, value in attrs if name in ("aria-label", "title", "alt") and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


@cache
def _known(language: str) -> frozenset[str]:
    """Codes of the catalogue that are no words of it: "empty-nest", and not "register"."""
    codes = {part for name in catalogue(language) for part in (name, name.partition(".")[2])}
    return frozenset(codes - set(catalogue(language).values()))


def texts(page: str) -> list[str]:
    """What a reader of an HTML page sees, piece by piece."""
    parser = _Texts()
    parser.feed(page)
    parser.close()
    return parser.found


def bare_codes(page: str, language: str, allowed: Collection[str] = ()) -> list[str]:
    """The codes that stand in a page where words should: of the catalogue, or written like one.

    Looked at are whole texts and the parts of lists ("a, b", "a: b"). In Chinese any small Latin word is
    suspect; in English one word can be a code and the word for it ("register"), so only what has another
    word there, or is joined by hyphens. ``allowed`` are names that a page shows as what they are.
    """
    found: list[str] = []
    for text in texts(page):
        for part in (one.strip() for one in _PARTS.split(text)):
            if not _CODE.fullmatch(part) or part in allowed or part in catalogue(language).values():
                continue
            if language == "zh" or part in _known(language) or re.search(r"[-_.]", part):
                found.append(part)
    return found
