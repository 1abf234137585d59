"""The ledger of erasures: opened with it, no network is older than its erasures, whatever was restored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sealed import files_of, hits, keys
from tests.usecases.test_erasing import MARKS, PACKS, kept, lived, restore

import grassroots
from grassroots.cli import main
from grassroots.errors import BadInput, GrassrootsError, Locked
from grassroots.network import Network
from grassroots.usecases.erasing import erase_person
from grassroots.usecases.erasures import Settled, read_ledger
from grassroots.workspace.ledger import KEPT, Place, place

OPEN = pytest.mark.in_clear(reason="an open network on purpose")


def opened(path: Path, ledger: Path | None, *, sealed: bool = True) -> Network:
    return grassroots.open(
        f"sqlite:///{path}", network="test", packs=PACKS, keys=keys() if sealed else None, erasures=ledger
    )


def refused(open_: Callable[[], Network]) -> GrassrootsError:
    with pytest.raises(GrassrootsError) as error:
        open_().close()
    return error.value


def test_every_erasure_is_in_the_ledger_before_it_returns(tmp_path: Path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        assert network.settled == Settled()
        assert read_ledger(ledger) == []
        goes, _ = lived(desk)
        desk.rights.erase(goes)
        (line,) = read_ledger(ledger, desk.seat)
        assert line.person == goes
        desk.rights.erase(goes)
        assert len(read_ledger(ledger)) == 1
    with opened(tmp_path / "town.db", ledger) as network:
        head = network.desk("steward:office").seat.office.storage.head()
        assert network.settled == Settled()
        # To open it again writes nothing: a trail that grew with every look would hide what was done.
        assert network.desk("steward:office").seat.office.storage.head() == head
    assert hits(MARKS, ledger.read_bytes()) == []


def test_an_erasure_of_before_the_ledger_was_kept_is_written_down_when_it_is(tmp_path: Path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", None) as network:
        desk = network.desk("steward:office")
        goes, _ = lived(desk)
        erase_person(desk.seat, goes, ground="asked")
    with opened(tmp_path / "town.db", ledger) as network:
        assert network.settled == Settled(added=1)
    assert [one.person for one in read_ledger(ledger)] == [goes]


@pytest.mark.parametrize("sealed", [True, pytest.param(False, marks=OPEN)], ids=["sealed", "open"])
def test_an_older_copy_of_the_file_is_erased_again_before_anybody_is_at_a_desk(
    tmp_path: Path, sealed: bool
) -> None:
    """Somebody copies the database of last week back: nothing in it says so. The ledger does."""
    ledger, home = tmp_path / "erasures.jsonl", tmp_path / "home"
    home.mkdir()
    with opened(home / "town.db", ledger, sealed=sealed) as network:
        goes, stays = lived(network.desk("steward:office"))
    shutil.copy(home / "town.db", tmp_path / "old.db")
    with opened(home / "town.db", ledger, sealed=sealed) as network:
        network.desk("steward:office").rights.erase(goes)
    shutil.copy(tmp_path / "old.db", home / "town.db")
    for left in home.glob("town.db-*"):
        left.unlink()
    if not sealed:
        assert hits(MARKS, files_of(home))
    with opened(home / "town.db", ledger, sealed=sealed) as network:
        assert network.settled is not None
        assert network.settled.erased == (goes,)
        desk = network.desk("steward:office")
        assert desk.members.get(goes).name == "***"
        kept(desk, stays)
        assert desk.seals.verify().findings == ()
        desk.archive.dump(home / "later.jsonl", program="test")
        # While it is open the write-ahead log is there too.
        assert hits(MARKS, files_of(home)) == []
    assert hits(MARKS, files_of(home)) == []


def test_a_restored_archive_opens_with_its_ledger_alone(tmp_path: Path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        # Before anybody was erased: but the network keeps a ledger, and the archive says so.
        desk.archive.dump(tmp_path / "before.jsonl", program="test")
        desk.keys.backup(tmp_path / "keys.jsonl")
        desk.rights.erase(goes)
    head = json.loads((tmp_path / "before.jsonl").read_text().splitlines()[0])
    assert (head["grassroots-archive"], head["ledger"]["lines"]) == (3, 0)
    folder = tmp_path / "restored"
    folder.mkdir()
    back = restore(tmp_path, "before.jsonl", "keys.jsonl", "restored/back.db")
    error = refused(lambda: opened(back, None))
    assert isinstance(error, Locked)
    assert error.code == "erasures-wanted"
    assert "grassroots erasures replay" in str(error)
    assert refused(lambda: opened(back, tmp_path / "not-there.jsonl")).code == "erasures-missing"
    with opened(back, ledger) as network:
        assert network.settled is not None
        assert network.settled.erased == (goes,)
        desk = network.desk("steward:office")
        kept(desk, stays)
        desk.keys.backup(folder / "keys.jsonl")
        desk.archive.dump(folder / "later.jsonl", program="test")
        assert hits(MARKS, files_of(folder)) == []
    # Now it was held against it, and opens without as well.
    with opened(back, None) as network:
        kept(network.desk("steward:office"), stays)
    assert hits(MARKS, files_of(folder)) == []


def test_newer_keys_beside_an_older_archive_want_the_newer_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", None) as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        desk.archive.dump(tmp_path / "before.jsonl", program="test")  # nobody kept a ledger then
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        desk.rights.erase(goes)
        desk.keys.backup(tmp_path / "keys.jsonl")
    back = restore(tmp_path, "before.jsonl", "keys.jsonl", "back.db")
    assert refused(lambda: opened(back, None)).code == "erasures-wanted"
    older = tmp_path / "older.jsonl"
    older.write_bytes(b"")
    error = refused(lambda: opened(back, older))
    assert isinstance(error, BadInput)
    assert (error.code, error.facts["lines"], error.facts["found"]) == ("erasures-other", 1, 0)
    with opened(back, ledger) as network:
        assert network.desk("steward:office").members.get(goes).name == "***"
        kept(network.desk("steward:office"), stays)


def test_a_ledger_of_another_network_or_an_older_copy_is_refused(tmp_path: Path) -> None:
    ledger, copy = tmp_path / "erasures.jsonl", tmp_path / "copy.jsonl"
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        people = [desk.members.register(name=f"卯{number}") for number in range(2)]
        erase_person(desk.seat, people[0].id, ground="asked")
        shutil.copy(ledger, copy)
        erase_person(desk.seat, people[1].id, ground="asked")
    assert refused(lambda: opened(tmp_path / "town.db", copy)).code == "erasures-other"
    assert refused(lambda: opened(tmp_path / "town.db", tmp_path)).code == "erasures-cannot-read"
    with opened(tmp_path / "other.db", None) as network:
        network.desk("steward:office").members.register(name="卯大山")
    # Every line has a mark that is keyed with the secret of its network.
    assert refused(lambda: opened(tmp_path / "other.db", ledger)).code == "erasures-damaged"


def test_two_who_erase_at_once_write_one_ledger(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", ledger) as network, opened(tmp_path / "town.db", ledger) as other:
        desks = [one.desk("steward:office") for one in (network, other)]
        people = [desks[0].members.register(name=f"卯{number}").id for number in range(12)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: erase_person(desks[n % 2].seat, people[n], ground="asked"), range(12)))
        assert sorted(one.person for one in read_ledger(ledger, desks[0].seat)) == sorted(people)


def test_a_ledger_that_cannot_be_written_is_said_and_caught_up_with(tmp_path: Path) -> None:
    folder = tmp_path / "outside"
    folder.mkdir()
    ledger = folder / "erasures.jsonl"
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        goes, _ = lived(desk)
        folder.rename(tmp_path / "gone")
        with pytest.raises(BadInput) as error:
            erase_person(desk.seat, goes, ground="asked")
        assert error.value.code in ("erasures-cannot-write", "erasures-cannot-read")
        assert desk.members.get(goes).name == "***"
        (tmp_path / "gone").rename(folder)
    with opened(tmp_path / "town.db", ledger) as network:
        assert network.settled == Settled(added=1)


def test_merged_records_have_a_line_each_so_that_a_backup_of_before_the_merge_is_erased_too(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        one, other = desk.members.register(name="欧阳密春"), desk.members.register(name="密春姐")
    shutil.copy(tmp_path / "town.db", tmp_path / "old.db")
    with opened(tmp_path / "town.db", ledger) as network:
        desk = network.desk("steward:office")
        desk.members.merge(one.id, other.id)
        erase_person(desk.seat, one.id, ground="asked")
    with opened(tmp_path / "old.db", ledger) as network:
        desk = network.desk("steward:office")
        assert {desk.members.get(id_).name for id_ in (one.id, other.id)} == {"***"}


def test_a_move_knows_the_ledger_as_the_old_place_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, moved, ledger = (tmp_path / name for name in ("town.db", "moved.db", "erasures.jsonl"))
    (tmp_path / "keys").write_text("k1:" + "5a" * 32)
    monkeypatch.setenv("GRASSROOTS_KEYS_FROM", f"file:{tmp_path / 'keys'}")

    def run(*words: str, code: int = 0) -> str:
        assert main([*words, "--language", "en"]) == code
        told = capsys.readouterr()
        return told.out + told.err

    run("init", "--network", f"sqlite:///{town}", "--erasures", str(ledger))
    run("move", f"sqlite:///{town}", f"sqlite:///{moved}")
    assert "Sealed." in run("keys", "check", "--network", f"sqlite:///{moved}")
    # An archive of it, however, opens with the ledger alone.
    archive, ring, back = tmp_path / "a.jsonl", tmp_path / "k.jsonl", f"sqlite:///{tmp_path / 'back.db'}"
    run("backup", f"sqlite:///{town}", str(archive))
    run("keys", "backup", str(ring), "--network", f"sqlite:///{town}")
    assert "Nobody opens it before" in run("restore", str(archive), back)
    run("keys", "restore", str(ring), "--network", back)
    assert "keeps a ledger" in run("keys", "check", "--network", back, code=2)
    monkeypatch.setenv("GRASSROOTS_ERASURES", str(ledger))
    assert "Sealed." in run("keys", "check", "--network", back)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"lines":-1,"hash":"00"}', b'{"lines":"1"}', b"\xff"])
def test_a_place_that_is_none_is_said_in_words(tmp_path: Path, body: bytes) -> None:
    from grassroots.contracts.storage import Batch, Fact, Put

    with opened(tmp_path / "town.db", None) as network:
        storage = network.desk("steward:o").seat.office.storage
        storage.commit(Batch("x", (Fact(),), {KEPT: 0}, (), (Put(KEPT, {}, body),)))
        with pytest.raises(GrassrootsError) as error:
            place(storage, KEPT)
        assert error.value.code == "corrupt"
    assert Place().lines == 0


# -- where no ledger is kept ------------------------------------------------------------------------------
def told(network: Network) -> tuple[str, int, int] | None:
    if network.unkept is None:
        return None
    return network.unkept.code, network.unkept.erased, int(network.unkept.facts["lines"])


@pytest.mark.parametrize("sealed", [True, pytest.param(False, marks=OPEN)], ids=["sealed", "open"])
def test_whoever_erases_without_a_ledger_is_told_at_every_opening_until_one_is_begun(
    tmp_path: Path, sealed: bool
) -> None:
    town, ledger = tmp_path / "town.db", tmp_path / "erasures.jsonl"
    with opened(town, None, sealed=sealed) as network:
        assert told(network) is None, "nobody was erased: there is nothing to tell"
        desk = network.desk("steward:office")
        people = [desk.members.register(name=f"卯{number}").id for number in range(3)]
        for one in people[:2]:
            desk.rights.erase(one)
        desk.rights.erase(people[0])
        assert desk.seals.verify().findings == ()
    with opened(town, None, sealed=sealed) as network:
        assert told(network) == ("erasures-unkept", 2, 0)
    with opened(town, ledger, sealed=sealed) as network:
        assert told(network) is None
        assert network.settled == Settled(added=2)
    with opened(town, None, sealed=sealed) as network:
        assert told(network) == ("erasures-not-given", 0, 2)
        network.desk("steward:office").rights.erase(people[2])
    with opened(town, ledger, sealed=sealed) as network:
        assert network.settled == Settled(added=1), "erased meanwhile, and written down now"


def test_a_backup_of_a_network_without_a_ledger_says_that_it_may_have_brought_somebody_back(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db", None) as network:
        desk = network.desk("steward:office")
        goes, _ = lived(desk)
        desk.archive.dump(tmp_path / "before.jsonl", program="test")
        desk.keys.backup(tmp_path / "keys.jsonl")
        desk.rights.erase(goes)
    back = restore(tmp_path, "before.jsonl", "keys.jsonl", "back.db")
    with opened(back, None) as network:
        assert told(network) == ("erasures-restored", 0, 0)
        desk = network.desk("steward:office")
        assert desk.members.get(goes).name != "***", "that is what is told of"
        desk.rights.erase(goes)
    with opened(back, None) as network:
        assert told(network) == ("erasures-restored", 1, 0), "who else is back, nobody here can know"
    with opened(back, ledger) as network:
        assert network.settled == Settled(added=1)
    with opened(back, ledger) as network:
        assert told(network) is None


def test_the_command_line_tells_where_no_ledger_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, keys_, archive = f"sqlite:///{tmp_path / 'town.db'}", tmp_path / "town.keys", tmp_path / "a.jsonl"
    keys_.write_text("k1:" + "5a" * 32)
    monkeypatch.setenv("GRASSROOTS_KEYS_FROM", f"file:{keys_}")

    def run(*words: str, code: int = 0) -> tuple[str, str]:
        assert main([*words, "--language", "en"]) == code
        said = capsys.readouterr()
        return said.out, said.err

    run("init", "--network", town)
    with grassroots.open(town, keys=f"file:{keys_}") as network:
        goes = network.desk("steward:office").members.register(name="卯大山").id
    assert run("keys", "check", "--network", town)[1] == ""
    run("backup", town, str(archive))
    _, beside = run("rights", "erase", goes, "--network", town)
    assert "1 people were erased here" in beside
    assert f"erasures record {tmp_path / 'default.erasures.jsonl'}" in beside, "beside the keys"
    assert "1 people were erased here" in run("keys", "check", "--network", town)[1]
    # A move knows what the old place knew, and is no backup.
    run("move", town, f"sqlite:///{tmp_path / 'moved.db'}")
    moved = run("keys", "check", "--network", f"sqlite:///{tmp_path / 'moved.db'}")[1]
    assert "1 people were erased here" in moved
    # An archive that names no ledger says so when it is restored, to a program as well.
    ring = tmp_path / "k.jsonl"
    run("keys", "backup", str(ring), "--network", town)
    out, _ = run("restore", str(archive), f"sqlite:///{tmp_path / 'back.db'}")
    assert "names no ledger of erasures" in out
    out, _ = run("restore", str(archive), f"sqlite:///{tmp_path / 'json.db'}", "--json")
    assert json.loads(out)["erasures"] == "erasures-restored"
    run("keys", "restore", str(ring), "--network", f"sqlite:///{tmp_path / 'back.db'}")
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert "came from a backup" in run("keys", "check", "--network", back)[1]
    run("erasures", "record", str(tmp_path / "default.erasures.jsonl"), "--network", back)
    monkeypatch.setenv("GRASSROOTS_ERASURES", str(tmp_path / "default.erasures.jsonl"))
    assert run("keys", "check", "--network", back)[1] == ""
