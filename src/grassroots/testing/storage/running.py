"""Running the promises without pytest: for ``grassroots plugins verify`` and against the saboteurs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, final

import pytest
from attrs import frozen

from grassroots.testing.storage.base import StorageBase


@final
@frozen(kw_only=True)
class Outcome:
    """What became of one promise with one set of values: kept, or how it was broken."""

    promise: str
    case: str = ""
    problem: str = ""
    skipped: str = ""  # why it could not be tried here

    @property
    def kept(self) -> bool:
        """Whether nothing was wrong."""
        return not self.problem


def run(kit: StorageBase, promises: Iterable[str]) -> Iterator[Outcome]:
    """Try these promises one after the other, each in a place of its own; never raises for a broken one.

    A promise with several sets of values gives one outcome for each. ``slow`` ones are not run.
    """
    for promise in promises:
        test = getattr(kit, promise)
        marks = getattr(test, "pytestmark", [])
        if any(mark.name == "slow" for mark in marks):
            continue
        for case, values in cases(marks):
            try:
                problem = _problem(kit, test, values)
            except pytest.skip.Exception as skipped:
                yield Outcome(promise=promise, case=case, skipped=str(skipped))
            else:
                yield Outcome(promise=promise, case=case, problem=problem)


def cases(marks: Iterable[pytest.Mark]) -> list[tuple[str, Mapping[str, Any]]]:
    """With which values a promise is tried, each under its name; one without any if there are none."""
    found: list[tuple[str, Mapping[str, Any]]] = [("", {})]
    for mark in marks:
        if mark.name != "parametrize":
            continue
        names, rows = mark.args[:2]
        split = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
        more = [
            (
                row if isinstance(row, str) else str(number),
                dict(zip(split, row if len(split) > 1 else (row,), strict=True)),
            )
            for number, row in enumerate(rows)
        ]
        found = [(f"{a}{'-' if a else ''}{b}", {**old, **new}) for a, old in found for b, new in more]
    return found


def _problem(kit: StorageBase, test: Callable[..., None], values: Mapping[str, Any]) -> str:
    location = Path(tempfile.mkdtemp())
    wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
    given = dict(values)
    try:
        if "location" in wanted:
            given["location"] = location
        if "storage" in wanted:
            given["storage"] = kit.opened(location)
        test(**given)
    except (KeyboardInterrupt, pytest.skip.Exception):
        raise
    except BaseException as error:  # pytest's own refusals are no Exception
        return f"{type(error).__name__}: {error}".split("\n")[0][:300]
    finally:
        _let_go(kit, given.get("storage"), location)
    return ""


def _let_go(kit: StorageBase, storage: Any, location: Path) -> None:
    # Whatever is broken here was either told by a promise of its own or hinders nobody.
    for last in (storage.close if storage is not None else lambda: None, lambda: kit.tidy(location)):
        try:
            last()
        except Exception:
            continue
    shutil.rmtree(location, ignore_errors=True)
