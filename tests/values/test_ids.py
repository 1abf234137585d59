from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.values.ids import ALPHABET, Ids, derived_id, sortable_id

MOMENT = datetime(2021, 10, 14, 9, 30, tzinfo=UTC)
moments = st.integers(0, 7_000 * 366 * 86_400_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
chance = st.binary(min_size=10, max_size=10)


def test_an_id_is_the_published_example_of_its_format() -> None:
    # The example of the ULID specification: 01ARZ3NDEKTSV4RRFFQ69G5FAV.
    at = datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC)
    assert sortable_id(at, bytes.fromhex("d6764c61efb99302bd5b")) == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@given(moments, moments, chance, chance)
def test_ids_sort_by_their_moment(early: datetime, late: datetime, one: bytes, other: bytes) -> None:
    early, late = sorted((early, late))
    if late - early >= timedelta(milliseconds=1):
        assert sortable_id(early, one) < sortable_id(late, other)
    assert len(sortable_id(early, one)) == 26
    assert set(sortable_id(early, one)) <= set(ALPHABET)


@given(st.lists(moments, min_size=1, max_size=30), st.sampled_from([b"\x00", b"\xff", b"\x80"]))
def test_ids_of_one_maker_increase_even_when_the_clock_is_set_back(at: list[datetime], fill: bytes) -> None:
    new = Ids(lambda n: fill * n)
    given_out = [new(moment) for moment in at for _ in range(2)]
    assert given_out == sorted(set(given_out))


def test_threads_never_get_the_same_id() -> None:
    new = Ids(lambda n: b"\x07" * n)
    found: list[list[str]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda mine=mine: mine.extend(new(MOMENT) for _ in range(500)))
        for mine in found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for mine in found for one in mine}) == 2000
    assert all(mine == sorted(mine) for mine in found)


def test_a_clock_that_was_never_set_is_told_so() -> None:
    with pytest.raises(BadInput, match="clock") as refused:
        sortable_id(datetime(1969, 12, 31, tzinfo=UTC), bytes(10))
    assert refused.value.code == "moment-before-1970"


def test_a_moment_without_zone_or_too_little_chance_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sortable_id(datetime(2021, 1, 1), bytes(10))  # noqa: DTZ001
    with pytest.raises(ValueError, match="10 bytes"):
        sortable_id(MOMENT, bytes(9))


def test_the_same_row_gets_the_same_id_and_only_under_the_same_salt() -> None:
    first = derived_id(b"salt", "visit", "row 3", at=date(2021, 10, 14))
    assert first == derived_id(b"salt", "visit", "row 3", at=date(2021, 10, 14))
    assert first != derived_id(b"other", "visit", "row 3", at=date(2021, 10, 14))
    assert first[:10] == sortable_id(datetime(2021, 10, 14, tzinfo=UTC), bytes(10))[:10]


def test_a_derived_id_stays_the_same_in_later_versions() -> None:
    # Imports of last year must be found again: this text may never change.
    assert derived_id(b"s", "visit", "3", at=date(2021, 7, 1)) == "01F9FNTZ00XDBDCT7F7XED9JN0"
    assert derived_id(b"salt", "visit", "row 3") == "2P5V26B49CH5FKXHSNFKCTHFTQ"


words = st.lists(st.text(max_size=4), max_size=4)


@given(words, words)
def test_words_joined_differently_never_share_an_id(one: list[str], other: list[str]) -> None:
    assert (derived_id(b"s", *one) == derived_id(b"s", *other)) == (one == other)


@given(st.dates(date(1970, 1, 1)), st.dates(date(1970, 1, 1)), words, words)
def test_derived_ids_sort_by_day(early: date, late: date, one: list[str], other: list[str]) -> None:
    early, late = sorted((early, late))
    if early < late:
        assert derived_id(b"s", *one, at=early) < derived_id(b"s", *other, at=late)


@given(st.dates(max_value=date(1969, 12, 31)), st.dates(max_value=date(1969, 12, 31)))
def test_days_before_1970_have_different_ids_that_sort_first(one: date, other: date) -> None:
    assert (derived_id(b"s", "x", at=one) == derived_id(b"s", "x", at=other)) == (one == other)
    assert derived_id(b"s", "x", at=one) < derived_id(b"s", "x", at=date(1970, 1, 2))
