"""A line: one channel of the deployment with its notifier, and a guard around it.

A notifier is a guest. Whatever it raises, it never ends the host; what it answers is looked at before it is
believed; when it does not come back in time it is left behind in its thread (a thread cannot be killed) and a
new one is opened. Each time the line notes a problem that says which channel, which plugin and what it did.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, final

import attrs

from grassroots.contracts.notice import Delivery, Limits, Message, Notifier, Outcome
from grassroots.errors import Unreachable

PATIENCE: Final = 20.0
"""Seconds that a notifier has for one message."""

MOST_LEFT_BEHIND: Final = 3
"""Threads that a line may leave behind; after that it asks its plugin nothing more."""

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
class Ticket:
    """A message that was given to a notifier's thread, and whose answer is still to come."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.answer: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """Whoever gets true deals with it: the thread that sends, or the one that stopped waiting."""
        return self._claim.acquire(blocking=False)


@final
class Line:
    """One channel, by its name, that can be sent on. Belongs to one thread at a time."""

    ahead = 4
    """Messages that may be given before the first of them is answered: the notifier's thread need not wait
    for the courier's. Only where the channel takes a key: otherwise each is marked before the next."""

    def __init__(self, channel: str, plugin: str, opener: Opener, *, patience: float = PATIENCE) -> None:
        """Open the notifier; what ``opener`` raises flies."""
        self.channel = channel
        self.plugin = plugin
        self.patience = patience
        self._opener = opener
        self._opened = opener()
        self._jobs: queue.SimpleQueue[Ticket | None] | None = None
        self._left_behind = 0
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

    def send(self, message: Message) -> Delivery:
        """Hand a message over; whatever happens, there is an answer."""
        return self.end(self.begin(message))

    def begin(self, message: Message) -> Ticket:
        """Give a message to the notifier's thread."""
        ticket = Ticket(message)
        if self._left_behind >= MOST_LEFT_BEHIND:
            ticket.answer.put(Delivery.retry("plugin-hangs"))
            return ticket
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            name = f"grassroots-{self.channel}"
            work = (self._opened.notifier, self._jobs)
            threading.Thread(target=self._work, args=work, name=name, daemon=True).start()
        self._jobs.put(ticket)
        return ticket

    def end(self, ticket: Ticket) -> Delivery:
        """The answer, or what has to be said when none comes."""
        try:
            return ticket.answer.get(timeout=self.patience)
        except queue.Empty:
            # Claimed by nobody: it stood behind one that hangs, and is not sent any more.
            return Delivery.retry("not-tried") if ticket.claim() else self._hung()

    def _hung(self) -> Delivery:
        self.note("notifier-hangs")
        self._left_behind += 1
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

    def _work(
        self,
        notifier: Notifier,
        jobs: queue.SimpleQueue[Ticket | None],
    ) -> None:
        while (ticket := jobs.get()) is not None:
            if ticket.claim():
                ticket.answer.put(self._asked(notifier, ticket.message))

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
