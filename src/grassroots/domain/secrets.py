"""What happens to a network's keys and to what they seal: events of the trail, without a value or a name.

Terms. *Sealed* is encrypted before any storage sees it. A *key ring* holds the keys of those who became known
in one act. *Turning* a key puts another one in its place, and everything that hung on the old one under the
new. *Opening* shows a viewer what the policy hides from them otherwise, for a purpose. *Erasing* a person
destroys their keys and blanks what their records held.
"""

from __future__ import annotations

from typing import final

import attrs

from grassroots.domain.step import Event


@final
@attrs.frozen(kw_only=True)
class SealingBegun(Event):
    """The network is sealed from here on; ``again`` says whether records stand that must be put again."""

    again: bool = False


@final
@attrs.frozen(kw_only=True)
class RecordsSealed(Event):
    """So many records of a kind were put again: sealed, or with new search values."""

    kind: str
    records: int


@final
@attrs.frozen(kw_only=True)
class SearchKeysSettled(Event):
    """No record has a former search value any more."""

    index: str


@final
@attrs.frozen(kw_only=True)
class SearchKeysTurned(Event):
    """Search values are derived from a new key from here on."""

    index: str


@final
@attrs.frozen(kw_only=True)
class KeysTurned(Event):
    """The network has a new master key."""

    master: str


@final
@attrs.frozen(kw_only=True)
class RingsTurned(Event):
    """So many key rings were put under the master key in use."""

    master: str
    rings: int


@final
@attrs.frozen(kw_only=True)
class OldKeysDropped(Event):
    """Nothing hangs on the former master keys any more, and they are gone."""

    master: str


@final
@attrs.frozen(kw_only=True)
class KeysRestored(Event):
    """So many key rings came back from a backup of the keys."""

    rings: int


@final
@attrs.frozen(kw_only=True)
class ValuesOpened(Event):
    """Hidden values of these records were shown to the actor, for a purpose (a short code)."""

    purpose: str
    groups: tuple[str, ...]
    records: int
