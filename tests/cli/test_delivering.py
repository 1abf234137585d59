"""``deliver`` and ``outbox`` at the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run

import grassroots
from grassroots.contracts.notice import Notice, Route

URL = "sqlite:///grassroots.db"


@pytest.fixture
def waiting(founded: object) -> list[str]:
    """Calls may be asked for by telephone without words of a network: a call needs only a text."""
    with grassroots.open(URL) as network:
        outbox = network.desk("steward:office").outbox
        outbox.add(Notice(id="n1", key="duty-called-off", routes=[Route("mail", "wang@example.net")]))
        outbox.add(Notice(id="n2", key="duty-called-off", routes=[]))
    return ["n1", "n2"]


def test_without_a_channel_it_says_how_to_name_one(run: Run, waiting: list[str]) -> None:
    told = run("deliver")
    assert told.code == 2
    assert "--channel" in told.err


@pytest.mark.parametrize(
    ("word", "code"),
    [("MAIL=smtp://geheim", "cli-channel"), ("geheim", "cli-channel"), ("=geheim", "cli-channel")],
)
def test_a_channel_that_cannot_be_meant_is_refused_without_repeating_it(
    run: Run, waiting: list[str], word: str, code: str
) -> None:
    told = run("deliver", "--channel", word, "--json")
    assert told.code == 2
    assert json.loads(told.out)["error"]["code"] == code
    assert "geheim" not in told.out + told.err


def test_a_round_says_what_it_did_and_which_channel_nobody_served(
    run: Run, waiting: list[str], tmp_path: Path
) -> None:
    told = run("deliver", "--channel", f"out={tmp_path.as_uri()}/out", "--json")
    answer = json.loads(told.out)
    assert (told.code, answer["sent"], answer["unserved"]) == (3, 0, ["mail"])


def test_channels_come_from_a_file_and_secrets_from_elsewhere(
    run: Run, waiting: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url.txt").write_text("phone:\n")
    file = tmp_path / "channels.toml"
    file.write_text(f"[channels]\nmail = {{ env = 'OUT' }}\nphone = {{ file = '{tmp_path / 'url.txt'}' }}\n")
    assert run("deliver", "--channels", str(file)).code == 2, "the variable is not set"
    monkeypatch.setenv("OUT", f"{tmp_path.as_uri()}/out")
    monkeypatch.setenv("GRASSROOTS_CHANNELS", str(file))
    answer = json.loads(run("deliver", "--json").out)
    assert {one["channel"] for one in answer["channels"]} == {"mail", "phone"}
    file.write_text("[channels")
    assert run("deliver", "--channels", str(file)).code == 2


def test_the_outbox_is_listed_and_dead_letters_go_on_their_way_again(run: Run, waiting: list[str]) -> None:
    told = run("outbox", "--state", "dead", "--json")
    answer = json.loads(told.out)
    assert (told.code, answer["states"]["dead"], [one["id"] for one in answer["parcels"]]) == (3, 1, ["n2"])
    assert answer["parcels"][0]["reason"] == "no-route"
    assert (
        json.loads(run("outbox", "replay", "--reason", "no-route", "--json").out)["parcels"][0]["state"]
        == "new"
    )
    assert run("outbox", "cancel", "n2").code == 0
    assert "n1" in run("outbox", "show", "n1").out
    assert run("outbox", "settle", "n1").code == 2, "it is not uncertain"
    assert run("outbox", "replay").code == 2, "which ones?"
    assert run("outbox", "--state", "lost").code == 2


def test_following_ends_when_it_is_told_to(waiting: list[str], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "grassroots", "deliver", "--follow", "--every", "0.1"]
    words += ["--channel", f"out={tmp_path.as_uri()}/out", "--network", URL]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path.cwd(), env=dict(os.environ)
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline(), "it says which channel nobody serves"
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
