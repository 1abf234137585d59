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

from grassroots.domain.fields import HEALTH


@final
@attrs.frozen(kw_only=True)
class History:
    """The former values of one record at one moment (aware; stored as UTC), as plain JSON text by field.

    They may be of any field group, so all of them are guarded like the most guarded one.
    """

    id: str
    about: str  # kind/id
    at: datetime
    former: dict[str, str] = attrs.field(metadata=HEALTH)

    @classmethod
    def of(cls, id_: str, *, about: str, at: datetime, former: Mapping[str, Any]) -> History:
        """Remember former values; each is kept as JSON text."""
        told = {name: json.dumps(value, ensure_ascii=False) for name, value in former.items()}
        return cls(id=id_, about=about, at=at, former=told)
