"""The rota: who should stand where in a period, as a draft that people look at, and then published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import is_code, short_code
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RotaId, ShiftId, StationId


class RotaStatus(StrEnum):
    """Where a rota stands."""

    DRAFT = "draft"  # on the desk; lines may be changed
    PROPOSED = "proposed"  # shown to those who have to agree
    PUBLISHED = "published"  # its lines are duties; what changes now is a duty's own matter
    WITHDRAWN = "withdrawn"  # dropped before it was published


TRANSITIONS: Table[RotaStatus] = {
    RotaStatus.DRAFT: {
        "propose": RotaStatus.PROPOSED,
        "publish": RotaStatus.PUBLISHED,
        "withdraw": RotaStatus.WITHDRAWN,
    },
    RotaStatus.PROPOSED: {
        "revise": RotaStatus.DRAFT,
        "publish": RotaStatus.PUBLISHED,
        "withdraw": RotaStatus.WITHDRAWN,
    },
    RotaStatus.PUBLISHED: {},
    RotaStatus.WITHDRAWN: {},
}


@final
@attrs.frozen(kw_only=True)
class RotaDrafted(Event):
    """A rota was drafted: by a planner, or by hand."""

    station: StationId
    first: date
    last: date
    lines: int
    planner: str | None = None


@final
@attrs.frozen(kw_only=True)
class RotaProposed(Event):
    """It was shown to those who have to agree."""


@final
@attrs.frozen(kw_only=True)
class RotaRevised(Event):
    """It went back to the desk, or its lines were changed there."""

    lines: int


@final
@attrs.frozen(kw_only=True)
class RotaPublished(Event):
    """Its lines became duties, so many days before the first of them (below 0: after it)."""

    lines: int
    days_ahead: int


@final
@attrs.frozen(kw_only=True)
class RotaWithdrawn(Event):
    """It was dropped."""

    reason: str


class RotaLineTwice(Refused):
    """The same person stands twice in the same shift."""

    code = "rota-line-twice"


class RotaUnsound(Refused):
    """A rota cannot be published: lines that a rule is against; the facts name the first and count all."""

    code = "rota-unsound"


@final
@attrs.frozen(order=True)
class RotaLine:
    """One person in one shift."""

    shift: ShiftId
    member: MemberId


@final
@attrs.frozen
class GoalTold:
    """What a plan came to in one goal, and the best that any plan could reach (equal: proven)."""

    name: str
    value: int
    bound: int


def _whole(_: object, __: attrs.Attribute[tuple[RotaLine, ...]], lines: tuple[RotaLine, ...]) -> None:
    if len(set(lines)) != len(lines):
        seen: set[RotaLine] = set()
        for line in lines:
            if line in seen:
                raise RotaLineTwice(shift=line.shift, member=line.member)
            seen.add(line)


@final
@attrs.frozen(kw_only=True)
class Rota:
    """Who should stand where at one station, on the days of ``first`` to ``last``.

    ``planner`` is the name of the planner that proposed it (None: written by hand), ``answer`` what it said
    of its plan, ``goals`` what it came to. After publishing the duties tell the truth, and ``lines`` what was
    published.
    """

    id: RotaId
    station: StationId
    first: date
    last: date
    lines: tuple[RotaLine, ...] = attrs.field(default=(), validator=_whole)
    status: RotaStatus = RotaStatus.DRAFT
    planner: str | None = attrs.field(default=None, validator=is_code)
    answer: str | None = attrs.field(default=None, validator=is_code)
    goals: tuple[GoalTold, ...] = ()
    drafted_on: date
    published_on: date | None = None
    reason: str | None = attrs.field(default=None, validator=is_code)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("span-backwards", first=self.first.isoformat(), last=self.last.isoformat())

    @classmethod
    def draft(
        cls,
        *,
        id: RotaId,
        station: StationId,
        period: Period,
        lines: Iterable[RotaLine],
        on: date,
        planner: str | None = None,
        answer: str | None = None,
        goals: tuple[GoalTold, ...] = (),
    ) -> Step[Self]:
        """Draft a rota for a station and a period."""
        rota = cls(
            id=id,
            station=station,
            first=period.first,
            last=period.last,
            lines=tuple(sorted(lines)),
            planner=planner,
            answer=answer,
            goals=goals,
            drafted_on=on,
        )
        event = RotaDrafted(
            station=station, first=period.first, last=period.last, lines=len(rota.lines), planner=planner
        )
        return Step(rota, (event,))

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.first, self.last)

    def propose(self) -> Step[Self]:
        """Show it to those who have to agree."""
        return self._turn("propose", RotaProposed())

    def revise(self) -> Step[Self]:
        """Take it back to the desk."""
        return self._turn("revise", RotaRevised(lines=len(self.lines)))

    def change(self, *, put: Iterable[RotaLine] = (), take: Iterable[RotaLine] = ()) -> Step[Self]:
        """Put lines in and take lines out; only a draft can be changed. The same again changes nothing."""
        if self.status is not RotaStatus.DRAFT:
            turn(TRANSITIONS, self.status, "change", kind="rota", id=self.id)
        lines = tuple(sorted((set(self.lines) - set(take)) | set(put)))
        if lines == self.lines:
            return Step(self)
        return Step(attrs.evolve(self, lines=lines), (RotaRevised(lines=len(lines)),))

    def publish(self, on: date) -> Step[Self]:
        """Make it count; the use case makes the duties."""
        ahead = (self.first - on).days
        return self._turn("publish", RotaPublished(lines=len(self.lines), days_ahead=ahead), published_on=on)

    def withdraw(self, reason: str) -> Step[Self]:
        """Drop it."""
        return self._turn("withdraw", RotaWithdrawn(reason=short_code(reason, "reason")), reason=reason)

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="rota", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, **fields), (event,))
