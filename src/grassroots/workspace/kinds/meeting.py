"""How review meetings are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.meeting import (
    CORRECTABLE,
    AgendaSet,
    MeetingCalledOff,
    MeetingHeld,
    MeetingMoved,
    MeetingPlanned,
    MeetingStatus,
    MinutesCorrected,
    ReviewMeeting,
)
from grassroots.domain.policy import Actor, Relation
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _meeting_keys(meeting: ReviewMeeting) -> Mapping[str, KeyValue]:
    return {
        "station": meeting.station,
        "day": meeting.day.isoformat(),
        "month": meeting.day.isoformat()[:7],
        "week": meeting.week.isoformat(),
        "status": meeting.status.value,
        "weekend": meeting.weekend,
        "items": len(meeting.agenda),
    }


def _meeting_relations(meeting: ReviewMeeting, actor: Actor) -> frozenset[Relation]:
    found = set()
    if meeting.station in actor.stations:
        found.add(Relation.STATION)
    if actor.member is not None and actor.member in meeting.attendees:
        # Who sat at the table heard it all and vouches for the minutes.
        found.add(Relation.AUTHOR)
    return frozenset(found)


KINDS = (
    KindSpec(
        name="meeting",
        record=ReviewMeeting,
        keys={
            "station": Key.TEXT,
            "day": Key.TEXT,
            "month": Key.TEXT,
            "week": Key.TEXT,
            "status": Key.TEXT,
            "weekend": Key.FLAG,
            "items": Key.WHOLE,
        },
        choices={
            "station": IdOf("station"),
            "status": MeetingStatus,
        },
        keys_of=_meeting_keys,
        together=(("station", "day"),),
        events=(MeetingPlanned, MeetingMoved, AgendaSet, MeetingHeld, MeetingCalledOff, MinutesCorrected),
        relations=_meeting_relations,
        history=CORRECTABLE,
    ),
)
