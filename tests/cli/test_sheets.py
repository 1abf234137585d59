"""Sheets out: blank forms, registers of what is stored, and an office's own form filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run, register

from grassroots.sheets.reading import read_book


def test_the_forms_that_are_known_are_listed_without_a_network(run: Run) -> None:
    told = run("forms", "--json").json["forms"]
    assert {"members", "sign-in", "duty-log", "concerns"} <= {one["code"] for one in told}
    assert any(row[0] == "members" and "姓名" in row[2] for row in run("forms", "--language", "zh").table)


@pytest.mark.parametrize(("language", "header"), [("zh", "姓名"), ("en", "Name")])
def test_a_blank_form_has_the_real_headers_and_a_number_that_comes_back(
    founded: Run, tmp_path: Path, language: str, header: str
) -> None:
    told = founded(
        "forms", "members", "sign-in", "--out", "blank.xlsx", "--lines", "3", "--language", language, "--json"
    ).json
    assert [one["code"] for one in told["forms"]] == ["members", "sign-in"]
    sheets = read_book(tmp_path / "blank.xlsx").sheets
    assert any(header in row for row in sheets[0].rows)
    assert any(told["forms"][0]["number"] in row for row in sheets[0].rows)
    assert told["forms"][0]["number"] != told["forms"][1]["number"]


def test_a_register_tells_what_is_stored_and_is_known_again(peopled: Run, tmp_path: Path) -> None:
    assert peopled("register", "members", "--out", "all.xlsx", "--language", "zh").code == 0
    told = peopled("import", "all.xlsx", "--check", "--json").json
    assert told["sheets"][0]["form"] == "members"
    assert told["problems"] == []
    peopled("register", "members", "--out", "south.csv", "--place", "南苑站", "--language", "zh")
    text = (tmp_path / "south.csv").read_text("utf-8-sig")
    assert "林小满" in text
    assert "贺兰山" not in text


def test_an_offices_own_form_is_recognised_and_filled(peopled: Run, tmp_path: Path) -> None:
    form = register(
        tmp_path / "office.xlsx",
        (),
        title="街道人员情况表",
        headers=("姓名", "出生日期", "手机", "手机号", "籍贯"),
    )
    told = peopled("fill", "office.xlsx", "--out", "done.xlsx", "--json").json
    assert told["form"] == "members"
    assert told["rows"] == 2
    states = {one["header"]: one["state"] for one in told["columns"]}
    assert (states["姓名"], states["手机号"], states["籍贯"]) == ("filled", "filled", "unknown")
    rows = read_book(tmp_path / "done.xlsx").sheets[0].rows
    assert {"林小满", "贺兰山"} <= {cell for row in rows for cell in row}
    assert form.exists()
    words = peopled("fill", "office.xlsx", "--out", "done.xlsx", "--force", "--language", "zh")
    assert any(row[:3] == ["籍贯", "–", "未认出，保持原样"] or row[0] == "籍贯" for row in words.table)
    assert "表中没有相应的栏" in words.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["forms", "nope", "--out", "x.xlsx"], "form-unknown"),
        (["forms", "members", "--out", "x.pdf"], "cli-suffix"),
        (["forms", "members", "--out", "x.xlsx", "--lines", "-1"], "cli-lines"),
        (["forms", "members", "--out", "absent/x.xlsx"], "cli-no-folder"),
        (["register", "nope", "--out", "x.xlsx"], "form-unknown"),
        (["register", "members", "--out", "x.doc"], "cli-suffix"),
        (["register", "members", "--out", "x.csv", "--period", "lately"], "period-unreadable"),
        (["register", "members", "--out", "x.csv", "--place", "月球"], "cli-place-unknown"),
        (["fill", "absent.xlsx", "--out", "x.xlsx"], "sheet-not-found"),
        (["fill", "people.xlsx", "--out", "people.xlsx"], "cli-same-file"),
        (["fill", "people.xlsx", "--out", "x.xlsx", "--form", "nope"], "form-unknown"),
        (["fill", "odd.xlsx", "--out", "x.xlsx"], "cli-form-not-recognised"),
    ],
)
def test_what_cannot_be_written_is_answered_in_words(
    peopled: Run, tmp_path: Path, arguments: list[str], code: str
) -> None:
    register(tmp_path / "odd.xlsx", (), title="odd", headers=("fish", "chips"))
    told = peopled(*arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    assert code not in peopled(*arguments, "--language", "zh").err
    assert not (tmp_path / "x.xlsx").exists()
