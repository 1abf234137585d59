from __future__ import annotations

from datetime import date

import pytest

from grassroots.desk import Desk
from grassroots.domain.intervention import Outcome
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Missing
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RoleId, StationId

MEDIATOR, ADVISER = RoleId("mediator"), RoleId("adviser")


@pytest.fixture
def post(desk: Desk) -> StationId:
    for id_ in (MEDIATOR, ADVISER):
        desk.roles.define(id=id_, label_zh="员", label_en="role", family="six")
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name="A社区驿站", parent=hub.id).id


def test_a_hundred_and_twenty_seven_and_three_hundred_and_nineteen_are_counted_once_under_two_roles(
    desk: Desk, post: StationId
) -> None:
    for kind, incidents in (("illegal-parking", 127), ("littering", 319)):
        desk.interventions.record(
            kind=kind,
            station=post,
            outcome="stopped",
            incidents=incidents,
            role=MEDIATOR,
            also_under=(ADVISER,),
        )
    for role in (MEDIATOR, ADVISER):
        assert sum(one.incidents for one in desk.interventions.all(role=role)) == 446
    counted = [one for one in desk.interventions.all() if one.role == ADVISER]
    assert counted == []
    assert sum(one.incidents for one in desk.interventions.all(kind="illegal_parking")) == 127


def test_a_kind_that_the_packs_do_not_list_is_refused(desk: Desk, post: StationId) -> None:
    with pytest.raises(BadInput) as refused:
        desk.interventions.record(kind="parkin", station=post, outcome=Outcome.STOPPED)
    assert "illegal-parking" in str(refused.value.facts["possible"])


@pytest.mark.parametrize(
    "named", [{"by": (MemberId("nobody"),)}, {"role": RoleId("nobody")}, {"station": StationId("nowhere")}]
)
def test_whom_a_line_names_has_to_exist(desk: Desk, post: StationId, named: dict[str, object]) -> None:
    given = {"station": post, "kind": "littering", "outcome": Outcome.STOPPED, **named}
    with pytest.raises(Missing):
        desk.interventions.record(**given)  # type: ignore[arg-type]


def test_lines_are_asked_by_who_walked_and_when(desk: Desk, post: StationId) -> None:
    walker = desk.members.register(name="周岚").id
    june = desk.interventions.record(
        kind="littering", station=post, outcome="advised", day=date(2021, 6, 30), by=(walker,)
    )
    july = desk.interventions.record(kind="littering", station=post, outcome="nothing-found")
    assert [one.id for one in desk.interventions.all(by=walker)] == [june.id]
    assert [one.id for one in desk.interventions.all(station=post, period=Period.month(2021, 7))] == [july.id]
    assert desk.interventions.get(july.id).incidents == 0


def test_a_line_typed_twice_is_withdrawn_and_the_trail_says_why(desk: Desk, post: StationId) -> None:
    line = desk.interventions.record(kind="littering", station=post, outcome="stopped", note="东门口")
    desk.interventions.withdraw(line.id, reason="typed-twice")
    with pytest.raises(Missing):
        desk.interventions.get(line.id)
    last = desk.seat.office.storage.journal(after=desk.seat.office.storage.head() - 1, limit=1)[0]
    assert desk.seat.office.codec.decode_fact(last).code == "intervention-withdrawn"
    with pytest.raises(BadInput):
        desk.interventions.withdraw(line.id, reason="打错了")


def test_a_correction_is_checked_like_a_new_line(desk: Desk, post: StationId) -> None:
    line = desk.interventions.record(kind="littering", station=post, outcome="stopped")
    assert desk.interventions.correct(line.id, incidents=4).incidents == 4
    with pytest.raises(BadInput):
        desk.interventions.correct(line.id, kind="parkin")
