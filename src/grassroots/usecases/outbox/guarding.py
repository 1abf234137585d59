"""Asking a guest with a watch in the hand: opening, closing, anything that may never come back.

A thread cannot be killed. One that does not come back in time is left behind under another name, by which it
is counted, also by whoever opens the same channel later in this process.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar, final

from grassroots.errors import GrassrootsError

T = TypeVar("T")

_LEFT: Final = " (left behind)"


@final
class Hung(Exception):
    """A guest did not come back in time."""


@final
class Raised(Exception):
    """A guest raised something; ``what`` is the name of its type."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@final
class Answered(Exception):
    """A guest answered with what is no answer; ``what`` says what it was, never what it held."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def named(error: BaseException) -> str:
    """The name of what was raised: what it says may hold somebody's data."""
    return error.what if isinstance(error, (Raised, Answered)) else type(error).__name__


def within(
    seconds: float, name: str, ask: Callable[[], T], *, late: Callable[[T], object] = lambda answer: None
) -> T:
    """What the guest gives, asked in a thread ``name``; Hung if that takes longer, and is left behind.

    Words for people (GrassrootsError) fly as they are, whatever else is raised as Raised. An answer that
    comes too late is given to ``late``, in that thread.
    """
    answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    given_up = threading.Event()

    def work() -> None:
        try:
            answer = ask()
        except BaseException as error:
            answers.put((None, error))
            return
        if given_up.is_set():
            with suppress(BaseException):
                late(answer)
        answers.put((answer, None))

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        given_up.set()
        leave_behind(thread, name)
        raise Hung from None
    if isinstance(error, GrassrootsError):
        raise error
    if error is not None:
        raise Raised(type(error).__name__) from error
    return answer  # type: ignore[no-any-return]


def leave_behind(thread: threading.Thread, name: str) -> None:
    """Count this thread among those that did not come back to ``name``, as long as it lives."""
    thread.name = f"{name}{_LEFT}"


def left_behind(name: str) -> int:
    """How many threads of this process hang that were working for ``name``."""
    return sum(one.name == f"{name}{_LEFT}" for one in threading.enumerate())
