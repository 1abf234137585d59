from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.values.texts import tidy_text


def test_line_ends_of_every_machine_become_one() -> None:
    assert tidy_text("  一\r\n二\r三\u2028四\x0b五\n\n") == "一\n二\n三\n四\n五"


def test_what_stands_inside_a_text_is_left_alone() -> None:
    assert tidy_text("张　三 said “１２”") == "张　三 said “１２”"


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_a_tidy_text_is_tidy(raw: str) -> None:
    once = tidy_text(raw)
    assert tidy_text(once) == once
    assert "\r" not in once


@pytest.mark.parametrize("raw", ["a\x00b", "a\ud83d", "a\udc80b"])
def test_text_that_no_storage_can_keep_is_refused_with_its_place(raw: str) -> None:
    with pytest.raises(BadInput) as refused:
        tidy_text(raw)
    assert (refused.value.code, refused.value.facts) == ("text-broken", {"place": 2})
