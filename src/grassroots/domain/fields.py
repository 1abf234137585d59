"""Field groups: which parts of a record are sensitive, said once, on the record itself.

A field without a group is *general*. The policy table decides per group, and the sealing of bodies seals per
group. The groups follow PIPL art. 28 (health, minors), art. 6 (the minimum necessary) and ordinary practice.

What belongs to a group never prints: a *guarded* record shows a mask in its place wherever Python makes a
text of it (repr, str, format, a log line, a traceback), and it refuses to be pickled, since a pickle is a
copy that nobody opened for a purpose.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

import attrs

from grassroots.errors import Denied
from grassroots.values.names import mask_address, mask_id_number, mask_name, mask_phone


class FieldGroup(StrEnum):
    """The groups that a policy speaks of."""

    GENERAL = "general"  # what everybody in the network may know
    IDENTITY = "identity"  # names, birth, document numbers
    CONTACT = "contact"  # telephone, address
    HEALTH = "health"  # limits, care needs, illness
    HOUSEHOLD = "household"  # living arrangement, kin, means
    CASE = "case"  # what somebody confided: concerns, notes of visits
    MINOR = "minor"  # anything about a named child


def _group(group: FieldGroup) -> Mapping[str, Any]:
    return MappingProxyType({"group": group})


IDENTITY = _group(FieldGroup.IDENTITY)
CONTACT = _group(FieldGroup.CONTACT)
HEALTH = _group(FieldGroup.HEALTH)
HOUSEHOLD = _group(FieldGroup.HOUSEHOLD)
CASE = _group(FieldGroup.CASE)
MINOR = _group(FieldGroup.MINOR)


def coded(labels: str) -> Mapping[str, Any]:
    """For a general field that holds a code which is no enum: the group of the catalogue with its words."""
    return MappingProxyType({"codes": labels})


def code_group(field: attrs.Attribute[Any]) -> str | None:
    """The group that a field says by :func:`coded`; None if it says none."""
    found: str | None = field.metadata.get("codes")
    return found


HIDDEN: Final = "***"
"""What stands where a value is hidden that has no mask of the field."""

_STRICTEST_FIRST: Final = (
    FieldGroup.MINOR,
    FieldGroup.HEALTH,
    FieldGroup.CASE,
    FieldGroup.HOUSEHOLD,
    FieldGroup.CONTACT,
    FieldGroup.IDENTITY,
)


def groups_of(record: type) -> Mapping[str, FieldGroup]:
    """The group of every field of a record class."""
    return {
        field.name: FieldGroup(field.metadata.get("group", FieldGroup.GENERAL))
        for field in attrs.fields(record)
    }


@cache
def sealed_groups(record: type) -> Mapping[str, FieldGroup]:
    """The fields that are sensitive as a whole, with their group, those inside other records included.

    A log entry's text is case content, and so are a shift's entries: of several groups inside one field, the
    strictest counts.
    """
    found: dict[str, FieldGroup] = {}
    hints = _hints(record)
    for name, group in groups_of(record).items():
        if group is not FieldGroup.GENERAL:
            found[name] = group
            continue
        inside = {one for part in _records_in(hints.get(name)) for one in sealed_groups(part).values()}
        if inside:
            found[name] = min(inside, key=_STRICTEST_FIRST.index)
    return MappingProxyType(found)


def _hints(record: type) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(record)
    except NameError:  # a name that only type checkers import
        return {field.name: field.type for field in attrs.fields(record)}


def _records_in(declared: Any) -> Iterator[type]:
    if isinstance(declared, type) and attrs.has(declared):
        yield declared
    for part in typing.get_args(declared):
        yield from _records_in(part)


# -- printing ---------------------------------------------------------------------------------------------
_MASKS: Final = (
    ("phone", mask_phone),
    ("id_number", mask_id_number),
    ("address", mask_address),
    ("name", mask_name),
    ("known", mask_name),
)


def printed(name: str, value: Any) -> str:
    """How a sensitive value prints: masked as this field is masked in the field, else three stars.

    Nothing prints as nothing: None, an empty text and an empty list stay what they are.
    """
    if value is None or (hasattr(value, "__len__") and not len(value)):
        return repr(value)
    mask = next((mask for ending, mask in _MASKS if name == ending or name.endswith(f"_{ending}")), None)
    if mask is None:
        return HIDDEN
    if isinstance(value, str):
        return repr(mask(value))
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return repr(tuple(mask(one) for one in value))
    return HIDDEN


C = TypeVar("C", bound=type)


def guarded(record: C) -> C:
    """Make a record class print masks and refuse pickling, if it has sensitive fields; once is enough.

    Copies stay possible: a record never changes, so its copy is the record itself.
    """
    if "__guarded__" in record.__dict__:
        return record
    groups = groups_of(record)
    if all(group is FieldGroup.GENERAL for group in groups.values()):
        return record
    shown = tuple(
        (field.name, groups[field.name] is FieldGroup.GENERAL)
        for field in attrs.fields(record)
        if field.repr is not False
    )

    def _repr(self: Any) -> str:
        told = (
            f"{name}={getattr(self, name)!r}" if open_ else f"{name}={printed(name, getattr(self, name))}"
            for name, open_ in shown
        )
        return f"{type(self).__qualname__}({', '.join(told)})"

    def _itself(self: Any, _: Any = None) -> Any:
        return self

    def _refuse(self: Any, _: Any = None) -> Any:
        raise Denied("secret-not-pickled", kind=type(self).__name__, ask="steward")

    for name, made in (
        ("__repr__", _repr),
        ("__copy__", _itself),
        ("__deepcopy__", _itself),
        ("__reduce_ex__", _refuse),
        ("__guarded__", True),
    ):
        setattr(record, name, made)
    return record


def guard_all(record: type) -> None:
    """Guard a record class and every record class inside its fields."""
    guarded(record)
    for declared in _hints(record).values():
        for part in _records_in(declared):
            if part is not record:
                guard_all(part)


# -- forgetting -------------------------------------------------------------------------------------------
R = TypeVar("R")


def blanked(record: R) -> R:
    """The record without anything sensitive: defaults in its place, and three stars for a text it needs.

    What is general stays, and with it every count: a concern keeps its replies, and loses their words.
    """
    changes = {
        field.alias or field.name: blank
        for field in attrs.fields(typing.cast("type[attrs.AttrsInstance]", type(record)))
        if field.init and (blank := _blank(field, getattr(record, field.name))) is not _SAME
    }
    return attrs.evolve(record, **changes) if changes else record  # type: ignore[misc]


_SAME: Final = object()


def _blank(field: attrs.Attribute[Any], value: Any) -> Any:
    group = FieldGroup(field.metadata.get("group", FieldGroup.GENERAL))
    if group is FieldGroup.GENERAL:
        new = _blank_inside(value)
        return _SAME if new is value else new
    default = field.default
    if default is attrs.NOTHING:
        if isinstance(value, str):
            return HIDDEN
        raise TypeError(f"a sensitive field without a default and without a text: {field.name}")
    made = getattr(default, "factory", None)
    blank = default if made is None else made()
    return _SAME if blank == value else blank


def _blank_inside(value: Any) -> Any:
    if isinstance(value, tuple):
        new = tuple(_blank_inside(one) for one in value)
        return value if all(a is b for a, b in zip(value, new, strict=True)) else new
    return blanked(value) if attrs.has(type(value)) and not isinstance(value, type) else value
