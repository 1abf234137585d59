"""The promises of a storage: records come back as they were given, and are found."""

from __future__ import annotations

from itertools import islice

import pytest

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Erase,
    Fact,
    Includes,
    Is,
    KeyValue,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
    Tally,
    prefix,
    walk,
    walk_bodies,
)
from grassroots.errors import BadInput
from grassroots.testing.storage.base import BLANK, NASTY, StorageBase, ids, member, put, write


class RecordPromises(StorageBase):
    """What is kept, what is refused, what is found."""

    # --- a record comes back as it was given ---

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
        assert storage.find(Query("kit_member")) == [found]

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
        found = storage.find(Query("kit_member"))
        assert [one.ref.id for one in found] == sorted(NASTY)
        assert all(one.body == one.ref.id.encode() for one in found)
        assert ids(storage, backwards=True) == sorted(NASTY, reverse=True)
        assert set(storage.read([member(id) for id in NASTY])) == {member(id) for id in NASTY}

    def test_nasty_texts_are_found_exactly_and_told_apart(self, storage: Storage) -> None:
        texts = (*NASTY, "x" * 255, "x" * 254 + "y")
        for number, text in enumerate(texts):
            write(storage, f"act{number}", put(f"{number:03}", name=text, tags=(text, text)))
        for number, text in enumerate(texts):
            assert ids(storage, Is("name", text)) == [f"{number:03}"]
            assert ids(storage, AnyOf("name", (text,))) == [f"{number:03}"]
            assert ids(storage, Includes("tags", text)) == [f"{number:03}"]
        assert ids(storage, AnyOf("name", texts)) == [f"{number:03}" for number in range(len(texts))]
        assert storage.find(Query("kit_member", limit=1))[0].keys["tags"] == (NASTY[0], NASTY[0])

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
        assert storage.tally(Query("kit_member", (Is("age", number),)), by=["age"], of="age") == {
            (number,): Tally(1, number)
        }

    def test_a_flag_is_true_false_or_unknown_and_never_a_number(self, storage: Storage) -> None:
        write(storage, "act", put("no", active=False), put("unknown"), put("yes", active=True))
        assert ids(storage, Is("active", True)) == ["yes"]
        assert ids(storage, Is("active", False)) == ["no"]
        assert ids(storage, Is("active", None)) == ["unknown"]
        assert ids(storage, AnyOf("active", (True, None))) == ["unknown", "yes"]
        groups = list(storage.tally(Query("kit_member"), by=["active"]))
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
        duty, other = Ref("kit_duty", "x"), Ref("kit_duty", "y")
        write(
            storage,
            "a",
            put("x", b"member"),
            Put(duty, {"day": "2026-11-23"}, b"duty"),
        )
        found = storage.read([member("x"), duty, member("y"), other, member("x")])
        assert {ref: one.body for ref, one in found.items()} == {
            member("x"): b"member",
            duty: b"duty",
        }
        assert storage.read([]) == {}

    def test_more_than_a_thousand_records_are_not_read_at_once(self, storage: Storage) -> None:
        assert storage.read([member(str(number)) for number in range(1_000)]) == {}
        with pytest.raises(BadInput, match="1001"):
            storage.read([member(str(number)) for number in range(1_001)])

    # --- what does not fit is refused before anything is written ---

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
            write(storage, "act", put("first", name="a"), Put(member("second"), keys))
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
        query = Query("kit_member", (condition,))
        with pytest.raises(BadInput):
            storage.find(query)
        with pytest.raises(BadInput):
            storage.bodies(query)
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

    # --- finding ---

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

    def test_a_range_of_texts_goes_by_code_point(self, storage: Storage) -> None:
        texts = ("A", "Z", "a", "z", "王", "\uffff", "\U00020bb7")
        write(storage, "act", *(put(f"{n}", name=text) for n, text in enumerate(texts)))
        for low in range(len(texts)):
            for high in range(low, len(texts)):
                found = ids(storage, Between("name", texts[low], texts[high]))
                assert found == [f"{n}" for n in range(low, high)]

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

    def test_a_limit_counts_what_meets_the_conditions(self, storage: Storage) -> None:
        write(storage, "act", *(put(f"{n}", active=n % 3 == 0) for n in range(9)))
        assert ids(storage, Is("active", True), limit=2) == ["0", "3"]
        assert ids(storage, Is("active", True), limit=2, after="0") == ["3", "6"]
        assert ids(storage, Is("active", True), limit=2, backwards=True) == ["6", "3"]

    def test_bodies_alone_are_those_of_what_is_found(self, storage: Storage) -> None:
        rows = [
            Put(member(f"{n}"), {"age": n % 3, "tags": ("x", "y") if n % 2 else ()}, b"\0%d" % n)
            for n in range(9)
        ]
        write(storage, "act", *rows)
        write(storage, "change", Put(member("4"), {"age": 1, "tags": ("x",)}, b"\0changed"))
        for where in ((), (Is("age", 1),), (Includes("tags", "x"),), (Is("age", 1), Includes("tags", "y"))):
            for backwards in (False, True):
                for query in (
                    Query("kit_member", where, backwards=backwards),
                    Query("kit_member", where, after="4", limit=2, backwards=backwards),
                ):
                    wanted = [(one.ref.id, one.body) for one in storage.find(query)]
                    assert [tuple(row) for row in storage.bodies(query)] == wanted
                    assert all(type(body) is bytes for _, body in storage.bodies(query))
        walked = [row for page in walk_bodies(storage, Query("kit_member")) for row in page]
        assert [id for id, _ in walked] == [f"{n}" for n in range(9)]

    def test_a_list_that_was_found_does_not_change_afterwards(self, storage: Storage) -> None:
        write(storage, "a", put("m"))
        found = storage.find(Query("kit_member"))
        write(storage, "b", put("n"), Erase(member("m")))
        storage.close()
        assert [one.ref.id for one in found] == ["m"]

    def test_a_walk_shows_what_stays_exactly_once_whatever_else_happens(self, storage: Storage) -> None:
        for start in range(0, 3_000, 500):
            rows = (put(f"{n:05}", age=n % 7) for n in range(start, start + 500))
            write(storage, f"act{start}", *rows)
        seen = []
        for number, one in enumerate(islice(walk(storage, Query("kit_member")), 10_000)):
            seen.append(one.ref.id)
            if number == 999:  # between two pages: before, at and behind the border
                gone = [Erase(member(f"{n:05}")) for n in (10, 999, 1_000, 1_500)]
                write(storage, "change", *gone, put("00500a"), put("02500a"))
        stays = {f"{n:05}" for n in range(3_000)} - {"00010", "00999", "01000", "01500"}
        assert seen == sorted(set(seen))
        assert stays <= set(seen)
        assert "02500a" in seen
