"""Whether the searchable keys beside a record are those that its body gives."""

from __future__ import annotations

from typing import Any, final

from grassroots.contracts.storage import Stored
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Office
from grassroots.workspace.verifying.asking import AWAY


@final
class Keyed:
    """Compares the keys of one kind. Sealed bodies are opened, if the keys of the network are at hand."""

    def __init__(self, office: Office, spec: KindSpec[Any]) -> None:
        self._office, self._spec = office, spec
        self._kind = spec.stored_kind()
        sealing = office.sealing
        # While search values are being changed, some records have the former ones and some the new.
        turning = sealing is not None and sealing.header.former is not None
        self._names = [name for name in spec.keys if not (turning and name in spec.hidden)]

    def agrees(self, stored: Stored) -> bool | None:
        """Whether they agree; None for a body that cannot be opened, or read by this version."""
        office, spec, keys = self._office, self._spec, stored.keys
        try:
            record = office.decode(spec, stored).record
            wanted = self._kind.settle(office.keys_of(spec, record))
        except AWAY:
            raise
        except Exception:
            return None  # locked, or of a newer version: the bytes are those that were written, so no edit
        for name in self._names:
            value, found = wanted[name], keys.get(name, self)
            if found != value or type(found) is not type(value):
                return False
        return True
