"""The demo touches no folder but its own, and says in words what it cannot do."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from tests.cli.conftest import Run


def test_a_folder_that_holds_somebodys_files_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "district.db").write_bytes(b"a year of work")
    told = run("demo", "--out", "mine", "--language", "zh")
    assert told.code == 2
    assert "mine" in told.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["district.db"]
    assert (tmp_path / "mine" / "district.db").read_bytes() == b"a year of work"


@pytest.mark.parametrize("arguments", [("--variant", "no-such-year"), ("--scale", "100000")])
def test_a_year_that_the_example_does_not_know_is_answered_in_words(
    run: Run, arguments: tuple[str, str]
) -> None:
    told = run("demo", *arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == "cli-demo-generator"
    assert arguments[0].removeprefix("--") in told.json["error"]["facts"]["problem"]


def test_without_the_office_extra_the_demo_names_the_line_to_type(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "xlsxwriter" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    told = run("demo")
    assert told.code == 2
    assert 'pip install "grassroots[office]"' in told.err
    assert not list(tmp_path.iterdir())
