"""The courier: takes what is due on one channel, hands it over, and marks what became of it.

Send first, then mark: the other order would lose what a crash leaves between them. What that costs depends on
the channel:

- It takes a key (the same notice twice is delivered once) and has no rate: whole portions are leased, in the
  batch that marks the portion before, while the notifier still has some lots of that one to send. A worker
  that dies leaves leases behind; when they are over, the parcels are sent again one by one under the same
  key, and nobody sees them twice.
- It takes no key, or may only take so many a minute: one parcel at a time, leased in the same batch that
  marks the one before. A worker that dies leaves one parcel of which nobody knows; it becomes ``uncertain``.

``round`` is a generator: it stops at each :class:`Point` where a process could die, so that the proofs can
go through every crash of two workers in one thread (tests/usecases/outbox).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, final

import attrs

from grassroots.contracts.notice import Delivery, Message, Outcome
from grassroots.domain.channel import Channel
from grassroots.domain.outbox import Parcel, later
from grassroots.domain.step import Step
from grassroots.domain.terms import Terms, full_jitter
from grassroots.errors import Conflict, StorageError
from grassroots.usecases.outbox.box import Box, Held
from grassroots.usecases.outbox.fitting import fitted
from grassroots.usecases.outbox.handing import hand_over
from grassroots.usecases.outbox.marking import Marking, Verb
from grassroots.usecases.outbox.pace import LOTS, MOST, Pace
from grassroots.usecases.outbox.sending import OFTEN, UNSENT, Line, Lot
from grassroots.usecases.outbox.teller import Telling, Tells

AHEAD: Final = 20
"""Parcels read ahead where each is leased by itself."""

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
        # Whoever is asked last must have its whole patience before the lease is over, and time to be marked:
        # a lease shorter than that would be given back untouched, again and again.
        self._lease = max(terms.lease, 3 * line.patience)

    @property
    def _in_portions(self) -> bool:
        return self._line.takes_key and not self._line.limits.rated

    def round(self) -> Iterator[Point]:
        """Everything that can be sent now; at the end, ``round_`` says what was done."""
        self._recover()
        trips = self._box.channel(self._line.channel).record.trips
        before = -1
        while before != (before := self.round_.verbs.total()) and not self._stop():
            if self._in_portions:
                yield from self._portions()
            yield from self._one_by_one()
        # A channel whose rest was over has been tried by now, and keeps everything if it works again.
        channel = self._box.channel(self._line.channel).record
        if channel.on_trial and not self._stop():
            done = hand_over(self._box, channel.id, self._terms, whole=channel.trips > trips)
            self.round_.verbs.update(done)

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
        """Lease the next portion, and mark what was answered, while the notifier still has some to send."""
        marking = self._marking()
        pace = Pace(self._line.most, self._lease, self._box.now, ahead=self._line.in_lots)
        stock: deque[Held[Parcel]] = deque()
        given: deque[tuple[list[Held[Parcel]], Lot]] = deque()
        marked, more = self._box.now, True
        # Whoever works elsewhere gets a portion beforehand, and sends it while the next one is leased.
        lots, under_way = (MOST, MOST) if self._line.in_lots else (LOTS, LOTS * self._line.most)
        while True:
            if self._stop() or marking.channel.on_trial or self._rests(marking.channel):
                self._give_back(marking, stock, given)
                more = False
            elif not stock and more and sum(len(parcels) for parcels, _ in given) <= under_way:
                stock.extend(self._leased_portion(marking, pace.size))
                marked, more = self._box.now, bool(stock)
                pace.leased(marked)
                yield Point.LEASED
            while stock and len(given) < lots:
                parcels, messages = self._worded(marking, stock, pace.lot)
                if parcels:
                    yield Point.SENDING
                    given.append((parcels, self._line.begin(messages)))
            if given:
                parcels, lot = given.popleft()
                untried = yield from self._answered(marking, parcels, lot)
                stock.extendleft(reversed(untried))
                pace.answered += len(parcels) - len(untried)
            elif not stock and not more:
                break
            if (self._box.now - marked).total_seconds() >= OFTEN:
                marking.flush()
                marked = self._box.now
                yield Point.MARKED
        if marking.flush():
            yield Point.MARKED

    def _worded(
        self, marking: Marking, stock: deque[Held[Parcel]], most: int
    ) -> tuple[list[Held[Parcel]], list[Message]]:
        """The next parcels that can be sent, with their messages; what becomes of others is noted."""
        parcels: list[Held[Parcel]] = []
        messages: list[Message] = []
        # One look for all that go together: they are handed over within a blink.
        telling = self._telling()
        # Its notifier must have all its patience before the lease is over.
        last = later(telling.now, self._line.patience)
        while stock and len(parcels) < most:
            held = stock.popleft()
            in_time = held.record.until is not None and last < held.record.until
            ready = self._ready(held.record, telling) if in_time else Parcel.release
            if isinstance(ready, Message):
                parcels.append(held)
                messages.append(ready)
            else:
                marking.add(held, ready)
        return parcels, messages

    @staticmethod
    def _give_back(
        marking: Marking, stock: deque[Held[Parcel]], given: deque[tuple[list[Held[Parcel]], Lot]]
    ) -> None:
        """What nobody has begun to send is as if it had not been leased."""
        for held in stock:
            marking.add(held, Parcel.release)
        stock.clear()
        for _, lot in given:
            lot.take_back()

    def _leased_portion(self, marking: Marking, size: int) -> list[Held[Parcel]]:
        for _ in range(_TRIES):
            found = self._box.ready(self._line.channel, size)
            if len(found) < size:
                found += self._box.due(self._line.channel, size - len(found))
            if not found:
                return []
            now = self._box.now
            leased = marking.lease(found, self._box.new_id(), later(now, self._lease), now)
            if leased is None:
                self._box.office.pause(self._box.chance() * 0.05)
            elif leased:
                return leased
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
            ready = self._ready(held.record, self._telling())
            if not isinstance(ready, Message):
                marking.add(held, ready)
                continue
            leased = marking.lease([held], self._box.new_id(), later(now, self._lease), now)
            if not leased:
                continue
            yield Point.LEASED
            yield Point.SENDING
            lot = self._line.begin([ready])
            untried = yield from self._answered(marking, leased, lot)
            if lot.answers and lot.answers[-1].outcome not in UNSENT:
                passed.discard(held.record.id)  # it does not come again: a long round remembers none of these
            for one in untried:
                marking.add(one, Parcel.release)
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
        # After a rest, what did not fail before is the better proof that the channel works. What it hung on
        # comes last of all: if it hangs again, the others have gone.
        return sorted(found, key=lambda held: (held.record.hangs, held.record.id in channel.failing))

    def _rests(self, channel: Channel) -> bool:
        now = self._box.now
        if not channel.resting(now) or channel.rests_until is None:
            return False
        wait = (channel.rests_until - now).total_seconds()
        if wait > self._terms.longest_rest:
            return False  # no rest is so long: the clock was set back
        self.round_.wait = wait
        return True

    def _allowed(self, channel: Channel) -> bool:
        allowance = channel.allowance(self._line.limits, self._box.now)
        if allowance.count == 0:
            self.round_.wait = allowance.wait
            return False
        return True

    # -- one parcel ---------------------------------------------------------------------------------------
    def _answered(
        self, marking: Marking, parcels: list[Held[Parcel]], lot: Lot
    ) -> Generator[Point, None, list[Held[Parcel]]]:
        """Wait until a lot is over, and note what became of it; gives those that were not tried."""
        answers = self._line.end(lot)
        now = self._box.now
        for held, message, answer in zip(parcels, lot.messages, answers, strict=False):
            parcel, delivery = held.record, answer
            hung = lot.hung and answer is answers[-1]
            if delivery.outcome is Outcome.TASK:
                delivery = self._tasked(parcel, message, delivery.medium)
            marking.tell(parcel.id, worked=delivery.outcome not in UNSENT)
            marking.add(held, self._became(delivery, parcel.attempts, now, hung=hung))
            yield Point.SENT
        return parcels[len(answers) :]

    def _ready(self, parcel: Parcel, telling: Telling) -> Message | Verb:
        """The message, or what becomes of the parcel instead of being sent."""
        now, route = telling.now, parcel.route
        if parcel.useless(now):
            return Parcel.expire
        if route is None:
            return lambda one: one.bury("no-route")
        try:
            notice = parcel.notice
            admission = self._teller.admit(notice, route, telling)
            if admission.drop is not None:
                dropped = admission.drop
                return lambda one: one.drop(dropped)
            if admission.pass_by is not None:
                passed_by = admission.pass_by
                return lambda one: one.divert(passed_by)
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

    def _became(self, delivery: Delivery, attempts: int, now: datetime, *, hung: bool) -> Verb:
        """What is done to a parcel after this answer, whatever it has become meanwhile."""
        outcome, terms, known = delivery.outcome, self._terms, self._line.takes_key
        if outcome in (Outcome.DELIVERED, Outcome.ACCEPTED):
            return lambda parcel: parcel.send(now, delivery.reference)
        if outcome is Outcome.REFUSED:
            return lambda parcel: parcel.divert(delivery.reason or "refused")
        due = later(now, max(self._jitter(attempts), delivery.after or 0.0))
        if hung:
            return lambda parcel: parcel.hang(delivery.reason, due, terms, known=known)
        if outcome is Outcome.RETRY or known:
            return lambda parcel: parcel.fail(delivery.reason or outcome.value, due, terms)
        return lambda parcel: parcel.doubt_it(delivery.reason or "uncertain", due, terms)

    def _jitter(self, attempts: int) -> float:
        terms = self._terms
        return full_jitter(attempts, self._box.chance(), terms.first_wait, terms.longest_wait)

    def _marking(self) -> Marking:
        return Marking(self._box, self._line, self.round_, self._terms)
