"""Whether a text names somebody, and not somebody else of whose name theirs is a part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.values.mentions import Mentions

OTHERS = ("李明亮", "李明", "Joann Li")
LI = Mentions({"李明", "Ann Li", "李"}, {"14400000001", "0731-28812345"}, lambda: OTHERS)

NAMED = (
    "请告诉李明。", "李明亮和李明", "李明李明亮", "李明光（没有登记的人）",
    "ann  li", "ＡＮＮ ＬＩ来", "Ann Li的电话",
    "拨打14400000001", "144 0000 0001", "+86 144-0000-0001", "１４４００００ 0001",
    "（0731）28812345", "0731 2881 2345",
)  # fmt: skip
NOT_NAMED = (
    "请告诉李明亮。", "李明亮李明亮", "李老师", "Joann Li", "Ann Lin",
    "1144000000012", "14400000011", "8114400000001", "编号0731288123456", "",
)  # fmt: skip


@pytest.mark.parametrize("text", NAMED)
def test_who_is_named_is_found(text: str) -> None:
    assert LI.in_(text)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_who_is_not_named_is_not(text: str) -> None:
    assert not LI.in_(text)


def test_the_names_of_others_are_asked_once_and_only_when_it_matters() -> None:
    asked = []

    def others() -> list[str]:
        asked.append(1)
        return ["李明亮"]

    one = Mentions({"李明"}, {"14400000001"}, others)
    assert not one.in_("明天下雨")
    assert one.in_("14400000001")
    assert asked == []
    assert not one.in_("李明亮")
    assert one.in_("李明")
    assert asked == [1]


def test_nothing_to_look_for_finds_nothing() -> None:
    one = Mentions({"", "李", " "}, {"", "110"})
    assert not one
    assert not one.in_("李明 110")


@given(st.text(alphabet="李明亮王a 1", max_size=12), st.lists(st.text("李明亮王", min_size=2, max_size=4)))
def test_without_longer_names_a_name_is_found_wherever_it_stands(text: str, others: list[str]) -> None:
    plain = Mentions({"李明"}, ())
    assert plain.in_(text) is ("李明" in text)
    # Knowing others can only ever take away what is a part of their names.
    if Mentions({"李明"}, (), lambda: others).in_(text):
        assert plain.in_(text)
