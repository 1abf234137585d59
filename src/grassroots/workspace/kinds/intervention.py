"""How interventions are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.intervention import (
    CORRECTABLE,
    Intervention,
    InterventionCorrected,
    InterventionRecorded,
    InterventionWithdrawn,
    Outcome,
)
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn


def _intervention_keys(one: Intervention) -> Mapping[str, KeyValue]:
    return {
        "kind": one.kind,
        "station": one.station,
        "day": one.day.isoformat(),
        "month": one.day.isoformat()[:7],
        "outcome": one.outcome.value,
        "role": one.role,
        "place": one.place,
        "by": one.by,
        "roles": one.roles,
        "incidents": one.incidents,
    }


KINDS = (
    KindSpec(
        name="intervention",
        record=Intervention,
        keys={
            "kind": Key.TEXT,
            "station": Key.TEXT,
            "day": Key.TEXT,
            "month": Key.TEXT,
            "outcome": Key.TEXT,
            "role": Key.TEXT,
            "place": Key.TEXT,
            "by": Key.TEXTS,
            "roles": Key.TEXTS,
            "incidents": Key.WHOLE,
        },
        choices={
            "kind": ListedIn("intervention_kind"),
            "station": IdOf("station"),
            "outcome": Outcome,
            "role": IdOf("role"),
            "roles": IdOf("role"),
            "place": IdOf("organization"),
        },
        keys_of=_intervention_keys,
        together=(("station", "day"),),
        events=(InterventionRecorded, InterventionCorrected, InterventionWithdrawn),
        authors=lambda one: one.by,
        place=lambda one: one.station,
        history=CORRECTABLE,
    ),
)
