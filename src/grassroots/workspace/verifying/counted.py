"""Whether what a storage keeps counted is what its records give.

A kind may name groups of keys by which is counted again and again (``totals``), and a storage may keep
these counts beside the records. No commitment covers them, so they are counted once more while the records
are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, final

from grassroots.contracts.storage import Key, KeyValue, Kind, Query, Storage, Stored, Tally, walk
from grassroots.workspace.verifying.asking import tried

Counts = list[dict[tuple[Any, ...], list[int]]]
"""For each group of keys: by their values, how many records, and the sum of each whole key."""

TRIES = 5
_TYPES = {Key.TEXT: str, Key.WHOLE: int, Key.FLAG: bool}


@final
class Counting:
    """Counts the records of one kind by each of its groups of keys."""

    def __init__(self, kind: Kind) -> None:
        self._kind, self._wholes = kind, kind.wholes
        used = {*kind.wholes, *(name for group in kind.totals for name in group)}
        self._types = {name: _TYPES[kind.keys[name]] for name in used}
        self.counts: Counts = [{} for _ in kind.totals]

    def add(self, stored: Stored) -> None:
        """One record more, by the keys that stand beside it.

        Keys of another type than was declared are not counted: they are a finding of their own, and the
        records behind them are still to be read.
        """
        if not self._sound(stored.keys):
            return
        for counts, group in zip(self.counts, self._kind.totals, strict=True):
            values = tuple(stored.keys.get(name) for name in group)
            sums = counts.setdefault(values, [0] * (1 + len(self._wholes)))
            sums[0] += 1
            for place, name in enumerate(self._wholes, 1):
                sums[place] += stored.keys.get(name) or 0  # type: ignore[operator]

    def _sound(self, keys: Mapping[str, KeyValue]) -> bool:
        return all(
            (value := keys.get(name)) is None or type(value) is type_ for name, type_ in self._types.items()
        )

    def merge(self, other: Counts) -> None:
        """What somebody else has counted."""
        for mine, theirs in zip(self.counts, other, strict=True):
            for values, sums in theirs.items():
                known = mine.get(values)
                mine[values] = sums if known is None else [a + b for a, b in zip(known, sums, strict=True)]

    def agrees(self, storage: Storage, head: int) -> bool:
        """Whether the storage gives the same. Others may write meanwhile: then it is counted again.

        What never stands still for as long as it takes to count is not judged.
        """
        counts = self.counts
        for _ in range(TRIES):
            sound = all(self._told(storage, counts))
            now = storage.head()
            if now == head:
                return sound
            again, head = Counting(self._kind), now
            for stored in walk(storage, Query(self._kind.name)):
                again.add(stored)
            counts = again.counts
        return True

    def _told(self, storage: Storage, counts: Counts) -> Iterator[bool]:
        for counted, group in zip(counts, self._kind.totals, strict=True):
            for place, of in enumerate((None, *self._wholes)):
                wanted = {
                    values: Tally(sums[0], sums[place] if place else 0) for values, sums in counted.items()
                }
                yield tried(_tally, storage, self._kind.name, group, of) == wanted


def _tally(storage: Storage, kind: str, by: tuple[str, ...], of: str | None) -> dict[tuple[Any, ...], Tally]:
    return dict(storage.tally(Query(kind), by=by, of=of))
