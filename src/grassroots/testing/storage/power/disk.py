"""What a disk may hold after a loss of power: every state that the flushes allow, sector by sector.

What was flushed is there. What was written since is there or not, each write by itself and each sector of a
write by itself, in any order: that is what caches do. Three rules of journaling file systems (ext4, xfs)
keep impossible states out, and a storage may rely on them:

- changes of names are kept in their order, and any flush keeps all that came before it;
- a file that was cut keeps the cut if it keeps anything that was written to it later;
- a name that is kept points to the file that it was given to, with whatever of that file is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final, final

from attrs import frozen

from grassroots.testing.storage.power.calls import Cut, Event, Flush, Renamed, Said, Write

SECTOR: Final = 512
"""Bytes that a device writes whole or not at all."""

_TRIED: Final = 24
"""Of so many changes that were not flushed each is tried as the one that is torn or lost."""

Kept = bool | frozenset[int]
"""What became of a change that was not flushed: kept, lost, or which of its sectors are kept."""


@final
@frozen
class Choice:
    """One state: what is lost at which moment. ``event`` counts the events that had happened."""

    event: int
    names: int
    kept: tuple[Kept, ...]


@final
class Disk:
    """Files as a process sees them, and beneath that what is certain."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.changes: list[tuple[int, Write | Cut]] = []
        self.renames: list[Renamed] = []
        self._kept_names: dict[str, int] = {}
        self._kept: dict[int, bytearray] = {}
        self._made: list[int] = []

    def take(self, event: Event) -> None:
        """One event."""
        if isinstance(event, Renamed):
            if event.new and not event.old:
                self._kept[len(self._kept)] = bytearray()
                self._made.append(len(self._kept) - 1)
            self.renames.append(event)
            _rename(self.names, event, self._made[-1] if self._made else -1)
        elif isinstance(event, Write | Cut):
            self.changes.append((self.names[event.path], event))
        elif isinstance(event, Flush):
            self._flush(event.path)

    def _flush(self, path: str) -> None:
        self._kept_names = dict(self.names)
        self.renames = []
        file = self.names.get(path)
        for one, change in self.changes:
            if one == file or not path:
                _change(self._kept[one], change, True)
        self.changes = [one for one in self.changes if one[0] != file and path]

    def after(self, choice: Choice) -> dict[str, bytes]:
        """The files by path, as they are found when the power comes back."""
        names = dict(self._kept_names)
        created = iter(self._made[len(self._made) - sum(1 for one in self.renames if not one.old) :])
        for one in self.renames[: choice.names]:
            _rename(names, one, next(created) if not one.old else -1)
        files = {file: bytearray(self._kept[file]) for file in set(names.values())}
        for (file, change), kept in zip(self.changes, choice.kept, strict=True):
            if file in files and kept is not False:
                _change(files[file], change, kept)
        return {path: bytes(files[file]) for path, file in names.items()}

    def choices(self, event: int, chance: Random) -> Iterator[Choice]:
        """States worth trying now: nothing kept, all, a beginning, all but one, one alone, one torn."""
        pending = [change for _, change in self.changes]
        most = len(self.renames)
        everything: list[Kept] = [True] * len(pending)
        nothing: list[Kept] = [False] * len(pending)
        found: list[tuple[int, list[Kept]]] = [
            (names, kept) for names in range(most + 1) for kept in (everything, nothing)
        ]
        tried = range(len(pending)) if len(pending) <= _TRIED else chance.sample(range(len(pending)), _TRIED)
        for place in tried:
            change = pending[place]
            before: list[Kept] = [True] * place
            behind: list[Kept] = [False] * (len(pending) - place - 1)
            found.append((most, [*before, False, *behind]))
            found.append((most, [*before, False, *([True] * len(behind))]))
            found.append((most, [*([False] * place), True, *behind]))
            if isinstance(change, Write) and (sectors := _sectors(change)) and len(sectors) > 1:
                cut = chance.randrange(1, len(sectors))
                for torn in (sectors[:cut], sectors[cut:], chance.sample(sectors, cut)):
                    found.append((most, [*before, frozenset(torn), *behind]))
                    found.append((most, [*before, frozenset(torn), *([True] * len(behind))]))
        for file in dict.fromkeys(file for file, _ in self.changes):
            found.append((most, [one == file for one, _ in self.changes]))
            found.append((most, [one != file for one, _ in self.changes]))
        for _ in range(min(12, len(pending))):
            found.append((chance.randint(0, most), [chance.random() < 0.5 for _ in pending]))
        for names, kept in found:
            yield Choice(event, names, self._possible(kept))

    def _possible(self, kept: Sequence[Kept]) -> tuple[Kept, ...]:
        # A cut stands in the journal of the file system: nothing later of that file is kept without it.
        later: set[int] = set()
        possible = list(kept)
        for place in range(len(possible) - 1, -1, -1):
            file, change = self.changes[place]
            if isinstance(change, Cut) and file in later:
                possible[place] = True
            if possible[place] is not False:
                later.add(file)
        return tuple(possible)


def _rename(names: dict[str, int], event: Renamed, made: int) -> None:
    if not event.old:
        names[event.new] = made
        return
    file = names[event.old] if event.beside else names.pop(event.old)
    if event.new:
        names[event.new] = file


def _sectors(change: Write) -> list[int]:
    return list(range(change.offset // SECTOR, (change.offset + len(change.data) - 1) // SECTOR + 1))


def _change(file: bytearray, change: Write | Cut, kept: Kept) -> None:
    if isinstance(change, Cut):
        if len(file) > change.size:
            del file[change.size :]
        else:
            file.extend(bytes(change.size - len(file)))
        return
    for sector in _sectors(change):
        if kept is True or sector in kept:  # type: ignore[operator]
            low = max(change.offset, sector * SECTOR)
            high = min(change.offset + len(change.data), (sector + 1) * SECTOR)
            if len(file) < high:
                file.extend(bytes(high - len(file)))
            file[low:high] = change.data[low - change.offset : high - change.offset]


def choices(events: Sequence[Event], chance: Random, most: int) -> list[Choice]:
    """At most so many states, in the order of the events, every moment having its share of them."""
    disk, moments = Disk(), []
    for number, event in enumerate(events, 1):
        disk.take(event)
        here = list(dict.fromkeys(disk.choices(number, chance)))
        chance.shuffle(here)
        moments.append(here)
    found: list[Choice] = []
    for turn in range(max(map(len, moments), default=0)):
        left = [here[turn] for here in moments if len(here) > turn]
        found += left if len(found) + len(left) <= most else chance.sample(left, most - len(found))
    return sorted(found, key=lambda one: one.event)


def states(
    events: Sequence[Event], chosen: Sequence[Choice]
) -> Iterator[tuple[Choice, Mapping[str, bytes], Sequence[Said]]]:
    """The files of each chosen state (in the order of the events), and the marks said before it."""
    disk, said = Disk(), []
    waiting = iter(chosen)
    choice = next(waiting, None)
    for number, event in enumerate(events, 1):
        disk.take(event)
        if isinstance(event, Said):
            said.append(event)
        while choice is not None and choice.event == number:
            yield choice, disk.after(choice), tuple(said)
            choice = next(waiting, None)
