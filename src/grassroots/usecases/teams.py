"""Teams at a desk: teams and who is in them, programmes and who takes part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, final

from grassroots.contracts.storage import Between, Condition, Includes, Is
from grassroots.domain.member import Member
from grassroots.domain.team import Membership, Participation, Programme, Team, TeamStatus
from grassroots.values.dates import Period, Span
from grassroots.values.ids import (
    MemberId,
    MembershipId,
    ParticipationId,
    ProgrammeId,
    StationId,
    TeamId,
)
from grassroots.values.names import name_key
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Teams(Room):
    """The room ``desk.teams``."""

    # -- teams --------------------------------------------------------------------------------------------
    @act
    def found(self, work: Work, /, *, name: str, parent: TeamId | None = None, **fields: Any) -> Team:
        """Write a team down; ``fields`` are those of :class:`Team`."""
        if parent is not None:
            work.load(Team, parent)
        return work.keep(Team.found(id=TeamId(work.new_id()), name=name, parent=parent, **fields))

    @act
    def correct(self, work: Work, /, id: TeamId, *, reason: str | None = None, **fields: Any) -> Team:
        """Set fields right."""
        return work.keep(work.load(Team, id).correct(reason, **fields))

    @act
    def move(self, work: Work, id: TeamId, *, parent: TeamId | None) -> Team:
        """Put it under another team, or let it stand on its own (None)."""
        wanted = None if parent is None else work.load(Team, parent)
        return work.keep(work.load(Team, id).move(wanted, _above(work, wanted)))

    @act
    def disband(self, work: Work, id: TeamId, *, on: date | None = None) -> Team:
        """It is no more; everybody who is in it leaves on that day (today), in the same act."""
        day = on or work.today
        for membership in work.find(Membership, Is("team", id), *_on(day)):
            work.keep(membership.leave(day))
        return work.keep(work.load(Team, id).disband())

    @act
    def revive(self, work: Work, id: TeamId) -> Team:
        """It comes together again; who comes back joins anew."""
        return work.keep(work.load(Team, id).revive())

    # -- memberships --------------------------------------------------------------------------------------
    @act
    def join(
        self,
        work: Work,
        team: TeamId,
        member: MemberId,
        *,
        first: date | None = None,
        last: date | None = None,
        oath_on: date | None = None,
    ) -> Membership:
        """Somebody joins a team on ``first`` (today); ``oath_on`` is the day of the volunteer's oath."""
        return work.keep(
            Membership.join(
                id=MembershipId(work.new_id()),
                member=work.load(Member, member),
                team=work.load(Team, team),
                span=Span(first or work.today, last),
                oath_on=oath_on,
                others=work.find(Membership, Is("member", member), Is("team", team)),
            )
        )

    @act
    def swear(self, work: Work, id: MembershipId, *, on: date | None = None) -> Membership:
        """Somebody takes the volunteer's oath."""
        return work.keep(work.load(Membership, id).swear(on or work.today))

    @act
    def leave(self, work: Work, id: MembershipId, *, on: date | None = None) -> Membership:
        """Somebody leaves a team; ``on`` (today) is the last day."""
        return work.keep(work.load(Membership, id).leave(on or work.today))

    # -- programmes ---------------------------------------------------------------------------------------
    @act
    def define_programme(self, work: Work, /, *, title: str, code: str, **fields: Any) -> Programme:
        """Write a programme down; ``fields`` are those of :class:`Programme`."""
        id_ = ProgrammeId(work.new_id())
        return work.keep(Programme.define(id=id_, title=title, code=code, **fields))

    @act
    def correct_programme(
        self, work: Work, /, id: ProgrammeId, *, reason: str | None = None, **fields: Any
    ) -> Programme:
        """Set fields of a programme right."""
        return work.keep(work.load(Programme, id).correct(reason, **fields))

    @act
    def take_part(
        self,
        work: Work,
        programme: ProgrammeId,
        member: MemberId,
        *,
        first: date | None = None,
        last: date | None = None,
    ) -> Participation:
        """Somebody takes part in a programme from ``first`` (today) on."""
        return work.keep(
            Participation.begin(
                id=ParticipationId(work.new_id()),
                programme=work.load(Programme, programme),
                member=work.load(Member, member),
                span=Span(first or work.today, last),
                others=work.find(Participation, Is("member", member), Is("programme", programme)),
            )
        )

    @act
    def stop_taking_part(self, work: Work, id: ParticipationId, *, on: date | None = None) -> Participation:
        """Somebody does not take part any more; ``on`` (today) is the last day."""
        return work.keep(work.load(Participation, id).end(on or work.today))

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: TeamId) -> Team:
        """The team with this id."""
        return reading.get(Team, id)

    @look
    def named(self, reading: Reading, name: str) -> list[Team]:
        """The teams known by exactly this name, in whatever language (width, case and blanks aside)."""
        return reading.list(Team, Includes("names", name_key(name)))

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: TeamStatus | None = TeamStatus.ACTIVE,
        station: StationId | None = None,
    ) -> list[Team]:
        """The teams by status and home (None: all), in order of entry."""
        where: list[Condition] = [] if status is None else [Is("status", status.value)]
        if station is not None:
            where.append(Is("station", station))
        return reading.list(Team, *where)

    @look
    def memberships(
        self,
        reading: Reading,
        *,
        team: TeamId | None = None,
        member: MemberId | None = None,
        on: date | None = None,
    ) -> list[Membership]:
        """Who is in which team on a day (today)."""
        asked = {"team": team, "member": member}
        where = [Is(key, value) for key, value in asked.items() if value is not None]
        return reading.list(Membership, *where, *_on(on or reading.today))

    @look
    def programmes(self, reading: Reading, *, code: str | None = None) -> list[Programme]:
        """The programmes, or those with a code."""
        return reading.list(Programme, *([] if code is None else [Is("code", code)]))

    @look
    def participations(
        self,
        reading: Reading,
        period: Period,
        *,
        programme: ProgrammeId | None = None,
        member: MemberId | None = None,
    ) -> list[Participation]:
        """Who took part in a programme on any day of a period. Rows, not people: one may come twice."""
        asked = {"programme": programme, "member": member}
        where = [Is(key, value) for key, value in asked.items() if value is not None]
        meets = Between("first", None, _next(period.last)), Between("last", period.first.isoformat())
        return reading.list(Participation, *where, *meets)


def _on(day: date) -> tuple[Condition, ...]:
    return Between("first", None, _next(day)), Between("last", day.isoformat())


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat() if day < date.max else "9999-12-32"


def _above(work: Work, team: Team | None) -> dict[TeamId, Team]:
    found: dict[TeamId, Team] = {}
    while team is not None and team.id not in found:
        found[team.id] = team
        team = None if team.parent is None else work.peek(Team, team.parent)
    return found
