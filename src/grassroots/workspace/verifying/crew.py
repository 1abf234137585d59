"""Several processes that share the parts of one verification, or this one alone.

A helper is a fresh interpreter (no fork: the app may have threads; no ``multiprocessing``, which would run
the app's main module once more) that opens the network by itself and looks only. Whatever a helper cannot
do, this process does: it then meets what the helper has met.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, final

from grassroots.workspace.office import Office

F = TypeVar("F", covariant=True)
P = TypeVar("P", bound="Part[Any]")

_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from grassroots.workspace.verifying.worker import serve; serve()"
)
READY = "ready"
_PATIENCE = 10
"""Seconds that a helper has to go when its work is over."""


class Part(Protocol[F]):
    """What can be done by any process that has the network open."""

    def run(self, office: Office) -> F:
        """What was found there."""
        ...


@final
class Crew:
    """Runs parts, in order. ``size`` is how many processes do it: 1 where the others cannot open the
    network (it lives in the memory of this one, or was opened with what cannot be handed on).
    """

    def __init__(self, office: Office, workers: int) -> None:
        self._office = office
        self._helpers = _helpers(office, workers) if workers > 1 else []
        self.size = len(self._helpers) or 1
        self._idle: SimpleQueue[_Helper] = SimpleQueue()
        for helper in self._helpers:
            self._idle.put(helper)

    def run(self, parts: Iterable[P]) -> Iterator[tuple[P, Any]]:
        """Each part with what was found, in their order; a few are under way at a time."""
        if not self._helpers:
            for part in parts:
                yield part, part.run(self._office)
            return
        under_way: deque[tuple[P, Future[Any]]] = deque()
        with ThreadPoolExecutor(self.size) as threads:
            try:
                for part in parts:
                    under_way.append((part, threads.submit(self._by_a_helper, part)))
                    if len(under_way) > 2 * self.size:
                        first, found = under_way.popleft()
                        yield first, found.result()
                while under_way:
                    first, found = under_way.popleft()
                    yield first, found.result()
            finally:
                for _, found in under_way:
                    found.cancel()

    def _by_a_helper(self, part: Part[Any]) -> Any:
        helper = self._idle.get()
        try:
            found = helper.ask(part)
        finally:
            self._idle.put(helper)
        return part.run(self._office) if found is None else found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for helper in self._helpers:
            helper.close()


def _helpers(office: Office, workers: int) -> list[_Helper]:
    """As many as were asked for, or none."""
    if office.again is None:
        return []
    try:
        recipe = pickle.dumps(office.again)
    except Exception:
        return []  # record kinds made of lambdas, or a key service that holds a connection
    made: list[_Helper] = []
    try:
        for _ in range(workers):
            made.append(_Helper(recipe))
        answers = [helper.answer() for helper in made]
        ready = all(answer == READY for answer in answers)
    except OSError:
        ready = False  # no second interpreter can be started here
    if not ready:
        for helper in made:
            helper.close()
        return []
    return made


@final
class _Helper:
    """One process, asked over its pipes."""

    def __init__(self, recipe: bytes) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps([str(one) for one in sys.path])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send(recipe)

    def _send(self, told: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        # A helper that is gone is found out when its answer is read.
        with suppress(OSError):
            stdin.write(told)
            stdin.flush()

    def answer(self) -> Any:
        """Its next answer; None if it could not, or is gone."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            return pickle.load(stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    def ask(self, part: Part[Any]) -> Any:
        """What it found there; None if it could not, or is gone."""
        self._send(pickle.dumps(part))
        return self.answer()

    def close(self) -> None:
        """Let it go; it ends at the end of its input."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
