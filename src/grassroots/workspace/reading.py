"""Reading: what a viewer may look at, list, count and walk. It has a tally and no commit.

Nothing is decided on a reading: an act that decides uses a work, which remembers what it was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar, final

from grassroots.contracts.storage import Condition, Position, Query, Ref, Scalar, Stored, Tally, walk
from grassroots.domain.policy import Action
from grassroots.errors import Missing
from grassroots.workspace.codec import Happened
from grassroots.workspace.kindspec import KindSpec, Record
from grassroots.workspace.office import Office, Seat

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
            for ref, stored in self.office.storage.read(refs).items():
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
        return islice(self._shown(spec, Query(spec.name, where, backwards=backwards)), limit)

    def _shown(self, spec: KindSpec[R], query: Query) -> Iterator[R]:
        for stored in walk(self.office.storage, query):
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
        self.seat.may(self.office.kinds.named(kind), Action.COUNT)
        return walk(self.office.storage, Query(kind, where))

    def tally(
        self, kind: str, *where: Condition, by: tuple[str, ...] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counts and sums by key; a policy action of its own, since a count can tell too."""
        self.seat.may(self.office.kinds.named(kind), Action.COUNT)
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

    def _decode(self, spec: KindSpec[R], stored: Stored) -> R:
        return self.office.codec.decode(spec, stored.body).record  # type: ignore[no-any-return]
