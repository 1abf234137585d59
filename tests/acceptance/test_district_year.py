"""The acceptance lines of the first network, from its sheets to its figures, against an independent count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.conftest import Year, load, take_in

from grassroots.domain.figure import Measure
from grassroots.usecases.intake import RowAct
from grassroots.usecases.intake.landers import MAKES
from grassroots.values.dates import Period

LINES = [f"ACC-{number:02}" for number in range(1, 18)]
VARIANTS = load("generate").VARIANTS


@pytest.mark.parametrize("line", LINES)
def test_every_acceptance_line_holds_and_shows_its_records(year: Year, line: str) -> None:
    result = year.results[line]
    assert result.holds, [(one.computed, one.expected) for one in result.checks]
    assert result.records == len(result.evidence()) > 0


def test_the_example_makes_exactly_the_seventeen_lines(year: Year) -> None:
    assert sorted(year.results) == LINES


def test_the_sheets_counted_by_hand_say_the_same(year: Year) -> None:
    count = load("count")
    counted = count.count(year.folder)
    assert count.holds(counted) == {line: result.holds for line, result in year.results.items()}
    computed = {line: [one.computed for one in result.checks] for line, result in year.results.items()}
    assert computed["ACC-01"][0] == counted["ACC-01"]["members"]
    assert computed["ACC-02"] == sorted(counted["ACC-02"]["per_role"].values())
    four = counted["ACC-04"]
    assert computed["ACC-04"] == [four["branch"], four["residents"], four["participants"]]
    assert computed["ACC-05"] == [counted["ACC-05"]["talks"], counted["ACC-05"]["attendance"]]
    six = counted["ACC-06"]
    assert computed["ACC-06"][:3] == [six["concerns"], six["parking"], six["littering"]]
    assert computed["ACC-07"][5] == counted["ACC-07"]["days_without_log"]
    assert computed["ACC-08"][1] == counted["ACC-08"]["leaflets"]
    assert computed["ACC-09"][:2] == [counted["ACC-09"]["party_days"], counted["ACC-09"]["medals"]]
    assert computed["ACC-10"][2] == f"{counted['ACC-10']['replied']}/{counted['ACC-10']['items']}"
    assert computed["ACC-11"][:2] == [counted["ACC-11"]["minutes"], counted["ACC-11"]["heads"]]
    assert computed["ACC-13"][0] == counted["ACC-13"]["sessions"]
    assert computed["ACC-15"][1] == counted["ACC-15"]["elders"]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_a_few_rows_changed_turn_exactly_the_lines_false_that_they_should(
    make_year: Callable[..., Path], variant: str
) -> None:
    folder = make_year(variant)
    count = load("count")
    by_hand = count.holds(count.count(folder))
    taken = take_in(folder, "memory://")
    assert {line: result.holds for line, result in taken.results.items()} == by_hand
    assert {line for line, result in taken.results.items() if not result.holds} == set(VARIANTS[variant][1])


def test_importing_the_sheets_again_changes_nothing(year: Year) -> None:
    again = year.desk.intake.plan(year.books)
    assert again.changes == 0
    assert again.batches == ()
    assert again.count(RowAct.PROBLEM) == year.plan.count(RowAct.PROBLEM) > 0


def test_what_the_rows_made_is_what_their_forms_say_so_that_it_can_be_allowed_beforehand(year: Year) -> None:
    of_rows: dict[str, set[str]] = {}
    for row in year.plan.rows:
        of_rows.setdefault(row.form, set()).update(ref.partition("/")[0] for ref in row.made)
    assert {
        form: kinds - set(MAKES[form]) for form, kinds in of_rows.items() if kinds - set(MAKES[form])
    } == {}
    wrote = {write.ref.kind for batch in year.plan.batches for write in batch.writes}
    made = {kind for form in of_rows for kind in MAKES[form]}
    # A sealed network puts the keys of who is new beside them.
    assert wrote <= made | {"intake", "row", "history", "keyring"}


def test_what_is_held_back_is_what_the_sheets_planted(year: Year) -> None:
    codes = sorted(problem.problems[0].code for problem in year.plan.problems)
    assert codes == sorted(one.code or "" for one in year.desk.intake.held_back())
    assert "honour-too-early" in codes
    assert len(codes) <= 8


def test_every_figure_shows_exactly_the_records_it_counts(year: Year) -> None:
    for id_, definition in year.desk.figures.definitions().items():
        figure = year.desk.figures.compute(id_, period=Period.year(2021))
        evidence = figure.evidence()
        assert len(evidence) == len({(one.kind, one.id) for one in evidence})
        if definition.measure is Measure.RECORDS:
            assert len(evidence) == figure.value, id_
        assert figure.bears_out(), id_


def test_interventions_are_counted_once_whichever_role_reports_them(year: Year) -> None:
    compute = year.desk.figures.compute
    plain = compute("interventions", period=Period.year(2021))
    by_role = compute("interventions-by-role", period=Period.year(2021))
    by_place = compute("interventions-by-place", period=Period.year(2021))
    assert plain.value == by_role.value == by_place.value
    assert sum(by_role.groups.values()) == sum(by_place.groups.values()) == plain.value
    twice = [one for one in year.desk.interventions.all() if one.also_under]
    assert twice, "the trap is in the sheets: some patrols were reported under two roles"


def test_attendances_and_people_are_two_figures(year: Year) -> None:
    compute = year.desk.figures.compute
    named = compute("attendances-named", period=Period.year(2021))
    people = compute("people-attending", period=Period.year(2021))
    assert isinstance(named.value, int)
    assert isinstance(people.value, int)
    assert 0 < people.value <= named.value
