"""A viewer who is not who they are said to be is told so at the first look or act: never a silent blank."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

import grassroots
from grassroots.contracts.policy import Actor, Inquiry, PolicyOffer, Posture, Voice
from grassroots.contracts.storage import Ref
from grassroots.desk import Desk
from grassroots.domain.member import Member
from grassroots.errors import BadInput, Denied, GrassrootsError, Missing
from grassroots.locale import say
from grassroots.network import Network
from grassroots.plugins.keys import KeySet
from grassroots.values.ids import MemberId, StationId
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading

NOBODY = MemberId("NOBODY")


@pytest.fixture(params=["clear", "sealed"])
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    keys = KeySet({"k1": bytes(range(32))}, "test") if request.param == "sealed" else None
    with grassroots.open(
        "memory://", network="viewer", keys=keys, clock=lambda: datetime(2025, 7, 2, 1, tzinfo=UTC)
    ) as opened:
        yield opened


@pytest.fixture
def office(network: Network) -> Desk:
    return network.desk("steward:office")


class Nested(Room):
    """A look inside a look."""

    @look
    def outer(self, _: Reading) -> int:
        return self.inner()

    @look
    def inner(self, reading: Reading) -> int:
        return len(reading.list(Member))


def as_member(network: Network, member: MemberId, **more: Any) -> Desk:
    return network.desk(Actor("li", Posture.VOLUNTEER, member=member), **more)


def doors(desk: Desk) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every method of every room that is a look or an act, with nothing sensible given to it."""
    for name in sorted(name for name in vars(Desk) if not name.startswith("_")):
        room = getattr(desk, name)
        if not isinstance(room, Room):
            continue
        for verb, method in sorted(vars(type(room)).items()):
            if verb.startswith("_") or not hasattr(method, "__wrapped__"):
                continue
            asked = list(inspect.signature(method).parameters.values())[2:]
            needed = [one for one in asked if one.default is one.empty and one.kind not in (4, 2)]
            args = [None for one in needed if one.kind is not one.KEYWORD_ONLY]
            named = {one.name: None for one in needed if one.kind is one.KEYWORD_ONLY}
            kind = "look" if "reading" in inspect.signature(method).parameters else "act"
            yield f"{kind} {name}.{verb}", partial(getattr(room, verb), *args, **named)


def test_whoever_acts_as_a_member_who_is_not_there_is_told_at_every_door(network: Network) -> None:
    head = network.desk("steward:office").seat.office.storage.head()
    told: Counter[str] = Counter()
    for name, door in doors(as_member(network, NOBODY)):
        with pytest.raises((Denied, BadInput)) as refused:
            door()
        if name.startswith("look "):
            assert refused.value.code == "viewer-unknown", name
        told[refused.value.code] += 1
    assert told["viewer-unknown"] > 150, told
    assert network.desk("steward:office").seat.office.storage.head() == head


def test_what_is_told_names_the_member_in_both_languages(network: Network) -> None:
    with pytest.raises(Denied) as told:
        as_member(network, NOBODY).members.all()
    for language in ("zh", "en"):
        assert NOBODY in say(told.value.code, told.value.facts, language)


@pytest.mark.parametrize("posture", list(Posture))
def test_a_wrong_member_is_told_in_every_posture(network: Network, posture: Posture) -> None:
    desk = network.desk(Actor("li", posture, member=NOBODY))
    with pytest.raises(Denied) as told:
        desk.policy.rows()
    assert told.value.code == "viewer-unknown"


def test_whoever_is_no_member_needs_none_and_costs_no_read(network: Network, office: Desk) -> None:
    office.members.register(name="卯大山")
    asked: list[Ref] = []
    storage = office.seat.office.storage
    read = storage.read

    def noted(refs: Any) -> Any:
        asked.extend(refs)
        return read(refs)

    storage.read = noted  # type: ignore[method-assign]
    try:
        assert len(network.desk("volunteer:li").members.all()) == 1
        assert not [ref for ref in asked if ref.kind == "member"]
    finally:
        storage.read = read  # type: ignore[method-assign]


def test_who_a_viewer_is_is_asked_once_for_a_look_with_looks_inside(network: Network, office: Desk) -> None:
    member = office.members.register(name="卯大山").id
    asked: list[Ref] = []
    storage = office.seat.office.storage
    read = storage.read

    def noted(refs: Any) -> Any:
        asked.extend(refs)
        return read(refs)

    storage.read = noted  # type: ignore[method-assign]
    try:
        assert Nested(as_member(network, member).seat).outer() == 1
        assert asked.count(Ref("member", member)) == 1
    finally:
        storage.read = read  # type: ignore[method-assign]


def test_whoever_was_merged_is_told_into_whom(network: Network, office: Desk) -> None:
    kept, gone = (office.members.register(name=name).id for name in ("卯大山", "卯爷爷"))
    own = as_member(network, gone)
    assert own.members.get(gone).name == "卯爷爷"
    office.members.merge(kept, gone)
    with pytest.raises(Denied) as told:  # the same desk: it holds for the next request
        own.members.get(kept)
    assert (told.value.code, told.value.facts["into"]) == ("viewer-merged", kept)
    assert as_member(network, kept).members.get(kept).name == "卯大山"


def test_whoever_was_erased_is_told_so_and_not_that_they_left(network: Network, office: Desk) -> None:
    member = office.members.register(name="卯大山").id
    office.rights.erase(member)
    for purpose in ("work", "rights"):
        with pytest.raises(Denied) as told:
            as_member(network, member, purpose=purpose).members.all()
        assert told.value.code == "viewer-erased"


def test_whoever_has_left_keeps_their_rights_and_nothing_else(network: Network, office: Desk) -> None:
    member = office.members.register(name="卯大山", phone="14400000001").id
    office.members.leave(member, on=date(2025, 7, 1))
    own = as_member(network, member)
    with pytest.raises(Denied) as told:
        own.members.all()
    assert told.value.code == "viewer-left"
    assert own.rights.about(member)
    assert as_member(network, member, purpose="rights").members.get(member).phone == "14400000001"
    office.members.admit(member, on=date(2025, 7, 2))
    assert own.members.get(member).phone == "14400000001"


def test_whoever_has_an_office_keeps_it_when_they_leave_as_a_member(network: Network, office: Desk) -> None:
    member = office.members.register(name="卯大山").id
    office.members.leave(member)
    clerk = network.desk(Actor("mao", Posture.CLERK, member=member))
    assert clerk.members.get(member).id == member
    office.members.record_death(member, on=date(2025, 7, 2))
    with pytest.raises(Denied) as told:
        clerk.members.get(member)
    assert told.value.code == "viewer-deceased"


def test_an_act_rests_on_who_does_it(network: Network, office: Desk) -> None:
    """Merged in the very moment of the act: it is decided anew, and refused."""
    kept, gone = (office.members.register(name=name).id for name in ("卯大山", "卯爷爷"))
    own = as_member(network, gone)
    storage = office.seat.office.storage
    commit = storage.commit
    moved: list[str] = []

    def meanwhile(batch: Any) -> Any:
        if not moved:
            moved.append("merged")
            office.members.merge(kept, gone)
        return commit(batch)

    storage.commit = meanwhile  # type: ignore[method-assign]
    try:
        with pytest.raises(Denied) as told:
            own.consents.give(gone, "publish", way="in-person")  # type: ignore[arg-type]
    finally:
        storage.commit = commit  # type: ignore[method-assign]
    assert told.value.code == "viewer-merged"
    assert office.consents.of(gone) == []


def test_an_app_that_answers_itself_is_told_of_nobody_and_decides_who_still_takes_part() -> None:
    def all_of_it(_: Inquiry) -> str:
        return "allow"

    for voice, still in ((Voice.DECIDE, True), (Voice.NARROW, False)):
        offer = PolicyOffer(name="town-hall", judge=all_of_it, voice=voice)
        with grassroots.open("memory://", network="viewer", policy=offer) as network:
            office = network.desk("steward:office")
            member = office.members.register(name="卯大山").id
            office.members.leave(member)
            if still:
                assert as_member(network, member).members.get(member).name == "卯大山"
            else:
                with pytest.raises(Denied, match="has left"):
                    as_member(network, member).members.get(member)
            with pytest.raises(Denied, match="no such member"):
                as_member(network, NOBODY).members.all()
            assert network.desk("volunteer:app-user-17").policy.rows(), "its own users need be no members"


def test_whoever_types_for_somebody_types_for_somebody_who_is_there(network: Network, office: Desk) -> None:
    me, kept, gone = (office.members.register(name=name).id for name in ("辰小川", "卯大山", "卯爷爷"))
    for other, code in ((NOBODY, "proxy-unknown"), (gone, "proxy-merged")):
        if other == gone:
            office.members.merge(kept, gone)
        with pytest.raises(Missing) as told:
            as_member(network, me, proxy_for=other, sheet="7").members.all()
        assert told.value.code == code
    office.members.leave(kept)
    assert as_member(network, me, proxy_for=kept, sheet="8").members.all(), "they may have left paper behind"
    office.rights.erase(kept)
    with pytest.raises(Missing) as told:
        as_member(network, me, proxy_for=kept, sheet="9").members.all()
    assert told.value.code == "proxy-erased"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"member": ""}, "actor-member"),
        ({"member": 17}, "actor-member"),
        ({"stations": "S1"}, "actor-stations"),
        ({"stations": ("",)}, "actor-stations"),
        ({"stations": [StationId("S1")]}, "actor-stations"),
    ],
)
def test_an_actor_that_cannot_be_one_is_told_before_there_is_a_desk(given: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as told:
        Actor("li", Posture.LEAD, **given)
    assert told.value.code == code


@pytest.mark.parametrize(
    "given", [{"purpose": ["work"]}, {"purpose": 5}, {"proxy_for": 5}, {"sheet": 12}, {"sheet": ["a"]}]
)
def test_a_desk_is_asked_for_in_words(network: Network, given: dict[str, Any]) -> None:
    with pytest.raises(GrassrootsError) as told:
        network.desk("clerk:li", **given)
    assert told.value.code in ("argument-wrong-type", "purpose-unknown")
