"""The report page is written whole, in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run


@pytest.mark.parametrize(("language", "word"), [("zh", "在册人员"), ("en", "Active members")])
def test_a_report_is_one_page_in_the_readers_language(
    peopled: Run, tmp_path: Path, language: str, word: str
) -> None:
    told = peopled("report", "--period", "2021", "--out", "year.html", "--language", language)
    assert told.code == 0
    assert "year.html" in told.out
    page = (tmp_path / "year.html").read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert word in page
    assert f'lang="{language}' in page


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["report", "--out", "x.html"], "cli-usage-required"),
        (["report", "--period", "lately", "--out", "x.html"], "period-unreadable"),
        (["report", "--period", "2021", "--out", "absent/x.html"], "cli-no-folder"),
        (["report", "--period", "2021", "--out", "x.html", "--claims", "absent.toml"], "sheet-not-found"),
    ],
)
def test_a_report_that_cannot_be_written_is_answered_in_words(
    peopled: Run, tmp_path: Path, arguments: list[str], code: str
) -> None:
    told = peopled(*arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    assert not (tmp_path / "x.html").exists()
