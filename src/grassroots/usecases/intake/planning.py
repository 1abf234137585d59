"""Plan an intake: rehearse every row, and say what would be made, changed, left as it is, or held back.

Each row is landed for real, but on a rehearsed storage; a row that is refused leaves nothing behind but its
problem. So what apply writes is exactly what the plan showed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import final

import attrs

from grassroots.contracts.storage import Batch, Is
from grassroots.contracts.tables import Book as FileBook
from grassroots.contracts.tables import Sheet
from grassroots.domain.form import ORIGIN, FormLayout, Near, Recognised, nearest, recognise
from grassroots.domain.history import History
from grassroots.domain.intake import Intake, IntakeStatus, RowMended, RowStatus, SheetRow
from grassroots.domain.policy import Action
from grassroots.domain.step import Step
from grassroots.errors import BadInput, Denied, Missing, Refused
from grassroots.locale import LANGUAGES, say
from grassroots.usecases.intake.landing import Book, LandedForm, Landing
from grassroots.usecases.intake.lines import Line, Lines
from grassroots.usecases.intake.row import BadRow, Row, RowProblem
from grassroots.usecases.intake.rows import Skipped
from grassroots.values.ids import IntakeId
from grassroots.workspace.office import Seat
from grassroots.workspace.rehearsal import Rehearsal
from grassroots.workspace.work import Work

HEAVY = 240
"""A batch is closed when it weighs this much (writes, facts or rows shown): well inside the contract."""


class RowAct(StrEnum):
    """What a row would do."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@final
@attrs.frozen(kw_only=True)
class RowPlan:
    """One row of the plan. ``number`` is the sheet's own (from 1); ``made`` the records it stands in.

    ``origin`` is where a row that is held back stood first, as the file of returned rows says it.
    """

    file: str
    sheet: str
    number: int
    form: str
    act: RowAct
    made: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[str, ...] = ()
    code: str | None = None
    origin: str | None = None


@final
@attrs.frozen(kw_only=True)
class SheetPlan:
    """What a sheet was taken for: its form, where its header was, which headers nobody knows.

    ``nearest`` is the form that a sheet without one comes nearest to; it says which columns are missing.
    """

    file: str
    sheet: str
    form: str | None
    header_row: int | None = None
    unread: tuple[str, ...] = ()
    hidden: bool = False
    nearest: Near | None = None


@final
@attrs.frozen(kw_only=True, eq=False)
class Plan:
    """What an intake of one or more files would do. Apply it, or look at it and change the sheets."""

    sheets: tuple[SheetPlan, ...]
    rows: tuple[RowPlan, ...]
    batches: tuple[Batch, ...] = attrs.field(repr=False)
    intakes: tuple[IntakeId, ...]
    recognised: Mapping[tuple[str, str], Recognised] = attrs.field(repr=False, factory=dict)

    def count(self, act: RowAct) -> int:
        """How many rows would do this."""
        return sum(1 for row in self.rows if row.act is act)

    @property
    def changes(self) -> int:
        """How many rows would make or change something."""
        return self.count(RowAct.CREATE) + self.count(RowAct.CHANGE)

    @property
    def problems(self) -> tuple[RowPlan, ...]:
        """The rows that are held back."""
        return tuple(row for row in self.rows if row.act is RowAct.PROBLEM)


@final
class Planner:
    """Makes one plan. ``progress(done)`` is called after every row, for whoever shows a bar."""

    def __init__(
        self,
        seat: Seat,
        forms: Sequence[FormLayout],
        landers: Mapping[str, LandedForm],
        progress: Callable[[int], None] | None,
    ) -> None:
        self.forms = forms
        self.landers = landers
        self.progress = progress or (lambda _: None)
        self.rehearsal = Rehearsal(seat.office.storage)
        office = attrs.evolve(seat.office, storage=self.rehearsal)
        self.seat = attrs.evolve(seat, office=office, bulk=True)
        self.book = Book()
        self.rows: list[RowPlan] = []
        self.sheets: list[SheetPlan] = []
        self.recognised: dict[tuple[str, str], Recognised] = {}
        self.intakes: list[IntakeId] = []

    def plan(self, files: Iterable[FileBook]) -> Plan:
        """Plan all files together: a roster may name people whom the register in another file brings."""
        found: list[tuple[FileBook, Recognised]] = []
        for file in {file.digest: file for file in files}.values():  # a file handed in twice is one file
            found.extend((file, one) for one in self._recognise(file))
        self._allowed(one for _, one in found)
        found.sort(key=lambda pair: pair[1].layout.order)
        of_file: dict[str, FileBook] = {file.digest: file for file, _ in found}
        intakes = {digest: self._intake(file, found) for digest, file in of_file.items()}
        for step in intakes.values():
            # A file's own record has no ties: who may write many only at a station of their own may not this.
            self.seat.may_write(self.seat.office.kinds.of(Intake), None, step.after)
        for number, (file, recognised) in enumerate(found):
            later = {other.digest for other, _ in found[number + 1 :]}
            self._sheet(file, recognised, intakes[file.digest], last=file.digest not in later)
        return Plan(
            sheets=tuple(self.sheets),
            rows=tuple(self.rows),
            batches=tuple(self.rehearsal.batches),
            intakes=tuple(self.intakes),
            recognised=self.recognised,
        )

    def _allowed(self, sheets: Iterable[Recognised]) -> None:
        """Denied before anything is shown: that a row is known tells of the record that it made."""
        kinds = {"intake", "row"}
        kinds.update(kind for one in sheets for kind in self.landers[one.layout.code].makes)
        for kind in sorted(kinds):
            self.seat.may(self.seat.office.kinds.named(kind), Action.BULK)

    def _recognise(self, file: FileBook) -> Iterable[Recognised]:
        for sheet in file.sheets:
            recognised = recognise(sheet, self.forms)
            self.sheets.append(_sheet_plan(file, sheet, recognised, self.forms))
            if recognised is not None and not sheet.hidden:
                self.recognised[(file.name, sheet.name)] = recognised
                yield recognised

    def _intake(self, file: FileBook, found: Sequence[tuple[FileBook, Recognised]]) -> Step[Intake]:
        """The file's own record: an unfinished one is taken up where a kill stopped it."""
        work = Work(self.seat, "look")
        stopped = work.find(Intake, Is("digest", file.digest))
        for one in stopped:
            if one.status is IntakeStatus.APPLYING:
                return Step(one)
        count = sum(len(one.sheet.rows) for other, one in found if other is file)
        return Intake.begin(
            id=IntakeId(work.new_id()), file=file.name, digest=file.digest, begun=work.now, rows=count
        )

    def _sheet(self, file: FileBook, recognised: Recognised, intake: Step[Intake], *, last: bool) -> None:
        batch = _OpenBatch(self, intake)
        lines = Lines(self.seat.office, recognised, file.name, partial(self.book.nth, file.digest))
        self.book.digests[id(recognised)] = lines.digests
        for line in lines.all:
            if isinstance(line, Skipped):
                self.rows.append(
                    _row_plan(file.name, recognised, line.number, RowAct.SKIPPED, code=line.code)
                )
            else:
                self.rows.append(batch.land(line, lines))
            self.progress(len(self.rows))
            if batch.work.weight >= HEAVY:
                batch = batch.close()
        batch.close(last=last)


@final
class _OpenBatch:
    """The batch that is being filled."""

    def __init__(self, planner: Planner, intake: Step[Intake]) -> None:
        self.planner = planner
        self.intake = intake
        office = planner.seat.office
        self.work = Work(planner.seat, office.ids(office.clock()))
        self.changed = 0

    def land(self, line: Line, lines: Lines) -> RowPlan:
        """Land one row: what it makes is kept in the work, or nothing of it is."""
        line, row = lines.placed(line, self.work), line.row
        known = self.work.peek(SheetRow, line.id)
        if known is not None and known.digest == line.digest and known.status is RowStatus.TAKEN:
            self._speak(known, lines.stood(line, self.work))
            return self._told(row, RowAct.SAME, made=known.made)
        if lines.mended(line, self.work):
            return self._told(row, RowAct.SKIPPED, code="row-mended")
        mark = self.work.mark()
        before = len(self.work.written())
        landing = Landing(self.work, row, self.planner.book, nth=line.nth, before=known.made if known else ())
        try:
            self.planner.landers[row.layout.code].land(landing)
            row.check()
        except BadRow as bad:
            problems = bad.problems
        except (Refused, BadInput, Denied, Missing) as refused:
            problems = (RowProblem(code=refused.code, facts=refused.facts),)
        else:
            # Former values that are kept beside a changed record make no row one that creates.
            history = self.work.office.kinds.of(History).name
            wrote = [ref for ref in self.work.written()[before:] if ref.kind != history]
            created = any(self.work.is_new(ref) for ref in wrote)
            changed = len(self.work.written()) > before or self.work.told_since(mark)
            act = RowAct.CREATE if created else RowAct.CHANGE if changed else RowAct.SAME
            self._remember(line, lines, known, RowStatus.TAKEN, made=tuple(landing.made))
            return self._told(row, act, made=tuple(landing.made))
        self.work.back_to(mark)
        if known is None or known.digest != line.digest or _moved(known, row):
            known = self._remember(line, lines, known, RowStatus.HELD_BACK, problem=problems[0])
        else:
            self._speak(known, lines.stood(line, self.work))
        return self._told(row, RowAct.PROBLEM, problems=problems, origin=str(known.origin))

    def close(self, *, last: bool = False) -> _OpenBatch:
        """Commit to the rehearsal if anything changed; the intake's own record goes with every batch."""
        intake = self.intake
        if self.changed or (last and self._begun(intake)):
            step = self._advance(intake, last=last)
            self.work.keep(step)
            batch = self.work.batch()
            if batch is not None:
                self.planner.rehearsal.commit(batch)
            if intake.after.id not in self.planner.intakes:
                self.planner.intakes.append(intake.after.id)
            intake = Step(step.after)
        return _OpenBatch(self.planner, intake)

    def _begun(self, intake: Step[Intake]) -> bool:
        return self.work.peek(Intake, intake.after.id) is not None

    def _advance(self, intake: Step[Intake], *, last: bool) -> Step[Intake]:
        stored = self.work.peek(Intake, intake.after.id)
        begun = Step(stored) if stored is not None else intake
        advanced = begun.after.advance()
        happened = (*begun.happened, *advanced.happened)
        if not last:
            return Step(advanced.after, happened)
        finished = advanced.after.finish(self.work.now)
        return Step(finished.after, (*happened, *finished.happened))

    def _remember(
        self,
        line: Line,
        lines: Lines,
        known: SheetRow | None,
        status: RowStatus,
        *,
        made: tuple[str, ...] = (),
        problem: RowProblem | None = None,
    ) -> SheetRow:
        self.changed += 1
        origin = line.row.origin
        record = SheetRow(
            id=line.id,
            intake=self.intake.after.id,
            form=line.row.layout.code,
            file=origin.file,
            sheet=origin.sheet,
            number=origin.number,
            digest=line.digest,
            status=status,
            made=made or (known.made if known else ()),
            code=problem.code if problem else None,
            column=problem.column if problem else None,
            nth=line.nth,
        )
        stood = lines.stood(line, self.work)
        record = record.mend(*stood, *([known] if known else [])).after
        self._let_go(stood)
        return self.work.keep(Step(record, (record.happened(),)))

    def _speak(self, row: SheetRow, stood: Sequence[SheetRow]) -> None:
        """A row that stands as it did speaks now for those that stood in its place."""
        self._let_go(stood)
        step = row.mend(*stood)
        self.changed += len(step.happened)
        self.work.keep(step)

    def _let_go(self, stood: Iterable[SheetRow]) -> None:
        for one in stood:
            if one.status is RowStatus.HELD_BACK:
                self.changed += 1
                self.work.drop(one, RowMended(form=one.form, number=one.number))

    def _told(
        self,
        row: Row,
        act: RowAct,
        *,
        made: tuple[str, ...] = (),
        problems: tuple[RowProblem, ...] = (),
        code: str | None = None,
        origin: str | None = None,
    ) -> RowPlan:
        return RowPlan(
            file=row.file,
            sheet=row.sheet,
            number=row.number,
            form=row.layout.code,
            act=act,
            made=made,
            problems=problems,
            notes=tuple(row.notes),
            code=code,
            origin=origin,
        )


def _moved(known: SheetRow, row: Row) -> bool:
    """Whether lines were added or taken away above it in its own sheet."""
    was, now = known.origin, row.origin
    return (was.file, was.sheet) == (now.file, now.sheet) and was.number != now.number


def _sheet_plan(
    file: FileBook, sheet: Sheet, recognised: Recognised | None, forms: Sequence[FormLayout]
) -> SheetPlan:
    return SheetPlan(
        file=file.name,
        sheet=sheet.name,
        form=recognised.layout.code if recognised else None,
        header_row=recognised.header_row + 1 if recognised else None,
        unread=_unread(recognised) if recognised else (),
        hidden=sheet.hidden,
        nearest=None if recognised or sheet.hidden else nearest(sheet, forms),
    )


def _unread(recognised: Recognised) -> tuple[str, ...]:
    """The headers that nobody knows, without the one that the file of returned rows itself adds."""
    if ORIGIN.key not in recognised.columns:
        return recognised.unread
    told = {say("cli-head-problem", language=language) for language in LANGUAGES}
    return tuple(one for one in recognised.unread if one not in told)


def _row_plan(file: str, recognised: Recognised, number: int, act: RowAct, code: str) -> RowPlan:
    return RowPlan(
        file=file,
        sheet=recognised.sheet.name,
        number=number,
        form=recognised.layout.code,
        act=act,
        code=code,
    )
