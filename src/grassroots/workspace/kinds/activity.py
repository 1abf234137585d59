"""How activities, their occurrences and attendances are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.activity import (
    Activity,
    ActivityCalledOff,
    ActivityCorrected,
    ActivityEnded,
    ActivityRunAgain,
    ActivityStarted,
    ActivityStatus,
    Attendance,
    AttendanceCorrected,
    AttendanceMoved,
    AttendanceRecorded,
    AttendanceStatus,
    Occurrence,
    OccurrenceCalledOff,
    OccurrenceCorrected,
    OccurrenceHeld,
    OccurrenceMoved,
    OccurrencePlanned,
    OccurrenceReinstated,
    OccurrenceStatus,
    SignedUp,
    SignUpWithdrawn,
)
from grassroots.domain.activity.occurrence import OCCURRENCE_CORRECTABLE
from grassroots.domain.activity.series import ACTIVITY_CORRECTABLE
from grassroots.values.names import name_key
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn


def _activity_keys(activity: Activity) -> Mapping[str, KeyValue]:
    titles = {name_key(title) for title in (activity.title, activity.title_en) if title}
    return {
        "kind": activity.kind,
        "station": activity.station,
        "team": activity.team,
        "status": activity.status.value,
        "titles": tuple(sorted(titles)),
    }


def _occurrence_keys(occurrence: Occurrence) -> Mapping[str, KeyValue]:
    return {
        "activity": occurrence.activity,
        "kind": occurrence.kind,
        "station": occurrence.station,
        "team": occurrence.team,
        "status": occurrence.status.value,
        "planned": occurrence.planned.isoformat(),
        "day": occurrence.day.isoformat(),
        "week": occurrence.monday.isoformat(),
        "month": occurrence.day.isoformat()[:7],
        "topic": occurrence.topic,
        "venue": occurrence.venue,
        "speakers": occurrence.speakers,
        "heads": occurrence.people,
        "minors": occurrence.minors,
        "materials": occurrence.pieces,
        "minutes": occurrence.minutes,
    }


def _attendance_keys(attendance: Attendance) -> Mapping[str, KeyValue]:
    return {
        "occurrence": attendance.occurrence,
        "activity": attendance.activity,
        "kind": attendance.kind,
        "station": attendance.station,
        "team": attendance.team,
        "day": attendance.day.isoformat(),
        "month": attendance.day.isoformat()[:7],
        "member": attendance.member,
        "status": attendance.status.value,
        "minutes": attendance.minutes,
    }


KINDS = (
    KindSpec(
        name="activity",
        record=Activity,
        keys={
            "kind": Key.TEXT,
            "station": Key.TEXT,
            "team": Key.TEXT,
            "status": Key.TEXT,
            "titles": Key.TEXTS,
        },
        choices={
            "kind": ListedIn("activity_kind"),
            "station": IdOf("station"),
            "team": IdOf("team"),
            "status": ActivityStatus,
        },
        keys_of=_activity_keys,
        events=(ActivityStarted, ActivityCorrected, ActivityEnded, ActivityRunAgain, ActivityCalledOff),
        place=lambda activity: activity.station,
        history=ACTIVITY_CORRECTABLE,
    ),
    KindSpec(
        name="occurrence",
        record=Occurrence,
        keys={
            "activity": Key.TEXT,
            "kind": Key.TEXT,
            "station": Key.TEXT,
            "team": Key.TEXT,
            "status": Key.TEXT,
            "planned": Key.TEXT,
            "day": Key.TEXT,
            "week": Key.TEXT,
            "month": Key.TEXT,
            "topic": Key.TEXT,
            "venue": Key.TEXT,
            "speakers": Key.TEXTS,
            "heads": Key.WHOLE,
            "minors": Key.WHOLE,
            "materials": Key.WHOLE,
            "minutes": Key.WHOLE,
        },
        choices={
            "activity": IdOf("activity"),
            "kind": ListedIn("activity_kind"),
            "station": IdOf("station"),
            "team": IdOf("team"),
            "status": OccurrenceStatus,
            "venue": IdOf("organization"),
        },
        keys_of=_occurrence_keys,
        together=(("activity", "day"), ("kind", "day"), ("station", "day")),
        events=(
            OccurrencePlanned,
            OccurrenceMoved,
            OccurrenceHeld,
            OccurrenceCalledOff,
            OccurrenceReinstated,
            OccurrenceCorrected,
        ),
        people=lambda occurrence: occurrence.speakers,
        place=lambda occurrence: occurrence.station,
        history=OCCURRENCE_CORRECTABLE,
    ),
    KindSpec(
        name="attendance",
        record=Attendance,
        keys={
            "occurrence": Key.TEXT,
            "activity": Key.TEXT,
            "kind": Key.TEXT,
            "station": Key.TEXT,
            "team": Key.TEXT,
            "day": Key.TEXT,
            "month": Key.TEXT,
            "member": Key.TEXT,
            "status": Key.TEXT,
            "minutes": Key.WHOLE,
        },
        choices={
            "activity": IdOf("activity"),
            "kind": ListedIn("activity_kind"),
            "station": IdOf("station"),
            "team": IdOf("team"),
            "status": AttendanceStatus,
        },
        keys_of=_attendance_keys,
        person="member",
        together=(("member", "day"),),
        # Counted in every yearly figure, and by far the most records: a meeting of forty is one row here.
        totals=(("day", "station", "status"),),
        events=(SignedUp, SignUpWithdrawn, AttendanceRecorded, AttendanceCorrected, AttendanceMoved),
        people=lambda attendance: (attendance.member,),
        place=lambda attendance: attendance.station,
        history=frozenset({"arrived", "left", "evidence"}),
    ),
)
