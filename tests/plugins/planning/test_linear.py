"""Bounds from linear programs hold whatever the prices, and the best of them are found."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.planning.test_rota import EFFORT, plan_of

from grassroots.contracts.planning import COVER, FAIRNESS, WISHES, value_rota
from grassroots.contracts.planning.checking_rota import violations
from grassroots.plugins.planning.fairest import fairest
from grassroots.plugins.planning.linear import bound_at, relaxed
from grassroots.plugins.planning.rows import Row, Rows, Sum
from grassroots.plugins.planning.shares import Shares
from grassroots.testing.planner import community

FACTORS = st.integers(-3, 3)


@st.composite
def programs(draw: st.DrawFn) -> tuple[Rows, Sum]:
    """A few variables of few values, rows with one side or two, and something to minimise."""
    rows = Rows()
    for _ in range(draw(st.integers(1, 4))):
        low = draw(st.integers(-2, 1))
        rows.variable(low, low + draw(st.integers(0, 2)))
    columns = st.integers(0, len(rows.lows) - 1)
    # A variable may stand in a sum several times.
    sums = st.lists(st.tuples(columns, FACTORS), max_size=5)
    for _ in range(draw(st.integers(0, 4))):
        terms, low = draw(sums), draw(st.none() | st.integers(-4, 4))
        high = draw(st.none() | st.integers(-4 if low is None else low, 6))
        rows.between(Sum([one for one, _ in terms], [by for _, by in terms], draw(FACTORS)), low, high)
    terms = draw(sums)
    return rows, Sum([one for one, _ in terms], [by for _, by in terms], draw(FACTORS))


def best(rows: Rows, goal: Sum) -> int | None:
    """The least value of the goal, by trying everything."""
    found = [
        goal.value(values)
        for values in product(
            *(range(low, high + 1) for low, high in zip(rows.lows, rows.highs, strict=True))
        )
        if all(_holds(row, values) for row in rows.rows)
    ]
    return min(found, default=None)


def _holds(row: Row, values: tuple[int, ...]) -> bool:
    value = Sum([*row.columns], [*row.factors]).value(values)
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)


@given(programs(), st.data())
def test_whatever_the_prices_nothing_is_better_than_the_bound(
    program: tuple[Rows, Sum], data: st.DataObject
) -> None:
    rows, goal = program
    least, grain = best(rows, goal), data.draw(st.integers(1, 8))
    prices = [data.draw(st.integers(-40, 40)) for _ in rows.rows]
    assert least is None or bound_at(rows, goal, prices, grain) <= least


@given(programs())
def test_what_a_linear_program_says_is_never_more_than_the_best(program: tuple[Rows, Sum]) -> None:
    rows, goal = program
    least, found = best(rows, goal), relaxed(rows, goal, None)
    if least is not None:
        assert found is not None
        assert found.bound <= least


def test_its_bound_is_its_best_rounded_up() -> None:
    """Three of whom no two may be there together: half of each is there, and what is whole cannot be 1.5."""
    rows = Rows()
    three = [rows.variable() for _ in range(3)]
    free = rows.variable(0, 4)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        rows.at_most([three[one], three[other]], 1)
    found = relaxed(rows, Sum([*three, free], [-1, -1, -1, 2], 10), None)
    assert found is not None
    assert found.bound == 9
    assert dict(found.whole) == {free: 0}


def test_no_time_and_no_solution_are_no_answer() -> None:
    rows = Rows()
    column = rows.variable()
    rows.at_least([column, column], 3)
    assert relaxed(rows, Sum([column], [1]), None) is None


def test_the_best_of_the_fairest_rotas_comes_from_one_linear_program() -> None:
    proven = asked = 0
    for seed in range(40):
        problem = community(seed, days=7, people=6)
        cover, fairness, wishes = (goal.value for goal in plan_of(problem).goals)
        shares = Shares(problem)
        found = fairest(problem, cover, shares, None, EFFORT)
        if fairness != shares.lowest:
            assert found is None or found.rota is None, seed
            continue
        assert found is not None, seed
        asked += 1
        assert found.bound <= wishes, seed
        if found.rota is not None:
            assert list(violations(problem, found.rota)) == [], seed
            value = value_rota(problem, found.rota)
            assert (value[COVER], value[FAIRNESS]) == (cover, shares.lowest), seed
            assert value[WISHES] >= wishes, seed
            proven += value[WISHES] == found.bound
    assert asked > 5
    assert proven > asked / 2
