"""Database servers keep every promise of the kit, in the few lines that anybody writes."""

import pytest

from grassroots.plugins import sql
from grassroots.testing.storage import StorageConformance

OFFERS = {offer.scheme: offer for offer in sql.grassroots_storages()}


class TestSQLAlchemySQLite(StorageConformance):
    offer = OFFERS["sqlite+pysqlite"]
    address = "sqlite+pysqlite:///{location}/kit.db"


class TestPostgreSQL(StorageConformance):
    offer = OFFERS["postgresql"]

    @pytest.fixture(autouse=True)
    def server(self, postgresql: str) -> None:
        type(self).address = postgresql


class TestMariaDB(StorageConformance):
    offer = OFFERS["mariadb"]

    @pytest.fixture(autouse=True)
    def server(self, mariadb: str) -> None:
        type(self).address = mariadb
