"""Totals that a file keeps counted: whoever writes keeps them, and they say what counting says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Condition,
    Erase,
    Fact,
    Is,
    Key,
    Kind,
    Put,
    Query,
    Ref,
    Storage,
    Tally,
)
from grassroots.errors import Conflict
from grassroots.plugins.sqlite import SQLiteStorage, drop, schema
from grassroots.plugins.sqlite.standing import Standing

KEYS = {"day": Key.TEXT, "station": Key.TEXT, "paid": Key.FLAG, "minutes": Key.WHOLE}
PLAIN = Kind("visit", KEYS)
VISIT = Kind("visit", KEYS, totals=(("day", "station"), ("paid",)))
LOW, HIGH = -(2**63), 2**63 - 1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture
def storage(file: Path) -> Iterator[SQLiteStorage]:
    with opened(file) as storage:
        yield storage


def opened(file: Path, kind: Kind = VISIT, network: str = "street") -> SQLiteStorage:
    storage = SQLiteStorage(file, network)
    storage.prepare([kind])
    return storage


def write(storage: Storage, *writes: Put | Erase) -> None:
    there = storage.read([one.ref for one in writes])
    bases = {one.ref: there[one.ref].revision if one.ref in there else 0 for one in writes}
    storage.commit(Batch(f"act-{storage.head()}", [Fact()], bases, (), writes))


def visit(id: str, **keys: Any) -> Put:
    return Put(Ref("visit", id), keys)


def stored(file: Path, table: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(file) as connection:
        return connection.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall()


def by_hand(storage: Storage, query: Query, by: tuple[str, ...], of: str | None) -> Mapping[Any, Tally]:
    return Storage.tally(storage, query, by=by, of=of)


def agrees(storage: Storage) -> None:
    """Every question that the totals answer, against counting."""
    wheres: list[tuple[Condition, ...]] = [
        (), (Is("station", None),), (Is("station", "a"),), (AnyOf("station", ("a", None)),),
        (AnyOf("day", ()),),
        (Between("day", "2", None),), (Between("day", None, "2"),), (Between("day", None, None),),
        (Between("day", "1", "3"), Is("station", "b")), (Is("paid", True),), (Is("paid", None),),
    ]  # fmt: skip
    for where in wheres:
        for by in ((), ("day",), ("station", "day"), ("paid",)):
            for of in (None, "minutes"):
                query = Query("visit", where)
                assert storage.tally(query, by=by, of=of) == by_hand(storage, query, by, of)


VALUES = st.fixed_dictionaries(
    {
        "day": st.sampled_from([None, "", "1", "2", "3"]),
        "station": st.sampled_from([None, "a", "b"]),
        "paid": st.sampled_from([None, True, False]),
        "minutes": st.sampled_from([None, 0, 1, -1, 90, LOW, HIGH, 2**32, -(2**32) - 1]),
    }
)


@given(acts=st.lists(st.dictionaries(st.sampled_from("uvwxyz"), VALUES | st.none(), min_size=1), max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_say_what_counting_says(
    acts: list[dict[str, dict[str, Any] | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(tmp_path_factory.mktemp("totals") / "network.db") as storage:
        for act in acts:
            write(
                storage, *(visit(id, **keys) if keys else Erase(Ref("visit", id)) for id, keys in act.items())
            )
            agrees(storage)


def test_several_sums_of_large_numbers_stand_side_by_side(file: Path) -> None:
    wider = Kind("visit", {**KEYS, "people": Key.WHOLE, "steps": Key.WHOLE}, totals=VISIT.totals)
    with opened(file, wider) as storage:
        write(storage, visit("v", day="1", minutes=HIGH, people=2**40 + 3, steps=-(2**50)))
        write(storage, visit("w", day="1", minutes=HIGH, people=2**33, steps=5))
        write(storage, visit("v", day="1", minutes=1, people=2**41, steps=2**62))
        for of, total in (("minutes", HIGH + 1), ("people", 2**41 + 2**33), ("steps", 2**62 + 5)):
            assert storage.tally(Query("visit"), by=("day",), of=of) == {("1",): Tally(2, total)}
            assert by_hand(storage, Query("visit"), ("day",), of) == {("1",): Tally(2, total)}


def test_a_figure_reads_the_totals_and_not_the_records(storage: SQLiteStorage, file: Path) -> None:
    write(storage, *(visit(f"{n}", day="1", station="a", minutes=n) for n in range(10)))
    assert stored(file, "t.visit.day.station") == [(1, "1", "a", 10, 0, 45)]
    with sqlite3.connect(file) as meddler:
        meddler.execute('UPDATE "t.visit.day.station" SET records=7')
    assert storage.tally(Query("visit"), by=("day",), of="minutes") == {("1",): Tally(7, 45)}
    # What no total holds is counted.
    assert storage.tally(Query("visit"), by=("day", "paid")) == {("1", None): Tally(10)}
    assert storage.tally(Query("visit", (Between("minutes", 3, None),)), by=("day",)) == {("1",): Tally(7)}


def test_what_is_refused_changes_no_total(storage: SQLiteStorage, file: Path) -> None:
    write(storage, visit("v", day="1"))
    again = visit("v", day="2")
    for base in (0, 7):
        with pytest.raises(Conflict):
            storage.commit(Batch(f"late-{base}", [Fact()], {again.ref: base}, (), [again]))
    agrees(storage)
    assert stored(file, "t.visit.day.station") == [(1, "1", b"", 1, 0, 0)]


def test_the_keys_of_whoever_was_erased_stand_in_no_total(storage: SQLiteStorage, file: Path) -> None:
    write(storage, visit("v", station="where-wang-lives"), visit("w", station="a"))
    write(storage, visit("w", station="b"), Erase(Ref("visit", "v")))
    assert [row[2] for row in stored(file, "t.visit.day.station")] == ["b"]
    storage.close()
    assert b"where-wang-lives" not in file.read_bytes()


def test_totals_declared_later_count_what_was_there(file: Path) -> None:
    with opened(file, PLAIN) as storage, opened(file, PLAIN, "other") as other:
        write(storage, visit("v", day="1", minutes=-5), visit("w", paid=False))
        write(other, visit("v", day="2"))
    with opened(file) as storage:
        agrees(storage)
        assert len(stored(file, "t.visit.day.station")) == 3


def test_who_opened_before_keeps_the_totals_that_another_declared(file: Path) -> None:
    with opened(file, PLAIN) as before:
        write(before, visit("v", day="1", minutes=1))
        with opened(file) as after:
            write(before, visit("v", day="2", minutes=5), visit("w", day="2"))
            agrees(after)
            agrees(before)
            write(before, Erase(Ref("visit", "v")))
            agrees(after)


def test_a_sum_declared_later_is_kept_by_who_opened_before(file: Path) -> None:
    wider = Kind("visit", {**KEYS, "people": Key.WHOLE}, totals=VISIT.totals)
    with opened(file) as before:
        write(before, visit("v", day="1", minutes=1))
        with opened(file, wider) as after:
            write(after, visit("w", day="1", people=3), visit("x", day="1", people=4))
            # Who does not know a key empties it, as ever: so must the totals.
            write(before, visit("w", day="1", minutes=2))
            agrees(before)
            assert after.tally(Query("visit"), by=("day",), of="people") == {("1",): Tally(3, 4)}
            assert by_hand(after, Query("visit"), ("day",), "people") == {("1",): Tally(3, 4)}


def test_a_dropped_network_leaves_its_totals_behind_nowhere(file: Path) -> None:
    with opened(file) as storage, opened(file, network="other") as other:
        write(storage, visit("v", day="1"))
        write(other, visit("v", day="1"))
    drop(f"sqlite:///{file}", "street")
    assert [row[0] for row in stored(file, "t.visit.day.station")] == [2]


def test_a_file_of_the_first_layout_is_brought_up_to_date(file: Path) -> None:
    with opened(file, PLAIN) as storage:
        write(storage, visit("v", day="1", minutes=1))
    with sqlite3.connect(file) as older:
        older.execute("DROP TABLE standing")
        older.execute("PRAGMA user_version=1")
    with opened(file) as storage:
        agrees(storage)
        assert storage.read([Ref("visit", "v")])
    with sqlite3.connect(file) as newer:
        assert newer.execute("PRAGMA user_version").fetchone() == (schema.LAYOUT,)


def test_a_total_answers_what_it_counts_and_sums_and_nothing_else(file: Path) -> None:
    with opened(file), sqlite3.connect(file) as connection:
        total = Standing(connection, "visit", "day.station")
    inside, outside = Query("visit", (Is("day", "1"),)), Query("visit", (Is("minutes", 1),))
    assert total.answers(inside, ("station",), None)
    assert total.answers(inside, ("station",), "minutes")
    assert not total.answers(inside, ("station",), "people")
    assert not total.answers(inside, ("minutes",), None)
    assert not total.answers(outside, (), None)


def test_the_narrowest_total_answers(storage: SQLiteStorage) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE standing (kind, keys)")
        connection.executemany("INSERT INTO standing VALUES ('visit', ?)", [("day.station",), ("day",)])
        found = schema.standing.of_kind(connection, "visit")
    assert [one.keys for one in found] == [("day",), ("day", "station")]
    assert all(isinstance(one, Standing) for one in found)
