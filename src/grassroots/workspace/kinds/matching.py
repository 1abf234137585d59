"""How profiles for pairing are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.matching import Profile, ProfileGiven
from grassroots.workspace.kindspec import KeyValue, KindSpec


def _keys(profile: Profile) -> Mapping[str, KeyValue]:
    return {"offering": profile.offering, "seeking": profile.seeking}


KINDS = (
    KindSpec(
        name="profile",
        record=Profile,
        keys={"offering": Key.FLAG, "seeking": Key.FLAG},
        keys_of=_keys,
        events=(ProfileGiven,),
        people=lambda profile: (profile.id,),
    ),
)
