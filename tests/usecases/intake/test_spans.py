from __future__ import annotations

from datetime import date, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.tables import Sheet
from grassroots.domain.form import recognise
from grassroots.usecases.intake import standard_forms
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.spans import Span, read_spans

TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
SIGNS = st.sampled_from(["-", "—", "——", "～", "~", " - ", "至", "到"])


def spans(words: str) -> tuple[Span, ...]:
    header: tuple[Any, ...] = ("日期", "班次", "值班人员", "值班地点")
    sheet = Sheet(name="值班表", rows=(header, (date(2021, 7, 1), words, "周岚", "A社区驿站")))
    recognised = recognise(sheet, standard_forms())
    assert recognised is not None
    return read_spans(Row(recognised, 2, {"shift": words}, "表.xlsx"), "shift")


@given(first=TIMES, second=TIMES, sign=SIGNS)
def test_times_on_the_24_hour_clock_are_read_as_they_stand_or_not_at_all(
    first: time, second: time, sign: str
) -> None:
    found = spans(f"{first:%H:%M}{sign}{second:%H:%M}")
    if first < second or (second < first and first.hour >= 17):
        assert found == ((first, second),)
    else:
        assert found == ()


@given(hour=st.integers(1, 4), last=st.integers(5, 6), minute=st.sampled_from([0, 15, 30]))
def test_one_word_for_the_afternoon_is_meant_for_both_times(hour: int, last: int, minute: int) -> None:
    words = f"{hour}:{minute:02d}-{last}:{minute:02d}"
    assert spans(f"下午{words}") == ((time(hour + 12, minute), time(last + 12, minute)),)
    assert spans(f"{words}（下午）") == spans(f"下午{words}")
    assert spans(words) == (), "without the word it could be the night"


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(words: str) -> None:
    for starts, ends in spans(words):
        assert starts != ends
