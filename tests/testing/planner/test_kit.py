"""The kit for planners: built-in ones keep its promises, right ones live, every saboteur dies."""

from __future__ import annotations

import pytest

from grassroots.contracts.planning import Answer, Effort, RotaProblem, check_rota, keeping, rules_of
from grassroots.discovery import find_pairing_planner, find_rota_planner
from grassroots.testing.planner import PlannerConformance, TryAll
from grassroots.testing.planner.saboteurs import PAIR_SABOTEURS, ROTA_SABOTEURS, BadPairs, BadRota, killed
from grassroots.testing.planner.temptations import TEMPTATIONS


class TestOptimal(PlannerConformance):
    pairs = find_pairing_planner("optimal")
    rota = find_rota_planner("optimal")


def test_the_planners_that_try_everything_keep_every_promise() -> None:
    assert killed(None, 25) == ""


@pytest.mark.parametrize("saboteur", [*PAIR_SABOTEURS, *ROTA_SABOTEURS], ids=lambda one: one.name)
def test_every_saboteur_dies(saboteur: BadPairs | BadRota) -> None:
    assert killed(saboteur)


def test_there_is_a_saboteur_for_each_kind_of_rule() -> None:
    assert len(PAIR_SABOTEURS) + len(ROTA_SABOTEURS) >= 60
    assert len({one.name for one in (*PAIR_SABOTEURS, *ROTA_SABOTEURS)}) >= 60


@pytest.mark.parametrize("code", sorted(TEMPTATIONS))
def test_each_temptation_tempts(code: str) -> None:
    problem: RotaProblem = TEMPTATIONS[code]
    without = keeping(problem, [rule for rule in rules_of(problem) if rule.code != code])
    tempted = TryAll().roster(without, Effort())
    assert tempted.answer is Answer.PROVEN
    assert check_rota(problem, tempted) != []
