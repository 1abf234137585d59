"""What importing costs: processor time of fresh interpreters, interleaved, net of a bare interpreter."""

from __future__ import annotations

import resource
import subprocess
import sys
from statistics import median

from benchmarks.rows import row

PROGRAMS = {
    "bare": "pass",
    "peers": "import attrs, cattrs, pluggy",
    "door": "import grassroots",
    "touched": "import grassroots; [getattr(grassroots, name) for name in grassroots.__all__]",
}


def cpu(program: str) -> float:
    """Seconds of processor time of one fresh interpreter that runs this program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(quick: bool) -> list[dict[str, object]]:
    rounds = 7 if quick else 25
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            found[name].append(cpu(program))
    bare = min(found["bare"])
    net = {name: max(median(values) - bare, 0.0001) for name, values in found.items()}
    peer = "import attrs, cattrs, pluggy"
    return [
        row("import grassroots", net["door"] * 1000, "ms cpu", peer, net["peers"] * 1000),
        row(
            "import grassroots and touch the whole door",
            net["touched"] * 1000,
            "ms cpu",
            peer,
            net["peers"] * 1000,
        ),
    ]
