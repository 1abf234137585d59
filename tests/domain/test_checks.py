from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.checks import LONGEST_CODE, catalogue_code, in_catalogue, one_of, short_code
from grassroots.domain.intervention import Outcome
from grassroots.errors import BadInput


@pytest.mark.parametrize("code", ["ill", "wrong-entry", "no_show", "2021"])
def test_a_short_code_passes_as_it_stands(code: str) -> None:
    assert short_code(code, "reason") == code


@pytest.mark.parametrize(
    "words", ["", "Ill", "he is ill", "周岚生病", "-ill", "ill-", "a--b", "x" * (LONGEST_CODE + 1)]
)
def test_words_and_names_are_no_codes(words: str) -> None:
    with pytest.raises(BadInput) as refused:
        short_code(words, "reason")
    assert refused.value.code == "not-a-code"


@given(st.text())
def test_whatever_passes_has_no_blank_and_no_letter_of_a_name(text: str) -> None:
    try:
        code = short_code(text, "reason")
    except BadInput:
        return
    assert code.isascii()
    assert code == code.lower()
    assert not any(letter.isspace() for letter in code)


def test_underscores_and_hyphens_spell_one_code() -> None:
    assert catalogue_code("illegal_parking") == catalogue_code("illegal-parking") == "illegal-parking"


def test_a_code_outside_the_catalogue_is_refused_and_the_possible_ones_are_named() -> None:
    with pytest.raises(BadInput) as refused:
        in_catalogue("parkin", {"parking", "unsorted_waste"}, "kind")
    assert refused.value.facts["possible"] == ("parking", "unsorted-waste")
    in_catalogue("unsorted-waste", {"unsorted_waste"}, "kind")


def test_without_a_catalogue_every_code_passes_and_none_needs_none() -> None:
    in_catalogue("parking", (), "kind")
    in_catalogue(None, {"parking"}, "kind")


def test_a_value_of_a_closed_set_is_its_member_and_anything_else_names_the_possible_ones() -> None:
    assert one_of(Outcome, "stopped") is one_of(Outcome, Outcome.STOPPED) is Outcome.STOPPED
    with pytest.raises(BadInput) as refused:
        one_of(Outcome, "制止")
    assert refused.value.facts["possible"] == tuple(outcome.value for outcome in Outcome)
