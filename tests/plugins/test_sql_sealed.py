"""A sealed network on a database server: the server sees no mark, and a desk sees everything as in a file."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from tests.marks import Marker, plant, seen
from tests.plugins.test_sql import clear
from tests.sealed import NEW, OLD, keys
from tests.usecases.outbox.test_outbox import notice
from tests.workspace.sealing.test_turning import left_behind

import grassroots
from grassroots.errors import Locked
from grassroots.network import Network
from grassroots.plugins.sql.addresses import Address
from grassroots.usecases.erasing import erase_person

PEOPLE = 30
NAME, PHONE = "密春人", "14499998888"


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    found = f"{request.getfixturevalue(request.param)}?prefix=s{os.getpid()}_"
    yield found
    clear(found)


def opened(url: str, text: str | None = f"k1:{OLD}", **more: object) -> Network:
    return grassroots.open(url, network="town", keys=None if text is None else keys(text), **more)  # type: ignore[arg-type]


def everything(url: str) -> bytes:
    """Every row of every table, as a thief of the server's disk would read them."""
    address, found = Address.parse(url), list[str]()
    engine = sa.create_engine(address.url())
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            if name.startswith(address.prefix):
                for row in connection.exec_driver_sql(f"SELECT * FROM {name}"):
                    found += [_text(value) for value in row]
    engine.dispose()
    return "\n".join(found).encode()


def _text(value: object) -> str:
    raw = bytes(value) if isinstance(value, (bytes, memoryview)) else None
    return str(value) if raw is None else raw.decode("utf-8", "replace")


@pytest.mark.in_clear(reason="shows that the search would find them, and seals what stands")
def test_a_server_that_saw_a_network_in_clear_does_not_any_more_once_it_is_sealed(url: str) -> None:
    marker = Marker()
    with opened(url, None) as network:
        desk = network.desk("steward:office")
        for number in range(PEOPLE):
            desk.members.register(name=f"{NAME}{number}", phone=PHONE)
        plant(desk.seat, marker, 1, {})
        desk.outbox.add(notice("n1", values={"name": NAME}))
    seen_before = everything(url)
    assert len(seen(marker.made, seen_before)) == len(marker.made) >= 30
    assert NAME.encode() in seen_before
    told: list[tuple[int, int]] = []
    with opened(url, progress=lambda done, of: told.append((done, of))) as network:
        assert told[-1][0] == told[-1][1] >= PEOPLE
        desk = network.desk("steward:office")
        assert left_behind(desk.seat) == []
        assert len(desk.members.named(f"{NAME}7")) == 1
        assert [one.notice.values["name"] for one in desk.outbox.all()] == [NAME]
        now = everything(url)
        assert seen(marker.made, now) == []
        assert NAME.encode() not in now
        assert PHONE.encode() not in now


@pytest.mark.in_clear(reason="opens with its own keys, and with none")
def test_keys_are_turned_and_a_person_is_erased_on_a_server(url: str) -> None:
    marker = Marker()
    with opened(url) as network:
        desk = network.desk("steward:office")
        people = [desk.members.register(name=f"{NAME}{number}", phone=PHONE) for number in range(5)]
        plant(desk.seat, marker, 1, {"M1": people[0].id, "M2": people[1].id})
        assert len(marker.made) >= 30
        assert seen(marker.made, everything(url)) == []
    with opened(url, f"k2:{NEW} k1:{OLD}") as network:
        desk = network.desk("steward:office")
        desk.keys.turn()
        desk.keys.turn_search()
        assert left_behind(desk.seat) == []
        erase_person(desk.seat, people[0].id, ground="asked")
        assert desk.members.get(people[0].id).name == "***"
        assert [one.id for one in desk.members.named(f"{NAME}3")] == [people[3].id]
        assert desk.seals.verify().findings == ()
    with opened(url, f"k2:{NEW}") as network:
        assert network.desk("steward:office").members.get(people[4].id).phone == PHONE
    for text, code in ((None, "keys-wanted"), (f"k2:{OLD}", "key-wrong"), (f"k1:{OLD}", "key-missing")):
        with pytest.raises(Locked) as refused:
            opened(url, text)
        assert refused.value.code == code
