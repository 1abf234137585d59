"""One file that needs python3 alone: sets up an environment beside it and does one job in it.

    python3 dev.py demo     import the example year, hold it against what was published, write a report
    python3 dev.py test     the tests
    python3 dev.py check    ruff, mypy --strict, the walls between the floors, and the tests
    python3 dev.py bench    the benchmarks (python -m benchmarks --json)

Further words are handed on: ``python3 dev.py demo --json``, ``python3 dev.py test -k roster``. The
environment is the folder .venv (or $GRASSROOTS_VENV), made once and renewed when pyproject.toml changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("GRASSROOTS_VENV", HERE / ".venv"))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
BROWSER = "/usr/bin/chromium"
MARIADB = "/usr/sbin/mariadbd"


def run(*command: object, **settings: object) -> int:
    return subprocess.run([str(word) for word in command], cwd=HERE, check=False, **settings).returncode  # type: ignore[call-overload,no-any-return]


def need(extra: str) -> None:
    """The environment with this extra, installed unless it stands already."""
    project = (HERE / "pyproject.toml").read_bytes()
    wanted = hashlib.sha256(project + extra.encode()).hexdigest()
    mark = VENV / f".{extra}"
    if PYTHON.exists() and mark.exists() and mark.read_text() == wanted:
        return
    print(f"Setting up {VENV.name} ({extra}) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists() and run(sys.executable, "-m", "venv", VENV):
        sys.exit("python3 cannot make an environment: install python3-venv and repeat.")
    quiet = ("--quiet", "--disable-pip-version-check")
    if run(PYTHON, "-m", "pip", "install", *quiet, "-c", "constraints.txt", "-e", f".[{extra}]"):
        sys.exit("The packages could not be installed: see above, and repeat when the network is there.")
    mark.write_text(wanted)


def need_tools() -> None:
    """Some tests open the report in Chromium with Chinese fonts, some record system calls, some need
    a MariaDB server (PostgreSQL comes as a wheel); Debian has all.
    """
    fonts = (
        shutil.which("fc-list") is not None
        and subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    )
    packages = [] if Path(BROWSER).exists() and fonts else ["chromium", "fonts-noto-cjk", "fontconfig"]
    if shutil.which("strace") is None:
        packages.append("strace")
    if not Path(MARIADB).exists():
        packages.append("mariadb-server")
    if not packages:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print("NOTE: some tests will be skipped; for them:", "apt-get install", *packages, file=sys.stderr)
        return
    print("Installing for some of the tests:", *packages, "...", file=sys.stderr, flush=True)
    with open(os.devnull, "w") as nowhere:
        run("apt-get", "update", "-q", stdout=nowhere)
        unasked = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)
        run(*install, stdout=nowhere, env=unasked)


def demo(*words: str) -> int:
    need("office")
    return run(PYTHON, "-m", "grassroots", "demo", *words)


def test(*words: str) -> int:
    need("test")
    need_tools()
    return run(PYTHON, "-m", "pytest", "-q", "-n", str(min(4, os.cpu_count() or 1)), *words)


def check(*words: str) -> int:
    need("dev")
    steps = (
        (BIN / "ruff", "check", "."),
        (BIN / "ruff", "format", "--check", "."),
        (PYTHON, "-m", "mypy"),
        (BIN / "lint-imports",),
    )
    failed = [str(step[0]) for step in steps if run(*step)]
    failed += ["tests"] if test(*words) else []
    if failed:
        print("Failed:", ", ".join(failed), file=sys.stderr)
    return len(failed)


def bench(*words: str) -> int:
    need("bench")
    return run(PYTHON, "-m", "benchmarks", "--json", *words)


if __name__ == "__main__":
    jobs = {job.__name__: job for job in (demo, test, check, bench)}
    if len(sys.argv) < 2 or sys.argv[1] not in jobs:
        sys.exit(__doc__)
    sys.exit(jobs[sys.argv[1]](*sys.argv[2:]))
