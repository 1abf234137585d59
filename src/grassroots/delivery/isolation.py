"""A notifier in a process of its own, which can be ended: for plugins that hang, or end their process.

What a thread cannot give: a message that makes its plugin hang costs a process, which is ended, and leaves
nothing behind; so does one that ends its process (a library in C, ``os._exit``). What it costs: a process for
each channel, a third of a second to start it, and a message written and read once more. It is for channels
that are opened by a URL: a notifier that is given as an object lives where it was made.

Messages are handed over in whole lots where the channel takes a key: while the child sends, its parent words
and marks others, and neither waits for a thread of the other.

The two speak over the child's own input and output; what the plugin prints goes to the error output. The URL,
which may hold a password, is told there and stands in no list of processes.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from time import monotonic
from typing import IO, Any, Final, final

import attrs

from grassroots.contracts.notice import Delivery, Limits, Message, Notifier
from grassroots.errors import GrassrootsError, Unreachable
from grassroots.usecases.outbox.guarding import Answered, Hung, Raised, named
from grassroots.usecases.outbox.sending import UNSENT, InLots, wrong_answer

_SAID: Final = tuple(field.name for field in attrs.fields(Delivery))

_SIZE: Final = struct.Struct("!I")
_SHARE: Final = 0.45
"""Of the patience, for a process to be ready, and again for it to answer: the host looks at the whole."""


@final
@attrs.frozen(eq=False)
class Handed:
    """A lot that was given to a child; None if there was no child to give it to."""

    child: _Child | None
    number: int
    size: int


@final
class Isolated(InLots):
    """The notifier of a URL, opened in a child. Whatever is wrong there is raised as the host takes it."""

    def __init__(self, url: str, *, patience: float, allow: Iterable[str]) -> None:
        self._asked = {"url": url, "allow": tuple(allow), "path": list(sys.path)}
        self._scheme = url.partition(":")[0]
        self._patience = patience * _SHARE
        self._child: _Child | None = None
        told = self._ready(patience)
        self.takes_key = told["takes_key"]
        self.service = told["service"]
        self.limits = Limits(**told["limits"])

    def _ready(self, patience: float) -> Mapping[str, Any]:
        if self._child is None:
            self._child = _Child(self._asked)
        try:
            return self._child.opened(patience)
        except BaseException:
            self._end()
            raise

    def deliver(self, message: Message) -> Delivery:
        """Hand it to the child; Hung, and the child is ended, if it gives no answer in time."""
        try:
            self._ready(self._patience)
        except (Hung, Raised, GrassrootsError) as error:
            raise Unreachable("unreachable", where=self._scheme) from error  # nothing was handed over
        assert self._child is not None
        try:
            told = self._child.asked(_packed(message), self._patience)
        except BaseException:
            self._end()
            raise
        return told  # type: ignore[no-any-return]

    # -- in lots ------------------------------------------------------------------------------------------
    def hand(self, messages: Sequence[Message]) -> Handed:
        """Give a lot to the child, started if there is none; see :class:`InLots`."""
        child = self._child
        if child is not None and child.died_idle:
            self._end(child)
        try:
            self._ready(self._patience)
        except (Hung, Raised, GrassrootsError):
            return Handed(None, 0, 1)
        child = self._child
        if child is None:
            return Handed(None, 0, 1)
        return Handed(child, child.hand([_packed(message) for message in messages]), len(messages))

    def recall(self, handed: Handed) -> None:
        """Nothing more of this lot."""
        if handed.child is not None and handed.child is self._child:
            handed.child.recall(handed.number)

    def answers(self, handed: Handed) -> Iterator[Delivery]:
        """The answers for a lot; none if its child was ended before it came to it."""
        child = handed.child
        if child is None:
            raise Unreachable("unreachable", where=self._scheme)
        if child is not self._child:
            return
        try:
            for _ in range(handed.size):
                told = child.answer(self._patience)
                if told is None:
                    return
                yield told
                if told.outcome in UNSENT:
                    return
        except Hung:
            self._end(child)
            raise
        finally:
            child.done += 1
            if child.ended:
                self._end(child)

    def close(self) -> None:
        """Let the child close its notifier and go. May be repeated."""
        if self._child is not None:
            try:
                self._child.asked(None, self._patience)
            except Unreachable:
                pass
            finally:
                self._end()

    def _end(self, which: _Child | None = None) -> None:
        child = self._child if which is None else which
        if child is not None:
            if child is self._child:
                self._child = None
            child.end()


@final
class _Child:
    """One process, from its start to its end."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "grassroots.delivery.isolation"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._answers: queue.SimpleQueue[list[bytes] | None] = queue.SimpleQueue()
        self._heard: deque[bytes] = deque()
        threading.Thread(target=self._listen, name="grassroots-listens", daemon=True).start()
        self._opened: Mapping[str, Any] | None = None
        self.ended = False
        """Whether it was seen to have ended."""
        self._given = 0
        self.done = 0
        """Lots of which all answers were heard. Whoever listens counts them, whoever gives ``_given``."""
        self._tell(asked)

    @property
    def died_idle(self) -> bool:
        """Whether it ended when all its lots were over."""
        return self.done == self._given and self._process.poll() is not None

    def hand(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """Give it a lot; its number."""
        self._given += 1
        with suppress(Unreachable, ValueError):  # its answers will say that it is gone
            self._tell((self._given, messages))
        return self._given

    def recall(self, number: int) -> None:
        """Nothing more of this lot."""
        with suppress(Unreachable, ValueError):
            self._tell(number)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        # It closes what it reads from itself: closed by another, the number might be the next child's by now.
        with self._process.stdout as pipe:
            # By what is there and not by lines: whoever waits is woken once for many.
            while more := os.read(pipe.fileno(), 1 << 16):
                *lines, rest = (rest + more).split(b"\n")
                self._answers.put(lines)
        self._answers.put(None)

    def _tell(self, what: Any) -> None:
        assert self._process.stdin is not None
        packed = pickle.dumps(what)
        try:
            self._process.stdin.write(_SIZE.pack(len(packed)) + packed)
            self._process.stdin.flush()
        except OSError as error:
            raise Unreachable("unreachable", where="process") from error  # it never had the whole of it

    def opened(self, patience: float) -> Mapping[str, Any]:
        """What the notifier says of itself, once it is open."""
        if self._opened is None:
            self._opened = self.answer(patience)
        return self._opened

    def asked(self, what: Any, patience: float) -> Any:
        """What the notifier says to this message."""
        self._tell(what)
        return self.answer(patience)

    def answer(self, patience: float) -> Any:
        """Its next answer: a Delivery, what it says of itself, or None where a lot was recalled."""
        until = monotonic() + patience
        while not self._heard:
            try:
                lines = self._answers.get(timeout=max(0.0, until - monotonic()))
            except queue.Empty:
                raise Hung from None
            if lines is None:
                self.ended = True
                raise Raised(self._how_it_ended())
            self._heard.extend(lines)
        line = self._heard.popleft()
        kind, told = _understood(line)
        if kind == "error":
            raise GrassrootsError(told["code"], **_facts(told["facts"]))
        if kind == "unreachable":
            raise Unreachable("unreachable", where="")
        if kind in ("raised", "wrong"):
            raise (Raised if kind == "raised" else Answered)(told)
        return told

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        return signal.Signals(-code).name if code is not None and code < 0 else f"exit-{code}"

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()


@lru_cache(maxsize=256)  # most of what a channel says is said for each message
def _understood(line: bytes) -> tuple[str, Any]:
    """A line of the child: of which kind, and what."""
    kind, told = json.loads(line)
    return kind, Delivery(**told) if kind == "delivery" else told


def _packed(message: Message) -> dict[str, Any]:
    told = {field.name: getattr(message, field.name) for field in attrs.fields(Message)}
    return {**told, "values": dict(message.values)}


def _facts(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}


# -- the child --------------------------------------------------------------------------------------------
def _serve() -> None:
    """What the child does: open the notifier, hand messages over until it is told to go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a keyboard interrupts its parent, which tells it to go
    hear, talk = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
    recalled: set[int] = set()
    threading.Thread(target=_read, args=(hear, frames, recalled), daemon=True).start()
    notifier: Notifier | None = None

    def tell(kind: str, told: Any) -> None:
        # At once: what is answered must be known when the next message ends the process.
        talk.write(json.dumps([kind, told]).encode() + b"\n")
        talk.flush()

    def opened() -> dict[str, Any]:
        nonlocal notifier
        notifier, about = _opened(frames.get())
        return about

    tell(*_asked(opened, words=True))
    while notifier is not None and (told := frames.get()) is not None:
        number, messages = told if isinstance(told, tuple) else (0, [told])
        for message in messages:
            if number in recalled:
                tell("over", None)
                break
            kind, answer = _asked(partial(_handed_over, notifier, message), told_as="delivery")
            tell(kind, answer)
            if kind != "delivery" or answer["outcome"] in UNSENT:
                break
    if notifier is not None:
        tell(*_asked(lambda: _closed(notifier)))


def _read(hear: IO[bytes], frames: queue.SimpleQueue[Any], recalled: set[int]) -> None:
    while len(head := hear.read(_SIZE.size)) == _SIZE.size:
        (size,) = _SIZE.unpack(head)
        told = pickle.loads(hear.read(size))
        if isinstance(told, int):
            recalled.add(told)
        else:
            frames.put(told)
    os._exit(0)  # the parent is gone, and a plugin that hangs would stay for ever


def _opened(asked: Mapping[str, Any]) -> tuple[Notifier, dict[str, Any]]:
    from grassroots.discovery import find_notifier, load_plugins

    sys.path[:] = asked["path"]
    offer = find_notifier(asked["url"], load_plugins(allow=asked["allow"]))
    notifier = offer.open(asked["url"])
    if not isinstance(notifier, Notifier):
        raise Raised(type(notifier).__name__)
    limits = offer.limits if notifier.limits is None else notifier.limits
    takes_key = offer.takes_key if notifier.takes_key is None else notifier.takes_key
    about = {
        "takes_key": bool(takes_key),
        "limits": attrs.asdict(limits),
        "service": notifier.service or offer.scheme,
    }
    return notifier, about


def _handed_over(notifier: Notifier, told: Mapping[str, Any]) -> dict[str, Any]:
    delivery: Any = notifier.deliver(Message(**told))
    if wrong := wrong_answer(delivery):
        raise Answered(wrong)
    return {name: value for name in _SAID if (value := getattr(delivery, name)) not in ("", None)}


def _closed(notifier: Notifier) -> dict[str, Any]:
    notifier.close()
    return {}


def _asked(
    ask: Callable[[], dict[str, Any]], *, words: bool = False, told_as: str = "answer"
) -> tuple[str, Any]:
    """What came of it, for the parent; ``words``: with words for people, if it has some."""
    try:
        return told_as, ask()
    except Unreachable:
        return "unreachable", None
    except Answered as error:
        return "wrong", error.what
    except BaseException as error:
        if words and isinstance(error, GrassrootsError):
            return "error", {"code": error.code, "facts": dict(error.facts)}
        return "raised", named(error)


if __name__ == "__main__":
    _serve()
