from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import attrs
import pytest
from benchmarks.rota_records import settle
from tests.usecases.duty_rooms import found_post, volunteer

from grassroots.contracts.planning import (
    Answer,
    Effort,
    Forced,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    Rule,
    keeping,
)
from grassroots.contracts.planning.port import PlanRefused
from grassroots.desk import Desk
from grassroots.domain.availability import Window
from grassroots.domain.duty import DutyStatus
from grassroots.domain.recurrence import Weekday
from grassroots.domain.rota import ObstacleCode, RotaLine, RotaStatus, RotaUnsound
from grassroots.domain.safeguarding import ScreeningResult
from grassroots.errors import BadInput, Missing, PluginError
from grassroots.usecases.crew import Crew
from grassroots.usecases.rotas.mapping import problem_of
from grassroots.usecases.rotas.planning import wanted_of
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RoleId, StationId
from grassroots.workspace.reading import Reading

WEEK = Period(date(2021, 8, 2), date(2021, 8, 8))  # Monday to Sunday
NAMES = ("林小满", "贺兰山", "方知远", "周岚", "石林", "何佳音", "叶青", "丁禾", "白露", "江川")


def month(
    desk: Desk, people: int = 6, period: Period = WEEK, **fields: Any
) -> tuple[StationId, list[MemberId]]:
    station = found_post(desk)
    given = {"minimum": 1, **fields}
    desk.duties.post_days(station=station, days=period.days(), starts=time(8, 30), ends=time(11, 30), **given)
    return station, [volunteer(desk, name) for name in NAMES[:people]]


def publish(desk: Desk, station: StationId, period: Period = WEEK) -> None:
    (rota,) = desk.rotas.keep(desk.rotas.plan([station], period))
    desk.rotas.publish(rota.id)


def on_duty(desk: Desk, period: Period = WEEK) -> dict[date, list[MemberId]]:
    return {
        shift.day: sorted(duty.member for duty in duties if duty.binding)
        for shift, duties in desk.duties.roster(period)
    }


def test_a_week_is_planned_fairly_kept_shown_and_published(desk: Desk) -> None:
    station, people = month(desk)
    plan = desk.rotas.plan([station], WEEK)
    assert plan.answer is Answer.PROVEN
    assert (plan.lacking, plan.spread, plan.far_off) == (0, 1, ())
    assert desk.duties.of_member(people[0], WEEK) == []  # planning writes nothing
    (rota,) = desk.rotas.keep(plan)
    assert (rota.status, rota.planner, len(rota.lines)) == (RotaStatus.DRAFT, "optimal", 7)
    desk.rotas.propose(rota.id)
    assert desk.rotas.publish(rota.id).status is RotaStatus.PUBLISHED
    assert [len(held) for held in on_duty(desk).values()] == [1] * 7
    assert desk.rotas.publish(rota.id).status is RotaStatus.PUBLISHED
    assert [one.id for one in desk.rotas.all(station=station)] == [rota.id]


def test_leave_hours_and_roles_are_kept_and_what_stands_stays(desk: Desk) -> None:
    station, (lin, he, *_) = month(desk)
    desk.availability.give(lin, windows=(Window(Weekday.SUNDAY),))
    desk.availability.give_leave(he, WEEK.first, WEEK.first + timedelta(days=5))
    wednesday = desk.duties.roster(WEEK)[2][0]
    desk.duties.assign(wednesday.id, lin)  # by hand, against their hours: somebody answers for it
    plan = desk.rotas.plan([station], WEEK)
    by_member: dict[MemberId, list[date]] = {}
    days = {shift.id: shift.day for shift in plan.shifts}
    for line in plan.lines:
        by_member.setdefault(line.member, []).append(days[line.shift])
    assert wednesday.day in by_member[lin]
    assert {day.weekday() for day in by_member[lin]} <= {2, 6}
    assert {day.weekday() for day in by_member.get(he, [])} <= {6}


def test_who_carried_more_last_season_gets_less_now(desk: Desk) -> None:
    station, (lin, *_) = month(desk, people=3)
    for number in range(4):
        done = desk.duties.post(
            station=station, day=date(2021, 7, 5 + number), starts=time(8), ends=time(10), minimum=1
        )
        desk.duties.assign(done.id, lin)
    plan = desk.rotas.plan([station], WEEK)
    duties = {share.member: share.duties for share in plan.shares}
    assert duties[lin] == min(duties.values())
    assert next(share.carried for share in plan.shares if share.member == lin) == 4


def test_an_impossible_week_names_the_rules_that_clash_in_words(desk: Desk) -> None:
    station, (lin, *_) = month(desk, people=2)
    # Four duties in one week were given by hand; the packs allow three.
    for shift, _ in desk.duties.roster(WEEK)[:4]:
        desk.duties.assign(shift.id, lin)
    plan = desk.rotas.plan([station], WEEK)
    assert plan.answer is Answer.IMPOSSIBLE
    assert plan.minimal
    told = plan.clash_in_words("zh")
    assert any("林小满" in sentence for sentence in told)
    assert not any(lin in sentence for sentence in told)
    with pytest.raises(BadInput):
        desk.rotas.keep(plan)
    # Without any single one of the rules there is a plan.
    reading = Reading(desk.seat)
    problem = problem_of(wanted_of(reading, [station], WEEK, None))
    from grassroots.discovery import find_rota_planner

    planner = find_rota_planner()
    for rule in plan.clash:
        rest = [one for one in plan.clash if one != rule]
        assert planner.roster(keeping(problem, rest), Effort(seconds=10)).answer is not Answer.IMPOSSIBLE


def test_somebody_nobody_asked_and_somebody_who_is_never_free_are_told(desk: Desk) -> None:
    station, (lin, he, *_) = month(desk, people=3)
    desk.availability.give(lin)
    desk.availability.give(he, windows=tuple(Window(day) for day in Weekday))
    plan = desk.rotas.plan([station], WEEK)
    assert {share.name: share.asked for share in plan.shares} == {
        "林小满": True,
        "贺兰山": True,
        "方知远": False,
    }
    told = [plan.in_words(doubt, "en") for doubt in plan.doubts]
    assert any("林小满 can take no shift at all" in sentence for sentence in told)


def test_a_skill_that_nobody_has_is_told(desk: Desk) -> None:
    from grassroots.domain.duty import SkillNeed

    station, _ = month(desk, needs=(SkillNeed("急救"),))
    plan = desk.rotas.plan([station], WEEK)
    assert any("急救" in plan.in_words(doubt, "zh") for doubt in plan.doubts)


def test_a_role_that_nobody_holds_is_told_by_its_name(desk: Desk) -> None:
    desk.roles.define(id=RoleId("first-aider"), label_zh="急救员", label_en="First aider", family="duty")
    station, _ = month(desk, role=RoleId("first-aider"))
    plan = desk.rotas.plan([station], WEEK)
    zh, en = ([plan.in_words(doubt, language) for doubt in plan.doubts] for language in ("zh", "en"))
    assert any("没有人担任 急救员" in sentence and "7 个班次" in sentence for sentence in zh)
    assert any("Nobody holds the role First aider" in sentence for sentence in en)
    assert not any("first-aider" in sentence for sentence in (*zh, *en))


def test_seconds_that_are_none_are_said_in_words(desk: Desk) -> None:
    station, _ = month(desk)
    for seconds in (-3, 0, float("nan"), "ten"):
        with pytest.raises(BadInput) as refused:
            desk.rotas.plan([station], WEEK, seconds=seconds)  # type: ignore[arg-type]
        assert refused.value.code == "planning-seconds"


def test_what_the_goals_came_to_and_who_is_far_from_their_share_is_said_in_words(desk: Desk) -> None:
    """He had none in the season before; whoever had many cannot give him more than his own days allow."""
    station, (lin, he, *_) = month(desk, people=2)
    desk.availability.give(lin, windows=(Window(Weekday.MONDAY), Window(Weekday.TUESDAY)))
    plan = desk.rotas.plan([station], WEEK)
    problem_goal = attrs.evolve(plan.goals[1], value=7, bound=4)
    for language in ("zh", "en"):
        told = plan.goals_in_words(language)
        assert len(told) == 3
        hurried = attrs.evolve(plan, goals=(plan.goals[0], problem_goal, plan.goals[2]))
        assert "4" in hurried.goals_in_words(language)[1]
        assert "7" in hurried.goals_in_words(language)[1]
        assert told[1] != hurried.goals_in_words(language)[1]
    far = Forced(measure="nights", person=he, have=3, target=1_400, rules=(Rule("rest", he),))
    many = attrs.evolve(far, rules=tuple(Rule("barred", he, name=str(n)) for n in range(20)), alone=False)
    unknown = attrs.evolve(far, rules=())
    unsought = attrs.evolve(far, rules=(), sought=False)
    told = attrs.evolve(plan, forced=(far, many, unknown, unsought)).forced_in_words("en")
    assert told[0] == (
        "贺兰山 has 3 nights, with a fair share of 1.4: their own rules leave nothing nearer."
        " (贺兰山: rest between shifts)"
    )
    assert "and 14 more" in told[1]
    assert "not found out" in told[2]
    assert "not looked for" in told[3]
    assert all("${" not in one and he not in one for one in told)


def test_days_without_shifts_and_an_unknown_planner_are_said_in_words(desk: Desk) -> None:
    station, _ = month(desk)
    with pytest.raises(BadInput) as refused:
        desk.rotas.plan([station], Period.month(2021, 9))
    assert refused.value.code == "rota-no-shifts"
    with pytest.raises(PluginError):
        desk.rotas.plan([station], WEEK, planner="oracle")
    with pytest.raises(Missing):
        desk.rotas.plan([StationId("nowhere")], WEEK)
    with pytest.raises(Missing):
        desk.rotas.plan([station], WEEK, among=[MemberId("nobody")])


def test_a_planner_that_breaks_a_rule_is_refused_with_findings(desk: Desk) -> None:
    class Careless(RotaPlanner):
        def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
            from grassroots.contracts.planning import Assignment

            one = problem.people[0].id
            return RotaPlan(
                answer=Answer.FOUND,
                assignments=tuple(sorted(Assignment(one, slot.id) for slot in problem.slots)),
            )

    station, _ = month(desk)
    with pytest.raises(PlanRefused) as refused:
        desk.rotas.plan([station], WEEK, planner=Careless())
    assert {one.code for one in refused.value.findings} >= {"plan-most-per-week"}


def test_what_changed_since_it_was_planned_is_found_when_it_is_published(desk: Desk) -> None:
    station, _ = month(desk)
    (rota,) = desk.rotas.keep(desk.rotas.plan([station], WEEK))
    hit = rota.lines[0]
    desk.availability.give_leave(hit.member, WEEK.first, WEEK.last)
    found = desk.rotas.review(rota.id)
    assert all(line.member == hit.member for line, _ in found)
    assert {one.code for _, stands in found for one in stands} == {ObstacleCode.ON_LEAVE}
    with pytest.raises(RotaUnsound) as refused:
        desk.rotas.publish(rota.id)
    assert refused.value.facts["count"] == len(found)
    assert on_duty(desk) == {day: [] for day in WEEK.days()}  # all or none
    desk.rotas.publish(rota.id, despite="steward-li")
    assert sum(map(len, on_duty(desk).values())) == 7


def test_lines_of_a_draft_are_changed_by_hand_and_belong_to_it(desk: Desk) -> None:
    station, (lin, he, *_) = month(desk)
    shift = desk.duties.roster(WEEK)[0][0]
    rota = desk.rotas.draft(station, WEEK, [RotaLine(shift.id, lin)])
    changed = desk.rotas.change(rota.id, put=[RotaLine(shift.id, he)], take=[RotaLine(shift.id, lin)])
    assert [line.member for line in changed.lines] == [he]
    other = desk.duties.post(station=station, day=date(2021, 9, 1), starts=time(8), ends=time(9), minimum=1)
    with pytest.raises(BadInput):
        desk.rotas.change(rota.id, put=[RotaLine(other.id, lin)])


def test_an_illness_is_filled_and_nobody_else_is_moved(desk: Desk) -> None:
    station, _ = month(desk)
    publish(desk, station)
    before = on_duty(desk)
    _, (sick,) = next((shift, duties) for shift, duties in desk.duties.roster(WEEK))
    desk.duties.excuse(sick.id, sick=True)
    desk.availability.give_leave(sick.member, WEEK.first, WEEK.first)
    repair = desk.rotas.repair([station], WEEK)
    assert repair.within
    assert (len(repair.put), repair.take, repair.moved) == (1, (), ())
    (new,) = desk.rotas.amend(put=repair.put, take=repair.take)
    after = on_duty(desk)
    assert {day: held for day, held in after.items() if day != sick.day} == {
        day: held for day, held in before.items() if day != sick.day
    }
    assert after[sick.day] == [new.member]
    assert new.member != sick.member
    assert desk.rotas.repair([station], WEEK).put == ()


def test_somebody_else_is_moved_only_where_nothing_else_will_do(desk: Desk) -> None:
    station, (lin, he) = month(desk, people=2, period=Period(WEEK.first, WEEK.first + timedelta(days=1)))
    monday, tuesday = (shift for shift, _ in desk.duties.roster(WEEK))
    # On Monday only Lin can come; she stands on Tuesday, He on Monday, who falls ill for that day.
    desk.duties.assign(tuesday.id, lin)
    fallen = desk.duties.assign(monday.id, he)
    desk.duties.excuse(fallen.id, sick=True)
    desk.availability.give_leave(he, WEEK.first, WEEK.first)
    desk.availability.give(lin, windows=(Window(Weekday.MONDAY), Window(Weekday.TUESDAY)), most_per_week=1)
    repair = desk.rotas.repair([station], WEEK)
    assert not repair.within
    assert repair.moved == (lin,)
    assert set(repair.put) == {RotaLine(monday.id, lin), RotaLine(tuesday.id, he)}
    desk.rotas.amend(put=repair.put, take=repair.take)
    assert on_duty(desk)[WEEK.first] == [lin]


def test_what_if_there_were_two_more(desk: Desk) -> None:
    station, _ = month(desk, people=1)
    told = desk.rotas.what_if([station], WEEK, more=2)
    assert (told.now.lacking, told.then.lacking) == (4, 0)
    assert {share.name for share in told.then.shares} == {"林小满", "+1", "+2"}
    with pytest.raises(BadInput):
        desk.rotas.keep(told.then)
    assert on_duty(desk) == {day: [] for day in WEEK.days()}


def test_what_if_a_rule_were_another(desk: Desk) -> None:
    station, _ = month(desk, people=1)
    told = desk.rotas.what_if([station], WEEK, rules={"most_per_week_count": 7, "most_days_running_count": 7})
    assert (told.now.lacking, told.then.lacking) == (4, 0)
    with pytest.raises(BadInput) as refused:
        desk.rotas.what_if([station], WEEK, rules={"most_per_year_count": 7})
    assert "most_per_week_count" in str(refused.value)
    with pytest.raises(BadInput):
        desk.rotas.what_if([station], WEEK)


def test_nobody_is_called_in_to_stand_about(desk: Desk) -> None:
    station, _ = month(desk, people=5, minimum=1, maximum=3)
    plan = desk.rotas.plan([station], WEEK)
    assert {shift.have for shift in plan.shifts} == {1}


def test_where_children_are_nobody_is_planned_without_a_screening(desk: Desk) -> None:
    station, (lin, he, fang) = month(desk, people=3, minors=True, minimum=2)
    for member in (lin, he):
        desk.safeguarding.record_screening(member, ScreeningResult.CLEAR, on=date(2021, 7, 1))
    plan = desk.rotas.plan([station], WEEK)
    assert {line.member for line in plan.lines} == {lin, he}
    shift = desk.duties.roster(WEEK)[0][0]
    (helper,) = (one for one in desk.covers.find(shift.id) if one.member == fang)
    assert {one.code for one in helper.obstacles} == {ObstacleCode.NOT_SCREENED}


def test_the_crew_is_who_has_to_do_with_duty(desk: Desk) -> None:
    _, (lin, *_) = month(desk, people=1)
    desk.members.register(name="卯奶奶", categories=("recipient",))
    assert set(Crew(Reading(desk.seat), WEEK).members) == {lin}
    assert desk.duties.gaps(WEEK, station=desk.stations.all()[1].id)[0].lacking == 1
    assert DutyStatus.ASSIGNED.value == "assigned"


def test_who_declined_a_shift_is_not_planned_into_it_again(desk: Desk) -> None:
    station, people = month(desk, people=3)
    publish(desk, station)
    _, (first,) = desk.duties.roster(WEEK)[2]
    desk.duties.decline(first.id)
    repair = desk.rotas.repair([station], WEEK)
    assert [line.shift for line in repair.put] == [first.shift]
    assert repair.put[0].member != first.member
    # With nobody else, the place stays empty, and that is told.
    for other in people:
        if other != first.member:
            desk.availability.give_leave(other, WEEK.first, WEEK.last)
    again = desk.rotas.repair([station], WEEK)
    assert again.put == ()
    assert again.plan.lacking == 1


# -- a district -------------------------------------------------------------------------------------------
def test_a_small_district_is_planned_from_its_records_and_proven(desk: Desk) -> None:
    fortnight = Period(date(2021, 8, 2), date(2021, 8, 15))
    made = settle(desk, people=24, stations=3, kinds=2, each=1, month=fortnight)
    plan = desk.rotas.plan(made.stations, fortnight, seconds=60)
    assert plan.answer is Answer.PROVEN
    assert plan.lacking == 0
    drafts = desk.rotas.keep(plan)
    assert [len(rota.lines) for rota in drafts] == [28] * 3


@pytest.mark.slow
def test_a_district_of_two_hundred_has_a_whole_plan_in_a_minute(desk: Desk) -> None:
    """Seven stations, three shifts a day, a month, from stored records: every place filled."""
    made = settle(desk, month=Period.month(2021, 8))
    plan = desk.rotas.plan(made.stations, Period.month(2021, 8), seconds=60)
    assert len(plan.shifts) == 7 * 3 * 31
    assert plan.lacking == 0
    assert plan.goals[0].proven
    assert len(plan.far_off) < 20
