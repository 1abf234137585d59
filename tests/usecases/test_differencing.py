"""Somebody who may count in large groups only asks two questions and takes the one from the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.test_small_counts import counted

import grassroots
from grassroots.domain.figure import Definition
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated
from grassroots.errors import Denied
from grassroots.network import Network
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import StationId

OLD = {"age": {"at_least": 80}}
TODAY = date(2025, 12, 30)
LEAST = 5


@pytest.fixture
def network() -> Iterator[Network]:
    clock = lambda: datetime(2025, 12, 30, 2, tzinfo=UTC)  # noqa: E731
    with grassroots.open("memory://", network="apart", clock=clock) as opened:
        yield opened


def register(network: Network, number: int, year: int, **more: Any) -> Any:
    desk = network.desk("steward:office")
    return [
        desk.members.register(
            name=f"卯{chr(0x4E00 + one)}", born=Dated(PartialDate.parse(str(year))), **more
        ).id
        for one in range(number)
    ]


def ask(network: Network, definition: Definition | str, **more: Any) -> int | str:
    """What an auditor is told: the number, or the code of the refusal."""
    try:
        value = network.desk("auditor:tang").figures.compute(definition, **more).value
    except Denied as refused:
        return refused.code
    assert isinstance(value, int)
    return value


def test_the_total_less_a_part_is_nobody(network: Network) -> None:
    """ "Over eighty: 11", "of these active: 10": the eleventh is the one who left, and is over eighty."""
    register(network, 10, 1935)
    register(network, 10, 1970)
    assert ask(network, counted(where=OLD)) == 10
    (gone,) = register(network, 1, 1936)
    network.desk("steward:office").members.leave(gone, on=date(2025, 5, 1))
    assert ask(network, "oldest-old") == 10, "a figure of the packs stays as it stands"
    assert ask(network, counted(where=OLD)) == "count-too-close"
    assert ask(network, counted(where={**OLD, "status": "active"})) == "count-too-close"
    assert ask(network, counted(where=OLD), where={"status": "active"}) == "count-too-close"
    assert ask(network, counted(), where={"status": "left"}) == 1, (
        "what everybody may read is counted as ever"
    )


def test_two_lists_that_overlap_in_all_but_one_tell_nothing_of_that_one(network: Network) -> None:
    register(network, 20, 1935)
    register(network, 20, 1970)
    desk = network.desk("steward:office")
    for year in (1935, 1970):
        for one in register(network, 8, year):
            desk.members.leave(one, on=date(2025, 5, 1))
    (away,) = register(network, 1, 1936)
    assert ask(network, counted(where={**OLD, "status": ["active", "left"]})) == 29
    assert ask(network, counted(where={**OLD, "status": ["left"]})) == 8
    desk.members.pause(away, on=date(2025, 6, 1))
    assert ask(network, counted(where={**OLD, "status": ["active", "left", "paused"]})) == "count-too-close"


def test_whether_it_is_refused_does_not_tell_what_it_hides(network: Network) -> None:
    """The one who left is over eighty, or is not: the same is said."""
    register(network, 20, 1935)
    register(network, 20, 1970)
    (gone,) = register(network, 1, 1936)
    desk = network.desk("steward:office")
    desk.members.leave(gone, on=date(2025, 5, 1))
    questions = [
        counted(where=where)
        for where in (OLD, {**OLD, "status": "active"}, {**OLD, "status": ["active", "left"]})
    ]
    old = [ask(network, one) for one in questions]
    desk.members.correct(gone, born=Dated(PartialDate.parse("1980")))
    young = [ask(network, one) for one in questions]
    assert old == young == ["count-too-close"] * 3


def test_the_next_age_and_the_next_day_are_not_asked(network: Network) -> None:
    register(network, 12, 1935)
    register(network, 12, 1970)
    for age in (79, 81, 83):
        assert ask(network, counted(where={"age": {"at_least": age}})) == "count-age-step"
    assert ask(network, counted(where={"age": {"at_most": 79}})) == 12
    assert ask(network, counted(where={"age": {"at_most": 80}})) == "count-age-step"
    for day, said in ((date(2025, 3, 4), "count-age-step"), (date(2024, 12, 31), 12), (TODAY, 12)):
        assert ask(network, counted(where=OLD), period=Period(date(2024, 1, 1), day)) == said
    (one,) = register(network, 1, 1943)  # 82: between two steps, alone
    assert ask(network, counted(where=OLD)) == "count-too-close"
    assert ask(network, counted(where={"age": {"at_least": 85}})) == "count-too-close"
    assert network.desk("steward:office").figures.compute(counted(where=OLD)).value == 13
    assert one


def test_a_month_more_does_not_tell_of_that_month(network: Network) -> None:
    desk = network.desk("steward:office")
    place = desk.stations.found(kind="post", name="灵溪站").id  # type: ignore[arg-type]
    known = register(network, 3, 1940, phone=None)

    def take(month: int, number: int, raiser: Any = None) -> None:
        for day in range(number):
            desk.concerns.take(
                station=place, text="路灯不亮", channel="phone", taken_on=date(2025, month, 1 + day),
                raiser_member=raiser,
            )  # fmt: skip

    for month in range(1, 9):
        take(month, 9, known[0])
        take(month, 9)
    asked = counted("concern", unit="record", day="taken_on", where={"raiser": known[0]})
    half, more = Period(date(2025, 1, 1), date(2025, 6, 30)), Period(date(2025, 1, 1), date(2025, 9, 30))
    assert desk.figures.compute(asked, period=half).value == 54
    assert ask(network, asked, period=half) == 54
    take(9, 1, known[0])
    take(9, 9)
    assert ask(network, asked, period=more) == "count-too-close"


def test_a_place_within_a_place_does_not_tell_of_the_rest(network: Network) -> None:
    desk = network.desk("steward:office")
    hub = desk.stations.found(kind="hub", name="青禾中心").id  # type: ignore[arg-type]
    here, there, far = (
        desk.stations.found(kind="post", name=name, parent=parent).id  # type: ignore[arg-type]
        for name, parent in (("灵溪站", hub), ("南苑站", hub), ("东苑站", None))
    )
    for station, number in ((here, 10), (there, 2), (far, 10)):
        for year in (1935, 1970):
            register(network, number, year, station=StationId(station))
    figure = "oldest-old"
    assert ask(network, figure) == 22
    assert ask(network, figure, place=hub) == 12
    assert ask(network, figure, place=here) == "count-too-small", "less the hub's it is the two over there"
    assert desk.figures.compute(figure, place=here).value == 10


def test_all_of_them_over_there_is_told_of_nobody(network: Network) -> None:
    desk = network.desk("steward:office")
    here, there = (
        desk.stations.found(kind="post", name=name).id  # type: ignore[arg-type]
        for name in ("灵溪站", "南苑站")
    )
    for year in (1935, 1970):
        register(network, 10, year, station=here)
    register(network, 8, 1935, station=there)
    assert ask(network, "oldest-old") == 18
    assert ask(network, "oldest-old", place=here) == "count-too-small"


def test_a_mean_with_one_more_is_no_age(network: Network) -> None:
    register(network, 10, 1935)
    (one,) = register(network, 1, 1950)
    network.desk("steward:office").members.leave(one, on=date(2025, 5, 1))
    asked = counted(measure="mean", of="age", unit="year")
    auditor = network.desk("auditor:tang")
    assert auditor.figures.compute("mean-age").records == 10, "of those who are active, as the packs have it"
    for where in ({}, {"status": "active"}):
        with pytest.raises(Denied) as refused:
            auditor.figures.compute(asked, where=where)
        assert refused.value.code == "count-too-close"


def test_figures_of_another_measure_or_period_stand_in_nobodys_way(network: Network) -> None:
    """A mean of all is no number beside how many are active; a figure by months needs no months here."""
    register(network, 30, 1935)
    register(network, 30, 1960)
    auditor = network.desk("auditor:tang")
    assert auditor.figures.compute(counted(measure="mean", of="age", unit="year")).records == 60
    assert ask(network, counted(where={"age": {"at_least": 65}})) == 30
    assert ask(network, counted(where={"age": {"at_least": 65}}), where={"status": "active"}) == 30


def test_whoever_has_a_tie_is_not_found_by_one_condition_more(network: Network) -> None:
    people = register(network, 12, 1950)
    office = network.desk("steward:office")
    for one, other in combinations(people[:7], 2):
        office.kin.record(one, other, TieKind.KIN)
    office.members.leave(people[0], on=date(2025, 5, 1))
    tied = counted(within={"kind": "tie", "key": "one"})
    for where in ({}, {"status": "active"}):
        assert ask(network, tied, where=where) == "denied"


# -- everything that can be asked one step apart ------------------------------------------------------------
STATUSES = ("active", "left", "paused")
PLACES = ("S1", "S2")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from((1930, 1938, 1943, 1970)), st.sampled_from(STATUSES), st.sampled_from(PLACES)
        ),
        min_size=20,
        max_size=70,
    )
)
def test_no_two_answers_one_condition_apart_leave_a_small_number(people: list[tuple[int, str, str]]) -> None:
    """All questions by age, status and station that an auditor can make up; whom each answer counts is known
    here from the list itself.
    """
    clock = lambda: datetime(2025, 12, 30, 2, tzinfo=UTC)  # noqa: E731
    with grassroots.open("memory://", network="apart", clock=clock) as network:
        desk = network.desk("steward:office")
        places = {name: desk.stations.found(kind="post", name=name).id for name in PLACES}  # type: ignore[arg-type]
        for number, (year, status, place) in enumerate(people):
            one = desk.members.register(
                name=f"卯{chr(0x4E00 + number)}",
                born=Dated(PartialDate.parse(str(year))),
                station=places[place],
            ).id
            if status == "left":
                desk.members.leave(one, on=date(2025, 5, 1))
            elif status == "paused":
                desk.members.pause(one, on=date(2025, 5, 1))
        told: dict[tuple[int, str | None, str | None], frozenset[int]] = {}
        for age, status_, place_ in product((80, 85, 90), (None, *STATUSES), (None, *PLACES)):
            where: dict[str, Any] = {"age": {"at_least": age}}
            where |= {"status": status_} if status_ else {}
            where |= {"station": places[place_]} if place_ else {}
            asked = counted(where=where)
            value = ask(network, asked)
            if isinstance(value, int):
                told[age, status_, place_] = counts = frozenset(
                    number
                    for number, (year, status, place) in enumerate(people)
                    if 2025 - year - 1 >= age and status_ in (None, status) and place_ in (None, place)
                )
                assert len(counts) == value
        for (first, fewer), (second, more) in product(told.items(), repeat=2):
            if sum(a != b for a, b in zip(first, second, strict=True)) == 1 and fewer < more:
                stepped = first[0] == second[0] or abs(first[0] - second[0]) == 5
                assert not stepped or len(more - fewer) >= LEAST, (first, second)
