"""The arguments: argparse with its own words in both languages, and complaints as codes with facts."""

from __future__ import annotations

import argparse
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, final

from grassroots.errors import BadInput, Fact
from grassroots.locale import LANGUAGES, say

if TYPE_CHECKING:
    from grassroots.cli.output import Output


@final
class Command(NamedTuple):
    """One command: its name, what adds its arguments, and what runs it and gives the exit code."""

    name: str
    add: Callable[[Parser], None]
    run: Callable[[argparse.Namespace, Output], int]


@final
class UsageProblem(BadInput):
    """The arguments cannot be understood; ``usage`` is the line that shows how they should look."""

    def __init__(self, code: str, usage: str, /, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.usage = usage


_COMPLAINTS = tuple(
    (re.compile(pattern, re.DOTALL), f"cli-usage-{code}")
    for pattern, code in (
        (r"the following arguments are required: (?P<what>.*)", "required"),
        (r"unrecognized arguments: (?P<what>.*)", "unrecognized"),
        (r"argument (?P<argument>.+?): expected one argument", "one"),
        (r"argument (?P<argument>.+?): expected at least one argument", "some"),
        (r"argument (?P<argument>.+?): invalid choice: '?(?P<what>.*?)'? \(choose from (?P<known>.*)\)", "choice"),  # noqa: E501
        (r"argument (?P<argument>.+?): invalid (?P<type>.+?) value: '?(?P<what>.*?)'?", "value"),
        (r"argument (?P<argument>.+?): not allowed with argument (?P<what>.*)", "together"),
        (r"argument (?P<argument>.+?): ignored explicit argument '?(?P<what>.*?)'?", "explicit"),
    )
)  # fmt: skip
"""argparse's complaints and the codes under which the catalogues say them."""


@final
class Parser(argparse.ArgumentParser):
    """An argument parser that speaks one language and raises :class:`UsageProblem` instead of exiting."""

    def __init__(self, *, language: str, **settings: Any) -> None:
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: _Formatter(prog, language=language),
            **settings,
        )
        self.language = language
        self._positionals.title = say("cli-word-arguments", language=language)
        self._optionals.title = say("cli-word-options", language=language)
        self.take("-h", "--help", action="help", told="help")

    def take(self, *names: str, told: str, **settings: Any) -> None:
        """Add an argument; its help is the sentence ``cli-arg-<told>``."""
        words = say(f"cli-arg-{told}", language=self.language)
        self.add_argument(*names, help=words.replace("%", "%%"), **settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does it; but what nobody knows is told by the command that does not know it.

        argparse hands it up to the whole program, whose usage names none of the command's options. And of
        ``--lang zh figures`` it would say that zh is no command.
        """
        if any(isinstance(action, argparse._SubParsersAction) for action in self._actions):
            self._refuse_unknown_before_the_command(args or ())
        found, left = super().parse_known_args(args, namespace)
        if left:
            self.error(f"unrecognized arguments: {' '.join(left)}")
        return found, left

    def _refuse_unknown_before_the_command(self, arguments: Sequence[str]) -> None:
        values = iter(arguments)
        for argument in values:
            name, equals, _ = argument.partition("=")
            if not name.startswith("-"):
                return
            action = self._option_string_actions.get(name)
            if action is None:
                self.error(f"unrecognized arguments: {argument}")
            if action.nargs is None and not equals:
                next(values, None)

    def error(self, message: str) -> NoReturn:
        """Raise the complaint as a code with facts, and with what was probably meant."""
        usage = self.format_usage().strip()
        for pattern, code in _COMPLAINTS:
            if found := pattern.fullmatch(message):
                facts: dict[str, Fact] = {
                    name: told.replace("'", "") for name, told in found.groupdict().items()
                }
                code, more = self._meant(code, facts)
                raise UsageProblem(code, usage, **facts, **more)
        raise UsageProblem("cli-usage", usage, problem=message)

    def _meant(self, code: str, facts: dict[str, Fact]) -> tuple[str, dict[str, Fact]]:
        """The code, with ``-meant`` behind it and the nearest known word if one is near.

        A word that has to be one of a few has a name that only the code knows (``do``): the few are told.
        """
        few = {
            action.metavar or action.dest: action.choices
            for action in self._actions
            if action.choices is not None and not action.option_strings
        }
        if code == "cli-usage-required":
            names = str(facts["what"]).split(", ")
            facts["what"] = ", ".join("/".join(few[name]) if name in few else name for name in names)
        if code == "cli-usage-unrecognized":
            what = str(facts["what"]).split()[0].partition("=")[0]
            known = list(self._option_string_actions) if what.startswith("-") else []
        elif code == "cli-usage-choice":
            what, known = str(facts["what"]), str(facts["known"]).split(", ")
            if facts["argument"] == "COMMAND":  # nobody reads forty names: help has them, with what they do
                code = "cli-usage-command"
                del facts["known"], facts["argument"]
            elif facts["argument"] in few:
                code, facts["argument"] = "cli-usage-behind", self.prog
        else:
            return code, {}
        near = difflib.get_close_matches(what.lower(), known, n=1)
        return (f"{code}-meant", {"meant": near[0]}) if near else (code, {})


@final
class _Formatter(argparse.HelpFormatter):
    """Help in one language; Chinese has no blanks to break lines at, and its letters are two columns wide."""

    def __init__(self, prog: str, *, language: str) -> None:
        super().__init__(prog, max_help_position=30)
        self._language = language

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        if prefix is None:
            prefix = say("cli-word-usage", language=self._language) + " "
        super().add_usage(usage, actions, groups, prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if self._language == "en" else list(_folded(text, width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if self._language == "en":
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in _folded(text, width))


def _folded(text: str, width: int) -> Iterable[str]:
    line, used = "", 0
    # A word of Latin letters (a file name, an option) stays whole; everything else may end a line.
    for piece in re.findall(r"[!-~]+|.", text, re.DOTALL):
        wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in piece)
        if used + wide > width and line and piece not in "，。；：）、":
            yield line
            line, used = "", 0
        if line or piece != " ":
            line, used = line + piece, used + wide
    yield line


def build(language: str, commands: Iterable[Command], version: str) -> Parser:
    """The whole command line in one language."""
    parser = Parser(language=language, prog="grassroots", description=say("cli-about", language=language))
    parser.take("--version", action="version", version=f"grassroots {version}", told="version")
    _common(parser)
    title = say("cli-word-commands", language=language)
    below = parser.add_subparsers(dest="command", metavar="COMMAND", title=title, parser_class=Parser)
    for command in commands:
        about = say(f"cli-about-{command.name}", language=language).replace("%", "%%")
        made = below.add_parser(command.name, language=language, help=about, description=about)
        command.add(made)
        _common(made, again=True)
        made.set_defaults(run=command.run)
    return parser


def _common(parser: Parser, *, again: bool = False) -> None:
    """The options that stand before the command or after it; after it they count."""

    def default(value: object) -> object:
        return argparse.SUPPRESS if again else value

    parser.take("--language", choices=LANGUAGES, default=default(None), told="language")
    parser.take("--json", action="store_true", default=default(False), told="json")
    parser.take("--network", metavar="URL", default=default(None), told="network")
    parser.take("--name", default=default("default"), told="name")
    parser.take("--actor", default=default("steward:office"), told="actor")
    parser.take("--keys", metavar="SOURCE", default=default(None), told="keys")
    parser.take("--erasures", metavar="FILE", default=default(None), told="erasures")
