"""Readers and writers of records, compiled once for each class.

cattrs says what a stored value means (workspace/codec); what stands here does the same in one generated
function a class, without a dict between the record and its JSON. What it does not know it leaves to the hook
of cattrs: a union of classes, a mapping, a class that an embedding app registered a hook for. What it knows
it checks as strictly, and whatever a writer stumbles over is written by cattrs instead, so that there is one
meaning and two speeds. tests/workspace/test_compiled.py holds them together; docs/decisions/compiled-codec.md
says why it is not a library.

A record is frozen: each field set by its own ``__init__`` costs a call. A reader therefore fills an instance
of a *blank*, a subclass of the same layout that allows plain assignment, and turns it into the record before
any of the record's own rules run. A class that cannot be filled like that is called with its fields.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import IntEnum, StrEnum
from functools import lru_cache
from json import JSONEncoder
from json.encoder import encode_basestring
from typing import Annotated, Any, NewType, Union, final, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter

from grassroots.values.dates import PartialDate
from grassroots.workspace.once import Once

Reader = Callable[[Any], Any]
"""Plain JSON data as a value; raises what the fields raise."""

Writer = Callable[[Any], str]
"""A value as JSON without blanks."""

_FACTORY: Any = attrs.Factory

dumps = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def wrong(value: object, wanted: type) -> TypeError:
    """The refusal of a value of another type: nothing is bent into shape."""
    return TypeError(f"expected {wanted.__name__}, got {type(value).__name__}")


@lru_cache(maxsize=64)  # what is written together was written at one moment
def moment(value: datetime) -> str:
    """A moment as it is stored: in UTC, with a Z."""
    if value.tzinfo is UTC:
        return value.isoformat()[:-6] + "Z"
    if value.tzinfo is None:
        raise TypeError("a moment without a time zone cannot be stored")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def aware(text: str) -> datetime:
    """A moment as it was stored; ValueError without a zone."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {text!r}")
    return value


@final
class Compiler:
    """Makes and keeps the readers and writers of one converter. May be shared by threads."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self._readers: dict[Any, Reader] = {}
        self._writers: dict[Any, Writer] = {}
        self._once = Once()

    def reader(self, cls: type) -> Reader:
        """The reader of an attrs class."""
        return self._readers.get(cls) or self._once.made(cls, self._readers, self._made_reader)

    def writer(self, cls: type) -> Writer:
        """The writer of an attrs class. It raises what cattrs or JSON raise for a value that cannot be."""
        return self._writers.get(cls) or self._once.made(cls, self._writers, self._made_writer)

    def writer_of(self, cls: type, only: frozenset[str]) -> Writer:
        """The writer of some fields of an attrs class: those that are sealed together."""
        key = (cls, only)
        found = self._writers.get(key)
        if found is None:
            found = self._writers[key] = self._made_writer(cls, only)
        return found

    # -- reading ------------------------------------------------------------------------------------------
    def _made_reader(self, cls: type) -> Reader:
        types_of = _field_types(cls)
        if types_of is None:
            hook = self._converter.get_structure_hook(cls)
            return lambda data: hook(data, cls)
        blank = _blank(cls)
        names: dict[str, Any] = {"new": object.__new__, "blank": blank, "cls": cls, "wrong": wrong}
        lines = ["def read(data):", "    one = new(blank)" if blank else "    told = {}"]
        rules: list[str] = []
        for number, field in enumerate(attrs.fields(cls)):
            if not field.init:
                continue
            read = self._read_lines(types_of[field.name], names, f"r{number}")
            converted = "value"
            if blank and field.converter is not None:
                names[f"c{number}"], converted = field.converter, f"c{number}(value)"
            keep = f"one.{field.name} = {converted}" if blank else f"told[{field.alias!r}] = value"
            stored = [f"value = data[{field.name!r}]", *read, keep]
            if field.default is attrs.NOTHING:
                lines += _indented(stored, 1)
            else:
                lines += [f"    if {field.name!r} in data:", *_indented(stored, 2)]
                if blank:
                    names[f"d{number}"], made = _default(field)
                    value = f"d{number}{'()' if made else ''}"
                    absent = converted.replace("value", value)
                    lines += ["    else:", f"        one.{field.name} = {absent}"]
            if blank and field.validator is not None:
                names[f"v{number}"], names[f"a{number}"] = field.validator, field
                rules.append(f"v{number}(one, a{number}, one.{field.name})")
        if blank:
            if hasattr(cls, "__attrs_post_init__"):
                rules.append("one.__attrs_post_init__()")
            lines += _indented(["one.__class__ = cls", *rules, "return one"], 1)
        else:
            lines.append("    return cls(**told)")
        return _compiled(lines, "read", names)  # type: ignore[no-any-return]

    def _read_lines(self, declared: Any, names: dict[str, Any], name: str) -> list[str]:
        """What turns ``value``, plain JSON data, into a value of this type."""
        declared = _plain_type(declared)
        optional = _optional(declared)
        if optional is not None:
            return ["if value is not None:", *_indented(self._read_lines(optional, names, name), 1)]
        if declared in (str, int, bool, float):
            # bool is an int in Python and must not pass for one in a record.
            names[f"{name}t"] = declared
            return [
                f"if type(value) is not {declared.__name__}:",
                f"    raise wrong(value, {declared.__name__})",
            ]
        if _is_enum(declared):
            names[f"{name}m"], names[name] = declared._value2member_map_, declared
            return [
                "try:",
                f"    value = {name}m[value]",
                "except (KeyError, TypeError):",
                f"    value = {name}(value)",
            ]
        names[name] = datetime.fromisoformat if declared is datetime else self._read_one(declared)
        zoned = ["if value.tzinfo is None: raise ValueError"] if declared is datetime else []
        return [f"value = {name}(value)", *zoned]

    def _read_one(self, declared: Any) -> Reader:
        declared = _plain_type(declared)
        if declared in _READ:
            return _READ[declared]
        if _is_class(declared):
            return self.reader(declared)
        if _is_tuple(declared):
            return self._read_tuple(get_args(declared)[0])
        if declared in (str, int, bool, float) or _is_enum(declared) or _optional(declared) is not None:
            names: dict[str, Any] = {"wrong": wrong}
            lines = self._read_lines(declared, names, "r")
            return _compiled(["def read(value):", *_indented([*lines, "return value"], 1)], "read", names)  # type: ignore[no-any-return]
        hook = self._converter.get_structure_hook(declared)
        return lambda value: hook(value, declared)

    def _read_tuple(self, part: Any) -> Reader:
        one = self._read_one(part)

        def read(values: Any) -> Any:
            # A text is a sequence too: "书法" must not become two skills.
            if not isinstance(values, (list, tuple)):
                raise TypeError(f"expected a list, got {type(values).__name__}")
            return tuple([one(value) for value in values])

        return read

    # -- writing ------------------------------------------------------------------------------------------
    def _made_writer(self, cls: type, only: frozenset[str] | None = None) -> Writer:
        whole = self._converter.get_unstructure_hook(cls)
        hook = whole if only is None else _picked(whole, only)
        types_of = _field_types(cls)
        if types_of is None:
            return lambda value: dumps(hook(value))
        names: dict[str, Any] = {"text": encode_basestring, "day": date.isoformat, "moment": moment}
        first, then = [], []
        for number, field in enumerate(attrs.fields(cls)):
            if not field.init or (only is not None and field.name not in only):
                continue
            head = "," + encode_basestring(field.name) + ":"
            written = self._written("value", types_of[field.name], names, f"w{number}")
            lines = [f"value = one.{field.name}"]
            if field.default is attrs.NOTHING:
                first += [*lines, f"said += {head!r} + {written}"]
                continue
            default, made = _default(field)
            if isinstance(field.converter, attrs.Converter) or (made and _takes_self(field)):
                return lambda value: dumps(hook(value))
            if field.converter is not None:
                default = _both(field.converter, default) if made else field.converter(default)
            names[f"d{number}"] = default
            differs = f"value != d{number}{'()' if made else ''}"
            if default is None:
                differs = "value is not None"
                declared = _optional(types_of[field.name]) or types_of[field.name]
                written = self._written("value", declared, names, f"w{number}")
            then += [*lines, f"if {differs}:", f"    said += {head!r} + {written}"]
        # Fields that every record has stand first: the order in which cattrs has always stored them.
        body = ["said = ''", *first, *then, "return '{' + said[1:] + '}'"]
        lines = ["def write(one):", *_indented(body, 1)]
        quick: Writer = _compiled(lines, "write", names)

        def write(value: Any) -> str:
            try:
                return quick(value)
            except (TypeError, AttributeError):
                # A value that is not of its field's type: cattrs says what becomes of it.
                return dumps(hook(value))

        return write

    def _written(self, value: str, declared: Any, names: dict[str, Any], name: str) -> str:
        """The expression of the JSON of ``value``."""
        declared = _plain_type(declared)
        optional = _optional(declared)
        if optional is not None:
            return f"('null' if {value} is None else {self._written(value, optional, names, name)})"
        if declared is str:
            return f"text({value})"
        if declared is date:
            return f"'\"' + day({value}) + '\"'"
        if declared is datetime:
            return f"'\"' + moment({value}) + '\"'"
        if isinstance(declared, type) and issubclass(declared, StrEnum):
            return f"text({value}._value_)"
        names[name] = self._write_one(declared)
        return f"{name}({value})"

    def _write_one(self, declared: Any) -> Writer:
        if declared in _WRITE:
            return _WRITE[declared]
        if _is_class(declared):
            return self.writer(declared)
        if _is_tuple(declared):
            return self._write_tuple(get_args(declared)[0])
        hook = self._converter.get_unstructure_hook(declared)
        return lambda value: dumps(hook(value))

    def _write_tuple(self, part: Any) -> Writer:
        names: dict[str, Any] = {"text": encode_basestring, "day": date.isoformat, "moment": moment}
        names["wrong"] = wrong
        written = self._written("value", part, names, "w")
        lines = [
            "def write(values):",
            "    if type(values) is not tuple:",
            "        raise wrong(values, tuple)",
            f"    return '[' + ','.join([{written} for value in values]) + ']'",
        ]
        return _compiled(lines, "write", names)  # type: ignore[no-any-return]


def _picked(hook: Callable[[Any], Any], only: frozenset[str]) -> Callable[[Any], Any]:
    return lambda value: {name: one for name, one in hook(value).items() if name in only}


def _write_whole(value: Any) -> str:
    if type(value) is not int:
        raise wrong(value, int)
    return int.__repr__(value)


def _write_flag(value: Any) -> str:
    if type(value) is not bool:
        raise wrong(value, bool)
    return "true" if value else "false"


def _read_texts(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        raise wrong(values, dict)
    for value in values.values():
        if type(value) is not str:
            raise wrong(value, str)
    return dict(values)


def _write_texts(values: Any) -> str:
    if type(values) is not dict:
        raise wrong(values, dict)
    text = encode_basestring
    return "{" + ",".join([f"{text(name)}:{text(value)}" for name, value in values.items()]) + "}"


_READ: dict[Any, Reader] = {
    dict[str, str]: _read_texts,
    date: date.fromisoformat,
    datetime: aware,
    time: time.fromisoformat,
    PartialDate: PartialDate.parse,
}
_WRITE: dict[Any, Writer] = {
    dict[str, str]: _write_texts,
    int: _write_whole,
    bool: _write_flag,
    time: lambda value: f'"{time.isoformat(value)}"',
    PartialDate: lambda value: encode_basestring(value.iso),
}


def _compiled(lines: list[str], name: str, names: dict[str, Any]) -> Any:
    exec(compile("\n".join(lines), "<grassroots compiled codec>", "exec"), names)
    return names[name]


def _indented(lines: list[str], depth: int) -> list[str]:
    return ["    " * depth + line for line in lines]


def _plain_type(declared: Any) -> Any:
    while isinstance(declared, NewType):
        declared = declared.__supertype__
    return declared


def _optional(declared: Any) -> Any:
    """The type of ``T | None``; None for anything else."""
    if get_origin(declared) not in (Union, types.UnionType):
        return None
    parts = [part for part in get_args(declared) if part is not type(None)]
    return parts[0] if len(parts) == 1 and len(get_args(declared)) == 2 else None


def _is_enum(declared: Any) -> bool:
    return isinstance(declared, type) and issubclass(declared, (StrEnum, IntEnum))


def _is_tuple(declared: Any) -> bool:
    return get_origin(declared) is tuple and get_args(declared)[1:] == (...,)


def _is_class(declared: Any) -> bool:
    return isinstance(declared, type) and attrs.has(declared) and declared is not PartialDate


def _field_types(cls: type) -> dict[str, Any] | None:
    """The types of the fields; None for a class that is left to cattrs altogether."""
    if getattr(cls, "__parameters__", ()):
        return None
    try:
        found = get_type_hints(cls, include_extras=True)
    except (NameError, TypeError):
        return None  # made inside a function, from names that are not there any more
    names = [field.name for field in attrs.fields(cls)]
    # Annotated may carry an override of cattrs, which renames a field or hooks it.
    if any(name not in found or get_origin(found[name]) is Annotated for name in names):
        return None
    return found


def _default(field: attrs.Attribute[Any]) -> tuple[Any, bool]:
    """The default of a field, and whether it has to be made."""
    default: Any = field.default
    return (default.factory, True) if isinstance(default, _FACTORY) else (default, False)


def _takes_self(field: attrs.Attribute[Any]) -> bool:
    default: Any = field.default
    return isinstance(default, _FACTORY) and default.takes_self


def _both(then: Callable[[Any], Any], first: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: then(first())


def _turned(one: Any, cls: type) -> None:
    one.__class__ = cls


def _own(cls: type, name: str) -> bool:
    """Whether the class or one above it, ``object`` aside, has a method of its own by this name."""
    return any(name in base.__dict__ for base in cls.__mro__[:-1])


def _blank(cls: type) -> type | None:
    """A subclass of the same layout whose fields can be assigned; None if ``__init__`` has to be called."""
    init = getattr(cls.__dict__.get("__init__"), "__code__", None)
    if (
        type(cls) is not type
        or cls.__dictoffset__
        or init is None
        or not init.co_filename.startswith("<attrs generated")
        or _own(cls, "__new__")
        or hasattr(cls, "__attrs_pre_init__")
        or hasattr(cls, "_attrs_cached_hash")
        or _own(cls, "__init_subclass__")
    ):
        return None
    for field in attrs.fields(cls):
        if not field.init or _takes_self(field) or isinstance(field.converter, attrs.Converter):
            return None
    allowed = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    blank = type(cls.__name__, (cls,), allowed)
    try:
        _turned(object.__new__(blank), cls)
    except TypeError:
        return None
    return blank
