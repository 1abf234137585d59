"""What the desk promises about published statements."""

from __future__ import annotations

from datetime import date

import pytest

from grassroots.desk import Desk
from grassroots.domain.claim import parse_claims
from grassroots.domain.intervention import Outcome
from grassroots.domain.member import Dated
from grassroots.domain.station import StationKind
from grassroots.errors import Conflict, Missing
from grassroots.usecases.claims import ClaimResult
from grassroots.usecases.figures import standard_definitions
from grassroots.values.dates import PartialDate

CLAIMS = """
[claims]
name = "invented-2021"
version = "1"
period = "2021"

[[claim]]
id = "PATROL"
published_zh = "劝阻不文明行为10余起"
published_en = "more than ten bad habits stopped"
[[claim.check]]
figure = "interventions"
expect = "10余"

[[claim]]
id = "JULY"
published_zh = "七月为多"
published_en = "several in July"
[[claim.check]]
figure = "interventions"
period = "2021-07"
expect = "多"
[[claim.check]]
figure = "interventions"
period = "2021-08"
expect = "1"

[[claim]]
id = "SUMS"
published_zh = "按岗位与按地点一致"
published_en = "by role as by place"
[[claim.check]]
agree = ["interventions", "interventions-by-role", "interventions-by-place"]

[[claim]]
id = "KINDS"
published_zh = "两处"
published_en = "two places"
[[claim.check]]
figure = "lines-by-kind"
contains = ["illegal-parking", "littering"]

[[claim]]
id = "PROOF"
published_zh = "件件可查"
published_en = "every number shows its records"
[[claim.check]]
evidence = true

[figure.lines-by-kind]
kind = "intervention"
measure = "records"
by = "kind"
day = "day"
"""


@pytest.fixture
def patrolled(desk: Desk) -> Desk:
    post = desk.stations.found(kind=StationKind.POST, name="驿站").id
    for kind, day, incidents in (
        ("illegal-parking", date(2021, 7, 1), 9),
        ("illegal-parking", date(2021, 8, 2), 1),
        ("littering", date(2021, 3, 2), 2),
        ("littering", date(2020, 12, 31), 50),
    ):
        desk.interventions.record(
            kind=kind, station=post, day=day, outcome=Outcome.STOPPED, incidents=incidents
        )
    return desk


def held(desk: Desk, text: str = CLAIMS) -> dict[str, ClaimResult]:
    return {one.claim.id: one for one in desk.claims.hold(text)}


def test_statements_that_the_records_bear_out_hold(patrolled: Desk) -> None:
    found = held(patrolled)
    assert {id: one.holds for id, one in found.items()} == dict.fromkeys(found, True)
    assert found["PATROL"].computed == 12
    assert found["JULY"].computed == [9, 1]
    assert found["SUMS"].computed == "12 = 12 = 12"
    assert found["PROOF"].computed == "7/7"


def test_a_statement_shows_each_record_behind_it_once(patrolled: Desk) -> None:
    found = held(patrolled)
    assert {id: one.records for id, one in found.items()} == {
        "PATROL": 3,
        "JULY": 2,
        "SUMS": 3,
        "KINDS": 3,
        "PROOF": 3,
    }
    assert len({one.id for one in found["SUMS"].evidence()}) == 3


@pytest.mark.parametrize(
    ("published", "changed", "claim"),
    [
        ('expect = "10余"', 'expect = "20余"', "PATROL"),
        ('expect = "1"', 'expect = "2"', "JULY"),
        ('"littering"', '"unleashed-dog"', "KINDS"),
        ('"interventions-by-place"', '"duties"', "SUMS"),
    ],
)
def test_a_statement_that_says_more_than_the_records_does_not_hold(
    patrolled: Desk, published: str, changed: str, claim: str
) -> None:
    assert published in CLAIMS
    found = held(patrolled, CLAIMS.replace(published, changed))
    assert [id for id, one in found.items() if not one.holds] == [claim]


def test_a_statement_about_all_time_has_no_period(patrolled: Desk) -> None:
    text = CLAIMS.replace('expect = "10余"', 'expect = "62"\nperiod = "all"')
    result = held(patrolled, text)
    assert result["PATROL"].holds
    assert result["PROOF"].holds


def test_a_statement_about_nothing_recorded_does_not_hold(desk: Desk) -> None:
    found = held(desk)
    assert not found["PATROL"].holds
    assert found["PATROL"].records == 0
    assert found["SUMS"].holds


def test_evidence_of_a_claim_after_a_write_says_so(patrolled: Desk) -> None:
    (first, *_) = patrolled.claims.hold(parse_claims(CLAIMS))
    patrolled.members.register(name="卯大山")
    with pytest.raises(Conflict):
        first.evidence()


def test_a_figure_that_nobody_defined_is_named(desk: Desk) -> None:
    with pytest.raises(Missing) as refused:
        held(desk, CLAIMS.replace('figure = "lines-by-kind"', 'figure = "lines-by-colour"'))
    assert refused.value.facts["id"] == "lines-by-colour"


def test_each_computed_number_says_what_was_counted(patrolled: Desk) -> None:
    text = CLAIMS.replace('expect = "10余"', 'expect = "10余"\nwhere = { kind = ["illegal-parking"] }', 1)
    found = held(patrolled, text)
    (patrol,) = found["PATROL"].checks
    assert patrol.title("zh").endswith("（违停乱停）")
    assert patrol.title("en").endswith(" (illegal parking)")
    assert patrol.title("zh").startswith(standard_definitions()["interventions"].title_zh)
    assert " = " in found["SUMS"].checks[0].title_zh
    assert found["PROOF"].checks[0].title("zh") == "能列出背后记录的数字"


def test_a_name_in_a_condition_is_not_told_beside_the_number(patrolled: Desk) -> None:
    patrolled.members.register(name="卯大山")
    text = CLAIMS.replace(
        'figure = "interventions"', 'figure = "members-active"\nwhere = { names = "卯大山" }', 1
    )
    (check,) = held(patrolled, text)["PATROL"].checks
    assert "卯大山" not in check.title_zh + check.title_en


def test_a_mean_says_which_whole_number_is_compared(desk: Desk) -> None:
    for year in (1950, 1951, 1951):
        desk.members.register(name=f"卯{year}", born=Dated(date=PartialDate(year, 1, 1)))
    text = CLAIMS.replace(
        'figure = "interventions"\nexpect = "10余"',
        'figure = "mean-age"\nperiod = "2021-12-31..2021-12-31"\nexpect = "70"',
    )
    (check,) = held(desk, text)["PATROL"].checks
    assert (check.computed, check.rounded, check.holds) == (70.3, 70, True)
