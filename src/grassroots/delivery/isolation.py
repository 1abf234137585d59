"""A notifier in a process of its own, which can be ended: for plugins that hang, or end their process.

What a thread cannot give: a message that makes its plugin hang costs a process, which is ended, and leaves
nothing behind; so does one that ends its process (a library in C, ``os._exit``). What it costs: a process for
each channel, a third of a second to start it, and a message written and read once more. It is for channels
that are opened by a URL: a notifier that is given as an object lives where it was made.

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
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import IO, Any, Final, final

import attrs

from grassroots.contracts.notice import Delivery, Limits, Message, Notifier
from grassroots.errors import GrassrootsError, Unreachable
from grassroots.usecases.outbox.guarding import Answered, Hung, Raised, named
from grassroots.usecases.outbox.sending import wrong_answer

_SIZE: Final = struct.Struct("!I")
_SHARE: Final = 0.45
"""Of the patience, for a process to be ready, and again for it to answer: the host looks at the whole."""


@final
class Isolated(Notifier):
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
        return Delivery(**told)

    def close(self) -> None:
        """Let the child close its notifier and go. May be repeated."""
        if self._child is not None:
            try:
                self._child.asked(None, self._patience)
            except Unreachable:
                pass
            finally:
                self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
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
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="grassroots-listens", daemon=True).start()
        self._opened: Mapping[str, Any] | None = None
        self._tell(asked)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(ValueError):  # closed while it was read: nobody listens any more
            for line in self._process.stdout:
                self._answers.put(line)
        self._answers.put(b"")

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
            self._opened = self._answer(patience)
        return self._opened

    def asked(self, what: Any, patience: float) -> dict[str, Any]:
        """What the notifier says to this message."""
        self._tell(what)
        return self._answer(patience)

    def _answer(self, patience: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=patience)
        except queue.Empty:
            raise Hung from None
        if not line:
            raise Raised(self._how_it_ended())
        kind, told = json.loads(line)
        if kind == "error":
            raise GrassrootsError(told["code"], **_facts(told["facts"]))
        if kind == "unreachable":
            raise Unreachable("unreachable", where="")
        if kind in ("raised", "wrong"):
            raise (Raised if kind == "raised" else Answered)(told)
        return dict(told)

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        return signal.Signals(-code).name if code is not None and code < 0 else f"exit-{code}"

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                assert pipe is not None
                pipe.close()


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
    threading.Thread(target=_read, args=(hear, frames), daemon=True).start()
    notifier: Notifier | None = None

    def tell(kind: str, told: Any) -> None:
        talk.write(json.dumps([kind, told]).encode() + b"\n")
        talk.flush()

    def opened() -> dict[str, Any]:
        nonlocal notifier
        notifier, about = _opened(frames.get())
        return about

    tell(*_asked(opened, words=True))
    while notifier is not None and (told := frames.get()) is not None:
        tell(*_asked(lambda: _handed_over(notifier, told)))
    if notifier is not None:
        tell(*_asked(lambda: _closed(notifier)))


def _read(hear: IO[bytes], frames: queue.SimpleQueue[Any]) -> None:
    while len(head := hear.read(_SIZE.size)) == _SIZE.size:
        (size,) = _SIZE.unpack(head)
        frames.put(pickle.loads(hear.read(size)))
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
    return {**attrs.asdict(delivery), "outcome": delivery.outcome.value}


def _closed(notifier: Notifier) -> dict[str, Any]:
    notifier.close()
    return {}


def _asked(ask: Callable[[], dict[str, Any]], *, words: bool = False) -> tuple[str, Any]:
    """What came of it, for the parent; ``words``: with words for people, if it has some."""
    try:
        return "answer", ask()
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
