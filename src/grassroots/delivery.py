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
from contextlib import ExitStack
from functools import partial
from typing import final

import attrs

from grassroots import discovery
from grassroots.contracts.notice import Attachment, Limits, Message, Notice, Notifier, channel_name
from grassroots.desk import Desk
from grassroots.discovery import Plugins, load_plugins
from grassroots.domain.outbox import Parcel, Terms
from grassroots.errors import GrassrootsError, MissingExtra, PluginError, StorageError
from grassroots.network import Network
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.usecases.outbox.courier import Courier, Round
from grassroots.usecases.outbox.following import Follower
from grassroots.usecases.outbox.limits import known_limits
from grassroots.usecases.outbox.sending import PATIENCE, Line, Opened, Problem
from grassroots.usecases.outbox.teller import Tells
from grassroots.usecases.telling import NetworkTeller
from grassroots.values.ids import DutyId

Channels = Mapping[str, str | Notifier]
"""The channels of a deployment: by their name, the URL of a notifier, or a notifier."""


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
    stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Do one round: plan what happened, send what is due, and say what became of it.

    ``begin`` is the position in the journal from which a network without an outbox is planned (default: from
    now on; 0: from its founding). ``patience`` are the seconds that a notifier has for one message. ``stop``
    is asked between parcels.

    A plugin that cannot be opened, or misbehaves, is a problem in the answer and never an error. Storage
    errors fly, once every channel has stopped.
    """
    with Deliverer(
        network, channels, teller=teller, begin=begin, terms=terms, patience=patience, plugins=plugins
    ) as one:
        return one.round(stop)


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
    told: Callable[[Delivered], None] = lambda delivered: None,
    trouble: Callable[[StorageError], None] = lambda error: None,
) -> None:
    """Do rounds until ``stop`` is set, ``every`` so many seconds, with the channels kept open.

    ``told`` gets what each round did; ``trouble`` a storage error that a round ended with: the next round
    tries again, and nothing was lost.
    """
    with Deliverer(
        network, channels, teller=teller, begin=begin, terms=terms, patience=patience, plugins=plugins
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
    ) -> None:
        self._desk: Desk = network.desk(ACTOR)
        self._teller: Tells = (
            teller
            if teller is not None
            else NetworkTeller(channels=tuple(channels), attach=partial(_calendar, self._desk))
        )
        self._terms = terms
        self._box = Box(self._desk.seat.office)
        self._follower = Follower(self._desk.seat, self._box, self._teller, self._desk.calls.withdraw)
        self._follower.begin(begin)
        self._served = {channel_name(name) for name in channels}
        self._lines: list[Line] = []
        self._unopened: list[Problem] = []
        found = load_plugins() if plugins is None and _has_url(channels) else plugins
        for name, way in channels.items():
            self._open(name, way, found, patience)

    def _open(self, name: str, way: str | Notifier, plugins: Plugins | None, patience: float) -> None:
        plugin = ""
        try:
            if isinstance(way, Notifier):
                opened = _as_given(way)
                self._lines.append(Line(name, type(way).__name__, lambda: opened, patience=patience))
                return
            offer = discovery.find_notifier(way, plugins)
            plugin = _plugin_of(offer.scheme, plugins)

            def opener() -> Opened:
                notifier = offer.open(way)
                if not isinstance(notifier, Notifier):
                    raise PluginError(
                        "plugin-failed", name=offer.scheme, distribution=plugin, cause=type(notifier).__name__
                    )
                takes_key = offer.takes_key if notifier.takes_key is None else notifier.takes_key
                limits = offer.limits if notifier.limits is None else notifier.limits
                packs = self._desk.seat.office.packs
                today = self._box.now.astimezone(self._desk.seat.office.zone).date()
                known = known_limits(packs, today, notifier.service or offer.scheme, limits)
                return Opened(notifier, bool(takes_key), known)

            self._lines.append(Line(name, plugin, opener, patience=patience))
        except GrassrootsError as error:
            self._unopened.append(Problem(name, plugin, "channel-unopened", str(error)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._unopened.append(Problem(name, plugin, "notifier-reopen", type(error).__name__))

    def round(self, stop: Callable[[], bool] = lambda: False) -> Delivered:
        """One round."""
        planned = 0
        while not stop() and (step := self._follower.step()):
            planned += step
        couriers = [(line, self._courier(line, stop)) for line in self._lines]
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
            LineReport(channel=problem.channel, verbs={}, problems=(problem,)) for problem in self._unopened
        ]
        return Delivered(planned=planned, lines=tuple(lines), unserved=self._unserved())

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
        with ExitStack() as stack:
            for line in self._lines:
                stack.callback(line.close)

    def __enter__(self) -> Deliverer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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


def _as_given(notifier: Notifier) -> Opened:
    limits = Limits() if notifier.limits is None else notifier.limits
    return Opened(notifier, bool(notifier.takes_key), limits)


def _has_url(channels: Channels) -> bool:
    return any(isinstance(way, str) for way in channels.values())


def _plugin_of(scheme: str, plugins: Plugins | None) -> str:
    records = () if plugins is None else plugins.records
    return next((one.name for one in records if f"notifiers/{scheme}" in one.offers), scheme)
