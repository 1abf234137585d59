"""The promises of a storage: batches, seen questions, the journal, figures."""

from __future__ import annotations

import pytest

from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
    Fact,
    Includes,
    Is,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
    Tally,
)
from grassroots.errors import ActReused, BadInput, Conflict
from grassroots.testing.storage.base import StorageBase, ids, member, put, write


class WritingPromises(StorageBase):
    """What commit refuses and writes, and what the journal and figures say of it."""

    # --- writing ---

    def test_positions_count_facts_without_a_gap(self, storage: Storage) -> None:
        assert storage.head() == 0
        assert write(storage, "a", put("m"), facts=3) == 3
        assert write(storage, "b", facts=2) == 5
        assert storage.head() == 5
        assert storage.read([member("m")])[member("m")].revision == 3

    def test_the_same_act_again_writes_nothing_and_says_the_first_position(self, storage: Storage) -> None:
        batch = Batch("act", [Fact()], {member("m"): 0}, (), [put("m", b"1")], "asked")
        assert storage.commit(batch) == 1
        write(storage, "later", put("m", b"2"))
        # Its base has moved by now: known acts are looked up before anything is compared.
        assert storage.commit(batch) == 1
        assert storage.head() == 2
        assert storage.read([member("m")])[member("m")].body == b"2"

    def test_the_number_of_an_act_used_for_something_else_is_refused(self, storage: Storage) -> None:
        storage.commit(Batch("sheet-7", [Fact()], digest="one"))
        with pytest.raises(ActReused) as refused:
            storage.commit(Batch("sheet-7", [Fact()], digest="another"))
        assert refused.value.facts["act"] == "sheet-7"
        assert storage.head() == 1

    def test_the_digests_of_acts_are_told_as_they_were_given_or_not_at_all(self, storage: Storage) -> None:
        storage.commit(Batch("asked", [Fact(), Fact()], digest="what 问"))
        storage.commit(Batch("plain", [Fact()]))
        told = storage.digests(["asked", "plain", "never"])
        assert told in ({}, {"asked": "what 问"})
        assert storage.digests([]) == {}

    def test_a_refused_act_may_come_again(self, storage: Storage) -> None:
        with pytest.raises(Conflict):
            storage.commit(Batch("act", [Fact()], {member("m"): 9}, (), [put("m")], "first"))
        assert storage.commit(Batch("act", [Fact()], {member("m"): 0}, (), [put("m")], "second")) == 1

    def test_a_conflict_names_exactly_the_records_that_moved(self, storage: Storage) -> None:
        write(storage, "a", put("changed"), put("same"), put("erased"))
        bases = {member(id): 1 for id in ("changed", "same", "erased")}
        bases |= {member("new"): 0, member("absent"): 0, member("never"): 7}
        write(storage, "b", put("changed", b"!"), Erase(member("erased")), put("new"))
        moved = {member(id) for id in ("changed", "erased", "new", "never")}
        # Also what somebody else wrote meanwhile under an id that was to be new.
        for writes in ([put("same", b"no")], [put("same", b"no"), put("new", b"no"), put("absent")]):
            with pytest.raises(Conflict) as refused:
                storage.commit(Batch("c", [Fact()], bases, (), writes))
            assert (refused.value.moved, refused.value.queries) == (frozenset(moved), ())
        assert storage.read([member("same")])[member("same")].body == b""
        assert storage.head() == 2

    def test_a_conflict_over_several_kinds_names_those_of_each(self, storage: Storage) -> None:
        duty = Ref("kit_duty", "m")
        write(storage, "a", put("m"), Put(duty))
        write(storage, "b", put("m"), Put(duty))
        for bases in ({member("m"): 1, duty: 1}, {duty: 1, member("m"): 1}):
            with pytest.raises(Conflict) as refused:
                storage.commit(Batch("c", [Fact()], bases))
            assert refused.value.moved == {member("m"), duty}

    def test_a_record_of_a_kind_without_tuples_is_changed_and_erased(self, storage: Storage) -> None:
        duty = Ref("kit_duty", "d")
        for turn, station in enumerate(("gate", "hall")):
            write(storage, f"a{turn}", Put(duty, {"station": station}, station.encode()))
            found = storage.find(Query("kit_duty", [Is("station", station)]))
            assert [(one.keys, one.body) for one in found] == [
                ({"station": station, "day": None}, station.encode())
            ]
            assert storage.read([duty])[duty] == found[0]
        assert storage.find(Query("kit_duty", [Is("station", "gate")])) == []
        write(storage, "b", Erase(duty))
        assert storage.find(Query("kit_duty")) == []

    def test_a_record_that_was_only_read_counts_too(self, storage: Storage) -> None:
        write(storage, "a", put("guard"))
        write(storage, "b", put("guard"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("c", [Fact()], {member("guard"): 1, member("m"): 0}, (), [put("m")]))
        assert refused.value.moved == {member("guard")}

    def test_an_erased_record_that_comes_back_is_not_the_old_one(self, storage: Storage) -> None:
        revisions = []
        for number in range(3):
            revisions.append(write(storage, f"make{number}", put("m", b"same")))
            write(storage, f"erase{number}", Erase(member("m")))
            assert storage.read([member("m")]) == {}
        revisions.append(write(storage, "last", put("m", b"same")))
        assert len(set(revisions)) == 4
        for old in revisions[:-1]:
            with pytest.raises(Conflict):
                storage.commit(Batch(f"old{old}", [Fact()], {member("m"): old}, (), [put("m")]))

    def test_erasing_what_is_not_there_is_no_mistake(self, storage: Storage) -> None:
        assert write(storage, "act", Erase(member("m"))) == 1
        assert ids(storage) == []

    def test_an_update_leaves_no_trace_of_the_old_keys(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="old", age=1, active=True, tags=("old", "both"), ranks=(1,)))
        write(storage, "b", put("m", name="new", tags=("both",)))
        for gone in (Is("name", "old"), Is("age", 1), Is("active", True)):
            assert ids(storage, gone) == []
        assert ids(storage, Includes("tags", "old")) == ids(storage, Includes("ranks", 1)) == []
        assert ids(storage, Includes("tags", "both"), Is("name", "new"), Is("age", None)) == ["m"]

    def test_an_erased_record_is_found_by_nothing(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="a", tags=("t",), ranks=(1,)), put("n", tags=("t",)))
        write(storage, "b", Erase(member("m")))
        assert ids(storage) == ids(storage, Includes("tags", "t")) == ["n"]
        assert ids(storage, Is("name", "a")) == ids(storage, Includes("ranks", 1)) == []
        assert storage.tally(Query("kit_member")) == {(): Tally(1)}

    def test_a_batch_is_written_whole_or_not_at_all(self, storage: Storage) -> None:
        write(storage, "a", put("m", b"1", name="old", tags=("old",)), put("gone"))
        before = storage.find(Query("kit_member"))
        writes: list[Put | Erase] = [
            put("m", b"2", name="new", tags=("new",)),
            Erase(member("gone")),
            put("x", name="new"),
        ]
        bases = {member("m"): 1, member("gone"): 1, member("x"): 0, Ref("kit_duty", "d"): 4}
        with pytest.raises(Conflict):
            storage.commit(Batch("b", [Fact((member("x"),))] * 3, bases, (), writes))
        assert storage.find(Query("kit_member")) == before
        assert ids(storage, Is("name", "new")) == ids(storage, Includes("tags", "new")) == []
        assert len(storage.journal(after=0, limit=10)) == storage.head() == 1
        assert storage.journal(after=0, limit=10, about=member("x")) == []

    # --- what a question showed is asked again ---

    def test_an_answer_that_is_still_the_same_lets_the_batch_pass(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="a"), put("other"))
        query = Query("kit_member", (Is("name", "a"),))
        seen = Seen.of(query, storage.find(query))
        write(storage, "b", put("other", b"changed"), put("another"))
        # The batch's own writes do not count, even if they change the answer.
        bases = {member("m"): 1, member("k"): 0}
        writes = [put("m", name="b"), put("k", name="a")]
        assert storage.commit(Batch("c", [Fact()], bases, [seen], writes)) == 3

    @pytest.mark.parametrize("change", ["appears", "changes", "leaves", "erased"])
    def test_an_answer_that_changed_is_named(self, storage: Storage, change: str) -> None:
        write(storage, "a", put("1", name="a"), put("2", name="a"), put("3", name="b"))
        moved = Query("kit_member", (Is("name", "a"),))
        still = Query("kit_member", (Is("name", "b"),))
        empty = Query("kit_member", (Is("name", "none"),))
        seen = [Seen.of(query, storage.find(query)) for query in (moved, still, empty)]
        changes: dict[str, Put | Erase] = {
            "appears": put("0", name="a"), "changes": put("2", b"!", name="a"),
            "leaves": put("2", name="c"), "erased": Erase(member("2")),
        }  # fmt: skip
        write(storage, "b", changes[change])
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("c", [Fact()], {member("x"): 0}, seen, [put("x")]))
        assert (refused.value.moved, refused.value.queries) == (frozenset(), (moved,))
        assert storage.head() == 2

    def test_each_of_several_answers_is_compared_wherever_it_stands(self, storage: Storage) -> None:
        write(storage, "a", put("1", name="a"))
        moved = Query("kit_member", (Is("name", "a"),))
        seen = Seen.of(moved, storage.find(moved))
        others = [Seen(Query("kit_member", (Is("name", name),))) for name in ("b", "c")]
        write(storage, "b", put("2", name="a"))
        for place in range(3):
            with pytest.raises(Conflict) as refused:
                storage.commit(Batch(f"c{place}", [Fact()], {}, [*others[:place], seen, *others[place:]]))
            assert refused.value.queries == (moved,)

    def test_only_what_a_limited_question_showed_counts(self, storage: Storage) -> None:
        write(storage, "a", *(put(f"{n}") for n in range(1, 5)))
        latest = Query("kit_member", limit=2, backwards=True)
        first = Query("kit_member", after="1", limit=2)
        seen = [Seen.of(query, storage.find(query)) for query in (latest, first)]
        write(storage, "b", put("0"), put("1"))
        storage.commit(Batch("c", [Fact()], seen=seen))
        write(storage, "d", put("5"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("e", [Fact()], seen=seen))
        assert refused.value.queries == (latest,)

    def test_records_and_answers_that_moved_are_named_together(self, storage: Storage) -> None:
        query = Query("kit_member")
        write(storage, "a", put("m"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("b", [Fact()], {member("m"): 0}, [Seen(query)], []))
        assert (refused.value.moved, refused.value.queries) == (frozenset({member("m")}), (query,))

    # --- the journal ---

    def test_the_journal_tells_every_fact_in_order_and_exactly(self, storage: Storage) -> None:
        first = Fact((member("m"), Ref("kit_duty", "d"), member("m")), bytes(range(256)))
        second, third = Fact((), b""), Fact((Ref("stranger", "\U0010ffff'\n"),), b"{}")
        storage.commit(Batch("a", [first, second]))
        storage.commit(Batch("b", [third]))
        entries = [Entry(1, "a", first), Entry(2, "a", second), Entry(3, "b", third)]
        assert list(storage.journal(after=0, limit=10)) == entries
        assert list(storage.journal(after=0, limit=1)) == entries[:1]
        assert list(storage.journal(after=1, limit=2)) == entries[1:]
        assert list(storage.journal(after=3, limit=10)) == []
        assert list(storage.journal(after=99, limit=10)) == []

    def test_the_history_of_one_record_is_its_entries_once_each(self, storage: Storage) -> None:
        for number in range(6):
            about = (member("m"), member("m")) if number % 2 else (member("n"), Ref("kit_duty", "m"))
            storage.commit(Batch(f"act{number}", [Fact(about)]))
        write(storage, "erase", Erase(member("m")))

        def positions(after: int, limit: int, about: Ref) -> list[int]:
            return [one.position for one in storage.journal(after=after, limit=limit, about=about)]

        assert positions(0, 10, member("m")) == [2, 4, 6, 7]
        assert positions(2, 2, member("m")) == [4, 6]
        assert positions(0, 10, Ref("kit_duty", "m")) == [1, 3, 5]
        assert positions(0, 10, member("x")) == []

    @pytest.mark.parametrize(("after", "limit"), [(0, 0), (0, -1), (-1, 5)])
    def test_a_page_of_the_journal_that_cannot_be_meant_is_refused(
        self, storage: Storage, after: int, limit: int
    ) -> None:
        with pytest.raises(BadInput):
            storage.journal(after=after, limit=limit)

    # --- figures ---

    def test_a_tally_counts_and_sums_by_keys(self, storage: Storage) -> None:
        rows = [("a", 1, True), ("a", None, True), ("a", 5, False), ("b", 7, None), (None, 2, True)]
        write(storage, "act", *(put(f"{n}", name=r[0], age=r[1], active=r[2]) for n, r in enumerate(rows)))
        query = Query("kit_member")
        assert storage.tally(query) == {(): Tally(5)}
        assert storage.tally(query, of="age") == {(): Tally(5, 15)}
        assert storage.tally(query, by=["name"], of="age") == {
            ("a",): Tally(3, 6),
            ("b",): Tally(1, 7),
            (None,): Tally(1, 2),
        }
        assert storage.tally(Query("kit_member", (Is("name", "a"),))) == {(): Tally(3)}
        by_both = storage.tally(Query("kit_member", (Is("name", "a"),)), by=("active", "name"))
        assert by_both == {(True, "a"): Tally(2), (False, "a"): Tally(1)}

    def test_without_records_there_is_no_group(self, storage: Storage) -> None:
        assert storage.tally(Query("kit_member")) == {}
        assert storage.tally(Query("kit_member"), by=["name"], of="age") == {}

    def test_a_sum_may_be_larger_than_what_is_summed(self, storage: Storage) -> None:
        write(storage, "act", put("1", age=2**63 - 1, name="a"), put("2", age=2**63 - 1, name="a"))
        assert storage.tally(Query("kit_member"), by=["name"], of="age") == {("a",): Tally(2, 2**64 - 2)}

    @pytest.mark.parametrize("empty", [True, False])
    def test_a_tally_that_is_no_figure_is_refused(self, storage: Storage, empty: bool) -> None:
        if not empty:
            write(storage, "act", put("m", name="a", tags=("t",)))
        query = Query("kit_member")
        with pytest.raises(BadInput):
            storage.tally(query, by=["tags"])
        with pytest.raises(BadInput):
            storage.tally(query, by=["shoe"])
        with pytest.raises(BadInput):
            storage.tally(query, of="name")
        with pytest.raises(BadInput):
            storage.tally(Query("kit_member", limit=1))
        with pytest.raises(BadInput):
            storage.tally(Query("kit_member", after="m"))
