"""A condition that no record can meet is refused with what could be asked; it is never answered with 0."""

from __future__ import annotations

from enum import EnumMeta
from typing import Any

import pytest

from grassroots.desk import Desk
from grassroots.domain.figure import Definition
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput
from grassroots.usecases.choices import codes, labels
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import HeldBy, IdOf
from grassroots.workspace.reading import Reading


def count(desk: Desk, kind: str, /, **where: Any) -> object:
    asked = Definition.parse("own", {"kind": kind, "measure": "records"})
    return desk.figures.compute(asked, where=where).value


@pytest.mark.parametrize(
    ("kind", "key", "value", "possible"),
    [
        ("concern", "kind", "complant", "complaint"),
        ("concern", "status", "anwsered", "replied"),
        ("intervention", "kind", "illegal-praking", "illegal-parking"),
        ("activity", "kind", "legal", "legal-publicity"),
        ("member", "status", "aktive", "active"),
        ("member", "station", "lingxi", None),
        ("appointment", "role", "nobody", None),
        ("appointment", "family", "sixx", None),
        ("membership", "team", "red", None),
        ("participation", "programme", "safe", None),
        ("concern", "unit", "office", None),
    ],
)
def test_a_mistyped_value_is_refused_with_the_possible_ones(
    desk: Desk, kind: str, key: str, value: str, possible: str | None
) -> None:
    for asked in (value, [value]):
        with pytest.raises(BadInput) as refused:
            count(desk, kind, **{key: asked})
        assert refused.value.code == "figure-unknown-value"
        assert (refused.value.facts["key"], refused.value.facts["what"]) == (key, value)
        known = refused.value.facts["known"]
        assert isinstance(known, tuple)
        assert possible is None or possible in known


def test_one_wrong_value_among_right_ones_is_refused(desk: Desk) -> None:
    assert count(desk, "concern", kind=["complaint", "report"]) == 0
    with pytest.raises(BadInput):
        count(desk, "concern", kind=["complaint", "rapport"])


def test_a_wrong_key_names_those_that_can_be_asked(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        count(desk, "member", shoe=44)
    assert {"status", "station", "age", "hindered_for"} <= set(refused.value.facts["known"])  # type: ignore[arg-type]


def test_ids_that_exist_can_be_asked_and_bear_their_names(desk: Desk) -> None:
    post = desk.stations.found(kind=StationKind.POST, name="驿站").id
    assert count(desk, "intervention", station=post) == 0
    reading = Reading(desk.seat)
    assert labels(reading, "intervention", "station", "zh") == {post: "驿站"}
    assert labels(reading, "concern", "kind", "zh")["complaint"] == "投诉"
    assert labels(reading, "intervention", "kind", "zh")["littering"] == "乱丢乱扔"
    assert labels(reading, "concern", "number", "zh") == {}


def test_what_records_say_can_be_asked_even_if_no_catalogue_lists_it_any_more(desk: Desk) -> None:
    with pytest.raises(BadInput):
        count(desk, "station", theme="old-theme")
    desk.stations.found(kind=StationKind.POST, name="驿站", theme="old-theme")
    assert count(desk, "station", theme="old-theme") == 1


def test_every_choice_is_of_a_declared_key_and_of_something_that_exists(desk: Desk) -> None:
    specs = {spec.name: spec for spec in standard_kinds()}
    declared = [(spec, key, choice) for spec in specs.values() for key, choice in spec.choices.items()]
    assert len(declared) > 40
    reading = Reading(desk.seat)
    for spec, key, choice in declared:
        assert key in spec.keys, (spec.name, key)
        if isinstance(choice, (IdOf, HeldBy)):
            assert choice.kind in specs
        else:
            assert codes(reading, choice), (spec.name, key)
        if isinstance(choice, EnumMeta):
            told = labels(reading, spec.name, key, "zh")
            if spec.name not in ("intake", "row"):
                assert any(word != code for code, word in told.items()), (spec.name, key)
