from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.data import text
from grassroots.domain.figure import (
    _NEEDS,
    Bucket,
    Definition,
    Mean,
    Measure,
    Other,
    agrees,
    parse_figures,
    plain,
)
from grassroots.errors import BadInput
from grassroots.values.counts import Rate

HEAD = '[figures]\nname = "own"\nversion = "3"\n'


def test_a_definition_is_read_with_where_it_stands() -> None:
    found = parse_figures(
        HEAD
        + """
[figure.desk-days]
title_zh = "值班天数"
title_en = "Days at the desk"
kind = "duty"
measure = "buckets"
bucket = "day"
day = "day"
among = ["S1", "S2"]
each = "station"
source = "habit"
"""
    )
    one = found["desk-days"]
    assert (one.measure, one.bucket, one.among, one.pack) == (
        Measure.BUCKETS,
        Bucket.DAY,
        ("S1", "S2"),
        "own@3",
    )
    assert (one.title("zh"), one.title("en")) == ("值班天数", "Days at the desk")
    assert Definition(id="x", measure=Measure.RECORDS, kind="duty").title("zh") == "x"


def test_other_and_within_are_questions_of_their_own() -> None:
    table = {"kind": "member", "measure": "without", "other": {"kind": "pairing", "key": "recipient"}}
    assert Definition.parse("x", table).other == Other(kind="pairing", key="recipient")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"kind": "duty", "measure": "records", "wehre": {}}, "figure-unknown-field"),
        ({"kind": "duty", "measure": "median"}, "figure-unknown-measure"),
        ({"kind": "duty"}, "figure-unknown-measure"),
        ({"kind": "duty", "measure": "buckets", "bucket": "decade", "day": "day"}, "figure-unknown-measure"),
        ({"kind": "duty", "measure": "sum"}, "figure-incomplete"),
        ({"measure": "total"}, "figure-incomplete"),
        ({"kind": "member", "measure": "without", "other": {"kind": "pairing"}}, "figure-other-wrong"),
        (
            {"kind": "member", "measure": "records", "within": {"kind": "x", "key": "y", "z": 1}},
            "figure-other-wrong",
        ),
    ],
)
def test_a_wrong_definition_says_which_figure_and_what(table: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as wrong:
        Definition.parse("desk-days", table)
    assert wrong.value.code == code
    assert wrong.value.facts["figure"] == "desk-days"


@pytest.mark.parametrize("measure", Measure)
def test_no_measure_lacks_what_it_needs(measure: Measure) -> None:
    whole: dict[str, Any] = {
        "kind": "duty", "of": "member", "over": "duties", "parts": ["duties"], "bucket": "day", "day": "day",
        "other": {"kind": "pairing", "key": "recipient"},
    }  # fmt: skip
    assert Definition.parse("x", {"measure": measure.value, **whole}).measure is measure
    for needed in _NEEDS[measure]:
        lacking = {name: value for name, value in whole.items() if name != needed}
        with pytest.raises(BadInput) as wrong:
            Definition.parse("x", {"measure": measure.value, **lacking})
        assert wrong.value.facts["fields"] == (needed,)


@pytest.mark.parametrize("broken", ["[figures", "[figure.x]\nkind = 'duty'\n", "figures = 3\n"])
def test_a_text_that_is_no_figures_file_is_told_so(broken: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parse_figures(broken)
    assert wrong.value.code == "figures-unreadable"


def test_the_figures_that_ship_are_sound_titled_and_name_only_each_other() -> None:
    found = parse_figures(text("figures"))
    for one in found.values():
        assert one.title_zh, one.id
        assert one.title_en, one.id
        parts = one.parts or ((one.of, one.over) if one.measure is Measure.RATE else ())
        assert set(parts) <= set(found), one.id


# -- means ------------------------------------------------------------------------------------------------
def test_a_mean_is_told_only_where_the_range_leaves_one_answer() -> None:
    assert Mean(150, 152, 2).rounded() is None
    assert Mean(150, 150, 2).rounded() == 75
    assert Mean(151, 151, 2).rounded() == 76
    assert Mean(0, 0, 0).rounded() is None
    assert Mean(0, 0, 0).middle is None
    assert Mean(150, 152, 2).middle == 75.5


@given(st.integers(0, 10_000), st.integers(0, 300), st.integers(1, 200))
def test_a_rounded_mean_holds_for_every_value_in_the_range(low: int, wide: int, number: int) -> None:
    rounded = Mean(low, low + wide, number).rounded()
    for total in (low, low + wide // 2, low + wide):
        one = Mean(total, total, number).rounded()
        assert one is not None
        assert abs(one - total / number) <= 0.5
        assert rounded in (None, one)


# -- what is published ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "expected", "answer"),
    [
        (31, "31", True),
        (30, "31", False),
        (150, "100余", True),
        (200, "100余", False),
        (1000, "上千", True),
        (999, "上千", False),
        (2, "多", True),
        (5, "<=5", True),
        (6, "<=5", False),
        (Rate(12, 12), "all", True),
        (Rate(11, 12), "all", False),
        (Rate(0, 0), "all", False),
        (Rate(15, 15), "15/15", True),
        (Rate(14, 15), "15/15", False),
        (Rate(14, 15), "1..15/15", True),
        (Rate(0, 15), "1..15/15", False),
        (Rate(14, 16), "1..15/15", False),
        (Mean(150, 150, 2), "75", True),
        (Mean(150, 152, 2), "75", False),
    ],
)
def test_a_value_agrees_with_what_was_published_as_the_field_reads_it(
    value: Any, expected: str, answer: bool
) -> None:
    assert agrees(value, expected) is answer


@pytest.mark.parametrize(("value", "expected"), [(Rate(1, 2), "some"), (3, "<=many"), (Rate(1, 2), "12")])
def test_an_expectation_that_says_nothing_is_told_so(value: Any, expected: str) -> None:
    with pytest.raises(BadInput):
        agrees(value, expected)


@pytest.mark.parametrize(
    ("value", "shown"), [(3, 3), (Rate(1, 2), "1/2"), (Mean(150, 153, 2), 75.8), (Mean(0, 0, 0), None)]
)
def test_a_value_in_a_table_keeps_numerator_and_denominator(value: Any, shown: object) -> None:
    assert plain(value) == shown
