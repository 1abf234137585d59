"""A plan says what each row would do; applying it does exactly that, once, whatever stops it in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.sealed import keys as sealed_keys
from tests.usecases.conftest import WallClock
from tests.workspace.failing import Failing

import grassroots
from grassroots.contracts.policy import Actor, Posture
from grassroots.contracts.storage import Batch, Ref
from grassroots.contracts.tables import Book, CellValue, Sheet
from grassroots.desk import Desk
from grassroots.domain.form import parse_forms
from grassroots.domain.intake import IntakeStatus, RowStatus
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.station import StationKind
from grassroots.domain.team import Membership
from grassroots.errors import Denied
from grassroots.network import Network
from grassroots.usecases.intake import Plan, PlanMoved, RowAct
from grassroots.usecases.intake import planning as module
from grassroots.usecases.intake.landing import LandedForm, Landing
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId
from grassroots.workspace.reading import Reading

Cells = tuple[CellValue, ...]
HEADER: Cells = ("序号", "姓名", "性别", "出生年月", "联系电话", "备注")


@pytest.fixture(params=["memory", "sqlite", "sealed"])
def network(request: pytest.FixtureRequest, tmp_path: Path, clock: WallClock) -> Iterator[Network]:
    url = f"sqlite:///{tmp_path / 'district.db'}" if request.param == "sqlite" else "memory://"
    keys = sealed_keys() if request.param == "sealed" else None
    with grassroots.open(url, zone="Asia/Shanghai", keys=keys, clock=clock, pause=lambda _: None) as opened:
        yield opened


def sheet(*rows: Cells, name: str = "花名册", **how: Any) -> Sheet:
    return Sheet(name=name, rows=(("人员花名册", *[None] * 5), HEADER, *rows), **how)


def book(*sheets: Sheet, name: str = "花名册.xlsx") -> Book:
    digest = hashlib.sha256(repr((name, sheets)).encode()).hexdigest()
    return Book(name=name, digest=digest, form="xlsx", sheets=sheets)


def register(*rows: Cells, **how: Any) -> Book:
    return book(sheet(*rows), **how)


def line(
    number: int, name: str, born: CellValue = "1950-01", phone: CellValue = None, remark: CellValue = None
) -> Cells:
    return (number, name, "男", born, phone, remark)


def take(desk: Desk, *books: Book) -> Plan:
    plan = desk.intake.plan(books)
    desk.intake.apply(plan)
    return plan


def acts(plan: Plan) -> list[str]:
    return [row.act.value for row in plan.rows]


def people(desk: Desk) -> list[tuple[str, str | None]]:
    return [(one.name, one.phone) for one in desk.members.all(status=None)]


# -- what a row does --------------------------------------------------------------------------------------
def test_a_plan_writes_nothing_and_says_what_it_would_do(desk: Desk) -> None:
    head = desk.seat.office.storage.head()
    plan = desk.intake.plan(register(line(1, "卯大山"), line(2, "辰小川", born="1950-13")))
    assert acts(plan) == ["create", "problem"]
    assert (plan.changes, len(plan.problems)) == (1, 1)
    assert (desk.seat.office.storage.head(), people(desk)) == (head, [])
    (found,) = plan.sheets
    assert (found.form, found.header_row, found.unread) == ("members", 2, ())


def test_what_was_planned_is_what_is_written(desk: Desk) -> None:
    plan = take(desk, register(line(1, "卯 大山", phone="138 0000 0001"), line(2, "辰小川")))
    assert people(desk) == [("卯大山", "13800000001"), ("辰小川", None)]
    assert [row.made for row in plan.rows] == [(f"member/{one.id}",) for one in desk.members.all(status=None)]
    one = desk.members.all()[0]
    assert one.born is not None
    assert one.born.date == PartialDate(1950, 1)


def test_the_same_file_a_second_time_changes_nothing(desk: Desk) -> None:
    whole = register(
        *(line(n, f"成员{c}") for n, c in enumerate("甲乙丙丁戊", 1)), line(6, "卯大山", born="x")
    )
    take(desk, whole)
    head = desk.seat.office.storage.head()
    again = take(desk, whole)
    assert acts(again) == ["same"] * 5 + ["problem"]
    assert (again.changes, again.batches) == (0, ())
    assert desk.seat.office.storage.head() == head


def test_one_file_handed_in_twice_at_once_is_one_file(desk: Desk) -> None:
    whole = register(line(1, "卯大山"), line(2, "辰小川"))
    plan = take(desk, whole, whole)
    assert acts(plan) == ["create", "create"]
    assert len(people(desk)) == 2


def test_a_renumbered_or_reordered_register_is_the_same_register(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山"), line(2, "辰小川")))
    plan = take(desk, register(line(1, "辰小川"), line(2, "卯大山")))
    assert acts(plan) == ["same", "same"]
    assert plan.batches == ()


def test_a_corrected_row_changes_its_record_and_no_other(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山"), line(2, "辰小川", remark="旧")))
    plan = take(desk, register(line(1, "卯大山", phone="13800000001"), line(2, "辰小川", remark="旧")))
    assert acts(plan) == ["change", "same"]
    assert people(desk) == [("卯大山", "13800000001"), ("辰小川", None)]
    (history,) = desk.members.history(desk.members.named("卯大山")[0].id)
    assert history.former == {"phone": "null"}


def test_a_corrected_file_beside_the_first_one_is_no_second_person(desk: Desk) -> None:
    first = register(line(1, "卯大山", remark="旧"), name="一.xlsx")
    second = register(line(1, "卯大山", remark="新"), name="二.xlsx")
    assert acts(take(desk, first, second)) == ["create", "change"]
    assert [one.remark for one in desk.members.all()] == ["新"]


def test_a_blank_never_wipes_what_is_recorded(desk: Desk) -> None:
    one = desk.members.register(name="卯大山", phone="13800000001", remark="多才多艺")
    plan = take(desk, register(line(1, "卯大山")))
    assert acts(plan) == ["change"]
    after = desk.members.get(one.id)
    assert (after.phone, after.remark) == ("13800000001", "多才多艺")
    assert after.born is not None


# -- problems ---------------------------------------------------------------------------------------------
def test_a_row_with_a_problem_leaves_nothing_but_its_problem(desk: Desk) -> None:
    plan = take(desk, register(line(1, "卯大山", born="3/4/50", phone="138000"), line(2, "辰小川")))
    assert people(desk) == [("辰小川", None)]
    (held,) = plan.problems
    assert {problem.column for problem in held.problems} == {"born", "phone"}
    assert {problem.header for problem in held.problems} == {"出生年月", "联系电话"}
    assert {problem.value for problem in held.problems} == {"3/4/50", "138000"}
    assert (held.number, held.sheet, held.made) == (3, "花名册", ())


def test_rows_that_failed_stay_visible_until_they_are_taken(desk: Desk) -> None:
    bad = register(line(1, "卯大山", born="3/4/50"))
    take(desk, bad)
    (row,) = desk.intake.held_back()
    assert (row.code, row.column, row.number, row.status) == (
        "date-short-year",
        "born",
        3,
        RowStatus.HELD_BACK,
    )
    take(desk, bad)
    assert desk.intake.held_back() == [row]
    assert desk.figures.compute("rows-held-back").value == 1


def test_a_row_that_failed_for_want_of_another_is_taken_when_that_stands(desk: Desk) -> None:
    team = desk.teams.found(name="宣讲团")
    roster = book(
        Sheet(name="队伍名册", rows=(("队伍", "姓名", "加入时间"), ("宣讲团", "卯大山", "2021-03-01"))),
        name="队伍.xlsx",
    )
    first = take(desk, roster)
    assert [problem.code for row in first.problems for problem in row.problems] == ["member-unknown"]
    one = desk.members.register(name="卯大山")
    again = take(desk, roster)
    assert acts(again) == ["create"]
    assert desk.intake.held_back() == []
    assert (
        [m.team for m in desk.teams.teams_of(one.id)] == [team.id]
        if hasattr(desk.teams, "teams_of")
        else True
    )


def test_sheets_are_read_in_the_order_in_which_they_name_each_other(desk: Desk) -> None:
    desk.teams.found(name="宣讲团")
    roster = Sheet(name="队伍名册", rows=(("队伍", "姓名", "加入时间"), ("宣讲团", "卯大山", "2021-03-01")))
    plan = take(desk, book(roster, sheet(line(1, "卯大山"))))
    assert [(row.form, row.act.value) for row in plan.rows] == [("members", "create"), ("teams", "create")]


VISITS = parse_forms(
    """
[form.visits]
title_zh = "探访"
title_en = "Visits"
natural = ["name"]
[[form.visits.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
"""
)


def visits(*names: str) -> Book:
    return book(Sheet(name="探访", rows=(("姓名",), *((name,) for name in names))))


def test_a_record_that_a_row_names_and_nobody_has_is_a_problem_of_that_row(desk: Desk) -> None:
    def land(landing: Landing) -> None:
        landing.work.load(Member, str(landing.row.text("name")))

    plan = desk.intake.plan(visits("卯大山"), forms=VISITS, landers=[LandedForm("visits", land)])
    assert [problem.code for row in plan.problems for problem in row.problems] == ["missing"]


def test_what_a_row_made_before_it_was_refused_is_not_made(desk: Desk) -> None:
    def land(landing: Landing) -> None:
        name = str(landing.row.text("name"))
        one = landing.keep(Member.register(id=MemberId(landing.work.new_id()), name=name))
        if name == "辰小川":
            landing.keep(one.record_death(date(2021, 7, 1)))
            landing.keep(landing.work.load(Member, one.id).resume(date(2021, 7, 2)))

    plan = desk.intake.plan(visits("卯大山", "辰小川"), forms=VISITS, landers=[LandedForm("visits", land)])
    assert acts(plan) == ["create", "problem"]
    desk.intake.apply(plan)
    assert people(desk) == [("卯大山", None)]
    codes = [one.code for one in Reading(desk.seat).trail()]
    assert codes.count("member-registered") == 1
    assert "member-status-changed" not in codes


# -- namesakes --------------------------------------------------------------------------------------------
def test_two_namesakes_are_told_apart_by_their_telephone(desk: Desk) -> None:
    rows = (
        line(1, "卯大山", born="1950-01", phone="13800000001"),
        line(2, "卯大山", born="1961-05", phone="13800000002"),
    )
    plan = take(desk, register(*rows))
    assert acts(plan) == ["create", "create"]
    desk.teams.found(name="宣讲团")
    header: Cells = ("队伍", "姓名", "联系电话", "加入时间")
    roster = Sheet(
        name="队伍名册",
        rows=(
            header,
            ("宣讲团", "卯大山", "13800000002", "2021-03-01"),
            ("宣讲团", "卯大山", None, "2021-03-01"),
        ),
    )
    second = take(desk, book(roster))
    assert acts(second) == ["create", "problem"]
    assert [problem.code for row in second.problems for problem in row.problems] == ["member-ambiguous"]
    (membership,) = (ref for row in second.rows for ref in row.made)
    (kept,) = desk.intake.sources(Ref(*membership.split("/")))
    assert kept.number == 2


def test_the_same_name_and_birth_without_a_telephone_is_the_same_person(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山", phone="13800000001")))
    plan = take(desk, register(line(1, "卯大山", remark="新"), name="二.xlsx"))
    assert acts(plan) == ["change"]
    assert len(people(desk)) == 1


def test_two_births_that_exclude_each_other_are_two_people(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山", born="1950-01")))
    assert acts(take(desk, register(line(1, "卯大山", born="1961"), name="二.xlsx"))) == ["create"]


# -- kills and moves --------------------------------------------------------------------------------------
class Killed(BaseException):
    """The process ends here."""


def killing(desk: Desk, after: int) -> Desk:
    storage = Failing(desk.seat.office.storage)

    def die(_: Batch) -> None:
        if len(storage.batches) > after:
            raise Killed

    storage.before = die
    return Desk(attrs.evolve(desk.seat, office=attrs.evolve(desk.seat.office, storage=storage)))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a few rows make several."""
    monkeypatch.setattr(module, "HEAVY", 8)


MANY = register(*(line(n, f"卯{c}山", born=f"19{50 + n}") for n, c in enumerate("一二三四五六七八九", 1)))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_kill_between_batches_is_taken_up_by_planning_again(desk: Desk, after: int) -> None:
    plan = desk.intake.plan(MANY)
    assert len(plan.batches) > 2
    with pytest.raises(Killed):
        killing(desk, after).intake.apply(plan)
    begun = desk.intake.intakes()
    assert [(one.status, one.done) for one in begun] == ([(IntakeStatus.APPLYING, after)] if after else [])
    stood = len(people(desk))
    again = take(desk, MANY)
    assert (again.count(RowAct.SAME), again.count(RowAct.CREATE)) == (stood, 9 - stood)
    (finished,) = desk.intake.intakes()
    assert finished.status is IntakeStatus.FINISHED
    assert [one.id for one in begun] in ([], [finished.id])
    assert (finished.done, finished.rows) == (after + len(again.batches), 11)
    assert len(people(desk)) == 9
    assert take(desk, MANY).batches == ()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_plan_that_was_stopped_may_be_applied_again_as_it_is(desk: Desk, after: int) -> None:
    plan = desk.intake.plan(MANY)
    with pytest.raises(Killed):
        killing(desk, after).intake.apply(plan)
    assert desk.intake.apply(plan) == len(plan.batches)
    assert len(people(desk)) == 9
    (finished,) = desk.intake.intakes()
    assert finished.done == len(plan.batches)
    trail = Reading(desk.seat).trail(limit=1000)
    assert [one.code for one in trail].count("member-registered") == 9


@pytest.mark.usefixtures("small")
def test_a_plan_whose_ground_moved_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    one = desk.members.register(name="卯五山", phone="13800000005")
    plan = desk.intake.plan(MANY)
    desk.members.correct(one.id, remark="刚刚")
    with pytest.raises(PlanMoved) as refused:
        desk.intake.apply(plan)
    assert refused.value.facts["moved"] == (f"member/{one.id}",)
    assert refused.value.facts["batches"] == len(plan.batches)
    assert desk.members.get(one.id).remark == "刚刚"
    take(desk, MANY)
    assert len(people(desk)) == 9
    after = desk.members.get(one.id)
    assert (after.remark, after.phone, after.born is not None) == ("刚刚", "13800000005", True)


def test_somebody_of_that_name_who_came_in_between_stops_the_plan(desk: Desk) -> None:
    plan = desk.intake.plan(register(line(1, "卯大山")))
    desk.members.register(name="卯大山")
    with pytest.raises(PlanMoved):
        desk.intake.apply(plan)
    assert len(people(desk)) == 1


def test_progress_is_told_row_by_row_and_batch_by_batch(desk: Desk) -> None:
    planned: list[int] = []
    applied: list[int] = []
    plan = desk.intake.plan(register(line(1, "卯大山"), line(2, "辰小川")), progress=planned.append)
    desk.intake.apply(plan, progress=applied.append)
    assert (planned, applied) == ([1, 2], [1])


# -- what is around the rows ------------------------------------------------------------------------------
def test_totals_notes_and_second_headers_are_skipped_and_said_to_be(desk: Desk) -> None:
    rows = (
        ("填写说明", "必填", "选填", "格式：1952-07", None, None),
        line(1, "卯大山"),
        HEADER,
        line(2, "辰小川"),
        ("合计", "2人", None, None, None, None),
        (None,) * 6,
        ("填表人：巳三", None, None, None, None, None),
    )
    plan = take(desk, register(*rows))
    assert [(row.number, row.act.value, row.code) for row in plan.rows] == [
        (3, "skipped", "row-note"),
        (4, "create", None),
        (5, "skipped", "row-header-again"),
        (6, "create", None),
        (7, "skipped", "row-total"),
        (9, "skipped", "row-footer"),
    ]


def test_ditto_and_merged_cells_mean_what_stands_above(desk: Desk) -> None:
    desk.teams.found(name="宣讲团")
    desk.teams.found(name="调解队")
    for name in ("卯大山", "辰小川", "巳三四"):
        desk.members.register(name=name)
    roster = Sheet(
        name="队伍名册",
        rows=(
            ("队伍", "姓名", "加入时间"),
            ("宣讲团", "卯大山", "2021-03-01"),
            ("同上", "辰小川", "〃"),
            ("调解队", "卯大山", "2021-04-01"),
            (None, "巳三四", "2021-05-01"),
        ),
        merged=((3, 0, 4, 0),),
    )
    plan = take(desk, book(roster))
    assert acts(plan) == ["create"] * 4
    found = Reading(desk.seat).list(Membership)
    teams = {one.id: one.name for one in desk.teams.all()}
    told = sorted((teams[one.team], desk.members.get(one.member).name, one.span.first) for one in found)
    assert told == sorted(
        [
            ("宣讲团", "卯大山", date(2021, 3, 1)),
            ("宣讲团", "辰小川", date(2021, 3, 1)),
            ("调解队", "卯大山", date(2021, 4, 1)),
            ("调解队", "巳三四", date(2021, 5, 1)),
        ]
    )


def test_hidden_and_unknown_sheets_are_told_and_not_read(desk: Desk) -> None:
    hidden = sheet(line(1, "卯大山"), name="旧花名册", hidden=True)
    other = Sheet(name="通知", rows=(("关于开展活动的通知",),))
    plan = take(desk, book(hidden, other))
    assert [(one.sheet, one.form, one.hidden) for one in plan.sheets] == [
        ("旧花名册", "members", True),
        ("通知", None, False),
    ]
    assert plan.rows == ()
    assert plan.batches == ()


def test_two_equal_rows_of_a_register_are_one_person(desk: Desk) -> None:
    plan = take(desk, register(line(1, "卯大山"), line(2, "卯大山")))
    assert acts(plan) == ["create", "same"]
    assert len(people(desk)) == 1
    assert acts(take(desk, register(line(1, "卯大山"), line(2, "卯大山")))) == ["same", "same"]


def test_a_merged_person_is_found_by_the_names_of_both(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山")))
    other = desk.members.register(name="卯爷爷")
    (full,) = desk.members.named("卯大山")
    desk.members.merge(full.id, other.id)
    assert acts(take(desk, register(line(1, "卯爷爷", remark="新"), name="二.xlsx"))) in (["change"],)
    alive = [one for one in desk.members.all(status=None) if one.status is not MemberStatus.MERGED]
    assert [one.id for one in alive] == [full.id]


def test_residents_of_a_register_are_known_and_not_yet_admitted(desk: Desk) -> None:
    desk.stations.found(kind=StationKind.STATION, name="灵溪站")
    rows = Sheet(
        name="花名册",
        rows=(("姓名", "出生年月", "人员类别", "所属站点"), ("卯大山", "1950", "居民", "灵溪站")),
    )
    take(desk, book(rows))
    (one,) = desk.members.all(status=None)
    assert (one.status, one.categories) == (MemberStatus.APPLIED, ("resident",))
    later = attrs.evolve(rows, rows=(rows.rows[0], ("卯大山", "1950", "志愿者", "灵溪站")))
    assert acts(take(desk, book(later))) == ["change"]
    (after,) = desk.members.all(status=None)
    assert after.status is MemberStatus.ACTIVE


# -- who may ----------------------------------------------------------------------------------------------
def test_sheets_are_taken_in_by_those_whose_work_it_is(network: Network, desk: Desk) -> None:
    whole = register(line(1, "卯大山"))
    plan = desk.intake.plan(whole)
    for other in (Actor("li", Posture.VOLUNTEER, member=MemberId("M")), Actor("wang", Posture.AUDITOR)):
        with pytest.raises(Denied):
            network.desk(other).intake.plan(whole)
        with pytest.raises(Denied):
            network.desk(other).intake.apply(plan)
    assert people(desk) == []
    network.desk("clerk:li").intake.apply(plan)
    assert len(people(desk)) == 1


def test_nobody_is_shown_which_rows_are_known_who_might_not_take_them_in(
    network: Network, desk: Desk
) -> None:
    whole = register(line(1, "卯大山"))
    take(desk, whole)
    for other in (
        Actor("gao", Posture.PARTNER),
        Actor("li", Posture.VOLUNTEER, member=MemberId("M")),
        Actor("sun", Posture.LEAD),
        Actor("wang", Posture.AUDITOR),
    ):
        shown: list[int] = []
        with pytest.raises(Denied) as denied:
            network.desk(other).intake.plan(whole, progress=shown.append)
        assert denied.value.facts["action"] == "bulk"
        assert shown == []


CLOSED = """
[pack]
name = "district"
version = "1"
title_zh = "本区"
title_en = "District"
jurisdiction = "*"
effective_from = 2000-01-01
[[source]]
key = "own"
title = "own"
where = "own"
kind = "practice"
sure = "high"
read = "page"
[policy.clerk-no-patrols]
source = "own"
posture = ["clerk"]
relation = ["any"]
kind = ["{kind}"]
group = ["*"]
action = ["bulk"]
purpose = ["*"]
effect = "deny"
"""


@pytest.mark.parametrize(("kind", "may"), [("intervention", True), ("member", False), ("intake", False)])
def test_a_sheet_is_planned_only_for_those_who_may_write_all_that_its_rows_make(
    tmp_path: Path, clock: WallClock, kind: str, may: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    with grassroots.open(url, zone="Asia/Shanghai", clock=clock) as first:
        first.desk("steward:office").charter.adopt_pack("district", CLOSED.format(kind=kind))
        take(first.desk("steward:office"), register(line(1, "卯大山")))
    with grassroots.open(url, clock=clock) as network:
        clerk = network.desk("clerk:li")
        if may:
            assert acts(clerk.intake.plan(register(line(1, "卯大山")))) == ["same"]
        else:
            with pytest.raises(Denied) as denied:
                clerk.intake.plan(register(line(1, "卯大山")))
            assert denied.value.facts["kind"] == kind


def test_a_form_of_an_app_says_what_its_rows_make(network: Network) -> None:
    (form,) = parse_forms(
        """
[form.visits]
title_zh = "探访"
title_en = "Visits"
natural = ["name"]
[[form.visits.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
"""
    )
    own = book(Sheet(name="探访", rows=(("姓名",), ("卯大山",))))
    for makes in ((), ("member",)):
        landed = LandedForm("visits", lambda landing: None, makes=makes)
        with pytest.raises(Denied):
            network.desk("partner:gao").intake.plan(own, forms=[form], landers=[landed])
    landed = LandedForm("visits", lambda landing: None, makes=("nothing-like-it",))
    with pytest.raises(KeyError):
        network.desk("steward:office").intake.plan(own, forms=[form], landers=[landed])


def test_a_clerk_cannot_bring_in_health_with_a_sheet(network: Network, desk: Desk) -> None:
    rows = Sheet(
        name="花名册",
        rows=(("姓名", "出生年月", "身体状况"), ("卯大山", "1950", "不能久站"), ("辰小川", "1951", None)),
    )
    plan = network.desk("clerk:li").intake.plan(book(rows))
    assert [problem.code for row in plan.problems for problem in row.problems] == ["denied"]
    assert plan.count(RowAct.CREATE) == 1


def test_the_trail_of_an_intake_holds_no_name(desk: Desk) -> None:
    take(desk, register(line(1, "卯大山", phone="13800000001"), line(2, "辰小川", born="3/4/50")))
    bodies = b"".join(entry.fact.body for entry in desk.seat.office.storage.journal(after=0, limit=1000))
    for secret in ("卯大山", "辰小川", "13800000001", "3/4/50"):
        assert secret.encode() not in bodies
