"""Checking a pack: every column by its type, and that no rule claims more than its source can carry."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from grassroots.domain.pack.model import (
    STATUTE_TEXT,
    Finding,
    Force,
    Pack,
    Rule,
    SourceKind,
    Sure,
)
from grassroots.domain.pack.shapes import (
    LABELS,
    MOST,
    OWN_TABLE,
    TABLES,
    UNITS,
    Column,
    ColumnType,
    Table,
)

_CODE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_STAR = "*"
_DAY_OF_YEAR = re.compile(r"(\d{2})-(\d{2})")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_JURISDICTION = re.compile(r"\*|[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


def check(pack: Pack) -> tuple[Finding, ...]:
    """Everything that is wrong with a pack, in the order of its text; empty when it may be used."""
    return (
        *pack.findings,
        *_header(pack),
        *_sources(pack),
        *(finding for rule in pack.rules for finding in _rule(pack, rule)),
    )


def _header(pack: Pack) -> Iterator[Finding]:
    for field, value, pattern in (
        ("name", pack.name, _NAME),
        ("version", pack.version, _VERSION),
        ("jurisdiction", pack.jurisdiction, _JURISDICTION),
    ):
        if value.strip() and not pattern.fullmatch(value):
            yield Finding("pack-field-value", "pack", {"field": field, "value": value, "known": None})
    yield from _order("pack", pack.effective_from, pack.effective_to)


def _sources(pack: Pack) -> Iterator[Finding]:
    for source in pack.sources.values():
        where = f"source.{source.key}"
        if source.kind is SourceKind.MEMORY and source.sure is Sure.HIGH:
            # Whoever is sure has looked it up, and can say where.
            yield Finding("pack-memory-too-sure", where, {"key": source.key})


def _rule(pack: Pack, rule: Rule) -> Iterator[Finding]:
    if not _CODE.fullmatch(rule.id):
        yield Finding("pack-rule-id", rule.where, {"id": rule.id})
    yield from _order(rule.where, rule.effective_from, rule.effective_to)
    yield from _force(pack, rule)
    if rule.table.startswith(OWN_TABLE):
        yield from _own_columns(rule)
        return
    table = TABLES.get(rule.table)
    if table is None:
        yield Finding(
            "pack-table-unknown", rule.where, {"table": rule.table, "near": _near(rule.table, TABLES)}
        )
    else:
        yield from _columns(rule, table)


def _order(where: str, first: date | None, last: date | None) -> Iterator[Finding]:
    if first is not None and last is not None and last < first:
        yield Finding("pack-dates-order", where, {"first": first.isoformat(), "last": last.isoformat()})


def _force(pack: Pack, rule: Rule) -> Iterator[Finding]:
    """A rule may claim to be law only if its source is a law, was read, and binds where the pack is for."""
    if not rule.source:
        return  # reading has said so
    source = pack.sources.get(rule.source)
    facts = {"source": rule.source}
    if source is None:
        near = _near(rule.source, pack.sources)
        yield Finding("pack-source-unknown", rule.where, {**facts, "near": near})
        return
    if source.kind is SourceKind.MEMORY and rule.force is not Force.PRACTICE:
        yield Finding("pack-memory-as-law", rule.where, facts)
        return
    claimed = pack.force_of(rule)
    if claimed is Force.LAW:
        if source.kind is not SourceKind.LAW:
            yield Finding("pack-law-without-law", rule.where, facts)
        elif source.read != STATUTE_TEXT:
            yield Finding("pack-law-unread", rule.where, facts)
        elif not _binds(source.jurisdiction, pack.jurisdiction):
            yield Finding("pack-law-elsewhere", rule.where, {**facts, "binds": source.jurisdiction})
    elif claimed is Force.STANDARD and source.kind not in (SourceKind.LAW, SourceKind.STANDARD):
        yield Finding("pack-law-without-law", rule.where, facts)


def _binds(source: str | None, pack: str) -> bool:
    """A law of CN binds in CN-43; a law of CN-11 does not bind in CN or in CN-43."""
    return source is None or pack == source or pack.startswith(f"{source}-")


def _columns(rule: Rule, table: Table) -> Iterator[Finding]:
    known = {**table.columns, **LABELS}
    if not rule.off:
        yield from _complete(rule, table)
    for name, value in rule.values.items():
        if name in known:
            yield from _column(rule.where, name, known[name], value)
        elif name.startswith(OWN_TABLE):
            yield from _own_value(rule.where, name, value)
        else:
            yield Finding("pack-field-unknown", rule.where, {"field": name, "known": _near(name, known)})


def _complete(rule: Rule, table: Table) -> Iterator[Finding]:
    for name, column in table.columns.items():
        if column.required and name not in rule.values:
            yield Finding("pack-field-missing", rule.where, {"field": name})
    if table.labelled:
        for name in ("label_zh", "label_en"):
            if name not in rule.values:
                yield Finding("pack-label-missing", rule.where, {"field": name})
    if table.one_of and sum(name in rule.values for name in table.one_of) != 1:
        yield Finding("pack-one-of", rule.where, {"fields": table.one_of})


def _own_columns(rule: Rule) -> Iterator[Finding]:
    for name, value in rule.values.items():
        yield from _own_value(rule.where, name, value)


def _own_value(where: str, name: str, value: Any) -> Iterator[Finding]:
    """An app's own value: anything but a fraction, and whole numbers with their unit in the name."""
    for part in _parts(value):
        if isinstance(part, float):
            yield Finding("pack-field-type", where, {"field": name, "type": ColumnType.WHOLE})
        elif _is_whole(part) and not name.endswith(UNITS):
            yield Finding("pack-unit-missing", where, {"field": name, "units": UNITS})


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, (Mapping, tuple)):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _parts(part)
    else:
        yield value


def _column(where: str, name: str, column: Column, value: Any) -> Iterator[Finding]:
    if not _fits(column, value):
        yield Finding("pack-field-type", where, {"field": name, "type": column.type})
        return
    if column.type in (ColumnType.WHOLE, ColumnType.WHOLES):
        for number in value.values() if column.type is ColumnType.WHOLES else (value,):
            if not column.least <= number <= MOST:
                yield Finding("pack-field-range", where, {"field": name, "least": column.least, "most": MOST})
    if column.choices:
        for word in value if column.type is ColumnType.CODES else (value,):
            if word not in column.choices and word != _STAR:
                yield Finding(
                    "pack-field-value", where, {"field": name, "value": word, "known": column.choices}
                )


def _fits(column: Column, value: Any) -> bool:
    match column.type:
        case ColumnType.TEXT:
            return isinstance(value, str) and bool(value.strip())
        case ColumnType.CODE:
            return _is_code(value, column)
        case ColumnType.CODES:
            # An empty list says "none" only where the column points at other rules (a root has no parents).
            listed = isinstance(value, tuple) and all(_is_code(word, column) for word in value)
            return listed and len(set(value)) == len(value) and (bool(value) or bool(column.refers))
        case ColumnType.WHOLE:
            return _is_whole(value)
        case ColumnType.WHOLES:
            named = isinstance(value, Mapping) and bool(value)
            return named and all(_is_code(key, column) and _is_whole(number) for key, number in value.items())
        case ColumnType.FLAG:
            return isinstance(value, bool)
        case ColumnType.DAY:
            return isinstance(value, date) and not isinstance(value, datetime)
        case ColumnType.DAYS:
            listed = isinstance(value, tuple) and bool(value) and len(set(value)) == len(value)
            return listed and all(isinstance(one, date) and not isinstance(one, datetime) for one in value)
        case ColumnType.DAY_OF_YEAR:
            return isinstance(value, str) and _is_day_of_year(value)
        case ColumnType.FREE:
            return True


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_code(value: object, column: Column) -> bool:
    if not isinstance(value, str):
        return False
    return _CODE.fullmatch(value) is not None or (column.star and value == _STAR)


def _is_day_of_year(value: str) -> bool:
    found = _DAY_OF_YEAR.fullmatch(value)
    if found is None:
        return False
    try:
        # A year without 29 February: a yearly day has to come every year.
        date(2001, int(found.group(1)), int(found.group(2)))
    except ValueError:
        return False
    return True


def _near(word: str, known: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(word, known, n=3))
