"""System calls as strace writes them, read as what they do to the files that are meant."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, final

from attrs import frozen


class Unseen(Exception):
    """The storage changes its files in a way that the calls do not show; says which."""


@final
@frozen
class Trace:
    """What strace told of a child, and what the child said through its pipe."""

    told: str
    said: str


@final
@frozen
class Write:
    """Bytes at a place of a file."""

    path: str
    offset: int
    data: bytes


@final
@frozen
class Cut:
    """A file made this long; what is new is zeros."""

    path: str
    size: int


@final
@frozen
class Flush:
    """A file flushed, or a folder; without a path, everything."""

    path: str


@final
@frozen
class Renamed:
    """A change of names: made (``old`` is empty), removed (``new`` is empty), moved, or kept beside."""

    old: str
    new: str
    beside: bool = False


@final
@frozen
class Said:
    """A mark of the child."""

    words: tuple[str, ...]


Event = Write | Cut | Flush | Renamed | Said


@final
@frozen
class Call:
    """A call that a device may refuse: its name, and the how-manieth of that name it was."""

    name: str
    number: int


@final
@frozen
class Recording:
    """The events of one child in their order, its refusable calls, and the files that it changed."""

    events: tuple[Event, ...]
    calls: tuple[Call, ...]
    touched: tuple[str, ...]


REFUSABLE: Final = frozenset(
    ("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate", "fsync", "fdatasync")
)
"""The calls that a full or failing device refuses."""

_LINE: Final = re.compile(r"(\d+)\s+(.*)", re.DOTALL)
_CALL: Final = re.compile(r"(\w+)\((.*)\)\s+=\s+(-?\w+|\?)(.*)", re.DOTALL)
_WORD: Final = re.compile(r'([<"])((?:\\x[0-9a-f]{2})*)[>"](\(deleted\))?')
_DESCRIPTOR: Final = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")


def read_trace(trace: Trace, files: Sequence[str]) -> Recording:
    """The events on these files, given as real paths; a folder stands for all that is below it."""
    reader = _Reader(files)
    for call in _calls(trace.told):
        reader.take(*call)
    return Recording(tuple(reader.events), tuple(reader.calls), tuple(dict.fromkeys(reader.touched)))


def _calls(told: str) -> list[tuple[str, str, int, str]]:
    """Name, arguments, result and what stands behind it, of each call that succeeded, as each ended."""
    begun: dict[str, str] = {}
    calls = []
    for line in told.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        thread, text = found.groups()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text.removesuffix("<unfinished ...>")
            continue
        if text.startswith("<... "):
            text = begun.pop(thread, "") + text.partition(" resumed>")[2]
        call = _CALL.match(text)
        if call is not None and call[3] != "?" and (result := int(call[3], 0)) >= 0:
            calls.append((call[1], call[2], result, call[4]))
    return calls


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class _Reader:
    """The events on some files out of all calls."""

    def __init__(self, files: Sequence[str]) -> None:
        self.files = files
        self.events: list[Event] = []
        self.calls: list[Call] = []
        self.touched: list[str] = []
        self._counted: Counter[str] = Counter()
        self._sizes: dict[str, int] = {}
        self._places: dict[int, int] = {}
        self._flags: dict[int, str] = {}

    def take(self, name: str, words: str, result: int, behind: str) -> None:
        """One call that succeeded."""
        if name == "io_uring_setup":
            raise Unseen("it writes by io_uring, which strace does not show")
        if name in ("sync", "syncfs"):
            self.events.append(Flush(""))
        elif name in ("open", "openat", "creat"):
            self._opened(name, words, result, behind)
        elif name.startswith(("rename", "unlink", "link")):
            self._named(name, words)
        elif name == "truncate":
            self._cut(self._paths(words)[0], int(words.rpartition(",")[2]))
        elif found := _DESCRIPTOR.findall(words):
            place, path, deleted = found[-1 if name == "copy_file_range" else 0]
            self._on(name, words, result, int(place), os.fsdecode(_plain(path)), bool(deleted))

    def _mine(self, path: str) -> bool:
        return any(path == one or path.startswith(one + os.sep) for one in self.files)

    def _opened(self, name: str, words: str, result: int, behind: str) -> None:
        found = _DESCRIPTOR.match(f"{result}{behind}")
        path = os.fsdecode(_plain(found[2])) if found else ""
        if not self._mine(path) or os.path.isdir(path):
            self._flags.pop(result, None)
            return
        flags = "O_CREAT|O_TRUNC" if name == "creat" else words
        self._places[result], self._flags[result] = 0, flags
        if path not in self._sizes:
            if "O_CREAT" not in flags:
                return
            self._sizes[path] = 0
            self._add(Renamed("", path), path)
        elif "O_TRUNC" in flags:
            self._cut(path, 0)

    def _paths(self, words: str) -> list[str]:
        """The paths of a call; those of an ``at`` call stand behind the folder that they begin in."""
        folder, paths = os.getcwd(), []
        for mark, text, _ in _WORD.findall(words):
            if mark == "<":
                folder = os.fsdecode(_plain(text))
            else:
                paths.append(os.path.join(folder, os.fsdecode(_plain(text))))
        return paths

    def _named(self, name: str, words: str) -> None:
        paths = self._paths(words)
        old, new = paths[0], paths[1] if len(paths) > 1 else ""
        if name.startswith("rename") and "RENAME_EXCHANGE" in words and self._mine(old):
            raise Unseen("it exchanges two names")
        if not (self._mine(old) or self._mine(new)) or (old not in self._sizes and not self._mine(new)):
            return
        if new and self._mine(new) and old not in self._sizes:
            raise Unseen(f"it moves {os.path.basename(old)} in from elsewhere: name that place in files too")
        beside = name.startswith("link")
        size = self._sizes[old] if beside else self._sizes.pop(old)
        if new:
            self._sizes[new] = size
        self._add(Renamed(old, new, beside), new or old)

    def _on(self, name: str, words: str, result: int, place: int, path: str, deleted: bool) -> None:
        if name == "write" and path.startswith("pipe:"):
            self._said(words, result)
            return
        if name in ("fsync", "fdatasync"):
            if self._mine(path) or self._above(path):
                self._refusable(name, path)
                self.events.append(Flush(path))
            return
        # A range that is flushed is not yet safe: its size, and the device's own memory, are left out.
        if not self._mine(path) or deleted or name == "sync_file_range":
            return
        if name == "mmap":
            if "PROT_WRITE" in words and "MAP_SHARED" in words:
                raise Unseen(f"it writes {os.path.basename(path)} through shared memory")
        elif name in ("sendfile", "copy_file_range"):
            raise Unseen(f"it copies into {os.path.basename(path)} by {name}")
        elif name == "close":
            self._places.pop(place, None)
            self._flags.pop(place, None)
        elif name == "read":
            self._places[place] = self._places.get(place, 0) + result
        elif name == "lseek":
            self._places[place] = result
        elif name in ("ftruncate", "fallocate"):
            self._refusable(name, path)
            sizes = [int(one) for one in re.findall(r",\s*(\d+)", words)]
            if name == "ftruncate":
                self._cut(path, sizes[-1])
            elif "FALLOC_FL" not in words:
                self._cut(path, max(self._sizes.get(path, 0), sizes[-2] + sizes[-1]))
            else:
                raise Unseen(f"it changes {os.path.basename(path)} by fallocate")
        else:
            self._written(name, words, result, place, path)

    def _above(self, path: str) -> bool:
        return any(one.startswith(path.rstrip(os.sep) + os.sep) for one in self.files)

    def _written(self, name: str, words: str, result: int, place: int, path: str) -> None:
        self._refusable(name, path)
        data = b"".join(_plain(text) for mark, text, _ in _WORD.findall(words) if mark == '"')[:result]
        flags = self._flags.get(place, "")
        if name.startswith("pwrite"):
            numbers = re.findall(r",\s*(\d+)", words.rpartition('"')[2])
            offset = int(numbers[1])
        elif "O_APPEND" in flags:
            offset = self._sizes.get(path, 0)
        elif place in self._places:
            offset = self._places[place]
        else:
            raise Unseen(f"it writes {os.path.basename(path)} by a descriptor that was not opened here")
        if not name.startswith("pwrite"):
            self._places[place] = offset + result
        self._sizes[path] = max(self._sizes.get(path, 0), offset + result)
        self._add(Write(path, offset, data), path)
        if "O_SYNC" in flags or "O_DSYNC" in flags:
            self.events.append(Flush(path))

    def _cut(self, path: str, size: int) -> None:
        if self._mine(path):
            self._sizes[path] = size
            self._add(Cut(path, size), path)

    def _said(self, words: str, result: int) -> None:
        said = b"".join(_plain(text) for mark, text, _ in _WORD.findall(words) if mark == '"')[:result]
        if said.startswith(b"kit: "):
            self.events.append(Said(tuple(said.decode().split()[1:])))

    def _add(self, event: Event, path: str) -> None:
        self.touched.append(path)
        self.events.append(event)

    def _refusable(self, name: str, path: str) -> None:
        if name in REFUSABLE and self._mine(path):
            self._counted[name] += 1
            self.calls.append(Call(name, self._counted[name]))
