"""What is shown cannot steer a terminal, and what a program reads is one JSON object."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from grassroots.cli.output import Output, printable
from grassroots.errors import BadInput


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def _output(language: str = "en", *, as_json: bool = False) -> tuple[Output, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Output(language, as_json=as_json, out=out, err=err), out, err


@given(st.text())
def test_no_cell_of_somebodys_sheet_can_steer_the_terminal(text: str) -> None:
    told = printable(text)
    assert all(unicodedata.category(letter) not in ("Cc", "Cs") for letter in told)
    assert len(told) == len(text)


def test_letters_of_every_script_are_shown_as_they_are() -> None:
    assert printable("䶮、Zoë “1+3+N” 👵") == "䶮、Zoë “1+3+N” 👵"


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=5))
def test_a_piped_table_has_one_line_a_row_and_one_cell_between_two_tabs(rows: list[list[str]]) -> None:
    output, out, _ = _output()
    output.table(("file", "sheet"), rows)
    lines = out.getvalue().split("\n")
    assert len(lines) == len(rows) + 2
    assert all(line.count("\t") == 1 for line in lines[:-1])


def test_on_a_terminal_a_table_has_lines_and_square_brackets_are_no_markup() -> None:
    out = _Screen()
    Output("zh", out=out, err=io.StringIO()).table(("file",), [("[bold]花名册[/bold].xlsx",)])
    assert "[bold]花名册[/bold].xlsx" in out.getvalue()
    assert "│" in out.getvalue()


def test_for_a_program_there_is_the_object_and_nothing_else() -> None:
    output, out, err = _output(as_json=True)
    output.say("cli-checked")
    output.table(("file",), [("a",)])
    output.warn("besides")
    with output.progress("planning", 3) as tick:
        tick(1)
    output.give({"on": date(2021, 12, 31), "who": "林小满", "codes": frozenset({"b", "a"})})
    assert json.loads(out.getvalue()) == {"on": "2021-12-31", "who": "林小满", "codes": ["a", "b"]}
    assert "林小满" in out.getvalue()
    assert err.getvalue() == ""


def test_a_problem_is_a_sentence_for_people_and_a_code_with_facts_for_programs() -> None:
    error = BadInput("period-unreadable", what="20x")
    people, out, err = _output("zh")
    people.problem(error)
    assert "20x" in err.getvalue()
    assert out.getvalue() == ""
    program, out, err = _output("zh", as_json=True)
    program.problem(error)
    assert json.loads(out.getvalue()) == {"error": {"code": "period-unreadable", "facts": {"what": "20x"}}}


def test_progress_is_shown_on_a_terminal_only() -> None:
    screen = _Screen()
    with Output("en", out=io.StringIO(), err=screen).progress("planning", 2) as tick:
        tick(2)
    assert "Checking 2 rows" in screen.getvalue()
    output, out, err = _output()
    with output.progress("planning", 2) as tick:
        tick(2)
    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_without_rich_a_terminal_gets_tabs_and_percentages(monkeypatch: object) -> None:
    screen, beside = _Screen(), _Screen()
    output = Output("en", out=screen, err=beside)
    output._rich = lambda stream: False  # type: ignore[method-assign]
    output.table(("file", "sheet"), [("a", None)])
    with output.progress("planning", 4) as tick:
        for done in range(5):
            tick(done)
    assert screen.getvalue() == "file\tsheet\na\t–\n"
    assert "50 %" in beside.getvalue()
    assert beside.getvalue().endswith("100 %\n")
