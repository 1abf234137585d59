"""A storage that cannot be used: one sentence in either language that says what to do, and nothing lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from grassroots.plugins.sqlite.connections import APPLICATION


def newer(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE tomorrow (a)")
    made.execute(f"PRAGMA application_id={APPLICATION}")
    made.execute("PRAGMA user_version=99")
    made.commit()
    made.close()


def sheet(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + b"x" * 5000)


CASES = {
    "newer": (newer, "storage-newer", "Update grassroots", "请升级"),
    "folder": (Path.mkdir, "storage-is-folder", "Give the path", "请给出"),
    "sheet": (sheet, "storage-not-database", "Check the address", "请检查存储地址"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("command", [["seal"], ["init"], ["figures"]])
def test_a_file_that_is_none_of_ours_is_left_alone(
    run: Run, tmp_path: Path, name: str, command: list[str]
) -> None:
    make, code, english, chinese = CASES[name]
    place = tmp_path / "net.db"
    make(place)
    before = place.read_bytes() if place.is_file() else list(place.iterdir())
    told = run(*command, "--network", "sqlite:///net.db", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)
    for language, wanted in (("en", english), ("zh", chinese)):
        told = run(*command, "--network", "sqlite:///net.db", "--language", language)
        assert wanted in told.err
        assert len(told.err.splitlines()) == 1
    assert (place.read_bytes() if place.is_file() else list(place.iterdir())) == before
    assert [one.name for one in tmp_path.iterdir()] == ["net.db"]


def test_a_scheme_that_nobody_offers_and_a_plugin_that_fails_are_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_storage.py").write_text("raise RuntimeError('boom')\n")
    told_of = tmp_path / "broken_storage-1.dist-info"
    told_of.mkdir()
    (told_of / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-storage\nVersion: 1\n")
    (told_of / "entry_points.txt").write_text("[grassroots]\nbroken = broken_storage\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for language, wanted in (("en", "“grassroots plugins” says"), ("zh", "“grassroots plugins”会说明")):
        told = run("seal", "--network", "broken:///x", "--language", language)
        assert told.code != 0
        assert "broken" in told.err
        assert wanted in told.err
    told = run("plugins", "--language", "en")
    assert "RuntimeError: boom" in told.out + told.err
    # And it burns down nobody else's house.
    assert run("init").code == 0


def test_a_folder_that_is_not_there_is_asked_for(run: Run) -> None:
    told = run("init", "--network", "sqlite:///no/where.db")
    assert told.code != 0
    assert "Make it first" in told.err
