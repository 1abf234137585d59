"""What a saboteur is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from attrs import frozen

from grassroots.testing.saboteurs.reference import House, Reference, drop


@final
@frozen
class Saboteur:
    """A storage that breaks one promise: its name, the promise, the broken class, a broken way to drop."""

    name: str
    promise: str
    storage: type[Reference]
    drop: Callable[[House, str], None] = drop


def broken(name: str, promise: str, **steps: Callable[..., Any]) -> Saboteur:
    """The right storage with these steps replaced."""
    return Saboteur(name, promise, type("Broken", (Reference,), dict(steps)))
