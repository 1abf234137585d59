"""The house keeps its own rules: floors, words, diagrams, doors, and modules that one can read."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any

import pytest

import grassroots
import grassroots.domain
from grassroots.domain.states import diagram
from grassroots.locale import LANGUAGES, catalogue

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "grassroots"
MODULES = sorted(SOURCE.rglob("*.py"))
REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.md"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


# -- floors, size, doors ----------------------------------------------------------------------------------
def test_calls_go_down_the_floors_and_never_in_circles() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "0 broken" in done.stdout


def test_no_module_is_longer_than_one_reads_at_a_sitting() -> None:
    long = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in long.items() if lines > 420} == {}


def test_importing_the_front_door_loads_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "numpy", "pandas", "ortools", "apprise", "asyncio", "importlib.metadata", "cattrs")
    code = f"import sys, grassroots; print([one for one in {heavy!r} if one in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]"


def test_opening_a_network_loads_no_reader_of_sheets_and_no_web() -> None:
    heavy = (
        "openpyxl",
        "xlsxwriter",
        "python_calamine",
        "jinja2",
        "rich",
        "asyncio",
        "http",
        "borax",
        "numpy",
    )
    code = (
        "import sys, grassroots; grassroots.open('memory://'); "
        f"print([one for one in {heavy!r} if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]"


def test_the_public_door_is_what_it_says_and_every_name_of_it_opens() -> None:
    assert sorted(grassroots.__all__) == grassroots.__all__
    assert set(grassroots._DOOR) == set(grassroots.__all__)
    for name in grassroots.__all__:
        assert getattr(grassroots, name) is not None
    assert set(grassroots.__all__) <= set(dir(grassroots))
    with pytest.raises(AttributeError):
        grassroots.nothing_like_it


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in MODULES if not ast.get_docstring(parsed(path))] == []


def test_nothing_is_left_to_be_done_later() -> None:
    words = re.compile(r"#.*\b(TODO|FIXME|HACK)\b|raise NotImplementedError|Remove this note")
    assert [name_of(path) for path in MODULES if words.search(path.read_text("utf-8"))] == []


def test_no_rule_reads_a_clock_or_chance_by_itself() -> None:
    floors = ("values", "domain", "workspace", "usecases", "contracts")
    asked = {"now", "utcnow", "today", "time_ns", "token_bytes", "token_hex", "uuid4", "urandom", "random"}
    owners = {"datetime", "date", "time", "uuid", "secrets", "os", "random"}
    found = [
        (name_of(path), node.lineno)
        for path in MODULES
        if name_of(path).split("/")[0] in floors
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in asked
        and isinstance(node.value, ast.Name)
        and node.value.id in owners
    ]
    assert found == []


# -- words ------------------------------------------------------------------------------------------------
CALLED = {
    "BadInput",
    "Missing",
    "Denied",
    "MissingExtra",
    "Corrupt",
    "Refused",
    "Unreachable",
    "trouble",
    "problem",
}
"""What is called with a code as its first argument."""
RECORDED = {"RowProblem", "Skipped", "BookNote"}
"""What is made with a code as a field."""
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def raised(path: Path) -> Iterator[str]:
    """Every code that a module raises, notes or gives its refusals."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in CALLED and node.args:
                yield from literal(node.args[0])
            if called in RECORDED:
                yield from (
                    one for word in node.keywords if word.arg == "code" for one in literal(word.value)
                )
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "code":
                    yield from literal(statement.value)


def literal(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from literal(node.body)
        yield from literal(node.orelse)


@cache
def codes() -> Mapping[str, str]:
    return {code: name_of(path) for path in MODULES for code in raised(path)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_is_raised_has_a_sentence(language: str) -> None:
    assert len(codes()) > 150
    missing = {code: where for code, where in codes().items() if code not in catalogue(language)}
    assert missing == {}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (set(catalogue(language)) for language in LANGUAGES)
    assert chinese ^ english == set()


def test_both_languages_fill_in_the_same_facts() -> None:
    def facts(sentence: str) -> set[str]:
        return {found["named"] or found["braced"] for found in Template.pattern.finditer(sentence)} - {None}

    chinese, english = (catalogue(language) for language in LANGUAGES)
    assert {
        code: (facts(chinese[code]), facts(english[code]))
        for code in chinese
        if facts(chinese[code]) != facts(english[code])
    } == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_in(language: str) -> None:
    broken = [
        code
        for code, sentence in catalogue(language).items()
        if not sentence.strip()
        or any(found["invalid"] is not None for found in Template.pattern.finditer(sentence))
    ]
    assert broken == []


def test_every_chinese_sentence_is_chinese() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    bare = Template.pattern
    without = [
        code
        for code, sentence in catalogue("zh").items()
        if re.search("[a-z]{4}", bare.sub("", sentence)) and not han.search(sentence)
    ]
    assert without == []


def patterns() -> re.Pattern[str]:
    """The codes that the program puts together: f"cli-head-{name}" is cli-head and anything behind it."""
    found = set()
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.JoinedStr):
                continue
            fixed = [part.value for part in node.values if isinstance(part, ast.Constant)]
            if any(re.fullmatch(r"-?[a-z][a-z0-9-]{3,}-?", str(part)) and "-" in str(part) for part in fixed):
                found.add(
                    "".join(
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_-]+"
                        for part in node.values
                    )
                )
    return re.compile("|".join(sorted(found)))


def test_no_sentence_stands_for_a_code_that_nobody_says() -> None:
    """A sentence is said by its code somewhere in the program; labels are said by their group."""
    files = [*MODULES, *SOURCE.rglob("*.toml"), *SOURCE.rglob("*.html")]
    program = "\n".join(path.read_text("utf-8") for path in files if "locale" not in path.parts)
    said = set(re.findall(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", program))
    made = patterns()
    # A sentence about one thing stands beside that about several, with -one behind its code.
    plain = {code: code.removesuffix("-one") for code in catalogue("en") if "." not in code}
    assert [
        code for code, stem in plain.items() if not said & {code, stem} and not made.fullmatch(code)
    ] == []


# -- diagrams ---------------------------------------------------------------------------------------------
BLOCK = re.compile(r"<!-- diagram:(?P<name>[\w.]+) -->\n(?P<text>.*?)<!-- /diagram -->", re.DOTALL)


def domain_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(grassroots.domain.__path__, "grassroots.domain."):
        yield importlib.import_module(found.name)


@cache
def tables() -> Mapping[type[StrEnum], Any]:
    """The table of transitions of every enum of states."""
    found: dict[type[StrEnum], Any] = {}
    for module in domain_modules():
        for value in vars(module).values():
            if isinstance(value, dict) and value and all(isinstance(key, StrEnum) for key in value):
                rows = value.values()
                if all(isinstance(row, dict) for row in rows) and any(
                    isinstance(after, StrEnum) for row in rows for after in row.values()
                ):
                    found[type(next(iter(value)))] = value
    return found


def drawn() -> list[tuple[str, str, str]]:
    return [
        (path.name, found["name"], found["text"])
        for path in REFERENCE
        for found in BLOCK.finditer(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("page", "name", "text"), drawn(), ids=lambda value: str(value)[:40])
def test_every_diagram_in_the_docs_is_that_of_its_table(page: str, name: str, text: str) -> None:
    table = next(table for states, table in tables().items() if states.__name__ == name.rpartition(".")[2])
    assert text == f"```mermaid\n{diagram(table)}\n```\n", page


def test_every_table_of_states_is_drawn_in_the_docs() -> None:
    shown = {name.rpartition(".")[2] for _, name, _ in drawn()}
    assert {states.__name__ for states, table in tables().items() if len(table) > 3} <= shown


def test_a_table_names_every_state_and_every_state_is_reached() -> None:
    for states, table in tables().items():
        assert set(table) == set(states), states
        reached = {next(iter(table)), *(after for row in table.values() for after in row.values())}
        assert reached == set(states), states
