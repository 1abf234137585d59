"""Validators for fields that hold a short code, or several: ids of a rule pack's tables, functions, roles."""

from __future__ import annotations

from typing import Any

import attrs

from grassroots.domain.checks import short_code
from grassroots.errors import BadInput


def a_code(_: Any, field: attrs.Attribute[Any], value: str) -> None:
    """The field holds one short code."""
    short_code(value, field.name)


def codes(_: Any, field: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
    """The field holds short codes, each once."""
    for one in value:
        short_code(one, field.name)
    if len(set(value)) != len(value):
        raise BadInput("code-twice", what=value, field=field.name)
