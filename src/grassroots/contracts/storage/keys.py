"""What is stored: kinds with their declared keys, references, records to write and records as found."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique
from types import MappingProxyType
from typing import final

from attrs import field, frozen

from grassroots.contracts.storage import limits
from grassroots.contracts.storage.limits import KeyValue
from grassroots.errors import BadInput

Position = int
"""A place in one network's journal: 1 for the first fact. 0 is before the first, and as a base it says
"does not exist"."""


@final
@unique
class Key(Enum):
    """The one type of a declared key. Every scalar may also be None; a tuple may be empty."""

    TEXT = "text"  # compared and ordered by code point; dates stand here as ISO text
    WHOLE = "whole"  # signed 64 bit
    FLAG = "flag"  # True or False, never 1 or 0
    TEXTS = "texts"  # a tuple of texts, asked by Includes alone
    WHOLES = "wholes"  # a tuple of whole numbers, asked by Includes alone

    @property
    def many(self) -> bool:
        """Whether the key holds a tuple."""
        return self is Key.TEXTS or self is Key.WHOLES

    def fits(self, value: object) -> bool:
        """Whether ``value`` (already within the limits) is of this type; None fits every scalar key."""
        if self.many:
            member = str if self is Key.TEXTS else int
            return isinstance(value, tuple) and all(type(one) is member for one in value)
        return value is None or type(value) is _SCALARS[self]


_SCALARS = {Key.TEXT: str, Key.WHOLE: int, Key.FLAG: bool}


def _read_only_types(keys: Mapping[str, Key]) -> Mapping[str, Key]:
    return MappingProxyType({limits.name(name): Key(key) for name, key in keys.items()})


@final
@frozen
class Kind:
    """One kind of record: its name, its searchable keys with one type each, and keys often asked together.

    ``together`` names groups of scalar keys that a storage indexes as one, in this order, as
    ``(("station", "day"),)`` for "this station between these days". ``totals`` names groups of scalar keys by
    which is counted and summed again and again: a storage may keep them counted, or leave it.
    """

    name: str = field(converter=limits.name)
    keys: Mapping[str, Key] = field(factory=dict, converter=_read_only_types, hash=False)
    together: tuple[tuple[str, ...], ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    # Name, type of a scalar, and what stands for nothing: worked out once, used for every record written.
    _plan: tuple[tuple[str, type | None, KeyValue], ...] = field(init=False, eq=False, repr=False)

    @_plan.default
    def _(self) -> tuple[tuple[str, type | None, KeyValue], ...]:
        return tuple((name, _SCALARS.get(key), () if key.many else None) for name, key in self.keys.items())

    def __attrs_post_init__(self) -> None:
        for group in (*self.together, *self.totals):
            for name in group:
                if name not in self.keys or self.keys[name].many:
                    raise BadInput("storage-key-unknown", kind=self.name, what=name)

    @property
    def wholes(self) -> tuple[str, ...]:
        """The keys that can be summed."""
        return tuple(name for name, key in self.keys.items() if key is Key.WHOLE)

    def key(self, name: str) -> Key:
        """The declared type of the key, or BadInput that names the kind and the key."""
        found = self.keys.get(name)
        if found is None:
            raise BadInput("storage-key-unknown", kind=self.name, what=name)
        return found

    def settle(self, keys: Mapping[str, KeyValue]) -> dict[str, KeyValue]:
        """Every declared key with its value; what is not given is None (or an empty tuple).

        Raises BadInput for a key that is not declared and for a value of another type.
        """
        settled: dict[str, KeyValue] = {}
        for name, wanted, nothing in self._plan:
            value = keys.get(name)
            if value is None:
                settled[name] = nothing
            elif type(value) is wanted or self.keys[name].fits(value):
                settled[name] = value
            else:
                raise BadInput("storage-key-wrong", kind=self.name, what=name, wanted=self.keys[name].value)
        for name in keys:
            if name not in settled:
                unknown = sorted(keys.keys() - settled.keys())
                raise BadInput("storage-key-unknown", kind=self.name, what=", ".join(unknown))
        return settled


@final
@frozen(cache_hash=True)  # a batch looks each up half a dozen times
class Ref:
    """Points to one record: its kind and its id (1-64 characters; ordered by code point)."""

    kind: str = field(converter=limits.name)
    id: str = field(converter=limits.identifier)

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


def _read_only_keys(keys: Mapping[str, KeyValue]) -> Mapping[str, KeyValue]:
    return MappingProxyType(limits.key_values(keys))


@final
@frozen
class Put:
    """Write this record as a whole: its keys and its body replace what stood there.

    The body is opaque bytes (at most 1 MiB) and comes back byte for byte. The keys are copied.
    """

    ref: Ref
    keys: Mapping[str, KeyValue] = field(factory=dict, converter=_read_only_keys, hash=False)
    body: bytes = field(default=b"", converter=limits.body_bytes)


@final
@frozen
class Erase:
    """Remove this record; absent is no mistake. Its id may come back later with a newer revision."""

    ref: Ref


@final
@frozen
class Stored:
    """A record as it was found. ``revision`` is the position of the batch that last wrote it.

    ``keys`` is read-only and holds every declared key; values are plain ``str``, ``int``, ``bool``, None
    or tuples. Made by storages, from what they wrote before, so nothing is checked a second time here.
    """

    ref: Ref
    revision: Position
    keys: Mapping[str, KeyValue] = field(hash=False)
    body: bytes
