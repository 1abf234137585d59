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
        people=lambda appointment: (appointment.member,),
        place=lambda appointment: appointment.station,
    ),
)
