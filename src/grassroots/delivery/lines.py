"""Opening the channels of a deployment, and opening those again that could not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from time import monotonic
from typing import Any, Final, final

from grassroots import discovery
from grassroots.contracts.notice import Limits, Notifier, channel_name
from grassroots.discovery import Plugins, Status, load_plugins
from grassroots.domain.terms import seconds
from grassroots.errors import BadInput, GrassrootsError, PluginError
from grassroots.usecases.outbox.guarding import Hung, named
from grassroots.usecases.outbox.sending import Line, Opened, Problem

Channels = Mapping[str, str | Notifier]
"""The channels of a deployment: by their name, the URL of a notifier, or a notifier."""

Known = Callable[[str, Limits], Limits]
"""What the rule packs know of a service (by its name) laid over what its notifier says."""

TRY_AGAIN: Final = 60.0
"""Seconds after which a channel that could not be opened is opened again."""


def checked(channels: Any) -> dict[str, str | Notifier]:
    """The channels, if they can be some; BadInput says which one cannot, and never what its URL is."""
    if not isinstance(channels, Mapping):
        raise BadInput("channels-no-mapping", what=type(channels).__name__)
    if not channels:
        raise BadInput("channels-none")
    for name, way in channels.items():
        channel_name(name)
        if not isinstance(way, (str, Notifier)):
            what = way.__name__ if isinstance(way, type) else type(way).__name__
            raise BadInput("channel-way", channel=name, what=what)
    return dict(channels)


@final
class Lines:
    """The channels of a deployment, each with its line; what cannot be opened is a problem and no error."""

    def __init__(
        self,
        channels: Channels,
        known: Known,
        *,
        patience: float,
        plugins: Plugins | None = None,
        isolate: bool = False,
    ) -> None:
        self._ways = checked(channels)
        self._known = known
        self._patience = seconds("patience", patience)
        if plugins is None and any(isinstance(way, str) for way in self._ways.values()):
            plugins = load_plugins()
        self._plugins = plugins
        self._isolate = isolate
        self._open: dict[str, Line] = {}
        self._unopened: dict[str, tuple[Problem, float]] = {}
        self._in_vain: set[str] = set()

    def opened(self) -> list[Line]:
        """Those that are open. One that could not be is tried again after :data:`TRY_AGAIN` seconds."""
        for name, way in self._ways.items():
            if name not in self._open and monotonic() >= self._unopened.get(name, (None, 0.0))[1]:
                self._try(name, way)
        return [self._open[name] for name in self._ways if name in self._open]

    @property
    def noted(self) -> dict[str, tuple[Problem, ...]]:
        """What was wrong so far with those that are open, by channel."""
        return {name: line.problems for name, line in self._open.items()}

    @property
    def problems(self) -> list[Problem]:
        """Why those that are not open are not."""
        return [problem for problem, _ in self._unopened.values()]

    def in_vain(self) -> list[str]:
        """Those that were tried in vain since this was asked last."""
        names = sorted(self._in_vain & self._unopened.keys())
        self._in_vain.clear()
        return names

    def _try(self, name: str, way: str | Notifier) -> None:
        plugin = _plugin_of(way, self._plugins)
        try:
            self._open[name] = Line(name, plugin, self._opener(way, plugin), patience=self._patience)
            self._unopened.pop(name, None)
            return
        except GrassrootsError as error:
            problem = Problem(name, plugin, "channel-unopened", str(error))
        except Hung:
            problem = Problem(name, plugin, "notifier-open-hangs")
        except Exception as error:
            problem = Problem(name, plugin, "notifier-reopen", named(error))
        self._unopened[name] = problem, monotonic() + TRY_AGAIN
        self._in_vain.add(name)

    def _opener(self, way: str | Notifier, plugin: str) -> Callable[[], Opened]:
        if isinstance(way, Notifier):
            given = way
            return lambda: Opened(given, bool(given.takes_key), given.limits or Limits())
        url, offer = way, discovery.find_notifier(way, self._plugins)

        def opened() -> Opened:
            notifier: Any = self._apart(url) if self._isolate else offer.open(url)
            if not isinstance(notifier, Notifier):
                cause = type(notifier).__name__
                raise PluginError("plugin-failed", name=offer.scheme, distribution=plugin, cause=cause)
            takes_key = offer.takes_key if notifier.takes_key is None else notifier.takes_key
            limits = offer.limits if notifier.limits is None else notifier.limits
            return Opened(notifier, bool(takes_key), self._known(notifier.service or offer.scheme, limits))

        return opened

    def _apart(self, url: str) -> Notifier:
        from grassroots.delivery.isolation import Isolated

        records = () if self._plugins is None else self._plugins.records
        allow = [one.name for one in records if one.status is Status.ENABLED]
        return Isolated(url, patience=self._patience, allow=allow)

    def close(self) -> None:
        """Let go of the channels. May be repeated."""
        with ExitStack() as stack:
            for line in self._open.values():
                stack.callback(line.close)


def _plugin_of(way: str | Notifier, plugins: Plugins | None) -> str:
    """The plugin that offers this channel; else the type of the notifier, or nothing."""
    if isinstance(way, Notifier):
        return type(way).__name__
    scheme = way.partition(":")[0].lower()
    records = () if plugins is None else plugins.records
    return next((one.name for one in records if f"notifiers/{scheme}" in one.offers), "")
