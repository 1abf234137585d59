"""A whole network as a file: ``dump``, ``load``, ``move``, ``backup`` and ``restore``."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.keys import bring_keys
from grassroots.cli.opening import desk_of, shown
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.targets import check_not_storage
from grassroots.errors import Corrupt
from grassroots.workspace.annex import drop_whole
from grassroots.workspace.ledger import RESTORED, Unkept, unkept

if TYPE_CHECKING:
    from grassroots.contracts.hooks import StorageOffer
    from grassroots.desk import Desk
    from grassroots.usecases.archive import Manifest
    from grassroots.usecases.archive.lines import Progress


def _add_out(parser: Parser) -> None:
    parser.take("url", metavar="URL", told="archive-url")
    parser.take("file", metavar="FILE", type=Path, told="archive-out")


def _add_in(parser: Parser) -> None:
    parser.take("file", metavar="FILE", type=Path, told="archive-in")
    parser.take("url", metavar="URL", told="archive-target")
    parser.take("--as", dest="there", metavar="NAME", told="archive-name-there")


def _add_restore(parser: Parser) -> None:
    _add_in(parser)
    parser.take("--verify", action="store_true", told="archive-verify")


def _add_move(parser: Parser) -> None:
    parser.take("url", metavar="URL", told="archive-url")
    parser.take("target", metavar="URL", told="archive-target")
    parser.take("--as", dest="there", metavar="NAME", told="archive-as")


@contextmanager
def _bar(output: Output, code: str) -> Iterator[Progress]:
    """A bar in hundredths: how much there is may still grow while it is read."""
    with output.progress(f"archive-{code}", 100) as tick:
        yield lambda done, of: tick(100 * done // max(of, 1))


def _dump(options: Namespace, output: Output) -> int:
    from grassroots import __version__

    options.network = options.url
    check_not_storage(options, options.file)
    with desk_of(options) as desk, _bar(output, "write") as bar:
        told = desk.archive.dump(options.file, program=__version__, progress=bar)
    output.give({"archive": told.plain(), "file": str(options.file)})
    _say_written(output, options.file, told)
    return DONE


def _backup(options: Namespace, output: Output) -> int:
    from grassroots import __version__

    options.network = options.url
    check_not_storage(options, options.file)
    with desk_of(options) as desk, _bar(output, "write") as bar:
        told = desk.archive.backup(options.file, program=__version__, progress=bar)
    output.give({"archive": told.plain(), "file": str(options.file), "verified": True})
    _say_written(output, options.file, told)
    output.say("cli-archive-verified", sha256=told.sha256)
    return DONE


def _say_written(output: Output, file: Path, told: Manifest) -> None:
    records = sum(told.records.values())
    output.say("cli-archive-written", file=file, network=told.network, head=told.head, records=records)


def _load(options: Namespace, output: Output) -> int:
    return _in(options, output, read_back=False)


def _restore(options: Namespace, output: Output) -> int:
    return _in(options, output, read_back=options.verify)


def _in(options: Namespace, output: Output, *, read_back: bool) -> int:
    from grassroots.discovery import find_storage
    from grassroots.domain.policy import Actor
    from grassroots.usecases.archive import check_whole_network, verify

    check_whole_network(Actor.parse(options.actor))
    offer = find_storage(options.url)
    # Before the target is opened: a file that does not verify must not even make an empty database.
    with _bar(output, "check") as bar:
        name = options.there or verify(options.file, bar).network
    told = _filled(options.file, offer, options.url, name, output, read_back=read_back)
    answer = {"archive": told.plain(), "network": name, "storage": shown(options.url), "same": read_back}
    output.give({**answer, "erasures": RESTORED.code if told.ledger is None else "erasures-wanted"})
    _say_loaded(output, told, name, options.url, read_back=read_back)
    return DONE


def _filled(
    file: Path,
    offer: StorageOffer,
    url: str,
    name: str,
    output: Output,
    *,
    read_back: bool,
    unkept: Unkept | None = RESTORED,
) -> Manifest:
    """Load, and read back if that is wished. What came out different is no network and is taken away."""
    from grassroots.usecases.archive import check_same, load

    with offer.open(url, name) as storage:
        with _bar(output, "load") as bar:
            told = load(file, storage, bar, unkept=unkept)
        if not read_back:
            return told
        try:
            with _bar(output, "check") as bar:
                check_same(storage, told, bar)
            return told
        except Corrupt:
            # Somebody who has written there since has a say in it; then it is left to a person.
            if storage.head() != told.head:
                raise
            drop_whole(offer, url, name)
            raise


def _say_loaded(
    output: Output, told: Manifest, name: str, url: str, *, read_back: bool, moved: bool = False
) -> None:
    records = sum(told.records.values())
    output.say("cli-archive-loaded", network=name, where=shown(url), head=told.head, records=records)
    if read_back:
        output.say("cli-archive-same")
    if told.ledger is not None and not moved:
        output.say("cli-erasures-to-replay", lines=told.ledger.lines)
    elif not moved:
        output.say(RESTORED.code, **RESTORED.facts)


def _move(options: Namespace, output: Output) -> int:
    from grassroots import __version__
    from grassroots.discovery import find_storage
    from grassroots.usecases.archive import check_empty
    from grassroots.usecases.moving import check_room, move_outbox

    options.network = options.url
    offer, name = find_storage(options.target), options.there or options.name
    with desk_of(options) as desk:
        # Found out before an hour of writing, and only looked at if it is there.
        if name in offer.networks(options.target):
            with offer.open(options.target, name) as storage:
                check_empty(storage)
        check_room(offer, options.target, name)
        with tempfile.TemporaryDirectory(prefix="grassroots-") as folder:
            file = Path(folder) / "archive.jsonl"
            with _bar(output, "write") as bar:
                desk.archive.dump(file, program=__version__, progress=bar)
            known = unkept(desk.seat.office.storage)
            told = _filled(file, offer, options.target, name, output, read_back=True, unkept=known)
            if desk.seat.office.sealing is not None:
                # A move takes everything along; an archive alone would be a network that nobody can read.
                desk.keys.backup(Path(folder) / "keys.jsonl")
                bring_keys(options, offer, options.target, name, Path(folder) / "keys.jsonl")
            _know_ledger(desk, offer, options.target, name)
            outbox = move_outbox(desk.seat, offer, options.target, name, Path(folder), program=__version__)
        now = desk.seat.office.storage.head()
    answer: dict[str, Any] = {"archive": told.plain(), "network": name, "storage": shown(options.target)}
    parcels = 0 if outbox is None else outbox.records.get("parcel", 0)
    output.give({**answer, "same": True, "source_head": now, "parcels": parcels})
    _say_loaded(output, told, name, options.target, read_back=True, moved=True)
    if parcels:
        output.say("cli-archive-outbox", parcels=parcels)
    if now > told.head:
        output.say("cli-archive-moved-on", now=now, head=told.head)
        return HELD_BACK
    output.say("cli-archive-stays", where=shown(options.url))
    return DONE


def _know_ledger(desk: Desk, offer: StorageOffer, url: str, name: str) -> None:
    """A move is no backup: the new place knows its ledger of erasures as far as the old one does."""
    from grassroots.usecases.erasures import carry_place

    with offer.open(url, name) as storage:
        carry_place(desk.seat, storage)


COMMANDS: tuple[Command, ...] = (
    Command("dump", _add_out, _dump),
    Command("load", _add_in, _load),
    Command("move", _add_move, _move),
    Command("backup", _add_out, _backup),
    Command("restore", _add_restore, _restore),
)
