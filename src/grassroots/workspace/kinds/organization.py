"""How organizations are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.organization import (
    CORRECTABLE,
    Organization,
    OrganizationCorrected,
    OrganizationMoved,
    OrganizationRegistered,
    OrganizationStatus,
    OrganizationStatusChanged,
)
from grassroots.values.names import name_key
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn


def _organization_keys(body: Organization) -> Mapping[str, KeyValue]:
    names = (body.name, body.name_en, *body.aliases)
    return {
        "kind": body.kind,
        "parent": body.parent,
        "status": body.status.value,
        "names": tuple(sorted({name_key(name) for name in names if name})),
    }


KINDS = (
    KindSpec(
        name="organization",
        record=Organization,
        keys={"kind": Key.TEXT, "parent": Key.TEXT, "status": Key.TEXT, "names": Key.TEXTS},
        choices={
            "kind": ListedIn("organization_kind"),
            "parent": IdOf("organization"),
            "status": OrganizationStatus,
        },
        keys_of=_organization_keys,
        events=(OrganizationRegistered, OrganizationStatusChanged, OrganizationMoved, OrganizationCorrected),
        history=CORRECTABLE,
    ),
)
