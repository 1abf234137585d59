"""How a plugin offers something: hooks that yield small, typed, named offers.

A plugin is a module (or an object) with functions marked ``@hookimpl``. A distribution registers it under
the entry-point group ``grassroots``::

    [project.entry-points.grassroots]
    acme = "acme_grassroots"

Offers are chosen by their name (a storage by the scheme of its URL), never by the order of loading; two
offers of one name are an error that names both distributions. Making an offer must be cheap: import heavy
libraries in ``open``, not at the top of the plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, final

import pluggy
from attrs import field, frozen

from grassroots.contracts.calendar import Calendar
from grassroots.contracts.keys import KeyService
from grassroots.contracts.notice import Limits, Notifier
from grassroots.contracts.storage import Storage
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.contracts.planning import PairingPlanner, RotaPlanner

PROJECT: Final = "grassroots"
"""The name of the project, of its entry-point group and of its hooks' prefix."""

CONTRACT: Final = 1
"""The version of all contracts in this package; an offer says for which one it was written."""

FIRST: Final = 1
"""The version of an offer that names none. It stays, so that an old plugin is never taken for a new one."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's function as the implementation of the hook of the same name."""


def _word(name: str) -> str:
    if not (isinstance(name, str) and name.isascii() and name and name == name.lower()) or not all(
        letter.isalnum() or letter in "+-." for letter in name
    ):
        raise BadInput("offer-name", what=str(name))
    return name


@final
@frozen
class StorageOffer:
    """A storage for URLs of one scheme.

    ``open(url, network)`` gives one network of the database, made if it is new; ``networks(url)`` names
    those that exist, sorted; ``drop(url, network)`` removes one with everything in it (absent: no-op)
    and closes every handle on it.
    All three raise Unreachable when the database cannot be opened.
    """

    scheme: str = field(converter=_word)
    open: Callable[[str, str], Storage]
    networks: Callable[[str], Sequence[str]]
    drop: Callable[[str, str], None]
    contract: int = FIRST

    @property
    def name(self) -> str:
        """The scheme, which is the name of the offer."""
        return self.scheme


@final
@frozen
class CalendarOffer:
    """A calendar under a name; ``open()`` may raise MissingExtra."""

    name: str = field(converter=_word)
    open: Callable[[], Calendar]
    contract: int = FIRST


@final
@frozen
class KeyOffer:
    """A source of key-encryption keys for one scheme: ``env:NAME``, ``file:/path``, ``vault:...``.

    ``open(source)`` gets the whole source and raises BadInput when it cannot be read, Unreachable when a
    service cannot be asked.
    """

    scheme: str = field(converter=_word)
    open: Callable[[str], KeyService]
    contract: int = FIRST

    @property
    def name(self) -> str:
        """The scheme, which is the name of the offer."""
        return self.scheme


@final
@frozen
class PackOffer:
    """A rule pack under a name; ``text()`` gives its TOML."""

    name: str = field(converter=_word)
    text: Callable[[], str]
    contract: int = FIRST


@final
@frozen
class NotifierOffer:
    """A notifier for URLs of one scheme.

    ``open(url)`` gives the channel that the URL describes; it may raise BadInput for a URL that cannot be
    meant and MissingExtra, and must not repeat the URL in either: it may hold a password. ``takes_key`` says
    that the same notice sent twice under its id is delivered once; ``limits`` what the channel takes.
    """

    scheme: str = field(converter=_word)
    open: Callable[[str], Notifier]
    contract: int = FIRST
    takes_key: bool = field(default=False, kw_only=True)
    limits: Limits = field(factory=Limits, kw_only=True)

    @property
    def name(self) -> str:
        """The scheme, which is the name of the offer."""
        return self.scheme


@final
@frozen(kw_only=True)
class PlannerOffer:
    """A planner of pairings, of rotas, or both, under one name.

    ``pairs()`` and ``rota()`` give the planner and may raise MissingExtra; None: it plans no such thing.
    """

    name: str = field(converter=_word)
    pairs: Callable[[], PairingPlanner] | None = None
    rota: Callable[[], RotaPlanner] | None = None
    contract: int = FIRST


@hookspec
def grassroots_storages() -> Iterable[StorageOffer]:  # type: ignore[empty-body]
    """Offer storages, each for one URL scheme.

    A complete plugin, which keeps its networks in the memory of this process::

        from grassroots.contracts.hooks import StorageOffer, hookimpl
        from grassroots.plugins.memory import Shelf

        shelf = Shelf()

        @hookimpl
        def grassroots_storages():
            yield StorageOffer("shelf", shelf.open, shelf.networks, shelf.drop)
    """


@hookspec
def grassroots_calendars() -> Iterable[CalendarOffer]:  # type: ignore[empty-body]
    """Offer calendars by name.

    A complete plugin, which lends out the built-in calendar under a name of its own::

        from grassroots.contracts.hooks import CalendarOffer, hookimpl
        from grassroots.plugins.lunar import LunarCalendar

        @hookimpl
        def grassroots_calendars():
            yield CalendarOffer("almanac", LunarCalendar)
    """


@hookspec
def grassroots_keys() -> Iterable[KeyOffer]:  # type: ignore[empty-body]
    """Offer sources of key-encryption keys, each for one scheme.

    A complete plugin, which takes the keys that an application keeps in its own settings::

        from grassroots.contracts.hooks import KeyOffer, hookimpl
        from grassroots.plugins.keys import KeySet

        SETTINGS = {"acme": "k1:" + "0a" * 32}

        @hookimpl
        def grassroots_keys():
            yield KeyOffer("settings", lambda source: KeySet.read(SETTINGS[source.partition(":")[2]], source))
    """


@hookspec
def grassroots_packs() -> Iterable[PackOffer]:  # type: ignore[empty-body]
    """Offer rule packs by name, as TOML text.

    A complete plugin::

        from grassroots.contracts.hooks import PackOffer, hookimpl

        @hookimpl
        def grassroots_packs():
            yield PackOffer("acme-town", lambda: 'title = "Acme town"')
    """


@hookspec
def grassroots_notifiers() -> Iterable[NotifierOffer]:  # type: ignore[empty-body]
    """Offer notifiers, each for one URL scheme.

    A complete plugin, which hangs every message on a line in this process::

        from grassroots.contracts.hooks import NotifierOffer, hookimpl
        from grassroots.contracts.notice import Delivery, Notifier

        class Line(Notifier):
            hung = {}

            def deliver(self, message):
                self.hung.setdefault(message.notice, message.text)
                return Delivery.delivered()

        @hookimpl
        def grassroots_notifiers():
            yield NotifierOffer("line", lambda url: Line(), takes_key=True)
    """


@hookspec
def grassroots_planners() -> Iterable[PlannerOffer]:  # type: ignore[empty-body]
    """Offer planners by name.

    A complete plugin, which pairs nobody (a plan that the checker passes, and that is proven nothing)::

        from grassroots.contracts.hooks import PlannerOffer, hookimpl
        from grassroots.contracts.planning import Answer, PairingPlan, PairingPlanner, PairingValues

        class Idle(PairingPlanner):
            def pair(self, problem, effort):
                none = PairingValues(covered=0, kept=0, suitability=0, spread=0)
                most = len(problem.recipients)
                best = PairingValues(covered=most, kept=most, suitability=most * 1_000_000, spread=0)
                return PairingPlan(answer=Answer.FOUND, values=none, bounds=best)

        @hookimpl
        def grassroots_planners():
            yield PlannerOffer(name="idle", pairs=Idle)
    """
