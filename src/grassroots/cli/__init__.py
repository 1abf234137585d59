"""The command line ``grassroots``: one module for each command or small group of them.

``main(argv)`` gives the exit code and never ends the process: 0 done, 1 a published statement does not
hold, 2 refused or not understood (nothing was written), 3 done but something needs a person, 130 stopped.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence

from grassroots import __version__
from grassroots.cli import (
    archive,
    availability,
    calls,
    catalogue,
    delivering,
    demo,
    figures,
    importing,
    keys,
    network,
    pairings,
    reach,
    report,
    rights,
    rotas,
    seals,
    sheets,
    workdays,
)
from grassroots.cli.language import chosen
from grassroots.cli.output import DONE, INTERRUPTED, REFUSED, Output
from grassroots.cli.parser import Command, UsageProblem, build
from grassroots.errors import GrassrootsError

COMMANDS: tuple[Command, ...] = (
    *demo.COMMANDS,
    *network.COMMANDS,
    *importing.COMMANDS,
    *sheets.COMMANDS,
    *figures.COMMANDS,
    *report.COMMANDS,
    *reach.COMMANDS,
    *calls.COMMANDS,
    *rights.COMMANDS,
    *delivering.COMMANDS,
    *seals.COMMANDS,
    *archive.COMMANDS,
    *keys.COMMANDS,
    *workdays.COMMANDS,
    *availability.COMMANDS,
    *rotas.COMMANDS,
    *pairings.COMMANDS,
    *catalogue.COMMANDS,
)
"""All commands, in the order in which help names them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. ``argv`` is what follows the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    language = chosen(arguments, os.environ)
    as_json = "--json" in arguments
    _make_streams_ready(as_json=as_json)
    output = Output(language, as_json=as_json)
    try:
        return _run(arguments, output)
    except UsageProblem as problem:
        output.problem(problem)
        for line in problem.usage.splitlines():
            output.warn(line)
    except GrassrootsError as error:
        output.problem(error)
    except KeyboardInterrupt:
        output.give({"error": {"code": "cli-interrupted", "facts": {}}})
        output.warn(output.word("cli-interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough (grassroots figures | head). What is left unsaid must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return REFUSED


def _run(arguments: list[str], output: Output) -> int:
    parser = build(output.language, COMMANDS, __version__)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as done:  # --help and --version say what they have to say, and are done
        return int(done.code or 0)
    if options.command is None:
        parser.print_help()
        return REFUSED
    options.output = output
    code: int = options.run(options, output)
    sys.stdout.flush()
    return code


def _make_streams_ready(*, as_json: bool) -> None:
    """JSON is UTF-8 wherever we run; a console that lacks a character shows another one, and goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                if as_json and stream is sys.stdout:
                    stream.reconfigure(encoding="utf-8", errors="backslashreplace")
                else:
                    stream.reconfigure(errors="replace")
