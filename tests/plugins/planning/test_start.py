"""The first rota: sound in all that limits from above, and as full as a clerk gets it."""

from __future__ import annotations

from grassroots.contracts.planning import Fixed, value_rota
from grassroots.contracts.planning.checking_rota import violations
from grassroots.plugins.planning.start import first_rota
from grassroots.testing.planner import community

DEMANDS = {"plan-cover-least", "plan-least-minutes", "plan-least-slots", "plan-least-days-running"}
DEMANDS |= {"plan-least-days-off-running"}


def test_a_first_rota_breaks_no_rule_that_limits_from_above() -> None:
    wrong: dict[int, set[str]] = {}
    for seed in range(150):
        problem = community(seed, demands=seed % 2 == 0)
        if problem.fixed:
            continue
        found = {one.code for one in violations(problem, first_rota(problem))} - DEMANDS
        if found:
            wrong[seed] = found
    assert wrong == {}


def test_what_was_decided_before_stands_in_it() -> None:
    for seed in range(30):
        problem = community(seed)
        given = {(one.person, one.slot) for one in first_rota(problem)}
        assert {(one.person, one.slot) for one in problem.fixed if one.on} <= given
        assert not {(one.person, one.slot) for one in problem.fixed if not one.on} & given
        assert Fixed("nobody", "nowhere") not in problem.fixed


def test_places_are_filled_and_shares_are_near() -> None:
    from benchmarks.rota_made import month

    problem = month(60, 2, 2, 2)
    values = value_rota(problem, first_rota(problem))
    wanted = sum(need.wanted for slot in problem.slots for need in slot.needs)
    assert values["cover"] < 0.02 * wanted
    assert values["fairness"] < 2 * len(problem.people)
