"""A form is set on as few pages as hold it, in order, none shrunk until nobody can read it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grassroots.contracts.tables import Column, Form
from grassroots.domain.form import parse_forms
from grassroots.domain.paper import PAGE, lines_of, set_out
from grassroots.errors import BadInput

_COLUMNS = st.lists(
    st.builds(
        Column,
        key=st.just("x"),
        header=st.text("序号姓名 Telephone(in)", max_size=30),
        width=st.floats(1, 300),
        wanted=st.booleans(),
    ),
    min_size=1,
    max_size=40,
).map(tuple)


@given(_COLUMNS, st.sampled_from([0, 3]))
@example((Column(key="x", header="", width=1, wanted=True), Column(key="x", header="", width=207.0)), 0)
@example((Column(key="x", header="", width=300.0),) * 3, 3)
def test_every_column_stands_on_one_page_in_order_and_no_page_is_shrunk_below_seventy(
    columns: tuple[Column, ...], blank: int
) -> None:
    setting = set_out(Form(code="x", title="x", columns=columns, blank=blank))
    placed = [number for first, last in setting.pages for number in range(first, last + 1)]
    assert placed == list(range(len(columns)))
    assert setting.scale >= 70
    assert setting.repeated <= setting.pages[0][1] + 1
    assert setting.lines >= 1


def test_what_leads_a_line_is_printed_again_on_the_second_page() -> None:
    columns = (
        Column(key="serial", header="序号", width=6),
        Column(key="name", header="姓名", wanted=True),
        *(Column(key=f"c{number}", header="栏", width=24) for number in range(6)),
    )
    setting = set_out(Form(code="x", title="x", columns=columns, blank=1))
    assert setting.pages == ((0, 4), (5, 7))
    assert setting.repeated == 2
    assert setting.text_from == 2, "a title in repeated columns would be printed twice"
    assert abs(setting.page_width(0) - setting.page_width(1)) < 20
    assert max(setting.page_width(page) for page in (0, 1)) <= PAGE


def test_a_header_wraps_instead_of_being_cut() -> None:
    assert lines_of("姓名", 12) == 1
    assert lines_of("其中未成年人", 9) == 2
    assert lines_of("Full member from", 15) == 2
    assert lines_of("", 12) == 1
    low = set_out(Form(code="x", title="", columns=(Column(key="a", header="栏", width=9),)))
    high = set_out(Form(code="x", title="", columns=(Column(key="a", header="其中未成年人", width=9),)))
    assert high.header > low.header


def test_a_column_that_must_be_there_cannot_be_kept_from_pens() -> None:
    text = """
[form.x]
title_zh = "表"
title_en = "Form"
[[form.x.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
pen = false
"""
    with pytest.raises(BadInput) as refused:
        parse_forms(text)
    assert refused.value.code == "forms-unreadable"
    assert "x.name" in str(refused.value.facts["problem"])
