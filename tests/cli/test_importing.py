"""Sheets in: shown before they are written, held-back rows come back, a second time changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
import pytest
from tests.cli.conftest import BAD, GOOD, HEADERS, Run, register

from grassroots.cli.importing import files_of
from grassroots.errors import BadInput
from grassroots.sheets.reading import read_book


def test_a_register_is_taken_in_and_a_second_time_changes_nothing(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx")
    first = founded("import", "people.xlsx", "--json")
    assert first.code == 0
    assert first.json["counts"] == {"create": 2, "change": 0, "same": 0, "problem": 0, "skipped": 0}
    assert first.json["applied"] is True
    assert first.json["sheets"][0]["form"] == "members"
    assert first.json["sheets"][0]["unread"] == ["血型"]
    second = founded("import", "people.xlsx", "--json").json
    assert second["counts"]["same"] == 2
    assert second["applied"] is False
    assert founded("import", "people.xlsx", "--language", "zh").out.endswith("没有任何变化。\n")


def test_a_check_shows_the_same_and_writes_nothing(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx")
    checked = founded("import", "people.xlsx", "--check", "--json").json
    assert checked["counts"]["create"] == 2
    assert checked["applied"] is False
    assert founded("figures", "members-active", "--json").json["figures"][0]["value"] == 0


def test_every_sheet_is_told_for_what_it_was_taken(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx", (*GOOD, *BAD))
    told = founded("import", "people.xlsx", "--language", "zh")
    assert ["people.xlsx", "人员花名册", "人员花名册", "2", "2", "0", "0", "1", "0", "血型"] in told.table


def test_a_problem_names_sheet_row_column_value_what_is_wrong_and_what_to_do(
    founded: Run, tmp_path: Path
) -> None:
    register(tmp_path / "people.xlsx", (*GOOD, *BAD))
    told = founded("import", "people.xlsx", "--language", "zh")
    assert told.code == 3
    row = next(row for row in told.table if "3/4/50" in row)
    assert row[:5] == ["people.xlsx", "人员花名册", "5", "出生年月", "3/4/50"]
    assert "四位年份" in row[5]
    problem = founded("import", "people.xlsx", "--json").json["problems"][0]
    assert (problem["row"], problem["column"], problem["header"]) == (5, "born", "出生年月")
    assert problem["code"] == "date-short-year"


def test_a_destroyed_id_number_is_shown_masked(founded: Run, tmp_path: Path) -> None:
    rows = ((1, "方知远", "男", "1950-04", "13800000003", "南苑站", 430102195004030000),)
    register(tmp_path / "people.xlsx", rows, headers=(*HEADERS[:-1], "身份证号码"))
    told = founded("import", "people.xlsx", "--check")
    assert "195004" not in told.out
    assert "4****" in told.out
    assert "195004" not in founded("import", "people.xlsx", "--check", "--json").out


def test_held_back_rows_come_back_in_their_own_layout_and_can_be_handed_in_again(
    founded: Run, tmp_path: Path
) -> None:
    block = (("所属站点", "南苑站"),)
    headers = tuple(header for header in HEADERS if header != "所属站点")
    rows = tuple((*row[:5], row[6]) for row in (*GOOD, *BAD))
    register(tmp_path / "people.xlsx", rows, headers=headers, block=block)
    told = founded("import", "people.xlsx", "--failed", "failed.xlsx", "--language", "zh")
    assert told.code == 3
    sheet = read_book(tmp_path / "failed.xlsx").sheets[0]
    header = next(row for row in sheet.rows if "姓名" in row)
    assert header == (*headers, "问题", "来源")
    back = sheet.rows[sheet.rows.index(header) + 1]
    assert back[:6] == (3, "方知远", "男", "3/4/50", "13800000003", "O")
    assert "3/4/50" in str(back[6])
    assert back[7] == "people.xlsx / 人员花名册 / 6"
    assert len(sheet.rows) == sheet.rows.index(header) + 2

    mended = tuple("1950-04" if cell == "3/4/50" else cell for cell in back)
    register(tmp_path / "mended.xlsx", (mended,), headers=(*headers, "问题", "来源"), block=block)
    again = founded("import", "mended.xlsx", "--json")
    assert again.code == 0
    assert again.json["counts"]["create"] == 1
    assert founded("figures", "members-active", "--json").json["figures"][0]["value"] == 3
    assert founded("figures", "rows-held-back", "--json").json["figures"][0]["value"] == 0
    both = founded("import", "people.xlsx", "mended.xlsx", "--json").json
    assert (both["counts"]["same"], both["counts"]["skipped"], both["applied"]) == (3, 1, False)
    assert both["skipped"][0]["code"] == "row-mended"


@pytest.mark.parametrize("languages", [("zh", "zh"), ("en", "zh"), ("zh", "en")])
def test_rows_that_come_back_a_second_time_say_once_what_is_wrong_and_where_they_stood(
    founded: Run, tmp_path: Path, languages: tuple[str, str]
) -> None:
    register(tmp_path / "people.xlsx", (*GOOD, *BAD))
    first, second = languages
    founded("import", "people.xlsx", "--failed", "once.xlsx", "--language", first)
    founded("import", "once.xlsx", "--failed", "twice.xlsx", "--language", second)
    once, twice = (read_book(tmp_path / name).sheets[0].rows for name in ("once.xlsx", "twice.xlsx"))
    assert [len(row) for row in twice[-2:]] == [len(HEADERS) + 2] * 2
    assert once[-1][-1] == twice[-1][-1] == "people.xlsx / 人员花名册 / 5"
    assert founded("figures", "rows-held-back", "--json").json["figures"][0]["value"] == 1


def test_what_the_row_above_said_is_written_out_in_a_row_that_comes_back(
    founded: Run, tmp_path: Path
) -> None:
    register(tmp_path / "people.xlsx", (GOOD[0], *BAD))
    founded("import", "people.xlsx", "--failed", "failed.xlsx")
    rows = read_book(tmp_path / "failed.xlsx").sheets[0].rows
    assert "南苑站" in rows[-1]
    assert "同上" not in rows[-1]


def test_numbers_that_a_spreadsheet_destroys_are_typed_into_cells_of_text(
    founded: Run, tmp_path: Path
) -> None:
    rows = ((1, "方知远", "男", "1950-04", 13800000003, "南苑站", 430102195004030000),)
    register(tmp_path / "people.xlsx", rows, headers=(*HEADERS[:-1], "身份证号码"))
    founded("import", "people.xlsx", "--failed", "failed.xlsx")
    page = openpyxl.load_workbook(tmp_path / "failed.xlsx").worksheets[0]
    last = list(page.iter_rows())[-1]
    assert [cell.number_format for cell in last].count("@") == 2
    assert last[4].value == "13800000003"


def test_a_folder_is_read_without_the_locks_that_office_programs_lay_beside_an_open_file(
    founded: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    register(folder / "people.xlsx")
    for name in ("~$people.xlsx", ".~lock.people.xlsx#", ".hidden.csv", "notes.txt"):
        (folder / name).write_bytes(b"\x00")
    assert [path.name for path in files_of([folder])] == ["people.xlsx"]
    assert founded("import", "sheets", "--json").json["counts"]["create"] == 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput) as refused:
        files_of([tmp_path / "empty"])
    assert refused.value.code == "cli-folder-empty"


def test_the_same_file_under_two_names_is_read_once_and_two_of_one_name_are_told_apart(
    founded: Run, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    register(tmp_path / "a" / "people.xlsx")
    register(tmp_path / "b" / "people.xlsx", BAD)
    register(tmp_path / "copy.xlsx")
    told = founded("import", "a", "b", "copy.xlsx", "--check", "--json").json
    assert [one["file"] for one in told["files"]] == ["people.xlsx", "people.xlsx (2)"]
    assert told["counts"]["create"] == 2
    assert told["problems"][0]["file"] == "people.xlsx (2)"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_that_cannot_be_read_is_answered_in_words_and_nothing_is_written(
    founded: Run, tmp_path: Path, language: str
) -> None:
    register(tmp_path / "people.xlsx")
    (tmp_path / "scan.xlsx").write_bytes(b"%PDF-1.7\n" + b"0" * 200)
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 200)
    told = founded("import", "people.xlsx", "scan.xlsx", "photo.csv", "absent.csv", "--language", language)
    assert told.code == 2
    assert all(name in told.err for name in ("scan.xlsx", "photo.csv", "absent.csv"))
    assert "Traceback" not in told.err
    assert founded("figures", "members-active", "--json").json["figures"][0]["value"] == 0


def test_unreadable_files_are_told_to_a_program_one_by_one(founded: Run, tmp_path: Path) -> None:
    (tmp_path / "scan.xlsx").write_bytes(b"%PDF-1.7\n" + b"0" * 200)
    one = founded("import", "scan.xlsx", "--json")
    assert one.json["error"]["code"] == "sheet-is-pdf"
    two = founded("import", "scan.xlsx", "absent.csv", "--json").json
    assert two["error"]["code"] == "cli-files-unreadable"
    assert [problem["code"] for problem in two["files"]] == ["sheet-is-pdf", "sheet-not-found"]


def test_a_sheet_that_nobody_knows_is_refused_with_where_to_look(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "odd.xlsx", (("a", "b"),), title="odd", headers=("fish", "chips"))
    told = founded("import", "odd.xlsx")
    assert told.code == 2
    assert "grassroots forms" in told.err


def test_where_somebody_sits_they_are_asked_before_anything_is_written(
    founded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keyboard:
        answer = "n\n"

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    register(tmp_path / "people.xlsx")
    monkeypatch.setattr(sys, "stdin", Keyboard())
    assert "nothing was written" in founded("import", "people.xlsx").out
    assert founded("figures", "members-active", "--json").json["figures"][0]["value"] == 0
    assert "Written" in founded("import", "people.xlsx", "--yes").out


def test_an_actor_who_may_not_import_is_told_so(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx")
    told = founded("--actor", "partner:visitor", "import", "people.xlsx")
    assert told.code in (2, 3)
    assert founded("figures", "members-active", "--json").json["figures"][0]["value"] == 0


def test_a_stop_from_the_keyboard_ends_with_a_sentence(
    founded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    register(tmp_path / "people.xlsx")
    monkeypatch.setattr("grassroots.cli.importing.apply_plan", stop)
    told = founded("import", "people.xlsx")
    assert told.code == 130
    assert "run it again" in told.err
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert founded("import", "people.xlsx", "--json").json["counts"]["create"] == 2


def test_failed_rows_can_only_be_written_as_a_workbook(founded: Run, tmp_path: Path) -> None:
    register(tmp_path / "people.xlsx", BAD)
    told = founded("import", "people.xlsx", "--failed", "failed.csv", "--json")
    assert told.json["error"]["code"] == "cli-suffix"
    assert founded("figures", "rows-held-back", "--json").json["figures"][0]["value"] == 0


def test_a_sheet_that_lacks_a_wanted_column_says_which_form_it_nearly_is(
    founded: Run, tmp_path: Path
) -> None:
    headers = ("日期", "参加人数", "地点")
    path = register(tmp_path / "活动.xlsx", ((1, 2, 3),), title="活动情况记录表", headers=headers)
    alone = founded("import", path, "--language", "zh")
    assert alone.code == 2
    assert "最接近“活动情况记录表”" in alone.err
    assert "缺少" in alone.err
    near = founded("import", path, "--json").json["sheets"][0]["nearest"]
    assert near["form"] == "activities"
    assert near["missing"]
    register(tmp_path / "people.xlsx")
    both = founded("import", path, "people.xlsx", "--check")
    assert both.code == 0
    assert 'comes nearest to "Record of activities"' in both.out
    filled = founded("fill", path, "--out", "out.xlsx", "--language", "zh")
    assert "最接近“活动情况记录表”" in filled.err
    assert "members (人员花名册)" in filled.err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_column_that_returned_rows_bring_along_is_no_unknown_header(
    founded: Run, tmp_path: Path, language: str
) -> None:
    register(tmp_path / "people.xlsx", BAD)
    founded("import", "people.xlsx", "--failed", "failed.xlsx", "--language", language)
    for reader in ("zh", "en"):
        told = founded("import", "failed.xlsx", "--check", "--json", "--language", reader).json
        assert told["sheets"][0]["unread"] == ["血型"]
