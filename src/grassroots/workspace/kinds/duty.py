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
from grassroots.domain.policy import Actor, Relation
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


def _shift_relations(shift: Shift, actor: Actor) -> frozenset[Relation]:
    found = set()
    if shift.station in actor.stations:
        found.add(Relation.STATION)
    if actor.member is not None and actor.member == shift.logged_by:
        found.add(Relation.AUTHOR)
    return frozenset(found)


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


def _duty_relations(duty: Duty, actor: Actor) -> frozenset[Relation]:
    found = set()
    if duty.station in actor.stations:
        found.add(Relation.STATION)
    if actor.member is not None and actor.member in (duty.member, duty.covers):
        found.add(Relation.SELF)
    return frozenset(found)


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
        relations=_shift_relations,
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
        relations=_duty_relations,
    ),
)
