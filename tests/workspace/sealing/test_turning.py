"""Turning keys: sealing what stands, and new keys for old ones, broken off at every place on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.sealed import NEW, OLD, bodies, everything, files_of, hits, keys, plant

import grassroots
from grassroots.contracts.storage import Batch, Query, Storage, walk
from grassroots.domain.member import Member
from grassroots.network import Network
from grassroots.workspace.office import Seat
from grassroots.workspace.sealing import HEADER
from grassroots.workspace.sealing.sealing import key_of
from grassroots.workspace.turning import finish, turn_index, turn_master

pytestmark = pytest.mark.in_clear(reason="seals its networks itself, and says with which keys")

BOTH = f"k2:{NEW} k1:{OLD}"


class Killed(BaseException):
    """The process ends here."""


def opened(url: str, keys_: str | None = None) -> Network:
    return grassroots.open(url, network="test", keys=None if keys_ is None else keys(keys_))


def filled(network: Network, acts: int = 30) -> dict[str, str]:
    """People in acts of one to three, so that there are rings of several sizes; their names by id."""
    desk = network.desk("steward:o")
    for number in range(acts):
        member = desk.members.register(name=f"林小{chr(0x4E00 + number)}", phone=f"144{number:08d}")
        if number % 3 == 0:
            desk.members.correct(member.id, phone=f"145{number:08d}")
    plant(desk.seat, 1)
    return {member.id: member.name for member in desk.members.all(status=None)}


def left_behind(seat: Seat) -> list[str]:
    """What is not sealed, or under a key of before."""
    office = seat.office
    assert office.sealing is not None
    header = office.sealing.header
    found = []
    for spec, stored in bodies(office):
        if spec.sealed and key_of(stored.body) is None:
            record = office.decode(spec, stored).record
            from grassroots.domain.fields import blanked

            if blanked(record) != record:
                found.append(f"{stored.ref} is not sealed")
        for name in spec.hidden:
            values = stored.keys[name]
            for value in values if isinstance(values, tuple) else (values,):
                if value and not str(value).startswith(f"{header.index}~"):
                    found.append(f"{stored.ref} has {name} of another key")
    for stored in walk(office.storage, Query("keyring")):
        if stored.ref != HEADER and stored.keys["master"] != header.master:
            found.append(f"{stored.ref} hangs on another master")
    if header.former is not None or len(header.masters) > 1:
        found.append("the header says that something is left")
    return found


def test_a_network_that_stands_is_sealed_by_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url) as network:
        names = filled(network)
        planted = plant(network.desk("steward:o").seat, 2)
        marks = [*names.values(), *(mark for some in planted.values() for mark in some)]
        histories = len(network.desk("steward:o").members.history(next(iter(names))))
    assert hits(marks, files_of(tmp_path))
    with opened(url, f"k1:{OLD}") as network:
        desk = network.desk("steward:o")
        assert left_behind(desk.seat) == []
        now = {member.id: member.name for member in desk.members.all(status=None)}
        assert {id_: now[id_] for id_ in names} == names
        assert len(desk.members.history(next(iter(names)))) == histories
        assert desk.seals.verify().findings == ()
    assert hits(marks, files_of(tmp_path)) == []


class Failing(Storage):
    """Ends the process before or after the n-th batch."""

    def __init__(self, below: Storage, at: int, *, after: bool) -> None:
        self.below, self.at, self.after, self.count = below, at, after, 0

    def commit(self, batch: Batch) -> int:
        self.count += 1
        if self.count == self.at and not self.after:
            raise Killed
        position = self.below.commit(batch)
        if self.count == self.at:
            raise Killed
        return position

    def prepare(self, kinds):  # type: ignore[no-untyped-def]
        self.below.prepare(kinds)

    def read(self, refs):  # type: ignore[no-untyped-def]
        return self.below.read(refs)

    def find(self, query):  # type: ignore[no-untyped-def]
        return self.below.find(query)

    def journal(self, *, after, limit, about=None):  # type: ignore[no-untyped-def]
        return self.below.journal(after=after, limit=limit, about=about)

    def head(self) -> int:
        return self.below.head()

    def close(self) -> None:
        self.below.close()


TURNS = {"master": turn_master, "index": turn_index}


@pytest.mark.parametrize("what", ["master", "index"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_turn_that_is_broken_off_at_any_batch_loses_nothing(
    what: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import attrs

    from grassroots.workspace import turning

    monkeypatch.setattr(turning, "AT_ONCE", 7)
    broken = 0
    for at in range(1, 40):
        with opened("memory://", BOTH) as network:
            names = filled(network, 12)
            seat = network.desk("steward:o").seat
            failing = Failing(seat.office.storage, at, after=after)
            hurt = attrs.evolve(seat, office=attrs.evolve(seat.office, storage=failing))
            try:
                TURNS[what](hurt)
            except Killed:
                broken += 1
            # Between two batches everything can be read and found, by whoever has the keys.
            assert seat.office.sealing is not None
            seat.office.sealing.refresh(seat.office.storage)
            desk = network.desk("steward:o")
            assert {m.id: m.name for m in desk.members.all(status=None)} == names
            for id_, name in names.items():
                assert id_ in [member.id for member in desk.members.named(name)]
            finish(seat)
            assert left_behind(seat) == []
            assert {m.id: m.name for m in desk.members.all(status=None)} == names
            for id_, name in names.items():
                assert id_ in [member.id for member in desk.members.named(name)]
            if failing.count < at:
                break
    assert broken >= 5


def test_a_turned_network_does_not_need_the_old_key_any_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, f"k1:{OLD}") as network:
        names = filled(network, 5)
    with opened(url, BOTH) as network:
        assert network.desk("steward:o").keys.told().key == "k1"
        assert network.desk("steward:o").keys.turn() > 5
        assert network.desk("steward:o").keys.told().key == "k2"
    with opened(url, f"k2:{NEW}") as network:
        assert {m.id: m.name for m in network.desk("steward:o").members.all(status=None)} == names


def test_others_write_while_keys_are_turned() -> None:
    with opened("memory://", BOTH) as network:
        filled(network, 10)
        seat, desk = network.desk("steward:o").seat, network.desk("clerk:li")
        written: list[str] = []

        def meanwhile(_: int, __: int) -> None:
            if len(written) < 12:
                written.append(desk.members.register(name=f"周{len(written)}", phone="14400000001").id)
                desk.members.correct(written[0], phone=f"1440000{len(written):04d}")

        turn_index(seat, meanwhile)
        turn_master(seat, meanwhile)
        assert len(written) >= 3
        assert left_behind(seat) == []
        assert {desk.members.get(id_).name for id_ in written} == {f"周{n}" for n in range(len(written))}  # type: ignore[arg-type]


def test_a_process_that_was_open_before_a_turn_goes_on_after_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, BOTH) as one, opened(url, BOTH) as other:
        member = one.desk("steward:o").members.register(name="卯大山")
        other.desk("steward:o").keys.turn()
        other.desk("steward:o").keys.turn_search()
        one.desk("steward:o").members.correct(member.id, phone="14400000001")
        assert [m.phone for m in one.desk("steward:o").members.named("卯大山")] == ["14400000001"]
        assert [m.phone for m in other.desk("steward:o").members.named("卯大山")] == ["14400000001"]
        assert left_behind(other.desk("steward:o").seat) == []


PROGRAM = """
import sys, grassroots
from grassroots.plugins.keys import KeySet
with grassroots.open(sys.argv[1], network="test", keys=KeySet.read(sys.argv[2], "test")) as network:
    desk = network.desk("steward:o")
    print("open", flush=True)
    desk.keys.turn()
    desk.keys.turn_search()
    print("done", flush=True)
"""


def killed_on_the_way(tmp_path: Path, people: int, kills: int) -> None:
    """A network is sealed, and then turned to new keys, by processes that are killed again and again."""
    url, chance = f"sqlite:///{tmp_path / 'town.db'}", random.Random(7)
    with opened(url) as network:
        desk = network.desk("steward:o")
        from grassroots.workspace.acts import perform

        def some(work) -> None:  # type: ignore[no-untyped-def]
            for _ in range(size):
                work.keep(Member.register(id=work.new_id(), name=f"林{chance.randrange(people)}"))

        made = 0
        while made < people:
            size = min(chance.choice((1, 1, 2, 5, 40)), people - made)
            perform(desk.seat, some, None)
            made += size
        names = {member.id: member.name for member in desk.members.all()}
    died = 0
    for given in (f"k1:{OLD}", BOTH):
        for _ in range(kills):
            program = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(PROGRAM), url, given],
                stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "src"},
            )  # fmt: skip
            try:
                program.wait(timeout=0.35 + chance.random() * (0.4 + people / 4000))
            except subprocess.TimeoutExpired:
                program.send_signal(signal.SIGKILL)
                died += 1
            program.communicate()
    assert died >= kills // 2
    with opened(url, BOTH) as network:
        seat = network.desk("steward:o").seat
        finish(seat)
        turn_master(seat)
        assert left_behind(seat) == []
        assert {member.id: member.name for member in network.desk("steward:o").members.all()} == names
        assert network.desk("steward:o").seals.verify().findings == ()
    with opened(url, f"k2:{NEW}") as network:
        assert len(network.desk("steward:o").members.all()) == people


def test_processes_killed_while_they_seal_and_turn_lose_nothing(tmp_path: Path) -> None:
    killed_on_the_way(tmp_path, people=600, kills=4)


@pytest.mark.slow
def test_ten_thousand_records_turned_with_kills_on_the_way(tmp_path: Path) -> None:
    killed_on_the_way(tmp_path, people=10_000, kills=40)


def test_what_is_unknown_to_a_storage_stays_so_while_keys_are_turned() -> None:
    with opened("memory://", BOTH) as network:
        seat = network.desk("steward:o").seat
        marks = [mark for some in plant(seat, 3).values() for mark in some]
        turn_index(seat)
        turn_master(seat)
        assert hits(marks, everything(seat.office.storage, [spec.name for spec in seat.office.kinds])) == []
