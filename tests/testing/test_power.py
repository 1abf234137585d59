"""Losses of power: what a disk may hold, what wrong settings lose, and what the kit says without strace."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from grassroots.plugins import sqlite
from grassroots.plugins.sqlite import connections, schema
from grassroots.testing.saboteurs import DURABLE, Saboteur, hunt, kit_in_file
from grassroots.testing.storage import StorageConformance, run
from grassroots.testing.storage.conformance import LAYERS
from grassroots.testing.storage.power.calls import Cut, Flush, Renamed, Said, Trace, Unseen, Write, read_trace
from grassroots.testing.storage.power.disk import Disk, choices, states
from grassroots.testing.storage.power.recording import missing

POWER, REFUSED, *_ = LAYERS["power"]
strace = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


class Kit(StorageConformance):
    offer = next(iter(sqlite.grassroots_storages()))
    address = "sqlite:///{location}/kit.db"

    def files(self, location: Path) -> list[Path]:
        return [location / f"kit.db{end}" for end in ("", "-wal", "-journal", "-facts", "-facts-wal")]


# -- what a disk may hold ---------------------------------------------------------------------------------
def found(*events: object) -> set[tuple[tuple[str, bytes], ...]]:
    """Every state after the last of these events."""
    disk = Disk()
    for event in events:
        disk.take(event)  # type: ignore[arg-type]
    return {tuple(sorted(disk.after(one).items())) for one in disk.choices(1, Random(1))}


A = Renamed("", "a")


def test_what_was_flushed_is_there_and_what_was_not_may_be() -> None:
    assert found(A, Write("a", 0, b"x"), Flush("a")) == {(("a", b"x"),)}
    assert found(A, Flush("a"), Write("a", 0, b"x")) == {(("a", b""),), (("a", b"x"),)}


def test_writes_are_kept_in_any_order_and_torn_between_sectors() -> None:
    late = found(A, Flush("a"), Write("a", 0, b"x"), Write("a", 1, b"y"))
    assert late == {(("a", one),) for one in (b"", b"x", b"xy", b"\0y")}
    torn = found(A, Flush("a"), Write("a", 0, b"1" * 512 + b"2" * 512))
    assert torn == {
        (("a", one),) for one in (b"", b"1" * 512, b"1" * 512 + b"2" * 512, b"\0" * 512 + b"2" * 512)
    }


def test_a_new_name_may_be_missing_until_something_is_flushed() -> None:
    assert () in found(A, Write("a", 0, b"x"))
    assert () not in found(A, Write("a", 0, b"x"), Flush("/a/folder"))
    # The name is kept before what is in the file: the usual mistake of moving a file into place.
    moved = found(
        A, Write("a", 0, b"old"), Flush("a"), Renamed("", "b"), Write("b", 0, b"new"), Renamed("b", "a")
    )
    assert {dict(one).get("a") for one in moved} == {b"old", b"new", b""}


def test_a_file_that_keeps_what_came_after_a_cut_keeps_the_cut() -> None:
    cut = found(A, Write("a", 0, b"old"), Flush("a"), Cut("a", 0), Write("a", 0, b"n"))
    assert cut == {(("a", one),) for one in (b"old", b"", b"n")}


def test_a_file_that_was_removed_may_still_be_there() -> None:
    assert found(A, Write("a", 0, b"x"), Flush("a"), Renamed("a", "")) == {(("a", b"x"),), ()}


def test_every_moment_has_its_share_of_the_states() -> None:
    events = [A, *(Write("a", place, b"x" * 600) for place in range(0, 6_000, 600)), Said(("done", "0"))]
    chosen = choices(events, Random(1), 40)
    assert len(chosen) == 40
    assert {one.event for one in chosen} == set(range(1, len(events) + 1))
    last = [said for choice, _, said in states(events, chosen) if choice.event == len(events)]
    assert set(last) == {(events[-1],)}


# -- what strace tells ------------------------------------------------------------------------------------
def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def told(*lines: str) -> list[object]:
    text = "".join(f"7 {line}\n" for line in lines)
    return list(read_trace(Trace(text, ""), ["/d/a"]).events)


def part(text: str) -> str:
    return f'{{iov_base="{hexed(text)}", iov_len={len(text)}}}'


OPENED = f'openat(AT_FDCWD<{hexed("/d")}>, "{hexed("a")}", O_RDWR|O_CREAT, 0644) = 3<{hexed("/d/a")}>'


def test_calls_are_read_as_what_they_do() -> None:
    file = f"3<{hexed('/d/a')}>"
    assert told(
        OPENED,
        f'write({file}, "{hexed("abc")}", 3) = 2',
        f'write({file}, "{hexed("c")}", 1) = 1',
        f"lseek({file}, 0, SEEK_SET) = 0",
        f"writev({file}, [{part('x')}, {part('y')}], 2) = 2",
        f'pwrite64({file}, "{hexed("z")}", 1, 512) = 1',
        f"ftruncate({file}, 8) = 0",
        f"fdatasync({file}) = -1 EIO (Input/output error)",
        f"fsync({file} <unfinished ...>",
        "<... fsync resumed>) = 0",
        f'write(4<{hexed("pipe:[1]")}>, "{hexed("kit: done 5")}", 11) = 11',
        f'rename("{hexed("/d/a")}", "{hexed("/d/a/b")}") = 0',
        f'write(5<{hexed("/elsewhere")}>, "{hexed("z")}", 1) = 1',
    ) == [
        Renamed("", "/d/a"),
        Write("/d/a", 0, b"ab"),
        Write("/d/a", 2, b"c"),
        Write("/d/a", 0, b"xy"),
        Write("/d/a", 512, b"z"),
        Cut("/d/a", 8),
        Flush("/d/a"),
        Said(("done", "5")),
        Renamed("/d/a", "/d/a/b"),
    ]


@pytest.mark.parametrize(
    "call",
    [
        f"mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3<{hexed('/d/a')}>, 0) = 0x7f00",
        "io_uring_setup(8, 0x7f00) = 5",
        f"copy_file_range(4<{hexed('/d/b')}>, NULL, 3<{hexed('/d/a')}>, NULL, 9, 0) = 9",
    ],
)
def test_what_calls_do_not_show_is_not_passed_over(call: str) -> None:
    with pytest.raises(Unseen):
        told(OPENED, call)


# -- right and wrong storages -----------------------------------------------------------------------------
@strace
def test_a_right_storage_in_a_plain_file_loses_nothing() -> None:
    assert [(one.problem, one.skipped) for one in run(kit_in_file(), LAYERS["power"])] == [("", "")] * 2


@strace
@pytest.mark.parametrize("saboteur", DURABLE, ids=lambda one: one.name)
def test_a_saboteur_of_what_is_durable_dies(saboteur: Saboteur) -> None:
    (hunted,) = hunt([saboteur])
    assert hunted.killed.keys() == {"power"}


def synchronous(how: str) -> Callable[[pytest.MonkeyPatch], None]:
    def set_so(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            connections, "_SETTINGS", (f"PRAGMA synchronous={how}", *connections._SETTINGS[1:])
        )

    return set_so


def rollback_journal(how: str) -> Callable[[pytest.MonkeyPatch], None]:
    def set_so(monkeypatch: pytest.MonkeyPatch) -> None:
        synchronous(how)(monkeypatch)
        monkeypatch.setattr(
            connections,
            "_write_ahead",
            lambda connection, where=None: connection.execute("PRAGMA journal_mode=DELETE").fetchone(),
        )

    return set_so


def two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records in one file, the journal in another: SQLite commits them one after the other."""
    connect = connections.connect

    def connect_both(where: Path) -> sqlite3.Connection:
        connection = connect(where)
        connection.execute("ATTACH ? AS facts", (f"{where}-facts",))
        connection.execute("PRAGMA facts.journal_mode=WAL").fetchone()
        connection.execute("PRAGMA facts.synchronous=FULL")
        return connection

    monkeypatch.setattr(connections, "connect", connect_both)
    monkeypatch.setattr(
        schema,
        "_BASE",
        tuple(one.replace("CREATE TABLE journal", "CREATE TABLE facts.journal") for one in schema._BASE),
    )


@strace
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (synchronous("NORMAL"), "were acknowledged"),
        (synchronous("OFF"), "were acknowledged"),
        (rollback_journal("FULL"), "were acknowledged"),
        (two_files, "journal"),
    ],
    ids=["synchronous NORMAL", "synchronous OFF", "a journal that is removed unflushed", "two files"],
)
def test_a_wrong_setting_is_seen(
    wrong: Callable[[pytest.MonkeyPatch], None], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong(monkeypatch)
    (outcome,) = run(Kit(), [POWER])
    assert problem in outcome.problem


@strace
def test_another_right_setting_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    rollback_journal("EXTRA")(monkeypatch)
    assert [(one.problem, one.skipped) for one in run(Kit(), [POWER])] == [("", "")]


# -- what is said where nothing can be tried --------------------------------------------------------------
def test_without_strace_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for outcome in run(Kit(), [POWER, REFUSED]):
        assert outcome.kept
        assert "apt-get install strace" in outcome.skipped


def test_a_storage_without_files_of_its_own_says_so() -> None:
    class Served(Kit):
        def files(self, location: Path) -> list[Path]:
            return []

    (outcome,) = run(Served(), [POWER])
    assert "files(location)" in outcome.skipped
