"""A command line with its own folder, a small network founded in it, and a register to take in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, final

import attrs
import pytest

from grassroots.cli import main
from grassroots.contracts.tables import CellValue, Column, Form
from grassroots.sheets.writing import write_forms

CHARTER = """
[network]
name = "青禾志愿服务网络"
name_en = "Qinghe volunteers' network"
zone = "Asia/Shanghai"
reference_day = 2021-12-31

[[station]]
code = "hub"
name = "青禾中心"
kind = "hub"
opened = 2019-03-05

[[station]]
code = "south"
name = "南苑站"
kind = "station"
parent = "hub"
opened = 2019-05-04

[[role]]
code = "reader"
label_zh = "读报员"
label_en = "reader"
family = "culture"
"""

HEADERS = ("序号", "姓名", "性别", "出生年月", "联系电话", "所属站点", "血型")
GOOD: tuple[tuple[CellValue, ...], ...] = (
    (1, "林小满", "女", "1952-07", "13800000001", "南苑站", "A"),
    (2, "贺兰山", "男", "1938年3月", "13800000002", "青禾中心", "B"),
)
BAD: tuple[tuple[CellValue, ...], ...] = ((3, "方知远", "男", "3/4/50", "13800000003", "同上", "O"),)


@final
@attrs.frozen
class Answer:
    """What a command gave: its exit code, what it said, and what it said beside."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def table(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines() if "\t" in line]


Run = Callable[..., Answer]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works in a folder of its own, in English unless it says otherwise."""
    monkeypatch.chdir(tmp_path)
    for name in ("GRASSROOTS_STORAGE", "GRASSROOTS_LANGUAGE", "GRASSROOTS_PLUGINS", "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def founded(run: Run, tmp_path: Path) -> Run:
    """A run in a folder where the small network stands."""
    (tmp_path / "charter.toml").write_text(CHARTER, encoding="utf-8")
    assert run("init", "--charter", "charter.toml").code == 0
    return run


def register(
    path: Path,
    rows: Sequence[tuple[CellValue, ...]] = GOOD,
    *,
    title: str = "人员花名册",
    headers: Sequence[str] = HEADERS,
    block: tuple[tuple[str, CellValue], ...] = (),
) -> Path:
    """A register as an office would hand it in."""
    columns = tuple(Column(key=str(number), header=header) for number, header in enumerate(headers))
    write_forms(path, [Form(code="members", title=title, columns=columns, rows=tuple(rows), block=block)])
    return path


@pytest.fixture
def peopled(founded: Run, tmp_path: Path) -> Run:
    """A run in a folder where the small network knows two people."""
    register(tmp_path / "people.xlsx")
    assert founded("import", "people.xlsx").code == 0
    return founded
