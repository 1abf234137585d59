"""How the charter and the network's own packs are stored."""

from __future__ import annotations

from grassroots.domain.charter import Charter, CharterAmended, KeysFilled, NetworkFounded
from grassroots.domain.erasure import LedgerSettled
from grassroots.domain.local_pack import LocalPack, PackAdopted
from grassroots.domain.secrets import (
    KeysRestored,
    KeysTurned,
    OldKeysDropped,
    RecordsSealed,
    RingsTurned,
    SealingBegun,
    SearchKeysSettled,
    SearchKeysTurned,
    ValuesOpened,
)
from grassroots.workspace.kindspec import KindSpec

KEY_EVENTS = (
    SealingBegun,
    RecordsSealed,
    SearchKeysTurned,
    SearchKeysSettled,
    KeysTurned,
    RingsTurned,
    OldKeysDropped,
    KeysRestored,
    LedgerSettled,
    ValuesOpened,
)
"""What happens to the network's keys and its ledger of erasures as a whole."""

KINDS = (
    KindSpec(
        name="network", record=Charter, events=(NetworkFounded, CharterAmended, KeysFilled, *KEY_EVENTS)
    ),
    KindSpec(name="pack", record=LocalPack, events=(PackAdopted,)),
)
