"""``deliver`` sends what is due; ``outbox`` shows what waits and what died, and sends it on its way again."""

from __future__ import annotations

import os
import re
import signal
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of, network_of, read_text, toml_of
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput, StorageError

if TYPE_CHECKING:
    from grassroots.delivery import Delivered
    from grassroots.desk import Desk
    from grassroots.domain.outbox import Parcel

VARIABLE = "GRASSROOTS_CHANNELS"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def _add_deliver(parser: Parser) -> None:
    parser.take("--channels", metavar="FILE.toml", type=Path, told="channels")
    parser.take("--channel", metavar="NAME=URL", action="append", default=[], told="channel")
    parser.take("--once", action="store_true", told="once")
    parser.take("--follow", action="store_true", told="follow")
    parser.take("--every", metavar="SECONDS", type=float, default=5.0, told="every")
    parser.take("--from-start", action="store_true", told="from-start")
    parser.take("--isolate", action="store_true", told="isolate")


def channels_of(options: Namespace, environ: Mapping[str, str]) -> dict[str, str]:
    """The channels by name: of the file (``--channels``, else the variable), then those named one by one.

    A URL in the file is text, or ``{env = "NAME"}`` or ``{file = "path"}``: one with a password in it belongs
    into neither a file that everybody reads nor a command line.
    """
    file = options.channels or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    found: dict[str, str] = {}
    if file is not None:
        table = toml_of(read_text(file), "cli-channels-unreadable").get("channels", {})
        if not isinstance(table, dict):
            raise BadInput("cli-channels-unreadable", problem="channels")
        found = {str(name): _url(str(name), value, environ) for name, value in table.items()}
    for one in options.channel:
        name, equals, url = one.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise BadInput("cli-channel", what=name if equals and len(name) < 31 else "")
        found[name] = url
    if not found:
        raise BadInput("cli-no-channel")
    return found


def _url(name: str, value: Any, environ: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value.keys() == {"env"} and str(value["env"]) in environ:
        return environ[str(value["env"])]
    if isinstance(value, dict) and value.keys() == {"file"}:
        return read_text(Path(str(value["file"]))).strip()
    raise BadInput("cli-channel-url", what=name)


def _deliver(options: Namespace, output: Output) -> int:
    from grassroots.delivery import deliver, keep_delivering

    if options.once and options.follow:
        raise BadInput("cli-once-or-follow")
    channels = channels_of(options, os.environ)
    begin = 0 if options.from_start else None
    with network_of(options) as network:
        if not options.follow:
            done = deliver(network, channels, begin=begin, isolate=options.isolate)
            output.give(_plain(done))
            _show(done, output)
            return HELD_BACK if done.problems or done.unserved else DONE
        said: set[object] = set()
        with _until_told() as stop:
            keep_delivering(
                network,
                channels,
                stop=stop,
                every=options.every,
                begin=begin,
                isolate=options.isolate,
                told=lambda done: _show(done, output, said),
                trouble=lambda error: _trouble(error, output),
            )
    return DONE


def _trouble(error: StorageError, output: Output) -> None:
    output.warn(output.word(error.code, error.facts))


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """An event that is set when the process is asked to end: what is in hand is finished first."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _plain(done: Delivered) -> dict[str, Any]:
    return {
        "planned": done.planned,
        "sent": done.sent,
        "channels": [
            {"channel": line.channel, "verbs": dict(line.verbs), "wait": line.wait, "late": line.late}
            for line in done.lines
        ],
        "problems": [
            {
                "channel": one.channel,
                "plugin": one.plugin,
                "code": one.code,
                "what": one.what,
                "count": one.count,
            }
            for one in done.problems
        ],
        "unserved": done.unserved,
    }


def _show(done: Delivered, output: Output, said: set[object] | None = None) -> None:
    """What a round did. ``said`` holds what was said before, round after round, and is not said again."""
    if said is None or done.sent:
        output.say("cli-delivered", planned=done.planned, sent=done.sent)
    known: set[object] = set() if said is None else said
    for one in done.problems:
        if one not in known:
            facts = {"channel": one.channel, "plugin": one.plugin, "what": one.what, "count": one.count}
            output.warn(output.word(one.code, facts))
    for name in done.unserved:
        if name not in known:
            output.warn(output.word("cli-unserved", channel=name))
    known.clear()
    known.update(done.problems, done.unserved)


# -- the outbox -------------------------------------------------------------------------------------------
_VERBS = ("list", "show", "replay", "cancel", "settle")


def _add_outbox(parser: Parser) -> None:
    parser.take("action", nargs="?", choices=_VERBS, default="list", told="outbox-action")
    parser.take("ids", nargs="*", metavar="ID", told="outbox-ids")
    parser.take("--state", told="outbox-state")
    parser.take("--reason", told="outbox-reason")


def _outbox(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        if options.action == "list":
            return _list(desk, options, output)
        ids = list(options.ids)
        if options.action == "replay" and not ids and options.reason:
            ids = [one.id for one in desk.outbox.all(state="dead") if one.reason == options.reason]
        if not ids:
            raise BadInput("cli-outbox-which", what=options.action)
        verb = {
            "show": desk.outbox.get,
            "replay": desk.outbox.replay,
            "cancel": desk.outbox.cancel,
            "settle": desk.outbox.settle,
        }[options.action]
        parcels = [verb(id_) for id_ in ids]
    output.give({"parcels": [_told(one) for one in parcels]})
    _table(parcels, output)
    return DONE


def _list(desk: Desk, options: Namespace, output: Output) -> int:
    standing = desk.outbox.standing()
    parcels = desk.outbox.all(state=options.state) if options.state else []
    output.give(
        {
            "states": standing.states,
            "waiting": standing.waiting,
            "unplanned": standing.unplanned,
            "parcels": [_told(one) for one in parcels],
        }
    )
    output.table(
        ("state", "count"),
        [(output.label("parcel-status", state), count) for state, count in standing.states.items() if count],
    )
    for channel, count in sorted(standing.waiting.items()):
        output.say("cli-outbox-waiting", channel=channel or "–", count=count)
    if standing.unplanned:
        output.say("cli-outbox-unplanned", count=standing.unplanned)
    if parcels:
        _table(parcels, output)
    return HELD_BACK if standing.states["dead"] or standing.states["uncertain"] else DONE


def _told(parcel: Parcel) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "key": parcel.key,
        "to": parcel.to,
        "state": parcel.state.value,
        "channel": parcel.channel or parcel.sent_by,
        "attempts": parcel.attempts,
        "doubts": parcel.doubts,
        "reason": parcel.reason,
        "due": parcel.due,
        "sent_at": parcel.sent_at,
    }


def _table(parcels: list[Parcel], output: Output) -> None:
    output.table(
        ("id", "key", "state", "channel", "attempts", "reason"),
        [
            (
                one.id,
                one.key,
                output.label("parcel-status", one.state.value),
                one.channel or one.sent_by,
                one.attempts,
                None if one.reason is None else output.label("parcel-reason", one.reason),
            )
            for one in parcels
        ],
    )


COMMANDS: tuple[Command, ...] = (
    Command("deliver", _add_deliver, _deliver),
    Command("outbox", _add_outbox, _outbox),
)
