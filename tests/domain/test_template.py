"""What holding a network against its template promises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.appointment import Appointment
from grassroots.domain.pack import Packs, parse_pack
from grassroots.domain.station import Station, StationKind, StationStatus
from grassroots.domain.template import TABLE, Deviation, DeviationCode, NodeRule, Template, conforms
from grassroots.errors import BadInput
from grassroots.packs import text
from grassroots.values.dates import Span
from grassroots.values.ids import AppointmentId, MemberId, RoleId, StationId

DAY = date(2021, 3, 1)
ALL = ("learning", "recreation", "health")
_numbers = count(1)


def template() -> Template:
    packs = Packs((parse_pack(text("network-1-3-n")),))
    return Template.of({kind: answer.value for kind, answer in packs.table(TABLE, DAY).items()})


def station(id_: str, kind: StationKind, parent: str | None, **fields: Any) -> Station:
    fields.setdefault("functions", ALL)
    above = None if parent is None else StationId(parent)
    return Station(id=StationId(id_), kind=kind, name=id_, parent=above, **fields)


def network() -> dict[str, Station]:
    made = [
        station("H", StationKind.HUB, None),
        *(station(f"S{n}", StationKind.STATION, "H") for n in (1, 2, 3)),
        station("N1", StationKind.NETWORK, "S1", functions=()),
        station("N2", StationKind.NETWORK, "H", functions=()),
        station("P", StationKind.POST, "S2", functions=()),
    ]
    return {one.id: one for one in made}


def mediators(*places: str, acting: bool = False) -> list[Appointment]:
    return [
        Appointment(
            id=AppointmentId(f"A{next(_numbers)}"),
            member=MemberId("M1"),
            role=RoleId("community-mediator"),
            family="six",
            span=Span(DAY),
            station=StationId(place),
            acting=acting,
        )
        for place in places
    ]


def differences(stations: Iterable[Station], held: Iterable[Appointment] | None = None) -> list[Deviation]:
    return conforms(template(), stations, mediators("S1", "S2", "S3") if held is None else held, DAY)


def codes(found: Iterable[Deviation]) -> list[tuple[DeviationCode, str | None]]:
    return [(one.code, one.station) for one in found]


def test_one_hub_three_stations_and_any_number_of_networks_conform() -> None:
    stations = network()
    assert differences(stations.values()) == []
    more = [station(f"N{n}", StationKind.NETWORK, "H", functions=()) for n in range(3, 30)]
    assert differences([*stations.values(), *more]) == []


def test_a_fourth_station_and_a_missing_third_are_both_told_with_the_numbers() -> None:
    stations = network()
    fourth = station("S4", StationKind.STATION, "H")
    found = differences([*stations.values(), fourth], mediators("S1", "S2", "S3", "S4"))
    assert found == [Deviation(DeviationCode.TOO_MANY, None, {"kind": "station", "have": 4, "want": 3})]
    del stations["S3"]
    (gone,) = differences(stations.values())
    assert (gone.code, gone.facts["have"], gone.facts["want"]) == (DeviationCode.TOO_FEW, 2, 3)


def test_a_network_without_any_mutual_aid_network_is_not_a_1_3_n() -> None:
    stations = [one for one in network().values() if one.kind is not StationKind.NETWORK]
    assert codes(differences(stations)) == [(DeviationCode.TOO_FEW, None)]


def test_of_a_kind_that_it_does_not_name_a_template_says_nothing() -> None:
    bare = Template((NodeRule(kind=StationKind.HUB, least=1),))
    lost = station("P", StationKind.POST, None, status=StationStatus.SUSPENDED, functions=())
    assert conforms(bare, [station("H", StationKind.HUB, None), lost], [], DAY) == []


def test_a_post_stands_under_any_of_the_three_kinds_but_not_on_its_own() -> None:
    stations = network()
    for parent in ("H", "S1", "N1"):
        stations["P"] = attrs.evolve(stations["P"], parent=StationId(parent))
        assert differences(stations.values()) == []
    stations["P"] = attrs.evolve(stations["P"], parent=None)
    assert codes(differences(stations.values())) == [(DeviationCode.NO_PARENT, "P")]


def test_a_station_at_the_top_or_under_the_wrong_kind_is_told() -> None:
    stations = network()
    stations["S1"] = attrs.evolve(stations["S1"], parent=None)
    stations["S2"] = attrs.evolve(stations["S2"], parent=StationId("S3"))
    stations["H"] = attrs.evolve(stations["H"], parent=StationId("N2"))
    stations["N2"] = attrs.evolve(stations["N2"], parent=StationId("S1"))
    assert codes(differences(stations.values())) == [
        (DeviationCode.PARENT_KIND, "H"),
        (DeviationCode.NO_PARENT, "S1"),
        (DeviationCode.PARENT_KIND, "S2"),
    ]


def test_what_hangs_under_a_closed_or_unknown_station_is_told() -> None:
    stations = network()
    stations["N1"] = attrs.evolve(stations["N1"], parent=StationId("nowhere"))
    stations["N2"] = attrs.evolve(stations["N2"], parent=StationId("X"))
    stations["X"] = station(
        "X", StationKind.STATION, "H", status=StationStatus.CLOSED, closed=DAY - timedelta(1)
    )
    assert codes(differences(stations.values())) == [
        (DeviationCode.PARENT_GONE, "N1"),
        (DeviationCode.PARENT_GONE, "N2"),
    ]


def test_a_circle_is_told_of_everything_that_hangs_in_it() -> None:
    stations = network()
    stations["H"] = attrs.evolve(stations["H"], parent=StationId("S1"))
    found = [one for one in differences(stations.values()) if one.code is DeviationCode.CIRCLE]
    assert [one.station for one in found] == sorted(stations)


def test_a_suspended_station_counts_and_is_told_of() -> None:
    stations = network()
    stations["S1"] = stations["S1"].suspend(DAY).after
    assert codes(differences(stations.values())) == [(DeviationCode.SUSPENDED, "S1")]


def test_each_missing_function_is_named() -> None:
    stations = network()
    stations["S1"] = attrs.evolve(stations["S1"], functions=("learning",))
    found = differences(stations.values())
    assert [(one.station, one.facts["function"]) for one in found] == [("S1", "recreation"), ("S1", "health")]


def test_a_role_is_missing_where_nobody_or_only_an_acting_holder_has_it() -> None:
    held = [*mediators("S1"), *mediators("S2", acting=True)]
    found = differences(network().values(), held)
    assert codes(found) == [(DeviationCode.ROLE_MISSING, "S2"), (DeviationCode.ROLE_MISSING, "S3")]
    assert [one.facts["acting"] for one in found] == [(held[1].id,), ()]


def test_who_held_a_role_or_will_hold_it_does_not_fill_it_today() -> None:
    former, future, present = mediators("S1", "S2", "S3")
    former = attrs.evolve(former, span=Span(date(2020, 1, 1), DAY - timedelta(days=1)))
    future = attrs.evolve(future, span=Span(DAY + timedelta(days=1)))
    found = differences(network().values(), [former, future, present])
    assert codes(found) == [(DeviationCode.ROLE_MISSING, "S1"), (DeviationCode.ROLE_MISSING, "S2")]


def test_a_station_may_need_a_role_of_its_own_that_no_template_asks_for() -> None:
    stations = network()
    stations["P"] = attrs.evolve(stations["P"], required_roles=("community_mediator",))
    assert codes(differences(stations.values())) == [(DeviationCode.ROLE_MISSING, "P")]


def test_a_former_day_is_held_against_what_stood_on_it() -> None:
    stations = network()
    stations["S3"] = attrs.evolve(stations["S3"], opened=DAY)
    held = [attrs.evolve(one, span=Span(date(2020, 1, 1))) for one in mediators("S1", "S2", "S3")]
    assert conforms(template(), stations.values(), held, DAY) == []
    before = conforms(template(), stations.values(), held, DAY - timedelta(days=1))
    assert codes(before) == [(DeviationCode.TOO_FEW, None)]


def test_a_template_with_a_kind_that_does_not_exist_is_refused() -> None:
    for table in ({"castle": {"parents": ()}}, {"hub": {"parents": ("castle",)}}):
        with pytest.raises(BadInput) as refused:
            Template.of(table)
        assert refused.value.code == "template-kind"


def test_codes_of_a_template_are_spelled_as_the_records_spell_them() -> None:
    made = Template.of({"hub": {"functions_required": ("day_care",), "roles_required": ("youth_mentor",)}})
    assert made.rules == (
        NodeRule(kind=StationKind.HUB, functions=("day-care",), roles=(RoleId("youth-mentor"),)),
    )


_trees = st.lists(
    st.tuples(st.sampled_from(StationKind), st.none() | st.integers(0, 9)), min_size=1, max_size=10
)


@given(_trees)
def test_every_station_that_stands_is_judged_and_a_network_of_any_shape_gets_an_answer(
    rows: list[tuple[StationKind, int | None]],
) -> None:
    stations = [
        station(f"S{n}", kind, None if under is None or under == n else f"S{under}", functions=())
        for n, (kind, under) in enumerate(rows)
    ]
    found = conforms(template(), stations, [], DAY)
    lacking = {one.station for one in found if one.code is DeviationCode.FUNCTION_MISSING}
    asked = {s.id for s in stations if s.kind in (StationKind.HUB, StationKind.STATION)}
    assert lacking == asked
    known = {s.id for s in stations}
    gone = {one.station for one in found if one.code is DeviationCode.PARENT_GONE}
    assert {s.id for s in stations if s.parent is not None and s.parent not in known} <= gone
