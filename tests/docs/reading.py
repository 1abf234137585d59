"""Reads the pages of the docs: their fenced blocks, their links, and what a run of a page shows."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import shlex
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, final

from attrs import frozen

HOME = Path(__file__).resolve().parents[2]
PAGES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md"), *(HOME / "examples").rglob("*.md")])
RUN = [
    HOME / "README.md",
    HOME / "README.zh-CN.md",
    *sorted((HOME / "docs" / "tutorial").glob("*.md")),
    *sorted((HOME / "docs" / "how-to").glob("*.md")),
    *sorted((HOME / "docs" / "zh" / "tutorial").glob("*.md")),
    *sorted((HOME / "docs" / "zh" / "how-to").glob("*.md")),
]

_FENCE = re.compile(r"^```(?P<words>[^`\n]*)\n(?P<text>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<to>[^)\s]+)\)")
_LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@final
@frozen
class Block:
    """One fenced block: its language, the other words behind it, its text, and the line it begins on."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    whole = page.read_text("utf-8")
    found = []
    for fence in _FENCE.finditer(whole):
        language, *words = fence["words"].split() or [""]
        found.append(Block(language, tuple(words), fence["text"], whole.count("\n", 0, fence.start()) + 2))
    return found


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page: Path) -> Iterator[str]:
    """Where the page points to, fences left out."""
    for link in _LINK.finditer(prose(page)):
        yield link["to"]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as Git hosts make them."""
    found = set()
    for line in prose(page).splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


class Run:
    """One page run from top to bottom, in one namespace, in the current folder.

    ``python`` blocks are run, and what they print is held against the ``text`` block that follows. A block
    ``python needs-fastapi`` is compiled, and run only where fastapi is installed. ``console`` blocks are
    run line by line through the command line. A block with a file name behind its language is written to
    that file, and if it is Python, other blocks import it. An ellipsis in what should be printed stands for
    anything.
    """

    def __init__(self, page: Path) -> None:
        self.page = page
        self.names: dict[str, Any] = {"__name__": page.stem}
        self._modules: list[str] = []
        self.ran = 0

    def whole(self) -> None:
        try:
            self._whole()
        finally:
            for name in self._modules:
                sys.modules.pop(name, None)

    def _whole(self) -> None:
        found = blocks(self.page)
        for block, following in zip(found, [*found[1:], None], strict=True):
            file = next((word for word in block.words if word.endswith(".py")), None)
            if file is not None:
                self._module(file, block)
            elif block.language == "python":
                wanted = following.text if following is not None and following.language == "text" else None
                self._python(block, wanted)
            elif block.language == "console":
                self._console(block)
            elif block.words:
                Path(block.words[0]).write_text(block.text, "utf-8")

    def _module(self, file: str, block: Block) -> None:
        """Python with a file name is a file; other blocks may import it. What pytest runs is not run here."""
        Path(file).write_text(block.text, "utf-8")
        if not file.startswith("test_"):
            name = file.removesuffix(".py")
            module = types.ModuleType(name)
            exec(compile(block.text, file, "exec", dont_inherit=True), module.__dict__)
            sys.modules[name] = module
            self._modules.append(name)
            self.ran += 1

    def _python(self, block: Block, wanted: str | None) -> None:
        code = compile(block.text, f"{self.page.name}", "exec", dont_inherit=True)
        needs = [word.removeprefix("needs-") for word in block.words if word.startswith("needs-")]
        if any(importlib.util.find_spec(need) is None for need in needs):
            return
        self.ran += 1
        shown = io.StringIO()
        try:
            with contextlib.redirect_stdout(shown):
                exec(code, self.names)
        except Exception as error:
            error.add_note(f"in the block that begins on line {block.line} of {self.page.name}")
            raise
        if wanted is not None:
            self._hold(block.line, block.text, wanted, shown.getvalue())

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, wanted = part.partition("\n")
            if not line.startswith("grassroots "):
                continue
            self.ran += 1
            shown = self._typed(line)
            if wanted.strip():
                self._hold(block.line, line, wanted, shown)

    def _typed(self, line: str) -> str:
        from grassroots.cli import main

        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            code = main(shlex.split(line)[1:])
        # 3: done, and something needs a person (docs/reference/cli.md): rows held back, deviations.
        assert code in (0, 3), f"{self.page.name}: {line!r} ended with {code}:\n{shown.getvalue()}"
        return shown.getvalue()

    def _hold(self, line: int, what: str, wanted: str, got: str) -> None:
        if not doctest.OutputChecker().check_output(wanted, got, _LENIENT):
            where = f"{self.page.name}, line {line}"
            raise AssertionError(f"{where}\n- run\n{what}\n- page says\n{wanted}\n- shown\n{got}")
