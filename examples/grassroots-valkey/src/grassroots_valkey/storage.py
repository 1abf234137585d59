"""One network on a server: each method is one script, and so one moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, final
from uuid import uuid4

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Condition,
    Entry,
    Fact,
    Includes,
    Is,
    Key,
    KeyValue,
    Kind,
    Position,
    Prepared,
    Put,
    Query,
    Ref,
    Scalar,
    Storage,
    Stored,
    Tally,
    check_page,
    check_read,
    key_changed,
)
from grassroots.errors import ActReused, Closed, Conflict, Corrupt
from grassroots_valkey.server import Server

_FAR = 1 << 52
"""No journal is that long; positions stay exact in Lua, whose numbers are doubles."""


@final
class ValkeyStorage(Storage):
    """One network. The server runs one script at a time, so its batches follow each other."""

    def __init__(self, server: Server, network: str) -> None:
        self._server = server
        self._network = network
        self._closed = False
        self._prepared = Prepared()
        # A network that was dropped and made again is another one, and has another word.
        self._born: bytes = server.run("open", network, uuid4().hex)

    def _run(self, name: str, *words: bytes | str | int, writes: bool = False) -> list[Any]:
        if self._closed:
            raise Closed()
        status, *answer = self._server.run(name, self._network, self._born, *words, writes=writes)
        if status == b"closed":
            raise Closed()
        return [status, *answer]

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Declare the kinds and their keys. Indexes need no making."""
        if self._closed:
            raise Closed()
        prepared = self._prepared.with_kinds(kinds)
        words: list[str] = []
        for kind in kinds:
            words += (kind.name, "", "")
            for name, key in kind.keys.items():
                words += (kind.name, name, key.value)
        status, *what = self._run("prepare", *words, writes=True)
        if status == b"changed":
            changed, name, was = (one.decode() for one in what)
            raise key_changed(changed, name, Key(was))
        self._prepared = prepared

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those that exist, as of one moment."""
        check_read(refs)
        kinds = {ref.kind: self._prepared.kind(ref.kind) for ref in refs}
        _, *words = self._run("read", *(word for ref in refs for word in (ref.kind, ref.id)))
        found = [_stored(kinds[kind.decode()], *row) for kind, *row in _grouped(words, 4)]
        return {one.ref: one for one in found}

    def find(self, query: Query) -> Sequence[Stored]:
        """What the query admits, by id."""
        kind = self._prepared.asked(query)
        _, *words = self._run("find", json.dumps(_asked(query)))
        return [_stored(kind, *row) for row in _grouped(words, 3)]

    def commit(self, batch: Batch) -> Position:
        """One script, which looks at everything before it writes anything."""
        settled = self._prepared.settled(batch)
        bases = list(batch.based_on.items())
        bodies: list[bytes] = []
        writes: list[list[object]] = []
        for write in batch.writes:
            if isinstance(write, Put):
                keys = settled[write.ref]
                writes.append([write.ref.kind, write.ref.id, _tags(keys)])
                bodies.append(json.dumps(keys).encode() + b"\n" + write.body)
            else:
                writes.append([write.ref.kind, write.ref.id, False])
        facts: list[list[list[str]]] = []
        for fact in batch.facts:
            about = [[ref.kind, ref.id] for ref in fact.about]
            facts.append(about)
            bodies += (json.dumps(about).encode(), fact.body)
        asked = {
            "id": batch.id,
            "digest": batch.digest,
            # Revisions are compared as they stand there: as texts.
            "bases": [[ref.kind, ref.id, str(base)] for ref, base in bases],
            "seen": [
                {"query": _asked(seen.query), "rows": [[id, str(revision)] for id, revision in seen.rows]}
                for seen in batch.seen
            ],
            "writes": writes,
            "facts": facts,
        }
        status, *answer = self._run("commit", json.dumps(asked), *bodies, writes=True)
        if status == b"conflict":
            moved, changed = answer
            raise Conflict(
                frozenset(bases[place][0] for place in moved),
                tuple(batch.seen[place].query for place in changed),
            )
        if status == b"known" and answer[1].decode() != batch.digest:
            raise ActReused(act=batch.id)
        return int(answer[0])

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """The entries behind ``after``."""
        check_page(after, limit)
        own = (about.kind, about.id) if about is not None else ()
        _, *words = self._run("journal", min(after, _FAR), min(limit, _FAR), *own)
        try:
            return [
                Entry(
                    int(position),
                    batch.decode(),
                    Fact([Ref(kind, id) for kind, id in json.loads(refs)], body),
                )
                for position, batch, refs, body in _grouped(words, 4)
            ]
        except (TypeError, ValueError) as error:
            raise Corrupt(where=self._server.where) from error

    def head(self) -> Position:
        """The last position; two keys in one command are one moment."""
        if self._closed:
            raise Closed()
        base = self._server.base(self._network)
        born, head = self._server.plain("MGET", base + b"born", base + b"head")
        if born != self._born:
            raise Closed()
        return int(head or 0)

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """What was asked under the ids of acts: an archive takes it along."""
        _, *words = self._run("digests", *ids)
        return {id.decode(): digest.decode() for id, digest in _grouped(words, 2)}

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted by the default, in pages, so that the server is not held up; after the refusals."""
        if self._closed:
            raise Closed()
        self._prepared.tallied(query, by, of)
        return super().tally(query, by=by, of=of)

    def close(self) -> None:
        """Let go of the connections."""
        self._closed = True
        self._server.close()


def _grouped(words: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (words[place : place + size] for place in range(0, len(words), size))


def _stored(kind: Kind, id: bytes, revision: bytes, row: bytes) -> Stored:
    written, _, body = row.partition(b"\n")
    keys = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(written).items()
        if name in kind.keys
    }
    # A record that was written before a key was declared has nothing there.
    settled = kind.settle(keys)
    return Stored(Ref(kind.name, id.decode()), int(revision), MappingProxyType(settled), body)


def _encoded(value: str | int | bool) -> str:
    """A value so that its bytes stand in its order: Lua knows doubles, so a whole number is 16 hex digits."""
    if isinstance(value, bool):
        return f"f{value:d}"
    return f"t{value}" if isinstance(value, str) else f"w{value + (1 << 63):016x}"


def _tags(keys: Mapping[str, KeyValue]) -> list[str]:
    """What a record has in the indexes: key, value, key, value. None stands in none of them."""
    tags: list[str] = []
    for name, value in keys.items():
        members: Iterable[Scalar] = dict.fromkeys(value) if isinstance(value, tuple) else (value,)
        for member in members:
            if member is not None:
                tags += (name, _encoded(member))
    return tags


def _asked(query: Query) -> dict[str, object]:
    asked: dict[str, object] = {
        "kind": query.kind,
        "where": [_condition(one) for one in query.where],
        "backwards": query.backwards,
    }
    if query.after is not None:
        asked["after"] = query.after
    if query.limit is not None:
        asked["limit"] = query.limit
    return asked


def _condition(condition: Condition) -> dict[str, object]:
    """Points and a range of encoded values; ``none`` means that a record without a value is meant too."""
    asked: dict[str, object] = {"key": condition.key, "points": [], "none": False}
    match condition:
        case Is(value=value) | Includes(value=value):
            values: tuple[Scalar, ...] = (value,)
        case AnyOf(values=values):
            pass
        case Between():
            return asked | {"range": _range(condition)}
    asked["points"] = [_encoded(one) for one in dict.fromkeys(values) if one is not None]
    asked["none"] = None in values
    return asked


def _range(condition: Between) -> list[str]:
    low, high = condition.low, condition.high
    known = low if low is not None else high
    letter = {str: "t", int: "w"}.get(type(known), "")
    # Where both ends are open every value is meant, and those of a key all begin with one letter.
    first, last = (letter, chr(ord(letter) + 1)) if letter else ("a", "z")
    return [first if low is None else _encoded(low), last if high is None else _encoded(high)]
