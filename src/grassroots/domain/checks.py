"""Short codes and small counts: what may stand in an event, checked where a record or verb takes it in.

A reason that ends in the journal stays there for good, so it must be a code ("ill", "wrong-entry") and can
never be a sentence with somebody's name in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from grassroots.errors import BadInput

E = TypeVar("E", bound=StrEnum)

LONGEST_CODE: Final = 48
"""Characters of a short code."""

_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def short_code(what: str, field: str) -> str:
    """``what`` if it is a short code: lower-case letters and digits, joined by - or _; BadInput if not."""
    if not isinstance(what, str) or len(what) > LONGEST_CODE or not _CODE.fullmatch(what):
        raise BadInput("not-a-code", what=str(what), field=field, longest=LONGEST_CODE)
    return what


def is_code(_: Any, field: attrs.Attribute[Any], value: str | None) -> None:
    """An attrs validator: a short code, or None where the field allows it."""
    if value is not None:
        short_code(value, field.name)


def at_least(least: int) -> Any:
    """An attrs validator: a whole number not below ``least`` (None passes where the field allows it)."""

    def check(_: Any, field: attrs.Attribute[Any], value: int | None) -> None:
        if value is not None and value < least:
            raise BadInput("too-few", what=value, field=field.name, least=least)

    return check


def catalogue_code(what: str) -> str:
    """A code of an open catalogue, spelled with hyphens as in the rule packs.

    "illegal_parking" and "illegal-parking" must not become two kinds in a figure.
    """
    return short_code(what.replace("_", "-") if isinstance(what, str) else what, "code")


def in_catalogue(what: str | None, known: Collection[str], field: str) -> None:
    """Refuse a code that the rule packs in force do not list: a slip would be a new kind in every figure.

    ``known`` are the ids of the catalogue; without a catalogue every code passes. Raises BadInput
    ``catalogue-code-unknown``, which names the possible ones.
    """
    possible = tuple(sorted(catalogue_code(one) for one in known))
    if what is not None and possible and catalogue_code(what) not in possible:
        raise BadInput("catalogue-code-unknown", what=what, field=field, possible=possible)


def one_of(closed: type[E], value: E | str) -> E:
    """A member of a closed set, given as such or by its value, as an app or a sheet has it.

    Anything else is BadInput ``not-one-of``, which names the possible values.
    """
    try:
        return closed(value)
    except ValueError:
        possible = tuple(one.value for one in closed)
        raise BadInput("not-one-of", what=str(value), set=closed.__name__, possible=possible) from None
