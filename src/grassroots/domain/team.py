"""A team is a standing group of members with a name; a programme is work with a name to take part in.

Terms. A *membership* is one person in one team from a day until a day; the volunteer's *oath* belongs to it.
A *participation* is one person in a programme ("safe community"): no post, no term, no team. Teams form a
tree (a lead team and its teams). The same person may be in many teams and programmes: rows are not people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import catalogue_code
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Span
from grassroots.values.ids import MemberId, MembershipId, ParticipationId, ProgrammeId, StationId, TeamId


class TeamStatus(StrEnum):
    """Whether people still join."""

    ACTIVE = "active"
    DISBANDED = "disbanded"


@final
@attrs.frozen(kw_only=True)
class TeamFounded(Event):
    """A team was written down."""

    parent: TeamId | None = None
    station: StationId | None = None


@final
@attrs.frozen(kw_only=True)
class TeamStatusChanged(Event):
    """A team was disbanded, or came together again."""

    status: TeamStatus


@final
@attrs.frozen(kw_only=True)
class TeamMoved(Event):
    """A team came under another one (None: it stands on its own)."""

    former: TeamId | None
    parent: TeamId | None


@final
@attrs.frozen(kw_only=True)
class TeamCorrected(Event):
    """Fields were set right; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class TeamJoined(Event):
    """Somebody joined a team."""

    member: MemberId
    team: TeamId
    first: date
    oath_on: date | None = None


@final
@attrs.frozen(kw_only=True)
class OathTaken(Event):
    """Somebody took the volunteer's oath."""

    member: MemberId
    team: TeamId
    on: date


@final
@attrs.frozen(kw_only=True)
class TeamLeft(Event):
    """Somebody left a team; ``on`` is the last day."""

    member: MemberId
    team: TeamId
    on: date


@final
@attrs.frozen(kw_only=True)
class ProgrammeDefined(Event):
    """A programme was written down."""

    code: str
    station: StationId | None = None


@final
@attrs.frozen(kw_only=True)
class ProgrammeCorrected(Event):
    """Fields were set right; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class ParticipationBegun(Event):
    """Somebody takes part in a programme."""

    member: MemberId
    programme: ProgrammeId
    first: date


@final
@attrs.frozen(kw_only=True)
class ParticipationEnded(Event):
    """Somebody does not take part any more; ``on`` is the last day."""

    member: MemberId
    programme: ProgrammeId
    on: date


class TeamCircle(Refused):
    """A team cannot stand under itself, nor under one of its own."""

    code = "team-circle"


class TeamDisbanded(Refused):
    """Nobody joins a disbanded team."""

    code = "team-disbanded"


class JoinerUnavailable(Refused):
    """Who has died, has left, or is a merged record joins nothing new."""

    code = "team-member-unavailable"


class AlreadyJoined(Refused):
    """The person is in it at that time already."""

    code = "team-already-joined"


class OutsideMembership(Refused):
    """An oath or a last day outside the time of the membership or participation."""

    code = "team-outside-span"


TEAM_CORRECTABLE: Final = frozenset({"name", "name_en", "aliases", "station", "founded"})
PROGRAMME_CORRECTABLE: Final = frozenset({"title", "title_en", "aliases", "station"})


@final
@attrs.frozen(kw_only=True)
class Team:
    """One team. ``station`` is its home, ``founded`` the day of its founding."""

    id: TeamId
    name: str
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    parent: TeamId | None = None
    station: StationId | None = None
    founded: date | None = None
    status: TeamStatus = TeamStatus.ACTIVE

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise BadInput("team-name-missing", id=self.id)
        if self.parent == self.id:
            raise TeamCircle(id=self.id, parent=self.id)

    @classmethod
    def found(cls, *, id: TeamId, name: str, **fields: Any) -> Step[Self]:
        """Write a team down."""
        team = cls(id=id, name=name.strip(), **fields)
        return Step(team, (TeamFounded(parent=team.parent, station=team.station),))

    def disband(self) -> Step[Self]:
        """It is no more; who was in it stays on record."""
        return self._become(TeamStatus.DISBANDED)

    def revive(self) -> Step[Self]:
        """It comes together again."""
        return self._become(TeamStatus.ACTIVE)

    def _become(self, status: TeamStatus) -> Step[Self]:
        if self.status is status:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (TeamStatusChanged(status=status),))

    def move(self, parent: Team | None, tree: Mapping[TeamId, Team]) -> Step[Self]:
        """Put it under another team. ``tree`` holds at least the teams above ``parent``."""
        wanted = None if parent is None else parent.id
        if wanted == self.parent:
            return Step(self)
        above, seen = parent, set[TeamId]()
        while above is not None and above.id not in seen:
            if above.id == self.id:
                raise TeamCircle(id=self.id, parent=wanted)
            seen.add(above.id)
            above = None if above.parent is None else tree.get(above.parent)
        after = attrs.evolve(self, parent=wanted)
        return Step(after, (TeamMoved(former=self.parent, parent=wanted),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history. The parent is changed by :meth:`move`."""
        if wrong := set(fields) - TEAM_CORRECTABLE:
            raise BadInput("field-not-correctable", kind="team", fields=tuple(sorted(wrong)))
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (TeamCorrected(fields=tuple(sorted(changed)), reason=reason),))


@final
@attrs.frozen(kw_only=True)
class Membership:
    """One person in one team. ``station`` is the team's home at the time of joining."""

    id: MembershipId
    member: MemberId
    team: TeamId
    span: Span
    oath_on: date | None = None
    station: StationId | None = None

    def __attrs_post_init__(self) -> None:
        if self.oath_on is not None and not self.span.covers(self.oath_on):
            raise _outside(self.id, self.oath_on, self.span)

    @classmethod
    def join(
        cls,
        *,
        id: MembershipId,
        member: Member,
        team: Team,
        span: Span,
        oath_on: date | None = None,
        others: Iterable[Membership] = (),
    ) -> Step[Self]:
        """Join a team. ``others`` are this person's memberships in it.

        Refuses a disbanded team (a span that is over may still be written down), who is not available, and
        joining what one is in already.
        """
        _available(member, span)
        if team.status is TeamStatus.DISBANDED and span.open:
            raise TeamDisbanded(team=team.id)
        for other in others:
            if (other.member, other.team) == (member.id, team.id) and other.span.overlaps(span):
                raise AlreadyJoined(member=member.id, record=other.id)
        made = cls(id=id, member=member.id, team=team.id, span=span, oath_on=oath_on, station=team.station)
        return Step(made, (TeamJoined(member=member.id, team=team.id, first=span.first, oath_on=oath_on),))

    def swear(self, on: date) -> Step[Self]:
        """Take the volunteer's oath, on a day of the membership. It is taken once."""
        if self.oath_on is not None:
            return Step(self)
        after = attrs.evolve(self, oath_on=on)
        return Step(after, (OathTaken(member=self.member, team=self.team, on=on),))

    def leave(self, on: date) -> Step[Self]:
        """Leave the team; ``on`` is the last day."""
        if self.span.last == on:
            return Step(self)
        if not self.span.covers(on) or (self.oath_on is not None and on < self.oath_on):
            raise _outside(self.id, on, self.span)
        after = attrs.evolve(self, span=self.span.until(on))
        return Step(after, (TeamLeft(member=self.member, team=self.team, on=on),))


@final
@attrs.frozen(kw_only=True)
class Programme:
    """Work with a name. ``code`` is its short code, by which figures ask for it ("safe-community")."""

    id: ProgrammeId
    title: str
    code: str = attrs.field(converter=catalogue_code)
    title_en: str | None = None
    aliases: tuple[str, ...] = ()
    station: StationId | None = None

    def __attrs_post_init__(self) -> None:
        if not self.title.strip():
            raise BadInput("programme-title-missing", id=self.id)

    @classmethod
    def define(cls, *, id: ProgrammeId, title: str, code: str, **fields: Any) -> Step[Self]:
        """Write a programme down."""
        programme = cls(id=id, title=title.strip(), code=code, **fields)
        return Step(programme, (ProgrammeDefined(code=programme.code, station=programme.station),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history."""
        if wrong := set(fields) - PROGRAMME_CORRECTABLE:
            raise BadInput("field-not-correctable", kind="programme", fields=tuple(sorted(wrong)))
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (ProgrammeCorrected(fields=tuple(sorted(changed)), reason=reason),))


@final
@attrs.frozen(kw_only=True)
class Participation:
    """One person in one programme, from ``first`` to ``last`` (both included; None: still)."""

    id: ParticipationId
    programme: ProgrammeId
    member: MemberId
    first: date
    last: date | None = None
    station: StationId | None = None

    @property
    def span(self) -> Span:
        """The time of it."""
        return Span(self.first, self.last)

    def __attrs_post_init__(self) -> None:
        Span(self.first, self.last)  # refuses a last day before the first

    @classmethod
    def begin(
        cls,
        *,
        id: ParticipationId,
        programme: Programme,
        member: Member,
        span: Span,
        others: Iterable[Participation] = (),
    ) -> Step[Self]:
        """Take part in a programme. ``others`` are this person's participations in it."""
        _available(member, span)
        for other in others:
            if (other.member, other.programme) == (member.id, programme.id) and other.span.overlaps(span):
                raise AlreadyJoined(member=member.id, record=other.id)
        made = cls(
            id=id,
            programme=programme.id,
            member=member.id,
            first=span.first,
            last=span.last,
            station=programme.station,
        )
        return Step(made, (ParticipationBegun(member=member.id, programme=programme.id, first=span.first),))

    def end(self, on: date) -> Step[Self]:
        """Take part no more; ``on`` is the last day."""
        if self.last == on:
            return Step(self)
        if not self.span.covers(on):
            raise _outside(self.id, on, self.span)
        after = attrs.evolve(self, last=on)
        return Step(after, (ParticipationEnded(member=self.member, programme=self.programme, on=on),))


def _available(member: Member, span: Span) -> None:
    """Applicants and people on leave may join; the oath often comes before the admission is written down."""
    if member.status is MemberStatus.MERGED:
        raise JoinerUnavailable(member=member.id, status=member.status.value)
    until = {MemberStatus.LEFT: member.left, MemberStatus.DECEASED: member.died}.get(member.status)
    gone = member.status in (MemberStatus.LEFT, MemberStatus.DECEASED)
    if gone and (until is None or span.last is None or span.last > until):
        raise JoinerUnavailable(member=member.id, status=member.status.value)


def _outside(id_: str, on: date, span: Span) -> OutsideMembership:
    last = None if span.last is None else span.last.isoformat()
    return OutsideMembership(id=id_, on=on.isoformat(), first=span.first.isoformat(), last=last)
