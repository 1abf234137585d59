"""Delivering what is due: follows the journal, opens the channels, and gives each a courier of its own.

::

    from grassroots.delivery import deliver

    with grassroots.open("sqlite:///district.db") as network:
        done = deliver(network, {"mail": "smtp://mail.example.net", "phone": "phone:"}, teller=reminders)

One call is one round: what happened since the last one is planned, then every channel sends what is due, each
in a thread of its own, so that a channel that does not answer delays no other. An app calls it from its own
scheduler, as often as it likes and from as many processes; :func:`keep_delivering` is such a loop.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import final

import attrs

from grassroots.contracts.notice import Attachment, Limits, Message, Notice
from grassroots.delivery.lines import Channels, Lines
from grassroots.desk import Desk
from grassroots.discovery import Plugins
from grassroots.domain.outbox import Parcel
from grassroots.domain.terms import Terms, seconds
from grassroots.errors import BadInput, MissingExtra, StorageError
from grassroots.network import Network
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.usecases.outbox.courier import Courier, Round
from grassroots.usecases.outbox.following import Follower
from grassroots.usecases.outbox.handing import hand_over
from grassroots.usecases.outbox.limits import known_limits
from grassroots.usecases.outbox.sending import PATIENCE, Line, Problem
from grassroots.usecases.outbox.teller import Tells
from grassroots.usecases.telling import NetworkTeller
from grassroots.values.ids import DutyId


@final
@attrs.frozen(kw_only=True)
class LineReport:
    """What one channel did in a round: verbs by number, seconds until it may go on (None: nothing waits)."""

    channel: str
    verbs: Mapping[str, int]
    wait: float | None = None
    late: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def sent(self) -> int:
        """How many were handed over."""
        return self.verbs.get("send", 0)


@final
@attrs.frozen(kw_only=True)
class Delivered:
    """What a round did. ``unserved`` are channels that were not given, and for which parcels wait."""

    planned: int
    lines: tuple[LineReport, ...]
    unserved: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What plugins did wrong, with the channel and the plugin."""
        return tuple(problem for line in self.lines for problem in line.problems)

    @property
    def sent(self) -> int:
        """How many were handed over on all channels."""
        return sum(line.sent for line in self.lines)


def deliver(
    network: Network,
    channels: Channels,
    *,
    teller: Tells | None = None,
    begin: int | None = None,
    terms: Terms = Terms(),  # noqa: B008 - frozen
    patience: float = PATIENCE,
    plugins: Plugins | None = None,
    isolate: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Do one round: plan what happened, send what is due, and say what became of it.

    ``begin`` is the position in the journal from which a network without an outbox is planned (default: from
    now on; 0: from its founding). ``patience`` are the seconds that a notifier has for one message.
    ``isolate``: channels that are opened by a URL work in a process of their own each, which is ended when it
    hangs (:mod:`grassroots.delivery.isolation`). ``stop`` is asked between parcels.

    A plugin that cannot be opened, or misbehaves, is a problem in the answer and never an error. Storage
    errors fly, once every channel has stopped. BadInput says what is wrong with channels that cannot be some
    (no mapping, none, a name or a value that is neither URL nor notifier), with ``begin`` and ``patience``.
    """
    with Deliverer(
        network,
        channels,
        teller=teller,
        begin=begin,
        terms=terms,
        patience=patience,
        plugins=plugins,
        isolate=isolate,
    ) as one:
        done = one.round(stop)
    return one.told(done)


def keep_delivering(
    network: Network,
    channels: Channels,
    *,
    stop: threading.Event,
    every: float = 5.0,
    teller: Tells | None = None,
    begin: int | None = None,
    terms: Terms = Terms(),  # noqa: B008 - frozen
    patience: float = PATIENCE,
    plugins: Plugins | None = None,
    isolate: bool = False,
    told: Callable[[Delivered], None] = lambda delivered: None,
    trouble: Callable[[StorageError], None] = lambda error: None,
) -> None:
    """Do rounds until ``stop`` is set, ``every`` so many seconds, with the channels kept open.

    ``told`` gets what each round did; ``trouble`` a storage error that a round ended with: the next round
    tries again, and nothing was lost.
    """
    seconds("every", every)
    with Deliverer(
        network,
        channels,
        teller=teller,
        begin=begin,
        terms=terms,
        patience=patience,
        plugins=plugins,
        isolate=isolate,
    ) as one:
        while not stop.is_set():
            try:
                told(one.round(stop.is_set))
            except StorageError as error:
                trouble(error)
            stop.wait(every)


@final
class Deliverer:
    """The channels of a deployment, open, and the outbox of one network. Close it, or use it in ``with``."""

    def __init__(
        self,
        network: Network,
        channels: Channels,
        *,
        teller: Tells | None = None,
        begin: int | None = None,
        terms: Terms = Terms(),  # noqa: B008 - frozen
        patience: float = PATIENCE,
        plugins: Plugins | None = None,
        isolate: bool = False,
    ) -> None:
        self._desk: Desk = network.desk(ACTOR)
        _checked(self._desk, begin, teller)
        self._lines = Lines(channels, self._known, patience=patience, plugins=plugins, isolate=isolate)
        self._teller: Tells = (
            teller
            if teller is not None
            else NetworkTeller(channels=tuple(channels), attach=partial(_calendar, self._desk))
        )
        self._terms = terms
        self._box = Box(self._desk.seat.office)
        self._follower = Follower(self._desk.seat, self._box, self._teller, self._desk.calls.withdraw)
        self._follower.begin(begin)
        self._served = set(channels)
        self._lines.opened()

    def _known(self, service: str, limits: Limits) -> Limits:
        office = self._desk.seat.office
        return known_limits(office.packs, self._box.now.astimezone(office.zone).date(), service, limits)

    def round(self, stop: Callable[[], bool] = lambda: False) -> Delivered:
        """One round."""
        planned = 0
        while not stop() and (step := self._follower.step()):
            planned += step
        couriers = [(line, self._courier(line, stop)) for line in self._lines.opened()]
        for name in self._lines.in_vain():
            hand_over(self._box, name, self._terms, whole=True, patient=True)
        failures: list[BaseException] = []

        def work(courier: Courier) -> None:
            try:
                for _ in courier.round():
                    pass
            except BaseException as error:
                failures.append(error)

        if len(couriers) == 1:
            work(couriers[0][1])
        else:
            threads = [threading.Thread(target=work, args=(courier,)) for _, courier in couriers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if failures:
            raise failures[0]
        lines = [_report(line, courier.round_) for line, courier in couriers]
        lines += [
            LineReport(channel=problem.channel, verbs={}, problems=(problem,))
            for problem in self._lines.problems
        ]
        return Delivered(planned=planned, lines=tuple(lines), unserved=self._unserved())

    def told(self, done: Delivered) -> Delivered:
        """What a round did, with what was wrong since: a plugin may still misbehave while it is closed."""
        noted = self._lines.noted
        lines = (attrs.evolve(one, problems=noted.get(one.channel, one.problems)) for one in done.lines)
        return attrs.evolve(done, lines=tuple(lines))

    def _courier(self, line: Line, stop: Callable[[], bool]) -> Courier:
        telling = self._follower.telling
        return Courier(self._box, line, self._teller, telling, self._ask, terms=self._terms, stop=stop)

    def _unserved(self) -> tuple[str, ...]:
        names = sorted({channel.id for channel in self._box.channels()} - self._served)
        return tuple(name for name in names if self._box.waits(name))

    def _ask(self, parcel: Parcel, message: Message, medium: str) -> str:
        return self._desk.calls.ask_for(parcel, message, medium).id

    def close(self) -> None:
        """Let go of the channels. May be repeated."""
        self._lines.close()

    def __enter__(self) -> Deliverer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_ASKED_OF_A_TELLER = ("plan", "gather", "admit", "word")


def _checked(desk: Desk, begin: int | None, teller: Tells | None) -> None:
    """Raises BadInput for a beginning that the journal does not have, and for what is no teller."""
    if begin is not None:
        head = desk.seat.office.storage.head()
        if type(begin) is not int or not 0 <= begin <= head:
            raise BadInput("outbox-begin", what=str(begin), head=head)
    lacks = tuple(name for name in _ASKED_OF_A_TELLER if not callable(getattr(teller, name, None)))
    if teller is not None and lacks:
        raise BadInput("outbox-teller", what=type(teller).__name__, lacks=lacks)


_OF_DUTY = frozenset({"duty-assigned", "duty-reminder", "duty-moved", "duty-called-off"})


def _calendar(desk: Desk, notice: Notice) -> tuple[Attachment, ...]:
    """The duty as an event for the holder's calendar, where a channel carries files (extra ``feeds``).

    Every such file changes the same event; that of a duty which was called off cancels it.
    """
    duty = notice.values.get("duty")
    if notice.key not in _OF_DUTY or not isinstance(duty, str) or "copy_of" in notice.values:
        return ()
    from grassroots.feeds.calendars import to_ical

    try:
        content = to_ical(desk.feeds.of_duty(DutyId(duty)), notice.language)
    except MissingExtra:
        return ()
    return (Attachment("duty.ics", "text/calendar", content),)


def _report(line: Line, done: Round) -> LineReport:
    return LineReport(
        channel=line.channel,
        verbs=dict(Counter(done.verbs)),
        wait=done.wait,
        late=done.late,
        problems=line.problems,
    )
