"""Small counts are not told: a number under ``least`` can single somebody out, and so can what a total
leaves over.

Published and guarded counts go through here. Nought is small too: "none of them is ill" tells of each of
them. A cell that is hidden must not be found again by taking the told ones from their total, so the
smallest of the others is hidden with it until the hidden ones together are no small count themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def large_groups(counts: Mapping[K, int], least: int) -> dict[K, int]:
    """The groups that may be told where everybody knows the total of all: the others are left out."""
    order = sorted(counts, key=lambda group: counts[group])
    hidden = [group for group in order if counts[group] < least]
    if not hidden:
        return dict(counts)
    # One hidden cell is the total less the rest; several small ones may still add up to a small number.
    for group in order[len(hidden) :]:
        if len(hidden) > 1 and sum(counts[one] for one in hidden) >= least:
            break
        hidden.append(group)
    gone = set(hidden)
    return {group: count for group, count in counts.items() if group not in gone}


def told(count: int, least: int) -> int | None:
    """A single count as it may be told; None if it is too small."""
    return count if count >= least else None


def subset_told(part: int, whole: int, least: int) -> int | None:
    """A part of a told whole: hidden also where what is left over would be a small count."""
    if part < least or 0 < whole - part < least:
        return None
    return part
