"""What a key can hold, where that is a closed set: an enum, a table of the rule packs, ids of another kind.

A question with a value that no record can have would be answered with 0, as if nothing had happened; it is
refused instead, with what would have been possible.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import EnumMeta
from functools import cache
from types import MappingProxyType
from typing import Any

import attrs

from grassroots.contracts.storage import Key, Ref
from grassroots.domain.fields import code_group
from grassroots.errors import BadInput, Denied
from grassroots.locale import label
from grassroots.workspace.kindspec import Choice, HeldBy, IdOf, ListedIn
from grassroots.workspace.reading import Reading


def check_values(reading: Reading, figure: str, kind: str, key: str, values: Iterable[Any]) -> None:
    """BadInput ``figure-unknown-value`` for a value that the key of a kind cannot hold."""
    choice = reading.office.kinds.named(kind).choices.get(key)
    if choice is None:
        return
    for value in values:
        if value is not None and not _possible(reading, kind, key, choice, value):
            known = tuple(codes(reading, choice))
            raise BadInput(
                "figure-unknown-value", figure=figure, kind=kind, key=key, what=str(value), known=known
            )


def codes(reading: Reading, choice: Choice) -> list[str]:
    """All values of a closed set, in the order in which they are listed or, for ids, sorted."""
    if isinstance(choice, EnumMeta):
        return [str(one.value) for one in choice]
    if isinstance(choice, ListedIn):
        # Of whatever day: a figure may ask about a year in which other rules were in force.
        rules = [rule for pack in reading.office.packs.active for rule in pack.table(choice.table).values()]
        return list(dict.fromkeys(rule.id for rule in rules if not rule.off))
    if isinstance(choice, HeldBy):
        return sorted({str(row.keys[choice.key]) for row in reading.rows(choice.kind)})
    assert isinstance(choice, IdOf)
    return [row.ref.id for row in reading.rows(choice.kind)]


def labels(reading: Reading, kind: str, key: str, language: str) -> Mapping[str, str]:
    """The values of a key with their labels; empty for a key whose values are no closed set.

    A code for which there are no words, or whose record this viewer may not see, is its own label.
    """
    choice = reading.office.kinds.named(kind).choices.get(key)
    return {} if choice is None else labels_of(reading, choice, language)


def labels_of(reading: Reading, choice: Choice, language: str) -> Mapping[str, str]:
    """The values of a closed set with their labels."""
    found = {code: code for code in codes(reading, choice)}
    if isinstance(choice, EnumMeta):
        return {code: label(_group(choice), code, language) for code in found}
    if isinstance(choice, ListedIn):
        table = reading.office.packs.table(choice.table, reading.today)
        return {code: table[code].label(language) if code in table else code for code in found}
    if isinstance(choice, HeldBy):
        return {code: label(f"{choice.kind}-{choice.key}", code, language) for code in found}
    assert isinstance(choice, IdOf)
    try:
        records = reading.list(reading.office.kinds.named(choice.kind).record)
    except Denied:
        return found
    return {**found, **{one.id: _name(one, language) for one in records}}


def _possible(reading: Reading, kind: str, key: str, choice: Choice, value: Any) -> bool:
    if isinstance(choice, IdOf):
        ref = Ref(choice.kind, str(value))
        return ref in reading.office.storage.read((ref,))
    known = codes(reading, choice)
    if value in known or (isinstance(choice, ListedIn) and not known):
        return True
    # A catalogue may have lost what older records still say; what is recorded can be asked.
    if isinstance(choice, EnumMeta) or reading.office.kinds.named(kind).keys[key] is not Key.TEXT:
        return False
    return (value,) in reading.tally(kind, by=(key,))


def _group(choice: EnumMeta) -> str:
    """The group of an enum's labels: ``ConcernKind`` is ``concern-kind``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in choice.__name__)[1:]


@cache
def code_groups(record: type) -> Mapping[str, str]:
    """Where the labels of a record's codes stand: a group for each field that holds an enum, also inside a
    list, or says itself which codes are in it; of a field inside another by both names (``born.source``).
    """
    return MappingProxyType(dict(_coded(record, "")))


def _coded(hint: Any, path: str) -> Iterator[tuple[str, str]]:
    for part in typing.get_args(hint):
        yield from _coded(part, path)
    if isinstance(hint, EnumMeta):
        yield path, _group(hint)
    elif isinstance(hint, type) and attrs.has(hint):
        hints = typing.get_type_hints(hint)
        for field in attrs.fields(hint):
            here = f"{path}.{field.name}" if path else field.name
            if group := code_group(field):
                yield here, group
            yield from _coded(hints[field.name], here)


def _name(record: Any, language: str) -> str:
    names = ("name_en", "title_en", "label_en") if language == "en" else ()
    for field in (*names, "name", "title", "label_zh"):
        if found := getattr(record, field, None):
            return str(found)
    return str(record.id)
