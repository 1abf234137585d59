"""How roles are stored and searched."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.role import (
    CORRECTABLE,
    Role,
    RoleCorrected,
    RoleDefined,
    RoleStatus,
    RoleStatusChanged,
)
from grassroots.workspace.kindspec import HeldBy, KindSpec

KINDS = (
    KindSpec(
        name="role",
        record=Role,
        keys={"family": Key.TEXT, "status": Key.TEXT},
        choices={
            "family": HeldBy("role", "family"),
            "status": RoleStatus,
        },
        keys_of=lambda role: {"family": role.family, "status": role.status.value},
        events=(RoleDefined, RoleCorrected, RoleStatusChanged),
        history=CORRECTABLE,
    ),
)
