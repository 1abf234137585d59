"""A kind of record: its class, its version, what can be searched, and what happens to it.

The kinds table is the one place where the workspace learns what exists. A room of an embedding app enters
by the same door: ``grassroots.open(url, kinds=(KindSpec(...),))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar, final

import attrs

from grassroots.contracts.storage import Key, Kind
from grassroots.domain.fields import FieldGroup, groups_of, guard_all, sealed_groups
from grassroots.domain.policy import Actor, Relation
from grassroots.domain.step import Event


class Record(Protocol):
    """What every record has: an id, unique within its kind."""

    @property
    def id(self) -> str:
        """The id of the record."""


R = TypeVar("R", bound=Record)

KeyValue = str | int | bool | None | tuple[str, ...] | tuple[int, ...]
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _no_keys(_: Any) -> Mapping[str, KeyValue]:
    return {}


def _no_relations(_: Any, __: Actor) -> frozenset[Relation]:
    return frozenset()


def _nobody(_: Any) -> tuple[str, ...]:
    return ()


def _nowhere(_: Any) -> None:
    return None


@final
@attrs.frozen
class IdOf:
    """A key that holds ids of records of another kind, few enough to be listed to whoever mistypes one."""

    kind: str


@final
@attrs.frozen
class ListedIn:
    """A key that holds what a table of the rule packs lists ("activity_kind")."""

    table: str


@final
@attrs.frozen
class HeldBy:
    """A key that holds what the records of another kind hold under a key of theirs (a role's family)."""

    kind: str
    key: str


Choice = type[StrEnum] | IdOf | ListedIn | HeldBy
"""The closed set that the values of a key come from."""


@final
@attrs.frozen(kw_only=True)
class Hidden:
    """A key that says something sensitive: in a sealed network a storage sees a keyed hash of ``bits`` bits.

    Fewer bits hide more and find more that is not meant, which is left out again once it is opened. Keys of
    one ``name`` share their hashes, so that one can be asked with what stands in another.
    """

    name: str
    bits: int = attrs.field(default=16, validator=[attrs.validators.ge(1), attrs.validators.le(64)])


@final
@attrs.frozen(kw_only=True, eq=False)
class KindSpec(Generic[R]):
    """One row of the kinds table.

    ``keys_of`` may derive (``age_in_days``), but only from the record itself: a key must not depend on the
    day it is read. ``upcasters`` turn the stored form of version n into that of n + 1. ``history`` names the
    fields whose former values are kept in an erasable history record when a verb changes them. ``choices``
    says of keys what their values are, so that a mistyped one is refused instead of counting nothing.
    ``together`` and ``totals`` are those of :class:`~grassroots.contracts.storage.Kind`.
    ``hidden`` names the keys that are sensitive; nothing is counted or grouped by them. ``person`` is the key
    that holds the id of the member whom such a record belongs to: it is sealed with that person's key and
    forgotten with them. ``private`` names fields that everybody in the network may know and no thief need:
    the office's own words, such as the name of a file. They are sealed, and the policy takes no notice.

    Who is tied to a record: ``people`` are the members whom it is about, ``authors`` those who wrote it
    down, ``on_case`` those who see to it, ``place`` the station to which it belongs, ``roster`` the shift
    whose people may write it, ``bargain`` the duty that a swap between two people moves; ``relations``
    gives ties that an app computes by itself. ``guards`` names the keys that are made of guarded fields,
    with the field group: asking by them asks for that group.
    """

    name: str
    record: type[R]
    keys: Mapping[str, Key] = attrs.field(factory=dict)
    keys_of: Callable[[R], Mapping[str, KeyValue]] = _no_keys
    choices: Mapping[str, Choice] = attrs.field(factory=dict)
    hidden: Mapping[str, Hidden] = attrs.field(factory=dict)
    private: frozenset[str] = frozenset()
    person: str | None = None
    together: tuple[tuple[str, ...], ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    events: tuple[type[Event], ...] = ()
    relations: Callable[[R, Actor], frozenset[Relation]] = _no_relations
    people: Callable[[R], Iterable[str | None]] = _nobody
    authors: Callable[[R], Iterable[str | None]] = _nobody
    on_case: Callable[[R], Iterable[str | None]] = _nobody
    place: Callable[[R], str | None] = _nowhere
    roster: Callable[[R], str | None] = _nowhere
    bargain: Callable[[R], str | None] = _nowhere
    guards: Mapping[str, FieldGroup] = attrs.field(factory=dict)
    history: frozenset[str] = frozenset()
    version: int = 1
    upcasters: Mapping[int, Upcaster] = attrs.field(factory=dict)
    groups: Mapping[str, FieldGroup] = attrs.field(
        init=False, default=attrs.Factory(lambda self: groups_of(self.record), takes_self=True)
    )
    sealed: Mapping[str, FieldGroup] = attrs.field(
        init=False, default=attrs.Factory(lambda self: sealed_groups(self.record), takes_self=True)
    )
    """The fields that are sensitive as a whole, with the strictest group of what is in them."""
    sealing: Mapping[str, FieldGroup] = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: {**dict.fromkeys(sorted(self.private), FieldGroup.GENERAL), **self.sealed},
            takes_self=True,
        ),
    )
    """The fields that are sealed in a body, by the group under which they are: those and the private ones."""
    guarded: tuple[tuple[str, Any], ...] = attrs.field(
        init=False, default=attrs.Factory(lambda self: _guarded(self.record), takes_self=True)
    )
    """The fields that belong to a guarded group, each with its default."""

    @property
    def about_people(self) -> bool:
        """Whether records of this kind are about somebody of the network."""
        return self.people is not _nobody

    def person_of(self, record: R) -> str | None:
        """The member whom this record belongs to, if there is one."""
        found = None if self.person is None else self.keys_of(record).get(self.person)
        return found if isinstance(found, str) and found else None

    def stored_kind(self) -> Kind:
        """What a storage has to prepare for this kind."""
        return Kind(name=self.name, keys=dict(self.keys), together=self.together, totals=self.totals)


def _guarded(record: type) -> tuple[tuple[str, Any], ...]:
    fields = attrs.fields_dict(record)
    return tuple((name, fields[name].default) for name in sealed_groups(record))


@final
class Kinds:
    """The kinds table, by record class and by name. A name or class that stands twice is an error."""

    def __init__(self, specs: tuple[KindSpec[Any], ...]) -> None:
        self._by_class: dict[type, KindSpec[Any]] = {}
        self._by_name: dict[str, KindSpec[Any]] = {}
        for spec in specs:
            if spec.name in self._by_name or spec.record in self._by_class:
                raise ValueError(f"the kind {spec.name!r} stands twice in the kinds table")
            # An app's own records as well: what is sensitive prints nowhere.
            guard_all(spec.record)
            self._by_class[spec.record] = spec
            self._by_name[spec.name] = spec

    def of(self, record: type[R]) -> KindSpec[R]:
        """The row of a record class."""
        return self._by_class[record]

    @property
    def classes(self) -> Mapping[type, KindSpec[Any]]:
        """The table by record class."""
        return self._by_class

    def named(self, name: str) -> KindSpec[Any]:
        """The row with this name; KeyError if there is none."""
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name
