"""How screenings are stored and searched: by person and day; the result is in no key."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.fields import FieldGroup
from grassroots.domain.safeguarding import Screening, ScreeningRecorded
from grassroots.workspace.kindspec import KindSpec

KINDS = (
    KindSpec(
        name="screening",
        record=Screening,
        keys={"member": Key.TEXT, "on": Key.TEXT},
        keys_of=lambda one: {"member": one.member, "on": one.on.isoformat()},
        person="member",
        events=(ScreeningRecorded,),
        people=lambda one: (one.member,),
        place=lambda one: one.station,
        guards={"member": FieldGroup.CASE, "on": FieldGroup.CASE},
    ),
)
