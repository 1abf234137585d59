"""Loading an archive into an empty network of any storage: batch for batch, position for position."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grassroots.contracts.storage import Batch, Position, Put, Storage, Write
from grassroots.contracts.storage.limits import BATCH_WRITES
from grassroots.errors import Conflict, Corrupt, Unavailable
from grassroots.usecases.archive.lines import BadArchive, Manifest, Progress
from grassroots.usecases.archive.reading import Act, ArchiveFile
from grassroots.usecases.archive.writing import Nowhere, dump
from grassroots.workspace.arriving import ARRIVING, Arriving, arriving
from grassroots.workspace.keying import KEYED, mark
from grassroots.workspace.ledger import LEDGER, RESTORED, WANTED, Unkept

_TRIES: Final = 10


def load(
    path: Path,
    storage: Storage,
    progress: Progress = lambda done, of: None,
    *,
    unkept: Unkept | None = RESTORED,
) -> Manifest:
    """Write an archive into a network where nothing has happened yet; nothing is written before it verified.

    Each batch comes back with its id, its facts and their positions; each record comes with the batch that
    wrote it last, so that its revision is the same. Until the last batch nobody can open the network; the
    same load again goes on where the first was broken off. If the network kept a ledger of erasures, nobody
    opens it without that either; if it kept none, every opening tells that it was restored (``unkept``: what
    the network is to know instead, for a move). Raises as :class:`ArchiveFile`, and BadArchive
    ``archive-target-not-empty``, ``archive-target-moved`` (somebody else wrote there meanwhile),
    ``archive-first-act-full``.
    """
    archive = ArchiveFile(path)
    told = archive.manifest
    storage.prepare([*(one.kind for one in told.kinds), ARRIVING, KEYED, LEDGER])
    arrives = Arriving(sha256=told.sha256, head=told.head)
    # An archive is made of an open network, and whoever opened it has filled the keys.
    marks = [arrives.put(), *(mark(one.kind, one.version) for one in told.kinds)]
    if told.ledger is not None:
        marks.append(told.ledger.put(WANTED))
    elif unkept is not None:
        marks.append(unkept.put())
    stands = _begun(storage, arrives)
    for act in archive.acts():
        if act.last <= stands:
            if act.last == stands and storage.journal(after=stands - 1, limit=1)[0].batch != act.id:
                raise BadArchive("archive-target-not-empty", head=stands)
            continue
        if _commit(storage, _batch(act, marks)) != act.last:
            raise BadArchive("archive-target-moved", position=act.last)
        progress(act.last, told.head)
    return told


def check_empty(storage: Storage) -> None:
    """Refuse a network where something happened (``archive-target-not-empty``), before any work is done."""
    if head := storage.head():
        raise BadArchive("archive-target-not-empty", head=head)


def _begun(storage: Storage, mark: Arriving) -> Position:
    """Where to go on: 0 in an empty network, the head of one that this very archive began to fill."""
    head = storage.head()
    if head and (arriving(storage) != mark or head >= mark.head):
        raise BadArchive("archive-target-not-empty", head=head)
    return head


def _batch(act: Act, marks: Sequence[Put]) -> Batch:
    writes: tuple[Write, ...] = act.writes
    if act.last == len(act.facts):
        # The first batch of all: from its commit on, the network says that it is not whole.
        if len(writes) + len(marks) > BATCH_WRITES:
            raise BadArchive("archive-first-act-full", most=BATCH_WRITES - len(marks))
        writes = (*writes, *marks)
    return Batch(act.id, act.facts, {write.ref: 0 for write in writes}, (), writes, act.digest)


def _commit(storage: Storage, batch: Batch) -> Position:
    """Commit; crowded or of unknown outcome, the same batch again, which is never written twice."""
    for tried in range(1, _TRIES + 1):
        try:
            return storage.commit(batch)
        except Conflict as conflict:
            if conflict.moved or conflict.queries:
                raise BadArchive("archive-target-moved", position=storage.head()) from conflict
            if tried == _TRIES:
                raise
        except Unavailable:
            if tried == _TRIES:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def check_same(storage: Storage, told: Manifest, progress: Progress = lambda done, of: None) -> None:
    """Read the network back and hold it against the archive it came from: Corrupt ``archive-differs``.

    Records, keys, revisions, bodies and every entry of the journal count, and the digests of acts where the
    storage tells them. Somebody who has written there since makes a difference too.
    """
    found = dump(
        storage,
        Nowhere(),
        kinds=told.kinds,
        network=told.network,
        zone=told.zone,
        program=told.program,
        progress=progress,
    )
    silent = type(storage).digests is Storage.digests
    if found.content != told.content or (found.acts != told.acts and not silent):
        raise Corrupt("archive-differs", found=found.head, head=told.head)
