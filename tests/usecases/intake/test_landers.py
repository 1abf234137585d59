"""Every form has its lander, and the landers stay small enough to be read at one sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

from grassroots.usecases import intake
from grassroots.usecases.intake import standard_forms
from grassroots.usecases.intake.landers import LANDERS, MAKES

MODULES = sorted(Path(intake.__file__).parent.glob("*.py"))


def test_every_form_that_ships_can_be_taken_in() -> None:
    assert {form.code for form in standard_forms()} == set(LANDERS)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_module_of_the_intake_is_longer_than_four_hundred_lines(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 400


def test_every_form_says_which_kinds_its_rows_make() -> None:
    assert {form.code for form in standard_forms()} == set(MAKES)
