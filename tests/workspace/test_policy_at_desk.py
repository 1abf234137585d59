"""Nothing is read or written without a viewer, and nobody may do what no row of the policy allows."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import grassroots
import grassroots.usecases
from grassroots.contracts.policy import Actor, Posture
from grassroots.contracts.storage import Ref
from grassroots.desk import Desk
from grassroots.domain.member import Limit, Member
from grassroots.errors import Denied
from grassroots.network import Network
from grassroots.plugins.keys import KeySet
from grassroots.values.ids import StationId
from grassroots.workspace.acts import Room
from grassroots.workspace.reading import Reading


def rooms() -> Iterator[type[Room]]:
    for found in pkgutil.walk_packages(grassroots.usecases.__path__, "grassroots.usecases."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Room) and value.__module__ == found.name:
                yield value


ROOMS = sorted(set(rooms()), key=lambda room: room.__name__)
BY_OFFICE = {
    "Intakes.plan",
    "Intakes.apply",
    "ClaimsRoom.hold",
    "Registers.recogniser",
    "Archive.dump",
    "Archive.backup",
    "Feeds.give",
    "Keys.told",
    "Keys.turn",
    "Keys.turn_search",
    "Keys.backup",
    "Rights.erase",
    "Secrets.open",
}
"""Unwrapped on purpose: plans are works of the seat, claims ask figures, a recogniser reads no record, an
archive asks the policy about every field group of every kind (tests/usecases/test_archive.py), a token is
made before the act that keeps its hash, keys are for the office and its jobs, erasing asks whether the record
of the person may be written before it touches any, and opening asks value by value."""


def calls(method: object) -> set[str]:
    """The names of what a method calls on itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))  # type: ignore[arg-type]
    return {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "self"
    }


def touches_seat(method: object) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))  # type: ignore[arg-type]
    return any(isinstance(node, ast.Attribute) and node.attr == "_seat" for node in ast.walk(tree))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_every_door_of_every_room_asks_who_is_there(room: type[Room]) -> None:
    for name, method in vars(room).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        if hasattr(method, "__wrapped__") or f"{room.__name__}.{name}" in BY_OFFICE:
            continue
        own = {callee for callee in calls(method) if hasattr(room, callee)}
        assert own, f"{room.__name__}.{name} is neither an act nor a look, and calls none"
        assert all(hasattr(getattr(room, callee), "__wrapped__") for callee in own), name
        assert not touches_seat(method), f"{room.__name__}.{name} reaches for the seat itself"


@pytest.mark.parametrize("viewer", ["volunteer:li", "lead:wang", "partner:school", "auditor:committee"])
def test_doors_that_ask_in_a_way_of_their_own_do_ask(viewer: str, tmp_path: Path) -> None:
    service = KeySet.read(f"k1:{'ab' * 32}", "test")
    with grassroots.open("memory://", zone="Asia/Shanghai", keys=service) as network:
        person = network.desk("steward:office").members.register(name="卯大山", phone="14400000001").id
        desk = network.desk(viewer)
        doors: list[Callable[[], object]] = [
            lambda: desk.feeds.give(member=person),
            desk.keys.told,
            desk.keys.turn,
            desk.keys.turn_search,
            lambda: desk.keys.backup(tmp_path / "keys"),
            lambda: desk.secrets.open("member", [person], groups=["contact"], purpose="home-visit"),
            lambda: desk.rights.erase(person, reason="asked"),
        ]
        for door in doors:
            with pytest.raises(Denied):
                door()
    assert list(tmp_path.iterdir()) == []


def test_the_desk_has_every_room(network: Network) -> None:
    desk = network.desk("steward:office")
    shown = {name for name, value in vars(Desk).items() if not name.startswith("_") and name != "once"}
    assert {type(getattr(desk, name)) for name in shown} == set(ROOMS)


# -- default deny -----------------------------------------------------------------------------------------
@pytest.fixture
def member(network: Network) -> Member:
    return network.desk("steward:office").members.register(
        name="卯大山",
        phone="13800001234",
        address="东门1号",
        id_number="11010519491231002X",
        health_note="慢走",
        limits=(Limit.STANDING,),
        station=StationId("S1"),
    )


def test_a_partner_counts_and_reads_nothing(network: Network, member: Member) -> None:
    desk = network.desk("partner:school")
    assert desk.figures.compute("members-active").value == 1
    with pytest.raises(Denied) as refused:
        desk.members.all()
    assert refused.value.facts["ask"] == "steward"
    with pytest.raises(Denied):
        desk.members.get(member.id)


@pytest.mark.parametrize("posture", ["volunteer", "partner", "auditor", "lead"])
def test_members_are_written_by_those_whose_work_it_is(
    network: Network, member: Member, posture: str
) -> None:
    desk = network.desk(f"{posture}:li")
    head = network.desk("steward:office").seat.office.storage.head()
    with pytest.raises(Denied):
        desk.members.register(name="辰小川")
    with pytest.raises(Denied):
        desk.members.correct(member.id, remark="x")
    with pytest.raises(Denied):
        desk.members.leave(member.id)
    assert network.desk("steward:office").seat.office.storage.head() == head


def test_a_volunteer_sees_that_somebody_is_there_and_not_who(network: Network, member: Member) -> None:
    shown = network.desk("volunteer:li").members.get(member.id)
    assert (shown.id, shown.station, shown.status) == (member.id, "S1", member.status)
    assert (shown.name, shown.phone, shown.address, shown.id_number) == ("", None, None, None)
    assert (shown.health_note, shown.limits) == (None, ())


def test_an_auditor_sees_masks_and_no_health(network: Network, member: Member) -> None:
    (shown,) = network.desk("auditor:wang").members.all()
    assert shown.name.startswith("卯")
    assert "大山" not in shown.name
    assert shown.id_number is not None
    assert "19491231" not in shown.id_number
    assert (shown.phone, shown.health_note, shown.limits) == (None, None, ())


def test_everybody_sees_what_is_kept_about_themselves(network: Network, member: Member) -> None:
    own = network.desk(Actor("mao", Posture.VOLUNTEER, member=member.id))
    assert own.members.get(member.id) == member
    assert own.members.all() == [member]


def test_a_lead_writes_at_the_own_station_and_nowhere_else(network: Network, member: Member) -> None:
    lead = network.desk(Actor("li", Posture.LEAD, stations=(StationId("S1"),)))
    assert lead.members.correct(member.id, phone="13800000009").phone == "13800000009"
    elsewhere = network.desk("steward:office").members.register(name="辰小川", station=StationId("S2"))
    with pytest.raises(Denied):
        lead.members.correct(elsewhere.id, phone="13800000009")


def test_a_clerk_does_not_bring_in_health_as_a_list(network: Network, member: Member) -> None:
    import attrs

    from grassroots.workspace.work import Work

    seat = network.desk("clerk:li").seat
    one = Work(seat, "A").load(Member, member.id)
    assert Work(seat, "A").keep(one.correct(health_note="快走")).health_note == "快走"
    bulk = Work(attrs.evolve(seat, bulk=True), "B")
    with pytest.raises(Denied) as refused:
        bulk.keep(bulk.load(Member, member.id).correct(health_note="快走"))
    assert (refused.value.facts["group"], refused.value.facts["action"]) == ("health", "bulk")
    assert bulk.keep(bulk.load(Member, member.id).correct(remark="x")).remark == "x"


def test_who_may_not_write_does_not_learn_whether_there_is_anything_to_write(
    network: Network, member: Member
) -> None:
    desk, own = network.desk("steward:office"), network.desk("volunteer:li")
    head = desk.seat.office.storage.head()
    for id_ in ("NOBODY", member.id):
        with pytest.raises(Denied):
            own.members.leave(id_)  # type: ignore[arg-type]
    with pytest.raises(Denied):
        own.members.correct(member.id, phone=member.phone)  # right or wrong: no difference
    with pytest.raises(Denied):
        own.members.correct(member.id, phone="14400000009")
    assert desk.seat.office.storage.head() == head


def test_a_job_is_named_in_the_trail_like_a_person(network: Network, member: Member) -> None:
    network.desk("system:nightly-import").members.correct(member.id, remark="x")
    happened = Reading(network.desk("steward:office").seat).trail(Ref("member", member.id))
    assert [one.by for one in happened] == ["steward:office", "system:nightly-import"]


def test_a_desk_needs_somebody_with_a_posture(network: Network) -> None:
    for nobody in ("office", "king:li", "steward:"):
        with pytest.raises(ValueError, match=r"."):
            network.desk(nobody)
