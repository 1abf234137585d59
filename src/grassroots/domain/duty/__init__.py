"""A shift is one stretch of duty at one place on one day; a duty is one member's part in a shift.

Terms. The *log* of a shift is what came in, one entry per matter, or a *nil return* (零报告): "somebody was
there and nothing came in", which is not the same as an empty page. The *hand-over* is what the next shift has
to know. An *absence notice* comes before the shift; who neither comes nor tells is a *no-show*. A *cover* is
another member's duty in place of one who is excused, and who covers and does not come is the no-show then
(practice of duty rooms: rules-cn B.8).

Times of day are on the wall of the network's zone; moments are aware. A shift that ends at or before its
start on the clock ends on the next day. Planned (assigned), happened (arrived, left) and told (confirmed from
the paper sheet) are kept apart.
"""

from grassroots.domain.duty.part import (
    BINDING,
    EXPECTED,
    OFF_ROSTER,
    TRANSITIONS,
    Duty,
    DutyAccepted,
    DutyArrived,
    DutyAssigned,
    DutyCalledOff,
    DutyCancelledLate,
    DutyDeclined,
    DutyDone,
    DutyExcused,
    DutyHandedOn,
    DutyHindered,
    DutyMemberAway,
    DutyMissed,
    DutyOnLeave,
    DutyOverlaps,
    DutyRefused,
    DutyRetracted,
    DutyStatus,
    ShiftFull,
    ShiftNotBegun,
    clashes,
)
from grassroots.domain.duty.shift import (
    SHIFT_CORRECTABLE,
    SHIFT_TRANSITIONS,
    LogEntry,
    NilReturnWithEntries,
    Shift,
    ShiftCalledOff,
    ShiftCorrected,
    ShiftHandedOver,
    ShiftLogged,
    ShiftNotOpen,
    ShiftPosted,
    ShiftReopened,
    ShiftStatus,
    SkillNeed,
)

__all__ = [
    "BINDING",
    "EXPECTED",
    "OFF_ROSTER",
    "SHIFT_CORRECTABLE",
    "SHIFT_TRANSITIONS",
    "TRANSITIONS",
    "Duty",
    "DutyAccepted",
    "DutyArrived",
    "DutyAssigned",
    "DutyCalledOff",
    "DutyCancelledLate",
    "DutyDeclined",
    "DutyDone",
    "DutyExcused",
    "DutyHandedOn",
    "DutyHindered",
    "DutyMemberAway",
    "DutyMissed",
    "DutyOnLeave",
    "DutyOverlaps",
    "DutyRefused",
    "DutyRetracted",
    "DutyStatus",
    "LogEntry",
    "NilReturnWithEntries",
    "Shift",
    "ShiftCalledOff",
    "ShiftCorrected",
    "ShiftFull",
    "ShiftHandedOver",
    "ShiftLogged",
    "ShiftNotBegun",
    "ShiftNotOpen",
    "ShiftPosted",
    "ShiftReopened",
    "ShiftStatus",
    "SkillNeed",
    "clashes",
]
