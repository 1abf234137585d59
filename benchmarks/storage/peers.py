"""Two ORMs, peewee and an event store: each the way its own documentation writes many rows quickly."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from benchmarks.storage.duties import INDEXES
from grassroots.domain.duty import DutyStatus


class Peer(Protocol):
    """One library with its own file."""

    name: str

    def fresh(self, path: Path) -> None:
        """A new file with the table and the indexes; WAL, synchronous=FULL."""

    def write(self, values: Sequence[dict[str, Any]]) -> None:
        """One transaction from plain values."""

    def read(self) -> list[Any]:
        """All of them as this library's objects."""

    def read_one(self, id: str) -> Any:
        """One of them, as a new request would ask for it."""


def _derived(one: dict[str, Any]) -> dict[str, Any]:
    left, arrived = one["left"], one["arrived"]
    return {
        "month": one["day"].isoformat()[:7],
        "minutes": (left - arrived).seconds // 60 if left else None,
        "left_at": left.replace(tzinfo=None) if left else None,
        "arrived": arrived.replace(tzinfo=None) if arrived else None,
        "notice_at": one["notice_at"].replace(tzinfo=None) if one["notice_at"] else None,
    }


def rows(values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the ORMs take them: moments without a zone, which is their quick way."""
    made = []
    for one in values:
        row = {**one, **_derived(one)}
        del row["left"]
        made.append(row)
    return made


class SQLAlchemy:
    """SQLAlchemy ORM, ``add_all``."""

    name = "SQLAlchemy ORM"

    def __init__(self) -> None:
        from sqlalchemy import Date, DateTime, Enum, Index, Integer, String
        from sqlalchemy.orm import DeclarativeBase, mapped_column

        class Base(DeclarativeBase):
            pass

        class Duty(Base):
            __tablename__ = "duty"
            id = mapped_column(String(64), primary_key=True)
            shift = mapped_column(String(64))
            station = mapped_column(String(64))
            day = mapped_column(Date)
            member = mapped_column(String(64))
            status = mapped_column(Enum(DutyStatus))
            arrived = mapped_column(DateTime, nullable=True)
            left_at = mapped_column(DateTime, nullable=True)
            notice_at = mapped_column(DateTime, nullable=True)
            reason = mapped_column(String(64), nullable=True)
            covers = mapped_column(String(64), nullable=True)
            despite = mapped_column(String(64), nullable=True)
            month = mapped_column(String(7))
            minutes = mapped_column(Integer, nullable=True)
            __table_args__ = tuple(Index(f"i_{'_'.join(one)}", *one, "id") for one in INDEXES)

        self.base, self.model, self.engine = Base, Duty, None

    def fresh(self, path: Path) -> None:
        from sqlalchemy import create_engine, event

        if self.engine is not None:
            self.engine.dispose()
        self.engine: Any = create_engine(f"sqlite:///{path}")

        @event.listens_for(self.engine, "connect")
        def _settings(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

        self.base.metadata.create_all(self.engine)

    def write(self, values: Sequence[dict[str, Any]]) -> None:
        from sqlalchemy.orm import Session

        with Session(self.engine) as session:
            session.add_all([self.model(**row) for row in rows(values)])
            session.commit()

    def read(self) -> list[Any]:
        from sqlalchemy import select
        from sqlalchemy.orm import Session

        question = select(self.model).order_by(self.model.id).execution_options(yield_per=1000)
        with Session(self.engine) as session:
            return list(session.scalars(question))

    def read_one(self, id: str) -> Any:
        from sqlalchemy.orm import Session

        with Session(self.engine) as session:
            return session.get(self.model, id)


class Django:
    """Django ORM, ``bulk_create``."""

    name = "Django ORM"

    def __init__(self) -> None:
        import django
        from django.conf import settings

        if not settings.configured:
            settings.configure(
                DATABASES={
                    "default": {
                        "ENGINE": "django.db.backends.sqlite3",
                        "NAME": ":memory:",
                        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"},
                    }
                },
                USE_TZ=False,
                INSTALLED_APPS=[],
            )
            django.setup()
        from django.db import connection, models

        def text(longest: int, *, null: bool = False) -> Any:
            return models.CharField(max_length=longest, null=null)

        class Duty(models.Model):
            id = models.CharField(max_length=64, primary_key=True)
            shift, station, member = text(64), text(64), text(64)
            day = models.DateField()
            status = models.CharField(max_length=16)
            arrived = models.DateTimeField(null=True)
            left_at = models.DateTimeField(null=True)
            notice_at = models.DateTimeField(null=True)
            reason, covers, despite = text(64, null=True), text(64, null=True), text(64, null=True)
            month = text(7)
            minutes = models.IntegerField(null=True)

            class Meta:
                app_label = "bench"
                indexes = tuple(
                    models.Index(fields=[*one, "id"], name=f"d_{'_'.join(one)}") for one in INDEXES
                )

        self.model, self.connection = Duty, connection

    def fresh(self, path: Path) -> None:
        self.connection.close()
        self.connection.settings_dict["NAME"] = str(path)
        with self.connection.schema_editor() as editor:
            editor.create_model(self.model)

    def write(self, values: Sequence[dict[str, Any]]) -> None:
        from django.db import transaction

        with transaction.atomic():
            self.model.objects.bulk_create([self.model(**row) for row in rows(values)])

    def read(self) -> list[Any]:
        return list(self.model.objects.order_by("id").iterator(chunk_size=1000))

    def read_one(self, id: str) -> Any:
        return self.model.objects.get(id=id)


class Peewee:
    """peewee, ``bulk_create``."""

    name = "peewee"

    def __init__(self) -> None:
        import peewee

        self.database = peewee.SqliteDatabase(None, pragmas={"journal_mode": "wal", "synchronous": "full"})

        class Duty(peewee.Model):  # type: ignore[misc]
            id = peewee.CharField(primary_key=True)
            shift, station, member = peewee.CharField(), peewee.CharField(), peewee.CharField()
            day = peewee.DateField()
            status = peewee.CharField()
            arrived = peewee.DateTimeField(null=True)
            left_at = peewee.DateTimeField(null=True)
            notice_at = peewee.DateTimeField(null=True)
            reason = peewee.CharField(null=True)
            covers = peewee.CharField(null=True)
            despite = peewee.CharField(null=True)
            month = peewee.CharField()
            minutes = peewee.IntegerField(null=True)

            class Meta:
                database = self.database
                indexes = tuple(((*one, "id"), False) for one in INDEXES)

        self.model = Duty

    def fresh(self, path: Path) -> None:
        if self.database.database is not None:
            self.database.close()
        self.database.init(str(path))
        self.database.connect()
        self.database.create_tables([self.model])

    def write(self, values: Sequence[dict[str, Any]]) -> None:
        with self.database.atomic():
            self.model.bulk_create([self.model(**row) for row in rows(values)], batch_size=500)

    def read(self) -> list[Any]:
        return list(self.model.select().order_by(self.model.id).iterator())

    def read_one(self, id: str) -> Any:
        return self.model.get_by_id(id)


class EventSourcing:
    """The eventsourcing library: an aggregate a duty, its first event in the library's own SQLite tables."""

    name = "eventsourcing"

    def __init__(self) -> None:
        from eventsourcing.application import Application
        from eventsourcing.domain import Aggregate, event

        class Duty(Aggregate):
            @event("Assigned")
            def __init__(self, values: dict[str, Any]) -> None:
                self.values = values

        self.aggregate, self.application_class, self.application = Duty, Application, None
        self.ids: dict[str, Any] = {}
        sys.modules[__name__].__dict__["Duty"] = Duty  # the library looks an aggregate up by its module

    def fresh(self, path: Path) -> None:
        if self.application is not None:
            self.application.close()
        self.ids.clear()
        environment = {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "SQLITE_LOCK_TIMEOUT": "10",
        }
        self.application: Any = self.application_class(env=environment)

    def write(self, values: Sequence[dict[str, Any]]) -> None:
        made = []
        for one in values:
            plain = {
                name: value.isoformat() if hasattr(value, "isoformat") else value and str(value)
                for name, value in one.items()
            }
            duty = self.aggregate(plain)
            self.ids[one["id"]] = duty.id
            made.append(duty)
        self.application.save(*made)

    def read(self) -> list[Any]:
        return [self.application.repository.get(id) for id in self.ids.values()]

    def read_one(self, id: str) -> Any:
        return self.application.repository.get(self.ids[id])


@cache
def all_peers() -> list[Peer]:
    return [SQLAlchemy(), Django(), Peewee(), EventSourcing()]
