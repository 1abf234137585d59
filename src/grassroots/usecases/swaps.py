"""Swaps at a desk: a duty is given away or exchanged, and a ring of exchanges is done in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from grassroots.contracts.storage import AnyOf, Is
from grassroots.domain.duty import EXPECTED, Duty, Shift
from grassroots.domain.member import Member
from grassroots.domain.rota import (
    LIVE,
    Swap,
    SwapOvertaken,
    SwapRing,
    SwapStatus,
    SwapThereAlready,
    ring_with,
    rings,
)
from grassroots.errors import BadInput
from grassroots.usecases.places import assign_duty, duty_rules
from grassroots.values.ids import DutyId, MemberId, StationId, SwapId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_LIVE = AnyOf("status", tuple(status.value for status in LIVE))


@final
class Swaps(Room):
    """The room ``desk.swaps``."""

    @act
    def give_away(self, work: Work, duty: DutyId, *, to: MemberId | None = None) -> Swap:
        """Offer a duty to one person, or to anybody. Until somebody takes it, it stays where it is."""
        if to is not None:
            work.load(Member, to)
        return _ask(work, duty, to=to)

    @act
    def exchange(self, work: Work, duty: DutyId, wanted: DutyId) -> Swap:
        """Offer a duty for another one; whoever has that one has to agree."""
        return _ask(work, duty, wanted=wanted)

    @act
    def agree(self, work: Work, id: SwapId, by: MemberId, *, despite: str | None = None) -> Swap:
        """Say yes; it is done then, unless the rule packs ask for a lead (``swap_needs_lead``).

        Every rule of a duty holds for the new holders as well; ``despite`` names who answers for an override.
        An exchange that is part of a ring cannot be done alone: the refusal names the ring, and
        :meth:`trade_round` does it.
        """
        swap = work.load(Swap, id)
        if ring := ring_with(swap, _live(work)):
            raise _in_words(ring)
        swap = work.keep(swap.agree(by))
        if swap.status is SwapStatus.DONE or _needs_lead(work):
            return swap
        return _settle(work, swap, by, despite)

    @act
    def settle(self, work: Work, id: SwapId, *, despite: str | None = None) -> Swap:
        """A lead allows what two agreed on: the duties change hands."""
        swap = work.load(Swap, id)
        if swap.status is SwapStatus.DONE:
            return swap
        if swap.taker is None:
            raise BadInput("swap-not-agreed", id=swap.id)
        return _settle(work, swap, swap.taker, despite)

    @act
    def trade_round(self, work: Work, id: SwapId, *, despite: str | None = None) -> list[Swap]:
        """Do a whole ring of exchanges at once: everybody gets the duty that they asked for.

        ``id`` is any swap of the ring; all who take part have asked for just this, so that nobody has to
        agree again.
        """
        swap = work.load(Swap, id)
        ring = next((one for one in rings(_live(work)) if any(part.id == swap.id for part in one)), None)
        if ring is None:
            raise BadInput("swap-no-ring", id=swap.id)
        duties = {part.duty: _awaited(work, part.duty) for part in ring}
        wanted = {part.duty: str(part.wanted) for part in ring}
        for part in ring:
            _not_there_already(work, duties[DutyId(wanted[part.duty])], part.giver)
        for part in ring:
            # Whoever wants this duty gets it; first all of them let go, so that nobody is in two places.
            heir = next(other for other in ring if other.wanted == part.duty)
            work.keep(duties[part.duty].hand_on(heir.giver))
        for part in ring:
            taken = duties[DutyId(wanted[part.duty])]
            shift = work.load(Shift, taken.shift)
            assign_duty(work, shift, part.giver, covers=taken.member, despite=despite)
        return [work.keep(part.settle()) for part in ring]

    @act
    def decline(self, work: Work, id: SwapId) -> Swap:
        """Say no, as the one who was asked or as the lead."""
        return work.keep(work.load(Swap, id).decline())

    @act
    def withdraw(self, work: Work, id: SwapId) -> Swap:
        """Ask no more."""
        return work.keep(work.load(Swap, id).withdraw())

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: SwapId) -> Swap:
        """One swap."""
        return reading.get(Swap, id)

    @look
    def open(self, reading: Reading, *, station: StationId | None = None) -> list[Swap]:
        """What is asked for and not decided, by day."""
        where = () if station is None else (Is("station", station),)
        return sorted(reading.list(Swap, _LIVE, *where), key=lambda swap: (swap.day, swap.id))

    @look
    def rings(self, reading: Reading) -> list[tuple[Swap, ...]]:
        """The rings among the open exchanges, each of which :meth:`trade_round` can do."""
        return rings(reading.list(Swap, _LIVE))


def _ask(work: Work, duty: DutyId, *, to: MemberId | None = None, wanted: DutyId | None = None) -> Swap:
    mine = work.load(Duty, duty)
    theirs = None if wanted is None else work.load(Duty, wanted)
    live = work.find(Swap, Is("duty", duty), _LIVE)
    for known in live:
        if (known.to, known.wanted) == (theirs.member if theirs else to, wanted):
            return known
    shifts = [work.load(Shift, one.shift) for one in (mine, theirs) if one is not None]
    step = Swap.ask(
        mine,
        id=SwapId(work.new_id()),
        at=work.now,
        begins=min(shift.window(work.office.zone)[0] for shift in shifts),
        to=to,
        wanted=theirs,
        live=live,
    )
    return work.keep(step)


def _settle(work: Work, swap: Swap, taker: MemberId, despite: str | None) -> Swap:
    mine = _awaited(work, swap.duty)
    theirs = None if swap.wanted is None else _awaited(work, swap.wanted)
    if theirs is not None and theirs.member != taker:
        raise SwapOvertaken(duty=theirs.id, status=theirs.status.value)
    _not_there_already(work, mine, taker)
    if theirs is not None:
        _not_there_already(work, theirs, mine.member)
    work.keep(mine.hand_on(taker))
    if theirs is not None:
        work.keep(theirs.hand_on(mine.member))
        shift = work.load(Shift, theirs.shift)
        assign_duty(work, shift, mine.member, covers=taker, despite=despite)
    assign_duty(work, work.load(Shift, mine.shift), taker, covers=mine.member, despite=despite)
    # Other offers of a duty that has changed hands ask for nothing any more.
    gone = [mine.id] if theirs is None else [mine.id, theirs.id]
    for key in ("duty", "wanted"):
        for other in work.find(Swap, AnyOf(key, gone), _LIVE):
            if other.id != swap.id:
                work.keep(other.withdraw())
    return work.keep(swap.settle(taker))


def _awaited(work: Work, id: DutyId) -> Duty:
    duty = work.load(Duty, id)
    if duty.status not in EXPECTED:
        raise SwapOvertaken(duty=duty.id, status=duty.status.value)
    return duty


def _not_there_already(work: Work, duty: Duty, member: MemberId) -> None:
    """Refuse somebody who stands in the shift of a duty already: nobody can hold two places in one."""
    for other in work.find(Duty, Is("shift", duty.shift), Is("member", member)):
        if other.binding and other.id != duty.id:
            raise SwapThereAlready(member=member, duty=other.id, day=duty.day.isoformat())


def _live(work: Work) -> list[Swap]:
    return work.find(Swap, _LIVE)


def _needs_lead(work: Work) -> bool:
    return bool(duty_rules(work.office.packs, "changes", work.today).get("swap_needs_lead", False))


def _in_words(ring: Sequence[Swap]) -> SwapRing:
    return SwapRing(
        swap=ring[0].id,
        count=len(ring),
        people=tuple(str(one.giver) for one in ring),
        days=tuple(one.day.isoformat() for one in ring),
    )
