"""An activity is something that the network does with people, once or again and again.

Terms. An *activity* is the series ("the lecture team's talks", "calligraphy on Tuesdays"). An *occurrence*
is one time that it takes place; ``planned`` is its identity in the series and stays when it is moved. An
*attendance* is one named person at one occurrence; a *head count* is people whom nobody named (children are
counted, not named). *Attendances* (人次) and *people* (人数) are two figures and never mixed. A *target* is
an expectation ("two a month"); it gives no dates and is held against what took place.

Planned, happened and verified are three things: the plan is the status PLANNED, what happened is HELD or
ATTENDED, and how it is known is the evidence of an attendance.
"""

from grassroots.domain.activity.attendance import (
    ATTENDANCE_TRANSITIONS,
    Attendance,
    AttendanceCorrected,
    AttendanceMoved,
    AttendanceRecorded,
    AttendanceStatus,
    Evidence,
    NotForThisOccurrence,
    NotYetHeld,
    OccurrenceFull,
    PersonGone,
    SignedUp,
    SignUpWithdrawn,
)
from grassroots.domain.activity.occurrence import (
    OCCURRENCE_TRANSITIONS,
    HeadCount,
    Material,
    Occurrence,
    OccurrenceCalledOff,
    OccurrenceCorrected,
    OccurrenceHeld,
    OccurrenceMoved,
    OccurrencePlanned,
    OccurrenceReinstated,
    OccurrenceStatus,
    TooEarly,
)
from grassroots.domain.activity.series import (
    ACTIVITY_TRANSITIONS,
    Activity,
    ActivityCalledOff,
    ActivityCorrected,
    ActivityEnded,
    ActivityRunAgain,
    ActivityStarted,
    ActivityStatus,
)
from grassroots.domain.activity.targets import Shortfall, shortfalls

__all__ = [
    "ACTIVITY_TRANSITIONS",
    "ATTENDANCE_TRANSITIONS",
    "OCCURRENCE_TRANSITIONS",
    "Activity",
    "ActivityCalledOff",
    "ActivityCorrected",
    "ActivityEnded",
    "ActivityRunAgain",
    "ActivityStarted",
    "ActivityStatus",
    "Attendance",
    "AttendanceCorrected",
    "AttendanceMoved",
    "AttendanceRecorded",
    "AttendanceStatus",
    "Evidence",
    "HeadCount",
    "Material",
    "NotForThisOccurrence",
    "NotYetHeld",
    "Occurrence",
    "OccurrenceCalledOff",
    "OccurrenceCorrected",
    "OccurrenceFull",
    "OccurrenceHeld",
    "OccurrenceMoved",
    "OccurrencePlanned",
    "OccurrenceReinstated",
    "OccurrenceStatus",
    "PersonGone",
    "Shortfall",
    "SignUpWithdrawn",
    "SignedUp",
    "TooEarly",
    "shortfalls",
]
