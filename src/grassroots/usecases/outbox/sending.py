"""A line: one channel of the deployment with its notifier, and a guard around it.

A notifier is a guest. Whatever it raises, it never ends the host; what it answers is looked at before it is
believed; when it does not come back in time it is left behind in its thread (a thread cannot be killed) and a
new one is opened. Each time the line notes a problem that says which channel, which plugin and what it did.

Three that hang one after the other say that the channel hangs, and not these messages: then it is left alone
for a while. However long a process runs, it leaves only so many threads behind for a channel; those that come
back do not count. Whoever wants none left behind lets channels work in processes of their own
(:mod:`grassroots.delivery.isolation`).
"""

from __future__ import annotations

import queue
import threading
from abc import abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, final

import attrs

from grassroots.contracts.notice import Delivery, Limits, Message, Notifier, Outcome
from grassroots.errors import Unreachable
from grassroots.usecases.outbox.guarding import Answered, Hung, leave_behind, left_behind, named, within

PATIENCE: Final = 20.0
"""Seconds that a notifier has for one message."""

OFTEN: Final = 1.0
"""Seconds after which what was sent is marked, at the latest."""

MOST_IN_A_ROW: Final = 3
"""Messages that may hang one after the other; then the line asks its plugin nothing for a while."""

FIRST_REST: Final = 30.0
"""Seconds of that while, doubled each time up to :data:`LONGEST_REST`; what works begins anew."""

LONGEST_REST: Final = 900.0

MOST_LEFT_BEHIND: Final = 20
"""Threads of one channel that may hang at once in this process; with so many, nothing more is asked."""

NO_ANSWER: Final = "no-answer"
"""The reason where a notifier did not come back in time."""

UNSENT: Final = frozenset({Outcome.RETRY, Outcome.UNCERTAIN})
"""What says something of the channel, and not of this address or message."""

_OVER: Final = Delivery.refused("over")
"""Stands for no further answer."""

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


class InLots(Notifier):
    """A notifier that works elsewhere and is given whole lots: while it sends, nobody here has to wait.

    ``hand`` and ``recall`` may be called while another thread listens to ``answers``.
    """

    @abstractmethod
    def hand(self, messages: Sequence[Message]) -> Any:
        """Give it a lot, behind those that it has. Never raises: what is wrong is said by the answers."""

    @abstractmethod
    def recall(self, handed: Any) -> None:
        """What is not begun of this lot is not to be sent. Never raises."""

    @abstractmethod
    def answers(self, handed: Any) -> Iterator[Delivery]:
        """The answers for a lot, lots in the order in which they were given; fewer if it ended before.

        It ends with the first message that does not go through. Raises what a notifier may raise, and Hung,
        Raised and Answered, for the message whose turn it was.
        """


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
        self.hung = False
        """Whether the last message that was begun was not answered in time."""
        self.unasked = False
        """Whether the line is quiet, and the notifier was asked nothing."""
        self.over: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.handed: Any = None
        """What whoever works elsewhere knows it by, who has all of it already."""
        self._recall: Callable[[Any], None] | None = None
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

    def hand_to(self, notifier: InLots) -> None:
        """Give all of it away."""
        self._waiting.clear()
        self.handed = notifier.hand(self.messages)
        self._recall = notifier.recall

    def take_back(self) -> None:
        """What nobody has begun to send is not sent."""
        if self._recall is not None:
            self._recall(self.handed)  # how far it came is said by its answers
            return
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
        if self._recall is not None:
            self.begun = monotonic()  # the next one
        elif delivery.outcome in UNSENT:
            self.take_back()


@final
class Line:
    """One channel, by its name, that can be sent on. Belongs to one thread at a time."""

    most = 50
    """Messages that may be given in one lot, so that the notifier's thread need not wait for the courier's.
    Only where the channel takes a key: otherwise each is marked before the next."""

    def __init__(self, channel: str, plugin: str, opener: Opener, *, patience: float = PATIENCE) -> None:
        """Open the notifier; words for people (GrassrootsError), Hung and Raised fly."""
        self.channel = channel
        self.plugin = plugin
        self.patience = patience
        self._name = f"grassroots-{channel}"
        self._opener = opener
        self._opened = self._open()
        self._stale = False
        self._worker: threading.Thread | None = None
        self._jobs: queue.SimpleQueue[Lot | None] = queue.SimpleQueue()
        self._thread = 0
        self._hung_in_a_row = 0
        self._rest = FIRST_REST
        self._rests_until = 0.0
        self._noted: Counter[tuple[str, str]] = Counter()

    def _open(self) -> Opened:
        if left_behind(self._name) >= MOST_LEFT_BEHIND:
            raise Hung
        return within(self.patience, self._name, self._opener, late=lambda opened: opened.notifier.close())

    @property
    def takes_key(self) -> bool:
        """Whether the provider knows a notice again by its id."""
        return self._opened.takes_key

    @property
    def in_lots(self) -> bool:
        """Whether the notifier works elsewhere and is given whole lots."""
        return isinstance(self._opened.notifier, InLots)

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
        if self._works():
            notifier = self._opened.notifier
            if isinstance(notifier, InLots) and len(messages) > 1:
                # At once, and not when a thread here comes to it: it need not wait between two lots.
                lot.hand_to(notifier)
            self._jobs.put(lot)
        else:
            lot.unasked = True
            lot.take()
            lot.answered(Delivery.retry("plugin-hangs"))
            lot.over.put(None)
        return lot

    def _works(self) -> bool:
        """Whether there is a thread that may be given messages; makes one where it may."""
        if monotonic() < self._rests_until:
            return False
        if self._worker is not None:
            return True
        if left_behind(self._name) >= MOST_LEFT_BEHIND:
            self.note("notifier-silent")
            return False
        if self._stale and not self._opened_anew():
            return False
        self._jobs = queue.SimpleQueue()
        work = (self._opened.notifier, self._jobs)
        self._worker = threading.Thread(target=self._work, args=work, name=self._name, daemon=True)
        self._worker.start()
        return True

    def _opened_anew(self) -> bool:
        try:
            self._opened = self._open()
        except Exception as error:
            self.note("notifier-reopen", named(error))
            self._go_quiet()
            return False
        self._stale = False
        return True

    def _go_quiet(self) -> None:
        self._rests_until = monotonic() + self._rest
        self._rest = min(LONGEST_REST, 2 * self._rest)

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
                if lot.hung:
                    self._hung_again()
                elif lot.answers and not lot.unasked:
                    self._hung_in_a_row, self._rest = 0, FIRST_REST
                return lot.answers

    def _hung(self, lot: Lot) -> Delivery:
        self.note("notifier-hangs")
        lot.hung = True
        if lot.thread == self._thread:  # if not, its thread came back for this one, and hangs again
            self._leave_behind()
        self._hung_again()
        return Delivery.uncertain(NO_ANSWER)

    def _leave_behind(self) -> None:
        self._thread += 1
        if self._worker is not None:
            leave_behind(self._worker, self._name)
            self._worker = None
            self._jobs.put(None)  # should it ever come back, it finds that it is not needed
        self._stale = True

    def _hung_again(self) -> None:
        self._hung_in_a_row += 1
        if self._hung_in_a_row >= MOST_IN_A_ROW:
            self._go_quiet()

    def _work(self, notifier: Notifier, jobs: queue.SimpleQueue[Lot | None]) -> None:
        while (lot := jobs.get()) is not None:
            if isinstance(notifier, InLots) and lot.handed is not None:
                self._listen(notifier, lot)
            while (message := lot.take()) is not None:
                lot.answered(self._asked(partial(notifier.deliver, message), lot))
            lot.over.put(None)
        if notifier is not self._opened.notifier:
            # It was left behind and another took its place: nobody waits for this one.
            with suppress(BaseException):
                notifier.close()

    def _listen(self, notifier: InLots, lot: Lot) -> None:
        answers, lot.begun = notifier.answers(lot.handed), monotonic()
        while (answer := self._asked(partial(next, answers, _OVER), lot)) is not _OVER:
            lot.answered(answer)

    def _asked(self, ask: Callable[[], Delivery], lot: Lot) -> Delivery:
        try:
            delivery = ask()
            if wrong := wrong_answer(delivery):
                raise Answered(wrong)
        except Unreachable:
            return Delivery.retry("unreachable")
        except Hung:
            # A notifier in a process of its own, which was ended.
            self.note("notifier-hangs")
            lot.hung = True
            return Delivery.uncertain(NO_ANSWER)
        except Answered as error:
            self.note("notifier-answer", error.what)
            return Delivery.uncertain("wrong-answer")
        except BaseException as error:
            # SystemExit and KeyboardInterrupt of a guest are a guest's, and end nothing here.
            self.note("notifier-raised", named(error))
            return Delivery.uncertain("plugin-raised")
        return delivery

    def note(self, code: str, what: str = "") -> None:
        """Something was wrong."""
        self._noted[code, what] += 1

    def close(self) -> None:
        """Let go of the notifier, within its patience. May be repeated."""
        if self._worker is not None:
            self._jobs.put(None)
            self._worker = None
        try:
            within(self.patience, self._name, self._opened.notifier.close)
        except Hung:
            self.note("notifier-close-hangs")
        except Exception as error:
            self.note("notifier-close", named(error))


def wrong_answer(delivery: Any) -> str:
    """What is wrong with an answer; nothing if it can be believed."""
    if type(delivery) is not Delivery:
        return type(delivery).__name__
    if type(delivery.outcome) is not Outcome:
        return "outcome"
    if delivery.outcome is Outcome.TASK and delivery.medium not in _MEDIA:
        return "medium"
    return ""
