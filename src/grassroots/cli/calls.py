"""``calls``: whom to ring up, what to post on the board, and what became of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grassroots.cli.opening import desk_of, place_of, write_text
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Command, Parser

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.values.ids import CallId

_RESULTS = ("reached", "left-word", "not-reached", "posted", "drop")


def _add(parser: Parser) -> None:
    parser.take("--medium", choices=("phone", "paper"), default="phone", told="calls-medium")
    parser.take("--place", told="place")
    parser.take("--page", metavar="FILE", type=Path, told="calls-page")
    for result in _RESULTS:
        parser.take(f"--{result}", metavar="ID", action="append", default=[], told=f"calls-{result}")


def _calls(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        noted = _note(desk, options)
        sheet = desk.calls.sheet(options.medium, station=place_of(options, desk))
    if options.page is not None:
        from grassroots.pages.calls import render_calls

        write_text(options.page, render_calls(sheet, output.language))
    output.give(
        {
            "noted": noted,
            "medium": sheet.medium.value,
            "page": None if options.page is None else str(options.page),
            "calls": [
                {
                    "id": line.id,
                    "name": line.name,
                    "address": line.address,
                    "text": line.text,
                    "urgent": line.urgent,
                    "tries": line.tries,
                    "until": line.until,
                    "because": line.because,
                }
                for line in sheet.lines
            ],
        }
    )
    if sheet.lines:
        output.table(
            ("id", "name", "address", "text", "tries", "by-telephone-because"),
            [
                (
                    line.id,
                    line.name,
                    line.address,
                    line.text,
                    line.tries or "",
                    output.label("parcel-reason", line.because) if line.because else "",
                )
                for line in sheet.lines
            ],
        )
    if options.page is not None:
        output.say("cli-calls-page", file=str(options.page), count=len(sheet.lines))
    elif not sheet.lines:
        output.say("calls-nothing" if options.medium == "phone" else "board-nothing")
    return DONE


def _note(desk: Desk, options: Namespace) -> int:
    """Write down what became of calls; gives how many."""
    verbs: dict[str, Callable[[CallId], object]] = {
        "reached": desk.calls.reached,
        "left_word": desk.calls.left_word,
        "not_reached": desk.calls.not_reached,
        "posted": desk.calls.posted,
        "drop": desk.calls.drop,
    }
    noted = 0
    for name, verb in verbs.items():
        for id_ in getattr(options, name):
            verb(id_)
            noted += 1
    return noted


COMMANDS: tuple[Command, ...] = (Command("calls", _add, _calls),)
