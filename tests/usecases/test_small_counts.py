"""Somebody who may only count tries to make out a person; so does a reader of the wall, with a pencil."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

import grassroots
from grassroots.domain.figure import Definition
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated
from grassroots.errors import BadInput, Denied
from grassroots.network import Network
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId, StationId

YEAR = Period.year(2025)
COUNTERS = ("partner:school", "auditor:tang", "lead:he")


@pytest.fixture
def network() -> Iterator[Network]:
    clock = lambda: datetime(2025, 12, 30, 2, tzinfo=UTC)  # noqa: E731
    with grassroots.open("memory://", network="counted", clock=clock) as opened:
        yield opened


@pytest.fixture
def stations(network: Network) -> list[StationId]:
    desk = network.desk("steward:office")
    return [desk.stations.found(kind="post", name=name).id for name in ("灵溪站", "南苑站")]  # type: ignore[arg-type]


@pytest.fixture
def people(network: Network, stations: list[StationId]) -> list[MemberId]:
    """Twenty: ten born in 1935, ten in 1970; the last one alone at the second station."""
    desk = network.desk("steward:office")
    return [
        desk.members.register(
            name=f"卯{'一二三四五六七八九十'[n % 10]}{'甲乙'[n // 10]}",
            born=Dated(PartialDate.parse("1935" if n < 10 else "1970")),
            station=stations[n == 19],
            phone=f"1440000{n:04}",
        ).id
        for n in range(20)
    ]


def counted(kind: str = "member", measure: str = "records", **fields: Any) -> Definition:
    table = {
        "kind": kind,
        "measure": measure,
        "title_zh": "数",
        "title_en": "Count",
        "unit": "person",
        **fields,
    }
    return Definition.parse("asked", table, "test@1")


@pytest.mark.parametrize("viewer", COUNTERS)
@pytest.mark.parametrize("key", ["names", "surname", "phone"])
@pytest.mark.parametrize("measure", ["records", "distinct", "most"])
def test_grouping_by_a_name_lists_nobody(
    network: Network, people: list[MemberId], viewer: str, key: str, measure: str
) -> None:
    asked = counted(by=key) if measure == "records" else counted(measure=measure, of=key)
    with pytest.raises(BadInput) as refused:
        network.desk(viewer).figures.compute(asked)
    assert refused.value.code == "key-hidden"


@pytest.mark.parametrize("viewer", COUNTERS)
def test_who_raised_a_concern_is_not_found_by_counting_members(
    network: Network, people: list[MemberId], stations: list[StationId], viewer: str
) -> None:
    desk = network.desk("steward:office")
    desk.concerns.take(station=stations[0], text="路灯不亮", raiser_member=people[19], channel="phone")
    raised = {"kind": "concern", "key": "raiser"}
    asked = [
        counted(within=raised),
        counted(within=raised, where={"station": stations[1]}),
        counted(measure="without", other=raised),
        counted(measure="without", other=raised, where={"station": stations[1]}),
    ]
    for definition in asked:
        assert desk.figures.compute(definition).value in (0, 1, 19)
        with pytest.raises(Denied) as refused:
            network.desk(viewer).figures.compute(definition)
        assert refused.value.code == "count-too-small"


@pytest.mark.parametrize("viewer", COUNTERS)
def test_ties_and_what_people_agreed_to_are_not_counted_one_by_one(
    network: Network, people: list[MemberId], viewer: str
) -> None:
    desk = network.desk("steward:office")
    desk.kin.record(people[0], people[1], TieKind.KIN)
    for kind in ("tie", "screening", *(() if viewer.startswith("auditor") else ("consent", "restriction"))):
        with pytest.raises(Denied) as refused:
            network.desk(viewer).figures.compute(counted(kind))
        assert refused.value.code == "denied"


@pytest.mark.parametrize("viewer", COUNTERS)
def test_a_number_is_told_if_neither_it_nor_what_it_leaves_over_is_small(
    network: Network, people: list[MemberId], viewer: str
) -> None:
    desk = network.desk(viewer)
    old = counted(where={"age": {"at_least": 80}}, place="station")
    assert desk.figures.compute(old).value == 10
    network.desk("steward:office").members.correct(people[10], born=Dated(PartialDate.parse("1936")))
    assert desk.figures.compute(old).value == 11
    for number in range(11, 16):
        network.desk("steward:office").members.correct(people[number], born=Dated(PartialDate.parse("1936")))
    with pytest.raises(Denied) as refused:  # all but four are old
        desk.figures.compute(old)
    assert refused.value.code == "count-too-small"


@pytest.mark.parametrize("viewer", COUNTERS)
def test_one_place_beside_the_whole_does_not_tell_of_the_other_place(
    network: Network, people: list[MemberId], stations: list[StationId], viewer: str
) -> None:
    office, desk = network.desk("steward:office"), network.desk(viewer)
    asked = counted(where={"age": {"at_least": 80}}, place="station")
    assert office.figures.compute(asked, place=stations[0]).value == 10
    with pytest.raises(Denied):
        desk.figures.compute(asked, place=stations[0])  # 10 of 10 elsewhere: none over there is old
    mean = counted(measure="mean", of="age", place="station", unit="year")
    assert desk.figures.compute(mean).records == 20
    with pytest.raises(Denied):
        desk.figures.compute(mean, place=stations[0])  # less the nineteen, it is one person's age
    assert set(desk.figures.compute(asked).places) <= {stations[0]}


def test_a_definition_that_asks_by_what_is_not_there_is_refused_in_words(network: Network) -> None:
    desk = network.desk("steward:office")
    for wrong in (counted(by="nothing"), counted(measure="sum", of="nothing"), counted(place="nothing")):
        with pytest.raises(BadInput) as refused:
            desk.figures.compute(wrong)
        assert refused.value.code == "figure-unknown-key"
    with pytest.raises(BadInput) as unknown:
        desk.figures.compute(counted(kind="dragon"))
    assert unknown.value.code == "kind-unknown"


# -- the wall -----------------------------------------------------------------------------------------------
def concerns(network: Network, station: StationId, number: int, replied: int, month: int = 3) -> None:
    desk = network.desk("steward:office")
    for n in range(number):
        one = desk.concerns.take(
            station=station, text="路灯不亮", taken_on=date(2025, month, 1 + n), channel="phone"
        )
        if n < replied:
            desk.concerns.accept(one.id)
            desk.concerns.explain(one.id, on=date(2025, month, 2 + n))
            desk.concerns.reply(one.id, medium="phone", text="已修好", on=date(2025, month, 2 + n))


def on_the_wall(network: Network, *figures: str, **asked: Any) -> dict[str, Any]:
    desk = network.desk("steward:office")
    report = desk.reports.yearly(YEAR, figures=figures or None, published=True, **asked)
    return {line.id: None if line.hidden else line for line in report.figures}


def test_what_is_left_of_a_larger_number_is_not_told_either(
    network: Network, stations: list[StationId]
) -> None:
    concerns(network, stations[0], 9, 7)
    both = ("concerns-recorded", "concerns-replied", "concerns-replied-rate")
    wall = on_the_wall(network, *both)
    assert wall["concerns-recorded"].value == 9
    assert (wall["concerns-replied"], wall["concerns-replied-rate"]) == (None, None)
    concerns(network, stations[0], 3, 0, month=4)
    wall = on_the_wall(network, *both)
    assert (wall["concerns-recorded"].value, wall["concerns-replied"].value) == (12, 7)
    assert (wall["concerns-replied-rate"].numerator, wall["concerns-replied-rate"].denominator) == (7, 12)


def test_the_bars_of_a_number_that_is_not_told_are_not_told(
    network: Network, stations: list[StationId]
) -> None:
    concerns(network, stations[0], 4, 0)
    report = network.desk("steward:office").reports.yearly(YEAR, published=True)
    for several in (report.months, report.by_station):
        assert all(
            point.value is None for one in several if one.id == "concerns-recorded" for point in one.points
        )


def test_the_page_of_one_place_beside_that_of_the_network_tells_nothing_of_the_rest(
    network: Network, stations: list[StationId]
) -> None:
    concerns(network, stations[0], 9, 0)
    concerns(network, stations[1], 2, 0, month=5)
    assert on_the_wall(network, "concerns-recorded")["concerns-recorded"].value == 11
    assert on_the_wall(network, "concerns-recorded", place=stations[0])["concerns-recorded"] is None
    concerns(network, stations[1], 5, 0, month=6)
    assert on_the_wall(network, "concerns-recorded", place=stations[0])["concerns-recorded"].value == 9


def test_few_people_behind_many_records_are_few_people(network: Network, people: list[MemberId]) -> None:
    desk = network.desk("steward:office")
    team = desk.teams.found(name="银发队").id
    for month in range(1, 8):
        for member in people[:2]:
            desk.teams.join(team, member, first=date(2025, month, 1), last=date(2025, month, 20))
    usual = desk.reports.yearly(YEAR, figures=("team-members",))
    assert (usual.figures[0].value, usual.figures[0].records) == (2, 14)
    assert on_the_wall(network, "team-members")["team-members"] is None


def test_how_many_could_not_be_counted_is_a_number_too(network: Network, people: list[MemberId]) -> None:
    network.desk("steward:office").members.correct(people[0], born=None)
    usual = network.desk("steward:office").reports.yearly(YEAR, figures=("mean-age",))
    assert usual.figures[0].left_out == 1
    assert on_the_wall(network, "mean-age")["mean-age"].left_out == 0


def test_a_claim_that_rests_on_a_small_number_is_left_off_the_wall(
    network: Network, stations: list[StationId]
) -> None:
    concerns(network, stations[0], 3, 0)
    desk = network.desk("steward:office")
    text = """
[claims]
name = "wall"
version = "1"
period = "2025"
[[claim]]
id = "C1"
published_zh = "听取3件"
published_en = "Three concerns heard"
[[claim.check]]
figure = "concerns-recorded"
expect = "3"
"""
    held = desk.claims.hold(text)
    assert held[0].holds
    assert len(desk.reports.yearly(YEAR, claims=held).claims) == 1
    assert desk.reports.yearly(YEAR, claims=held, published=True).claims == ()
