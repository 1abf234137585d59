"""Verification: one pass over the journal, one over the records, on the storage contract alone.

The journal is hashed seal by seal exactly as it is stored; the newest commitment to each record is gathered
on the way and then held against the record's bytes. No commitment covers the searchable keys beside a record:
they are derived once more from the record itself and compared. Where a network has more records than
``AT_ONCE``, both passes are repeated for one share of the records after the other, so that memory does not
grow with it.

Others may write meanwhile: everything is judged as of the head at the beginning, and what has moved since is
read again together with the journal behind that head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, final
from zlib import crc32

from grassroots.contracts.storage import Entry, Query, Ref, Stored, walk
from grassroots.domain.seal import Anchor, Finding, Level, Seal, Verification
from grassroots.errors import Closed, Conflict, Unavailable, Unreachable
from grassroots.workspace.chain import Chain
from grassroots.workspace.keyed import Keyed
from grassroots.workspace.office import Office

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in entries and records."""

AT_ONCE = 200_000
"""Commitments kept in memory at a time: about 60 MB."""

PAGE = 1_000
CHUNK = 500
TRIES = 50
MOST = 1_000
"""Findings that are remembered: what was changed wholesale needs no list."""

_AWAY = (Closed, Conflict, Unavailable, Unreachable)
"""The storage cannot be asked at all: that is no finding."""

_NOTHING: Mapping[str, str] = {}
_read = json.JSONDecoder().raw_decode
"""Compact JSON has no blanks around it: to look for them would take half of the time."""

Newest = dict[str, tuple[int, str]]
"""By "kind/id": the revision that its batch gave it, and the commitment to its body ("" is erased)."""


@final
class Verifier:
    """One verification. ``start`` is the seal behind which to begin, its entries being trusted."""

    def __init__(
        self,
        office: Office,
        *,
        start: Seal | None = None,
        anchors: Sequence[Anchor] = (),
        public_keys: Collection[str] = (),
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._office = office
        self._storage = office.storage
        self._start = 0 if start is None else start.last
        self._keys = public_keys
        self._progress = progress
        self._findings: dict[Finding, None] = {}
        self._head = self._end = self._followed = office.storage.head()
        self._chain = Chain(office, self._head, start, anchors, public_keys, self._found)
        self._entries = self._records = self._done = self._unknown = self._unopened = 0
        self._moved: Newest = {}

    def run(self) -> Verification:
        """Check everything and say how it ended."""
        rows = sum(group.rows for kind in self._kinds() for group in self._tally(kind).values())
        shares = 1 + rows // AT_ONCE
        self._total = shares * (self._head - self._start) + rows
        for share in range(shares):
            newest = self._read_journal(share, shares)
            waiting = self._read_records(newest, share, shares)
            self._settle(waiting)
        self._progress(self._total, self._total)
        chain = self._chain
        facts = {
            "head": self._head,
            "entries": self._entries,
            "records": self._records,
            "unknown_kinds": self._unknown,
            "unopened": self._unopened,
            "seals": chain.seals,
            "sealed_to": chain.sealed_to,
            "signed_to": chain.signed_to,
            "anchored_to": chain.anchored_to,
        }
        return Verification.of(self._findings, facts, self._level())

    def _level(self) -> Level:
        """What was asked for and reached. Asked for a signature and finding none is no proof at all."""
        chain = self._chain
        if not chain.sealed_to or (self._keys and not chain.signed_to):
            return Level.NONE
        if chain.anchored_to:
            return Level.ANCHORED
        return Level.SIGNED if self._keys else Level.CHAIN

    def _kinds(self) -> list[str]:
        return [spec.name for spec in self._office.kinds]

    def _tally(self, kind: str) -> Mapping[Any, Any]:
        # Only to know how much there is to do: a kind that cannot be counted is found when it is read.
        found = self._try(self._storage.tally, Query(kind))
        return {} if found is None else found

    def _found(self, code: str, position: int, about: str = "") -> None:
        if len(self._findings) < MOST:
            self._findings[Finding(code, position, about)] = None

    @staticmethod
    def _try(ask: Callable[..., Any], *arguments: Any) -> Any:
        """The answer, or None: whatever a storage says about rows that somebody has spoiled.

        That may be any error, also a driver's own (SQLite's about a text that is not UTF-8).
        """
        try:
            return ask(*arguments)
        except _AWAY:
            raise
        except Exception:
            return None

    def _page(self, after: int, limit: int) -> list[Entry]:
        return list(self._storage.journal(after=after, limit=limit))

    # -- the journal --------------------------------------------------------------------------------------
    def _read_journal(self, share: int, shares: int) -> Newest:
        newest: Newest = {}
        gather = _Gather(newest, share, shares)
        expected = self._start + 1
        for page in self._pages(self._start, self._head, tell=share == 0):
            for entry in page:
                if entry.position != expected and share == 0:
                    self._found("seal-finding-gap", expected)
                expected = entry.position + 1
                if not gather.add(entry):
                    self._found("seal-finding-entry", entry.position)
            if share == 0:
                self._entries += len(page)
                self._chain.add(page)
            self._tick(len(page))
        gather.flush()
        if share == 0:
            self._end = expected - 1
            if expected <= self._head:
                self._found("seal-finding-tail", self._end)
            self._chain.finish(self._end, self._head)
        return newest

    def _pages(self, after: int, upto: int, *, tell: bool) -> Iterator[list[Entry]]:
        while after < upto:
            limit = min(PAGE, upto - after)
            page = self._try(self._page, after, limit)
            if page is None:
                page = self._one_by_one(after, min(after + limit, upto), tell)
                after += limit
            elif not page:
                return
            else:
                after = page[-1].position
            page = [entry for entry in page if entry.position <= upto]
            if page:
                yield page

    def _one_by_one(self, after: int, upto: int, tell: bool) -> list[Entry]:
        """A page that cannot be read: find which entry it is."""
        found: list[Entry] = []
        for before in range(after, upto):
            one = self._try(self._page, before, 1)
            if one is None:
                if tell:
                    self._found("seal-finding-entry", before + 1)
            elif one and one[0].position == before + 1:
                found.append(one[0])
        return found

    # -- the records --------------------------------------------------------------------------------------
    def _read_records(self, newest: Newest, share: int, shares: int) -> dict[str, tuple[int, str] | None]:
        """Hold each record against its commitment; what needs another look is given back."""
        again: dict[str, tuple[int, str] | None] = {}
        sha256, head, start = hashlib.sha256, self._head, self._start
        for spec in self._office.kinds:
            kind, keyed = spec.name, Keyed(self._office, spec)
            try:
                for number, stored in enumerate(walk(self._storage, Query(kind))):
                    key = f"{kind}/{stored.ref.id}"
                    if number % PAGE == 0 and share == 0:
                        self._tick(PAGE)
                    if shares > 1 and crc32(key.encode()) % shares != share:
                        continue
                    self._records += 1
                    revision, known = stored.revision, newest.pop(key, None)
                    if known is not None and known == (revision, sha256(stored.body).hexdigest()):
                        self._check_keys(keyed, stored)
                    elif known is None and type(revision) is int and 0 < revision <= start:
                        continue  # not written since the seal behind which we begin
                    else:
                        again[key] = known
            except _AWAY:
                raise
            except Exception:
                # Somebody has spoiled a row, and the storage cannot show the rows behind it either: those
                # wait below and are read one by one; a row that the journal does not know is told here.
                self._found("seal-finding-unreadable", head, kind)
        for key, known in newest.items():
            if known[1]:
                again[key] = known
        return again

    def _settle(self, waiting: dict[str, tuple[int, str] | None]) -> None:
        """Read again what did not agree; others may have written it meanwhile."""
        keys = [key for key in waiting if self._is_known(key)]
        self._unknown += len(waiting) - len(keys)
        for begin in range(0, len(keys), CHUNK):
            todo = keys[begin : begin + CHUNK]
            found: dict[str, Stored | None] = {}
            for _ in range(TRIES):
                before = self._storage.head()
                found = self._read(todo)
                self._follow()
                todo = [key for key in todo if not self._agrees(found.get(key), self._newest(key, waiting))]
                if not todo or self._followed == before:
                    break
            for key in todo:
                self._tell(key, found.get(key), self._newest(key, waiting))
            for key, stored in found.items():
                if stored is not None and key not in todo:
                    spec = self._office.kinds.named(stored.ref.kind)
                    self._check_keys(Keyed(self._office, spec), stored)

    def _check_keys(self, keyed: Keyed, stored: Stored) -> None:
        """The body is what was written: do the keys beside it belong to it?"""
        agree = keyed.agrees(stored)
        if agree is None:
            self._unopened += 1
        elif not agree:
            self._found("seal-finding-keys", stored.revision, str(stored.ref))

    def _is_known(self, key: str) -> bool:
        return key.partition("/")[0] in self._office.kinds

    def _newest(self, key: str, waiting: Mapping[str, tuple[int, str] | None]) -> tuple[int, str] | None:
        return self._moved.get(key, waiting[key])

    def _read(self, keys: list[str]) -> dict[str, Stored | None]:
        refs = [ref for key in keys if (ref := self._try(Ref, *key.split("/", 1))) is not None]
        found = self._try(self._storage.read, refs)
        if found is not None:
            return {str(ref): stored for ref, stored in found.items()}
        one_by_one: dict[str, Stored | None] = {}
        for ref in refs:
            one = self._try(self._storage.read, (ref,))
            stored = None if one is None else one.get(ref)
            one_by_one[str(ref)] = Stored(ref, 0, {}, b"") if one is None else stored
        return one_by_one

    def _follow(self) -> None:
        """Gather what was written since the beginning."""
        head = self._storage.head()
        gather = _Gather(self._moved, 0, 1)
        for page in self._pages(self._followed, head, tell=False):
            for entry in page:
                gather.add(entry)
        gather.flush()
        self._followed = head

    @staticmethod
    def _agrees(stored: Stored | None, known: tuple[int, str] | None) -> bool:
        if known is None or not known[1]:
            return stored is None
        return (
            stored is not None
            and type(stored.body) is bytes
            and known == (stored.revision, hashlib.sha256(stored.body).hexdigest())
        )

    def _tell(self, key: str, stored: Stored | None, known: tuple[int, str] | None) -> None:
        revision = stored.revision if stored is not None and type(stored.revision) is int else 0
        if stored is None:
            self._found("seal-finding-deleted", known[0] if known else 0, key)
        elif revision > self._followed or self._end < revision <= self._head:
            self._found("seal-finding-ahead", self._end, key)
        elif known is None:
            self._found("seal-finding-unknown", max(revision, 0), key)
        elif not known[1]:
            self._found("seal-finding-erased", known[0], key)
        else:
            self._found("seal-finding-record", known[0], key)

    def _tick(self, done: int) -> None:
        self._done = min(self._done + done, self._total)
        self._progress(self._done, self._total)


@final
class _Gather:
    """Gathers the newest commitments. The revision of a record is the last position of its batch."""

    def __init__(self, newest: Newest, share: int, shares: int) -> None:
        self._newest = newest
        self._share, self._shares = share, shares
        self._batch, self._last = "", 0
        self._pending: list[tuple[str, str]] = []

    def add(self, entry: Entry) -> bool:
        """Add an entry; False if it cannot be one."""
        if entry.batch != self._batch:
            self.flush()
            self._batch = entry.batch
        self._last = entry.position
        try:
            text = str(entry.fact.body, "utf-8")
            told, end = _read(text)
            if end != len(text):
                return False
            for key, commitment in told.get("w", _NOTHING).items():
                if self._shares == 1 or crc32(key.encode()) % self._shares == self._share:
                    self._pending.append((key, commitment))
        except (ValueError, AttributeError, TypeError):
            return False
        return True

    def flush(self) -> None:
        """The batch is at its end."""
        for key, commitment in self._pending:
            self._newest[key] = (self._last, commitment)
        self._pending.clear()
