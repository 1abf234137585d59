"""An intake is one file taken in: planned, applied in numbered batches, finished when all of it stands.

A *row* record remembers one row of a sheet: where it stood, what became of it (the records that it made), a
digest of its cells, so that the same row a second time changes nothing; and for a row that could not be
taken, the code of what is wrong with it. The cells themselves are not kept: the sheet is.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.form import Origin
from grassroots.domain.step import Event, Step
from grassroots.values.ids import IntakeId


class IntakeStatus(StrEnum):
    """Where an intake stands."""

    APPLYING = "applying"  # some of its batches stand; a kill may have stopped it here
    FINISHED = "finished"  # all of it stands


class RowStatus(StrEnum):
    """What became of a row."""

    TAKEN = "taken"  # it stands in the records it names
    HELD_BACK = "held-back"  # it could not be taken; its problem is named
    REPLACED = "replaced"  # its line was corrected so far that it is another row, which took its records over


@final
@attrs.frozen(kw_only=True)
class IntakeBegun(Event):
    """The first batch of a file was written."""

    digest: str
    rows: int


@final
@attrs.frozen(kw_only=True)
class IntakeAdvanced(Event):
    """Batch ``batch`` of the file was written."""

    batch: int


@final
@attrs.frozen(kw_only=True)
class IntakeFinished(Event):
    """All of the file stands."""

    batches: int


@final
@attrs.frozen(kw_only=True)
class RowTaken(Event):
    """A row was taken: ``form``, sheet row ``number`` (from 1)."""

    form: str
    number: int


@final
@attrs.frozen(kw_only=True)
class RowHeldBack(Event):
    """A row could not be taken; ``code`` says what is wrong with it."""

    form: str
    number: int
    code: str


@final
@attrs.frozen(kw_only=True)
class RowReplaced(Event):
    """The line of this row was corrected; the row that stands there now took its records over."""

    form: str
    number: int


@final
@attrs.frozen(kw_only=True)
class RowMended(Event):
    """A line that was held back was changed: what stands there now is another row, and speaks for it."""

    form: str
    number: int


@final
@attrs.frozen(kw_only=True)
class Intake:
    """One file taken in. ``digest`` is the SHA-256 of its bytes; ``done`` counts the batches that stand."""

    id: IntakeId
    file: str
    digest: str
    begun: datetime
    rows: int
    done: int = 0
    status: IntakeStatus = IntakeStatus.APPLYING
    finished: datetime | None = None

    @classmethod
    def begin(cls, *, id: IntakeId, file: str, digest: str, begun: datetime, rows: int) -> Step[Self]:
        """The record with which the first batch is written."""
        made = cls(id=id, file=file, digest=digest, begun=begun, rows=rows)
        return Step(made, (IntakeBegun(digest=digest, rows=rows),))

    def advance(self) -> Step[Self]:
        """One more batch stands."""
        after = attrs.evolve(self, done=self.done + 1)
        return Step(after, (IntakeAdvanced(batch=after.done),))

    def finish(self, at: datetime) -> Step[Self]:
        """All of it stands."""
        if self.status is IntakeStatus.FINISHED:
            return Step(self)
        after = attrs.evolve(self, status=IntakeStatus.FINISHED, finished=at)
        return Step(after, (IntakeFinished(batches=self.done),))


@final
@attrs.frozen(kw_only=True)
class SheetRow:
    """One row of a sheet and what became of it. ``made`` are references as ``kind/id``.

    ``digest`` is keyed with the network's salt: it tells whether the row is the same again, and nothing else.
    A row that came back keeps the place where it stood first. ``nth`` counts the rows with the same natural
    key before it; ``mends`` are the digests of the lines that were held back and that it speaks for now.
    """

    id: str
    intake: IntakeId
    form: str
    file: str
    sheet: str
    number: int
    digest: str
    status: RowStatus
    made: tuple[str, ...] = ()
    code: str | None = None
    column: str | None = None
    nth: int = 0
    mends: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where it stood first."""
        return Origin(self.file, self.sheet, self.number)

    def speaks_for(self, digest: str) -> bool:
        """Whether it was taken in place of a line of this digest, which had been held back."""
        return self.status is RowStatus.TAKEN and digest in self.mends

    def mend(self, *stood: Self) -> Step[Self]:
        """Speak for what was held back where this row stands now, and for what that spoke for."""
        told = [digest for one in stood for digest in one.mends]
        told += [one.digest for one in stood if one.status is RowStatus.HELD_BACK]
        mends = tuple(one for one in dict.fromkeys((*self.mends, *told)) if one != self.digest)
        if mends == self.mends:
            return Step(self)
        return Step(attrs.evolve(self, mends=mends), (RowMended(form=self.form, number=self.number),))

    def replace(self) -> Step[Self]:
        """Another row took over what this one made: if its line comes back, it is read anew."""
        if self.status is RowStatus.REPLACED:
            return Step(self)
        after = attrs.evolve(self, status=RowStatus.REPLACED, made=())
        return Step(after, (after.happened(),))

    def happened(self) -> Event:
        """The event that goes with this row."""
        if self.status is RowStatus.TAKEN:
            return RowTaken(form=self.form, number=self.number)
        if self.status is RowStatus.REPLACED:
            return RowReplaced(form=self.form, number=self.number)
        return RowHeldBack(form=self.form, number=self.number, code=self.code or "")
