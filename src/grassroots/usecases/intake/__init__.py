"""Sheets in: ``desk.intake.plan(books)`` says what each row would do, ``apply(plan)`` does exactly that.

``apply`` goes in numbered batches under one import record a file. It refuses if what it planned on has
moved; after a kill, planning again takes up the unfinished record; it is finished when all of it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import final

import attrs

from grassroots.contracts.storage import Includes, Is, Ref
from grassroots.contracts.tables import Book
from grassroots.data import text
from grassroots.domain.form import FormLayout, parse_forms
from grassroots.domain.intake import Intake, RowStatus, SheetRow
from grassroots.domain.policy import Action
from grassroots.errors import Conflict, Refused
from grassroots.usecases.intake.landers import LANDERS, MAKES
from grassroots.usecases.intake.landing import LandedForm
from grassroots.usecases.intake.planning import Plan, Planner, RowAct, RowPlan, SheetPlan
from grassroots.usecases.intake.row import RowProblem
from grassroots.workspace.acts import Room, commit, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.rehearsal import Playback
from grassroots.workspace.sealing import KEYRING

__all__ = ["Intakes", "Plan", "PlanMoved", "RowAct", "RowPlan", "RowProblem", "SheetPlan", "standard_forms"]


class PlanMoved(Refused):
    """What the plan rested on was changed meanwhile. What stands, stands: plan again and apply the rest."""

    code = "plan-moved"


@cache
def standard_forms() -> tuple[FormLayout, ...]:
    """The forms that ship with grassroots."""
    return parse_forms(text("forms"))


@final
class Intakes(Room):
    """The room ``desk.intake``."""

    def plan(
        self,
        books: Book | Iterable[Book],
        *,
        forms: Sequence[FormLayout] = (),
        landers: Sequence[LandedForm] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Plan:
        """What an intake of these books would do. ``forms`` and ``landers`` are those of an embedding app.

        Raises Denied, before anything is shown, if this viewer may not write in bulk all that the rows make.
        """
        files = [books] if isinstance(books, Book) else list(books)
        shipped = {code: LandedForm(code, land, MAKES[code]) for code, land in LANDERS.items()}
        table = {**shipped, **{one.code: one for one in landers}}
        known = [form for form in (*forms, *standard_forms()) if form.code in table]
        return Planner(self._seat, known, table, progress).plan(files)

    def apply(self, plan: Plan, *, progress: Callable[[int], None] | None = None) -> int:
        """Write what was planned, batch by batch; gives the number of batches. May be repeated.

        Raises PlanMoved if what it rests on was changed meanwhile, and Denied if this viewer may not write
        so much at once: a plan may have been made at another desk.
        """
        seat = attrs.evolve(self._seat, bulk=True)
        written = {write.ref.kind for batch in plan.batches for write in batch.writes}
        # The keys of those who are new come along with them; nobody writes those by themselves.
        for kind in sorted(written - {KEYRING.name}):
            seat.may(seat.office.kinds.named(kind), Action.BULK)
        playback = Playback()
        for number, batch in enumerate(plan.batches, 1):
            try:
                playback.stands(number, commit(seat, playback.real(batch)))
            except Conflict as conflict:
                moved = tuple(sorted(str(ref) for ref in conflict.moved))[:5]
                raise PlanMoved(done=number - 1, batches=len(plan.batches), moved=moved) from conflict
            if progress is not None:
                progress(number)
        return len(plan.batches)

    @look
    def intakes(self, reading: Reading) -> list[Intake]:
        """The files that were taken in, in order."""
        return reading.list(Intake)

    @look
    def held_back(self, reading: Reading) -> list[SheetRow]:
        """The rows that could not be taken, with the code of what is wrong."""
        return reading.list(SheetRow, Is("status", RowStatus.HELD_BACK.value))

    @look
    def sources(self, reading: Reading, ref: Ref) -> list[SheetRow]:
        """The rows of sheets that a record stands in."""
        return reading.list(SheetRow, Includes("made", str(ref)))
