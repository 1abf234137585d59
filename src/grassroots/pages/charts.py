"""Bars as inline SVG, drawn by hand: no script, no library, nothing loaded from anywhere.

Drawn in per cent of their box across and in pixels upwards, without a ``viewBox``: a narrow screen makes the
bars thinner and never the letters smaller. Every bar prints its value and tells it in a ``<title>``, so that
colour and length are never the only signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import final

import attrs

TALL = 130
"""The height of the longest column, in CSS pixels."""
ABOVE = 34
"""Room for the value above the longest column."""
BELOW = 38
"""Room for the names under the base line."""
MOST_COLUMNS = 12
WIDEST = 5
"""Characters of a value or a name that stand by a column on A4 without touching the next one."""


@final
@attrs.frozen(kw_only=True)
class Bar:
    """One bar: its name, its amount (None: nothing known), the amount as printed, and the whole in words."""

    name: str
    amount: float | None
    printed: str
    told: str


def stands_in_columns(bars: Sequence[Bar]) -> bool:
    """Whether the bars can stand side by side without their words touching; otherwise they lie."""
    longest = max((max(len(bar.printed), len(bar.name)) for bar in bars), default=0)
    return 1 < len(bars) <= MOST_COLUMNS and longest <= WIDEST


def shares(bars: Sequence[Bar]) -> list[float]:
    """Each bar's part of the longest one, between 0 and 1."""
    longest = max((bar.amount or 0 for bar in bars), default=0)
    return [max(0.0, (bar.amount or 0) / longest) if longest > 0 else 0.0 for bar in bars]


def columns(bars: Sequence[Bar], told: str) -> str:
    """Standing bars side by side as one picture; ``told`` says all of it in words."""
    base = ABOVE + TALL
    step = 100 / len(bars)
    parts = [
        f'<svg class="columns" role="img" width="100%" height="{base + BELOW}">',
        f"<title>{escape(told)}</title>",
        f'<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/>',
    ]
    for number, (bar, share) in enumerate(zip(bars, shares(bars), strict=True)):
        height = round(share * TALL, 1)
        if bar.amount:
            height = max(height, 2.0)  # a little is not nothing
        middle = f"{(number + 0.5) * step:.3f}%"
        left, wide = f"{(number + 0.22) * step:.3f}%", f"{0.56 * step:.3f}%"
        parts.append(
            f"<g><title>{escape(bar.told)}</title>"
            f'<rect class="bar" x="{left}" y="{base - height}" width="{wide}" height="{height}"/>'
            f'<text class="amount" x="{middle}" y="{base - height - 9}">{escape(bar.printed)}</text>'
            f'<text class="name" x="{middle}" y="{base + 27}">{escape(bar.name)}</text></g>'
        )
    return "".join((*parts, "</svg>"))


def lying(share: float, told: str) -> str:
    """One lying bar for a cell of a table, ``share`` of its width; the value stands in the next cell."""
    wide = max(share * 100, 0.8) if share > 0 else 0
    return (
        f'<svg class="lying" role="img" width="100%" height="18"><title>{escape(told)}</title>'
        '<rect class="rail" x="0" y="8" width="100%" height="2"/>'
        f'<rect class="bar" x="0" y="0" width="{wide:.2f}%" height="18"/></svg>'
    )
