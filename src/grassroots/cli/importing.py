"""``import``: sheets in. All files are read and planned together, shown, and written batch by batch."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of
from grassroots.cli.output import DONE, HELD_BACK, REFUSED, Output, plain_error
from grassroots.cli.parser import Command, Parser
from grassroots.cli.problems import problem_words, value_of
from grassroots.cli.targets import check_not_input, check_target
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.contracts.tables import Book
    from grassroots.desk import Desk
    from grassroots.domain.form import Near
    from grassroots.usecases.intake import Plan, RowPlan

SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
"""What is taken from a folder. A file that is named is read whatever it is called."""

_LOCKS = ("~$", ".~", ".")
"""How the names of files begin that Excel, WPS and LibreOffice lay beside an open one; and hidden files."""


def _add(parser: Parser) -> None:
    parser.take("file", metavar="FILE", nargs="+", type=Path, told="sheets")
    parser.take("--check", action="store_true", told="check")
    parser.take("--failed", metavar="OUT.xlsx", type=Path, told="failed")
    parser.take("--force", action="store_true", told="force")
    parser.take("--yes", action="store_true", told="yes")


def _import(options: Namespace, output: Output) -> int:
    files = files_of(options.file)
    if options.failed is not None:
        check_not_input(options.failed, files)
        check_target(options, options.failed, ".xlsx")
    with desk_of(options) as desk:
        books, refused = read_books(files, output)
        if refused:
            return _refuse(refused, output)
        plan = make_plan(desk, books, output)
        if all(sheet.form is None for sheet in plan.sheets):
            return _nothing_recognised(plan, books, output)
        tell_plan(plan, books, output)
        batches = 0
        if not options.check and plan.batches and _agreed(options, output):
            batches = apply_plan(desk, plan, output)
    if options.failed is not None and plan.problems:
        from grassroots.cli.failed import write_failed

        write_failed(options.failed, plan, output)
        output.say("cli-failed-written", file=str(options.failed), count=len(plan.problems))
    elif plan.problems:
        output.say("cli-failed-hint")
    output.give(
        {
            **plain_plan(plan, books),
            "applied": batches > 0,
            "batches": batches,
            "failed": str(options.failed) if options.failed and plan.problems else None,
        }
    )
    if batches:
        output.say("cli-imported", changes=plan.changes, batches=batches)
    elif plan.batches:
        output.say("cli-checked")
    else:
        output.say("cli-nothing-changed")
    return HELD_BACK if plan.problems else DONE


def _nothing_recognised(plan: Plan, books: Sequence[Book], output: Output) -> int:
    """No sheet is a form: said with what each comes nearest to, for people and for programs."""
    error = BadInput("cli-nothing-recognised", sheets=tuple(sheet.sheet for sheet in plan.sheets))
    output.give({"error": plain_error(error), "sheets": plain_plan(plan, books)["sheets"]})
    output.warn(output.word(error.code, error.facts))
    for one in plan.sheets:
        if one.nearest is not None:
            output.warn(f"{one.file} / {one.sheet}: {near_words(one.nearest, output)}")
    return REFUSED


def near_words(near: Near, output: Output) -> str:
    """Which form a sheet comes nearest to, and what it lacks, in the reader's language."""
    headers = [f"“{column.header(output.language)}”" for column in near.missing]
    if output.language == "en":
        headers = [f'"{column.header("en")}"' for column in near.missing]
    title = near.layout.title(output.language)
    return output.word("cli-nearest", title=title, row=near.header_row + 1, missing=headers)


def plain_near(near: Near | None) -> dict[str, Any] | None:
    """The same for a program."""
    if near is None:
        return None
    return {
        "form": near.layout.code,
        "header_row": near.header_row + 1,
        "missing": [
            {"key": one.key, "header_zh": one.header_zh, "header_en": one.header_en} for one in near.missing
        ],
    }


def _agreed(options: Namespace, output: Output) -> bool:
    """Whether to write: asked only where somebody sits who can answer."""
    if options.yes or output.as_json or not sys.stdin.isatty():
        return True
    output.line(output.word("cli-ask-import"))
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "好", "确定")


def _refuse(refused: Sequence[BadInput], output: Output) -> int:
    """Files that cannot be read: each is answered in words, and nothing is written from the others either.

    A roster names people that only the unreadable register brings; taken alone it would be all problems.
    """
    if len(refused) == 1:
        output.problem(refused[0])
    else:
        output.give(
            {
                "error": {"code": "cli-files-unreadable", "facts": {"count": len(refused)}},
                "files": [plain_error(one) for one in refused],
            }
        )
        for one in refused:
            output.warn(output.word(one.code, one.facts))
    output.warn(output.word("cli-files-unreadable", count=len(refused)))
    return REFUSED


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: those named, and the sheets in the folders named, sorted; each once.

    BadInput for a folder without sheets.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = sorted(
            entry
            for entry in path.iterdir()
            if entry.suffix.lower() in SHEETS and not entry.name.startswith(_LOCKS) and entry.is_file()
        )
        if not inside:
            raise BadInput("cli-folder-empty", folder=path.name or str(path))
        found.update(dict.fromkeys(inside))
    return list(found)


def read_books(paths: Sequence[Path], output: Output) -> tuple[list[Book], list[BadInput]]:
    """The files as books, in order, and what is wrong with those that cannot be read.

    The same file under two names is read once; two files of one name in two folders are told apart.
    """
    import attrs

    from grassroots.sheets.reading import read_book

    def read(path: Path) -> Book | BadInput:
        try:
            return read_book(path)
        except BadInput as error:
            return error

    books: list[Book] = []
    refused: list[BadInput] = []
    names: Counter[str] = Counter()
    digests: set[str] = set()
    # Each file is read in a child process of its own: the threads only wait for them.
    with (
        output.progress("reading", len(paths)) as tick,
        ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as readers,
    ):
        for number, found in enumerate(readers.map(read, paths), 1):
            tick(number)
            if isinstance(found, BadInput):
                refused.append(found)
            elif found.digest in digests:
                output.say("cli-file-twice", file=found.name)
            else:
                digests.add(found.digest)
                names[found.name] += 1
                again = names[found.name]
                books.append(attrs.evolve(found, name=f"{found.name} ({again})") if again > 1 else found)
    return books, refused


def make_plan(desk: Desk, books: Sequence[Book], output: Output) -> Plan:
    """Plan all books together."""
    rows = sum(len(sheet.rows) for book in books for sheet in book.sheets)
    with output.progress("planning", rows) as tick:
        return desk.intake.plan(books, progress=tick)


def apply_plan(desk: Desk, plan: Plan, output: Output) -> int:
    """Write the plan; gives the number of batches."""
    with output.progress("writing", len(plan.batches)) as tick:
        return desk.intake.apply(plan, progress=tick)


def tell_plan(plan: Plan, books: Sequence[Book], output: Output) -> None:
    """What each sheet was taken for and how many rows do what; then every problem."""
    from grassroots.usecases.intake import RowAct, standard_forms

    titles = {form.code: form.title(output.language) for form in standard_forms()}
    counts = _counts(plan.rows)
    output.table(
        ("file", "sheet", "form", "header-row", *(f"row-{act}" for act in RowAct), "unread"),
        (
            (
                one.file,
                one.sheet,
                output.word("cli-sheet-hidden") if one.hidden
                else titles.get(one.form, one.form) if one.form
                else output.word("cli-sheet-unknown"),
                one.header_row,
                *(counts[one.file, one.sheet].get(act, 0) for act in RowAct),
                one.unread,
            )
            for one in plan.sheets
        ),
    )  # fmt: skip
    for sheet in plan.sheets:
        if sheet.nearest is not None:
            output.line(f"{sheet.file} / {sheet.sheet}: {near_words(sheet.nearest, output)}")
    for book in books:
        for note in book.notes:
            output.line(f"{book.name}: {output.word(note.code, dict(note.facts))}")
    notes = Counter(note for row in plan.rows for note in row.notes)
    for code, count in notes.most_common():
        output.say("cli-note", note=output.word(code), count=count)
    if plan.problems:
        output.line()
        output.say("cli-problems", count=len(plan.problems))
        output.table(
            ("file", "sheet", "row", "column", "cell", "problem"),
            (
                (row.file, row.sheet, row.number, one.header, value_of(one), problem_words(one, output))
                for row in plan.problems
                for one in row.problems
            ),
        )


def _counts(rows: Iterable[RowPlan]) -> Mapping[tuple[str, str], Counter[str]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        found.setdefault((row.file, row.sheet), Counter())[row.act] += 1
    return _Default(found)


class _Default(dict[tuple[str, str], "Counter[str]"]):
    """A sheet that was not read has no rows."""

    def __missing__(self, key: tuple[str, str]) -> Counter[str]:
        return Counter()


def plain_plan(plan: Plan, books: Sequence[Book]) -> dict[str, Any]:
    """A plan for a program."""
    from grassroots.usecases.intake import RowAct

    counts = _counts(plan.rows)
    return {
        "files": [
            {
                "file": book.name,
                "digest": book.digest,
                "notes": [{"code": note.code, "facts": dict(note.facts)} for note in book.notes],
            }
            for book in books
        ],
        "sheets": [
            {
                "file": one.file,
                "sheet": one.sheet,
                "form": one.form,
                "header_row": one.header_row,
                "hidden": one.hidden,
                "unread": one.unread,
                "nearest": plain_near(one.nearest),
                "counts": {act.value: counts[one.file, one.sheet].get(act, 0) for act in RowAct},
            }
            for one in plan.sheets
        ],
        "counts": {act.value: plan.count(act) for act in RowAct},
        "problems": plain_problems(plan),
        "skipped": [
            {"file": row.file, "sheet": row.sheet, "row": row.number, "code": row.code}
            for row in plan.rows
            if row.act is RowAct.SKIPPED
        ],
        "intakes": plan.intakes,
    }


def plain_problems(plan: Plan) -> list[dict[str, Any]]:
    """Every problem of every row that is held back, for a program."""
    return [
        {
            "file": row.file,
            "sheet": row.sheet,
            "row": row.number,
            "form": row.form,
            "column": one.column,
            "header": one.header,
            "value": value_of(one),
            "code": one.code,
            "facts": dict(one.facts),
        }
        for row in plan.problems
        for one in row.problems
    ]


COMMANDS: tuple[Command, ...] = (Command("import", _add, _import),)
