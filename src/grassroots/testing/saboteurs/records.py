"""Saboteurs of records: what is kept, what is found, in which order, on which page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from grassroots.contracts.storage import (
    AnyOf,
    Between,
    Condition,
    Includes,
    Is,
    KeyValue,
    Query,
    Ref,
    Storage,
    Stored,
)
from grassroots.testing.saboteurs.kinds import Saboteur, broken
from grassroots.testing.saboteurs.reference import Reference

Keys = Mapping[str, KeyValue]

_TOLD_APART = "ids that differ are different records"
_BACK = "a record comes back as it was given"
_FOUND = "exactly what the query admits is found"
_ORDER = "by id, by code point"
_BODIES = "bodies alone are those of what is found"
_PAGES = "pages follow each other"


def _bare(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def _plane(text: str) -> str:
    return "".join(one if one <= "\uffff" else "?" for one in text)


def _ids(name: str, change: Callable[[str], str]) -> Saboteur:
    def same(self: Reference, ref: Ref) -> Ref:
        return Ref(ref.kind, change(ref.id) or "_")

    return broken(name, _TOLD_APART, same=same)


def _rank(name: str, rank: Callable[[Stored], Any]) -> Saboteur:
    return broken(name, _ORDER, rank=lambda self, row: rank(row))


def _keeps(name: str, promise: str, key: Callable[[KeyValue], Any]) -> Saboteur:
    def kept(self: Reference, ref: Ref, position: int, keys: dict[str, KeyValue], body: bytes) -> Stored:
        return Stored(ref, position, {name: key(value) for name, value in keys.items()}, body)

    def shown(self: Reference, row: Stored) -> Stored:
        return row  # the checks of the values would notice before the kit does

    return broken(name, promise, kept=kept, shown=shown)


def _body(name: str, body: Callable[[bytes], Any]) -> Saboteur:
    def kept(self: Reference, ref: Ref, position: int, keys: dict[str, KeyValue], told: bytes) -> Stored:
        return Stored(ref, position, keys, body(told))

    return broken(name, _BACK, kept=kept)


def _meets(name: str, wrong: Callable[[Any, Keys], bool | None]) -> Saboteur:
    """``wrong`` answers, or leaves it to the right way with None."""

    def meets(self: Reference, condition: Condition, keys: Keys) -> bool:
        answer = wrong(condition, keys)
        return condition.admits(keys) if answer is None else answer

    return broken(name, _FOUND, meets=meets)


def _text(change: Callable[[str], str]) -> Callable[[Any, Keys], bool | None]:
    """An equality of texts that changes both sides first."""

    def wrong(condition: Condition, keys: Keys) -> bool | None:
        if isinstance(condition, Is) and isinstance(condition.value, str):
            stored = keys[condition.key]
            return isinstance(stored, str) and change(stored) == change(condition.value)
        return None

    return wrong


def _like(condition: Condition, keys: Keys) -> bool | None:
    if isinstance(condition, Is) and isinstance(condition.value, str):
        stored = keys[condition.key]
        return isinstance(stored, str) and (stored == condition.value or condition.value in ("%", "_", "*"))
    return None


def _of(kind: type, wrong: Callable[[Any, Any], bool | None]) -> Callable[[Any, Keys], bool | None]:
    """Wrong for one sort of condition: it sees the condition and the stored value."""

    def answer(condition: Condition, keys: Keys) -> bool | None:
        return wrong(condition, keys[condition.key]) if isinstance(condition, kind) else None

    return answer


def _closed(one: Between, value: Any) -> bool | None:
    return True if value is not None and value == one.high else None


def _low_open(one: Between, value: Any) -> bool | None:
    return False if value is not None and value == one.low else None


def _none_between(one: Between, value: Any) -> bool | None:
    return True if value is None and one.low is None else None


def _folded_between(one: Between, value: Any) -> bool | None:
    if not isinstance(value, str):
        return None
    ends = [end.casefold() if isinstance(end, str) else None for end in (one.low, one.high)]
    return (ends[0] is None or ends[0] <= value.casefold()) and (
        ends[1] is None or value.casefold() < ends[1]
    )


def _utf16_between(one: Between, value: Any) -> bool | None:
    if not isinstance(value, str):
        return None
    low, high = (end.encode("utf-16-be") if isinstance(end, str) else None for end in (one.low, one.high))
    mine = value.encode("utf-16-be")
    return (low is None or low <= mine) and (high is None or mine < high)


def _matching(name: str, wrong: Callable[[Reference, Query, list[Stored]], Iterable[Stored]]) -> Saboteur:
    def matching(self: Reference, query: Query) -> list[Stored]:
        return list(wrong(self, query, Reference.matching(self, query)))

    return broken(name, _FOUND, matching=matching)


def _every(self: Reference, query: Query) -> list[Stored]:
    return Reference.matching(self, evolve(query, where=()))


def _either(self: Reference, query: Query, right: list[Stored]) -> Iterable[Stored]:
    return [
        row
        for row in _every(self, query)
        if not query.where or any(one.admits(row.keys) for one in query.where)
    ]


def _twice(self: Reference, query: Query, right: list[Stored]) -> Iterable[Stored]:
    for row in right:
        yield row
        for one in query.where:
            tags = row.keys[one.key]
            if isinstance(one, Includes) and isinstance(tags, tuple) and list(tags).count(one.value) > 1:
                yield row


def _limit_first(self: Reference, query: Query) -> list[Stored]:
    self.check_open()
    self.prepared.asked(query)
    rows = self.page(query, self.sorted(query, _every(self, query)))
    return [row for row in rows if all(one.admits(row.keys) for one in query.where)]


def _page(name: str, wrong: Callable[[Query, list[Stored]], list[Stored]]) -> Saboteur:
    return broken(name, _PAGES, page=lambda self, query, rows: wrong(query, rows))


def _behind(
    query: Query, rows: list[Stored], *, equal: bool = False, wrong_way: bool = False
) -> list[Stored]:
    after = query.after
    if after is None:
        return rows
    down = query.backwards != wrong_way
    return [
        row
        for row in rows
        if (row.ref.id < after if down else row.ref.id > after) or (equal and row.ref.id == after)
    ]


def _lazy(self: Reference, query: Query) -> Any:
    right = Reference.find(self, query)
    return (row for row in right)


def _live(self: Reference, row: Stored) -> Stored:
    right = Reference.shown(self, row)
    return Stored(right.ref, right.revision, dict(right.keys), right.body)


def _bare_keys(self: Reference, row: Stored) -> Stored:
    right = Reference.shown(self, row)
    return evolve(right, keys={name: value for name, value in right.keys.items() if value not in (None, ())})


def _merged(self: Reference, write: Any, position: int, keys: dict[str, KeyValue]) -> None:
    old = self.room.rows.get(write.ref)
    if old is not None:
        keys = {name: old.keys.get(name) if value in (None, ()) else value for name, value in keys.items()}
    self.room.rows[write.ref] = Stored(write.ref, position, keys, write.body)


def _all_members(self: Reference, write: Any, position: int, keys: dict[str, KeyValue]) -> None:
    old = self.room.rows.get(write.ref)
    if old is not None:
        for name, value in keys.items():
            before = old.keys.get(name)
            if isinstance(value, tuple) and isinstance(before, tuple):
                keys[name] = tuple(dict.fromkeys((*value, *before)))
    self.room.rows[write.ref] = Stored(write.ref, position, keys, write.body)


def _number(value: KeyValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _members(change: Callable[[Any], Any]) -> Callable[[KeyValue], Any]:
    return lambda value: change(value) if isinstance(value, tuple) else value


def _texts(change: Callable[[str], Any]) -> Callable[[KeyValue], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def _numbers(change: Callable[[Any], Any]) -> Callable[[KeyValue], Any]:
    return lambda value: change(value) if _number(value) else value


SABOTEURS = (
    _ids("ids without case", str.casefold),
    _ids("ids in NFC", lambda id: unicodedata.normalize("NFC", id)),
    _ids("ids in NFKC", lambda id: unicodedata.normalize("NFKC", id)),
    _ids("ids without accents", _bare),
    _ids("ids without trailing blanks", lambda id: id.rstrip(" ")),
    _ids("ids without blanks around", str.strip),
    _ids("ids of three bytes a letter", _plane),
    _ids("ids that look like numbers are numbers", lambda id: str(int(id)) if id.isdecimal() else id),
    _ids("ids without what cannot be seen", lambda id: id.replace("\u200b", "").replace("\ufeff", "")),
    _ids("ids through single quotes", lambda id: id.replace("''", "'").replace("'", "")),
    _rank("ordered by UTF-16", lambda row: row.ref.id.encode("utf-16-be")),
    _rank("ordered without case", lambda row: row.ref.id.casefold()),
    _rank("ordered by revision", lambda row: row.revision),
    _rank("ordered by length", lambda row: (len(row.ref.id), row.ref.id)),
    broken("never backwards", _ORDER, sorted=lambda self, query, rows: sorted(rows, key=self.rank)),
    broken("not ordered at all", _ORDER, sorted=lambda self, query, rows: rows),
    _keeps("an empty text is nothing", _BACK, _texts(lambda text: text or None)),
    _keeps("nothing is the text None", _BACK, lambda value: "None" if value is None else value),
    _keeps("texts in NFC", _BACK, _texts(lambda text: unicodedata.normalize("NFC", text))),
    _keeps("texts of three bytes a letter", _BACK, _texts(_plane)),
    _keeps("texts cut at 191 letters", _BACK, _texts(lambda text: text[:191])),
    _keeps("texts cut at a NUL-like letter", _BACK, _texts(lambda text: text.split("\x1f")[0])),
    _keeps("wholes through a double", _BACK, _numbers(lambda number: int(float(number)))),
    _keeps("wholes of 32 bits", _BACK, _numbers(lambda number: (number + 2**31) % 2**32 - 2**31)),
    _keeps("wholes without a sign", _BACK, _numbers(abs)),
    _keeps("a flag is a number", _BACK, lambda value: int(value) if isinstance(value, bool) else value),
    _keeps("no is unknown", _BACK, lambda value: None if value is False else value),
    _keeps("unknown is no", _BACK, lambda value: False if value is None else value),
    _keeps("tuples are sorted", _BACK, _members(lambda members: tuple(sorted(members)))),
    _keeps("tuples are sets", _BACK, _members(lambda members: tuple(dict.fromkeys(members)))),
    _keeps("tuples are lists", _BACK, _members(list)),
    _keeps("an empty tuple is nothing", _BACK, _members(lambda told: told or None)),
    _body("bodies of 65,535 bytes", lambda body: body[:65_535]),
    _body("bodies are text", lambda body: body.decode("utf-8", "replace").encode()),
    _body("bodies end at NUL", lambda body: body.split(b"\0")[0]),
    _body("bodies with other line ends", lambda body: body.replace(b"\n", b"\r\n")),
    _body("bodies without blanks at the end", lambda body: body.rstrip()),
    _body("bodies that can be changed", bytearray),
    broken("records that can be changed", "keys are read-only", shown=_live),
    broken("only the keys that were given", _BACK, shown=_bare_keys),
    broken("an update keeps what it does not name", "a put replaces the record", put=_merged),
    broken("an update leaves old members", "a put replaces the record", put=_all_members),
    _meets("texts found without case", _text(str.casefold)),
    _meets("texts found without trailing blanks", _text(lambda text: text.rstrip(" "))),
    _meets("texts found without accents", _text(_bare)),
    _meets("texts found as numbers", _text(lambda text: str(float(text)) if text.isdecimal() else text)),
    _meets("texts found with LIKE", _like),
    _meets("nothing is never found", _of(Is, lambda one, value: False if one.value is None else None)),
    _meets("no value finds everything", _of(AnyOf, lambda one, value: None if one.values else True)),
    _meets("None is not among several", _of(AnyOf, lambda one, value: False if value is None else None)),
    _meets("only thirty of many values", _of(AnyOf, lambda one, value: value in one.values[-30:])),
    _meets("a range holds its high end", _of(Between, _closed)),
    _meets("a range without its low end", _of(Between, _low_open)),
    _meets("nothing is below everything", _of(Between, _none_between)),
    _meets("ranges without case", _of(Between, _folded_between)),
    _meets("ranges by UTF-16", _of(Between, _utf16_between)),
    _meets("open ends find nothing", _of(Between, lambda one, value: False if one.high is None else None)),
    _meets("parts of a member are found", _of(Includes, lambda one, value: str(one.value) in str(value))),
    _meets("only the first member is found", _of(Includes, lambda one, value: value[:1] == (one.value,))),
    _matching("found once for each member", _twice),
    _matching("one condition is enough", _either),
    _matching(
        "only the first condition counts",
        lambda self, query, right: Reference.matching(self, evolve(query, where=query.where[:1])),
    ),
    broken("the limit before the conditions", _PAGES, find=_limit_first),
    _page("the border is repeated", lambda query, rows: _behind(query, rows, equal=True)[: query.limit]),
    _page("every page is the first", lambda query, rows: rows[: query.limit]),
    _page("no page ends", lambda query, rows: _behind(query, rows)),
    _page(
        "one too many on a page",
        lambda query, rows: _behind(query, rows)[: None if query.limit is None else query.limit + 1],
    ),
    _page(
        "backwards pages go forwards",
        lambda query, rows: _behind(query, rows, wrong_way=query.backwards)[: query.limit],
    ),
    broken(
        "bodies of everything",
        _BODIES,
        bodies=lambda self, query: Storage.bodies(self, evolve(query, where=())),
    ),
    broken(
        "bodies forwards alone",
        _BODIES,
        bodies=lambda self, query: sorted(Storage.bodies(self, query)),
    ),
    broken(
        "bodies that can be changed alone",
        _BODIES,
        bodies=lambda self, query: [(id, bytearray(body)) for id, body in Storage.bodies(self, query)],
    ),
    broken("an answer that is read later", "find gives a list", find=_lazy),
)
