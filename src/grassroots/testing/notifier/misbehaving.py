"""Notifiers that misbehave, each in one way: a host has to survive them all and say which did what.

``seen_by`` says who notices: ``host`` (a code of a problem), ``kit`` (the conformance tests), or both. Those that
hang wait for ``release`` and no longer, so that a test leaves nothing behind.
"""

from __future__ import annotations

import decimal
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, final

from attrs import frozen

from grassroots.contracts.notice import Delivery, Message, Notifier

release: Final = threading.Event()
"""Set it, and everything that hangs comes back."""


class Honest(Notifier):
    """Does it right: writes the text into a file of its place, once for each notice."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.file = place / "received.txt"

    def put(self, message: Message) -> None:
        """Let it arrive."""
        with self.file.open("a", encoding="utf-8") as file:
            file.write(message.text.replace("\n", "\x1f") + "\n")

    def deliver(self, message: Message) -> Delivery:
        """Let it arrive, if there is an address."""
        if not message.to.isdigit():
            return Delivery.refused("no-number")
        self.put(message)
        return Delivery.delivered()


def arrived(place: Path) -> list[str]:
    """What arrived at this place."""
    file = place / "received.txt"
    if not file.exists():
        return []
    return [line.replace("\x1f", "\n") for line in file.read_text("utf-8").split("\n")[:-1]]


@final
@frozen
class Misbehaviour:
    """One way to misbehave. ``code`` is that of the host's problem; nothing: a host cannot see it."""

    name: str
    notifier: type[Honest]
    code: str = ""
    kit: bool = True
    """Whether the conformance tests see it."""


def _raises(error: Callable[[], BaseException]) -> type[Honest]:
    def deliver(self: Honest, message: Message) -> Delivery:
        raise error()

    return type("Raises", (Honest,), {"deliver": deliver})


def _answers(answer: Callable[[Message], Any]) -> type[Honest]:
    def deliver(self: Honest, message: Message) -> Any:
        self.put(message)
        return answer(message)

    return type("Answers", (Honest,), {"deliver": deliver})


def _also(deed: Callable[[Honest, Message], object]) -> type[Honest]:
    """Does it right, and something else beside."""

    def deliver(self: Honest, message: Message) -> Delivery:
        deed(self, message)
        return Honest.deliver(self, message)

    return type("Also", (Honest,), {"deliver": deliver})


class _Odd(BaseException):
    pass


class _Sub(Honest):
    pass


def _recurse(depth: int = 0) -> BaseException:
    return _recurse(depth + 1)


def _hang(self: Honest, message: Message) -> None:
    release.wait(60)


def _hang_on_one(self: Honest, message: Message) -> None:
    if message.notice.endswith("1"):
        release.wait(60)


def _hang_closing(self: Honest) -> None:
    release.wait(60)


def _forged(message: Message) -> Delivery:
    delivery = Delivery.delivered()
    object.__setattr__(delivery, "outcome", "done")
    return delivery


def _rewrite(self: Honest, message: Message) -> None:
    object.__setattr__(message, "text", "别的")


def _empty(self: Honest, message: Message) -> None:
    object.__setattr__(message, "values", {"day": "1999-01-01"})


def _leave_thread(self: Honest, message: Message) -> None:
    threading.Thread(target=release.wait, args=(60,), name="left-behind", daemon=True).start()


def _close_badly(self: Honest) -> None:
    raise OSError("张三")


def _close_once(self: Honest) -> None:
    if getattr(self, "closed", False):
        raise ValueError("closed before")
    self.closed = True  # type: ignore[attr-defined]


def _lie(self: Honest, message: Message) -> Delivery:
    return Delivery.delivered()


def _reverse(self: Honest, message: Message) -> Delivery:
    self.put(message)
    return Delivery.retry("not-sent")


def _cut(self: Honest, message: Message) -> Delivery:
    if not message.to.isdigit():
        return Delivery.refused("no-number")
    with self.file.open("a", encoding="utf-8") as file:
        file.write(message.text[:8].split("\n")[0] + "\n")
    return Delivery.delivered()


def _own(name: str, **steps: Any) -> type[Honest]:
    return type(name, (Honest,), steps)


MISBEHAVING: Final = (
    Misbehaviour("raises", _raises(lambda: ValueError("李四")), "notifier-raised"),
    Misbehaviour("raises what is no Exception", _raises(lambda: _Odd("李四")), "notifier-raised"),
    Misbehaviour("exits", _raises(lambda: SystemExit(3)), "notifier-raised"),
    Misbehaviour("interrupts", _raises(KeyboardInterrupt), "notifier-raised"),
    Misbehaviour("ends an iteration", _raises(StopIteration), "notifier-raised"),
    Misbehaviour("ends a generator", _raises(GeneratorExit), "notifier-raised"),
    Misbehaviour("is out of memory", _raises(MemoryError), "notifier-raised"),
    Misbehaviour("goes round in circles", _raises(_recurse), "notifier-raised"),
    Misbehaviour("hangs", _also(_hang), "notifier-hangs", kit=False),
    Misbehaviour("hangs on one message", _also(_hang_on_one), "notifier-hangs", kit=False),
    Misbehaviour("hangs while closing", _own("HangsClosing", close=_hang_closing), "notifier-close-hangs", kit=False),
    Misbehaviour("answers nothing", _answers(lambda _: None), "notifier-answer"),
    Misbehaviour("answers yes", _answers(lambda _: True), "notifier-answer"),
    Misbehaviour("answers a word", _answers(lambda _: "delivered"), "notifier-answer"),
    Misbehaviour("answers a table", _answers(lambda _: {"outcome": "delivered"}), "notifier-answer"),
    Misbehaviour("answers the class", _answers(lambda _: Delivery), "notifier-answer"),
    Misbehaviour("answers a promise", _answers(lambda _: iter([Delivery.delivered()])), "notifier-answer"),
    Misbehaviour("forges an outcome", _answers(_forged), "notifier-answer"),
    Misbehaviour("asks for a pigeon", _answers(lambda _: Delivery.task("pigeon")), "notifier-answer"),
    Misbehaviour("says it was sent when it was not", _own("Lies", deliver=_lie)),
    Misbehaviour("says it was not sent when it was", _own("Denies", deliver=_reverse)),
    Misbehaviour("sends twice", _also(lambda self, message: self.put(message))),
    Misbehaviour("cuts the text", _own("Cuts", deliver=_cut)),
    Misbehaviour("changes the message", _also(_rewrite)),
    Misbehaviour("changes the values", _also(_empty)),
    Misbehaviour("prints", _also(lambda self, message: print(message.text))),  # noqa: T201
    Misbehaviour("writes errors", _also(lambda self, message: sys.stderr.write(message.text))),
    Misbehaviour("changes decimals", _also(lambda *_: setattr(decimal.getcontext(), "prec", 7))),
    Misbehaviour("changes the environment", _also(lambda *_: os.environ.update(KIT_LEFT="1"))),
    Misbehaviour("leaves a thread behind", _also(_leave_thread)),
    Misbehaviour("raises while closing", _own("ClosesBadly", close=_close_badly), "notifier-close"),
    Misbehaviour("closes only once", _own("ClosesOnce", close=_close_once)),
    Misbehaviour("claims a key that it does not take", _own("Claims", takes_key=True)),
    Misbehaviour("tries what can never be", _answers(lambda _: Delivery.retry("busy"))),
)  # fmt: skip
"""All of them."""
