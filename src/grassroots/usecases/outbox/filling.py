"""Filling the outbox: notices in portions, each once, gathered with what waits under its collapse key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, final

import attrs

from grassroots.contracts.notice import Notice, Withdrawal
from grassroots.domain.outbox import Parcel, ParcelMoved
from grassroots.domain.step import Step
from grassroots.errors import StorageError
from grassroots.usecases.outbox.box import Box, Change, Held
from grassroots.usecases.outbox.teller import Tells
from grassroots.workspace.kinds.outbox import Cursor

PORTION: Final = 200
"""Notices written at once."""

Withdraw = Callable[[str, str], object]
"""Drops calls that wait under a collapse key, for a reason (a short code); may be repeated."""

Item = Notice | Withdrawal | Parcel
"""A parcel among them is one that is dead from the start, and says why."""


@final
class Filling:
    """Takes items one by one; ``finish`` (or ``flush``) writes what is left. Conflict: begin anew."""

    def __init__(self, box: Box, teller: Tells, withdraw: Withdraw) -> None:
        self._box = box
        self._teller = teller
        self._withdraw = withdraw
        self._items: list[Item] = []
        self._touched: dict[str, Held[Parcel]] = {}
        self.change: Change = box.change()

    def take(self, items: Iterable[Item]) -> None:
        """Take items in; whole portions are written at once, so that their number costs no memory."""
        for item in items:
            self._items.append(item)
            if len(self._items) >= PORTION:
                self.flush()

    def finish(self, former: Held[Cursor], cursor: Cursor) -> None:
        """Write the rest, and in the same batch how far the journal was planned."""
        self.change.keep(former, cursor)
        self.flush()

    def flush(self) -> None:
        """Write what was taken in so far."""
        items, self._items = self._items, []
        ids = {item.id for item in items if not isinstance(item, Withdrawal)}
        standing = set(self._box.read(Parcel, sorted(ids)))
        self._touched = {}
        for item in items:
            if isinstance(item, Withdrawal):
                self._withdrawn(item)
            elif item.id not in standing:
                standing.add(item.id)
                self._queue(item)
        self._box.announce(self.change, (way for one in items for way in _channels(one)))
        self.change.commit()
        self.change = self._box.change()

    def _queue(self, item: Notice | Parcel) -> None:
        if isinstance(item, Parcel):
            self._put(Held(item), Step(item, (ParcelMoved(verb="bury", reason=item.reason),)))
            return
        problem = None
        if item.collapse is not None:
            item, problem = self._gathered(item, item.collapse)
        step = Parcel.queue(item, self._box.now)
        new = Held(step.after)
        if problem is None and not step.after.routes:
            problem = "no-route"
        if problem is not None:
            step = step.after.bury(problem)
        elif step.after.useless(self._box.now):
            step = step.after.expire()
        self._put(new, step)

    def _gathered(self, notice: Notice, collapse: str) -> tuple[Notice, str | None]:
        """The notice with what waited under its collapse key taken into it; and what went wrong with that."""
        if not isinstance(notice.values.get("lines"), tuple):
            # A digest on a person's list gives way when what is left of it is on that list (Calls.ask_for):
            # were it taken off here, and this portion not written, nobody would know its lines any more.
            self._withdraw(collapse, "superseded")
        for held in self._under(collapse):
            if not held.record.waits:
                continue  # in a worker's hands: it goes out, and the newer one after it
            try:
                gathered = self._teller.gather(held.record.notice, notice)
                notice = attrs.evolve(gathered, id=notice.id, collapse=collapse)
            except StorageError:
                raise
            except Exception:
                return notice, "gather-failed"
            self._put(held, held.record.cancel("gathered"))
        return notice, None

    def _withdrawn(self, withdrawal: Withdrawal) -> None:
        self._withdraw(withdrawal.collapse, withdrawal.reason)
        for held in self._under(withdrawal.collapse):
            self._put(held, held.record.cancel(withdrawal.reason))

    def _under(self, collapse: str) -> list[Held[Parcel]]:
        """What stands under a collapse key, with what this portion did to it."""
        stored = [held for held in self._box.collapsing(collapse) if held.record.id not in self._touched]
        return [*stored, *(held for held in self._touched.values() if held.record.collapse == collapse)]

    def _put(self, former: Held[Parcel], step: Step[Parcel]) -> None:
        self.change.put(former, step)
        if step.happened:
            self._touched[step.after.id] = attrs.evolve(former, record=step.after)


def _channels(item: Item) -> Iterable[str]:
    return () if isinstance(item, Withdrawal) else (route.channel for route in item.routes)
