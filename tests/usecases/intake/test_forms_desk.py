from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import attrs
import pytest
from tests.usecases.intake.desk_sheets import POST, acts, book, codes, found_post, only, register, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.duty import Duty, DutyStatus, Shift, ShiftStatus
from grassroots.domain.member import Limit
from grassroots.usecases.intake import standard_forms
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RoleId, StationId

DAY = date(2021, 7, 1)
JULY = Period.month(2021, 7)


@pytest.fixture
def post(desk: Desk) -> StationId:
    return found_post(desk)


@pytest.fixture
def people(desk: Desk) -> Any:
    return register(desk)


# -- the roster -------------------------------------------------------------------------------------------
ROSTER = ("日期", "星期", "班次（时段）", "值班人员", "值班地点", "联系电话", "备注")


def roster(*rows: tuple[CellValue, ...]) -> Book:
    return book("值班表", ROSTER, *rows)


def line(
    times: CellValue = "8:30-11:30", names: str = "周岚、石林", day: CellValue = DAY, **more: CellValue
) -> tuple[CellValue, ...]:
    return (day, more.get("weekday"), times, names, more.get("place", POST), more.get("phone"), None)


def standing(desk: Desk) -> list[tuple[Shift, list[Duty]]]:
    return desk.duties.roster(JULY)


def holders(duties: list[Duty]) -> dict[MemberId, str]:
    return {duty.member: duty.status.value for duty in duties}


def test_a_row_of_the_roster_is_a_shift_and_a_duty_for_everybody_named(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, roster(line()))
    ((shift, duties),) = standing(desk)
    assert (shift.station, shift.day, shift.starts, shift.ends) == (post, DAY, time(8, 30), time(11, 30))
    assert shift.minimum == 2, "as many as the rule packs say"
    assert holders(duties) == {people["周岚"]: "assigned", people["石林"]: "assigned"}


def test_the_same_roster_a_second_time_changes_nothing(desk: Desk, post: StationId, people: Any) -> None:
    sheet = roster(line(), line(day=date(2021, 7, 2)))
    assert acts(take(desk, sheet)) == ["create", "create"]
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "same"], ())


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("8:30-11:30", ["08:30-11:30"]),
        ("上午 8:30—11:30", ["08:30-11:30"]),
        ("８：３０～１１：３０", ["08:30-11:30"]),
        ("上午8:30-12:00", ["08:30-12:00"]),
        ("下午2:30-5:00", ["14:30-17:00"]),
        ("下午2点半至5点", ["14:30-17:00"]),
        ("下午（2:30-5:00）", ["14:30-17:00"]),
        ("早班（8:30-11:30）", ["08:30-11:30"]),
        ("9点-11点半", ["09:00-11:30"]),
        ("晚上10:00-2:00", ["22:00-02:00"]),
        ("22:00-06:00", ["22:00-06:00"]),
        ("8:30-11:30、14:30-17:30", ["08:30-11:30", "14:30-17:30"]),
    ],
)
def test_times_are_read_as_offices_write_them(
    desk: Desk, post: StationId, people: Any, words: str, times: list[str]
) -> None:
    take(desk, roster(line(words)))
    assert [f"{one.starts:%H:%M}-{one.ends:%H:%M}" for one, _ in standing(desk)] == times


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("上午", "shift-without-times"),
        ("早班", "shift-without-times"),
        ("2:30-5:00", "shift-times-unclear"),
        ("3点-5点", "shift-times-unclear"),
        ("8:30-5:30", "shift-times-unclear"),
        ("9:00-9:00", "shift-times-unclear"),
        (None, "cell-missing"),
    ],
)
def test_times_that_leave_the_half_of_the_day_open_are_never_guessed(
    desk: Desk, post: StationId, people: Any, words: str | None, code: str
) -> None:
    assert codes(take(desk, roster(line(words)))) == [(code, "shift")]
    assert standing(desk) == []


def test_an_office_teaches_its_form_what_its_shifts_are_called(
    desk: Desk, post: StationId, people: Any
) -> None:
    plain = next(form for form in standard_forms() if form.code == "roster")
    named = {"8:30-11:30": ("上午班",), "14:30-17:00": ("下午班",)}
    columns = [
        attrs.evolve(one, choices=named if one.key == "shift" else one.choices) for one in plain.columns
    ]
    form = attrs.evolve(plain, columns=tuple(columns))
    take(desk, roster(line("下午班")), forms=[form])
    ((shift, _),) = standing(desk)
    assert (shift.starts, shift.ends) == (time(14, 30), time(17))


def test_nobody_is_put_on_two_shifts_at_the_same_time(desk: Desk, post: StationId, people: Any) -> None:
    found_post(desk, "B社区驿站")
    plan = take(desk, roster(line(), line("9:00-12:00", "周岚", place="B社区驿站")))
    assert codes(plan) == [("duty-overlaps", None)]
    assert len(standing(desk)) == 1, "the refused row leaves no empty shift behind"


def test_work_that_does_not_fit_the_body_is_refused_by_a_sheet_as_well(desk: Desk, post: StationId) -> None:
    patrol = desk.roles.define(
        id=RoleId("street-patrol"),
        label_zh="巡逻员",
        label_en="patrol",
        family="other",
        demands=(Limit.WALKING,),
    )
    desk.members.register(name="易秋生", limits=(Limit.WALKING,))
    desk.duties.post(station=post, day=DAY, starts=time(8, 30), ends=time(11, 30), role=patrol.id)
    assert codes(take(desk, roster(line(names="易秋生")))) == [("duty-hindered", None)]


def test_another_name_on_the_row_takes_the_first_one_off_the_roster(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, roster(line(names="周岚、石林")))
    assert acts(take(desk, roster(line(names="周岚、何佳音")))) == ["create"]
    ((_, duties),) = standing(desk)
    assert holders(duties) == {
        people["周岚"]: "assigned",
        people["石林"]: "called-off",
        people["何佳音"]: "assigned",
    }


def test_two_rows_of_one_shift_may_change_places(desk: Desk, post: StationId, people: Any) -> None:
    one, other = line(names="周岚"), line(names="石林")
    take(desk, roster(one, other))
    take(desk, roster(other, one))
    ((_, duties),) = standing(desk)
    bound = {duty.member for duty in duties if duty.binding}
    assert bound == {people["周岚"], people["石林"]}


def test_a_roster_that_comes_again_does_not_undo_what_happened_meanwhile(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, roster(line(names="周岚、石林")))
    ((_, duties),) = standing(desk)
    by = {duty.member: duty.id for duty in duties}
    desk.duties.excuse(by[people["周岚"]])
    desk.duties.confirm(by[people["石林"]])
    take(desk, roster(line(names="周岚、何佳音", phone="13900000000")))
    ((_, now),) = standing(desk)
    assert holders(now) == {
        people["周岚"]: "excused",
        people["石林"]: "done",
        people["何佳音"]: "assigned",
    }


def test_a_shift_that_was_called_off_is_not_brought_back_by_a_sheet(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, roster(line(names="周岚")))
    ((shift, _),) = standing(desk)
    desk.duties.call_off_shift(shift.id, reason="heat")
    assert codes(take(desk, roster(line(names="周岚、石林")))) == [("shift-called-off", None)]
    assert standing(desk)[0][0].status is ShiftStatus.CALLED_OFF


def test_a_weekday_that_is_not_that_of_the_date_is_a_problem(
    desk: Desk, post: StationId, people: Any
) -> None:
    assert acts(desk.intake.plan(roster(line(weekday="星期四")))) == ["create"]
    assert codes(desk.intake.plan(roster(line(weekday="星期五")))) == [("date-wrong-weekday", "weekday")]


def test_the_telephone_tells_namesakes_on_a_roster_apart(desk: Desk, post: StationId, people: Any) -> None:
    first = desk.members.register(name="田间", phone="13900000001")
    second = desk.members.register(name="田间", phone="13900000002")
    assert codes(desk.intake.plan(roster(line(names="田间、周岚")))) == [("member-ambiguous", "holders")]
    # A telephone that cannot be read would tell them apart: that is the problem, and not the name.
    unread = desk.intake.plan(roster(line(names="田间、周岚", phone="1390000")))
    assert codes(unread) == [("phone-form", "phone")]
    take(desk, roster(line(names="田间、周岚", phone="13900000002")))
    ((_, duties),) = standing(desk)
    assert second.id in holders(duties)
    assert first.id not in holders(duties)


# -- the log ----------------------------------------------------------------------------------------------
LOG = ("日期", "天气", "值班人", "来访/来电情况", "处理情况", "交接事项", "备注")


def log(*rows: tuple[CellValue, ...], place: str | None = POST) -> Book:
    above = (("值班地点：", place),) if place else ()
    return book("值班日志", LOG, *rows, above=above)


def entry(
    came: CellValue = "无", names: str = "周岚", day: CellValue = DAY, **more: CellValue
) -> tuple[CellValue, ...]:
    return (day, more.get("weather"), names, came, more.get("done"), more.get("handover"), None)


@pytest.fixture
def posted(desk: Desk, post: StationId, people: Any) -> Shift:
    take(desk, roster(line()))
    return standing(desk)[0][0]


def logged(desk: Desk) -> Shift:
    return standing(desk)[0][0]


def test_what_came_in_is_one_entry_a_matter_with_what_was_done(desk: Desk, posted: Shift) -> None:
    take(desk, log(entry("来访：路灯不亮；来电：垃圾未清\n来访：借轮椅", done="已登记", weather="小雨")))
    shift = logged(desk)
    assert [one.text for one in shift.entries] == [
        "来访：路灯不亮 → 已登记",
        "来电：垃圾未清 → 已登记",
        "来访：借轮椅 → 已登记",
    ]
    assert (shift.status, shift.weather, shift.logged_on) == (ShiftStatus.LOGGED, "light-rain", DAY)


@pytest.mark.parametrize("words", ["无", "零报告", "无来访来电", "无来访、来电", "nil", "-", "无。"])
def test_a_nil_return_is_said_in_many_words(desk: Desk, posted: Shift, words: str) -> None:
    take(desk, log(entry(words)))
    assert (logged(desk).nil_return, logged(desk).entries) == (True, ())


@pytest.mark.parametrize("words", [None, "不详", "  "])
def test_an_empty_page_is_no_nil_return(desk: Desk, posted: Shift, words: str | None) -> None:
    assert codes(take(desk, log(entry(words)))) == [("cell-missing", "visits")]
    assert logged(desk).status is ShiftStatus.OPEN


def test_the_log_confirms_whom_it_names_and_nobody_else(desk: Desk, posted: Shift, people: Any) -> None:
    take(desk, log(entry(names="周岚")))
    ((_, duties),) = standing(desk)
    assert holders(duties) == {people["周岚"]: "done", people["石林"]: "assigned"}
    done = next(duty for duty in duties if duty.status is DutyStatus.DONE)
    assert (done.arrived, done.left) == (None, None), "the sheet has no times"


def test_somebody_who_is_not_on_the_roster_stands_beside_the_others(
    desk: Desk, posted: Shift, people: Any
) -> None:
    take(desk, log(entry(names="何佳音")))
    ((_, duties),) = standing(desk)
    came = next(duty for duty in duties if duty.member == people["何佳音"])
    assert (came.status, came.covers) == (DutyStatus.DONE, None)


def test_whoever_logs_for_the_only_one_excused_covers_them(desk: Desk, posted: Shift, people: Any) -> None:
    ((_, duties),) = standing(desk)
    desk.duties.excuse(next(duty.id for duty in duties if duty.member == people["石林"]))
    take(desk, log(entry(names="周岚、何佳音")))
    ((_, now),) = standing(desk)
    assert next(duty for duty in now if duty.member == people["何佳音"]).covers == people["石林"]


def test_a_log_that_names_somebody_who_was_excused_is_for_a_person_to_look_at(
    desk: Desk, posted: Shift, people: Any
) -> None:
    ((_, duties),) = standing(desk)
    desk.duties.excuse(next(duty.id for duty in duties if duty.member == people["周岚"]))
    assert codes(take(desk, log(entry(names="周岚")))) == [("wrong-state", None)]


def test_of_several_shifts_the_log_is_about_that_of_its_people(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, roster(line(names="周岚"), line("14:30-17:00", "石林")))
    take(desk, log(entry("来访：借轮椅", names="石林")))
    (morning, _), (afternoon, _) = standing(desk)
    assert (morning.status, afternoon.status) == (ShiftStatus.OPEN, ShiftStatus.LOGGED)
    plan = take(desk, log(entry("来电：漏水", names="何佳音")))
    assert codes(plan) == [("shift-open", "holders")]


def test_without_a_place_the_only_duty_of_that_day_tells_it(desk: Desk, posted: Shift, people: Any) -> None:
    take(desk, log(entry("来访：借轮椅"), place=None))
    assert logged(desk).status is ShiftStatus.LOGGED
    assert codes(take(desk, log(entry(names="何佳音"), place=None))) == [("log-without-place", "station")]


def test_two_duties_on_a_day_leave_the_place_open(desk: Desk, posted: Shift, people: Any) -> None:
    take(desk, roster(line("14:30-17:00", "周岚")))
    assert codes(take(desk, log(entry(names="周岚"), place=None))) == [("log-place-open", "station")]


def test_a_log_of_a_day_without_a_roster_is_a_problem(desk: Desk, post: StationId, people: Any) -> None:
    assert codes(take(desk, log(entry()))) == [("shift-unknown", "day")]


def test_a_log_cannot_be_of_a_day_to_come(desk: Desk, posted: Shift) -> None:
    assert codes(take(desk, log(entry(day=date(2021, 7, 12))))) == [("day-to-come", "day")]


def test_the_same_log_again_changes_nothing_and_a_changed_row_sets_it_right(
    desk: Desk, posted: Shift
) -> None:
    first = log(entry("来访：路灯不亮", weather="晴", handover="钥匙在抽屉"))
    take(desk, first)
    assert acts(desk.intake.plan(first)) == ["same"]
    second = log(entry("来访：路灯不亮；来电：漏水", weather="雨", handover="钥匙在门卫"))
    assert acts(take(desk, second)) == ["change"]
    shift = logged(desk)
    assert [one.text for one in shift.entries] == ["来访：路灯不亮", "来电：漏水"]
    assert (shift.weather, shift.handover) == ("rain", "钥匙在门卫")


def test_a_nil_return_that_was_none_becomes_a_log_and_back(desk: Desk, posted: Shift) -> None:
    take(desk, log(entry("无")))
    take(desk, log(entry("来访：借轮椅")))
    assert (logged(desk).nil_return, len(logged(desk).entries)) == (False, 1)
    take(desk, log(entry("无")))
    assert (logged(desk).nil_return, logged(desk).entries) == (True, ())


def test_a_second_row_of_a_shift_adds_to_the_log_and_does_not_replace_it(desk: Desk, posted: Shift) -> None:
    take(desk, log(entry("来访：借轮椅", names="周岚"), entry("来电：漏水", names="石林")))
    take(desk, log(entry("来访：还轮椅", names="周岚"), entry("来电：漏水", names="石林")))
    assert {one.text for one in logged(desk).entries} == {"来访：借轮椅", "来访：还轮椅", "来电：漏水"}


def test_a_log_against_a_nil_return_that_stands_is_refused(desk: Desk, posted: Shift) -> None:
    desk.duties.report_nothing(posted.id)
    assert codes(take(desk, log(entry("来访：借轮椅")))) == [("nil-return-with-entries", None)]


def test_weather_that_is_not_understood_holds_nobody_back_but_is_told(desk: Desk, posted: Shift) -> None:
    plan = take(desk, log(entry(weather="晴转多云")))
    assert acts(plan) == ["change"]
    assert "cell-note-weather-unread" in only(plan).notes


def test_a_place_above_the_table_counts_where_the_column_is_empty(desk: Desk, posted: Shift) -> None:
    header, row = (*LOG, "站点"), (*entry("来访：借轮椅"), None)
    take(desk, book("值班日志", header, row, above=(("值班地点：", POST),)))
    assert logged(desk).status is ShiftStatus.LOGGED


def test_a_log_of_tomorrow_can_be_taken_in_tomorrow(desk: Desk, posted: Shift, clock: Any) -> None:
    sheet = log(entry(day=date(2021, 7, 3)))
    take(desk, roster(line(day=date(2021, 7, 3))))
    assert acts(take(desk, sheet)) == ["problem"]
    clock.now = datetime(2021, 7, 3, 1, tzinfo=UTC)
    assert acts(take(desk, sheet)) == ["change"]
