"""Asking a storage in which somebody may have spoiled anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from grassroots.errors import Closed, Conflict, Unavailable, Unreachable

T = TypeVar("T")

AWAY = (Closed, Conflict, Unavailable, Unreachable)
"""The storage cannot be asked at all: that is no finding."""


def tried(ask: Callable[..., T], *arguments: Any) -> T | None:
    """The answer, or None: whatever a storage says about rows that somebody has spoiled.

    That may be any error, also a driver's own (SQLite's about a text that is not UTF-8).
    """
    try:
        return ask(*arguments)
    except AWAY:
        raise
    except Exception:
        return None
