"""Records and entries as a storage found them, made in half the time that their classes take.

What stands in a storage passed the limits when it was written, so nothing is checked a second time. And the
``__init__`` of a frozen class sets each field by a call; here instances are filled as *blanks*, subclasses of
the same layout that allow plain assignment, and become what they are only then. A storage may use these or
the classes themselves: nobody can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from grassroots.contracts.storage.batch import Entry, Fact
from grassroots.contracts.storage.keys import Position, Ref, Stored
from grassroots.contracts.storage.limits import KeyValue


def _blank(cls: type) -> Any:
    return type(cls.__name__, (cls,), {"__slots__": (), "__setattr__": object.__setattr__})


_NEW = object.__new__
_Ref, _Stored, _Fact, _Entry = _blank(Ref), _blank(Stored), _blank(Fact), _blank(Entry)


def found_ref(kind: str, id: str) -> Ref:
    """A reference to a record that is there."""
    ref: Any = _NEW(_Ref)
    ref.kind = kind
    ref.id = id
    ref._attrs_cached_hash = None
    ref.__class__ = Ref
    return cast("Ref", ref)


def found_record(kind: str, id: str, revision: Position, keys: Mapping[str, KeyValue], body: bytes) -> Stored:
    """A record as it stands; ``keys`` is read-only and holds every declared key."""
    ref: Any = _NEW(_Ref)
    ref.kind = kind
    ref.id = id
    ref._attrs_cached_hash = None
    ref.__class__ = Ref
    stored: Any = _NEW(_Stored)
    stored.ref = ref
    stored.revision = revision
    stored.keys = keys
    stored.body = body
    stored.__class__ = Stored
    return cast("Stored", stored)


def found_entry(position: Position, batch: str, about: tuple[Ref, ...], body: bytes) -> Entry:
    """An entry of the journal as it stands."""
    fact: Any = _NEW(_Fact)
    fact.about = about
    fact.body = body
    fact.__class__ = Fact
    entry: Any = _NEW(_Entry)
    entry.position = position
    entry.batch = batch
    entry.fact = fact
    entry.__class__ = Entry
    return cast("Entry", entry)
