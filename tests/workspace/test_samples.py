"""What networks have on their disks can be read for good: stored bodies of every kind and version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.samples.make import HERE, LEAST, make, means

from grassroots.workspace.codec import Codec
from grassroots.workspace.kinds import outbox_kinds, standard_kinds
from grassroots.workspace.kindspec import Kinds

KINDS = Kinds((*standard_kinds(), *outbox_kinds()))
CODEC = Codec(KINDS)
SAMPLES = sorted(HERE.glob("*.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_sample_still_means_what_it_meant(path: Path) -> None:
    told = json.loads(path.read_text("utf-8"))
    spec = KINDS.named(path.stem.split("-")[0])
    decoded = CODEC.decode(spec, json.dumps(told["body"], ensure_ascii=False).encode())
    now = means(decoded.record)
    # A later version may have further fields; those that stood then mean what they meant.
    # What is kept in other fields since is still told under its name (the former values of a history).
    told_now = {name: now[name] if name in now else getattr(decoded.record, name) for name in told["means"]}
    assert told_now == told["means"]
    assert spec.version > told["body"]["v"] or now.keys() == told["means"].keys()
    assert decoded.unknown == {}


def test_every_kind_has_a_sample_of_every_version() -> None:
    standing = {path.stem for path in SAMPLES}
    for spec in KINDS:
        for version in range(1, spec.version + 1):
            wanted = {f"{spec.name}-{version}-least", f"{spec.name}-{version}-full"}
            assert wanted <= standing, "add it to LEAST and FULL and run: python -m tests.samples.make"


def test_the_samples_are_those_that_make_writes(tmp_path: Path) -> None:
    for path in make(tmp_path):
        made, standing = (json.loads((folder / path.name).read_text("utf-8")) for folder in (tmp_path, HERE))
        assert made["body"] == standing["body"], path.name


def test_a_sample_that_stands_is_never_written_again(tmp_path: Path) -> None:
    assert len(make(tmp_path)) == 2 * len(list(KINDS))
    assert make(tmp_path) == []


CANNOT = {
    "concern": {"anonymous", "merged_into"},
    "shift": {"nil_return"},
    "award": {"reason"},
    "feed": {"station"},
}
"""What one and the same record cannot hold beside the rest."""


@pytest.mark.parametrize("kind", sorted(LEAST))
def test_the_full_sample_differs_from_every_default_that_can_differ(kind: str) -> None:
    version = KINDS.named(kind).version
    least, full = (
        json.loads((HERE / f"{kind}-{version}-{name}.json").read_text("utf-8"))["means"]
        for name in ("least", "full")
    )
    same = {name for name in least if least[name] == full[name]} - set(LEAST[kind])
    assert same == CANNOT.get(kind, set())
