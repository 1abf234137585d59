"""The kinds table: one module per room, collected here by name so that a room is found at once."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from grassroots.workspace.kindspec import KindSpec

ROOMS = (
    "network",
    "member",
    "role",
    "appointment",
    "station",
    "organization",
    "team",
    "pairing",
    "matching",
    "activity",
    "duty",
    "availability",
    "rota",
    "feed",
    "concern",
    "meeting",
    "intervention",
    "suggestion",
    "honour",
    "intake",
    "seal",
    "notice",
    "callout",
    "kin",
    "safeguarding",
    "access",
    "consent",
    "rights",
    "call",
)
"""The rooms that stand. A new one adds its module here and its class to the desk."""


def outbox_kinds() -> tuple[KindSpec[Any], ...]:
    """The kinds of the outbox, which is a network of its own beside each network."""
    from grassroots.workspace.kinds import outbox

    return outbox.KINDS


@cache
def standard_kinds() -> tuple[KindSpec[Any], ...]:
    """Every kind of the built-in rooms."""
    return tuple(spec for room in ROOMS for spec in import_module(f"grassroots.workspace.kinds.{room}").KINDS)
