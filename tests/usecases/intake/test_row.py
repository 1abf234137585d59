"""One row, column by column: all its problems at once, each with what stands there and where."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.tables import CellValue, Sheet
from grassroots.domain.form import parse_forms, recognise
from grassroots.usecases.intake.row import BadRow, Row
from grassroots.values.dates import PartialDate
from grassroots.values.names import Sex

KINDS = {
    "name": "name", "names": "names", "on": "day", "born": "partial", "at": "time", "minutes": "minutes",
    "whole": "whole", "phone": "phone", "number": "id-number", "sex": "sex", "flag": "flag", "words": "text",
    "serial": "serial",
}  # fmt: skip
(FORM,) = parse_forms(
    '[form.all]\ntitle_zh = "全"\ntitle_en = "All"\nnatural = ["name", "on"]\n'
    + "".join(
        f'[[form.all.column]]\nkey = "{key}"\nheader_zh = "{key}"\nheader_en = "{key}"\nkind = "{kind}"\n'
        for key, kind in KINDS.items()
    )
    + '[[form.all.column]]\nkey = "medium"\nheader_zh = "方式"\nheader_en = "Medium"\nkind = "choice"\n'
    'choices = { visit = ["上门"], phone = ["电话", "打电话"] }\n'
)


def row(header: dict[str, str] | None = None, **cells: CellValue) -> Row:
    heads = header or {}
    sheet = Sheet(name="表", rows=(tuple(heads.get(key, key) for key in cells), tuple(cells.values())))
    found = recognise(sheet, (FORM,))
    assert found is not None
    return Row(found, 2, {key: sheet.at(1, place) for key, place in found.columns.items()}, "a.xlsx")


def test_every_kind_of_cell_becomes_its_value() -> None:
    one = row(
        name="卯 大山", names="卯大山、辰小川", on=datetime(2021, 7, 2), born="1952年7月", at="9:30",  # noqa: DTZ001
        minutes="1小时30分", whole="12", phone="138 0000 0001", number="11010519491231002X", sex="女",
        flag="是", words="  两 行\n字 ",
    )  # fmt: skip
    assert one.name("name") == "卯大山"
    assert one.names("names") == ("卯大山", "辰小川")
    assert one.day("on") == date(2021, 7, 2)
    assert one.partial("born") == PartialDate(1952, 7)
    assert one.time("at") == time(9, 30)
    assert one.minutes("minutes") == 90
    assert one.whole("whole") == 12
    assert one.phone("phone") == "13800000001"
    assert one.id_number("number") == "11010519491231002X"
    assert one.sex("sex") is Sex.FEMALE
    assert one.flag("flag") is True
    assert one.text("words") is not None
    one.check()


def test_an_empty_cell_or_a_column_that_is_not_there_is_nothing_and_no_problem() -> None:
    one = row(name=None, phone="无")
    assert (one.name("name"), one.phone("phone"), one.day("on"), one.names("names")) == (None, None, None, ())
    one.check()
    assert one.notes == ["cell-note-blank-word"]


def test_all_problems_of_a_row_are_told_at_once_with_what_stands_there() -> None:
    one = row({"medium": "方式"}, name="卯大山", born="3/4/50", whole="多少", medium="写信")
    one.partial("born")
    one.whole("whole")
    one.choice("medium")
    one.need("phone", one.phone("phone"))
    with pytest.raises(BadRow) as bad:
        one.check()
    told = [(problem.column, problem.header, problem.value) for problem in bad.value.problems]
    assert told == [
        ("born", "born", "3/4/50"),
        ("whole", "whole", "多少"),
        ("medium", "方式", "写信"),
        ("phone", "phone", None),
    ]
    assert [problem.code for problem in bad.value.problems][2:] == ["choice-unknown", "cell-missing"]
    assert bad.value.problems[2].facts["known"] == ("上门", "电话")


def test_a_cell_that_cannot_be_read_is_not_missing_as_well() -> None:
    one = row(name="卯大山", born="3/4/50")
    one.need("born", one.partial("born"))
    assert [problem.code for problem in one.problems] == ["date-short-year"]


def test_a_choice_is_a_code_and_several_are_split_at_every_usual_sign() -> None:
    assert row(medium="打 电话").choice("medium") == "phone"
    assert row(medium="上门，电话；上门").choices("medium") == ("visit", "phone", "visit")
    one = row(medium="上门/飞鸽")
    assert one.choices("medium") == ("visit",)
    assert one.problems[0].facts["what"] == "飞鸽"


@pytest.mark.parametrize(
    ("header", "minutes"), [("minutes(时)", 120), ("minutes(分)", 2), ("minutes(小时)", 120), ("minutes", 2)]
)
def test_a_bare_length_of_time_means_what_its_header_says(header: str, minutes: int) -> None:
    assert row({"minutes": header}, minutes=2).minutes("minutes") == minutes


def test_a_row_is_told_from_others_by_its_natural_columns() -> None:
    assert row(name=" 卯  大山 ", on="2021-07-02", phone="1").natural() == ("卯大山", "2021-07-02")


SALT = b"\x01" * 16


@given(st.text(max_size=5), st.text(max_size=5))
def test_a_digest_tells_whether_a_row_says_the_same_and_nothing_else(one: str, other: str) -> None:
    first, second = row(name="卯大山", words=one), row(name="卯大山", words=other)
    assert (first.digest(SALT) == second.digest(SALT)) == (one.split() == other.split())
    assert first.digest(SALT) != first.digest(b"\x02" * 16)


def test_cells_that_change_places_change_the_digest_and_the_running_number_does_not() -> None:
    assert row(name="卯", words="辰").digest(SALT) != row(name="辰", words="卯").digest(SALT)
    assert row(serial=1, name="卯").digest(SALT) == row(serial=2, name="卯").digest(SALT)
    assert row(name="卯", words="辰").digest(SALT) == row(words="辰", name="卯").digest(SALT)
