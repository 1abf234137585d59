"""What Party standing promises: the table of history, and never a guess where a partial date decides."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.member import Affiliation, Background, Dated, Member, MemberStatus
from grassroots.domain.pack import Packs, parse_pack
from grassroots.domain.standing import (
    Basis,
    HonourDefinition,
    StandingRow,
    StandingTable,
    Verdict,
    candidates,
    eligible,
    standing,
)
from grassroots.errors import BadInput
from grassroots.packs import text
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId

PACKS = Packs((parse_pack(text("cn-national")),))
TODAY = date(2025, 1, 1)
TABLE = StandingTable.from_rules(answer.value for answer in PACKS.table("party_standing", TODAY).values())
MEDAL = HonourDefinition.from_rules("fifty-years", PACKS.rule("medal", "fifty-years", TODAY).value)
JULY = date(2021, 7, 1)


def member(joined: str | None = None, full: str | None = None, **fields: object) -> Member:
    def dated(iso: str | None) -> Dated | None:
        return None if iso is None else Dated(PartialDate.parse(iso))

    told = {
        "affiliation": Affiliation.FULL,
        "joined_party": dated(joined),
        "full_member": dated(full),
        **fields,
    }
    return Member(id=MemberId("m"), name="成员甲", **told)  # type: ignore[arg-type]


def began(joined: str, background: Background | None = None) -> tuple[str, str]:
    found = TABLE.start(PartialDate.parse(joined), background)
    assert found is not None
    return found[0].isoformat(), found[1].isoformat()


# -- the table --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("joined", "background", "start"),
    [
        ("1940-05-01", None, "1940-05-01"),  # before April 1945: no probation
        ("1950-03-10", Background.WORKER, "1950-09-10"),  # six months
        ("1950-03-10", Background.STAFF, "1951-03-10"),  # one year
        ("1950-03-10", Background.OTHER, "1952-03-10"),  # two years
        ("1956-09-14", Background.WORKER, "1957-03-14"),  # the last day of the three lengths
        ("1956-09-15", Background.OTHER, "1957-09-15"),  # from here one year for everybody
        ("1969-03-31", None, "1970-03-31"),
        ("1969-04-01", None, "1969-04-01"),  # no probation
        ("1977-08-11", None, "1977-08-11"),
        ("1977-08-12", None, "1978-08-12"),
        ("1982-09-06", None, "1983-09-06"),
        ("1980-02-29", None, "1981-03-01"),  # the year is complete on 1 March
        ("1955-08-31", Background.WORKER, "1956-03-01"),  # six months: February 1956 has no 31st
    ],
)
def test_standing_starts_as_the_rules_of_the_day_of_joining_had_it(
    joined: str, background: Background | None, start: str
) -> None:
    assert began(joined, background) == (start, start)


def test_an_unknown_background_leaves_the_length_of_probation_open() -> None:
    assert began("1950-03-10") == ("1950-09-10", "1952-03-10")


def test_a_month_of_joining_is_a_month_of_standing() -> None:
    assert began("1973-07") == ("1973-07-01", "1973-07-31")


def test_a_year_of_joining_in_which_the_rule_changed_spans_both_rules() -> None:
    # A year of probation until 31 March 1969, from 1 April none: April 1969, or as late as March 1970.
    assert began("1969") == ("1969-04-01", "1970-03-31")
    assert began("1977") == ("1977-01-01", "1978-12-31")


def test_before_the_table_nothing_is_known() -> None:
    assert TABLE.start(PartialDate.parse("1925-07-01")) is None
    assert standing(member("1925-07-01"), TABLE).basis is Basis.UNKNOWN


def test_rows_that_overlap_or_lack_their_months_are_no_table() -> None:
    with pytest.raises(BadInput):
        StandingTable((StandingRow(first=date(1950, 1, 1)), StandingRow(first=date(1960, 1, 1))))
    with pytest.raises(BadInput):
        StandingRow.from_rules({"joined_first_day": date(1950, 1, 1), "probation": True})


@given(st.dates(date(1930, 1, 1), date(2024, 12, 31)), st.sampled_from([None, *Background]))
def test_less_knowledge_never_excludes_what_more_knowledge_finds(
    joined: date, background: Background | None
) -> None:
    exact = TABLE.start(PartialDate.of(joined), background)
    assert exact is not None
    for partial in (PartialDate(joined.year, joined.month), PartialDate(joined.year)):
        for known in {background, None}:
            wide = TABLE.start(partial, known)
            assert wide is not None
            assert wide[0] <= exact[0] <= exact[1] <= wide[1]


# -- the standing of a person -----------------------------------------------------------------------------
def test_a_recorded_full_membership_goes_before_the_table() -> None:
    found = standing(member("1978-03-01", "1979-09-01"), TABLE)  # extended by half a year
    assert (found.basis, found.earliest, found.disagree) == (Basis.FULL_MEMBER, date(1979, 9, 1), False)


def test_full_membership_before_the_end_of_probation_is_a_disagreement() -> None:
    assert standing(member("1978-03-01", "1978-04-01"), TABLE).disagree


def test_a_month_of_full_membership_is_narrowed_by_the_day_of_joining() -> None:
    found = standing(member("1978-03-20", "1979-03"), TABLE)
    assert (found.earliest, found.latest) == (date(1979, 3, 20), date(1979, 3, 31))


@pytest.mark.parametrize("affiliation", [Affiliation.PROBATIONARY, Affiliation.LEAGUE, Affiliation.MASSES])
def test_who_is_no_full_member_has_no_standing(affiliation: Affiliation) -> None:
    found = standing(member("1970-01-01", affiliation=affiliation), TABLE)
    years = found.years(JULY)
    assert found.basis is Basis.NONE
    assert years is not None
    assert years.high == 0


# -- the medal --------------------------------------------------------------------------------------------
def verdict(who: Member, on: date = JULY) -> tuple[Verdict, str]:
    answer = eligible(who, MEDAL, on, TABLE)
    return answer.verdict, answer.code


def test_fifty_years_on_the_very_day_are_fifty_years() -> None:
    assert verdict(member("1971-07-01")) == (Verdict.YES, "honour-reached")


def test_49_years_and_364_days_are_not_fifty_and_the_answer_says_how_many_days_are_missing() -> None:
    answer = eligible(member("1971-07-02"), MEDAL, JULY, TABLE)
    assert (answer.verdict, answer.code) == (Verdict.NO, "honour-too-early")
    assert answer.facts["years"] == "49"
    assert answer.facts["missing_days"] == 1
    assert answer.facts["reached"] == "2021-07-02"


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        ("1971-06", Verdict.YES),
        ("1971-07", Verdict.NEEDS_CHECK),
        ("1971-08", Verdict.NO),
        ("1971", Verdict.NEEDS_CHECK),
    ],
)
def test_a_month_that_decides_needs_a_check_and_one_that_does_not_is_answered(
    joined: str, expected: Verdict
) -> None:
    assert verdict(member(joined))[0] is expected


def test_a_leap_day_completes_its_years_on_1_march() -> None:
    leap = attrs.evolve(MEDAL, reference=(2, 28), first_year=None)
    who = member("1972-02-29")
    assert eligible(who, leap, date(2022, 2, 28), TABLE).verdict is Verdict.NO
    assert eligible(who, leap, date(2022, 3, 1), TABLE).verdict is Verdict.YES


def test_a_reference_day_that_does_not_count_asks_for_the_day_before() -> None:
    strict = attrs.evolve(MEDAL, reference_counts=False)
    on_the_day = eligible(member("1971-07-01"), strict, JULY, TABLE)
    assert (on_the_day.verdict, on_the_day.facts["missing_days"]) == (Verdict.NO, 1)
    assert eligible(member("1971-06-30"), strict, JULY, TABLE).verdict is Verdict.YES


def test_the_medal_is_for_the_living_on_the_reference_day() -> None:
    gone = {"status": MemberStatus.DECEASED}
    assert verdict(member("1960-01-01", **gone, died=date(2021, 6, 30)))[0] is Verdict.NO
    assert verdict(member("1960-01-01", **gone, died=date(2021, 7, 2)))[0] is Verdict.YES
    assert verdict(member("1960-01-01", **gone))[0] is Verdict.NEEDS_CHECK


def test_the_medal_was_not_given_before_it_was_founded() -> None:
    assert verdict(member("1950-01-01", "1951-01-01"), date(2020, 7, 1)) == (
        Verdict.NO,
        "honour-not-yet-founded",
    )


def test_dates_that_disagree_need_a_check_and_no_yes() -> None:
    assert verdict(member("1969-01-01", "1969-02-01")) == (Verdict.NEEDS_CHECK, "honour-dates-disagree")


def test_nothing_recorded_needs_a_check() -> None:
    assert verdict(member()) == (Verdict.NEEDS_CHECK, "honour-standing-unknown")


def test_the_survey_names_who_qualifies_and_who_has_to_be_checked_and_nobody_else() -> None:
    people = [
        attrs.evolve(who, id=MemberId(id_))
        for id_, who in {
            "yes": member("1970-01-01"),
            "check": member("1971-07"),
            "no": member("1971-07-02"),
            "full, no dates": member(),
            "no dates": member(affiliation=Affiliation.UNKNOWN),
        }.items()
    ]
    found = {answer.member: answer.verdict for answer in candidates(people, MEDAL, JULY, TABLE)}
    assert found == {
        "yes": Verdict.YES,
        "check": Verdict.NEEDS_CHECK,
        "full, no dates": Verdict.NEEDS_CHECK,
    }


@given(st.dates(date(1930, 1, 1), date(1990, 12, 31)), st.dates(date(2021, 1, 1), date(2040, 12, 31)))
def test_a_partial_date_says_yes_or_no_only_if_every_day_of_it_does(joined: date, on: date) -> None:
    month = PartialDate(joined.year, joined.month)
    days = [month.earliest + timedelta(n) for n in range((month.latest - month.earliest).days + 1)]
    # Day by day, by the table and the calendar alone.
    single = {
        eligible(member(day.isoformat(), background=Background.STAFF), MEDAL, on, TABLE).verdict
        for day in days
    }
    whole = eligible(member(month.iso, background=Background.STAFF), MEDAL, on, TABLE).verdict
    assert whole is (single.pop() if len(single) == 1 else Verdict.NEEDS_CHECK)


@given(st.dates(date(1969, 4, 1), date(1977, 8, 11)))
def test_the_medal_is_reached_on_one_day_and_stays_reached(joined: date) -> None:
    who = member(joined.isoformat())
    reached = date.fromisoformat(str(eligible(who, MEDAL, date(2060, 1, 1), TABLE).facts["reached"]))
    assert verdict(who, max(reached, date(2021, 1, 1)))[0] is Verdict.YES
    if reached > date(2021, 1, 1):
        assert verdict(who, reached - timedelta(1))[0] is Verdict.NO
