"""A right storage in one plain file, and saboteurs of what is durable: only the layer ``power`` sees them.

Each act is appended to a log as one frame (length, checksum, content) and flushed before it is acknowledged.
Opening reads the log up to the first frame that is not whole, cuts the rest off, and now and then writes the
whole log anew beside the old one. For one handle at a time; that is all the layer needs.
"""

from __future__ import annotations

import errno
import os
import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grassroots.contracts.storage import Batch, Erase, Fact, Put, Ref
from grassroots.errors import Conflict, Full, Unavailable
from grassroots.testing.saboteurs.kinds import Saboteur
from grassroots.testing.saboteurs.reference import House, Reference

_HEAD = 8

_DURABLE = "what was acknowledged outlives a loss of power"
_WHOLE = "a batch is whole or not at all, also when the power goes"
_REFUSED = "a device that refuses is told in the right words"


class Logged(Reference):
    """One network in the file ``log`` of a folder, in small steps of which each can be broken by itself."""

    def __init__(self, folder: Path, network: str) -> None:
        super().__init__(House(), network)
        self.path = folder / "log"
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        self.replay()
        self.tidy()

    # --- reading ---

    def replay(self) -> None:
        """Write again what the log holds."""
        whole = 0
        for content, end in self.frames(self.path.read_bytes()):
            self.again(content)
            whole = end
        self.cut(whole)

    def frames(self, log: bytes) -> Iterator[tuple[bytes, int]]:
        """The frames up to the first that is not whole, with the place where each ends."""
        place = 0
        while place + _HEAD <= len(log):
            size = int.from_bytes(log[place : place + 4], "big")
            content = log[place + _HEAD : place + _HEAD + size]
            if len(content) < size or not size or log[place + 4 : place + _HEAD] != self.sum(content):
                return
            place += _HEAD + size
            yield content, place

    def sum(self, content: bytes) -> bytes:
        """What tells whether a frame is whole."""
        return zlib.crc32(content).to_bytes(4, "big")

    def again(self, content: bytes) -> None:
        """One act as it was written."""
        act, digest, facts, writes = pickle.loads(content)
        if act in self.room.acts:
            return  # sent once more, after an answer that nobody knew
        batch = Batch(
            act,
            [Fact([Ref(*ref) for ref in about], body) for about, body in facts],
            {Ref(kind, id): 0 for kind, id, *_ in writes},
            (),
            [Put(Ref(*one[:2]), *one[2:]) if len(one) > 2 else Erase(Ref(*one)) for one in writes],
            digest,
        )
        keys = {one.ref: dict(one.keys) for one in batch.writes if isinstance(one, Put)}
        position = self.position(batch)
        self.write(batch, position, keys)
        self.note(batch)
        super().remember(batch, position)

    def cut(self, size: int) -> None:
        """Take away what is behind the last whole frame, so that nothing is written behind rubbish."""
        if os.fstat(self.file).st_size != size:
            os.ftruncate(self.file, size)
            self.flush()

    def tidy(self) -> None:
        """Write the log anew: beside the old one, flushed, and then in its place."""
        beside = self.path.with_name("log.new")
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            self.copy(file)
            os.fsync(file)
            os.rename(beside, self.path)
        except OSError:
            return  # the old log serves as well
        finally:
            os.close(file)
        os.close(self.file)
        self.file = os.open(self.path, os.O_RDWR | os.O_APPEND)

    def copy(self, file: int) -> None:
        """The log, as it is, into a file."""
        _whole(file, self.path.read_bytes())

    # --- writing ---

    def commit(self, batch: Batch) -> int:
        """The log first, memory afterwards, so that what cannot be written is not there."""
        self.check_open()
        settled = self.settled(batch)
        known = self.known(batch)
        if known is not None:
            return known
        moved, changed = self.moved(batch), self.changed(batch)
        if moved or changed:
            self.refuse(batch, moved, changed)
        self.log(self.framed(batch, settled))
        position = self.position(batch)
        self.write(batch, position, settled)
        self.note(batch)
        self.remember(batch, position)
        return position

    def framed(self, batch: Batch, settled: Any) -> bytes:
        """An act as one frame."""
        facts = [([(ref.kind, ref.id) for ref in fact.about], fact.body) for fact in batch.facts]
        writes = [
            (one.ref.kind, one.ref.id, settled[one.ref], one.body)
            if isinstance(one, Put)
            else (one.ref.kind, one.ref.id)
            for one in batch.writes
        ]
        content = pickle.dumps((batch.id, batch.digest, facts, writes))
        return len(content).to_bytes(4, "big") + self.sum(content) + content

    def log(self, frame: bytes) -> None:
        """Append a frame and flush it; on any trouble the log is as it was."""
        before = os.fstat(self.file).st_size
        try:
            _whole(self.file, frame)
            self.flush()
        except OSError as error:
            self.undo(before)
            raise self.told(error) from error

    def undo(self, size: int) -> None:
        """Take back what may have been written."""
        os.ftruncate(self.file, size)

    def told(self, error: OSError) -> Exception:
        """An error of the device in the words of the contract."""
        return Full() if error.errno == errno.ENOSPC else Unavailable()

    def flush(self) -> None:
        """Let the device keep it."""
        os.fsync(self.file)

    def close(self) -> None:
        """Let go of the file."""
        if not self.closed:
            os.close(self.file)
        super().close()


def _whole(file: int, data: bytes) -> None:
    # In pieces, as a device that is nearly full takes them.
    while data:
        data = data[os.write(file, data[:1_000]) :]


def _every_second(self: Logged) -> None:
    self.turns = getattr(self, "turns", 0) + 1  # type: ignore[attr-defined]
    if self.turns % 2:  # type: ignore[attr-defined]
        os.fsync(self.file)


def _flush_on_close(self: Logged) -> None:
    if not self.closed:
        os.fsync(self.file)
    Logged.close(self)


def _flush_first(self: Logged, frame: bytes) -> None:
    self.flush()
    _whole(self.file, frame)


def _in_place(self: Logged) -> None:
    log = self.path.read_bytes()
    os.ftruncate(self.file, 0)
    _whole(self.file, log)
    os.fsync(self.file)


def _not_flushed_aside(self: Logged) -> None:
    beside = self.path.with_name("log.new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    self.copy(file)
    os.rename(beside, self.path)
    os.close(self.file)
    os.close(file)
    self.file = os.open(self.path, os.O_RDWR | os.O_APPEND)


def _removed_first(self: Logged) -> None:
    beside = self.path.with_name("log.new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    self.copy(file)
    os.fsync(file)
    os.unlink(self.path)
    os.rename(beside, self.path)
    os.close(self.file)
    os.close(file)
    self.file = os.open(self.path, os.O_RDWR | os.O_APPEND)


def _refuses_rubbish(self: Logged) -> None:
    log, whole = self.path.read_bytes(), 0
    for content, end in self.frames(log):
        self.again(content)
        whole = end
    if whole != len(log):
        raise Unavailable()


def _size_alone(self: Logged, content: bytes) -> bytes:
    return b"\0\0\0\0"


def _frame_by_fact(self: Logged, batch: Batch, settled: Any) -> bytes:
    """Each fact in a frame of its own, the records with the last."""
    frames = b""
    for number, fact in enumerate(batch.facts):
        last = number == len(batch.facts) - 1
        part = Batch(
            batch.id if last else f"{batch.id}.{number}",
            [fact],
            batch.based_on,
            (),
            batch.writes if last else (),
        )
        frames += Logged.framed(self, part, settled)
    return frames


class _OneName(Logged):
    """Reads acts that were written fact by fact under one name again."""

    def again(self, content: bytes) -> None:
        super().again(content)
        for place, entry in enumerate(self.room.entries):
            self.room.entries[place] = type(entry)(entry.position, entry.batch.partition(".")[0], entry.fact)


class _TwoFiles(Logged):
    """Facts in one file, records in another, each flushed: two moments."""

    def __init__(self, folder: Path, network: str) -> None:
        self.second = os.open(folder / "facts", os.O_RDWR | os.O_CREAT | os.O_APPEND)
        self.facts: dict[str, list[Fact]] = {}
        super().__init__(folder, network)
        for content, _ in self.frames((folder / "facts").read_bytes()):
            self.facts.update(pickle.loads(content))
        journal = [(act, fact) for act, facts in self.facts.items() for fact in facts]
        self.room.entries[:] = [
            self.entry(place, Batch(act, [fact]), fact) for place, (act, fact) in enumerate(journal, 1)
        ]

    def log(self, frame: bytes) -> None:
        act, _, facts, _ = pickle.loads(frame[_HEAD:])
        content = pickle.dumps({act: [Fact([Ref(*ref) for ref in about], body) for about, body in facts]})
        _whole(self.second, len(content).to_bytes(4, "big") + self.sum(content) + content)
        os.fsync(self.second)
        super().log(frame)


def _busy(self: Logged, error: OSError) -> Exception:
    return Conflict()


def _early(self: Logged, frame: bytes) -> None:
    act, digest, facts, _ = pickle.loads(frame[_HEAD:])
    self.room.acts[act] = len(self.room.entries) + len(facts), digest
    Logged.log(self, frame)


def _full_and_written(self: Logged, frame: bytes) -> None:
    before = os.fstat(self.file).st_size
    try:
        _whole(self.file, frame)
    except OSError as error:
        self.undo(before)
        raise self.told(error) from error
    try:
        self.flush()
    except OSError as error:
        content = frame[_HEAD:]
        self.again(content)
        raise Full() from error


def broken(name: str, promise: str, **steps: Callable[..., Any]) -> Saboteur:
    """The right storage in a file with these steps replaced."""
    return Saboteur(name, promise, type("Broken", (Logged,), dict(steps)))


SABOTEURS: Sequence[Saboteur] = (
    broken("nothing is flushed", _DURABLE, flush=lambda self: None),
    broken("every second act is flushed", _DURABLE, flush=_every_second),
    broken("flushed when it is closed", _DURABLE, flush=lambda self: None, close=_flush_on_close),
    broken("flushed before it is written", _DURABLE, log=_flush_first),
    broken("the log is written anew in its place", _DURABLE, tidy=_in_place),
    broken("the new log is moved there before it is flushed", _DURABLE, tidy=_not_flushed_aside),
    broken("the old log is removed before the new one has its name", _DURABLE, tidy=_removed_first),
    broken("a torn frame is not cut off", _DURABLE, cut=lambda self, size: None),
    broken("a torn frame keeps everybody out", _DURABLE, replay=_refuses_rubbish),
    broken("a torn frame counts by its size", _WHOLE, sum=_size_alone),
    Saboteur("facts in frames of their own", _WHOLE, type("Broken", (_OneName,), {"framed": _frame_by_fact})),
    Saboteur("facts and records in two files", _WHOLE, _TwoFiles),
    broken("no space left is called crowded", _REFUSED, told=_busy),
    broken("an error of the device flies as it is", _REFUSED, told=lambda self, error: error),
    broken("half a frame stays when the rest is refused", _REFUSED, undo=lambda self, size: None),
    broken("an act is remembered before it is written", _REFUSED, log=_early),
    broken("said to be full, and yet written", _REFUSED, log=_full_and_written),
)
