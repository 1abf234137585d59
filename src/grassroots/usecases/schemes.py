"""What the rule packs have to say about a scheme of pairings, for acts and for looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from grassroots.domain.pack import Packs
from grassroots.domain.pairing import Scheme
from grassroots.errors import Missing
from grassroots.values.ids import SchemeId
from grassroots.workspace.work import Work

_BANDS: Final = ("supporter_age_band", "recipient_age_band")


def scheme_rules(packs: Packs, code: SchemeId, on: date) -> Mapping[str, Any]:
    """What the packs have about a scheme on a day; nothing if they have it no more."""
    try:
        return packs.rule("pairing_scheme", code, on).value
    except Missing:
        # A pairing of a scheme that the packs have no more: nothing is asked of it.
        return {}


def practice(packs: Packs, on: date) -> Mapping[str, Any]:
    """What holds where a scheme says nothing: the rules of ``pairing_practice``, a later pack's first."""
    found: dict[str, Any] = {}
    for answer in packs.table("pairing_practice", on).values():
        found.update(answer.value)
    return found


def scheme_in_force(work: Work, code: SchemeId, on: date | None = None) -> Scheme:
    """The limits of a scheme as they hold on a day (today); the fact will say which packs decided."""
    rules = work.rules("pairing_scheme", code, on)
    bands = {rules[band]: work.rules("age_band", rules[band], on) for band in _BANDS if band in rules}
    return Scheme.from_rules(code, rules, bands)


def scheme_on(packs: Packs, code: SchemeId, on: date) -> Scheme:
    """The same for a look, which writes no fact."""
    rules = packs.rule("pairing_scheme", code, on).value
    bands = {rules[band]: packs.rule("age_band", rules[band], on).value for band in _BANDS if band in rules}
    return Scheme.from_rules(code, rules, bands)
