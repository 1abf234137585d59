"""A line: one channel of the deployment with its notifier, and a guard around it.

A notifier is a guest. Whatever it raises, it never ends the host; what it answers is looked at before it is
believed; when it does not come back in time it is left behind in its thread (a thread cannot be killed) and a
new one is opened. Each time the line notes a problem that says which channel, which plugin and what it did.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Final, final

import attrs

from grassroots.contracts.notice import Delivery, Limits, Message, Notifier, Outcome
from grassroots.errors import Unreachable

PATIENCE: Final = 20.0
"""Seconds that a notifier has for one message."""

OFTEN: Final = 1.0
"""Seconds after which what was sent is marked, at the latest."""

MOST_LEFT_BEHIND: Final = 3
"""Threads that a line may leave behind; after that it asks its plugin nothing more."""

UNSENT: Final = frozenset({Outcome.RETRY, Outcome.UNCERTAIN})
"""What says something of the channel, and not of this address or message."""

_MEDIA: Final = frozenset({"phone", "paper"})


@final
@attrs.frozen
class Problem:
    """What a plugin did wrong, how often: ``code`` is that of a sentence, ``what`` the name of a type."""

    channel: str
    plugin: str
    code: str
    what: str = ""
    count: int = 1


@final
@attrs.frozen
class Opened:
    """A notifier as its plugin opened it, with what the offer says of it."""

    notifier: Notifier
    takes_key: bool
    limits: Limits


Opener = Callable[[], Opened]


@final
class Lot:
    """Messages that were given to a notifier's thread together, and what became of them, in order.

    Whoever takes a message off ``waiting`` deals with it: the thread that sends, or the one that takes back
    what nobody has begun. A deque gives each to one of them alone.
    """

    def __init__(self, messages: Sequence[Message], thread: int = 0) -> None:
        self.messages = messages
        self.thread = thread
        self.answers: list[Delivery] = []
        self.begun: float | None = None
        """When the message that is being sent was begun, on the monotonic clock."""
        self.over: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._waiting = deque(messages)
        self._back: list[Message] = []

    def take(self) -> Message | None:
        """The next message, for whoever sends it now; None if none is left."""
        try:
            message = self._waiting.popleft()
        except IndexError:
            return None
        self.begun = monotonic()
        return message

    def take_back(self) -> None:
        """What nobody has begun to send is not sent."""
        with suppress(IndexError):
            while True:
                self._back.append(self._waiting.pop())

    @property
    def tried(self) -> int:
        """How many were begun. While another thread takes some back, perhaps one too many, never too few."""
        return len(self.messages) - len(self._waiting) - len(self._back)

    def answered(self, delivery: Delivery) -> None:
        """One more answer. A channel that is down is not asked for each that waits: the lot ends with it."""
        self.answers.append(delivery)
        if delivery.outcome in UNSENT:
            self.take_back()


@final
class Line:
    """One channel, by its name, that can be sent on. Belongs to one thread at a time."""

    most = 50
    """Messages that may be given in one lot, so that the notifier's thread need not wait for the courier's.
    Only where the channel takes a key: otherwise each is marked before the next."""

    def __init__(self, channel: str, plugin: str, opener: Opener, *, patience: float = PATIENCE) -> None:
        """Open the notifier; what ``opener`` raises flies."""
        self.channel = channel
        self.plugin = plugin
        self.patience = patience
        self._opener = opener
        self._opened = opener()
        self._jobs: queue.SimpleQueue[Lot | None] | None = None
        self._left_behind = 0
        self._thread = 0
        self._noted: Counter[tuple[str, str]] = Counter()

    @property
    def takes_key(self) -> bool:
        """Whether the provider knows a notice again by its id."""
        return self._opened.takes_key

    @property
    def limits(self) -> Limits:
        """What the channel takes."""
        return self._opened.limits

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong so far."""
        return tuple(
            Problem(self.channel, self.plugin, code, what, count)
            for (code, what), count in sorted(self._noted.items())
        )

    def begin(self, messages: Sequence[Message]) -> Lot:
        """Give messages to the notifier's thread, behind those that it has."""
        lot = Lot(messages, self._thread)
        if self._left_behind >= MOST_LEFT_BEHIND:
            lot.take()
            lot.answered(Delivery.retry("plugin-hangs"))
            lot.over.put(None)
            return lot
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            name = f"grassroots-{self.channel}"
            work = (self._opened.notifier, self._jobs)
            threading.Thread(target=self._work, args=work, name=name, daemon=True).start()
        self._jobs.put(lot)
        return lot

    def end(self, lot: Lot) -> list[Delivery]:
        """The answers, in order, once the lot is over; those beyond the last answer were not tried.

        A lot ends with the first message that did not go through, and after :data:`OFTEN` seconds: what was
        sent is to be marked, however slow the channel is.
        """
        since = monotonic()
        if lot.thread != self._thread:
            lot.take_back()  # it stands behind one that hangs
            if not lot.tried:
                return []
        while True:
            now = monotonic()
            hangs_at = (since if lot.begun is None else lot.begun) + self.patience
            if now >= since + OFTEN:
                lot.take_back()
            if now >= hangs_at:
                lot.take_back()
                answers = list(lot.answers)
                return answers if len(answers) >= lot.tried else [*answers, self._hung(lot)]
            until = hangs_at if now >= since + OFTEN else min(hangs_at, since + OFTEN)
            with suppress(queue.Empty):
                lot.over.get(timeout=until - now)
                return lot.answers

    def _hung(self, lot: Lot) -> Delivery:
        self.note("notifier-hangs")
        if lot.thread != self._thread:
            return Delivery.uncertain("no-answer")  # its thread came back for this one, and hangs again
        self._left_behind += 1
        self._thread += 1
        if self._jobs is not None:
            self._jobs.put(None)  # should it ever come back, it finds that it is not needed
            self._jobs = None
        try:
            self._opened = self._opener()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self._left_behind = MOST_LEFT_BEHIND
            self.note("notifier-reopen", type(error).__name__)
        return Delivery.uncertain("no-answer")

    def _work(self, notifier: Notifier, jobs: queue.SimpleQueue[Lot | None]) -> None:
        while (lot := jobs.get()) is not None:
            while (message := lot.take()) is not None:
                lot.answered(self._asked(notifier, message))
            lot.over.put(None)

    def _asked(self, notifier: Notifier, message: Message) -> Delivery:
        try:
            delivery = notifier.deliver(message)
        except Unreachable:
            return Delivery.retry("unreachable")
        except BaseException as error:
            # SystemExit and KeyboardInterrupt of a guest are a guest's, and end nothing here.
            self.note("notifier-raised", type(error).__name__)
            return Delivery.uncertain("plugin-raised")
        wrong = _wrong(delivery)
        if wrong:
            self.note("notifier-answer", wrong)
            return Delivery.uncertain("wrong-answer")
        return delivery

    def note(self, code: str, what: str = "") -> None:
        """Something was wrong."""
        self._noted[code, what] += 1

    def close(self) -> None:
        """Let go of the notifier. May be repeated."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None
        try:
            self._opened.notifier.close()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self.note("notifier-close", type(error).__name__)


def _wrong(delivery: Any) -> str:
    """What is wrong with an answer; nothing if it can be believed."""
    if type(delivery) is not Delivery:
        return type(delivery).__name__
    if type(delivery.outcome) is not Outcome:
        return "outcome"
    if delivery.outcome is Outcome.TASK and delivery.medium not in _MEDIA:
        return "medium"
    return ""
