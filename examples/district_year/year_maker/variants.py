"""Sets with a few rows changed, each of which makes lines of the acceptance list false, or none."""

from __future__ import annotations

from collections.abc import Callable

from year_maker.model import Year

VARIANTS: dict[str, tuple[str, frozenset[str]]] = {}
"""Name -> what was changed, and the lines that become false."""

CHANGES: dict[str, Callable[[Year], None]] = {}
