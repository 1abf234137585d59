"""Sealing and verifying from a terminal, in both languages and for programs."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

KEY = "5e" * 32


def test_a_seal_gives_a_code_and_the_code_proves_it(peopled: Run) -> None:
    made = peopled("--json", "seal").json
    assert made["new"] is True
    code = made["seal"]["code"]
    assert code in peopled("seal").out
    assert peopled("--json", "seal").json["new"] is False
    told = peopled("--json", "verify", "--anchor", code)
    assert (told.code, told.json["word"], told.json["level"]) == (0, "intact", "anchored")
    assert peopled("verify", "--anchor", code, made["seal"]["hash"]).out.startswith("Intact.")
    assert peopled("--language", "zh", "verify").out.startswith("完好")


def test_what_is_not_sealed_is_not_provable_and_says_so(peopled: Run) -> None:
    told = peopled("verify")
    assert told.code == 3
    assert told.out.startswith("Not provable")
    assert peopled("--language", "zh", "verify").out.startswith("无法证明")


def test_an_edit_is_told_with_its_place_in_both_languages(peopled: Run, tmp_path: Path) -> None:
    peopled("seal")
    with sqlite3.connect(tmp_path / "grassroots.db") as raw:
        raw.execute("DELETE FROM journal WHERE position IN (4, 6)")
    raw.close()
    told = peopled("verify")
    assert told.code == 3
    assert told.out.startswith("Changed at 1:")
    assert ["4", "An entry of the journal is missing."] in told.table
    assert peopled("--language", "zh", "verify").out.startswith("第 1 条处有改动")
    plain = peopled("--json", "verify").json
    assert {"code": "seal-finding-gap", "position": 4, "about": ""} in plain["findings"]


def test_an_end_that_is_missing_is_told(peopled: Run, tmp_path: Path) -> None:
    code = peopled("--json", "seal").json["seal"]["code"]
    last = code.rpartition("-")[2]
    told = peopled("verify", "--anchor", "9" + code[1:])
    assert told.code == 3
    assert told.out.startswith("Shortened after")
    assert last in told.out


def test_the_key_comes_from_a_file_or_the_environment_and_is_never_shown(
    peopled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cryptography")
    (tmp_path / "seal.key").write_text(KEY + "\n", "utf-8")
    made = peopled("--json", "seal", "--key", "seal.key")
    assert KEY not in made.out
    (tmp_path / "seal.pub").write_text(made.json["seal"]["public_key"], "utf-8")
    told = peopled("--json", "verify", "--public-key", "seal.pub").json
    assert (told["word"], told["level"]) == ("intact", "signed")
    assert peopled("import", "people.xlsx", "--yes").code == 0
    people = tmp_path / "more.csv"
    people.write_text("姓名,性别,出生年月,联系电话\n顾小川,男,1950-02,13800000009\n", "utf-8")
    assert peopled("import", "more.csv").code == 0
    refused = peopled("seal")
    assert refused.code == 2
    assert "GRASSROOTS_SEAL_KEY" in refused.err
    monkeypatch.setenv("GRASSROOTS_SEAL_KEY", KEY)
    assert peopled("--json", "seal").json["seal"]["number"] == 2
    assert peopled("verify", "--public-key", "seal.pub", "--since", "1").code == 0


def test_a_code_that_is_none_is_refused_before_anything_is_read(peopled: Run) -> None:
    told = peopled("verify", "--anchor", "0-OOPS")
    assert told.code == 2
    assert "0-OOPS" in told.err


def test_several_processes_say_the_same_and_one_says_that_it_was_alone(
    peopled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    peopled("seal")
    alone = peopled("--json", "verify").json
    together = peopled("--json", "verify", "--workers", "2").json
    assert together["facts"].pop("workers") == 2
    assert alone["facts"].pop("workers") == 1
    assert together == alone
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    told = peopled("verify", "--workers", "2")
    assert (told.code, told.out) == (0, peopled("verify").out)
    assert "Not 2 processes but one" in told.err
    refused = peopled("verify", "--workers", "0")
    assert refused.code == 2
    assert "from 1 to 64" in refused.err
