"""What a durable storage promises when the power goes, and when its device refuses a call.

Only for storages that say which files they have. A child writes acts under ``strace``; then every state that
the disk may be found in is rebuilt, opened and looked at: what was acknowledged is there, no half act is, and
the next act can be written. In a second promise one call after the other is refused, with "no space" and with
"input/output error".
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeVar

import pytest

from grassroots.contracts.storage import Batch, Erase, Fact, Includes, Is, Query, Storage
from grassroots.errors import Full, Unavailable, Unreachable
from grassroots.testing.storage.base import StorageBase, ids, member, put
from grassroots.testing.storage.power.calls import Call, Recording, Said, Unseen
from grassroots.testing.storage.power.disk import choices, states
from grassroots.testing.storage.power.recording import CannotRecord, Mark, missing, record, traced

SEED: Final = 20_261_126
"""Which states and which calls are tried follows from it."""

_MEMORY = "/dev/shm"
"""A folder in memory, if there is one: to look at a rebuilt state, nothing need be durable."""

_FACTS = 3
_STAYS = 3
"""An act erases the record of the act that came so many before it."""


def _body(number: int) -> bytes:
    # Of every size, so that some fill a page by far and some share one.
    return b"%d." % number * (1 + number * 397 % 1_900)


def _act(number: int) -> Batch:
    """Act ``number``: a record of its own, one that all of them write, one that goes; three facts."""
    own, shared, gone = member(f"own{number:06}"), member("shared"), member(f"own{number - _STAYS:06}")
    bases = {own: 0, shared: number * _FACTS}
    text = f"{number}"
    writes: list[object] = [
        put(own.id, _body(number), name=text, tags=("own", text)),
        put("shared", text.encode()),
    ]
    if number >= _STAYS:
        bases[gone] = (number - _STAYS + 1) * _FACTS
        writes.append(Erase(gone))
    facts = [Fact((own, shared), b"%d/%d" % (number, part)) for part in range(_FACTS)]
    return Batch(f"act{number:06}", facts, bases, (), writes)  # type: ignore[arg-type]


def _look(storage: Storage, acknowledged: int, begun: int) -> int:
    """How many acts there are, after all that they leave behind was looked at and the next was written."""
    acts, odd = divmod(storage.head(), _FACTS)
    assert odd == 0, "half an act stands in the journal"
    assert acknowledged <= acts, f"{acts} acts are there, {acknowledged} were acknowledged"
    assert acts <= begun, f"{acts} acts are there, {begun} were begun"
    entries = [(one.position, one.batch, one.fact.body) for one in storage.journal(after=0, limit=100_000)]
    assert entries == [
        (n * _FACTS + part + 1, f"act{n:06}", b"%d/%d" % (n, part))
        for n in range(acts)
        for part in range(_FACTS)
    ], "the journal is not what was written"
    alive = range(max(0, acts - _STAYS), acts)
    found = [
        (one.ref.id, one.revision, one.keys["name"], one.body) for one in storage.find(Query("kit_member"))
    ]
    wanted = [(f"own{n:06}", (n + 1) * _FACTS, f"{n}", _body(n)) for n in alive]
    if acts:
        wanted.append(("shared", acts * _FACTS, None, b"%d" % (acts - 1)))  # type: ignore[arg-type]
    assert found == wanted, "the records are not those of the journal"
    for n in range(max(0, acts - _STAYS - 2), acts + 1):
        there = [f"own{n:06}"] if n in alive else []
        assert ids(storage, Includes("tags", f"{n}")) == ids(storage, Is("name", f"{n}")) == there, (
            "an index is wrong"
        )
    if acts:
        assert storage.commit(_act(acts - 1)) == storage.head() == acts * _FACTS, "an act was forgotten"
    assert storage.commit(_act(acts)) == (acts + 1) * _FACTS
    return acts


_KNOWN = (Full, Unavailable, Unreachable)
"""What may be said of a device that refuses."""

_T = TypeVar("_T")


class _GaveUp(Exception):
    """It went wrong, and was told."""


def _is_written(storage: Storage, act: Batch) -> bool:
    return any(one.batch == act.id for one in storage.journal(after=0, limit=100_000))


def _again(
    what: str, attempt: Callable[[], _T], mark: Mark, written: Callable[[], bool] = lambda: False
) -> _T:
    for _ in range(3):
        try:
            return attempt()
        except _KNOWN as error:
            # Unavailable leaves it open; the others say that nothing was written.
            if not isinstance(error, Unavailable) and written():
                mark(f"wrong {what}: {type(error).__name__} says that nothing was written, and it was")
                raise _GaveUp from error
        except Exception as error:
            mark(f"wrong {what}: {type(error).__name__}: {error}")
            raise _GaveUp from error
    mark(f"wrong {what}: refused three times, although the device refused once")
    raise _GaveUp


class PowerPromises(StorageBase):
    """What a storage with files of its own promises when power or device fail."""

    def _recorded(self, location: Path, acts: int) -> Recording:
        def work(mark: Mark) -> None:
            for turn, numbers in enumerate((range(acts // 2), range(acts // 2, acts))):
                with self.opened(location) as storage:  # closed and opened again in the middle
                    mark(f"open {turn}")
                    for number in numbers:
                        mark(f"begin {number}")
                        storage.commit(_act(number))
                        mark(f"done {number}")

        files = self.files(location)
        if not files:
            pytest.skip("it does not say which files it has: write files(location)")
        if reason := missing():
            pytest.skip(reason)
        try:
            found = record(work, files)
        except CannotRecord as error:
            pytest.skip(f"{error}: no loss of power was tried")
        except Unseen as error:
            raise AssertionError(f"{error}: what a loss of power leaves cannot be told") from error
        assert found.touched, f"nothing was written to {', '.join(str(one) for one in files)}"
        return found

    def _lost_power(self, location: Path, acts: int, most: int) -> int:
        """Look at so many states at most; how many there were."""
        recording = self._recorded(location, acts)
        chosen = choices(recording.events, Random(SEED), most)
        home, wrong = Path(location).resolve(), []
        for choice, files, said in states(recording.events, chosen):
            problem = self._problem_of(home, files, said)
            if problem:
                wrong.append(f"after call {choice.event} of {len(recording.events)}: {problem}")
                if len(wrong) == 3:
                    break
        assert not wrong, f"power was lost {len(chosen)} times at most; " + "; ".join(wrong)
        return len(chosen)

    def _problem_of(self, home: Path, files: Mapping[str, bytes], said: Sequence[Said]) -> str:
        done = sum(1 for one in said if one.words[0] == "done")
        begun = sum(1 for one in said if one.words[0] == "begin")
        with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
            for path, content in files.items():
                there = Path(folder) / Path(path).relative_to(home)
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(content)
            try:
                with self.opened(Path(folder)) as storage:
                    acts = _look(storage, done, begun)
                with self.opened(Path(folder)) as storage:
                    assert storage.head() == (acts + 1) * _FACTS, (
                        "an act written after the power came back is lost"
                    )
            except AssertionError as error:
                return str(error).split("\n")[0]
            except Exception as error:
                return f"{type(error).__name__}: {error}"
        return ""

    def test_a_loss_of_power_takes_nothing_that_was_acknowledged(self, location: Path) -> None:
        self._lost_power(location, 8, 400)

    @pytest.mark.slow
    def test_nothing_is_lost_in_five_thousand_losses_of_power(self, location: Path) -> None:
        assert self._lost_power(location, 60, 6_000) >= 5_000

    # --- a device that refuses ---

    def _refused(self, location: Path, acts: int, call: Call, error: str, touched: Sequence[str]) -> str:
        """Refuse one call once, with this error; what is wrong afterwards, or nothing."""
        (here := location / f"{call.name}{call.number}{error}").mkdir()
        mine = [str(here / Path(one).relative_to(location.resolve())) for one in touched]
        trace = traced(
            lambda mark: self._stubborn(here, acts, mark),
            *(word for one in mine for word in ("-P", one)),
            "-e",
            f"trace={call.name}",
            "-e",
            f"inject={call.name}:error={error}:when={call.number}",
        )
        wrong = [line for line in trace.said.splitlines() if line.startswith("kit: wrong")]
        if wrong:
            return wrong[0].removeprefix("kit: wrong ")
        try:
            with self.opened(here) as storage:
                _look(storage, acts, acts)
        except AssertionError as problem:
            return str(problem).split("\n")[0]
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"
        finally:
            shutil.rmtree(here)
        return "" if "INJECTED" in trace.told else "?"

    def _stubborn(self, location: Path, acts: int, mark: Mark) -> None:
        """Write all acts. What is refused is asked again, and has to be refused in the right words."""
        try:
            for numbers in (range(acts // 2), range(acts // 2, acts)):
                storage = _again("opening", lambda: self.opened(location), mark)
                for number in numbers:
                    act = _act(number)
                    _again(act.id, partial(storage.commit, act), mark, partial(_is_written, storage, act))
                try:
                    storage.close()
                except _KNOWN:
                    continue
        except _GaveUp:
            return

    def _refuse(self, location: Path, acts: int, most: int, first: int) -> int:
        """Refuse ``most`` of the first calls, each with both errors; how often a call was refused."""
        (plain := location / "plain").mkdir()
        recording = self._recorded(plain, acts)
        calls = recording.calls[:first]
        if len(calls) > most:
            calls = tuple(sorted(Random(SEED).sample(calls, most), key=calls.index))
        touched = [
            str(location.resolve() / Path(one).relative_to(plain.resolve())) for one in recording.touched
        ]
        wrong, refused = [], 0
        for call in calls:
            for error in ("ENOSPC", "EIO"):
                problem = self._refused(location, acts, call, error, touched)
                refused += problem != "?"
                if problem not in ("", "?"):
                    wrong.append(f"{call.name} no. {call.number} refused with {error}: {problem}")
        assert not wrong, "; ".join(wrong[:5])
        return refused

    def test_a_call_that_the_device_refuses_is_told_and_loses_nothing(self, location: Path) -> None:
        assert self._refuse(location, 4, 10, 60) > 0

    @pytest.mark.slow
    def test_each_of_the_first_two_hundred_calls_may_be_refused(self, location: Path) -> None:
        assert self._refuse(location, 30, 200, 200) > 0
