"""A frozen record with some fields changed, for where it is done ten thousand times a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import attrs

T = TypeVar("T")


@cache
def _copier(cls: type) -> Callable[[Any], Any]:
    """Copies an instance field by field, in one function made for the class.

    It fills a *blank*, a subclass of the same layout that allows plain assignment, and turns it into the
    record at the end: a setter called for each field would take three times as long.
    """
    blank = type(cls.__name__, (cls,), {"__slots__": (), "__setattr__": object.__setattr__})
    lines = ["def copy(record):", "    after = new(blank)"]
    lines += [f"    after.{field.name} = record.{field.name}" for field in attrs.fields(cls)]
    names: dict[str, Any] = {"new": object.__new__, "blank": blank, "cls": cls}
    exec(
        compile("\n".join([*lines, "    after.__class__ = cls", "    return after"]), "<copy>", "exec"), names
    )
    return names["copy"]  # type: ignore[no-any-return]


@cache
def _setters(cls: type) -> dict[str, Callable[[Any, Any], None]]:
    return {field.name: getattr(cls, field.name).__set__ for field in attrs.fields(cls)}


def evolved(record: T, **fields: Any) -> T:
    """What ``attrs.evolve`` does, in a fraction of the time: no rule is asked again.

    For attrs classes with slots whose given fields have no converter and no validator: what is given is kept
    as it is, and whoever gives it answers for it. KeyError for a field that there is not.
    """
    cls: Any = type(record)
    after: T = _copier(cls)(record)
    setters = _setters(cls)
    for name, value in fields.items():
        setters[name](after, value)
    return after


def made(cls: type[T], **fields: Any) -> T:
    """An instance of a class with slots from all of its fields, as they are: nothing is asked or converted.

    For values that were asked when they came in and are only put together again.
    """
    one = object.__new__(cls)
    for name, put in _setters(cls).items():  # type: ignore[arg-type]
        put(one, fields[name])
    return one
