"""A rehearsal writes nothing; played back, it gives what was planned, or refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workspace.conftest import NOON

import grassroots
from grassroots.contracts.storage import Is, Query, Ref, Stored
from grassroots.domain.member import Member
from grassroots.errors import Conflict
from grassroots.network import Network
from grassroots.values.ids import MemberId, StationId
from grassroots.workspace.office import Seat
from grassroots.workspace.rehearsal import DRAFT, Playback, Rehearsal
from grassroots.workspace.work import Work

Doing = Callable[[Work], object]


def register(id: str, name: str = "卯大山") -> Doing:
    def do(work: Work) -> object:
        return work.keep(Member.register(id=MemberId(id), name=name, station=StationId("S1")))

    return do


def correct(id: str, phone: str) -> Doing:
    return lambda work: work.keep(work.load(Member, id).correct(phone=phone))


def leave_all(work: Work) -> object:
    for one in work.find(Member, Is("status", "active")):
        work.keep(one.leave(date(2021, 7, 2)))
    return None


def forget(id: str) -> Doing:
    def do(work: Work) -> object:
        gone = work.load(Member, id)
        work.drop(gone, gone.correct(remark="x").happened[0])
        return None

    return do


def on(seat: Seat, rehearsal: Rehearsal) -> Seat:
    return attrs.evolve(seat, office=attrs.evolve(seat.office, storage=rehearsal))


def rehearse(seat: Seat, acts: list[Doing]) -> Rehearsal:
    rehearsal = Rehearsal(seat.office.storage)
    for number, do in enumerate(acts):
        work = Work(on(seat, rehearsal), f"PLAN-{number}")
        do(work)
        batch = work.batch()
        if batch is not None:
            rehearsal.commit(batch)
    return rehearsal


def apply(seat: Seat, acts: list[Doing]) -> None:
    for number, do in enumerate(acts):
        work = Work(seat, f"DONE-{number}")
        do(work)
        batch = work.batch()
        if batch is not None:
            seat.office.storage.commit(batch)


def play(seat: Seat, rehearsal: Rehearsal) -> None:
    playback = Playback()
    for number, batch in enumerate(rehearsal.batches, 1):
        playback.stands(number, seat.office.storage.commit(playback.real(batch)))


def records(seat: Seat) -> dict[str, Member]:
    spec = seat.office.kinds.of(Member)
    return {
        row.ref.id: seat.office.codec.decode(spec, row.body).record
        for row in seat.office.storage.find(Query("member"))
    }


CHAIN = [
    register("M1"),
    register("M2", "辰小川"),
    correct("M1", "13800000001"),
    leave_all,
    register("M3", "巳三"),
    forget("M2"),
    register("M2", "巳四"),
    correct("M2", "13800000002"),
]


def test_nothing_of_a_rehearsal_is_written(seat: Seat) -> None:
    head = seat.office.storage.head()
    rehearsal = rehearse(seat, CHAIN)
    assert (seat.office.storage.head(), records(seat)) == (head, {})
    assert rehearsal.head() == head
    assert len(rehearsal.journal(after=0, limit=100)) == head
    assert set(rehearsal.read([Ref("member", "M1"), Ref("member", "M9")])) == {Ref("member", "M1")}


@pytest.mark.in_clear(reason="compares stored bodies")
def test_playing_a_rehearsal_gives_the_same_records_as_doing_it(seat: Seat, network: Network) -> None:
    play(seat, rehearse(seat, CHAIN))
    with grassroots.open("memory://", clock=lambda: NOON) as other:
        apply(other.desk("steward:office").seat, CHAIN)
        expected = records(other.desk("steward:office").seat)
    assert records(seat) == expected
    assert set(expected) == {"M1", "M2", "M3"}


@pytest.mark.in_clear(reason="compares stored bodies")
def test_a_batch_that_was_played_before_may_be_played_again(seat: Seat) -> None:
    rehearsal = rehearse(seat, CHAIN)
    play(seat, rehearsal)
    stood, head = records(seat), seat.office.storage.head()
    play(seat, rehearsal)
    assert (records(seat), seat.office.storage.head()) == (stood, head)


@pytest.mark.in_clear(reason="compares stored bodies")
def test_a_record_that_moved_stops_the_playback_and_says_which(seat: Seat) -> None:
    apply(seat, [register("M0")])
    rehearsal = rehearse(seat, [register("M1"), correct("M0", "13800000001"), register("M2")])
    seat_work = Work(seat, "OTHER")
    correct("M0", "13800000009")(seat_work)
    batch = seat_work.batch()
    assert batch is not None
    seat.office.storage.commit(batch)
    with pytest.raises(Conflict) as refused:
        play(seat, rehearsal)
    assert refused.value.moved == {Ref("member", "M0")}
    assert set(records(seat)) == {"M0", "M1"}
    assert records(seat)["M0"].phone == "13800000009"


def test_an_answer_that_changed_stops_the_playback(seat: Seat) -> None:
    apply(seat, [register("M0")])
    rehearsal = rehearse(seat, [leave_all])
    work = Work(seat, "OTHER")
    register("M5")(work)
    batch = work.batch()
    assert batch is not None
    seat.office.storage.commit(batch)
    with pytest.raises(Conflict) as refused:
        play(seat, rehearsal)
    assert refused.value.queries != ()


def test_a_page_of_what_is_planned_is_full_although_rows_below_left_the_answer(seat: Seat) -> None:
    apply(seat, [register(f"M{number}") for number in range(6)])
    rehearsal = Rehearsal(seat.office.storage)
    work = Work(on(seat, rehearsal), "PLAN")
    for number in range(4):
        work.keep(work.load(Member, f"M{number}").leave(date(2021, 7, 2)))
    batch = work.batch()
    assert batch is not None
    rehearsal.commit(batch)
    active = (Is("status", "active"),)
    assert ids(rehearsal.find(Query("member", active, limit=2))) == ["M4", "M5"]
    assert ids(rehearsal.find(Query("member", active, limit=1))) == ["M4"]
    assert ids(rehearsal.find(Query("member", active, limit=1, backwards=True))) == ["M5"]
    assert ids(rehearsal.find(Query("member", active, after="M4", limit=9))) == ["M5"]
    assert ids(rehearsal.find(Query("member", active))) == ["M4", "M5"]
    planned = rehearsal.read([Ref("member", "M0")])[Ref("member", "M0")]
    assert planned.revision == DRAFT + 1


def ids(found: object) -> list[str]:
    assert isinstance(found, (list, tuple))
    return [row.ref.id for row in found if isinstance(row, Stored)]


STEPS = st.lists(
    st.one_of(
        st.sampled_from("ABCD").map(lambda id: ("register", id)),
        st.sampled_from("ABCD").map(lambda id: ("correct", id)),
        st.sampled_from("ABCD").map(lambda id: ("forget", id)),
        st.just(("leave_all", "")),
    ),
    max_size=10,
)


@pytest.mark.in_clear(reason="compares stored bodies")
@given(STEPS, st.integers(0, 10))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_planned_is_what_is_done_wherever_the_plan_begins(
    steps: list[tuple[str, str]], split: int
) -> None:
    acts: list[Doing] = []
    there: set[str] = set()
    for number, (verb, id) in enumerate(steps):
        if verb == "register" and id not in there:
            there.add(id)
            acts.append(register(id))
        elif verb == "correct" and id in there:
            acts.append(correct(id, f"138{number:08}"))
        elif verb == "forget" and id in there:
            there.remove(id)
            acts.append(forget(id))
        elif verb == "leave_all":
            acts.append(leave_all)
    with (
        grassroots.open("memory://", clock=lambda: NOON) as one,
        grassroots.open("memory://", clock=lambda: NOON) as other,
    ):
        direct, planned = one.desk("steward:x").seat, other.desk("steward:x").seat
        apply(direct, acts)
        apply(planned, acts[:split])
        later = [*acts[split:]]
        rehearsal = Rehearsal(planned.office.storage)
        for number, do in enumerate(later):
            work = Work(on(planned, rehearsal), f"LATER-{number}")
            do(work)
            batch = work.batch()
            if batch is not None:
                rehearsal.commit(batch)
        play(planned, rehearsal)
        assert records(planned) == records(direct)
