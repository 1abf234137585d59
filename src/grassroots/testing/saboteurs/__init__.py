"""Storages that break one promise each. They prove that the kit sees it: all of them must die.

:func:`hunt` runs the layers of the kit against every saboteur and says which layer kills which. Nothing of
it is needed to try a storage; it is here so that whoever doubts the kit can look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final, final

from attrs import frozen

from grassroots.contracts.storage import Storage
from grassroots.testing.saboteurs import durable, records, sharing, telling, writing
from grassroots.testing.saboteurs.durable import Logged
from grassroots.testing.saboteurs.kinds import Saboteur
from grassroots.testing.saboteurs.reference import House, Reference, drop
from grassroots.testing.storage.conformance import LAYERS, StorageConformance
from grassroots.testing.storage.running import run

__all__ = [
    "DURABLE",
    "SABOTEURS",
    "Hunted",
    "Reference",
    "Saboteur",
    "hunt",
    "kit_for",
    "kit_in_file",
    "shown",
]

SABOTEURS: Final = (*records.SABOTEURS, *writing.SABOTEURS, *telling.SABOTEURS, *sharing.SABOTEURS)
"""Those of a storage in memory."""

DURABLE: Final = tuple(durable.SABOTEURS)
"""Those of a storage in a file: what only a loss of power or a refusing device shows."""

_LAYERS: Final = ("examples", "machine", "schedules", "threads", "power")


class _Kit(StorageConformance):
    """The kit on a house for each location."""

    not_durable = "a house is gone with the process"
    patience: ClassVar[float] = 3.0
    shrinks: ClassVar[bool] = False
    examples: ClassVar[int] = 15
    storage_class: ClassVar[type[Reference]]
    how_to_drop: ClassVar[staticmethod[[House, str], None]]

    def __init__(self) -> None:
        self.houses: dict[Path, House] = {}

    def open(self, location: Path, network: str) -> Storage:
        """One network of the house at this location."""
        return self.storage_class(self.houses.setdefault(location, House()), network)

    def networks(self, location: Path) -> Sequence[str]:
        """Sorted."""
        return sorted(self.houses[location].rooms) if location in self.houses else []

    def drop(self, location: Path, network: str) -> None:
        """The way of the saboteur."""
        self.how_to_drop(self.houses.setdefault(location, House()), network)

    def tidy(self, location: Path) -> None:
        """Forget the house."""
        self.houses.pop(location, None)


class _FileKit(StorageConformance):
    """The kit on a file for each location."""

    storage_class: ClassVar[type[Logged]]

    def open(self, location: Path, network: str) -> Storage:
        """The network of the log in this folder."""
        return self.storage_class(location, network)

    def files(self, location: Path) -> Sequence[Path]:
        """The whole folder."""
        return [location]


def kit_in_file(saboteur: Saboteur | None = None) -> StorageConformance:
    """The kit that tries this saboteur of what is durable, or the right storage in a file."""
    given = saboteur.storage if saboteur else Logged
    assert issubclass(given, Logged)
    log: type[Logged] = given

    class Kit(_FileKit):
        storage_class = log

    return Kit()


def kit_for(saboteur: Saboteur | None = None) -> StorageConformance:
    """The kit that tries this saboteur, or the right storage."""
    if saboteur in DURABLE:
        return kit_in_file(saboteur)

    class Kit(_Kit):
        storage_class = saboteur.storage if saboteur else Reference
        how_to_drop = staticmethod(saboteur.drop if saboteur else drop)

    return Kit()


@final
@frozen(kw_only=True)
class Hunted:
    """What became of a saboteur: the promise that saw it first, by layer. Nothing: it lives."""

    saboteur: Saboteur
    killed: dict[str, str]

    @property
    def dead(self) -> bool:
        """Whether any layer saw it."""
        return bool(self.killed)


def hunt(
    saboteurs: Iterable[Saboteur], layers: Sequence[str] = _LAYERS, *, every_layer: bool = False
) -> Iterator[Hunted]:
    """Run these layers against these saboteurs, each layer until something is broken.

    A saboteur that is dead is left alone, unless ``every_layer`` asks which others would have seen it.
    """
    for saboteur in saboteurs:
        killed: dict[str, str] = {}
        for layer in layers:
            if killed and not every_layer:
                break
            if (layer == "power") is not (saboteur in DURABLE):
                continue  # a house outlives nothing, and a log has one handle
            first = next((one for one in run(kit_for(saboteur), LAYERS[layer]) if not one.kept), None)
            if first is not None:
                killed[layer] = first.promise
        yield Hunted(saboteur=saboteur, killed=killed)


def shown(hunted: Sequence[Hunted], layers: Sequence[str] = _LAYERS) -> str:
    """A table of who killed whom, in English, with what each layer killed alone at its foot."""
    lines = [f"{'saboteur':60} {' '.join(layers)}"]
    for one in hunted:
        marks = " ".join(("x" if layer in one.killed else "-").ljust(len(layer)) for layer in layers)
        lines.append(f"{one.saboteur.name:60} {marks}")
    for layer in layers:
        killed = [one for one in hunted if layer in one.killed]
        alone = [one for one in killed if len(one.killed) == 1]
        lines.append(f"{layer}: {len(killed)} of {len(hunted)}, {len(alone)} alone")
    return "\n".join(lines)
