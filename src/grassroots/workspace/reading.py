"""Reading: what a viewer may look at, list, count and walk. It has a tally and no commit.

Nothing is decided on a reading: an act that decides uses a work, which remembers what it was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar, final

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
)
from grassroots.domain.policy import Action
from grassroots.errors import BadInput, Missing
from grassroots.workspace.codec import Happened
from grassroots.workspace.kindspec import KindSpec, Record
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.sealing.sealing import Sealing

R = TypeVar("R", bound=Record)


@final
class Reading:
    """A look from one seat. Records come as the viewer may see them: masked, or not at all."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.office: Office = seat.office
        self.now = seat.office.clock()

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
        return None if stored is None else self.seat.shown(spec, self._decode(spec, stored))

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
                self.office.sealing.prefetch(self.office.storage, page.values())
            for ref, stored in page.items():
                shown = self.seat.shown(spec, self._decode(spec, stored))
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
        rows = self._found_hidden(spec, where)
        for id_ in sorted(rows, reverse=backwards):
            shown = self.seat.shown(spec, self._decode(spec, rows[id_]), Action.LIST)
            if shown is not None:
                yield shown

    def _shown(self, spec: KindSpec[R], query: Query) -> Iterator[R]:
        for stored in self._opened(walk(self.office.storage, query)):
            shown = self.seat.shown(spec, self._decode(spec, stored), Action.LIST)
            if shown is not None:
                yield shown

    def list(
        self, kind: type[R], *where: Condition, limit: int | None = None, backwards: bool = False
    ) -> list[R]:
        """The same as a list."""
        return list(self.walk(kind, *where, limit=limit, backwards=backwards))

    def rows(self, kind: str, *where: Condition) -> Iterator[Stored]:
        """The stored rows of a kind for counting: keys only matter, bodies are not decoded."""
        spec = self.office.kinds.named(kind)
        self.seat.may(spec, Action.COUNT)
        if self.office.hides(spec, where):
            return iter(self._found_hidden(spec, where).values())
        return walk(self.office.storage, Query(kind, where))

    def tally(
        self, kind: str, *where: Condition, by: tuple[str, ...] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counts and sums by key; a policy action of its own, since a count can tell too."""
        spec = self.office.kinds.named(kind)
        self.seat.may(spec, Action.COUNT)
        for key in by:
            if key in spec.hidden:
                # Sealed or not: whoever may count may not list who has which number.
                raise BadInput("key-hidden", kind=kind, what=key)
        if self.office.hides(spec, where):
            return tally_rows(self._found_hidden(spec, where).values(), kind, by, of)
        return self.office.storage.tally(Query(kind, where), by=by, of=of)

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
            sealing.prefetch(self.office.storage, page)
            yield from page

    def _decode(self, spec: KindSpec[R], stored: Stored) -> R:
        return self.office.decode(spec, stored).record  # type: ignore[no-any-return]
