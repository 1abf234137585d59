from __future__ import annotations

import pytest

from grassroots.domain.claim import BadClaims, parse_claims
from grassroots.errors import BadInput
from grassroots.values.dates import Period

HEAD = """
[claims]
name = "invented-2021"
version = "2"
period = "2021"
"""
CLAIM = """
[[claim]]
id = "A-1"
published_zh = "开展活动100余场"
published_en = "more than a hundred activities"
source = "report"
"""
CHECK = """
[[claim.check]]
figure = "activities-held"
expect = "100余"
"""


def test_a_statement_is_read_with_what_would_have_to_be_true() -> None:
    found = parse_claims(
        HEAD
        + CLAIM
        + CHECK
        + """
[[claim.check]]
agree = ["a", "b"]
period = "2021-07"
[[claim.check]]
figure = "topics"
contains = ["health"]
period = "all"
[[claim.check]]
evidence = true

[figure.own]
kind = "duty"
measure = "records"
"""
    )
    (claim,) = found.claims
    assert (found.name, found.version, found.period) == ("invented-2021", "2", Period.year(2021))
    assert (claim.published("zh"), claim.published("en")) == (
        "开展活动100余场",
        "more than a hundred activities",
    )
    first, equal, among, last = claim.checks
    assert [check.during(found.period) for check in (first, equal, among)] == [
        Period.year(2021),
        Period.month(2021, 7),
        None,
    ]
    assert (equal.agree, among.contains, last.evidence) == (("a", "b"), ("health",), True)
    assert found.figures["own"].pack == "invented-2021@2"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[claims", "claims-unreadable"),
        (HEAD, "claims-none"),
        (HEAD.replace("version", "edition") + CLAIM + CHECK, "claims-head-missing"),
        (HEAD + CLAIM, "claim-without-check"),
        (HEAD + CLAIM + '[[claim.check]]\nfigur = "x"\n', "claim-unknown-field"),
        (HEAD + CLAIM + '[[claim.check]]\nfigure = "x"\n', "claim-check-empty"),
        (HEAD + CLAIM + '[[claim.check]]\nexpect = "3"\n', "claim-check-empty"),
        (HEAD.replace("2021", "20x1") + CLAIM + CHECK, "period-unreadable"),
        (HEAD + CLAIM.replace("published_en", "published_fr") + CHECK, "claims-wrong"),
        (HEAD + CLAIM.replace("published_en = ", "source_en = ") + CHECK, "claims-wrong"),
        (HEAD + CLAIM + CHECK.replace('"100余"', "100"), "claim-not-text"),
        (CLAIM + CHECK, "claims-head-missing"),
    ],
)
def test_a_claims_file_that_is_wrong_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parse_claims(text)
    assert wrong.value.code == code


def test_all_mistakes_of_a_file_are_told_at_once_each_with_its_claim_and_field() -> None:
    first = CLAIM.replace("published_en", "published_fr") + CHECK
    second = CLAIM.replace("A-1", "A-2") + '[[claim.check]]\nfigur = "x"\n'
    with pytest.raises(BadClaims) as wrong:
        parse_claims(HEAD + first + second)
    told = [(one.code, one.facts.get("claim"), one.facts.get("field")) for one in wrong.value.mistakes]
    assert told == [
        ("claim-missing-field", "A-1", "published_en"),
        ("claim-unknown-field", "A-1", None),
        ("claim-unknown-field", "A-2", None),
    ]
