"""Records and events as bytes, once, for every storage.

The body of a record is JSON: ``{"k": kind, "v": version, "s": salt, "r": fields}``; fields that equal their
default are left out (defaults are therefore part of the format: tests/samples pins them). In a sealed
network ``"e"`` stands before them and holds the sensitive fields (workspace/sealing). The salt makes
the SHA-256 of a body a commitment: a fact carries it, so that the newest body is provable, and once the
body is erased nothing can be guessed from what remains.

The body of a fact is JSON: ``{"t": type, "at": UTC, "by": actor, "d": fields, "w": {ref: commitment}, ...}``;
an empty commitment says that the record was erased.

Everything strict: text is text and ``"false"`` is not a flag (cattrs would turn ``None`` inside a tuple of
texts into ``"None"`` and ``"false"`` into ``True``). Unknown fields of stored records are kept and written
back, so that an older program does not wipe what a newer one stored.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum, IntEnum, StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, final, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from grassroots.contracts.storage import Entry, Ref
from grassroots.domain.step import Event
from grassroots.errors import Corrupt, GrassrootsError, Locked, Refused
from grassroots.values.dates import PartialDate
from grassroots.workspace.compiled import Compiler, Writer, aware, dumps, moment
from grassroots.workspace.kindspec import Kinds, KindSpec

T = TypeVar("T")


def _strict(kind: type) -> Any:
    def structure(value: Any, _: Any) -> Any:
        # bool is an int in Python and must not pass for one in a record.
        if type(value) is not kind:
            # Never the value: what is said here ends in a log, and it may be a name or an illness.
            raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
        return value

    return structure


def _is_tuple(cls: Any) -> bool:
    return get_origin(cls) is tuple and get_args(cls)[1:] == (...,)


def _tuple_hook(made: Converter, cls: Any) -> Any:
    one = made.get_structure_hook(get_args(cls)[0])
    part = get_args(cls)[0]

    def structure(values: Any, _: Any) -> Any:
        # A text is a sequence too: "书法" must not become two skills.
        if not isinstance(values, (list, tuple)):
            raise TypeError(f"expected a list, got {type(values).__name__}")
        return tuple(one(value, part) for value in values)

    return structure


def _converter() -> Converter:
    made = Converter(forbid_extra_keys=False, detailed_validation=False)
    for kind in (str, int, bool, float):
        made.register_structure_hook(kind, _strict(kind))
    # cattrs finds the hook of ``str`` for a StrEnum and would hand out plain texts: no ``is`` would hold.
    for enum in (StrEnum, IntEnum):
        made.register_structure_hook(enum, lambda value, cls: cls(value))
        made.register_unstructure_hook(enum, lambda value: value.value)
    # datetime is a date: the more special hook has to be found first, so both are exact-class functions.
    made.register_unstructure_hook_func(lambda cls: cls is datetime, moment)
    made.register_structure_hook_func(lambda cls: cls is datetime, lambda value, _: aware(value))
    made.register_unstructure_hook_func(lambda cls: cls is date, date.isoformat)
    made.register_structure_hook_func(lambda cls: cls is date, lambda value, _: date.fromisoformat(value))
    made.register_unstructure_hook_func(lambda cls: cls is time, time.isoformat)
    made.register_structure_hook_func(lambda cls: cls is time, lambda value, _: time.fromisoformat(value))
    made.register_unstructure_hook(PartialDate, lambda value: value.iso)
    made.register_structure_hook(PartialDate, lambda value, _: PartialDate.parse(value))
    made.register_unstructure_hook_func(
        lambda cls: isinstance(cls, type) and issubclass(cls, Enum), lambda value: value.value
    )

    made.register_structure_hook_factory(_is_tuple, lambda cls: _tuple_hook(made, cls))

    def plain(cls: Any) -> bool:
        return isinstance(cls, type) and attrs.has(cls) and cls is not PartialDate

    made.register_unstructure_hook_factory(
        plain, lambda cls: make_dict_unstructure_fn(cls, made, _cattrs_omit_if_default=True)
    )
    made.register_structure_hook_factory(plain, lambda cls: make_dict_structure_fn(cls, made))
    return made


_CONVERTER = _converter()
_COMPILER = Compiler(_CONVERTER)
_DECODER = json.JSONDecoder()

SALT_BYTES = 16
_FIELDS = b'","r":'  # what stands between the salt of a body and its fields
_TOGETHER = 128
"""Bodies parsed as one list: half the work of one by one, and little lost if only the first is wanted.

That nothing flows from one body into the next is seen by the ids, which stand in every record.
"""


_UNSOUND = (ValueError, TypeError, LookupError, AttributeError, Refused, BaseValidationError)
"""What reading rubbish may raise; a record's own rules (Refused) as well."""


def _told(error: BaseException) -> str:
    """What was wrong, without what stood there: an error text of Python or of a rule may quote the value."""
    if isinstance(error, GrassrootsError):
        return error.code
    if isinstance(error, KeyError) and error.args and str(error.args[0]).isidentifier():
        return f"KeyError: {error.args[0]}"
    return (
        str(error)
        if type(error) is TypeError and str(error).startswith("expected ")
        else type(error).__name__
    )


def unstructure(value: Any) -> Any:
    """A value as plain JSON data (language-neutral)."""
    return _CONVERTER.unstructure(value)


def structure(data: Any, cls: type[T]) -> T:
    """Plain JSON data as a value; raises what the fields raise."""
    return _CONVERTER.structure(data, cls)


def compact(data: Any) -> bytes:
    """JSON without blanks, in UTF-8."""
    return dumps(data).encode()


def _parsed(body: bytes) -> Any:
    """The same as json.loads, which first has to find out what is written in UTF-8 here anyway."""
    try:
        text = body.decode()
        data, end = _DECODER.raw_decode(text)
        if end == len(text):
            return data
    except ValueError:
        pass
    return json.loads(body)


def _cut(
    spec: KindSpec[Any], rows: Sequence[tuple[str, bytes]], together: Together | None
) -> list[Any] | None:
    """The fields of bodies of today's version, without what stands around them; None if one has others."""
    head = f'"k":{dumps(spec.name)},"v":{spec.version},"s":"'.encode()
    if together is not None and rows[0][1].startswith(b'{"e":'):
        opened = together(spec.version, head, rows)
        return None if opened is None else _DECODER.decode(f"[{b','.join(opened).decode()}]")
    head = b"{" + head
    salt, behind = len(head), len(head) + 2 * SALT_BYTES
    begin = behind + len(_FIELDS)
    cut = [
        body[begin:-1]
        for _, body in rows
        if body.startswith(head)
        and body[salt:behind].isalnum()
        and body[behind:begin] == _FIELDS
        and body.endswith(b"}}")
    ]
    return _DECODER.decode(f"[{b','.join(cut).decode()}]") if len(cut) == len(rows) else None


def _fields(spec: KindSpec[Any], data: Any, open_: Open | None) -> dict[str, Any]:
    """The fields of a parsed body, opened and brought to today's version."""
    fields, version = data["r"], data["v"]
    if "e" in data:
        if open_ is None:
            raise Locked("keys-wanted")
        opened = open_(version, data["e"])
        opened.update(fields)
        fields = opened
    if data["k"] != spec.name:
        raise ValueError(f"this is a {data['k']}")
    if version > spec.version:
        # Written back from here it would carry the older number and be converted a second time.
        raise Corrupt("stored-by-newer", where=spec.name, version=version, known=spec.version)
    while version < spec.version:
        fields = spec.upcasters[version](fields)
        version += 1
    return fields  # type: ignore[no-any-return]


def commitment(body: bytes) -> str:
    """The commitment to a body: SHA-256 over all of it, salt included, in hex."""
    return hashlib.sha256(body).hexdigest()


@cache
def event_code(name: str) -> str:
    """The stable code of an event class by its name: ``MemberRegistered`` is ``member-registered``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


@final
@attrs.frozen
class UnknownEvent(Event):
    """An event that this version does not know: kept as it stands, never lost."""

    code: str
    fields: Mapping[str, Any]


@final
@attrs.frozen(kw_only=True)
class Happened:
    """One line of the trail, read back: when (UTC), who, about what, and the event."""

    position: int
    at: datetime
    by: str
    code: str
    event: Event
    about: tuple[Ref, ...]
    proxy_for: str | None = None
    sheet: str | None = None
    packs: tuple[str, ...] = ()
    commitments: Mapping[str, str] = attrs.field(factory=dict)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


@final
@attrs.frozen
class Decoded:
    """A record with the fields that this version does not know, to be written back unchanged."""

    record: Any
    unknown: Mapping[str, Any]


Seal = Callable[[Mapping[str, str]], str]
"""Gets the sensitive fields as JSON objects by group, and gives the sealed part of the body as JSON."""
Open = Callable[[int, Mapping[str, Any]], dict[str, Any]]
Together = Callable[[int, bytes, Sequence[tuple[str, bytes]]], list[bytes] | None]
"""Gets the version, what follows the sealed part up to the salt, and ids with sealed bodies; gives all the
fields of each as a JSON object. None if one is not simply what it should be: each is then opened alone."""

UNKNOWN = "unknown"
"""The group of fields that a newer version stored: nobody here knows whether they are sensitive."""


@final
class Codec:
    """Bytes to records and back, for one kinds table."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self._fields = {spec.name: frozenset(f.name for f in attrs.fields(spec.record)) for spec in kinds}
        self._writers: dict[str, tuple[str, Writer, tuple[tuple[str, Writer], ...]]] = {}
        self._events: dict[str, type[Event]] = {}
        for event in (event for spec in kinds for event in spec.events):
            # The trail names an event by its code alone: two classes of one code could not be told apart.
            if self._events.setdefault(event_code(event.__name__), event) is not event:
                raise ValueError(f"two events have the code {event_code(event.__name__)!r}")

    def encode(
        self,
        spec: KindSpec[Any],
        record: Any,
        salt: bytes,
        unknown: Mapping[str, Any],
        seal: Seal | None = None,
    ) -> bytes:
        """The body of a record. ``seal`` gets its sensitive fields by group and gives the sealed part."""
        if not unknown and (seal is None or not spec.sealing):
            head = f'{{"k":{dumps(spec.name)},"v":{spec.version},"s":"{salt.hex()}","r":'
            return (head + _COMPILER.writer(spec.record)(record) + "}").encode()
        if seal is not None:
            return self._sealed(spec, record, salt, unknown, seal)
        fields = {**unknown, **_CONVERTER.unstructure(record)}
        return compact({"k": spec.name, "v": spec.version, "s": salt.hex(), "r": fields})

    def _sealed(
        self, spec: KindSpec[Any], record: Any, salt: bytes, unknown: Mapping[str, Any], seal: Seal
    ) -> bytes:
        head, general, parts = self._parts(spec)
        groups = {group: text for group, write in parts if (text := write(record)) != "{}"}
        if unknown:
            groups[UNKNOWN] = dumps(dict(unknown))
        # First of all, so that the key of a body is read off without parsing it.
        sealed = f'"e":{seal(groups)},' if groups else ""
        return f'{{{sealed}{head}"{salt.hex()}","r":{general(record)}}}'.encode()

    def _parts(self, spec: KindSpec[Any]) -> tuple[str, Writer, tuple[tuple[str, Writer], ...]]:
        """Kind and version, what writes the general fields, and the fields of each group that is sealed."""
        found = self._writers.get(spec.name)
        if found is None:
            by_group: dict[str, set[str]] = {}
            for name, group in spec.sealing.items():
                by_group.setdefault(group.value, set()).add(name)
            general = self._fields[spec.name].difference(spec.sealing)
            found = self._writers[spec.name] = (
                f'"k":{dumps(spec.name)},"v":{spec.version},"s":',
                _COMPILER.writer_of(spec.record, general),
                tuple(
                    (group, _COMPILER.writer_of(spec.record, frozenset(names)))
                    for group, names in by_group.items()
                ),
            )
        return found

    def decode(self, spec: KindSpec[Any], body: bytes, open_: Open | None = None) -> Decoded:
        """The record of a body, of this version or an older one; Corrupt if it cannot be one.

        ``open_`` gets the version and the sealed part and gives its fields; Locked ``keys-wanted`` without.
        """
        try:
            fields = _fields(spec, _parsed(body), open_)
            known = self._fields[spec.name]
            unknown = _NOTHING
            if not known.issuperset(fields.keys()):
                unknown = {name: value for name, value in fields.items() if name not in known}
            return Decoded(_COMPILER.reader(spec.record)(fields), unknown)
        except _UNSOUND as error:
            raise Corrupt("corrupt", where=spec.name, problem=_told(error)) from None

    def records(
        self,
        spec: KindSpec[Any],
        rows: Sequence[tuple[str, bytes]],
        opening: Callable[[str], Open] | None = None,
        together: Together | None = None,
    ) -> Iterator[Any]:
        """The records of ids and bodies, as :meth:`decode` gives them one by one; parsed together.

        ``opening`` gives what opens the sealed part of the record with an id, ``together`` what opens many.
        """
        for start in range(0, len(rows), _TOGETHER):
            some = rows[start : start + _TOGETHER]
            yield from self._records(spec, some, opening, together) or (
                # One of them is not what it should be: those before it are well, and it gets its own words.
                self.decode(spec, body, opening and opening(id_)).record
                for id_, body in some
            )

    def _records(
        self,
        spec: KindSpec[Any],
        rows: Sequence[tuple[str, bytes]],
        opening: Callable[[str], Open] | None,
        together: Together | None,
    ) -> list[Any] | None:
        read = _COMPILER.reader(spec.record)
        try:
            fields = _cut(spec, rows, together)
            if fields is None:
                many = _DECODER.decode(f"[{b','.join([body for _, body in rows]).decode()}]")
                fields = [
                    _fields(spec, data, opening and opening(id_))
                    for (id_, _), data in zip(rows, many, strict=True)
                ]
            if [one["id"] for one in fields] != [id_ for id_, _ in rows]:
                return None
            return [read(one) for one in fields]
        except (*_UNSOUND, GrassrootsError):
            return None

    def encode_fact(self, event: Event, told: Mapping[str, Any]) -> bytes:
        """The body of a fact: the event, and who, when, from which sheet, with which commitments."""
        body = dumps({"t": event_code(type(event).__name__), **{k: v for k, v in told.items() if v}})
        fields = _COMPILER.writer(type(event))(event)
        if fields != "{}":
            body = f'{body[:-1]},"d":{fields}}}'
        return body.encode()

    def decode_fact(self, entry: Entry) -> Happened:
        """One entry of the journal, read back; an unknown event comes as UnknownEvent. Corrupt on rubbish."""
        try:
            return self._happened(entry, _parsed(entry.fact.body))
        except _UNSOUND as error:
            raise Corrupt("corrupt", where=f"journal/{entry.position}", problem=_told(error)) from None

    def _happened(self, entry: Entry, data: Mapping[str, Any]) -> Happened:
        code, fields = data["t"], data.get("d", {})
        known = self._events.get(code)
        event = _COMPILER.reader(known)(fields) if known else UnknownEvent(code, fields)
        return Happened(
            position=entry.position,
            at=datetime.fromisoformat(data["at"]),
            by=data["by"],
            code=code,
            event=event,
            about=entry.fact.about,
            proxy_for=data.get("for"),
            sheet=data.get("sheet"),
            packs=tuple(data.get("packs", ())),
            commitments=data.get("w", {}),
        )
