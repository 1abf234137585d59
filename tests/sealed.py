"""What tests of sealed networks share: keys, planted records, and looking for what must not be found."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
from tests.samples.make import FULL, LEAST

from grassroots.contracts.storage import Query, Storage, walk
from grassroots.domain.secrets import RecordsSealed
from grassroots.domain.step import Step
from grassroots.plugins.keys import KeySet
from grassroots.workspace.acts import perform
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Office, Seat

OLD, NEW = "aa" * 32, "bb" * 32


def keys(text: str = f"k1:{OLD}") -> KeySet:
    """Keys as a file would give them."""
    return KeySet.read(text, "file:keys")


def encodings(text: str) -> dict[str, bytes]:
    """A text in the six encodings in which it may lie somewhere."""
    utf8 = text.encode()
    return {
        "utf-8": utf8,
        "utf-16le": text.encode("utf-16le"),
        "utf-16be": text.encode("utf-16be"),
        "gb18030": text.encode("gb18030"),
        "base64": base64.b64encode(utf8).rstrip(b"="),
        "hex": utf8.hex().encode(),
        "json": json.dumps(text)[1:-1].encode(),
    }


def hits(texts: Iterable[str], data: bytes) -> list[str]:
    """Which of the texts stand in the data, and how."""
    return [
        f"{text} ({name})"
        for text in texts
        for name, coded in encodings(text).items()
        if coded in data or (name == "hex" and coded.upper() in data)
    ]


def files_of(folder: Path) -> bytes:
    """Every byte of every file in a folder: database, write-ahead log, archives."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def everything(storage: Storage, kinds: Iterable[str]) -> bytes:
    """Every key, body, fact and reference that a storage sees."""
    parts: list[bytes] = []
    for kind in (*kinds, "keyring"):
        for stored in walk(storage, Query(kind)):
            parts += [repr(dict(stored.keys)).encode(), stored.ref.id.encode(), stored.body]
    for entry in storage.journal(after=0, limit=1000):
        parts += [entry.fact.body, repr(entry.fact.about).encode(), entry.batch.encode()]
    return b"\n".join(parts)


def planted(spec: KindSpec[Any], number: int) -> tuple[Any, list[str]]:
    """A full record of a kind with marked values in every sensitive text of it, and the marks."""
    from grassroots.workspace.codec import structure

    marks: list[str] = []
    count = iter(range(100))

    def mark(name: str) -> str:
        made = (
            f"144{number:04d}{next(count):04d}" if "phone" in name else f"密{number:03d}章{next(count):02d}春"
        )
        marks.append(made)
        return made

    def fill(data: Any, cls: type) -> Any:
        if not isinstance(data, dict):
            return data
        hints = attrs.fields_dict(cls)
        found = dict(data)
        for name, value in data.items():
            field = hints[name]
            if field.metadata.get("group"):
                found[name] = _marked(name, value, mark)
            else:
                found[name] = _inside(cls, name, value, fill)
        return found

    data = fill({**LEAST[spec.name], **FULL[spec.name]}, spec.record)
    data["id"] = data["id"] if spec.name in ("network", "role") else f"{spec.name[:10]}-{number}"
    return structure(data, spec.record), marks


FREE = {
    "name", "also_known", "phone", "id_number", "address", "volunteer_number", "health_note", "remark",
    "text", "raiser_name", "raiser_phone", "note", "minutes", "handover", "despite", "checked_by",
    "identity", "contact", "health", "household", "case", "minor",
}  # fmt: skip
"""The sensitive fields that hold any text; others hold codes and dates."""


def _marked(name: str, value: Any, mark: Any) -> Any:
    if name not in FREE:
        return value
    if isinstance(value, str):
        return mark(name)
    if isinstance(value, (list, tuple)):
        return [mark(name) for _ in value]
    if isinstance(value, dict):
        return {one: mark(one) for one in value}
    return value


def _inside(cls: type, name: str, value: Any, fill: Any) -> Any:
    from grassroots.domain.fields import _hints, _records_in

    parts = list(_records_in(_hints(cls).get(name)))
    if not parts:
        return value
    if isinstance(value, list):
        return [fill(one, parts[0]) for one in value]
    return fill(value, parts[0])


def plant(seat: Seat, number: int) -> dict[str, list[str]]:
    """One marked record of every kind with something sensitive, in one act each; the marks by kind."""
    found: dict[str, list[str]] = {}
    for spec in seat.office.kinds:
        if not spec.sealed or spec.name == "network":
            continue
        record, found[spec.name] = planted(spec, number)
        keep(seat, spec, record)
    return found


def keep(seat: Seat, spec: KindSpec[Any], record: Any) -> None:
    """Write a record past its room's rules."""
    event = RecordsSealed(kind=spec.name, records=1)
    perform(seat, lambda work: work.keep(Step(record, (event,))) and None, None)


def bodies(office: Office, *names: str) -> Iterator[tuple[KindSpec[Any], Any]]:
    """What is stored of these kinds (all)."""
    for spec in office.kinds:
        if not names or spec.name in names:
            for stored in walk(office.storage, Query(spec.name)):
                yield spec, stored
