"""Writes that are not in the storage yet, as if they were.

Used twice: a unit of work sees its own writes, and a rehearsed import sees the batches before it. An index
over the pending keys keeps a question about one name from looking at every pending record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, final

from grassroots.contracts.storage import AnyOf, Includes, Is, Query, Ref, Stored


@final
class Overlay:
    """Pending records by reference; ``None`` stands for an erased one."""

    def __init__(self) -> None:
        self._records: dict[Ref, Stored | None] = {}
        self._index: dict[tuple[str, str, Any], set[str]] = defaultdict(set)
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._counts: Counter[str] = Counter()
        self._undo: list[tuple[Ref, Stored | None, bool]] = []

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, ref: Ref) -> bool:
        return ref in self._records

    def get(self, ref: Ref) -> Stored | None:
        """The pending record (None also when it is pending as erased)."""
        return self._records.get(ref)

    def count(self, kind: str) -> int:
        """How many references of a kind are pending, erased ones included."""
        return self._counts[kind]

    def refs(self) -> tuple[Ref, ...]:
        """What is pending, in the order of first writing."""
        return tuple(self._records)

    def put(self, ref: Ref, stored: Stored | None) -> None:
        """Set or erase a record."""
        self._undo.append((ref, self._records.get(ref), ref in self._records))
        self._set(ref, stored)

    def mark(self) -> int:
        """A point to come back to."""
        return len(self._undo)

    def back_to(self, mark: int) -> tuple[Ref, ...]:
        """Forget everything since the mark; says which references it touched."""
        touched = []
        while len(self._undo) > mark:
            ref, former, was_there = self._undo.pop()
            touched.append(ref)
            if was_there:
                self._set(ref, former)
            else:
                self._drop(ref)
        return tuple(touched)

    def answer(self, query: Query, below: Iterable[Stored]) -> list[Stored]:
        """The answer of a query over what lies below, with the pending records on top.

        ``below`` must hold at least as many rows as the limit asks for, plus the pending ones: the caller
        asks the storage without a limit, or with one raised by the number of pending records.
        """
        found = {row.ref.id: row for row in below if row.ref not in self._records}
        for id_ in self._candidates(query):
            pending = self._records[Ref(query.kind, id_)]
            if pending is not None and query.admits(pending.keys, id_):
                found[id_] = pending
        rows = [found[id_] for id_ in sorted(found, reverse=query.backwards)]
        return rows if query.limit is None else rows[: query.limit]

    def _candidates(self, query: Query) -> Collection[str]:
        """The ids that can answer: those under the rarest of the asked values, not all of a kind."""
        # The rarest value decides how many are looked at: the member, not the programme of thousands.
        best: Collection[str] = self._ids.get(query.kind, ())
        for clause in query.where:
            if isinstance(clause, (Is, Includes)):
                found: Collection[str] = self._index.get((query.kind, clause.key, clause.value), ())
            elif isinstance(clause, AnyOf):
                sets = [self._index.get((query.kind, clause.key, value), ()) for value in clause.values]
                if sum(map(len, sets)) >= len(best):
                    continue
                found = {id_ for one in sets for id_ in one}
            else:
                continue
            if len(found) < len(best):
                best = found
        return best

    def _set(self, ref: Ref, stored: Stored | None) -> None:
        if ref in self._records:
            # Written again, it keeps its place: what a row wrote first is what comes after a mark.
            self._unindex(ref)
        else:
            self._counts[ref.kind] += 1
        self._records[ref] = stored
        if stored is not None:
            self._ids[ref.kind].add(ref.id)
            for entry in _entries(ref.kind, stored.keys):
                self._index[entry].add(ref.id)

    def _drop(self, ref: Ref) -> None:
        if ref not in self._records:
            return
        self._counts[ref.kind] -= 1
        self._unindex(ref)
        del self._records[ref]

    def _unindex(self, ref: Ref) -> None:
        former = self._records[ref]
        if former is not None:
            self._ids[ref.kind].discard(ref.id)
            for entry in _entries(ref.kind, former.keys):
                self._index[entry].discard(ref.id)


def _entries(kind: str, keys: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    for key, value in keys.items():
        for one in value if isinstance(value, tuple) else (value,):
            yield kind, key, one
