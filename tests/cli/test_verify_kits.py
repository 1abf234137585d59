"""Notifiers and planners are tried from the command line, and the certificate says what was and was not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from grassroots.contracts.hooks import PlannerOffer
from grassroots.testing.certificate import certify_kit, kit_of
from grassroots.testing.notifier.conformance import PROMISES
from grassroots.testing.planner import PlannerConformance
from grassroots.testing.planner.reference import TryAll

BELL = """
from grassroots.contracts.notice import Delivery, Notifier
from grassroots.testing.notifier import NotifierConformance


class Bell(Notifier):
    def __init__(self, place):
        self.file = place / "rung.txt"

    def deliver(self, message):
        if not message.to.isdigit():
            return Delivery.refused("no-bell")
        with self.file.open("a", encoding="utf-8") as file:
            for _ in range(TIMES):
                file.write(message.text.replace("\\n", "\\x1f") + "\\n")
        return Delivery.delivered()


class TestBell(NotifierConformance):
    left_out = {"test_closing_may_be_repeated": "nothing is open"}

    def open(self, place):
        return Bell(place)

    def received(self, place):
        file = place / "rung.txt"
        lines = file.read_text("utf-8").split("\\n")[:-1] if file.exists() else []
        return [line.replace("\\x1f", "\\n") for line in lines]
"""


@pytest.fixture
def bell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "test_bell_kit.py"
    file.write_text("TIMES = 1\n" + BELL, "utf-8")
    yield file
    sys.modules.pop("test_bell_kit", None)


def test_a_right_notifier_gets_a_certificate(run: Run, bell: Path, tmp_path: Path) -> None:
    out = tmp_path / "cert.json"
    told = run("plugins", "verify", f"{bell}::TestBell", "--out", str(out), "--json")
    assert told.code == 0, told.json["broken"]
    certificate = json.loads(out.read_text("utf-8"))
    assert certificate == told.json
    assert (certificate["notifier"], certificate["result"]) == ("TestBell", "kept")
    assert certificate["left_out"].keys() == {
        "test_closing_may_be_repeated",
        "test_the_same_notice_twice_is_delivered_once",
        "test_nobody_at_the_other_end_is_certainly_not_sent",
    }
    tried = certificate["layers"]["examples"]
    assert tried["tried"] == tried["kept"] == len(PROMISES) - 3
    assert {"grassroots", "python"} <= certificate["versions"].keys()


def test_a_notifier_that_rings_twice_gets_none(run: Run, bell: Path) -> None:
    bell.write_text("TIMES = 2\n" + BELL, "utf-8")
    told = run("plugins", "verify", f"{bell}::TestBell", "--json")
    assert told.code == 3
    broken = {one["promise"]: one["problem"] for one in told.json["broken"]}
    assert "6 arrived, not 3" in broken["test_what_is_said_to_be_delivered_arrives_and_once"]
    shown = run("plugins", "verify", f"{bell}::TestBell", "--language", "en")
    assert "breaks" in shown.out


class Hasty(TryAll):
    """Says of each plan that it is the best, and gives none."""

    def roster(self, problem: object, effort: object) -> object:  # type: ignore[override]
        raise ZeroDivisionError


def test_a_planner_is_tried_by_its_offer() -> None:
    right = kit_of(PlannerOffer(name="all", rota=TryAll))
    right.__class__.examples = 2
    right.__class__.large = False
    certificate = certify_kit(right, "all", versions={})
    assert certificate["result"] == "kept", certificate["broken"]
    assert certificate["layers"]["examples"]["kept"] > 10
    assert any("pairs" in name for name in certificate["left_out"]), "it offers none"
    wrong = kit_of(PlannerOffer(name="hasty", rota=Hasty))
    wrong.__class__.examples = 1
    certificate = certify_kit(wrong, "hasty", versions={})
    assert certificate["result"] == "broken"
    assert {one["problem"] for one in certificate["broken"]} == {"ZeroDivisionError: "}
    assert PlannerConformance.examples == 40


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("planner:gibtesnicht",), "verify-planner"),
        (("file:///tmp/x",), "verify-notifier"),
        (("nowhere.py::TestBell",), "verify-kit"),
        (("no.such.module::TestBell",), "verify-kit"),
        (("json::TestBell",), "verify-kit"),
        (("planner:optimal", "--leave-out", "test_nothing=because"), "verify-promise"),
        (("planner:optimal", "--not-durable", "because"), "verify-durable"),
    ],
)
def test_what_cannot_be_meant_is_told(run: Run, words: tuple[str, ...], problem: str) -> None:
    told = run("plugins", "verify", *words, "--json")
    assert told.code != 0
    assert problem in told.out + told.err


def test_the_classes_that_a_file_has_are_named(run: Run, bell: Path) -> None:
    told = run("plugins", "verify", f"{bell}::Bell", "--language", "en")
    assert told.code == 2
    assert "TestBell" in told.err
