"""Marks: texts of their own in every sensitive field of every kind, found by reflection."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any, Final, final

import attrs
from tests.samples.make import FULL, LEAST
from tests.sealed import encodings, keep

from grassroots.domain.fields import FieldGroup, groups_of
from grassroots.domain.secrets import RecordsSealed
from grassroots.domain.step import Step
from grassroots.workspace.acts import perform
from grassroots.workspace.codec import structure, unstructure
from grassroots.workspace.kindspec import Kinds, KindSpec
from grassroots.workspace.office import Seat
from grassroots.workspace.work import Work


@final
@attrs.frozen(kw_only=True)
class Mark:
    """A text that stands in one field of one record and nowhere else."""

    text: str
    kind: str
    id: str
    field: str
    group: FieldGroup


@final
class Marker:
    """Makes marks, each another text."""

    def __init__(self) -> None:
        self.made: list[Mark] = []

    def new(self, kind: str, id_: str, field: str, group: FieldGroup) -> str:
        number = len(self.made)
        # A number of eleven digits where it has to be one; else two words that no text of ours has together.
        text = f"1449{number:07d}" if "phone" in field else f"密{number:04d}章春"
        self.made.append(Mark(text=text, kind=kind, id=id_, field=field, group=group))
        return text

    # -- one record ---------------------------------------------------------------------------------------
    def mark(self, spec: KindSpec[Any], data: dict[str, Any], id_: str) -> dict[str, Any]:
        """The plain data of a record with marks in every sensitive text of it, also in those it has not."""
        found = self._marked(spec.name, spec.record, data, id_)
        for name in spec.private:
            value = data.get(name)
            if isinstance(value, str):
                found[name] = self.new(spec.name, id_, name, FieldGroup.GENERAL)
            elif isinstance(value, dict):
                found[name] = {one: self.new(spec.name, id_, name, FieldGroup.GENERAL) for one in value}
        return found

    def _marked(self, kind: str, cls: type, data: dict[str, Any], id_: str) -> dict[str, Any]:
        hints, found = typing.get_type_hints(cls), dict(data)
        for name, group in groups_of(cls).items():
            declared, value = hints[name], data.get(name)
            if group is FieldGroup.GENERAL:
                inside = _record_in(declared)
                if inside is not None and value is not None:
                    many = isinstance(value, list)
                    new = [self._marked(kind, inside, one, id_) for one in (value if many else [value])]
                    found[name] = new if many else new[0]
            elif is_code(cls, name):
                continue
            elif is_text(declared):
                found[name] = self.new(kind, id_, name, group)
            elif is_texts(declared):
                found[name] = [self.new(kind, id_, name, group)]
            elif typing.get_origin(declared) is dict:
                found[name] = {one: self.new(kind, id_, name, group) for one in value or {}}
        return found


def is_code(cls: type, name: str) -> bool:
    """Whether a field takes short codes alone, which say nothing of anybody."""
    return "is_code" in repr(attrs.fields_dict(cls)[name].validator)


def is_text(declared: Any) -> bool:
    """Whether a field holds any text: ids and codes have types of their own."""
    return declared is str or (
        _alternatives(declared) and set(typing.get_args(declared)) == {str, type(None)}
    )


def is_texts(declared: Any) -> bool:
    return typing.get_origin(declared) is tuple and typing.get_args(declared)[:1] == (str,)


def _alternatives(declared: Any) -> bool:
    return typing.get_origin(declared) in (typing.Union, types.UnionType)


def _record_in(declared: Any) -> type | None:
    if (
        isinstance(declared, type)
        and attrs.has(declared)
        and declared.__module__.startswith("grassroots.domain")
    ):
        return declared
    return next(filter(None, map(_record_in, typing.get_args(declared))), None)


def sensitive_texts(kinds: Kinds) -> set[tuple[str, str]]:
    """Every sensitive field of any kind that holds texts, those of records inside records too."""

    def within(kind: str, cls: type) -> Iterator[tuple[str, str]]:
        hints = typing.get_type_hints(cls)
        for name, group in groups_of(cls).items():
            declared = hints[name]
            if group is FieldGroup.GENERAL:
                inside = _record_in(declared)
                if inside is not None:
                    yield from within(kind, inside)
            elif is_code(cls, name):
                continue
            elif is_text(declared) or is_texts(declared) or typing.get_origin(declared) is dict:
                yield kind, name

    private = {(spec.name, name) for spec in kinds for name in spec.private}
    return private.union(found for spec in kinds for found in within(spec.name, spec.record))


# -- planting ---------------------------------------------------------------------------------------------
def plant(seat: Seat, marker: Marker, number: int, ids: dict[str, str]) -> None:
    """A marked record of every kind that has something to seal; ``ids`` are real ones for the invented."""
    for spec in seat.office.kinds:
        if not spec.sealing or spec.name == "network":
            continue
        data = _real({**LEAST[spec.name], **FULL[spec.name]}, ids)
        data["id"] = f"{spec.name[:10]}-{number}"
        record = structure(marker.mark(spec, data, data["id"]), spec.record)
        keep(seat, spec, record)


def remark(seat: Seat, marker: Marker, spec: KindSpec[Any], record: Any) -> None:
    """Marks in a record that stands."""
    after = structure(marker.mark(spec, unstructure(record), record.id), spec.record)

    def change(work: Work) -> None:
        work.load(spec.record, record.id)
        work.keep(Step(after, (RecordsSealed(kind=spec.name, records=1),)))

    perform(seat, change, None)


def _real(data: Any, ids: dict[str, str]) -> Any:
    if isinstance(data, dict):
        return {name: _real(value, ids) for name, value in data.items()}
    if isinstance(data, list):
        return [_real(value, ids) for value in data]
    return ids.get(data, data) if isinstance(data, str) else data


# -- looking ----------------------------------------------------------------------------------------------
_BEGINS: Final = tuple(
    re.compile(re.escape(coded)) for word in ("密", "144") for coded in encodings(word).values()
)

_BETWEEN: Final = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f-](?=\d)")


def seen(marks: Iterable[Mark], data: str | bytes) -> list[Mark]:
    """Those of the marks that stand in the data in any of the encodings."""
    if isinstance(data, str):
        # Pages print numbers in groups.
        data += _BETWEEN.sub("", data)
    coded = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if not any(begins.search(coded) for begins in _BEGINS):
        return []
    return [mark for mark in marks if any(one in coded for one in encodings(mark.text).values())]
