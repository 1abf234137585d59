"""What the record of activities and the sign-in sheets become: held once, counted once, corrected there."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.intake.desk_sheets import acts, book, codes, only, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.activity import (
    Attendance,
    AttendanceStatus,
    Evidence,
    HeadCount,
    Material,
    Occurrence,
    OccurrenceStatus,
)
from grassroots.domain.recurrence import Weekday, Weekly
from grassroots.domain.station import StationKind
from grassroots.locale import catalogue
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, StationId

DAY = date(2021, 6, 9)
YEAR = Period.year(2021)
HUB, STATION = "示范区老党员之家", "A社区工作站"
PEOPLE = ("周岚", "石林", "卫东升")
HEADERS = (
    "活动名称", "活动类型", "日期", "开始时间", "结束时间", "地点（站点）", "组织队伍", "主讲人", "主题",
    "参加人数（人）", "其中未成年人", "人员构成", "宣传资料（份）", "备注",
)  # fmt: skip
KEYS = (
    "title", "kind", "day", "starts", "ends", "place", "team", "speakers", "topic", "people", "minors",
    "audience", "leaflets", "remark",
)  # fmt: skip


@pytest.fixture
def hub(desk: Desk) -> StationId:
    return desk.stations.found(kind=StationKind.HUB, name=HUB).id


@pytest.fixture
def station(desk: Desk, hub: StationId) -> StationId:
    return desk.stations.found(kind=StationKind.STATION, name=STATION, parent=hub).id


@pytest.fixture
def people(desk: Desk) -> dict[str, MemberId]:
    return {name: desk.members.register(name=name).id for name in PEOPLE}


def line(**told: CellValue) -> tuple[CellValue, ...]:
    plain: dict[str, CellValue] = {
        "title": "老战士讲红色故事",
        "kind": "宣讲",
        "day": DAY,
        "starts": "9:00",
        "ends": "10:00",
        "place": STATION,
    }
    unknown = set(told) - set(KEYS)
    assert not unknown
    return tuple({**plain, **told}.get(key) for key in KEYS)


def record(*lines: tuple[CellValue, ...]) -> Book:
    return book("活动情况记录表", HEADERS, *lines)


def held(desk: Desk) -> list[Occurrence]:
    return desk.activities.occurrences(YEAR)


def one(desk: Desk) -> Occurrence:
    (found,) = held(desk)
    return found


# -- what a row becomes -----------------------------------------------------------------------------------
def test_a_row_is_one_occurrence_with_its_speakers_heads_and_leaflets(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    desk.teams.found(name="夕阳红宣讲团", station=station)
    sheet = record(
        line(
            team="夕阳红宣讲团",
            speakers="周岚、石 林",
            topic="抗美援朝",
            people=33,
            minors=20,
            audience="学生20、家长8、党员5",
            leaflets="50份",
        )
    )
    assert acts(take(desk, sheet)) == ["create"]
    found = one(desk)
    assert (found.status, found.day, found.starts, found.minutes) == (
        OccurrenceStatus.HELD, DAY, time(9), 60,
    )  # fmt: skip
    assert (found.kind, found.station, found.topic) == ("outreach-talk", station, "抗美援朝")
    assert found.speakers == (people["周岚"], people["石林"])
    assert set(found.headcounts) == {
        HeadCount("students", 20, minors=True),
        HeadCount("parents", 8),
        HeadCount("party-members", 5),
    }
    assert (found.people, found.minors) == (33, 20)
    assert found.materials == (Material("leaflets", 50),)
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same"], ())


def test_a_known_title_belongs_to_its_series_wherever_it_is_held(
    desk: Desk, hub: StationId, station: StationId
) -> None:
    series = desk.activities.start(
        kind="outreach-talk", title="红色故事宣讲", title_en="Red stories", station=hub
    )
    take(desk, record(line(title="红色故事宣讲"), line(title="Red  stories", day=date(2021, 6, 10))))
    assert [one.activity for one in held(desk)] == [series.id, series.id]
    assert {one.station for one in held(desk)} == {station}
    assert desk.activities.all() == [series]


def test_an_unknown_title_is_a_series_of_each_station_whatever_the_order(
    desk: Desk, hub: StationId, station: StationId
) -> None:
    rows = [line(), line(place=HUB), line(day=date(2021, 6, 10))]
    plan = take(desk, record(*rows))
    made = desk.activities.all()
    assert sorted(one.station or "" for one in made) == sorted((hub, station))
    assert {one.activity for one in held(desk) if one.station == station} == {
        one.id for one in made if one.station == station
    }
    assert "cell-note-activity-new" in plan.rows[0].notes
    assert "cell-note-activity-new" not in plan.rows[2].notes


def test_what_was_planned_at_a_desk_is_held_by_the_sheet(desk: Desk, station: StationId) -> None:
    series = desk.activities.start(
        kind="class",
        title="书法课",
        station=station,
        starts=time(9),
        minutes=90,
        recurrence=Weekly((Weekday.WEDNESDAY,)),
    )
    planned = desk.activities.plan(series.id, Period(DAY, DAY))
    take(desk, record(line(title="书法课", kind="教学班", starts="9:30", ends="11:00", people=12)))
    found = one(desk)
    assert found.id == planned[0].id
    assert (found.status, found.starts, found.minutes, found.people) == (
        OccurrenceStatus.HELD, time(9, 30), 90, 12,
    )  # fmt: skip


def test_two_hours_of_a_day_are_two_occurrences(desk: Desk, station: StationId) -> None:
    sheet = record(line(people=10), line(starts="14:30", ends="15:30", people=20))
    take(desk, sheet)
    assert [(one.number, one.people) for one in held(desk)] == [(1, 10), (2, 20)]
    assert acts(desk.intake.plan(sheet)) == ["same", "same"]


def test_a_day_that_is_to_come_is_planned_and_nobody_has_been_counted(desk: Desk, station: StationId) -> None:
    assert acts(take(desk, record(line(day=date(2021, 8, 1))))) == ["create"]
    assert one(desk).status is OccurrenceStatus.PLANNED
    counted = desk.intake.plan(record(line(day=date(2021, 8, 2), people=30)))
    assert codes(counted) == [("headcount-to-come", "people")]


def test_two_hours_of_a_day_that_is_to_come_are_two(desk: Desk, station: StationId) -> None:
    ahead = date(2021, 8, 1)
    take(desk, record(line(day=ahead), line(day=ahead, starts="14:30", ends="15:30")))
    assert [one.starts for one in held(desk)] == [time(9), time(14, 30)]


def test_what_began_later_than_planned_is_still_what_was_planned(desk: Desk, station: StationId) -> None:
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=station)
    planned = [
        desk.activities.plan_one(series.id, DAY, number=number, starts=time(hour))
        for number, hour in ((1, 9), (2, 15))
    ]
    take(desk, record(line(starts="9:30", ends="10:30"), line(starts="15:30", ends="16:30")))
    assert [(one.id, one.starts) for one in held(desk)] == [
        (planned[0].id, time(9, 30)),
        (planned[1].id, time(15, 30)),
    ]


def test_what_was_planned_at_the_place_of_the_series_may_be_held_elsewhere(
    desk: Desk, hub: StationId, station: StationId
) -> None:
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=hub)
    planned = desk.activities.plan_one(series.id, DAY)
    take(desk, record(line()))
    assert (one(desk).id, one(desk).station) == (planned.id, station)


def test_a_talk_that_was_called_off_is_not_held(desk: Desk, station: StationId) -> None:
    sheet = record(line(remark="因疫情取消"))
    plan = take(desk, sheet)
    assert one(desk).status is OccurrenceStatus.CALLED_OFF
    assert "cell-note-called-off" in only(plan).notes
    took_place = record(line(remark="原定室外，取消后改在室内", people=12))
    take(desk, took_place)
    assert (one(desk).status, one(desk).people) == (OccurrenceStatus.HELD, 12)
    take(desk, sheet)
    assert one(desk).status is OccurrenceStatus.CALLED_OFF


def test_what_a_desk_called_off_is_not_held_by_a_sheet(desk: Desk, station: StationId) -> None:
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=station)
    planned = desk.activities.plan_one(series.id, DAY, starts=time(9))
    desk.activities.call_off_one(planned.id)
    assert codes(take(desk, record(line(people=12)))) == [("wrong-state", None)]
    assert one(desk).status is OccurrenceStatus.CALLED_OFF


def test_in_a_school_it_counts_for_the_station_of_the_team(
    desk: Desk, hub: StationId, station: StationId
) -> None:
    desk.teams.found(name="夕阳红宣讲团", station=station)
    school = desk.organizations.register(kind="school", name="育才小学").id
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=hub)
    take(
        desk,
        record(line(place="育才小学", team="夕阳红宣讲团"), line(place="育才小学", day=date(2021, 6, 10))),
    )
    first, second = held(desk)
    assert (first.venue, first.station) == (school, station)
    assert (second.venue, second.station) == (school, hub), "without a team, that of the series"
    assert {first.activity, second.activity} == {series.id}


def test_a_body_in_the_column_of_the_team_is_said_and_does_not_hold_the_row_back(
    desk: Desk, station: StationId
) -> None:
    desk.organizations.register(kind="community", name="A社区居委会")
    plan = take(desk, record(line(team="A社区居委会")))
    assert "cell-note-team-is-a-body" in only(plan).notes
    assert one(desk).team is None
    assert codes(take(desk, record(line(team="没有的队")))) == [("team-unknown", "team")]


# -- head counts ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"people": 33}, {("residents", False): 33}),
        ({"people": 33, "minors": 20}, {("residents", False): 13, ("minors", True): 20}),
        ({"people": 12, "minors": 12}, {("minors", True): 12}),
        ({"people": 0}, {("residents", False): 0}),
        ({"audience": "学生20人，家长8名;党员（5）"}, {
            ("students", True): 20, ("parents", False): 8, ("party-members", False): 5,
        }),
        ({"audience": "２０名小学生、8名中学生"}, {("students", True): 28}),
        ({"audience": "学生20", "minors": 0}, {("students", False): 20}),
        ({"audience": "学生20、小朋友3", "minors": 8}, {
            ("students", True): 5, ("students", False): 15, ("minors", True): 3,
        }),
        ({"audience": "居民30、党员5", "minors": 4}, {
            ("residents", False): 26, ("residents", True): 4, ("party-members", False): 5,
        }),
        ({"audience": "居民30、共30人", "people": 30}, {("residents", False): 30}),
        ({"audience": "共30人"}, {("residents", False): 30}),
        ({"audience": "居民3、退役军人6"}, {("residents", False): 3, ("others", False): 6}),
        ({}, {}),
    ],
)  # fmt: skip
def test_heads_are_counted_by_category_and_children_are_marked(
    desk: Desk, station: StationId, told: dict[str, CellValue], counted: dict[tuple[str, bool], int]
) -> None:
    sheet = record(line(**told))
    assert acts(take(desk, sheet)) == ["create"]
    assert {(count.category, count.minors): count.people for count in one(desk).headcounts} == counted
    assert acts(desk.intake.plan(sheet)) == ["same"]


def test_a_category_that_nobody_knows_is_said(desk: Desk, station: StationId) -> None:
    assert "cell-note-audience-others" in only(take(desk, record(line(audience="退役军人6")))).notes


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"people": 34, "audience": "学生20、家长8、党员5"}, "headcount-disagrees", "people"),
        ({"people": 10, "minors": 11}, "headcount-disagrees", "minors"),
        ({"audience": "党员5、家长8", "minors": 4}, "headcount-disagrees", "minors"),
        ({"audience": "小朋友5", "minors": 4}, "headcount-disagrees", "minors"),
        ({"audience": "居民30、合计31"}, "headcount-disagrees", "audience"),
        ({"audience": "学生若干"}, "audience-unreadable", "audience"),
        ({"audience": "居民100余人"}, "audience-unreadable", "audience"),
        ({"audience": "约30名居民"}, "audience-unreadable", "audience"),
        ({"audience": "居民30，其中老人20"}, "audience-unreadable", "audience"),
        ({"audience": "居民30（老人20）"}, "audience-unreadable", "audience"),
        ({"people": "100余人"}, "whole-approximate", "people"),
        ({"minors": 5}, "cell-missing", "people"),
    ],
)
def test_heads_that_do_not_agree_or_are_not_counted_are_never_guessed(
    desk: Desk, station: StationId, told: dict[str, CellValue], code: str, column: str
) -> None:
    assert codes(take(desk, record(line(**told)))) == [(code, column)]
    assert held(desk) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.dictionaries(
        st.sampled_from(["学生", "家长", "党员", "居民", "老人", "小朋友", "志愿者", "退役军人"]),
        st.integers(0, 500),
        min_size=1,
    ),
    data=st.data(),
)
def test_no_head_is_lost_or_counted_twice_however_the_minors_are_told(
    desk: Desk, station: StationId, parts: dict[str, int], data: st.DataObject
) -> None:
    """The sum of the categories is the total, and the minors are those of the column beside it."""
    least, most = parts.get("小朋友", 0), sum(parts.get(word, 0) for word in ("学生", "小朋友", "居民"))
    minors = data.draw(st.none() | st.integers(least, most))
    audience = "、".join(f"{word}{number}" for word, number in parts.items())
    assert desk.intake.plan(record(line(audience=audience, minors=minors))).problems == ()
    take(desk, record(line(audience=audience, minors=minors, people=sum(parts.values()))))
    presumed = sum(parts.get(word, 0) for word in ("学生", "小朋友"))
    assert one(desk).people == sum(parts.values())
    assert one(desk).minors == (presumed if minors is None else minors)


# -- said again, and corrected ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changed",
    [{"people": 40}, {"ends": "11:00"}, {"starts": "9:30"}, {"topic": "长征故事"}, {"speakers": "卫东升"}],
    ids=lambda told: next(iter(told)),
)
def test_a_corrected_row_sets_its_occurrence_right_and_makes_no_second_one(
    desk: Desk, station: StationId, people: dict[str, MemberId], changed: dict[str, CellValue]
) -> None:
    plain: dict[str, CellValue] = {"people": 33, "topic": "抗美援朝", "speakers": "周岚", "leaflets": 50}
    take(desk, record(line(**plain)))
    before = one(desk)
    assert acts(take(desk, record(line(**{**plain, **changed})))) == ["change"]
    after = one(desk)
    assert after.id == before.id
    assert after != before
    assert acts(desk.intake.plan(record(line(**{**plain, **changed})))) == ["same"]
    assert acts(take(desk, record(line(**plain)))) == ["change"], "and back again"
    assert one(desk) == before


def test_a_blank_cell_never_wipes_what_was_counted(desk: Desk, station: StationId) -> None:
    take(desk, record(line(people=33, topic="抗美援朝", leaflets=50)))
    take(desk, record(line(topic="抗美援朝")))
    assert (one(desk).people, one(desk).pieces) == (33, 50)


def test_leaflets_leave_other_things_that_were_given_out(desk: Desk, station: StationId) -> None:
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=station)
    desk.activities.record(series.id, DAY, starts=time(9), materials=(Material("cards", 33),))
    take(desk, record(line(leaflets=50)))
    assert set(one(desk).materials) == {Material("cards", 33), Material("leaflets", 50)}


def test_a_line_put_in_above_another_one_changes_nothing_of_it(desk: Desk, station: StationId) -> None:
    later = line(starts="14:30", ends="15:30", people=20)
    take(desk, record(later))
    assert acts(take(desk, record(line(people=10), later))) == ["create", "same"]
    assert [(one.starts, one.people) for one in held(desk)] == [(time(9), 10), (time(14, 30), 20)]


def test_two_rows_that_count_the_same_occurrence_otherwise_are_for_a_person_to_look_at(
    desk: Desk, station: StationId
) -> None:
    plan = take(desk, record(line(people=33), line(people=30)))
    assert acts(plan) == ["create", "problem"]
    assert codes(plan) == [("activity-twice", "title")]
    assert plan.problems[0].problems[0].facts["number"] == 3
    assert one(desk).people == 33


def test_another_file_may_add_what_was_left_open_but_not_count_otherwise(
    desk: Desk, station: StationId
) -> None:
    take(desk, record(line(starts=None, ends=None, people=33)))
    fuller = attrs.evolve(record(line(topic="抗美援朝")), name="另一份.xlsx")
    assert acts(take(desk, fuller)) == ["change"]
    assert (one(desk).starts, one(desk).topic, one(desk).people) == (time(9), "抗美援朝", 33)
    other = attrs.evolve(record(line(people=30, topic="长征故事")), name="第三份.xlsx")
    assert codes(take(desk, other)) == [("activity-twice", "title")]
    assert (one(desk).topic, one(desk).people) == ("抗美援朝", 33)


def test_the_same_row_twice_is_one_occurrence(desk: Desk, station: StationId) -> None:
    assert acts(take(desk, record(line(people=33), line(people=33)))) == ["create", "same"]
    assert one(desk).people == 33


# -- what is wrong ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"title": None}, "cell-missing", "title"),
        ({"kind": None}, "cell-missing", "kind"),
        ({"place": None}, "cell-missing", "station"),
        ({"place": "没有的地方"}, "place-unknown", "station"),
        ({"speakers": "没有的人"}, "member-unknown", "speakers"),
        ({"ends": "9:00"}, "ends-before-starts", "ends"),
        ({"day": "2021年2月30日"}, "no-such-date", "day"),
        ({"kind": "红色宣讲会"}, "activity-kind-unknown", "kind"),
    ],
)
def test_what_is_wrong_is_told_with_its_column(
    desk: Desk, station: StationId, told: dict[str, CellValue], code: str, column: str
) -> None:
    assert codes(take(desk, record(line(**told)))) == [(code, column)]
    assert (held(desk), desk.activities.all()) == ([], [])


def test_an_unknown_kind_is_told_with_the_one_that_comes_nearest(desk: Desk, station: StationId) -> None:
    problem = only(desk.intake.plan(record(line(kind="党课讲座")))).problems[0]
    assert problem.facts["nearest"] == "党课"
    assert "主题党日" in problem.facts["known"]  # type: ignore[operator]


@pytest.mark.parametrize("words", ["宣讲", "outreach talk", "outreach-talk", "“宣讲”", " 宣 讲 "])
def test_a_kind_is_known_by_its_label_in_either_language_or_its_code(
    desk: Desk, station: StationId, words: str
) -> None:
    take(desk, record(line(kind=words)))
    assert one(desk).kind == "outreach-talk"


def test_a_kind_that_differs_from_the_series_is_told_and_follows_once_the_series_is_corrected(
    desk: Desk, station: StationId
) -> None:
    take(desk, record(line()))
    (series,) = desk.activities.all()
    other = record(line(kind="党课"))
    assert codes(take(desk, other)) == [("activity-kind-differs", "kind")]
    desk.activities.correct(series.id, kind="party-lecture")
    assert acts(take(desk, other)) == ["change"]
    assert one(desk).kind == "party-lecture"


# -- the sign-in sheet ------------------------------------------------------------------------------------
def signed(
    *lines: tuple[CellValue, ...],
    title: str | None = "老战士讲红色故事",
    day: CellValue = DAY,
    place: CellValue = STATION,
) -> Book:
    above = (
        ("活动名称：", title, None, "活动日期：", day),
        ("活动地点：", place, None, "负责人：", "韩启明"),
    )
    return book(
        "活动签到表",
        ("序号", "姓名", "所属社区", "联系电话", "签到时间", "签退时间", "签名"),
        *lines,
        above=above,
    )


def came(
    name: str, arrived: CellValue = "8:50", left: CellValue = "10:00", **more: Any
) -> tuple[CellValue, ...]:
    return (1, name, None, more.get("phone"), arrived, left, more.get("signature"))


def attended(desk: Desk) -> list[Attendance]:
    return [two for one in held(desk) for two in desk.activities.attendances(one.id)]


def test_a_signed_line_is_an_attendance_at_the_occurrence_of_the_record(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    take(desk, record(line(people=33)))
    sheet = signed(came("周 岚"), came("石林", left=None))
    assert acts(take(desk, sheet)) == ["create", "create"]
    assert {(two.member, two.arrived, two.left) for two in attended(desk)} == {
        (people["周岚"], time(8, 50), time(10)),
        (people["石林"], time(8, 50), None),
    }
    assert {(two.status, two.evidence) for two in attended(desk)} == {
        (AttendanceStatus.ATTENDED, Evidence.SHEET)
    }
    assert one(desk).people == 33, "who signed in is counted already"
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "same"], ())


def test_a_sheet_of_something_unknown_makes_it_and_the_record_says_later_what_it_was(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    take(desk, signed(came("周岚")))
    assert (one(desk).kind, one(desk).status, one(desk).station) == ("other", OccurrenceStatus.HELD, station)
    assert acts(take(desk, record(line(people=33)))) == ["change"]
    assert (one(desk).kind, one(desk).people, one(desk).starts) == ("outreach-talk", 33, time(9))
    assert [two.kind for two in attended(desk)] == ["outreach-talk"]


def test_a_signed_sheet_shows_that_what_was_planned_was_held(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    series = desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=station)
    planned = desk.activities.plan_one(series.id, DAY)
    take(desk, signed(came("周岚")))
    assert (one(desk).id, one(desk).status) == (planned.id, OccurrenceStatus.HELD)


def test_of_two_on_a_day_the_times_tell_which_one(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    take(desk, record(line(), line(starts="10:00", ends="11:00")))
    first, second = held(desk)
    plan = take(
        desk,
        signed(
            came("周岚", "8:50", "10:00"),
            came("石林", "10:00", "11:00"),
            came("卫东升", "8:45", None),
            came("周岚", "15:00", "16:00", phone="14400000001"),
        ),
    )
    assert acts(plan) == ["create", "create", "create", "problem"]
    assert codes(plan) == [("sign-in-open", "activity")]
    assert {two.member for two in desk.activities.attendances(first.id)} == {people["周岚"], people["卫东升"]}
    assert {two.member for two in desk.activities.attendances(second.id)} == {people["石林"]}


def test_a_printed_name_without_time_and_signature_did_not_come(desk: Desk, station: StationId) -> None:
    plan = take(desk, signed(came("没有的人", None, None), came("没有的人", None, "/")))
    assert acts(plan) == ["same", "same"]
    assert "cell-note-not-signed-in" in plan.rows[0].notes
    assert held(desk) == []


def test_a_signature_is_enough(desk: Desk, station: StationId, people: dict[str, MemberId]) -> None:
    take(desk, signed(came("周岚", None, None, signature="周岚")))
    assert [(two.arrived, two.left) for two in attended(desk)] == [(None, None)]


def test_nobody_is_at_two_places_in_the_same_minute(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    take(desk, signed(came("周岚", "9:00", "10:00")))
    elsewhere = signed(came("周岚", "9:59", "11:00"), title="书法课")
    assert codes(take(desk, elsewhere)) == [("attendance-overlaps", "arrived")]
    assert acts(take(desk, signed(came("周岚", "10:00", "11:00"), title="书法课"))) == ["create"]


@pytest.mark.parametrize(
    ("sheet", "code", "column"),
    [
        (signed(came("周岚", "9:00", "8:59")), "left-before-arrived", "left"),
        (signed(came("没有的人")), "member-unknown", "name"),
        (signed(came("周岚"), title=None), "cell-missing", "activity"),
        (signed(came("周岚"), day=None), "cell-missing", "day"),
        (signed(came("周岚"), day=date(2021, 7, 3)), "day-to-come", "day"),
        (signed(came("周岚"), place=None), "cell-missing", "station"),
    ],
)
def test_a_line_that_cannot_be_is_told_with_its_column(
    desk: Desk, station: StationId, people: dict[str, MemberId], sheet: Book, code: str, column: str
) -> None:
    assert codes(take(desk, sheet)) == [(code, column)]
    assert held(desk) == []


def test_namesakes_are_told_apart_by_the_telephone(desk: Desk, station: StationId) -> None:
    first, second = (
        desk.members.register(name="周玉兰", phone=phone).id for phone in ("14400000001", "14400000002")
    )
    plan = take(
        desk,
        signed(came("周玉兰", phone="144 0000 0002"), came("周玉兰", phone=14400000001), came("周玉兰")),
    )
    assert codes(plan) == [("member-ambiguous", "name")]
    assert {two.member for two in attended(desk)} == {first, second}


def test_signed_in_twice_with_other_times_is_for_a_person_to_look_at(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    sheet = signed(came("周岚", "9:00", "10:00"), came("周岚", "9:00", "9:30"))
    plan = take(desk, sheet)
    assert codes(plan) == [("signed-in-twice", "name")]
    assert [two.left for two in attended(desk)] == [time(10)]
    assert acts(take(desk, signed(came("周岚", "9:05", "10:00")))) == ["change"]
    assert [two.arrived for two in attended(desk)] == [time(9, 5)]


def test_every_problem_and_note_of_these_sheets_has_words_in_both_languages() -> None:
    told = {
        "activity-kind-unknown", "activity-kind-differs", "activity-several", "activity-twice",
        "ends-before-starts", "headcount-disagrees", "headcount-to-come", "audience-unreadable",
        "sign-in-open", "signed-in-twice", "attendance-overlaps", "cell-note-activity-new",
        "cell-note-called-off", "cell-note-ends-alone", "cell-note-team-is-a-body",
        "cell-note-audience-others", "cell-note-not-signed-in", "cell-note-remark-not-kept",
    }  # fmt: skip
    for language in ("zh", "en"):
        assert told <= set(catalogue(language))


def test_two_series_of_one_title_at_one_station_are_not_guessed(desk: Desk, station: StationId) -> None:
    for _ in range(2):
        desk.activities.start(kind="outreach-talk", title="老战士讲红色故事", station=station)
    assert codes(take(desk, record(line()))) == [("activity-several", "title")]


def test_a_series_that_was_called_otherwise_is_found_by_the_title_of_its_sheet(
    desk: Desk, station: StationId
) -> None:
    take(desk, record(line()))
    (series,) = desk.activities.all()
    desk.activities.correct(series.id, title="红色故事会")
    take(desk, record(line(day=date(2021, 6, 10))))
    assert {one.activity for one in held(desk)} == {series.id}
    assert desk.activities.get(series.id).title == "红色故事会"
