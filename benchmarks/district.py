"""A district's year: sheets in, figures, report; about 20,000 facts, and ten times that.

The sheets come from examples/district_year with ``--scale``. Each size runs in a process of its own, so that
peak memory is its own. The question is whether the cost grows no faster than the work: rows of the larger
size are compared with the smaller one, per fact.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.rows import row

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "district_year"

SIZES = {"year": 2, "ten years' work": 23}
"""Names of sizes and the generator's --scale that comes near 20,000 facts and ten times that."""


def measure(scale: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        generate = [sys.executable, str(EXAMPLE / "generate.py"), str(out / "sheets"), "--scale", str(scale)]
        subprocess.run(generate, check=True, capture_output=True)
        worker = [sys.executable, "-m", "benchmarks.district", str(out)]
        done = subprocess.run(worker, check=True, capture_output=True, text=True, cwd=HERE.parent)
        return dict(json.loads(done.stdout.splitlines()[-1]))


def run(quick: bool) -> list[dict[str, object]]:
    sizes = {name: max(1, scale // 6) if quick else scale for name, scale in SIZES.items()}
    (small, one), (large, ten) = ((name, measure(scale)) for name, scale in sizes.items())
    found = [row(f"{small}: facts", one["facts"], "facts"), row(f"{large}: facts", ten["facts"], "facts")]
    for part, unit in (
        ("plan", "s cpu"), ("apply", "s cpu"), ("again", "s cpu"), ("figures", "s cpu"), ("report", "s cpu"),
    ):  # fmt: skip
        found.append(row(f"{small}: {part}", one[part], unit, "reading the files", one["read"]))
        found.append(row(f"{large}: {part}", ten[part], unit, "reading the files", ten["read"]))
        per_fact = (one[part] / one["facts"], ten[part] / ten["facts"])
        grown = row(
            f"{part}: per fact, ten times the work", per_fact[1] * 1e6, "us cpu", small, per_fact[0] * 1e6
        )
        found.append(grown)
    found.append(row(f"{large}: peak memory", ten["peak"], "MB", small, one["peak"]))
    per_fact = (one["peak_grown"] / one["facts"], ten["peak_grown"] / ten["facts"])
    found.append(
        row("peak memory per fact, ten times the work", per_fact[1] * 1e3, "kB", small, per_fact[0] * 1e3)
    )
    found.append(row(f"{large}: database", ten["database"], "MB", small, one["database"]))
    return found


def work(out: Path) -> dict[str, float]:
    import resource
    import time

    import grassroots
    from grassroots.pages.report import render_report
    from grassroots.sheets.reading import read_book
    from grassroots.values.dates import Period

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    found: dict[str, float] = {}
    clock = time.process_time

    def timed(name: str, since: float) -> None:
        found[name] = clock() - since

    started = clock()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    files = sorted(p for p in (out / "sheets").iterdir() if p.suffix in {".xlsx", ".xls", ".ods", ".csv"})
    books = [read_book(path) for path in files]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    timed("read", started)
    found["read"] += after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    before = peak()
    with grassroots.open(f"sqlite:///{out}/year.db", zone="Asia/Shanghai") as network:
        desk = network.desk("steward:bench")
        desk.charter.found((out / "sheets" / "charter.toml").read_text("utf-8"))
        started = clock()
        plan = desk.intake.plan(books)
        timed("plan", started)
        started = clock()
        desk.intake.apply(plan)
        timed("apply", started)
        del plan
        started = clock()
        again = desk.intake.plan(books)
        timed("again", started)
        if again.changes:
            raise SystemExit(f"a second import would change {again.changes} rows")
        del again, books
        started = clock()
        for id_ in desk.figures.definitions():
            desk.figures.compute(id_, period=Period.year(2021))
        timed("figures", started)
        started = clock()
        render_report(desk.reports.yearly(Period.year(2021)), "zh")
        timed("report", started)
        found["facts"] = network._office.storage.head()
    found["peak"] = peak()
    found["peak_grown"] = found["peak"] - before
    found["database"] = sum(path.stat().st_size for path in out.glob("year.db*")) / 1e6
    return found


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]))))
