"""Pending writes over stored ones, held against a plain dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.storage import AnyOf, Between, Includes, Is, Query, Ref, Stored
from grassroots.workspace.overlay import Overlay

IDS = st.sampled_from("abcdefgh")
KEYS = st.fixed_dictionaries(
    {
        "place": st.sampled_from([None, "S1", "S2"]),
        "day": st.sampled_from([None, "2021-07-01", "2021-07-02"]),
        "heads": st.sampled_from([None, 0, 1, 5]),
        "held": st.sampled_from([None, True, False]),
        "names": st.lists(st.sampled_from(["卯", "辰"]), unique=True).map(tuple),
    }
)
CONDITIONS = st.one_of(
    st.sampled_from(["S1", None]).map(lambda value: Is("place", value)),
    st.sampled_from([True, False, None]).map(lambda value: Is("held", value)),
    st.sampled_from([0, 1]).map(lambda value: Is("heads", value)),
    st.lists(st.sampled_from([None, "S1", "S2"]), unique=True).map(lambda some: AnyOf("place", tuple(some))),
    st.sampled_from(["卯", "辰"]).map(lambda name: Includes("names", name)),
    st.sampled_from(["2021-07-01", "2021-07-02"]).map(lambda day: Between("day", day, None)),
    st.just(Between("heads", 1, 5)),
)
QUERIES = st.builds(
    Query,
    st.sampled_from(["duty", "shift"]),
    st.lists(CONDITIONS, max_size=2).map(tuple),
    limit=st.one_of(st.none(), st.integers(1, 4)),
    backwards=st.booleans(),
)
WRITES = st.lists(st.tuples(st.sampled_from(["duty", "shift"]), IDS, st.one_of(st.none(), KEYS)), max_size=12)

State = dict[Ref, Stored | None]


def stored(kind: str, id: str, keys: dict[str, Any], revision: int = 0) -> Stored:
    return Stored(Ref(kind, id), revision, keys, b"")


def admitted(query: Query, rows: Iterable[Stored]) -> list[Stored]:
    found = [row for row in rows if row.ref.kind == query.kind and query.admits(row.keys, row.ref.id)]
    found.sort(key=lambda row: row.ref.id, reverse=query.backwards)
    return found


def put(overlay: Overlay, model: State, writes: list[Any]) -> None:
    for kind, id, keys in writes:
        pending = None if keys is None else stored(kind, id, keys)
        overlay.put(Ref(kind, id), pending)
        model[Ref(kind, id)] = pending


@given(st.dictionaries(IDS, KEYS), WRITES, QUERIES)
def test_an_answer_is_that_of_a_storage_in_which_all_of_it_stood(
    below: dict[str, dict[str, Any]], writes: list[Any], query: Query
) -> None:
    overlay, model = Overlay(), dict[Ref, Stored | None]()
    put(overlay, model, writes)
    base = {Ref("duty", id): stored("duty", id, keys, 7) for id, keys in below.items()}
    whole = {**base, **model}
    expected = admitted(query, [row for row in whole.values() if row is not None])
    answer = overlay.answer(query, admitted(query, base.values()))
    assert answer == (expected if query.limit is None else expected[: query.limit])


@given(WRITES, WRITES, QUERIES)
def test_coming_back_to_a_mark_leaves_nothing_of_what_came_after(
    before: list[Any], after: list[Any], query: Query
) -> None:
    overlay, model = Overlay(), dict[Ref, Stored | None]()
    put(overlay, model, before)
    mark = overlay.mark()
    counts = [overlay.count(kind) for kind in ("duty", "shift")]
    put(overlay, {}, after)
    touched = overlay.back_to(mark)
    assert set(touched) == {Ref(kind, id) for kind, id, _ in after}
    assert {ref: overlay.get(ref) for ref in overlay.refs()} == model
    assert [overlay.count(kind) for kind in ("duty", "shift")] == counts
    assert len(overlay) == len(model)
    expected = admitted(query, [row for row in model.values() if row is not None])
    assert overlay.answer(query, []) == (expected if query.limit is None else expected[: query.limit])


def test_what_is_pending_as_erased_is_there_and_is_nothing() -> None:
    overlay = Overlay()
    ref = Ref("duty", "a")
    overlay.put(ref, stored("duty", "a", {"place": "S1"}))
    overlay.put(ref, None)
    assert ref in overlay
    assert overlay.get(ref) is None
    assert (
        overlay.answer(Query("duty", (Is("place", "S1"),)), [stored("duty", "a", {"place": "S1"}, 3)]) == []
    )


def test_a_flag_is_not_found_where_a_whole_number_was_asked() -> None:
    overlay = Overlay()
    overlay.put(Ref("duty", "a"), stored("duty", "a", {"x": True}))
    assert overlay.answer(Query("duty", (Is("x", 1),)), []) == []
    assert len(overlay.answer(Query("duty", (Is("x", True),)), [])) == 1
