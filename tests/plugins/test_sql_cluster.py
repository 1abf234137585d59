"""Three nodes of a real cluster, each of which writes: no acknowledged act is lost, whatever dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from tests.servers import load
from tests.servers.load import Writer, opened, told
from tests.servers.mariadb import Galera

import grassroots
from grassroots.contracts.storage import Batch, Fact, Is, Put, Query, Ref, Seen, Storage
from grassroots.errors import Conflict
from grassroots.plugins import sql
from grassroots.testing.storage import StorageConformance

pytestmark = pytest.mark.slow

OFFERS = {offer.scheme: offer for offer in sql.grassroots_storages()}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Galera]:
    cluster = Galera()
    yield cluster
    cluster.remove()


def under_load(cluster: Galera, network: str, meanwhile: Callable[[], None], *, hot: int = 5) -> list[Writer]:
    """A writer on every node, each with the others to fall back on; then every node is asked."""
    writing = [cluster.url(n, (n + 1) % 3, (n + 2) % 3) for n in range(3)]
    asking = [cluster.url(n) for n in range(3)]
    return load.under_load(network, meanwhile, writing=writing, asking=asking, hot=hot)


def test_the_nodes_open_one_network_at_once(cluster: Galera) -> None:
    """Nobody's lock reaches another node: tables, keys and the network itself are made thrice at once."""
    made: list[Storage] = []
    failures: list[BaseException] = []

    def enter(number: int) -> None:
        try:
            made.append(opened(cluster.url(number), "together"))
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=enter, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    for number, storage in enumerate(made):
        ref = Ref("count", f"{number}")
        assert storage.commit(Batch(f"a{number}", [Fact()], {ref: 0}, (), [Put(ref)])) == number + 1
        storage.close()
    assert [sql.networks(cluster.url(number)) for number in range(3)] == [["together"]] * 3


def test_writers_on_all_nodes_lose_no_update(cluster: Galera, capsys: Any) -> None:
    for hot in (1, 20):
        writers = under_load(cluster, f"hot{hot}", lambda: time.sleep(5), hot=hot)
        told(f"{hot} hot records, 3 nodes, 5 s", writers, capsys)
        assert all(writer.acknowledged for writer in writers)


def test_what_was_acknowledged_on_one_node_is_seen_at_once_on_every_other(cluster: Galera) -> None:
    storages = [opened(cluster.url(number), "fresh") for number in range(3)]
    for turn in range(150):
        ref = Ref("count", f"{turn:03}")
        here, there = storages[turn % 3], storages[(turn + 1) % 3]
        position = here.commit(Batch(f"a{turn}", [Fact((ref,))], {ref: 0}, (), [Put(ref, {"day": turn})]))
        assert there.head() == position
        assert [one.revision for one in there.find(Query("count", (Is("day", turn),)))] == [position]
        assert there.commit(Batch(f"a{turn}", [Fact((ref,))], {ref: 0}, (), [Put(ref)])) == position
    for storage in storages:
        storage.close()


def test_of_many_who_saw_an_empty_place_on_different_nodes_one_gets_it(cluster: Galera) -> None:
    storages = [opened(cluster.url(number), "places") for number in range(3)]
    for day in range(40):
        place = Query("count", (Is("place", "gate"), Is("day", day)))
        taken: list[int] = []
        queries: list[tuple[Query, ...]] = []

        def take(
            number: int,
            place: Query = place,
            day: int = day,
            taken: list[int] = taken,
            queries: list[tuple[Query, ...]] = queries,
        ) -> None:
            mine, ref = storages[number], Ref("count", f"{day}-{number}")
            while not (found := mine.find(place)):
                batch = Batch(
                    f"take{day}-{number}",
                    [Fact()],
                    {ref: 0},
                    [Seen.of(place, found)],
                    [Put(ref, {"place": "gate", "day": day})],
                )
                try:
                    mine.commit(batch)
                    taken.append(number)
                except Conflict as refused:
                    queries.append(refused.queries)

        threads = [Thread(target=take, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(taken) == 1, f"day {day}: {taken}"
        assert set(queries) <= {(place,), ()}
        assert len(storages[0].find(place)) == 1
    for storage in storages:
        storage.close()


def test_a_node_killed_under_load_costs_nobody_an_act_and_comes_back(cluster: Galera, capsys: Any) -> None:
    def lose_one() -> None:
        time.sleep(2)
        cluster.nodes[1].kill()
        time.sleep(6)
        cluster.start(1)
        time.sleep(2)

    writers = under_load(cluster, "one-lost", lose_one)
    told("one node killed and brought back", writers, capsys)
    assert all(writer.acknowledged for writer in writers)


def test_all_nodes_killed_under_load_come_back_with_every_act(cluster: Galera, capsys: Any) -> None:
    def lose_all() -> None:
        time.sleep(3)
        for node in cluster.nodes:
            node.kill()
        cluster.restart_all()
        time.sleep(3)

    writers = under_load(cluster, "all-lost", lose_all)
    told("all nodes killed and recovered", writers, capsys)
    assert sum(len(writer.acknowledged) for writer in writers) > 0


def test_a_network_is_opened_by_an_address_of_which_the_first_hosts_are_gone(cluster: Galera) -> None:
    url = cluster.url(0, 1, 2).replace("@", "@127.0.0.1:1,", 1)
    with grassroots.open(url, network="riverbend") as network:
        song = network.desk("steward:office").members.register(name="宋怀远")
    with grassroots.open(cluster.url(2), network="riverbend") as network:
        assert network.desk("steward:office").members.get(song.id).name == "宋怀远"
    sql.drop(url, "riverbend")
    assert "riverbend" not in sql.networks(cluster.url(1))


class TestCluster(StorageConformance):
    """The kit, by an address of three nodes."""

    offer = OFFERS["mariadb"]

    @pytest.fixture(autouse=True)
    def server(self, cluster: Galera) -> None:
        type(self).address = cluster.url(0, 1, 2)
