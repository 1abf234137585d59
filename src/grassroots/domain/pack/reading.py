"""Reading a pack from TOML text. Reads on after a mistake, so that one look shows all of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, final

from grassroots.domain.pack.model import READ, BadPack, Finding, Force, Pack, Rule, Source, SourceKind, Sure

E = TypeVar("E", bound=StrEnum)

_HEADER = ("name", "version", "title_zh", "title_en", "jurisdiction", "effective_from")
_HEADER_TOO = ("effective_to", "extends")
_SOURCE = ("key", "title", "where", "kind", "sure", "read")
_SOURCE_TOO = ("jurisdiction",)
_RULE = ("source", "force", "effective_from", "effective_to", "off")
_LINE = re.compile(r"at line (\d+)")
_NEVER = date(1, 1, 1)
LONGEST = 1_048_576
"""Characters of a pack's text."""


def parse_pack(text: str) -> Pack:
    """Read a pack; ``findings`` of the pack hold everything that is not as the format wants it.

    Only a text that is no TOML at all raises, with :class:`BadPack` ``pack-bad`` (its finding names the
    line). What the rules mean is looked at by :func:`grassroots.domain.pack.check`.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("longer than a megabyte")
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a nest of a thousand brackets is not TOML for us either
        line = _LINE.search(str(error))
        where = f"line {line.group(1)}" if line else "end"
        raise BadPack("?", (Finding("pack-not-toml", where, {"line": where}),)) from error
    return _Reader(raw).pack()


@final
class _Reader:
    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._found: list[Finding] = []

    def pack(self) -> Pack:
        header = self._raw.get("pack", {})
        if not isinstance(header, dict):
            self._note("pack-field-type", "pack", field="pack", type="table")
            header = {}
        self._known("pack", header, _HEADER, _HEADER_TOO)
        sources = self._sources()
        return Pack(
            name=self._text("pack", header, "name"),
            version=self._text("pack", header, "version"),
            title_zh=self._text("pack", header, "title_zh"),
            title_en=self._text("pack", header, "title_en"),
            jurisdiction=self._text("pack", header, "jurisdiction"),
            effective_from=self._day("pack", header, "effective_from") or _NEVER,
            effective_to=self._day("pack", header, "effective_to"),
            extends=self._texts("pack", header, "extends"),
            sources=MappingProxyType(sources),
            rules=tuple(self._rules()),
            findings=tuple(self._found),
        )

    def _sources(self) -> dict[str, Source]:
        listed = self._raw.get("source", [])
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            self._note("pack-field-type", "source", field="source", type="array of tables")
            return {}
        sources: dict[str, Source] = {}
        for number, item in enumerate(listed, start=1):
            where = f"source.{item.get('key', number)}"
            self._known(where, item, _SOURCE, _SOURCE_TOO)
            source = Source(
                key=self._text(where, item, "key"),
                title=self._text(where, item, "title"),
                where=self._text(where, item, "where"),
                # What cannot be read counts as the weakest, so that nothing becomes law by a slip.
                kind=self._one(where, item, "kind", SourceKind) or SourceKind.MEMORY,
                sure=self._one(where, item, "sure", Sure) or Sure.LOW,
                read=self._text(where, item, "read"),
                jurisdiction=self._text(where, item, "jurisdiction") if "jurisdiction" in item else None,
            )
            if source.read and source.read not in READ:
                self._note("pack-field-value", where, field="read", value=source.read, known=READ)
            if source.key in sources:
                self._note("pack-source-twice", where, key=source.key)
            sources[source.key] = source
        return sources

    def _rules(self) -> list[Rule]:
        rules = []
        for table, rows in self._raw.items():
            if table in ("pack", "source"):
                continue
            if not isinstance(rows, dict):
                self._note("pack-field-type", table, field=table, type="table")
                continue
            for id_, row in rows.items():
                where = f"{table}.{id_}"
                if not isinstance(row, dict):
                    self._note("pack-field-type", where, field=id_, type="table")
                    continue
                rules.append(self._rule(where, table, id_, row))
        return rules

    def _rule(self, where: str, table: str, id_: str, row: dict[str, Any]) -> Rule:
        rest = dict(row)
        own: dict[str, Any] = {name: rest.pop(name) for name in _RULE if name in rest}
        off = own.get("off", False)
        if not isinstance(off, bool):
            self._note("pack-field-type", where, field="off", type="flag")
        if "source" not in own:
            self._note("pack-field-missing", where, field="source")
        return Rule(
            table=table,
            id=id_,
            source=self._text(where, own, "source"),
            values=MappingProxyType({name: _frozen(value) for name, value in rest.items()}),
            force=self._one(where, own, "force", Force),
            effective_from=self._day(where, own, "effective_from"),
            effective_to=self._day(where, own, "effective_to"),
            off=off is True,
        )

    # -- single values ------------------------------------------------------------------------------------
    def _known(
        self, where: str, item: Mapping[str, Any], must: tuple[str, ...], may: tuple[str, ...]
    ) -> None:
        for name in must:
            if name not in item:
                self._note("pack-field-missing", where, field=name)
        for name in item:
            if name not in must and name not in may:
                self._note("pack-field-unknown", where, field=name, known=must + may)

    def _text(self, where: str, item: Mapping[str, Any], name: str) -> str:
        value = item.get(name)
        if name in item and (not isinstance(value, str) or not value.strip()):
            self._note("pack-field-type", where, field=name, type="text")
        return value if isinstance(value, str) else ""

    def _texts(self, where: str, item: Mapping[str, Any], name: str) -> tuple[str, ...]:
        value = item.get(name, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            self._note("pack-field-type", where, field=name, type="list of texts")
            return ()
        return tuple(value)

    def _day(self, where: str, item: Mapping[str, Any], name: str) -> date | None:
        value = item.get(name)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self._note("pack-field-type", where, field=name, type="day")
            return None
        return value

    def _one(self, where: str, item: Mapping[str, Any], name: str, kind: type[E]) -> E | None:
        if name not in item:
            return None
        try:
            return kind(item[name])
        except ValueError:
            self._note("pack-field-value", where, field=name, value=str(item[name]), known=tuple(kind))
            return None

    def _note(self, code: str, where: str, **facts: str | tuple[str, ...]) -> None:
        self._found.append(Finding(code, where, facts))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    return value
