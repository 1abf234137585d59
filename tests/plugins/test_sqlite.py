"""What the SQLite storage promises beyond the promises of every storage: durability, words for trouble."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from grassroots.contracts.storage import (
    Batch,
    Condition,
    Erase,
    Fact,
    Includes,
    Is,
    Key,
    Kind,
    Put,
    Query,
    Ref,
)
from grassroots.errors import (
    BadInput,
    Closed,
    Conflict,
    Corrupt,
    Full,
    StorageError,
    Unavailable,
    Unreachable,
)
from grassroots.plugins.sqlite import (
    SQLiteStorage,
    connections,
    drop,
    networks,
    open_network,
    questions,
    schema,
)
from grassroots.plugins.sqlite.connections import Connections, connect, place, told

MEMBER = Kind("member", {"name": Key.TEXT, "age": Key.WHOLE, "tags": Key.TEXTS}, (("name", "age"),))


def member(id: str) -> Ref:
    return Ref("member", id)


def new(act: str, *ids: str, body: bytes = b"") -> Batch:
    puts = [Put(member(id), {"name": id}, body) for id in ids]
    return Batch(act, [Fact(tuple(put.ref for put in puts))], {put.ref: 0 for put in puts}, (), puts)


def opened(where: Path) -> SQLiteStorage:
    storage = SQLiteStorage(where, "street")
    storage.prepare([MEMBER])
    return storage


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture
def storage(file: Path) -> Iterator[SQLiteStorage]:
    storage = opened(file)
    yield storage
    storage.close()


# --- the file -----------------------------------------------------------------------------------------


def test_three_slashes_are_beside_the_program_and_four_are_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert place("sqlite:///a/b c%.db") == Path("/a/b c%.db")
    assert place("sqlite:////srv/网络.db") == Path("/srv/网络.db")


@pytest.mark.parametrize("url", ["sqlite:", "sqlite:///", "sqlite://a.db", "sqlite:///:memory:", "file:///a"])
def test_a_url_without_a_file_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadInput, match=r"sqlite:///network\.db"):
        open_network(url, "street")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="nowhere") as refused:
        opened(tmp_path / "nowhere" / "network.db")
    assert refused.value.code == "storage-folder"


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as refused:
        opened(tmp_path)
    assert refused.value.code == "storage-is-folder"


def test_a_file_that_may_only_be_read_is_told_as_that(
    storage: SQLiteStorage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.close()
    # As SQLite and the system say it of a disk mounted for reading only, also to an administrator.
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    assert getattr(told(error, file), "code", None) == "unreachable"
    monkeypatch.setattr("os.access", lambda path, mode: False)
    ours = told(error, file)
    assert isinstance(ours, Unreachable)
    assert ours.code == "storage-read-only"


def test_a_disk_without_room_is_told_as_full_also_when_sqlite_says_input_output_error(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As SQLite says it of the index beside its log, which cannot grow: found on a tmpfs that was full.
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert isinstance(told(error, file), Unreachable)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=0))
    assert isinstance(told(error, file), Full)
    assert isinstance(told(error, file, committing=True), Unavailable)


def test_asking_for_networks_makes_no_file(file: Path) -> None:
    assert networks(f"sqlite:///{file}") == []
    assert not file.exists()


def test_the_database_of_another_program_is_left_alone(file: Path) -> None:
    theirs = sqlite3.connect(file)
    theirs.execute("CREATE TABLE bookmark (url TEXT)")
    theirs.close()
    before = file.read_bytes()
    with pytest.raises(Unreachable) as refused:
        opened(file)
    assert (refused.value.code, refused.value.facts["where"]) == ("storage-foreign", str(file))
    assert file.read_bytes() == before


@pytest.mark.parametrize("mark", ["application_id=77", "user_version=3"])
def test_an_empty_file_that_says_whose_it_is_is_left_alone_too(file: Path, mark: str) -> None:
    theirs = sqlite3.connect(file)
    theirs.execute(f"PRAGMA {mark}")
    theirs.close()
    with pytest.raises(Unreachable) as refused:
        opened(file)
    assert refused.value.code == "storage-foreign"


def test_a_file_of_a_newer_version_is_refused_in_words(storage: SQLiteStorage, file: Path) -> None:
    storage.close()
    newer = sqlite3.connect(file)
    newer.execute("PRAGMA user_version=7")
    newer.close()
    with pytest.raises(Unreachable, match=r"layout 7; this one knows 2.*Update grassroots") as refused:
        opened(file)
    assert refused.value.facts["where"] == str(file)


def test_what_is_no_database_is_corrupt(file: Path) -> None:
    file.write_text("姓名,电话\n" * 500, "utf-8")
    with pytest.raises(Corrupt):
        opened(file)


def test_a_damaged_page_is_corrupt_and_never_an_answer(storage: SQLiteStorage, file: Path) -> None:
    storage.commit(new("a", *(f"{n:04}" for n in range(500)), body=b"x" * 300))
    storage.close()
    pages = bytearray(file.read_bytes())
    for start in range(16 * 4096, len(pages), 4096):
        pages[start : start + 8] = b"\xff" * 8
    file.write_bytes(pages)
    with pytest.raises(Corrupt, match="backup"):
        opened(file).find(Query("member"))


def test_a_damaged_tuple_is_corrupt_and_says_where(storage: SQLiteStorage) -> None:
    storage.commit(new("a", "m"))
    with storage._connections.lend() as connection:
        connection.execute("UPDATE r_member SET k_tags='[1'")
    with pytest.raises(Corrupt) as damaged:
        storage.read([member("m")])
    assert damaged.value.facts["where"] == "r_member"


def test_a_damaged_entry_is_corrupt_and_says_where(storage: SQLiteStorage, file: Path) -> None:
    storage.commit(new("a", "m"))
    with storage._connections.lend() as connection:
        connection.execute("UPDATE journal SET about='[[1'")
    with pytest.raises(Corrupt) as damaged:
        storage.journal(after=0, limit=9)
    assert damaged.value.facts["where"] == "journal"


def test_after_sweeping_a_connection_waits_for_others_as_long_as_before(storage: SQLiteStorage) -> None:
    storage.commit(new("a", "m"))
    with storage._connections.lend() as connection:
        before = connection.execute("PRAGMA busy_timeout").fetchone()
    storage.commit(Batch("b", [Fact()], {member("m"): 1}, (), [Erase(member("m"))]))
    with storage._connections.lend() as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone() == before
    assert before[0] >= 1_000


def test_a_file_that_may_not_be_written_is_named(storage: SQLiteStorage, file: Path) -> None:
    storage.close()
    reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        reader.execute("INSERT INTO network (name, head) VALUES ('x', 0)")
    reader.close()
    ours = told(refused.value, file)
    assert isinstance(ours, Unreachable)
    assert ours.code == "storage-read-only"
    assert str(file) in str(ours)


# --- the driver's errors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "committing", "wanted"),
    [
        (sqlite3.SQLITE_BUSY, False, Conflict),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, False, Conflict),
        (sqlite3.SQLITE_LOCKED, True, Conflict),
        (sqlite3.SQLITE_FULL, True, Full),
        (sqlite3.SQLITE_CORRUPT, False, Corrupt),
        (sqlite3.SQLITE_NOTADB, False, Corrupt),
        (sqlite3.SQLITE_CANTOPEN, False, Unreachable),
        (sqlite3.SQLITE_IOERR_WRITE, False, Unreachable),
        (sqlite3.SQLITE_IOERR_FSYNC, True, Unavailable),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, True, sqlite3.OperationalError),
        (sqlite3.SQLITE_ERROR, False, sqlite3.OperationalError),
    ],
)
def test_each_trouble_has_its_own_error_and_a_bug_stays_a_bug(
    code: int, committing: bool, wanted: type[Exception]
) -> None:
    error = sqlite3.OperationalError("trouble")
    error.sqlite_errorcode = code
    assert type(told(error, Path("x"), committing=committing)) is wanted


@pytest.mark.parametrize(
    ("code", "wanted", "words"),
    [
        (sqlite3.SQLITE_NOTADB, Corrupt, "storage-not-database"),
        (sqlite3.SQLITE_CORRUPT, Corrupt, "corrupt"),
        (sqlite3.SQLITE_READONLY, Unreachable, "storage-read-only"),
        (sqlite3.SQLITE_CANTOPEN, Unreachable, "unreachable"),
        (sqlite3.SQLITE_IOERR, Unreachable, "unreachable"),
    ],
)
def test_trouble_with_the_file_names_the_file(code: int, wanted: type[StorageError], words: str) -> None:
    error = sqlite3.OperationalError("trouble")
    error.sqlite_errorcode = code
    ours = told(error, Path("network.db"))
    assert isinstance(ours, wanted)
    assert (ours.code, ours.facts["where"]) == (words, "network.db")


def test_an_error_that_the_driver_gives_no_number_is_a_bug() -> None:
    error = sqlite3.ProgrammingError("the connection is closed")
    assert told(error, Path("x")) is error


def test_a_missing_table_is_a_bug_and_not_try_again(storage: SQLiteStorage, file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("DROP TABLE r_member")
    other.close()
    with pytest.raises(sqlite3.OperationalError, match="r_member"):
        storage.find(Query("member"))


def test_a_full_disk_is_said_and_nothing_is_half_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(file).close()
    limited = (*connections._SETTINGS, "PRAGMA max_page_count=60")
    monkeypatch.setattr(connections, "_SETTINGS", limited)
    storage = opened(file)
    storage.commit(new("small", "first", body=b"x" * 9_000))
    with pytest.raises(Full):
        storage.commit(new("large", "a", "b", body=b"x" * 150_000))
    assert storage.head() == 1
    assert [one.ref.id for one in storage.find(Query("member"))] == ["first"]
    storage.close()
    monkeypatch.undo()
    with opened(file) as again:  # somebody made room: the same act passes
        assert again.commit(new("large", "a", "b", body=b"x" * 150_000)) == 2


def test_waiting_too_long_for_another_program_is_crowded(
    storage: SQLiteStorage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.05)
    storage._connections.refresh()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Conflict) as refused:
        storage.commit(new("a", "m"))
    assert (refused.value.code, refused.value.moved, refused.value.queries) == ("crowded", frozenset(), ())
    assert storage.find(Query("member")) == []  # readers never wait
    other.execute("ROLLBACK")
    other.close()
    assert storage.commit(new("a", "m")) == 1


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interruption_in_the_middle_writes_nothing(
    storage: SQLiteStorage, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def interrupt(*_: object) -> None:
        raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(SQLiteStorage, "_journal", interrupt)
        with pytest.raises(interruption):
            storage.commit(new("a", "m"))
    assert (storage.head(), storage.find(Query("member"))) == (0, [])
    assert storage.commit(new("a", "m")) == 1


class Failing:
    """A connection whose device fails at the last moment."""

    def __init__(self, connection: sqlite3.Connection, code: int) -> None:
        self._connection, self._code = connection, code

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: object) -> object:
        if sql == "COMMIT":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self._code
            raise error
        return self._connection.execute(sql, *values)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, Unavailable),
        (sqlite3.SQLITE_FULL, Full),
        (sqlite3.SQLITE_CORRUPT, Corrupt),
    ],
)
def test_a_device_that_fails_while_committing_leaves_it_open_or_says_that_it_is_full(
    storage: SQLiteStorage, file: Path, monkeypatch: pytest.MonkeyPatch, code: int, wanted: type[StorageError]
) -> None:
    lend = storage._connections.lend

    @contextmanager
    def failing() -> Iterator[Failing]:
        with lend() as connection:
            yield Failing(connection, code)

    with monkeypatch.context() as patch:
        patch.setattr(storage._connections, "lend", failing)
        with pytest.raises(wanted) as told_of:
            storage.commit(new("a", "m"))
    assert told_of.value.facts.get("where", str(file)) == str(file)
    assert storage.commit(new("a", "m")) == storage.head() == 1


def test_housekeeping_that_fails_never_looks_like_a_refused_act(
    storage: SQLiteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("grassroots.plugins.sqlite.store.sweep", fail)
    storage.commit(new("a", "m"))
    assert storage.commit(Batch("b", [Fact()], {member("m"): 1}, (), [Erase(member("m"))])) == 2
    assert storage.find(Query("member")) == []


# --- durable, thread-safe, clean ----------------------------------------------------------------------


def test_the_durable_settings_are_the_default(storage: SQLiteStorage) -> None:
    with storage._connections.lend() as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "cache_size", "wal_autocheckpoint")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "cache_size": -65536,
        "wal_autocheckpoint": 4000,
    }


_WRITER = """
import sys
from pathlib import Path
from tests.plugins.test_sqlite import new, opened
storage = opened(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10**6):
    storage.commit(new(f"act{number}", f"{number:07}a", f"{number:07}b"))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_killed_process(file: Path) -> None:
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    acknowledged = -1
    for _ in range(4):
        command = [sys.executable, "-c", _WRITER, str(file), str(acknowledged + 2)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, cwd=root) as writer:
            assert writer.stdout is not None
            for _ in range(25):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        with opened(file) as storage:
            acts = {entry.batch for entry in storage.journal(after=0, limit=10**6)}
            assert f"act{acknowledged}" in acts
            assert storage.head() == len(acts)
            assert storage.tally(Query("member"))[()].rows == 2 * len(acts)  # none is half there


def test_erased_is_gone_from_every_byte_of_the_files_at_once(storage: SQLiteStorage, file: Path) -> None:
    secret, sealed = "陈阿婆-13800000000".encode(), b"\x00\xfecanary\x00" * 40
    refs = [member(f"{n:03}") for n in range(60)]
    puts = [Put(ref, {"name": secret.decode(), "tags": (secret.decode(),)}, sealed) for ref in refs]
    storage.commit(Batch("a", [Fact()], dict.fromkeys(refs, 0), (), puts))

    def standing() -> int:
        everything = b"".join(path.read_bytes() for path in file.parent.iterdir())
        return everything.count(secret) + everything.count(b"canary")

    assert standing() > 0
    storage.commit(Batch("b", [Fact()], dict.fromkeys(refs, 1), (), [Erase(ref) for ref in refs]))
    assert standing() == 0


def test_threads_that_come_and_go_leave_no_connections_behind(storage: SQLiteStorage) -> None:
    storage.commit(new("a", "m"))
    for _ in range(30):
        thread = Thread(target=lambda: storage.find(Query("member")))
        thread.start()
        thread.join()
    assert len(storage._connections._idle) == 1


def test_a_call_that_runs_while_the_storage_closes_finishes(storage: SQLiteStorage) -> None:
    with storage._connections.lend() as connection:
        storage.close()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")
    with pytest.raises(Closed):
        storage.head()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_opens_its_own_connections(storage: SQLiteStorage) -> None:
    storage.commit(new("a", "m"))
    inherited = storage._connections._idle[0]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            done = storage.commit(new("child", "c")) == 2
            code = 0 if done and inherited not in storage._connections._idle else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert storage.commit(new("b", "n")) == 3
    assert [one.ref.id for one in storage.find(Query("member"))] == ["c", "m", "n"]


def test_keys_declared_together_are_answered_from_their_index(storage: SQLiteStorage) -> None:
    ids = [f"{n:05}" for n in range(2_000)]
    for start in range(0, 2_000, 500):
        some = ids[start : start + 500]
        puts = [Put(member(id), {"name": f"n{int(id) % 9}", "age": int(id) % 90}) for id in some]
        storage.commit(Batch(f"a{start}", [Fact()], {put.ref: 0 for put in puts}, (), puts))
    query = Query("member", (Is("name", "n3"), Is("age", 30)))
    with storage._connections.lend() as connection:
        table = schema.Table(connection, MEMBER)
        sql, values = questions.find(table, 1, query)
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    assert "i.member.name.age" in plan
    assert "TEMP B-TREE" not in plan


def test_who_asks_before_any_kind_is_prepared_is_told_so(file: Path) -> None:
    with closing(SQLiteStorage(file, "street")) as storage:
        for ask in (lambda: storage.read([member("m")]), lambda: storage.find(Query("member"))):
            with pytest.raises(BadInput):
                ask()


@pytest.mark.parametrize("condition", [Is("name", "n3"), Is("age", 30), Includes("tags", "t3")])
def test_every_key_by_itself_is_answered_from_an_index(storage: SQLiteStorage, condition: Condition) -> None:
    puts = [
        Put(member(f"{n:05}"), {"name": f"n{n % 9}", "age": n % 90, "tags": (f"t{n % 9}",)})
        for n in range(500)
    ]
    storage.commit(Batch("a", [Fact()], {put.ref: 0 for put in puts}, (), puts))
    with storage._connections.lend() as connection:
        table = schema.Table(connection, MEMBER)
        sql, values = questions.find(table, 1, Query("member", (condition,)))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert not any(one.startswith("SCAN r") for one in plan), plan
    key = "key=?" if isinstance(condition, Includes) else f"k_{condition.key}=?"
    assert any(key in one for one in plan), plan


def test_a_dropped_network_leaves_its_records_and_its_journal_behind_nowhere(file: Path) -> None:
    for network in ("street", "other"):
        with closing(SQLiteStorage(file, network)) as storage:
            storage.prepare([MEMBER])
            body = f"told in {network}".encode()
            put = Put(member("m"), {"name": f"name in {network}", "tags": (f"tag in {network}",)}, body)
            storage.commit(Batch("a", [Fact((put.ref,), body)], {put.ref: 0}, (), [put], "digest"))
    drop(f"sqlite:///{file}", "street")
    with sqlite3.connect(file) as raw:
        for table in (*schema.BASE_TABLES, "r_member", "m_member"):
            assert raw.execute(f"SELECT network, count(*) FROM {table}").fetchall() == [(2, 1)], table
    assert b"in street" not in file.read_bytes()
    assert b"in other" in file.read_bytes()


def test_the_digests_of_acts_are_kept_and_told(storage: SQLiteStorage) -> None:
    storage.commit(Batch("one", [Fact()], {}, (), [], "first"))
    storage.commit(Batch("two", [Fact()], {}, (), [], "second"))
    assert storage.digests(["one", "two", "never"]) == {"one": "first", "two": "second"}


def test_statistics_follow_the_writing(storage: SQLiteStorage) -> None:
    for start in range(0, 1_500, 500):
        storage.commit(new(f"a{start}", *(f"{n:05}" for n in range(start, start + 500))))
    with storage._connections.lend() as connection:
        counted = connection.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl='r_member'").fetchone()
    assert counted[0] > 0


# --- opening while others are there -------------------------------------------------------------------
def reading(file: Path, until: Event, begun: Event) -> None:
    """Somebody who reads a file that has no log yet: it cannot get one meanwhile."""
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    begun.set()
    until.wait(20)
    reader.close()


@pytest.fixture
def without_log(file: Path) -> Path:
    """Ours, and as a backup tool leaves it: without a write-ahead log."""
    SQLiteStorage(file, "street").close()
    raw = sqlite3.connect(file)
    assert raw.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    raw.close()
    return file


def test_opening_waits_for_whoever_reads_the_file_until_it_can_have_a_log(without_log: Path) -> None:
    done, begun = Event(), Event()
    reader = Thread(target=reading, args=(without_log, done, begun))
    reader.start()
    begun.wait(20)
    opened: list[str] = []

    def opening() -> None:
        connection = connect(without_log)
        opened.append(connection.execute("PRAGMA journal_mode").fetchone()[0])
        connection.close()

    opener = Thread(target=opening)
    opener.start()
    opener.join(0.2)
    waited = opener.is_alive()
    done.set()
    reader.join()
    opener.join()
    assert waited
    assert opened == ["wal"]


def test_opening_that_waited_too_long_says_crowded(
    without_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.05)
    done, begun = Event(), Event()
    reader = Thread(target=reading, args=(without_log, done, begun))
    reader.start()
    begun.wait(20)
    try:
        with pytest.raises(Conflict) as crowded:
            connect(without_log)
        assert crowded.value.code == "crowded"
    finally:
        done.set()
        reader.join()


def test_a_file_system_that_cannot_carry_a_log_is_said(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    class Stubborn:
        """As SQLite answers where memory cannot be shared: it stays as it was, and is no error."""

        def execute(self, statement: str) -> Stubborn:
            return self

        def fetchone(self) -> tuple[str]:
            return ("delete",)

    monkeypatch.setattr(connections, "PATIENCE", 0.02)
    with pytest.raises(Unreachable) as refused:
        connections._write_ahead(Stubborn(), file)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.facts["where"]) == ("storage-no-log", str(file))


def test_another_trouble_than_a_busy_file_is_not_waited_for(file: Path) -> None:
    class Broken:
        def execute(self, statement: str) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    begun = time.monotonic()
    with pytest.raises(sqlite3.OperationalError):
        connections._write_ahead(Broken(), file)  # type: ignore[arg-type]
    assert time.monotonic() < begun + connections.PATIENCE


# --- the pool -----------------------------------------------------------------------------------------
def test_a_connection_comes_back_after_a_refusal_and_is_lent_again(file: Path) -> None:
    pool = Connections(file)
    with pytest.raises(RuntimeError), pool.lend() as first:
        raise RuntimeError
    with pool.lend() as second:
        assert second is first
    assert not pool._lent
    pool.close()


def test_a_connection_that_cannot_even_undo_is_never_lent_again(file: Path) -> None:
    pool = Connections(file)
    with suppress(RuntimeError), pool.lend() as first:
        first.close()
        raise RuntimeError
    with pool.lend() as second:
        assert second is not first
        assert second.execute("SELECT 1").fetchone() == (1,)
    pool.close()


def test_trouble_with_a_lent_connection_names_the_file(file: Path) -> None:
    pool = Connections(file)
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    with pytest.raises(Unreachable) as refused, pool.lend():
        raise error
    assert refused.value.facts["where"] == str(file)
    pool.close()


def test_a_folder_and_a_file_that_may_not_be_written_are_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    folder = told(error, file.parent)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    for ours, code, where in (
        (folder, "storage-is-folder", file.parent),
        (told(error, file), "storage-read-only", file),
    ):
        assert isinstance(ours, Unreachable)
        assert (ours.code, ours.facts["where"]) == (code, str(where))


def test_an_error_without_a_code_stays_what_it_is(file: Path) -> None:
    error = sqlite3.OperationalError("a bug")
    assert told(error, file) is error


def test_an_address_is_split_at_its_first_slashes_and_a_wrong_one_is_shown() -> None:
    assert place("sqlite:///a:///b") == Path("a:///b").absolute()
    with pytest.raises(BadInput) as refused:
        place("sqlite://a")
    assert refused.value.facts["what"] == "sqlite://a"
