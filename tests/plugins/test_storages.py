"""The promises of a storage, each a test with its name, run over every built-in storage.

A storage plugin of anybody passes the same class: subclass :class:`StoragePromises` and write ``offer``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Barrier, Thread

import pytest

from grassroots.contracts.hooks import StorageOffer
from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
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
    prefix,
    walk,
)
from grassroots.errors import ActReused, BadInput, Closed, Conflict
from grassroots.plugins import memory, sqlite

MEMBER = Kind(
    "member",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS, "ranks": Key.WHOLES},
    (("name", "age"),),
)
DUTY = Kind("duty", {"station": Key.TEXT, "day": Key.TEXT})
KINDS = (MEMBER, DUTY)
BLANK: Mapping[str, KeyValue] = {"name": None, "age": None, "active": None, "tags": (), "ranks": ()}

NASTY = (
    " ", "  ", "a", "A", "á", "a\u0301", "Å", "\u212b", "ﬀ", "ß", "ẞ", "İ", "ı", "i", "I",
    "0", "00", "01", "1", "1.0", "-1", "1e3", "None", "null", "NULL", "''", '"', "\\", "%", "_", "*", "?",
    "a ", "a  ", " a", "\t", "\n", "\r\n", "\x1f", "\x7f", "\u200b", "\ufeff", "\u202e",
    "王", "王秀英", "𠮷", "\U0002ebf0", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "😀", "👩‍👩‍👧",
    "'; DROP TABLE journal; --", "../../etc", "a/b", "{}", "[]", "x" * 64,
)  # fmt: skip


def member(id: str) -> Ref:
    return Ref("member", id)


def put(id: str, body: bytes = b"", **keys: KeyValue) -> Put:
    return Put(member(id), keys, body)


def write(storage: Storage, act: str, *writes: Put | Erase, facts: int = 1) -> int:
    """Write with the right bases, whatever stands there now."""
    now = storage.read([one.ref for one in writes])
    bases = {one.ref: now[one.ref].revision if one.ref in now else 0 for one in writes}
    about = tuple(one.ref for one in writes)
    return storage.commit(Batch(act, [Fact(about, b"%d" % n) for n in range(facts)], bases, (), writes))


def ids(storage: Storage, *where: object, **more: object) -> list[str]:
    return [one.ref.id for one in storage.find(Query("member", where, **more))]  # type: ignore[arg-type]


def together(*tasks: Callable[[], None]) -> None:
    """Run in threads that start at one moment; the first failure is raised here."""
    barrier, failures = Barrier(len(tasks)), []

    def run(task: Callable[[], None]) -> None:
        barrier.wait()
        try:
            task()
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread never came back"
    if failures:
        raise failures[0]


class StoragePromises:
    """What every storage promises. ``offer`` and ``url`` are all that a plugin's author writes."""

    offer: StorageOffer

    def url(self, location: Path) -> str:
        """A database of its own for each location; the same one for the same location."""
        raise AssertionError("write url()")

    def open(self, location: Path, network: str = "street", kinds: tuple[Kind, ...] = KINDS) -> Storage:
        storage = self.offer.open(self.url(location), network)
        storage.prepare(kinds)
        return storage

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        storage = self.open(tmp_path)
        yield storage
        storage.close()
        for network in self.offer.networks(self.url(tmp_path)):
            self.offer.drop(self.url(tmp_path), network)

    # --- a record comes back as it was given -----------------------------------------------------

    def test_a_record_comes_back_exactly_as_it_was_written(self, storage: Storage) -> None:
        body = bytes(range(256)) * 3
        keys: dict[str, KeyValue] = {
            "name": "王秀英", "age": 74, "active": True, "tags": ("b", "a", "b"), "ranks": (3, -1, 3),
        }  # fmt: skip
        revision = write(storage, "act", put("m", body, **keys))
        found = storage.read([member("m")])[member("m")]
        assert (found.ref, found.revision, dict(found.keys), found.body) == (
            member("m"),
            revision,
            keys,
            body,
        )
        assert type(found.keys["active"]) is bool
        assert type(found.body) is bytes
        assert storage.find(Query("member")) == [found]

    @pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 1 << 20])
    def test_a_body_of_any_size_up_to_a_mebibyte_is_kept(self, storage: Storage, size: int) -> None:
        body = (b"\x00\xff'\n" * (size // 4 + 1))[:size]
        write(storage, "act", put("m", body))
        assert storage.read([member("m")])[member("m")].body == body

    def test_a_key_that_was_not_given_is_none_and_a_tuple_is_empty(self, storage: Storage) -> None:
        write(storage, "act", put("m"))
        assert dict(storage.read([member("m")])[member("m")].keys) == BLANK

    def test_nasty_ids_are_different_records_in_the_order_of_code_points(self, storage: Storage) -> None:
        write(storage, "act", *(put(id, id.encode()) for id in reversed(NASTY)))
        found = storage.find(Query("member"))
        assert [one.ref.id for one in found] == sorted(NASTY)
        assert all(one.body == one.ref.id.encode() for one in found)
        assert ids(storage, backwards=True) == sorted(NASTY, reverse=True)
        assert set(storage.read([member(id) for id in NASTY])) == {member(id) for id in NASTY}

    def test_nasty_texts_are_found_exactly_and_told_apart(self, storage: Storage) -> None:
        for number, text in enumerate(NASTY):
            write(storage, f"act{number}", put(f"{number:03}", name=text, tags=(text, text)))
        for number, text in enumerate(NASTY):
            assert ids(storage, Is("name", text)) == [f"{number:03}"]
            assert ids(storage, AnyOf("name", (text,))) == [f"{number:03}"]
            assert ids(storage, Includes("tags", text)) == [f"{number:03}"]
        assert ids(storage, AnyOf("name", NASTY)) == [f"{number:03}" for number in range(len(NASTY))]
        assert storage.find(Query("member", limit=1))[0].keys["tags"] == (NASTY[0], NASTY[0])

    def test_an_empty_text_is_a_text_and_not_nothing(self, storage: Storage) -> None:
        write(storage, "act", put("empty", name=""), put("none"))
        assert ids(storage, Is("name", "")) == ["empty"]
        assert ids(storage, Is("name", None)) == ["none"]
        assert ids(storage, Between("name", "", "a")) == ["empty"]

    @pytest.mark.parametrize("number", [0, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)])
    def test_whole_numbers_are_exact_over_all_64_bits(self, storage: Storage, number: int) -> None:
        near = number - 1 if number > 0 else number + 1
        write(storage, "act", put("m", age=number, ranks=(number,)), put("near", age=near, ranks=(near,)))
        assert storage.read([member("m")])[member("m")].keys["age"] == number
        assert ids(storage, Is("age", number)) == ["m"]
        assert ids(storage, Includes("ranks", number)) == ["m"]
        assert ids(storage, AnyOf("age", (number, *range(10**6, 10**6 + 50)))) == ["m"]
        assert storage.tally(Query("member", (Is("age", number),)), by=["age"], of="age") == {
            (number,): Tally(1, number)
        }

    def test_a_flag_is_true_false_or_unknown_and_never_a_number(self, storage: Storage) -> None:
        write(storage, "act", put("no", active=False), put("unknown"), put("yes", active=True))
        assert ids(storage, Is("active", True)) == ["yes"]
        assert ids(storage, Is("active", False)) == ["no"]
        assert ids(storage, Is("active", None)) == ["unknown"]
        assert ids(storage, AnyOf("active", (True, None))) == ["unknown", "yes"]
        groups = list(storage.tally(Query("member"), by=["active"]))
        assert sorted(map(repr, groups)) == ["(False,)", "(None,)", "(True,)"]

    def test_a_record_that_was_found_cannot_be_changed(self, storage: Storage) -> None:
        write(storage, "act", put("m", name="a"))
        with pytest.raises(TypeError):
            storage.read([member("m")])[member("m")].keys["name"] = "b"  # type: ignore[index]

    def test_what_the_caller_changes_afterwards_changes_nothing(self, storage: Storage) -> None:
        keys: dict[str, KeyValue] = {"name": "a"}
        body = bytearray(b"before")
        record = Put(member("m"), keys, bytes(body))
        write(storage, "act", record)
        keys["name"], body[:] = "b", b"after!"
        assert storage.read([member("m")])[member("m")].body == b"before"
        assert ids(storage, Is("name", "a")) == ["m"]

    def test_reading_gives_those_that_exist_over_all_kinds(self, storage: Storage) -> None:
        write(storage, "a", put("x", b"member"), Put(Ref("duty", "x"), {"day": "2026-11-23"}, b"duty"))
        found = storage.read([member("x"), Ref("duty", "x"), member("y"), Ref("duty", "y"), member("x")])
        assert {ref: one.body for ref, one in found.items()} == {
            member("x"): b"member",
            Ref("duty", "x"): b"duty",
        }
        assert storage.read([]) == {}

    def test_more_than_a_thousand_records_are_not_read_at_once(self, storage: Storage) -> None:
        assert storage.read([member(str(number)) for number in range(1_000)]) == {}
        with pytest.raises(BadInput, match="1001"):
            storage.read([member(str(number)) for number in range(1_001)])

    # --- what does not fit is refused before anything is written ---------------------------------

    @pytest.mark.parametrize(
        ("keys", "code"),
        [
            ({"shoe": "42"}, "storage-key-unknown"),
            ({"name": 1}, "storage-key-wrong"),
            ({"age": True}, "storage-key-wrong"),
            ({"age": "1"}, "storage-key-wrong"),
            ({"active": 1}, "storage-key-wrong"),
            ({"tags": "a"}, "storage-key-wrong"),
            ({"tags": (1,)}, "storage-key-wrong"),
            ({"ranks": ("1",)}, "storage-key-wrong"),
            ({"name": ("a",)}, "storage-key-wrong"),
        ],
    )
    def test_a_key_that_does_not_fit_its_kind_refuses_the_whole_batch(
        self, storage: Storage, keys: dict[str, KeyValue], code: str
    ) -> None:
        with pytest.raises(BadInput) as refused:
            write(storage, "act", put("first", name="a"), put("second", **keys))
        assert refused.value.code == code
        assert (storage.head(), ids(storage)) == (0, [])

    @pytest.mark.parametrize(
        "condition",
        [
            Is("shoe", "42"), Is("age", "1"), Is("age", True), Is("active", 1), Is("tags", "a"),
            Is("tags", None), AnyOf("age", (1, "1")), Between("active", None, None), Between("name", 1, 2),
            Between("tags", "a", "b"), Includes("name", "a"), Includes("tags", 1), Includes("ranks", "1"),
        ],
    )  # fmt: skip
    def test_a_question_that_no_record_could_answer_is_refused(
        self, storage: Storage, condition: Is | AnyOf | Between | Includes
    ) -> None:
        query = Query("member", (condition,))
        with pytest.raises(BadInput):
            storage.find(query)
        with pytest.raises(BadInput):
            storage.tally(query)
        with pytest.raises(BadInput):
            storage.commit(Batch("act", [Fact()], seen=[Seen(query)]))

    def test_a_kind_that_was_not_prepared_is_refused(self, storage: Storage) -> None:
        stranger = Ref("stranger", "s")
        with pytest.raises(BadInput, match="stranger"):
            storage.read([stranger])
        with pytest.raises(BadInput, match="stranger"):
            storage.find(Query("stranger"))
        with pytest.raises(BadInput, match="stranger"):
            storage.commit(Batch("act", [Fact()], {stranger: 0}, (), [Put(stranger)]))
        assert storage.head() == 0

    # --- finding ----------------------------------------------------------------------------------

    def test_none_of_no_values_is_found(self, storage: Storage) -> None:
        write(storage, "act", put("m", name="a"), put("n"))
        assert ids(storage, AnyOf("name", ())) == []
        assert ids(storage, AnyOf("name", (None,))) == ["n"]
        assert ids(storage, AnyOf("name", ("a", "a", None))) == ["m", "n"]

    def test_a_range_holds_its_low_end_and_not_its_high_end(self, storage: Storage) -> None:
        write(storage, "act", *(put(f"{n}", age=n, name=f"{n}") for n in range(5)), put("none"))
        assert ids(storage, Between("age", 1, 3)) == ["1", "2"]
        assert ids(storage, Between("name", "1", "3")) == ["1", "2"]
        assert ids(storage, Between("age", None, 2)) == ["0", "1"]
        assert ids(storage, Between("age", 3, None)) == ["3", "4"]
        assert ids(storage, Between("age", None, None)) == ["0", "1", "2", "3", "4"]
        assert ids(storage, Between("age", 3, 3)) == []
        assert ids(storage, Between("age", 4, 1)) == []

    def test_names_are_found_by_their_beginning(self, storage: Storage) -> None:
        write(storage, "act", put("1", name="王"), put("2", name="王秀英"), put("3", name="汪"), put("4"))
        assert ids(storage, prefix("name", "王")) == ["1", "2"]
        assert ids(storage, prefix("name", "")) == ["1", "2", "3"]

    def test_a_member_of_a_tuple_is_found_once_however_often_it_stands_there(self, storage: Storage) -> None:
        write(storage, "act", put("m", tags=("a", "b", "a"), ranks=(1, 1)), put("n", tags=("b",)))
        assert ids(storage, Includes("tags", "a")) == ["m"]
        assert ids(storage, Includes("tags", "b")) == ["m", "n"]
        assert ids(storage, Includes("tags", "a"), Includes("tags", "b"), Includes("ranks", 1)) == ["m"]
        assert ids(storage, Includes("tags", "c")) == []

    def test_all_conditions_must_be_met(self, storage: Storage) -> None:
        write(storage, "act", *(put(f"{n}", age=n, active=n % 2 == 0, tags=("x",)) for n in range(9)))
        where = (Is("active", True), Between("age", 3, None), Includes("tags", "x"), AnyOf("age", (2, 4, 6)))
        assert ids(storage, *where) == ["4", "6"]

    def test_pages_follow_each_other_in_both_directions(self, storage: Storage) -> None:
        write(storage, "act", *(put(f"{n}") for n in range(7)))
        assert ids(storage, limit=3) == ["0", "1", "2"]
        assert ids(storage, after="2", limit=3) == ["3", "4", "5"]
        assert ids(storage, after="5", limit=3) == ["6"]
        assert ids(storage, after="6") == []
        assert ids(storage, after="2x", limit=1) == ["3"]
        assert ids(storage, backwards=True, limit=2) == ["6", "5"]
        assert ids(storage, Is("age", None), backwards=True, after="5", limit=2) == ["4", "3"]
        assert ids(storage, backwards=True, after="0") == []

    def test_a_list_that_was_found_does_not_change_afterwards(self, storage: Storage) -> None:
        write(storage, "a", put("m"))
        found = storage.find(Query("member"))
        write(storage, "b", put("n"), Erase(member("m")))
        storage.close()
        assert [one.ref.id for one in found] == ["m"]

    def test_a_walk_shows_what_stays_exactly_once_whatever_else_happens(self, storage: Storage) -> None:
        for start in range(0, 3_000, 500):
            rows = (put(f"{n:05}", age=n % 7) for n in range(start, start + 500))
            write(storage, f"act{start}", *rows)
        seen = []
        for number, one in enumerate(walk(storage, Query("member"))):
            seen.append(one.ref.id)
            if number == 999:  # between two pages: before, at and behind the border
                gone = [Erase(member(f"{n:05}")) for n in (10, 999, 1_000, 1_500)]
                write(storage, "change", *gone, put("00500a"), put("02500a"))
        stays = {f"{n:05}" for n in range(3_000)} - {"00010", "00999", "01000", "01500"}
        assert seen == sorted(set(seen))
        assert stays <= set(seen)
        assert "02500a" in seen

    # --- writing ----------------------------------------------------------------------------------

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

    def test_a_refused_act_may_come_again(self, storage: Storage) -> None:
        with pytest.raises(Conflict):
            storage.commit(Batch("act", [Fact()], {member("m"): 9}, (), [put("m")], "first"))
        assert storage.commit(Batch("act", [Fact()], {member("m"): 0}, (), [put("m")], "second")) == 1

    def test_a_conflict_names_exactly_the_records_that_moved(self, storage: Storage) -> None:
        write(storage, "a", put("changed"), put("same"), put("erased"))
        bases = {member(id): 1 for id in ("changed", "same", "erased")}
        bases |= {member("new"): 0, member("absent"): 0, member("never"): 7}
        write(storage, "b", put("changed", b"!"), Erase(member("erased")), put("new"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("c", [Fact()], bases, (), [put("same", b"no")]))
        moved = {member(id) for id in ("changed", "erased", "new", "never")}
        assert (refused.value.moved, refused.value.queries) == (moved, ())
        assert storage.read([member("same")])[member("same")].body == b""
        assert storage.head() == 2

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
        assert storage.tally(Query("member")) == {(): Tally(1)}

    def test_a_batch_is_written_whole_or_not_at_all(self, storage: Storage) -> None:
        write(storage, "a", put("m", b"1", name="old", tags=("old",)), put("gone"))
        before = storage.find(Query("member"))
        writes = [put("m", b"2", name="new", tags=("new",)), Erase(member("gone")), put("x", name="new")]
        bases = {member("m"): 1, member("gone"): 1, member("x"): 0, Ref("duty", "d"): 4}
        with pytest.raises(Conflict):
            storage.commit(Batch("b", [Fact((member("x"),))] * 3, bases, (), writes))
        assert storage.find(Query("member")) == before
        assert ids(storage, Is("name", "new")) == ids(storage, Includes("tags", "new")) == []
        assert len(storage.journal(after=0, limit=10)) == storage.head() == 1
        assert storage.journal(after=0, limit=10, about=member("x")) == []

    # --- what a question showed is asked again ----------------------------------------------------

    def test_an_answer_that_is_still_the_same_lets_the_batch_pass(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="a"), put("other"))
        query = Query("member", (Is("name", "a"),))
        seen = Seen.of(query, storage.find(query))
        write(storage, "b", put("other", b"changed"), put("another"))
        # The batch's own writes do not count, even if they change the answer.
        bases = {member("m"): 1, member("k"): 0}
        writes = [put("m", name="b"), put("k", name="a")]
        assert storage.commit(Batch("c", [Fact()], bases, [seen], writes)) == 3

    @pytest.mark.parametrize("change", ["appears", "changes", "leaves", "erased"])
    def test_an_answer_that_changed_is_named(self, storage: Storage, change: str) -> None:
        write(storage, "a", put("1", name="a"), put("2", name="a"), put("3", name="b"))
        moved = Query("member", (Is("name", "a"),))
        still = Query("member", (Is("name", "b"),))
        empty = Query("member", (Is("name", "none"),))
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

    def test_only_what_a_limited_question_showed_counts(self, storage: Storage) -> None:
        write(storage, "a", *(put(f"{n}") for n in range(1, 5)))
        latest = Query("member", limit=2, backwards=True)
        first = Query("member", after="1", limit=2)
        seen = [Seen.of(query, storage.find(query)) for query in (latest, first)]
        write(storage, "b", put("0"), put("1"))
        storage.commit(Batch("c", [Fact()], seen=seen))
        write(storage, "d", put("5"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("e", [Fact()], seen=seen))
        assert refused.value.queries == (latest,)

    def test_records_and_answers_that_moved_are_named_together(self, storage: Storage) -> None:
        query = Query("member")
        write(storage, "a", put("m"))
        with pytest.raises(Conflict) as refused:
            storage.commit(Batch("b", [Fact()], {member("m"): 0}, [Seen(query)], []))
        assert (refused.value.moved, refused.value.queries) == ({member("m")}, (query,))

    # --- the journal ------------------------------------------------------------------------------

    def test_the_journal_tells_every_fact_in_order_and_exactly(self, storage: Storage) -> None:
        first = Fact((member("m"), Ref("duty", "d"), member("m")), bytes(range(256)))
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
            about = (member("m"), member("m")) if number % 2 else (member("n"), Ref("duty", "m"))
            storage.commit(Batch(f"act{number}", [Fact(about)]))
        write(storage, "erase", Erase(member("m")))

        def positions(after: int, limit: int, about: Ref) -> list[int]:
            return [one.position for one in storage.journal(after=after, limit=limit, about=about)]

        assert positions(0, 10, member("m")) == [2, 4, 6, 7]
        assert positions(2, 2, member("m")) == [4, 6]
        assert positions(0, 10, Ref("duty", "m")) == [1, 3, 5]
        assert positions(0, 10, member("x")) == []

    @pytest.mark.parametrize(("after", "limit"), [(0, 0), (0, -1), (-1, 5)])
    def test_a_page_of_the_journal_that_cannot_be_meant_is_refused(
        self, storage: Storage, after: int, limit: int
    ) -> None:
        with pytest.raises(BadInput):
            storage.journal(after=after, limit=limit)

    # --- figures ----------------------------------------------------------------------------------

    def test_a_tally_counts_and_sums_by_keys(self, storage: Storage) -> None:
        rows = [("a", 1, True), ("a", None, True), ("a", 5, False), ("b", 7, None), (None, 2, True)]
        write(storage, "act", *(put(f"{n}", name=r[0], age=r[1], active=r[2]) for n, r in enumerate(rows)))
        query = Query("member")
        assert storage.tally(query) == {(): Tally(5)}
        assert storage.tally(query, of="age") == {(): Tally(5, 15)}
        assert storage.tally(query, by=["name"], of="age") == {
            ("a",): Tally(3, 6),
            ("b",): Tally(1, 7),
            (None,): Tally(1, 2),
        }
        by_both = storage.tally(Query("member", (Is("name", "a"),)), by=("active", "name"))
        assert by_both == {(True, "a"): Tally(2), (False, "a"): Tally(1)}

    def test_without_records_there_is_no_group(self, storage: Storage) -> None:
        assert storage.tally(Query("member")) == {}
        assert storage.tally(Query("member"), by=["name"], of="age") == {}

    def test_a_sum_may_be_larger_than_what_is_summed(self, storage: Storage) -> None:
        write(storage, "act", put("1", age=2**63 - 1, name="a"), put("2", age=2**63 - 1, name="a"))
        assert storage.tally(Query("member"), by=["name"], of="age") == {("a",): Tally(2, 2**64 - 2)}

    @pytest.mark.parametrize("empty", [True, False])
    def test_a_tally_that_is_no_figure_is_refused(self, storage: Storage, empty: bool) -> None:
        if not empty:
            write(storage, "act", put("m", name="a", tags=("t",)))
        query = Query("member")
        with pytest.raises(BadInput):
            storage.tally(query, by=["tags"])
        with pytest.raises(BadInput):
            storage.tally(query, by=["shoe"])
        with pytest.raises(BadInput):
            storage.tally(query, of="name")
        with pytest.raises(BadInput):
            storage.tally(Query("member", limit=1))
        with pytest.raises(BadInput):
            storage.tally(Query("member", after="m"))

    # --- networks, handles, opening again ---------------------------------------------------------

    def test_networks_of_one_database_know_nothing_of_each_other(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        with self.open(tmp_path, "district 王") as other:
            write(storage, "act", put("m", b"street", name="a", tags=("t",)))
            write(storage, "act2", put("m", b"street", name="a", tags=("t",)))
            write(other, "act", put("m", b"district", name="a", tags=("t",)))
            assert (storage.head(), other.head()) == (2, 1)
            for condition in (Is("name", "a"), Includes("tags", "t")):
                found = other.find(Query("member", (condition,)))
                assert [(one.body, one.revision) for one in found] == [(b"district", 1)]
            assert other.tally(Query("member")) == {(): Tally(1)}
            assert len(other.journal(after=0, limit=9, about=member("m"))) == 1
        assert list(self.offer.networks(self.url(tmp_path))) == ["district 王", "street"]

    def test_a_dropped_network_is_gone_and_the_others_stay(self, storage: Storage, tmp_path: Path) -> None:
        write(storage, "act", put("m", tags=("t",)))
        other = self.open(tmp_path, "other")
        write(other, "act", put("m", tags=("t",)))
        self.offer.drop(self.url(tmp_path), "other")
        self.offer.drop(self.url(tmp_path), "other")
        with pytest.raises(Closed):
            other.head()
        with pytest.raises(Closed):
            other.commit(Batch("late", [Fact()]))
        other.close()
        assert list(self.offer.networks(self.url(tmp_path))) == ["street"]
        assert ids(storage, Includes("tags", "t")) == ["m"]
        with self.open(tmp_path, "other") as again:
            assert (again.head(), ids(again), ids(again, Includes("tags", "t"))) == (0, [], [])
            assert write(again, "act", put("m")) == 1

    @pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 65])
    def test_a_network_without_a_proper_name_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BadInput):
            self.offer.open(self.url(tmp_path), name)

    def test_two_handles_see_the_same_at_once(self, storage: Storage, tmp_path: Path) -> None:
        with self.open(tmp_path) as other:
            assert write(storage, "a", put("m", b"1")) == 1
            assert other.read([member("m")])[member("m")].body == b"1"
            assert write(other, "b", put("m", b"2")) == 2
            assert storage.head() == 2
            with pytest.raises(Conflict):
                storage.commit(Batch("c", [Fact()], {member("m"): 1}, (), [put("m")]))

    def test_what_was_written_is_there_when_opened_again(self, storage: Storage, tmp_path: Path) -> None:
        batch = Batch("a", [Fact((member("m"),), b"f")], {member("m"): 0}, (), [put("m", b"1", tags=("t",))])
        storage.commit(batch)
        found = storage.find(Query("member"))
        storage.close()
        with self.open(tmp_path) as again:
            assert again.find(Query("member", (Includes("tags", "t"),))) == found
            assert [one.fact.body for one in again.journal(after=0, limit=9)] == [b"f"]
            assert again.commit(batch) == 1
            assert write(again, "b", put("m")) == 2

    def test_preparing_again_changes_nothing(self, storage: Storage) -> None:
        write(storage, "a", put("m", name="a"))
        storage.prepare(KINDS)
        storage.prepare([MEMBER, MEMBER])
        assert ids(storage, Is("name", "a")) == ["m"]

    def test_a_new_key_is_nothing_for_old_records_until_they_are_written_again(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        more = Kind("member", {**MEMBER.keys, "team": Key.TEXT, "badges": Key.TEXTS}, (("team", "age"),))
        write(storage, "a", put("m", b"body", name="a"))
        with self.open(tmp_path, kinds=(more,)) as newer:
            found = newer.read([member("m")])[member("m")]
            assert (found.body, found.keys["team"], found.keys["badges"]) == (b"body", None, ())
            assert ids(newer, Is("team", None)) == ["m"]
            write(newer, "b", put("m", name="a", team="t1", badges=("b",)))
            assert ids(newer, Is("team", "t1"), Includes("badges", "b")) == ["m"]
            # The handle that does not know the new key neither shows nor asks it.
            assert "team" not in storage.read([member("m")])[member("m")].keys
            with pytest.raises(BadInput):
                ids(storage, Is("team", "t1"))

    def test_an_older_program_never_leaves_a_stale_new_key_behind(self, tmp_path: Path) -> None:
        more = Kind("member", {**MEMBER.keys, "team": Key.TEXT, "badges": Key.TEXTS})
        with self.open(tmp_path, kinds=(more,)) as newer, self.open(tmp_path) as older:
            write(newer, "a", put("m", team="t1", badges=("b",)))
            write(older, "b", put("m", name="a"))
            assert ids(newer, Is("team", "t1")) == ids(newer, Includes("badges", "b")) == []
            assert ids(newer, Is("team", None)) == ["m"]

    def test_a_kind_may_lose_its_tuples_and_get_them_back(self, tmp_path: Path) -> None:
        plain = Kind("member", {"name": Key.TEXT})
        with self.open(tmp_path, kinds=(plain,)) as before:
            write(before, "a", put("m", name="a"))
        with self.open(tmp_path) as now, self.open(tmp_path, kinds=(plain,)) as older:
            write(now, "b", put("m", name="a", tags=("t",)))
            write(older, "c", Erase(member("m")))
            assert ids(now, Includes("tags", "t")) == []

    def test_a_key_never_changes_its_type(self, storage: Storage, tmp_path: Path) -> None:
        storage.prepare([Kind("member", {"name": Key.TEXT})])  # and forgetting it does not help
        with pytest.raises(BadInput, match="age"):
            storage.prepare([Kind("member", {"age": Key.TEXT})])
        with pytest.raises(BadInput, match="tags"):
            self.open(tmp_path, kinds=(Kind("member", {"tags": Key.WHOLES}),))

    def test_a_closed_storage_says_so_everywhere(self, storage: Storage) -> None:
        write(storage, "a", put("m"))
        storage.close()
        storage.close()
        attempts: list[Callable[[], object]] = [
            lambda: storage.prepare(KINDS),
            lambda: storage.read([]),
            lambda: storage.find(Query("member")),
            lambda: storage.commit(Batch("b", [Fact()])),
            lambda: storage.journal(after=0, limit=1),
            lambda: storage.head(),
            lambda: storage.tally(Query("member")),
        ]
        for attempt in attempts:
            with pytest.raises(Closed):
                attempt()

    # --- many at once -----------------------------------------------------------------------------

    def test_eight_writers_lose_nothing_and_a_follower_misses_nothing(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        writers, rounds = 8, 12
        other = self.open(tmp_path)
        followed: list[Entry] = []

        def writer(number: int) -> None:
            mine = storage if number % 2 else other
            for turn in range(rounds):
                while True:
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
            while len(followed) < writers * rounds * 2:
                head = other.head()
                page = storage.journal(after=len(followed), limit=7)
                followed.extend(page)
                assert head % 2 == 0, "half a batch was visible"

        together(*(lambda number=number: writer(number) for number in range(writers)), follower)  # type: ignore[misc]
        assert [one.position for one in followed] == list(range(1, writers * rounds * 2 + 1))
        assert all(a.batch == b.batch for a, b in zip(followed[::2], followed[1::2], strict=True))
        assert storage.read([member("count")])[member("count")].body == b"%d" % (writers * rounds)
        assert len(ids(storage)) == writers * rounds + 1
        assert len(ids(storage, Includes("tags", "w3"))) == rounds
        other.close()

    def test_of_many_who_saw_an_empty_place_one_gets_it(self, storage: Storage, tmp_path: Path) -> None:
        place = Query("duty", (Is("station", "gate"), Is("day", "2026-11-23")))
        other = self.open(tmp_path)
        taken: list[str] = []
        refusals: list[tuple[Query, ...]] = []

        def take(number: int) -> None:
            mine = storage if number % 2 else other
            duty = Ref("duty", f"d{number}")
            while not (found := mine.find(place)):
                keys: dict[str, KeyValue] = {"station": "gate", "day": "2026-11-23"}
                batch = Batch(
                    f"take{number}", [Fact()], {duty: 0}, [Seen.of(place, found)], [Put(duty, keys)]
                )
                try:
                    mine.commit(batch)
                    taken.append(duty.id)
                except Conflict as refused:
                    refusals.append(refused.queries)

        together(*(lambda number=number: take(number) for number in range(8)))  # type: ignore[misc]
        assert len(taken) == 1
        assert set(refusals) <= {(place,), ()}
        assert [one.ref.id for one in storage.find(place)] == taken
        other.close()

    def test_many_processes_may_open_and_prepare_at_once(self, tmp_path: Path) -> None:
        opened: list[Storage] = []
        together(*(lambda: opened.append(self.open(tmp_path)) for _ in range(8)))
        for number, storage in enumerate(opened):
            write(storage, f"act{number}", put(f"{number}", tags=("t",)))
        assert len(ids(opened[0], Includes("tags", "t"))) == 8
        for storage in opened:
            storage.close()


class TestMemory(StoragePromises):
    offer = next(iter(memory.grassroots_storages()))

    def url(self, location: Path) -> str:
        return f"memory:///{location}"


class TestSQLite(StoragePromises):
    offer = next(iter(sqlite.grassroots_storages()))

    def url(self, location: Path) -> str:
        return f"sqlite:///{location}/network.db"
