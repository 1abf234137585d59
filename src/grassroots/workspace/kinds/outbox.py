"""How parcels, channels and the place in the journal are stored, in the outbox's own network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import attrs

from grassroots.contracts.storage import Key
from grassroots.domain.channel import Channel
from grassroots.domain.fields import FieldGroup
from grassroots.domain.outbox import Parcel, ParcelMoved, ParcelsMoved, lane
from grassroots.workspace.kindspec import KeyValue, KindSpec


@final
@attrs.frozen(kw_only=True)
class Cursor:
    """How far a journal was read: every entry up to ``position`` was planned."""

    id: str
    position: int = 0


def _keys(parcel: Parcel) -> Mapping[str, KeyValue]:
    return {"lane": lane(parcel), "to": parcel.to or None, "collapse": parcel.collapse}


KINDS = (
    KindSpec(
        name="parcel",
        record=Parcel,
        # 2: how often a channel gave no answer is counted.
        version=2,
        upcasters={1: dict},
        keys={"lane": Key.TEXT, "to": Key.TEXT, "collapse": Key.TEXT},
        keys_of=_keys,
        events=(ParcelMoved, ParcelsMoved),
        people=lambda parcel: (parcel.to or None,),
        guards={"to": FieldGroup.CASE, "collapse": FieldGroup.CASE},
    ),
    KindSpec(name="channel", record=Channel),
    KindSpec(name="cursor", record=Cursor),
)
