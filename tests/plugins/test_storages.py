"""The built-in storages keep every promise of the kit, in the few lines that anybody writes."""

from pathlib import Path

from grassroots.plugins import memory, sqlite
from grassroots.testing.storage import StorageConformance


class TestMemory(StorageConformance):
    offer = next(iter(memory.grassroots_storages()))
    address = "memory:///{location}"
    not_durable = "it is gone with the process, as it says"


class TestSQLite(StorageConformance):
    offer = next(iter(sqlite.grassroots_storages()))
    address = "sqlite:///{location}/kit.db"

    def files(self, location: Path) -> list[Path]:
        return [location / f"kit.db{end}" for end in ("", "-wal", "-journal")]
