"""A frozen record with some fields changed, for where it is done ten thousand times a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import attrs

T = TypeVar("T")

_Slot = tuple[str, Callable[[Any], Any], Callable[[Any, Any], None]]


@cache
def _slots(cls: type) -> tuple[_Slot, ...]:
    slots = ((field.name, getattr(cls, field.name)) for field in attrs.fields(cls))
    return tuple((name, slot.__get__, slot.__set__) for name, slot in slots)


def evolved(record: T, **fields: Any) -> T:
    """What ``attrs.evolve`` does, in half the time: the slots are copied, and no rule is asked again.

    For attrs classes with slots whose given fields have no converter and no validator: what is given is kept
    as it is, and whoever gives it answers for it.
    """
    cls: Any = type(record)
    after: T = object.__new__(cls)
    for name, get, put in _slots(cls):
        put(after, fields[name] if name in fields else get(record))
    return after
