"""What callers give to a desk, made to fit what its methods ask for, before any rule sees it.

People who embed a desk give codes and ISO texts where a method asks for an enum, a period or a partial date;
those are read. What cannot fit (a text where a day is asked, a number where an id is asked, nothing where
something is) is said at the door, in words, and not as an error from somewhere inside.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, Final, NewType, Union

import attrs

from grassroots.errors import BadInput

Fit = Callable[[str, Any], Any]

_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a character: no storage and no file can hold it."""


def fitted(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The arguments (without self and work) as the method asks for them; BadInput names what is wrong."""
    places, named = _plan(method)
    if args:
        args = tuple(
            fit(name, value) if (fit := named.get(name)) else value
            for name, value in zip((*places, *[""] * len(args)), args, strict=False)
        )
    for name, value in kwargs.items():
        if (fit := named.get(name)) is not None:
            kwargs[name] = fit(name, value)
    return args, kwargs


@cache
def _plan(method: Callable[..., Any]) -> tuple[tuple[str, ...], Mapping[str, Fit]]:
    parameters = list(inspect.signature(method).parameters.values())[2:]
    hints = _hints(method)
    named: dict[str, Fit] = {}
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        # ``**fields`` are those of the record that the method gives back.
        record = hints.get("return")
        if isinstance(record, type) and attrs.has(record):
            named.update(_fits(_hints(record), _made_inside(record)))
    named.update(_fits({one.name: hints[one.name] for one in parameters if one.name in hints}))
    places = tuple(one.name for one in parameters if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return places, named


def _hints(of: Any) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(of)
    except NameError:  # a name that only type checkers import: then nothing is made to fit
        return {}


def _fits(hints: Mapping[str, Any], left: frozenset[str] = frozenset()) -> dict[str, Fit]:
    return {name: fit for name, hint in hints.items() if name not in left and (fit := _fit(hint)) is not None}


def _made_inside(record: Any) -> frozenset[str]:
    """Fields with several records in them and a converter of their own, which says itself what it takes (the
    ways of a member, as pairs).
    """
    hints = _hints(record)
    items = {name: typing.get_args(hint)[:1] for name, hint in hints.items()}
    return frozenset(
        field.name
        for field in attrs.fields(record)
        if field.converter is not None and any(attrs.has(item) for item in items.get(field.name, ()))
    )


def as_asked(name: str, hint: Any, value: Any) -> Any:
    """One argument of a door that is neither act nor look itself; BadInput if it cannot fit."""
    check = _fit(hint)
    return value if check is None else check(name, value)


def _fit(hint: Any) -> Fit | None:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return _or_nothing(typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        items = typing.get_args(hint)
        return _each(items[0]) if len(items) == 2 and items[1] is Ellipsis else None
    if typing.get_origin(hint) is Mapping:
        return _table
    if typing.get_origin(hint) is Sequence:
        return _each(typing.get_args(hint)[0])
    if isinstance(hint, NewType):
        hint = hint.__supertype__
    if not isinstance(hint, type):
        return None
    if hint is int:
        return _whole
    if hint is bool:
        return _flag
    if hint is str:
        return _text
    if issubclass(hint, Enum):
        return lambda name, value: _choice(hint, name, value)
    if hint in (date, time, datetime):
        return lambda name, value: _clock(hint, name, value)
    if attrs.has(hint):
        return lambda name, value: _value(hint, name, value)
    return None


def _or_nothing(hints: tuple[Any, ...]) -> Fit | None:
    """What any of the hints asks for, or nothing if that is one of them."""
    asked = [one for one in hints if one is not types.NoneType]
    fits = [fit for fit in map(_fit, asked) if fit is not None]
    if len(fits) < len(asked):
        return None

    def first(name: str, value: Any) -> Any:
        if value is None and len(asked) < len(hints):
            return None
        for fit in fits[:-1]:
            try:
                return fit(name, value)
            except BadInput:
                continue
        return fits[-1](name, value)

    return first


def _each(item: Any) -> Fit:
    """Several of a kind: words alone would be taken letter by letter."""
    fit = _fit(item)
    wanted = getattr(item, "__name__", str(item))

    def several(name: str, values: Any) -> Any:
        if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
            raise BadInput("argument-wrong-type", field=name, what=_said(values), wanted=f"tuple of {wanted}")
        return tuple(values) if fit is None else tuple(fit(name, value) for value in values)

    return several


def _said(value: Any) -> str:
    """What was given, as far as it can be said back: a plain value, else only of which type it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, (bool, int, float, date, time)):
        return str(value)
    return type(value).__name__


def _text(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted="str")
    if _HALF.search(value):
        raise BadInput("argument-no-text", field=name, what=_said(value))
    return value


def _table(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return value
    raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted="mapping")


def _flag(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted="bool")


def _whole(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted="int")


def _choice(choices: type[Enum], name: str, value: Any) -> Any:
    if isinstance(value, choices):
        return value
    try:
        return choices(value)
    except (ValueError, TypeError):
        known = tuple(str(one.value) for one in choices)
        raise BadInput("argument-unknown", field=name, what=_said(value), known=known) from None


def _value(wanted: type, name: str, value: Any) -> Any:
    if isinstance(value, wanted):
        return value
    parse = getattr(wanted, "parse", None)
    if isinstance(value, str) and parse is not None and len(inspect.signature(parse).parameters) == 1:
        return parse(value)
    raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted=wanted.__name__)


def _clock(wanted: type, name: str, value: Any) -> Any:
    # A datetime is a date to isinstance, and then fails to compare with one, far from here.
    if isinstance(value, wanted) and isinstance(value, datetime) == (wanted is datetime):
        return value
    raise BadInput("argument-wrong-type", field=name, what=_said(value), wanted=wanted.__name__)
