"""What the desk promises about numbers: each is a question, and its evidence is the very same question."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.desk import Desk
from grassroots.domain.activity import Evidence as Shown
from grassroots.domain.activity import HeadCount, Material
from grassroots.domain.figure import Definition, Mean, Measure
from grassroots.domain.intervention import Outcome
from grassroots.domain.member import Dated, Member, ToldAge
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Conflict, Denied, Missing
from grassroots.network import Network
from grassroots.usecases.figures import Figure, standard_definitions
from grassroots.values.counts import Rate
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import RoleId, StationId

JULY, YEAR = Period.month(2021, 7), Period.year(2021)


def figure(id: str = "own", **table: Any) -> Definition:
    return Definition.parse(id, table)


def behind(found: Figure) -> list[str]:
    return sorted(one.id for one in found.evidence())


@pytest.fixture
def tree(desk: Desk) -> dict[str, StationId]:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家").id
    a = desk.stations.found(kind=StationKind.STATION, name="A站", parent=hub).id
    b = desk.stations.found(kind=StationKind.STATION, name="B站", parent=hub).id
    post = desk.stations.found(kind=StationKind.POST, name="A站驿站", parent=a).id
    return {"hub": hub, "a": a, "b": b, "post": post}


def person(desk: Desk, name: str, **fields: Any) -> Member:
    return desk.members.register(name=name, **fields)


# -- records, sums, groups --------------------------------------------------------------------------------
@pytest.fixture
def patrols(desk: Desk, tree: dict[str, StationId]) -> list[str]:
    def line(place: str, day: int, incidents: int, role: str | None = None, outcome: str = "stopped") -> str:
        return desk.interventions.record(
            kind="illegal-parking",
            station=tree[place],
            day=date(2021, 7, day),
            outcome=Outcome(outcome),
            role=RoleId(role) if role else None,
            incidents=incidents,
        ).id

    desk.roles.adopt()
    return [
        line("a", 1, 2, "community-mediator"),
        line("post", 2, 3, "community-mediator"),
        line("b", 31, 1),
        line("b", 2, 4, "civic-practice-coach", "advised"),
        line("hub", 1, 5, "civic-practice-coach"),
    ]


def test_a_count_lists_exactly_what_it_counted(desk: Desk, patrols: list[str]) -> None:
    found = desk.figures.compute(figure(kind="intervention", measure="records", day="day"), period=JULY)
    assert (found.value, behind(found)) == (5, sorted(patrols))
    assert found.bears_out()
    stopped = desk.figures.compute("interventions", period=JULY)
    assert stopped.value == 11
    assert behind(stopped) == sorted(set(patrols) - {patrols[3]})
    assert {one.day for one in stopped.evidence()} == {"2021-07-01", "2021-07-02", "2021-07-31"}


def test_a_period_has_both_its_ends_and_no_other_day(desk: Desk, patrols: list[str]) -> None:
    for text, value in (("2021-07-01", 7), ("2021-07-31", 1), ("2021-06", 0), ("2021-07-02..2021-07-30", 3)):
        assert desk.figures.compute("interventions", period=Period.parse(text)).value == value
    assert desk.figures.compute("interventions").value == 11


def test_a_place_is_a_station_with_all_below_it(
    desk: Desk, patrols: list[str], tree: dict[str, StationId]
) -> None:
    values = {
        name: desk.figures.compute("interventions", period=JULY, place=id).value for name, id in tree.items()
    }
    assert values == {"hub": 11, "a": 5, "b": 1, "post": 3}
    with pytest.raises(Missing):
        desk.figures.compute("interventions", place="nowhere")
    with pytest.raises(BadInput) as refused:
        desk.figures.compute(figure(kind="intervention", measure="records"), place=tree["a"])
    assert refused.value.code == "figure-without-place"


def test_by_role_and_by_place_add_up_to_the_plain_number(desk: Desk, patrols: list[str]) -> None:
    plain = desk.figures.compute("interventions", period=JULY)
    by_role = desk.figures.compute("interventions-by-role", period=JULY)
    by_place = desk.figures.compute("interventions-by-place", period=JULY)
    assert plain.value == by_role.value == by_place.value == 11
    assert by_role.groups == {"": 1, "community-mediator": 5, "civic-practice-coach": 5}
    assert sum(by_place.groups.values()) == 11
    assert behind(plain) == behind(by_role) == behind(by_place)


def test_a_record_in_several_groups_is_one_record(desk: Desk) -> None:
    person(desk, "卯大山", categories=("volunteer", "recipient"))
    person(desk, "辰小川", categories=("volunteer",))
    person(desk, "巳三")
    found = desk.figures.compute(figure(kind="member", measure="records", by="categories"))
    assert found.groups == {"volunteer": 2, "recipient": 1, "": 1}
    assert (found.value, len(found.evidence())) == (3, 3)


def test_where_is_narrowed_by_value_list_and_bounds(desk: Desk, patrols: list[str]) -> None:
    base = figure(kind="intervention", measure="records")

    def count(**where: Any) -> Any:
        return desk.figures.compute(base, where=where).value

    assert count(outcome="advised") == 1
    assert count(outcome=["advised", "stopped"]) == 5
    assert count(incidents={"from": 2, "to": 5}) == 3
    assert count(roles="civic-practice-coach") == 2
    assert count(role=None) == 1
    with pytest.raises(BadInput) as refused:
        count(colour="red")
    assert refused.value.facts["key"] == "colour"


# -- attendances and people -------------------------------------------------------------------------------
def test_attendances_and_people_are_two_figures(desk: Desk, tree: dict[str, StationId]) -> None:
    course = desk.activities.start(kind="class", title="书法课", station=tree["a"])
    one, other = person(desk, "卯大山"), person(desk, "辰小川")
    for day in (1, 2):
        held = desk.activities.record(
            course.id,
            date(2021, 7, day),
            headcounts=(HeadCount("residents", 10), HeadCount("students", 5, minors=True)),
            materials=(Material("leaflet", 40),),
        )
        desk.activities.attend(held.id, one.id, evidence=Shown.SHEET)
        if day == 1:
            desk.activities.attend(held.id, other.id, evidence=Shown.SHEET)

    def value(name: str) -> Any:
        found = desk.figures.compute(name, period=JULY)
        assert found.bears_out()
        return found.value, len(found.evidence())

    assert value("attendances") == (30, 2)
    assert value("minors-counted") == (10, 2)
    assert value("attendances-named") == (3, 3)
    assert value("people-attending") == (2, 3)
    assert value("materials-handed-out") == (80, 2)
    assert value("activities-held") == (2, 2)


def test_somebody_whose_two_records_were_merged_counts_once(
    desk: Desk, tree: dict[str, StationId], clock: WallClock
) -> None:
    clock.go_to(date(2021, 8, 1))
    course = desk.activities.start(kind="class", title="书法课", station=tree["a"])
    one, other, third = (person(desk, name) for name in ("卯大山", "卯爷爷", "辰小川"))
    for day, who in ((1, one), (2, other), (3, other), (3, third)):
        held = desk.activities.record(course.id, date(2021, 7, day))
        desk.activities.attend(held.id, who.id, evidence=Shown.SHEET)
    most = figure(kind="attendance", measure="most", of="member")
    assert desk.figures.compute("people-attending", period=JULY).value == 3
    assert desk.figures.compute(most).value == 2
    desk.members.merge(one.id, other.id)
    people = desk.figures.compute("people-attending", period=JULY)
    assert (people.value, people.groups) == (2, {one.id: 3, third.id: 1})
    assert len(people.evidence()) == 4
    often = desk.figures.compute(most)
    assert (often.value, len(often.evidence())) == (3, 3)


def test_a_kind_that_names_people_finds_the_record_that_was_kept(desk: Desk) -> None:
    team = desk.teams.found(name="宣讲团")
    part, full, third = person(desk, "卯爷爷"), person(desk, "卯大山"), person(desk, "辰小川")
    desk.teams.join(team.id, part.id)
    desk.members.merge(full.id, part.id)
    other = {"kind": "membership", "key": "member", "where": {"team": team.id}}
    inside = figure(kind="member", measure="records", where={"status": "active"}, within=other)
    outside = figure(kind="member", measure="without", where={"status": "active"}, other=other)
    assert behind(desk.figures.compute(inside)) == [full.id]
    assert behind(desk.figures.compute(outside)) == [third.id]


def test_a_row_that_names_nobody_is_left_out_and_said_to_be(desk: Desk, patrols: list[str]) -> None:
    found = desk.figures.compute(figure(kind="intervention", measure="distinct", of="role"))
    assert (found.value, found.left_out) == (2, 1)
    assert patrols[2] not in behind(found)


# -- evidence ---------------------------------------------------------------------------------------------
def test_evidence_after_a_write_says_so_instead_of_listing_other_records(desk: Desk) -> None:
    one = person(desk, "卯大山")
    found = desk.figures.compute("members-active")
    assert behind(found) == [one.id]
    person(desk, "辰小川")
    with pytest.raises(Conflict):
        found.evidence()
    assert desk.figures.compute("members-active").value == 2


def test_a_write_in_the_middle_of_listing_is_seen_too(
    network: Network, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(desk, "卯大山")
    found = desk.figures.compute("members-active")
    storage = desk.seat.office.storage
    find = storage.find

    def and_then(query: Any) -> Any:
        rows = find(query)
        monkeypatch.setattr(storage, "find", find)
        person(network.desk("steward:other"), "辰小川")
        return rows

    monkeypatch.setattr(storage, "find", and_then)
    with pytest.raises(Conflict):
        found.evidence()


def test_a_figure_says_which_pack_defined_it_and_at_which_head(desk: Desk) -> None:
    found = desk.figures.compute("members-active")
    assert found.packs == ("figures@1",)
    assert found.head == desk.seat.office.storage.head()
    with pytest.raises(Missing) as refused:
        desk.figures.compute("members-hidden")
    assert refused.value.code == "figure-unknown"


# -- rates, totals ----------------------------------------------------------------------------------------
def test_a_rate_keeps_its_two_numbers_and_both_their_records(desk: Desk, patrols: list[str]) -> None:
    extra = {
        "stopped": figure("stopped", kind="intervention", measure="records", where={"outcome": "stopped"}),
        "lines": figure("lines", kind="intervention", measure="records"),
        "share": figure("share", measure="rate", of="stopped", over="lines"),
        "both": figure("both", measure="total", parts=["stopped", "advised"]),
        "advised": figure("advised", kind="intervention", measure="records", where={"outcome": "advised"}),
    }
    share = desk.figures.compute("share", extra=extra)
    assert share.value == Rate(4, 5)
    assert [part.value for part in share.parts] == [4, 5]
    assert behind(share) == sorted(patrols)
    assert desk.figures.compute("share", extra=extra, where={"incidents": 99}).value == Rate(0, 0)
    total = desk.figures.compute("both", extra=extra)
    assert (total.value, len(total.evidence())) == (5, 5)
    with pytest.raises(Missing):
        desk.figures.compute(figure(measure="total", parts=["nothing-such"]))


# -- buckets ----------------------------------------------------------------------------------------------
def test_days_weeks_and_months_are_counted_whole(
    desk: Desk, tree: dict[str, StationId], clock: WallClock
) -> None:
    course = desk.activities.start(kind="class", title="书法课", station=tree["a"])
    clock.go_to(date(2021, 8, 1))
    # July 2021 begins on a Thursday: its whole weeks begin on the 5th, 12th and 19th.
    for day in (1, 2, 6, 12, 31):
        desk.activities.record(course.id, date(2021, 7, day))

    def buckets(bucket: str, period: Period, least: int = 1) -> Figure:
        asked = figure(kind="occurrence", measure="buckets", bucket=bucket, day="day", least=least)
        return desk.figures.compute(asked, period=period)

    weeks = buckets("week", JULY)
    assert (weeks.value, weeks.missing) == (Rate(2, 3), ("2021-07-19",))
    assert sorted(one.day or "" for one in weeks.evidence()) == ["2021-07-06", "2021-07-12"]
    days = buckets("day", Period(date(2021, 7, 1), date(2021, 7, 4)))
    assert (days.value, days.missing) == (Rate(2, 4), ("2021-07-03", "2021-07-04"))
    months = buckets("month", Period.parse("2021-06..2021-08"), least=2)
    assert (months.value, months.missing) == (Rate(1, 3), ("2021-06", "2021-08"))
    with pytest.raises(BadInput) as refused:
        desk.figures.compute(figure(kind="occurrence", measure="buckets", bucket="day", day="day"))
    assert refused.value.code == "figure-needs-period"


def test_each_place_has_to_fill_its_own_weeks(
    desk: Desk, tree: dict[str, StationId], clock: WallClock
) -> None:
    clock.go_to(date(2021, 8, 1))
    for place, days in (("a", (6, 13, 20)), ("b", (6,))):
        course = desk.activities.start(kind="class", title=f"{place}课", station=tree[place])
        for day in days:
            desk.activities.record(course.id, date(2021, 7, day))
    found = desk.figures.compute("weeks-with-activity", period=JULY)
    assert found.value == Rate(4, 6)
    assert found.missing == (f"2021-07-12 {tree['b']}", f"2021-07-19 {tree['b']}")


# -- ages -------------------------------------------------------------------------------------------------
def test_a_partial_birth_date_gives_a_range_and_none_is_left_out(desk: Desk, clock: WallClock) -> None:
    person(desk, "卯大山", born=Dated(PartialDate.parse("1941-07-02")), categories=("veteran-volunteer",))
    person(desk, "辰小川", born=Dated(PartialDate.parse("1941")), categories=("veteran-volunteer",))
    person(desk, "巳三", categories=("veteran-volunteer",))
    found = desk.figures.compute("veteran-volunteers-mean-age")
    assert (found.value, found.left_out) == (Mean(159, 160, 2), 1)
    assert len(found.evidence()) == 2
    assert desk.figures.compute("oldest-old").value == 1  # born in 1941: perhaps eighty is not counted
    assert desk.figures.compute("oldest-old", period=YEAR).value == 2
    clock.go_to(date(2021, 12, 31))
    assert desk.figures.compute("oldest-old").value == 2


def test_told_ages_count_unless_they_contradict_each_other(desk: Desk) -> None:
    on = date(2021, 7, 2)
    person(desk, "卯大山", told_ages=(ToldAge(81, on),))
    person(desk, "辰小川", told_ages=(ToldAge(81, on), ToldAge(60, on)))
    mean = desk.figures.compute(figure(kind="member", measure="mean", of="age"))
    assert (mean.value, mean.left_out) == (Mean(81, 81, 1), 1)


def test_somebody_born_after_the_period_does_not_break_its_figure(desk: Desk) -> None:
    person(desk, "卯小山", born=Dated(PartialDate.parse("2021-05-01")))
    mean = figure(kind="member", measure="mean", of="age")
    found = desk.figures.compute(mean, period=Period.year(2019))
    assert (found.value, found.left_out) == (Mean(0, 0, 0), 1)


def test_limits_keep_from_a_role_only_those_whom_it_would_strain(desk: Desk) -> None:
    from grassroots.domain.member import Limit

    desk.roles.define(
        id=RoleId("patrol"), label_zh="巡逻", label_en="Patrol", family="post", demands=(Limit.WALKING,)
    )
    slow = person(desk, "卯大山", limits=(Limit.WALKING,))
    person(desk, "辰小川", limits=(Limit.HEARING,))
    found = desk.figures.compute(figure(kind="member", measure="records", where={"hindered_for": "patrol"}))
    assert behind(found) == [slow.id]


# -- the network and its people ---------------------------------------------------------------------------
def test_deviations_are_counted_and_their_stations_shown(desk: Desk, tree: dict[str, StationId]) -> None:
    found = desk.figures.compute("deviations")
    assert found.value == len(desk.stations.conforms())
    assert found.value == len(found.missing) > 0
    assert set(behind(found)) <= set(tree.values())


def test_possible_duplicates_are_told_as_a_number_to_whoever_may_not_read_names_if_they_are_many(
    network: Network, desk: Desk
) -> None:
    one = person(desk, "卯大山", phone="13800000001")
    other = person(desk, "卯爷爷", phone="13800000001")
    person(desk, "卯小川")
    person(desk, "辰小川")
    # 卯爷爷 may be either of the two whole names of that family.
    found = desk.figures.compute("possible-duplicates")
    assert found.value == 2
    assert {one.id, other.id} <= set(behind(found))
    assert desk.figures.compute("age-conflicts").value == 0
    auditor = network.desk("auditor:wang")
    with pytest.raises(Denied) as refused:
        auditor.figures.compute("possible-duplicates")
    assert (refused.value.code, refused.value.facts["least"]) == ("count-too-small", 5)
    for _ in range(3):
        person(desk, "午小川")
    person(desk, "午小川")
    many = auditor.figures.compute("possible-duplicates")
    assert many.value == desk.figures.compute("possible-duplicates").value >= 5
    # How many, and not which: a hit would tell what stands in a name.
    assert (many.evidence(), many.records > 5) == ([], True)


# -- every definition -------------------------------------------------------------------------------------
def test_every_standard_figure_is_computed_in_a_network_without_records(desk: Desk) -> None:
    for name, definition in standard_definitions().items():
        found = desk.figures.compute(name, period=YEAR)
        if definition.measure is Measure.DEVIATIONS:
            assert found.value == 3
            continue
        value = found.value
        number = (
            value.numerator if isinstance(value, Rate) else value.number if isinstance(value, Mean) else value
        )
        assert (name, number, found.evidence()) == (name, 0, [])


def test_a_pack_of_the_networks_own_replaces_adds_and_takes_away_figures() -> None:
    pack = """
[pack]
name = "district"
version = "7"
title_zh = "本区"
title_en = "District"
jurisdiction = "CN-XX"
effective_from = 2020-01-01

[[source]]
key = "habit"
title = "Habit"
where = "none"
kind = "memory"
sure = "low"
read = "not read"

[figure.members-active]
source = "habit"
force = "practice"
title_zh = "人员"
title_en = "People"
kind = "member"
measure = "records"
[figure.old-hands]
source = "habit"
force = "practice"
title_zh = "人员"
title_en = "People"
kind = "member"
measure = "records"
where = { station = "S1" }
"""
    with grassroots.open("memory:///own-figures") as network:
        network.desk("steward:x").charter.adopt_pack("district", pack)
    with grassroots.open("memory:///own-figures") as network:
        desk = network.desk("steward:x")
        assert desk.figures.definitions()["members-active"].pack == "district@7"
        assert "old-hands" in desk.figures.definitions()


# -- for all records --------------------------------------------------------------------------------------
LINES = st.lists(
    st.tuples(
        st.integers(1, 31),
        st.sampled_from(["S1", "S2", "S3"]),
        st.sampled_from([None, "community-mediator", "civic-practice-coach"]),
        st.sampled_from(["stopped", "advised", "nothing-found"]),
        st.integers(1, 3),
    ),
    max_size=8,
)


@given(LINES, st.integers(1, 31), st.integers(1, 31))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_patrolled_every_way_of_counting_agrees_with_the_sheet(
    lines: list[Any], one: int, other: int
) -> None:
    period = Period(date(2021, 7, min(one, other)), date(2021, 7, max(one, other)))
    with grassroots.open("memory://") as network:
        desk = network.desk("steward:office")
        ids = {
            name: desk.stations.found(kind=StationKind.STATION, name=name).id for name in ("S1", "S2", "S3")
        }
        desk.roles.adopt()
        for day, place, role, outcome, incidents in lines:
            desk.interventions.record(
                kind="illegal-parking",
                station=ids[place],
                day=date(2021, 7, day),
                outcome=Outcome(outcome),
                role=RoleId(role) if role else None,
                incidents=0 if outcome == "nothing-found" else incidents,
            )
        counted = [line for line in lines if line[3] == "stopped" and period.contains(date(2021, 7, line[0]))]
        expected = sum(line[4] for line in counted)
        for name in ("interventions", "interventions-by-role", "interventions-by-place"):
            found = desk.figures.compute(name, period=period)
            assert found.value == expected
            assert len(found.evidence()) == len(counted)
            assert sum(found.groups.values()) in (0, expected)
        by_place = [
            desk.figures.compute("interventions", period=period, place=id).value for id in ids.values()
        ]
        assert sum(value for value in by_place if isinstance(value, int)) == expected


def test_times_of_duty_are_days_covered(desk: Desk, tree: dict[str, StationId]) -> None:
    one = person(desk, "卯大山")
    for day in (1, 3):
        shift = desk.duties.post(station=tree["post"], day=date(2021, 7, day), starts=time(9), ends=time(11))
        desk.duties.assign(shift.id, one.id)
    found = desk.figures.compute(
        "duty-days-covered", period=Period(date(2021, 7, 1), date(2021, 7, 3)), place=tree["a"]
    )
    assert (found.value, found.missing) == (Rate(2, 3), ("2021-07-02",))
    who = desk.figures.compute("duties", where={"member": {"member": "卯大山"}})
    assert who.value == 2
    with pytest.raises(Missing):
        desk.figures.compute("duties", where={"member": {"member": "未知三"}})
