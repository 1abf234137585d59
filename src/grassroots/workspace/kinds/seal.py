"""How seals are stored."""

from __future__ import annotations

from grassroots.domain.seal import Seal, Sealed
from grassroots.workspace.kindspec import KindSpec

KINDS = (KindSpec(name="seal", record=Seal, events=(Sealed,)),)
