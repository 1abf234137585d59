"""How shifts and duties are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.duty import (
    SHIFT_CORRECTABLE,
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
    DutyMissed,
    DutyRetracted,
    DutyStatus,
    Shift,
    ShiftCalledOff,
    ShiftCorrected,
    ShiftHandedOver,
    ShiftLogged,
    ShiftPosted,
    ShiftReopened,
    ShiftStatus,
)
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _shift_keys(shift: Shift) -> Mapping[str, KeyValue]:
    return {
        "station": shift.station,
        "day": shift.day.isoformat(),
        "month": shift.day.isoformat()[:7],
        "role": shift.role,
        "status": shift.status.value,
        "nil": shift.nil_return,
        "logged": shift.status is ShiftStatus.LOGGED,
    }


def _duty_keys(duty: Duty) -> Mapping[str, KeyValue]:
    return {
        "shift": duty.shift,
        "station": duty.station,
        "day": duty.day.isoformat(),
        "month": duty.day.isoformat()[:7],
        "member": duty.member,
        "status": duty.status.value,
        "minutes": duty.minutes,
    }


KINDS = (
    KindSpec(
        name="shift",
        record=Shift,
        version=2,
        upcasters={1: dict},
        keys={
            "station": Key.TEXT,
            "day": Key.TEXT,
            "month": Key.TEXT,
            "role": Key.TEXT,
            "status": Key.TEXT,
            "nil": Key.FLAG,
            "logged": Key.FLAG,
        },
        choices={
            "station": IdOf("station"),
            "role": IdOf("role"),
            "status": ShiftStatus,
        },
        keys_of=_shift_keys,
        together=(("station", "day"),),
        events=(ShiftPosted, ShiftLogged, ShiftHandedOver, ShiftCorrected, ShiftCalledOff, ShiftReopened),
        authors=lambda shift: (shift.logged_by,),
        place=lambda shift: shift.station,
        roster=lambda shift: shift.id,
        history=SHIFT_CORRECTABLE,
    ),
    KindSpec(
        name="duty",
        record=Duty,
        version=2,
        upcasters={1: dict},
        keys={
            "shift": Key.TEXT,
            "station": Key.TEXT,
            "day": Key.TEXT,
            "month": Key.TEXT,
            "member": Key.TEXT,
            "status": Key.TEXT,
            "minutes": Key.WHOLE,
        },
        choices={
            "station": IdOf("station"),
            "status": DutyStatus,
        },
        keys_of=_duty_keys,
        person="member",
        together=(("station", "day"), ("member", "day")),
        events=(
            DutyAssigned,
            DutyAccepted,
            DutyDeclined,
            DutyArrived,
            DutyDone,
            DutyExcused,
            DutyCancelledLate,
            DutyHandedOn,
            DutyMissed,
            DutyCalledOff,
            DutyRetracted,
        ),
        people=lambda duty: (duty.member, duty.covers),
        bargain=lambda duty: duty.id,
        place=lambda duty: duty.station,
    ),
)
