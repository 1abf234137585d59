"""How appointments are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.appointment import (
    Appointed,
    Appointment,
    AppointmentEnded,
    AppointmentExtended,
    AppointmentWithdrawn,
)
from grassroots.domain.policy import Actor, Relation
from grassroots.workspace.kindspec import HeldBy, IdOf, KeyValue, KindSpec

FOREVER = "9999-12-31"
"""The key of a last day that is not known: after every other."""


def _appointment_keys(appointment: Appointment) -> Mapping[str, KeyValue]:
    last = appointment.span.last
    return {
        "member": appointment.member,
        "role": appointment.role,
        "family": appointment.family,
        "station": appointment.station,
        "body": appointment.body,
        "first": appointment.span.first.isoformat(),
        "last": FOREVER if last is None else last.isoformat(),
        "acting": appointment.acting,
    }


def _appointment_relations(appointment: Appointment, actor: Actor) -> frozenset[Relation]:
    found = set()
    if actor.member is not None and actor.member == appointment.member:
        found.add(Relation.SELF)
    if appointment.station is not None and appointment.station in actor.stations:
        found.add(Relation.STATION)
    return frozenset(found)


KINDS = (
    KindSpec(
        name="appointment",
        record=Appointment,
        keys={
            "member": Key.TEXT,
            "role": Key.TEXT,
            "family": Key.TEXT,
            "station": Key.TEXT,
            "body": Key.TEXT,
            "first": Key.TEXT,
            "last": Key.TEXT,
            "acting": Key.FLAG,
        },
        choices={
            "role": IdOf("role"),
            "family": HeldBy("role", "family"),
            "station": IdOf("station"),
            "body": IdOf("organization"),
        },
        keys_of=_appointment_keys,
        person="member",
        together=(("role", "first"),),
        events=(Appointed, AppointmentExtended, AppointmentEnded, AppointmentWithdrawn),
        relations=_appointment_relations,
    ),
)
