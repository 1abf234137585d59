"""What is wrong with a cell of a sheet, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grassroots.cli.output import Output

if TYPE_CHECKING:
    from grassroots.usecases.intake.row import RowProblem


def value_of(problem: RowProblem) -> str | None:
    """What stands in the cell. Where the problem tells it itself (an ID number, masked), as told there."""
    told = problem.facts.get("what")
    return told if isinstance(told, str) else problem.value


def problem_words(problem: RowProblem, output: Output) -> str:
    """What is wrong with a cell and what to do."""
    return output.word(problem.code, {"what": problem.value, "column": problem.header, **problem.facts})
