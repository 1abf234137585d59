"""The promises of a storage: networks, handles, threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
    Fact,
    Includes,
    Is,
    Key,
    KeyValue,
    Kind,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
    Tally,
)
from grassroots.errors import BadInput, Closed, Conflict
from grassroots.testing.storage.base import KINDS, MEMBER, StorageBase, ids, member, put, together, write


class SharingPromises(StorageBase):
    """What holds when several share a database."""

    # --- networks, handles, opening again ---

    def test_networks_of_one_database_know_nothing_of_each_other(
        self, storage: Storage, location: Path
    ) -> None:
        with self.opened(location, "district 王") as other:
            write(storage, "act", put("m", b"street", name="a", tags=("t",)))
            write(storage, "act2", put("m", b"street", name="a", tags=("t",)))
            write(other, "act", put("m", b"district", name="a", tags=("t",)))
            assert (storage.head(), other.head()) == (2, 1)
            for condition in (Is("name", "a"), Includes("tags", "t")):
                found = other.find(Query("kit_member", (condition,)))
                assert [(one.body, one.revision) for one in found] == [(b"district", 1)]
            assert other.tally(Query("kit_member")) == {(): Tally(1)}
            assert len(other.journal(after=0, limit=9, about=member("m"))) == 1
        assert list(self.networks(location)) == ["district 王", "street"]

    def test_a_dropped_network_is_gone_and_the_others_stay(self, storage: Storage, location: Path) -> None:
        write(storage, "act", put("m", tags=("t",)))
        other = self.opened(location, "other")
        write(other, "act", put("m", tags=("t",)))
        self.drop(location, "other")
        self.drop(location, "other")
        with pytest.raises(Closed):
            other.head()
        with pytest.raises(Closed):
            other.commit(Batch("late", [Fact()]))
        other.close()
        assert list(self.networks(location)) == ["street"]
        assert ids(storage, Includes("tags", "t")) == ["m"]
        with self.opened(location, "other") as again:
            assert (again.head(), ids(again), ids(again, Includes("tags", "t"))) == (0, [], [])
            assert write(again, "act", put("m")) == 1

    def test_where_nothing_was_opened_there_is_no_network(self, location: Path) -> None:
        assert list(self.networks(location)) == []
        self.drop(location, "street")
        assert list(self.networks(location)) == [], "looking for a network, or dropping it, made one"

    @pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 65])
    def test_a_network_without_a_proper_name_is_refused(self, location: Path, name: str) -> None:
        with pytest.raises(BadInput):
            self.open(location, name)

    def test_two_handles_see_the_same_at_once(self, storage: Storage, location: Path) -> None:
        with self.opened(location) as other:
            assert write(storage, "a", put("m", b"1")) == 1
            assert other.read([member("m")])[member("m")].body == b"1"
            assert write(other, "b", put("m", b"2")) == 2
            assert storage.head() == 2
            with pytest.raises(Conflict):
                storage.commit(Batch("c", [Fact()], {member("m"): 1}, (), [put("m")]))

    def test_what_was_written_is_there_when_opened_again(self, storage: Storage, location: Path) -> None:
        batch = Batch("a", [Fact((member("m"),), b"f")], {member("m"): 0}, (), [put("m", b"1", tags=("t",))])
        storage.commit(batch)
        found = storage.find(Query("kit_member"))
        storage.close()
        with self.opened(location) as again:
            assert again.find(Query("kit_member", (Includes("tags", "t"),))) == found
            assert [one.fact.body for one in again.journal(after=0, limit=9)] == [b"f"]
            assert again.commit(batch) == 1
            assert write(again, "b", put("m")) == 2

    def test_preparing_again_changes_nothing(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="a"))
        storage.prepare(KINDS)
        storage.prepare([MEMBER, MEMBER])
        assert storage.find(Query("kit_duty")) == []  # what is not named again stays
        assert ids(storage, Is("name", "a")) == ["m"]

    def test_a_new_key_is_nothing_for_old_records_until_they_are_written_again(
        self, storage: Storage, location: Path
    ) -> None:
        more = Kind("kit_member", {**MEMBER.keys, "team": Key.TEXT, "badges": Key.TEXTS}, (("team", "age"),))
        write(storage, "a", put("m", b"body", name="a"))
        with self.opened(location, kinds=(more,)) as newer:
            found = newer.read([member("m")])[member("m")]
            assert (found.body, found.keys["team"], found.keys["badges"]) == (b"body", None, ())
            assert ids(newer, Is("team", None)) == ["m"]
            write(newer, "b", put("m", name="a", team="t1", badges=("b",)))
            assert ids(newer, Is("team", "t1"), Includes("badges", "b")) == ["m"]
            # The handle that does not know the new key neither shows nor asks it.
            assert "team" not in storage.read([member("m")])[member("m")].keys
            with pytest.raises(BadInput):
                ids(storage, Is("team", "t1"))

    def test_an_older_program_never_leaves_a_stale_new_key_behind(self, location: Path) -> None:
        more = Kind("kit_member", {**MEMBER.keys, "team": Key.TEXT, "badges": Key.TEXTS})
        with self.opened(location, kinds=(more,)) as newer, self.opened(location) as older:
            write(newer, "a", put("m", team="t1", badges=("b",)))
            write(older, "b", put("m", name="a"))
            assert ids(newer, Is("team", "t1")) == ids(newer, Includes("badges", "b")) == []
            assert ids(newer, Is("team", None)) == ["m"]

    def test_a_kind_may_lose_its_tuples_and_get_them_back(self, location: Path) -> None:
        plain = Kind("kit_member", {"name": Key.TEXT})
        with self.opened(location, kinds=(plain,)) as before:
            write(before, "a", put("m", name="a"))
        with self.opened(location) as now, self.opened(location, kinds=(plain,)) as older:
            write(now, "b", put("m", name="a", tags=("t",)))
            write(older, "c", Erase(member("m")))
            assert ids(now, Includes("tags", "t")) == []

    def test_a_key_never_changes_its_type(self, storage: Storage, location: Path) -> None:
        storage.prepare([Kind("kit_member", {"name": Key.TEXT})])  # and forgetting it does not help
        with pytest.raises(BadInput, match="age") as refused:
            storage.prepare([Kind("kit_member", {"age": Key.TEXT})])
        assert refused.value.facts["kind"] == "kit_member"
        with pytest.raises(BadInput, match="tags"):
            self.opened(location, kinds=(Kind("kit_member", {"tags": Key.WHOLES}),))

    def test_a_closed_storage_says_so_everywhere(self, storage: Storage) -> None:
        write(storage, "a", put("m"))
        storage.close()
        storage.close()
        attempts: list[Callable[[], object]] = [
            lambda: storage.prepare(KINDS),
            lambda: storage.read([]),
            lambda: storage.find(Query("kit_member")),
            lambda: storage.bodies(Query("kit_member")),
            lambda: storage.commit(Batch("b", [Fact()])),
            lambda: storage.journal(after=0, limit=1),
            storage.head,
            lambda: storage.tally(Query("kit_member")),
        ]
        for attempt in attempts:
            with pytest.raises(Closed):
                attempt()


class ThreadPromises(StorageBase):
    """What holds when many threads, and many handles, are at work at once."""

    def test_eight_writers_lose_nothing_and_a_follower_misses_nothing(
        self, storage: Storage, location: Path
    ) -> None:
        writers, rounds = 8, 12
        patience = time.monotonic() + self.patience
        other = self.opened(location)
        followed: list[Entry] = []

        def writer(number: int) -> None:
            mine = storage if number % 2 else other
            for turn in range(rounds):
                while time.monotonic() < patience:
                    now = mine.read([member("count")])
                    found = now.get(member("count"))
                    count, base = (int(found.body), found.revision) if found else (0, 0)
                    own = f"w{number}-{turn:02}"
                    batch = Batch(
                        own,
                        [Fact((member("count"),)), Fact((member(own),))],
                        {member("count"): base, member(own): 0},
                        (),
                        [put("count", b"%d" % (count + 1)), put(own, tags=(f"w{number}",))],
                    )
                    try:
                        mine.commit(batch)
                    except Conflict:
                        continue
                    break

        def follower() -> None:
            while len(followed) < writers * rounds * 2 and time.monotonic() < patience:
                head = other.head()
                page = storage.journal(after=len(followed), limit=7)
                followed.extend(page)
                assert head % 2 == 0, "half a batch was visible"

        together(
            *(lambda number=number: writer(number) for number in range(writers)),
            follower,
            patience=self.patience + 5,
        )
        assert [one.position for one in followed] == list(range(1, writers * rounds * 2 + 1))
        assert followed == list(storage.journal(after=0, limit=10_000)), "an entry changed afterwards"
        assert all(a.batch == b.batch for a, b in zip(followed[::2], followed[1::2], strict=True))
        assert storage.read([member("count")])[member("count")].body == b"%d" % (writers * rounds)
        assert len(ids(storage)) == writers * rounds + 1
        assert len(ids(storage, Includes("tags", "w3"))) == rounds
        other.close()

    def test_of_many_who_saw_an_empty_place_one_gets_it(self, storage: Storage, location: Path) -> None:
        place = Query("kit_duty", (Is("station", "gate"), Is("day", "2026-11-23")))
        other = self.opened(location)
        taken: list[str] = []
        patience = time.monotonic() + self.patience
        refusals: list[tuple[Query, ...]] = []

        def take(number: int) -> None:
            mine = storage if number % 2 else other
            duty = Ref("kit_duty", f"d{number}")
            while not (found := mine.find(place)) and time.monotonic() < patience:
                keys: dict[str, KeyValue] = {"station": "gate", "day": "2026-11-23"}
                batch = Batch(
                    f"take{number}", [Fact()], {duty: 0}, [Seen.of(place, found)], [Put(duty, keys)]
                )
                try:
                    mine.commit(batch)
                    taken.append(duty.id)
                except Conflict as refused:
                    refusals.append(refused.queries)

        together(*(lambda number=number: take(number) for number in range(8)), patience=self.patience + 5)
        assert len(taken) == 1
        assert set(refusals) <= {(place,), ()}
        assert [one.ref.id for one in storage.find(place)] == taken
        other.close()

    def test_many_processes_may_open_and_prepare_at_once(self, location: Path) -> None:
        opened: list[Storage] = []
        together(*(lambda: opened.append(self.opened(location)) for _ in range(8)))
        for number, storage in enumerate(opened):
            write(storage, f"act{number}", put(f"{number}", tags=("t",)))
        assert len(ids(opened[0], Includes("tags", "t"))) == 8
        for storage in opened:
            storage.close()
