"""Writing an archive: into a stream, or into a file that is there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from itertools import chain, pairwise
from pathlib import Path
from typing import BinaryIO, Protocol, final

import attrs

from grassroots.contracts.storage import Query, Storage
from grassroots.errors import Corrupt, Full
from grassroots.usecases.archive.lines import (
    BEGINS,
    FORMAT,
    WITHOUT_LEDGER,
    ArchivedKind,
    BadArchive,
    Manifest,
    Progress,
    act_line,
    end_line,
    entry_line,
    head_line,
    named,
    parsed_act,
)
from grassroots.usecases.archive.moment import Moment, pages
from grassroots.usecases.archive.spool import Spool
from grassroots.workspace.ledger import Place

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Sink(Protocol):
    def write(self, data: bytes, /) -> object:
        """Take bytes."""


@final
class Nowhere:
    """A sink that keeps nothing: for an archive of which only the hash is wanted."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        return len(data)


@final
class _Hashed:
    """Writes lines and hashes them on the way."""

    def __init__(self, out: _Sink) -> None:
        self._out = out
        self.all, self.content = hashlib.sha256(), hashlib.sha256()

    def write(self, line: bytes, *, content: bool = True) -> None:
        self._out.write(line)
        self.all.update(line)
        if content:
            self.content.update(line)


def dump(
    storage: Storage,
    out: BinaryIO | Nowhere,
    *,
    kinds: Collection[ArchivedKind],
    network: str,
    zone: str,
    program: str,
    progress: Progress = lambda done, of: None,
    folder: Path | None = None,
    ledger: Place | None = None,
) -> Manifest:
    """Write the network as of one committed moment, while others write; what was written, as its manifest.

    The storage is prepared for ``kinds``. Records wait, sorted, in a nameless file in ``folder`` (the
    system's temporary folder if None), which needs as much room as they do. ``ledger`` is how far the
    network knows its ledger of erasures, for the head. Raises BadArchive
    ``archive-kind-unknown`` if the journal speaks of kinds that are not among these, Full when there is
    no room, Conflict (crowded) if others write so fast that no moment can be caught.
    """
    plain = [one.kind for one in kinds]
    weight = sum(sum(group.rows for group in storage.tally(Query(kind.name)).values()) for kind in plain)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done % 100 == 0:
            progress(done, max(done, total))

    try:
        with Spool(folder) as spool:
            total = weight + storage.head()
            moment = Moment(storage, plain, spool).taken(tick)
            manifest = Manifest(
                format=WITHOUT_LEDGER if ledger is None else FORMAT,
                program=program,
                network=network,
                zone=zone,
                head=moment.head,
                kinds=tuple(kinds),
                ledger=ledger,
            )
            manifest = _write(storage, moment, manifest, out, tick, folder)
    except OSError as error:
        raise _told(error) from error
    progress(max(done, total), max(done, total))
    return manifest


def _write(
    storage: Storage,
    moment: Moment,
    manifest: Manifest,
    out: BinaryIO | Nowhere,
    tick: Callable[[], None],
    folder: Path | None,
) -> Manifest:
    sink, counts = _Hashed(out), Counter[str]()
    sink.write(head_line(manifest), content=False)
    for _, kind, line in moment.lines():
        counts[kind] += 1
        sink.write(line)
    position = 0
    with tempfile.TemporaryFile(dir=folder) as acts:
        for page in pages(storage, 0, moment.head):
            digests = storage.digests({entry.batch for entry in page})
            for entry in page:
                moment.known(named((entry,)))
                position += 1
                if entry.position != position:
                    raise Corrupt("corrupt", where=f"journal/{position}", problem=f"{entry.position}")
                sink.write(entry_line(entry))
                if entry.batch in digests:
                    acts.write(act_line(entry.batch, entry.position, digests[entry.batch]))
                tick()
        if position != moment.head:
            raise Corrupt("corrupt", where=f"journal/{position + 1}", problem="missing")
        acts.seek(0)
        asked = hashlib.sha256()
        for line, following in pairwise(chain(acts, [b""])):
            # A batch of several facts has a line for each of them: the last one counts.
            if not following or parsed_act(line)[1] != parsed_act(following)[1]:
                sink.write(line, content=False)
                asked.update(line)
    manifest = attrs.evolve(
        manifest,
        records=counts,
        content=sink.content.hexdigest(),
        sha256=sink.all.hexdigest(),
        acts=asked.hexdigest(),
    )
    out.write(end_line(manifest))
    return manifest


def write_file(
    path: Path, write: Callable[[BinaryIO], Manifest], check: Callable[[Path], object] | None = None
) -> Manifest:
    """Write beside the file, force it to the disk, ``check`` it, and only then give it its name.

    What had the name before stands until then. Readable for its owner alone. Raises Full, or BadArchive
    ``archive-cannot-write``, and ``archive-over-other`` for a file that is none of ours.
    """
    _may_replace(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _told(error, path) from error
    beside = Path(name)
    try:
        with open(handle, "wb") as out:
            manifest = write(out)
            out.flush()
            os.fsync(out.fileno())
        if check is not None:
            check(beside)
        os.replace(beside, path)
        _keep_name(path.parent)
    except OSError as error:
        raise _told(error, path) from error
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def _may_replace(path: Path) -> None:
    # Two words in the wrong order must not put a backup in the place of the database.
    try:
        with path.open("rb") as there:
            begins = there.read(len(BEGINS))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _told(error, path) from error
    if begins not in (b"", BEGINS):
        raise BadArchive("archive-over-other", file=str(path))


def _keep_name(folder: Path) -> None:
    # The new name is on the disk only when its folder is. Not every system lets a folder be opened.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _told(error: OSError, path: Path | None = None) -> Exception:
    if error.errno in _FULL:
        return Full()
    if isinstance(error, FileNotFoundError) and path is not None:
        return BadArchive("archive-no-folder", file=str(path), where=str(path.absolute().parent))
    file = str(path) if path is not None else str(error.filename or "")
    return BadArchive("archive-cannot-write", file=file, problem=error.strerror or str(error))
