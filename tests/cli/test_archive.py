"""A network moves, is backed up and comes back from the command line, and every no is told in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

import grassroots
from grassroots.cli import archive as commands
from grassroots.contracts.storage import Batch, Fact, Storage
from grassroots.errors import Full
from grassroots.usecases.archive import loading, verify

HERE = "sqlite:///grassroots.db"
THERE = "sqlite:///there.db"


def names(url: str, name: str = "default") -> list[str]:
    with grassroots.open(url, network=name) as network:
        return sorted(one.name for one in network.desk("steward:office").members.all())


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
@pytest.mark.parametrize(("out", "back"), [("dump", "load"), ("backup", "restore")])
def test_what_was_taken_out_comes_back_elsewhere(peopled: Run, out: str, back: str) -> None:
    told = peopled(out, HERE, "town.jsonl")
    assert (told.code, "town.jsonl" in told.out) == (0, True)
    assert peopled(back, "town.jsonl", THERE).code == 0
    assert names(THERE) == names(HERE)
    assert len(names(HERE)) == 2
    peopled(out, THERE, "again.jsonl")
    assert Path("again.jsonl").read_bytes() == Path("town.jsonl").read_bytes()


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_restore_verifies_what_it_wrote_and_tells_programs(peopled: Run) -> None:
    backup = peopled("backup", HERE, "town.jsonl", "--json").json
    told = peopled("restore", "town.jsonl", THERE, "--verify", "--as", "copy", "--json")
    assert told.code == 0
    assert told.json["archive"] == backup["archive"]
    assert (told.json["network"], told.json["same"], backup["verified"]) == ("copy", True, True)
    assert names(THERE, "copy") == names(HERE)


def test_a_restore_into_memory_only_tries_a_backup(peopled: Run) -> None:
    peopled("backup", HERE, "town.jsonl")
    assert peopled("restore", "town.jsonl", "memory:", "--verify").code == 0


def test_move_copies_and_leaves_the_source(peopled: Run) -> None:
    told = peopled("move", HERE, THERE, "--language", "zh")
    assert told.code == 0
    assert "完全一致" in told.out
    assert names(THERE) == names(HERE)
    again = peopled("move", HERE, THERE, "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "archive-target-not-empty")


def test_move_says_when_the_source_has_gone_on(peopled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = commands._filled

    def meanwhile(*arguments: object, **more: object) -> object:
        with grassroots.open(HERE) as network:
            network.desk("steward:office").members.register(name="方知远")
        return filled(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(commands, "_filled", meanwhile)
    told = peopled("move", HERE, THERE, "--json")
    assert told.code == 3
    assert told.json["source_head"] == told.json["archive"]["head"] + 1
    assert len(names(THERE)) == 2


def test_a_damaged_backup_is_refused_and_makes_no_database(peopled: Run) -> None:
    peopled("backup", HERE, "town.jsonl")
    damaged = bytearray(Path("town.jsonl").read_bytes())
    damaged[len(damaged) // 2] ^= 4
    Path("bad.jsonl").write_bytes(damaged)
    told = peopled("restore", "bad.jsonl", THERE)
    assert told.code == 2
    assert "bad.jsonl" in told.err
    assert not Path("there.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("backup", "sqlite:///nowhere.db", "a"), "cli-network-missing"),
        (("backup", HERE, "no/folder/a"), "archive-no-folder"),
        (("backup", HERE, "grassroots.db"), "cli-target-storage"),
        (("dump", HERE, "charter.toml"), "archive-over-other"),
        (("dump", HERE, "."), "archive-cannot-write"),
        (("backup", HERE, "a", "--actor", "clerk:li"), "denied"),
        (("backup", "nothing://x", "a"), "storage-unknown"),
        (("move", HERE, "nothing://x"), "storage-unknown"),
        (("move", HERE, HERE), "archive-target-not-empty"),
        (("move", HERE, "sqlite:///no/folder/a.db"), "storage-folder"),
        (("load", "nowhere.jsonl", THERE), "archive-not-found"),
        (("load", ".", THERE), "archive-cannot-read"),
        (("load", "grassroots.db", THERE), "archive-not-one"),
        (("load", "town.jsonl", HERE), "archive-target-not-empty"),
        (("load", "town.jsonl", THERE, "--actor", "lead:he"), "denied"),
        (("restore", "town.jsonl", "nothing://x"), "storage-unknown"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_input_is_told_in_words_and_changes_nothing(
    peopled: Run, arguments: tuple[str, ...], code: str, language: str
) -> None:
    peopled("dump", HERE, "town.jsonl")
    before = sorted(path.name for path in Path().iterdir())
    told = peopled(*arguments, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)
    spoken = peopled(*arguments, "--language", language)
    assert (spoken.code, spoken.out) == (2, "")
    assert code not in spoken.err
    assert "${" not in spoken.err
    after = sorted(path.name for path in Path().iterdir() if not path.name.endswith(("-wal", "-shm")))
    assert after == [name for name in before if not name.endswith(("-wal", "-shm"))]
    assert len(names(HERE)) == 2


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_a_full_disk_is_told_and_the_same_load_goes_on_when_there_is_room(
    peopled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    peopled("dump", HERE, "town.jsonl")
    commit, left = loading._commit, 1

    def full(storage: Storage, batch: Batch) -> int:
        nonlocal left
        if left == 0:
            raise Full
        left -= 1
        return commit(storage, batch)

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_commit", full)
        assert peopled("load", "town.jsonl", THERE, "--json").json["error"]["code"] == "full"
    refused = peopled("figures", "--network", THERE, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "archive-unfinished")
    assert peopled("load", "town.jsonl", THERE).code == 0
    assert names(THERE) == names(HERE)


def test_what_came_out_different_is_taken_away_again(peopled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    peopled("backup", HERE, "town.jsonl")
    commit = loading._commit

    def forgetful(storage: Storage, batch: Batch) -> int:
        facts = [Fact(fact.about, b"{}") for fact in batch.facts]
        return commit(storage, Batch(batch.id, facts, batch.based_on, (), batch.writes))

    monkeypatch.setattr(loading, "_commit", forgetful)
    told = peopled("restore", "town.jsonl", THERE, "--verify", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "archive-differs")
    assert peopled("figures", "--network", THERE, "--json").json["error"]["code"] == "cli-network-missing"


def test_the_end_of_the_file_says_what_verify_says(peopled: Run) -> None:
    told = peopled("backup", HERE, "town.jsonl", "--json").json["archive"]
    end = json.loads(Path("town.jsonl").read_bytes().splitlines()[-1])
    assert (end["sha256"], end["end"], end["records"]) == (told["sha256"], told["head"], told["records"])
    assert verify(Path("town.jsonl")).plain() == told
