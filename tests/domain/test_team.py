"""What teams, memberships, programmes and participations promise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.team import (
    AlreadyJoined,
    JoinerUnavailable,
    Membership,
    OathTaken,
    OutsideMembership,
    Participation,
    ParticipationBegun,
    ParticipationEnded,
    Programme,
    Team,
    TeamCircle,
    TeamCorrected,
    TeamDisbanded,
    TeamJoined,
    TeamLeft,
    TeamMoved,
    TeamStatus,
)
from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.ids import (
    MemberId,
    MembershipId,
    ParticipationId,
    ProgrammeId,
    StationId,
    TeamId,
)

DAY = date(2021, 3, 1)
TEAM = Team(id=TeamId("T"), name="红霞志愿服务队", station=StationId("S1"))
SAFE = Programme(id=ProgrammeId("P"), title="平安社区", code="safe-community", station=StationId("S1"))


def member(**fields: object) -> Member:
    return Member(id=MemberId("M1"), name="成员甲", **fields)  # type: ignore[arg-type]


def join(
    who: Member | None = None,
    team: Team = TEAM,
    *,
    first: date = DAY,
    last: date | None = None,
    oath_on: date | None = None,
    others: tuple[Membership, ...] = (),
) -> Membership:
    step = Membership.join(
        id=MembershipId(f"MS{len(others)}"),
        member=who or member(),
        team=team,
        span=Span(first, last),
        oath_on=oath_on,
        others=others,
    )
    expected = TeamJoined(member=MemberId("M1"), team=TeamId("T"), first=first, oath_on=oath_on)
    assert step.happened == (expected,)
    return step.after


def take_part(
    who: Member | None = None,
    *,
    first: date = DAY,
    last: date | None = None,
    others: tuple[Participation, ...] = (),
) -> Participation:
    step = Participation.begin(
        id=ParticipationId(f"PT{len(others)}"),
        programme=SAFE,
        member=who or member(),
        span=Span(first, last),
        others=others,
    )
    assert step.happened == (ParticipationBegun(member=MemberId("M1"), programme=SAFE.id, first=first),)
    return step.after


def test_a_team_needs_a_name_and_a_programme_a_title_and_a_code() -> None:
    for make in (
        lambda: Team.found(id=TeamId("T"), name=" "),
        lambda: Programme.define(id=ProgrammeId("P"), title="", code="safe-community"),
        lambda: Programme.define(id=ProgrammeId("P"), title="平安", code="平安"),
    ):
        with pytest.raises(BadInput):
            make()


def test_who_joins_belongs_to_the_home_of_the_team_from_then_on() -> None:
    assert join().station == "S1"
    assert take_part().station == "S1"


def test_nobody_is_in_the_same_team_twice_at_a_time_but_may_come_back() -> None:
    first = join(last=DAY + timedelta(days=9))
    with pytest.raises(AlreadyJoined) as refused:
        join(first=DAY + timedelta(days=9), others=(first,))
    assert refused.value.facts["record"] == first.id
    join(first=DAY + timedelta(days=10), others=(first,))


def test_nobody_takes_part_in_the_same_programme_twice_at_a_time() -> None:
    first = take_part()
    with pytest.raises(AlreadyJoined):
        take_part(first=DAY + timedelta(days=100), others=(first,))


def test_applicants_and_people_on_leave_may_join_as_the_oath_comes_before_the_papers() -> None:
    for status in (MemberStatus.APPLIED, MemberStatus.PAUSED):
        assert join(member(status=status), oath_on=DAY).oath_on == DAY


def test_who_left_or_died_joins_nothing_new_but_what_was_may_be_written_down() -> None:
    late = member(status=MemberStatus.DECEASED, died=date(2020, 5, 4))
    gone = member(status=MemberStatus.LEFT, left=date(2020, 5, 4))
    for who in (late, gone):
        join(who, first=date(2019, 1, 1), last=date(2020, 5, 4))
        take_part(who, first=date(2019, 1, 1), last=date(2020, 5, 4))
        for last in (None, date(2020, 5, 5)):
            with pytest.raises(JoinerUnavailable):
                join(who, first=date(2019, 1, 1), last=last)
    merged = member(status=MemberStatus.MERGED, merged_into=MemberId("M2"))
    with pytest.raises(JoinerUnavailable):
        take_part(merged, first=date(2019, 1, 1), last=date(2019, 2, 1))


def test_nobody_joins_a_disbanded_team_but_its_former_people_may_be_written_down() -> None:
    gone = TEAM.disband().after
    assert gone.status is TeamStatus.DISBANDED
    assert gone.disband().happened == ()
    with pytest.raises(TeamDisbanded):
        join(team=gone)
    join(team=gone, last=DAY)
    assert gone.revive().after == TEAM


def test_the_oath_is_taken_once_and_only_while_in_the_team() -> None:
    step = join(last=DAY + timedelta(days=9)).swear(DAY)
    assert step.happened == (OathTaken(member=MemberId("M1"), team=TEAM.id, on=DAY),)
    assert step.after.swear(DAY + timedelta(days=1)).happened == ()
    for outside in (DAY - timedelta(days=1), DAY + timedelta(days=10)):
        with pytest.raises(OutsideMembership):
            join(last=DAY + timedelta(days=9)).swear(outside)


def test_nobody_leaves_before_they_came_or_before_the_oath_that_they_took() -> None:
    held = join(oath_on=DAY + timedelta(days=5))
    for too_early in (DAY - timedelta(days=1), DAY + timedelta(days=4)):
        with pytest.raises(OutsideMembership):
            held.leave(too_early)
    step = held.leave(DAY + timedelta(days=5))
    assert step.happened == (TeamLeft(member=MemberId("M1"), team=TEAM.id, on=DAY + timedelta(days=5)),)
    assert step.after.leave(DAY + timedelta(days=5)).happened == ()


def test_a_participation_ends_on_a_day_of_it_and_once() -> None:
    held = take_part()
    step = held.end(DAY)
    assert step.happened == (ParticipationEnded(member=MemberId("M1"), programme=SAFE.id, on=DAY),)
    assert step.after.end(DAY).happened == ()
    with pytest.raises(OutsideMembership):
        step.after.end(DAY + timedelta(days=1))
    with pytest.raises(OutsideMembership):
        held.end(DAY - timedelta(days=1))


def test_a_participation_that_ends_before_it_begins_does_not_exist() -> None:
    with pytest.raises(BadInput):
        Participation(
            id=ParticipationId("X"),
            programme=SAFE.id,
            member=MemberId("M1"),
            first=DAY,
            last=DAY - timedelta(days=1),
        )


def test_teams_form_a_tree_without_circles() -> None:
    lead = Team(id=TeamId("L"), name="总队")
    step = TEAM.move(lead, {lead.id: lead})
    assert step.happened == (TeamMoved(former=None, parent=lead.id),)
    assert step.after.move(lead, {lead.id: lead}).happened == ()
    with pytest.raises(TeamCircle):
        lead.move(step.after, {lead.id: lead, TEAM.id: step.after})
    with pytest.raises(TeamCircle):
        Team(id=TeamId("L"), name="总队", parent=TeamId("L"))


def test_corrections_name_the_fields_and_never_the_code_of_a_programme() -> None:
    step = TEAM.correct("typing-error", name="红霞队")
    assert step.happened == (TeamCorrected(fields=("name",), reason="typing-error"),)
    assert step.after.correct(name="红霞队").happened == ()
    assert SAFE.correct(title="平安社区创建").after.title == "平安社区创建"
    with pytest.raises(BadInput):
        SAFE.correct(code="other")


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 15)), max_size=10))
def test_whatever_is_asked_for_nobody_is_ever_twice_in_a_team_on_any_day(
    asked: list[tuple[int, int | None]],
) -> None:
    held: tuple[Membership, ...] = ()
    for begins, days in asked:
        first = DAY + timedelta(days=begins)
        last = None if days is None else first + timedelta(days=days)
        try:
            held = (*held, join(first=first, last=last, others=held))
        except AlreadyJoined:
            continue
    for n in range(60):
        assert sum(one.span.covers(DAY + timedelta(days=n)) for one in held) <= 1
