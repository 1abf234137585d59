"""What the catalogue of roles promises."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.member import Limit
from grassroots.domain.role import Quota, Role, RoleCorrected, RoleDefined, RoleStatus
from grassroots.errors import BadInput
from grassroots.values.dates import Span, anniversary
from grassroots.values.ids import RoleId, StationId


def mediator(**fields: object) -> Role:
    made = {"label_zh": "调解员", "label_en": "mediator", "family": "six", **fields}
    return Role.define(id=RoleId("mediator"), **made).after  # type: ignore[arg-type]


def test_a_role_is_defined_with_both_labels_and_its_family_in_the_event() -> None:
    step = Role.define(id=RoleId("mediator"), label_zh="调解员", label_en="mediator", family="six")
    assert step.happened == (RoleDefined(family="six"),)
    with pytest.raises(BadInput) as refused:
        mediator(label_en=" ")
    assert refused.value.code == "role-label-missing"


@pytest.mark.parametrize("code", ["", "调解员", "Mediator", "-a", "a--b", "a b", "x" * 65])
def test_a_role_code_is_plain_so_that_packs_and_urls_can_hold_it(code: str) -> None:
    with pytest.raises(BadInput) as refused:
        Role.define(id=RoleId(code), label_zh="甲", label_en="a", family="post")
    assert refused.value.code == "not-a-code"


def test_a_code_is_kept_with_hyphens_as_packs_spell_the_same_one_with_underscores() -> None:
    role = Role.define(
        id=RoleId("community_mediator"), label_zh="调解员", label_en="mediator", family="six"
    ).after
    assert role.id == "community-mediator"


@pytest.mark.parametrize(
    "numbers",
    [
        {"minimum": 3, "target": 2},
        {"minimum": 3, "maximum": 2},
        {"target": 3, "maximum": 2},
        {"minimum": -1},
    ],
)
def test_a_quota_that_contradicts_itself_cannot_be_made(numbers: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        Quota(**numbers)
    assert refused.value.code == "quota-order"


def test_a_unit_has_one_quota() -> None:
    with pytest.raises(BadInput) as refused:
        mediator(quotas=(Quota(target=1), Quota(target=2)))
    assert refused.value.code == "quota-twice"


def test_setting_a_quota_replaces_that_of_its_unit_only() -> None:
    role = mediator(quotas=(Quota(target=10), Quota(unit="station", minimum=1)))
    after = role.set_quota(Quota(target=12)).after
    assert set(after.quotas) == {Quota(target=12), Quota(unit="station", minimum=1)}
    assert after.set_quota(Quota(target=12)).happened == ()


def test_the_mutual_aid_networks_are_not_mistaken_for_the_network_as_a_whole() -> None:
    somewhere = StationId("S1")
    assert Quota(unit="network").whole
    assert not Quota(unit="network").speaks_of("network", somewhere)
    assert Quota(unit="mutual-aid-network").speaks_of("network", somewhere)
    assert not Quota(unit="mutual-aid-network").speaks_of("station", somewhere)
    assert Quota(unit="S1").speaks_of("hub", somewhere)
    assert not Quota(unit="network").speaks_of("network", StationId("network"))


def test_correcting_twice_changes_nothing_and_the_family_cannot_be_corrected() -> None:
    step = mediator().correct(demands=(Limit.STAIRS,), term_months=36)
    assert step.happened == (RoleCorrected(fields=("demands", "term_months")),)
    assert step.after.correct(demands=(Limit.STAIRS,)).happened == ()
    with pytest.raises(BadInput) as refused:
        mediator().correct(family="post")
    assert refused.value.code == "field-not-correctable"


def test_retiring_and_restoring_are_done_once() -> None:
    retired = mediator().retire().after
    assert retired.status is RoleStatus.RETIRED
    assert retired.retire().happened == ()
    assert retired.restore().after == mediator()


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2021, 3, 15), 36, date(2024, 3, 14)),
        (date(2021, 1, 1), 12, date(2021, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2021, 12, 31), 2, date(2022, 2, 28)),
        (date(2021, 10, 31), 1, date(2021, 11, 30)),
    ],
)
def test_a_term_ends_on_the_eve_of_the_day_it_began_on(first: date, months: int, last: date) -> None:
    assert mediator(term_months=months).term_from(first) == Span(first, last)


def test_a_role_without_a_term_is_held_for_an_indefinite_time() -> None:
    assert mediator().term_from(date(2021, 3, 1)) == Span(date(2021, 3, 1))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_a_term_of_whole_years_ends_where_the_anniversary_says(first: date, years: int) -> None:
    term = mediator(term_months=12 * years).term_from(first)
    assert term.last == anniversary(first, years) - timedelta(days=1)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_terms_follow_each_other_without_gap_and_are_never_empty(first: date, months: int) -> None:
    term = mediator(term_months=months).term_from(first)
    assert term.last is not None
    following = mediator(term_months=months).term_from(term.last + timedelta(days=1))
    assert first <= term.last
    assert not following.overlaps(term)
    end = term.last + timedelta(days=1)
    # Where the month of the end has no such day, the term ends with that month, one month number later.
    assert (end.year - first.year) * 12 + end.month - first.month == months + (end.day != first.day)
    assert end.day in (first.day, 1)
