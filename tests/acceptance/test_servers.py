"""The example year on a database server: the same sheets, and the same figures as from a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.conftest import Year, take_in

from grassroots.plugins import sql


@pytest.mark.slow
@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_a_server_gives_the_figures_of_the_year_that_a_file_gives(
    server: str, year: Year, make_year: Callable[..., Path], request: pytest.FixtureRequest
) -> None:
    url = f"{request.getfixturevalue(server)}?prefix=y{os.getpid()}_"
    there = take_in(year.folder, url)
    try:
        assert len(there.results) == len(year.results) > 10
        told = {name: (one.holds, one.computed, one.records) for name, one in there.results.items()}
        assert told == {name: (one.holds, one.computed, one.records) for name, one in year.results.items()}
        assert there.desk.seals.verify().findings == ()
    finally:
        there.desk.seat.office.storage.close()
        sql.drop(url, "default")
