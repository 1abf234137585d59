"""What is shown: sentences from the catalogues, tables, progress, and JSON for programs.

On a terminal with Rich installed tables have lines and progress has bars; everywhere else a table is one
line a row with tabs, so that it can be piped on. With ``--json`` there is one JSON object and nothing else.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TextIO, final

from grassroots.errors import GrassrootsError
from grassroots.locale import label, say

DONE = 0
FALSE = 1
"""A published statement does not hold."""
REFUSED = 2
"""A rule, the input or the arguments say no; nothing was written."""
HELD_BACK = 3
"""It was done, and something needs a person: rows held back, deviations, findings."""
INTERRUPTED = 130

Tick = Callable[[int], None]


@final
class Output:
    """Where a command speaks to. ``as_json`` keeps everything back but the one object of :meth:`give`."""

    def __init__(
        self, language: str, *, as_json: bool = False, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.language = language
        self.as_json = as_json
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err

    # -- words --------------------------------------------------------------------------------------------
    def word(self, code: str, facts: Mapping[str, object] | None = None, /, **more: object) -> str:
        """The sentence of a code in the reader's language."""
        return say(code, {**(facts or {}), **more}, self.language)

    def label(self, group: str, code: str) -> str:
        """The label of a code of a closed set."""
        return label(group, code, self.language)

    def say(self, code: str, /, **facts: object) -> None:
        """A sentence for the reader."""
        self.line(self.word(code, facts))

    def line(self, text: str = "") -> None:
        """A line for the reader."""
        if not self.as_json:
            print(printable(text), file=self._out)

    def warn(self, text: str) -> None:
        """A line beside the answer: what went wrong, or what is going on."""
        if not self.as_json:
            print(printable(text), file=self._err)

    def problem(self, error: GrassrootsError) -> None:
        """What went wrong, in words, or as a code with facts for a program."""
        self.give({"error": plain_error(error)})
        self.warn(self.word(error.code, error.facts))
        for one in getattr(error, "mistakes", ()):
            self.warn(f"- {self.word(one.code, one.facts)}")

    # -- answers ------------------------------------------------------------------------------------------
    def give(self, answer: Mapping[str, Any]) -> None:
        """The answer for a program; for a reader nothing."""
        if self.as_json:
            print(json.dumps(answer, ensure_ascii=False, indent=2, default=_json), file=self._out)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; ``headers`` are codes as ``cli-head-<code>``."""
        if self.as_json:
            return
        named = [self.word(f"cli-head-{header}") for header in headers]
        told = [[self._cell(value) for value in row] for row in rows]
        if not self._rich(self._out):
            for line in (named, *told):
                print("\t".join(line), file=self._out)
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(header_style="bold")
        for name in named:
            table.add_column(name, overflow="fold")
        for row in told:
            table.add_row(*(Text(cell) for cell in row))
        Console(file=self._out, highlight=False).print(table)

    @contextmanager
    def progress(self, code: str, total: int) -> Iterator[Tick]:
        """Show how far a long piece of work is: call what this gives with the number done so far."""
        words = self.word(f"cli-doing-{code}", total=total)
        if self.as_json or not self._err.isatty():
            yield lambda done: None
        elif self._rich(self._err):
            from rich.console import Console
            from rich.progress import Progress

            with Progress(console=Console(file=self._err, highlight=False), transient=True) as bar:
                task = bar.add_task(words, total=total or None)
                yield lambda done: bar.update(task, completed=done)
        else:
            with self._percent(words, total) as tick:
                yield tick

    @contextmanager
    def _percent(self, words: str, total: int) -> Iterator[Tick]:
        shown = -1

        def tick(done: int) -> None:
            nonlocal shown
            percent = min(100, 100 * done // max(total, 1))
            if percent > shown:
                shown = percent
                print(f"\r{words} {percent} %", end="", file=self._err, flush=True)

        try:
            yield tick
        finally:
            if shown >= 0:
                print(file=self._err)

    # -- inside -------------------------------------------------------------------------------------------
    def _rich(self, stream: TextIO) -> bool:
        return stream.isatty() and importlib.util.find_spec("rich") is not None

    def _cell(self, value: object) -> str:
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return self.word("cli-yes" if value else "cli-no")
        if isinstance(value, (tuple, list, frozenset, set)):
            return ("、" if self.language == "zh" else ", ").join(map(self._cell, value)) or "–"
        return printable(str(value))


def printable(text: str) -> str:
    """The text without control characters: a cell of somebody's sheet must not steer a terminal."""
    return "".join(
        " " if letter in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" if _control(letter) else letter
        for letter in text
    )


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _control(letter: str) -> bool:
    # Cc: escapes; Cs: halves of characters, which no stream takes; bidi controls turn the line around.
    return (
        unicodedata.category(letter) in ("Cc", "Cs")
        or letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def plain_error(error: GrassrootsError) -> dict[str, Any]:
    """An error for a program: its code and its facts."""
    told: dict[str, Any] = {"code": error.code, "facts": dict(error.facts)}
    if mistakes := getattr(error, "mistakes", ()):
        told["mistakes"] = [plain_error(one) for one in mistakes]
    return told


def _json(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} in an answer")
