"""Finding plugins: the built-in ones and those of any installed distribution, by the same path.

Nothing is looked for when grassroots is imported; :func:`load_plugins` does it when asked. It walks over
the entry points itself, because pluggy's own loader stops at the first broken plugin. Each plugin gets one
:class:`PluginRecord` that says what became of it; a broken guest never keeps the others out.

An application may allow by list and block by name. Without a list, every installed plugin is loaded::

    plugins = load_plugins(block={"acme"})
    storage = find_storage("sqlite:///network.db", plugins).open("sqlite:///network.db", "street")

The environment variable ``GRASSROOTS_PLUGINS`` is such a list (names with commas; empty: built-ins only);
what the application passes counts before it. Built-ins stay unless they are blocked by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum, unique
from importlib.metadata import EntryPoint, entry_points
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar, final

import pluggy
from attrs import define, field, frozen

from grassroots.contracts import hooks
from grassroots.contracts.calendar import Calendar
from grassroots.contracts.hooks import (
    CONTRACT,
    PROJECT,
    CalendarOffer,
    KeyOffer,
    NotifierOffer,
    PackOffer,
    PlannerOffer,
    StorageOffer,
)
from grassroots.contracts.keys import KeyService
from grassroots.errors import BadInput, PluginError

if TYPE_CHECKING:
    from grassroots.contracts.planning import PairingPlanner, RotaPlanner

VARIABLE: Final = "GRASSROOTS_PLUGINS"

BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "memory": "grassroots.plugins.memory",
        "sqlite": "grassroots.plugins.sqlite",
        "sql": "grassroots.plugins.sql",
        "lunar": "grassroots.plugins.lunar",
        "keys": "grassroots.plugins.keys",
        "planning": "grassroots.plugins.planning",
        "channels": "grassroots.plugins.channels",
        "webhook": "grassroots.plugins.webhook",
        "smtp": "grassroots.plugins.smtp",
        "notify": "grassroots.plugins.notify",
        "nats": "grassroots.plugins.nats",
    }
)
"""The built-in plugins, as pyproject.toml registers them. Needed when the package runs from its source
folder, where no entry points are installed."""

_MOST_OFFERS = 100
"""More from one hook is a plugin that never ends."""

Offer = StorageOffer | CalendarOffer | PackOffer | NotifierOffer | PlannerOffer | KeyOffer

_HOOKS: Final[Mapping[str, type[Offer]]] = MappingProxyType(
    {
        "grassroots_storages": StorageOffer,
        "grassroots_calendars": CalendarOffer,
        "grassroots_packs": PackOffer,
        "grassroots_keys": KeyOffer,
        "grassroots_notifiers": NotifierOffer,
        "grassroots_planners": PlannerOffer,
    }
)


@final
@unique
class Status(StrEnum):
    """What became of a plugin."""

    ENABLED = "enabled"  # its offers can be chosen
    BLOCKED = "blocked"  # the application does not want it; it was not imported
    FAILED = "failed-to-load"  # importing it, or asking for its offers, raised or gave rubbish
    UNKNOWN_HOOK = "unknown-hook"  # it implements a hook that this version does not have
    WRONG_CONTRACT = "wrong-contract"  # an offer was written for another version of the contracts
    NAME_TAKEN = "name-taken"  # another plugin offers the same name


@final
@frozen(kw_only=True)
class PluginRecord:
    """One plugin: where it comes from and what became of it. ``offers`` are names as ``storages/sqlite``."""

    name: str
    distribution: str
    version: str
    status: Status
    offers: tuple[str, ...] = ()
    problem: PluginError | None = None

    @property
    def error(self) -> str:
        """The problem as an English sentence, or nothing. ``problem`` has the code and the facts."""
        return str(self.problem) if self.problem is not None else ""


@final
@frozen(kw_only=True)
class Plugins:
    """What :func:`load_plugins` found: every plugin, and the offers of the enabled ones by name."""

    records: tuple[PluginRecord, ...]
    storages: Mapping[str, StorageOffer]
    calendars: Mapping[str, CalendarOffer]
    packs: Mapping[str, PackOffer]
    notifiers: Mapping[str, NotifierOffer]
    planners: Mapping[str, PlannerOffer]
    keys: Mapping[str, KeyOffer]


class _Trouble(Exception):
    """Why one plugin cannot be used; never leaves this module."""

    def __init__(self, status: Status, code: str, **facts: str | int | tuple[str, ...]) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.facts = facts


@define
class _Candidate:
    """A plugin on its way in."""

    point: EntryPoint
    distribution: str
    version: str
    status: Status = Status.ENABLED
    problem: PluginError | None = None
    offers: dict[tuple[str, str], Offer] = field(factory=dict)

    @property
    def built_in(self) -> bool:
        return BUILT_IN.get(self.point.name) == self.point.value

    def refuse(self, trouble: _Trouble) -> None:
        self.status = trouble.status
        self.problem = PluginError(
            trouble.code, name=self.point.name, distribution=self.distribution, **trouble.facts
        )
        self.offers = {}

    def record(self) -> PluginRecord:
        return PluginRecord(
            name=self.point.name,
            distribution=self.distribution,
            version=self.version,
            status=self.status,
            offers=tuple(sorted(f"{kind}/{name}" for kind, name in self.offers)),
            problem=self.problem,
        )


def load_plugins(
    *,
    allow: Collection[str] | None = None,
    block: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Plugins:
    """Find, load and ask all plugins; never raises because of one.

    ``allow`` names the guests that may load (None: what ``GRASSROOTS_PLUGINS`` says, or all); ``block``
    names plugins that may not, built-ins too. A blocked plugin is not imported.
    """
    allowed = _allowed(allow, os.environ if environ is None else environ)
    candidates = _candidates()
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hooks)
    for candidate in candidates:
        name = candidate.point.name
        guest_unwanted = allowed is not None and name not in allowed and not candidate.built_in
        if name in block or guest_unwanted:
            candidate.refuse(_Trouble(Status.BLOCKED, "plugin-blocked"))
            continue
        try:
            candidate.offers = _ask(manager, candidate.point)
        except _Trouble as trouble:
            candidate.refuse(trouble)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # Everything else, SystemExit too: a guest may fail without burning the house.
            cause = f"{type(error).__name__}: {error}"
            candidate.refuse(_Trouble(Status.FAILED, "plugin-failed", cause=cause))
    _settle_names(candidates)
    offers = [offer for candidate in candidates for offer in candidate.offers.values()]
    return Plugins(
        records=tuple(candidate.record() for candidate in candidates),
        storages=MappingProxyType({one.name: one for one in offers if isinstance(one, StorageOffer)}),
        calendars=MappingProxyType({one.name: one for one in offers if isinstance(one, CalendarOffer)}),
        packs=MappingProxyType({one.name: one for one in offers if isinstance(one, PackOffer)}),
        keys=MappingProxyType({one.name: one for one in offers if isinstance(one, KeyOffer)}),
        notifiers=MappingProxyType({one.name: one for one in offers if isinstance(one, NotifierOffer)}),
        planners=MappingProxyType({one.name: one for one in offers if isinstance(one, PlannerOffer)}),
    )


def find_storage(url: str, plugins: Plugins | None = None) -> StorageOffer:
    """The storage for the scheme of ``url``; plugins are loaded if none are given.

    Raises BadInput when the URL has no scheme, and PluginError when no plugin, or more than one, offers
    it: the sentence lists the known schemes and the plugins that could not be used.
    """
    plugins = load_plugins() if plugins is None else plugins
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise BadInput("storage-url", what=url, known=tuple(sorted(plugins.storages)))
    # The rest of the URL is never repeated: it may hold a password.
    return _choose("storages", scheme.lower(), plugins.storages, plugins, "storage-unknown")


def find_notifier(url: str, plugins: Plugins | None = None) -> NotifierOffer:
    """The notifier for the scheme of ``url``, as :func:`find_storage` finds a storage.

    Raises BadInput ``notifier-url`` and PluginError ``notifier-unknown``; the rest of the URL is never
    repeated.
    """
    plugins = load_plugins() if plugins is None else plugins
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise BadInput("notifier-url", known=tuple(sorted(plugins.notifiers)))
    return _choose("notifiers", scheme.lower(), plugins.notifiers, plugins, "notifier-unknown")


def find_calendar(name: str = "lunar", plugins: Plugins | None = None) -> Calendar:
    """The calendar of this name, opened.

    Raises PluginError when no plugin, or more than one, offers it, and MissingExtra when the library
    behind it is not installed.
    """
    plugins = load_plugins() if plugins is None else plugins
    return _choose("calendars", name, plugins.calendars, plugins, "calendar-unknown").open()


def find_keys(source: str, plugins: Plugins | None = None) -> KeyService:
    """The keys of a source such as ``env:GRASSROOTS_KEYS`` or ``file:/etc/grassroots.keys``, opened.

    Raises BadInput when the source has no scheme or cannot be read, and PluginError when no plugin, or more
    than one, offers it.
    """
    plugins = load_plugins() if plugins is None else plugins
    scheme, _, rest = source.partition(":")
    if not (scheme and rest) or (scheme not in plugins.keys and re.fullmatch(r"[0-9A-Za-z+/=_-]{43,}", rest)):
        # Never repeated: somebody may have given the key itself where its place was asked for.
        raise BadInput("key-source", known=tuple(sorted(plugins.keys)))
    return _choose("keys", scheme.lower(), plugins.keys, plugins, "key-source-unknown").open(source)


def pack_offers(plugins: Plugins | None = None) -> tuple[PackOffer, ...]:
    """The rule packs that plugins offer, by name. The packs of the package itself are not among them."""
    plugins = load_plugins() if plugins is None else plugins
    return tuple(plugins.packs[name] for name in sorted(plugins.packs))


def find_pairing_planner(name: str = "optimal", plugins: Plugins | None = None) -> PairingPlanner:
    """The planner of pairings of this name, made.

    Raises PluginError when no plugin, or more than one, offers it or when it plans no pairings, and
    MissingExtra when the library behind it is not installed.
    """
    plugins = load_plugins() if plugins is None else plugins
    able = {one.name: one for one in plugins.planners.values() if one.pairs is not None}
    made = _choose("planners", name, able, plugins, "planner-unknown").pairs
    assert made is not None
    return made()


def find_rota_planner(name: str = "optimal", plugins: Plugins | None = None) -> RotaPlanner:
    """The planner of rotas of this name, made; raises as :func:`find_pairing_planner` does."""
    plugins = load_plugins() if plugins is None else plugins
    able = {one.name: one for one in plugins.planners.values() if one.rota is not None}
    made = _choose("planners", name, able, plugins, "planner-unknown").rota
    assert made is not None
    return made()


_O = TypeVar("_O")


def _choose(kind: str, name: str, offers: Mapping[str, _O], plugins: Plugins, code: str) -> _O:
    found = offers.get(name)
    if found is not None:
        return found
    for record in plugins.records:
        problem = record.problem
        if (
            record.status is Status.NAME_TAKEN
            and problem is not None
            and problem.facts["what"] == f"{kind}/{name}"
        ):
            raise problem
    unusable = (Status.FAILED, Status.UNKNOWN_HOOK, Status.WRONG_CONTRACT, Status.NAME_TAKEN)
    broken = tuple(record.name for record in plugins.records if record.status in unusable)
    raise PluginError(code, what=name, known=tuple(sorted(offers)), broken=broken or None)


def _allowed(allow: Collection[str] | None, environ: Mapping[str, str]) -> frozenset[str] | None:
    if allow is not None:
        return frozenset(allow)
    listed = environ.get(VARIABLE)
    if listed is None:
        return None
    return frozenset(name.strip() for name in listed.split(",") if name.strip())


def _candidates() -> list[_Candidate]:
    """All plugins, built-ins first, then by distribution and name; each once."""
    found: dict[tuple[str, str, str], _Candidate] = {}
    for point in entry_points(group=PROJECT):
        distribution = point.dist.name if point.dist is not None else ""
        version = point.dist.version if point.dist is not None else ""
        # A distribution on the path twice (installed for editing, and as a folder) is one plugin.
        found.setdefault((distribution, point.name, point.value), _Candidate(point, distribution, version))
    registered = {one.point.name for one in found.values() if one.built_in}
    for name, value in BUILT_IN.items():
        if name not in registered:
            found[PROJECT, name, value] = _Candidate(EntryPoint(name, value, PROJECT), PROJECT, "")
    return sorted(
        found.values(), key=lambda one: (not one.built_in, one.distribution, one.point.name, one.point.value)
    )


def _ask(manager: pluggy.PluginManager, point: EntryPoint) -> dict[tuple[str, str], Offer]:
    """The offers of one plugin. Whatever is wrong with it is raised from here."""
    plugin = point.load()
    key = manager.register(plugin, f"{point.value} as {point.name}")
    try:
        return _offers(manager, plugin)
    except BaseException:
        manager.unregister(name=key)
        raise


def _offers(manager: pluggy.PluginManager, plugin: object) -> dict[tuple[str, str], Offer]:
    callers = manager.get_hookcallers(plugin) or []
    own = [
        (caller, implementation)
        for caller in callers
        for implementation in caller.get_hookimpls()
        if implementation.plugin is plugin
    ]
    unknown = tuple(
        caller.name
        for caller, implementation in own
        if not caller.has_spec() and not implementation.optionalhook
    )
    if unknown:
        raise _Trouble(Status.UNKNOWN_HOOK, "plugin-unknown-hook", hooks=unknown)
    found: dict[tuple[str, str], Offer] = {}
    for caller, implementation in own:
        if caller.has_spec():
            kind = caller.name.removeprefix(f"{PROJECT}_")
            for offer in _asked(implementation.function, _HOOKS[caller.name]):
                if (kind, offer.name) in found:
                    raise TypeError(f"{kind}/{offer.name} is offered twice")
                found[kind, offer.name] = offer
    return found


def _asked(function: Callable[..., object], wanted: type[Offer]) -> Iterator[Offer]:
    # Each implementation is called alone: with pluggy's own call, one that raises silences the others.
    answer = function()
    if answer is None:
        return
    if not isinstance(answer, Iterable):
        raise TypeError(f"{type(answer).__name__} is not a list of offers")
    for number, offer in enumerate(islice(answer, _MOST_OFFERS + 1)):
        if number == _MOST_OFFERS:
            raise TypeError(f"more than {_MOST_OFFERS} offers")
        if not isinstance(offer, wanted):
            raise TypeError(f"{type(offer).__name__} is not a {wanted.__name__}")
        if offer.contract != CONTRACT:
            raise _Trouble(
                Status.WRONG_CONTRACT, "plugin-wrong-contract", found=offer.contract, known=CONTRACT
            )
        yield offer


def _settle_names(candidates: Iterable[_Candidate]) -> None:
    """A name that two offer: a built-in keeps it; of two guests neither gets it, until one is blocked.

    The first to come must not win: which one that is would depend on the order of a folder.
    """
    claims: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        for claim in candidate.offers:
            claims.setdefault(claim, []).append(candidate)
    for (kind, name), claimants in claims.items():
        if len(claimants) < 2:
            continue
        for candidate in claimants:
            if candidate.built_in:
                continue
            other = next(one for one in claimants if one is not candidate)
            facts = {
                "what": f"{kind}/{name}",
                "other": other.point.name,
                "other_distribution": other.distribution,
            }
            candidate.refuse(_Trouble(Status.NAME_TAKEN, "plugin-name-taken", **facts))
