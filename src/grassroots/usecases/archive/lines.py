"""The lines of an archive: what each says, how it is written and read back (docs/reference/archive.md).

An archive is JSON Lines in UTF-8: a head, the records by revision, the journal by position, the digests of
acts that were given one, an end. Nothing
in it depends on the storage it came from, on the day or on the machine: two networks that hold the same give
the same lines.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

import attrs

from grassroots.contracts.storage import Fact, Key, KeyValue, Kind, Position, Put, Ref, Stored
from grassroots.contracts.storage.batch import Entry
from grassroots.errors import BadInput
from grassroots.workspace.kindspec import Kinds
from grassroots.workspace.ledger import Place

FORMAT: Final = 3
"""The newest version of the lines. An archive with a higher one is refused; 1 had no lines of acts."""

WITHOUT_LEDGER: Final = 2
"""What is written where no ledger of erasures is kept: an older program reads it and loses nothing."""

BEGINS: Final = b'{"grassroots-archive":'
RECORD: Final = b'{"record":'
ACT: Final = b'{"act":'
LONGEST: Final = 32 << 20
"""Bytes of a line: a body of 1 MiB, each byte escaped, and a thousand references fit four times."""

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@final
class BadArchive(BadInput):
    """A file that is no archive, is damaged or newer, or does not fit the network it should go to."""

    code = "archive-damaged"


@final
@attrs.frozen
class ArchivedKind:
    """A kind of record as the archive names it: what storages prepare, and the version of its bodies."""

    kind: Kind
    version: int = 1


def archived_kinds(table: Kinds) -> tuple[ArchivedKind, ...]:
    """The kinds of a network, by name."""
    found = (ArchivedKind(spec.stored_kind(), spec.version) for spec in table)
    return tuple(sorted(found, key=lambda one: one.kind.name))


@final
@attrs.frozen(kw_only=True)
class Manifest:
    """What the head and the end of an archive say.

    ``head`` is the last position of its journal: the archive is the network as of that very moment.
    ``content`` is the SHA-256 (hex) of the lines of records and journal, digests left out since not every
    storage tells them; two archives with the same content
    hold the same, whatever the network was called and whichever program wrote them. ``acts`` is that of the
    lines of acts (it stands in no line), ``sha256`` covers every line before the end. ``ledger`` is how far
    the network knew its ledger of erasures: what is loaded from here has to be held against it first.
    """

    format: int = WITHOUT_LEDGER
    program: str
    network: str
    zone: str
    head: Position
    kinds: tuple[ArchivedKind, ...]
    records: Mapping[str, int] = attrs.field(factory=dict)
    content: str = ""
    sha256: str = ""
    acts: str = ""
    ledger: Place | None = None

    def plain(self) -> dict[str, Any]:
        """For a program: plain JSON."""
        return {
            "format": self.format,
            "program": self.program,
            "network": self.network,
            "zone": self.zone,
            "head": self.head,
            "records": dict(self.records),
            "content": self.content,
            "sha256": self.sha256,
        }


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _body(body: bytes) -> dict[str, str]:
    # Bodies are JSON in UTF-8, and stay readable; what another program put there comes back byte for byte.
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def head_line(manifest: Manifest) -> bytes:
    """The first line."""
    return _line(
        {
            "grassroots-archive": manifest.format,
            "program": manifest.program,
            "network": manifest.network,
            "zone": manifest.zone,
            "head": manifest.head,
            **({} if manifest.ledger is None else {"ledger": manifest.ledger.plain()}),
            "kinds": [
                {
                    "name": one.kind.name,
                    "version": one.version,
                    "keys": {name: key.value for name, key in sorted(one.kind.keys.items())},
                    "together": [list(group) for group in one.kind.together],
                    **({"totals": [list(group) for group in one.kind.totals]} if one.kind.totals else {}),
                }
                for one in manifest.kinds
            ],
        }
    )


def record_line(stored: Stored) -> bytes:
    """A record: kind and id, revision, the keys that hold something, and the body."""
    keys = {name: value for name, value in sorted(stored.keys.items()) if value is not None and value != ()}
    ref = stored.ref
    return _line(
        {"record": [ref.kind, ref.id], "revision": stored.revision, "keys": keys, **_body(stored.body)}
    )


def entry_line(entry: Entry) -> bytes:
    """A line of the journal: position, batch, what it is about, and the body."""
    about = [[ref.kind, ref.id] for ref in entry.fact.about]
    return _line({"entry": entry.position, "batch": entry.batch, "about": about, **_body(entry.fact.body)})


def act_line(id: str, last: Position, digest: str) -> bytes:
    """What was asked under the id of a batch that ended at ``last``: its digest."""
    return _line({"act": id, "last": last, "digest": digest})


def end_line(manifest: Manifest) -> bytes:
    """The last line. It has no freedom at all: whoever reads the archive writes it again and compares."""
    return _line(
        {
            "end": manifest.head,
            "records": dict(sorted(manifest.records.items())),
            "content": manifest.content,
            "sha256": manifest.sha256,
        }
    )


RUBBISH = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading a line that is none may raise (BadInput is a ValueError)."""


def parsed_head(line: bytes, file: str) -> Manifest:
    """The head; BadArchive for another kind of file or a newer format."""
    if not line.startswith(BEGINS):
        raise BadArchive("archive-not-one", file=file)
    try:
        data = json.loads(line)
        if type(data["grassroots-archive"]) is not int or data["grassroots-archive"] < 1:
            raise ValueError("format")
        if data["grassroots-archive"] > FORMAT:
            raise BadArchive("archive-newer", file=file, found=data["grassroots-archive"], known=FORMAT)
        return Manifest(
            format=data["grassroots-archive"],
            program=_text(data["program"]),
            network=_text(data["network"]),
            zone=_text(data["zone"]),
            head=_position(data["head"]),
            kinds=tuple(map(_kind, data["kinds"])),
            ledger=Place.read(data["ledger"]) if "ledger" in data else None,
        )
    except BadArchive:
        raise
    except RUBBISH as error:
        raise BadArchive("archive-line", file=file, line=1) from error


def parsed_end(line: bytes, head: Manifest) -> Manifest | None:
    """The manifest with what the end adds to the head; None if this is no end."""
    try:
        data = json.loads(line)
        return attrs.evolve(
            head,
            records={_text(name): _position(count) for name, count in data["records"].items()},
            content=_text(data["content"]),
            sha256=_text(data["sha256"]),
        )
    except RUBBISH:
        return None


def parsed_record(line: bytes) -> tuple[Position, Put]:
    """A record as the write that brings it, and its revision. Raises one of ``RUBBISH`` if it is none."""
    data = json.loads(line)
    kind, id = data["record"]
    keys: dict[str, KeyValue] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data["keys"].items()
    }
    return _position(data["revision"]), Put(Ref(kind, id), keys, _bytes(data))


def parsed_entry(line: bytes) -> Entry:
    """A line of the journal. Raises one of ``RUBBISH`` if it is none."""
    data = json.loads(line)
    about = tuple(Ref(kind, id) for kind, id in data["about"])
    return Entry(_position(data["entry"]), _text(data["batch"]), Fact(about, _bytes(data)))


def parsed_act(line: bytes) -> tuple[Position, str, str]:
    """Last position, id and digest of a batch. Raises one of ``RUBBISH`` if it is none."""
    data = json.loads(line)
    return _position(data["last"]), _text(data["act"]), _text(data["digest"])


def named(entries: Iterable[Entry]) -> set[Ref]:
    """All records that these facts name: what they are about, and what they vouch for (``w``)."""
    found: set[Ref] = set()
    for entry in entries:
        found.update(entry.fact.about)
        try:
            vouched = [str(written).split("/", 1) for written in json.loads(entry.fact.body)["w"]]
            found.update(Ref(kind, id) for kind, id in vouched)
        except RUBBISH:
            continue  # no fact of ours: then what it is about is all it names
    return found


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(value)
    return value


def _position(value: Any) -> Position:
    if type(value) is not int or value < 0:
        raise TypeError(value)
    return value


def _bytes(data: Mapping[str, Any]) -> bytes:
    if "text" in data:
        return _text(data["text"]).encode()
    return b64decode(_text(data["base64"]), validate=True)


def _kind(data: Mapping[str, Any]) -> ArchivedKind:
    keys = {_text(name): Key(key) for name, key in data["keys"].items()}
    together = tuple(tuple(map(_text, group)) for group in data["together"])
    # Archives from before there were any have none.
    totals = tuple(tuple(map(_text, group)) for group in data.get("totals", ()))
    return ArchivedKind(Kind(_text(data["name"]), keys, together, totals), _position(data["version"]))
