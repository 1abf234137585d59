"""Help and complaints about arguments, in both languages; and that the reference names all of them."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from grassroots.cli import COMMANDS
from grassroots.cli.parser import Parser, build
from grassroots.locale import LANGUAGES, catalogue

_REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
_CODE = re.compile(r'"(cli-[a-z0-9_-]+[a-z0-9])"')


def _commands(parser: Parser) -> dict[str, argparse.ArgumentParser]:
    below = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(below.choices)


def test_help_is_told_in_the_readers_language(run: Run) -> None:
    chinese, english = run("--language", "zh", "--help"), run("--language", "en", "--help")
    assert (chinese.code, english.code) == (0, 0)
    assert "用法：" in chinese.out
    assert "选项" in chinese.out
    assert "命令" in chinese.out
    assert "usage:" not in chinese.out
    assert "usage:" in english.out
    assert all(command.name in chinese.out for command in COMMANDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_help_without_a_code_left_in_it(run: Run, command: str, language: str) -> None:
    told = run(command, "--language", language, "--help")
    assert told.code == 0
    assert "cli-" not in told.out


def test_help_in_chinese_stays_within_its_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    told = run("import", "--language", "zh", "--help").out
    wide = [sum(2 if letter > "⺀" else 1 for letter in line) for line in told.splitlines()]
    assert max(wide) <= 62  # a full stop may hang over the edge


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["evidence"], "cli-usage-required", ("还缺", "ID")),
        (["figures", "--bogus"], "cli-usage-unrecognized", ("不认识", "--bogus")),
        (["figuers"], "cli-usage-command-meant", ("figuers", "figures")),
        (["zzz"], "cli-usage-command", ("zzz", "--help")),
        (["--lang", "zh", "figures"], "cli-usage-unrecognized-meant", ("--lang", "--language")),
        (["figures", "--perid", "2021"], "cli-usage-unrecognized-meant", ("--perid", "--period")),
        (["rota"], "cli-usage-required", ("还缺", "plan/show/publish")),
        (["rota", "plam"], "cli-usage-behind-meant", ("grassroots rota", "plam", "plan, show")),
        (["packs", "sell"], "cli-usage-behind", ("grassroots packs", "sell", "check")),
        (["calls", "--medium", "fax"], "cli-usage-choice", ("--medium", "fax", "paper")),
        (["words", "--variant", "plian"], "cli-usage-choice-meant", ("--variant", "plain")),
        (["forms", "--lines", "many"], "cli-usage-value", ("many", "数字")),
        (["figures", "--period"], "cli-usage-one", ("--period", "值")),
        (["import"], "cli-usage-required", ("FILE", "还缺")),
        (["figures", "--json=1"], "cli-usage-explicit", ("--json", "不能带值")),
        (["init", "--pack"], "cli-usage-some", ("--pack", "至少")),
    ],
)
def test_wrong_arguments_are_answered_in_words_with_the_usage(
    run: Run, arguments: list[str], code: str, words: tuple[str, ...]
) -> None:
    told = run("--language", "zh", *arguments)
    assert told.code == 2
    assert all(word in told.err for word in words)
    assert "用法：" in told.err
    assert told.out == ""
    assert run("--json", *arguments).json["error"]["code"] == code


def test_the_usage_is_that_of_the_command_which_was_misspelt(run: Run) -> None:
    told = run("figures", "--perid", "2021").err
    assert "grassroots figures" in told
    assert "--period" in told


def test_what_stands_before_the_command_is_looked_at_before_it(run: Run) -> None:
    assert run("--name", "--json", "figures").code == 2  # --name has no value
    assert "figures" in run("--language", "zh", "--json", "figures", "--help").out
    assert run("--network=sqlite:///nowhere.db", "--name", "town", "figures").code == 2


def test_common_options_stand_before_the_command_or_after_it(run: Run) -> None:
    assert run("--json", "plugins").json == run("plugins", "--json").json


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    told = run()
    assert told.code == 2
    assert "commands" in told.out


def test_every_sentence_that_the_command_line_says_stands_in_both_languages() -> None:
    source = Path(__file__).parents[2] / "src" / "grassroots" / "cli"
    asked = {code for path in source.glob("*.py") for code in _CODE.findall(path.read_text("utf-8"))}
    assert len(asked) > 50
    for language in LANGUAGES:
        known = {code.partition(".")[0] for code in catalogue(language)}
        assert asked <= known


def test_every_head_of_a_table_has_a_word_in_both_languages() -> None:
    source = Path(__file__).parents[2] / "src" / "grassroots" / "cli"
    asked: set[str] = set()
    for path in source.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "output.table":
                heads = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
                asked |= {head for head in heads if isinstance(head, str) and not head.endswith("-")}
    assert len(asked) > 40
    for language in LANGUAGES:
        assert {f"cli-head-{head}" for head in asked} <= set(catalogue(language))


def test_the_reference_names_every_command_and_every_option() -> None:
    text = _REFERENCE.read_text("utf-8")
    for name, parser in _commands(build("en", COMMANDS, "0")).items():
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        common = {
            "--help", "--json", "--language", "--network", "--name", "--actor", "--keys", "--erasures", "-h",
        }  # fmt: skip
        options = {option for action in parser._actions for option in action.option_strings} - common
        assert all(f"`{option}" in section for option in options), (name, options)
