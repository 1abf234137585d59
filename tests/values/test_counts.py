from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.values.counts import ApproxCount, Qualifier, Rate


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("31", 31, 31),
        ("31份", 31, 31),
        ("127起", 127, 127),
        ("１２７", 127, 127),
        ("三十一", 31, 31),
        ("1,200", 1200, 1200),
        ("1.2万", 12000, 12000),
        ("100余场", 101, 199),
        ("100多", 101, 199),
        ("20余名", 21, 29),
        ("120余名", 121, 129),
        ("5000多人", 5001, 5999),
        ("十余", 11, 19),
        ("1万多人次", 10001, 19999),
        ("1.2万余", 12001, 12999),
        ("上千份", 1000, None),
        ("上百", 100, None),
        ("多", 2, None),
        ("多场", 2, None),
        ("several", 2, None),
        ("at least 2", 2, None),
        ("至少2", 2, None),
        ("100人以上", 100, None),
        (">100", 101, None),
        ("超过100场", 101, None),
    ],
)
def test_a_count_in_a_report_admits_what_its_words_say(text: str, least: int, most: int | None) -> None:
    count = ApproxCount.parse(text)
    assert not count.admits(least - 1)
    assert count.admits(least)
    if most is None:
        assert count.admits(10**9)
    else:
        assert count.admits(most)
        assert not count.admits(most + 1)


@pytest.mark.parametrize(
    "text", ["", "近百", "约100", "几十", "-5", "1.5", "10²", "½", "1.23456万", "abc", "余"]
)
def test_a_count_that_leaves_the_direction_open_is_not_read(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        ApproxCount.parse(text)
    assert refused.value.code == "count-unreadable"


@given(st.integers(1, 10**7).filter(lambda n: n % 10 != 0))
def test_more_than_a_number_that_is_not_round_says_nothing(value: int) -> None:
    with pytest.raises(BadInput) as refused:
        ApproxCount.parse(f"{value}余")
    assert refused.value.code == "count-not-round"


@given(st.integers(1, 10**6))
def test_more_than_a_round_number_never_admits_the_number_nor_the_next_round_one(tens: int) -> None:
    count = ApproxCount(tens * 10, Qualifier.ROUND)
    assert not count.admits(count.value)
    assert count.admits(count.value + 1)
    assert count.admits(count.value + 9)
    assert not count.admits(count.value + 10 ** (len(str(count.value)) - len(str(count.value).rstrip("0"))))


@given(st.text())
def test_any_text_is_a_count_or_is_refused(text: str) -> None:
    try:
        outcome = ApproxCount.parse(text).qualifier.value
    except BadInput as refused:
        outcome = refused.code
    assert outcome in {*Qualifier, "count-unreadable", "count-not-round"}


def test_counts_below_zero_do_not_exist() -> None:
    for wrong in (lambda: ApproxCount(-1), lambda: Rate(-1, 2), lambda: Rate(1, -2)):
        with pytest.raises(BadInput) as refused:
            wrong()
        assert refused.value.code == "count-negative"


def test_several_is_always_two_or_more() -> None:
    with pytest.raises(ValueError, match="two or more"):
        ApproxCount(3, Qualifier.SEVERAL)


def test_a_rate_is_cut_off_and_never_flatters() -> None:
    assert Rate(2999, 3000).percent() == "99.9"
    assert Rate(1, 3).percent() == "33.3"
    assert Rate(2, 3).percent(2) == "66.66"
    assert Rate(199, 200).percent(0) == "99"
    assert Rate(3, 3).percent() == "100"
    assert Rate(0, 3).percent() == "0"
    assert Rate(1, 3000).percent() == "0.0"
    assert Rate(15, 10).percent() == "150.0"
    assert Rate(10_001, 10_000).percent() == "100.01"


def test_nothing_due_is_neither_none_nor_all() -> None:
    assert Rate(0, 0).percent() is None


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 6))
def test_only_all_of_them_is_a_hundred_percent(n: int, of: int, digits: int) -> None:
    told = Rate(n, of).percent(digits)
    assert told is not None
    assert (Decimal(told) == 100) == (n == of)
    assert Decimal(told) <= Decimal(n) * 100 / Decimal(of)
    assert (told == "0") == (n == 0 or (digits == 0 and n * 100 < of))
