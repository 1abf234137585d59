"""One network in a database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from json.encoder import encode_basestring_ascii
from typing import Any, final

import sqlalchemy as sa
from attrs import frozen

from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
    Fact,
    Key,
    KeyValue,
    Kind,
    Position,
    Prepared,
    Put,
    Query,
    Ref,
    Scalar,
    Storage,
    Stored,
    Tally,
    check_page,
    check_read,
)
from grassroots.errors import ActReused, Closed, Conflict, Corrupt, GrassrootsError
from grassroots.plugins.sql import making, questions
from grassroots.plugins.sql.connections import Connections
from grassroots.plugins.sql.schema import Base, KindTable, table_of
from grassroots.plugins.sql.sessions import Session
from grassroots.plugins.sql.troubles import duplicate

_FIRST_ANALYZE = 1_000
"""Rows written by one handle before it counts for the planner the first time; then at four times as many."""

_TRIES = 20

_BASES = 1_000
"""Bases compared in one statement."""


@final
@frozen
class _Ready:
    """What prepare made: replaced as a whole, so that readers need no lock."""

    prepared: Prepared
    tables: Mapping[str, KindTable]


@final
class SQLStorage(Storage):
    """One network in a database. Readers never wait; writers of one network follow each other.

    Commits of different networks share nothing: each locks the row of its own head, and nothing else.
    """

    def __init__(self, connections: Connections, base: Base, net: int) -> None:
        self._connections = connections
        self._base = base
        self._net = net
        self._ready = _Ready(Prepared(), {})
        self._written = 0
        self._analyze_at = _FIRST_ANALYZE
        self._touched: set[str] = set()

    def prepare(self, kinds: Sequence[Kind]) -> None:
        """Make tables, columns and indexes that are missing; never fill, never drop."""
        if self._connections.closed:
            raise Closed()
        prepared = self._ready.prepared.with_kinds(kinds)

        def made(session: Session) -> None:
            known, built = making.prepare(session, self._base, kinds)
            self._ready = _Ready(
                prepared,
                {
                    kind.name: table_of(self._base, kind, known.get(kind.name, {}))
                    for kind in prepared.kinds()
                },
            )
            with suppress(sa.exc.DBAPIError):
                session.analyze(built)

        for tried in range(_TRIES):
            try:
                self._connections.asked(made)
            except Conflict:  # another process, or another node of a cluster, makes the same
                if tried == _TRIES - 1:
                    raise
            else:
                return

    def read(self, refs: Collection[Ref]) -> Mapping[Ref, Stored]:
        """Those that exist; over several kinds in one read transaction, which is one moment."""
        ready = self._ready
        ids: dict[str, dict[str, None]] = defaultdict(dict)
        for ref in refs:
            ids[ref.kind][ref.id] = None

        def found(session: Session) -> list[Stored]:
            check_read(refs)
            for name in ids:
                ready.prepared.kind(name)
            if len(ids) > 1:
                session.begin_reading()
            rows: list[Stored] = []
            for name, wanted in ids.items():
                asked = ready.tables[name]
                statement = sa.select(*asked.columns).where(
                    asked.table.c.net == self._net, self._among(session, asked, wanted)
                )
                rows += asked.decode(session.run(statement))
            if len(ids) > 1:
                session.end()
            return rows

        return {one.ref: one for one in self._connections.asked(found)}

    def find(self, query: Query) -> Sequence[Stored]:
        """One statement, which is one moment."""
        ready = self._ready

        def found(session: Session) -> list[Stored]:
            ready.prepared.asked(query)
            asked = ready.tables[query.kind]
            return asked.decode(session.run(questions.find(asked, self._net, query)))

        return self._connections.asked(found)

    def bodies(self, query: Query) -> Sequence[tuple[str, bytes]]:
        """Two columns of one statement."""
        ready = self._ready

        def found(session: Session) -> Sequence[tuple[str, bytes]]:
            ready.prepared.asked(query)
            question = questions.bodies(ready.tables[query.kind], self._net, query)
            return [tuple(row) for row in session.run(question)]

        return self._connections.asked(found)

    def tally(
        self, query: Query, *, by: Sequence[str] = (), of: str | None = None
    ) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted by the server, as of one moment."""
        ready = self._ready

        def counted(session: Session) -> Sequence[Sequence[Any]] | None:
            ready.prepared.tallied(query, by, of)
            statement = questions.tally(ready.tables[query.kind], self._net, query, by, of)
            try:
                return session.run(statement).all()
            except sa.exc.OperationalError as error:
                if "integer overflow" not in str(error.orig):
                    raise
                return None

        rows = self._connections.asked(counted)
        if rows is None:
            # SQLite sums in 64 bits and says so; Python has no such end.
            return super().tally(query, by=by, of=of)
        return {tuple(group): Tally(count, int(total)) for *group, count, total in rows if count}

    def commit(self, batch: Batch) -> Position:
        """See the contract; everything that needs no lock is done before taking it."""
        ready = self._ready
        if self._connections.closed:
            raise Closed()
        settled = ready.prepared.settled(batch)
        position = self._connections.asked(lambda session: self._commit(session, ready, batch, settled))
        self._keep_house(ready, batch)
        return position

    def _commit(
        self,
        session: Session,
        ready: _Ready,
        batch: Batch,
        settled: Mapping[Ref, dict[str, KeyValue]],
        *,
        trusting: bool = True,
    ) -> Position:
        base, net = self._base, self._net
        session.begin()
        head = session.run(
            sa.select(base.head.c.position).where(base.head.c.net == net).with_for_update()
        ).scalar()
        if head is None:
            raise Closed()  # dropped meanwhile
        # Asked after the lock and not with it: only a statement that begins now sees what was committed
        # while this one waited.
        known = session.run(
            sa.select(base.batch.c.position, base.batch.c.digest).where(
                base.batch.c.net == net, base.batch.c.id == batch.id
            )
        ).first()
        if known is not None:
            session.end()
            if known.digest != batch.digest:
                raise ActReused(act=batch.id)
            return int(known.position)
        # What has to be new is found out by writing it: its id is unique. All else is compared first.
        self._compare(session, ready, batch, new=not trusting)
        position = int(head) + len(batch.facts)
        try:
            self._write(session, ready, batch, settled, position)
        except Exception as error:
            if not trusting or not duplicate(error):
                raise
            session.end()
            # Once more, to say exactly what moved; or to write it, if what stood in the way is gone.
            return self._commit(session, ready, batch, settled, trusting=False)
        self._journal(session, batch, head)
        session.run(
            sa.insert(base.batch),
            {"net": net, "id": batch.id, "digest": batch.digest, "position": position},
        )
        session.run(sa.update(base.head).where(base.head.c.net == net).values(position=position))
        session.commit()
        return position

    def _among(self, session: Session, asked: KindTable, ids: Collection[str]) -> sa.ColumnElement[bool]:
        column = asked.table.c.id
        return column == next(iter(ids)) if len(ids) == 1 else session.among(column, ids)

    def _compare(self, session: Session, ready: _Ready, batch: Batch, *, new: bool) -> None:
        """Conflict if a base or an answer moved; with ``new``, also of what is put for the first time."""
        bases: dict[str, dict[str, Position]] = defaultdict(dict)
        put = () if new else {write.ref for write in batch.writes if isinstance(write, Put)}
        for ref, base in batch.based_on.items():
            if base or ref not in put:
                bases[ref.kind][ref.id] = base
        moved = []
        for name, wanted in bases.items():
            asked = ready.tables[name]
            table, ids = asked.table, list(wanted)
            now: dict[str, Position] = {}
            for start in range(0, len(ids), _BASES):
                some = self._among(session, asked, ids[start : start + _BASES])
                rows = session.run(
                    sa.select(table.c.id, table.c.revision).where(table.c.net == self._net, some)
                )
                now.update((row[0], row[1]) for row in rows)
            moved += [Ref(name, id) for id, base in wanted.items() if now.get(id, 0) != base]
        changed = []
        for seen in batch.seen:
            statement = questions.shown(ready.tables[seen.query.kind], self._net, seen.query, len(seen.rows))
            if tuple(tuple(row) for row in session.run(statement)) != seen.rows:
                changed.append(seen.query)
        if moved or changed:
            if put:
                self._compare(session, ready, batch, new=True)  # all of it is named
            raise Conflict(frozenset(moved), tuple(changed))

    def _write(
        self,
        session: Session,
        ready: _Ready,
        batch: Batch,
        settled: Mapping[Ref, dict[str, KeyValue]],
        position: Position,
    ) -> None:
        """Each kind's writes together. The bases were compared, so a base of 0 is certainly new."""
        net = self._net
        kinds: dict[str, list[Put | Erase]] = defaultdict(list)
        for write in batch.writes:
            kinds[write.ref.kind].append(write)
        for name, writes in kinds.items():
            asked = ready.tables[name]
            old = [write.ref.id for write in writes if batch.based_on[write.ref]]
            for side in asked.sides.values():
                session.erase(side, net, old)
            new: list[dict[str, Any]] = []
            changed: list[dict[str, Any]] = []
            members: dict[Key, list[dict[str, Any]]] = defaultdict(list)
            for write in writes:
                if isinstance(write, Erase):
                    continue
                keys, id = settled[write.ref], write.ref.id
                row = asked.row(net, id, position, write.body, keys)
                (changed if batch.based_on[write.ref] else new).append(row)
                if asked.tuples:
                    for key, member in asked.members(net, id, keys):
                        members[key].append(member)
            if new:
                session.insert(asked.table, new)
            if changed:
                session.update(asked.table, changed)
            for key, rows in members.items():
                session.insert(asked.sides[key], rows)
            gone = [write.ref.id for write in writes if isinstance(write, Erase)]
            session.erase(asked.table, net, gone)

    def _journal(self, session: Session, batch: Batch, head: Position) -> None:
        net, facts, about = self._net, [], []
        for position, fact in enumerate(batch.facts, head + 1):
            refs = [(ref.kind, ref.id) for ref in fact.about]
            written = ",".join([f'["{kind}",{encode_basestring_ascii(id)}]' for kind, id in refs])
            facts.append(
                {
                    "net": net,
                    "position": position,
                    "batch": batch.id,
                    "about": f"[{written}]",
                    "body": fact.body,
                }
            )
            about += [
                {"net": net, "kind": kind, "id": id, "position": position} for kind, id in dict.fromkeys(refs)
            ]
        session.insert(self._base.journal, facts)
        if about:
            session.insert(self._base.about, about)

    def journal(self, *, after: Position, limit: int, about: Ref | None = None) -> Sequence[Entry]:
        """One statement, by the primary key or by the index of what facts are about."""
        journal, index = self._base.journal, self._base.about
        statement = sa.select(journal.c.position, journal.c.batch, journal.c.about, journal.c.body)
        if about is None:
            statement = statement.where(journal.c.net == self._net, journal.c.position > after)
        else:
            statement = statement.join_from(
                index, journal, sa.and_(journal.c.net == index.c.net, journal.c.position == index.c.position)
            ).where(
                index.c.net == self._net,
                index.c.kind == about.kind,
                index.c.id == about.id,
                index.c.position > after,
            )
        order = journal.c.position if about is None else index.c.position

        def found(session: Session) -> Sequence[Sequence[Any]]:
            check_page(after, limit)
            return session.run(statement.order_by(order).limit(limit)).all()

        rows = self._connections.asked(found)
        try:
            return [
                Entry(position, batch, Fact([Ref(kind, id) for kind, id in json.loads(refs)], body))
                for position, batch, refs, body in rows
            ]
        except (TypeError, ValueError) as error:
            raise Corrupt(where=self._base.journal.name) from error

    def head(self) -> Position:
        """The head row of this network."""
        head = self._base.head
        statement = sa.select(head.c.position).where(head.c.net == self._net)
        found = self._connections.asked(lambda session: session.run(statement).scalar())
        if found is None:
            raise Closed()  # dropped meanwhile
        return int(found)

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """By the primary key of batches."""
        batch, wanted = self._base.batch, list(ids)
        statement = sa.select(batch.c.id, batch.c.digest).where(
            batch.c.net == self._net, batch.c.digest != "", batch.c.id.in_(wanted)
        )
        rows = self._connections.asked(lambda session: session.run(statement).all())
        return {row.id: row.digest for row in rows}

    def close(self) -> None:
        """Count once more for the planner if much was written, then let go of the database."""
        if not self._connections.closed and self._written >= _FIRST_ANALYZE:
            self._analyze(self._ready)
        self._connections.close()

    def _keep_house(self, ready: _Ready, batch: Batch) -> None:
        self._written += len(batch.writes)
        self._touched.update(write.ref.kind for write in batch.writes)
        if self._written >= self._analyze_at:
            self._analyze_at = self._written * 4
            self._analyze(ready)

    def _analyze(self, ready: _Ready) -> None:
        """Best effort: what was committed stands, so nothing here may make it look refused."""
        touched, self._touched = self._touched, set()
        tables = [self._base.journal, self._base.about]
        for name in touched & ready.tables.keys():
            tables += [ready.tables[name].table, *ready.tables[name].sides.values()]
        with suppress(GrassrootsError, sa.exc.SQLAlchemyError), self._connections.lend() as session:
            session.analyze(tables)
