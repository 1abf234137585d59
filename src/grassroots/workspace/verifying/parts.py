"""What verification is cut into: a stretch of the journal, a stretch of the records of one kind.

A part says what it found there and judges nothing that needs another part: the hash of a seal begins with
the *stored* hash of the seal before, so each stretch under a seal can be hashed alone, and whether the seals
follow each other is looked at when they are joined. Parts and what they find travel between processes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from json import JSONDecoder
from json.scanner import make_scanner
from typing import Any, final
from zlib import crc32

import attrs

from grassroots.contracts.storage import Entry, Query, Storage, walk
from grassroots.domain.seal import SealHash
from grassroots.workspace.office import Office
from grassroots.workspace.verifying.asking import AWAY, tried
from grassroots.workspace.verifying.counted import Counting, Counts
from grassroots.workspace.verifying.keyed import Keyed

PAGE = 1_000
PART = 5_000
"""Entries or records of one part: much more than the way to another process costs, little to keep."""

Newest = dict[str, tuple[int, str]]
"""By "kind/id": the revision that its batch gave it, and the commitment to its body ("" is erased)."""

_NOTHING: Mapping[str, str] = {}
_read: Callable[[str, int], tuple[Any, int]] = make_scanner(JSONDecoder())  # type: ignore[arg-type]
"""Compact JSON has no blanks around it: to look for them would take half of the time."""


@final
@attrs.frozen
class Share:
    """One of ``of`` equal shares of all records, so that memory does not grow with their number."""

    number: int = 0
    of: int = 1

    def has(self, key: str) -> bool:
        """Whether the record "kind/id" is in this share."""
        return self.of == 1 or crc32(key.encode()) % self.of == self.number


# -- the journal ------------------------------------------------------------------------------------------
@final
@attrs.frozen
class Stretch:
    """The entries under one seal: behind the stretch before, up to ``upto``. What its hash begins with."""

    before: str | None
    number: int
    first: int
    last: int
    upto: int


@final
@attrs.frozen(kw_only=True)
class Run:
    """Entries of one batch that follow each other; the last of them is the revision of what it wrote."""

    batch: str
    end: int
    written: list[tuple[str, str]]


@final
@attrs.frozen(kw_only=True)
class JournalFound:
    """What a stretch of the journal holds.

    ``newest`` lacks the last batch, which may go on behind it; ``first`` is the first batch without what it
    wrote, since it may have begun before. ``gaps`` are positions that are missing, ``unread`` those that
    cannot be read; ``hashes`` are those of the stretches, with whether all of it could be hashed.
    """

    entries: int = 0
    begin: int = 0
    first: Run | None = None
    newest: Newest = attrs.field(factory=dict)
    tail: Run | None = None
    gaps: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
    hashes: tuple[tuple[str, bool], ...] = ()


@final
@attrs.frozen
class JournalPart:
    """The entries behind ``after`` up to ``upto``."""

    after: int
    upto: int
    stretches: tuple[Stretch, ...] = ()
    share: Share = Share()

    def run(self, office: Office) -> JournalFound:
        """Read, hash and gather."""
        storage, gather = office.storage, Gather(self.share)
        hashing = _Hashing(self.stretches)
        gaps: list[int] = []
        unread: list[int] = []
        entries = begin = expected = 0
        for page in pages(storage, self.after, self.upto, unread.append):
            for entry in page:
                if entry.position != expected:
                    if expected:
                        gaps.append(expected)
                    else:
                        begin = entry.position
                expected = entry.position + 1
                if not gather.add(entry):
                    unread.append(entry.position)
            entries += len(page)
            if self.stretches:
                hashing.add(page)
        return gather.found(
            entries=entries, begin=begin, gaps=tuple(gaps), unread=tuple(unread), hashes=hashing.finish()
        )


def pages(
    storage: Storage, after: int, upto: int, unread: Callable[[int], object]
) -> Iterator[Sequence[Entry]]:
    """The entries behind ``after`` up to ``upto``; positions that cannot be read are told."""

    def ask(after: int, limit: int) -> Sequence[Entry]:
        return storage.journal(after=after, limit=limit)

    while after < upto:
        limit = min(PAGE, upto - after)
        page = tried(ask, after, limit + 1)
        if page is None:
            # Find which of them it is.
            singly: list[Entry] = []
            for before in range(after, after + limit):
                one = tried(ask, before, 1)
                if one is None:
                    unread(before + 1)
                elif one and one[0].position == before + 1:
                    singly.append(one[0])
            page, after = singly, after + limit
        elif not page:
            return
        else:
            if len(page) > limit:
                # Whether a position stands there twice is only seen when the next one is there as well.
                last = page[-1].position
                page = [entry for entry in page if entry.position != last] or page
            after = page[-1].position
        if page and page[-1].position > upto:
            page = [entry for entry in page if entry.position <= upto]
        if page:
            yield page


@final
class _Hashing:
    """The hashes of stretches that follow each other, while their entries stream past."""

    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        self._left = iter(stretches)
        self._done: list[tuple[str, bool]] = []
        self._begin()

    def _begin(self) -> None:
        self._now, self._sound = next(self._left, None), True
        if self._now is not None:
            now = self._now
            self._hash = SealHash(now.before, number=now.number, first=now.first, last=now.last)

    def _end(self) -> None:
        self._done.append((self._hash.hex, self._sound))
        self._begin()

    def add(self, page: Sequence[Entry]) -> None:
        while page and self._now is not None:
            upto = self._now.upto
            if page[-1].position <= upto:
                part, page = page, ()
            else:
                part = [entry for entry in page if entry.position <= upto]
                page = page[len(part) :]
            try:
                self._hash.add(part)
            except (AttributeError, TypeError, ValueError):
                self._sound = False
            if page or (part and part[-1].position == upto):
                self._end()

    def finish(self) -> tuple[tuple[str, bool], ...]:
        while self._now is not None:
            self._end()
        return tuple(self._done)


@final
class Gather:
    """Gathers the newest commitments. The revision of a record is the last position of its batch."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._batch, self._last = "", 0
        self._pending: list[tuple[str, str]] = []
        self._newest: Newest = {}
        self._first: Run | None = None

    def add(self, entry: Entry) -> bool:
        """Add an entry; False if it cannot be one."""
        if entry.batch != self._batch:
            self._flush()
            self._batch = entry.batch
        self._last = entry.position
        try:
            text = str(entry.fact.body, "utf-8")
            told, end = _read(text, 0)
            if end != len(text):
                return False
            for key, commitment in told.get("w", _NOTHING).items():
                if self._share.of == 1 or self._share.has(key):
                    self._pending.append((key, commitment))
        except (ValueError, AttributeError, TypeError, StopIteration):
            return False
        return True

    def _flush(self) -> None:
        """The batch is at its end."""
        if self._last:
            for key, commitment in self._pending:
                self._newest[key] = (self._last, commitment)
            if self._first is None:
                self._first = Run(batch=self._batch, end=self._last, written=[])
        self._pending = []

    def found(self, **more: Any) -> JournalFound:
        """What was gathered. The last batch may go on: what it wrote is not among ``newest`` yet."""
        tail = Run(batch=self._batch, end=self._last, written=self._pending) if self._last else None
        return JournalFound(first=self._first, newest=self._newest, tail=tail, **more)


@final
class Joining:
    """The newest commitments of parts that follow each other."""

    def __init__(self) -> None:
        self.newest: Newest = {}
        self._open: Run | None = None

    def add(self, found: JournalFound) -> None:
        """What the next part gathered."""
        first, tail = found.first, found.tail
        if tail is None:
            return
        going_on = self._open
        if going_on is not None and going_on.batch == (tail if first is None else first).batch:
            if first is None:  # nothing but that one batch
                self._open = attrs.evolve(tail, written=going_on.written + tail.written)
                return
            self._open = attrs.evolve(going_on, end=first.end)
        self.finish()
        self.newest.update(found.newest)
        self._open = tail

    def finish(self) -> Newest:
        """The last batch is at its end."""
        if self._open is not None:
            for key, commitment in self._open.written:
                self.newest[key] = (self._open.end, commitment)
            self._open = None
        return self.newest


# -- the records ------------------------------------------------------------------------------------------
@final
@attrs.define(kw_only=True)
class RecordsFound:
    """The records of a stretch: ids, revisions and SHA-256 of the bodies, of the same length.

    ``odd`` are the places of those whose keys do not belong to their body (False) or could not be compared
    (None). ``old`` are ids that say they were not written since the seal behind which verification begins.
    ``counts`` is how many of them there are by the groups of keys that may be kept counted.
    ``more`` is the id behind which to go on; ``unreadable`` says that the storage could not show the rest.
    """

    walked: int = 0
    ids: list[str] = attrs.field(factory=list)
    revisions: list[int] = attrs.field(factory=list)
    digests: list[str] = attrs.field(factory=list)
    odd: dict[int, bool | None] = attrs.field(factory=dict)
    old: list[str] = attrs.field(factory=list)
    counts: Counts = attrs.field(factory=list)
    more: str | None = None
    unreadable: bool = False


@final
@attrs.frozen
class RecordsPart:
    """The records of a kind behind the id ``after`` up to ``upto``."""

    kind: str
    after: str | None
    upto: str | None
    start: int = 0
    share: Share = Share()

    def run(self, office: Office) -> RecordsFound:
        """Read them, hash their bodies, and derive their keys again."""
        found = RecordsFound()
        try:
            self._walk(office, found)
        except AWAY:
            raise
        except Exception:
            # Somebody has spoiled a row, and the storage cannot show the rows behind it either: they are
            # read one by one later, as far as the journal knows them.
            found.unreadable = True
        return found

    def _walk(self, office: Office, found: RecordsFound) -> None:
        sha256, start, upto, all_ = hashlib.sha256, self.start, self.upto, self.share.of == 1
        spec = office.kinds.named(self.kind)
        agrees, counting = Keyed(office, spec).agrees, Counting(spec.stored_kind())
        found.counts = counting.counts
        for stored in walk(office.storage, Query(self.kind, after=self.after)):
            id_ = stored.ref.id
            if upto is not None and id_ > upto:
                return
            found.walked += 1
            if all_ or self.share.has(f"{self.kind}/{id_}"):
                if found.counts:
                    counting.add(stored)
                revision = stored.revision
                if type(revision) is int and 0 < revision <= start:
                    found.old.append(id_)
                else:
                    digest = sha256(stored.body).hexdigest()
                    if (agree := agrees(stored)) is not True:
                        found.odd[len(found.ids)] = agree
                    found.ids.append(id_)
                    found.revisions.append(revision)
                    found.digests.append(digest)
            if id_ == upto:
                return  # and not one page more to see that there is nothing
            if found.walked >= 2 * PART:
                found.more = id_
                return
