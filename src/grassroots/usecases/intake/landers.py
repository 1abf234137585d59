"""Which form is landed by which function."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.usecases.intake import (
    forms_activity,
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
    **forms_desk.LANDERS,
    **forms_street.LANDERS,
    **forms_voice.LANDERS,
    **forms_table.LANDERS,
    **forms_pairing.LANDERS,
}
"""The landers of the forms that ship with grassroots, by form code."""
