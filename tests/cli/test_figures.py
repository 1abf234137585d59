"""A figure is told with its records, the records with their rows, and a statement with both."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

CLAIMS = """
[claims]
name = "qinghe"
version = "1"
period = "2021-12-31..2021-12-31"

[[claim]]
id = "Q-1"
published_zh = "{zh}"
published_en = "{en}"
[[claim.check]]
figure = "members-active"
period = "all"
expect = "{expect}"
"""


def _claims(path: Path, expect: str) -> Path:
    path.write_text(
        CLAIMS.format(zh=f"{expect}人在册", en=f"{expect} members", expect=expect), encoding="utf-8"
    )
    return path


def test_a_figure_is_told_with_its_title_and_how_many_records_are_behind_it(peopled: Run) -> None:
    told = peopled("figures", "members-active", "--language", "zh")
    assert told.code == 0
    assert ["members-active", "在册人员", "2", "人", "2"] in told.table
    figure = peopled("figures", "members-active", "--json").json["figures"][0]
    assert (figure["value"], figure["records"], figure["unit"]) == (2, 2, "person")


def test_all_figures_are_listed_and_one_that_needs_a_period_says_so_without_stopping_the_others(
    peopled: Run,
) -> None:
    told = peopled("figures", "--json")
    figures = {one["id"]: one for one in told.json["figures"]}
    assert told.code == 0
    assert figures["members-active"]["value"] == 2
    assert figures["duty-days-covered"]["error"]["code"] == "figure-needs-period"
    with_period = peopled("figures", "--period", "2021", "--json").json["figures"]
    assert all("error" not in one for one in with_period)


def test_a_rate_shows_its_two_numbers(peopled: Run) -> None:
    figure = peopled("figures", "duty-days-covered", "--period", "2021-07", "--json").json["figures"][0]
    assert figure["value"] == "0/31"
    assert figure["percent"] == "0"
    assert any(
        "0/31 (0 %)" in row for row in peopled("figures", "duty-days-covered", "--period", "2021-07").table
    )


def test_a_place_may_be_named_and_counts_with_all_below_it(peopled: Run) -> None:
    def value(place: str) -> int:
        told = peopled("figures", "members-active", "--place", place, "--json").json
        return int(told["figures"][0]["value"])

    assert (value("南苑站"), value("south"), value("hub")) == (1, 1, 2)


def test_evidence_lists_exactly_the_records_and_the_rows_that_they_came_from(peopled: Run) -> None:
    told = peopled("evidence", "members-active", "--place", "south", "--json").json
    assert told["value"] == told["records"] == len(told["evidence"]) == 1
    one = told["evidence"][0]
    assert (one["kind"], one["place"]) == ("member", "south")
    assert one["rows"] == [{"file": "people.xlsx", "sheet": "人员花名册", "row": 3}]
    words = peopled("evidence", "members-active", "--place", "south", "--language", "zh")
    assert "people.xlsx / 人员花名册 / 第 3 行" in words.out
    assert "南苑站" in words.out


def test_evidence_can_be_narrowed_by_keys_and_by_age(peopled: Run) -> None:
    def found(*where: str) -> int:
        told = peopled("evidence", "members-active", "--period", "2021", "--json", "--where", *where)
        assert told.code == 0
        return len(told.json["evidence"])

    assert found("station=south") == 1
    assert found("station=south,hub") == 2
    assert found("age=80..") == 1
    assert found("age=60..70") == 1
    assert found("age=60..", "station=hub") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["figures", "nope"], "figure-unknown"),
        (["evidence", "nope"], "figure-unknown"),
        (["evidence", "nope", "--where", "a=b"], "figure-unknown"),
        (["figures", "--period", "20x"], "period-unreadable"),
        (["figures", "--period", "2021-13"], "cli-period"),
        (["figures", "members-active", "--place", "月球"], "cli-place-unknown"),
        (["figures", "duty-days-covered"], "figure-needs-period"),
        (["evidence", "members-active", "--where", "shoe=44"], "figure-unknown-key"),
        (["evidence", "members-active", "--where", "station"], "cli-where"),
        (["evidence", "members-active", "--where", "age=old"], "cli-where"),
        (["claims", "absent.toml"], "sheet-not-found"),
        (["claims", "people.xlsx"], "cli-not-text"),
        (["claims", "charter.toml"], "claims-head-missing"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_in_words(
    peopled: Run, arguments: list[str], code: str
) -> None:
    told = peopled(*arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    for language in ("zh", "en"):
        words = peopled(*arguments, "--language", language).err
        assert words
        assert code not in words
        assert "${" not in words


def test_a_statement_holds_or_not_and_the_exit_code_says_so(peopled: Run, tmp_path: Path) -> None:
    _claims(tmp_path / "true.toml", "2")
    true = peopled("claims", "true.toml", "--json")
    assert true.code == 0
    assert true.json["claims"] == [
        {
            "id": "Q-1",
            "published": "2人在册",
            "computed": 2,
            "records": 2,
            "holds": True,
            "checks": [
                {
                    "title_zh": "在册人员",
                    "title_en": "Active members",
                    "computed": 2,
                    "expected": "2",
                    "holds": True,
                }
            ],
        }
    ]
    _claims(tmp_path / "false.toml", "5")
    false = peopled("claims", "false.toml", "--language", "zh")
    assert false.code == 1
    assert ["Q-1", "5人在册", "在册人员：2", "2", "否"] in false.table
    assert "不成立" in false.out
    assert ["Q-1", "5 members", "Active members: 2", "2", "no"] in peopled("claims", "false.toml").table


def test_a_condition_may_be_said_in_the_readers_words(peopled: Run) -> None:
    def found(language: str, *where: str) -> int:
        told = peopled("evidence", "members-active", "--language", language, "--json", "--where", *where)
        assert told.code == 0
        return len(told.json["evidence"])

    assert found("zh", "station=南苑站") == 1
    assert found("zh", "station=南苑站、青禾中心") == 2
    assert found("zh", "status=在册") == 2
    assert found("en", "status=Active") == 2
    assert peopled("evidence", "concerns-recorded", "--language", "zh", "--where", "kind=投诉").code == 0


def test_a_mistyped_value_is_answered_with_those_that_there_are(peopled: Run) -> None:
    asked = ("evidence", "concerns-recorded", "--where", "kind=complant")
    told = peopled(*asked, "--language", "zh")
    assert told.code == 2
    assert "complant" in told.err
    assert "投诉 (complaint)" in told.err
    assert peopled(*asked, "--json").json["error"]["facts"]["known"].count("complaint") == 1
    assert peopled("figures", "members-active", "--where", "station=sauth").code == 2
    key = peopled("evidence", "members-active", "--where", "shoe=44")
    assert "station" in key.err


def test_a_place_that_is_not_known_is_answered_with_names(peopled: Run) -> None:
    told = peopled("figures", "members-active", "--place", "月球", "--language", "zh")
    assert "南苑站 (south)" in told.err
    answer = peopled("figures", "members-active", "--place", "月球", "--json").json
    assert "south" in answer["error"]["facts"]["known"]
