"""Which form is landed by which function, and which kinds of records its rows make or set right."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.usecases.intake import (
    forms_activity,
    forms_availability,
    forms_desk,
    forms_pairing,
    forms_people,
    forms_street,
    forms_table,
    forms_voice,
)
from grassroots.usecases.intake.landing import Lander

LANDERS: Mapping[str, Lander] = {
    **forms_people.LANDERS,
    **forms_activity.LANDERS,
    **forms_availability.LANDERS,
    **forms_desk.LANDERS,
    **forms_street.LANDERS,
    **forms_voice.LANDERS,
    **forms_table.LANDERS,
    **forms_pairing.LANDERS,
}
"""The landers of the forms that ship with grassroots, by form code."""

MAKES: Mapping[str, tuple[str, ...]] = {
    "members": ("member",),
    "walk-ins": ("member",),
    "teams": ("membership",),
    "appointments": ("appointment",),
    "participations": ("participation",),
    "activities": ("activity", "occurrence", "attendance"),
    "sign-in": ("activity", "occurrence", "attendance"),
    "roster": ("shift", "duty"),
    "availability": ("availability", "leave"),
    "availability-week": ("availability", "leave"),
    "duty-log": ("shift", "duty"),
    "concerns": ("concern",),
    "meetings": ("meeting", "concern"),
    "patrols": ("intervention",),
    "pairings": ("pairing",),
    "contacts": ("contact",),
    "suggestions": ("submission",),
    "medals": ("award",),
}
"""The kinds that the rows of a form write: who may not write all of them in bulk is not even shown a plan."""
