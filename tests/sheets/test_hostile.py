"""No file that anybody hands in takes the desk down: it is read, or answered in words, soon."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from tests.sheets import hostile

from grassroots.contracts.tables import Book
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, catalogue, say
from grassroots.sheets.reading import Limits, read_book

READABLE = {
    "far_empty_cell", "whole_sheet_merged", "parent_folder_names", "wrong_extension", "csv_utf16", "csv_gbk",
    "csv_formulas", "header_missing", "header_in_row_11", "doubled_headers", "merged_header", "hidden_sheet",
    "hidden_note_row", "formula_without_value", "error_cells", "days_that_overflow", "destroyed_id_number",
    "old_xls", "ods_as_saved",
}  # fmt: skip

CODES = {
    "far_cell": "sheet-too-far",
    "far_cell_without_row_number": "sheet-too-far",
    "million_rows": "sheet-too-far",
    "huge_text_in_one_cell": "sheet-zip-too-large",
    "long_text_in_one_cell": "sheet-cell-too-long",
    "one_text_many_times": "sheet-too-much",
    "many_columns": "sheet-too-far",
    "many_parts": "sheet-zip-parts",
    "ods_repeated": "sheet-too-far",
    "too_large_on_disk": "sheet-file-too-large",
    "billion_laughs": "sheet-dangerous-xml",
    "billion_laughs_in_the_workbook": "sheet-dangerous-xml",
    "outside_entity": "sheet-dangerous-xml",
    "doubled_parts": "sheet-zip-parts",
    "encrypted_zip": "sheet-password",
    "password_ole": "sheet-password",
    "ods_encrypted": "sheet-password",
    "word_document": "sheet-is-document",
    "word_docx": "sheet-is-document",
    "plain_zip": "sheet-is-archive",
    "zero_sheets": "sheet-no-sheets",
    "empty_file": "sheet-empty-file",
    "html_named_xls": "sheet-is-web-page",
    "pdf_named_xlsx": "sheet-is-pdf",
    "picture_named_xlsx": "sheet-is-picture",
    "csv_mixed_encodings": "sheet-mixed-encodings",
    "csv_utf16_cut": "sheet-unknown-encoding",
    "csv_nul_bytes": "sheet-not-text",
    "csv_open_quote": "sheet-csv-quotes",
    "csv_huge_line": "sheet-csv-cell-too-long",
}


def _in_words(problem: BadInput) -> None:
    for language in LANGUAGES:
        assert problem.code in catalogue(language)
        sentence = say(problem.code, problem.facts, language)
        assert "${" not in sentence, "a fact that the sentence needs is missing"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("made", hostile.HOSTILE.values(), ids=hostile.HOSTILE.keys())
def test_every_file_is_read_or_answered_in_words_and_the_host_lives(
    made: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = made(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    book: Book | None = None
    problem: BadInput | None = None
    try:
        book = read_book(path)
    except BadInput as error:
        problem = error
    assert time.monotonic() - begun < 25
    # Kilobytes on Linux. The file itself (32 MB at most) and the answer are all that may stay here.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert (book is not None) == (made.__name__ in READABLE)
    if problem:
        _in_words(problem)
        assert problem.facts["file"] == path.name
        assert CODES.get(made.__name__, problem.code) == problem.code
    for note in book.notes if book else ():
        for language in LANGUAGES:
            assert "${" not in say(note.code, dict(note.facts), language)


def test_there_are_enough_of_them_and_each_expectation_names_one() -> None:
    assert len(hostile.HOSTILE) >= 25
    assert hostile.HOSTILE.keys() >= READABLE | CODES.keys()


def test_names_that_climb_out_of_the_folder_write_nothing(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    read_book(hostile.parent_folder_names(inner))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["up.xlsx"]


def test_a_reader_that_hangs_is_stopped_and_said_so(tmp_path: Path) -> None:
    path = hostile.far_empty_cell(tmp_path)
    with pytest.raises(BadInput) as caught:
        read_book(path, limits=Limits(wall=0.001))
    assert caught.value.code == "sheet-too-slow"
    _in_words(caught.value)


def test_a_reader_that_runs_out_of_processor_time_is_answered_in_words(tmp_path: Path) -> None:
    # Nineteen thousand rows of twenty take more than one second; the child is ended by the system.
    rows = "".join(hostile.row_xml(row, range(45)) for row in range(1, 20_000))
    path = hostile.xlsx(tmp_path / "slow.xlsx", hostile.worksheet(rows))
    with pytest.raises(BadInput) as caught:
        read_book(path, limits=Limits(cpu=1))
    assert caught.value.code == "sheet-too-much"


def test_a_reader_that_wants_more_memory_than_allowed_is_answered_in_words(tmp_path: Path) -> None:
    # 180 MB of text: with memory enough it is read, and only then found too much to send.
    path = hostile.one_text_many_times(tmp_path, rows=100)
    codes = []
    for memory in (4_000_000_000, 150_000_000):
        with pytest.raises(BadInput) as caught:
            read_book(path, limits=Limits(memory=memory))
        codes.append(caught.value.code)
    assert codes == ["sheet-too-many-cells", "sheet-too-much"]


def test_the_limits_are_inclusive(tmp_path: Path) -> None:
    limits = evolve(Limits(), rows=2, columns=5)
    path = hostile.wrong_extension(tmp_path)
    assert len(read_book(path, limits=limits).sheets[0].rows) == 2
    for tighter in (evolve(limits, rows=1), evolve(limits, columns=4), evolve(limits, cells=9)):
        with pytest.raises(BadInput):
            read_book(path, limits=tighter)
    assert read_book(path, limits=evolve(limits, cells=10)).sheets


def test_a_module_in_the_current_folder_is_not_run_by_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hostile.csv_gbk(tmp_path)
    (tmp_path / "csv.py").write_text("import pathlib; pathlib.Path('ran').touch(); raise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    assert read_book(path).form == "csv"
    assert not (tmp_path / "ran").exists()
