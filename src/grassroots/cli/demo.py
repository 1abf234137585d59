"""``demo``: a district's year, from hand-made sheets to figures that show their records."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.figures import plain_claim, tell_claims
from grassroots.cli.importing import (
    apply_plan,
    files_of,
    make_plan,
    plain_problems,
    read_books,
    tell_plan,
)
from grassroots.cli.network import found
from grassroots.cli.opening import keys_of, read_text, write_text
from grassroots.cli.output import DONE, FALSE, Output
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput, need
from grassroots.locale import LANGUAGES

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.usecases.claims import ClaimResult
    from grassroots.usecases.intake import Plan

EXAMPLE = "district_year"
_MARK = ".grassroots-demo"
"""Lies in a folder that a demo made: only such a folder is emptied by the next one."""


def _add(parser: Parser) -> None:
    parser.take("--out", metavar="DIR", type=Path, default=Path("demo"), told="demo-out")
    parser.take("--variant", metavar="NAME", told="variant")
    parser.take("--scale", metavar="N", type=int, default=1, told="scale")


def _demo(options: Namespace, output: Output) -> int:
    import grassroots

    for module in ("xlsxwriter", "python_calamine", "jinja2"):
        if importlib.util.find_spec(module) is None:
            raise need("office", module)
    example = _example()
    folder = options.out
    _empty(folder)
    sheets = folder / "sheets"
    output.say("cli-demo-generating", folder=str(sheets))
    _generate(example, sheets, options)
    url = f"sqlite:///{(folder / 'district.db').as_posix()}"
    keys, charter = keys_of(options), read_text(sheets / "charter.toml")
    founded = found(url, name=options.name, actor=options.actor, charter=charter, keys=keys)
    output.say("cli-demo-founded", name=founded["network"]["title"], count=sum(founded["made"].values()))
    with grassroots.open(url, network=options.name, keys=keys) as network:
        desk = network.desk(options.actor)
        plan, imported = _take_in(desk, sheets, output)
        output.say("cli-demo-holding")
        results = desk.claims.hold(read_text(example / "claims.toml"))
        pages = _write_reports(desk, results, folder, output)
    files = {"sheets": str(sheets), "database": str(folder / "district.db"), **pages}
    acceptance = [plain_claim(one) for one in results]
    output.give(
        {
            "acceptance": acceptance,
            "imported": imported,
            "held_back": plain_problems(plan),
            "files": files,
        }
    )
    output.line()
    tell_claims(results, output)
    output.line()
    holding = sum(one.holds for one in results)
    output.say("cli-demo-done", holds=holding, count=len(results))
    output.table(("what", "where"), ((output.word(f"cli-demo-{name}"), path) for name, path in files.items()))
    return DONE if holding == len(results) else FALSE


def _take_in(desk: Desk, sheets: Path, output: Output) -> tuple[Plan, dict[str, int]]:
    """Import all sheets of a folder; gives the plan and how much came in."""
    from grassroots.usecases.intake import RowAct

    books, refused = read_books(files_of([sheets]), output)
    if refused:
        raise refused[0]
    plan = make_plan(desk, books, output)
    tell_plan(plan, books, output)
    batches = apply_plan(desk, plan, output)
    output.say("cli-imported", changes=plan.changes, batches=batches)
    counts = {act.value: plan.count(act) for act in RowAct}
    return plan, {"files": len(books), "sheets": len(plan.sheets), **counts, "batches": batches}


def _write_reports(desk: Desk, results: list[ClaimResult], folder: Path, output: Output) -> dict[str, str]:
    """The report page in both languages; gives the paths."""
    from grassroots.pages.report import render_report
    from grassroots.values.dates import Period

    pages: dict[str, str] = {}
    with output.progress("report", len(LANGUAGES)) as tick:
        report = desk.reports.yearly(Period.year(2021), claims=results)
        for number, language in enumerate(LANGUAGES, 1):
            path = folder / f"report.{language}.html"
            write_text(path, render_report(report, language))
            pages[f"report_{language}"] = str(path)
            tick(number)
    return pages


def _example() -> Path:
    """The folder of the example: inside the installed package, or beside the sources."""
    package = Path(str(resources.files("grassroots")))
    for folder in (package / "_examples" / EXAMPLE, package.parents[1] / "examples" / EXAMPLE):
        if (folder / "generate.py").is_file():
            return folder
    raise BadInput("cli-demo-no-example", what=EXAMPLE)


def _empty(folder: Path) -> None:
    """Make the demo's folder, or empty the one that an earlier demo made; somebody else's is left alone."""
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / _MARK).exists():
                raise BadInput("cli-demo-not-ours", folder=str(folder))
            shutil.rmtree(folder / "sheets", ignore_errors=True)
            for name in ("district.db", "district.db-wal", "district.db-shm"):
                (folder / name).unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("", "utf-8")
    except OSError as error:
        raise BadInput("sheet-cannot-write", file=str(folder)) from error


def _generate(example: Path, sheets: Path, options: Namespace) -> None:
    """Have the example write its sheets, in a process of its own: it shares no code with the library."""
    line: list[Any] = [sys.executable, example / "generate.py", sheets, "--scale", str(options.scale)]
    if options.variant is not None:
        line += ["--variant", options.variant]
    inherited = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        line, env=inherited, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise BadInput("cli-demo-generator", problem=last)


COMMANDS: tuple[Command, ...] = (Command("demo", _add, _demo),)
