"""Any record of any kind, built from the types of its fields: what a type allows, somebody will store."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st

from grassroots.domain.seal import Seal, seal_id
from grassroots.errors import Refused
from grassroots.values.dates import PartialDate

IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=26)
CODES = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from("卯大山“美在金秋”、\n")),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MOMENTS = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))]),
)
CLOCK = st.times().map(lambda one: one.replace(second=0, microsecond=0, fold=0))
PARTIAL = st.one_of(
    st.integers(1850, 2100).map(PartialDate),
    st.builds(PartialDate, st.integers(1850, 2100), st.integers(1, 12)),
    DAYS.map(PartialDate.of),
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(1, 120),
    bool: st.booleans(),
    date: DAYS,
    datetime: MOMENTS,
    time: CLOCK,
    PartialDate: PARTIAL,
}
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("kind", "family", "scheme", "category", "honour", "code", "reason", "despite", "form", "end_reason"),
        CODES,
    ),
    "zone": st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]),
    "functions": st.lists(CODES, max_size=3, unique=True).map(tuple),
    "topics": st.lists(CODES, max_size=3, unique=True).map(tuple),
    "weekdays": st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
    "weekday": st.integers(1, 7),
    "month": st.integers(1, 12),
    "lunar_month": st.integers(1, 12),
    "day": st.integers(1, 28),
    "lunar_day": st.integers(1, 29),
}
"""Texts that are codes, and whole numbers that are a part of the calendar."""


@cache
def of_type(declared: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Any value of a declared type."""
    named = BY_NAME.get(name)
    if named is not None and declared in (str, int, tuple[str, ...], tuple[int, ...]):
        return named
    if declared in PLAIN:
        return PLAIN[declared]
    if isinstance(declared, typing.NewType):
        return IDS
    origin, parts = typing.get_origin(declared), typing.get_args(declared)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(st.none() if one is type(None) else of_type(one, name) for one in parts))
    if origin is tuple:
        return st.lists(of_type(parts[0], name), max_size=3, unique_by=repr).map(tuple)
    if origin is dict:
        return st.dictionaries(CODES, TEXTS, max_size=3)
    if isinstance(declared, type) and issubclass(declared, Enum):
        return st.sampled_from(declared)
    if attrs.has(declared):
        return st.deferred(lambda: any_of(declared))
    raise TypeError(f"no strategy for {declared!r}")


HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


@st.composite
def _seals(draw: st.DrawFn) -> Seal:
    number, first = draw(st.integers(1, 9999)), draw(st.integers(1, 9999))
    signed = draw(st.booleans())
    return Seal(
        id=seal_id(number),
        number=number,
        first=first,
        last=first + draw(st.integers(0, 9999)),
        hash=draw(HASHES),
        sealed_at=draw(MOMENTS),
        public_key=draw(HASHES) if signed else "",
        signature=draw(HASHES) if signed else "",
    )


RULED: dict[type, st.SearchStrategy[Any]] = {Seal: _seals()}
"""Records whose fields follow from each other: hardly any draw of them alone would be one."""


def any_of(record: type[Any]) -> st.SearchStrategy[Any]:
    """Any sound value of an attrs class: what the class itself refuses is drawn again."""
    if record in RULED:
        return RULED[record]
    hints = typing.get_type_hints(record)
    fields = [field for field in attrs.fields(record) if field.init]

    @st.composite
    def draw_one(draw: st.DrawFn) -> Any:
        told: dict[str, Any] = {}
        for field in fields:
            if field.default is attrs.NOTHING or draw(st.booleans()):
                told[field.alias] = draw(of_type(hints[field.name], field.name))
        try:
            return record(**told)
        except (ValueError, Refused):
            return None

    return draw_one().filter(lambda one: one is not None)
