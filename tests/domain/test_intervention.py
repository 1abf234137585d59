from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.intervention import Intervention, InterventionCorrected, Outcome
from grassroots.domain.step import Step
from grassroots.errors import BadInput
from grassroots.values.ids import InterventionId, MemberId, RoleId, StationId

MEDIATOR, ADVISER = RoleId("community-mediator"), RoleId("civility-adviser")


def line(outcome: Outcome = Outcome.STOPPED, **fields: object) -> Intervention:
    given_ = {"kind": "illegal-parking", **fields}
    return Intervention.record(
        id=InterventionId("I1"),
        station=StationId("POST"),
        day=date(2021, 7, 2),
        outcome=outcome,
        **given_,  # type: ignore[arg-type]
    ).after


def test_a_line_is_one_incident_unless_it_says_more() -> None:
    assert line().incidents == 1
    assert line(incidents=3).incidents == 3


def test_a_patrol_that_found_nothing_counts_no_incident() -> None:
    assert line(Outcome.NOTHING_FOUND).incidents == 0
    with pytest.raises(BadInput):
        line(Outcome.NOTHING_FOUND, incidents=1)


@given(st.sampled_from(Outcome), st.integers(-2, 5))
def test_incidents_are_none_exactly_when_nothing_was_found(outcome: Outcome, incidents: int) -> None:
    sound = incidents == 0 if outcome is Outcome.NOTHING_FOUND else incidents > 0
    if sound:
        assert line(outcome, incidents=incidents).incidents == incidents
    else:
        with pytest.raises(BadInput):
            line(outcome, incidents=incidents)


def test_a_line_is_counted_under_one_role_and_listed_under_others() -> None:
    one = line(role=MEDIATOR, also_under=(ADVISER,))
    assert (one.role, one.roles) == (MEDIATOR, (MEDIATOR, ADVISER))
    assert line().roles == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"also_under": (ADVISER,)},
        {"role": MEDIATOR, "also_under": (MEDIATOR,)},
        {"role": MEDIATOR, "also_under": (ADVISER, ADVISER)},
    ],
)
def test_no_role_lists_a_line_twice(fields: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        line(**fields)


def test_two_spellings_of_a_kind_are_one_kind() -> None:
    assert line(kind="illegal_parking").kind == line(kind="illegal-parking").kind
    with pytest.raises(BadInput):
        line(kind="乱停车")


def test_one_person_stands_on_a_line_once() -> None:
    with pytest.raises(BadInput):
        line(by=(MemberId("M1"), MemberId("M1")))


def test_a_place_is_short_enough_to_group_by() -> None:
    with pytest.raises(BadInput):
        line(place="东" * 121)


def test_a_correction_names_its_fields_and_the_same_again_is_none() -> None:
    step = line().correct("wrong-entry", incidents=2, place="东门")
    assert step.happened == (InterventionCorrected(fields=("incidents", "place"), reason="wrong-entry"),)
    assert step.after.correct(incidents=2) == Step(step.after)
    with pytest.raises(BadInput):
        line().correct(station=StationId("OTHER"))
