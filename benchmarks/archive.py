"""Archives: what taking a network out, bringing it in and reading it back costs in memory, small and large.

Each step is a process of its own, so that its peak is its own (read as Linux tells it); taking out happens
while another process writes. The ratio is large against small: 1 is flat. SQLite keeps up to 64 MiB of pages
for each connection, which a small database does not fill.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, sleep

import grassroots
from benchmarks.rows import row
from grassroots.discovery import find_storage
from grassroots.usecases.archive import check_same, load, verify

AT_ONCE = 200


def _fill(url: str, members: int) -> None:
    from grassroots.domain.member import Member
    from grassroots.values.ids import MemberId
    from grassroots.workspace.work import Work

    with grassroots.open(url) as network:
        seat = network.desk("steward:office").seat
        office = seat.office
        for begin in range(0, members, AT_ONCE):
            work = Work(seat, office.ids(office.clock()))
            for number in range(begin, begin + AT_ONCE):
                name = f"林小{chr(0x4E00 + number % 20_000)}"
                work.keep(Member.register(id=MemberId(work.new_id()), name=name))
            batch = work.batch()
            assert batch is not None
            office.storage.commit(batch)


def _write(url: str, path: str) -> None:
    """Somebody at a desk, until the process is ended."""
    with grassroots.open(url) as network:
        desk = network.desk("clerk:li")
        while True:
            desk.members.register(name="赵小海")
            Path(path).touch()


def _dump(url: str, path: str) -> None:
    with grassroots.open(url) as network:
        network.desk("steward:office").archive.dump(Path(path), program="benchmark")


def _backup(url: str, path: str) -> None:
    with grassroots.open(url) as network:
        network.desk("steward:office").archive.backup(Path(path), program="benchmark")


def _restore(url: str, path: str) -> None:
    """What ``restore --verify`` does, and ``move`` behind a dump: read, write, read back, compare."""
    with find_storage(url).open(url, "default") as storage:
        check_same(storage, load(Path(path), storage))


def _verify(_: str, path: str) -> None:
    verify(Path(path))


STEPS: dict[str, Callable[[str, str], None]] = {
    "write": _write, "dump": _dump, "backup": _backup, "verify": _verify, "restore": _restore,
}  # fmt: skip


def _child(step: str, url: str, path: str) -> None:
    STEPS[step](url, path)
    print(json.dumps(_peak()))


def _peak() -> float:
    """The most memory that this process ever had, in MB.

    Not ``getrusage``: its peak goes back to before this program began, when it was its parent's.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _measured(step: str, url: str, path: Path) -> tuple[float, float]:
    """Peak memory (MB, interpreter and libraries included) and seconds."""
    begun = perf_counter()
    command = (sys.executable, "-m", "benchmarks.archive", step, url, str(path))
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(told.stdout), perf_counter() - begun


def _steps(folder: Path, members: int) -> dict[str, tuple[float, float]]:
    url, path, mark = f"sqlite:///{folder}/{members}.db", folder / f"{members}.jsonl", folder / "written"
    _fill(url, members)
    writer = subprocess.Popen((sys.executable, "-m", "benchmarks.archive", "write", url, str(mark)))
    try:
        while not mark.exists() and writer.poll() is None:
            sleep(0.05)
        taken = {step: _measured(step, url, path) for step in ("dump", "backup")}
    finally:
        writer.kill()
        writer.wait()
        mark.unlink(missing_ok=True)
    taken["verify"] = _measured("verify", url, path)
    taken["restore"] = _measured("restore", f"sqlite:///{folder}/{members}-there.db", path)
    return taken


def run(quick: bool) -> Iterable[dict[str, object]]:
    sizes = (2_000, 20_000) if quick else (10_000, 200_000)
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_steps(Path(folder), size) for size in sizes)
    named = {
        "dump": "dump, others writing",
        "backup": "backup, others writing",
        "verify": "an archive verified",
        "restore": "restore --verify",
    }
    for step, name in named.items():
        yield row(
            f"{name}: memory at most, {sizes[1]:,} records",
            large[step][0],
            "MB",
            f"{sizes[0]:,}",
            small[step][0],
        )
    for step, name in named.items():
        yield row(f"{name}: {sizes[1]:,} records", sizes[1] / large[step][1], "records/s")


if __name__ == "__main__":
    _child(*sys.argv[1:])
