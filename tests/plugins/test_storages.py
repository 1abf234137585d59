"""The promises of a storage, each a test with its name, run over every built-in storage.

A storage plugin of anybody passes the same class: subclass :class:`StoragePromises` and write ``url``.
"""

from __future__ import annotations

from pathlib import Path

from tests.plugins.storage_records import RecordPromises
from tests.plugins.storage_sharing import SharingPromises
from tests.plugins.storage_writing import WritingPromises

from grassroots.plugins import memory, sqlite


class StoragePromises(RecordPromises, WritingPromises, SharingPromises):
    """What every storage promises."""


class TestMemory(StoragePromises):
    offer = next(iter(memory.grassroots_storages()))

    def url(self, location: Path) -> str:
        return f"memory:///{location}"


class TestSQLite(StoragePromises):
    offer = next(iter(sqlite.grassroots_storages()))

    def url(self, location: Path) -> str:
        return f"sqlite:///{location}/network.db"
