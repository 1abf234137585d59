"""Reading: what a viewer may look at, list, count and walk. It has a tally and no commit.

Nothing is decided on a reading: an act that decides uses a work, which remembers what it was shown. A viewer
finds nothing by a key that is made of fields which they may not read, and counts by it only in groups large
enough that nobody can be made out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from itertools import chain, islice
from typing import Any, TypeVar, final

from grassroots.contracts.policy import Effect, Relation
from grassroots.contracts.storage import (
    PAGE,
    Condition,
    Position,
    Query,
    Ref,
    Scalar,
    Stored,
    Tally,
    tally_rows,
    walk,
    walk_bodies,
)
from grassroots.domain.access import Access
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Action
from grassroots.domain.smallcounts import large_groups
from grassroots.domain.step import Step
from grassroots.errors import BadInput, Denied, Missing
from grassroots.workspace.codec import Happened
from grassroots.workspace.kindspec import KindSpec, Record
from grassroots.workspace.looks import Looks
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing.sealing import Sealing
from grassroots.workspace.viewer import check_viewer

_LOOKING: ContextVar[Looks | None] = ContextVar("looking", default=None)
"""The look that is going on in this thread or task."""

R = TypeVar("R", bound=Record)


@final
class Reading:
    """A look from one seat. Records come as the viewer may see them: masked, or not at all."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat.fresh()
        self.office: Office = seat.office
        self.now = seat.office.clock()
        self._looks = Looks(self.seat)

    @contextmanager
    def remembered(self, write: Callable[[Seat, Iterable[Step[Access]]], None]) -> Iterator[None]:
        """Run one look, and write what has to be remembered of it before its answer is given.

        Denied or Missing for a viewer who is not who they are said to be (:mod:`.viewer`).
        """
        outer = _LOOKING.get()
        if outer is not None and outer.seat.office is self.office:
            self._looks = outer  # a look inside a look is part of that one
            yield
            return
        check_viewer(self.seat)
        mark = _LOOKING.set(self._looks)
        try:
            yield
        finally:
            # Also of a look that ended in a refusal: what it was shown on the way was shown.
            _LOOKING.reset(mark)
            if noted := self._looks.noted():
                write(self.seat, noted)

    @property
    def today(self) -> date:
        """The day on the wall of the network, in its zone."""
        return self.now.astimezone(self.office.zone).date()

    def get(self, kind: type[R], id_: str) -> R:
        """One record as this viewer may see it; Missing if there is none or they may not know of it."""
        found = self.peek(kind, id_)
        if found is None:
            raise Missing("missing", kind=self.office.kinds.of(kind).name, id=id_)
        return found

    def peek(self, kind: type[R], id_: str) -> R | None:
        """One record as this viewer may see it, or None."""
        spec = self.office.kinds.of(kind)
        self.seat.may(spec, Action.READ)
        ref = Ref(spec.name, id_)
        stored = self.office.storage.read((ref,)).get(ref)
        return None if stored is None else self._seen(spec, stored, Action.READ)

    def judged(
        self, kind: str, id_: str, action: Action
    ) -> tuple[frozenset[Relation], Mapping[FieldGroup, Effect]]:
        """The viewer's ties to one record and what they may do with it; Missing if they may not know of
        it.
        """
        spec = self.office.kinds.named(kind)
        self.seat.may(spec, Action.READ)
        ref = Ref(spec.name, id_)
        stored = self.office.storage.read((ref,)).get(ref)
        record = None if stored is None else self._decode(spec, stored)
        if record is None or self.seat.shown(spec, record) is None:
            raise Missing("missing", kind=kind, id=id_)
        circle = self.seat.circle
        ties = frozenset(Relation) - {Relation.ANY}
        relations = frozenset[Relation]() if circle is None else circle.relations(spec, record, ties)
        return relations, self.seat.effects(spec, action, record)

    def get_all(self, kind: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Several records by id; those that do not exist or may not be seen are left out."""
        spec = self.office.kinds.of(kind)
        self.seat.may(spec, Action.READ)
        found: dict[str, R] = {}
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), 500):
            refs = [Ref(spec.name, id_) for id_ in wanted[start : start + 500]]
            page = self.office.storage.read(refs)
            if self.office.sealing is not None:
                self.office.sealing.prefetch(self.office.storage, [one.body for one in page.values()])
            for ref, stored in page.items():
                shown = self._seen(spec, stored, Action.READ)
                if shown is not None:
                    found[ref.id] = shown
        return found

    def walk(
        self, kind: type[R], *where: Condition, limit: int | None = None, backwards: bool = False
    ) -> Iterator[R]:
        """The records that match, by id, page by page (memory does not grow with their number).

        ``limit`` is how many this viewer gets to see, not how many were looked at.
        """
        spec = self.office.kinds.of(kind)
        self.seat.may(spec, Action.LIST)
        if self.office.hides(spec, where):
            return islice(self._hidden(spec, where, backwards), limit)
        return islice(self._shown(spec, Query(spec.name, where, backwards=backwards)), limit)

    def _found_hidden(self, spec: KindSpec[Any], where: tuple[Condition, ...]) -> dict[str, Stored]:
        """By keys that a sealed network hides: what was found is held against what was asked, once open."""
        rows: dict[str, Stored] = {}
        for asked in self.office.asked(spec, where):
            for stored in self._opened(walk(self.office.storage, Query(spec.name, asked))):
                if self.office.meant(spec, where, self._decode(spec, stored)):
                    rows[stored.ref.id] = stored
        return rows

    def _hidden(self, spec: KindSpec[R], where: tuple[Condition, ...], backwards: bool) -> Iterator[R]:
        rows, by = self._found_hidden(spec, where), _groups(spec, (one.key for one in where))
        for id_ in sorted(rows, reverse=backwards):
            shown = self._seen(spec, rows[id_], Action.LIST, by)
            if shown is not None:
                yield shown

    def _shown(self, spec: KindSpec[R], query: Query) -> Iterator[R]:
        by = _groups(spec, (condition.key for condition in query.where))
        for rows in walk_bodies(self.office.storage, query):
            for record in self.office.records(spec, rows):
                shown = self._let_see(spec, record, Action.LIST, by)
                if shown is not None:
                    yield shown

    def _seen(
        self, spec: KindSpec[R], stored: Stored, action: Action, by: frozenset[FieldGroup] = frozenset()
    ) -> R | None:
        return self._let_see(spec, self._decode(spec, stored), action, by)

    def _let_see(self, spec: KindSpec[R], record: R, action: Action, by: frozenset[FieldGroup]) -> R | None:
        shown = self.seat.shown(spec, record, action, by)
        if shown is not None:
            self._looks.note(spec, record, shown)
        return shown

    def list(
        self, kind: type[R], *where: Condition, limit: int | None = None, backwards: bool = False
    ) -> list[R]:
        """The same as a list."""
        return list(self.walk(kind, *where, limit=limit, backwards=backwards))

    def rows(self, kind: str, *where: Condition) -> Iterator[Stored]:
        """The stored rows of a kind for counting: keys only matter, bodies are not decoded.

        Denied ``count-too-small`` if they are found by guarded keys and are too few to be told.
        """
        spec = self.office.kinds.named(kind)
        whole = self.counts_whole(kind, (condition.key for condition in where))
        if self.office.hides(spec, where):
            found = iter(self._found_hidden(spec, where).values())
        else:
            found = walk(self.office.storage, Query(kind, where))
        if whole:
            return found
        least = self.office.smallest_count(self.today)
        first = list(islice(found, least))
        self.large_enough(kind, len(first))
        return chain(first, found)

    def tally(
        self, kind: str, *where: Condition, by: tuple[str, ...] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counts and sums by key; a policy action of its own, since a count can tell too.

        Grouped or narrowed by guarded keys, groups with too few records are left out.
        """
        spec = self.office.kinds.named(kind)
        keys = (*(condition.key for condition in where), *by, *((of,) if of else ()))
        whole = self.counts_whole(kind, keys)
        for key in by:
            if key in spec.hidden:
                # Sealed or not: whoever may count may not list who has which number.
                raise BadInput("key-hidden", kind=kind, what=key)
        found: Mapping[tuple[Scalar, ...], Tally]
        if self.office.hides(spec, where):
            found = tally_rows(self._found_hidden(spec, where).values(), kind, by, of)
        else:
            found = self.office.storage.tally(Query(kind, where), by=by, of=of)
        if whole:
            return found
        rows = {group: tally.rows for group, tally in found.items()}
        kept = large_groups(rows, self.office.smallest_count(self.today))
        return {group: found[group] for group in kept}

    def listed(self, rows: Iterable[Stored], by: frozenset[FieldGroup]) -> Iterator[Stored]:
        """Those of the rows that this viewer may list, if they were found by guarded fields; Denied if none.

        Bodies are looked at only where it depends on the record.
        """
        for row in rows:
            spec = self.office.kinds.named(row.ref.kind)
            self.seat.may(spec, Action.LIST)
            if (
                self.seat.sees_all(spec)
                or self.seat.shown(spec, self._decode(spec, row), Action.LIST, by) is not None
            ):
                yield row

    def counts_whole(self, kind: str, keys: Iterable[str], also: Iterable[FieldGroup] = ()) -> bool:
        """Whether this viewer may count by these keys whatever comes of it; Denied if not at all.

        ``also`` are field groups that are asked beyond the keys (an age is computed from a birth date).
        """
        spec = self.office.kinds.named(kind)
        return self.seat.may_count(spec, _groups(spec, keys) | frozenset(also))

    def large_enough(self, kind: str, count: int) -> None:
        """Denied ``count-too-small`` for a count that could single somebody out; nought as well."""
        least = self.office.smallest_count(self.today)
        if count < least:
            raise Denied("count-too-small", kind=kind, least=least, ask="steward")

    def trail(
        self, about: Ref | None = None, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Happened]:
        """What happened (to one record, or to all), in order; references and codes only."""
        entries = self.office.storage.journal(after=after, limit=limit, about=about)
        return [self.office.codec.decode_fact(entry) for entry in entries]

    def head(self) -> Position:
        """The last position of the journal: a report looks before and after."""
        return self.office.storage.head()

    def _opened(self, rows: Iterator[Stored]) -> Iterator[Stored]:
        """The same rows; in a sealed network the keys of a page are opened together."""
        sealing = self.office.sealing
        if sealing is None:
            return rows
        return self._by_page(sealing, rows)

    def _by_page(self, sealing: Sealing, rows: Iterator[Stored]) -> Iterator[Stored]:
        while page := list(islice(rows, PAGE)):
            sealing.prefetch(self.office.storage, [one.body for one in page])
            yield from page

    def _decode(self, spec: KindSpec[R], stored: Stored) -> R:
        return self.office.decode(spec, stored).record  # type: ignore[no-any-return]


def _groups(spec: KindSpec[Any], keys: Iterable[str]) -> frozenset[FieldGroup]:
    return frozenset(spec.guards[key] for key in keys if key in spec.guards)
