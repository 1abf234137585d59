"""Saboteurs of acts: what is compared, what is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from grassroots.contracts.storage import (
    Batch,
    Kind,
    Put,
    Query,
    Ref,
    Seen,
    Stored,
)
from grassroots.errors import ActReused, Conflict
from grassroots.testing.saboteurs.kinds import Saboteur, broken
from grassroots.testing.saboteurs.reference import Reference

_BASES = "every base is compared"
_SEEN = "every question is asked again"
_NAMED = "a conflict names exactly what moved"
_ONCE = "an act is written once"
_WHOLE = "a batch is whole or not at all"

Bases = Callable[[Reference, Ref, int, Batch], bool]


def _moved(name: str, stands: Bases) -> Saboteur:
    """``stands`` says of one base whether it passes."""

    def moved(self: Reference, batch: Batch) -> frozenset[Ref]:
        return frozenset(ref for ref, base in batch.based_on.items() if not stands(self, ref, base, batch))

    return broken(name, _BASES, moved=moved)


def _written(batch: Batch) -> set[Ref]:
    return {write.ref for write in batch.writes}


def _differs(name: str, differs: Callable[[Sequence[Stored], Seen], bool]) -> Saboteur:
    """``differs`` compares what is found by now with what was seen."""
    return broken(name, _SEEN, differs=lambda self, seen: differs(self.find(seen.query), seen))


def _rows(found: Sequence[Stored]) -> list[tuple[str, int]]:
    return [(one.ref.id, one.revision) for one in found]


def _compared_late(self: Reference, batch: Batch) -> int:
    self.check_open()
    settled = self.settled(batch)
    with self.room.lock:
        moved, changed = self.moved(batch), self.changed(batch)
        if moved or changed:
            raise Conflict(moved, changed)
        known = self.known(batch)
        if known is not None:
            return known
        position = self.position(batch)
        self.write(batch, position, settled)
        self.note(batch)
        self.remember(batch, position)
        return position


def _first_digest(self: Reference, batch: Batch) -> int | None:
    return self.room.acts[batch.id][0] if batch.id in self.room.acts else None


def _head_again(self: Reference, batch: Batch) -> int | None:
    return None if Reference.known(self, batch) is None else len(self.room.entries)


def _last_kind(self: Reference, batch: Batch) -> frozenset[Ref]:
    moved = Reference.moved(self, batch)
    last = next((ref.kind for ref in reversed(list(batch.based_on)) if ref in moved), "")
    return frozenset(ref for ref in moved if ref.kind == last)


def _new_ones_last(self: Reference, batch: Batch) -> frozenset[Ref]:
    """As if what has to be new were found out by writing it, once all else is as it was."""
    moved = Reference.moved(self, batch)
    put = {write.ref for write in batch.writes if isinstance(write, Put)}
    return frozenset(ref for ref in moved if batch.based_on[ref] or ref not in put) or moved


def _plain_kinds_once(self: Reference, write: Any, position: int, keys: Any) -> None:
    """As if every kind had a table of members."""
    if write.ref in self.room.rows and not any(isinstance(value, tuple) for value in keys.values()):
        raise LookupError("no such table: members")
    Reference.put(self, write, position, keys)


def _plain_without_keys(self: Reference, row: Stored) -> Stored:
    right = Reference.shown(self, row)
    tuples = any(isinstance(value, tuple) for value in right.keys.values())
    return right if tuples else evolve(right, keys={})


def _remembers_refusals(self: Reference, batch: Batch, moved: Any, changed: Any) -> None:
    self.room.acts[batch.id] = len(self.room.entries), batch.digest
    raise Conflict(moved, changed)


def _writes_first(self: Reference, batch: Batch, moved: Any, changed: Any) -> None:
    self.write(batch, self.position(batch), self.settled(batch))
    raise Conflict(moved, changed)


def _notes_first(self: Reference, batch: Batch, moved: Any, changed: Any) -> None:
    self.note(batch)
    raise Conflict(moved, changed)


def _swallows(self: Reference, batch: Batch, moved: Any, changed: Any) -> None:
    self.note(batch)


def _settles_late(self: Reference, batch: Batch) -> Mapping[Ref, Any]:
    return _Late(self, batch)


class _Late(dict[Ref, Any]):
    """Looks at each record only when it is written."""

    def __init__(self, storage: Reference, batch: Batch) -> None:
        super().__init__()
        self._puts = {write.ref: write for write in batch.writes}
        self._storage = storage

    def __missing__(self, ref: Ref) -> Any:
        write = self._puts[ref]
        return self._storage.prepared.kind(ref.kind).settle(write.keys)  # type: ignore[union-attr]


def _unchecked(self: Reference, batch: Batch) -> Mapping[Ref, Any]:
    known: dict[str, Kind] = {kind.name: kind for kind in self.prepared.kinds()}
    return {
        write.ref: {name: write.keys.get(name) for name in known[write.ref.kind].keys}
        for write in batch.writes
        if hasattr(write, "keys")
    }


def _own_counter(self: Reference, write: Any, position: int, keys: Any) -> None:
    self.room.rows[write.ref] = Stored(write.ref, self.revision(write.ref) + 1, keys, write.body)


def _softly(self: Reference, ref: Ref) -> None:
    row = self.room.rows.get(ref)
    if row is not None:
        self.room.rows[ref] = evolve(row, body=b"")


def _strictly(self: Reference, ref: Ref) -> None:
    del self.room.rows[ref]


def _first_write_only(self: Reference, batch: Batch, position: int, settled: Any) -> None:
    Reference.write(self, evolve(batch, writes=batch.writes[:1]), position, settled)


def _own_writes_count(self: Reference, batch: Batch) -> tuple[Query, ...]:
    before = dict(self.room.rows)
    self.write(batch, self.position(batch), self.settled(batch))
    changed = Reference.changed(self, batch)
    self.room.rows.clear()
    self.room.rows.update(before)
    return changed


SABOTEURS = (
    broken("records of one kind are named", _NAMED, moved=_last_kind),
    broken("what had to be new is named alone", _NAMED, moved=_new_ones_last),
    broken("a kind without tuples shows no keys", "a record comes back", shown=_plain_without_keys),
    broken("a kind without tuples is written once", "a record is replaced as a whole", put=_plain_kinds_once),
    _moved("bases are not compared", lambda self, ref, base, batch: True),
    _moved("a base that is older passes", lambda self, ref, base, batch: base <= self.revision(ref)),
    _moved("a base that is newer passes", lambda self, ref, base, batch: base >= self.revision(ref)),
    _moved(
        "only that it exists is compared",
        lambda self, ref, base, batch: (not base) == (not self.revision(ref)),
    ),
    _moved(
        "a new record may be there already",
        lambda self, ref, base, batch: not base or base == self.revision(ref),
    ),
    _moved("an erased record may be gone", lambda self, ref, base, batch: self.revision(ref) in (0, base)),
    _moved(
        "write skew: only what is written is compared",
        lambda self, ref, base, batch: ref not in _written(batch) or base == self.revision(ref),
    ),
    _moved(
        "only what is merely read is compared",
        lambda self, ref, base, batch: ref in _written(batch) or base == self.revision(ref),
    ),
    _moved(
        "only the first base is compared",
        lambda self, ref, base, batch: ref != next(iter(batch.based_on)) or base == self.revision(ref),
    ),
    _differs("no guard: questions are not asked again", lambda found, seen: False),
    _differs("only how many were found", lambda found, seen: len(found) != len(seen.rows)),
    _differs(
        "only which were found, not their revisions",
        lambda found, seen: [one.ref.id for one in found] != [id for id, _ in seen.rows],
    ),
    _differs(
        "phantoms: only rows that were seen", lambda found, seen: not set(seen.rows) <= set(_rows(found))
    ),
    _differs("only rows that are there by now", lambda found, seen: not set(_rows(found)) <= set(seen.rows)),
    _differs(
        "empty answers always stand", lambda found, seen: bool(seen.rows) and _rows(found) != list(seen.rows)
    ),
    _differs(
        "answers without an end", lambda found, seen: bool(found) and _rows(found)[:1] != list(seen.rows)[:1]
    ),
    broken(
        "the limit of a question is forgotten",
        _SEEN,
        differs=lambda self, seen: _rows(self.find(evolve(seen.query, limit=None))) != list(seen.rows),
    ),
    broken(
        "the direction of a question is forgotten",
        _SEEN,
        differs=lambda self, seen: _rows(self.find(evolve(seen.query, backwards=False))) != list(seen.rows),
    ),
    broken(
        "questions with conditions are not asked",
        _SEEN,
        differs=lambda self, seen: not seen.query.where and Reference.differs(self, seen),
    ),
    broken(
        "only the first question is asked",
        _SEEN,
        changed=lambda self, batch: tuple(one.query for one in batch.seen[:1] if self.differs(one)),
    ),
    broken(
        "only the last question is asked",
        _SEEN,
        changed=lambda self, batch: tuple(one.query for one in batch.seen[-1:] if self.differs(one)),
    ),
    broken("own writes change the answer", _SEEN, changed=_own_writes_count),
    broken(
        "questions count only where nothing is written",
        _SEEN,
        changed=lambda self, batch: () if batch.writes else Reference.changed(self, batch),
    ),
    broken(
        "always crowded",
        "somebody gets through",
        moved=lambda self, batch: frozenset([*batch.based_on, Ref("kit_member", "x")]),
    ),
    broken("nothing is named", _NAMED, refuse=lambda self, batch, moved, changed: _refuse(frozenset(), ())),
    broken(
        "everything is named",
        _NAMED,
        refuse=lambda self, batch, moved, changed: _refuse(frozenset(batch.based_on), changed),
    ),
    broken(
        "one record is named",
        _NAMED,
        refuse=lambda self, batch, moved, changed: _refuse(frozenset(list(moved)[:1]), changed),
    ),
    broken(
        "every question is named",
        _NAMED,
        refuse=lambda self, batch, moved, changed: _refuse(moved, tuple(one.query for one in batch.seen)),
    ),
    broken(
        "questions are named only without records",
        _NAMED,
        refuse=lambda self, batch, moved, changed: _refuse(moved, () if moved else changed),
    ),
    broken("a conflict is done", _WHOLE, refuse=lambda self, batch, moved, changed: None),
    broken("a conflict is noted and done", _WHOLE, refuse=_swallows),
    broken("known acts are compared first", _ONCE, commit=_compared_late),
    broken("known acts are written again", _ONCE, known=lambda self, batch: None),
    broken("any digest passes", _ONCE, known=_first_digest),
    broken("every digest is the same", _ONCE, digests=lambda self, ids: dict.fromkeys(ids, "asked")),
    broken("a known act says the last position", _ONCE, known=_head_again),
    broken("a known act is an error", _ONCE, known=lambda self, batch: _reused(self, batch)),
    broken("refused acts are remembered", _ONCE, refuse=_remembers_refusals),
    broken("refused acts are written", _WHOLE, refuse=_writes_first),
    broken("refused acts are noted", _WHOLE, refuse=_notes_first),
    broken("records are checked one by one", _WHOLE, settled=_settles_late),
    broken("records are not checked", "what does not fit is refused", settled=_unchecked),
    broken("only the first record is written", _WHOLE, write=_first_write_only),
    broken("each record counts for itself", "a revision never repeats", put=_own_counter),
    broken(
        "the revision is the first fact",
        "a revision is the position of its batch",
        put=lambda self, write, position, keys: Reference.put(self, write, len(self.room.entries) + 1, keys),
    ),
    broken("erased records are empty ones", "an erased record is gone", erase=_softly),
    broken("nothing is erased", "an erased record is gone", erase=lambda self, ref: None),
    broken("erasing nothing is an error", "erasing what is not there is no mistake", erase=_strictly),
)


def _refuse(moved: frozenset[Ref], changed: tuple[Query, ...]) -> None:
    raise Conflict(moved, changed)


def _reused(self: Reference, batch: Batch) -> int | None:
    if batch.id in self.room.acts:
        raise ActReused(act=batch.id)
    return None
