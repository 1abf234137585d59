"""Tables and diagrams of the docs say what the code and the data say today."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.tables import HOME, TABLES, fresh, marked

PAGES = [page for page in sorted((HOME / "docs").rglob("*.md")) if marked(page)]
HINT = "write them anew: python -m tests.docs.tables"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_written_from_the_code_is_up_to_date(page: Path) -> None:
    assert page.read_text("utf-8") == fresh(page), HINT


def test_every_table_stands_on_some_page() -> None:
    there = {mark for page in PAGES for mark in marked(page)}
    assert {f"table:{name}" for name in TABLES} <= there


def test_a_table_that_is_out_of_date_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- table:errors -->\n| old |\n<!-- /table -->\n", "utf-8")
    assert "`Unavailable`" in fresh(page)
    assert "old" not in fresh(page)
