"""The kit sees every promise broken: all saboteurs die, the right storage lives, wrong programs are told."""

from __future__ import annotations

import sys
from itertools import count

import pytest

from grassroots.testing.saboteurs import DURABLE, SABOTEURS, Reference, hunt, kit_for, shown
from grassroots.testing.saboteurs.reference import House
from grassroots.testing.storage import run
from grassroots.testing.storage.conformance import LAYERS
from grassroots.testing.storage.power.recording import missing
from grassroots.testing.storage.schedules import KIND, Script, explore
from grassroots.testing.storage.scripts import RIGHT_GUARD, WRONG_PROGRAMS

IN_MEMORY = ("examples", "machine", "schedules", "threads")
"""The layers for storages that are gone with the process; tests/testing/test_power.py has the rest."""


def test_the_storage_that_they_break_keeps_every_promise() -> None:
    kit = kit_for()
    outcomes = [one for layer in IN_MEMORY for one in run(kit, LAYERS[layer])]
    assert [one for one in outcomes if not one.kept] == []
    assert len(outcomes) > 100


def test_every_saboteur_dies(capsys: pytest.CaptureFixture[str]) -> None:
    hunted = list(hunt(SABOTEURS, IN_MEMORY))
    with capsys.disabled():
        sys.stdout.write(f"\n{shown(hunted, IN_MEMORY)}\n")
    assert len({one.saboteur.name for one in hunted}) == len(SABOTEURS) >= 70
    assert [one.saboteur.name for one in hunted if not one.dead] == []
    # Take one of these layers away and somebody lives: what examples leave is for the others.
    assert {layer for one in hunted for layer in one.killed} >= {"examples", "threads"}


@pytest.mark.slow
def test_which_layer_sees_which_saboteur(capsys: pytest.CaptureFixture[str]) -> None:
    if reason := missing():
        pytest.skip(reason)
    hunted = list(hunt((*SABOTEURS, *DURABLE), every_layer=True))
    with capsys.disabled():
        sys.stdout.write(f"\n{shown(hunted)}\n")
    assert [one.saboteur.name for one in hunted if not one.dead] == []
    assert {layer for one in hunted for layer in one.killed} == {*IN_MEMORY, "power"}
    write_skew = next(one for one in hunted if one.saboteur.name.startswith("write skew"))
    assert "schedules" in write_skew.killed


def _wrong(script: Script) -> tuple[int, int]:
    house = House()
    handles = [Reference(house, "street") for _ in script.programs]
    for handle in handles:
        handle.prepare([KIND])
    schedules, wrong = explore(script, handles, count(1))
    return schedules, len(wrong)


@pytest.mark.parametrize("script", WRONG_PROGRAMS, ids=lambda script: script.name)
def test_a_wrong_program_is_seen_on_a_right_storage(script: Script) -> None:
    schedules, wrong = _wrong(script)
    assert 0 < wrong < schedules


def test_a_guard_that_is_used_completely_is_right() -> None:
    assert _wrong(RIGHT_GUARD) == (20, 0)
