"""A storage is tried from the command line, and the certificate says what was and was not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from grassroots.contracts.hooks import StorageOffer
from grassroots.testing.saboteurs import SABOTEURS
from grassroots.testing.saboteurs.reference import House, drop
from grassroots.testing.storage.certificate import certify
from grassroots.testing.storage.conformance import LAYERS


def test_a_right_storage_gets_a_certificate(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "cert.json"
    told = run("plugins", "verify", f"sqlite:///{tmp_path}/scratch.db", "--out", str(out), "--json")
    assert told.code == 0
    certificate = json.loads(out.read_text("utf-8"))
    assert certificate == told.json
    assert certificate["result"] == "kept"
    assert all(one["tried"] == one["kept"] > 0 for one in certificate["layers"].values())
    assert list(certificate["layers"]) == ["examples", "machine", "schedules", "threads", "crash"]
    assert certificate["left_out"].keys() == {"test_nothing_is_lost_in_a_thousand_kills", *LAYERS["power"]}
    assert str(tmp_path) not in out.read_text("utf-8")  # a URL may hold a password


def test_a_broken_storage_gets_none_and_the_promise_is_told() -> None:
    saboteur = next(one for one in SABOTEURS if one.name == "the journal skips one")
    house = House()
    offer = StorageOffer(
        "broken",
        lambda url, network: saboteur.storage(house, network),
        lambda url: sorted(house.rooms),
        lambda url, network: drop(house, network),
    )
    certificate = certify(
        "broken:",
        offer,
        versions={},
        not_durable="in memory",
        left_out={
            "test_eight_writers_lose_nothing_and_a_follower_misses_nothing": "the follower would wait",
        },
    )
    assert certificate["result"] == "broken"
    assert "test_the_journal_tells_every_fact_in_order_and_exactly" in {
        one["promise"] for one in certificate["broken"]
    }
    assert house.rooms == {}  # nothing stays behind


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "verify-url"),
        (("memory:///x", "--leave-out", "test_nothing"), "verify-reason"),
        (("memory:///x", "--leave-out", "test_nothing=because"), "verify-promise"),
    ],
)
def test_what_cannot_be_meant_is_told(run: Run, words: tuple[str, ...], problem: str) -> None:
    told = run("plugins", "verify", *words, "--json")
    assert told.code != 0
    assert problem in told.out + told.err
