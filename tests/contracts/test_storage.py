"""The values of the storage contract hold every limit, so that no plugin has to."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Erase,
    Fact,
    Includes,
    Is,
    Key,
    Kind,
    Prepared,
    Put,
    Query,
    Ref,
    Seen,
    Stored,
    network_name,
    prefix,
)
from grassroots.errors import BadInput

M = Ref("member", "m")


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize("name", ["member", "a", "a_1", "x" * 31])
def test_a_kind_and_a_key_are_named_in_small_letters(name: str) -> None:
    assert Kind(name, {name: Key.TEXT}).keys[name] is Key.TEXT


@pytest.mark.parametrize("name", ["", "Member", "1a", "_a", "a-b", "a b", "成员", "x" * 32, "a;", "a\n"])
def test_another_name_could_become_no_table_and_is_refused(name: str) -> None:
    for attempt in (
        lambda: Kind(name),
        lambda: Kind("member", {name: Key.TEXT}),
        lambda: Ref(name, "m"),
        lambda: Put(M, {name: 1}),
        lambda: Query(name),
        lambda: Is(name, 1),
    ):
        with pytest.raises(BadInput) as refused:
            attempt()
        assert refused.value.code == "storage-name"


@pytest.mark.parametrize("id", ["", "x" * 65, "a\0b", "\ud800", "a\udfffb", 7, None, b"m"])
def test_an_id_that_some_database_would_lose_is_refused(id: object) -> None:
    for attempt in (
        lambda: Ref("member", id),  # type: ignore[arg-type]
        lambda: network_name(id),  # type: ignore[arg-type]
        lambda: Query("member", after=id) if id is not None else Ref("member", ""),  # type: ignore[arg-type]
    ):
        with pytest.raises(BadInput):
            attempt()


@pytest.mark.parametrize("id", ["x", "x" * 64, "王" * 64, "\U0010ffff", " ", "\n"])
def test_any_other_text_may_be_an_id(id: str) -> None:
    assert Ref("member", id).id == id


@pytest.mark.parametrize(
    "value",
    ["x" * 256, "a\0", "\udc00", 2**63, -(2**63) - 1, 1.5, b"a", ["a"], ("a", 1), (True,), (None,), (1.0,),
     ("\0",), (2**63,), ("x",) * 101, object()],
)  # fmt: skip
def test_a_key_that_some_database_would_lose_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        Put(M, {"key": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "value", ["", "x" * 255, "王" * 255, 2**63 - 1, -(2**63), True, None, (), ("a",) * 100, (1, -1)]
)
def test_what_lies_within_the_limits_is_kept_as_it_is(value: str | int | None) -> None:
    kept = Put(M, {"key": value}).keys["key"]
    assert kept == value
    assert type(kept) is type(value)


def test_an_enum_is_stored_as_its_plain_value() -> None:
    for value in (
        Put(M, {"k": Colour.RED}).keys["k"],
        Is("k", Colour.RED).value,
        Ref("member", Colour.RED).id,
    ):
        assert type(value) is str
        assert value == "red"
    assert type(Put(M, {"k": (Colour.RED,)}).keys["k"][0]) is str  # type: ignore[index]


def test_a_put_keeps_its_own_copy_of_keys_and_body() -> None:
    keys, body = {"name": "a"}, bytearray(b"a")
    put = Put(M, keys, body)
    keys["name"], body[:] = "b", b"b"
    assert (dict(put.keys), put.body) == ({"name": "a"}, b"a")
    with pytest.raises(TypeError):
        put.keys["name"] = "c"  # type: ignore[index]


@pytest.mark.parametrize("body", ["text", None, 7, b"x" * ((1 << 20) + 1)])
def test_a_body_is_bytes_of_a_mebibyte_at_most(body: object) -> None:
    with pytest.raises(BadInput):
        Put(M, {}, body)
    with pytest.raises(BadInput):
        Fact((), body)


def test_keys_together_are_declared_scalars() -> None:
    keys = {"station": Key.TEXT, "tags": Key.TEXTS}
    for group in (("station", "day"), ("tags",)):
        with pytest.raises(BadInput):
            Kind("duty", keys, (group,))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Between("k", 1, "2"),
        lambda: Between("k", True, None),
        lambda: Between("k", None, False),
        lambda: Includes("k", True),
        lambda: Includes("k", None),
        lambda: Includes("k", ("a",)),  # type: ignore[arg-type]
        lambda: Is("k", ("a",)),  # type: ignore[arg-type]
        lambda: AnyOf("k", ("\0",)),
        lambda: AnyOf("k", range(1_001)),
        lambda: Query("member", limit=0),
        lambda: Query("member", limit=True),
        lambda: Query("member", [Is("k", 1)] * 33),
        lambda: Seen(Query("member"), [("m", 1)] * 1_001),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(attempt: Callable[[], object]) -> None:
    with pytest.raises(BadInput):
        attempt()


def test_true_is_not_one_and_one_is_not_the_text_one() -> None:
    for stored, asked in ((True, 1), (1, True), ("1", 1), (1, "1"), (0, None), ("", None), (None, "")):
        assert not Is("k", asked).admits({"k": stored})
        assert not AnyOf("k", (asked,)).admits({"k": stored})
    assert not Between("k", 0, 2).admits({"k": True})
    assert not Between("k", 0, 2).admits({"k": "1"})
    assert not Includes("k", 1).admits({"k": ("1",)})


KEY_TEXT = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@given(st.text(KEY_TEXT, max_size=4), st.text(KEY_TEXT, max_size=6))
def test_a_prefix_finds_exactly_what_begins_with_it(beginning: str, text: str) -> None:
    assert prefix("name", beginning).admits({"name": text}) == text.startswith(beginning)
    assert prefix("name", beginning).admits({"name": beginning + text})


@pytest.mark.parametrize("beginning", ["\ud7ff", "a\U0010ffff", "\U0010ffff", "\ud7ff\U0010ffff"])
def test_a_prefix_at_the_edges_of_unicode_finds_its_own(beginning: str) -> None:
    found = prefix("name", beginning)
    assert found.admits({"name": beginning + "\U0010ffff"})
    assert not found.admits({"name": "\ue000"})


def test_seen_keeps_ids_and_revisions_in_the_order_shown() -> None:
    query = Query("member", backwards=True)
    found = [Stored(Ref("member", id), revision, {}, b"") for id, revision in (("b", 2), ("a", 7))]
    assert Seen.of(query, found) == Seen(query, (("b", 2), ("a", 7)))


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: Batch("", [Fact()]), "storage-batch-id"),
        (lambda: Batch("x" * 129, [Fact()]), "storage-batch-id"),
        (lambda: Batch("a", [Fact()], digest="\0"), "storage-batch-id"),
        (lambda: Batch("a", []), "storage-no-fact"),
        (lambda: Batch("a", [Fact()], {}, (), [Put(M)]), "storage-no-base"),
        (lambda: Batch("a", [Fact()], {}, (), [Erase(M)]), "storage-no-base"),
        (lambda: Batch("a", [Fact()], {M: 0}, (), [Put(M), Erase(M)]), "storage-written-twice"),
        (lambda: Batch("a", [Fact()], {M: -1}), "storage-base"),
        (lambda: Batch("a", [Fact()], {M: True}), "storage-base"),
        (lambda: Batch("a", [Fact()], {M: None}), "storage-base"),  # type: ignore[dict-item]
        (lambda: Batch("a", [Fact()] * 1_001), "storage-too-many"),
        (lambda: Batch("a", [Fact((), b"x" * (1 << 20))] * 8 + [Fact((), b"x")]), "storage-too-many"),
        (lambda: Fact((M,) * 1_001), "storage-too-many"),
        (lambda: Batch("a", [Fact((M,) * 1_000)] * 11), "storage-too-many"),
    ],
)
def test_a_batch_that_is_no_act_is_refused(attempt: Callable[[], object], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        attempt()
    assert refused.value.code == code
    assert isinstance(refused.value, ValueError)


def test_a_batch_writes_a_thousand_records_and_not_one_more() -> None:
    refs = [Ref("member", str(number)) for number in range(1_001)]
    bases = dict.fromkeys(refs, 0)
    assert len(Batch("a", [Fact()], bases, (), [Put(ref) for ref in refs[:1_000]]).writes) == 1_000
    with pytest.raises(BadInput, match="1001"):
        Batch("a", [Fact()], bases, (), [Put(ref) for ref in refs])


def test_a_batch_does_not_change_when_its_maker_goes_on() -> None:
    bases, facts = {M: 0}, [Fact()]
    batch = Batch("a", facts, bases)
    bases[M] = 5
    facts.clear()
    assert (dict(batch.based_on), len(batch.facts)) == ({M: 0}, 1)


def test_what_was_prepared_is_what_may_be_asked() -> None:
    prepared = Prepared().with_kinds([Kind("member", {"name": Key.TEXT})])
    assert prepared.asked(Query("member", (Is("name", "a"),))).name == "member"
    with pytest.raises(BadInput, match="duty"):
        prepared.kind("duty")
    more = prepared.with_kinds([Kind("duty")])
    assert [kind.name for kind in more.kinds()] == ["duty", "member"]
    assert [kind.name for kind in prepared.kinds()] == ["member"]
    with pytest.raises(BadInput, match="name"):
        more.with_kinds([Kind("member", {"name": Key.FLAG})])
