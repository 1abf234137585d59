"""A swap: one member gives a duty away, or two exchange theirs; and the rings that several swaps make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.duty import EXPECTED, Duty
from grassroots.domain.states import Table, WrongState, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import DutyId, MemberId, StationId, SwapId


class SwapStatus(StrEnum):
    """Where a swap stands."""

    OPEN = "open"  # asked for
    AGREED = "agreed"  # somebody said yes; where a lead has to allow it, that is still to come
    DONE = "done"  # the duties have changed hands
    DECLINED = "declined"  # the other one, or the lead, said no
    WITHDRAWN = "withdrawn"  # whoever asked does not ask any more


SWAP_TRANSITIONS: Table[SwapStatus] = {
    SwapStatus.OPEN: {
        "agree": SwapStatus.AGREED,
        "decline": SwapStatus.DECLINED,
        "withdraw": SwapStatus.WITHDRAWN,
        "settle": SwapStatus.DONE,
    },
    SwapStatus.AGREED: {
        "settle": SwapStatus.DONE,
        "decline": SwapStatus.DECLINED,
        "withdraw": SwapStatus.WITHDRAWN,
    },
    SwapStatus.DONE: {},
    SwapStatus.DECLINED: {},
    SwapStatus.WITHDRAWN: {},
}

LIVE = frozenset({SwapStatus.OPEN, SwapStatus.AGREED})
"""The states in which a swap still asks for something."""


@final
@attrs.frozen(kw_only=True)
class SwapAsked(Event):
    """Somebody offers a duty: to one person, to anybody, or in exchange for another duty."""

    duty: DutyId
    giver: MemberId
    to: MemberId | None = None
    wanted: DutyId | None = None


@final
@attrs.frozen(kw_only=True)
class SwapAgreed(Event):
    """Somebody takes it."""

    by: MemberId


@final
@attrs.frozen(kw_only=True)
class SwapDone(Event):
    """The duties changed hands."""

    duty: DutyId
    taker: MemberId
    wanted: DutyId | None = None


@final
@attrs.frozen(kw_only=True)
class SwapDeclined(Event):
    """It was not wanted, or not allowed."""


@final
@attrs.frozen(kw_only=True)
class SwapWithdrawn(Event):
    """It is not asked for any more."""


class SwapTwice(Refused):
    """The duty is offered already; the facts name the swap."""

    code = "swap-twice"


class SwapNotTheirs(Refused):
    """Only whoever stands there can offer a duty or be asked for it; nobody swaps with themselves."""

    code = "swap-not-theirs"


class SwapTooLate(Refused):
    """A swap is told before the shift begins; afterwards it is an absence."""

    code = "swap-too-late"


class SwapOvertaken(Refused):
    """One of the duties is not awaited any more, or has another holder: there is nothing to swap."""

    code = "swap-overtaken"


class SwapThereAlready(Refused):
    """Whoever would take the duty stands in that shift already: it would lose a person by the swap."""

    code = "swap-there-already"


class SwapRing(Refused):
    """Several open exchanges make a ring, so that no single one of them can be done; all at once can."""

    code = "swap-ring"


@final
@attrs.frozen(kw_only=True)
class Swap:
    """One offer. ``wanted`` is the duty asked for in exchange (None: it is given away), held by ``to``.

    ``to`` None: to anybody. ``taker`` is who said yes.
    """

    id: SwapId
    duty: DutyId
    station: StationId
    day: date
    giver: MemberId
    to: MemberId | None = None
    wanted: DutyId | None = None
    status: SwapStatus = SwapStatus.OPEN
    taker: MemberId | None = None
    asked_at: datetime

    def __attrs_post_init__(self) -> None:
        if self.giver in (self.to, self.taker):
            raise SwapNotTheirs(duty=self.duty, member=self.giver)
        if self.wanted is not None and (self.to is None or self.wanted == self.duty):
            raise BadInput("swap-unsound", id=self.id)

    @classmethod
    def ask(
        cls,
        duty: Duty,
        *,
        id: SwapId,
        at: datetime,
        begins: datetime,
        to: MemberId | None = None,
        wanted: Duty | None = None,
        live: Iterable[Swap] = (),
    ) -> Step[Self]:
        """Offer a duty: to somebody, to anybody, or for ``wanted``. ``live`` are the open offers of it.

        ``begins`` is the beginning of the earlier of the two shifts, ``at`` now.
        """
        for one in (duty,) if wanted is None else (duty, wanted):
            if one.status not in EXPECTED:
                raise SwapOvertaken(duty=one.id, status=one.status.value)
        if at >= begins:
            raise SwapTooLate(duty=duty.id, begins=begins.isoformat())
        for other in live:
            if other.status in LIVE and other.duty == duty.id:
                raise SwapTwice(duty=duty.id, swap=other.id)
        if wanted is not None and to not in (None, wanted.member):
            raise SwapNotTheirs(duty=wanted.id, member=to)
        swap = cls(
            id=id,
            duty=duty.id,
            station=duty.station,
            day=duty.day,
            giver=duty.member,
            to=to if wanted is None else wanted.member,
            wanted=None if wanted is None else wanted.id,
            asked_at=at,
        )
        event = SwapAsked(duty=duty.id, giver=duty.member, to=swap.to, wanted=swap.wanted)
        return Step(swap, (event,))

    def agree(self, by: MemberId) -> Step[Self]:
        """Say yes; an offer to one person can be taken by nobody else."""
        if self.to not in (None, by) or by == self.giver:
            raise SwapNotTheirs(duty=self.duty, member=by)
        if self.status is SwapStatus.DONE and self.taker == by:
            return Step(self)
        if self.status is SwapStatus.AGREED and self.taker != by:
            # Two people cannot have it: the second hears who was first.
            raise WrongState(verb="agree", kind="swap", id=self.id, state=self.status.value, possible=())
        return self._turn("agree", SwapAgreed(by=by), taker=by)

    def settle(self, taker: MemberId | None = None) -> Step[Self]:
        """The duties have changed hands (the use case does it)."""
        by = taker or self.taker or self.to
        if by is None:
            raise SwapNotTheirs(duty=self.duty, member=None)
        return self._turn("settle", SwapDone(duty=self.duty, taker=by, wanted=self.wanted), taker=by)

    def decline(self) -> Step[Self]:
        """Say no."""
        return self._turn("decline", SwapDeclined())

    def withdraw(self) -> Step[Self]:
        """Ask no more."""
        return self._turn("withdraw", SwapWithdrawn())

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(SWAP_TRANSITIONS, self.status, verb, kind="swap", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status, **fields), (event,))


def rings(swaps: Iterable[Swap]) -> list[tuple[Swap, ...]]:
    """The rings of open exchanges: each offers what the one before it wants. Shortest name first, each once.

    A wants B's duty, B wants C's, C wants A's: nobody of them wants what is offered to them, and all would be
    content if everybody moved on by one. Two who want each other's duties are a ring of two.
    """
    offers: Mapping[DutyId, Swap] = {
        swap.duty: swap for swap in swaps if swap.status in LIVE and swap.wanted is not None
    }
    found: list[tuple[Swap, ...]] = []
    done: set[DutyId] = set()
    for start in sorted(offers):
        path: list[DutyId] = []
        here: DutyId | None = start
        while here is not None and here in offers and here not in done and here not in path:
            path.append(here)
            here = offers[here].wanted
        if here in path:
            ring = path[path.index(here) :]
            first = ring.index(min(ring))
            found.append(tuple(offers[duty] for duty in (*ring[first:], *ring[:first])))
        done.update(path)
    return found


def ring_with(swap: Swap, swaps: Sequence[Swap]) -> tuple[Swap, ...] | None:
    """The ring of three or more that an exchange is part of; None if it can be settled by itself."""
    for ring in rings(swaps):
        if len(ring) > 2 and any(one.id == swap.id for one in ring):
            return ring
    return None
