"""The built-in planner of pairings against a solver that shares nothing with it, on many small problems."""

from __future__ import annotations

import subprocess
import sys

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grassroots.contracts.planning import (
    Answer,
    Candidate,
    Effort,
    Pair,
    PairingProblem,
    PairingValues,
    Recipient,
    Supporter,
    ask_for_pairs,
)
from grassroots.discovery import find_pairing_planner
from grassroots.errors import PluginError
from grassroots.plugins.planning.flow import FlowPlanner

PLANNER = FlowPlanner()

Cost = tuple[int, int, int]


def best(problem: PairingProblem) -> PairingValues:
    """Shortest augmenting paths with costs compared goal by goal: slow, plain, and without any weight."""
    flows: dict[tuple[str, str], int] = {}
    cost: dict[tuple[str, str], Cost] = {}
    for one in problem.each():
        flows["s" + one.supporter, "r" + one.recipient] = 1
        cost["s" + one.supporter, "r" + one.recipient] = (-int(one.kept), -one.score, 0)
    for recipient in problem.recipients:
        flows["r" + recipient.id, "sink"] = 1
    for supporter in problem.supporters:
        for place in range(supporter.room):
            # The k-th person adds k squared less (k - 1) squared.
            way = f"p{place}-{supporter.id}"
            flows["source", way] = 1
            flows[way, "s" + supporter.id] = 1
            cost["source", way] = (0, 0, 2 * place + 1)
    for (one, other), much in list(cost.items()):
        cost[other, one] = (-much[0], -much[1], -much[2])
    total, units = (0, 0, 0), 0
    while True:
        known: dict[str, Cost] = {"source": (0, 0, 0)}
        came: dict[str, str] = {}
        moved = True
        while moved:
            moved = False
            for (one, other), left in flows.items():
                if left and one in known:
                    step = cost.get((one, other), (0, 0, 0))
                    reached = (known[one][0] + step[0], known[one][1] + step[1], known[one][2] + step[2])
                    if other not in known or reached < known[other]:
                        known[other], came[other], moved = reached, one, True
        if "sink" not in known:
            return PairingValues(covered=units, kept=-total[0], suitability=-total[1], spread=total[2])
        units += 1
        total = tuple(map(sum, zip(total, known["sink"], strict=True)))  # type: ignore[assignment]
        node = "sink"
        while node != "source":
            flows[came[node], node] -= 1
            flows[node, came[node]] = flows.get((node, came[node]), 0) + 1
            node = came[node]


@st.composite
def problems(draw: st.DrawFn) -> PairingProblem:
    supporters = [Supporter(id=f"s{n}", room=draw(st.integers(0, 3))) for n in range(draw(st.integers(0, 5)))]
    recipients = [Recipient(id=f"r{n}") for n in range(draw(st.integers(0, 7)))]
    top = draw(st.sampled_from([1, 3, 1_000]))
    candidates = [
        Candidate(one.id, other.id, draw(st.integers(0, top)), draw(st.booleans()))
        for one in supporters
        for other in recipients
        if draw(st.booleans())
    ]
    return PairingProblem.of(supporters, recipients, candidates)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_every_plan_is_the_best_one_goal_by_goal(problem: PairingProblem) -> None:
    plan = ask_for_pairs(PLANNER, problem, Effort())
    assert plan.answer is Answer.PROVEN
    assert plan.values == plan.bounds == best(problem)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None)
@given(problems())
def test_every_plan_is_the_best_one_goal_by_goal_at_length(problem: PairingProblem) -> None:
    assert ask_for_pairs(PLANNER, problem).values == best(problem)


CHAIN = PairingProblem.of(
    [Supporter(id=f"s{n}") for n in range(40)],
    [Recipient(id=f"r{n}") for n in range(40)],
    [
        *(Candidate(f"s{n}", f"r{n}", 1, n == 0) for n in range(40)),
        *(Candidate(f"s{n + 1}", f"r{n}", 1_000) for n in range(39)),
        Candidate("s0", "r39", 1_000),
    ],
)
"""One pair that works, at the price of 999 points for each of forty others."""


def test_a_pair_that_works_is_not_sold_for_any_number_of_points() -> None:
    """A weight of a few times the highest score would sell it; the proof sees that, and takes a sure one."""
    assert ask_for_pairs(PLANNER, CHAIN).values == PairingValues(
        covered=40, kept=1, suitability=40, spread=40
    )


def test_without_the_sure_weight_that_pair_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlowPlanner, "_proven", lambda *_: True)
    assert PLANNER.pair(CHAIN, Effort()).values.kept == 0


def test_cover_comes_before_pairs_that_work_and_these_before_points() -> None:
    problem = PairingProblem.of(
        [Supporter(id="qin"), Supporter(id="bai")],
        [Recipient(id="old-1"), Recipient(id="old-2")],
        [
            Candidate("qin", "old-1", 0, True),
            Candidate("bai", "old-1", 900),
            Candidate("qin", "old-2", 100),
        ],
    )
    plan = ask_for_pairs(PLANNER, problem)
    assert plan.pairs == (Pair("bai", "old-1"), Pair("qin", "old-2"))
    with_more = attrs.evolve(
        PairingProblem.of(
            problem.supporters, problem.recipients, [*problem.each(), Candidate("bai", "old-2", 1)]
        )
    )
    assert ask_for_pairs(PLANNER, with_more).pairs == (Pair("qin", "old-1"), Pair("bai", "old-2"))


def test_the_load_is_spread_where_nothing_else_speaks_against_it() -> None:
    problem = PairingProblem.of(
        [Supporter(id="qin", room=4), Supporter(id="bai", room=4)],
        [Recipient(id=f"old-{n}") for n in range(4)],
        [Candidate(who, f"old-{n}", 5) for who in ("qin", "bai") for n in range(4)],
    )
    assert ask_for_pairs(PLANNER, problem).values.spread == 8


def test_a_plan_that_is_asked_for_again_stays_as_it_is() -> None:
    """The pairs of a plan are its standing pairs; when one supporter leaves, only theirs move."""
    candidates = [
        Candidate(f"s{n}", f"r{m}", (n * 7 + m * 13) % 50)
        for n in range(12)
        for m in range(24)
        if (n + m) % 3
    ]
    supporters = [Supporter(id=f"s{n}", room=3) for n in range(12)]
    recipients = [Recipient(id=f"r{m}") for m in range(24)]
    before = ask_for_pairs(PLANNER, PairingProblem.of(supporters, recipients, candidates))
    standing = set(before.pairs)
    again = PairingProblem.of(
        supporters[1:],
        recipients,
        [
            attrs.evolve(one, kept=Pair(one.supporter, one.recipient) in standing)
            for one in candidates
            if one.supporter != "s0"
        ],
    )
    after = ask_for_pairs(PLANNER, again)
    assert {pair for pair in standing if pair.supporter != "s0"} <= set(after.pairs)
    assert after.values.covered == 24


def test_it_is_found_by_its_name_and_others_are_told() -> None:
    assert isinstance(find_pairing_planner(), FlowPlanner)
    with pytest.raises(PluginError) as caught:
        find_pairing_planner("acme")
    assert caught.value.code == "planner-unknown"
    assert "optimal" in str(caught.value)


def test_pairing_does_not_load_the_constraint_solver() -> None:
    program = (
        "import sys\n"
        "from grassroots.discovery import find_pairing_planner, load_plugins\n"
        "load_plugins(); assert 'ortools' not in sys.modules and 'numpy' not in sys.modules\n"
        "find_pairing_planner()\n"
        "sys.exit('pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
