"""What a cell calls something that the rule packs list: by its label in either language, or by its code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final

from grassroots.domain.form import header_key
from grassroots.domain.pack.resolving import Answer
from grassroots.usecases.intake.landing import Landing

_QUOTES: Final = str.maketrans("", "", "“”\"'‘’「」『』《》")


def labelled(landing: Landing, key: str, table: str, day: date | None, unknown: str) -> str | None:
    """The code of a rule of ``table`` whose label stands in a column; None if the cell is empty.

    The words of an office's own form come first. What nobody knows is the problem ``unknown``, with the
    label that comes nearest (``nearest``, perhaps None) and all of them (``known``).
    """
    row = landing.row
    words = row.text(key)
    if words is None:
        return None
    rules = _rules(landing, table, day)
    if (own := row.layout.column(key).choice(words)) is not None:
        return own
    asked = _plain(words)
    spelled = {
        _plain(one): code
        for code, rule in rules.items()
        for one in (code, rule.label("zh"), rule.label("en"))
    }
    if asked in spelled:
        return spelled[asked]
    near = get_close_matches(asked, spelled, n=1, cutoff=0.5) or [one for one in spelled if asked in one][:1]
    row.problem(
        unknown,
        key,
        words=words,
        nearest=rules[spelled[near[0]]].label("zh") if near else None,
        known=tuple(rule.label("zh") for rule in rules.values()),
    )
    return None


def _rules(landing: Landing, table: str, day: date | None) -> Mapping[str, Answer]:
    """The rules of the day, or those of today for a day before any rule was in force."""
    packs, today = landing.work.office.packs, landing.work.today
    return packs.table(table, day or today) or packs.table(table, today)


def _plain(words: str) -> str:
    return header_key(words.translate(_QUOTES))
