"""What the docs do not write by hand: tables from the data, diagrams from the tables of states.

A page marks the place: ``<!-- table:figures -->`` ... ``<!-- /table -->``, ``<!-- diagram:room.Enum -->`` ...
``<!-- /diagram -->``. The tests hold what stands there against what would be written; this writes it::

    python -m tests.docs.tables
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import grassroots
from grassroots import errors
from grassroots.data import text
from grassroots.domain.figure import Definition, Measure, parse_figures
from grassroots.domain.form import CellKind, FormLayout, parse_forms
from grassroots.domain.states import diagram
from grassroots.errors import GrassrootsError, Refused
from grassroots.locale import catalogue

HOME = Path(__file__).resolve().parents[2]
REFERENCE = HOME / "docs" / "reference"

_MARK = re.compile(
    r"(?P<open><!-- (?P<what>table|diagram):(?P<name>[\w.-]+) -->\n).*?(?P<close><!-- /(?P=what) -->)",
    re.DOTALL,
)
_RAISED = (
    "BadInput",
    "Missing",
    "Denied",
    "MissingExtra",
    "PluginError",
    "Unreachable",
    "Corrupt",
    "_Trouble",
)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _code(word: object) -> str:
    return f"`{word}`" if word else ""


def figures() -> str:
    """The figures that ship with grassroots."""

    def when(one: Definition) -> str:
        span = f"{one.from_day} – {one.day}" if one.from_day else one.day
        return _code(span)

    def what(one: Definition) -> str:
        if one.measure in (Measure.RATE, Measure.TOTAL):
            return " / ".join(_code(part) for part in (one.of, one.over, *one.parts) if part)
        told = " ".join(part for part in (_code(one.kind), f"of {_code(one.of)}" if one.of else "") if part)
        return f"{told} by {_code(one.by)}" if one.by else told

    return _table(
        ("figure", "Chinese", "English", "measure", "counted", "day", "place"),
        (
            (_code(one.id), one.title_zh, one.title_en, one.measure, what(one), when(one), _code(one.place))
            for one in parse_figures(text("figures")).values()
        ),
    )


def _forms() -> tuple[FormLayout, ...]:
    return parse_forms(text("forms"))


def forms() -> str:
    """The forms that ship with grassroots, in the order in which they are taken in."""

    def wanted(form: FormLayout) -> str:
        return "、".join(column.header_zh for column in form.columns if column.wanted)

    def natural(form: FormLayout) -> str:
        known = {column.key: column.header_zh for column in (*form.columns, *form.block)}
        return "、".join(known[key] for key in form.natural)

    return _table(
        ("form", "Chinese", "English", "columns that must be there", "rows are told apart by"),
        ((_code(one.code), one.title_zh, one.title_en, wanted(one), natural(one)) for one in _forms()),
    )


def columns() -> str:
    """Every column of every form, with the headers under which it is known."""
    parts = []
    for form in _forms():
        rows = (
            (_code(one.key), one.header_zh, one.header_en, one.kind, "、".join(one.aliases))
            for one in (*form.columns, *form.block)
            if one.kind is not CellKind.SERIAL
        )
        parts.append(f"### {form.code}\n\n{form.title_zh} · {form.title_en}\n\n")
        parts.append(_table(("column", "Chinese", "English", "read as", "also"), rows) + "\n")
    return "".join(parts)


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(grassroots.__path__, "grassroots."):
        if ".testing" not in found.name and not found.name.endswith(("__main__", "._child")):
            yield importlib.import_module(found.name)


def _sentence(code: str) -> str:
    return catalogue("en").get(code, "")


def refusals() -> str:
    """Every refusal of the field: its code, its class, its sentence."""
    found: dict[str, tuple[str, str]] = {}
    for module in _modules():
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Refused) and one is not Refused:
                found[one.code] = (one.__name__, one.__module__.removeprefix("grassroots."))
    rows = (
        (_code(code), f"{_code(name)} ({place})", _sentence(code))
        for code, (name, place) in sorted(found.items())
    )
    return _table(("code", "class", "sentence"), rows)


def codes() -> str:
    """Every other code that is written out in the source, with the classes that carry it."""
    found: dict[str, set[str]] = {}
    for path in sorted((HOME / "src" / "grassroots").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RAISED
            ):
                continue
            words = [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            for code in words[:2]:
                if code in catalogue("en"):
                    found.setdefault(code, set()).add(node.func.id.replace("_Trouble", "PluginError"))
    rows = ((_code(code), ", ".join(sorted(found[code])), _sentence(code)) for code in sorted(found))
    return _table(("code", "raised as", "sentence"), rows)


def tree() -> str:
    """The classes of the error tree, with their codes."""

    def below(kind: type[GrassrootsError], depth: int) -> Iterator[tuple[str, str, str]]:
        also = ", ".join(base.__name__ for base in kind.__bases__ if not issubclass(base, GrassrootsError))
        name = "&nbsp;&nbsp;" * depth + _code(kind.__name__) + (f" (also {also})" if depth and also else "")
        meaning = (kind.__doc__ or "").strip().splitlines()[0].replace("``", "`")
        yield name, _code(kind.code), meaning
        for one in kind.__subclasses__():
            if one.__module__ == errors.__name__:
                yield from below(one, depth + 1)

    return _table(("class", "code", "meaning"), below(GrassrootsError, 0))


TABLES: Mapping[str, Callable[[], str]] = {
    "figures": figures,
    "forms": forms,
    "columns": columns,
    "refusals": refusals,
    "codes": codes,
    "errors": tree,
}


def _states(name: str) -> Mapping[Any, Mapping[str, Any]]:
    """The table of states whose keys are the members of ``room.Enum``."""
    room, _, enum = name.partition(".")
    prefix = f"grassroots.domain.{room}"
    for module in _modules():
        if module.__name__ != prefix and not module.__name__.startswith(f"{prefix}."):
            continue
        for one in vars(module).values():
            if isinstance(one, Mapping) and one and all(isinstance(key, StrEnum) for key in one):
                (first, *_) = one
                if type(first).__name__ == enum and all(isinstance(row, Mapping) for row in one.values()):
                    return one
    raise LookupError(f"no table of states {name}")


def marked(page: Path) -> list[str]:
    """What a page leaves to be written."""
    return [f"{mark['what']}:{mark['name']}" for mark in _MARK.finditer(page.read_text("utf-8"))]


def fresh(page: Path) -> str:
    """The page as it should stand."""

    def written(mark: re.Match[str]) -> str:
        if mark["what"] == "diagram":
            return f"{mark['open']}```mermaid\n{diagram(_states(mark['name']))}\n```\n{mark['close']}"
        return f"{mark['open']}{TABLES[mark['name']]()}{mark['close']}"

    return _MARK.sub(written, page.read_text("utf-8"))


if __name__ == "__main__":
    for page in sorted((HOME / "docs").rglob("*.md")):
        page.write_text(fresh(page), "utf-8")
