"""Marking: what became of parcels and of their channel, written together, also when others wrote first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, final

import attrs

from grassroots.contracts.storage import Ref
from grassroots.domain.channel import Channel
from grassroots.domain.outbox import LeaseLost, Parcel
from grassroots.domain.step import Step
from grassroots.domain.terms import Terms
from grassroots.errors import Conflict
from grassroots.usecases.outbox.box import Box, Change, Held, Kept
from grassroots.usecases.outbox.sending import Line

if TYPE_CHECKING:
    from grassroots.usecases.outbox.courier import Round

_TRIES: Final = 20

Verb = Callable[[Parcel], Step[Parcel]]
Turn = Callable[[Channel], Channel]


@final
@attrs.frozen
class _Result:
    held: Held[Parcel]
    verb: Verb


@final
class Marking:
    """Results that wait to be written, and the state of the channel with them taken in."""

    def __init__(self, box: Box, line: Line, round_: Round, terms: Terms) -> None:
        self._box = box
        self._round = round_
        self._terms = terms
        self._results: list[_Result] = []
        self._turns: list[Turn] = []
        self._rated = line.limits.rated
        self._stored = box.channel(line.channel)
        self.channel = self._stored.record

    def add(self, held: Held[Parcel], verb: Verb) -> None:
        """What became of a parcel that we leased, or of one that nobody leased."""
        self._results.append(_Result(held, verb))

    def tell(self, parcel: str, *, worked: bool) -> None:
        """Whether the channel worked for this parcel."""
        if worked:
            self._turn(Channel.worked)
        else:
            now, chance = self._box.now, self._box.chance()
            self._turn(lambda channel: channel.failed(parcel, now, chance, self._terms))

    def lease(
        self, parcels: Sequence[Held[Parcel]], holder: str, until: datetime, now: datetime
    ) -> list[Held[Parcel]] | None:
        """Write the results and lease the next parcels, in one batch; None if somebody else was faster.

        What nobody needs any more is not leased.
        """
        turns = len(self._turns)
        if self._rated:
            self._turn(lambda channel: channel.took(now))
        change = self._box.change()
        self._fill(change)
        going = [held for held in parcels if not held.record.useless(now)]
        for held in parcels:
            parcel = held.record
            change.put(held, parcel.expire() if parcel.useless(now) else parcel.lease(holder, until))
        standing = self._attempt(change)
        if standing is None:
            # Somebody was faster with a parcel, or with the channel: no message goes, none is counted.
            del self._turns[turns:]
            self.flush()
            return None
        self._settled(standing)
        return [standing[Ref("parcel", held.record.id)] for held in going]

    def flush(self) -> bool:
        """Write what waits, whatever others wrote meanwhile; whether there was anything."""
        if not self._results and not self._turns:
            return False
        for _ in range(_TRIES):
            change = self._box.change()
            self._fill(change)
            standing = self._attempt(change)
            if standing is not None:
                self._settled(standing)
                return True
            self._look_again()
        raise Conflict

    def _turn(self, turn: Turn) -> None:
        after = turn(self.channel)
        if after is not self.channel and after != self.channel:
            self.channel = after
            self._turns.append(turn)

    def _fill(self, change: Change) -> None:
        for result in self._results:
            change.put(result.held, result.verb(result.held.record))
        if self._turns:
            change.keep(self._stored, self.channel)

    def _attempt(self, change: Change) -> Kept | None:
        try:
            standing = change.commit()
        except Conflict:
            return None
        self._round.verbs.update(change.verbs)
        return standing

    def _settled(self, standing: Kept) -> None:
        self._results, self._turns = [], []
        self._stored = standing.get(Ref("channel", self.channel.id)) or self._box.channel(self.channel.id)
        self.channel = self._stored.record

    @staticmethod
    def _is_ours(result: _Result, held: Held[Parcel]) -> bool:
        holder = result.held.record.holder
        if holder is None:
            return held.revision == result.held.revision
        try:
            held.record.held_by(holder)
        except LeaseLost:
            return False
        return True

    def _look_again(self) -> None:
        """Read anew what the results are about; a parcel whose lease was lost is another's now."""
        standing = self._box.read(Parcel, [result.held.record.id for result in self._results])
        kept = []
        for result in self._results:
            held = standing.get(result.held.record.id)
            if held is not None and self._is_ours(result, held):
                kept.append(attrs.evolve(result, held=held))
            else:
                self._round.late += result.held.record.holder is not None
        self._results = kept
        self._stored = self._box.channel(self.channel.id)
        self.channel = self._stored.record
        turns, self._turns = self._turns, []
        for turn in turns:
            self._turn(turn)
