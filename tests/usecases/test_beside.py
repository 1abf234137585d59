"""What stands beside a network is sealed, turned, moved and dropped with it; sealing tells how far it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.sealed import NEW, OLD, files_of, hits, keys
from tests.usecases.outbox.test_outbox import notice
from tests.workspace.sealing.test_turning import BOTH, left_behind

import grassroots
from grassroots.cli import main
from grassroots.discovery import find_storage
from grassroots.errors import Locked
from grassroots.network import Network
from grassroots.usecases.keys import Keys
from grassroots.usecases.outbox.box import outbox_office, standing_outbox
from grassroots.workspace.annex import OUTBOX, beside, drop_whole
from grassroots.workspace.turning import turn_master

OPEN = pytest.mark.in_clear(reason="an open network on purpose")

MARK = "密春事由"
PHONE = "14477776666"


def opened(url: str, keys_: str | None = None, **more: object) -> Network:
    return grassroots.open(url, network="test", keys=None if keys_ is None else keys(keys_), **more)  # type: ignore[arg-type]


def filled(url: str, keys_: str | None = None, people: int = 3) -> None:
    with opened(url, keys_) as network:
        desk = network.desk("steward:office")
        for number in range(people):
            desk.members.register(name=f"{MARK}{number}", phone=PHONE)
        desk.outbox.add(*(notice(f"n{number}", values={"name": MARK}) for number in range(people)))


def waiting(network: Network) -> list[str]:
    return [str(one.notice.values["name"]) for one in network.desk("steward:office").outbox.all()]


@pytest.mark.in_clear(reason="seals a network that was open")
def test_what_waits_in_the_outbox_is_sealed_with_the_network_and_not_when_somebody_delivers(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    filled(url)
    assert hits([MARK], files_of(tmp_path))
    opened(url, f"k1:{OLD}").close()
    assert hits([MARK, PHONE], files_of(tmp_path)) == []
    with opened(url, f"k1:{OLD}") as network:
        assert waiting(network) == [MARK] * 3


@pytest.mark.in_clear(reason="seals a network that was open")
def test_sealing_tells_how_far_it_is_and_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    class Enough(BaseException):
        """Somebody pulled the plug."""

    url = f"sqlite:///{tmp_path / 'town.db'}"
    filled(url, people=60)
    with pytest.MonkeyPatch.context() as patch:
        from grassroots.workspace import turning

        patch.setattr(turning, "AT_ONCE", 10)
        told: list[tuple[int, int]] = []
        broken = 0
        while True:
            count = 0

            def progress(done: int, of: int, most: int = 2 + broken) -> None:
                nonlocal count
                told.append((done, of))
                count += 1
                if count == most:
                    raise Enough

            try:
                opened(url, f"k1:{OLD}", progress=progress).close()
                break
            except Enough:
                broken += 1
        assert broken >= 5
    assert all(0 < done <= of for done, of in told)
    assert told[-1][0] == told[-1][1]
    assert hits([MARK, PHONE], files_of(tmp_path)) == []
    with opened(url, f"k1:{OLD}") as network:
        assert left_behind(network.desk("steward:o").seat) == []
        assert len(waiting(network)) == 60
        assert len(network.desk("steward:o").members.all()) == 60


def test_keys_are_turned_in_the_outbox_too_and_check_says_what_still_hangs_on_the_old_one(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    filled(url, f"k1:{OLD}")
    with opened(url, BOTH) as network:
        desk = network.desk("steward:office")
        assert desk.keys.told().behind == ("k1",)
        turn_master(desk.seat)  # broken off before the outbox had its turn
        told = desk.keys.told()
        assert (told.key, told.outbox_key, told.behind) == ("k2", "k1", ("k1",))
        desk.keys.turn()
        assert desk.keys.told().behind == ()
    with opened(url, f"k2:{NEW}") as network:
        assert waiting(network) == [MARK] * 3


def test_to_turn_the_keys_makes_no_outbox(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, BOTH) as network:
        desk = network.desk("steward:office")
        desk.keys.turn()
        assert desk.keys.told().outbox_key is None
        assert standing_outbox(desk.seat.office) is None
    assert list(find_storage(url).networks(url)) == ["test"]


@pytest.mark.parametrize("sealed", [True, pytest.param(False, marks=OPEN)], ids=["sealed", "open"])
def test_a_move_takes_along_what_was_not_told_yet(
    sealed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (f"sqlite:///{tmp_path / name}.db" for name in ("old", "new"))
    (tmp_path / "keys").write_text(f"k1:{OLD}")
    given = ["--keys", f"file:{tmp_path / 'keys'}"] if sealed else []
    filled(old, f"k1:{OLD}" if sealed else None)
    words = ["move", old, new, "--name", "test", "--json", *given]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["parcels"] == 3
    with opened(new, f"k1:{OLD}" if sealed else None) as network:
        assert waiting(network) == [MARK] * 3
        desk = network.desk("steward:office")
        desk.outbox.add(notice("n9", values={"name": MARK}))
        assert len(waiting(network)) == 4
        if sealed:
            assert Keys(desk.seat).told().outbox_key == "k1"
    if sealed:
        assert hits([MARK, PHONE], files_of(tmp_path)) == []
        with pytest.raises(Locked):
            opened(new)
    # The old place stays as it was; a second move finds the new one taken.
    assert main(words) == 2
    assert "archive-target-not-empty" in capsys.readouterr().out


def test_an_outbox_that_lies_at_the_new_place_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (f"sqlite:///{tmp_path / name}.db" for name in ("old", "new"))
    filled(old)
    filled(new)
    find_storage(new).drop(new, "test")
    assert main(["move", old, new, "--name", "test", "--language", "en"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert list(find_storage(new).networks(new)) == ["test~outbox"]


def test_who_drops_a_network_drops_what_stands_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    filled(url)
    assert beside("test", OUTBOX) in find_storage(url).networks(url)
    drop_whole(find_storage(url), url, "test")
    assert list(find_storage(url).networks(url)) == []
    with opened(url) as network:
        assert waiting(network) == []
        assert outbox_office(network.desk("steward:o").seat.office).storage.head() <= 2
