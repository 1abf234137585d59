"""The unit of work: what an act was shown, it rests on; what it writes, it vouches for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import attrs
import pytest

from grassroots.contracts.storage import Erase, Includes, Is, Put, Query, Ref, Seen
from grassroots.domain.history import History
from grassroots.domain.member import Member, MemberStatusChanged
from grassroots.domain.step import Step
from grassroots.errors import BadInput, Conflict, Missing
from grassroots.network import Network
from grassroots.values.ids import MemberId, StationId
from grassroots.workspace import work as module
from grassroots.workspace.codec import commitment
from grassroots.workspace.office import Seat
from grassroots.workspace.sealing import HEADER
from grassroots.workspace.work import Work

S1 = Is("station", "S1")


def a_work(seat: Seat, id: str = "ACT") -> Work:
    return Work(seat, id)


def new(work: Work, id: str, name: str = "卯大山", **fields: Any) -> Member:
    return work.keep(Member.register(id=MemberId(id), name=name, **fields))


def commit(work: Work) -> int:
    batch = work.batch()
    assert batch is not None
    return work.office.storage.commit(batch)


@pytest.fixture
def two(seat: Seat) -> dict[str, int]:
    """Members M1 and M2 at station S1, with their revisions."""
    revisions = {}
    for id in ("M1", "M2"):
        work = a_work(seat, f"REG-{id}")
        new(work, id, station=StationId("S1"))
        revisions[id] = commit(work)
    return revisions


# -- what an act rests on ---------------------------------------------------------------------------------
@pytest.mark.in_clear(reason="looks at what a batch rests on and writes, keys and bodies")
def test_every_load_is_written_down_by_itself(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    work.load(Member, "M1")
    assert work.peek(Member, "M9") is None
    new(work, "M3")
    batch = work.batch()
    assert batch is not None
    assert batch.based_on == {
        Ref("member", "M1"): two["M1"],
        Ref("member", "M9"): 0,
        Ref("member", "M3"): 0,
        # And on the network not having been sealed by somebody else meanwhile.
        HEADER: 0,
    }


def test_every_question_is_written_down_with_its_answer(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    assert [one.id for one in work.find(Member, S1)] == ["M1", "M2"]
    assert work.find(Member, Is("station", "S7"), limit=3) == []
    new(work, "M3")
    batch = work.batch()
    assert batch is not None
    limit = module.MOST_SHOWN
    assert batch.seen == (
        Seen(Query("member", (S1,), limit=limit), (("M1", two["M1"]), ("M2", two["M2"]))),
        Seen(Query("member", (Is("station", "S7"),), limit=3), ()),
    )


def test_two_desks_that_each_saw_the_same_and_wrote_beside_it_do_not_both_stand(
    seat: Seat, two: dict[str, int]
) -> None:
    """Write skew: each sees that one more may leave, and each lets another one leave."""
    first, second = a_work(seat, "A"), a_work(seat, "B")
    for work, id in ((first, "M1"), (second, "M2")):
        active = work.find(Member, S1, Is("status", "active"))
        assert len(active) == 2
        work.keep(work.load(Member, id).leave(date(2021, 7, 2)))
    commit(first)
    with pytest.raises(Conflict) as refused:
        commit(second)
    assert refused.value.queries != ()
    assert [one.id for one in a_work(seat).find(Member, S1, Is("status", "active"))] == ["M2"]


def test_a_question_that_was_answered_with_nothing_is_rested_on_as_well(seat: Seat) -> None:
    works = [a_work(seat, id) for id in ("A", "B")]
    for number, work in enumerate(works):
        assert work.find(Member, Includes("names", "卯大山")) == []
        new(work, f"M{number}")
    commit(works[0])
    with pytest.raises(Conflict):
        commit(works[1])


def test_the_same_record_in_two_revisions_is_a_conflict_at_once(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    work.find(Member, Is("phone", None), S1)
    other = a_work(seat, "OTHER")
    other.keep(other.load(Member, "M2").correct(remark="x"))
    commit(other)
    with pytest.raises(Conflict) as refused:
        work.find(Member, S1)
    assert refused.value.moved == {Ref("member", "M2")}


def test_what_was_never_loaded_has_to_be_new(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    new(work, "M1")
    with pytest.raises(Conflict) as refused:
        commit(work)
    assert refused.value.moved == {Ref("member", "M1")}


def test_a_question_with_too_many_answers_is_refused_not_cut(
    seat: Seat, two: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 2)
    with pytest.raises(BadInput) as refused:
        a_work(seat).find(Member, S1)
    assert (refused.value.code, refused.value.facts["kind"]) == ("question-too-wide", "member")
    assert len(a_work(seat).find(Member, S1, limit=2)) == 2
    monkeypatch.setattr(module, "MOST_SHOWN", 3)
    assert len(a_work(seat).find(Member, S1)) == 2


# -- its own writes -----------------------------------------------------------------------------------------
def test_an_act_sees_what_it_wrote_itself(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    new(work, "M0", station=StationId("S1"))
    work.keep(work.load(Member, "M1").correct(station=StationId("S2")))
    assert [one.id for one in work.find(Member, S1)] == ["M0", "M2"]
    assert [one.id for one in work.find(Member, S1, limit=1)] == ["M0"]
    assert [one.id for one in work.find(Member, S1, limit=1, backwards=True)] == ["M2"]
    assert work.load(Member, "M1").station == "S2"
    assert work.load(Member, "M0").name == "卯大山"


def test_what_an_act_erases_is_gone_for_it_and_afterwards_for_all(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    gone = work.load(Member, "M1")
    work.drop(gone, MemberStatusChanged(status=gone.status))
    assert work.peek(Member, "M1") is None
    assert [one.id for one in work.find(Member, S1)] == ["M2"]
    batch = work.batch()
    assert batch is not None
    assert batch.writes == (Erase(Ref("member", "M1")),)
    seat.office.storage.commit(batch)
    with pytest.raises(Missing):
        a_work(seat).load(Member, "M1")


def test_nothing_happened_is_nothing_written(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    one = work.load(Member, "M1")
    assert work.keep(Step(attrs.evolve(one, remark="x"))).remark == "x"
    assert work.batch() is None


@pytest.mark.in_clear(reason="looks at what a batch rests on and writes, keys and bodies")
def test_coming_back_to_a_mark_leaves_nothing_behind(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    work.keep(work.load(Member, "M1").correct(phone="13800000001"))
    mark = work.mark()
    work.keep(work.load(Member, "M1").correct(phone="13800000002"))
    work.keep(work.load(Member, "M2").correct(phone="13800000002"))
    new(work, "M3")
    assert work.told_since(mark) == 3
    work.back_to(mark)
    assert work.told_since(mark) == 0
    assert work.load(Member, "M1").phone == "13800000001"
    assert work.load(Member, "M2").phone is None
    assert work.peek(Member, "M3") is None
    commit(work)
    stored = seat.office.storage.read([Ref("member", id) for id in ("M1", "M2", "M3")])
    assert {ref.id: row.keys["phone"] for ref, row in stored.items()} == {"M1": "13800000001", "M2": None}


# -- vouching -----------------------------------------------------------------------------------------------
@pytest.mark.in_clear(reason="looks at what a batch rests on and writes, keys and bodies")
def test_every_write_is_vouched_for_exactly_once_by_the_hash_of_its_body(
    seat: Seat, two: dict[str, int]
) -> None:
    work = a_work(seat)
    work.keep(work.load(Member, "M1").correct(phone="13800000001"), Ref("member", "M2"))
    work.keep(work.load(Member, "M2").leave(date(2021, 7, 2)))
    new(work, "M3")
    batch = work.batch()
    assert batch is not None
    vouched: dict[str, str] = {}
    for fact in batch.facts:
        for name, value in json.loads(fact.body).get("w", {}).items():
            assert name not in vouched
            vouched[name] = value
    written = {str(one.ref): commitment(one.body) for one in batch.writes if isinstance(one, Put)}
    assert vouched == written
    assert {name.partition("/")[0] for name in written} == {"member", "history"}


def test_former_values_are_kept_apart_and_never_in_the_trail(seat: Seat, two: dict[str, int]) -> None:
    work = a_work(seat)
    work.keep(work.load(Member, "M1").correct(name="辰小川", phone="13800000001"))
    commit(work)
    (history,) = a_work(seat).find(History, Is("about", "member/M1"))
    assert history.former == {"name": '"卯大山"', "phone": "null"}
    trail = b"".join(entry.fact.body for entry in seat.office.storage.journal(after=0, limit=100))
    for secret in ("卯大山", "辰小川", "13800000001"):
        assert secret.encode() not in trail


def test_the_trail_says_who_for_whom_from_which_sheet_and_when(network: Network) -> None:
    seat = network.desk("clerk:li", proxy_for="卯爷爷", sheet="members-7").seat
    work = a_work(seat)
    new(work, "M1")
    commit(work)
    entry = seat.office.storage.journal(after=0, limit=10, about=Ref("member", "M1"))[0]
    happened = seat.office.codec.decode_fact(entry)
    assert (happened.by, happened.proxy_for, happened.sheet) == ("clerk:li", "卯爷爷", "members-7")
    assert happened.at == seat.office.clock()
    assert happened.code == "member-registered"


def test_two_bodies_of_the_same_record_are_salted_anew(seat: Seat) -> None:
    bodies = set()
    for number in range(2):
        work = a_work(seat, f"A{number}")
        new(work, "M1")
        batch = work.batch()
        assert batch is not None
        bodies.add(batch.writes[0].body if isinstance(batch.writes[0], Put) else b"")
    assert len(bodies) == 2


def test_a_numbered_act_always_makes_the_same_ids_and_another_number_others(seat: Seat) -> None:
    first, again, other = (
        [work.new_id(), work.new_id()]
        for work in (
            Work(seat, "SHEET-7", derived=True),
            Work(seat, "SHEET-7", derived=True),
            Work(seat, "SHEET-8", derived=True),
        )
    )
    assert first == again
    assert len({*first, *other}) == 4


def test_the_day_is_that_of_the_wall_not_of_the_meridian(network: Network) -> None:
    from datetime import UTC, datetime

    office = attrs.evolve(
        network.desk("steward:x").seat.office, clock=lambda: datetime(2021, 7, 1, 23, tzinfo=UTC)
    )
    assert Work(attrs.evolve(network.desk("steward:x").seat, office=office), "A").today == date(2021, 7, 2)


def test_a_rule_that_was_asked_is_named_in_the_trail(seat: Seat) -> None:
    work = a_work(seat)
    scheme = next(iter(seat.office.packs.table("pairing_scheme", work.today)))
    work.rules("pairing_scheme", scheme)
    new(work, "M1")
    commit(work)
    entry = seat.office.storage.journal(after=0, limit=10, about=Ref("member", "M1"))[0]
    (cited,) = seat.office.codec.decode_fact(entry).packs
    assert cited.partition("@")[0] in {pack.name for pack in seat.office.packs.active}
