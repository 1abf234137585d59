"""``keys``: the keys of a sealed network. ``erasures``: the ledger of erased people outside the database."""

from __future__ import annotations

import os
import secrets
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from grassroots.cli.opening import desk_of, keys_of, network_of, url_of
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.contracts.hooks import StorageOffer


def _add_keys(parser: Parser) -> None:
    parser.take("do", choices=("new", "check", "rotate", "backup", "restore"), told="keys-do")
    parser.take("file", metavar="FILE", type=Path, nargs="?", told="keys-file")
    parser.take("--id", metavar="NAME", told="keys-id")
    parser.take("--search", action="store_true", told="keys-search")


def _keys(options: Namespace, output: Output) -> int:
    return {
        "new": _new,
        "check": _check,
        "rotate": _rotate,
        "backup": _backup,
        "restore": _restore,
    }[options.do](options, output)


def _file(options: Namespace) -> Path:
    if options.file is None:
        raise BadInput("cli-keys-file-wanted", what=f"keys {options.do}")
    return Path(options.file)


def _new(options: Namespace, output: Output) -> int:
    """Made here and nowhere else, from the system's chance; into a file if one is named, else shown once."""
    from grassroots.plugins.keys import KeySet

    name = options.id or datetime.now(UTC).strftime("k%Y-%m")
    line = f"{name}:{secrets.token_hex(32)}"
    KeySet.read(line, name)  # the name has to be one
    if options.file is None:
        output.give({"key": name, "line": line})
        output.line(line)
        output.warn(output.word("cli-keys-line"))
        return DONE
    path = Path(options.file)
    former = ""
    if path.exists():
        from grassroots.plugins.keys import from_file

        if name in from_file(f"file:{path}").known():
            raise BadInput("cli-keys-exists", file=str(path), key=name)
        former = path.read_text("utf-8")
    _write_private(path, f"{line}\n{former}")
    output.give({"key": name, "file": str(path)})
    output.say("cli-keys-new", key=name, file=str(path))
    return DONE


def _write_private(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise BadInput("keys-cannot-write", file=str(path), problem=error.strerror) from error


def _check(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        told = desk.keys.told()
    output.give({"keys": attrs.asdict(told)})
    facts = {**attrs.asdict(told), "known": list(told.known)}
    output.say("cli-keys-told", **facts)
    if told.behind:
        output.say("cli-keys-behind", in_use=told.in_use, keys=told.behind)
    if told.unfinished:
        output.say("cli-keys-unfinished")
    return HELD_BACK if told.unfinished or told.behind else DONE


def _rotate(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        with output.progress("keys-turn", 100) as tick:
            rings = desk.keys.turn(lambda done, of: tick(100 * done // max(of, 1)))
            records = (
                desk.keys.turn_search(lambda done, of: tick(100 * done // max(of, 1)))
                if options.search
                else None
            )
        told = desk.keys.told()
    output.give({"keys": attrs.asdict(told), "turned": rings, "records": records})
    output.say("cli-keys-turned", rings=rings, master=told.master, key=told.key)
    if records is not None:
        output.say("cli-keys-search-turned", records=records, index=told.index)
    return DONE


def _backup(options: Namespace, output: Output) -> int:
    path = _file(options)
    with desk_of(options) as desk:
        rings = desk.keys.backup(path)
    output.give({"file": str(path), "rings": rings})
    output.say("cli-keys-written", file=str(path), rings=rings)
    return DONE


def _restore(options: Namespace, output: Output) -> int:
    from grassroots.discovery import find_storage

    path, url = _file(options), url_of(options)
    rings = bring_keys(options, find_storage(url), url, options.name, path)
    output.give({"file": str(path), "rings": rings})
    output.say("cli-keys-restored", file=str(path), rings=rings)
    return DONE


def bring_keys(options: Namespace, offer: StorageOffer, url: str, name: str, path: Path) -> int:
    """Bring a backup of the keys into a network that cannot be opened without them."""
    from grassroots.discovery import find_keys
    from grassroots.domain.policy import Actor
    from grassroots.usecases.archive import check_whole_network
    from grassroots.usecases.keys import restore_keys
    from grassroots.workspace.codec import Codec
    from grassroots.workspace.kinds import standard_kinds
    from grassroots.workspace.kindspec import Kinds

    actor, source = Actor.parse(options.actor), keys_of(options)
    check_whole_network(actor, "keyring")
    if source is None:
        raise BadInput("cli-keys-wanted")
    told = {"at": datetime.now(UTC).isoformat().replace("+00:00", "Z"), "by": actor.name_of_record}
    with offer.open(url, name) as storage:
        kinds = Kinds(standard_kinds())
        return restore_keys(
            storage, path, find_keys(source), codec=Codec(kinds), nonces=secrets.token_bytes, told=told
        )


def _add_erasures(parser: Parser) -> None:
    parser.take("do", choices=("record", "replay"), told="erasures-do")
    parser.take("file", metavar="FILE", type=Path, told="erasures-file")


def _erasures(options: Namespace, output: Output) -> int:
    """Opening with the ledger does both; the two differ in what the reader asked for."""
    from grassroots.domain.policy import Actor
    from grassroots.usecases.archive import check_whole_network

    check_whole_network(Actor.parse(options.actor), "member")
    options.erasures = str(options.file)
    with network_of(options) as network:
        settled = network.settled
    assert settled is not None
    output.give({"file": str(options.file), **attrs.asdict(settled)})
    if options.do == "record":
        output.say("cli-erasures-recorded", file=str(options.file), added=settled.added)
    if options.do == "replay" or settled.erased:
        output.say("cli-erasures-replayed", count=len(settled.erased))
    return DONE


COMMANDS: tuple[Command, ...] = (
    Command("keys", _add_keys, _keys),
    Command("erasures", _add_erasures, _erasures),
)
