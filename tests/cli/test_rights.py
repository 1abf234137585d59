"""The commands about people's data: who may see it and why, files, retention, audits, compliance pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

import grassroots
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId


@pytest.fixture
def people(founded: Run) -> dict[str, MemberId]:
    with grassroots.open(f"sqlite:///{Path.cwd() / 'grassroots.db'}") as network:
        desk = network.desk("steward:office")
        made = {
            "elder": desk.members.register(name="贺兰山", phone="14400000001", health_note="慢走").id,
            "child": desk.members.register(name="林小满", born=Dated(PartialDate.parse("2018"))).id,
            "mother": desk.members.register(name="林一").id,
        }
        desk.members.correct(made["elder"], phone="14400000002")
        desk.kin.record(made["mother"], made["child"], TieKind.GUARDIAN)
        desk.members.get(made["child"])
        network.desk("steward:office", purpose="emergency").access.break_glass(
            made["elder"], reason="fall", words="摔倒了", tell=("clerk:a", "clerk:b")
        )
    return made


def answer(told: Any) -> Any:
    return json.loads(told.out)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_policy_is_shown_and_explained(founded: Run, people: dict[str, MemberId], language: str) -> None:
    shown = founded("--language", language, "--actor", "volunteer:li", "policy", "show")
    assert shown.code == 0
    assert "paired" in shown.out
    assert "${" not in shown.out
    told = founded("--language", language, "policy", "explain", f"member/{people['elder']}")
    assert (told.code, "steward-all" in told.out) == (0, True)
    plain = answer(founded("--json", "policy", "explain", f"member/{people['elder']}"))
    assert {one["effect"] for one in plain["groups"]} == {"allow"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("policy", "explain"), "cli-record"),
        (("policy", "explain", "member/nobody"), "missing"),
        (("policy", "explain", "person/x"), "kind-unknown"),
        (("rights", "about"), "cli-rights-member"),
        (("rights", "about", "nobody", "--out", "x.html"), "missing"),
        (("rights", "erase", "nobody"), "missing"),
        (("rights", "hold", "nobody"), "missing"),
        (("retention", "apply", "0000"), "cli-retention-plan"),
        (("retention", "apply"), "cli-retention-plan"),
        (("audit", "minors", "--out", "x.html"), "cli-year-wanted"),
        (("audit", "access", "--out", "x.html"), "cli-period-wanted"),
        (("--actor", "partner:firm", "audit", "access", "--period", "2025"), "denied"),
        (("--actor", "volunteer:li", "retention", "plan"), "ok"),
    ],
)
def test_bad_input_gets_words(founded: Run, arguments: tuple[str, ...], code: str) -> None:
    told = founded("--json", *arguments)
    if code == "ok":
        assert answer(told)["due"] == []
        return
    assert answer(told)["error"]["code"] == code
    assert told.code == 2
    said = founded(*arguments) if "--out" in arguments or code != "denied" else told
    assert "Traceback" not in said.err + said.out


def test_a_page_says_where_it_goes_or_is_asked_for_as_json(founded: Run) -> None:
    for command in (
        ("audit", "minors", "--year", "2025"),
        ("compliance", "record"),
        ("rights", "about", "x"),
    ):
        told = founded(*command)
        assert told.code == 2
        assert "--out" in told.err


PAGES = (
    ("rights", "about", "{elder}"),
    ("audit", "minors", "--year", "{year}"),
    ("audit", "access", "--period", "{year}"),
    ("compliance", "record"),
    ("compliance", "assessment"),
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", PAGES, ids=lambda command: "-".join(command[:2]))
def test_a_page_stands_alone_and_says_everything_in_words(
    founded: Run, people: dict[str, MemberId], command: tuple[str, ...], language: str
) -> None:
    from datetime import UTC, datetime

    year = str(datetime.now(UTC).year)
    filled = [part.format(year=year, **people) for part in command]
    told = founded("--language", language, *filled, "--out", "page.html")
    assert told.code == 0, told.err
    page = Path("page.html").read_text("utf-8")
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert "${" not in text
    # No code where a word should stand: every label of the page is in the catalogue.
    assert not re.findall(r"\bpage-[a-z-]+", text)
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert "林小满" not in text, "a child stands in no page by name"
    plain = founded("--json", *filled)
    assert plain.code == 0
    assert answer(plain)


def test_somebody_is_forgotten_from_the_command_line(founded: Run, people: dict[str, MemberId]) -> None:
    before = answer(founded("--json", "rights", "about", people["elder"]))
    assert "14400000002" in str(before)
    assert "慢走" in str(before)
    held = answer(founded("--json", "rights", "hold", people["elder"], "--reason", "court"))
    assert held["hold"]
    assert (
        answer(founded("--json", "rights", "erase", people["elder"]))["error"]["code"] == "rights-under-hold"
    )
    with grassroots.open(f"sqlite:///{Path.cwd() / 'grassroots.db'}") as network:
        network.desk("steward:office").rights.lift_hold(held["hold"])
    told = founded("rights", "erase", people["elder"])
    assert told.code == 0
    after = answer(founded("--json", "rights", "about", people["elder"]))
    assert "14400000002" not in str(after)
    assert after["former"] == []
    assert founded("rights", "requests").code == 0
    assert answer(founded("--json", "rights", "restrict", people["mother"]))["restriction"]


def test_retention_shows_its_plan_before_it_does_anything(founded: Run, people: dict[str, MemberId]) -> None:
    planned = answer(founded("--json", "retention", "plan"))
    assert (planned["due"], planned["held"]) == ([], 0)
    applied = founded("--json", "retention", "apply", planned["plan"])
    assert answer(applied)["records"] == 0
