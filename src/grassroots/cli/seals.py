"""``seal`` seals the journal and tells the code for the notice board; ``verify`` says what still holds."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

import attrs

from grassroots.cli.opening import desk_of, read_text
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser

VARIABLE = "GRASSROOTS_SEAL_KEY"
"""Holds the key itself (hex or PEM): it must never lie in the database, and need not lie in a file."""


def _add_seal(parser: Parser) -> None:
    parser.take("--key", metavar="FILE", type=Path, told="seal-key")


def _seal(options: Namespace, output: Output) -> int:
    key = os.environ.get(VARIABLE) if options.key is None else read_text(options.key)
    with desk_of(options) as desk:
        before = desk.seals.latest()
        seal = desk.seals.seal(key or None)
    output.give(
        {"seal": None if seal is None else {**attrs.asdict(seal), "code": seal.code}, "new": seal != before}
    )
    if seal is None:
        output.say("cli-seal-empty")
        return DONE
    said = "cli-sealed" if seal != before else "cli-sealed-before"
    output.say(said, number=seal.number, first=seal.first, last=seal.last)
    output.line(f"\n    {seal.code}\n")
    if seal.public_key:
        output.say("cli-seal-signed", key=seal.public_key)
    return DONE


def _add_verify(parser: Parser) -> None:
    parser.take("--anchor", metavar="CODE", nargs="+", action="extend", default=[], told="anchor")
    parser.take(
        "--public-key", metavar="FILE", type=Path, nargs="+", action="extend", default=[], told="public-key"
    )
    parser.take("--since", metavar="NUMBER", type=int, told="since")
    parser.take("--workers", metavar="NUMBER", type=int, default=1, told="workers")


def _verify(options: Namespace, output: Output) -> int:
    from grassroots.domain.seal import Word

    keys = [read_text(path) for path in options.public_key]
    with desk_of(options) as desk, output.progress("verify", 100) as tick:
        found = desk.seals.verify(
            since=options.since,
            anchors=options.anchor,
            public_keys=keys,
            workers=options.workers,
            progress=lambda done, total: tick(100 * done // max(total, 1)),
        )
    output.give(
        {
            "word": found.word,
            "position": found.position,
            "level": found.level,
            "facts": found.facts,
            "findings": [attrs.asdict(one) for one in found.findings],
        }
    )
    facts = {**found.facts, "position": found.position, "level": output.label("seal-level", found.level)}
    if found.findings:
        first = next(one for one in found.findings if one.position == found.position)
        facts["problem"] = output.word(first.code, {"about": first.about})
    output.say(f"cli-verified-{found.word.value}", **facts)
    if facts["seals"]:
        output.say("cli-verified-reach", **facts)
    if found.facts["workers"] < options.workers:
        output.warn(output.word("cli-verified-alone", asked=options.workers))
    if found.facts["unopened"]:
        output.say("cli-verified-unopened", count=found.facts["unopened"])
    if found.facts["unknown_kinds"]:
        output.say("cli-verified-kinds", count=found.facts["unknown_kinds"])
    if len(found.findings) > 1:
        output.table(
            ("position", "problem"),
            ((one.position, output.word(one.code, {"about": one.about})) for one in found.findings),
        )
    return DONE if found.word is Word.INTACT else HELD_BACK


COMMANDS: tuple[Command, ...] = (
    Command("seal", _add_seal, _seal),
    Command("verify", _add_verify, _verify),
)
