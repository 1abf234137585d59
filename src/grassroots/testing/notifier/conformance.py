"""What every notifier promises, as tests of one class."""

from __future__ import annotations

import contextlib
import copy
import decimal
import io
import locale
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from grassroots.contracts.notice import Delivery, Message, Notifier, Outcome
from grassroots.errors import Unreachable

_ARRIVED = (Outcome.DELIVERED, Outcome.ACCEPTED)
_NASTY = (
    "明天上午九点在灵溪站值班。",
    "𠮷野家 😀 ẞ ﬀ",
    "{m.__class__} ${HOME} %s %n <b>&amp;</b> '; DROP TABLE x; --",
    "第一行\n第二行\n.\n第四行",
)


def _told(number: int, **fields: Any) -> Message:
    told: dict[str, Any] = {
        "notice": f"kit-{number:04}",
        "text": f"值班提醒第{number}号",
        "title": "值班提醒",
    }
    return Message(**{**told, **fields})


class NotifierConformance:
    """Subclass it, write ``open`` and ``received``, and let pytest find the class.

    ``takes_key``: whether the same notice twice is delivered once. ``address``: one that the stand-in takes.
    ``patience``: seconds that one message may take. ``left_out``: promises that are not given, by the name of
    the test, each with its reason.
    """

    takes_key: ClassVar[bool] = False
    address: ClassVar[str] = "14400000001"
    patience: ClassVar[float] = 20.0
    left_out: ClassVar[Mapping[str, str]] = {}

    def open(self, place: Path) -> Notifier:
        """A notifier that reaches a stand-in which belongs to this place (a folder of its own)."""
        raise AssertionError("write open(self, place)")

    def received(self, place: Path) -> Sequence[str]:
        """The texts that arrived at that stand-in, in order; each may hold more than the text."""
        raise AssertionError("write received(self, place)")

    def unreachable(self, place: Path) -> Notifier | None:
        """A notifier whose other end is not there; None (the default) where there is no such thing."""
        return None

    def close(self, place: Path) -> None:
        """Let go of the stand-in of this place."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        for name, reason in cls.left_out.items():
            if name in PROMISES and reason.strip():
                setattr(cls, name, _left_out(reason))

    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterable[Path]:
        """A place that no other promise uses."""
        yield tmp_path
        self.close(tmp_path)

    def message(self, number: int, **fields: Any) -> Message:
        """A message to the address of the stand-in."""
        return _told(number, **{"to": self.address, **fields})

    def sent(self, notifier: Notifier, message: Message) -> Delivery:
        """Hand it over; what comes back is an answer, in time."""
        before, begun = _process(), time.monotonic()
        delivery = notifier.deliver(message)
        assert _process() == before, "locale, decimals, warnings, folder or environment were changed"
        assert time.monotonic() - begun < self.patience, "it took longer than a host waits"
        assert type(delivery) is Delivery, f"{type(delivery).__name__} is no Delivery"
        assert type(delivery.outcome) is Outcome, f"{delivery.outcome!r} is no Outcome"
        if delivery.outcome is Outcome.TASK:
            assert delivery.medium in ("phone", "paper"), f"nobody knows the medium {delivery.medium!r}"
        return delivery

    # -- promises -----------------------------------------------------------------------------------------
    def test_what_is_said_to_be_delivered_arrives_and_once(self, place: Path) -> None:
        """Three messages: each arrives exactly once, in the order in which they were handed over."""
        with self.open(place) as notifier:
            for number in range(3):
                delivery = self.sent(notifier, self.message(number))
                assert delivery.outcome in _ARRIVED, f"{delivery.outcome.value}: {delivery.reason}"
            arrived = list(self.received(place))
        assert len(arrived) == 3, f"{len(arrived)} arrived, not 3"
        for number, text in enumerate(arrived):
            assert f"值班提醒第{number}号" in text

    def test_a_text_arrives_as_it_is_or_is_refused(self, place: Path) -> None:
        """Chinese, rare characters, what looks like a template, several lines."""
        with self.open(place) as notifier:
            for number, text in enumerate(_NASTY):
                before = len(self.received(place))
                delivery = self.sent(notifier, self.message(number, text=text))
                arrived = self.received(place)[before:]
                if delivery.outcome in _ARRIVED:
                    assert len(arrived) == 1
                    assert _plain(text) in _plain(arrived[0])
                else:
                    assert delivery.outcome is Outcome.REFUSED
                    assert not arrived

    def test_the_same_notice_twice_is_delivered_once(self, place: Path) -> None:
        """Only where ``takes_key`` says so; also by another notifier on the same channel."""
        if not self.takes_key:
            pytest.skip("it takes no key")
        for _ in range(2):
            with self.open(place) as notifier:
                for _ in range(2):
                    assert self.sent(notifier, self.message(1)).outcome in _ARRIVED
        assert len(self.received(place)) == 1

    def test_it_says_itself_whether_it_takes_a_key(self, place: Path) -> None:
        """What the class of the tests says, the notifier does not contradict."""
        with self.open(place) as notifier:
            assert notifier.takes_key in (None, self.takes_key)

    def test_nothing_is_printed(self, place: Path) -> None:
        """Neither output nor errors: a message is somebody's business."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), self.open(place) as notifier:
            self.sent(notifier, self.message(1))
        assert (out.getvalue(), err.getvalue()) == ("", "")

    def test_the_message_is_left_as_it_was(self, place: Path) -> None:
        """A message is read and not written to."""
        message = self.message(1, values={"day": "2021-07-03", "names": ("甲", "乙")})
        before = copy.copy(message)
        values = dict(message.values)
        with self.open(place) as notifier:
            self.sent(notifier, message)
        assert message == before
        assert dict(message.values) == values

    def test_the_process_is_left_as_it_was(self, place: Path) -> None:
        """No thread stays behind; the rest (locale, environment ...) is looked at with every message."""
        threads = set(threading.enumerate())
        with self.open(place) as notifier:
            self.sent(notifier, self.message(1))
        until = time.monotonic() + 5
        while left := [
            one for one in set(threading.enumerate()) - threads if not one.name.startswith("kit-")
        ]:
            assert time.monotonic() < until, f"a thread stays behind: {left[0].name}"
            time.sleep(0.01)

    def test_any_thread_may_hand_messages_over(self, place: Path) -> None:
        """One thread at a time, not always the same."""
        answers: list[Delivery] = []
        failures: list[BaseException] = []

        def work(notifier: Notifier, number: int) -> None:
            try:
                answers.append(self.sent(notifier, self.message(number)))
            except BaseException as error:
                failures.append(error)

        with self.open(place) as notifier:
            for number in range(2):
                thread = threading.Thread(target=work, args=(notifier, number), name="kit-sender")
                thread.start()
                thread.join(self.patience)
        if failures:
            raise failures[0]
        assert [one.outcome in _ARRIVED for one in answers] == [True, True]

    def test_closing_may_be_repeated(self, place: Path) -> None:
        """Closed before it was used, after it was used, and twice."""
        self.open(place).close()
        notifier = self.open(place)
        self.sent(notifier, self.message(1))
        notifier.close()
        notifier.close()

    def test_an_address_that_is_none_is_refused_and_raises_nothing(self, place: Path) -> None:
        """A message that cannot arrive is answered; it is never ``retry``, which would go on for days."""
        with self.open(place) as notifier:
            for number, to in enumerate(("", " ", "没有", "a\r\nb", "x" * 500)):
                delivery = self.sent(notifier, self.message(number, to=to))
                assert delivery.outcome is not Outcome.RETRY, f"{to!r} would be tried again and again"

    def test_nobody_at_the_other_end_is_certainly_not_sent(self, place: Path) -> None:
        """``Unreachable`` or ``retry``: both say that nothing was sent."""
        notifier = self.unreachable(place)
        if notifier is None:
            pytest.skip("there is no other end that could be away")
        with notifier, contextlib.suppress(Unreachable):  # the clearest way to say it
            assert self.sent(notifier, self.message(1)).outcome is Outcome.RETRY
        assert list(self.received(place)) == []

    def test_nothing_is_left_out(self) -> None:
        """A promise that is left out without a reason, or under an unknown name, or replaced, is told."""
        for name, reason in self.left_out.items():
            assert name in PROMISES, f"{name} is no promise of the kit"
            assert reason.strip(), f"{name} is left out without a reason"
        for name, promise in PROMISES.items():
            if name not in self.left_out:
                assert getattr(type(self), name) is promise, (
                    f"{name} was replaced: leave it out with a reason"
                )


def _left_out(reason: str) -> Callable[[Any], None]:
    def left_out(self: Any) -> None:
        pytest.skip(reason)

    return left_out


PROMISES: dict[str, Any] = {
    name: getattr(NotifierConformance, name) for name in vars(NotifierConformance) if name.startswith("test_")
}
"""Every promise of the kit, in the order in which they are written."""


def broken_promises(kit: NotifierConformance, places: Callable[[], Path]) -> dict[str, str]:
    """The promises that this kit's notifier breaks, each with what was wrong; never raises for one."""
    broken = {}
    for name in PROMISES:
        test = getattr(kit, name)
        place = places()
        try:
            test() if name == "test_nothing_is_left_out" else test(place)
        except KeyboardInterrupt as error:
            broken[name] = repr(error)
        except BaseException as error:  # pytest's own refusals are no Exception
            if type(error).__name__ != "Skipped":
                broken[name] = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        finally:
            kit.close(place)
    return broken


def _process() -> tuple[Any, ...]:
    context = decimal.getcontext()
    return (
        locale.setlocale(locale.LC_ALL),
        (context.prec, context.rounding),
        list(warnings.filters),
        Path.cwd(),
        dict(os.environ),
    )


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
