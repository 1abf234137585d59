"""The follower: reads the network's journal behind its cursor and puts what is to be told into the outbox.

Only what was committed stands in a journal, so nothing is planned for an act that did not happen; and the
cursor moves in the same batch that brings the parcels, so nothing is forgotten. An entry with more notices
than one batch holds is taken in portions, the cursor with the last one: after a crash in the middle it is
planned again, and what stands already is left alone, because the same entry gives the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, final

import attrs

from grassroots.contracts.notice import Notice, Withdrawal
from grassroots.contracts.storage import Entry, Storage
from grassroots.domain.outbox import PLAN_FAILED, REPLAN, Parcel, ParcelState
from grassroots.errors import Conflict, Corrupt, StorageError
from grassroots.usecases.outbox.box import JOURNAL, Box, Held
from grassroots.usecases.outbox.filling import Filling, Withdraw
from grassroots.usecases.outbox.teller import Telling, Tells
from grassroots.workspace.kinds.outbox import Cursor
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading

PAGE: Final = 200
"""Entries of the journal read at once."""

_TRIES: Final = 20


@final
class Follower:
    """Plans for one network. Two of them may be at work: the one that comes second finds it done."""

    def __init__(self, seat: Seat, box: Box, teller: Tells, withdraw: Withdraw) -> None:
        self._seat = seat
        self._box = box
        self._teller = teller
        self._withdraw = withdraw

    def begin(self, position: int | None = None) -> int:
        """Where the reading stands; if it never began, it begins here (default: at the end of the journal).

        A network that was kept for years before it had an outbox is not to be told its whole past.
        """
        for _ in range(_TRIES):
            held = self._box.cursor()
            if held is not None:
                return held.record.position
            first = Cursor(id=JOURNAL, position=self._storage.head() if position is None else position)
            change = self._box.change()
            change.keep(Held(first), first)
            try:
                change.commit()
            except Conflict:
                continue  # another worker began at this very moment
            return first.position
        raise Conflict

    def step(self) -> int:
        """Plan one page; how many entries were planned. Nothing happened: one small question, and 0."""
        for tried in range(1, _TRIES + 1):
            try:
                return self._replanned() + self._page()
            except Conflict:
                # Another follower, or a worker that took a parcel which was to be gathered: look again.
                if tried == _TRIES:
                    raise
                self._box.office.pause(self._box.chance() * 0.05)
        raise AssertionError("unreachable")  # pragma: no cover

    def _page(self) -> int:
        held = self._box.cursor()
        if held is None:
            self.begin()
            return 0
        entries = self._storage.journal(after=held.record.position, limit=PAGE)
        if not entries:
            return 0
        filling = Filling(self._box, self._teller, self._withdraw)
        for entry in entries:
            filling.take(self._planned(entry))
        last = Cursor(id=JOURNAL, position=entries[-1].position)
        filling.finish(held, last)
        return len(entries)

    def _replanned(self) -> int:
        """Entries whose planning failed and which somebody had replayed."""
        waiting = self._box.waiting_in(REPLAN, 10)
        for held in waiting:
            position = int(str(held.record.notice.values["position"]))
            entries = self._storage.journal(after=position - 1, limit=1)
            filling = Filling(self._box, self._teller, self._withdraw)
            planned = list(self._planned(entries[0]))
            if any(isinstance(one, Parcel) for one in planned):
                filling.change.put(held, held.record.bury(PLAN_FAILED))
            else:
                filling.take(planned)
                filling.change.put(held, held.record.cancel("planned"))
            filling.flush()
        return len(waiting)

    def _planned(self, entry: Entry) -> Iterator[Notice | Withdrawal | Parcel]:
        """What the teller makes of an entry; a parcel that stands for the entry when it fails."""
        telling = self.telling()
        try:
            happened = self._seat.office.codec.decode_fact(entry)
            for one in self._teller.plan(happened, telling):
                if not isinstance(one, (Notice, Withdrawal)):
                    raise TypeError(f"{type(one).__name__} is neither a Notice nor a Withdrawal")
                yield one
        except StorageError as error:
            if not isinstance(error, Corrupt):
                raise  # no fault of this entry: the storage is not there, or is crowded
            yield self._failed(entry, error)
        except Exception as error:
            yield self._failed(entry, error)

    def _failed(self, entry: Entry, error: Exception) -> Parcel:
        notice = Notice(
            id=self._box.office.derived_id(PLAN_FAILED, str(entry.position)),
            key=PLAN_FAILED,
            about=entry.fact.about[:100],
            values={"position": entry.position, "problem": type(error).__name__},
        )
        parcel = Parcel.queue(notice, self._box.now).after
        return attrs.evolve(parcel, state=ParcelState.DEAD, reason=PLAN_FAILED)

    def telling(self) -> Telling:
        """What the teller works with now."""
        return Telling(reading=Reading(self._seat), now=self._box.now, make_id=self._seat.office.derived_id)

    @property
    def _storage(self) -> Storage:
        return self._seat.office.storage
