from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import Template
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import grassroots.values
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, catalogue
from grassroots.values.dates import PartialDate
from grassroots.values.messy import (
    BareNumber,
    Cell,
    CellValue,
    Problem,
    is_blank,
    is_ditto,
    is_total,
    read_day,
    read_flag,
    read_id_number,
    read_minutes,
    read_name,
    read_names,
    read_partial_date,
    read_phone,
    read_sex,
    read_text,
    read_time,
    read_whole,
)
from grassroots.values.names import Sex

READERS: list[Callable[[CellValue], Cell[object]]] = [
    read_day,
    read_flag,
    read_id_number,
    read_minutes,
    read_name,
    read_names,
    read_partial_date,
    read_phone,
    read_sex,
    read_text,
    read_time,
    read_whole,
]

SCRAPS = (
    "0 1 2 9 12 30 1952 2021 5 . / - : 年 月 日 号 点 时 分 半 小时 分钟 上午 下午 星期四 "
    "二 〇 十 百 万 个 余 岁 等 5人 张 三 李四 欧阳 、 , ( ) + E e h m ² ½ 〃 同上 合计 农历 初 "
    "138 12345678 # X \x00 \u3000 ~ 约"
)
scraps = st.lists(st.sampled_from(SCRAPS.split(" ")), max_size=8).map("".join)
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 10**8),
    st.floats(),
    st.floats(0, 80_000),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.text(st.characters()),
    scraps,
)


@pytest.mark.parametrize("read", READERS)
@given(cell=cells)
@example(cell=1e308)
@example(cell=10**250)
@example(cell=10**5000)
@example(cell="9" * 5000)
@example(cell="-20211014")
@example(cell=-2021101)
@example(cell="\ud800")
def test_whatever_a_cell_holds_it_is_read_or_explained(
    read: Callable[[CellValue], Cell[object]], cell: CellValue
) -> None:
    found = read(cell)
    assert found.value is None or found.problem is None
    if cell is None:
        assert found == Cell()
    if found.problem is not None:
        for language in LANGUAGES:
            names = Template(catalogue(language)[found.problem.code]).get_identifiers()
            assert set(names) <= set(found.problem.facts)
    if found.note is not None:
        assert found.note in catalogue("zh")


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("scrap", ["一", "1", "1 ", " 1", "张 ", "1-", "a.", "1.", "星期", "、", "初", "1,"])
def test_a_cell_filled_to_the_brim_is_read_in_no_time(
    read: Callable[[CellValue], Cell[object]], scrap: str
) -> None:
    # 32,767 characters are the most that a spreadsheet's cell holds; a quadratic pattern needs seconds.
    before = perf_counter()
    read((scrap * 32_767)[:32_767])
    assert perf_counter() - before < 1


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000\n", "\ufeff"])
def test_an_empty_cell_is_neither_a_value_nor_a_problem(
    read: Callable[[CellValue], Cell[object]], cell: CellValue
) -> None:
    assert read(cell) == Cell()
    assert read(cell).empty
    assert is_blank(cell)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("1952", "1952"),
        ("1952年", "1952"),
        (1952, "1952"),
        (1952.0, "1952"),
        ("二〇二四年", "2024"),
        ("1952.7", "1952-07"),
        ("1952.10", "1952-10"),
        (1952.7, "1952-07"),
        (1952.12, "1952-12"),
        (1952.01, "1952-01"),
        ("1973-07", "1973-07"),
        ("1952/7", "1952-07"),
        ("1952年7月", "1952-07"),
        ("一九五二年七月", "1952-07"),
        ("195207", "1952-07"),
        (195207, "1952-07"),
        ("2021.10.14", "2021-10-14"),
        ("2021.10.14.", "2021-10-14"),
        ("2021/1/4", "2021-01-04"),
        ("2021年10月14日", "2021-10-14"),
        ("2021 年 10 月 14 号", "2021-10-14"),
        ("20211014", "2021-10-14"),
        (20211014, "2021-10-14"),
        (20211014.0, "2021-10-14"),
        ("２０２１．１０．１４", "2021-10-14"),
        ("二〇二四年三月十五日", "2024-03-15"),
        ("二〇二四年十二月三十一日", "2024-12-31"),
        ("2021/10/14 星期四", "2021-10-14"),
        ("2021.10.14(周四)", "2021-10-14"),
        ("2021-10-14 00:00:00", "2021-10-14"),
        (date(2021, 10, 14), "2021-10-14"),
        (datetime(2021, 10, 14), "2021-10-14"),  # noqa: DTZ001
        (44483, "2021-10-14"),
        (44483.0, "2021-10-14"),
    ],
)
def test_dates_are_read_as_far_as_the_cell_says_them(cell: CellValue, iso: str) -> None:
    assert read_partial_date(cell).value == PartialDate.parse(iso)
    day = read_day(cell)
    if len(iso) == 10:
        assert day.value == date.fromisoformat(iso)
    else:
        assert day.problem is not None
        assert (day.problem.code, day.problem.facts["known"]) == ("date-incomplete", iso)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3/4/50", "date-short-year"),
        ("52.7.3", "date-short-year"),
        ("52年", "date-short-year"),
        ("52年7月", "date-short-year"),
        ("2024-02-30", "no-such-date"),
        ("2024年13月", "no-such-date"),
        (20240230, "no-such-date"),
        ("10/14/2021", "date-year-last"),
        ("14/10/2021", "date-year-last"),
        ("7月3日", "date-no-year"),
        ("2021.10.14-10.16", "date-range"),
        ("2021年7月至9月", "date-range"),
        ("约1952年", "date-approximate"),
        ("1952年底", "date-approximate"),
        ("50年代", "date-approximate"),
        ("农历九月初九", "lunar-date"),
        ("1952年农历七月", "lunar-date"),
        ("1952年腊月", "lunar-date"),
        ("1952.7.3(阴历)", "lunar-date"),
        ("1952年闰五月", "lunar-date"),
        ("2021/10/14 星期五", "date-wrong-weekday"),
        ("2021.10 星期四", "date-wrong-weekday"),
        ("201110", "date-ambiguous"),
        (201110, "date-ambiguous"),
        (1952.1, "date-month-lost"),
        ("44483", "date-serial-text"),
        ("1752-01-01", "date-odd-year"),
        (datetime(2201, 1, 1), "date-odd-year"),  # noqa: DTZ001
        ("2021 1 1", "date-unreadable"),
        ("2021-1/4", "date-unreadable"),
        ("下周", "date-unreadable"),
        (9, "date-unreadable"),
        (True, "date-unreadable"),
        (time(9), "date-unreadable"),
        ("1952.²", "cell-odd-digit"),
        ("同上", "cell-ditto"),
        ("#REF!", "cell-error-value"),
        ("#######", "cell-error-value"),
        (float("nan"), "number-broken"),
        ("1952\x00", "text-broken"),
    ],
)
def test_a_date_that_can_be_read_in_two_ways_or_none_is_a_problem(cell: CellValue, code: str) -> None:
    for problem in (read_partial_date(cell).problem, read_day(cell).problem):
        assert problem is not None
        assert problem.code == code


@given(st.dates(date(1927, 6, 1), date(2100, 12, 31)), st.floats(0.001, 0.99))
def test_serial_days_count_as_the_spreadsheet_does(day: date, fraction: float) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert read_day(serial) == Cell(value=day, note="cell-note-serial")
    assert read_day(serial + fraction) == Cell(value=day, note="cell-note-time-dropped")


@given(st.dates(date(1931, 6, 1), date(2100, 12, 31)))
def test_old_macintosh_files_count_from_1904(day: date) -> None:
    assert read_day((day - date(1904, 1, 1)).days, epoch1904=True).value == day


@given(
    st.dates(date(1850, 1, 1), date(2100, 12, 31)),
    st.sampled_from(
        [
            "{0}-{1}-{2}",
            "{0}.{1}.{2}",
            "{0}/{1:02}/{2:02}",
            "{0}年{1}月{2}日",
            "{0}{1:02}{2:02}",
            " {0} 年{1}月 {2}号 ",
        ]
    ),
)
def test_every_day_is_read_from_every_way_of_writing_it(day: date, form: str) -> None:
    written = form.format(day.year, day.month, day.day)
    assert read_day(written) == Cell(value=day)
    assert read_day(written.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})).value == day


def test_what_was_left_out_of_a_date_is_noted() -> None:
    assert read_day("2021-10-14 09:30").note == "cell-note-time-dropped"
    assert read_day(datetime(2021, 10, 14, 9, 30)).note == "cell-note-time-dropped"  # noqa: DTZ001
    assert read_partial_date("1952.1") == Cell(value=PartialDate(1952, 1), note="cell-note-month-one")
    assert read_day("无") == Cell(note="cell-note-blank-word")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("9:30", time(9, 30)),
        ("０９：３０", time(9, 30)),
        ("09:30:15", time(9, 30, 15)),
        ("0930", time(9, 30)),
        ("9时30分", time(9, 30)),
        ("9点半", time(9, 30)),
        ("9点", time(9)),
        ("15点一刻", time(15, 15)),
        ("下午3点", time(15)),
        ("下午 3:30", time(15, 30)),
        ("下午12:30", time(12, 30)),
        ("中午12点", time(12)),
        ("晚上8点", time(20)),
        ("凌晨2点", time(2)),
        ("9:30 PM", time(21, 30)),
        ("12:30 am", time(0, 30)),
        (time(9, 30), time(9, 30)),
        (datetime(1899, 12, 30, 9, 30), time(9, 30)),  # noqa: DTZ001
        (0.3958333333333333, time(9, 30)),
        (0.0, time(0)),
    ],
)
def test_times_of_day_are_read(cell: CellValue, read: time) -> None:
    assert read_time(cell) == Cell(value=read)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3点", "time-half-day"),
        ("上午12点", "time-half-day"),
        ("晚上2点", "time-half-day"),
        ("24:00", "time-out-of-day"),
        ("9:75", "time-out-of-day"),
        ("下午25:00", "time-out-of-day"),
        ("9:00-11:30", "time-range"),
        ("9点至11点", "time-range"),
        ("上午", "time-unreadable"),
        ("930", "time-unreadable"),
        (930, "time-unreadable"),
        (1.5, "time-unreadable"),
        (date(2021, 10, 14), "time-unreadable"),
    ],
)
def test_a_time_that_leaves_the_half_of_the_day_open_is_a_problem(cell: CellValue, code: str) -> None:
    problem = read_time(cell).problem
    assert problem is not None
    assert problem.code == code


@given(st.integers(0, 86_399))
def test_fractions_of_a_day_come_back_to_the_second(second: int) -> None:
    clock = (datetime(2021, 1, 1) + timedelta(seconds=second)).time()  # noqa: DTZ001
    assert read_time(second / 86_400).value == clock
    assert read_time(clock.isoformat()).value == clock


@pytest.mark.parametrize(
    ("cell", "bare", "minutes", "note"),
    [
        ("90分钟", None, 90, None),
        ("90分", None, 90, None),
        ("1.5小时", None, 90, None),
        ("1.5h", None, 90, None),
        ("1小时30分", None, 90, None),
        ("1:30", None, 90, None),
        (time(1, 30), None, 90, None),
        ("半小时", None, 30, None),
        ("2个半小时", None, 150, None),
        ("一个半小时", None, 90, "cell-note-numeral"),
        ("两小时", None, 120, "cell-note-numeral"),
        (2, BareNumber.HOURS, 120, None),
        (2, BareNumber.MINUTES, 2, None),
        ("1.5", BareNumber.HOURS, 90, None),
        (0.1, BareNumber.HOURS, 6, None),
        (1.33, BareNumber.HOURS, 80, "cell-note-minutes-rounded"),
        ("45分钟", BareNumber.HOURS, 45, None),
    ],
)
def test_durations_are_whole_minutes(
    cell: CellValue, bare: BareNumber | None, minutes: int, note: str | None
) -> None:
    assert read_minutes(cell, bare=bare) == Cell(value=minutes, note=note)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (2, "minutes-no-unit"),
        ("1.5", "minutes-no-unit"),
        ("-30分钟", "minutes-negative"),
        (-1, "minutes-negative"),
        ("很久", "minutes-unreadable"),
        (1e20, "minutes-unreadable"),
        (True, "minutes-unreadable"),
        (date(2021, 1, 1), "minutes-unreadable"),
    ],
)
def test_a_duration_without_its_unit_is_a_problem(cell: CellValue, code: str) -> None:
    problem = read_minutes(cell).problem
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize(
    ("cell", "number", "note"),
    [
        (138, 138, None),
        (12.0, 12, None),
        ("１３８", 138, None),
        (" 138 ", 138, None),
        ("1,200", 1200, None),
        ("12.0", 12, None),
        ("52年", 52, "cell-note-unit-dropped"),
        ("3 人次", 3, "cell-note-unit-dropped"),
        ("五十二", 52, "cell-note-numeral"),
        ("一百零五", 105, "cell-note-numeral"),
        ("两千三百人", 2300, "cell-note-numeral"),
    ],
)
def test_counts_are_read_with_or_without_their_unit(cell: CellValue, number: int, note: str | None) -> None:
    assert read_whole(cell) == Cell(value=number, note=note)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("100余", "whole-approximate"),
        ("约30", "whole-approximate"),
        (12.5, "whole-fraction"),
        ("12.5", "whole-fraction"),
        (-3, "whole-negative"),
        ("-3", "whole-negative"),
        (1e16, "whole-too-large"),
        ("1,2", "whole-unreadable"),
        ("三五", "whole-unreadable"),
        ("一百五", "whole-unreadable"),
        ("1e5", "whole-unreadable"),
        (True, "whole-unreadable"),
        ("10²", "cell-odd-digit"),
        ("²", "cell-odd-digit"),
        ("①", "cell-odd-digit"),
        ("〃", "cell-ditto"),
    ],
)
def test_an_approximate_or_odd_count_is_a_problem(cell: CellValue, code: str) -> None:
    problem = read_whole(cell).problem
    assert problem is not None
    assert problem.code == code


@given(st.integers(0, 10**15 - 1))
def test_every_count_comes_back_from_its_text(number: int) -> None:
    assert read_whole(str(number)) == read_whole(f"{number:,}") == read_whole(number) == Cell(value=number)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13812345678", "13812345678"),
        (13812345678, "13812345678"),
        (13812345678.0, "13812345678"),
        ("13812345678.0", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("'１３８１２３４５６７８", "13812345678"),
        ("0731-28812345", "0731-28812345"),
        ("(0731)28812345", "0731-28812345"),
        ("073128812345", "0731-28812345"),
        ("01062345678", "010-62345678"),
        ("0731－28812345转801", "0731-28812345-801"),
        ("28812345", "28812345"),
        (28812345, "28812345"),
        ("12345", "12345"),
        ("110", "110"),
        ("400-123-4567", "4001234567"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+44 (0)144 496-0000", "+441444960000"),
        ("0044 144 496 0000", "+441444960000"),
        ("+1 (555) 010.0000", "+15550100000"),
        ("（+86）144 0000 0001", "14400000001"),
        ("144·0000·0001", "14400000001"),
        ("144.0000.0000", "14400000000"),
        ("手机号：14400000001；", "14400000001"),
        ("tel:+86-144-0000-0001", "14400000001"),
        ("+86-731-28812345", "0731-28812345"),
        ("0086 10 62345678", "010-62345678"),
        ("86-731-2881 2345", "0731-28812345"),
        ("0731-28812345 分机 8", "0731-28812345-8"),
        ("(0731) 28812345 ext. 801", "0731-28812345-801"),
        ("0731-28812345#8", "0731-28812345-8"),
    ],
)
def test_a_telephone_number_is_kept_in_one_form(cell: CellValue, phone: str) -> None:
    assert read_phone(cell) == Cell(value=phone)
    assert read_phone(phone) == Cell(value=phone)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.38E+10", "phone-destroyed"),
        ("1.38e10", "phone-destroyed"),
        (1.38e10, "phone-destroyed"),
        (13800000000, "phone-destroyed"),
        ("13812345678/13912345678", "phone-several"),
        ("13812345678 28812345", "phone-several"),
        ("1381234567", "phone-form"),
        ("23812345678", "phone-form"),
        (73128812345, "phone-form"),
        (13812345678.5, "phone-form"),
        ("张三", "phone-form"),
        ("144 oooo oooo", "phone-form"),
        ("0014400000001", "phone-form"),
        ("014400000001", "phone-form"),
        ("8673128812345", "phone-form"),
        ("14400000001（女儿）", "phone-words"),
        ("微信同号 14400000001", "phone-words"),
        ("14400000001（女儿）、14400000002", "phone-several"),
        (True, "phone-form"),
        (date(2021, 1, 1), "phone-form"),
    ],
)
def test_a_telephone_number_that_lost_digits_is_a_problem(cell: CellValue, code: str) -> None:
    problem = read_phone(cell).problem
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize("cell", ["男", " 男 ", "男　", "男性", "M", "male"])
def test_male_is_read_with_blanks_around_it(cell: str) -> None:
    assert read_sex(cell) == Cell(value=Sex.MALE)


@pytest.mark.parametrize("cell", ["女", "　女", "女 性", "f"])
def test_female_is_read_with_blanks_around_it(cell: str) -> None:
    assert read_sex(cell) == Cell(value=Sex.FEMALE)


@pytest.mark.parametrize("cell", ["1", 2, "男女", True, "先生们"])
def test_a_code_for_the_sex_is_not_guessed(cell: CellValue) -> None:
    assert read_sex(cell).problem is not None


@pytest.mark.parametrize(
    ("cell", "names", "note"),
    [
        ("张三", ("张三",), None),
        ("张 三", ("张三",), "cell-note-name-tidied"),
        ("张　三", ("张三",), "cell-note-name-tidied"),
        ("张 小 明", ("张小明",), "cell-note-name-tidied"),
        ("欧阳 修", ("欧阳修",), "cell-note-name-tidied"),
        ("张三、李四，王五;赵六/钱七", ("张三", "李四", "王五", "赵六", "钱七"), None),
        ("张三\n李四", ("张三", "李四"), None),
        ("张三 李四", ("张三", "李四"), None),
        ("张小明　李四", ("张小明", "李四"), None),
        ("张 三、李 四", ("张三", "李四"), None),
        ("卯爷爷、王老师", ("卯爷爷", "王老师"), None),
        ("Ann Lee, Bob Ray", ("Ann Lee", "Bob Ray"), None),
        ("张三、李四等", ("张三", "李四"), "cell-note-names-incomplete"),
        ("张三、李四等5人", ("张三", "李四"), "cell-note-names-incomplete"),
        ("张三、张三", ("张三",), "cell-note-names-repeated"),
    ],
)
def test_the_names_in_one_cell_are_told_apart(cell: str, names: tuple[str, ...], note: str | None) -> None:
    assert read_names(cell) == Cell(value=names, note=note)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("张 三 李四", "names-ambiguous"),
        ("张 三 李 四", "names-ambiguous"),
        ("欧阳 明华", "names-ambiguous"),
        ("张小明 老师", "names-ambiguous"),
        ("张三(组长)", "name-form"),
        ("张三13812345678", "name-form"),
        ("、", "name-form"),
        (3, "name-form"),
        ("同上", "cell-ditto"),
    ],
)
def test_blanks_that_may_stand_between_or_inside_names_are_a_problem(cell: CellValue, code: str) -> None:
    problem = read_names(cell).problem
    assert problem is not None
    assert problem.code == code


def test_where_one_name_belongs_several_are_a_problem() -> None:
    assert read_name("张 三").value == "张三"
    assert read_name("张三、李四").problem == Problem("name-several", {"what": "张三、李四"})


@given(
    st.lists(st.sampled_from(["张三", "李小明", "欧阳修", "卯爷爷", "王老师"]), min_size=1, unique=True),
    st.sampled_from("、，,；;/\n "),
)
def test_names_come_back_from_whatever_separates_them(names: list[str], between: str) -> None:
    assert read_names(between.join(names)).value == tuple(names)


WOMAN = "990000195207030023"


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        (WOMAN, None),
        (f" {WOMAN[:6]} {WOMAN[6:]}", None),
        ("990000520703002", "cell-note-id-number-old"),
        (990000520703002, "cell-note-id-number-old"),
        (990000520703002.0, "cell-note-id-number-old"),
    ],
)
def test_an_id_number_is_read_from_text_and_the_old_form_also_from_a_number(
    cell: CellValue, note: str | None
) -> None:
    found = read_id_number(cell)
    assert found.value is not None
    assert (found.value.text, found.note) == (WOMAN, note)


@pytest.mark.parametrize(
    "cell", [float(WOMAN), int(WOMAN), 9.90000195207e17, "9.90000195207E+17", "990000195207030000"]
)
def test_an_id_number_that_a_spreadsheet_destroyed_is_never_taken(cell: CellValue) -> None:
    problem = read_id_number(cell).problem
    assert problem is not None
    assert problem.code == "id-number-destroyed"
    assert "19520" not in repr(problem)


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        ("是", True),
        ("否", False),
        ("√", True),
        ("×", False),
        ("有", True),
        ("无", False),
        (True, True),
        (0, False),
        (1.0, True),
        ("Y", True),
        ("no", False),
    ],
)
def test_ticks_are_read(cell: CellValue, flag: bool) -> None:
    assert read_flag(cell) == Cell(value=flag)


@pytest.mark.parametrize("cell", [2, "也许", date(2021, 1, 1)])
def test_what_is_neither_yes_nor_no_is_a_problem(cell: CellValue) -> None:
    assert read_flag(cell).problem is not None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  好\r\n的 ", "好\n的"),
        (12, "12"),
        (12.0, "12"),
        (1.5, "1.5"),
        (date(2021, 1, 1), "2021-01-01"),
        (True, "TRUE"),
        ("同上", "同上"),
        ("无", "无"),
    ],
)
def test_free_text_is_kept_as_it_reads(cell: CellValue, text: str) -> None:
    assert read_text(cell) == Cell(value=text)


@pytest.mark.parametrize("cell", ["同上", " 同 上 ", "〃", "″", "''", '"', "Ditto"])
def test_a_cell_that_points_at_the_one_above_is_seen(cell: str) -> None:
    assert is_ditto(cell)
    assert not is_total(cell)


@pytest.mark.parametrize(
    "cell", ["合计", "合 计", "小计：", "总计12人", "本月合计", "共计 3 场", "Total", "Subtotal: 12"]
)
def test_a_row_of_totals_is_seen(cell: str) -> None:
    assert is_total(cell)
    assert not is_ditto(cell)


@pytest.mark.parametrize("cell", ["合计小组", "张三", 5, None, "", "共计划三场"])
def test_other_rows_are_no_totals_and_no_ditto(cell: CellValue) -> None:
    assert not is_total(cell)
    assert not is_ditto(cell)


def test_a_cell_cannot_have_a_value_and_a_problem() -> None:
    with pytest.raises(ValueError, match="no value"):
        Cell(value=1, problem=Problem("whole-unreadable"))


def test_a_problem_says_what_the_error_said_and_can_be_kept_in_a_set() -> None:
    problem = Problem.of(BadInput("no-such-date", what="2024-02-30"))
    assert problem == Problem("no-such-date", {"what": "2024-02-30"})
    assert len({problem, Problem("no-such-date", {"what": "2024-02-30"})}) == 1


def _codes_in_the_source() -> set[str]:
    found: set[str] = set()
    for path in Path(grassroots.values.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in {"BadInput", "trouble", "Problem"} and node.args:
                    found |= {
                        part.value
                        for part in ast.walk(node.args[0])
                        if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    }
            elif isinstance(node, ast.Constant) and re.fullmatch(r"cell-note-[a-z0-9-]+", str(node.value)):
                found.add(str(node.value))
    return found


def test_every_code_of_this_floor_has_a_sentence_with_the_same_facts_in_both_languages() -> None:
    codes = _codes_in_the_source()
    assert {"lunar-date", "date-incomplete", "cell-note-serial", "time-range"} <= codes
    for code in sorted(codes):
        facts = [set(Template(catalogue(language)[code]).get_identifiers()) for language in LANGUAGES]
        assert facts[0] == facts[1], code
