"""The charter of a network: what it is called, in which zone its walls have clocks, by which packs it goes.

One record, written when the network is founded. Its salt makes derived ids (rows of a sheet that is read a
second time) those of this network and of no other.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self, final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from grassroots.domain.fields import IDENTITY, guarded
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput

CHARTER_ID = "network"
"""The id of the one charter record."""

STANDARD_PACKS = ("cn-national", "cn-holidays", "network-1-3-n", "notices", "policy")
"""The packs of a network that is founded now and names none of its own."""

FIRST_PACKS = ("cn-national", "network-1-3-n", "policy")
"""The packs of a stored charter that names none: what the first version meant by that, for good."""


@final
@attrs.frozen(kw_only=True)
class NetworkFounded(Event):
    """A network came into being."""

    zone: str


@final
@attrs.frozen(kw_only=True)
class CharterAmended(Event):
    """Fields of the charter were changed."""

    fields: tuple[str, ...]


@final
@attrs.frozen(kw_only=True)
class KeysFilled(Event):
    """So many records of a kind were put again, because this version searches them by other keys."""

    kind: str
    records: int


def _known_zone(_: object, __: attrs.Attribute[str], zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput("zone-unknown", what=zone) from error


@guarded
@final
@attrs.frozen(kw_only=True)
class Charter:
    """The network's own record. ``zone`` is an IANA name; ``packs`` are in order, later ones override.

    ``reference_day`` is the day for which standing figures (who is appointed, how old) are told if nobody
    names another; None means today.
    """

    id: str = CHARTER_ID
    salt: str = attrs.field(metadata=IDENTITY)
    zone: str = attrs.field(validator=_known_zone)
    name: str = ""
    name_en: str = ""
    template: str | None = None
    packs: tuple[str, ...] = FIRST_PACKS
    founded_on: date
    reference_day: date | None = None

    @classmethod
    def found(cls, *, salt: bytes, zone: str, founded_on: date) -> Step[Self]:
        """Found a network."""
        charter = cls(salt=salt.hex(), zone=zone, founded_on=founded_on)
        return Step(charter, (NetworkFounded(zone=zone),))

    def amend(self, **fields: Any) -> Step[Self]:
        """Change the name, template, packs or reference day; the salt and the founding day stay."""
        if wrong := set(fields) - {"name", "name_en", "template", "packs", "reference_day", "zone"}:
            raise BadInput("field-not-correctable", kind="network", fields=tuple(sorted(wrong)))
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        return Step(attrs.evolve(self, **changed), (CharterAmended(fields=tuple(sorted(changed))),))
