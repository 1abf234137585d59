"""What callers give is made to fit at the door, or refused there in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.member import Dated, DateSource
from grassroots.domain.reach import Way
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput
from grassroots.values.dates import PartialDate
from grassroots.values.names import Sex


@pytest.fixture
def desk() -> Desk:
    return grassroots.open("memory://").desk("steward:office")


def test_codes_and_iso_texts_are_read(desk: Desk) -> None:
    post = desk.stations.found(kind="post", name="驿站")  # type: ignore[arg-type]
    assert post.kind is StationKind.POST
    person = desk.members.register(name="张三", sex="male", born="1950-07")
    assert person.sex is Sex.MALE
    assert person.born == Dated(PartialDate(1950, 7), DateSource.TOLD)
    assert desk.members.get(person.id) == person
    assert desk.figures.compute("concerns-recorded", period="2026-03").value == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("argument-unknown", {"kind": "poost", "name": "驿站"}),
        ("argument-wrong-type", {"kind": "post", "name": "驿站", "opened": "2026-03-05"}),
        ("argument-wrong-type", {"kind": "post", "name": "驿站", "opened": datetime(2026, 3, 5, tzinfo=UTC)}),
    ],
)
def test_what_cannot_fit_is_said_at_the_door_and_nothing_is_written(
    desk: Desk, code: str, given: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as refused:
        desk.stations.found(**given)
    assert refused.value.code == code
    assert desk.stations.all() == []


def test_a_day_is_no_moment_and_an_actor_is_somebody(desk: Desk) -> None:
    person = desk.members.register(name="张三")
    with pytest.raises(BadInput):
        desk.members.admit(person.id, on="2026-03-05")  # type: ignore[arg-type]
    assert desk.members.pause(person.id, on=date(2026, 3, 5)).status == "paused"
    with pytest.raises(BadInput, match="Actor"):
        grassroots.open("memory://").desk(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "told", [{"room": "2"}, {"room": True}, {"languages": "湘语"}, {"walks": [("east", 3)]}]
)
def test_numbers_and_lists_are_what_they_are_asked_for(desk: Desk, told: dict[str, Any]) -> None:
    """Words alone would be taken letter by letter, and a list of pairs would break somewhere inside."""
    member = desk.members.register(name="林小满").id
    with pytest.raises(BadInput) as refused:
        desk.matching.tell(member, **told)
    assert refused.value.code == "argument-wrong-type"
    assert desk.matching.tell(member, languages=["湘语"], room=2).languages == ("湘语",)


def test_a_field_that_takes_pairs_goes_on_taking_them(desk: Desk) -> None:
    who = desk.members.register(name="宋怀远")
    noted = desk.reach.note(who.id, ways=[("sms", ""), Way("mail", "song@example.org")])
    assert [(way.channel, way.address) for way in noted.ways] == [("sms", ""), ("mail", "song@example.org")]
