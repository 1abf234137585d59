"""No command writes over the database, over an office's original, or over what somebody made."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest
from tests.cli.conftest import BAD, Run, register


@pytest.mark.parametrize("spelling", ["people.xlsx", "./people.xlsx", "sub/../people.xlsx", "link.xlsx"])
@pytest.mark.parametrize("given", ["people.xlsx", "."])
def test_the_sheet_that_is_handed_in_is_never_written_over(
    founded: Run, tmp_path: Path, spelling: str, given: str
) -> None:
    (tmp_path / "sub").mkdir()
    before = register(tmp_path / "people.xlsx", BAD).read_bytes()
    os.link(tmp_path / "people.xlsx", tmp_path / "link.xlsx")
    told = founded("import", given, "--failed", spelling, "--force", "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == "cli-target-input"
    assert (tmp_path / "people.xlsx").read_bytes() == before
    assert founded("figures", "rows-held-back", "--json").json["figures"][0]["value"] == 0


@pytest.mark.parametrize("name", ["net.html", "net.xlsx"])
@pytest.mark.parametrize("beside", ["", "-wal"])
def test_no_answer_is_written_over_the_database(run: Run, tmp_path: Path, name: str, beside: str) -> None:
    url = f"sqlite:///{name}"
    assert run("init", "--network", url).code == 0
    before = (tmp_path / name).read_bytes()
    commands = {
        ".html": [["report", "--period", "2021"]],
        ".xlsx": [["forms", "members"], ["register", "members"]],
    }
    for command in commands[Path(name).suffix]:
        told = run(*command, "--out", name, "--force", "--network", url, "--json")
        assert told.code == 2
        assert told.json["error"]["code"] == "cli-target-storage"
        assert run(*command, "--out", name + beside, "--force", "--network", url).code == 2
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("out", ["grassroots.db", "page", "page.xlsx"])
def test_a_report_is_a_page_and_nothing_else(peopled: Run, out: str) -> None:
    told = peopled("report", "--period", "2021", "--out", out, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cli-suffix")


WRITING = [
    (["forms", "members"], "out.xlsx"),
    (["register", "members"], "out.xlsx"),
    (["register", "members"], "out.csv"),
    (["report", "--period", "2021"], "out.html"),
    (["fill", "form.xlsx"], "out.xlsx"),
]


@pytest.mark.parametrize(("command", "out"), WRITING)
def test_somebody_elses_file_is_written_over_only_by_force(
    peopled: Run, tmp_path: Path, command: list[str], out: str
) -> None:
    register(tmp_path / "form.xlsx", ())
    (tmp_path / out).write_text("mine", encoding="utf-8")
    told = peopled(*command, "--out", out, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cli-target-exists")
    assert (tmp_path / out).read_text("utf-8") == "mine"
    assert peopled(*command, "--out", out, "--force").code == 0
    assert (tmp_path / out).read_bytes() != b"mine"


@pytest.mark.parametrize(("command", "out"), [WRITING[0], WRITING[1], WRITING[3]])
def test_what_grassroots_wrote_itself_is_written_anew(peopled: Run, command: list[str], out: str) -> None:
    assert peopled(*command, "--out", out).code == 0
    assert peopled(*command, "--out", out).code == 0


def test_a_blank_form_that_somebody_filled_in_is_somebodys(founded: Run, tmp_path: Path) -> None:
    assert founded("forms", "members", "--out", "blank.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "blank.xlsx")
    book.active.cell(row=9, column=2, value="林小满")
    book.save(tmp_path / "blank.xlsx")
    told = founded("forms", "members", "--out", "blank.xlsx", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cli-target-exists")


def test_held_back_rows_that_somebody_is_mending_are_not_written_over(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx", BAD)
    register(tmp_path / "failed.xlsx")
    book = openpyxl.load_workbook(tmp_path / "failed.xlsx")
    book.save(tmp_path / "failed.xlsx")
    told = founded("import", "people.xlsx", "--failed", "failed.xlsx", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cli-target-exists")


@pytest.mark.parametrize(("command", "out"), WRITING)
def test_a_folder_that_does_not_exist_is_named(peopled: Run, command: list[str], out: str) -> None:
    told = peopled(*command, "--out", f"absent/{out}", "--language", "zh")
    assert told.code == 2
    assert "没有文件夹“absent”" in told.err
    assert "Excel" not in told.err


@pytest.mark.parametrize("command", ["dump", "backup"])
@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_an_archive_is_not_written_over_the_database_that_it_is_of(
    peopled: Run, tmp_path: Path, command: str, end: str
) -> None:
    before = (tmp_path / "grassroots.db").read_bytes()
    told = peopled(command, "sqlite:///grassroots.db", f"./grassroots.db{end}", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cli-target-storage")
    assert (tmp_path / "grassroots.db").read_bytes() == before
