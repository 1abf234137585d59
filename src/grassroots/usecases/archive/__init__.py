"""Archives: a whole network as one file, to be moved to another storage, backed up and restored.

Everything here rests on the storage contract alone, so it works between any two storages. An archive is one
committed moment (``moment``), written as lines (``lines``, ``writing``), verified to the last byte before
anything is done with it (``reading``), and loaded so that positions and revisions come out the same
(``loading``).
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, final

from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Action, Actor, Effect, Posture
from grassroots.errors import Denied
from grassroots.usecases.archive.lines import (
    FORMAT,
    ArchivedKind,
    BadArchive,
    Manifest,
    Progress,
    archived_kinds,
)
from grassroots.usecases.archive.loading import check_empty, check_same, load
from grassroots.usecases.archive.reading import ArchiveFile, verify
from grassroots.usecases.archive.writing import dump, write_file
from grassroots.workspace.acts import Room
from grassroots.workspace.ledger import KEPT, place

__all__ = [
    "FORMAT",
    "Archive",
    "ArchiveFile",
    "ArchivedKind",
    "BadArchive",
    "Manifest",
    "archived_kinds",
    "check_empty",
    "check_same",
    "check_whole_network",
    "dump",
    "load",
    "verify",
]

_WHOLE = frozenset({Posture.STEWARD, Posture.SYSTEM})


def check_whole_network(actor: Actor, kind: str = "network") -> None:
    """Only the office and its named jobs take a whole network out or bring one in; Denied for others."""
    if actor.posture not in _WHOLE:
        raise Denied(
            "denied",
            action=Action.EXPORT.value,
            kind=kind,
            group="*",
            actor=actor.name_of_record,
            ask="steward",
        )


def _nothing(done: int, of: int) -> None:
    """Tell nobody."""


@final
class Archive(Room):
    """The whole network as one file. ``progress`` is told how much is done, and of how much."""

    def dump(self, out: BinaryIO | Path, *, program: str, progress: Progress = _nothing) -> Manifest:
        """Write an archive into a stream, or into a file that is there whole or not at all.

        It is one committed moment, also while others write. ``program`` is the version that stands in its
        head. Denied unless this viewer may export every field of every kind. Raises as
        :func:`grassroots.usecases.archive.dump`.
        """
        self._may()
        if isinstance(out, Path):
            return write_file(out, lambda file: self._dump(file, program, progress, out.parent))
        return self._dump(out, program, progress, None)

    def backup(
        self, path: Path, *, program: str, progress: Progress = _nothing, reading: Progress = _nothing
    ) -> Manifest:
        """The same into a file that was read again and verified before it gets its name.

        ``reading`` is told of that second part. The backup that had the name before stands until then.
        """
        self._may()
        return write_file(
            path,
            lambda file: self._dump(file, program, progress, path.parent),
            lambda beside: verify(beside, reading),
        )

    def _dump(self, out: BinaryIO, program: str, progress: Progress, folder: Path | None) -> Manifest:
        office = self._seat.office
        return dump(
            office.storage,
            out,
            kinds=archived_kinds(office.kinds),
            network=office.network,
            zone=office.zone.key,
            program=program,
            progress=progress,
            folder=folder,
            ledger=place(office.storage, KEPT),
        )

    def _may(self) -> None:
        """An archive with gaps would be none, so every field of every kind has to be open."""
        seat = self._seat
        check_whole_network(seat.actor)
        for spec in seat.office.kinds:
            effects = seat.effects(spec, Action.EXPORT, None)
            for group in FieldGroup:
                if effects.get(group) is not Effect.ALLOW:
                    raise Denied(
                        "denied",
                        action=Action.EXPORT.value,
                        kind=spec.name,
                        group=group.value,
                        actor=seat.actor.name_of_record,
                        ask="steward",
                    )
