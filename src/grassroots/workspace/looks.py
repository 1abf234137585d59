"""What has to be remembered of a look: that it showed a child, or went through broken glass.

Only what was really shown counts: a record whose guarded fields came out empty told nothing. Everything
that a look uses on the way counts as shown, also where its answer is only a number of days: too much is
remembered rather than too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

from grassroots.contracts.storage import Ref
from grassroots.domain.access import EMERGENCY, MOST_NAMED, Access, Ground
from grassroots.domain.member import Member
from grassroots.domain.safeguarding import younger_than
from grassroots.domain.step import Step
from grassroots.values.ids import AccessId, GrantId, MemberId
from grassroots.workspace.kindspec import KindSpec

if TYPE_CHECKING:
    from grassroots.workspace.office import Seat

_PAGE = 500


@final
class Looks:
    """Collects what one look shows; :meth:`noted` says what of it has to be written down."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._shown: dict[Ref, frozenset[str]] = {}
        self._children: dict[str, bool] = {}
        self._failed = 0 if seat.office.outside is None else seat.office.outside.failed

    def note(self, spec: KindSpec[Any], record: Any, shown: Any) -> None:
        """One record was shown. Cheap: it may be one of a hundred thousand."""
        if self._child_age is None and self.seat.purpose != EMERGENCY:
            return
        if isinstance(record, Member):
            if not self._is_child(record) and self.seat.purpose != EMERGENCY:
                return
        elif not spec.guarded:
            return
        people = frozenset(one for one in spec.people(record) if one is not None)
        if people and _tells(spec, shown):
            self._shown[Ref(spec.name, record.id)] = people

    def noted(self) -> list[Step[Access]]:
        """The looks to be written down: of children, through broken glass, closed by a policy that failed."""
        found: list[Step[Access]] = []
        if self._shown:
            people = {id_ for ids in self._shown.values() for id_ in ids}
            found += self._access(Ground.MINOR, self._all_children(people))
            for member, grant in self._opened.items():
                found += self._access(Ground.EMERGENCY, frozenset({member}), GrantId(grant))
        outside = self.seat.office.outside
        if outside is not None and outside.failed > self._failed:
            found.append(self._step(Ground.POLICY_FAILED, (), ()))
        return found

    # -- children -----------------------------------------------------------------------------------------
    @cached_property
    def _today(self) -> date:
        office = self.seat.office
        return office.clock().astimezone(office.zone).date()

    @cached_property
    def _child_age(self) -> int | None:
        """Below which age a look is remembered, as the packs have it; None if they ask for none."""
        rules = self.seat.office.packs.table("minor", self._today).values()
        ages = [int(one.value["under_age_years"]) for one in rules if one.value.get("access_logged")]
        return max(ages, default=None)

    def _is_child(self, member: Member) -> bool:
        found = self._child_age is not None and younger_than(self._child_age, member, self._today)
        self._children[member.id] = found
        return found

    def _all_children(self, people: Iterable[str]) -> frozenset[str]:
        if self._child_age is None:
            return frozenset()
        office = self.seat.office.at_home
        unknown = sorted(id_ for id_ in people if id_ not in self._children)
        spec = office.kinds.of(Member)
        for start in range(0, len(unknown), _PAGE):
            refs = [Ref(spec.name, id_) for id_ in unknown[start : start + _PAGE]]
            for stored in office.storage.read(refs).values():
                self._is_child(office.decode(spec, stored).record)
        return frozenset(id_ for id_ in people if self._children.get(id_))

    @property
    def _opened(self) -> Mapping[str, str]:
        circle = self.seat.circle
        return {} if circle is None else circle.opened

    # -- writing ------------------------------------------------------------------------------------------
    def _access(
        self, ground: Ground, people: frozenset[str], grant: GrantId | None = None
    ) -> Iterator[Step[Access]]:
        about = [(ref, ids & people) for ref, ids in self._shown.items() if ids & people]
        for start in range(0, len(about), MOST_NAMED):
            page = about[start : start + MOST_NAMED]
            named = tuple(sorted({id_ for _, ids in page for id_ in ids}))
            # One record may be about several people: no more of them fit into a key either.
            for first in range(0, len(named), MOST_NAMED):
                yield self._step(
                    ground,
                    tuple(MemberId(id_) for id_ in named[first : first + MOST_NAMED]),
                    tuple(f"{ref.kind}/{ref.id}" for ref, _ in page),
                    grant,
                )

    def _step(
        self,
        ground: Ground,
        people: tuple[MemberId, ...],
        records: tuple[str, ...],
        grant: GrantId | None = None,
    ) -> Step[Access]:
        office = self.seat.office
        now = office.clock()
        return Access.remember(
            id=AccessId(office.ids(now)),
            by=self.seat.actor.name_of_record,
            at=now,
            purpose=self.seat.purpose,
            ground=ground,
            people=people,
            records=records,
            grant=grant,
            sheet=self.seat.sheet,
        )


def _tells(spec: KindSpec[Any], shown: Any) -> bool:
    """Whether any guarded field of a record as shown holds something."""
    return any(getattr(shown, name) not in (None, (), "", default) for name, default in spec.guarded)
