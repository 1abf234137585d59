"""What the desk promises about honours: thirteen medals, and a fourteenth a day too early is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.honour import AlreadyAwarded, AwardStatus, EligibilityOpen, NotEligible
from grassroots.domain.member import Affiliation, Dated
from grassroots.domain.standing import Verdict
from grassroots.errors import Refused
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId

NOW = datetime(2021, 7, 10, 2, tzinfo=UTC)
MEDAL = "fifty-years"


@pytest.fixture
def desk() -> Iterator[Desk]:
    network = grassroots.open("memory://", clock=lambda: NOW)
    yield network.desk("steward:office")
    network.close()


def member(desk: Desk, joined: str, name: str = "成员甲") -> MemberId:
    return desk.members.register(
        name=name, affiliation=Affiliation.FULL, joined_party=Dated(PartialDate.parse(joined))
    ).id


def test_thirteen_members_receive_the_medal_and_the_fourteenth_is_one_day_short(
    desk: Desk,
) -> None:
    ready = [member(desk, f"{1958 + n}-07-01", f"成员{'甲乙丙丁戊己庚辛壬癸子丑'[n]}") for n in range(12)]
    ready.append(member(desk, "1971-07-01", "成员寅"))
    short = member(desk, "1971-07-02", "成员卯")
    assert {one.member for one in desk.honours.candidates(MEDAL)} == set(ready)
    for id_ in ready:
        desk.honours.record(MEDAL, id_, awarded_on=date(2021, 7, 1))
    with pytest.raises(NotEligible) as refused:
        desk.honours.record(MEDAL, short, awarded_on=date(2021, 7, 1))
    assert refused.value.facts["missing_days"] == 1
    assert len(desk.honours.all(honour=MEDAL, year=2021, status=AwardStatus.AWARDED)) == 13
    assert desk.honours.candidates(MEDAL) == []
    assert [one.member for one in desk.honours.candidates(MEDAL, on=date(2022, 7, 2))] == [short]


def test_an_award_goes_its_way_step_by_step(desk: Desk) -> None:
    award = desk.honours.survey(MEDAL, member(desk, "1970-01-01"))
    assert desk.honours.survey(MEDAL, award.member) == award
    with pytest.raises(Refused):
        desk.honours.award(award.id)
    for step in (desk.honours.recommend, desk.honours.review, desk.honours.clear):
        step(award.id)
    assert desk.honours.survey(MEDAL, award.member).status is AwardStatus.CLEARED
    given = desk.honours.award(award.id)
    assert (given.status, given.awarded_on) == (AwardStatus.AWARDED, date(2021, 7, 10))
    assert desk.honours.of_member(award.member) == [given]


def test_a_month_that_decides_is_checked_or_the_record_corrected(desk: Desk) -> None:
    one, other = member(desk, "1971-07"), member(desk, "1971-07", "成员乙")
    assert desk.honours.eligible(MEDAL, one).verdict is Verdict.NEEDS_CHECK
    with pytest.raises(EligibilityOpen):
        desk.honours.record(MEDAL, one, awarded_on=date(2021, 7, 1))
    assert desk.honours.all() == []
    desk.members.correct(one, joined_party=Dated(PartialDate.parse("1971-07-01")))
    assert desk.honours.record(MEDAL, one, awarded_on=date(2021, 7, 1)).checked_by is None
    checked = desk.honours.record(MEDAL, other, awarded_on=date(2021, 7, 1), checked_by="组织员")
    assert checked.checked_by == "组织员"


def test_a_death_recorded_after_the_survey_stops_the_medal(desk: Desk) -> None:
    award = desk.honours.survey(MEDAL, member(desk, "1970-01-01"))
    for step in (desk.honours.recommend, desk.honours.review, desk.honours.clear):
        step(award.id)
    desk.members.record_death(award.member, on=date(2021, 6, 30))
    with pytest.raises(NotEligible) as refused:
        desk.honours.award(award.id)
    assert refused.value.code == "honour-only-for-the-living"


def test_nobody_is_surveyed_for_a_medal_that_they_have(desk: Desk) -> None:
    award = desk.honours.record(MEDAL, member(desk, "1970-01-01"), awarded_on=date(2021, 7, 1))
    with pytest.raises(AlreadyAwarded):
        desk.honours.survey(MEDAL, award.member, on=date(2022, 7, 1))


def test_a_refused_award_is_taken_up_again_from_the_beginning(desk: Desk) -> None:
    award = desk.honours.survey(MEDAL, member(desk, "1970-01-01"))
    desk.honours.recommend(award.id)
    assert desk.honours.refuse(award.id, reason="conduct").status is AwardStatus.REFUSED
    assert desk.honours.reconsider(award.id) == award


def test_the_standing_of_a_member_is_a_range_where_only_the_month_is_known(desk: Desk) -> None:
    found = desk.honours.standing(member(desk, "1973-07"))
    assert (found.earliest, found.latest) == (date(1973, 7, 1), date(1973, 7, 31))
