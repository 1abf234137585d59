"""Every answer of the file layer stands in both languages, and a missing library names the line to type."""

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from string import Template

import pytest
from tests.sheets import hostile

import grassroots.sheets
from grassroots.contracts.tables import Column, Form
from grassroots.errors import MissingExtra
from grassroots.locale import catalogue
from grassroots.sheets.filling import fill_form
from grassroots.sheets.reading import read_book
from grassroots.sheets.writing import write_forms

CODE = re.compile(r'"(sheet-[a-z0-9-]+)"')


def test_every_code_has_a_sentence_in_both_languages_with_the_same_facts() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(grassroots.sheets.__path__[0]).glob("*.py"))
    codes = set(CODE.findall(source))
    assert len(codes) > 30
    for code in codes:
        facts = [set(Template(catalogue(language)[code]).get_identifiers()) for language in ("zh", "en")]
        assert facts[0] == facts[1], code


def test_no_sentence_is_left_that_nobody_says() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(grassroots.sheets.__path__[0]).glob("*.py"))
    said = set(CODE.findall(source))
    for language in ("zh", "en"):
        folder = Path(grassroots.__path__[0]) / "locale" / language / "sheets.toml"
        written = set(re.findall(r"^(sheet-[a-z0-9-]+) =", folder.read_text("utf-8"), re.MULTILINE))
        assert written == said


@pytest.mark.parametrize("missing", ["python_calamine", "openpyxl", "xlsxwriter"])
def test_a_missing_library_names_the_line_to_type(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    path = hostile.header_missing(tmp_path)
    form = Form(code="x", title="x", columns=(Column(key="x", header="x"),))
    acts: dict[str, Callable[[], object]] = {
        "python_calamine": lambda: read_book(path),
        "openpyxl": lambda: fill_form(path, tmp_path / "out.xlsx", recognise=str, rows=[]),
        "xlsxwriter": lambda: write_forms(io.BytesIO(), [form]),
    }
    with pytest.raises(MissingExtra) as caught:
        acts[missing]()
    assert "grassroots[sheets]" in str(caught.value)
    assert read_book(hostile.csv_utf16(tmp_path)).form == "csv", "csv needs no library"
