"""The network held against the template of its packs, for figures as well as for the stations' desk."""

from __future__ import annotations

from datetime import date

from grassroots.contracts.storage import Between
from grassroots.domain.appointment import Appointment
from grassroots.domain.station import Station
from grassroots.domain.template import TABLE, Deviation, Template, conforms
from grassroots.workspace.reading import Reading


def deviations(reading: Reading, day: date) -> list[Deviation]:
    """How the network differs on a day from the template of its rule packs; empty: not at all."""
    table = reading.office.packs.table(TABLE, day)
    template = Template.of({kind: answer.value for kind, answer in table.items()})
    current = reading.list(Appointment, Between("last", day.isoformat()))
    return conforms(template, reading.list(Station), current, day)
