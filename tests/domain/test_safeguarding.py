"""Safeguarding: who is in date, who is a child, and what nobody can answer for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.kin import Tie, TieKind, guardians_of
from grassroots.domain.member import Dated, Member, ToldAge
from grassroots.domain.safeguarding import (
    FindingCode,
    SafeguardingConflict,
    SafeguardingRefused,
    Safeguards,
    Screening,
    ScreeningResult,
    ScreeningState,
    adults_findings,
    conflict_findings,
    contact_findings,
    duty_findings,
    ends_on,
    pairing_findings,
    refuse,
    screening_state,
    younger_than,
)
from grassroots.errors import BadInput
from grassroots.values.dates import PartialDate, Span
from grassroots.values.ids import MemberId, ScreeningId, TieId

TODAY = date(2025, 6, 1)
RULES = Safeguards(
    screening_months=12,
    ending_days=60,
    adults=2,
    minor_under=18,
    guardian_under=14,
    roles=frozenset({"homework-helper"}),
    schemes=frozenset({"big-brother"}),
)
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def member(id_: str, born: str | None = None) -> Member:
    return Member(
        id=MemberId(id_), name=f"成员{id_}", born=None if born is None else Dated(PartialDate.parse(born))
    )


def screening(on: date, result: ScreeningResult = ScreeningResult.CLEAR, nth: int = 1) -> Screening:
    return Screening(id=ScreeningId(f"L{nth}"), member=MemberId("A"), on=on, result=result)


def tie(one: str, other: str, kind: TieKind = TieKind.KIN, last: date | None = None) -> Tie:
    return Tie(
        id=TieId("J"), one=MemberId(one), other=MemberId(other), kind=kind, span=Span(date(2020, 1, 1), last)
    )


ADULT, OTHER, CHILD, TEEN = (
    member("A", "1960"),
    member("B", "1970"),
    member("C", "2016-03"),
    member("T", "2009"),
)


# -- who is a child ---------------------------------------------------------------------------------------
def test_who_may_be_a_child_is_treated_as_one() -> None:
    assert younger_than(18, member("X", "2007-06-01"), date(2025, 5, 31))
    assert not younger_than(18, member("X", "2007-06-01"), TODAY)
    assert younger_than(18, member("X", "2007"), TODAY)  # born in December, for all we know
    assert not younger_than(18, member("X"), TODAY)  # nobody takes a person of unknown age for a child
    told = Member(id=MemberId("X"), name="小川", told_ages=(ToldAge(10, date(2024, 1, 1)),))
    assert younger_than(14, told, TODAY)


@given(DAYS, DAYS, st.integers(1, 30))
def test_a_whole_birth_date_leaves_no_doubt(born: date, on: date, years: int) -> None:
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert younger_than(years, member("X", born.isoformat()), on) == (on < born or age < years)


# -- screenings -------------------------------------------------------------------------------------------
def test_an_answer_counts_for_a_year_and_is_told_to_be_renewed() -> None:
    known = [screening(date(2024, 6, 15))]
    states = {
        date(2024, 6, 14): ScreeningState.MISSING,
        date(2024, 6, 15): ScreeningState.IN_DATE,
        date(2025, 4, 16): ScreeningState.IN_DATE,
        date(2025, 4, 17): ScreeningState.ENDING,
        date(2025, 6, 15): ScreeningState.ENDING,
        date(2025, 6, 16): ScreeningState.EXPIRED,
    }
    assert {day: screening_state(known, day, RULES) for day in states} == states


def test_the_newest_answer_counts_and_of_two_of_one_day_the_worse() -> None:
    bad = screening(TODAY, ScreeningResult.NOT_CLEAR, 2)
    assert screening_state([screening(TODAY), bad], TODAY, RULES) is ScreeningState.NOT_CLEAR
    assert screening_state([bad, screening(TODAY)], TODAY, RULES) is ScreeningState.NOT_CLEAR
    later = screening(TODAY + timedelta(days=1))
    assert screening_state([bad, later], TODAY + timedelta(days=1), RULES) is ScreeningState.IN_DATE


@given(DAYS, st.integers(1, 60))
def test_an_answer_ends_on_the_same_day_of_a_later_month_or_on_its_last(asked: date, months: int) -> None:
    ends = ends_on(asked, months)
    assert (ends.year * 12 + ends.month) - (asked.year * 12 + asked.month) == months
    assert ends.day == asked.day or (ends.day < asked.day and (ends + timedelta(days=1)).day == 1)


def test_an_answer_of_tomorrow_is_not_written_down() -> None:
    with pytest.raises(BadInput) as refused:
        Screening.record(
            id=ScreeningId("L"),
            member=MemberId("A"),
            on=TODAY + timedelta(days=1),
            today=TODAY,
            result=ScreeningResult.CLEAR,
        )
    assert refused.value.code == "screening-in-future"


def test_of_a_screening_only_the_day_and_the_result_are_kept() -> None:
    import attrs

    assert {field.name for field in attrs.fields(Screening)} == {
        "id", "member", "on", "result", "source", "station",
    }  # fmt: skip


# -- pairings ---------------------------------------------------------------------------------------------
def paired(supporter: Member = ADULT, recipient: Member = CHILD, **more: object) -> list[str]:
    asked: dict[str, object] = {
        "scheme": "befriending", "screenings": [screening(date(2025, 1, 1))], "ties": [], "consented": True,
        "on": TODAY, "rules": RULES, **more,
    }  # fmt: skip
    return [one.code.value for one in pairing_findings(supporter, recipient, **asked)]  # type: ignore[arg-type]


def test_a_child_is_paired_with_a_screened_grown_up_and_a_guardian_agreed() -> None:
    assert paired() == []
    assert paired(screenings=[]) == ["screening-missing"]
    assert paired(screenings=[screening(date(2024, 1, 1))]) == ["screening-expired"]
    assert paired(screenings=[screening(TODAY, ScreeningResult.NOT_CLEAR)]) == ["screening-not-clear"]
    assert paired(consented=False) == ["guardian-consent-missing"]
    assert paired(recipient=TEEN, consented=False) == []  # fourteen and older speak for themselves
    assert paired(supporter=TEEN) == ["adults-too-few"]


def test_grown_ups_need_no_screening_unless_the_scheme_asks_for_it() -> None:
    assert paired(recipient=OTHER, screenings=[], consented=False) == []
    assert paired(recipient=OTHER, screenings=[], scheme="big-brother") == ["screening-missing"]
    assert paired(screenings=[], rules=None) == []


@pytest.mark.parametrize("kind", TieKind)
def test_nobody_is_paired_with_their_own_family_unless_somebody_answers_for_it(kind: TieKind) -> None:
    assert paired(recipient=OTHER, ties=[tie("A", "B", kind)]) == ["conflict-of-interest"]
    assert paired(recipient=OTHER, ties=[tie("B", "A", kind)]) == ["conflict-of-interest"]
    assert paired(recipient=OTHER, ties=[tie("A", "B", kind, last=date(2025, 5, 31))]) == []
    assert paired(recipient=OTHER, ties=[tie("A", "Z", kind)]) == []


def test_for_a_conflict_somebody_may_answer_and_for_a_child_nobody() -> None:
    conflict = list(conflict_findings(MemberId("A"), [MemberId("B")], [tie("A", "B")], TODAY))
    with pytest.raises(SafeguardingConflict) as refused:
        refuse(conflict)
    assert refused.value.facts["override"] == "despite"
    assert refuse(conflict, "office-li") == ("safeguarding-conflict-of-interest",)
    with pytest.raises(SafeguardingConflict) as refused:
        refuse(conflict, "office-li", declarable=False)
    assert "override" not in refused.value.facts
    child = pairing_findings(
        ADULT, CHILD, scheme="x", screenings=[], ties=[], consented=True, on=TODAY, rules=RULES
    )
    with pytest.raises(SafeguardingRefused) as hard:
        refuse(child, "office-li")
    assert hard.value.code == "safeguarding-screening-missing"


# -- contacts and duties ----------------------------------------------------------------------------------
def test_nobody_was_alone_with_a_child_without_its_being_written_down() -> None:
    def alone(child: Member, *present: Member, minutes: int | None = None, note: str | None = None) -> bool:
        found = contact_findings(child, present, minutes=minutes, note=note, on=TODAY, rules=RULES)
        return [one.code for one in found] == [FindingCode.ALONE_WITH_MINOR]

    assert alone(CHILD, ADULT)
    assert alone(CHILD, ADULT, TEEN)
    assert alone(CHILD, ADULT, minutes=30)
    assert alone(CHILD, ADULT, note="做作业")
    assert not alone(CHILD, ADULT, minutes=30, note="做作业")
    assert not alone(CHILD, ADULT, OTHER)
    assert not alone(OTHER, ADULT)


def test_a_shift_with_children_asks_for_two_and_for_people_in_date() -> None:
    def found(role: str | None, places: int, *known: Screening) -> list[str]:
        asked = duty_findings(
            MemberId("A"), role=role, places=places, screenings=known, on=TODAY, rules=RULES
        )
        return [one.code.value for one in asked]

    assert found("homework-helper", 2, screening(TODAY)) == []
    assert found("homework-helper", 1, screening(TODAY)) == ["adults-too-few"]
    assert found("homework-helper", 1) == ["screening-missing", "adults-too-few"]
    assert found("mediator", 1) == found(None, 1) == []


def test_two_grown_ups_are_counted_on_the_day() -> None:
    assert [one.facts for one in adults_findings([ADULT, TEEN], TODAY, RULES)] == [{"have": 1, "want": 2}]
    assert list(adults_findings([ADULT, OTHER, CHILD], TODAY, RULES)) == []


# -- rules from packs -------------------------------------------------------------------------------------
def test_of_several_rows_the_strictest_counts() -> None:
    rules = Safeguards.from_rules(
        {
            "a": {"screening_months": 12, "adults_least_count": 2, "roles": ("x",)},
            "b": {"screening_months": 6, "roles": ("y",), "schemes": ("s",)},
        },
        {"minor": {"under_age_years": 18}, "child": {"under_age_years": 14, "guardian_consent": True}},
    )
    assert rules == Safeguards(
        screening_months=6,
        adults=2,
        minor_under=18,
        guardian_under=14,
        roles=frozenset({"x", "y"}),
        schemes=frozenset({"s"}),
    )
    assert Safeguards.from_rules({}, {}) is None


# -- ties -------------------------------------------------------------------------------------------------
def test_a_tie_is_written_once_and_a_guardian_has_a_direction() -> None:
    def told(one: str, other: str, kind: TieKind, *known: Tie) -> bool:
        step = Tie.record(
            id=TieId("N"), one=MemberId(one), other=MemberId(other), kind=kind, since=TODAY, known=known
        )
        return bool(step.happened)

    assert not told("B", "A", TieKind.KIN, tie("A", "B"))
    assert told("B", "A", TieKind.GUARDIAN, tie("A", "B", TieKind.GUARDIAN))
    assert told("A", "B", TieKind.HOUSEHOLD, tie("A", "B"))
    assert told("A", "B", TieKind.KIN, tie("A", "B", last=date(2021, 1, 1)))
    assert guardians_of(MemberId("B"), [tie("A", "B", TieKind.GUARDIAN), tie("C", "B")], TODAY) == ("A",)
    assert guardians_of(MemberId("A"), [tie("A", "B", TieKind.GUARDIAN)], TODAY) == ()
    with pytest.raises(BadInput):
        told("A", "A", TieKind.KIN)


def test_a_tie_ends_once() -> None:
    ended = tie("A", "B").end(TODAY)
    assert (ended.after.span.last, len(ended.happened)) == (TODAY, 1)
    assert ended.after.end(TODAY + timedelta(days=9)).happened == ()
