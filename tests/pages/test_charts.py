"""What the bars promise: in proportion, never without their number, and never with somebody's markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from grassroots.pages.charts import TALL, Bar, columns, lying, shares, stands_in_columns


def bar(amount: float | None, name: str = "7月", printed: str | None = None) -> Bar:
    shown = printed or ("–" if amount is None else f"{amount:,}")
    return Bar(name=name, amount=amount, printed=shown, told=f"{name}：{shown}")


def heights(picture: str) -> list[float]:
    return [float(one) for one in re.findall(r'<rect class="bar"[^>]* height="([\d.]+)"', picture)]


@given(st.lists(st.none() | st.integers(0, 10**9), min_size=1, max_size=12))
def test_the_longest_bar_fills_its_room_and_no_bar_is_longer(amounts: list[int | None]) -> None:
    found = shares([bar(amount) for amount in amounts])
    assert all(0 <= share <= 1 for share in found)
    assert max(found) == (1 if any(amounts) else 0)
    assert [share > 0 for share in found] == [bool(amount) for amount in amounts]


@given(st.lists(st.integers(0, 99_999), min_size=1, max_size=12))
def test_what_is_more_is_never_drawn_lower(amounts: list[int]) -> None:
    drawn = heights(columns([bar(amount) for amount in amounts], "told"))
    assert len(drawn) == len(amounts)
    for one, height in zip(amounts, drawn, strict=True):
        assert height <= TALL
        assert (height > 0) is (one > 0)
        for other, lower in zip(amounts, drawn, strict=True):
            if one > other:
                assert height >= lower


def test_every_bar_prints_its_number_and_tells_itself() -> None:
    picture = columns([bar(31, "1月"), bar(None, "2月"), bar(0, "3月")], "收集记录民意：1月 31")
    assert 'role="img"' in picture
    assert picture.count("<title>") == 4
    assert ">31</text>" in picture
    assert ">–</text>" in picture
    assert "<title>1月：31</title>" in picture


def test_names_cannot_bring_markup_with_them() -> None:
    hostile = '<script>alert("1")</script>'
    one = Bar(name=hostile, amount=1, printed=hostile, told=hostile)
    for picture in (columns([one], hostile), lying(0.5, hostile)):
        assert "<script" not in picture
        tags = _Tags()
        tags.feed(picture)
        assert tags.seen <= {"svg", "title", "g", "rect", "line", "text"}


def test_bars_stand_only_where_their_words_have_room() -> None:
    year = [bar(number, f"{number}月") for number in range(1, 13)]
    assert stands_in_columns(year)
    assert not stands_in_columns([*year, bar(1)])
    assert not stands_in_columns(year[:1])
    assert not stands_in_columns([*year[:3], bar(1, "柳湾社区国学讲堂")])
    assert not stands_in_columns([*year[:3], bar(123_456)])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
