"""A tie says that two members belong together at home or by blood: who is whose guardian, who lives with
whom.

Terms. A *guardian* answers for a child (or for a grown-up who cannot) and speaks for them: ``one`` is the
guardian of ``other``. *Household* and *kin* have no direction; ``one`` and ``other`` may be told either way.
A tie has a span of days; what is over stays, since a decision of those days rested on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.fields import HOUSEHOLD, guarded
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.ids import MemberId, TieId


class TieKind(StrEnum):
    """How two people belong together."""

    GUARDIAN = "guardian"  # ``one`` answers for ``other``
    HOUSEHOLD = "household"  # they live together
    KIN = "kin"  # near relatives who live apart


@final
@attrs.frozen(kw_only=True)
class TieRecorded(Event):
    """Somebody told how two people belong together; which two stands in the record, which can be erased."""

    kind: TieKind


@final
@attrs.frozen(kw_only=True)
class TieEnded(Event):
    """It is over; ``on`` was the last day."""

    on: date


@guarded
@final
@attrs.frozen(kw_only=True)
class Tie:
    """One tie between two members."""

    id: TieId
    one: MemberId
    other: MemberId
    kind: TieKind = attrs.field(default=TieKind.KIN, metadata=HOUSEHOLD)
    span: Span

    def __attrs_post_init__(self) -> None:
        if self.one == self.other:
            raise BadInput("tie-with-oneself", member=self.one)

    @classmethod
    def record(
        cls, *, id: TieId, one: MemberId, other: MemberId, kind: TieKind, since: date, known: Iterable[Tie]
    ) -> Step[Tie]:
        """Write a tie down; a tie that stands already is not doubled."""
        tie = cls(id=id, one=one, other=other, kind=kind, span=Span(since))
        for standing in known:
            if standing.span.covers(since) and standing.same_as(tie):
                return Step(standing)
        return Step(tie, (TieRecorded(kind=kind),))

    def end(self, on: date) -> Step[Self]:
        """It is over; ``on`` is the last day. What has ended stays as it is."""
        if not self.span.open:
            return Step(self)
        return Step(attrs.evolve(self, span=self.span.until(on)), (TieEnded(on=on),))

    def same_as(self, other: Tie) -> bool:
        """Whether both say the same of the same two people."""
        if self.kind is not other.kind:
            return False
        if self.kind is TieKind.GUARDIAN:
            return (self.one, self.other) == (other.one, other.other)
        return {self.one, self.other} == {other.one, other.other}

    def binds(self, one: MemberId, other: MemberId, on: date) -> bool:
        """Whether it ties these two on a day, whichever is named first."""
        return self.span.covers(on) and {self.one, self.other} == {one, other}


def guardians_of(member: MemberId, ties: Iterable[Tie], on: date) -> tuple[MemberId, ...]:
    """Who answers for a member on a day."""
    return tuple(
        tie.one
        for tie in ties
        if tie.kind is TieKind.GUARDIAN and tie.other == member and tie.span.covers(on)
    )
