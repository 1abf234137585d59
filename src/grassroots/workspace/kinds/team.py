"""How teams, memberships, programmes and participations are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.team import (
    PROGRAMME_CORRECTABLE,
    TEAM_CORRECTABLE,
    Membership,
    OathTaken,
    Participation,
    ParticipationBegun,
    ParticipationEnded,
    Programme,
    ProgrammeCorrected,
    ProgrammeDefined,
    Team,
    TeamCorrected,
    TeamFounded,
    TeamJoined,
    TeamLeft,
    TeamMoved,
    TeamStatus,
    TeamStatusChanged,
)
from grassroots.values.names import name_key
from grassroots.workspace.kinds.appointment import FOREVER
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _team_keys(team: Team) -> Mapping[str, KeyValue]:
    names = (team.name, team.name_en, *team.aliases)
    return {
        "parent": team.parent,
        "station": team.station,
        "status": team.status.value,
        "names": tuple(sorted({name_key(name) for name in names if name})),
    }


def _membership_keys(membership: Membership) -> Mapping[str, KeyValue]:
    last = membership.span.last
    return {
        "member": membership.member,
        "team": membership.team,
        "station": membership.station,
        "first": membership.span.first.isoformat(),
        "last": FOREVER if last is None else last.isoformat(),
        "oath": membership.oath_on is not None,
    }


def _programme_keys(programme: Programme) -> Mapping[str, KeyValue]:
    return {"code": programme.code, "station": programme.station}


def _participation_keys(participation: Participation) -> Mapping[str, KeyValue]:
    return {
        "programme": participation.programme,
        "member": participation.member,
        "station": participation.station,
        "first": participation.first.isoformat(),
        "last": FOREVER if participation.last is None else participation.last.isoformat(),
    }


KINDS = (
    KindSpec(
        name="team",
        record=Team,
        keys={"parent": Key.TEXT, "station": Key.TEXT, "status": Key.TEXT, "names": Key.TEXTS},
        choices={
            "parent": IdOf("team"),
            "station": IdOf("station"),
            "status": TeamStatus,
        },
        keys_of=_team_keys,
        events=(TeamFounded, TeamStatusChanged, TeamMoved, TeamCorrected),
        place=lambda team: team.station,
        history=TEAM_CORRECTABLE,
    ),
    KindSpec(
        name="membership",
        record=Membership,
        keys={
            "member": Key.TEXT,
            "team": Key.TEXT,
            "station": Key.TEXT,
            "first": Key.TEXT,
            "last": Key.TEXT,
            "oath": Key.FLAG,
        },
        choices={
            "team": IdOf("team"),
            "station": IdOf("station"),
        },
        keys_of=_membership_keys,
        events=(TeamJoined, OathTaken, TeamLeft),
        people=lambda membership: (membership.member,),
        place=lambda membership: membership.station,
    ),
    KindSpec(
        name="programme",
        record=Programme,
        keys={"code": Key.TEXT, "station": Key.TEXT},
        choices={
            "station": IdOf("station"),
        },
        keys_of=_programme_keys,
        events=(ProgrammeDefined, ProgrammeCorrected),
        place=lambda programme: programme.station,
        history=PROGRAMME_CORRECTABLE,
    ),
    KindSpec(
        name="participation",
        record=Participation,
        keys={
            "programme": Key.TEXT,
            "member": Key.TEXT,
            "station": Key.TEXT,
            "first": Key.TEXT,
            "last": Key.TEXT,
        },
        choices={
            "programme": IdOf("programme"),
            "station": IdOf("station"),
        },
        keys_of=_participation_keys,
        events=(ParticipationBegun, ParticipationEnded),
        people=lambda participation: (participation.member,),
        place=lambda participation: participation.station,
    ),
)
