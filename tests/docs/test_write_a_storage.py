"""The storage that the docs write out is a real one: it keeps every promise, and is found when installed."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.reading import HOME, blocks

import grassroots
from grassroots.contracts.hooks import StorageOffer
from grassroots.testing.storage import StorageConformance

_FILES = {
    block.words[0]: block.text
    for block in blocks(HOME / "docs" / "how-to" / "write-a-storage.md")
    if block.words and "." in block.words[0]
}
_MODULE = _FILES["toy_grassroots.py"]


def _offer() -> StorageOffer:
    names: dict[str, object] = {"__name__": "toy_grassroots"}
    exec(compile(_MODULE, "write-a-storage.md", "exec", dont_inherit=True), names)
    offers = names["grassroots_storages"]
    assert callable(offers)
    (offer,) = offers()
    assert isinstance(offer, StorageOffer)
    return offer


class TestToy(StorageConformance):
    offer = _offer()
    address = "toy:///{location}"
    not_durable = "it lives in the memory of the process"


def test_the_files_of_the_page_are_all_that_an_author_types(tmp_path: Path) -> None:
    assert set(_FILES) == {"toy_grassroots.py", "pyproject.toml", "test_toy.py"}
    assert len(_FILES["test_toy.py"].splitlines()) <= 12
    for name, text in _FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = os.pathsep.join([str(HOME / "src"), str(tmp_path)])
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    # The mark is named, so nothing warns.
    assert "test_toy.py::TestToy::test_nothing_is_left_out" in told
    assert "warning" not in told.lower()


def test_installed_as_the_page_says_it_is_opened_by_its_scheme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy_grassroots.py").write_text(_MODULE, "utf-8")
    about = tmp_path / "toy_grassroots-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-grassroots\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[grassroots]\ntoy = toy_grassroots\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    try:
        with grassroots.open("toy:///district") as network:
            desk = network.desk("steward:office")
            desk.members.register(name="宋怀远")
            assert len(desk.members.all()) == 1
    finally:
        sys.modules.pop("toy_grassroots", None)
