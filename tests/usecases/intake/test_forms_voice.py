from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.usecases.intake.desk_sheets import POST, acts, book, codes, found_post, register, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.concern import (
    Concern,
    ConcernKind,
    ConcernOutcome,
    ConcernStatus,
    Satisfaction,
)
from grassroots.values.ids import OrganizationId, StationId

HEARD, SETTLED, TOLD = date(2021, 6, 1), date(2021, 6, 8), date(2021, 6, 9)

REGISTER = (
    "序号", "收集时间", "反映人", "联系电话", "小区/楼栋", "反映内容", "类别", "收集人", "收集地点",
    "责任单位", "责任人", "办理时限", "办理情况", "办结时间", "反馈时间", "满意度", "备注",
)  # fmt: skip


def ledger(*rows: tuple[CellValue, ...], above: tuple[tuple[CellValue, ...], ...] = ()) -> Book:
    return book("社情民意台账", REGISTER, *rows, above=above)


def slip(number: CellValue = 1, **said: CellValue) -> tuple[CellValue, ...]:
    plain: dict[str, CellValue] = {
        "on": HEARD, "text": "路灯不亮", "by": "周岚", "station": POST, "kind": "求助",
    }  # fmt: skip
    said = {**plain, **said}
    keys = (
        "on", "raiser", "phone", "compound", "text", "kind", "by", "station", "unit", "owner", "due", "came",
        "settled", "told", "rating", "remark",
    )  # fmt: skip
    return (number, *(said.get(key) for key in keys))


@pytest.fixture
def post(desk: Desk) -> StationId:
    return found_post(desk)


@pytest.fixture
def people(desk: Desk) -> Any:
    return register(desk)


@pytest.fixture
def police(desk: Desk) -> OrganizationId:
    return desk.organizations.register(name="A区城管大队", kind="authority").id


def one(desk: Desk) -> Concern:
    (found,) = desk.concerns.all()
    return found


def test_a_row_of_the_register_is_a_concern_as_it_was_heard(desk: Desk, post: StationId, people: Any) -> None:
    sheet = ledger(slip(raiser="王女士", phone="13900000009"))
    assert acts(take(desk, sheet)) == ["create"]
    concern = one(desk)
    assert (concern.number, concern.station, concern.taken_on, concern.taken_by) == (
        "1", post, HEARD, people["周岚"],
    )  # fmt: skip
    assert (concern.raiser_name, concern.raiser_phone, concern.anonymous) == ("王女士", "13900000009", False)
    assert (concern.kind, concern.status) == (ConcernKind.HELP, ConcernStatus.RECORDED)
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same"], ())


@pytest.mark.parametrize(
    ("said", "status", "outcome"),
    [
        ({}, ConcernStatus.RECORDED, None),
        ({"due": SETTLED}, ConcernStatus.ACCEPTED, None),
        ({"owner": "石林", "came": "正在办理"}, ConcernStatus.ASSIGNED, None),
        ({"unit": "A区城管大队"}, ConcernStatus.REFERRED, None),
        ({"owner": "石林", "unit": "A区城管大队"}, ConcernStatus.REFERRED, None),
        ({"owner": "石林", "unit": POST}, ConcernStatus.ASSIGNED, None),
        ({"came": "已转办"}, ConcernStatus.REFERRED, None),
        ({"came": "已解决", "settled": SETTLED}, ConcernStatus.RESOLVED, ConcernOutcome.RESOLVED),
        ({"came": "解释说明", "settled": SETTLED}, ConcernStatus.EXPLAINED, ConcernOutcome.EXPLAINED),
        ({"came": "不予受理"}, ConcernStatus.DECLINED, ConcernOutcome.DECLINED),
        (
            {"came": "已办结", "settled": SETTLED, "told": TOLD},
            ConcernStatus.REPLIED,
            ConcernOutcome.RESOLVED,
        ),
        (
            {"owner": "石林", "came": "解释说明", "told": TOLD, "rating": "基本满意"},
            ConcernStatus.CLOSED,
            ConcernOutcome.EXPLAINED,
        ),
        (
            {"unit": "A区城管大队", "came": "已转办", "settled": SETTLED, "told": TOLD},
            ConcernStatus.REPLIED,
            ConcernOutcome.EXPLAINED,
        ),
    ],
)
def test_what_became_of_it_follows_from_what_the_row_says(
    desk: Desk,
    post: StationId,
    people: Any,
    police: OrganizationId,
    said: dict[str, CellValue],
    status: ConcernStatus,
    outcome: ConcernOutcome | None,
) -> None:
    assert codes(take(desk, ledger(slip(**said)))) == []
    assert (one(desk).status, one(desk).outcome) == (status, outcome)


def test_the_days_are_those_of_the_row(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, ledger(slip(owner="石林", came="已解决", settled=SETTLED, told=TOLD, rating="满意")))
    concern = one(desk)
    assert (concern.decided_on, concern.closed_on, concern.rating) == (SETTLED, TOLD, Satisfaction.CONTENT)
    assert [reply.on for reply in concern.replies] == [TOLD]


def test_referred_and_settled_is_not_solved(
    desk: Desk, post: StationId, people: Any, police: OrganizationId
) -> None:
    take(desk, ledger(slip(unit="A区城管大队", came="已转办", settled=SETTLED)))
    concern = one(desk)
    assert (concern.outcome, concern.unit) == (ConcernOutcome.EXPLAINED, police)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"came": "已解决"}, ("cell-missing", "closed_on")),
        ({"settled": SETTLED}, ("cell-missing", "outcome")),
        ({"came": "已解决", "told": "看不清"}, ("date-unreadable", "replied_on")),
        ({"came": "已解决", "told": "6/9/21", "rating": "满意"}, ("date-short-year", "replied_on")),
        ({"came": "已解决", "settled": SETTLED, "rating": "满意"}, ("cell-missing", "replied_on")),
        ({"came": "正在办理", "settled": SETTLED}, ("settled-in-work", "closed_on")),
        ({"came": "正在办理", "told": TOLD}, ("reply-before-outcome", "replied_on")),
        ({"came": "领导批示了"}, ("choice-unknown", "outcome")),
        ({"kind": "杂事"}, ("choice-unknown", "kind")),
        ({"unit": "没有登记的单位"}, ("place-unknown", "unit")),
        ({"by": "没有的人"}, ("member-unknown", "taken_by")),
        ({"text": None}, ("cell-missing", "text")),
        ({"on": date(2021, 8, 1)}, ("day-to-come", "taken_on")),
        ({"station": None}, ("concern-without-place", "station")),
        ({"came": "已解决", "settled": date(2021, 5, 1)}, ("concern-before-taken", None)),
        ({"raiser": "匿名", "phone": "13900000009"}, ("concern-anonymous-named", None)),
        ({"came": "已并案", "remark": "重复"}, ("merge-without-number", "remark")),
        ({"came": "已并案", "remark": "与77号重复"}, ("concern-unknown", "remark")),
    ],
)
def test_a_row_that_contradicts_itself_is_held_back_whole(
    desk: Desk, post: StationId, people: Any, said: dict[str, CellValue], problem: tuple[str, str | None]
) -> None:
    assert codes(take(desk, ledger(slip(**said)))) == [problem]
    assert desk.concerns.all() == []


@pytest.mark.parametrize(
    ("words", "kind", "category"),
    [
        ("咨询", ConcernKind.ENQUIRY, None),
        ("投诉", ConcernKind.COMPLAINT, None),
        ("交通停车", None, "traffic-and-parking"),
        ("noise", None, "noise"),
        (None, None, None),
    ],
)
def test_the_column_of_kinds_takes_the_five_kinds_and_the_categories_of_the_packs(
    desk: Desk,
    post: StationId,
    people: Any,
    words: str | None,
    kind: ConcernKind | None,
    category: str | None,
) -> None:
    take(desk, ledger(slip(kind=words)))
    assert (one(desk).kind, one(desk).category) == (kind, category)


def test_who_does_not_want_to_be_named_is_not_named(desk: Desk, post: StationId, people: Any) -> None:
    take(desk, ledger(slip(raiser="王女士", phone="13900000009")))
    take(desk, ledger(slip(raiser="匿名")))
    concern = one(desk)
    assert concern.anonymous
    assert (concern.raiser_name, concern.raiser_phone, concern.raiser_member) == (None, None, None)


def test_a_raiser_is_a_member_only_by_name_and_telephone(desk: Desk, post: StationId, people: Any) -> None:
    known = desk.members.register(name="田间", phone="13900000001")
    take(desk, ledger(slip(1, raiser="田间"), slip(2, raiser="田间", phone="13900000001", text="漏水")))
    alone, both = sorted(desk.concerns.all(), key=lambda concern: concern.number or "")
    assert (alone.raiser_member, both.raiser_member) == (None, known.id)


def test_the_compound_is_known_with_the_number_of_a_building_behind_it(
    desk: Desk, post: StationId, people: Any
) -> None:
    compound = desk.organizations.register(name="明月家园", kind="compound")
    take(desk, ledger(slip(compound="明月家园3栋501")))
    assert one(desk).compound == compound.id
    plan = take(desk, ledger(slip(2, compound="没有登记的小区", text="漏水")))
    assert "cell-note-compound-unknown" in plan.rows[0].notes


def test_who_was_on_duty_heard_it_there_and_in_that_shift(desk: Desk, post: StationId, people: Any) -> None:
    take(
        desk,
        book("值班表", ("日期", "班次", "值班人员", "值班地点"), (HEARD, "8:30-11:30", "周岚", POST)),
    )
    take(desk, ledger(slip(station=None)))
    concern = one(desk)
    assert concern.station == post
    assert concern.shift is not None


def test_the_same_matter_as_an_earlier_one_names_it_in_the_remark(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, ledger(slip(8), slip(9, text="路灯坏了", came="已并案", remark="与8号重复，并案处理")))
    first, second = sorted(desk.concerns.all(), key=lambda concern: concern.number or "")
    assert (second.status, second.merged_into) == (ConcernStatus.MERGED, first.id)


def test_a_register_handed_in_month_by_month_carries_a_concern_forward(
    desk: Desk, post: StationId, people: Any, police: OrganizationId
) -> None:
    course: list[dict[str, CellValue]] = [
        {},
        {"owner": "石林", "due": date(2021, 6, 16)},
        {"owner": "石林", "due": date(2021, 6, 20), "unit": "A区城管大队"},
        {"owner": "石林", "unit": "A区城管大队", "came": "已解决", "settled": SETTLED},
        {"owner": "石林", "came": "已解决", "settled": SETTLED, "told": TOLD, "rating": "满意"},
    ]
    told = []
    for said in course:
        take(desk, ledger(slip(**said)))
        told.append(one(desk).status.value)
    assert told == ["recorded", "assigned", "referred", "resolved", "closed"]
    concern = one(desk)
    assert (concern.owner, concern.unit, concern.due) == (people["石林"], police, date(2021, 6, 20))


def test_a_changed_outcome_and_a_changed_day_of_reply_set_the_concern_right(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, ledger(slip(came="已解决", settled=SETTLED, told=TOLD, rating="满意")))
    changed = slip(came="解释说明", settled=date(2021, 6, 7), told=date(2021, 6, 10), rating="不满意")
    assert acts(take(desk, ledger(changed))) == ["change"]
    concern = one(desk)
    assert (concern.status, concern.outcome) == (ConcernStatus.CLOSED, ConcernOutcome.EXPLAINED)
    assert (concern.decided_on, concern.rating) == (date(2021, 6, 7), Satisfaction.NOT_CONTENT)
    assert [reply.on for reply in concern.replies] == [date(2021, 6, 10)]


def test_an_older_register_does_not_undo_what_the_desk_knows_by_now(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, ledger(slip(owner="石林", came="正在办理")))
    desk.concerns.resolve(one(desk).id, on=SETTLED)
    take(desk, ledger(slip(owner="石林", came="正在办理", text="路灯不亮，晚上出行不便")))
    concern = one(desk)
    assert (concern.status, concern.text) == (ConcernStatus.RESOLVED, "路灯不亮，晚上出行不便")


def test_a_number_with_another_day_and_other_words_is_another_slip(
    desk: Desk, post: StationId, people: Any
) -> None:
    take(desk, ledger(slip(1)))
    assert codes(take(desk, ledger(slip(1, on=SETTLED, text="漏水")))) == [("concern-number-taken", None)]
    assert acts(take(desk, ledger(slip(1, on=SETTLED)))) == ["change"], "the same words: the day was wrong"
    assert one(desk).taken_on == SETTLED


def test_two_stations_number_their_slips_apart(desk: Desk, post: StationId, people: Any) -> None:
    found_post(desk, "B社区驿站")
    take(desk, ledger(slip(1), slip(1, station="B社区驿站", text="漏水")))
    assert len(desk.concerns.all()) == 2


def test_a_register_that_was_written_out_can_be_taken_in_again(
    desk: Desk, post: StationId, people: Any, police: OrganizationId
) -> None:
    take(
        desk,
        ledger(
            slip(1, raiser="匿名", came="已解决", settled=SETTLED, told=TOLD, rating="满意"),
            slip(2, text="漏水", unit="A区城管大队", came="已转办"),
            slip(3, text="漏水了", came="已并案", remark="与2号重复"),
            slip(4, text="井盖松动", owner="石林", came="不予受理"),
        ),
    )
    before = desk.concerns.all()
    form = desk.registers.filled("concerns")
    printed = book("社情民意台账", tuple(column.header for column in form.columns), *form.rows)
    assert set(acts(take(desk, printed))) == {"same"}
    assert desk.concerns.all() == before
