"""The verification of a network: parts are given out, and what they found is joined and judged.

The journal is hashed seal by seal exactly as it is stored; the newest commitment to each record is gathered
on the way and then held against the record's bytes. No commitment covers the searchable keys beside a record:
they are derived once more from the record itself and compared, and so is what a storage keeps counted. Where
a network has more records than ``AT_ONCE``, both passes are repeated for one share of the records after the
other, so that memory does not grow with it.

Others may write meanwhile: everything is judged as of the head at the beginning, and what has moved since is
read again together with the journal behind that head.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, final

from grassroots.contracts.storage import Query, Ref, Stored
from grassroots.domain.seal import Anchor, Finding, Level, Seal, Verification
from grassroots.workspace.office import Office
from grassroots.workspace.verifying.asking import tried
from grassroots.workspace.verifying.chain import Chain
from grassroots.workspace.verifying.counted import Counting
from grassroots.workspace.verifying.crew import Crew
from grassroots.workspace.verifying.keyed import Keyed
from grassroots.workspace.verifying.parts import (
    PART,
    Gather,
    Joining,
    JournalPart,
    Newest,
    RecordsFound,
    RecordsPart,
    Share,
    Stretch,
    pages,
)

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in entries and records."""

AT_ONCE = 200_000
"""Commitments kept in memory at a time: about 60 MB."""

CHUNK = 500
TRIES = 50
MOST = 1_000
"""Findings that are remembered: what was changed wholesale needs no list."""

Waiting = dict[str, tuple[int, str] | None]
"""Records that need another look, with the commitment that is known."""


@final
class Verifier:
    """One verification. ``start`` is the seal behind which to begin, its entries being trusted.

    ``workers`` processes share the work, if the network can be opened by another process.
    """

    def __init__(
        self,
        office: Office,
        *,
        start: Seal | None = None,
        anchors: Sequence[Anchor] = (),
        public_keys: Collection[str] = (),
        workers: int = 1,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._office = office
        self._storage = office.storage
        self._start = 0 if start is None else start.last
        self._keys = public_keys
        self._workers = workers
        self._progress = progress
        self._findings: dict[Finding, None] = {}
        self._head = self._end = self._followed = office.storage.head()
        self._chain = Chain(office, self._head, start, anchors, public_keys, self._found)
        self._entries = self._records = self._done = self._total = self._unknown = self._unopened = 0
        self._moved: Newest = {}
        kinds = (spec.stored_kind() for spec in office.kinds)
        self._counting = {kind.name: Counting(kind) for kind in kinds if kind.totals}

    def run(self) -> Verification:
        """Check everything and say how it ended."""
        rows = sum(group.rows for spec in self._office.kinds for group in self._tally(spec.name).values())
        shares = 1 + rows // AT_ONCE
        self._total = shares * (self._head - self._start) + rows
        with Crew(self._office, self._workers) as crew:
            for number in range(shares):
                share = Share(number, shares)
                newest = self._read_journal(crew, share)
                waiting = self._read_records(crew, newest, share)
                self._settle(waiting)
        self._hold_counts()
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
            "workers": crew.size,
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

    def _tally(self, kind: str) -> Mapping[Any, Any]:
        # Only to know how much there is to do: a kind that cannot be counted is found when it is read.
        found = tried(self._storage.tally, Query(kind))
        return {} if found is None else found

    def _found(self, code: str, position: int, about: str = "") -> None:
        if len(self._findings) < MOST:
            self._findings[Finding(code, position, about)] = None

    # -- the journal --------------------------------------------------------------------------------------
    def _read_journal(self, crew: Crew, share: Share) -> Newest:
        joining, expected, first = Joining(), self._start + 1, share.number == 0
        for _, found in crew.run(self._journal_parts(share)):
            joining.add(found)
            for position in found.unread:
                self._found("seal-finding-entry", position)
            self._tick(found.entries)
            if not first:
                continue
            self._entries += found.entries
            if found.begin not in (0, expected):
                self._found("seal-finding-gap", expected)
            for position in found.gaps:
                self._found("seal-finding-gap", position)
            if found.tail is not None:
                expected = found.tail.end + 1
            self._chain.add(found.hashes, expected - 1)
        if first:
            self._end = expected - 1
            if expected <= self._head:
                self._found("seal-finding-tail", self._end)
            self._chain.finish(self._end, self._head)
        return joining.finish()

    def _journal_parts(self, share: Share) -> Iterator[JournalPart]:
        """Cut between seals, so that each is hashed by one; what is not sealed is cut anywhere."""
        begin = after = self._start
        held: list[Stretch] = []
        if share.number == 0:
            for stretch in self._chain.stretches():
                held.append(stretch)
                after = max(after, stretch.upto)
                if after - begin >= PART:
                    yield JournalPart(begin, after, tuple(held), share)
                    begin, held = after, []
        if held:
            yield JournalPart(begin, after, tuple(held), share)
        while after < self._head:
            begin, after = after, min(after + PART, self._head)
            yield JournalPart(begin, after, (), share)

    # -- the records --------------------------------------------------------------------------------------
    def _read_records(self, crew: Crew, newest: Newest, share: Share) -> Waiting:
        """Hold each record against its commitment; what needs another look is given back."""
        again: Waiting = {}
        parts = list(self._record_parts(newest, share))
        while parts:
            more = []
            for part, found in crew.run(parts):
                self._compare(part.kind, found, newest, again)
                if (counting := self._counting.get(part.kind)) is not None and found.counts:
                    counting.merge(found.counts)
                if found.more is not None:
                    more.append(RecordsPart(part.kind, found.more, part.upto, part.start, share))
                if found.unreadable:
                    # What stands behind it and is known to the journal waits below, and is read singly.
                    self._found("seal-finding-unreadable", self._head, part.kind)
                self._tick(found.walked if share.number == 0 else 0)
            parts = more
        for key, known in newest.items():
            if known[1]:
                again[key] = known
        return again

    def _record_parts(self, newest: Newest, share: Share) -> Iterator[RecordsPart]:
        """Cut at ids that the journal knows; the ends are open, so that no record is between two parts."""
        ids: dict[str, list[str]] = defaultdict(list)
        for key, known in newest.items():
            if known[1]:
                kind, _, id_ = key.partition("/")
                ids[kind].append(id_)
        step = max(1, PART // share.of)
        for spec in self._office.kinds:
            after: str | None = None
            for upto in sorted(ids[spec.name])[step - 1 :: step]:
                if tried(Ref, spec.name, upto) is not None:
                    yield RecordsPart(spec.name, after, upto, self._start, share)
                    after = upto
            yield RecordsPart(spec.name, after, None, self._start, share)

    def _compare(self, kind: str, found: RecordsFound, newest: Newest, again: Waiting) -> None:
        self._records += len(found.ids)
        for place, (id_, revision, digest) in enumerate(
            zip(found.ids, found.revisions, found.digests, strict=True)
        ):
            key = f"{kind}/{id_}"
            known = newest.pop(key, None)
            if known != (revision, digest):
                again[key] = known
            elif place in found.odd:
                self._told_keys(found.odd[place], revision, key)
        for id_ in found.old:
            # Not written since the seal behind which we begin, it says.
            self._records += 1
            key = f"{kind}/{id_}"
            if (known := newest.pop(key, None)) is not None:
                again[key] = known

    def _told_keys(self, agree: bool | None, revision: int, key: str) -> None:
        """The body is what was written: do the keys beside it belong to it?"""
        if agree is None:
            self._unopened += 1
        elif not agree:
            self._found("seal-finding-keys", revision, key)

    def _hold_counts(self) -> None:
        """Where the records of a kind are sound, what is kept counted has to be theirs."""
        spoiled = {finding.about.partition("/")[0] for finding in self._findings}
        for name, counting in self._counting.items():
            if name not in spoiled and not counting.agrees(self._storage, self._head):
                self._found("seal-finding-counts", self._head, name)

    def _settle(self, waiting: Waiting) -> None:
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
                    self._told_keys(Keyed(self._office, spec).agrees(stored), stored.revision, key)

    def _is_known(self, key: str) -> bool:
        return key.partition("/")[0] in self._office.kinds

    def _newest(self, key: str, waiting: Waiting) -> tuple[int, str] | None:
        return self._moved.get(key, waiting[key])

    def _read(self, keys: list[str]) -> dict[str, Stored | None]:
        refs = [ref for key in keys if (ref := tried(Ref, *key.split("/", 1))) is not None]
        found = tried(self._storage.read, refs)
        if found is not None:
            return {str(ref): stored for ref, stored in found.items()}
        one_by_one: dict[str, Stored | None] = {}
        for ref in refs:
            one = tried(self._storage.read, (ref,))
            stored = None if one is None else one.get(ref)
            one_by_one[str(ref)] = Stored(ref, 0, {}, b"") if one is None else stored
        return one_by_one

    def _follow(self) -> None:
        """Gather what was written since the beginning."""
        head = self._storage.head()
        gather, joining = Gather(Share()), Joining()
        for page in pages(self._storage, self._followed, head, lambda position: None):
            for entry in page:
                gather.add(entry)
        joining.add(gather.found())
        self._moved.update(joining.finish())
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
