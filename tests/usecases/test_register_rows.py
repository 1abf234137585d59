"""What a register prints in its cells."""

from __future__ import annotations

from datetime import date, timedelta

from grassroots.usecases.registers.rows import _weekday


def test_under_the_header_of_the_weekday_stands_its_word_and_no_number() -> None:
    week = [date(2021, 7, 5) + timedelta(days=number) for number in range(7)]
    assert "".join(_weekday(day, "zh") for day in week) == "一二三四五六日"
    assert [_weekday(day, "en") for day in week][::6] == ["Monday", "Sunday"]
