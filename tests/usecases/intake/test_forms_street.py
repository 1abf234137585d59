from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from tests.usecases.intake.desk_sheets import POST, acts, book, codes, found_post, register, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.intervention import Outcome
from grassroots.values.ids import RoleId, StationId

DAY = date(2021, 7, 1)


@pytest.fixture
def post(desk: Desk) -> StationId:
    return found_post(desk)


@pytest.fixture
def people(desk: Desk) -> Any:
    return register(desk)


PATROL = (
    "日期", "时间", "巡逻路线", "巡逻人员", "发现问题", "处理情况", "站点",
    "计入岗位", "同时上报", "起数", "备注",
)  # fmt: skip


def patrols(*rows: tuple[CellValue, ...]) -> Book:
    return book("巡逻记录表", PATROL, *rows)


def found(
    what: CellValue = "违停乱停", came: CellValue = "已制止", incidents: CellValue = None, **more: CellValue
) -> tuple[CellValue, ...]:
    return (
        DAY, more.get("at", time(8, 30)), more.get("place", "东门"), more.get("by", "周岚、石林"), what, came,
        more.get("station", POST), more.get("role"), more.get("also"), incidents, more.get("remark"),
    )  # fmt: skip


@pytest.fixture
def roles(desk: Desk) -> None:
    for code, label in (("mediator", "调解员"), ("coach", "辅导员")):
        desk.roles.define(id=RoleId(code), label_zh=label, label_en=code, family="six")


def test_a_row_of_a_patrol_is_counted_under_one_role_and_listed_under_others(
    desk: Desk, post: StationId, people: Any, roles: None
) -> None:
    sheet = patrols(found(incidents="3起", role="调解员", also="辅导员", remark="临时占道"))
    assert acts(take(desk, sheet)) == ["create"]
    (one,) = desk.interventions.all()
    assert (one.kind, one.outcome, one.incidents, one.at) == (
        "illegal-parking", Outcome.STOPPED, 3, time(8, 30),
    )  # fmt: skip
    assert (one.role, one.also_under, one.by) == ("mediator", ("coach",), (people["周岚"], people["石林"]))
    assert (one.place, one.note, one.station) == ("东门", "临时占道", post)
    assert acts(desk.intake.plan(sheet)) == ["same"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("违停乱停", "illegal-parking"),
        ("illegal parking", "illegal-parking"),
        ("小区门口有车违停", "illegal-parking"),
        ("乱丢烟头", "littering"),
        ("居民遛狗未牵绳", "unleashed-dog"),
        ("垃圾分类不到位", "unsorted-waste"),
        ("其他", "other"),
    ],
)
def test_a_finding_is_known_by_its_label_or_by_a_word_in_it(
    desk: Desk, post: StationId, people: Any, words: str, kind: str
) -> None:
    take(desk, patrols(found(words)))
    assert [one.kind for one in desk.interventions.all()] == [kind]


@pytest.mark.parametrize(
    ("what", "came"),
    [("无", None), ("未发现异常", "无"), ("一切正常", "未发现情况"), ("其他", "未发现情况")],
)
def test_nothing_found_is_a_patrol_without_incidents(
    desk: Desk, post: StationId, people: Any, what: str, came: str | None
) -> None:
    take(desk, patrols(found(what, came)))
    (one,) = desk.interventions.all()
    assert (one.kind, one.outcome, one.incidents) == ("other", Outcome.NOTHING_FOUND, 0)


def test_of_a_kind_that_was_not_found_the_kind_is_kept(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, patrols(found("未发现乱停车", None)))
    (one,) = desk.interventions.all()
    assert (one.kind, one.outcome) == ("illegal-parking", Outcome.NOTHING_FOUND)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (found("违停和遛狗不牵绳"), ("finding-several", "kind")),
        (found("未发现乱停车", "已制止"), ("finding-unclear", "kind")),
        (found("摊贩占道经营"), ("choice-unknown", "kind")),
        (found(came="处理了"), ("choice-unknown", "outcome")),
        (found(came=None), ("cell-missing", "outcome")),
        (found(incidents=0), ("incidents-and-outcome", None)),
        (found(also="没有这个岗位"), ("role-unknown", "also_under")),
        (found(station=None), ("cell-missing", "station")),
        (found(at="晚上"), ("time-unreadable", "at")),
    ],
)
def test_a_patrol_that_is_not_clear_is_held_back(
    desk: Desk, post: StationId, people: Any, row: tuple[CellValue, ...], problem: tuple[str, str | None]
) -> None:
    assert codes(take(desk, patrols(row))) == [problem]
    assert desk.interventions.all() == []


@pytest.mark.parametrize(
    ("day", "what", "came", "problem"),
    [
        # A label that only the rule packs know: what was found can be read, the day cannot.
        ("看不清", "安全隐患", "已制止", ("date-unreadable", "day")),
        # Perhaps it says that nothing was found: then nothing has to have come of it.
        (DAY, "一切如常", None, ("choice-unknown", "kind")),
    ],
)
def test_of_a_patrol_only_the_cause_is_reported(
    desk: Desk,
    post: StationId,
    people: Any,
    day: CellValue,
    what: CellValue,
    came: CellValue,
    problem: tuple[str, str | None],
) -> None:
    row = (day, *found(what, came)[1:])
    assert codes(desk.intake.plan(patrols(row))) == [problem]


def test_a_patrol_from_when_to_when_began_then(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, patrols(found(at="晚上7:00-8:30")))
    assert [one.at for one in desk.interventions.all()] == [time(19)]


def test_a_changed_row_sets_the_line_right_down_to_one_incident(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, patrols(found(incidents=3)))
    assert acts(take(desk, patrols(found(incidents=1, came="已劝导")))) == ["change"]
    (one,) = desk.interventions.all()
    assert (one.incidents, one.outcome) == (1, Outcome.ADVISED)
    take(desk, patrols(found(came="未发现")))
    assert [line.incidents for line in desk.interventions.all()] == [0]


def test_a_blank_cell_does_not_wipe_what_was_counted(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, patrols(found(incidents=3, remark="两处")))
    take(desk, patrols(found(came="已劝导")))
    (one,) = desk.interventions.all()
    assert (one.incidents, one.note, one.outcome) == (3, "两处", Outcome.ADVISED)


def test_two_equal_lines_of_a_patrol_are_two_and_a_change_of_the_second_is_of_the_second(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, patrols(found(), found()))
    assert len(desk.interventions.all()) == 2
    assert acts(take(desk, patrols(found(), found(came="已劝导")))) == ["same", "change"]
    outcomes = sorted(one.outcome.value for one in desk.interventions.all())
    assert outcomes == ["advised", "stopped"]


def test_a_name_with_a_blank_in_it_makes_no_second_line(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, patrols(found(by="周岚、石林")))
    take(desk, patrols(found(by="周 岚、石 林")))
    assert len(desk.interventions.all()) == 1
