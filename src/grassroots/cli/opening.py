"""What the commands have in common: the network that is meant, files in and out, days, places."""

from __future__ import annotations

import os
import re
import tomllib
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.errors import BadInput, Missing

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.network import Network
    from grassroots.values.dates import Period
    from grassroots.values.ids import StationId
    from grassroots.workspace.ledger import Unkept

VARIABLE = "GRASSROOTS_STORAGE"
KEYS_VARIABLE = "GRASSROOTS_KEYS_FROM"
"""Says where the keys are (``file:/path``), and never a key itself."""
ERASURES_VARIABLE = "GRASSROOTS_ERASURES"
"""Says which file is the ledger of erasures."""
USUAL = "sqlite:///grassroots.db"
_SECRETS = re.compile(r"//[^/@]*@|\?.*")


def url_of(options: Namespace) -> str:
    """The storage that is meant: ``--network``, else ``GRASSROOTS_STORAGE``, else a file beside us."""
    return str(options.network or os.environ.get(VARIABLE) or USUAL)


def keys_of(options: Namespace) -> str | None:
    """Where the keys come from: ``--keys``, else ``GRASSROOTS_KEYS_FROM``, else nowhere."""
    return options.keys or os.environ.get(KEYS_VARIABLE) or None


def erasures_of(options: Namespace) -> Path | None:
    """The ledger of erasures: ``--erasures``, else ``GRASSROOTS_ERASURES``, else none is kept."""
    named = options.erasures or os.environ.get(ERASURES_VARIABLE)
    return Path(named) if named else None


def shown(url: str) -> str:
    """The URL without what may be a password."""
    return _SECRETS.sub(lambda found: "//…@" if found[0].endswith("@") else "", url)


def is_there(url: str, name: str) -> bool:
    """Whether this network exists; asking does not make it."""
    from grassroots.discovery import find_storage

    return name in find_storage(url).networks(url)


@contextmanager
def network_of(options: Namespace) -> Iterator[Network]:
    """The network that is meant; Missing if it was never founded (a slip must not found one)."""
    import grassroots

    url = url_of(options)
    if not is_there(url, options.name):
        raise Missing("cli-network-missing", kind="network", id=options.name, where=shown(url))
    with (
        sealing_bar(options) as bar,
        grassroots.open(
            url, network=options.name, keys=keys_of(options), erasures=erasures_of(options), progress=bar
        ) as network,
    ):
        _tell_settled(options, network)
        yield network


@contextmanager
def sealing_bar(options: Namespace) -> Iterator[Callable[[int, int], None]]:
    """A bar for what opening may have to do first. It is shown with the first step and not before, and is
    gone with the last: mostly there is nothing to do.
    """
    with ExitStack() as stack:
        tick: Callable[[int], None] | None = None

        def progress(done: int, of: int) -> None:
            nonlocal tick
            if tick is None:
                tick = stack.enter_context(options.output.progress("keys-seal", 100))
            tick(100 * done // max(of, 1))
            if done >= of:
                stack.close()
                tick = None

        yield progress


def _tell_settled(options: Namespace, network: Network) -> None:
    """Whoever works with a restored network has to know that it was not as the backup left it."""
    if options.command == "erasures":
        return
    if network.settled is not None and network.settled.erased:
        options.output.warn(
            options.output.word("cli-erasures-replayed", {"count": len(network.settled.erased)})
        )
    if network.unkept is not None:
        tell_unkept(options, network.unkept)


def tell_unkept(options: Namespace, unkept: Unkept) -> None:
    """A line beside the answer: without a ledger a backup brings people back, and nobody would know."""
    facts = {**unkept.facts, "file": str(_usual_ledger(options))}
    options.output.warn(options.output.word(unkept.code, facts))


def _usual_ledger(options: Namespace) -> Path:
    """Where a ledger is best begun: beside the keys, which are kept apart from database and backups too."""
    keys = keys_of(options) or ""
    name = f"{options.name}.erasures.jsonl"
    return Path(keys.removeprefix("file:")).parent / name if keys.startswith("file:") else Path(name)


@contextmanager
def desk_of(options: Namespace) -> Iterator[Desk]:
    """A desk in the network that is meant; Missing if it was never founded."""
    from grassroots.domain.policy import Actor

    actor = Actor.parse(options.actor)
    with network_of(options) as network:
        yield network.desk(actor)


def period_of(options: Namespace) -> Period | None:
    """The period of ``--period``; BadInput if it cannot be read."""
    if options.period is None:
        return None
    from grassroots.values.dates import Period

    try:
        return Period.parse(options.period)
    except BadInput as error:
        if error.code != "no-such-date":
            raise
        raise BadInput("cli-period", what=options.period) from error


def place_of(options: Namespace, desk: Desk) -> StationId | None:
    """The station of ``--place``, given by its id or by one of its names; Missing if there is none."""
    if options.place is None:
        return None
    stations = desk.stations.all()
    for station in stations:
        if station.id == options.place:
            return station.id
    named = desk.stations.named(options.place)
    if len(named) == 1:
        return named[0].id
    # For a program the ids; a reader knows the names, and needs the id only where two bear one name.
    known = tuple(str(one.id) if options.json else f"{one.name} ({one.id})" for one in stations)
    raise Missing("cli-place-unknown", kind="station", id=options.place, known=known)


def station_names(desk: Desk, language: str) -> dict[str, str]:
    """The names of all stations by id, in the reader's language where a station has one in it."""
    return {
        str(one.id): (one.name_en if language == "en" else None) or one.name for one in desk.stations.all()
    }


def day_of(text: str | None) -> date | None:
    """A day as ``2021-12-31``; BadInput if it is none."""
    if text is None:
        return None
    from grassroots.values.dates import PartialDate

    known = PartialDate.parse(text)
    if known.earliest != known.latest:
        raise BadInput("date-incomplete", what=text)
    return known.earliest


def read_text(path: Path) -> str:
    """The text of a file; BadInput says what is wrong with it."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput("sheet-not-found", file=path.name) from error
    except UnicodeDecodeError as error:
        raise BadInput("cli-not-text", file=path.name) from error
    except OSError as error:
        raise BadInput("sheet-cannot-open", file=path.name) from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; BadInput if it cannot be written."""
    from grassroots.sheets.writing import put

    put(path, text.encode("utf-8"))


def toml_of(text: str, code: str) -> dict[str, Any]:
    """A TOML text as tables; BadInput with this code if it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(code, problem=str(error)) from error
