"""How an act comes to its end: repeated when the ground moved, sent again when the outcome is unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import pytest
from tests.workspace.failing import Failing

from grassroots.contracts.storage import Batch, Ref
from grassroots.desk import Desk
from grassroots.domain.appointment import Appointment
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.station import StationKind
from grassroots.errors import ActReused, Conflict, Full, Refused, Unavailable
from grassroots.network import Network
from grassroots.values.ids import MemberId, RoleId
from grassroots.workspace.acts import TRIES, Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


class Desks:
    """Desks of one network whose storage fails as it is told."""

    def __init__(self, network: Network) -> None:
        self.seat = network.desk("steward:office").seat
        self.pauses: list[float] = []

    def on(self, storage: Failing) -> Desk:
        office = attrs.evolve(self.seat.office, storage=storage, pause=self.pauses.append)
        return Desk(attrs.evolve(self.seat, office=office))

    def plain(self) -> Desk:
        return Desk(self.seat)

    @property
    def storage(self) -> Failing:
        return Failing(self.seat.office.storage)


@pytest.fixture
def desks(network: Network) -> Desks:
    return Desks(network)


def first(times: int, error: Exception) -> Callable[[Batch], None]:
    left = [times]

    def fail(_: Batch) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return fail


# -- conflicts --------------------------------------------------------------------------------------------
def test_an_act_is_decided_anew_on_what_stands_now(desks: Desks) -> None:
    one = desks.plain().members.register(name="卯大山")

    def meanwhile(_: Batch) -> None:
        if len(storage.batches) == 1:
            desks.plain().members.correct(one.id, address="东门1号")

    storage = desks.storage
    storage.before = meanwhile
    after = desks.on(storage).members.correct(one.id, phone="13800000001")
    assert (after.address, after.phone) == ("东门1号", "13800000001")
    assert len(storage.batches) == 2
    assert desks.plain().members.get(one.id) == after


@pytest.mark.parametrize(("times", "stands"), [(1, True), (TRIES - 1, True), (TRIES, False)])
def test_an_act_is_tried_ten_times_and_then_the_conflict_is_told(
    desks: Desks, times: int, stands: bool
) -> None:
    storage = desks.storage
    storage.before = first(times, Conflict())
    desk = desks.on(storage)
    if stands:
        assert desk.members.register(name="卯大山").name == "卯大山"
        assert len(desks.plain().members.all()) == 1
    else:
        with pytest.raises(Conflict):
            desk.members.register(name="卯大山")
        assert desks.plain().members.all() == []
    assert len(storage.batches) == min(times + 1, TRIES)
    assert len(desks.pauses) == min(times, TRIES - 1)
    assert all(0 <= pause <= 0.06 for pause in desks.pauses)


def test_a_refusal_of_the_field_is_never_tried_again(desks: Desks) -> None:
    one = desks.plain().members.register(name="卯大山")
    desks.plain().members.record_death(one.id, on=date(2021, 7, 1))
    storage = desks.storage
    with pytest.raises(Refused):
        desks.on(storage).members.pause(one.id)
    assert storage.batches == []
    assert desks.pauses == []


# -- unknown outcomes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unknown_outcome_sends_the_very_same_batch_again(desks: Desks, when: str) -> None:
    storage = desks.storage
    setattr(storage, when, first(3, Unavailable()))
    desks.on(storage).members.register(name="卯大山")
    assert len(storage.batches) == 4
    assert all(batch is storage.batches[0] for batch in storage.batches)
    assert len(desks.plain().members.all()) == 1


def test_an_outcome_that_stays_unknown_is_told(desks: Desks) -> None:
    storage = desks.storage
    storage.before = first(100, Unavailable())
    with pytest.raises(Unavailable):
        desks.on(storage).members.register(name="卯大山")
    assert len(storage.batches) == TRIES


def test_a_full_disk_is_told_at_once(desks: Desks) -> None:
    storage = desks.storage
    storage.before = first(1, Full())
    with pytest.raises(Full):
        desks.on(storage).members.register(name="卯大山")
    assert len(storage.batches) == 1


# -- an act with a number of its own ---------------------------------------------------------------------
def test_an_act_that_is_sent_twice_is_done_once(network: Network) -> None:
    desk = network.desk("steward:office")
    head = network.desk("steward:office").seat.office.storage.head
    first = desk.once("sheet-7").members.register(name="卯大山")
    stood = head()
    assert desk.once("sheet-7").members.register(name="卯大山") == first
    assert head() == stood
    assert desk.members.all() == [first]


def test_an_act_that_is_sent_twice_gives_what_stands_not_what_was_drafted(network: Network) -> None:
    desk = network.desk("steward:office")
    one = desk.once("sheet-7").members.register(name="卯大山")
    desk.members.correct(one.id, phone="13800000001")
    assert desk.once("sheet-7").members.register(name="卯大山").phone == "13800000001"


def test_a_number_that_was_used_for_something_else_is_refused(network: Network) -> None:
    desk = network.desk("steward:office")
    desk.once("sheet-7").members.register(name="卯大山")
    with pytest.raises(ActReused):
        desk.once("sheet-7").members.register(name="辰小川")
    with pytest.raises(ActReused):
        desk.once("sheet-7").stations.found(kind=StationKind.HUB, name="卯大山")
    assert [one.name for one in desk.members.all()] == ["卯大山"]


def test_an_act_sent_twice_is_not_refused_for_what_it_did_itself(network: Network) -> None:
    """The second time the appointment overlaps the one that the first time made."""
    desk = network.desk("steward:office")
    desk.roles.adopt()
    one = desk.members.register(name="卯大山")
    asked: dict[str, Any] = {"member": one.id, "role": RoleId("community-mediator"), "station": None}
    made = desk.once("sheet-9").appointments.appoint(**asked)
    assert isinstance(made, Appointment)
    assert desk.once("sheet-9").appointments.appoint(**asked) == made
    with pytest.raises(Refused):
        desk.appointments.appoint(**asked)
    with pytest.raises(Refused):
        desk.once("sheet-10").appointments.appoint(**asked)
    with pytest.raises(ActReused):
        desk.once("sheet-9").appointments.appoint(**{**asked, "acting": True})


def test_an_act_sent_again_long_after_tells_what_stands_now(network: Network) -> None:
    desk = network.desk("steward:office")
    one = desk.members.register(name="卯大山")
    desk.once("note-3").members.pause(one.id, reason="travel")
    desk.members.leave(one.id)
    assert desk.once("note-3").members.pause(one.id, reason="travel").status is MemberStatus.LEFT
    with pytest.raises(Refused):
        desk.once("note-4").members.pause(one.id, reason="travel")
    with pytest.raises(ActReused):
        desk.once("note-3").members.pause(one.id, reason="illness")
    assert len(Reading(desk.seat).trail(Ref("member", one.id))) == 3


def test_a_number_holds_for_one_act_of_its_desk_only(network: Network) -> None:
    desk = network.desk("steward:office")
    desk.once("sheet-7")
    assert desk.seat.act_id is None
    assert desk.members.register(name="卯大山").id != desk.members.register(name="卯大山").id


# -- rooms ------------------------------------------------------------------------------------------------
class Pairs(Room):
    @act
    def both(self, work: Work, first: str, second: str) -> list[Member]:
        """Two members, or none."""
        made = [work.keep(Member.register(id=MemberId(work.new_id()), name=name)) for name in (first, second)]
        if second == "boom":
            raise RuntimeError("boom")
        return made

    @look
    def count(self, reading: Reading) -> int:
        """How many."""
        return len(reading.list(Member))


def test_an_act_that_fails_half_way_writes_nothing(network: Network) -> None:
    room = Pairs(network.desk("steward:office").seat)
    with pytest.raises(RuntimeError):
        room.both("卯大山", "boom")
    assert room.count() == 0
    assert [one.name for one in room.both("卯大山", "辰小川")] == ["卯大山", "辰小川"]
    assert room.count() == 2


def test_a_look_has_nothing_to_write_with(network: Network) -> None:
    reading = Reading(network.desk("steward:office").seat)
    assert not hasattr(reading, "keep")
    assert not hasattr(reading, "commit")
    assert not hasattr(reading, "batch")


@pytest.mark.in_clear(reason="counts entries of the journal, and sealing begins with one")
def test_the_trail_is_read_by_record_and_from_a_position_on(network: Network) -> None:
    desk = network.desk("steward:office")
    one = desk.members.register(name="卯大山")
    desk.members.register(name="辰小川")
    desk.members.correct(one.id, phone="13800000001")
    reading = Reading(desk.seat)
    codes = [happened.code for happened in reading.trail(Ref("member", one.id))]
    assert codes == ["member-registered", "member-corrected"]
    assert [happened.position for happened in reading.trail(after=2)] == [3, 4]
    assert reading.head() == 4
