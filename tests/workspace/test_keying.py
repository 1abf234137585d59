"""When the keys of a kind change, the records are put again before anybody asks: on every storage."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest

import grassroots
from grassroots.contracts.storage import Batch, Erase, Fact, Includes, Is, Key, Put, Query, Ref, Tally
from grassroots.domain.charter import KeysFilled
from grassroots.domain.seal import Word
from grassroots.domain.step import Event, Step
from grassroots.network import Network
from grassroots.workspace import keying
from grassroots.workspace.keying import KEYED
from grassroots.workspace.kindspec import KeyValue, KindSpec
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

NOON = datetime(2021, 7, 2, 4, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Lent(Event):
    """An item left the post."""


@attrs.frozen(kw_only=True)
class Loan:
    """One item lent to somebody of a team."""

    id: str
    item: str
    team: str = "t0"
    tags: tuple[str, ...] = ()


def spec(*names: str, version: int = 1, item: Callable[[str], str] = str) -> KindSpec[Loan]:
    """The kind as a version of the program knows it: searched by these of its fields."""
    types = {"item": Key.TEXT, "team": Key.TEXT, "tags": Key.TEXTS}

    def keys(loan: Loan) -> Mapping[str, KeyValue]:
        every = {"item": item(loan.item), "team": loan.team, "tags": loan.tags}
        return {name: every[name] for name in names}

    return KindSpec(
        name="loan",
        record=Loan,
        keys={name: types[name] for name in names},
        keys_of=keys,
        events=(Lent,),
        version=version,
        upcasters={one: lambda fields: fields for one in range(1, version)},
    )


OLD, NEW = spec("item"), spec("item", "team", "tags")

Open = Callable[..., Network]


@pytest.fixture(params=["memory", "sqlite", "sqlalchemy", "postgresql", "mariadb"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the one network of this test, by whichever version of the program."""
    url = {
        "memory": f"memory:///{tmp_path}",
        "sqlite": f"sqlite:///{tmp_path}/district.db",
        "sqlalchemy": f"sqlite+pysqlite:///{tmp_path}/district.db",
    }.get(request.param) or request.getfixturevalue(request.param)
    name = f"keying-{os.getpid()}-{tmp_path.name}"[-64:]
    networks: list[Network] = []

    def open_(kind: KindSpec[Loan], **more: Any) -> Network:
        network = grassroots.open(
            url, network=name, kinds=(kind,), clock=lambda: NOON, pause=lambda _: None, **more
        )
        networks.append(network)
        return network

    yield open_
    for network in networks:
        network.close()
    from grassroots.discovery import find_storage

    find_storage(url).drop(url, name)


def lend(network: Network, *ids: str, team: str = "t1") -> None:
    seat = network.desk("steward:office").seat
    for start in range(0, len(ids), 400):
        work = Work(seat, f"lend-{ids[start]}")
        for id in ids[start : start + 400]:
            loan = Loan(id=id, item=f"i{id}", team=team, tags=(team, "x"))
            work.keep(Step(loan, (Lent(),)))
        batch = work.batch()
        assert batch is not None
        seat.office.storage.commit(batch)


def found(network: Network, *where: Any) -> list[str]:
    reading = Reading(network.desk("steward:office").seat)
    return [loan.id for loan in reading.list(Loan, *where)]


def told(network: Network) -> list[tuple[str, int]]:
    """What the journal says of records that were put again."""
    office = network.desk("steward:office").seat.office
    entries = office.storage.journal(after=0, limit=10_000)
    happened = [office.codec.decode_fact(entry).event for entry in entries if entry.fact.body]
    return [(one.kind, one.records) for one in happened if isinstance(one, KeysFilled)]


def head(network: Network) -> int:
    return network.desk("steward:office").seat.office.storage.head()


def test_a_new_key_finds_what_was_written_before_it(opened: Open) -> None:
    with opened(OLD) as before:
        lend(before, *(f"{n:04}" for n in range(1_203)))
        assert told(before) == []
    with opened(NEW) as after:
        assert len(found(after, Is("team", "t1"))) == len(found(after, Includes("tags", "t1"))) == 1_203
        assert found(after, Is("team", None)) == []
        storage = after.desk("steward:office").seat.office.storage
        assert storage.tally(Query("loan"), by=("team",)) == {("t1",): Tally(1_203)}
        assert told(after) == [("loan", 500), ("loan", 500), ("loan", 203), ("loan", 1_203)]
        verified = after.desk("steward:office").seals.verify()
        assert (verified.word, verified.findings) == (Word.NOT_PROVABLE, ())
        here = head(after)
    with opened(NEW) as again:
        assert head(again) == here  # and the next opening writes nothing


def test_without_it_the_new_key_would_answer_wrongly(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a storage by itself finds nothing, and says so in silence."""
    with opened(OLD) as before:
        lend(before, "a")
    monkeypatch.setattr("grassroots.network.fill", lambda _: 0)
    with opened(NEW) as after:
        assert found(after, Is("team", "t1")) == []
        assert found(after, Is("team", None)) == ["a"]


@pytest.mark.in_clear(reason="counts entries of the journal, and sealing begins with one")
def test_a_new_network_says_its_keys_with_its_founding_and_no_fact_more(opened: Open) -> None:
    with opened(OLD) as network:
        office = network.desk("steward:office").seat.office
        assert head(network) == 1
        marks = office.storage.find(Query(KEYED.name))
        assert [one.ref.id for one in marks] == sorted(kind.name for kind in office.kinds)
        assert {one.revision for one in marks} == {1}


def test_a_new_version_derives_its_keys_anew(opened: Open) -> None:
    with opened(OLD) as before:
        lend(before, "a", "b")
    with opened(spec("item", version=2, item=str.upper)) as after:
        assert found(after, Is("item", "IA")) == ["a"]
        assert told(after) == [("loan", 2), ("loan", 2)]


def test_only_records_whose_keys_differ_are_written(opened: Open) -> None:
    with opened(NEW) as network:
        lend(network, "a", "b")
        office = network.desk("steward:office").seat.office
        revisions = {one.ref: one.revision for one in office.storage.find(Query("loan"))}
        stale = office.storage.read([Ref("loan", "b")])[Ref("loan", "b")]
        marks = office.storage.find(Query(KEYED.name))
        office.storage.commit(  # as a network was before there were marks, with one stale record
            Batch(
                "past",
                [Fact()],
                {stale.ref: stale.revision, **{one.ref: one.revision for one in marks}},
                (),
                [Put(stale.ref, {"item": "ib"}, stale.body), *(Erase(one.ref) for one in marks)],
            )
        )
    with opened(NEW) as again:
        assert found(again, Is("team", "t1")) == ["a", "b"]
        storage = again.desk("steward:office").seat.office.storage
        now = {one.ref.id: one.revision for one in storage.find(Query("loan"))}
        assert now["a"] == revisions[Ref("loan", "a")]
        assert ("loan", 1) in told(again)
        assert all(records in (0, 1) for _, records in told(again))


def test_a_program_of_an_older_version_makes_the_newer_one_look_again(opened: Open) -> None:
    with opened(NEW) as newer:
        lend(newer, "a")
    with opened(OLD) as older:
        lend(older, "b")
        assert told(older)[-1] == ("loan", 0)  # what it asks is there: only written down
    with opened(NEW) as again:
        assert found(again, Is("team", "t1")) == ["a", "b"]
        assert told(again)[-1] == ("loan", 1)


def test_what_was_broken_off_is_done_by_whoever_comes_next(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(OLD) as before:
        lend(before, *(f"{n:03}" for n in range(40)))
    monkeypatch.setattr(keying, "AT_ONCE", 10)
    left = iter(range(2))
    whole = keying._write

    def die(*arguments: Any, **more: Any) -> None:
        if next(left, None) is None:
            raise MemoryError
        whole(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(keying, "_write", die)
        with pytest.raises(MemoryError):
            opened(NEW)
    with opened(NEW) as after:
        assert len(found(after, Is("team", "t1"))) == 40
        assert told(after) == [("loan", 10)] * 4 + [("loan", 20)]


def test_two_who_open_at_once_do_no_harm(opened: Open) -> None:
    with opened(OLD) as before:
        lend(before, *(f"{n:03}" for n in range(60)))
    barrier, failures, networks = Barrier(3), [], []

    def enter() -> None:
        barrier.wait()
        try:
            networks.append(opened(NEW))
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=enter) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    for network in networks:
        assert len(found(network, Is("team", "t1"))) == 60
        assert network.desk("steward:office").seals.verify().findings == ()


def test_somebody_who_writes_meanwhile_is_not_overwritten(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(OLD) as before:
        lend(before, "a", "b", "c")
        storage = before.desk("steward:office").seat.office.storage
        whole = keying._again
        done: list[int] = []

        def interfere(*arguments: Any) -> Any:
            if not done:
                done.append(1)
                one = storage.read([Ref("loan", "b")])[Ref("loan", "b")]
                storage.commit(Batch("now", [Fact()], {one.ref: one.revision}, (), [Erase(one.ref)]))
            return whole(*arguments)

        monkeypatch.setattr(keying, "_again", interfere)
        with opened(NEW) as after:
            assert found(after, Is("team", "t1")) == ["a", "c"]


def test_a_record_that_cannot_be_read_keeps_nobody_out(opened: Open) -> None:
    with opened(OLD) as before:
        lend(before, "a", "b")
        storage = before.desk("steward:office").seat.office.storage
        one = storage.read([Ref("loan", "a")])[Ref("loan", "a")]
        storage.commit(Batch("spoil", [Fact()], {one.ref: one.revision}, (), [Put(one.ref, one.keys, b"{")]))
    with opened(NEW) as after:
        assert found(after, Is("team", "t1")) == ["b"]
        with pytest.raises(grassroots.Corrupt):
            found(after)


def test_a_mark_that_is_spoiled_says_nothing(opened: Open) -> None:
    with opened(NEW) as before:
        lend(before, "a")
        storage = before.desk("steward:office").seat.office.storage
        ref = Ref(KEYED.name, "loan")
        mark = storage.read([ref])[ref]
        storage.commit(Batch("spoil", [Fact()], {ref: mark.revision}, (), [Put(ref, {}, b"{")]))
    with opened(NEW) as after:
        assert told(after) == [("loan", 0)]
        assert found(after, Is("team", "t1")) == ["a"]


def test_bodies_of_a_megabyte_go_in_batches_that_a_storage_takes(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keying, "_WEIGHT", 200)
    with opened(OLD) as before:
        lend(before, *"abcdefgh")
    with opened(NEW) as after:
        assert len(found(after, Is("team", "t1"))) == 8
        assert len(told(after)) > 3
