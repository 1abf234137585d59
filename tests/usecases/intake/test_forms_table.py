from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.intake.desk_sheets import POST, acts, book, codes, found_post, register, sheets, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.concern import Concern, ConcernStatus
from grassroots.domain.meeting import DecisionKind, MeetingStatus, ReviewMeeting
from grassroots.domain.suggestion import Submission, SuggestionOutcome
from grassroots.values.ids import StationId

SATURDAY = date(2021, 6, 5)


@pytest.fixture
def post(desk: Desk) -> StationId:
    return found_post(desk)


@pytest.fixture
def people(desk: Desk) -> Any:
    return register(desk)


# -- the minutes ------------------------------------------------------------------------------------------
MINUTES = ("会议日期", "地点", "参加人员", "议题编号", "议题", "决定", "责任人", "期限", "备注")


def minutes(*rows: tuple[CellValue, ...]) -> Book:
    return book("例会记录", MINUTES, *rows)


def item(number: CellValue, decision: CellValue = None, **said: CellValue) -> tuple[CellValue, ...]:
    plain: dict[str, CellValue] = {"day": SATURDAY, "came": "周岚、石林"}
    said = {**plain, **said}
    return (
        said["day"], POST, said["came"], number, said.get("item"), decision, said.get("owner"),
        said.get("due"), said.get("remark"),
    )  # fmt: skip


@pytest.fixture
def heard(desk: Desk, post: StationId, people: Any) -> dict[str, Concern]:
    """Three concerns of the first days of June, numbers 1 to 3."""
    return {
        str(number): desk.concerns.take(
            station=post, text=f"第{number}件", number=str(number), taken_on=date(2021, 6, number)
        )
        for number in (1, 2, 3)
    }


def meeting(desk: Desk) -> ReviewMeeting:
    (found,) = desk.meetings.all()
    return found


def test_the_rows_of_one_meeting_are_one_meeting_with_all_its_items(
    desk: Desk, heard: dict[str, Concern], people: Any
) -> None:
    sheet = minutes(
        item(1, "解决", owner="石林", due=date(2021, 6, 12), remark="周一前"),
        item(2, "解释说明"),
        item(3, "继续观察", came="周岚、何佳音"),
    )
    assert acts(take(desk, sheet)) == ["create", "change", "change"]
    held = meeting(desk)
    assert (held.status, held.day) == (MeetingStatus.HELD, SATURDAY)
    assert held.attendees == (people["周岚"], people["石林"], people["何佳音"])
    assert [(one.concern, one.decision, one.note) for one in held.agenda] == [
        (heard["1"].id, DecisionKind.SOLVE, "周一前"),
        (heard["2"].id, DecisionKind.EXPLAIN, None),
        (heard["3"].id, DecisionKind.OBSERVE, None),
    ]
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "same", "same"], ())


def test_minutes_and_register_cannot_differ(desk: Desk, heard: dict[str, Concern], people: Any) -> None:
    take(
        desk,
        minutes(
            item(1, "解决", owner="石林", due=date(2021, 6, 12)), item(2, "解释说明"), item(3, "上报部门")
        ),
    )
    first, second, third = (desk.concerns.get(heard[number].id) for number in "123")
    assert (first.status, first.owner, first.due) == (
        ConcernStatus.ASSIGNED, people["石林"], date(2021, 6, 12),
    )  # fmt: skip
    assert (second.status, second.decided_on) == (ConcernStatus.EXPLAINED, SATURDAY)
    assert third.status is ConcernStatus.REFERRED
    assert [one.tabled_after_days for one in (first, second, third)] == [4, 3, 2]
    assert {tabling.meeting for one in (first, second, third) for tabling in one.tabled} == {meeting(desk).id}


def test_a_concern_that_is_further_than_the_minutes_is_only_tabled(
    desk: Desk, heard: dict[str, Concern]
) -> None:
    desk.concerns.resolve(heard["1"].id, on=date(2021, 6, 20))
    take(desk, minutes(item(1, "解决", owner="石林")))
    concern = desk.concerns.get(heard["1"].id)
    assert (concern.status, concern.owner) == (ConcernStatus.RESOLVED, None)
    assert [tabling.on for tabling in concern.tabled] == [SATURDAY]


def test_a_due_day_that_was_moved_since_is_not_set_back_by_minutes(
    desk: Desk, heard: dict[str, Concern], people: Any
) -> None:
    desk.concerns.assign(heard["1"].id, people["石林"], due=date(2021, 7, 30))
    take(desk, minutes(item(1, "解决", owner="石林", due=date(2021, 6, 12))))
    assert desk.concerns.get(heard["1"].id).due == date(2021, 7, 30)


def test_a_meeting_without_an_item_was_held_all_the_same(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, minutes(item(None, item="本周无新增议题")))
    held = meeting(desk)
    assert (held.status, held.agenda, held.minutes) == (MeetingStatus.HELD, (), "本周无新增议题")


def test_several_numbers_in_one_cell_are_several_items(desk: Desk, heard: dict[str, Concern]) -> None:
    take(desk, minutes(item("1、3", "继续观察")))
    assert [one.concern for one in meeting(desk).agenda] == [heard["1"].id, heard["3"].id]


def test_a_changed_row_changes_its_item_and_leaves_the_others(
    desk: Desk, heard: dict[str, Concern], people: Any
) -> None:
    take(desk, minutes(item(1, "继续观察"), item(2, "继续观察")))
    plan = take(desk, minutes(item(1, "解决", owner="石林", came="周岚"), item(2, "继续观察")))
    assert acts(plan) == ["change", "same"]
    held = meeting(desk)
    assert [one.decision for one in held.agenda] == [DecisionKind.SOLVE, DecisionKind.OBSERVE]
    assert held.attendees == (people["周岚"],)
    concern = desk.concerns.get(heard["1"].id)
    assert (concern.status, len(concern.tabled)) == (ConcernStatus.ASSIGNED, 1)


def test_a_meeting_that_was_called_at_the_desk_is_the_one_that_was_held(
    desk: Desk, heard: dict[str, Concern], post: StationId
) -> None:
    planned = desk.meetings.plan(station=post, day=SATURDAY)
    desk.meetings.put_on_agenda(planned.id, [heard["3"].id])
    take(desk, minutes(item(1, "继续观察")))
    held = meeting(desk)
    assert (held.id, held.status) == (planned.id, MeetingStatus.HELD)
    assert [one.concern for one in held.agenda] == [heard["3"].id, heard["1"].id]


def test_the_same_matter_is_merged_into_the_one_that_the_remark_names(
    desk: Desk, heard: dict[str, Concern]
) -> None:
    take(desk, minutes(item(2, "合并", remark="与1号重复")))
    assert desk.concerns.get(heard["2"].id).merged_into == heard["1"].id


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (item(77, "继续观察"), ("concern-unknown", "number")),
        (item(1, "继续观察", day=date(2021, 5, 1)), ("concern-unknown", "number")),
        (item(1, "解决"), ("cell-missing", "owner")),
        (item(1, "合并"), ("merge-without-number", "remark")),
        (item(1, "开了个会"), ("choice-unknown", "decision")),
        (item(1, "继续观察", came="没有的人"), ("member-unknown", "attendees")),
        (item(None, day=date(2021, 7, 10)), ("meeting-still-to-come", None)),
    ],
)
def test_minutes_that_are_not_clear_are_held_back(
    desk: Desk, heard: dict[str, Concern], row: tuple[CellValue, ...], problem: tuple[str, str | None]
) -> None:
    assert codes(take(desk, minutes(row))) == [problem]
    assert desk.meetings.all() == []
    assert all(not concern.tabled for concern in desk.concerns.all())


def test_a_meeting_that_was_called_off_is_not_held_by_a_sheet(
    desk: Desk, heard: dict[str, Concern], post: StationId
) -> None:
    desk.meetings.call_off(desk.meetings.plan(station=post, day=SATURDAY).id, reason="heat")
    assert codes(take(desk, minutes(item(1, "继续观察")))) == [("wrong-state", None)]


def test_register_and_minutes_in_one_file_find_each_other(desk: Desk, post: StationId, people: Any) -> None:
    register_rows = (
        ("序号", "收集时间", "反映内容", "收集人", "收集地点"),
        (1, date(2021, 6, 1), "路灯不亮", "周岚", POST),
    )
    both = sheets(("例会记录", (MINUTES, item(1, "继续观察"))), ("社情民意台账", register_rows))
    assert codes(take(desk, both)) == []
    (concern,) = desk.concerns.all()
    assert (concern.status, concern.tabled_after_days) == (ConcernStatus.ACCEPTED, 4)


# -- suggestions ------------------------------------------------------------------------------------------
PAPER = (
    "活动", "建议人", "提交日期", "页数", "序号", "建议内容", "答复单位", "答复日期", "答复结果", "答复内容",
)  # fmt: skip
ON, ANSWERED = date(2021, 5, 20), date(2021, 6, 10)


def paper(*rows: tuple[CellValue, ...]) -> Book:
    return book("意见建议登记表", PAPER, *rows)


def idea(number: CellValue, text: CellValue = "增设护学岗", **said: CellValue) -> tuple[CellValue, ...]:
    plain: dict[str, CellValue] = {"campaign": "金点子征集", "member": "周岚", "on": ON, "pages": 2}
    said = {**plain, **said}
    return (
        said["campaign"], said["member"], said["on"], said["pages"], number, text, said.get("by"),
        said.get("replied"), said.get("came"), said.get("answer"),
    )  # fmt: skip


@pytest.fixture
def called(desk: Desk, people: Any) -> None:
    desk.suggestions.open_campaign(title="金点子征集", opened=date(2021, 4, 1))
    desk.organizations.register(name="A区交警支队", kind="authority")


def submission(desk: Desk) -> Submission:
    (found,) = desk.suggestions.all()
    return found


def answer(number: int = 1, came: str = "采纳", **said: CellValue) -> tuple[CellValue, ...]:
    return idea(number, replied=ANSWERED, came=came, by="A区交警支队", **said)


def test_the_items_of_one_paper_are_one_submission_with_an_answer_each(desk: Desk, called: None) -> None:
    sheet = paper(answer(answer="已列入计划"), idea(2, "修补路面"), idea(3, "增设座椅"))
    assert acts(take(desk, sheet)) == ["create", "change", "change"]
    handed = submission(desk)
    assert (handed.pages, [one.text for one in handed.items]) == (2, ["增设护学岗", "修补路面", "增设座椅"])
    (reply,) = handed.items[0].replies
    assert (reply.on, reply.outcome, reply.text) == (ANSWERED, SuggestionOutcome.ADOPTED, "已列入计划")
    assert handed.replied == 1
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same"] * 3, ())


def test_an_answer_that_comes_later_is_added_and_a_changed_one_set_right(desk: Desk, called: None) -> None:
    take(desk, paper(idea(1)))
    assert acts(take(desk, paper(answer(came="已答复")))) == ["change"]
    take(desk, paper(answer(came="部分采纳")))
    (item,) = submission(desk).items
    assert [reply.outcome for reply in item.replies] == [SuggestionOutcome.PARTLY_ADOPTED]


def test_words_of_an_item_are_set_right_and_the_answer_stays(desk: Desk, called: None) -> None:
    take(desk, paper(answer(), idea(2, "修补路面")))
    take(desk, paper(answer(text="在校门口增设护学岗", pages=3), idea(2, "修补路面", pages=3)))
    handed = submission(desk)
    assert [one.text for one in handed.items] == ["在校门口增设护学岗", "修补路面"]
    assert (handed.pages, handed.replied) == (3, 1)


def test_two_papers_of_a_member_on_two_days_are_two(desk: Desk, called: None) -> None:
    take(desk, paper(idea(1), idea(1, on=date(2021, 5, 26))))
    assert len(desk.suggestions.all()) == 2


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([idea(1, campaign="没有的征集")], ("campaign-unknown", "campaign")),
        ([idea(1, None)], ("cell-missing", "text")),
        ([idea(1, came="采纳")], ("cell-missing", "reply_on")),
        ([idea(1, replied=ANSWERED)], ("cell-missing", "reply_outcome")),
        ([idea(1, replied=ANSWERED, came="不错")], ("choice-unknown", "reply_outcome")),
        ([idea(1, replied=date(2021, 5, 1), came="采纳")], ("reply-before-submission", None)),
        ([idea(1, on=date(2021, 1, 1))], ("campaign-not-open", None)),
        ([idea(1), idea(1, "另一条")], ("item-stands-otherwise", None)),
        ([idea(0)], ("too-few", None)),
    ],
)
def test_a_suggestion_that_is_not_clear_is_held_back(
    desk: Desk, called: None, rows: list[tuple[CellValue, ...]], problem: tuple[str, str | None]
) -> None:
    assert codes(take(desk, paper(*rows))) == [problem]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([1, 2, 3, 4]), first=st.integers(0, 4))
def test_the_order_and_the_number_of_files_do_not_matter(
    desk: Desk, called: None, order: list[int], first: int
) -> None:
    day = desk.suggestions.all()
    rows = [idea(number, f"第{number}条", on=ON + timedelta(days=len(day))) for number in order]
    take(desk, paper(*rows[:first]))
    take(desk, paper(*rows[first:]))
    take(desk, paper(*rows))
    (handed,) = [one for one in desk.suggestions.all() if one not in day]
    assert [one.number for one in handed.items] == [1, 2, 3, 4]
