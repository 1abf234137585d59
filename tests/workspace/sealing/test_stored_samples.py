"""What sealed networks have on their disks can be opened for good: a header, a ring and a body of each form.

``python -m tests.workspace.sealing.test_stored_samples`` writes the sample of the format in use, if it does
not stand yet; one that stands is never written again.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.sealed import OLD, keys

import grassroots
from grassroots.contracts.storage import Query, Ref, Stored, walk
from grassroots.domain.member import Member
from grassroots.workspace.sealing import HEADER, Sealing
from grassroots.workspace.sealing.header import FORMAT

HERE = Path(__file__).parent / "samples"
SAMPLES = sorted(HERE.glob("*.json"))


def make() -> None:
    path = HERE / f"sealed-{FORMAT}.json"
    if path.exists():
        return
    with grassroots.open("memory://", network="test", keys=keys()) as network:
        desk = network.desk("steward:o")
        member = desk.members.register(name="欧阳春华", phone="14412345678", health_note="慢走")
        storage = desk.seat.office.storage
        told = {
            str(stored.ref): {"body": stored.body.decode(), "keys": dict(stored.keys)}
            for kind in ("keyring", "member")
            for stored in walk(storage, Query(kind))
        }
    path.write_text(json.dumps({"member": member.id, "stored": told}, ensure_ascii=False, indent=1) + "\n")


def test_the_format_in_use_has_a_sample() -> None:
    assert f"sealed-{FORMAT}" in {path.stem for path in SAMPLES}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_sealed_body_still_opens(path: Path) -> None:
    told = json.loads(path.read_text("utf-8"))
    stored = {
        Ref(*ref.split("/", 1)): Stored(Ref(*ref.split("/", 1)), 1, one["keys"], one["body"].encode())
        for ref, one in told["stored"].items()
    }

    class Shelf:
        """Where the sample lies."""

        def read(self, refs):  # type: ignore[no-untyped-def]
            return {ref: stored[ref] for ref in refs if ref in stored}

    with grassroots.open("memory://") as network:
        codec = network.desk("steward:o").seat.office.codec
        kinds = network.desk("steward:o").seat.office.kinds
    sealing = Sealing(keys(f"k1:{OLD}"), secrets.token_bytes, stored[HEADER])
    ref = Ref("member", told["member"])

    def open_(version, part):  # type: ignore[no-untyped-def]
        return sealing.open(Shelf(), ref, version, part)  # type: ignore[arg-type]

    spec = kinds.of(Member)
    member = codec.decode(spec, stored[ref].body, open_).record
    assert (member.name, member.phone, member.health_note) == ("欧阳春华", "14412345678", "慢走")
    index = sealing.header.index
    hidden = spec.hidden["phone"]
    assert stored[ref].keys["phone"] == sealing.blind(hidden, "14412345678", index)


if __name__ == "__main__":
    make()
