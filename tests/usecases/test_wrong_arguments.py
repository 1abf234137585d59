"""What cannot be an argument is said in words, at every door where people's data is decided on."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import pytest

from grassroots.desk import Desk
from grassroots.errors import BadInput, GrassrootsError, Missing
from grassroots.locale import say
from grassroots.network import Network
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId

WRONG: tuple[Any, ...] = (
    None, 5, -1, True, 1.5, float("nan"), "", "NOBODY", "x" * 300, "\ud800", "a\0b", b"x", [], ["NOBODY"],
    ("",), {}, {"a": 1}, object(), date(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC),
)  # fmt: skip
ROOMS = (
    "access", "appointments", "compliance", "concerns", "consents", "duties", "feeds", "figures", "honours",
    "kin", "members", "pairings", "policy", "reach", "retention", "rights", "safeguarding", "secrets",
    "suggestions",
)  # fmt: skip
"""Rooms whose every argument is one that an app passes on from a form or an address."""


def likely(name: str, hint: Any, member: str) -> Any:
    """Something that fits, so that only one argument at a time is wrong."""
    if hint is date:
        return date(2025, 7, 1)
    if hint is Period:
        return Period.parse("2025-07")
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if name in ("member", "id", "ids"):
        return [member] if name == "ids" else member
    if typing.get_origin(hint) is not None:
        return ("steward:one", "steward:two")
    return {int: 5, bool: True}.get(hint, "work")


def doors(desk: Desk, room: str, member: str) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Every argument of every method: what calls it with a value there."""
    here = getattr(desk, room)
    for verb, method in sorted(vars(type(here)).items()):
        if verb.startswith("_") or not inspect.isfunction(method):
            continue
        skipped = 2 if hasattr(method, "__wrapped__") else 1
        found = list(inspect.signature(method).parameters.values())[skipped:]
        hints = typing.get_type_hints(inspect.unwrap(method))
        asked = [one for one in found if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]
        for wrong in asked:
            yield f"{verb}({wrong.name})", _calling(getattr(here, verb), asked, wrong, hints, member)


def _calling(method: Any, asked: list[Any], wrong: Any, hints: Any, member: str) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        args: list[Any] = []
        named: dict[str, Any] = {}
        for one in asked:
            if one is not wrong and one.default is not one.empty:
                continue
            given = value if one is wrong else likely(one.name, hints.get(one.name), member)
            if one.kind is one.KEYWORD_ONLY or one.default is not one.empty:
                named[one.name] = given
            else:
                args.append(given)
        return method(*args, **named)

    return call


@pytest.mark.parametrize("room", ROOMS)
def test_what_cannot_be_an_argument_is_said_in_words(room: str, network: Network, desk: Desk) -> None:
    member = desk.members.register(name="卯大山").id
    told = 0
    for door, call in doors(desk, room, member):
        for value in WRONG:
            try:
                call(value)
            except GrassrootsError as error:
                told += 1
                for language in ("zh", "en"):
                    said = say(error.code, error.facts, language)
                    assert said, (door, value)
                    assert "object at 0x" not in said, (door, value)
            except Exception as error:
                raise AssertionError(f"{room}.{door} with {value!r}: {error!r}") from error
    assert told > 5


def test_nobody_is_no_empty_list(desk: Desk) -> None:
    """An empty answer about a person says that nothing is kept, and not that the id was mistyped."""
    nobody = MemberId("NOBODY")
    for ask in (
        desk.consents.of,
        lambda one: desk.consents.agreed(one, "publish"),
        lambda one: desk.consents.agreed(one, "work"),
        desk.rights.about,
        desk.rights.holds,
        desk.rights.restrictions,
        desk.access.of_member,
        lambda one: desk.access.grants(member=one),
        desk.kin.of,
        desk.safeguarding.screenings,
        desk.safeguarding.standing,
    ):
        with pytest.raises(Missing) as told:
            ask(nobody)
        assert told.value.facts["id"] == nobody
        ask(desk.members.register(name="卯大山").id)


def test_only_a_plan_is_carried_out(desk: Desk) -> None:
    for wrong in ("x", None, [], desk.retention.rules()):
        with pytest.raises(BadInput) as told:
            desk.retention.apply(wrong)  # type: ignore[arg-type]
        assert (told.value.code, told.value.facts["field"]) == ("argument-wrong-type", "plan")
    assert desk.retention.apply(desk.retention.plan()) == 0


def test_words_are_not_taken_letter_by_letter(desk: Desk) -> None:
    member = desk.members.register(name="卯大山", phone="14400000001").id
    for call in (
        lambda: desk.secrets.open("member", member, groups=["contact"], purpose="home-visit"),
        lambda: desk.secrets.open("member", [member], groups="contact", purpose="home-visit"),
        lambda: desk.rights.restrict(member, reason="asked", purposes="work"),
        lambda: desk.access.break_glass(member, reason="fall", words="x", tell="steward:office"),  # type: ignore[arg-type]
    ):
        with pytest.raises(BadInput) as told:
            call()
        assert told.value.code == "argument-wrong-type"


def test_a_record_given_for_an_id_is_not_said_back(desk: Desk) -> None:
    """What is said back of a wrong argument is its type: a record's words are nobody's business in a log."""
    person = desk.members.register(name="卯大山", phone="14400000001")
    with pytest.raises(BadInput) as told:
        desk.consents.of(person)  # type: ignore[arg-type]
    assert told.value.facts["what"] == "Member"
