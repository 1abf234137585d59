from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.tables import CellValue, Sheet
from grassroots.data import text
from grassroots.domain.form import (
    CellKind,
    FormLayout,
    Recognised,
    header_key,
    nearest,
    parse_forms,
    recognise,
)
from grassroots.errors import BadInput

OWN = """
[form.visits]
title_zh = "探访记录"
title_en = "Visits"
titles = ["陪伴记录"]
order = 20
natural = ["name", "on"]
block = [ { key = "station", header_zh = "站点", header_en = "Station", kind = "station" },
          { key = "sheet_number", header_zh = "表单编号", header_en = "Sheet number" } ]
[[form.visits.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
kind = "name"
wanted = true
aliases = ["老人姓名"]
[[form.visits.column]]
key = "on"
header_zh = "日期"
header_en = "Date"
kind = "day"
wanted = true
[[form.visits.column]]
key = "minutes"
header_zh = "时长"
header_en = "Minutes"
kind = "minutes"
[[form.visits.column]]
key = "medium"
header_zh = "方式"
header_en = "Medium"
kind = "choice"
choices = { visit = ["上门", "visit"], phone = ["电话", "phone"] }

[form.calls]
title_zh = "电话记录"
title_en = "Calls"
order = 10
natural = ["name", "on"]
[[form.calls.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
[[form.calls.column]]
key = "on"
header_zh = "日期"
header_en = "Date"
wanted = true
"""
FORMS = parse_forms(OWN)
HEADER: tuple[CellValue, ...] = ("姓名", "日期", "时长", "方式")


def see(
    *rows: tuple[CellValue, ...], name: str = "Sheet1", forms: tuple[FormLayout, ...] = FORMS
) -> Recognised:
    found = recognise(Sheet(name=name, rows=rows), forms)
    assert found is not None
    return found


# -- headers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        "时长",
        "时 长",
        "时\n长",
        "时长（分钟）",
        "时长(分)",
        "时长：",
        "＊时长",
        "时长【分】",
        "　时长　",
        "时长〔h〕",
    ],
)
def test_a_header_is_known_by_its_word_alone(written: str) -> None:
    assert header_key(written) == "时长"


def test_a_header_in_other_width_or_case_is_the_same() -> None:
    assert header_key("ＮＡＭＥ") == header_key("name") == header_key("Na-me")
    assert header_key(None) == header_key("  ") == ""


def test_a_header_that_is_only_a_bracket_stays_itself() -> None:
    assert header_key("(备注)") == "(备注)"


@given(
    st.sampled_from(["姓名", "Date of birth", "联系电话"]), st.sampled_from([" ", "\n", "\u3000", "*", ":"])
)
def test_no_sign_of_layout_changes_a_header(word: str, sign: str) -> None:
    assert header_key(sign.join(word)) == header_key(word)
    assert header_key(header_key(word)) == header_key(word)


# -- recognising ------------------------------------------------------------------------------------------
@given(st.integers(0, 12))
def test_the_header_stands_in_one_of_the_first_ten_rows(above: int) -> None:
    rows: list[tuple[CellValue, ...]] = [(None, None)] * above + [
        HEADER,
        ("卯大山", "2021-07-02", 30, "上门"),
    ]
    found = recognise(Sheet(name="x", rows=tuple(rows)), FORMS)
    if above < 10:
        assert found is not None
        assert found.header_row == above
    else:
        assert found is None


@given(st.permutations(HEADER))
def test_the_order_of_the_columns_does_not_matter(header: list[CellValue]) -> None:
    found = see(tuple(header))
    assert found.layout.code == "visits"
    assert {header[place] for place in found.columns.values()} == set(HEADER)
    assert header[found.columns["on"]] == "日期"


def test_other_headers_for_the_same_thing_are_known() -> None:
    assert see(("老人\n姓名", "Date", "时长（分钟）")).columns == {"name": 0, "on": 1, "minutes": 2}


def test_a_sheet_that_lacks_a_wanted_column_is_not_the_form() -> None:
    assert recognise(Sheet(name="x", rows=(("姓名", "时长"),)), FORMS) is None
    assert recognise(Sheet(name="x", rows=()), FORMS) is None


def test_a_title_decides_where_two_forms_fit() -> None:
    both: tuple[CellValue, ...] = ("姓名", "日期")
    assert see(both, name="电话记录").layout.code == "calls"
    assert see(both, name="探访记录").layout.code == "visits"
    assert see(("2021年7月陪伴记录表", None), both).layout.code == "visits"
    assert see(("2021年7月陪伴记录表", None), both).title == "2021年7月陪伴记录表"


def test_without_a_title_the_form_that_understands_more_wins() -> None:
    assert see(HEADER).layout.code == "visits"
    assert see(HEADER, forms=FORMS[::-1]).layout.code == "visits"


def test_the_first_of_two_equal_headers_is_the_columns_own() -> None:
    found = see(("姓名", "日期", "姓名"))
    assert found.columns["name"] == 0
    assert found.unread == ("姓名",)


def test_headers_that_nobody_knows_are_told() -> None:
    assert see(("姓名", "日期", "血型", None)).unread == ("血型",)


def test_what_stands_above_the_table_is_read_as_label_and_value() -> None:
    above: tuple[CellValue, ...] = ("站点", None, "灵溪站", None)
    found = see(("探访记录", None, None, None), above, ("表单编号：V-7", None, None, None), HEADER)
    assert found.block == {"station": "灵溪站", "sheet_number": "V-7"}
    assert see(("站点", None), HEADER).block == {}


@pytest.mark.parametrize("label", ["表单编号", "表单编号：V-7", "Sheet number", "负责人："])
def test_a_line_of_the_block_that_was_left_empty_does_not_take_the_next_label(label: str) -> None:
    assert "station" not in see(("站点：", None, label), HEADER).block


# -- forms as data ----------------------------------------------------------------------------------------
def test_forms_come_in_the_order_in_which_their_sheets_have_to_be_read() -> None:
    assert [form.code for form in FORMS] == ["calls", "visits"]
    visits = FORMS[1]
    assert visits.wanted == frozenset({"name", "on"})
    assert visits.column("station").kind is CellKind.STATION
    with pytest.raises(KeyError):
        visits.column("nothing")


def test_a_choice_is_known_by_any_of_its_words_and_by_its_code() -> None:
    medium = FORMS[1].column("medium")
    assert [medium.choice(word) for word in ("上 门", "Phone", "visit", "写信")] == [
        "visit",
        "phone",
        "visit",
        None,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "[form",
        "[forms.x]",
        '[form.x]\ntitle_zh = "x"\ntitle_en = "x"\nnatural = []\n',
        OWN.replace('kind = "day"', 'kind = "moment"'),
        OWN.replace("order = 10", "ordre = 10"),
    ],
)
def test_a_text_that_is_no_forms_file_is_told_so(broken: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parse_forms(broken)
    assert wrong.value.code == "forms-unreadable"


SHIPPED = parse_forms(text("forms"))


@pytest.mark.parametrize("form", SHIPPED, ids=lambda form: form.code)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_printed_form_is_known_again_by_its_own_headers(form: FormLayout, language: str) -> None:
    header = tuple(column.header(language) for column in form.columns)
    title = (form.title(language), *([None] * (len(header) - 1)))
    found = see(title, header, name=form.title(language), forms=SHIPPED)
    assert found.layout.code == form.code
    assert found.columns == {column.key: place for place, column in enumerate(form.columns)}
    assert found.unread == ()


@pytest.mark.parametrize("form", SHIPPED, ids=lambda form: form.code)
def test_the_columns_that_tell_rows_apart_are_columns_of_the_form(form: FormLayout) -> None:
    keys = [column.key for column in (*form.columns, *form.block)]
    assert set(form.natural) <= set(keys)
    assert form.natural, form.code
    assert form.wanted, form.code
    columns = [column.key for column in form.columns]
    assert len(columns) == len(set(columns))
    for column in form.columns:
        if column.kind in (CellKind.CHOICE, CellKind.CHOICES):
            assert column.choices, column.key
            words = [w for told in column.choices.values() for w in {header_key(word) for word in told}]
            assert len(words) == len(set(words)), f"{column.key}: a word means two things"


def test_a_sheet_that_is_none_says_what_it_comes_nearest_to_and_what_it_lacks() -> None:
    forms = parse_forms(OWN)
    near = nearest(
        Sheet(name="三月", rows=(("陪伴记录",), ("姓名", "时长", "方式"), ("卯大山", 30, "上门"))), forms
    )
    assert near is not None
    assert (near.layout.code, near.header_row) == ("visits", 1)
    assert [one.key for one in near.missing] == ["on"]


def test_a_title_with_one_header_is_near_enough_and_a_lone_header_is_not() -> None:
    forms = parse_forms(OWN)
    titled = nearest(Sheet(name="陪伴记录", rows=(("姓名", "鱼", "米"),)), forms)
    assert titled is not None
    assert titled.layout.code == "visits"
    assert nearest(Sheet(name="一", rows=(("姓名", "鱼", "米"),)), forms) is None
    assert nearest(Sheet(name="陪伴记录", rows=(("鱼", "米"), ())), forms) is None


@given(st.lists(st.lists(st.sampled_from(["姓名", "日期", "时长", "鱼", None]), max_size=4), max_size=4))
def test_what_lacks_nothing_is_recognised(rows: list[list[CellValue]]) -> None:
    sheet = Sheet(name="一", rows=tuple(map(tuple, rows)))
    near = nearest(sheet, parse_forms(OWN))
    if near is not None and recognise(sheet, parse_forms(OWN)) is None:
        assert near.missing
