"""All promises of a storage in one class, of which none can be lost unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from grassroots.testing.storage.crash import CrashPromises
from grassroots.testing.storage.machine import MachinePromise
from grassroots.testing.storage.power import PowerPromises
from grassroots.testing.storage.records import RecordPromises
from grassroots.testing.storage.scripts import SchedulePromises
from grassroots.testing.storage.sharing import SharingPromises, ThreadPromises
from grassroots.testing.storage.writing import WritingPromises


def _leave_out(reason: str) -> Callable[[Any], None]:
    def left_out(self: Any) -> None:
        pytest.skip(reason)

    return left_out


class StorageConformance(
    RecordPromises,
    WritingPromises,
    SharingPromises,
    MachinePromise,
    SchedulePromises,
    ThreadPromises,
    CrashPromises,
    PowerPromises,
):
    """What every storage promises. Subclass it, write ``open``, and let pytest find the class."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        reasons = dict(cls.left_out)
        if cls.not_durable:
            reasons |= dict.fromkeys(DURABLE, cls.not_durable)
        # In the order of the kit: runners that share tests out between processes need the same order in each.
        for name in STANDARD:
            if name in reasons:
                setattr(cls, name, _leave_out(reasons[name]))

    def test_nothing_is_left_out(self) -> None:
        """A promise that was overridden, or left out without a reason or under an unknown name, is told."""
        cls = type(self)
        excused = set(DURABLE) if cls.not_durable else set()
        for name, reason in cls.left_out.items():
            assert name in STANDARD, f"{name} is no promise of the kit"
            assert reason.strip(), f"{name} is left out without a reason"
            print(f"left out: {name}: {reason}")  # noqa: T201
        if excused:
            print(f"left out: {', '.join(sorted(excused))}: {cls.not_durable}")  # noqa: T201
        for name, promise in STANDARD.items():
            if name not in excused | cls.left_out.keys():
                assert getattr(cls, name) is promise, f"{name} was replaced: leave it out with a reason"


def promises_of(cls: type) -> dict[str, Callable[..., None]]:
    """The tests of a class by name, inherited ones too, in the order in which they are written."""
    found: dict[str, Callable[..., None]] = {}
    for one in reversed(cls.__mro__):
        for name in vars(one):
            if name.startswith("test_"):
                found[name] = getattr(cls, name)
    return found


DURABLE: Final = (*promises_of(CrashPromises), *promises_of(PowerPromises))
"""The promises of storages that outlive their process."""

STANDARD: Final = promises_of(StorageConformance)
"""Every promise of the kit."""

LAYERS: Final = {
    "examples": tuple(
        name for one in (RecordPromises, WritingPromises, SharingPromises) for name in promises_of(one)
    ),
    "machine": tuple(promises_of(MachinePromise)),
    "schedules": tuple(promises_of(SchedulePromises)),
    "threads": tuple(promises_of(ThreadPromises)),
    "crash": tuple(promises_of(CrashPromises)),
    "power": tuple(promises_of(PowerPromises)),
}
"""The names of the promises, by the layer that proves them."""
