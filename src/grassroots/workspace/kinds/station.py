"""How stations are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.station import (
    CORRECTABLE,
    Station,
    StationCorrected,
    StationFounded,
    StationKind,
    StationMoved,
    StationStatus,
    StationStatusChanged,
)
from grassroots.values.names import name_key
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn


def _station_keys(station: Station) -> Mapping[str, KeyValue]:
    names = (station.name, station.name_en, *station.aliases)
    return {
        "kind": station.kind.value,
        "parent": station.parent,
        "status": station.status.value,
        "community": station.community,
        "theme": station.theme,
        "names": tuple(sorted({name_key(name) for name in names if name})),
    }


KINDS = (
    KindSpec(
        name="station",
        record=Station,
        keys={
            "kind": Key.TEXT,
            "parent": Key.TEXT,
            "status": Key.TEXT,
            "community": Key.TEXT,
            "theme": Key.TEXT,
            "names": Key.TEXTS,
        },
        choices={
            "kind": StationKind,
            "parent": IdOf("station"),
            "status": StationStatus,
            "community": IdOf("organization"),
            "theme": ListedIn("theme"),
        },
        keys_of=_station_keys,
        events=(StationFounded, StationStatusChanged, StationMoved, StationCorrected),
        place=lambda station: station.id,
        history=CORRECTABLE,
    ),
)
