"""Reading an archive: every byte is held against the hashes, every line against the others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar, final

import attrs

from grassroots.contracts.storage import Fact, Position, Put
from grassroots.contracts.storage.limits import BATCH_FACTS, BATCH_WRITES
from grassroots.usecases.archive.lines import (
    ACT,
    LONGEST,
    RECORD,
    RUBBISH,
    BadArchive,
    Manifest,
    Progress,
    end_line,
    parsed_act,
    parsed_end,
    parsed_entry,
    parsed_head,
    parsed_record,
)

T = TypeVar("T")


@final
@attrs.frozen
class Act:
    """One batch as the archive knows it: its facts, and the records that it was the last to write."""

    id: str
    last: Position
    facts: tuple[Fact, ...]
    writes: tuple[Put, ...]
    digest: str = ""


@final
class ArchiveFile:
    """An archive that was read to its end and is as it was written: its manifest, and its batches."""

    def __init__(self, path: Path, progress: Progress = lambda done, of: None) -> None:
        """Read all of it: hashes, counts, revisions, positions. BadArchive if anything is not right:

        ``archive-not-one``, ``archive-newer``, ``archive-cut-off``, ``archive-damaged``, ``archive-line``,
        ``archive-cannot-read``.
        """
        self._path = path
        self._records = self._entries = self._acts = self._end = 0
        self._entry_line = self._act_line = 2
        with _opened(path) as file:
            told, end = self._hashed(file, path.stat().st_size, progress)
        counts, last = Counter[str](), 0
        for act in self.acts():
            last = act.last
            counts.update(put.ref.kind for put in act.writes)
        self.manifest = attrs.evolve(told, records=counts)
        kinds = {one.kind.name for one in told.kinds}
        if last != told.head or not counts.keys() <= kinds or end_line(self.manifest) != end:
            raise BadArchive("archive-damaged", file=path.name)

    def acts(self) -> Iterator[Act]:
        """The batches in their order, each with the records that it was the last to write.

        The parts of the file are read side by side, so memory holds one batch.
        """
        records = self._read(self._records, self._entries, 2, parsed_record)
        entries = self._read(self._entries, self._acts, self._entry_line, parsed_entry)
        asked = self._read(self._acts, self._end, self._act_line, parsed_act)
        waiting, told = next(records, None), next(asked, None)
        facts: list[Fact] = []
        entry = next(entries, None)
        position = 0
        while entry is not None:
            following = next(entries, None)
            position += 1
            facts.append(entry.fact)
            if entry.position != position or len(facts) > BATCH_FACTS:
                raise BadArchive("archive-line", file=self._path.name, line=self._entry_line + position - 1)
            if following is None or following.batch != entry.batch:
                writes: list[Put] = []
                while waiting is not None and waiting[0] == position and len(writes) < BATCH_WRITES:
                    writes.append(waiting[1])
                    waiting = next(records, None)
                digest = ""
                if told is not None and told[:2] == (position, entry.batch):
                    digest, told = told[2], next(asked, None)
                yield Act(entry.batch, position, tuple(facts), tuple(writes), digest)
                facts = []
            entry = following
        if told is not None:
            raise BadArchive("archive-line", file=self._path.name, line=self._act_line)
        if waiting is not None:
            # A revision that is no batch's end, or that stands behind one: this record never came to be so.
            raise BadArchive("archive-record", file=self._path.name, ref=str(waiting[1].ref))

    def _hashed(self, file: BinaryIO, size: int, progress: Progress) -> tuple[Manifest, bytes]:
        whole, content, acts = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        first = self._line(file, 1)
        manifest = parsed_head(first, self._path.name)
        whole.update(first)
        self._records = offset = len(first)
        self._entries, number = 0, 2
        line = self._line(file, number)
        while following := self._line(file, number + 1):
            whole.update(line)
            if not self._entries and not line.startswith(RECORD):
                self._entries, self._entry_line = offset, number
            if not self._acts and line.startswith(ACT):
                self._acts, self._act_line = offset, number
            (acts if self._acts else content).update(line)
            offset += len(line)
            number += 1
            line = following
            if number % 1000 == 0:
                progress(offset, size)
        self._end = offset
        self._entries = self._entries or self._acts or offset
        self._acts = self._acts or offset
        told = parsed_end(line, manifest)
        if told is None:
            raise BadArchive("archive-cut-off", file=self._path.name)
        if (whole.hexdigest(), content.hexdigest()) != (told.sha256, told.content):
            raise BadArchive("archive-damaged", file=self._path.name)
        progress(size, size)
        return attrs.evolve(told, acts=acts.hexdigest()), line

    def _read(self, start: int, end: int, number: int, parsed: Callable[[bytes], T]) -> Iterator[T]:
        with _opened(self._path) as file:
            file.seek(start)
            while start < end:
                line = self._line(file, number)
                try:
                    found = parsed(line)
                except RUBBISH as error:
                    raise BadArchive("archive-line", file=self._path.name, line=number) from error
                yield found
                start += len(line)
                number += 1

    def _line(self, file: BinaryIO, number: int) -> bytes:
        line = file.readline(LONGEST)
        if len(line) == LONGEST:
            raise BadArchive("archive-line", file=self._path.name, line=number)
        return line


def verify(path: Path, progress: Progress = lambda done, of: None) -> Manifest:
    """What an archive says, after all of it was checked. Raises as :class:`ArchiveFile`."""
    return ArchiveFile(path, progress).manifest


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise BadArchive("archive-not-found", file=str(path)) from error
    except OSError as error:
        raise BadArchive(
            "archive-cannot-read", file=str(path), problem=error.strerror or str(error)
        ) from error
