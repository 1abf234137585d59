"""Teams and programmes at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.member import Member
from grassroots.domain.team import AlreadyJoined, TeamCircle, TeamDisbanded, TeamStatus
from grassroots.values.dates import Period

NOON = datetime(2021, 3, 1, 4, tzinfo=UTC)
TODAY = date(2021, 3, 1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=lambda: NOON) as network:
        yield network.desk("steward:office")


def member(desk: Desk, sign: str = "甲") -> Member:
    return desk.members.register(name=f"成员{sign}")


def test_who_joins_and_swears_is_in_the_team_from_that_day_on(desk: Desk) -> None:
    team = desk.teams.found(name="红霞志愿服务队")
    joined = desk.teams.join(team.id, member(desk).id)
    sworn = desk.teams.swear(joined.id)
    assert sworn.oath_on == TODAY
    assert desk.teams.memberships(team=team.id) == [sworn]
    assert desk.teams.memberships(on=TODAY - timedelta(days=1)) == []
    with pytest.raises(AlreadyJoined):
        desk.teams.join(team.id, joined.member)
    left = desk.teams.leave(joined.id, on=date(2021, 6, 30))
    assert desk.teams.memberships(member=joined.member, on=date(2021, 6, 30)) == [left]
    assert desk.teams.memberships(member=joined.member, on=date(2021, 7, 1)) == []
    assert desk.teams.join(team.id, joined.member, first=date(2021, 7, 1)).oath_on is None


def test_when_a_team_is_disbanded_everybody_leaves_it_in_the_same_act(desk: Desk) -> None:
    team = desk.teams.found(name="巡逻队")
    for sign in "甲乙丙":
        desk.teams.join(team.id, member(desk, sign).id)
    desk.teams.disband(team.id, on=date(2021, 5, 31))
    assert {one.span.last for one in desk.teams.memberships(team=team.id)} == {date(2021, 5, 31)}
    assert desk.teams.memberships(team=team.id, on=date(2021, 6, 1)) == []
    with pytest.raises(TeamDisbanded):
        desk.teams.join(team.id, member(desk, "丁").id)
    assert desk.teams.all() == []
    assert desk.teams.revive(team.id).status is TeamStatus.ACTIVE


def test_a_lead_team_and_its_teams_form_a_tree_without_circles(desk: Desk) -> None:
    lead = desk.teams.found(name="志愿服务总队")
    team = desk.teams.found(name="尚格分队", parent=lead.id, aliases=("尚格队",))
    assert desk.teams.named("尚格队") == [team]
    with pytest.raises(TeamCircle):
        desk.teams.move(lead.id, parent=team.id)
    assert desk.teams.move(team.id, parent=None).parent is None
    assert desk.teams.get(desk.teams.correct(team.id, name="尚格队").id).name == "尚格队"


def test_who_took_part_is_asked_for_a_period_and_each_time_is_a_row(desk: Desk) -> None:
    programme = desk.teams.define_programme(title="平安社区创建", code="safe_community")
    who = member(desk)
    first = desk.teams.take_part(programme.id, who.id)
    first = desk.teams.stop_taking_part(first.id, on=date(2021, 3, 31))
    with pytest.raises(AlreadyJoined):
        desk.teams.take_part(programme.id, who.id, first=date(2021, 3, 31))
    again = desk.teams.take_part(programme.id, who.id, first=date(2021, 9, 1))
    assert desk.teams.participations(Period.year(2021), programme=programme.id) == [first, again]
    assert desk.teams.participations(Period.month(2021, 3), member=who.id) == [first]
    assert desk.teams.participations(Period.month(2021, 6)) == []
    assert desk.teams.participations(Period.month(2021, 9)) == [again]
    assert desk.teams.programmes(code="safe-community") == [programme]
    renamed = desk.teams.correct_programme(programme.id, title="平安小区")
    assert desk.teams.programmes() == [renamed]
