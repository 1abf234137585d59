"""How the charter and the network's own packs are stored."""

from __future__ import annotations

from grassroots.domain.charter import Charter, CharterAmended, NetworkFounded
from grassroots.domain.local_pack import LocalPack, PackAdopted
from grassroots.workspace.kindspec import KindSpec

KINDS = (
    KindSpec(name="network", record=Charter, events=(NetworkFounded, CharterAmended)),
    KindSpec(name="pack", record=LocalPack, events=(PackAdopted,)),
)
