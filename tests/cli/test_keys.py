"""The keys of a network from a terminal: made, checked, turned, backed up, brought back; the ledger."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from grassroots.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    found = main([*words, "--language", "en"])
    told = capsys.readouterr()
    assert found == code, told
    assert "Traceback" not in told.out + told.err
    return told.out + told.err


def test_a_network_from_its_key_to_its_restored_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, town = tmp_path / "town.keys", f"sqlite:///{tmp_path / 'town.db'}"
    told = run(capsys, "keys", "new", str(key), "--id", "k1")
    secret = key.read_text().partition(":")[2].strip()
    assert secret not in told
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    monkeypatch.setenv("GRASSROOTS_KEYS_FROM", f"file:{key}")
    run(capsys, "init", "--network", town)
    assert "wrapped under “k1”" in run(capsys, "keys", "check", "--network", town)
    assert "has a key of the name “k1” already" in run(capsys, "keys", "new", str(key), "--id", "k1", code=2)
    run(capsys, "keys", "new", str(key), "--id", "k2")
    assert "still hangs on k1" in run(capsys, "keys", "check", "--network", town, code=3)
    assert "wrapped under “k2”" in run(capsys, "keys", "rotate", "--search", "--network", town)
    answer = json.loads(run(capsys, "keys", "check", "--network", town, "--json"))
    assert (answer["keys"]["key"], answer["keys"]["unfinished"]) == ("k2", False)
    # The records and the keys are apart, and only together they are a network again.
    archive, ring = tmp_path / "town.jsonl", tmp_path / "ring.jsonl"
    run(capsys, "dump", town, str(archive))
    run(capsys, "keys", "backup", str(ring), "--network", town)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    run(capsys, "restore", str(archive), back, "--verify")
    assert "key ring is not here" in run(capsys, "keys", "check", "--network", back, code=2)
    assert "no backup of keys" in run(capsys, "keys", "restore", str(archive), "--network", back, code=2)
    assert "Brought back: 1" in run(capsys, "keys", "restore", str(ring), "--network", back)
    assert "wrapped under “k2”" in run(capsys, "keys", "check", "--network", back)
    moved = f"sqlite:///{tmp_path / 'moved.db'}"
    run(capsys, "move", town, moved)
    assert "wrapped under “k2”" in run(capsys, "keys", "check", "--network", moved)
    ledger = tmp_path / "erasures.jsonl"
    assert "0 erasures" in run(capsys, "erasures", "record", str(ledger), "--network", town)
    assert "0 people" in run(capsys, "erasures", "replay", str(ledger), "--network", town)


def test_a_key_without_a_file_is_shown_once_and_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.loads(run(capsys, "keys", "new", "--json"))["line"]
    monkeypatch.setenv("TOWN_KEYS", line)
    town = f"sqlite:///{tmp_path / 'town.db'}"
    run(capsys, "init", "--network", town, "--keys", "env:TOWN_KEYS")
    run(capsys, "keys", "check", "--network", town, "--keys", "env:TOWN_KEYS")


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("env:NOT_SET_AT_ALL", "empty or not set"),
        ("file:/nowhere/at.all", "There is no key file"),
        ("vault:secret", "No plugin knows"),
        ("5a5a5a", "not the key itself"),
    ],
)
def test_a_source_that_gives_no_keys_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, word: str
) -> None:
    town = f"sqlite:///{tmp_path / 'town.db'}"
    run(capsys, "init", "--network", town)
    told = run(capsys, "keys", "check", "--network", town, "--keys", source, code=2)
    assert word in told
    assert "5a5a5a" not in told


def test_a_key_file_that_is_not_there_is_told_in_the_readers_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = f"sqlite:///{tmp_path / 'town.db'}"
    key = tmp_path / "nowhere.keys"
    assert main(["init", "--network", town, "--keys", f"file:{key}", "--language", "zh"]) == 2
    told = capsys.readouterr().err
    assert f"没有“{key}”这个密钥文件" in told
    assert "No such file" not in told
    assert "cannot be read" in run(capsys, "init", "--network", town, "--keys", f"file:{tmp_path}", code=2)


@pytest.mark.in_clear(reason="about a network that is open")
def test_an_open_network_has_no_keys_to_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = f"sqlite:///{tmp_path / 'town.db'}"
    run(capsys, "init", "--network", town)
    for what in ("check", "rotate"):
        assert "is not sealed" in run(capsys, "keys", what, "--network", town, code=2)
    assert "needs a file" in run(capsys, "keys", "backup", "--network", town, code=2)
    assert "Say where the keys are" in run(capsys, "keys", "restore", "x", "--network", town, code=2)


def test_only_the_office_handles_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, town = tmp_path / "town.keys", f"sqlite:///{tmp_path / 'town.db'}"
    run(capsys, "keys", "new", str(key))
    run(capsys, "init", "--network", town, "--keys", f"file:{key}")
    for what in (["check"], ["rotate"], ["backup", str(tmp_path / "ring")], ["restore", str(key)]):
        run(
            capsys, "keys", *what, "--network", town, "--keys", f"file:{key}", "--actor", "clerk:li", code=2
        )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "k1", "k1:5a", "k1:" + "zz" * 32, "k1:{0} k1:{0}", "k/1:{0}", "# k1:{0}"]
)
def test_a_key_text_that_is_none_is_refused_without_being_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    key, town = tmp_path / "town.keys", f"sqlite:///{tmp_path / 'town.db'}"
    key.write_text(text.format("5a" * 32))
    told = run(capsys, "init", "--network", town, "--keys", f"file:{key}", code=2)
    assert "5a5a" not in told
