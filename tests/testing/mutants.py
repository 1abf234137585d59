"""Machine-made mutants of the two reference storages, against the kit and their own tests::

    python -m tests.testing.mutants FOLDER [PATTERN ...] [--sample=N] [--children=N] [--every-layer]

Copies what is needed into the folder, fetches mutmut beside it (it is in no extra: only this needs it), lets
it change one thing after the other, and prints who lived, as a diff. Patterns choose mutants, as
``grassroots.plugins.memory*``. A folder that was used before is gone on with: who died is not tried again.

The layers ``schedules`` and ``power`` take minutes and are left out at first; ``--every-layer`` tries those
who lived once more, with all layers.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
MUTATED = ("src/grassroots/plugins/memory.py", "src/grassroots/plugins/sqlite/*")
TESTS = tuple(f"tests/plugins/test_{name}.py" for name in ("storages", "memory", "sqlite", "sqlite_totals"))
LATER = "programs_that_meet or loss_of_power or refuses"
NEVER = "survives_a_killed_process"  # starts a python of its own, which does not know mutmut
SETTINGS = """
[tool.pytest.ini_options]
addopts = "--import-mode=importlib --strict-markers -m 'not slow' {chosen}"
markers = ["slow: longer proofs", "browser: not here"]
pythonpath = ["src", "."]
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["src/"]
only_mutate = {mutated}
also_copy = ["tests/"]
pytest_add_cli_args_test_selection = {tests}
"""
LIVED, NOT_REACHED = (0,), (5, 33)


def main(folder: Path, *words: str) -> int:
    every_layer = "--every-layer" in words
    patterns = [word for word in words if not word.startswith("--")]
    options = dict(word[2:].split("=") for word in words if "=" in word)
    if not (folder / "src").exists():
        shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for test in TESTS:
        (folder / test).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / test, folder / test)
    chosen = f"-k 'not ({NEVER})'" if every_layer else f"-k 'not ({LATER} or {NEVER})'"
    settings = SETTINGS.format(chosen=chosen, mutated=json.dumps(MUTATED), tests=json.dumps(TESTS))
    (folder / "pyproject.toml").write_text(settings, "utf-8")
    tools = folder / "tools"
    if not tools.exists():
        install = (
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--target",
            tools,
        )
        subprocess.run([*map(str, install), "mutmut>=3.8,<4"], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tools)}
    mutmut = (sys.executable, "-m", "mutmut")
    run = (*mutmut, "run", "--max-children", options.get("children", "2"))
    if "sample" in options:
        if not any(outcomes(folder)):
            # It makes them all, and then finds none of this name.
            subprocess.run([*run, "none"], cwd=folder, env=environment, check=False)
        made = sorted(name for name, _ in outcomes(folder) if matches(name, patterns))
        patterns = random.Random(1).sample(made, min(int(options["sample"]), len(made)))
    if every_layer:
        patterns = [name for name, code in outcomes(folder) if code in LIVED and matches(name, patterns)]
    subprocess.run([*run, *patterns], cwd=folder, env=environment, check=False)
    found = [(name, code) for name, code in outcomes(folder) if matches(name, patterns)]
    lived = [name for name, code in found if code in LIVED]
    for name in lived:
        shown = subprocess.run(
            [*mutmut, "show", name], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        print(f"--- {name}", *(line for line in shown.stdout.splitlines() if line[:1] in "+-@"), sep="\n")
    tried = [name for name, code in found if code is not None and code not in NOT_REACHED]
    print(
        f"{len(tried) - len(lived)} of {len(tried)} killed; {len(found) - len(tried)} not reached by a test"
    )
    return 0


def outcomes(folder: Path) -> Iterator[tuple[str, int | None]]:
    """Every mutant with the exit code of the tests: 0 says that it lives."""
    for meta in sorted((folder / "mutants").rglob("*.meta")):
        yield from json.loads(meta.read_text("utf-8"))["exit_code_by_key"].items()


def matches(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatch(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), *sys.argv[2:]))
