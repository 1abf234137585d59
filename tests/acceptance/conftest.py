"""The example year, generated and imported as its user would: the public API and the sheets, nothing else."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

import grassroots
from grassroots.contracts.tables import Book
from grassroots.sheets.reading import read_book
from grassroots.usecases.claims import ClaimResult
from grassroots.usecases.intake import Plan

EXAMPLE = Path(__file__).parents[2] / "examples" / "district_year"


def load(name: str) -> ModuleType:
    """A script of the example as a module."""
    if str(EXAMPLE) not in sys.path:
        sys.path.insert(0, str(EXAMPLE))
    spec = importlib.util.spec_from_file_location(f"district_year_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@attrs.frozen
class Year:
    """A year that was taken in."""

    folder: Path
    desk: Any
    books: tuple[Book, ...]
    plan: Plan
    results: dict[str, ClaimResult]


def books_of(folder: Path) -> tuple[Book, ...]:
    return tuple(read_book(path) for path in sorted(folder.iterdir()) if path.suffix != ".toml")


def take_in(folder: Path, url: str) -> Year:
    desk = grassroots.open(url, zone="Asia/Shanghai").desk("steward:test")
    desk.charter.found((folder / "charter.toml").read_text("utf-8"))
    books = books_of(folder)
    plan = desk.intake.plan(books)
    desk.intake.apply(plan)
    results = desk.claims.hold((EXAMPLE / "claims.toml").read_text("utf-8"))
    return Year(folder, desk, books, plan, {one.claim.id: one for one in results})


@pytest.fixture(scope="session")
def make_year(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Generate the sheets of the year, or of a variant of it."""
    generate = load("generate")

    def make(variant: str | None = None, seed: int = 2021) -> Path:
        folder = tmp_path_factory.mktemp(variant or "year")
        generate.generate(folder, seed=seed, variant=variant)
        return folder

    return make


@pytest.fixture(scope="session")
def year(make_year: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Year:
    """The year as it is, in an SQLite file."""
    return take_in(make_year(), f"sqlite:///{tmp_path_factory.mktemp('db')}/district.db")
