"""grassroots: the domain library for community volunteer service.

Record once, derive everything, and let every number show the records behind it.

The front door is short: :func:`open` a :class:`Network`, and the five names ``Member``, ``Role``,
``Station``, ``Pairing``, ``Activity``; ``hookimpl`` for plugins; the error tree. Everything else is imported
from the room that owns it. Importing grassroots loads none of it: each name is fetched when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grassroots.contracts.hooks import hookimpl
    from grassroots.domain.activity import Activity
    from grassroots.domain.member import Member
    from grassroots.domain.pairing import Pairing
    from grassroots.domain.role import Role
    from grassroots.domain.station import Station
    from grassroots.errors import (
        ActReused,
        BadInput,
        Closed,
        Conflict,
        Corrupt,
        Denied,
        Full,
        GrassrootsError,
        Missing,
        MissingExtra,
        PluginError,
        Refused,
        StorageError,
        Unavailable,
        Unreachable,
    )
    from grassroots.network import Network, open

__version__ = "0.1.0"

_DOOR = {
    "open": "network",
    "Network": "network",
    "Member": "domain.member",
    "Role": "domain.role",
    "Station": "domain.station",
    "Pairing": "domain.pairing",
    "Activity": "domain.activity",
    "hookimpl": "contracts.hooks",
    **dict.fromkeys(
        (
            "GrassrootsError", "Refused", "Denied", "Missing", "BadInput", "MissingExtra", "PluginError",
            "StorageError", "Conflict", "ActReused", "Full", "Corrupt", "Closed", "Unreachable",
            "Unavailable",
        ),
        "errors",
    ),
}  # fmt: skip

__all__ = [
    "ActReused",
    "Activity",
    "BadInput",
    "Closed",
    "Conflict",
    "Corrupt",
    "Denied",
    "Full",
    "GrassrootsError",
    "Member",
    "Missing",
    "MissingExtra",
    "Network",
    "Pairing",
    "PluginError",
    "Refused",
    "Role",
    "Station",
    "StorageError",
    "Unavailable",
    "Unreachable",
    "hookimpl",
    "open",
]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module 'grassroots' has no attribute {name!r}")
    found = getattr(import_module(f"grassroots.{_DOOR[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
