"""The rota as a problem and its checker: every kind of rule is seen broken, every value counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

from grassroots.contracts.planning import (
    Answer,
    Apart,
    Assignment,
    Away,
    Barred,
    Company,
    DayOff,
    Done,
    Effort,
    Fairness,
    Fixed,
    Goal,
    Limits,
    Need,
    Person,
    RotaPlan,
    RotaProblem,
    Rule,
    Slot,
    Wish,
    check_rota,
    fair_targets,
    keeping,
    rota_doubts,
    rules_of,
    value_rota,
)
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES, catalogue, say

MONDAY = date(2026, 3, 2)
DAY = 24 * 60


def slot(day: int, kind: str = "early", hour: int = 8, hours: int = 3, **more: Any) -> Slot:
    starts = day * DAY + hour * 60
    return Slot(id=f"{kind}-{day}", day=day, starts=starts, ends=starts + hours * 60, kind=kind, **more)


def problem(*slots: Slot, lin: Person | None = None, days: int = 14, **more: Any) -> RotaProblem:
    people = (lin or Person(id="lin"), Person(id="mao", skills={"first-aid"}))
    return RotaProblem(first=MONDAY, days=days, people=people, slots=slots, **more)


def plan(asked: RotaProblem, *given: tuple[str, str]) -> RotaPlan:
    assignments = tuple(sorted(Assignment(*one) for one in given))
    values = value_rota(asked, assignments)
    goals = []
    for level in asked.levels:
        value = sum(values[name] for name in level)
        goals.append(Goal("+".join(level), value, 0))
    return RotaPlan(answer=Answer.FOUND, assignments=assignments, goals=tuple(goals))


def codes(asked: RotaProblem, *given: tuple[str, str]) -> list[str]:
    return [one.code for one in check_rota(asked, plan(asked, *given))]


def with_limits(**limits: Any) -> Person:
    return Person(id="lin", limits=Limits(**limits))


LATE_NIGHT = Slot(id="night-4", day=4, starts=4 * DAY + 22 * 60, ends=5 * DAY + 6 * 60, kind="night")
WEEK = tuple(slot(day) for day in range(14))
ALL = [("lin", f"early-{day}") for day in range(14)]

BROKEN: dict[str, tuple[RotaProblem, list[tuple[str, str]]]] = {
    "plan-requires": (problem(slot(0, requires={"first-aid"})), ALL[:1]),
    "plan-day-off": (problem(*WEEK, lin=Person(id="lin", days_off=(DayOff(0),))), ALL[:1]),
    "plan-barred": (problem(*WEEK, lin=Person(id="lin", barred=(Barred("early-0", "night-age"),))), ALL[:1]),
    "plan-away": (problem(*WEEK, lin=Person(id="lin", away=(Away(10 * 60, 11 * 60, "leave"),))), ALL[:1]),
    "plan-overlap": (
        problem(slot(0), slot(0, "desk", 10), lin=with_limits(most_per_day=2)),
        [("lin", "early-0"), ("lin", "desk-0")],
    ),
    "plan-rest": (
        problem(LATE_NIGHT, slot(5, "early", 12), lin=with_limits(rest_minutes=8 * 60)),
        [("lin", "night-4"), ("lin", "early-5")],
    ),
    "plan-succession": (
        problem(slot(0, "late"), slot(1), successions={("late", "early")}),
        [("lin", "late-0"), ("lin", "early-1")],
    ),
    "plan-most-of-kind": (problem(*WEEK, lin=with_limits(most_of_kind=(("early", 1),))), ALL[:2]),
    "plan-most-minutes": (problem(*WEEK, lin=with_limits(most_minutes=359)), ALL[:2]),
    "plan-least-minutes": (problem(*WEEK, lin=with_limits(least_minutes=361)), ALL[:2]),
    "plan-most-slots": (problem(*WEEK, lin=with_limits(most_slots=1)), ALL[:2]),
    "plan-least-slots": (problem(*WEEK, lin=with_limits(least_slots=3)), ALL[:2]),
    "plan-most-per-day": (
        problem(slot(0), slot(0, "late", 15)),
        [("lin", "early-0"), ("lin", "late-0")],
    ),
    "plan-most-per-week": (problem(*WEEK, lin=with_limits(most_per_week=1)), [ALL[0], ALL[6]]),
    "plan-most-per-month": (problem(*WEEK, lin=with_limits(most_per_month=1)), [ALL[0], ALL[13]]),
    "plan-most-weekends": (problem(*WEEK, lin=with_limits(most_weekends=1)), [ALL[5], ALL[13]]),
    "plan-most-days-running": (problem(*WEEK, lin=with_limits(most_days_running=2)), ALL[3:6]),
    "plan-least-days-running": (problem(*WEEK, lin=with_limits(least_days_running=2)), ALL[3:4]),
    "plan-least-days-off-running": (
        problem(*WEEK, lin=with_limits(least_days_off_running=2)),
        [ALL[3], ALL[5]],
    ),
    "plan-cover-least": (problem(slot(0, needs=(Need(skill="first-aid", least=1),))), ALL[:1]),
    "plan-cover-most": (
        problem(slot(0, needs=(Need(most=1),))),
        [("lin", "early-0"), ("mao", "early-0")],
    ),
    "plan-fixed": (problem(slot(0), fixed=(Fixed("lin", "early-0"),)), []),
    "plan-fixed-off": (problem(slot(0), fixed=(Fixed("lin", "early-0", False),)), ALL[:1]),
    "plan-company": (
        problem(slot(0), company=(Company(code="new", those={"lin"}, others={"mao"}),)),
        ALL[:1],
    ),
    "plan-apart": (
        problem(
            slot(0, crew="desk"),
            slot(0, "door", crew="desk"),
            apart=(Apart(code="kin", people={"lin", "mao"}),),
        ),
        [("lin", "early-0"), ("mao", "door-0")],
    ),
}


@pytest.mark.parametrize("code", BROKEN)
def test_every_kind_of_rule_is_seen_broken_alone(code: str) -> None:
    asked, given = BROKEN[code]
    assert set(codes(asked, *given)) == {code}


@pytest.mark.parametrize("code", BROKEN)
def test_what_is_broken_is_no_rule_any_more_once_it_is_taken_out(code: str) -> None:
    """Except that nobody is in two places at once, which no rule allows."""
    asked, given = BROKEN[code]
    rules = rules_of(asked)
    assert codes(keeping(asked, rules), *given) == codes(asked, *given)
    if code != "plan-overlap":
        assert codes(keeping(asked, ()), *given) == []
        assert len(rules) >= 1


def test_every_kind_of_rule_has_a_case_here() -> None:
    from grassroots.contracts.planning import checking_rota

    said = {code for code in catalogue("en") if code.startswith("plan-")}
    source = Path(checking_rota.__file__).read_text("utf-8")
    hard = {code for code in said if f'"{code}"' in source.partition("# -- what a plan says")[0]}
    assert hard - {"plan-stranger-rota"} == set(BROKEN)


def test_rest_counts_across_midnight_and_the_end_of_the_month_before() -> None:
    done = Done(-1, -2 * 60, 6 * 60, "night")
    lin = Person(id="lin", limits=Limits(rest_minutes=11 * 60), done=(done,))
    asked = problem(slot(0), slot(1), lin=lin)
    assert codes(asked, ("lin", "early-0")) == ["plan-rest"]
    assert codes(asked, ("lin", "early-1")) == []


def test_duties_before_count_for_the_week_and_for_days_running() -> None:
    done = tuple(Done(day, day * DAY, day * DAY + 60) for day in (-3, -2, -1))
    lin = Person(id="lin", limits=Limits(most_days_running=3, most_per_week=2), done=done)
    asked = attrs.evolve(problem(slot(0), slot(1), slot(2), lin=lin), first=date(2026, 3, 5))
    assert codes(asked, ("lin", "early-0")) == ["plan-most-per-week", "plan-most-days-running"]
    assert codes(asked, ("lin", "early-1")) == ["plan-most-per-week"]


def test_stretches_at_the_edges_are_not_asked_how_long_they_are() -> None:
    asked = problem(*WEEK, lin=with_limits(least_days_running=2, least_days_off_running=2))
    assert codes(asked, ALL[0], ALL[13]) == []
    assert codes(asked, ALL[1], ALL[2]) == []  # the first day alone is off, and who knows what was before


def test_the_goals_are_counted_as_they_are_defined() -> None:
    asked = problem(
        slot(0, needs=(Need(wanted=2, under=10, over=1), Need(skill="first-aid", wanted=1, under=3))),
        slot(1, needs=(Need(wanted=0, under=10, over=7),)),
        wishes=(Wish("lin", "early-0", False, 5), Wish("mao", "early-0", True, 2)),
        fairness=(Fairness(targets=(("lin", 500), ("mao", 2500))),),
        standing={Assignment("mao", "early-0"), Assignment("lin", "early-0")},
    )
    given = {Assignment("lin", "early-0"), Assignment("lin", "early-1")}
    # Lin has 2 where a half is fair: one beyond 0..1, and one whole slot beyond the first; Mao has none of
    # two and a half: two below 2, and two beyond the first.
    assert value_rota(asked, given) == {
        "cover": 10 + 3 + 7,
        "changes": 2,
        "fairness": 1 + 3 * 1 + 4 + 3 * 2,
        "wishes": 5 + 2,
    }


def test_a_plan_that_says_what_is_not_true_is_found_out() -> None:
    asked = problem(slot(0))
    good = plan(asked, ("lin", "early-0"))
    better = attrs.evolve(good, goals=(Goal("cover", -1, -1), *good.goals[1:]))
    worse = attrs.evolve(plan(asked), goals=(Goal("cover", 1, 2), *good.goals[1:]))
    assert check_rota(asked, good) == []
    assert [one.code for one in check_rota(asked, better)] == ["plan-value"]
    assert [one.code for one in check_rota(asked, worse)] == ["plan-bound"]
    unproven = attrs.evolve(plan(asked), answer=Answer.PROVEN)
    assert [one.code for one in check_rota(asked, unproven)] == ["plan-proof"]
    fewer = attrs.evolve(good, goals=good.goals[:1])
    assert [one.code for one in check_rota(asked, fewer)] == ["plan-goals"]
    twice = attrs.evolve(good, assignments=good.assignments * 2)
    assert [one.code for one in check_rota(asked, twice)] == ["plan-assigned-twice"]
    stranger = attrs.evolve(good, assignments=(Assignment("nobody", "early-0"),))
    assert [one.code for one in check_rota(asked, stranger)] == ["plan-stranger-rota"]
    backwards = plan(problem(slot(0), slot(1)), ("lin", "early-0"), ("lin", "early-1"))
    backwards = attrs.evolve(backwards, assignments=backwards.assignments[::-1])
    assert [one.code for one in check_rota(problem(slot(0), slot(1)), backwards)] == ["plan-order"]


def test_an_answer_without_a_plan_has_nothing_else_in_it() -> None:
    asked = problem(slot(0, needs=(Need(least=1),)))
    rule = Rule("cover-least", slot="early-0")
    assert check_rota(asked, RotaPlan(answer=Answer.NOTHING)) == []
    assert check_rota(asked, RotaPlan(answer=Answer.IMPOSSIBLE, clash=(rule,))) == []
    for wrong, code in (
        (RotaPlan(answer=Answer.IMPOSSIBLE), "plan-clash"),
        (RotaPlan(answer=Answer.IMPOSSIBLE, clash=(Rule("rest", "lin"),)), "plan-clash"),
        (RotaPlan(answer=Answer.NOTHING, clash=(rule,)), "plan-clash"),
        (RotaPlan(answer=Answer.NOTHING, assignments=(Assignment("lin", "early-0"),)), "plan-answer"),
        (attrs.evolve(plan(asked, ("lin", "early-0")), clash=(rule,)), "plan-clash"),
    ):
        assert [one.code for one in check_rota(asked, wrong)] == [code]


def test_what_is_odd_is_said_in_words_before_anybody_plans() -> None:
    asked = RotaProblem(
        first=MONDAY,
        days=2,
        people=(
            Person(id="lin", days_off=(DayOff(0), DayOff(1))),
            Person(id="mao", limits=Limits(least_slots=3, most_slots=1), barred=(Barred("early-1"),)),
        ),
        slots=(
            slot(0, needs=(Need(wanted=2),)),
            slot(1, needs=(Need(wanted=1), Need(skill="welding", wanted=1))),
        ),
        wishes=(Wish("mao", "early-0"), Wish("mao", "early-0", False), Wish("lin", "early-1")),
    )
    found = rota_doubts(asked)
    assert [one.code for one in found] == [
        "doubt-never-free",
        "doubt-too-few-may",
        "doubt-nobody-may",
        "doubt-nobody-may-skill",
        "doubt-skill-unknown",
        "doubt-wish-forbidden",
        "doubt-wishes-at-odds",
        "doubt-limits-at-odds",
    ]
    for one in found:
        for language in LANGUAGES:
            assert one.code not in say(one.code, dict(one.facts), language)


def test_a_month_without_anybody_is_one_sentence_and_not_one_for_each_slot() -> None:
    months = RotaProblem(
        first=MONDAY, people=(), days=7, slots=tuple(slot(day, needs=(Need(wanted=2),)) for day in range(7))
    )
    (doubt,) = rota_doubts(months)
    assert (doubt.code, dict(doubt.facts)["count"]) == ("doubt-no-people", 7)
    for language in LANGUAGES:
        assert "7" in say(doubt.code, dict(doubt.facts), language)
    assert rota_doubts(attrs.evolve(months, slots=())) == []


def test_fair_shares_fill_up_like_water() -> None:
    slots = tuple(slot(day) for day in range(10))
    people = (
        Person(id="away", away=(Away(0, 100 * DAY, "leave"),)),
        Person(id="twice", limits=Limits(most_slots=2)),
        Person(id="long"),
        Person(id="fresh"),
    )
    asked = RotaProblem(first=MONDAY, days=10, people=people, slots=slots)
    assert dict(fair_targets(asked)) == {"away": 0, "twice": 2000, "long": 4000, "fresh": 4000}
    assert dict(fair_targets(asked, carried={"long": 3, "fresh": 1, "twice": 1, "away": 1})) == {
        "away": 0,
        "twice": 2000,
        "long": 3000,
        "fresh": 5000,
    }
    assert dict(fair_targets(asked, weights={"long": 1, "fresh": 3})) == {"long": 2500, "fresh": 7500}
    assert fair_targets(asked, weights={}) == ()


def test_rules_are_told_in_words_in_both_languages() -> None:
    asked = problem(
        *WEEK,
        lin=Person(
            id="lin",
            limits=Limits(rest_minutes=60, most_of_kind=(("early", 2),)),
            away=(Away(0, 60, "leave"),),
        ),
        successions={("late", "early")},
        fixed=(Fixed("lin", "early-0"),),
    )
    rules = rules_of(asked)
    assert rules == tuple(sorted(set(rules)))
    for rule in rules:
        for language in LANGUAGES:
            told = rule.told
            sentence = say(told.code, dict(told.facts), language)
            assert told.code not in sentence
            assert f"rule.{rule.code}" in catalogue(language)


def test_many_wishes_that_cannot_be_are_one_sentence_for_each_person_and_nothing_is_lost() -> None:
    every = tuple(slot(day) for day in range(6))
    asked = RotaProblem(
        first=MONDAY,
        days=6,
        people=(
            Person(id="lin", barred=(Barred("early-0", "station-unknown"),), days_off=(DayOff(1, "leave"),)),
            Person(id="mao", away=(Away(0, 6 * DAY, "hospital"),)),
            Person(id="he"),
        ),
        slots=every,
        wishes=(
            *(Wish(who, one.id) for who in ("lin", "mao", "he") for one in every),
            *(Wish("he", one.id, False) for one in every[:3]),
            Wish("lin", "early-0", weight=3),
        ),
    )
    found = {(one.code, dict(one.facts)["person"]): dict(one.facts) for one in rota_doubts(asked)}
    assert set(found) == {
        ("doubt-never-free", "mao"),
        ("doubt-wishes-forbidden", "lin"),
        ("doubt-wishes-forbidden", "mao"),
        ("doubt-wishes-at-odds-often", "he"),
    }
    lin = found["doubt-wishes-forbidden", "lin"]
    assert (lin["count"], lin["wished"], lin["reasons"]) == (2, 6, ("leave", "station-unknown"))
    assert lin["slots"] == ("early-0", "early-1")
    assert found["doubt-wishes-forbidden", "mao"]["slots"] == tuple(one.id for one in every)
    assert found["doubt-wishes-at-odds-often", "he"]["slots"] == ("early-0", "early-1", "early-2")
    for (code, _), facts in found.items():
        for language in LANGUAGES:
            sentence = say(code, facts, language)
            assert code not in sentence
            assert "${" not in sentence


@pytest.mark.parametrize("seconds", [-3, 0, float("nan"), float("inf"), "ten", True])
def test_an_effort_that_is_none_is_refused_in_words(seconds: Any) -> None:
    with pytest.raises(BadInput) as caught:
        Effort(seconds=seconds)
    assert caught.value.code == "planning-seconds"
    assert str(seconds) in str(caught.value)
    with pytest.raises(BadInput) as caught:
        Effort(cores=0)
    assert caught.value.code == "planning-cores"
    assert Effort(seconds=None).seconds is None


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("planning-weight", lambda: Need(wanted=1, under=10**13)),
        ("planning-weight", lambda: Wish("lin", "early-0", True, 10**13)),
        ("planning-number", lambda: Wish("lin", "early-0", True, -1)),
        ("planning-twice", lambda: problem(slot(0), slot(0))),
        ("planning-unknown", lambda: problem(slot(0), wishes=(Wish("lin", "early-9"),))),
        ("planning-unknown", lambda: problem(slot(0), fixed=(Fixed("nobody", "early-0"),))),
        ("planning-unknown", lambda: problem(slot(0), levels=(("beauty",),))),
        ("planning-twice", lambda: problem(slot(0), levels=(("cover",), ("cover",)))),
        ("planning-outside", lambda: problem(slot(14))),
        ("planning-number", lambda: Limits(most_per_week=-1)),
        ("planning-number", lambda: Need(wanted=-1)),
        ("planning-number", lambda: slot(-1)),
        ("planning-slot-backwards", lambda: slot(0, hours=0)),
        ("planning-twice", lambda: slot(0, needs=(Need(wanted=1), Need(wanted=2)))),
    ],
)
def test_what_cannot_be_a_problem_is_refused_in_words(code: str, make: Any) -> None:
    with pytest.raises(BadInput) as caught:
        make()
    assert caught.value.code == code
    assert "${" not in str(caught.value)
