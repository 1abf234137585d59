"""Small counts are not told: a number under ``least`` can single somebody out, and so can what a total
leaves over.

Published and guarded counts go through here. Nought is small too: "none of them is ill" tells of each of
them. A cell that is hidden must not be found again by taking the told ones from their total, so the
smallest of the others is hidden with it until the hidden ones together are no small count themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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


def given_away(told: Mapping[K, Sequence[AbstractSet[str]]], least: int) -> set[K]:
    """Of figures told side by side, those that together with others tell a small number.

    Each figure comes with the sets of records whose sizes it tells. What lies in a larger set and leaves less
    than ``least`` of it over goes, by itself or together with another that lies beside it there; equal sets
    give nothing away. What takes more than three figures to work out is not looked for.
    """
    gone: set[K] = set()
    order = sorted(told, key=lambda name: -max(map(len, told[name]), default=0))
    for name in order:
        others = [cell for other in order if other not in gone and other != name for cell in told[other]]
        if any(_leaves_few(cell, others, least) for cell in told[name]):
            gone.add(name)
    return gone


def _leaves_few(cell: AbstractSet[str], others: Sequence[AbstractSet[str]], least: int) -> bool:
    for large in others:
        if not cell < large:
            continue
        beside = [frozenset[str](), *(one for one in others if one < large and not one & cell)]
        if any(0 < len(large) - len(cell) - len(one) < least for one in beside):
            return True
    return False
