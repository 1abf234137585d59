"""What the storage for servers promises beyond the promises of every storage: words for trouble, an app's
own engine, migrations, and an outcome that is always known in the end."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
import sqlalchemy as sa

import grassroots
from grassroots.contracts.storage import Batch, Erase, Fact, Includes, Is, Key, Kind, Put, Query, Ref, Storage
from grassroots.errors import (
    BadInput,
    Closed,
    Conflict,
    Corrupt,
    Full,
    GrassrootsError,
    MissingExtra,
    StorageError,
    Unavailable,
    Unreachable,
)
from grassroots.plugins import sql
from grassroots.plugins.sql import schema
from grassroots.plugins.sql.addresses import Address
from grassroots.plugins.sql.database import Database
from grassroots.plugins.sql.sessions import FAMILIES, Session
from grassroots.plugins.sql.troubles import told
from grassroots.testing.storage.base import together

MEMBER = Kind(
    "member",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS},
    (("name", "age"),),
)


SECRET = "geheim"


def said(error: BaseException | None) -> str:
    """What an error and all that led to it say, as a log would have it (without the lines of this file)."""
    words = []
    while error is not None:
        words.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(words)


def member(id: str) -> Ref:
    return Ref("member", id)


def new(act: str, *ids: str, body: bytes = b"", **keys: Any) -> Batch:
    puts = [Put(member(id), {"name": id, **keys}, body) for id in ids]
    return Batch(act, [Fact(tuple(put.ref for put in puts))], {put.ref: 0 for put in puts}, (), puts)


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database under a prefix of its own; its tables are gone afterwards."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path}/town.db"
        return
    prefix = f"t{os.getpid()}_"
    url = f"{request.getfixturevalue(request.param)}?prefix={prefix}"
    yield url
    clear(url)


def clear(url: str) -> None:
    engine = sa.create_engine(Address.parse(url).url())
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            if name.startswith(Address.parse(url).prefix):
                connection.exec_driver_sql(f"DROP TABLE {name}")
    engine.dispose()


def opened(url: str, network: str = "street", *kinds: Kind) -> Storage:
    storage = sql.open_network(url, network)
    storage.prepare(kinds or (MEMBER,))
    return storage


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """The engine of an app, as the app would make it."""
    engine = sa.create_engine(Address.parse(url).url(), pool_size=3)
    yield engine
    engine.dispose()


@pytest.fixture
def app(url: str, engine: sa.Engine) -> Database:
    return Database(engine, prefix=Address.parse(url).prefix)


# --- addresses ----------------------------------------------------------------------------------------


def test_an_address_is_read_with_hosts_database_prefix_and_what_is_for_the_driver() -> None:
    read = Address.parse("mariadb://clerk:p%40ss%2Fw@n1,n2:3307,[::1]:3308/town?prefix=gr_&read_timeout=9")
    assert (read.user, read.password, read.database, read.prefix) == ("clerk", "p@ss/w", "town", "gr_")
    assert read.hosts == (("n1", None), ("n2", 3307), ("::1", 3308))
    assert read.more == (("read_timeout", "9"),)
    made = Address.parse("postgresql://u:p@a:1,b/town").url()
    assert made.query["host"] == ("a:1", "b:5432")
    assert made.query["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:",
        "postgresql://",
        "postgresql://host",
        "postgresql://u:geheim@/town",
        "mariadb://u:geheim@host:port/town",
        "mariadb://u:geheim@a,,b/town",
        "sqlite+pysqlite:///:memory:",
        "sqlite+pysqlite://",
        "postgresql://u:geheim@host/town?prefix=Big_",
        "postgresql://u:geheim@host/town?prefix=a_name_that_is_far_too_long_",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        sql.open_network(url, "street")
    assert "geheim" not in str(refused.value) + repr(refused.value.facts)


def test_what_may_be_shown_of_an_address_holds_no_secret() -> None:
    read = Address.parse("postgresql://clerk:geheim@db:5433/town?password=geheim")
    assert read.where == "db:5433/town"
    assert "geheim" not in repr(read)


@pytest.mark.parametrize(
    ("url", "module", "line"),
    [
        ("postgresql://host/town", "psycopg", 'pip install "grassroots[postgres]"'),
        ("postgres://host/town", "sqlalchemy", 'pip install "grassroots[postgres]"'),
        ("mysql://host/town", "pymysql", 'pip install "grassroots[mysql]"'),
        ("mariadb://host/town", "alembic", 'pip install "grassroots[mysql]"'),
        ("sqlite+pysqlite:///town.db", "sqlalchemy", 'pip install "grassroots[sql]"'),
    ],
)
def test_what_is_not_installed_is_named_with_the_line_to_type(
    url: str, module: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for name in ("grassroots.plugins.sql.database",):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(MissingExtra) as missing:
        sql.open_network(url, "street")
    assert line in str(missing.value)


# --- words for trouble --------------------------------------------------------------------------------


def test_a_wrong_password_is_said_and_the_password_is_not(mariadb: str, postgresql: str) -> None:
    administrator = psycopg.connect(postgresql, autocommit=True)
    with administrator, suppress(psycopg.errors.DuplicateObject):
        administrator.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    for server, user in ((mariadb, "root"), (postgresql, "locked")):
        scheme, _, rest = server.partition("://")
        with pytest.raises(Unreachable, match="password") as refused:
            sql.open_network(f"{scheme}://{user}:{SECRET}@{rest.partition('@')[2]}", "street")
        assert refused.value.code == "storage-sql-password"
        assert SECRET not in said(refused.value)


def test_a_database_that_is_not_there_is_named(mariadb: str, postgresql: str) -> None:
    for server in (mariadb, postgresql):
        with pytest.raises(Unreachable, match="/village") as refused:
            sql.open_network(server.replace("/town", "/village"), "street")
        assert refused.value.code == "storage-sql-database"


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_does_not_answer_is_named(scheme: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{nobody.getsockname()[1]}/town"
        with pytest.raises(Unreachable, match=where) as refused:
            sql.open_network(f"{scheme}://clerk:geheim@{where}", "street")
    assert refused.value.code == "storage-sql-unreached"
    assert sql.SCHEMES[scheme] in ("postgresql", "mysql")


def test_a_setting_that_the_driver_does_not_know_is_said(mariadb: str) -> None:
    with pytest.raises(BadInput) as refused:
        sql.open_network(f"{mariadb}?nonsense=1", "street")
    assert refused.value.code == "storage-sql-setting"


def fail_with(url: str, code: str | int) -> Callable[[], None]:
    """Let the server itself refuse every entry of the journal with this code."""
    read = Address.parse(url)
    engine = sa.create_engine(read.url(), isolation_level="AUTOCOMMIT")
    table = f"{read.prefix}journal"
    with engine.connect() as connection:
        if read.family == "postgresql":
            connection.exec_driver_sql(
                f"CREATE OR REPLACE FUNCTION {read.prefix}no() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
            )
            connection.exec_driver_sql(
                f"CREATE TRIGGER no BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {read.prefix}no()"
            )
        else:
            connection.exec_driver_sql(
                f"CREATE TRIGGER {read.prefix}no BEFORE INSERT ON {table} FOR EACH ROW"
                f" SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'no'"
            )

    def heal() -> None:
        with engine.connect() as connection:
            if read.family == "postgresql":
                connection.exec_driver_sql(f"DROP FUNCTION {read.prefix}no CASCADE")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {read.prefix}no")
        engine.dispose()

    return heal


@pytest.mark.parametrize(
    ("code", "wanted", "said"),
    [
        (("53100", 1021), Full, "storage-sql-full"),
        (("53100", 1114), Full, "storage-sql-full"),
        (("25006", 1290), Unreachable, "storage-sql-read-only"),
        (("42501", 1142), Unreachable, "storage-sql-rights"),
        (("40001", 1213), Conflict, "crowded"),
        (("55P03", 1205), Conflict, "crowded"),
        (("XX001", 1712), Corrupt, "corrupt"),
    ],
)
@pytest.mark.parametrize("rows", [1, 60])
def test_what_a_server_refuses_has_one_sentence_and_writes_nothing(
    url: str, code: tuple[str, int], wanted: type[StorageError], said: str, rows: int
) -> None:
    if url.startswith("sqlite"):
        pytest.skip("a file raises no codes on request; its codes are tried one by one below")
    with opened(url) as storage:
        heal = fail_with(url, code[0] if url.startswith("postgresql") else code[1])
        batch = new("a", *(f"{n:03}" for n in range(rows)), body=SECRET.encode())
        with pytest.raises(wanted) as refused:
            storage.commit(batch)
        assert refused.value.code == said
        heal()
        assert (storage.head(), storage.find(Query("member"))) == (0, [])
        assert storage.commit(batch) == 1


class _Said(Exception):
    """What a driver raises, without the driver."""


@pytest.mark.parametrize(
    ("error", "before", "committing"),
    [
        ({"sqlstate": "40P01"}, Conflict, Conflict),
        ({"sqlstate": "57P01"}, Unreachable, Unavailable),
        ({"sqlstate": "08006"}, Unreachable, Unavailable),
        ({"sqlstate": "58030"}, Unreachable, Unavailable),
        ({"sqlstate": "53300"}, Unreachable, Unreachable),
        ({"sqlstate": "23505"}, _Said, _Said),
        ({"sqlstate": "42703"}, _Said, _Said),
        ({"sqlstate": None, "pgconn": None}, Unreachable, Unavailable),
        ({"number": 2013}, Unreachable, Unavailable),
        ({"number": 1180}, Unreachable, Unavailable),
        ({"number": 1047}, Unreachable, Unavailable),
        ({"number": 1213}, Conflict, Conflict),
        ({"number": 1062}, _Said, _Said),
        ({"number": 1064}, _Said, _Said),
        ({"number": 1153}, Unreachable, Unreachable),
        ({"number": 1040}, Unreachable, Unreachable),
    ],
)
def test_each_trouble_has_its_own_error_and_a_bug_stays_a_bug(
    error: dict[str, Any], before: type[Exception], committing: type[Exception]
) -> None:
    raised = _Said(error.pop("number"), "said") if "number" in error else _Said("said")
    for name, value in error.items():
        setattr(raised, name, value)
    assert type(told(raised, "here")) is before
    assert type(told(raised, "here", committing=True)) is committing


def test_a_missing_table_is_a_bug_and_shows_nothing_of_what_was_written(url: str, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with opened(url) as storage:
        engine = sa.create_engine(Address.parse(url).url())
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {Address.parse(url).prefix}r_member")
        engine.dispose()
        with pytest.raises(sa.exc.DBAPIError, match="r_member") as bug:
            storage.commit(new("a", "m", body=SECRET.encode(), name=SECRET))
    assert SECRET not in said(bug.value) + caplog.text


def test_an_engine_that_tells_everything_tells_nothing_of_ours(app: Database, engine: sa.Engine) -> None:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("sqlalchemy.engine")
    logger.addHandler(handler)
    engine.echo = True
    try:
        with app.open("street") as storage:
            storage.prepare([MEMBER])
            storage.commit(new("a", "m", body=SECRET.encode(), name=SECRET))
            assert storage.find(Query("member", (Is("name", SECRET),)))[0].body == SECRET.encode()
    finally:
        logger.removeHandler(handler)
        engine.echo = False
    assert any("INSERT" in line for line in said)
    assert not any(SECRET in line for line in said)


# --- an outcome that is always known in the end ---------------------------------------------------------


def cut(storage: Storage, moment: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lose the connection of the next commit, once, at this moment of it; how often it came there."""
    times: list[int] = []
    family = storage._connections.family  # type: ignore[attr-defined]
    whole = getattr(family, moment)

    def lost(self: Session, *args: Any) -> Any:
        times.append(len(times))
        if len(times) > 1:
            return whole(self, *args)
        answer = whole(self, *args) if moment == "commit" else None
        if moment == "commit":
            self.committing = True
        _kill(self)
        self.bare("SELECT 1")
        return answer

    monkeypatch.setattr(family, moment, lost)
    return times


def _kill(session: Session) -> None:
    driver = session.connection.connection.driver_connection
    assert driver is not None
    if session.family == "postgresql":
        with psycopg.connect(driver.info.dsn) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (driver.info.backend_pid,))
    else:
        other = pymysql.connect(host=driver.host, port=driver.port, user="root")
        other.cursor().execute(f"KILL {driver.thread_id()}")
        other.close()


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    url = f"{request.getfixturevalue(request.param)}?prefix=c{os.getpid()}_"
    yield url
    clear(url)


@pytest.mark.parametrize("moment", ["insert", "update"])
def test_a_connection_lost_before_commit_is_made_anew_and_the_act_stands_once(
    server: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(server) as storage:
        storage.commit(new("a", "m"))
        batch = Batch(
            "b",
            [Fact()],
            {member("m"): 1, member("n"): 0},
            (),
            [Put(member("m"), {"name": "2"}), Put(member("n"))],
        )
        times = cut(storage, moment, monkeypatch)
        assert storage.commit(batch) == 2
        assert len(times) > 1
        assert [(one.ref.id, one.revision) for one in storage.find(Query("member"))] == [("m", 2), ("n", 2)]
        assert len(storage.journal(after=0, limit=9)) == 2


def test_a_connection_lost_while_committing_is_unknown_and_the_same_act_again_settles_it(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(server) as storage:
        cut(storage, "commit", monkeypatch)
        with pytest.raises(Unavailable):
            storage.commit(new("a", "m"))
        assert storage.commit(new("a", "m")) == 1
        assert storage.head() == 1


def test_a_pool_that_slept_through_a_restart_finds_its_server_again(server: str) -> None:
    with opened(server) as storage:
        storage.commit(new("a", "m"))
        with storage._connections.lend() as one, storage._connections.lend() as two:  # type: ignore[attr-defined]
            sleeping = [one, two]
            for session in sleeping:
                _kill(session)
            sleeping[0].open = sleeping[1].open = False
        assert [one.ref.id for one in storage.find(Query("member"))] == ["m"]
        assert storage.commit(new("b", "n")) == 2


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interruption_in_the_middle_writes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def interrupt(*_: object) -> None:
        raise interruption

    with opened(url) as storage:
        with monkeypatch.context() as patch:
            patch.setattr(type(storage), "_journal", interrupt)
            with pytest.raises(interruption):
                storage.commit(new("a", "m"))
        assert (storage.head(), storage.find(Query("member"))) == (0, [])
        assert storage.commit(new("a", "m")) == 1


def test_waiting_too_long_for_another_writer_is_crowded(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grassroots.plugins.sql.sessions.PATIENCE", 1)
    monkeypatch.setattr("grassroots.plugins.sql.connections.PATIENCE", 1)
    monkeypatch.setattr(FAMILIES["postgresql"].begin, "__defaults__", (1,))
    with opened(url) as storage, opened(url) as other:
        connections = other._connections  # type: ignore[attr-defined]
        with connections.lend() as session:
            session.begin()
            head = storage._base.head  # type: ignore[attr-defined]
            session.run(sa.select(head).where(head.c.net == storage._net).with_for_update())  # type: ignore[attr-defined]
            with pytest.raises(Conflict) as refused:
                storage.commit(new("a", "m"))
            assert (refused.value.code, refused.value.moved) == ("crowded", frozenset())
            assert storage.find(Query("member")) == []  # readers never wait
            session.end()
        assert storage.commit(new("a", "m")) == 1


# --- an app's own engine --------------------------------------------------------------------------------


def test_an_apps_engine_carries_a_whole_network(app: Database, engine: sa.Engine) -> None:
    with grassroots.open(storage=app.open, network="riverbend", zone="Asia/Shanghai") as network:
        desk = network.desk("steward:office")
        song = desk.members.register(name="宋怀远", phone="14400000001")
        assert desk.members.get(song.id).name == "宋怀远"
    assert app.networks() == ["riverbend"]
    with engine.connect() as connection:  # closing a network closes nothing of the app's
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    with grassroots.open(storage=app.open, network="riverbend") as network:
        assert network.desk("steward:office").members.get(song.id).name == "宋怀远"
    app.drop("riverbend")
    assert app.networks() == []


def test_an_address_and_a_storage_at_once_is_a_mistake(app: Database) -> None:
    with pytest.raises(BadInput) as refused:
        grassroots.open("memory:///x", storage=app.open)
    assert refused.value.code == "storage-twice"


def test_an_app_that_rolls_back_takes_no_act_with_it(app: Database, engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has one writer: the app would wait for itself")
    with app.open("street") as storage, engine.connect() as mine:
        storage.prepare([MEMBER])
        mine.execute(sa.text("SELECT 1"))
        assert storage.commit(new("a", "m")) == 1
        mine.rollback()
        assert storage.head() == 1
        assert mine.get_isolation_level() == engine.dialect.default_isolation_level


def test_connections_come_back_to_the_app_as_they_were(app: Database, engine: sa.Engine) -> None:
    with app.open("street") as storage:
        storage.prepare([MEMBER])
        for number in range(8):
            storage.commit(new(f"a{number}", f"m{number}"))
            storage.read([member("m0"), Ref("member", "none")])
            with pytest.raises(Conflict):
                storage.commit(new("b", "m0"))
        pool: Any = engine.pool
        assert pool.checkedout() == 0
        with engine.begin() as connection:  # a transaction of the app's still is one
            connection.execute(sa.text(f"CREATE TABLE {app._prefix}theirs (x INTEGER)"))
        with engine.connect() as connection:
            connection.execute(sa.text(f"INSERT INTO {app._prefix}theirs VALUES (1)"))
            connection.rollback()
            found = connection.execute(sa.text(f"SELECT count(*) FROM {app._prefix}theirs")).scalar()
            assert found == 0


def test_an_sqlite_engine_may_begin_by_itself_as_sqlalchemy_teaches(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/app.db")

    @sa.event.listens_for(engine, "connect")
    def plain(driver: Any, _: Any) -> None:
        driver.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    with Database(engine).open("street") as storage:
        storage.prepare([MEMBER])
        assert storage.commit(new("a", "m")) == 1
        assert [one.ref.id for one in storage.find(Query("member"))] == ["m"]
    engine.dispose()


@pytest.mark.parametrize("given", ["postgresql://host/town", None, object()])
def test_what_is_no_engine_is_refused_in_words(given: Any) -> None:
    with pytest.raises(BadInput) as refused:
        Database(given)
    assert refused.value.code == "storage-sql-engine"


def test_an_engine_of_another_driver_is_refused_in_words() -> None:
    class Other(sa.engine.default.DefaultDialect):
        name, driver = "oracle", "oracledb"

    engine = sa.create_engine("sqlite://")
    engine.dialect = Other()
    with pytest.raises(BadInput, match=r"oracle\+oracledb"):
        Database(engine)


@pytest.mark.in_clear(reason="helpers open the network by its address, and their keys by theirs")
def test_two_processes_verify_a_network_by_its_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grassroots.workspace.verifying.verifier.PART", 5)
    with grassroots.open(url, network="verified") as network:
        desk = network.desk("steward:office")
        for number in range(12):
            desk.members.register(name=f"甲{chr(0x4E00 + number)}")
        desk.seals.seal()
        ended = desk.seals.verify(workers=2)
        assert (ended.word, ended.facts["workers"]) == ("intact", 2)
        assert ended.facts == {**desk.seals.verify().facts, "workers": 2}


def test_networks_of_one_url_share_a_pool_and_the_last_one_closes_it(url: str) -> None:
    one, two = opened(url, "one"), opened(url, "two")
    engines = {id(storage._connections._parent) for storage in (one, two)}  # type: ignore[attr-defined]
    assert len(engines) == 1
    one.close()
    one.close()
    assert two.commit(new("a", "m")) == 1
    with pytest.raises(Closed):
        one.head()
    pool = two._connections._parent.pool  # type: ignore[attr-defined]
    two.close()
    assert pool.checkedin() in (0, 1)
    assert two._connections._parent.pool is not pool  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_opens_its_own_connections(url: str) -> None:
    with opened(url) as storage:
        storage.commit(new("a", "m"))
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if storage.commit(new("child", "c")) == 2 else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert storage.commit(new("b", "n")) == 3
        assert [one.ref.id for one in storage.find(Query("member"))] == ["c", "m", "n"]


# --- layout and migrations ------------------------------------------------------------------------------


def test_asking_for_networks_makes_nothing(url: str, engine: sa.Engine) -> None:
    before = sa.inspect(engine).get_table_names()  # other tests of this server have tables of their own
    assert sql.networks(url) == []
    sql.drop(url, "street")
    after = sa.inspect(engine).get_table_names()
    assert after == before
    assert [name for name in after if name.startswith(url.rpartition("prefix=")[2])] == []


def test_the_migrations_end_where_the_code_says_and_make_what_it_asks(url: str, engine: sa.Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "grassroots.plugins.sql:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]
    storage = opened(url)
    base = storage._base  # type: ignore[attr-defined]
    storage.close()
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": base.version_name,
                "include_name": lambda name, kind, _: kind != "table" or name in base.metadata.tables,
            },
        )
        assert compare_metadata(context, base.metadata) == []


def test_threads_may_make_several_databases_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite+pysqlite:///{tmp_path}/{number}.db" for number in range(4)] * 2
    together(*(lambda url=url: opened(url).close() for url in urls))
    assert [sql.networks(url) for url in urls] == [["street"]] * 8


def test_every_name_is_ours_and_the_apps_migrations_are_left_alone(url: str, engine: sa.Engine) -> None:
    prefix = Address.parse(url).prefix
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('theirs')"))
        before = set(sa.inspect(connection).get_table_names())
    opened(url).close()
    with engine.begin() as connection:
        made = set(sa.inspect(connection).get_table_names()) - before
        assert made
        assert all(name.startswith(prefix) for name in made)
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [
            "theirs"
        ]
        connection.execute(sa.text("DROP TABLE alembic_version"))


def test_the_network_is_the_first_column_of_every_key_and_index(url: str, engine: sa.Engine) -> None:
    prefix = Address.parse(url).prefix
    opened(url).close()
    looked = sa.inspect(engine)
    names = [name for name in looked.get_table_names() if name.startswith(prefix)]
    about_networks = [
        name for name in names if name.removeprefix(prefix) not in ("network", "version", "declared")
    ]
    assert len(about_networks) >= 6
    for name in about_networks:
        keys = [looked.get_pk_constraint(name)["constrained_columns"]]
        keys += [index["column_names"] for index in looked.get_indexes(name)]
        assert {key[0] for key in keys} == {"net"}, name


def test_tables_of_a_newer_version_are_refused_in_words(url: str, engine: sa.Engine) -> None:
    opened(url).close()
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {Address.parse(url).prefix}version SET version_num = '0999'"))
    for attempt in (lambda: sql.open_network(url, "street"), lambda: sql.networks(url)):
        with pytest.raises(Unreachable, match=r"layout 0999; this one knows 0001.*Update grassroots"):
            attempt()


def test_tables_of_another_program_are_left_alone(url: str, engine: sa.Engine) -> None:
    prefix = Address.parse(url).prefix
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {prefix}network (bookmark VARCHAR(9))"))
    with pytest.raises(Unreachable, match="another program"):
        sql.open_network(url, "street")
    assert [one["name"] for one in sa.inspect(engine).get_columns(f"{prefix}network")] == ["bookmark"]


def test_a_process_killed_while_it_made_tables_hinders_nobody(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where making a table is no part of a transaction, the next one finds half of them."""
    more = Kind("member", {**MEMBER.keys, "team": Key.TEXT, "badges": Key.WHOLES}, (("team", "age"),))
    opened(url).close()
    family = FAMILIES["sqlite" if url.startswith("sqlite") else url.partition(":")[0]]
    whole = family.make
    for after in range(1, 5):
        left = iter(range(after))

        def die(session: Session, statement: Any, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise MemoryError
            whole(session, statement)

        with monkeypatch.context() as patch:
            patch.setattr(family, "make", die)
            storage = sql.open_network(url, "street")
            with suppress(MemoryError):
                storage.prepare([more])
            storage.close()
    with opened(url, "street", more) as storage:
        storage.commit(new("a", "m", team="t", badges=(1, 2)))
        for condition in (Is("team", "t"), Includes("badges", 2)):
            assert [one.ref.id for one in storage.find(Query("member", (condition,)))] == ["m"]


def test_a_group_of_many_texts_is_indexed_as_far_as_an_index_holds(url: str) -> None:
    names = dict.fromkeys(("a", "b", "c", "d"), Key.TEXT)
    wide = Kind("wide", names, (("a", "b", "c"), ("a", "b", "d"), ("c", "d")))
    with opened(url, "street", wide) as storage:
        long = "𠮷" * 255
        ref = Ref("wide", "𠮷" * 64)
        storage.commit(Batch("a", [Fact((ref,))], {ref: 0}, (), [Put(ref, dict.fromkeys(names, long))]))
        where = [Is(name, long) for name in names]
        assert [one.ref for one in storage.find(Query("wide", where))] == [ref]


# --- answered well --------------------------------------------------------------------------------------


def filled(storage: Storage, amount: int = 3_000) -> None:
    for start in range(0, amount, 1_000):
        ids = [f"{n:05}" for n in range(start, min(start + 1_000, amount))]
        puts = [
            Put(member(id), {"name": f"n{int(id) % 97}", "age": int(id) % 90, "tags": (f"t{int(id) % 50}",)})
            for id in ids
        ]
        storage.commit(Batch(f"a{start}", [Fact()], {put.ref: 0 for put in puts}, (), puts))


def plan(storage: Storage, query: Query) -> str:
    from grassroots.plugins.sql import questions

    asked = storage._ready.tables["member"]  # type: ignore[attr-defined]
    with storage._connections.lend() as session:  # type: ignore[attr-defined]
        question = questions.find(asked, storage._net, query)  # type: ignore[attr-defined]
        text = str(question.compile(dialect=session.dialect, compile_kwargs={"literal_binds": True}))
        word = "EXPLAIN QUERY PLAN" if session.family == "sqlite" else "EXPLAIN"
        return "\n".join(str(tuple(row)) for row in session.bare(f"{word} {text.replace('%%', '%')}"))


def test_keys_declared_together_are_answered_from_their_index(url: str) -> None:
    with opened(url) as storage:
        filled(storage)
        together = schema._index(Address.parse(url).prefix, "i", "member", "name", "age")
        assert together in plan(storage, Query("member", (Is("name", "n3"), Is("age", 30))))
        members = plan(storage, Query("member", (Includes("tags", "t7"),), limit=20))
        assert "t_member" in members or "m0 USING PRIMARY KEY" in members  # SQLite says the alias


def test_statistics_follow_the_writing(url: str) -> None:
    with opened(url) as storage:
        filled(storage)
        prefix = Address.parse(url).prefix
        asked = {
            "postgresql": f"SELECT reltuples FROM pg_class WHERE relname = '{prefix}r_member'",
            "mysql": "SELECT table_rows FROM information_schema.tables"
            f" WHERE table_name = '{prefix}r_member'",
            "sqlite": f"SELECT count(*) FROM sqlite_stat1 WHERE tbl = '{prefix}r_member'",
        }
        with storage._connections.lend() as session:  # type: ignore[attr-defined]
            assert session.bare(asked[session.family]).scalar() > 0


@pytest.mark.parametrize("rows", [1, 19, 20, 21, 300])
def test_many_rows_at_once_are_as_few_one_by_one(url: str, rows: int) -> None:
    """Below and above the number from which a server gets them in another way."""
    odd = ["", "\t", "\\N", "\\", "'", '"', "\n", "𠮷", "%s", "a "]
    with opened(url) as storage:
        refs = [member(f"{n:03}") for n in range(rows)]
        keys = [
            {
                "name": odd[n % len(odd)],
                "age": None if n % 3 else -(2**63),
                "active": (None, True, False)[n % 3],
                "tags": (odd[n % len(odd)], "t"),
            }
            for n in range(rows)
        ]
        bodies = [bytes([n % 256]) * 3 + b"\0\\\xff" for n in range(rows)]
        for turn in range(3):
            base = turn * rows
            some = dict.fromkeys(refs, base)
            puts = [Put(ref, key, body) for ref, key, body in zip(refs, keys, bodies, strict=True)]
            facts = [Fact((ref,), body) for ref, body in zip(refs, bodies, strict=True)]
            assert storage.commit(Batch(f"a{turn}", facts, some, (), puts)) == base + rows
            keys.reverse()
        found = storage.find(Query("member"))
        assert [(one.ref, one.body, one.revision) for one in found] == [
            (ref, body, 3 * rows) for ref, body in zip(refs, bodies, strict=True)
        ]
        assert [dict(one.keys) for one in found] == keys[::-1]
        assert len(storage.find(Query("member", (Includes("tags", "t"),)))) == rows
        assert [one.fact.body for one in storage.journal(after=2 * rows, limit=1_000)] == bodies
        gone = Batch("z", [Fact()], dict.fromkeys(refs, 3 * rows), (), [Erase(ref) for ref in refs])
        storage.commit(gone)
        assert storage.find(Query("member", (Includes("tags", "t"),))) == []


def test_an_error_of_ours_is_never_an_error_of_a_driver(url: str) -> None:
    with opened(url) as storage, pytest.raises(BadInput):
        storage.commit(Batch("a", [Fact()], {Ref("nothing", "x"): 0}))
    assert issubclass(BadInput, GrassrootsError)


def test_a_layout_that_another_makes_between_the_question_and_the_look_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when many processes open a new database at once."""
    from grassroots.plugins.sql import making

    engine = sa.create_engine(f"sqlite:///{tmp_path / 'race.db'}")
    looked = making.sa.inspect
    made: list[bool] = []

    def while_another_makes_it(connection: Any) -> Any:
        if not made:
            made.append(True)
            Database(sa.create_engine(engine.url)).open("elsewhere").close()
        return looked(connection)

    monkeypatch.setattr(making.sa, "inspect", while_another_makes_it)
    with Database(engine).open("here") as storage:
        assert storage.head() == 0
    assert made == [True]
