"""What is published does not let a small number be worked out from what stands beside it."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.smallcounts import given_away, large_groups, subset_told, told

LEAST = 5
COUNTS = st.dictionaries(st.text("abcdefg", min_size=1, max_size=2), st.integers(0, 30), max_size=8)
SETS = st.dictionaries(
    st.sampled_from("abcdef"), st.frozensets(st.sampled_from(range(14)).map(str)), max_size=6
)


@given(COUNTS)
def test_nobody_finds_a_hidden_group_by_taking_the_told_ones_from_their_total(counts: dict[str, int]) -> None:
    kept = large_groups(counts, LEAST)
    assert all(counts[name] == number >= LEAST for name, number in kept.items())
    hidden = [number for name, number in counts.items() if name not in kept]
    if not hidden:
        return
    # What is left over is the sum of at least two, and no small number; or nothing at all is told.
    assert not kept or (len(hidden) > 1 and sum(hidden) >= LEAST)


@given(COUNTS)
def test_no_more_is_hidden_than_has_to_be(counts: dict[str, int]) -> None:
    kept = large_groups(counts, LEAST)
    small = [number for number in counts.values() if number < LEAST]
    if not small:
        assert kept == counts
    if len(small) > 1 and sum(small) >= LEAST:
        assert len(kept) == len(counts) - len(small)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_part_of_a_whole_is_told_if_neither_it_nor_the_rest_is_small(part: int, rest: int) -> None:
    found = subset_told(part, part + rest, LEAST)
    assert found in (None, part)
    assert (found is None) == (part < LEAST or 0 < rest < LEAST)
    assert told(part, LEAST) == (part if part >= LEAST else None)


@given(SETS)
def test_no_two_or_three_figures_together_tell_a_small_number(sets: dict[str, frozenset[str]]) -> None:
    """The attack of a reader with pencil and paper: a figure less one or two that lie in it side by side."""
    gone = given_away({name: (one,) for name, one in sets.items()}, LEAST)
    left = {name: one for name, one in sets.items() if name not in gone}
    for large, small in ((one, other) for one in left for other in left if left[other] < left[one]):
        assert not 0 < len(left[large]) - len(left[small]) < LEAST
    for large in left:
        inside = [one for one in left.values() if one < left[large]]
        for one, other in combinations(inside, 2):
            if not one & other:
                assert not 0 < len(left[large]) - len(one) - len(other) < LEAST


def test_the_smaller_of_two_goes_and_equal_ones_stay() -> None:
    whole, most = frozenset(map(str, range(20))), frozenset(map(str, range(18)))
    assert given_away({"all": (whole,), "answered": (most,)}, LEAST) == {"answered"}
    assert given_away({"all": (whole,), "again": (whole,)}, LEAST) == set()
    assert given_away({"all": (whole,), "half": (frozenset(map(str, range(10))),)}, LEAST) == set()
