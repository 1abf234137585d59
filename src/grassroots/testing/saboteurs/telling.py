"""Saboteurs of what is told: the journal and the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from grassroots.contracts.storage import Batch, Entry, Fact, Query, Ref, Storage, Tally
from grassroots.testing.saboteurs.kinds import Saboteur, broken
from grassroots.testing.saboteurs.reference import Reference

_JOURNAL = "the journal tells every fact, in order, without a gap"
_FIGURES = "a tally is what a count by hand gives"


def _note_once(self: Reference, batch: Batch) -> None:
    self.room.entries.append(self.entry(len(self.room.entries) + 1, batch, batch.facts[0]))


def _note_backwards(self: Reference, batch: Batch) -> None:
    for fact in reversed(batch.facts):
        self.room.entries.append(self.entry(len(self.room.entries) + 1, batch, fact))


def _journal(name: str, wrong: Callable[[Reference, int, int, Ref | None], Sequence[Entry]]) -> Saboteur:
    def journal(self: Reference, *, after: int, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        Reference.journal(self, after=after, limit=limit, about=about)
        return wrong(self, after, limit, about)

    return broken(name, _JOURNAL, journal=journal)


def _about(self: Reference, after: int, about: Ref | None) -> list[Entry]:
    return [one for one in self.room.entries[after:] if about is None or about in one.fact.about]


def _each_time(self: Reference, after: int, limit: int, about: Ref | None) -> Sequence[Entry]:
    if about is None:
        return self.room.entries[after : after + limit]
    return [one for one in self.room.entries[after:] for ref in one.fact.about if ref == about][:limit]


def _whole_batches(self: Reference, after: int, limit: int, about: Ref | None) -> Sequence[Entry]:
    found = _about(self, after, about)
    page = found[:limit]
    return [one for one in found if one in page or (page and one.batch == page[-1].batch)]


def _tally(name: str, wrong: Callable[[Mapping[Any, Tally], Reference, Query, str | None], Any]) -> Saboteur:
    def tally(self: Reference, query: Query, *, by: Sequence[str] = (), of: str | None = None) -> Any:
        return wrong(Reference.tally(self, query, by=by, of=of), self, query, of)

    return broken(name, _FIGURES, tally=tally)


def _whole(groups: Mapping[Any, Tally], change: Callable[[Tally], Tally]) -> Any:
    return {group: change(tally) for group, tally in groups.items()}


def _of_everything(groups: Any, self: Reference, query: Query, of: str | None) -> Any:
    by = len(next(iter(groups), ()))
    return groups if by else Reference.tally(self, evolve(query, where=()), of=of)


def _entry(**change: Any) -> Callable[..., Entry]:
    def entry(self: Reference, position: int, batch: Batch, fact: Fact) -> Entry:
        right = Entry(position, batch.id, fact)
        return evolve(right, **{name: one(right) for name, one in change.items()})

    return entry


SABOTEURS = (
    broken("one fact an act", _JOURNAL, note=_note_once),
    broken("facts in the other order", _JOURNAL, note=_note_backwards),
    broken("facts without a body", _JOURNAL, entry=_entry(fact=lambda one: Fact(one.fact.about, b""))),
    broken(
        "facts are text",
        _JOURNAL,
        entry=_entry(
            fact=lambda one: Fact(one.fact.about, one.fact.body.decode("utf-8", "replace").encode())
        ),
    ),
    broken(
        "facts are about everything once",
        _JOURNAL,
        entry=_entry(fact=lambda one: Fact(tuple(dict.fromkeys(one.fact.about)), one.fact.body)),
    ),
    broken("entries without their act", _JOURNAL, entry=_entry(batch=lambda one: "act")),
    broken("positions from nought", _JOURNAL, entry=_entry(position=lambda one: one.position - 1)),
    broken("positions with gaps", _JOURNAL, position=lambda self, batch: Reference.position(self, batch) + 1),
    _journal(
        "the border of the journal is repeated",
        lambda self, after, limit, about: _about(self, max(after - 1, 0), about)[:limit],
    ),
    _journal(
        "the journal skips one",
        lambda self, after, limit, about: _about(self, after + (after > 0), about)[:limit],
    ),
    _journal("the journal has no end", lambda self, after, limit, about: _about(self, after, about)),
    _journal(
        "the journal is about everything", lambda self, after, limit, about: _about(self, after, None)[:limit]
    ),
    _journal(
        "the limit before the record",
        lambda self, after, limit, about: [
            one for one in _about(self, after, about) if one.position <= after + limit
        ],
    ),
    _journal("a record as often as it is named", _each_time),
    _journal("pages of whole batches", _whole_batches),
    _journal(
        "ids alone say what it is about",
        lambda self, after, limit, about: [
            one
            for one in self.room.entries[after:]
            if about is None or about.id in {ref.id for ref in one.fact.about}
        ][:limit],
    ),
    broken("the head counts acts", "the head is the last position", head=lambda self: len(self.room.acts)),
    _tally("no records make a group", lambda groups, self, query, of: groups or {(): Tally(0)}),
    _tally(
        "nothing is no group",
        lambda groups, self, query, of: {group: one for group, one in groups.items() if None not in group},
    ),
    _tally(
        "figures of 63 bits",
        lambda groups, self, query, of: _whole(
            groups, lambda one: evolve(one, total=(one.total + 2**63) % 2**64 - 2**63)
        ),
    ),
    _tally(
        "only what is summed is counted",
        lambda groups, self, query, of: (
            groups
            if of is None
            else _whole(groups, lambda one: evolve(one, rows=min(one.rows, abs(one.total))))
        ),
    ),
    _tally(
        "flags are counted as numbers",
        lambda groups, self, query, of: {
            tuple(int(one) if isinstance(one, bool) else one for one in group): tally
            for group, tally in groups.items()
        },
    ),
    _tally("everything is counted", _of_everything),
    broken(
        "any tally is given",
        "what is no figure is refused",
        tally=lambda self, query, by=(), of=None: Storage.tally(
            self, evolve(query, limit=None, after=None), by=by, of=of
        ),
    ),
)
