from __future__ import annotations

from tests.cli.conftest import Run


def test_a_month_says_what_is_worked_and_where_the_festival_falls(run: Run) -> None:
    run("init")
    told = run("workdays", "--period", "2026-10", "--json").json
    assert told["worked"] == 18
    assert {"day": "2026-10-18", "festival": "double-ninth"} in told["festivals"]
    shown = run("workdays", "--period", "2026-10", "--language", "zh")
    assert any("国庆节" in "".join(row) for row in shown.table)


def test_a_year_without_a_notice_is_said_in_words(run: Run) -> None:
    run("init")
    done = run("workdays", "--period", "2031-10")
    assert done.code == 3
    assert "not announced" in done.out
