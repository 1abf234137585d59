"""Verification by several processes says what one process says, whoever was tampering."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from tests.usecases.seal_forging import CLASSES, Edit, Forged, World, recompute, world

import grassroots
from grassroots.contracts.keys import KeyService
from grassroots.contracts.storage import Query, Storage, Stored, walk
from grassroots.domain.seal import Verification, Word
from grassroots.errors import BadInput
from grassroots.workspace.office import Office
from grassroots.workspace.verifying import counted, crew, parts, verifier
from grassroots.workspace.verifying.crew import Crew

pytest.importorskip("cryptography")
# What is sealed is verified by several processes in two tests that say with which keys.
pytestmark = pytest.mark.in_clear(reason="helpers open the network by its address, and their keys by theirs")


def plain(ended: Verification) -> Verification:
    """The answer without how many gave it."""
    return attrs.evolve(ended, facts={**ended.facts, "workers": 0})


def filled(url: str, members: int = 40) -> str:
    with grassroots.open(url) as network:
        desk = network.desk("steward:office")
        for number in range(members):
            desk.members.register(name=f"甲{chr(0x4E00 + number)}")
            if number % 9 == 8:
                desk.seals.seal()
        desk.members.correct(desk.members.all()[0].id, phone="14400000001")
        desk.seals.seal()
    return url


# -- every edit, cut in every way -------------------------------------------------------------------------
class Shown(Forged):
    """The forged network that lies in a file at this moment."""

    def __init__(self, path: Path) -> None:
        super().__init__([], {}, 0)
        self._path, self._seen = path, b""

    def __getattribute__(self, name: str) -> Any:
        if name in ("read", "find", "journal", "head", "tally"):
            told = self._path.read_bytes()
            if told != self._seen:
                self.entries, rows, self.at = pickle.loads(told)
                self.records, self._seen = {one[0]: Stored(*one) for one in rows}, told
        return super().__getattribute__(name)


@contextmanager
def shown(path: Path) -> Iterator[Office]:
    """What a helper opens in place of a storage by its URL."""
    with grassroots.open("memory:") as network:
        yield attrs.evolve(network._office, storage=Shown(path))


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forged") / "network.pickle"


@pytest.fixture(scope="module")
def together(drawer: Path) -> Iterator[Crew]:
    """Two helpers that stay, so that thousands of edits need not start two processes each."""
    with grassroots.open("memory:") as network:
        office = attrs.evolve(network._office, again=partial(shown, drawer))
        with Crew(office, 2) as made:
            assert made.size == 2
            yield made


class Staying:
    """A crew that is not sent away by the verification that uses it."""

    def __init__(self, made: Crew) -> None:
        self.run, self.size = made.run, made.size

    def __enter__(self) -> Staying:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def every_way(
    told: World, forged: Forged, together: Crew, drawer: Path, patch: pytest.MonkeyPatch
) -> Verification:
    """By one in one piece, by one in small pieces, by two in small pieces: the same."""
    rows = [(one.ref, one.revision, dict(one.keys), one.body) for one in forged.records.values()]
    drawer.write_bytes(pickle.dumps((forged.entries, rows, forged.at)))
    seals = told.desk(forged).seals
    whole = seals.verify()
    with patch.context() as small:
        small.setattr(verifier, "PART", 5)
        assert seals.verify() == whole
        small.setattr(verifier, "Crew", lambda office, workers: Staying(together))
        by_two = seals.verify()
    assert by_two.facts["workers"] == 2
    assert plain(by_two) == plain(whole)
    return whole


def sweep(
    told: World, edit: Edit, chance: Random, together: Crew, drawer: Path, patch: pytest.MonkeyPatch
) -> None:
    forged = told.copy()
    edit(told, forged, chance)
    assert every_way(told, forged, together, drawer, patch).word is not Word.INTACT


@pytest.mark.parametrize("name", CLASSES)
def test_two_processes_say_of_every_edit_what_one_says(
    name: str, together: Crew, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(2):
        told, chance = world(seed), Random(f"{name}/{seed}")
        assert every_way(told, told.copy(), together, drawer, monkeypatch).word is Word.INTACT
        for _ in range(12):
            sweep(told, CLASSES[name], chance, together, drawer, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_two_processes_say_of_very_many_edits_what_one_says(
    name: str, together: Crew, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(40, 50):
        told, chance = world(seed, acts=18), Random(f"{name}/{seed}")
        for _ in range(150):
            sweep(told, CLASSES[name], chance, together, drawer, monkeypatch)


def test_two_processes_do_not_see_what_one_cannot_see(
    together: Crew, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, chance = world(7), Random(7)
    for _ in range(5):
        forged = told.copy()
        recompute(told, forged, chance)
        assert every_way(told, forged, together, drawer, monkeypatch).word is Word.INTACT


def test_an_entry_that_stands_twice_is_seen_wherever_the_journal_is_cut(
    together: Crew, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = world(5, acts=9)
    for place in range(len(told.entries)):
        forged = told.copy()
        forged.entries.insert(place + 1, attrs.evolve(forged.entries[place], batch="forged"))
        assert every_way(told, forged, together, drawer, monkeypatch).word is Word.CHANGED


def test_a_storage_without_a_journal_of_its_records_is_read_to_its_end(
    together: Crew, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing says where to cut, so each part tells where the next one begins.
    monkeypatch.setattr(parts, "PART", 2)
    told, forged = world(3), world(3).copy()
    forged.entries.clear()
    forged.at = 0
    ended = every_way(told, forged, together, drawer, monkeypatch)
    assert ended.facts["records"] == len(forged.records)


# -- storages that can be opened twice --------------------------------------------------------------------
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE journal SET about = 'rubbish' WHERE position = 4",
        "UPDATE r_member SET id = CAST(x'ff' AS TEXT) WHERE rowid = 1",
        "UPDATE r_seal SET id = CAST(x'ff' AS TEXT) WHERE rowid = 2",
        "",
    ],
)
def test_two_processes_open_the_file_by_its_url(
    edit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "PART", 7)
    url = filled(f"sqlite:///{tmp_path}/n.db")
    if edit:
        raw = sqlite3.connect(tmp_path / "n.db")
        raw.execute(edit)
        raw.commit()
        raw.close()
    with grassroots.open(url) as network:
        seals = network.desk("steward:office").seals
        alone, ended = seals.verify(), seals.verify(workers=2)
    assert (alone.facts["workers"], ended.facts["workers"]) == (1, 2)
    assert plain(ended) == plain(alone)
    assert (ended.word is Word.INTACT) is (edit == "")


def attended(url: str) -> str:
    with grassroots.open(url, zone="Asia/Shanghai") as network:
        desk = network.desk("steward:office")
        members = [desk.members.register(name=f"甲{chr(0x4E00 + number)}").id for number in range(12)]
        talks = desk.activities.start(kind="outreach-talk", title="宣讲")
        for day in (4, 5, 6):
            talk = desk.activities.plan_one(talks.id, date(2021, 10, day))
            for member in members[day:]:
                desk.activities.sign_up(talk.id, member)
        desk.seals.seal()
    return url


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("share", [200_000, 10])
def test_counts_that_were_edited_are_found(
    workers: int, share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "PART", 7)
    monkeypatch.setattr(verifier, "AT_ONCE", share)
    url = attended(f"sqlite:///{tmp_path}/n.db")

    def verify() -> Verification:
        with grassroots.open(url) as network:
            return network.desk("steward:office").seals.verify(workers=workers)

    def edit(statement: str) -> int:
        with closing(sqlite3.connect(tmp_path / "n.db")) as raw, raw:
            return raw.execute(statement).rowcount

    (table,) = (
        name
        for (name,) in sqlite3.connect(tmp_path / "n.db").execute("SELECT name FROM sqlite_master")
        if name.startswith("t.attendance.")
    )
    assert verify().word is Word.INTACT
    for there, back in [
        ("records=records+1", "records=records-1"),
        ("k_status='absent'", "k_status='signed-up'"),
    ]:
        assert edit(f'UPDATE "{table}" SET {there}') == 3
        ended = verify()
        assert (ended.word, [(one.code, one.about) for one in ended.findings]) == (
            Word.CHANGED,
            [("seal-finding-counts", "attendance")],
        )
        assert edit(f'UPDATE "{table}" SET {back}') == 3
        assert verify().word is Word.INTACT


@pytest.mark.parametrize("wrong", [{"minutes": "viele"}, {"status": ["signed-up"]}, {"day": None}])
def test_a_key_of_another_type_is_told_as_that_key_and_the_rest_is_read(
    wrong: dict[str, Any], tmp_path: Path
) -> None:
    url = attended(f"sqlite:///{tmp_path}/n.db")
    with grassroots.open(url) as network:
        office = network.desk("steward:office").seat.office
        forged = Forged(office.storage.journal(after=0, limit=1_000), {}, office.storage.head())
        for spec in office.kinds:
            for stored in walk(office.storage, Query(spec.name)):
                forged.records[stored.ref] = stored
        first = min((ref for ref in forged.records if ref.kind == "attendance"), key=str)
        stored = forged.records[first]
        forged.records[first] = attrs.evolve(stored, keys={**stored.keys, **wrong})
        spoiled = attrs.evolve(office, storage=forged)
        ended = verifier.Verifier(spoiled).run()
    assert [(one.code, one.about) for one in ended.findings] == [("seal-finding-keys", str(first))]
    assert ended.facts["records"] == len([ref for ref in forged.records if ref.kind in office.kinds])


def test_counts_are_taken_again_while_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = attended(f"sqlite:///{tmp_path}/n.db")
    with grassroots.open(url) as network, grassroots.open(url) as other:
        desk, away = network.desk("steward:office"), other.desk("steward:office")
        talk = desk.activities.plan_one(desk.activities.all()[0].id, date(2021, 10, 9))
        late = iter([away.members.register(name=f"乙{one}") for one in "甲乙丙"])
        told = counted._tally

        def while_somebody_comes(*asked: Any) -> Any:
            if (member := next(late, None)) is not None:
                away.activities.sign_up(talk.id, member.id)
            return told(*asked)

        monkeypatch.setattr(counted, "_tally", while_somebody_comes)
        assert desk.seals.verify().word is Word.INTACT
        assert next(late, None) is None


def test_a_sealed_network_is_opened_with_its_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cryptography")
    (tmp_path / "keys").write_text(f"one:{'5e' * 32}\n", "utf-8")
    keys = f"file:{tmp_path}/keys"
    url = f"sqlite:///{tmp_path}/n.db"
    with grassroots.open(url, keys=keys) as network:
        desk = network.desk("steward:office")
        for number in range(20):
            desk.members.register(name=f"甲{chr(0x4E00 + number)}", phone="14400000001")
        desk.seals.seal()
        monkeypatch.setattr(verifier, "PART", 7)
        ended = desk.seals.verify(workers=2)
        assert ended.facts["workers"] == 2
        assert (ended.word, ended.facts["unopened"]) == (Word.INTACT, 0)


def test_helpers_write_nothing_into_the_network(tmp_path: Path) -> None:
    with grassroots.open(filled(f"sqlite:///{tmp_path}/n.db")) as network:
        desk = network.desk("steward:office")
        before = desk.seat.office.storage.head()
        assert desk.seals.verify(workers=3).facts["workers"] == 3
        assert desk.seat.office.storage.head() == before


# -- what only this process can open ----------------------------------------------------------------------
def test_a_network_in_memory_is_verified_by_one_who_says_so() -> None:
    with grassroots.open() as network:
        desk = network.desk("steward:office")
        desk.members.register(name="甲")
        desk.seals.seal()
        ended = desk.seals.verify(workers=2)
    assert (ended.word, ended.facts["workers"]) == (Word.INTACT, 1)


def test_a_storage_that_the_app_gave_is_verified_by_one(tmp_path: Path) -> None:
    from grassroots.discovery import find_storage

    url = f"sqlite:///{tmp_path}/n.db"

    def given(name: str) -> Storage:
        return find_storage(url).open(url, name)

    with grassroots.open(storage=given) as network:
        assert network.desk("steward:office").seals.verify(workers=2).facts["workers"] == 1


def test_keys_that_cannot_be_handed_on_leave_it_to_one(tmp_path: Path) -> None:
    from grassroots.discovery import find_keys

    (tmp_path / "keys").write_text(f"one:{'5e' * 32}\n", "utf-8")
    inner = find_keys(f"file:{tmp_path}/keys")

    class Mine(type(inner)):  # type: ignore[misc]
        """Of a class that no other process knows."""

    service: KeyService = object.__new__(Mine)
    for name in dir(inner):
        if name.startswith("_") and not name.startswith("__"):
            object.__setattr__(service, name, getattr(inner, name))
    with grassroots.open(f"sqlite:///{tmp_path}/n.db", keys=service) as network:
        assert network.desk("steward:office").seals.verify(workers=2).facts["workers"] == 1


def test_where_no_other_interpreter_can_be_started_one_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with grassroots.open(filled(f"sqlite:///{tmp_path}/n.db")) as network:
        ended = network.desk("steward:office").seals.verify(workers=2)
    assert (ended.word, ended.facts["workers"]) == (Word.INTACT, 1)


def test_a_helper_that_dies_leaves_its_part_to_the_one_who_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "PART", 7)
    asked = crew._Helper.ask
    gone: list[int] = []

    def killed(self: Any, part: Any) -> Any:
        if not gone:
            gone.append(self._process.pid)
            self._process.kill()
            self._process.wait()
        return asked(self, part)

    monkeypatch.setattr(crew._Helper, "ask", killed)
    with grassroots.open(filled(f"sqlite:///{tmp_path}/n.db")) as network:
        ended = network.desk("steward:office").seals.verify(workers=2)
    assert gone
    assert ended.word is Word.INTACT
    assert ended.facts["records"] > 40


SCRIPT = """
import grassroots
with grassroots.open("sqlite:///n.db") as network:
    desk = network.desk("steward:office")
    desk.members.register(name="甲")
    desk.seals.seal()
    print(desk.seals.verify(workers=2).facts["workers"], len(desk.members.all()))
"""


def test_the_program_that_asks_is_not_run_once_more(tmp_path: Path) -> None:
    # As multiprocessing would: an app without a guard in its main module would register everybody again.
    (tmp_path / "app.py").write_text(SCRIPT, "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["2", "1"]


@pytest.mark.parametrize("wrong", [0, -1, 65, True, "2"])
def test_another_number_of_processes_is_refused(wrong: Any) -> None:
    with grassroots.open() as network, pytest.raises(BadInput) as told:
        network.desk("steward:office").seals.verify(workers=wrong)
    assert told.value.code == ("verify-workers" if type(wrong) is int else "argument-wrong-type")
