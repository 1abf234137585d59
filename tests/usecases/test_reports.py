"""What the desk promises about a report: one moment, numbers with their records, and nobody's name in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs
import pytest
from tests.pages.sample import (
    ACTIVITIES_A_MONTH,
    CLAIMS,
    CONCERNS_A_MONTH,
    NOW,
    OVERDUE,
    SECRET,
    UNANSWERED,
    YEAR,
    busy_network,
    empty_network,
)

from grassroots.desk import Desk
from grassroots.domain.station import StationKind
from grassroots.errors import Conflict, Denied, Missing
from grassroots.network import Network
from grassroots.usecases.reports import Report, StationNode
from grassroots.usecases.reports.numbers import plan
from grassroots.values.dates import Period
from grassroots.values.ids import StationId
from grassroots.workspace.reading import Reading


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with busy_network() as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(network: Network) -> Desk:
    return network.desk("steward:office")


@pytest.fixture(scope="module")
def report(desk: Desk) -> Report:
    return desk.reports.yearly(YEAR, claims=desk.claims.hold(CLAIMS))


def figure(report: Report, id: str) -> Any:
    return next(line for line in report.figures if line.id == id)


def test_every_number_comes_with_its_definition_and_the_number_of_its_records(report: Report) -> None:
    recorded = figure(report, "concerns-recorded")
    assert (recorded.value, recorded.records) == (sum(CONCERNS_A_MONTH), sum(CONCERNS_A_MONTH))
    attended = figure(report, "attendances")
    assert attended.value > attended.records == sum(ACTIVITIES_A_MONTH)
    rate = figure(report, "concerns-replied-rate")
    assert rate.value is None
    assert (rate.numerator, rate.denominator) == (
        sum(CONCERNS_A_MONTH) - UNANSWERED + 1,
        sum(CONCERNS_A_MONTH),
    )
    assert all(line.title.zh and line.title.en for line in report.figures)


def test_the_months_of_a_figure_add_up_to_its_year(report: Report) -> None:
    for series in report.months:
        whole = figure(report, series.id)
        assert [point.name for point in series.points] == [f"2021-{month:02}" for month in range(1, 13)]
        assert sum(point.value or 0 for point in series.points) == whole.value
        assert sum(point.records for point in series.points) == whole.records
    concerns = next(one for one in report.months if one.id == "concerns-recorded")
    assert tuple(point.value for point in concerns.points) == CONCERNS_A_MONTH


def test_the_stations_of_a_figure_add_up_to_its_year_and_none_is_counted_twice(report: Report) -> None:
    for series in report.by_station:
        whole = figure(report, series.id)
        assert sum(point.value or 0 for point in series.points) == whole.value
        assert sum(point.records for point in series.points) == whole.records
        assert len({point.name for point in series.points}) == len(series.points)


def test_a_record_without_a_station_is_told_of_and_not_lost() -> None:
    with empty_network() as opened:
        desk = opened.desk("steward:office")
        talk = desk.activities.start(kind="outreach-talk", title="政策宣讲")
        desk.activities.record(talk.id, date(2021, 3, 1))
        held = next(one for one in desk.reports.yearly(YEAR).by_station if one.id == "activities-held")
        assert [(point.name, point.value, point.records) for point in held.points] == [("", 1, 1)]


def test_a_month_that_the_period_cuts_counts_only_its_own_days(desk: Desk) -> None:
    found = desk.reports.yearly(Period(date(2021, 6, 20), date(2021, 7, 5)))
    concerns = next(one for one in found.months if one.id == "concerns-recorded")
    assert [(point.name, point.value) for point in concerns.points] == [("2021-06", 0), ("2021-07", 5)]
    assert desk.reports.yearly(Period.month(2021, 7)).months == ()


def test_what_is_open_is_told_for_the_last_day_and_not_for_today(report: Report) -> None:
    assert report.on == date(2021, 12, 31)
    assert len(report.unanswered) == UNANSWERED
    oldest = report.unanswered[0]
    assert (oldest.number, oldest.taken_on, oldest.days) == ("10-001", date(2021, 10, 1), 91)
    # Answered on 4 January, so not yet on 31 December.
    assert report.unanswered[-1].number == f"12-{CONCERNS_A_MONTH[-1]:03}"
    assert len(report.overdue) == OVERDUE
    assert report.overdue[0].late > report.overdue[1].late > 0


def test_a_period_that_still_runs_is_told_as_of_today(desk: Desk) -> None:
    now = desk.reports.yearly(Period.year(2022))
    assert now.on == NOW.date()
    assert len(now.unanswered) == UNANSWERED - 1


def test_the_tree_says_who_is_where_on_the_day(report: Report) -> None:
    hub = report.stations[0]
    assert (hub.kind, hub.parent, hub.people) == ("hub", None, 2)
    planned = [node for node in report.stations if node.status == "planned"]
    assert [report.word("station", node.id, "en") for node in planned] == [
        "Pond Lane New Village mutual-aid network"
    ]
    assert sum(node.appointments for node in report.stations) == figure(report, "people-appointed").records
    assert report.stations[1].theme is not None


def test_a_station_that_closed_in_the_year_is_shown_and_one_that_closed_before_is_not() -> None:
    with empty_network() as opened:
        desk = opened.desk("steward:office")
        kind, opened_on = StationKind.POST, date(2019, 1, 1)
        early = desk.stations.found(kind=kind, name="甲", opened=opened_on).id
        late = desk.stations.found(kind=kind, name="乙", opened=opened_on).id
        desk.stations.close(early, on=date(2020, 5, 1))
        desk.stations.close(late, on=date(2021, 5, 1))

        def nodes(year: int) -> list[StationNode]:
            return list(desk.reports.yearly(Period.year(year)).stations)

        assert [(node.id, node.status) for node in nodes(2021)] == [(late, "closed")]
        assert [(node.id, node.status) for node in nodes(2020)] == [(early, "closed"), (late, "open")]
        assert nodes(2022) == []


def test_a_bare_code_for_a_theme_is_nothing_for_people_to_read() -> None:
    with empty_network() as opened:
        desk = opened.desk("steward:office")
        for theme in ("classics", "golden-hour", "晚霞"):
            desk.stations.found(kind=StationKind.POST, name=theme, theme=theme)
        themes = [node.theme and node.theme.zh for node in desk.reports.yearly(YEAR).stations]
        assert themes[0] not in (None, "classics")
        assert themes[1:] == [None, "晚霞"]


def test_vacancies_and_deviations_are_findings_with_their_records(report: Report) -> None:
    vacant = {(gap.role, gap.station) for gap in report.gaps if gap.code == "vacant"}
    assert ("community-mediator", report.stations[3].id) in vacant
    ending = [gap for gap in report.gaps if gap.code == "ending"]
    assert [gap.records for gap in ending] == [1, 1]
    assert {line.code for line in report.deviations} == {"function-missing", "role-missing"}


def test_rows_held_back_are_counted_by_what_is_wrong_with_them(report: Report) -> None:
    assert [(one.code, one.rows) for one in report.held_back or ()] == [
        ("cell-missing", 2),
        ("cell-error-value", 1),
    ]


def test_a_claim_stands_beside_what_was_computed(report: Report) -> None:
    first, _, third = report.claims
    assert (first.computed, first.expected, first.records, first.holds) == (("197",), ("100余",), 197, True)
    assert third.computed == ("3", "305")
    assert report.claims_current


def test_claims_from_before_the_last_change_are_said_to_be_old() -> None:
    with busy_network() as opened:
        desk = opened.desk("steward:office")
        claims = desk.claims.hold(CLAIMS)
        desk.members.register(name="季春生")
        assert not desk.reports.yearly(YEAR, claims=claims).claims_current


def test_a_report_of_one_station_knows_only_what_is_below_it(desk: Desk, report: Report) -> None:
    willow = StationId(report.stations[1].id)
    found = desk.reports.yearly(YEAR, place=willow)
    assert found.stations[0].id == willow
    assert {node.parent for node in found.stations[1:]} == {willow}
    below = {node.id for node in found.stations}
    for lines in (found.unanswered, found.overdue, found.gaps, found.deviations):
        assert {line.station for line in lines} <= below
    assert {point.name for series in found.by_station for point in series.points} <= below
    assert figure(found, "concerns-recorded").value < figure(report, "concerns-recorded").value
    # What cannot be asked of a place is not quietly told of the whole network.
    assert "suggestion-items" not in {line.id for line in found.figures}
    assert "意见建议（条）" in {title.zh for title in found.not_by_place}
    assert found.held_back is None


def test_no_name_and_no_word_of_a_resident_is_in_a_report(report: Report) -> None:
    told = str(attrs.asdict(report))
    assert SECRET not in told
    for name in ("王桂花", "赵建国", "吕凤仙", "孔秀英"):
        assert name not in told


def test_figures_may_be_chosen_and_an_unknown_one_is_refused(desk: Desk) -> None:
    found = desk.reports.yearly(YEAR, figures=["stations-of-kind", "concerns-recorded"])
    assert [(line.id, line.group) for line in found.figures] == [
        ("stations-of-kind", "other"),
        ("concerns-recorded", "concerns"),
    ]
    assert [series.id for series in found.months] == ["concerns-recorded"]
    with pytest.raises(Missing):
        desk.reports.yearly(YEAR, figures=["someday"])
    with pytest.raises(Missing):
        desk.reports.yearly(YEAR, place=StationId("nowhere"))


def test_what_a_report_shows_by_default_is_defined(desk: Desk) -> None:
    known = desk.figures.definitions()
    listed = [id_ for ids in plan()["report"].values() for id_ in ids]
    assert set(listed) <= set(known)
    assert len(listed) == len(set(listed))
    assert {*plan()["headline"], *plan()["by_month"], *plan()["by_station"]} <= set(listed)


def test_what_is_not_bound_to_a_day_is_said_to_be_as_of_now(report: Report) -> None:
    standing = {line.id for line in report.figures if line.standing}
    assert "members-active" in standing
    assert standing.isdisjoint({"concerns-recorded", "concerns-replied-rate", "people-appointed"})


def test_a_report_during_which_something_was_written_is_begun_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = iter([10, 11])  # before and after the first draft; afterwards nothing moves
    drawn: list[int] = []
    still = Reading.head

    def moving(self: Reading) -> int:
        return next(heads, None) or still(self)

    def draft(*_: object) -> str:
        drawn.append(1)
        return f"draft {len(drawn)}"

    monkeypatch.setattr(Reading, "head", moving)
    monkeypatch.setattr("grassroots.usecases.reports.Reports._draft", draft)
    assert desk.reports.yearly(YEAR) == "draft 2"  # type: ignore[comparison-overlap]


def test_a_report_that_is_never_left_in_peace_gives_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = iter(range(1000))
    monkeypatch.setattr(Reading, "head", lambda _: next(heads))
    with pytest.raises(Conflict):
        desk.reports.yearly(YEAR)
    assert next(heads) < 1000


def test_a_volunteer_may_not_draw_up_the_report(network: Network) -> None:
    with pytest.raises(Denied):
        network.desk("volunteer:li").reports.yearly(YEAR)


def test_an_auditor_may(network: Network, report: Report) -> None:
    seen = network.desk("auditor:wang").reports.yearly(YEAR)
    assert seen.figures == report.figures


def test_the_report_of_an_empty_network_is_a_report() -> None:
    with empty_network() as opened:
        found = opened.desk("steward:office").reports.yearly(YEAR)
        assert (found.stations, found.unanswered, found.overdue, found.claims) == ((), (), (), ())
        assert {line.value for line in found.figures} <= {0, None}
        assert found.generated.tzname() == "CST"
        assert found.generated == NOW
