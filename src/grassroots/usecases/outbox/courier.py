"""The courier: takes what is due on one channel, hands it over, and marks what became of it.

Send first, then mark: the other order would lose what a crash leaves between them. What that costs depends on
the channel:

- It takes a key (the same notice twice is delivered once) and has no rate: whole portions are leased, sent
  and marked together. A worker that dies leaves leases behind; when they are over, the parcels are sent again
  one by one under the same key, and nobody sees them twice.
- It takes no key, or may only take so many a minute: one parcel at a time, leased in the same batch that
  marks the one before. A worker that dies leaves one parcel of which nobody knows; it becomes ``uncertain``.

``round`` is a generator: it stops at each :class:`Point` where a process could die, so that the proofs can
go through every crash of two workers in one thread (tests/usecases/outbox).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, final

import attrs

from grassroots.contracts.notice import Delivery, Message, Outcome
from grassroots.contracts.storage import Ref
from grassroots.domain.channel import Channel
from grassroots.domain.outbox import Parcel, Terms, full_jitter, later
from grassroots.domain.step import Step
from grassroots.errors import Conflict, StorageError
from grassroots.usecases.outbox.box import Box, Held
from grassroots.usecases.outbox.fitting import fitted
from grassroots.usecases.outbox.marking import Marking
from grassroots.usecases.outbox.sending import Line, Ticket
from grassroots.usecases.outbox.teller import Telling, Tells

MOST: Final = 200
"""Parcels leased at once where the channel takes a key."""

AHEAD: Final = 20
"""Parcels read ahead where each is leased by itself."""

OFTEN: Final = 1.0
"""Seconds after which what was sent is marked, at the latest."""

_TRIES: Final = 20

AskTask = Callable[[Parcel, Message, str], str]
"""Asks a person to do it (parcel, message, medium): the number of the task. Asked twice, it is one task."""


class Point(StrEnum):
    """Where a worker is, between two things that last."""

    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    MARKED = "marked"


@final
@attrs.define
class Round:
    """What one courier did: verbs by number, seconds until its channel may go on, marks that came late."""

    verbs: Counter[str] = attrs.field(factory=Counter)
    wait: float | None = None
    late: int = 0


@final
class Courier:
    """One worker on one channel. ``ask`` makes a task for a person; ``stop`` is asked between parcels."""

    def __init__(
        self,
        box: Box,
        line: Line,
        teller: Tells,
        telling: Callable[[], Telling],
        ask: AskTask,
        *,
        terms: Terms = Terms(),  # noqa: B008 - frozen
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.round_ = Round()
        self._box = box
        self._line = line
        self._teller = teller
        self._telling = telling
        self._ask = ask
        self._terms = terms
        self._stop = stop
        self._size = 50
        # Whoever is asked last must have its whole patience before the lease is over, and time to be marked:
        # a lease shorter than that would be given back untouched, again and again.
        self._lease = max(terms.lease, 3 * line.patience)

    @property
    def _in_portions(self) -> bool:
        return self._line.takes_key and not self._line.limits.rated

    def round(self) -> Iterator[Point]:
        """Everything that can be sent now; at the end, ``round_`` says what was done."""
        self._recover()
        before = -1
        while before != (before := self.round_.verbs.total()) and not self._stop():
            if self._in_portions:
                yield from self._portions()
            yield from self._one_by_one()

    # -- what dead workers left ---------------------------------------------------------------------------
    def _recover(self) -> None:
        while lapsed := self._box.lapsed(self._line.channel, MOST):
            change = self._box.change()
            for held in lapsed:
                change.put(held, self._lapse(held.record))
            try:
                change.commit()
            except Conflict:
                continue  # another worker does the same, or the one thought dead came back
            self.round_.verbs["lapse"] += len(lapsed)

    def _lapse(self, parcel: Parcel) -> Step[Parcel]:
        now = self._box.now
        if self._line.takes_key:
            return parcel.fail("lapsed", now, self._terms)
        return parcel.doubt_it("lapsed", now, self._terms)

    # -- portions -----------------------------------------------------------------------------------------
    def _portions(self) -> Iterator[Point]:
        marking = self._marking()
        while not self._stop() and not self._rests(marking.channel):
            if marking.channel.on_trial:
                return
            portion = self._leased_portion()
            if not portion:
                return
            holder, until = portion[0].record.holder or "", portion[0].record.until
            yield Point.LEASED
            begun = marked = self._box.now
            last = later(until or begun, -self._line.patience)
            given: deque[tuple[Held[Parcel], Ticket]] = deque()
            for held in portion:
                now = self._box.now
                if now >= last or marking.channel.resting(now) or self._stop():
                    marking.add(holder, held, Parcel.release)
                    continue
                ready = self._ready(held.record)
                if isinstance(ready, Message):
                    yield Point.SENDING
                    given.append((held, self._line.begin(ready)))
                    if len(given) >= self._line.ahead:
                        yield from self._answered(marking, *given.popleft())
                else:
                    marking.add(holder, held, ready)
                if (self._box.now - marked).total_seconds() >= OFTEN:
                    marking.flush()
                    marked = self._box.now
                    yield Point.MARKED
            while given:
                yield from self._answered(marking, *given.popleft())
            marking.flush()
            yield Point.MARKED
            self._pace(len(portion), (self._box.now - begun).total_seconds())

    def _pace(self, sent: int, seconds: float) -> None:
        """Lease what can be sent in a quarter of a lease."""
        fits = MOST if seconds <= 0 else int(sent / seconds * self._lease / 4)
        self._size = max(1, min(MOST, fits, self._size * 2))

    def _leased_portion(self) -> list[Held[Parcel]]:
        for _ in range(_TRIES):
            found = self._box.ready(self._line.channel, self._size)
            if len(found) < self._size:
                found += self._box.due(self._line.channel, self._size - len(found))
            if not found:
                return []
            now, holder = self._box.now, self._box.new_id()
            until = later(now, self._lease)
            change = self._box.change()
            going = [held for held in found if not held.record.useless(now)]
            for held in found:
                step = held.record.expire() if held.record.useless(now) else held.record.lease(holder, until)
                change.put(held, step)
            try:
                standing = change.commit()
            except Conflict:
                self._box.office.pause(self._box.chance() * 0.05)
                continue
            self.round_.verbs["expire"] += len(found) - len(going)
            if going:
                return [standing[Ref("parcel", held.record.id)] for held in going]
        return []

    # -- one by one ---------------------------------------------------------------------------------------
    def _one_by_one(self) -> Iterator[Point]:
        marking = self._marking()
        passed: set[str] = set()
        ahead: list[Held[Parcel]] = []
        while not self._stop():
            now = self._box.now
            if self._rests(marking.channel) or not self._allowed(marking.channel):
                break
            if not ahead:
                ahead = [one for one in self._candidates(marking.channel) if one.record.id not in passed]
                if not ahead:
                    break
            held = ahead.pop(0)
            passed.add(held.record.id)
            ready = self._ready(held.record)
            if not isinstance(ready, Message):
                marking.add("", held, ready)
                continue
            leased = marking.lease(held, self._box.new_id(), later(now, self._lease), now)
            if leased is None:
                continue
            yield Point.LEASED
            yield from self._sent(marking, leased, ready)
            if marking.channel.on_trial or self._in_portions:
                break  # one was tried; whether the others may follow is asked anew
        if marking.flush():
            yield Point.MARKED

    def _candidates(self, channel: Channel) -> list[Held[Parcel]]:
        name = self._line.channel
        found: list[Held[Parcel]] = []
        if not self._in_portions or channel.on_trial:
            found = self._box.ready(name, AHEAD) or self._box.due(name, AHEAD)
        found = found or self._box.again(name, AHEAD)
        # After a rest, what did not fail before is the better proof that the channel works.
        return sorted(found, key=lambda held: held.record.id in channel.failing)

    def _rests(self, channel: Channel) -> bool:
        now = self._box.now
        if channel.resting(now) and channel.rests_until is not None:
            self.round_.wait = (channel.rests_until - now).total_seconds()
            return True
        return False

    def _allowed(self, channel: Channel) -> bool:
        allowance = channel.allowance(self._line.limits, self._box.now)
        if allowance.count == 0:
            self.round_.wait = allowance.wait
            return False
        return True

    # -- one parcel ---------------------------------------------------------------------------------------
    def _sent(self, marking: Marking, held: Held[Parcel], message: Message) -> Iterator[Point]:
        yield Point.SENDING
        yield from self._answered(marking, held, self._line.begin(message))

    def _answered(self, marking: Marking, held: Held[Parcel], ticket: Ticket) -> Iterator[Point]:
        parcel, delivery = held.record, self._line.end(ticket)
        if delivery.outcome is Outcome.TASK:
            delivery = self._tasked(parcel, ticket.message, delivery.medium)
        marking.tell(parcel.id, worked=delivery.outcome not in (Outcome.RETRY, Outcome.UNCERTAIN))
        now = self._box.now
        due = later(now, max(self._jitter(parcel.attempts), delivery.after or 0.0))
        became = partial(self._became, delivery=delivery, now=now, due=due)
        marking.add(parcel.holder or "", held, became)
        yield Point.SENT

    def _ready(self, parcel: Parcel) -> Message | Callable[[Parcel], Step[Parcel]]:
        """The message, or what becomes of the parcel instead of being sent."""
        now, route = self._box.now, parcel.route
        if parcel.useless(now):
            return Parcel.expire
        if route is None:
            return lambda one: one.bury("no-route")
        notice, telling = parcel.notice, self._telling()
        try:
            admission = self._teller.admit(notice, route, telling)
            if admission.drop is not None:
                dropped = admission.drop
                return lambda one: one.drop(dropped)
            if admission.hold_until is not None and admission.hold_until > now:
                until = admission.hold_until
                return lambda one: one.hold(until)
            worded = self._teller.word(notice, route, telling)
            message = fitted(worded, parcel, self._line.limits, takes_key=self._line.takes_key)
        except StorageError:
            raise
        except Exception as error:
            self._line.note("teller-raised", type(error).__name__)
            return lambda one: one.bury("words-failed")
        return message if message is not None else lambda one: one.divert("too-long")

    def _tasked(self, parcel: Parcel, message: Message, medium: str) -> Delivery:
        try:
            return Delivery.accepted(self._ask(parcel, message, medium))
        except StorageError:
            raise
        except Exception as error:
            self._line.note("task-refused", type(error).__name__)
            return Delivery.refused("task-refused")

    def _became(self, parcel: Parcel, *, delivery: Delivery, now: datetime, due: datetime) -> Step[Parcel]:
        outcome = delivery.outcome
        if outcome in (Outcome.DELIVERED, Outcome.ACCEPTED):
            return parcel.send(now, delivery.reference)
        if outcome is Outcome.REFUSED:
            return parcel.divert(delivery.reason or "refused")
        if outcome is Outcome.RETRY or self._line.takes_key:
            return parcel.fail(delivery.reason or outcome.value, due, self._terms)
        return parcel.doubt_it(delivery.reason or "uncertain", due, self._terms)

    def _jitter(self, attempts: int) -> float:
        terms = self._terms
        return full_jitter(attempts, self._box.chance(), terms.first_wait, terms.longest_wait)

    def _marking(self) -> Marking:
        return Marking(self._box, self._line, self.round_, self._terms)
