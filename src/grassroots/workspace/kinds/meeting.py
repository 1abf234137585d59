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
        # Who sat at the table heard it all and vouches for the minutes.
        authors=lambda meeting: meeting.attendees,
        place=lambda meeting: meeting.station,
        history=CORRECTABLE,
    ),
)
