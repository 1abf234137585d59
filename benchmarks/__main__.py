"""Run all benchmarks, or those named: ``python -m benchmarks [SUITE ...] [--json] [--quick]``.

Each row: name, value, unit, peer, peer_value, ratio. A ratio compares two things measured in this very run,
interleaved where they are short; absolute numbers are those of this machine and carry over to no other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable

from benchmarks import (
    archive,
    district,
    imports,
    matching,
    outbox,
    pairing,
    postgresql,
    rota,
    sealing,
    seals,
    storage,
)

SUITES: dict[str, Callable[[bool], Iterable[dict[str, object]]]] = {
    "import": imports.run,
    "district": district.run,
    "archive": archive.run,
    "seals": seals.run,
    "sealing": sealing.run,
    "storage": storage.run,
    "pairing": pairing.run,
    "matching": matching.run,
    "rota": rota.run,
    "postgresql": postgresql.run,
    "outbox": outbox.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", nargs="*", help=f"{', '.join(SUITES)}; all if none is named")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller sizes")
    asked = parser.parse_args()
    if unknown := set(asked.suite) - set(SUITES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in asked.suite or SUITES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        for row in SUITES[name](asked.quick):
            if asked.json:
                print(json.dumps(row), flush=True)
            else:
                peer = f"{row['peer']} {row['peer_value']}" if row["peer"] else ""
                print(
                    f"{row['name']:<52} {row['value']:>12} {row['unit']:<8} {row['ratio'] or '':>7}  {peer}"
                )


if __name__ == "__main__":
    main()
