"""A history record: the former values of a record's fields, kept apart so that they can be erased.

The journal says *that* a name was corrected, when and by whom; what it was before stands here, in the same
batch. Erasing a person erases these too and never touches the journal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, final

import attrs

from grassroots.domain.fields import (
    CASE,
    CONTACT,
    HEALTH,
    HOUSEHOLD,
    IDENTITY,
    MINOR,
    FieldGroup,
    guarded,
)

Former = dict[str, str]
"""Former values by field, each as JSON text."""


@guarded
@final
@attrs.frozen(kw_only=True)
class History:
    """The former values of one record at one moment (aware; stored as UTC), by field group.

    Each former value belongs to the group of the field that it came from, and is shown, masked and sealed
    with it.
    """

    id: str
    about: str  # kind/id
    at: datetime
    general: Former = attrs.field(factory=dict)
    identity: Former = attrs.field(factory=dict, metadata=IDENTITY)
    contact: Former = attrs.field(factory=dict, metadata=CONTACT)
    health: Former = attrs.field(factory=dict, metadata=HEALTH)
    household: Former = attrs.field(factory=dict, metadata=HOUSEHOLD)
    case: Former = attrs.field(factory=dict, metadata=CASE)
    minor: Former = attrs.field(factory=dict, metadata=MINOR)

    @classmethod
    def of(
        cls,
        id_: str,
        *,
        about: str,
        at: datetime,
        former: Mapping[str, Any],
        groups: Mapping[str, FieldGroup],
    ) -> History:
        """Remember former values; each is kept as JSON text under the group of its field."""
        told = {name: json.dumps(value, ensure_ascii=False) for name, value in former.items()}
        return cls(id=id_, about=about, at=at, **by_group(told, groups))

    @property
    def former(self) -> Mapping[str, str]:
        """All former values that this viewer may see, by field."""
        found: Former = {}
        for group in FieldGroup:
            found.update(getattr(self, group.value))
        return found


def by_group(former: Mapping[str, str], groups: Mapping[str, FieldGroup]) -> dict[str, Former]:
    """The former values by the field of :class:`History` that keeps their group."""
    found: dict[str, Former] = {}
    for name, value in former.items():
        found.setdefault(groups.get(name, FieldGroup.GENERAL).value, {})[name] = value
    return found
