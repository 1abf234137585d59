"""Archives that earlier versions wrote: they lie in tests/samples/archives, and are never written anew."""

from __future__ import annotations

from pathlib import Path

import pytest

import grassroots
from grassroots.discovery import find_storage
from grassroots.domain.seal import Level, Word
from grassroots.errors import ActReused
from grassroots.usecases.archive import FORMAT, check_same, load

ARCHIVES = Path(__file__).parents[1] / "samples" / "archives"
CODES = {1: "1-7ZS9-D6M6-N74H-VLA4", 2: "1-7ZS9-D6M6-N74H-VLA4", 3: "1-M855-MBZN-M6VC-7HNF"}
"""The code of the seal in it, as it would hang on a notice board. The third was written beside a ledger."""


def test_there_is_one_of_every_format() -> None:
    assert sorted(path.stem for path in ARCHIVES.iterdir()) == [f"format-{one}" for one in CODES]
    assert max(CODES) == FORMAT


@pytest.mark.in_clear(reason="the digests of acts are keyed where a network is sealed, and these are not")
@pytest.mark.parametrize("number", CODES)
def test_what_an_earlier_version_took_out_is_loaded_and_worked_with(number: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    with find_storage(url).open(url, "qinghe") as storage:
        told = load(ARCHIVES / f"format-{number}.jsonl", storage)
        assert (told.format, told.head) == (number, 13 if number == 3 else 12)
        assert told.records == {
            "concern": 1, "history": 2, "member": 3, "network": 1, "seal": 1, "station": 1,
        }  # fmt: skip
        check_same(storage, told)
    ledger = tmp_path / "erased.jsonl" if number == 3 else None
    if ledger is not None:
        ledger.touch()  # nobody had been erased
    with grassroots.open(url, network="qinghe", erasures=ledger) as network:
        desk = network.desk("steward:office")
        ended = desk.seals.verify(anchors=[CODES[number]])
        assert (ended.word, ended.level) == (Word.INTACT, Level.ANCHORED)
        (wang,) = desk.members.named("王小山")
        assert wang.phone == "14400000002"
        assert [one.name for one in desk.stations.all()] == ["青禾中心"]
        (concern,) = desk.concerns.all()
        head = desk.seat.office.storage.head()
        again = desk.once("sheet-17").concerns
        if number == 1:  # it did not tell what was asked, so nobody knows whether this is the same
            with pytest.raises(ActReused):
                again.take(station=concern.station, text="井盖松动")
        else:
            assert again.take(station=concern.station, text="井盖松动") == concern
        assert desk.seat.office.storage.head() == head
        # And it goes on: written by this version, sealed behind the old seal, taken out again.
        desk.members.correct(wang.id, phone="14400000003")
        assert desk.archive.dump(tmp_path / "again.jsonl", program="test").format in (2, 3)
