"""How the charter is stored."""

from __future__ import annotations

from grassroots.domain.charter import Charter, CharterAmended, NetworkFounded
from grassroots.workspace.kindspec import KindSpec

KINDS = (KindSpec(name="network", record=Charter, events=(NetworkFounded, CharterAmended)),)
