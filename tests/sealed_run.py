"""The whole suite sealed: ``GRASSROOTS_TEST_SEALED=1`` gives keys to every network that a test opens without.

Nothing about a network may be different because it is sealed, but for what docs/explanation says. So every
test of the suite is a test of sealing, too: it is run once with this variable (CONTRIBUTING.md, longer
proofs). Tests that look at bodies in clear on purpose carry the mark ``in_clear`` with the reason.

Every batch that a storage gets is looked at on the way: no sensitive text of a record in it may stand in its
keys, bodies or facts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from grassroots import network as networks
from grassroots.cli.opening import KEYS_VARIABLE
from grassroots.contracts.storage import Batch, Erase
from grassroots.plugins.keys import KeySet
from grassroots.workspace.codec import Codec

VARIABLE: Final = "GRASSROOTS_TEST_SEALED"
KEYS: Final = "suite:" + "5c" * 32
SECRET: Final = "GRASSROOTS_SUITE_KEYS"

SEALED_SUITE: Final = os.environ.get(VARIABLE) == "1"
SHORTEST: Final = 4
"""Characters of a text that is looked for: shorter ones (a surname) stand in other words by chance."""


class Suite:
    """What the run knows: whether the test that runs now wants its networks in clear, and what was opened."""

    def __init__(self) -> None:
        self.clear: str | None = None
        self.sealed = self.in_clear = self.batches = self.texts = 0
        self.leaks: list[str] = []

    def told(self) -> str:
        """One line for the end of the run."""
        return (
            f"{self.sealed} networks opened sealed, {self.in_clear} in clear by tests that say why; "
            f"{self.batches} batches looked at, {self.texts} sensitive texts, {len(self.leaks)} seen"
        )


SUITE = Suite()


def begin() -> None:
    """From now on every network is opened with keys, unless a test says that it must not be."""
    opened = networks._opened
    keys = KeySet.read(KEYS, "the sealed suite")

    def sealed(
        storage: Any, annex: Any, network: str, zone: Any, packs: Any, kinds: Any, service: Any, *more: Any
    ) -> Any:
        if service is None:
            if SUITE.clear is not None:
                SUITE.in_clear += 1
            else:
                SUITE.sealed += 1
                service = keys
        return opened(storage, annex, network, zone, packs, kinds, service, *more)

    networks._opened = sealed
    _watch()


def _watch() -> None:
    """Every sealed body is noted with the texts in it, and every batch is looked through for them."""
    from grassroots.workspace import work as works

    noted: dict[str, None] = {}
    sealed = Codec._sealed

    def noting(self: Codec, spec: Any, record: Any, salt: bytes, unknown: Any, seal: Any) -> bytes:
        def noting_seal(groups: Mapping[str, str]) -> dict[str, Any]:
            for text in groups.values():
                noted.update(dict.fromkeys(_texts(json.loads(text))))
            return seal(groups)  # type: ignore[no-any-return]

        return sealed(self, spec, record, salt, unknown, noting_seal)

    Codec._sealed = noting  # type: ignore[method-assign]
    batch_of: Callable[..., Batch | None] = works.Work.batch

    def watched(self: Any, *more: Any) -> Batch | None:
        batch = batch_of(self, *more)
        if batch is not None and self.seat.office.sealing is not None:
            look(batch, list(noted))
        noted.clear()
        return batch

    works.Work.batch = watched  # type: ignore[method-assign]


def _texts(data: Any) -> list[str]:
    if isinstance(data, str):
        if len(set(data)) == 1:
            return []  # chance that a test took away: the salt of the body itself looks like that
        return [data] if (len(data) >= SHORTEST and not data.isascii()) or _number(data) else []
    if isinstance(data, dict):
        return [text for value in data.values() for text in _texts(value)]
    return [text for value in data for text in _texts(value)] if isinstance(data, list) else []


def _number(text: str) -> bool:
    return len(text) >= 9 and text.isdecimal()


def look(batch: Batch, texts: list[str]) -> None:
    """Note which of these a storage would see in this batch."""
    SUITE.batches += 1
    SUITE.texts += len(texts)
    if not texts:
        return
    parts = [fact.body.decode("utf-8", "replace") for fact in batch.facts]
    for write in batch.writes:
        if not isinstance(write, Erase):
            parts += [repr(dict(write.keys)), write.body.decode("utf-8", "replace")]
    seen = "\n".join(parts)
    for text in texts:
        if text in seen or json.dumps(text)[1:-1] in seen:
            where = [
                str(one.ref)
                for one in batch.writes
                if not isinstance(one, Erase) and text in one.body.decode("utf-8", "replace")
            ]
            SUITE.leaks.append(
                f"{os.environ.get('PYTEST_CURRENT_TEST', '?')}: {text} in {where or 'facts or keys'}"
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    """Fixtures of a test belong to it."""
    mark = item.get_closest_marker("in_clear")
    SUITE.clear = None if mark is None else str(mark.kwargs["reason"])
    # What a test starts as a process of its own, and the command line, find the keys as an office's would.
    os.environ[SECRET] = KEYS
    if SUITE.clear is None:
        os.environ[KEYS_VARIABLE] = f"env:{SECRET}"
    try:
        return (yield)
    finally:
        SUITE.clear = None
        os.environ.pop(KEYS_VARIABLE, None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that shared the run tells whoever began it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["sealed"] = [SUITE.sealed, SUITE.in_clear, SUITE.batches, SUITE.texts, SUITE.leaks]
    elif SUITE.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Nodes:
    """Only where the run is shared out: a hook of pytest-xdist."""

    @staticmethod
    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(node: Any) -> None:
        """Add what one process knows."""
        sealed, in_clear, batches, texts, leaks = getattr(node, "workeroutput", {}).get(
            "sealed", (0, 0, 0, 0, [])
        )
        SUITE.sealed += sealed
        SUITE.in_clear += in_clear
        SUITE.batches += batches
        SUITE.texts += texts
        SUITE.leaks += leaks


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what the run was."""
    terminalreporter.section("sealed suite")
    terminalreporter.line(SUITE.told())
    for leak in SUITE.leaks:
        terminalreporter.line(leak)
